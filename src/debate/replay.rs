//! Replay: a log held against what the core makes of it today, event by event.
//!
//! Must never stop at the first miss, and never go on with anything but the recorded facts: one altered event is one miss,
//! not a hundred.

use serde::Serialize;
use serde_json::Value;

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt};
use crate::debate::event::{Event, Logged};
use crate::debate::fold::HistoryError;
use crate::debate::history::History;
use crate::debate::log::ids::{PromptMark, TurnId};
use crate::debate::log::limits::{Grant, LimitKind};
use crate::debate::protocol::{self, Step};
use crate::debate::reply::Reply;
use crate::debate::response::Response;
use crate::debate::rules::Rule;
use crate::debate::waiting::Waiting;
use crate::debate::{prompt, text};

/// Longest value that a miss shows, in characters.
const VALUE_CHARS_MAX: usize = 120;
/// Stands for a field that one side does not have.
const ABSENT: &str = "absent";

/// A field of the log that the core would write differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// Place of the event.
    pub seq: u64,
    /// Its tag, such as `round_closed`.
    pub event: &'static str,
    /// Path of the field in the event's JSON, such as `consensus.agreement`; `event` where another event belongs.
    pub field: String,
    /// What the log holds, as JSON, clipped to 120 characters; `absent` without the field.
    pub recorded: String,
    /// What the core makes of it.
    pub recomputed: String,
}

/// A prompt that a log says was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPrompt {
    /// Place of the event.
    pub seq: u64,
    /// For which turn.
    pub turn: TurnId,
    /// Which attempt at it, from 1.
    pub attempt: u32,
    /// To whom.
    pub voice: Voice,
    /// What identifies it.
    pub recorded: PromptMark,
    /// The prompt as the core words it today; `None` when it would not ask this there.
    pub rebuilt: Option<Prompt>,
}

/// A value that two sides do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path of the field.
    pub field: String,
    /// What one side holds, as JSON, clipped to 120 characters.
    pub recorded: String,
    /// What the other makes of it.
    pub recomputed: String,
}

/// Which fields are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of both sides.
    Whole,
    /// Those that the recorded side holds: the other may have learned more since.
    Recorded,
}

/// Runs the core anew before every event of a log, and returns every field in which the two differ, in order.
///
/// A log of the present format must match in full; of an older one, every field that it holds. A field that joins the format
/// must therefore stay out of the log while it says nothing new.
///
/// # Errors
/// The log is empty, or holds an event that cannot follow from those before it.
pub fn verify(log: &[Logged]) -> Result<Vec<Miss>, HistoryError> {
    let mut misses = Vec::new();
    walk(log, |walker, logged| misses.extend(check(walker, logged)))?;
    Ok(misses)
}

/// Returns every prompt that a log says was sent, with the one that the core would send there.
///
/// # Errors
/// The log is empty, or holds an event that cannot follow from those before it.
pub fn prompts(log: &[Logged]) -> Result<Vec<SentPrompt>, HistoryError> {
    let mut sent = Vec::new();
    walk(log, |walker, logged| {
        if let Event::TurnStarted { turn, attempt, voice, prompt, .. } = &logged.event {
            let is_it = |ask: &&Ask| ask.turn == *turn && ask.attempt == *attempt && ask.voice == *voice;
            let rebuilt = walker.asks().iter().find(is_it).map(|ask| ask.prompt.clone());
            let (turn, attempt, voice, recorded) = (turn.clone(), *attempt, voice.clone(), prompt.clone());
            sent.push(SentPrompt { seq: logged.seq, turn, attempt, voice, recorded, rebuilt });
        }
    })?;
    Ok(sent)
}

/// A session on its way through its log.
struct Walker {
    history: History,
    /// What the core says is next; unknown until somebody asks.
    step: Option<Step>,
}

/// Shows every event after the first to `visit`, with the session as it stood before.
fn walk(log: &[Logged], mut visit: impl FnMut(&mut Walker, &Logged)) -> Result<(), HistoryError> {
    let (first, rest) = log.split_first().ok_or(HistoryError::Empty)?;
    let mut walker = Walker { history: History::open(first)?, step: None };
    for logged in rest {
        visit(&mut walker, logged);
        walker.history.apply(logged)?;
        // What is due stays due while it is being asked, and working it out is most of the work.
        if !matches!(logged.event, Event::TurnStarted { .. }) {
            walker.step = None;
        }
    }
    Ok(())
}

