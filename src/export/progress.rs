//! A session under way as lines of JSON for programs: one line for every event that matters, and for signals that pass.
//!
//! Must never tell what a sealed ballot says, nor hold text of models beyond what the events themselves settle.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::event::{Ending, Event, Logged, StoppedBy};
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::log::limits::{Caps, Reached};
use crate::debate::log::options::{Frozen, SortingBasis};
use crate::debate::log::round::ClosedRound;
use crate::debate::question::Choice;
use crate::debate::reply::{Fault, Reply};
use crate::debate::response::{NeedId, Response};
use crate::debate::text;
use crate::export::record::{self, Verdict};
use crate::export::usage::{self, PaidIn, Spent};

/// The format of the lines.
pub const SCHEMA: &str = "roundtable.progress/1";

/// A topic can be a whole document: a longer one is cut, in characters.
const TOPIC_CHARS_MAX: usize = 400;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// Format and version of the line.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The session's id; `None` before there is one.
    pub session: Option<String>,
    /// Place of the told event in the session's log, from 1; left out where the line tells no stored event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub seq: Option<u64>,
    /// When that was stored, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// What is told.
    #[serde(flatten)]
    pub told: Told,
    /// What was paid in this session so far; left out where no session is told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spent>,
}

/// What a line tells. Names of stored events are those of the event log.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "made, written and dropped, one at a time")]
pub enum Told {
    /// The session begins, or goes on. The first line of every run that has a session.
    SessionOpened(Opened),
    /// Something odd that does not stop the program.
    Warning {
        /// What it is.
        message: String,
    },
    /// The panel got its personas.
    PerspectivesChosen {
        /// Their names by seat.
        names: Vec<String>,
        /// Whether the moderator proposed them; otherwise they are the mode's own.
        proposed: bool,
    },
    /// A prompt is about to be sent.
    TurnStarted {
        /// Which turn.
        turn: TurnId,
        /// Which attempt at it, from 1.
        attempt: u32,
        /// Vendor that is asked.
        provider: String,
        /// Model that is asked.
        model: String,
    },
    /// A reply arrived.
    TurnFinished {
        /// Which turn.
        turn: TurnId,
        /// Which attempt.
        attempt: u32,
        /// What it is.
        response: Form,
        /// Whether it counts; one that does not is asked for again, or the seat is absent.
        counts: bool,
        /// What it took.
        took: Took,
    },
    /// No reply will come.
    TurnFailed {
        /// Which turn.
        turn: TurnId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        fault: Fault,
    },
    /// A request has to wait for its slot before it is sent.
    TurnQueued {
        /// For which turn.
        turn: TurnId,
        /// How many requests wait before it.
        ahead: usize,
        /// What for.
        reason: String,
    },
    /// A request failed and is sent again.
    TurnRetrying {
        /// For which turn.
        turn: TurnId,
        /// Requests sent so far.
        requests: u32,
        /// Why it failed.
        reason: String,
        /// Milliseconds until the next one.
        wait_ms: u64,
    },
    /// An open question got its options, for good.
    OptionsFrozen {
        /// The options.
        options: Vec<Choice>,
        /// How the sorting of the opening statements came about.
        basis: SortingBasis,
    },
    /// Everybody who could speak in a round has; with its tally.
    RoundClosed(ClosedRound),
    /// The debate waits for facts.
    FactsAwaited {
        /// What is needed.
        needs: Vec<NeedId>,
    },
    /// The wait for facts is over.
    NeedsAnswered {
        /// What was supplied for; the others stay unanswered.
        needs: Vec<NeedId>,
    },
    /// Nothing is due but turns that people on the panel have.
    TurnsAwaited {
        /// Which.
        turns: Vec<TurnId>,
    },
    /// Somebody asked for an early end.
    StopRequested {
        /// Who.
        by: StoppedBy,
    },
    /// A limit leaves no room for what would come next.
    LimitReached(Reached),
    /// Other limits hold from here on.
    LimitsSet(Caps),
    /// Somebody asked for a pause.
    SessionPausing {
        /// How many turns are still in flight, and waited for.
        in_flight: usize,
    },
    /// Nothing is in flight any more, and the session waits to be resumed.
    SessionPaused {
        /// Who asked for it.
        by: StoppedBy,
    },
    /// The session goes on after an interruption.
    SessionResumed {},
    /// The session goes on after its end.
    SessionContinued {
        /// Rounds of the exchange to be held.
        rounds: u32,
    },
    /// A closing text was asked for apart from the debate.
    SynthesisRequested {},
    /// The session got another name, or lost the one it had.
    SessionRenamed {
        /// The new one.
        name: Option<String>,
    },
    /// The ballots were counted.
    Decided(Verdict),
    /// The session ended.
    SessionClosed {
        /// How.
        ending: Ending,
    },
    /// The command failed, or its result is not what was asked for.
    Error {
        /// How.
        error: Problem,
    },
    /// The command ends. The last line of every run.
    Exited {
        /// Exit code of the process.
        exit_code: u8,
    },
}

/// A session at the beginning of a run.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Opened {
    /// The mode's name.
    pub mode: String,
    /// The question on one line, its end cut off beyond 400 characters.
    pub topic: String,
    /// Its options, as far as they stand.
    pub options: Vec<Choice>,
    /// By whom it is debated.
    pub panel: Vec<Seated>,
    /// Said when no model is asked.
    pub note: Option<&'static str>,
    /// Closed rounds of a session that goes on; `None` for one that begins.
    pub resumed_after_rounds: Option<usize>,
}

