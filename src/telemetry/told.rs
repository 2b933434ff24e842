//! What each notice says as a line: its level and its fields.
//!
//! Must never copy a text that a person, a model or a provider wrote: only places, names of settings, models and classes.

use serde::Serialize;
use serde_json::{Value, json};

use crate::debate::event::{Ending, Event, Logged};
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::log::setup::Setup;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::Response;
use crate::engine::{EngineError, Notice};
use crate::providers::Attempted;
use crate::telemetry::clock::now_ms;
use crate::telemetry::line::{Field, Level, Line};
use crate::telemetry::turns::{self, Begun};

/// The line of a notice; `begun` is the turn that it is about.
pub(super) fn notice(setup: &Setup, notice: &Notice, begun: Option<&Begun>) -> Line {
    let (at_ms, level, event, fields) = match notice {
        Notice::Recorded(logged) => {
            let Logged { at_ms, event, .. } = logged.as_ref();
            let (level, fields) = recorded(setup, event, begun);
            (*at_ms, level, event.tag(), fields)
        }
        Notice::Attempted { turn, attempted } => {
            (now_ms(), Level::Debug, "request_ended", [place(turn), request(attempted)].concat())
        }
        Notice::Waiting { turn, ahead, reason } => {
            let why = vec![("ahead", json!(ahead)), ("reason", json!(reason))];
            (now_ms(), Level::Debug, "turn_queued", [place(turn), why].concat())
        }
        Notice::Sending { turn } => (now_ms(), Level::Debug, "turn_sent", place(turn)),
        Notice::Retrying { turn, requests, wait_ms, .. } => {
            let how = vec![("requests", json!(requests)), ("wait_ms", json!(wait_ms))];
            let why = begun.and_then(|begun| begun.attempted.as_ref()).map(failed).unwrap_or_default();
            (now_ms(), Level::Warn, "turn_retrying", [place(turn), how, why].concat())
        }
        Notice::Arriving { turn, chars } => {
            (now_ms(), Level::Trace, "turn_arriving", [place(turn), vec![("chars", json!(chars))]].concat())
        }
        Notice::Pausing { in_flight } => {
            (now_ms(), Level::Info, "session_pausing", vec![("in_flight", json!(in_flight))])
        }
    };
    let session = vec![("session", json!(setup.session.to_string()))];
    Line { at_ms, level, event, fields: [session, fields].concat() }
}

fn recorded(setup: &Setup, event: &Event, begun: Option<&Begun>) -> (Level, Vec<Field>) {
    match event {
        Event::SessionOpened(setup) => {
            (Level::Info, vec![("mode", json!(setup.mode.mode)), ("seats", json!(setup.agents.len()))])
        }
        Event::PerspectivesChosen { personas, proposed } => {
            (Level::Info, vec![("personas", json!(personas.len())), ("proposed", json!(proposed))])
        }
        Event::TurnStarted { turn, attempt, voice, .. } => {
            let seated = turns::seated(setup, turn.speaker).filter(|seated| *seated != voice);
            let instead = seated.map(|seated| format!("{}/{}", seated.provider, seated.model));
            let level = if instead.is_some() { Level::Warn } else { Level::Debug };
            let who = vec![
                ("attempt", json!(attempt)),
                ("provider", json!(voice.provider)),
                ("model", json!(voice.model)),
                ("instead_of", json!(instead)),
            ];
            (level, [place(turn), who].concat())
        }
        Event::TurnFinished { turn, attempt, reply, response } => {
            let (level, kind) = read(response);
            let who = vec![
                ("attempt", json!(attempt)),
                ("provider", json!(begun.map(|begun| &begun.voice.provider))),
                ("response", json!(kind)),
            ];
            (level, [place(turn), who, taken(reply)].concat())
        }
        Event::TurnFailed { turn, attempt, fault } => {
            (Level::Warn, [place(turn), vec![("attempt", json!(attempt))], lost(fault)].concat())
        }
        Event::OptionsFrozen(frozen) => {
            (Level::Info, vec![("options", json!(frozen.options.len())), ("basis", word(&frozen.basis))])
        }
        Event::RoundClosed(closed) => {
            let stop = closed.stop.as_ref().map(|stop| stop.reason);
            let fields = vec![
                ("phase", json!(closed.phase)),
                ("round", json!(closed.round)),
                ("claims", json!(closed.claims)),
                ("claims_new", json!(closed.claims_new)),
                ("stop", word(&stop)),
            ];
            (Level::Info, fields)
        }
        Event::FactsAwaited { needs } => (Level::Info, vec![("needs", json!(needs.len()))]),
        Event::NeedsAnswered { facts } => (Level::Info, vec![("facts", json!(facts.len()))]),
        Event::TurnsAwaited { turns } => (Level::Info, vec![("turns", json!(turns.len()))]),
        Event::StopRequested { by } | Event::SessionPaused { by } => (Level::Info, vec![("by", word(by))]),
        Event::LimitReached(reached) => {
            let fields =
                vec![("limit", word(&reached.limit)), ("max", json!(reached.max)), ("spent", json!(reached.spent))];
            (Level::Warn, fields)
        }
        Event::Decided { decision } => {
            (Level::Info, vec![("label", word(&decision.label)), ("dissent", json!(decision.dissent.len()))])
        }
        Event::SessionContinued(continued) => (Level::Info, vec![("rounds", json!(continued.rounds))]),
        Event::LimitsSet(_)
        | Event::SessionResumed {}
        | Event::SynthesisRequested {}
        | Event::SessionRenamed { .. } => (Level::Info, Vec::new()),
        Event::SessionClosed { ending } => {
            let level = match ending {
                Ending::Decided => Level::Info,
                Ending::QuorumLost | Ending::Stopped | Ending::LimitReached => Level::Warn,
            };
            (level, vec![("ending", word(ending))])
        }
    }
}

