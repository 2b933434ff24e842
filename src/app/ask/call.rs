//! One persona's call: who plays it, with which key and tools, and the row that it leaves in the ledger.

use std::sync::OnceLock;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::ask::answer::{AskRequest, Cause, PersonaAnswer, Silence};
use crate::app::ask::share::Share;
use crate::app::ask::talking::{self, Held, Tools};
use crate::app::ask::tools::Desk;
use crate::app::ask::watch::Watch;
use crate::app::ask::{prompt, shelf};
use crate::app::connect::gateway_of;
use crate::app::failures::store_failure;
use crate::app::program::App;
use crate::app::request::Who;
use crate::app::search::Searcher;
use crate::app::{limits, panel};
use crate::config::{Config, Origin, keys};
use crate::debate::agent::Voice;
use crate::debate::ask::Ask;
use crate::debate::log::ids::SessionId;
use crate::debate::log::limits::Reached;
use crate::debate::log::material::Material;
use crate::debate::reply::Fault;
use crate::debate::search::WebSearch;
use crate::error::Failure;
use crate::material::Documents;
use crate::message::{Action, message};
use crate::personas::{PersonaFile, Toolset};
use crate::providers::rehearsal::{self, Rehearsal};
use crate::providers::table;
use crate::providers::talk::{Talker, Tool};
use crate::store::{LedgerEntry, LedgerKey, Store, Taken};
use crate::telemetry::PersonaWatch;

/// Most personas that are asked by one call.
const PERSONAS_MAX: usize = 8;

/// A persona with all that it takes to ask it.
pub(super) struct Call {
    persona: PersonaFile,
    voice: Voice,
    alias: String,
    tooling: Tooling,
    talker: Box<dyn Talker>,
}

/// Whether tools can be offered to who plays a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tooling {
    /// They can.
    Offered,
    /// They can, to a model that does not search the web.
    WithoutSearch,
    /// The wire takes none.
    Refused,
}

/// What all personas of a request are asked and given.
pub(super) struct Matter<'a> {
    pub(super) task: &'a str,
    pub(super) material: &'a [Material],
    /// The reference documents, where a folder of them is set.
    pub(super) shelf: Option<&'a Documents>,
    /// The tools that lead to them.
    pub(super) tools: &'a [Tool],
    /// Whether the web may be searched, by those whose files say so.
    pub(super) search: &'a WebSearch,
}

/// A call as it is to be made.
pub(super) struct Prepared<'a> {
    call: &'a Call,
    ask: Ask,
    tools: Option<Tools<'a>>,
    /// Passages that are given in the place of tools.
    given: Option<usize>,
}

impl Call {
    /// Whether the persona uses the reference documents.
    pub(super) fn reads(&self) -> bool {
        self.persona.tools.contains(&Toolset::Documents)
    }

    /// Whether the persona searches the web where it may.
    pub(super) fn searches(&self) -> bool {
        self.persona.tools.contains(&Toolset::WebSearch)
    }

