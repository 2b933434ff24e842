//! One persona's call: who plays it, with which key and tools, and the row that it leaves in the ledger.

use uuid::Uuid;

use crate::app::ask::talking::{self, Held, Tools};
use crate::app::ask::tools::{self, Desk};
use crate::app::ask::{AskRequest, PersonaAnswer, prompt, shelf};
use crate::app::failures::store_failure;
use crate::app::{App, Who, gateway_of, panel};
use crate::config::{Origin, keys};
use crate::debate::agent::Voice;
use crate::debate::event::SessionId;
use crate::debate::material::Material;
use crate::error::Failure;
use crate::material::Documents;
use crate::personas::{PersonaFile, Toolset};
use crate::providers::rehearsal::{self, Rehearsal};
use crate::providers::table;
use crate::providers::talk::Talker;
use crate::store::{LedgerEntry, Store};
use crate::telemetry::Telemetry;

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
    /// The wire takes none.
    Refused,
}

/// What all personas of a request are asked and given.
pub(super) struct Matter<'a> {
    pub(super) task: &'a str,
    pub(super) material: &'a [Material],
    /// The reference documents, where a folder of them is set.
    pub(super) shelf: Option<&'a Documents>,
}

impl Call {
    /// Whether the persona uses the reference documents.
    pub(super) fn reads(&self) -> bool {
        self.persona.tools.contains(&Toolset::Documents)
    }

    fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            persona: self.persona.name.clone(),
            alias: self.alias.clone(),
            provider: self.voice.provider.clone(),
            model: self.voice.model.clone(),
        }
    }

    /// Asks, and returns what came of it, with the passages that were given in the place of tools.
    async fn held(&self, matter: &Matter<'_>, telemetry: &Telemetry) -> (Held, Option<usize>) {
        let session = SessionId(Uuid::now_v7());
        let nonce = prompt::nonce(session);
        let limits = self.persona.limits;
        let shelf = matter.shelf.filter(|_| self.reads());
        let given = match (shelf, self.tooling) {
            (Some(shelf), Tooling::Refused) => Some(shelf::given(shelf, matter.task, limits.document_bytes)),
            (Some(_), Tooling::Offered) | (None, _) => None,
        };
        let offered = tools::tools();
        let tools = shelf.filter(|_| self.tooling == Tooling::Offered).map(|shelf| Tools {
            offered: &offered,
            desk: Desk::new(shelf, &nonce, limits.document_bytes),
            rounds_max: limits.tool_rounds,
        });
        let lookup = if tools.is_some() { prompt::Lookup::Offered } else { prompt::Lookup::None };
        let material: Vec<&Material> = matter.material.iter().chain(given.iter().flatten()).collect();
        let ask = prompt::ask(session, (&self.persona, &self.voice), matter.task, &material, lookup);
        let watch = telemetry.persona(&self.persona.name, &ask);
        (talking::held(self.talker.as_ref(), &ask, tools, &watch).await, given.map(|given| given.len()))
    }
}

impl App {
    /// Finds the personas and whoever plays them. Sends nothing.
    pub(super) fn calls(&self, request: &AskRequest) -> Result<Vec<Call>, Failure> {
        let count = request.personas.len();
        if count == 0 || count > PERSONAS_MAX {
            return Err(Failure::usage(format!(
                "{count} personas are named; 1 to {PERSONAS_MAX} can be asked at once"
            ))
            .with_hint("`roundtable personas list` shows them all"));
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
                let named = |mut failure: Failure| {
                    failure.message = format!("persona {}: {}", persona.name, failure.message);
                    failure
                };
                let voice = self.voice(&persona, place).map_err(named)?;
                let vendor = table::find(&voice.provider)
                    .ok_or_else(|| Failure::internal(format!("unknown provider `{}`", voice.provider)))?;
                let key = persona.key.as_deref();
                let (endpoint, alias) = panel::persona_endpoint(&self.config, vendor, key).map_err(named)?;
                let talker = Box::new(gateway_of(vec![endpoint], &self.accounts)?);
                let tooling = if vendor.wire.takes_tools() { Tooling::Offered } else { Tooling::Refused };
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
    /// first request.
    pub(super) async fn ask_one(
        &self,
        store: &Store,
        call: &Call,
        matter: &Matter<'_>,
    ) -> Result<(PersonaAnswer, Vec<String>), Failure> {
        let _slot = self.turnstile.pass(self.config.persona_concurrency()).await?;
        let entry = call.entry();
        let key = store.begin_ask(&entry).map_err(store_failure)?;
        let (Held { said, taken }, given) = call.held(matter, &self.telemetry).await;
        let mut warnings = Vec::new();
        warnings.extend(given.map(|count| {
            let (provider, persona) = (&entry.provider, &entry.persona);
            format!("{provider} takes no tools: {persona} was given {count} passages of the documents instead")
        }));
        // What was paid for is told, whatever becomes of the row.
        let unwritten = store.end_ask(key, &taken).err();
        warnings.extend(unwritten.map(|error| format!("the ledger lacks what {} took: {error}", entry.persona)));
        let answer = PersonaAnswer {
            persona: entry.persona,
            title: call.persona.title.clone(),
            voice: call.voice.clone(),
            alias: entry.alias,
            said,
            taken,
        };
        Ok((answer, warnings))
    }
}
