//! Personas asked alone: each by a call of its own, which leaves a row in the ledger and nothing else.
//!
//! Must never store a word of what was asked or answered.

mod call;
mod prompt;
mod share;
mod shelf;
mod talking;
mod tools;
mod watch;

use std::sync::{Arc, OnceLock};

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::ask::call::{Call, Matter, Prepared};
use crate::app::failures::store_failure;
use crate::app::search::{self, Searcher};
use crate::app::supplied::{self, Supplied};
use crate::app::{App, Guard, Who, limits};
use crate::config::{Origin, keys};
use crate::debate::agent::Voice;
use crate::debate::budget::{LimitKind, Reached};
use crate::debate::material::{Material, Origin as MaterialOrigin};
use crate::debate::reply::{Citation, Fault, Finish};
use crate::debate::search::WebSearch;
use crate::debate::text;
use crate::error::Failure;
use crate::material::TOTAL_BYTES_MAX;
use crate::message::{Action, Message, message};
use crate::store::{Store, Taken};

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
    pub said: Result<Said, Silence>,
    /// What it took, whether or not there is an answer.
    pub taken: Taken,
}

/// Why a persona said nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// What happened.
    pub fault: Fault,
    /// What it comes from.
    pub cause: Cause,
}

/// What keeps a persona from an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// The fault, and nothing else.
    Fault,
    /// A limit on what is asked that left no room for an answer, as it holds all personas together.
    Limit(Reached),
    /// Whoever asked has called it off.
    CalledOff,
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
    /// What kept it from looking up more, if anything did.
    pub capped: Option<Capped>,
    /// Paths of the reference documents that it was shown, in part or whole.
    pub documents: Vec<String>,
    /// Calls of tools that it made.
    pub tool_calls: u32,
}

impl PersonaAnswer {
    /// The limit that kept it from looking up more, or from answering at all, if one did.
    pub fn capped(&self) -> Option<Capped> {
        match &self.said {
            Ok(said) => said.capped,
            Err(silence) => silence.reached().map(|reached| Capped::Limit(reached.limit)),
        }
    }
}

impl Silence {
    fn reached(&self) -> Option<Reached> {
        match self.cause {
            Cause::Limit(reached) => Some(reached),
            Cause::Fault | Cause::CalledOff => None,
        }
    }
}

impl From<Fault> for Silence {
    fn from(fault: Fault) -> Self {
        Self { fault, cause: Cause::Fault }
    }
}

impl Said {
    /// The answer with the pages that it points at, in Markdown.
    pub fn in_words(&self) -> String {
        let cited = self.citations.iter().filter(|citation| citation.cited);
        let unnamed = cited.filter(|citation| !self.text.contains(&citation.url));
        let mut pages: Vec<String> = Vec::new();
        for citation in unnamed {
            let title = citation.title.as_deref().map(text::line).filter(|title| !title.is_empty());
            let page = format!("- {}<{}>", title.map(|title| format!("{title}: ")).unwrap_or_default(), citation.url);
            pages.extend(Some(page).filter(|page| !pages.contains(page)));
        }
        match pages.is_empty() {
            true => self.text.clone(),
            false => format!("{}\n\nSources:\n\n{}", self.text.trim_end(), pages.join("\n")),
        }
    }
}

/// A limit of a persona that was reached before it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capped {
    /// It had turned to its tools as often as it may.
    ToolRounds,
    /// It had been shown as much of the documents as it may be.
    DocumentBytes,
    /// A limit on what is asked left room for an answer and no more, or not even for that.
    Limit(LimitKind),
}

impl Capped {
    /// The name of the limit, in a persona's file or among the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToolRounds => "tool_rounds",
            Self::DocumentBytes => "document_bytes",
            Self::Limit(LimitKind::Cost) => "max_cost",
            Self::Limit(LimitKind::Tokens) => "max_tokens",
            Self::Limit(LimitKind::Time) => "timeout",
        }
    }
}

/// Lets a few personas be asked at once, and the others wait. Clones are the same; whoever comes first sets how many.
#[derive(Debug, Clone, Default)]
pub struct Turnstile(Arc<OnceLock<Semaphore>>);