/// A seat of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Seated {
    /// Place on the panel.
    pub seat: Seat,
    /// The agent's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Vendor.
    pub provider: String,
    /// Model.
    pub model: String,
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A statement with claims.
    Position,
    /// Questions to the panel.
    Questions,
    /// A sealed rating.
    Ballot,
    /// Personas that fit the topic.
    Perspectives,
    /// Statements sorted into options.
    Sorting,
    /// The closing text.
    Synthesis,
    /// Something that could not be read.
    Unclear,
    /// A text that ended at the output limit.
    Truncated,
    /// A refusal.
    Refused,
    /// Nothing: the provider's filter removed it.
    Filtered,
}

/// What one reply took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Took {
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// Price in US dollars; `None` when it is not known, never 0 in its place.
    pub cost_usd: Option<f64>,
    /// Requests sent for it.
    pub requests: u32,
    /// From sending the request to the last byte, in milliseconds.
    pub elapsed_ms: u64,
}

/// A failure: the object that `--format json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// The class, and with it the exit code.
    pub kind: &'static str,
    /// What happened, in one line.
    pub message: String,
    /// What to do next, in one line.
    pub hint: Option<String>,
    /// Whether trying again, with nothing changed, may succeed.
    pub retryable: bool,
    /// The session it happened in.
    pub session: Option<String>,
}

/// A line about a command that has no session, or not yet.
pub fn aside(session: Option<String>, told: Told) -> Line {
    Line { schema: SCHEMA, session, seq: None, at_ms: None, told, spent: None }
}

/// A line about a signal that passes.
pub fn passing(history: &History, told: Told) -> Line {
    Line { spent: Some(usage::spent(history, PaidIn::Here, |_| true)), ..aside(Some(id(history)), told) }
}

/// The line that opens a run of a session as it stands.
pub fn opened(history: &History) -> Line {
    let seated = history.agents.iter().map(|agent| Seated {
        seat: agent.seat,
        id: agent.id.clone(),
        name: text::line(&agent.name),
        provider: agent.voice.provider.clone(),
        model: agent.voice.model.clone(),
    });
    let told = Told::SessionOpened(Opened {
        mode: history.setup.mode.mode.clone(),
        topic: text::clip(&history.setup.question.topic, TOPIC_CHARS_MAX),
        options: history.options().to_vec(),
        panel: seated.collect(),
        note: record::note(history),
        resumed_after_rounds: (history.seq > 1).then_some(history.rounds.len()),
    });
    Line { seq: Some(1), at_ms: Some(history.opened_ms), ..passing(history, told) }
}

/// The line of a stored event that is part of `history` already.
pub fn stored(history: &History, logged: &Logged) -> Line {
    let told = match &logged.event {
        Event::SessionOpened(_) => return opened(history),
        Event::PerspectivesChosen { proposed, .. } => {
            let names = history.agents.iter().map(|agent| text::line(&agent.name)).collect();
            Told::PerspectivesChosen { names, proposed: *proposed }
        }
        Event::TurnStarted { turn, attempt, voice, .. } => Told::TurnStarted {
            turn: turn.clone(),
            attempt: *attempt,
            provider: voice.provider.clone(),
            model: voice.model.clone(),
        },
        Event::TurnFinished { turn, attempt, reply, response } => Told::TurnFinished {
            turn: turn.clone(),
            attempt: *attempt,
            response: form(response),
            counts: response.is_valid(),
            took: took(reply),
        },
        Event::TurnFailed { turn, attempt, fault } => {
            Told::TurnFailed { turn: turn.clone(), attempt: *attempt, fault: fault.clone() }
        }
        Event::OptionsFrozen(Frozen { options, basis, .. }) => {
            Told::OptionsFrozen { options: options.clone(), basis: *basis }
        }
        Event::RoundClosed(closed) => Told::RoundClosed(closed.clone()),
        Event::FactsAwaited { needs } => Told::FactsAwaited { needs: needs.clone() },
        Event::NeedsAnswered { facts } => {
            Told::NeedsAnswered { needs: facts.iter().filter_map(|fact| fact.need.clone()).collect() }
        }
        Event::TurnsAwaited { turns } => Told::TurnsAwaited { turns: turns.clone() },
        Event::StopRequested { by } => Told::StopRequested { by: *by },
        Event::LimitReached(reached) => Told::LimitReached(*reached),
        Event::LimitsSet(caps) => Told::LimitsSet(caps.clone()),
        Event::Decided { decision } => Told::Decided(record::verdict(decision)),
        Event::SessionPaused { by } => Told::SessionPaused { by: *by },
        Event::SessionResumed {} => Told::SessionResumed {},
        Event::SessionContinued(continued) => Told::SessionContinued { rounds: continued.rounds },
        Event::SynthesisRequested {} => Told::SynthesisRequested {},
        Event::SessionRenamed { name } => Told::SessionRenamed { name: name.clone() },
        Event::SessionClosed { ending } => Told::SessionClosed { ending: *ending },
    };
    Line { seq: Some(logged.seq), at_ms: Some(logged.at_ms), ..passing(history, told) }
}

fn id(history: &History) -> String {
    history.setup.session.to_string()
}

fn form(response: &Response) -> Form {
    match response {
        Response::Position(_) => Form::Position,
        Response::Questions(_) => Form::Questions,
        Response::Ballot(_) => Form::Ballot,
        Response::Perspectives(_) => Form::Perspectives,
        Response::Sorting(_) => Form::Sorting,
        Response::Synthesis(_) => Form::Synthesis,
        Response::Unclear { .. } => Form::Unclear,
        Response::Truncated => Form::Truncated,
        Response::Refused => Form::Refused,
        Response::Filtered => Form::Filtered,
    }
}

fn took(reply: &Reply) -> Took {
    Took {
        input_tokens: reply.usage.input_tokens,
        output_tokens: reply.usage.output_tokens,
        cost_usd: reply.cost_usd,
        requests: reply.requests,
        elapsed_ms: reply.elapsed_ms,
    }
}
