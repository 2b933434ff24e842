//! Personas asked alone: each by a call of its own, which leaves a row in the ledger and nothing else.
//!
//! Must never store a word of what was asked or answered.

mod prompt;
mod talking;

use std::sync::{Arc, OnceLock};

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::app::failures::store_failure;
use crate::app::supplied::{self, Supplied};
use crate::app::{App, Guard, Who, gateway_of, panel};
use crate::config::{Origin, keys};
use crate::debate::agent::Voice;
use crate::debate::event::SessionId;
use crate::debate::material::{Material, Origin as MaterialOrigin};
use crate::debate::reply::{Citation, Fault, Finish};
use crate::debate::text;
use crate::error::Failure;
use crate::personas::PersonaFile;
use crate::providers::rehearsal::{self, Rehearsal};
use crate::providers::table;
use crate::providers::talk::Talker;
use crate::store::{LedgerEntry, Store, Taken};

/// Most personas that are asked by one call.
const PERSONAS_MAX: usize = 8;
/// Longest task, in bytes.
const TASK_BYTES_MAX: usize = 64 * 1024;

/// Who is to be asked what.
#[derive(Debug, Clone)]
pub struct AskRequest {
    /// Names of the personas, or files.
    pub personas: Vec<String>,
    /// What they are asked.
    pub task: String,
    /// Files, folders, or `-` for standard input; relative to the working folder.
    pub context: Vec<String>,
    /// Material that is at hand as text.
    pub material: Option<String>,
    /// What becomes of what looks like a secret.
    pub guard: Guard,
    /// Who answers.
    pub who: Who,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// One for each persona, in the order in which they were named.
    pub answers: Vec<PersonaAnswer>,
    /// What the user should know besides.
    pub warnings: Vec<String>,
}

/// What came of asking one persona.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonaAnswer {
    /// Its name.
    pub persona: String,
    /// Its name for people.
    pub title: String,
    /// Who was asked to play it.
    pub voice: Voice,
    /// Alias of the key it was asked with.
    pub alias: String,
    /// What it said, or why it said nothing.
    pub said: Result<Said, Fault>,
    /// What it took, whether or not there is an answer.
    pub taken: Taken,
}

/// What a persona said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The answer.
    pub text: String,
    /// The model that gave it, as the provider names it.
    pub model: String,
    /// Why it ends.
    pub finish: Finish,
    /// Sources that the provider names.
    pub citations: Vec<Citation>,
}

/// Lets a few personas be asked at once, and the others wait. Clones are the same; whoever comes first sets how many.
#[derive(Debug, Clone, Default)]
pub struct Turnstile(Arc<OnceLock<Semaphore>>);

/// A persona with all that it takes to ask it.
struct Call {
    persona: PersonaFile,
    voice: Voice,
    alias: String,
    talker: Box<dyn Talker>,
}

impl App {
    /// Asks each persona, all at once as far as the limit on them allows. Fails before anything is sent: on what looks like a
    /// secret, on a persona or a key that is missing, on a ledger that cannot be written.
    pub async fn ask(&self, request: &AskRequest) -> Result<Asked, Failure> {
        let task = request.task.trim();
        if text::is_blank(task) || task.len() > TASK_BYTES_MAX {
            let bytes = task.len();
            return Err(Failure::usage(format!("the task is {bytes} bytes long; 1 to {TASK_BYTES_MAX} are taken"))
                .with_hint("say what is asked in a few sentences, and give the rest as context"));
        }
        supplied::check_secrets(&self.config, [("the task".to_owned(), task)], request.guard)?;
        let mut warnings: Vec<String> = self.config.warnings().iter().map(ToString::to_string).collect();
        let material = self.material(request, &mut warnings)?;
        let calls = self.calls(request)?;
        let store = Store::open(self.config.data_dir()).map_err(store_failure)?;
        let answers = join_all(calls.iter().map(|call| self.ask_one(&store, call, task, &material))).await;
        let mut asked = Asked { answers: Vec::new(), warnings };
        for answer in answers {
            let (answer, warning) = answer?;
            asked.answers.push(answer);
            asked.warnings.extend(warning);
        }
        Ok(asked)
    }

