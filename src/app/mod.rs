//! The verbs that every front-end uses: open, run, resume, list, load. Wires the rooms together.
//!
//! Must never print, and never know which front-end calls.

mod panel;
mod start;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

pub use crate::app::panel::{VendorStatus, vendor_keys};
pub use crate::app::start::{Rounds, SEED_MAX, StartRequest, Who};
pub use crate::engine::{Control, Notice};
pub use crate::modes::{Found, Listed as ListedMode, ModeError};
pub use crate::store::{Listed, Standing};

use crate::config::Config;
use crate::debate::event::{Ending, Event};
use crate::debate::history::{History, HistoryError};
use crate::debate::reply::Fault;
use crate::engine::{EngineError, Run};
use crate::error::Failure;
use crate::export::text::headline;
use crate::export::{Format, record};
use crate::modes::{self, Folders};
use crate::providers::Provider;
use crate::providers::gateway::{Endpoint, Gateway, Timeouts};
use crate::providers::rehearsal::{self, Rehearsal};
use crate::store::{Filter, Lease, Store, StoreError};

/// The program with its configuration.
#[derive(Debug, Clone)]
pub struct App {
    config: Config,
}

/// A session that is open for writing.
pub struct Session {
    /// Its log so far.
    pub history: History,
    /// What the user should know about how it was set up.
    pub warnings: Vec<String>,
    store: Arc<Store>,
    lease: Lease,
    provider: Box<dyn Provider>,
}

impl App {
    /// Takes a configuration.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Sets a debate up and stores its first event. Sends no request.
    pub async fn open(&self, request: &StartRequest) -> Result<Session, Failure> {
        let setup = start::set_up(self, request)?;
        let store = Arc::new(Store::open(self.config.data_dir()).map_err(store_failure)?);
        let lease = store.lease(setup.setup.session).map_err(store_failure)?;
        let opened = Event::SessionOpened(Box::new(setup.setup));
        let logged = store.append(&lease, vec![opened]).await.map_err(store_failure)?;
        let history = History::replay(&logged).map_err(history_failure)?;
        Ok(Session { history, warnings: setup.warnings, store, lease, provider: setup.provider })
    }

    /// Takes up a session that was interrupted, was stopped or lost its quorum. Sends no request.
    ///
    /// `pace` is how long each reply takes to arrive if the session is a rehearsal.
    pub async fn resume(&self, name: &str, pace: Duration) -> Result<Session, Failure> {
        let store = Arc::new(self.existing_store(name)?);
        let session = store.find(name).map_err(store_failure)?;
        let lease = store.lease(session).map_err(store_failure)?;
        let mut history = History::replay(&store.load(session).map_err(store_failure)?).map_err(history_failure)?;
        if history.ending == Some(Ending::Decided) {
            let hint = format!("`roundtable show {session}` prints it");
            return Err(Failure::usage(format!("session {session} has ended"))
                .with_hint(hint)
                .with_session(session.to_string()));
        }
        let provider = self.provider_of(&history, pace)?;
        // Who was stopped at once while it was ending goes on as well.
        if history.ending.is_some() || history.stop.is_some() || history.paused {
            for logged in store.append(&lease, vec![Event::SessionResumed {}]).await.map_err(store_failure)? {
                history.apply(&logged).map_err(history_failure)?;
            }
        }
        Ok(Session { history, warnings: Vec::new(), store, lease, provider })
    }

    /// Lists the latest sessions, newest first, at most `most`.
    pub fn list(&self, most: u32) -> Result<Vec<Listed>, Failure> {
        match Store::open_existing(self.config.data_dir()).map_err(store_failure)? {
            Some(store) => store.list(&Filter::default(), most).map_err(store_failure),
            None => Ok(Vec::new()),
        }
    }