impl App {
    /// Asks each persona, all at once as far as the limit on them allows. Who has not answered when `leave` is cancelled is
    /// given up.
    ///
    /// # Errors
    /// Before anything is sent, fails on what looks like a secret, bad input, a missing persona or key, and too low a
    /// limit. Also fails when the ledger cannot be written; what a provider does wrong stands in the answers.
    pub async fn ask(&self, request: &AskRequest, leave: &CancellationToken) -> Result<Asked, Failure> {
        let task = request.task.trim();
        if text::is_blank(task) || task.len() > TASK_BYTES_MAX {
            let bytes = task.len();
            return Err(Failure::usage(format!("the task is {bytes} bytes long; 1 to {TASK_BYTES_MAX} are taken"))
                .with_hint("say what is asked in a few sentences, and give the rest as context"));
        }
        supplied::check_secrets(&self.config, [("the task".into(), task)], request.guard)?;
        let mut warnings: Vec<String> = self.config.warnings().iter().map(ToString::to_string).collect();
        let material = self.material(request, &mut warnings)?;
        let calls = self.calls(request)?;
        let search = search::wanted(&self.config)?;
        warnings.extend(self.of_search(&search, &calls, request.who));
        let shelf = if calls.iter().any(Call::reads) { shelf::open(&self.config, request.guard)? } else { None };
        warnings.extend(shelf.iter().flat_map(|shelf| shelf.warnings.clone()));
        let tools = tools::tools();
        let matter = Matter { task, material: &material, shelf: shelf.as_ref(), tools: &tools, search: &search };
        let prepared: Vec<Prepared<'_>> = calls.iter().map(|call| call.prepared(&matter)).collect();
        let share = call::share(&self.config, &prepared, &search)?;
        let store = Store::open(self.config.data_dir()).map_err(store_failure)?;
        let asking = prepared.into_iter().map(|prepared| self.ask_one(&store, prepared, share.clone(), leave));
        let answers = join_all(asking).await;
        let mut asked = Asked { answers: Vec::new(), warnings };
        for answer in answers {
            let (answer, more) = answer?;
            asked.answers.push(answer);
            asked.warnings.extend(more);
        }
        Ok(asked)
    }

    /// What to know of a search that was asked for.
    fn of_search(&self, wanted: &WebSearch, calls: &[Call], who: Who) -> Vec<String> {
        let mut warnings = Vec::new();
        let (may, not): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(|call| call.searches());
        let searchers: Vec<Searcher<'_>> = may.into_iter().map(Call::searcher).collect();
        if !searchers.is_empty() {
            search::warn(&self.config, wanted, (&searchers, who), &mut warnings);
        }
        let is_told = self.config.setting(keys::WEB_SEARCH).is_some_and(|setting| setting.origin == Origin::Flag);
        if is_told && wanted.terms().is_some() {
            let left_out = |(name, _): Searcher<'_>| format!("{name} searches nothing: its tools lack web_search");
            warnings.extend(not.into_iter().map(Call::searcher).map(left_out));
        }
        warnings
    }

    fn material(&self, request: &AskRequest, warnings: &mut Vec<String>) -> Result<Vec<Material>, Failure> {
        let supplied = Supplied { context: request.context.clone(), guard: request.guard, ..Supplied::default() };
        let mut material = supplied::premises(&self.config, &supplied, warnings)?.context;
        let given = request.material.as_ref().filter(|text| !text::is_blank(text));
        material.extend(given.map(|text| Material::new("context".to_owned(), MaterialOrigin::Input, text)));
        let bytes: u64 = material.iter().map(|material| material.bytes).sum();
        if bytes > TOTAL_BYTES_MAX {
            return Err(Failure::usage(format!(
                "the material is {bytes} bytes long; at most {TOTAL_BYTES_MAX} are taken"
            ))
            .with_hint("give what the task is about"));
        }
        let texts = material.iter().map(|material| (Message::from(&material.name), material.text.as_str()));
        supplied::check_secrets(&self.config, texts, request.guard)?;
        Ok(material)
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

/// The failure that personas without an answer mean to a script, a limit where nothing else kept them from one, an
/// interruption where any was called off; `None` when all have answered.
pub fn ask_failure(asked: &Asked) -> Option<Failure> {
    let silent: Vec<&Silence> = asked.answers.iter().filter_map(|answer| answer.said.as_ref().err()).collect();
    if silent.iter().any(|silence| silence.cause == Cause::CalledOff) {
        let failure = Failure::interrupted("interrupted; what was asked and not answered is dropped");
        return Some(failure.with_hint(message![Action::CountUsage, " counts what it took"]).lasting());
    }
    let first = silent.iter().find(|silence| silence.reached().is_none()).or(silent.first())?;
    let message = match asked.answers.len() {
        1 => format!("no answer: {}", first.fault),
        count => format!("{} of {count} personas gave no answer: {}", silent.len(), first.fault),
    };
    let failure = match first.reached() {
        Some(reached) => Failure::limit(message).with_hint(limits::raise(&highest(reached, &silent))),
        None => Failure::providers(message).with_hint(&first.fault.hint),
    };
    let may_heal = silent.iter().any(|silence| silence.fault.kind.is_retryable());
    Some(if may_heal { failure.passing() } else { failure.lasting() })
}

/// A limit as it was reached by whoever needs most of it.
fn highest(first: Reached, silent: &[&Silence]) -> Reached {
    let same = silent.iter().filter_map(|silence| silence.reached()).filter(|reached| reached.limit == first.limit);
    let least = |reached: &Reached| reached.least().unwrap_or(f64::INFINITY);
    same.fold(first, |highest, next| if least(&next) > least(&highest) { next } else { highest })
}
