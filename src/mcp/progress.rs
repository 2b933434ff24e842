//! How a debate goes, for whoever waits: a count that only grows, and a line by round and seat.
//!
//! Must never hold a debate up, and never guess how much is left: a debate ends when it ends.

use tokio::sync::{mpsc, watch};

use crate::app::Notice;
use crate::debate::event::Event;
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::log::round::ClosedRound;
use crate::debate::response::Response;
use crate::debate::text::clip;
use crate::export::figures::percent;
use crate::export::phrases::awaited;
use crate::export::record;

/// Longest line, in characters.
const LINE_CHARS_MAX: usize = 200;

/// What was heard last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// Things that happened so far.
    pub(super) count: u32,
    /// The last of them, in a line.
    pub(super) line: String,
}

impl Heard {
    /// What there is to say before anything has happened: which session it is.
    pub(super) fn first(history: &History) -> Self {
        let setup = &history.setup;
        let line =
            format!("session {} is under way: mode {}, {} seats", setup.session, setup.mode.mode, history.panel());
        Self { count: 1, line }
    }
}

/// Follows a session until it ends. Whoever is slow to listen hears the latest only.
pub(super) async fn follow(mut history: History, mut notices: mpsc::Receiver<Notice>, told: watch::Sender<Heard>) {
    while let Some(notice) = notices.recv().await {
        let line = match &notice {
            Notice::Recorded(logged) => {
                // What cannot be applied ends the run itself, which then says why.
                history.apply(logged).ok();
                line(&history, &logged.event)
            }
            Notice::Retrying { turn, reason, wait_ms, .. } => {
                let seconds = wait_ms.div_ceil(1_000);
                Some(format!("{}: retrying in {seconds} s: {reason}", place(&history, turn)))
            }
            Notice::Waiting { turn, ahead, reason } => {
                Some(format!("{}: in the queue, {ahead} ahead: {reason}", place(&history, turn)))
            }
            Notice::Pausing { in_flight } => Some(format!("pausing: {in_flight} turns are still waited for")),
            Notice::Arriving { .. } | Notice::Sending { .. } | Notice::Attempted { .. } => None,
        };
        if let Some(line) = line {
            told.send_modify(|heard| *heard = Heard { count: heard.count + 1, line: clip(&line, LINE_CHARS_MAX) });
        }
    }
}

/// What an event means to whoever waits; `None` where it means nothing.
fn line(history: &History, event: &Event) -> Option<String> {
    match event {
        Event::TurnFinished { turn, response, .. } => {
            let said = match response {
                // Sealed until its round is closed.
                Response::Ballot(_) => "ballot in".to_owned(),
                Response::Position(_)
                | Response::Questions(_)
                | Response::Perspectives(_)
                | Response::Sorting(_)
                | Response::Synthesis(_)
                | Response::Unclear { .. }
                | Response::Truncated
                | Response::Refused
                | Response::Filtered => response.headline(),
            };
            Some(format!("{}: {said}", place(history, turn)))
        }
        Event::TurnFailed { turn, fault, .. } => Some(format!("{}: {fault}", place(history, turn))),
        Event::PerspectivesChosen { personas, .. } => {
            let names: Vec<&str> = personas.iter().map(|persona| persona.name.as_str()).collect();
            Some(format!("perspectives: {}", names.join(", ")))
        }
        Event::OptionsFrozen(frozen) => {
            let options: Vec<String> =
                frozen.options.iter().map(|choice| format!("{} {}", choice.id, choice.text)).collect();
            Some(format!("options found: {}", options.join(" / ")))
        }
        Event::RoundClosed(closed) => Some(round(closed)),
        Event::Decided { decision } => {
            let text = decision.text.as_deref().unwrap_or("no decision");
            Some(format!("{}: {text}", decision.label))
        }
        Event::StopRequested { .. } => Some("stopping: the ballots in hand decide".to_owned()),
        Event::LimitReached(reached) => {
            Some(format!("the limit on {} is reached: {}", reached.limit.title(), reached.numbers()))
        }
        Event::SessionPaused { .. } => Some("paused".to_owned()),
        Event::FactsAwaited { .. } | Event::TurnsAwaited { .. } => {
            Some(format!("waits for people: {}", awaited(history).join("; ")))
        }
        Event::SessionOpened(_)
        | Event::NeedsAnswered { .. }
        | Event::TurnStarted { .. }
        | Event::LimitsSet(_)
        | Event::SessionResumed {}
        | Event::SessionContinued(_)
        | Event::SynthesisRequested {}
        | Event::SessionRenamed { .. }
        | Event::SessionClosed { .. } => None,
    }
}

fn round(closed: &ClosedRound) -> String {
    let agreement = closed.consensus.as_ref().and_then(|consensus| consensus.agreement);
    let agreement = agreement.map(|share| format!(", agreement {}", percent(share))).unwrap_or_default();
    format!("{} {} closed{agreement}", closed.phase, closed.round)
}

fn place(history: &History, turn: &TurnId) -> String {
    format!("{} {} · {}", turn.phase, turn.round, record::name(history, turn.speaker))
}
