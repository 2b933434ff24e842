//! The verbs that every front-end uses: open, run, resume, list, load. Wires the rooms together.
//!
//! Must never print, and never know which front-end calls.

mod ask;
mod bench;
mod check;
mod doctor;
mod egress;
mod failures;
mod forms;
mod gate;
mod known;
mod library;
mod limits;
mod logs;
mod naming;
mod panel;
mod people;
mod persona;
pub mod plan;
mod probe;
mod resume;
mod runs;
mod search;
mod seating;
mod signals;
mod start;
mod supplied;
mod thresholds;
mod usage;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;

pub use crate::app::ask::{
    AskRequest, Asked as AskedPersonas, Capped, PersonaAnswer, Said, Silence, Turnstile, ask_failure, names_of,
};
pub use crate::app::bench::{
    BenchControl, BenchNews, BenchPlan, BenchRequest, OpenBench, PlannedCells, Purpose, open_bench,
};
pub use crate::app::check::{Change, Checked, Stale, check};
pub use crate::app::doctor::{Area, Finding, State, can_ask, examine, healthy, next_step};
pub use crate::app::egress::{Egress, Outgoing, Recipient};
pub use crate::app::failures::{ending_failure, mode_failure, persona_failure, synthesis_failure};
pub use crate::app::gate::{GateRequest, PolicyUse};
pub use crate::app::known::{Elsewhere, run_elsewhere};
pub use crate::app::library::Answered;
pub use crate::app::logs::Verification;
pub use crate::app::panel::{VendorStatus, persona, vendor_keys};
pub use crate::app::people::{Answer, form};
pub use crate::app::persona::new_persona;
pub use crate::app::probe::{Probed, Whom, probe_failure};
pub use crate::app::resume::ContinueRequest;
pub use crate::app::runs::{Admission, RunHandle, Runs};
pub use crate::app::signals::{Asked, Signals};
pub use crate::app::start::{OnNeeds, Rounds, SEED_MAX, StartRequest, Who};
pub use crate::app::supplied::Supplied;
pub use crate::app::usage::{UsageBy, UsageFilter, UsageLine, UsageTable};
pub use crate::engine::{Control, Notice};
pub use crate::material::{Decoded, Guard, Source, Undecodable, decode};
pub use crate::modes::{Found, Listed as ListedMode, ModeError};
pub use crate::personas::{Listed as ListedPersona, PersonaError, PersonaFile};
pub use crate::providers::gateway::Accounts;
pub use crate::store::{Filter, Hit, Listed, Standing};
pub use crate::telemetry::Telemetry;

use crate::app::failures::{engine_failure, history_failure, scope_failure, store_failure};
use crate::app::known::Again;
use crate::bench as bench_file;
use crate::config::{Config, Sources};
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::engine::{self, EngineError};
use crate::error::Failure;
use crate::export::views;
use crate::export::views::scope::Narrowing;
use crate::export::views::{Layout, View, ViewError};
use crate::message::{Action, Target, message};
use crate::modes::{self, Folders};
use crate::providers::Provider;
use crate::providers::gateway::{Endpoint, Gateway, Timeouts};
use crate::providers::rehearsal;
use crate::store::{Lease, Store, StoreError};

/// The program with its configuration.
#[derive(Debug, Clone)]
pub struct App {
    config: Config,
    /// Sessions that use one key share its limits.
    accounts: Accounts,
    /// All who ask personas go through it.
    turnstile: Turnstile,
    telemetry: Telemetry,
}

/// Where a front-end serves over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpServer {
    /// The address to listen at.
    pub address: SocketAddr,
    /// Names by which it may be called beside the loopback's and the address itself, as clients write them in `Host`.
    pub hosts: Vec<String>,
}

/// What `start` came to.
pub enum Opened {
    /// A session to be run.
    Running(Box<Session>),
    /// The session of that name has been decided, or waits for people: nothing is asked again.
    Stored(Box<History>),
    /// Another process, or another task of this one, runs the session of that name: it stands like this.
    Elsewhere(Box<History>),
}

