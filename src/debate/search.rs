//! Searching the web: the terms on which a session's agents may, and the turns in which they may.
//!
//! Must never let a ballot, a sorting or a closing text rest on pages that no other seat was shown: positions alone are
//! researched, and what was found reaches the others as claims with evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::ask::TurnId;
use crate::debate::mode::{Form, Mode};

/// Whether agents may search the web: in a session, or in one turn of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebSearch {
    /// Nobody said: no search is offered, and a provider that searches by nature does.
    #[default]
    Unsaid,
    /// No: a provider that searches by nature is told not to.
    Off,
    /// Yes, on these terms, where the provider can.
    On(SearchTerms),
}

/// The terms of a search. Which of them a provider honours, the table of vendors says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchTerms {
    /// Most searches in one turn, at least 1.
    pub searches_max: u32,
    /// How much of what was found the model gets to read; `None` leaves it to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<SearchContext>,
    /// Where to search.
    #[serde(default, skip_serializing_if = "Domains::is_any")]
    pub domains: Domains,
    /// How old a page may be; `None` for any age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recency: Option<Recency>,
}

/// How much of what was found the model gets to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchContext {
    /// Little, at the lowest price.
    Low,
    /// More.
    Medium,
    /// Much.
    High,
}

impl SearchContext {
    /// Every size, the smallest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The size as settings and wires spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where to search.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Domains {
    /// Everywhere.
    #[default]
    Any,
    /// On these domains alone, each without scheme and path.
    Only(Vec<String>),
    /// Everywhere but on these domains.
    Except(Vec<String>),
}

impl Domains {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// How old a page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recency {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Recency {
    /// Every age, the shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// The age as settings and wires spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl WebSearch {
    /// Whether nobody said anything, so that a log need not say it.
    pub fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }

    /// The terms on which a search is offered; `None` where none is.
    pub fn terms(&self) -> Option<&SearchTerms> {
        match self {
            Self::On(terms) => Some(terms),
            Self::Unsaid | Self::Off => None,
        }
    }

    /// What a session's word means for one of its turns.
    pub fn in_turn(&self, mode: &Mode, turn: &TurnId) -> Self {
        match self {
            Self::Unsaid => Self::Unsaid,
            Self::On(_) if !states_position(mode, turn) => Self::Off,
            Self::Off | Self::On(_) => self.clone(),
        }
    }
}

/// Whether a mode has a turn in which a position is stated, and so one that may search.
pub fn is_of_use(mode: &Mode) -> bool {
    mode.stages().any(|stage| stage.form == Form::Position)
}

/// The program's own phases, such as the sorting and the closing text, are none of the mode's.
fn states_position(mode: &Mode, turn: &TurnId) -> bool {
    let phases = mode.phases.iter().filter(|phase| phase.name == turn.phase);
    let mut stages = phases.flat_map(|phase| &phase.stages).filter(|stage| stage.name == turn.stage);
    stages.next().is_some_and(|stage| stage.form == Form::Position)
}
