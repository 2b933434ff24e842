//! What a view is narrowed to, and where in the session a turn belongs.

use serde::Serialize;

use crate::debate::agent::Agent;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::schedule::{self, Cursor, Slot};
use crate::debate::text::{identity, line};
use crate::export::record;

/// What a reader wants to see of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// One round, by its number in the session.
    pub round: Option<u32>,
    /// One agent, by id, seat number, name or persona; or `moderator`.
    pub agent: Option<String>,
}

/// Why a session cannot be narrowed like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// No such round.
    #[error("the session has no round {asked}; it has {there}")]
    Round {
        /// The number given.
        asked: u32,
        /// The numbers there are, in words.
        there: String,
    },
    /// Nobody of that name.
    #[error("nobody on the panel is `{asked}`; there are {there}")]
    Agent {
        /// The name given.
        asked: String,
        /// Who there is.
        there: String,
    },
    /// A persona that sits on several seats.
    #[error("`{asked}` is several agents; say which: {there}")]
    Ambiguous {
        /// The name given.
        asked: String,
        /// Whom it may mean.
        there: String,
    },
}

/// A round of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its number in the session, from 1: the opening is 1.
    pub number: u32,
    /// Its phase.
    pub phase: String,
    /// Its number in the phase, from 1.
    pub round: u32,
    /// How it stands.
    pub state: State,
}

/// How a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is over.
    Closed,
    /// It is under way.
    Open,
    /// The session ended within it.
    Unfinished,
}

/// A session, and how much of it is to be shown.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The session.
    pub history: &'a History,
    /// Its stages and claims.
    pub board: Board<'a>,
    places: Vec<Place>,
    round: Option<u32>,
    speaker: Option<Speaker>,
}

impl<'a> Scope<'a> {
    /// Narrows a session.
    ///
    /// # Errors
    /// [`ScopeError::Round`] when there is no such round, [`ScopeError::Agent`] when nobody has the name.
    /// [`ScopeError::Ambiguous`] when several have it.
    pub fn new(history: &'a History, narrowing: &Narrowing) -> Result<Self, ScopeError> {
        let board = Board::of(history);
        let places = places(history);
        if let Some(asked) = narrowing.round.filter(|asked| places.iter().all(|place| place.number != *asked)) {
            let there = match places.len() {
                0 => "none yet".to_owned(),
                1 => "round 1 alone".to_owned(),
                last => format!("rounds 1 to {last}"),
            };
            return Err(ScopeError::Round { asked, there });
        }
        let speaker = narrowing.agent.as_deref().map(|asked| speaker(history, asked)).transpose()?;
        Ok(Self { history, board, places, round: narrowing.round, speaker })
    }

    /// The rounds in scope.
    pub fn rounds(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| self.round.is_none_or(|round| round == place.number))
    }

    /// Who is in scope: the seats in their order, then the moderator if it had a turn or was asked for.
    pub fn speakers(&self) -> Vec<Speaker> {
        if let Some(speaker) = self.speaker {
            return vec![speaker];
        }
        let moderated = self.history.turns.keys().any(|turn| turn.speaker == Speaker::Moderator);
        let seats = self.history.agents.iter().map(|agent| Speaker::Seat(agent.seat));
        seats.chain(moderated.then_some(Speaker::Moderator)).collect()
    }

    /// Whether a speaker is in scope.
    pub fn shows(&self, speaker: Speaker) -> bool {
        self.speaker.is_none_or(|only| only == speaker)
    }

    /// Whether a turn is in scope.
    pub fn holds(&self, turn: &TurnId) -> bool {
        self.shows(turn.speaker) && self.round.is_none_or(|round| self.number(turn) == Some(round))
    }

    /// Whether anything was left out.
    pub fn is_narrowed(&self) -> bool {
        self.round.is_some() || self.speaker.is_some()
    }

    /// Whether only one agent is shown.
    pub fn is_one_agent(&self) -> bool {
        self.speaker.is_some()
    }

    /// What the view is narrowed to, in words.
    pub fn narrowed(&self) -> Option<String> {
        let round = self.round.map(|round| format!("round {round}"));
        let agent = self.speaker.map(|speaker| self.name(speaker));
        let parts: Vec<String> = agent.into_iter().chain(round).collect();
        (!parts.is_empty()).then(|| format!("only {}", parts.join(", ")))
    }

    /// The number of the round that a turn belongs to. The program's own turns belong to the opening and, the closing
    /// text, to the last round that had begun before it. `None` for a turn of a round that is to be held anew.
    pub fn number(&self, turn: &TurnId) -> Option<u32> {
        match turn.phase.as_str() {
            schedule::FRAMING | schedule::OPTIONS => Some(1),
            schedule::SYNTHESIS => {
                let written = self.begun(turn)?;
                let before = self.places.iter().filter(|place| {
                    self.history
                        .turns
                        .keys()
                        .any(|other| place.holds(other) && self.begun(other).is_some_and(|begun| begun < written))
                });
                before.max_by_key(|place| place.number).map(|place| place.number)
            }
            _ => self.places.iter().find(|place| place.holds(turn)).map(|place| place.number),
        }
    }

    /// Place of the event that began the latest attempt at a turn.
    pub fn begun(&self, turn: &TurnId) -> Option<u64> {
        self.history.turns.get(turn)?.attempts.last().map(|attempt| attempt.seq)
    }

    /// Every turn of a round that was begun and is in scope, in order; the program's own first or last.
    pub fn turns(&self, place: &Place) -> Vec<&TurnId> {
        let own = |phase: &'static str| {
            let turns = self.history.turns.keys().filter(move |turn| turn.phase == phase);
            turns.filter(|turn| self.number(turn) == Some(place.number))
        };
        let planned = self.board.slots().iter().filter(|slot| place.is_of(slot)).flat_map(|slot| &slot.turns);
        let planned = planned.filter_map(|planned| Some(self.history.turns.get_key_value(&planned.id)?.0));
        let all = own(schedule::FRAMING).chain(planned).chain(own(schedule::OPTIONS)).chain(own(schedule::SYNTHESIS));
        all.filter(|turn| self.shows(turn.speaker)).collect()
    }

    /// The stages up to the end of a round.
    pub fn board_until(&self, place: &Place) -> Board<'a> {
        let end = self.board.slots().iter().rposition(|slot| place.is_of(slot)).map_or(0, |last| last + 1);
        self.board.until(end)
    }

    /// The speaker's name.
    pub fn name(&self, speaker: Speaker) -> String {
        record::name(self.history, speaker)
    }

    /// Where a turn was, in words.
    pub fn whereabouts(&self, turn: &TurnId) -> String {
        let number = self.number(turn).map_or_else(|| "no round".to_owned(), |number| format!("round {number}"));
        format!("{number} ({})", turn.phase)
    }
}