/// A session that is open for writing.
pub struct Session {
    /// Its log so far.
    pub history: History,
    /// What people answered, for whoever watches; it is part of the log already.
    pub begun: Option<Begun>,
    /// What the user should know about how it was set up.
    pub warnings: Vec<String>,
    store: Arc<Store>,
    lease: Lease,
    provider: Box<dyn Provider>,
    telemetry: Telemetry,
}

/// Events that were stored when people had answered.
pub struct Begun {
    /// The session as it stood before.
    pub before: History,
    /// The events.
    pub events: Vec<Logged>,
}

impl App {
    /// Takes a configuration.
    pub fn new(config: Config) -> Self {
        let telemetry = Telemetry::new(&config);
        Self { config, accounts: Accounts::default(), turnstile: Turnstile::default(), telemetry }
    }

    /// Loads a configuration, with the settings of every vendor.
    ///
    /// # Errors
    /// A usage failure where [`Config::load`] fails.
    pub fn configured(sources: &Sources) -> Result<Self, Failure> {
        Ok(Self::new(Config::load(sources, &vendor_keys())?))
    }

    /// Keeps to the limits of the vendors' accounts together with all who share them.
    pub fn sharing(self, accounts: &Accounts) -> Self {
        Self { accounts: accounts.clone(), ..self }
    }

    /// Asks personas together with all who share the turnstile.
    pub fn through(self, turnstile: &Turnstile) -> Self {
        Self { turnstile: turnstile.clone(), ..self }
    }

    /// Tells what its debates do where all tell it who share the telemetry.
    pub fn telling(self, telemetry: &Telemetry) -> Self {
        Self { telemetry: telemetry.clone(), ..self }
    }

    /// Where it tells what its debates do.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Sets a debate up and stores its first event. Sends no request.
    ///
    /// With a name that a session has, that session is what is wanted: it is taken up where it stands, or told as it ended, and
    /// `elsewhere` says what happens while another runs it.
    ///
    /// # Errors
    /// Before anything is stored, fails on bad input, on what looks like a secret, on a missing key, and on too low a
    /// limit. Also fails when the store cannot be written, or the name is that of a session opened with other inputs.
    pub async fn open(&self, request: &StartRequest, elsewhere: Elsewhere<'_>) -> Result<Opened, Failure> {
        let set_up = start::set_up(self, request)?;
        let store = Arc::new(Store::open(self.config.data_dir()).map_err(store_failure)?);
        if let Some(name) = &set_up.setup.name
            && let Some(session) = store.named(name).map_err(store_failure)?
        {
            return self.known(Again { store, session, wanted: &set_up.setup, request }, elsewhere).await;
        }
        limits::check_start(&set_up.setup)?;
        let lease = store.lease(set_up.setup.session).map_err(store_failure)?;
        let opened = Event::SessionOpened(Box::new(set_up.setup.clone()));
        let logged = match store.append(&lease, vec![opened]).await {
            // Somebody else began it since we looked.
            Err(StoreError::NameTaken { session, .. }) => {
                return self.known(Again { store, session, wanted: &set_up.setup, request }, elsewhere).await;
            }
            stored => stored.map_err(store_failure)?,
        };
        let history = History::replay(&logged).map_err(history_failure)?;
        Ok(Opened::Running(Box::new(Session {
            history,
            begun: None,
            warnings: set_up.warnings,
            store,
            lease,
            provider: set_up.provider,
            telemetry: self.telemetry.clone(),
        })))
    }

    /// Lists the modes, built in and overridden.
    pub fn modes(&self) -> Vec<ListedMode> {
        modes::list(&self.folders())
    }

    /// Finds a mode by name or file.
    ///
    /// # Errors
    /// No mode has the name, or its file cannot be read or holds no valid mode.
    pub fn mode(&self, name: &str) -> Result<Found, ModeError> {
        modes::find(name, &self.folders())
    }