    /// The persona's name, and who plays it.
    pub(super) fn searcher(&self) -> Searcher<'_> {
        (&self.persona.name, &self.voice)
    }

    fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            persona: self.persona.name.clone(),
            alias: self.alias.clone(),
            provider: self.voice.provider.clone(),
            model: self.voice.model.clone(),
        }
    }

    fn answer(&self, Held { said, taken }: Held) -> PersonaAnswer {
        PersonaAnswer {
            persona: self.persona.name.clone(),
            title: self.persona.title.clone(),
            voice: self.voice.clone(),
            alias: self.alias.clone(),
            said,
            taken,
        }
    }

    /// What the persona is asked, with all that it is given.
    pub(super) fn prepared<'a>(&'a self, matter: &Matter<'a>) -> Prepared<'a> {
        let session = SessionId(Uuid::now_v7());
        let limits = self.persona.limits;
        let search = match matter.search {
            WebSearch::On(_) if !self.searches() => WebSearch::Off,
            WebSearch::On(_) | WebSearch::Off | WebSearch::Unsaid => matter.search.clone(),
        };
        let is_offered = match self.tooling {
            Tooling::Offered => true,
            Tooling::WithoutSearch => search.terms().is_none(),
            Tooling::Refused => false,
        };
        let shelf = matter.shelf.filter(|_| self.reads());
        let given = shelf.filter(|_| !is_offered).map(|shelf| shelf::given(shelf, matter.task, limits.document_bytes));
        let tools = shelf.filter(|_| is_offered).map(|shelf| Tools {
            offered: matter.tools,
            desk: Desk::new(shelf, prompt::nonce(session), limits.document_bytes),
            rounds_max: limits.tool_rounds,
        });
        let lookup = if tools.is_some() { prompt::Lookup::Offered } else { prompt::Lookup::None };
        let material: Vec<&Material> = matter.material.iter().chain(given.iter().flatten()).collect();
        let ask = prompt::ask(session, (&self.persona, &self.voice), matter.task, &material, (lookup, search));
        Prepared { call: self, ask, tools, given: given.map(|given| given.len()) }
    }
}

