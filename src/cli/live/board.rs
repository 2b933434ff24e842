//! What everybody is doing at this moment: the fold of notices into one row a seat.
//!
//! Must never draw, and never read a clock: `now` is the time since the view began.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::Notice;
use crate::cli::live::place::Place;
use crate::cli::live::speakers::voice_line;
use crate::cli::live::spent::Spent;
use crate::debate::agent::{Seat, Voice};
use crate::debate::board;
use crate::debate::event::{Event, Logged};
use crate::debate::history::{History, Outcome};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::reply::Fault;
use crate::debate::response::Response;
use crate::debate::schedule::{PassedOver, Slot};
use crate::debate::{person, text};

/// Characters, or bytes of a prompt, that make one token: a rough guess until the provider has counted.
const CHARS_PER_TOKEN: u64 = 4;

/// Who does what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Board {
    /// The mode's name for people.
    pub(super) title: String,
    /// Where the debate is.
    pub(super) stage: Stage,
    /// The panel, in seating order.
    pub(super) seats: Vec<Row>,
    /// The moderator.
    pub(super) moderator: Row,
    /// Turns in flight.
    pub(super) flights: BTreeMap<TurnId, Flight>,
    /// Requests that brought no reply.
    faulted: u32,
}

/// Where the debate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was asked yet.
    Starting,
    /// Here.
    At(Place),
    /// Somebody asked for a pause; what is in flight is waited for.
    Pausing,
    /// Somebody asked for an early end.
    Stopping,
    /// The ballots are counted.
    Decided,
}

/// One line of the board.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Whose.
    pub(super) speaker: Speaker,
    /// Name on this panel.
    pub(super) name: String,
    /// Provider and model.
    pub(super) voice: String,
    /// What it does, while it has no turn in flight.
    pub(super) state: State,
    /// What its replies took so far.
    pub(super) spent: Spent,
    /// How long its last turn took.
    pub(super) took: Option<Duration>,
}

/// What a speaker does in the stage, while it has no turn in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It has no turn.
    Idle,
    /// Its turn comes.
    Waiting,
    /// It has spoken, for an option where that is open.
    Answered(Option<OptionId>),
    /// Its ballot is in.
    Voted,
    /// It is not asked again: its earlier ballot stands.
    Stands,
    /// It is not heard, for this reason.
    Absent(String),
}

/// A turn in flight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flight {
    /// When it was asked.
    pub(super) since: Duration,
    /// Tokens that the prompt may take.
    input: u64,
    /// Characters that have arrived.
    chars: u64,
    /// When the next request goes out, and why the last one failed.
    pub(super) retry: Option<(Duration, String)>,
    /// What the request waits for before it is sent.
    pub(super) queued: Option<String>,
}

impl Flight {
    /// Tokens so far, as a guess.
    pub(super) fn tokens(&self) -> u64 {
        self.input + self.chars.div_ceil(CHARS_PER_TOKEN)
    }

    /// Whether text has begun to arrive.
    pub(super) fn is_arriving(&self) -> bool {
        self.chars > 0
    }
}

impl Board {
    /// The board of a session as it stands, before anything is asked.
    pub(super) fn new(history: &History) -> Self {
        let row = |speaker, name: &str, voice: Option<&Voice>| Row {
            speaker,
            name: text::line(name),
            voice: voice.map(voice_line).unwrap_or_default(),
            state: State::Idle,
            spent: Spent::default(),
            took: None,
        };
        let seats = history.agents.iter().map(|agent| row(Speaker::Seat(agent.seat), &agent.name, Some(&agent.voice)));
        let mut board = Self {
            title: text::line(&history.setup.mode.title),
            stage: Stage::Starting,
            seats: seats.collect(),
            moderator: row(Speaker::Moderator, "Moderator", history.setup.moderators.first()),
            flights: BTreeMap::new(),
            faulted: 0,
        };
        for (id, turn) in &history.turns {
            for (_, outcome) in turn.settled() {
                board.count(id.speaker, outcome);
            }
        }
        board
    }

