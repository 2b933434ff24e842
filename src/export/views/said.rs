//! What came of one turn, in a line: said, not readable, failed, or not known.

use serde::Serialize;

use crate::debate::consensus::{self, Standings};
use crate::debate::history::{Outcome, Turn};
use crate::debate::log::estimates::worded;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::response::{Estimate, Response, Unread};
use crate::export::figures::percent;
use crate::export::unread;
use crate::export::views::scope::{Place, Scope};

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Said {
    /// Which turn.
    #[serde(flatten)]
    pub turn: TurnId,
    /// The speaker's name.
    pub name: String,
    /// What it came to.
    pub outcome: Came,
    /// The option held, as it was counted.
    pub option: Option<OptionId>,
    /// The number given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// Stated confidence, 0 to 1.
    pub confidence: Option<f64>,
    /// Why the speaker abstained.
    pub abstained: Option<String>,
    /// What was said, or why nothing was.
    pub text: String,
    /// Fields left out of what counts, for they could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Attempts at the turn that came to nothing, and why; the last of them is the turn's end if that came to nothing too.
    pub missed: Vec<String>,
    /// Attempts of which nothing is known but that they began.
    pub unknown: u32,
}

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// A response that counts.
    Said,
    /// A reply that could not be read, or was refused.
    Unread,
    /// No reply.
    Failed,
    /// Nothing that is known.
    Unknown,
}

/// Tells what came of a turn, given the stances of its round.
pub fn said(scope: &Scope<'_>, turn: &TurnId, standings: &Standings<'_>) -> Said {
    let taken = scope.history.turns.get(turn);
    let response = taken.and_then(Turn::response);
    let valid = response.filter(|response| response.is_valid());
    let stance = valid.and_then(Response::stance);
    let counted = match turn.speaker {
        Speaker::Seat(seat) => standings.get(&seat).filter(|standing| standing.turn == turn),
        Speaker::Moderator => None,
    };
    let option = counted.map_or_else(|| stance?.option.clone(), |standing| standing.option.clone());
    let (outcome, text) = match (valid, response, taken.and_then(Turn::fault)) {
        (Some(said), _, _) => (Came::Said, said.headline()),
        (None, Some(unread), _) => (Came::Unread, unread.headline()),
        (None, None, Some(fault)) => (Came::Failed, fault.to_string()),
        (None, None, None) => (Came::Unknown, "no reply is known".to_owned()),
    };
    Said {
        turn: turn.clone(),
        name: scope.name(turn.speaker),
        outcome,
        option,
        estimate: stance.and_then(|stance| stance.estimate),
        confidence: valid.and_then(Response::confidence),
        abstained: stance.and_then(|stance| stance.abstained.clone()),
        text,
        unread: valid.map(|valid| valid.unread().to_vec()).unwrap_or_default(),
        missed: taken.map(missed).unwrap_or_default(),
        unknown: taken.map_or(0, Turn::unknown),
    }
}

/// The stances of a round, as they were counted when it closed.
pub fn standings<'a>(scope: &'a Scope<'_>, place: &Place) -> Standings<'a> {
    consensus::standings(&scope.board_until(place), &place.phase, place.round)
}

fn missed(turn: &Turn) -> Vec<String> {
    let missed = turn.settled().filter_map(|(attempt, outcome)| {
        let why = match outcome {
            Outcome::Finished { response, .. } if response.is_valid() => return None,
            Outcome::Finished { response, .. } => response.headline(),
            Outcome::Failed(fault) => fault.to_string(),
        };
        Some(format!("{} · {}: {why}", attempt.voice.provider, attempt.voice.model))
    });
    missed.collect()
}

impl Said {
    /// The speaker, with the stance or what stands in its place.
    pub fn label(&self, names_stage: NamesStage) -> String {
        let stage = match names_stage {
            NamesStage::Yes => format!(", {}", self.turn.stage),
            NamesStage::No => String::new(),
        };
        let stance: Vec<String> = self.stance().into_iter().collect();
        let stance = if stance.is_empty() { String::new() } else { format!(" ({})", stance.join(", ")) };
        format!("{}{stage}{stance}", self.name)
    }

    /// The stance, or why there is none, in a few words.
    pub fn stance(&self) -> Option<String> {
        let held = match self.outcome {
            Came::Said => {
                let number = self.estimate.map(|given| worded(given.value));
                self.option.as_ref().map(ToString::to_string).or(number).or(self.abstains())
            }
            Came::Unread => Some("not read".to_owned()),
            Came::Failed => Some("failed".to_owned()),
            Came::Unknown => Some("unknown".to_owned()),
        };
        let parts: Vec<String> = held.into_iter().chain(self.confidence.map(percent)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn abstains(&self) -> Option<String> {
        self.abstained.as_ref().map(|_| "abstains".to_owned())
    }

    /// The attempts at the turn that did not settle it, and why.
    pub fn missed_before(&self) -> &[String] {
        match (self.outcome, self.missed.split_last()) {
            (Came::Unread | Came::Failed, Some((_, before))) => before,
            (Came::Said | Came::Unknown, _) | (_, None) => &self.missed,
        }
    }

    /// The fields left out of it, each with the reason.
    pub fn left_out(&self) -> Option<String> {
        unread::left_out(&self.unread)
    }

    /// What was said, the reason for abstaining first.
    pub fn words(&self) -> String {
        match &self.abstained {
            Some(why) if self.text.is_empty() => why.clone(),
            Some(why) => format!("{why} / {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// Whether a label names the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesStage {
    /// It does: the round has several.
    Yes,
    /// It does not.
    No,
}