    /// Loads a session by its id, a unique prefix of it, `@` or `@~N`.
    pub fn load(&self, name: &str) -> Result<History, Failure> {
        let store = self.existing_store(name)?;
        let session = store.find(name).map_err(store_failure)?;
        History::replay(&store.load(session).map_err(store_failure)?).map_err(history_failure)
    }

    /// Lists the modes, built in and overridden.
    pub fn modes(&self) -> Vec<ListedMode> {
        modes::list(&self.folders())
    }

    /// Finds a mode by name or file.
    pub fn mode(&self, name: &str) -> Result<Found, ModeError> {
        modes::find(name, &self.folders())
    }

    /// The vendors with what is set for them.
    pub fn vendors(&self) -> Vec<VendorStatus> {
        panel::vendors(&self.config)
    }

    fn folders(&self) -> Folders {
        let mut folders = self.config.modes_folders().iter().cloned();
        Folders { project: folders.next(), user: folders.next() }
    }

    fn existing_store(&self, name: &str) -> Result<Store, Failure> {
        let store = Store::open_existing(self.config.data_dir()).map_err(store_failure)?;
        store.ok_or_else(|| store_failure(StoreError::Unknown(name.to_owned())))
    }

    /// The provider that a stored session was opened with.
    fn provider_of(&self, history: &History, pace: Duration) -> Result<Box<dyn Provider>, Failure> {
        let voices = history.agents.iter().map(|agent| &agent.voice).chain(&history.setup.moderators);
        let names: Vec<&str> = voices.map(|voice| voice.provider.as_str()).collect();
        if names.contains(&rehearsal::NAME) {
            return Ok(Box::new(Rehearsal::new(pace)));
        }
        // A seat that cannot be asked would lose its place in a debate that has been paid for.
        let seated: Vec<&str> = history.agents.iter().map(|agent| agent.voice.provider.as_str()).collect();
        panel::check_usable(&self.config, &seated)
            .map_err(|failure| failure.with_session(history.setup.session.to_string()))?;
        let endpoints = panel::endpoints(&self.config, &names);
        if endpoints.is_empty() {
            return Err(panel::nothing_usable().with_session(history.setup.session.to_string()));
        }
        gateway(endpoints)
    }
}

fn gateway(endpoints: Vec<Endpoint>) -> Result<Box<dyn Provider>, Failure> {
    let gateway = Gateway::new(endpoints, Timeouts::default())
        .map_err(|error| Failure::usage(error.to_string()).with_source(error))?;
    Ok(Box::new(gateway))
}

impl Session {
    /// Runs the session to its end. Fails only if the run itself does: a lost quorum is an ending, see
    /// [`ending_failure`].
    pub async fn run(self, notices: Sender<Notice>, control: Control) -> Result<History, Failure> {
        let session = self.history.setup.session;
        let run = Run {
            store: &self.store,
            lease: self.lease,
            history: self.history,
            provider: self.provider.as_ref(),
            notices,
            control,
        };
        run.finish().await.map_err(|error| engine_failure(error).with_session(session.to_string()))
    }
}

/// The failure that a session's ending means to a script; `None` when it was decided.
pub fn ending_failure(history: &History) -> Option<Failure> {
    let session = history.setup.session.to_string();
    if history.paused {
        let failure =
            Failure::interrupted("paused").with_hint(format!("`roundtable resume {session}` goes on from here"));
        return Some(failure.with_session(session));
    }
    let failure = match history.ending? {
        Ending::Decided => return None,
        Ending::QuorumLost => {
            let needed = history.setup.limits.quorum;
            let faults: Vec<&Fault> = history.turns.values().filter_map(|turn| turn.fault()).collect();
            let why = faults.first().map(|fault| format!(": {fault}")).unwrap_or_default();
            let hint = faults.first().map_or_else(
                || format!("`roundtable show {session}` tells what each seat said"),
                |fault| fault.hint.clone(),
            );
            let failure = Failure::providers(format!(
                "too few of the panel could be heard ({needed} of {} are needed){why}",
                history.panel()
            ))
            .with_hint(hint);
            let will_recur = !faults.is_empty() && faults.iter().all(|fault| fault.kind.is_lasting());
            if will_recur { failure.lasting() } else { failure }
        }
        Ending::Stopped => Failure::interrupted(format!("stopped: {}", headline(&record::record(history))))
            .with_hint(format!("`roundtable resume {session}` goes on from here; nothing that arrived is asked again")),
    };
    Some(failure.with_session(session))
}