impl Walker {
    fn step(&mut self) -> &Step {
        let (step, history) = (&mut self.step, &self.history);
        // Who paused a session wants nothing done.
        step.get_or_insert_with(|| if history.paused { Step::Done } else { protocol::next(history) })
    }

    fn asks(&mut self) -> &[Ask] {
        match self.step() {
            Step::Ask(asks) => asks,
            Step::Record(_) | Step::Wait | Step::Done => &[],
        }
    }
}

fn check(walker: &mut Walker, logged: &Logged) -> Vec<Miss> {
    let is_whole = Rule::WholeEvents.holds_in(walker.history.setup.format);
    let extent = if is_whole { Extent::Whole } else { Extent::Recorded };
    let tag = logged.event.tag();
    let found = match &logged.event {
        Event::TurnStarted { turn, attempt, voice, prompt, grant } => {
            started(walker, turn, (*attempt, voice, prompt, grant.as_ref()), extent)
        }
        Event::TurnFinished { turn, attempt, reply, response } => {
            finished(&walker.history, turn, *attempt, (reply, response), extent)
        }
        Event::TurnFailed { turn, attempt, .. } => attempted(&walker.history, turn, *attempt),
        Event::LimitReached(reached) if reached.limit == LimitKind::Time => {
            from_outside(&walker.history, &logged.event)
        }
        Event::PerspectivesChosen { .. }
        | Event::OptionsFrozen(_)
        | Event::LimitReached(_)
        | Event::RoundClosed(_)
        | Event::FactsAwaited { .. }
        | Event::TurnsAwaited { .. }
        | Event::Decided { .. }
        | Event::SessionClosed { .. } => computed(walker, &logged.event, extent),
        Event::SessionOpened(_)
        | Event::NeedsAnswered { .. }
        | Event::StopRequested { .. }
        | Event::LimitsSet(_)
        | Event::SessionPaused { .. }
        | Event::SessionResumed {}
        | Event::SessionContinued(_)
        | Event::SynthesisRequested {}
        | Event::SessionRenamed { .. } => from_outside(&walker.history, &logged.event),
    };
    let miss =
        |Difference { field, recorded, recomputed }| Miss { seq: logged.seq, event: tag, field, recorded, recomputed };
    found.into_iter().map(miss).collect()
}

fn started(
    walker: &mut Walker,
    turn: &TurnId,
    (attempt, voice, mark, grant): (u32, &Voice, &PromptMark, Option<&Grant>),
    extent: Extent,
) -> Vec<Difference> {
    let Some(ask) = walker.asks().iter().find(|ask| ask.turn == *turn).cloned() else {
        return vec![unlike("turn", json(turn), due(walker.step()))];
    };
    let mut found = differences(&json(&attempt), &json(&ask.attempt), "attempt", extent);
    found.extend(differences(&json(voice), &json(&ask.voice), "voice", extent));
    found.extend(differences(&json(mark), &json(&prompt::mark(&ask.prompt)), "prompt", extent));
    found.extend(differences(&json(&grant), &json(&ask.grant), "grant", extent));
    found
}

fn finished(
    history: &History,
    turn: &TurnId,
    attempt: u32,
    (reply, response): (&Reply, &Response),
    extent: Extent,
) -> Vec<Difference> {
    let mut found = attempted(history, turn, attempt);
    found.extend(differences(&json(response), &json(&protocol::read(history, turn, reply)), "response", extent));
    found
}

/// Whether a reply or a fault belongs to the attempt in flight.
fn attempted(history: &History, turn: &TurnId, attempt: u32) -> Vec<Difference> {
    let settled = history.turns.get(turn).map_or(0, |known| known.settled().count());
    let due = u32::try_from(settled).unwrap_or(u32::MAX).saturating_add(1);
    differences(&json(&attempt), &json(&due), "attempt", Extent::Whole)
}

fn computed(walker: &mut Walker, recorded: &Event, extent: Extent) -> Vec<Difference> {
    match walker.step() {
        Step::Record(event) if event.tag() == recorded.tag() => differences(&json(recorded), &json(event), "", extent),
        step => vec![unlike("event", json(&recorded.tag()), due(step))],
    }
}