    /// Adds what a notice tells; an event in it is part of `history` already.
    pub(super) fn apply(&mut self, history: &History, notice: &Notice, now: Duration) {
        match notice {
            Notice::Recorded(logged) => self.record(history, logged, now),
            Notice::Arriving { turn, chars } => {
                if let Some(flight) = self.flights.get_mut(turn) {
                    flight.retry = None;
                    flight.chars += u64::try_from(*chars).unwrap_or(0);
                }
            }
            Notice::Waiting { turn, ahead, reason } => {
                if let Some(flight) = self.flights.get_mut(turn) {
                    flight.queued = Some(queued(*ahead, reason));
                }
            }
            Notice::Sending { turn } => {
                if let Some(flight) = self.flights.get_mut(turn) {
                    flight.queued = None;
                }
            }
            Notice::Retrying { turn, reason, wait_ms, .. } => {
                if let Some(flight) = self.flights.get_mut(turn) {
                    flight.retry = Some((now + Duration::from_millis(*wait_ms), text::line(reason)));
                    flight.chars = 0;
                }
            }
            Notice::Attempted { .. } => {}
            Notice::Pausing { .. } => self.stage = Stage::Pausing,
        }
    }

    /// What all replies so far took, and the requests that are on their way.
    pub(super) fn total(&self) -> (Spent, u32) {
        let landed = self.seats.iter().map(|row| row.spent).fold(self.moderator.spent, Spent::and);
        let flying = u32::try_from(self.flights.len()).unwrap_or(u32::MAX);
        (landed.with_arriving(self.flights.values().map(Flight::tokens).sum()), landed.requests + self.faulted + flying)
    }

    /// The turns that a speaker has in flight.
    pub(super) fn flights_of(&self, speaker: Speaker) -> impl Iterator<Item = &Flight> {
        self.flights.iter().filter(move |(turn, _)| turn.speaker == speaker).map(|(_, flight)| flight)
    }

    fn record(&mut self, history: &History, logged: &Logged, now: Duration) {
        match &logged.event {
            Event::TurnStarted { turn, voice, prompt, .. } => {
                self.enter(history, turn);
                self.flights.insert(
                    turn.clone(),
                    Flight { since: now, input: prompt.bytes / CHARS_PER_TOKEN, chars: 0, retry: None, queued: None },
                );
                if let Some(row) = self.row(turn.speaker) {
                    row.voice = voice_line(voice);
                }
            }
            Event::TurnFinished { turn, reply, response, .. } => {
                let outcome = Outcome::Finished { reply: reply.clone(), response: response.clone() };
                self.land(history, turn, &outcome, now);
            }
            Event::TurnFailed { turn, fault, .. } => self.land(history, turn, &Outcome::Failed(fault.clone()), now),
            Event::PerspectivesChosen { .. } => {
                for (row, agent) in self.seats.iter_mut().zip(&history.agents) {
                    row.name = text::line(&agent.name);
                }
            }
            Event::StopRequested { .. } => self.stop("stopped"),
            Event::LimitReached(_) => self.stop("limit reached"),
            Event::SessionResumed {} | Event::SessionContinued(_) | Event::SynthesisRequested {} => {
                self.stage = Stage::Starting;
            }
            Event::SessionPaused { .. } => self.stage = Stage::Pausing,
            Event::Decided { .. } => self.stage = Stage::Decided,
            Event::SessionOpened(_)
            | Event::FactsAwaited { .. }
            | Event::NeedsAnswered { .. }
            | Event::TurnsAwaited { .. }
            | Event::OptionsFrozen(_)
            | Event::RoundClosed(_)
            | Event::LimitsSet(_)
            | Event::SessionRenamed { .. }
            | Event::SessionClosed { .. } => {}
        }
    }

