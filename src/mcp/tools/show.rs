//! `get_session`: one side of a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app;
use crate::debate::event::Logged;
use crate::debate::history::History;
use crate::error::Failure;
use crate::export::views::scope::Narrowing;
use crate::export::views::{Layout, View};
use crate::mcp::answer::{Answer, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::outcome::{Activity, Outcome, status};
use crate::mcp::tools::{Effect, Row, activity, answering};

pub(super) const TOOL: Row = Row {
    name: "get_session",
    title: "Look into a debate",
    about: "\
Shows one side of a session; costs nothing. status: how far it is, to poll a debate under way. decision: the decision and the four \
layers, as start_roundtable answers. round: who said what (with round, that one alone; the opening is round 1). agent: one agent's \
path with all its claims and changes of mind (agent: seat number, name or persona, or moderator). thoughts: the reasoning behind \
what was said, which the other agents were not shown. consensus: every seat's option and ratings, round by round. citations: the \
sources and who cited them. claims: the ledger of claims with evidence. costs: calls, tokens and dollars. round and agent narrow \
every view but status and decision.",
    effect: Effect::Reads,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Shown>,
    run: |call, arguments| answering(call, arguments, show),
};

/// Which side of which session.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The session: its id, a unique prefix, its name, or @ for the latest.
    session: String,
    /// Which side. Default: decision.
    view: Option<Side>,
    /// This round alone, counted from the opening, 1.
    round: Option<u32>,
    /// This agent alone: its seat number, name or persona, or moderator.
    agent: Option<String>,
}

/// A side of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Side {
    Status,
    Decision,
    Round,
    Agent,
    Thoughts,
    Consensus,
    Citations,
    Claims,
    Costs,
}

/// One side of a session.
#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// The session's id.
    session: String,
    /// How it stands: running, open (cut off), paused, waiting (for people), decided, quorum_lost or stopped.
    status: String,
    /// Rounds closed so far, the opening included.
    rounds_closed: usize,
    /// Turns that have come to something so far.
    turns_taken: usize,
    /// Which side this is.
    view: Side,
    /// The side itself; null for status.
    detail: Value,
}

async fn show(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&[])?;
    let log = app.log(&given.session)?;
    let history = app.replay(&log)?;
    let activity = activity(&app, history.setup.session)?;
    let side = given.view.unwrap_or(Side::Decision);
    let narrowing = Narrowing { round: given.round, agent: given.agent };
    if matches!(side, Side::Status | Side::Decision) && narrowing != Narrowing::default() {
        return Err(Failure::usage(
            "round and agent narrow a view; status and decision are those of the whole session",
        )
        .with_hint("pass view: round, agent, thoughts, consensus, citations, claims or costs"));
    }
    if side == Side::Agent && narrowing.agent.is_none() {
        return Err(Failure::usage("view is `agent`, and agent does not say which")
            .with_hint("pass agent: a seat number, a name, a persona, or moderator"));
    }
    let (detail, text) = drawn(&log, &history, side, &narrowing, activity)?;
    let shown = Shown {
        session: history.setup.session.to_string(),
        status: status(&history, activity),
        rounds_closed: history.rounds.len(),
        turns_taken: history.turns.values().filter(|turn| turn.settled().next().is_some()).count(),
        view: side,
        detail,
    };
    let text = match side {
        Side::Status => format!(
            "session {}: {}; {} rounds closed, {} turns taken",
            shown.session, shown.status, shown.rounds_closed, shown.turns_taken
        ),
        Side::Decision
        | Side::Round
        | Side::Agent
        | Side::Thoughts
        | Side::Consensus
        | Side::Citations
        | Side::Claims
        | Side::Costs => text,
    };
    Answer::new(&shown, text, Success::Yes)
}

/// A side as a value and as a text.
fn drawn(
    log: &[Logged],
    history: &History,
    side: Side,
    narrowing: &Narrowing,
    activity: Activity,
) -> Result<(Value, String), Failure> {
    let view = match side {
        Side::Status => return Ok((Value::Null, String::new())),
        Side::Decision => return Outcome::of(history, Vec::new(), activity).drawn(),
        Side::Round => View::Rounds,
        Side::Agent => View::Agents,
        Side::Thoughts => View::Thoughts,
        Side::Consensus => View::Ballots,
        Side::Citations => View::Citations,
        Side::Claims => View::Claims,
        Side::Costs => View::Costs,
    };
    let json = app::view(log, view, narrowing, Layout::Json)?;
    let value = serde_json::from_str(&json)
        .map_err(|error| Failure::internal(format!("a view cannot be read back: {error}")).with_source(error))?;
    Ok((value, app::view(log, view, narrowing, Layout::Markdown)?))
}