    fn material(&self, request: &AskRequest, warnings: &mut Vec<String>) -> Result<Vec<Material>, Failure> {
        let supplied = Supplied { context: request.context.clone(), guard: request.guard, ..Supplied::default() };
        let mut material = supplied::premises(&self.config, &supplied, warnings)?.context;
        let given = request.material.as_ref().filter(|text| !text::is_blank(text));
        material.extend(given.map(|text| Material::new("context".to_owned(), MaterialOrigin::Input, text)));
        let texts = material.iter().map(|material| (material.name.clone(), material.text.as_str()));
        supplied::check_secrets(&self.config, texts, request.guard)?;
        Ok(material)
    }

    fn calls(&self, request: &AskRequest) -> Result<Vec<Call>, Failure> {
        let count = request.personas.len();
        if count == 0 || count > PERSONAS_MAX {
            return Err(Failure::usage(format!(
                "{count} personas are named; 1 to {PERSONAS_MAX} can be asked at once"
            ))
            .with_hint("`roundtable personas list` shows them all"));
        }
        let found = request.personas.iter().map(|name| {
            self.persona(name)
                .map(|found| found.persona)
                .map_err(|error| Failure::usage(error.to_string()).with_source(error))
        });
        let found: Vec<PersonaFile> = found.collect::<Result<_, _>>()?;
        found.into_iter().enumerate().map(|(place, persona)| self.call(persona, place, request.who)).collect()
    }

    fn call(&self, persona: PersonaFile, place: usize, who: Who) -> Result<Call, Failure> {
        match who {
            Who::Rehearsal(pace) => Ok(Call {
                persona,
                voice: rehearsal::voice(),
                alias: rehearsal::NAME.to_owned(),
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
                let (endpoint, alias) =
                    panel::persona_endpoint(&self.config, vendor, persona.key.as_deref()).map_err(named)?;
                let talker = Box::new(gateway_of(vec![endpoint], &self.accounts)?);
                Ok(Call { persona, voice, alias, talker })
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

    /// Asks one persona. Its row in the ledger is on disk before the first request.
    async fn ask_one(
        &self,
        store: &Store,
        call: &Call,
        task: &str,
        material: &[Material],
    ) -> Result<(PersonaAnswer, Option<String>), Failure> {
        let _slot = self.turnstile.pass(self.config.persona_concurrency()).await?;
        let entry = LedgerEntry {
            persona: call.persona.name.clone(),
            alias: call.alias.clone(),
            provider: call.voice.provider.clone(),
            model: call.voice.model.clone(),
        };
        let key = store.begin_ask(&entry).map_err(store_failure)?;
        let session = SessionId(Uuid::now_v7());
        let ask = prompt::ask(session, &call.persona, &call.voice, task, material);
        let (said, taken) = talking::held(call.talker.as_ref(), &ask).await;
        // What was paid for is told, whatever becomes of the row.
        let warning = store
            .end_ask(key, &taken)
            .err()
            .map(|error| format!("the ledger lacks what {} took: {error}", entry.persona));
        let answer = PersonaAnswer {
            persona: entry.persona,
            title: call.persona.title.clone(),
            voice: call.voice.clone(),
            alias: entry.alias,
            said,
            taken,
        };
        Ok((answer, warning))
    }
}

impl Turnstile {
    async fn pass(&self, most: u32) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
        let slots = self.0.get_or_init(|| Semaphore::new(most as usize));
        slots.acquire().await.map_err(|error| Failure::internal(error.to_string()).with_source(error))
    }
}

/// The names in a list separated by commas, each once.
pub fn names_of(list: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The failure that personas without an answer mean to a script; `None` when all have answered.
pub fn ask_failure(asked: &Asked) -> Option<Failure> {
    let faults: Vec<&Fault> = asked.answers.iter().filter_map(|answer| answer.said.as_ref().err()).collect();
    let first = faults.first()?;
    let message = match asked.answers.len() {
        1 => format!("no answer: {first}"),
        count => format!("{} of {count} personas gave no answer: {first}", faults.len()),
    };
    let failure = Failure::providers(message).with_hint(&first.hint);
    Some(if faults.iter().any(|fault| fault.kind.is_retryable()) { failure } else { failure.lasting() })
}