/// The limits on what is asked, in equal shares. Fails where one leaves too little for a persona's first request.
pub(super) fn share(config: &Config, prepared: &[Prepared<'_>], search: &WebSearch) -> Result<Share, Failure> {
    let caps = limits::caps(config, prepared.iter().map(|prepared| &prepared.ask.voice), search)?;
    let share = Share::new(&caps, prepared.len());
    let short = prepared.iter().filter_map(|prepared| {
        let input = talking::first_input_tokens(&prepared.ask, prepared.tools.as_ref());
        Some((&prepared.call.persona.name, share.exceeded(&prepared.ask, &[input])?))
    });
    let most = |reached: &Reached| reached.next.unwrap_or(f64::INFINITY);
    let Some((persona, reached)) = short.max_by(|(_, one), (_, other)| most(one).total_cmp(&most(other))) else {
        return Ok(share);
    };
    let told = format!(" is too low to ask persona {persona}: {}", reached.numbers());
    let failure = Failure::usage(message![limits::field(reached.limit), told]);
    let less = search.terms().map(|_| format!(", or allow fewer searches with {}", keys::WEB_SEARCH_MAX));
    let raise = limits::raise(&share.of_all(&reached)).and(less.unwrap_or_default());
    Err(failure.with_hint(raise))
}

impl App {
    /// Finds the personas and whoever plays them. Sends nothing.
    pub(super) fn calls(&self, request: &AskRequest) -> Result<Vec<Call>, Failure> {
        let count = request.personas.len();
        if count == 0 || count > PERSONAS_MAX {
            return Err(Failure::usage(format!(
                "{count} personas are named; 1 to {PERSONAS_MAX} can be asked at once"
            ))
            .with_hint(message![Action::ListPersonas, " shows them all"]));
        }
        let found = request.personas.iter().map(|name| self.persona_file(name));
        let found: Vec<PersonaFile> = found.collect::<Result<_, _>>()?;
        found.into_iter().enumerate().map(|(place, persona)| self.call(persona, place, request.who)).collect()
    }

    fn call(&self, persona: PersonaFile, place: usize, who: Who) -> Result<Call, Failure> {
        match who {
            Who::Rehearsal(pace) => Ok(Call {
                persona,
                voice: rehearsal::voice(),
                alias: rehearsal::NAME.to_owned(),
                tooling: Tooling::Offered,
                talker: Box::new(Rehearsal::new(pace)),
            }),
            Who::Providers => {
                let named = |failure: Failure| failure.within(&format!("persona {}", persona.name));
                let voice = self.voice(&persona, place).map_err(named)?;
                let vendor = table::find(&voice.provider)
                    .ok_or_else(|| Failure::internal(format!("unknown provider `{}`", voice.provider)))?;
                let key = persona.key.as_deref();
                let (endpoint, alias) = panel::persona_endpoint(&self.config, vendor, key).map_err(named)?;
                let talker = Box::new(gateway_of(vec![endpoint], &self.accounts)?);
                let tooling = match (vendor.wire.takes_tools(), vendor.wire.takes_tools_beside_search()) {
                    (true, true) => Tooling::Offered,
                    (true, false) => Tooling::WithoutSearch,
                    (false, _) => Tooling::Refused,
                };
                Ok(Call { persona, voice, alias, tooling, talker })
            }
        }
    }

    /// A flag beats the persona's file, and that beats the settings. Personas without a provider of their own take turns.
    fn voice(&self, persona: &PersonaFile, place: usize) -> Result<Voice, Failure> {
        let is_told = self.config.setting(keys::PROVIDERS).is_some_and(|setting| setting.origin == Origin::Flag);
        match &persona.provider {
            Some(provider) if !is_told => panel::named_voice(&self.config, provider, persona.model.as_deref()),
            Some(_) | None => {
                let voices = panel::persona_voices(&self.config, persona.key.as_deref())?;
                Ok(voices[place % voices.len()].clone())
            }
        }
    }

    /// Asks one persona, and returns its answer with what else there is to know. Its row in the ledger is on disk before the
    /// first request, and tells before each one what has been taken. Who has not begun when `leave` is cancelled leaves no row.
    pub(super) async fn ask_one(
        &self,
        store: &Store,
        prepared: Prepared<'_>,
        share: Share,
        leave: &CancellationToken,
    ) -> Result<(PersonaAnswer, Vec<String>), Failure> {
        let Prepared { call, ask, tools, given } = prepared;
        let slot = tokio::select! {
            biased;
            () = leave.cancelled() => None,
            slot = self.turnstile.pass(self.config.persona_concurrency()) => Some(slot?),
        };
        let Some(_slot) = slot else { return Ok((call.answer(Held::unbegun(&ask)), Vec::new())) };
        let entry = call.entry();
        let key = store.begin_ask(&entry).map_err(store_failure)?;
        let told = self.telemetry.persona(&call.persona.name, &ask);
        let held = noted((store, key), (call, ask, tools), share, (leave, &told)).await;
        let mut warnings = Vec::new();
        warnings.extend(given.map(|count| {
            let (provider, persona) = (&entry.provider, &entry.persona);
            let when = if call.tooling == Tooling::WithoutSearch { " beside a search" } else { "" };
            format!("{provider} takes no tools{when}: {persona} was given {count} passages of the documents instead")
        }));
        // What was paid for is told, whatever becomes of the row.
        let unwritten = store.note_ask(key, &held.taken).err();
        warnings.extend(unwritten.map(|error| format!("the ledger lacks what {} took: {error}", entry.persona)));
        Ok((call.answer(held), warnings))
    }
}

/// Holds a talk, and notes in its row what it has taken before each request. Sends nothing more once that cannot be written.
async fn noted(
    (store, key): (&Store, LedgerKey),
    (call, ask, tools): (&Call, Ask, Option<Tools<'_>>),
    share: Share,
    (leave, telemetry): (&CancellationToken, &PersonaWatch),
) -> Held {
    let (unwritten, leave) = (OnceLock::new(), leave.child_token());
    let leaving = |taken: &Taken| {
        if let Err(error) = store.note_ask(key, taken) {
            unwritten.get_or_init(|| error.to_string());
            leave.cancel();
        }
    };
    let watch = Watch { leaving: &leaving, leave: &leave, telemetry };
    let held = talking::held(call.talker.as_ref(), ask, tools, share, watch).await;
    let said = held.said.map_err(|silence| match unwritten.get() {
        Some(error) => unnoted(silence, error),
        None => silence,
    });
    Held { said, ..held }
}

/// Why a talk was given up whose row cannot be written.
fn unnoted(silence: Silence, error: &str) -> Silence {
    let message = format!("nothing more was sent, since the ledger cannot be written: {error}");
    let hint = "check the folder of the sessions: its rights and its free space".to_owned();
    Silence { fault: Fault { message, hint, ..silence.fault }, cause: Cause::Fault }
}