    /// The vendors with what is set for them.
    pub fn vendors(&self) -> Vec<VendorStatus> {
        panel::vendors(&self.config)
    }

    /// The chosen vendors, each with the model that was chosen for it.
    pub fn chosen_vendors(&self) -> Vec<VendorStatus> {
        let chosen = self.config.providers().iter();
        chosen.filter_map(|choice| panel::chosen_vendor(&self.config, choice)).collect()
    }

    fn folders(&self) -> Folders {
        let mut folders = self.config.modes_folders().iter().cloned();
        Folders { project: folders.next(), user: folders.next() }
    }
}

fn gateway(endpoints: Vec<Endpoint>, accounts: &Accounts) -> Result<Box<dyn Provider>, Failure> {
    Ok(Box::new(gateway_of(endpoints, accounts)?))
}

fn gateway_of(endpoints: Vec<Endpoint>, accounts: &Accounts) -> Result<Gateway, Failure> {
    Gateway::sharing(endpoints, Timeouts::default(), accounts)
        .map_err(|error| Failure::usage(error.to_string()).with_source(error))
}

impl Session {
    /// Runs the session to its end.
    ///
    /// # Errors
    /// The store takes no event, the log is damaged, or [`Control::abort`] ends the run. A lost quorum is no error but
    /// an ending: see [`ending_failure`].
    pub async fn run(self, notices: Sender<Notice>, control: Control) -> Result<History, Failure> {
        let session = self.history.setup.session;
        let watch = self.telemetry.watch(&self.history);
        let lease = self.lease;
        let run = engine::Run {
            log: &self.store.log(&lease),
            history: self.history,
            provider: self.provider.as_ref(),
            notices,
            heard: &|notice| watch.hear(notice),
            control,
        };
        let finished = run.finish().await;
        drop(lease);
        watch.end(&finished);
        if matches!(finished, Err(EngineError::Aborted)) {
            // Whoever leaves at once does not wait for a disk that stands still.
            if let Some(store) = Arc::into_inner(self.store) {
                store.abandon();
            }
        }
        finished.map_err(|error| engine_failure(error).with_session(session.to_string()))
    }
}

/// A commented mode file to start from.
///
/// # Errors
/// A usage failure when `name` is not up to 60 lower-case letters, digits and single dashes, a letter first.
pub fn new_mode(name: &str) -> Result<String, Failure> {
    if !modes::is_name(name) {
        let failure = Failure::usage(format!("`{name}` cannot name a mode"));
        return Err(failure.with_hint("use up to 60 lower-case letters, digits and single dashes, a letter first"));
    }
    Ok(modes::template(name))
}

/// The JSON Schema of mode files.
pub fn schema_of_modes() -> serde_json::Value {
    modes::schema()
}

/// Draws a view of a session.
///
/// # Errors
/// A usage failure when there is no such round or agent, or the view is sealed until people have voted. An internal
/// failure when the log is damaged.
pub fn view(log: &[Logged], view: View, narrowing: &Narrowing, layout: Layout) -> Result<String, Failure> {
    views::render(log, view, narrowing, layout).map_err(|error| match error {
        ViewError::History(error) => history_failure(error),
        ViewError::Scope(error) => scope_failure(error),
        sealed @ ViewError::Sealed => Failure::usage(sealed.to_string()).with_hint(message![
            Action::ShowBallot(Target::Known),
            " prints what to fill in; claims, needs, costs and prompts can be looked at"
        ]),
    })
}

/// The JSON Schema of bench files.
pub fn schema_of_benches() -> serde_json::Value {
    bench_file::schema()
}

/// The provider name of the rehearsal.
pub const REHEARSAL: &str = rehearsal::NAME;

/// How the rehearsal announces itself.
pub const REHEARSAL_NOTE: &str = rehearsal::NOTE;
