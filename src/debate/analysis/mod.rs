//! What a debate's log says beyond its verdict: how firm the outcome is, who moved whom, and what looks like conformity.
//!
//! Drawn from the log whenever it is asked for, never stored, and never an input to anything: no number here moves a
//! verdict, a stop or a gate. Before the verdict, it tells of the ballots in hand.

pub mod closing;
pub mod course;
pub mod estimate;
pub mod groupthink;
pub mod number;
pub mod panel;
pub mod persuasion;
pub mod quotes;
pub mod sensitivity;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::course::Course;
use crate::debate::analysis::estimate::EstimateSensitivity;
use crate::debate::analysis::groupthink::Groupthink;
use crate::debate::analysis::panel::PanelStatistics;
use crate::debate::analysis::persuasion::{Changes, Influence};
use crate::debate::analysis::quotes::Quote;
use crate::debate::analysis::sensitivity::Sensitivity;
use crate::debate::history::History;

/// What the log says beyond the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Analysis {
    /// What lies behind the outcome.
    #[serde(flatten)]
    pub outcome: OutcomeAnalysis,
    /// Whether the words that evidence quotes stand where they could have been read.
    pub quotes: Vec<Quote>,
}

/// What lies behind an outcome, by what answers the question.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OutcomeAnalysis {
    /// An option does.
    Choice(Box<ChoiceAnalysis>),
    /// A number does.
    Number {
        /// Whether it hangs on one seat or on a family's seats.
        estimate: EstimateSensitivity,
    },
}

impl Analysis {
    /// What lies behind a choice; `None` where a number answers the question.
    pub fn choice(&self) -> Option<&ChoiceAnalysis> {
        match &self.outcome {
            OutcomeAnalysis::Choice(choice) => Some(choice),
            OutcomeAnalysis::Number { .. } => None,
        }
    }
}

/// What lies behind a choice.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChoiceAnalysis {
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
}

/// Draws up the analysis of a session.
pub fn analyse(history: &History) -> Analysis {
    let course = Course::of(history);
    let outcome = match history.setup.question.estimate {
        Some(_) => OutcomeAnalysis::Number { estimate: estimate::sensitivity(&course) },
        None => OutcomeAnalysis::Choice(Box::new(ChoiceAnalysis {
            sensitivity: sensitivity::sensitivity(&course),
            groupthink: groupthink::groupthink(&course),
            panel: panel::statistics(&course),
            changes: persuasion::changes(&course),
            influence: persuasion::influence(&course),
        })),
    };
    Analysis { outcome, quotes: quotes::quotes(&course) }
}
