//! Personas asked alone: each by a call of its own, which leaves a row in the ledger and nothing else.
//!
//! Must never store a word of what was asked or answered.

pub(crate) mod answer;
mod call;
pub(crate) mod counts;
mod prompt;
mod share;
mod shelf;
mod talking;
mod tools;
pub(crate) mod turnstile;
mod watch;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

pub use crate::app::ask::answer::{AskRequest, Asked, Capped, PersonaAnswer, Said, Silence};

use crate::app::ask::answer::Cause;
use crate::app::ask::call::{Call, Matter, Prepared};
use crate::app::failures::store_failure;
use crate::app::limits;
use crate::app::program::App;
use crate::app::request::Who;
use crate::app::search::{self, Searcher};
use crate::app::supplied::{self, Supplied};
use crate::config::{Origin, keys};
use crate::debate::log::limits::Reached;
use crate::debate::log::material::{Material, Origin as MaterialOrigin};
use crate::debate::search::WebSearch;
use crate::debate::text;
use crate::error::Failure;
use crate::material::TOTAL_BYTES_MAX;
use crate::message::{Action, Message, message};
use crate::store::Store;

/// Longest task, in bytes.
const TASK_BYTES_MAX: usize = 64 * 1024;

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