/// A commented mode file to start from.
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

/// Renders a session.
pub fn render(history: &History, format: Format) -> String {
    crate::export::render(history, format)
}

/// The provider name of the rehearsal.
pub const REHEARSAL: &str = rehearsal::NAME;

/// How the rehearsal announces itself.
pub const REHEARSAL_NOTE: &str = rehearsal::NOTE;

fn store_failure(error: StoreError) -> Failure {
    let message = error.to_string();
    let failure = match &error {
        StoreError::Io { .. } | StoreError::Database { .. } => {
            Failure::usage(message).with_hint("check the folder's rights and free space, or set ROUNDTABLE_DATA_DIR")
        }
        StoreError::Full { .. } => Failure::usage(message).with_hint(
            "free some space and `roundtable resume @`, or set ROUNDTABLE_DATA_DIR to a folder on another disk",
        ),
        StoreError::Locked { .. } => {
            Failure::usage(message).with_hint("end the program that holds it, a backup or a database browser perhaps")
        }
        StoreError::Removed { .. } => Failure::usage(message)
            .with_hint("put the file back, or begin anew; what was on disk before is in that file"),
        StoreError::ReadOnly { .. } => Failure::usage(message)
            .with_hint("`list` and `show` work; to debate, set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::Unmerged { .. } | StoreError::Outdated { .. } => Failure::usage(message)
            .with_hint("copy the folder to where it can be written, and set ROUNDTABLE_DATA_DIR to the copy"),
        StoreError::Newer { .. } => {
            Failure::usage(message).with_hint("update roundtable, or set ROUNDTABLE_DATA_DIR to another folder")
        }
        StoreError::Torn { .. } => Failure::usage(message)
            .with_hint("copy it anew from where it is whole, or set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::Foreign { .. } => Failure::usage(message).with_hint("set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::Busy(_) => Failure::usage(message).with_hint("wait until it ends, or stop it there"),
        StoreError::Unknown(_) => Failure::usage(message).with_hint("`roundtable list` shows the sessions"),
        StoreError::Ambiguous { .. } => Failure::usage(message).with_hint("give more of the id"),
        StoreError::Exists(session) => {
            Failure::usage(message).with_hint(format!("`roundtable show {session}` prints it"))
        }
        StoreError::NameTaken { session, .. } => Failure::usage(message)
            .with_hint(format!("take another name; `roundtable show {session}` prints that session")),
        StoreError::BadName(_) => {
            Failure::usage(message).with_hint("a name is one line, shows something, and does not begin with @")
        }
        StoreError::NoWords(_) => {
            Failure::usage(message).with_hint("give a word, the beginning of one with *, or a \"phrase\"")
        }
        StoreError::TooLong(_) => Failure::usage(message).with_hint("start another session"),
        StoreError::OutOfPlace { .. } | StoreError::Unreadable { .. } | StoreError::Closed => {
            Failure::internal(message)
        }
    };
    failure.with_source(error)
}

fn history_failure(error: HistoryError) -> Failure {
    Failure::internal(format!("the session's log is damaged: {error}")).with_source(error)
}

fn engine_failure(error: EngineError) -> Failure {
    match error {
        EngineError::Store(error) => store_failure(error),
        EngineError::History(error) => history_failure(error),
        EngineError::Aborted => Failure::interrupted("interrupted")
            .with_hint("`roundtable resume @` goes on from here; nothing that arrived is asked again"),
    }
}