impl Place {
    /// Whether a turn belongs to the round by its name.
    pub fn holds(&self, turn: &TurnId) -> bool {
        turn.phase == self.phase && turn.round == self.round
    }

    /// Whether a stage belongs to the round.
    pub fn is_of(&self, slot: &Slot<'_>) -> bool {
        slot.phase.name == self.phase && slot.round == self.round
    }

    /// The round's heading.
    pub fn title(&self) -> String {
        let state = match self.state {
            State::Closed => "",
            State::Open => " (open)",
            State::Unfinished => " (unfinished)",
        };
        format!("Round {} · {}, round {}{state}", self.number, self.phase, self.round)
    }
}

/// The closed rounds, and the one under way if it has begun or is about to.
fn places(history: &History) -> Vec<Place> {
    let closed = history.rounds.iter().map(|closed| (closed.phase.as_str(), closed.round, State::Closed));
    let current = match schedule::cursor(history) {
        Cursor::Round(index, round) => Some((history.setup.mode.phases[index].name.as_str(), round)),
        Cursor::Over => None,
    };
    let is_over = history.ending.is_some() || history.decision.is_some() || history.has_lost_quorum();
    let has_begun = |phase: &str, round| history.turns.keys().any(|turn| turn.phase == phase && turn.round == round);
    let current = current
        .filter(|(phase, round)| !is_over || has_begun(phase, *round))
        .map(|(phase, round)| (phase, round, if is_over { State::Unfinished } else { State::Open }));
    let numbered = closed.chain(current).zip(1..);
    numbered.map(|((phase, round, state), number)| Place { number, phase: phase.to_owned(), round, state }).collect()
}

/// Finds who is meant. Ids and seats are exact; names come from the mode or a model, so they come second.
fn speaker(history: &History, asked: &str) -> Result<Speaker, ScopeError> {
    let wanted = identity(asked);
    let find = |is_meant: &dyn Fn(&Agent) -> bool| {
        let found = history.agents.iter().filter(|agent| is_meant(agent));
        found.collect::<Vec<&Agent>>()
    };
    let mut found = find(&|agent| identity(&agent.id) == wanted || agent.seat.to_string() == wanted);
    if found.is_empty() && wanted == "moderator" {
        return Ok(Speaker::Moderator);
    }
    if found.is_empty() {
        found = find(&|agent| identity(&agent.name) == wanted);
    }
    if found.is_empty() {
        found = find(&|agent| identity(&agent.persona.name) == wanted);
    }
    let listed = |agents: &[&Agent]| {
        let entries: Vec<String> = agents.iter().map(|agent| format!("{} ({})", agent.id, line(&agent.name))).collect();
        entries.join(", ")
    };
    match found.as_slice() {
        [agent] => Ok(Speaker::Seat(agent.seat)),
        [] => {
            let everybody: Vec<&Agent> = history.agents.iter().collect();
            Err(ScopeError::Agent { asked: line(asked), there: format!("{} and moderator", listed(&everybody)) })
        }
        several => Err(ScopeError::Ambiguous { asked: line(asked), there: listed(several) }),
    }
}