/// The line that a run begins with.
pub(super) fn run_begun(history: &History) -> Line {
    let setup = &history.setup;
    let fields = vec![
        ("session", json!(setup.session.to_string())),
        ("mode", json!(setup.mode.mode)),
        ("seats", json!(setup.agents.len())),
        ("events", json!(history.seq)),
    ];
    Line { at_ms: now_ms(), level: Level::Info, event: "run_begun", fields }
}

/// The line that it ends with.
pub(super) fn run_ended<E>(setup: &Setup, outcome: &Result<History, EngineError<E>>) -> Line {
    let (level, outcome) = match outcome {
        Ok(history) if history.paused => (Level::Info, json!("paused")),
        Ok(history) if history.waiting.is_some() => (Level::Info, json!("waiting")),
        Ok(history) => (Level::Info, word(&history.ending)),
        Err(EngineError::Aborted) => (Level::Warn, json!("interrupted")),
        Err(EngineError::Log(_)) => (Level::Error, json!("store_failed")),
        Err(EngineError::History(_)) => (Level::Error, json!("log_damaged")),
    };
    let fields = vec![("session", json!(setup.session.to_string())), ("outcome", outcome)];
    Line { at_ms: now_ms(), level, event: "run_ended", fields }
}

/// A line about a persona that is asked alone.
pub(super) fn persona(level: Level, event: &'static str, who: &[Field], fields: Vec<Field>) -> Line {
    Line { at_ms: now_ms(), level, event, fields: [who.to_vec(), fields].concat() }
}

/// Lines that nobody took in time.
pub(super) fn lines_lost(count: u64) -> Line {
    Line { at_ms: now_ms(), level: Level::Warn, event: "lines_lost", fields: vec![("count", json!(count))] }
}

/// No collector can be told anything.
#[cfg(feature = "otel")]
pub(super) fn collector_unusable(reason: &str) -> Line {
    let fields = vec![("reason", json!(reason))];
    Line { at_ms: now_ms(), level: Level::Warn, event: "collector_unusable", fields }
}

/// The collector did not take what was left in time.
#[cfg(feature = "otel")]
pub(super) fn collector_unreached(reason: &str) -> Line {
    let fields = vec![("reason", json!(reason))];
    Line { at_ms: now_ms(), level: Level::Warn, event: "collector_unreached", fields }
}

/// What a reply took.
pub(super) fn taken(reply: &Reply) -> Vec<Field> {
    let usage = &reply.usage;
    vec![
        ("model", json!(reply.model)),
        ("finish", word(&reply.finish)),
        ("input_tokens", json!(usage.input_tokens)),
        ("cached_tokens", json!(usage.cached_tokens)),
        ("output_tokens", json!(usage.output_tokens)),
        ("cost_usd", json!(reply.cost_usd)),
        ("elapsed_ms", json!(reply.elapsed_ms)),
        ("requests", json!(reply.requests)),
        ("lost", json!((reply.lost > 0).then_some(reply.lost))),
    ]
}

/// What a fault is, without the words in which the provider told it.
pub(super) fn lost(fault: &Fault) -> Vec<Field> {
    vec![
        ("provider", json!(fault.provider)),
        ("model", json!(fault.model)),
        ("error", word(&fault.kind)),
        ("status", json!(fault.status)),
        ("request_id", json!(fault.request_id)),
        ("requests", json!(fault.requests)),
        ("lost", json!((fault.lost > 0).then_some(fault.lost))),
    ]
}

/// What came of one request.
pub(super) fn request(attempted: &Attempted) -> Vec<Field> {
    let how = vec![
        ("server", json!(attempted.server.to_string())),
        ("request", json!(attempted.request)),
        ("elapsed_ms", json!(attempted.elapsed_ms)),
    ];
    [how, failed(attempted)].concat()
}

fn failed(attempted: &Attempted) -> Vec<Field> {
    vec![("error", word(&attempted.error)), ("status", json!(attempted.status))]
}

fn place(turn: &TurnId) -> Vec<Field> {
    vec![
        ("phase", json!(turn.phase)),
        ("round", json!(turn.round)),
        ("stage", json!(turn.stage)),
        ("speaker", json!(turn.speaker.to_string())),
    ]
}

/// What kind of response it is, and how grave that is.
fn read(response: &Response) -> (Level, &'static str) {
    match response {
        Response::Position(_) => (Level::Info, "position"),
        Response::Questions(_) => (Level::Info, "questions"),
        Response::Ballot(_) => (Level::Info, "ballot"),
        Response::Perspectives(_) => (Level::Info, "perspectives"),
        Response::Sorting(_) => (Level::Info, "sorting"),
        Response::Synthesis(_) => (Level::Info, "synthesis"),
        Response::Unclear { .. } => (Level::Warn, "unclear"),
        Response::Truncated => (Level::Warn, "truncated"),
        Response::Refused => (Level::Warn, "refused"),
        Response::Filtered => (Level::Warn, "filtered"),
    }
}

/// The name under which a value is stored.
fn word(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