    /// Sets the rows for the stage that `turn` belongs to, where it is a new one.
    fn enter(&mut self, history: &History, turn: &TurnId) {
        let stage = Stage::At(Place::of_turn(history, turn));
        if self.stage == stage {
            return;
        }
        self.stage = stage;
        let board = board::Board::of(history);
        let here = |slot: &&Slot<'_>| {
            slot.phase.name == turn.phase && slot.round == turn.round && slot.stage.name == turn.stage
        };
        if let Some(slot) = board.slots().iter().find(here) {
            for row in &mut self.seats {
                row.state = state_in(history, slot, row.speaker);
                row.took = None;
            }
        }
    }

    fn land(&mut self, history: &History, turn: &TurnId, outcome: &Outcome, now: Duration) {
        let flight = self.flights.remove(turn);
        self.count(turn.speaker, outcome);
        if let Some(row) = self.row(turn.speaker) {
            row.state = unless_sealed(history, turn, state_after(outcome));
            row.took = flight.map(|flight| now.saturating_sub(flight.since));
        }
    }

    fn count(&mut self, speaker: Speaker, outcome: &Outcome) {
        match outcome {
            Outcome::Finished { reply, .. } => {
                if let Some(row) = self.row(speaker) {
                    row.spent.add(reply);
                }
            }
            Outcome::Failed(fault) => {
                self.faulted += fault.requests;
                if let Some(row) = self.row(speaker) {
                    row.spent.lose(fault.loss.as_deref());
                }
            }
        }
    }

    /// What is in flight will not be waited for.
    fn stop(&mut self, why: &str) {
        self.stage = Stage::Stopping;
        for turn in std::mem::take(&mut self.flights).into_keys() {
            if let Some(row) = self.row(turn.speaker) {
                row.state = State::Absent(why.to_owned());
            }
        }
        for row in self.seats.iter_mut().filter(|row| row.state == State::Waiting) {
            row.state = State::Idle;
        }
    }

    fn row(&mut self, speaker: Speaker) -> Option<&mut Row> {
        match speaker {
            Speaker::Seat(_) => self.seats.iter_mut().find(|row| row.speaker == speaker),
            Speaker::Moderator => Some(&mut self.moderator),
        }
    }
}

/// What a request waits for, in words.
pub(super) fn queued(ahead: usize, reason: &str) -> String {
    let ahead = if ahead == 0 { String::new() } else { format!(", {ahead} ahead") };
    format!("{}{ahead}", text::line(reason))
}

fn state_in(history: &History, slot: &Slot<'_>, speaker: Speaker) -> State {
    let Speaker::Seat(seat) = speaker else {
        return State::Idle;
    };
    if let Some(planned) = slot.turns.iter().find(|planned| planned.id.speaker == speaker) {
        let settled = history.turns.get(&planned.id).and_then(|turn| turn.attempts.last()?.outcome.as_ref());
        return unless_sealed(history, &planned.id, settled.map_or(State::Waiting, state_after));
    }
    passed_over(slot, seat)
}

/// Which option a seat holds is not shown while a person in its stage has yet to choose.
fn unless_sealed(history: &History, turn: &TurnId, state: State) -> State {
    match state {
        State::Answered(Some(_)) if person::sealed(history).contains(turn) => State::Answered(None),
        state => state,
    }
}

fn passed_over(slot: &Slot<'_>, seat: Seat) -> State {
    match slot.passed_over.iter().find(|(other, _)| *other == seat).map(|(_, why)| why) {
        Some(PassedOver::NothingNew) => State::Stands,
        Some(PassedOver::ProviderLost) => State::Absent("provider lost".to_owned()),
        None => State::Idle,
    }
}

fn state_after(outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(Fault { kind, .. }) => State::Absent(kind.to_string().replace('_', " ")),
        Outcome::Finished { response, .. } => match response {
            Response::Ballot(_) => State::Voted,
            Response::Position(position) => {
                State::Answered(position.stance.as_ref().and_then(|stance| stance.option.clone()))
            }
            Response::Questions(_) | Response::Perspectives(_) | Response::Sorting(_) | Response::Synthesis(_) => {
                State::Answered(None)
            }
            Response::Unclear { .. } => State::Absent("unreadable".to_owned()),
            Response::Truncated => State::Absent("cut off".to_owned()),
            Response::Refused => State::Absent("declined".to_owned()),
            Response::Filtered => State::Absent("filtered".to_owned()),
        },
    }
}
