//! What a debate's log says beyond its verdict: how firm the outcome is, who moved whom, and what looks like conformity.
//!
//! Drawn from the log whenever it is asked for, never stored, and never an input to anything: no number here moves a
//! verdict, a stop or a gate. Before the verdict, it tells of the ballots in hand.

pub mod course;
pub mod groupthink;
pub mod number;
pub mod panel;
pub mod persuasion;
pub mod quotes;
pub mod sensitivity;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::course::Course;
use crate::debate::analysis::groupthink::Groupthink;
use crate::debate::analysis::panel::PanelStatistics;
use crate::debate::analysis::persuasion::{Changes, Influence};
use crate::debate::analysis::quotes::Quote;
use crate::debate::analysis::sensitivity::Sensitivity;
use crate::debate::history::History;

/// What the log says beyond the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Analysis {
    /// Whether the outcome hangs on one seat, on a family's numbers, or on stated confidence.
    pub sensitivity: Sensitivity,
    /// Signs that the panel came to agree without reasons.
    pub groupthink: Groupthink,
    /// How the ratings at the end agree over the whole panel.
    pub panel: PanelStatistics,
    /// Who changed sides between the sealed opening and the end, and how.
    pub changes: Changes,
    /// Each seat's moves, and whom its claims moved.
    pub influence: Vec<Influence>,
    /// Whether the words that evidence quotes stand where they could have been read.
    pub quotes: Vec<Quote>,
}

/// Draws up the analysis of a session.
pub fn analyse(history: &History) -> Analysis {
    let course = Course::of(history);
    Analysis {
        sensitivity: sensitivity::sensitivity(&course),
        groupthink: groupthink::groupthink(&course),
        panel: panel::statistics(&course),
        changes: persuasion::changes(&course),
        influence: persuasion::influence(&course),
        quotes: quotes::quotes(&course),
    }
}
