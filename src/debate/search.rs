//! Searching the web: the terms on which a session's agents may, and the turns in which they may.
//!
//! Must never let a ballot, a sorting or a closing text rest on pages that no other seat was shown: positions alone are
//! researched, and what was found reaches the others as claims with evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::log::ids::{Speaker, TurnId};
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

/// What the searches of a request may take of a provider, so that it can be set aside before anything is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchCost {
    /// Vendor name.
    pub provider: String,
    /// Searches that one request is taken to make at most.
    pub searches_max: u32,
    /// US dollars for one search; `None` when not known.
    pub search_usd: Option<f64>,
    /// US dollars by which a request costs more for how much is read.
    #[serde(default)]
    pub request_usd: f64,
    /// Input tokens that one search is taken to add at most.
    pub found_tokens: u64,
    /// How often a prompt is read.
    pub reading: Reading,
}

/// How often a provider that searches reads a prompt, and so bills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Once, with all that was found.
    Once,
    /// Before the first search, and after each with all that was found up to there.
    AfterEach,
}

impl SearchCost {
    /// Input tokens of a request with a prompt of so many and so many searches.
    pub fn input_tokens(&self, prompt_tokens: u64, searches: u32) -> u64 {
        let searches = u64::from(searches);
        let (readings, findings) = match self.reading {
            Reading::Once => (1, searches),
            // 1 + 2 + … + n: what the first search found is read n times.
            Reading::AfterEach => (searches + 1, searches * (searches + 1) / 2),
        };
        prompt_tokens.saturating_mul(readings).saturating_add(self.found_tokens.saturating_mul(findings))
    }

    /// The longest input, in tokens, that is read at once.
    pub fn longest(&self, prompt_tokens: u64) -> u64 {
        prompt_tokens.saturating_add(self.found_tokens.saturating_mul(u64::from(self.searches_max)))
    }

    /// US dollars for so many searches in one request, beside its tokens.
    pub fn usd(&self, searches: u32) -> Option<f64> {
        Some(self.search_usd? * f64::from(searches) + self.request_usd)
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

/// The program's own phases, such as the sorting and the closing text, are none of the mode's, and the moderator holds no
/// position.
fn states_position(mode: &Mode, turn: &TurnId) -> bool {
    if turn.speaker == Speaker::Moderator {
        return false;
    }
    let phases = mode.phases.iter().filter(|phase| phase.name == turn.phase);
    let mut stages = phases.flat_map(|phase| &phase.stages).filter(|stage| stage.name == turn.stage);
    stages.next().is_some_and(|stage| stage.form == Form::Position)
}
