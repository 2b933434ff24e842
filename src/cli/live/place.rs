//! Where a debate is, in words.

use std::fmt;

use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::{schedule, text};

/// A stage of a round, or one of the program's own phases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Phase name.
    phase: String,
    /// Round and rounds at most, in a phase that has rounds to set.
    round: Option<(u32, u32)>,
    /// Stage name, in a phase that has several.
    stage: Option<String>,
    /// What the moderator does, in the program's own phases.
    errand: Option<&'static str>,
}

impl Place {
    /// The place of a turn.
    pub(super) fn of_turn(history: &History, turn: &TurnId) -> Self {
        let mut place = Self::of_round(history, &turn.phase, turn.round);
        let phase = history.setup.mode.phases.iter().find(|phase| phase.name == turn.phase);
        if phase.is_some_and(|phase| phase.stages.len() > 1) {
            place.stage = Some(text::line(&turn.stage));
        }
        place
    }

    /// The place of a whole round.
    pub(super) fn of_round(history: &History, phase: &str, round: u32) -> Self {
        let known = history.setup.mode.phases.iter().find(|known| known.name == phase);
        let errand = match phase {
            schedule::FRAMING => Some("the moderator proposes perspectives"),
            schedule::OPTIONS => Some("the moderator sorts the opening statements"),
            schedule::SYNTHESIS => Some("the moderator writes the closing text"),
            _ => None,
        };
        Self {
            phase: text::line(phase),
            round: known
                .filter(|known| known.rounds.is_some())
                .map(|known| (round, schedule::rounds(history, known, round))),
            stage: None,
            errand: errand.filter(|_| known.is_none()),
        }
    }

    /// The place in short, such as `exchange 2`.
    pub(super) fn short(&self) -> String {
        let round = self.round.map(|(round, _)| round.to_string());
        [Some(self.phase.clone()), round, self.stage.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.phase)?;
        if let Some((round, rounds)) = self.round {
            write!(f, " · round {round} of {rounds}")?;
        }
        match (&self.stage, self.errand) {
            (Some(stage), _) => write!(f, " · {stage}"),
            (None, Some(errand)) => write!(f, " · {errand}"),
            (None, None) => Ok(()),
        }
    }
}
