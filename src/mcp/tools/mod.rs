//! The tools: one row each, one file each. To add one, add a file and a row.

mod agents;
mod ask;
mod budget;
mod control;
mod export;
mod go_on;
mod list;
mod show;
mod start;
mod synthesize;

use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::app::{Admission, App, Session};
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::error::Failure;
use crate::mcp::answer::Answer;
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::following::Followed;
use crate::mcp::outcome::{Activity, Outcome};

/// What a tool does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It reads what is stored.
    Reads,
    /// It asks models, which costs money, and adds to what is stored.
    Asks,
}

/// A tool.
pub(super) struct Row {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    effect: Effect,
    input: fn() -> JsonObject,
    output: fn() -> JsonObject,
    /// Answers a call.
    pub(super) run: fn(Call, JsonObject) -> BoxFuture<'static, Result<Answer, Failure>>,
}

/// Every tool, in the order in which they are listed.
pub(super) const TOOLS: [Row; 9] = [
    start::TOOL,
    go_on::TOOL,
    control::TOOL,
    list::TOOL,
    show::TOOL,
    export::TOOL,
    synthesize::TOOL,
    ask::TOOL,
    agents::TOOL,
];

/// Finds a tool by its name.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    const { &TOOLS }.iter().find(|tool| tool.name == name)
}

impl Row {
    /// The tool as clients see it.
    pub(super) fn published(&self) -> Tool {
        let hints = ToolAnnotations::with_title(self.title);
        let hints = match self.effect {
            Effect::Reads => hints.read_only(true).idempotent(true).open_world(false),
            Effect::Asks => hints.read_only(false).destructive(false).idempotent(false).open_world(true),
        };
        Tool::new(self.name, self.about, Arc::new((self.input)()))
            .with_title(self.title)
            .with_raw_output_schema(Arc::new((self.output)()))
            .with_annotations(hints)
    }
}

/// Answers a call with what `tool` makes of its arguments.
fn answering<A, F>(
    call: Call,
    arguments: JsonObject,
    tool: fn(Call, A) -> F,
) -> BoxFuture<'static, Result<Answer, Failure>>
where
    A: DeserializeOwned + JsonSchema + Send + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    Box::pin(async move { tool(call, arguments::read(arguments)?).await })
}

/// Whether a call waits for the end of the debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// It does.
    UntilTheEnd,
    /// It answers as soon as the session is under way.
    No,
}

impl Wait {
    /// Reads the argument `wait`, which is true where it is not given.
    fn of(given: Option<bool>) -> Self {
        if given.unwrap_or(true) { Self::UntilTheEnd } else { Self::No }
    }
}

/// Lets a session run, and returns it as it stands at its end, or at its beginning for a call that does not wait.
async fn run(call: &Call, admission: Admission, session: Session, wait: Wait) -> Result<(History, Activity), Failure> {
    let beginning = session.history.clone();
    let run = Followed::begin(call, admission, session);
    match wait {
        Wait::No => Ok((beginning, Activity::Running)),
        Wait::UntilTheEnd => Ok((run.finished(call).await?, Activity::AtRest)),
    }
}

/// Lets a session run, and answers with what it came to.
async fn run_to_answer(call: &Call, admission: Admission, session: Session, wait: Wait) -> Result<Answer, Failure> {
    let warnings = session.warnings.clone();
    let (history, activity) = run(call, admission, session, wait).await?;
    Outcome::of(&history, warnings, activity).answer(&history)
}

/// Whether some process runs a session.
fn activity(app: &App, session: SessionId) -> Result<Activity, Failure> {
    Ok(if app.is_running(session)? { Activity::Running } else { Activity::AtRest })
}

/// A mode is named here, never a file: that could be any file of this machine.
fn check_mode(app: &App, given: &str) -> Result<(), Failure> {
    let modes = app.modes();
    if modes.iter().any(|mode| mode.name == given) {
        return Ok(());
    }
    let names: Vec<&str> = modes.iter().map(|mode| mode.name.as_str()).collect();
    Err(Failure::usage(format!("mode is `{given}`, and there is no mode of that name"))
        .with_hint(format!("use one of {}", names.join(", "))))
}

/// A persona is named here, never a file: what a client may read is not for it to say.
fn check_personas(app: &App, argument: &str, given: &[String]) -> Result<(), Failure> {
    let listed = app.personas();
    let names: Vec<&str> = listed.iter().map(|persona| persona.name.as_str()).collect();
    match given.iter().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            Err(Failure::usage(format!("{argument} is `{unknown}`, and there is no persona of that name"))
                .with_hint(format!("use one of {}", names.join(", "))))
        }
    }
}
