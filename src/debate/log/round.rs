//! What came of a round.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::log::estimates::{Estimates, Shift};
use crate::debate::mode::StopRule;
use crate::debate::question::OptionId;

/// How far the panel agrees in one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Consensus {
    /// Seats. The denominator of every share: the absent do not drop out of it.
    pub panel: u32,
    /// Seats that chose an option.
    pub valid: u32,
    /// Seats that abstained.
    pub abstained: u32,
    /// Seats that could not be heard or read.
    pub absent: u32,
    /// Seats by option.
    pub tally: BTreeMap<OptionId, u32>,
    /// Options tied for the lead; empty when nobody chose.
    pub leading: Vec<OptionId>,
    /// Share of the leading option in the panel, 0 to 1; `None` when nobody chose.
    #[schemars(range(min = 0, max = 1))]
    pub agreement: Option<f64>,
    /// 95% Wilson interval of the agreement.
    pub interval: Option<[f64; 2]>,
    /// Van der Eijk's agreement over the ratings of the leading option, -1 to 1; `None` in a tie or without ratings.
    #[schemars(range(min = -1, max = 1))]
    pub rating_agreement: Option<f64>,
    /// Ratings by option.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ratings: BTreeMap<OptionId, Ratings>,
    /// Model families among the seats that chose.
    pub families: u32,
}

/// Ratings of one option, -2 to 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ratings {
    /// How many.
    pub n: u32,
    /// First quartile (type 7).
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
}

/// A closed round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClosedRound {
    /// Phase name.
    pub phase: String,
    /// Round, from 1.
    pub round: u32,
    /// How far the panel agrees; `None` when the round took no stances.
    pub consensus: Option<Consensus>,
    /// What the panel estimates; `None` when the round took no stances, or no number is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimates: Option<Estimates>,
    /// How the estimates shifted since the last round that took any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// What moved since the last round that took stances.
    #[serde(default)]
    pub movement: Option<Movement>,
    /// Claims made in the round.
    pub claims: u32,
    /// Of those, the ones that nobody had made before.
    pub claims_new: u32,
    /// Whether and why the phase ends here.
    pub stop: Option<Stop>,
}

/// What moved between two rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Movement {
    /// Seats with an option, or an estimate, in both rounds.
    pub comparable: u32,
    /// Of those, the ones that changed it.
    pub changed: u32,
    /// Of those, the ones that named no reason that holds.
    pub uncited: u32,
    /// Whether positions stood still; `None` when nobody is comparable.
    pub stable: Option<bool>,
    /// Whether nothing changed at all.
    pub frozen: bool,
}

/// Why a phase ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// The reason.
    pub reason: StopReason,
    /// The numbers behind it, for people.
    pub numbers: String,
}

/// The reason for a phase's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Too few seats were heard; the whole debate ends.
    QuorumLost,
    /// Unanimous over at least two model families, and nobody changed without citing a reason in the round.
    Agreed,
    /// So many agreed, and were so sure of it, as the thresholds ask for.
    Confident,
    /// Positions no longer moved.
    Stable,
    /// A round brought no new claim and no new evidence.
    Saturated,
    /// An agent went back to the option it had left two rounds before.
    Oscillating,
    /// All rounds were held.
    RoundsHeld,
}

impl From<StopRule> for StopReason {
    fn from(rule: StopRule) -> Self {
        match rule {
            StopRule::MaxRounds => Self::RoundsHeld,
            StopRule::Agreed => Self::Agreed,
            StopRule::Confidence => Self::Confident,
            StopRule::Stable => Self::Stable,
            StopRule::Saturated => Self::Saturated,
            StopRule::Oscillating => Self::Oscillating,
        }
    }
}

impl StopReason {
    /// The reason in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::QuorumLost => "quorum lost",
            Self::Agreed => "agreed",
            Self::Confident => "agreed with confidence",
            Self::Stable => "positions stable",
            Self::Saturated => "no new claims",
            Self::Oscillating => "positions oscillate",
            Self::RoundsHeld => "all rounds held",
        }
    }
}