/// Facts from outside follow from nothing, but some cannot have happened where they stand.
fn from_outside(history: &History, event: &Event) -> Vec<Difference> {
    let is_over = history.ending.is_some();
    let objection = match event {
        Event::StopRequested { .. } if is_over => Some("the session is over"),
        Event::LimitReached(_) if is_over => Some("the session is over"),
        Event::SessionPaused { .. } if is_over => Some("the session is over"),
        Event::SessionPaused { .. } if history.paused => Some("the session is paused"),
        Event::SessionResumed {}
            if !(is_over || history.paused || history.stop.is_some() || history.limit.is_some()) =>
        {
            Some("the session was under way")
        }
        Event::NeedsAnswered { .. } if !matches!(history.waiting, Some(Waiting::Facts(_))) => {
            Some("nothing was waited for")
        }
        Event::SessionContinued(terms) if terms.rounds == 0 => Some("no rounds are wanted"),
        Event::SynthesisRequested {} if history.decision.is_none() => Some("there is no verdict"),
        Event::SessionOpened(_)
        | Event::FactsAwaited { .. }
        | Event::NeedsAnswered { .. }
        | Event::TurnsAwaited { .. }
        | Event::LimitReached(_)
        | Event::LimitsSet(_)
        | Event::StopRequested { .. }
        | Event::SessionPaused { .. }
        | Event::SessionResumed {}
        | Event::SessionContinued(_)
        | Event::SynthesisRequested {}
        | Event::SessionRenamed { .. }
        | Event::TurnStarted { .. }
        | Event::TurnFinished { .. }
        | Event::TurnFailed { .. }
        | Event::PerspectivesChosen { .. }
        | Event::OptionsFrozen(_)
        | Event::RoundClosed(_)
        | Event::Decided { .. }
        | Event::SessionClosed { .. } => None,
    };
    objection.map(|objection| unlike("event", json(&event.tag()), json(&objection))).into_iter().collect()
}

/// What the core would have done in place of what the log tells.
fn due(step: &Step) -> Value {
    match step {
        Step::Ask(asks) => json(&asks.iter().map(|ask| ask.turn.to_string()).collect::<Vec<_>>()),
        Step::Record(event) => json(&event.tag()),
        Step::Wait => json(&"needs_answered"),
        Step::Done => json(&"nothing"),
    }
}

/// Returns the values that differ between two JSON values, with their paths below `path`, in the order of the recorded side.
pub fn differences(recorded: &Value, recomputed: &Value, path: &str, extent: Extent) -> Vec<Difference> {
    match (recorded, recomputed) {
        (Value::Object(one), Value::Object(other)) => {
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let held = one.iter().flat_map(|(name, value)| pair(Some(value), other.get(name), &below(name), extent));
            let added = other.iter().filter(|(name, _)| extent == Extent::Whole && !one.contains_key(*name));
            held.chain(added.flat_map(|(name, value)| pair(None, Some(value), &below(name), extent))).collect()
        }
        (Value::Array(one), Value::Array(other)) => {
            let places = 0..one.len().max(other.len());
            places.flat_map(|at| pair(one.get(at), other.get(at), &format!("{path}[{at}]"), extent)).collect()
        }
        (one, other) if one == other => Vec::new(),
        (one, other) => vec![unlike(path, one.clone(), other.clone())],
    }
}

fn pair(recorded: Option<&Value>, recomputed: Option<&Value>, path: &str, extent: Extent) -> Vec<Difference> {
    match (recorded, recomputed) {
        (Some(recorded), Some(recomputed)) => differences(recorded, recomputed, path, extent),
        (recorded, recomputed) => {
            let side = |value: Option<&Value>| value.map_or_else(|| ABSENT.to_owned(), shown);
            vec![Difference { field: path.to_owned(), recorded: side(recorded), recomputed: side(recomputed) }]
        }
    }
}

fn unlike(field: &str, recorded: Value, recomputed: Value) -> Difference {
    Difference { field: field.to_owned(), recorded: shown(&recorded), recomputed: shown(&recomputed) }
}

fn shown(value: &Value) -> String {
    text::clip(&value.to_string(), VALUE_CHARS_MAX)
}

fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).expect("events hold no map with keys that are not text")
}
