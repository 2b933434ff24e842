//! A verdict as it is kept.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::log::decision;
use crate::debate::log::estimates::{self, Estimates, Revised};
use crate::debate::log::gate::{Blocking, Gate};
use crate::debate::log::round::{Consensus, Stop};
use crate::debate::question::{OptionId, Unit};
use crate::debate::response::{ClaimId, Estimate};

/// A seat that holds another option than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// Who.
    pub seat: Seat,
    /// From which option, by the record.
    pub from: OptionId,
    /// To which option.
    pub to: OptionId,
    /// Whether it named a claim that holds as the cause.
    pub cited: bool,
    /// The claims it named, those that do not hold included.
    pub claims: Vec<ClaimId>,
    /// Its account.
    pub because: String,
}

/// One entry of the minority report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dissent {
    /// Why it stands here.
    pub kind: Kind,
    /// Whose it is.
    pub seat: Seat,
    /// The option it holds, or held; `None` when abstaining.
    pub option: Option<OptionId>,
    /// The estimate that it holds, or held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The case in the holder's own words.
    pub words: String,
    /// The claims it rests on.
    pub claims: Vec<ClaimId>,
    /// What the holder says would change its mind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_settle: Vec<String>,
}

/// Why an entry stands in the minority report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DissentKind")]
pub enum Kind {
    /// Held at the end.
    Final,
    /// What a seat last stood by that could not be heard at the end.
    LastHeard,
    /// Held in the sealed opening and left without a reason that holds.
    Abandoned,
    /// A claim with evidence against the outcome that nobody rebutted.
    Unrebutted,
}

impl Dissent {
    /// The option or the number that is held; `None` when abstaining.
    pub fn position(&self) -> Option<String> {
        let estimate = || self.estimate.map(|estimate| estimates::worded(estimate.value));
        self.option.as_ref().map(ToString::to_string).or_else(estimate)
    }
}

/// The number that a panel comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EstimateVerdict {
    /// The unit of all its numbers.
    pub unit: Unit,
    /// The median at the end; `None` when too few were heard or gave a number.
    pub value: Option<f64>,
    /// The estimates of the sealed opening.
    pub sealed: Option<Estimates>,
    /// The estimates at the end.
    #[serde(rename = "final")]
    pub last: Option<Estimates>,
    /// What each seat gives at the end, in seat order.
    pub held: Vec<HeldEstimate>,
    /// Who gives another number at the end than in the sealed opening.
    pub revised: Vec<Revised>,
}

/// What a seat gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldEstimate {
    /// Whose.
    pub seat: Seat,
    /// What.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// A verdict with the numbers behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// The winning option; `None` in a tie, or when too few were heard or chose.
    pub option: Option<OptionId>,
    /// What it says.
    pub text: Option<String>,
    /// How strong the agreement is.
    pub label: Label,
    /// What to know about it.
    pub caveats: Vec<Caveat>,
    /// The level that scripts know, from the agreement.
    pub level: Level,
    /// Agreement in the sealed opening, corrected sortings included; `None` when it could not be counted.
    pub sealed: Option<Consensus>,
    /// Agreement at the end.
    #[serde(rename = "final")]
    pub last: Option<Consensus>,
    /// Who holds another option at the end than in the sealed opening.
    pub moved: Vec<Moved>,
    /// The minority report.
    pub dissent: Vec<Dissent>,
    /// Objections that their holders call blocking.
    pub blocking: Vec<Blocking>,
    /// The number that the panel comes to, where one was asked for; option, agreements and moves stay empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateVerdict>,
    /// Why the last phase that could end early ended.
    pub stop: Option<Stop>,
    /// Whether it meets the terms set at the start; `None` when none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// How strong an agreement is. It never claims to be right: agreement among models is not accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Every seat, at least three of them, from at least two model families.
    Unanimous,
    /// At least 80% of the panel, and ratings of the option that agree (van der Eijk at least 0.6) and are not negative.
    Strong,
    /// More than half of the panel.
    Majority,
    /// More than any other option.
    Plurality,
    /// A tie for the lead.
    Split,
    /// Of estimates: the range between their quartiles is at most a fifth of the median's size.
    Converged,
    /// Of estimates: it is more.
    Spread,
    /// Enough seats were heard, and too few of them chose.
    NoChoice,
    /// Too few seats were heard.
    NoQuorum,
}

/// What to know about a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// Weighted by stated confidence, another option would lead.
    Contested,
    /// The winner changed since the sealed opening, through changes of mind alone that named no reason that holds.
    PressureDependent,
    /// All who chose are of one model family.
    SingleFamily,
    /// The options were found in the opening, and its two sortings disagreed, or could not both be read.
    UnconfirmedOptions,
    /// The opening was sorted under a single option, and its statements may contradict each other: nobody could choose another.
    OneOption,
    /// Those who hold the winning option rate it harmful, or another one clearly better.
    RatingsDisagree,
}

/// The three levels of agreement that scripts know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// At least 0.7.
    High,
    /// At least 0.4.
    Medium,
    /// Less, or none.
    Low,
}

impl Decision {
    /// Seats that hold the winning option at the end.
    pub fn holders(&self) -> u32 {
        let winner = self.option.as_ref();
        winner.and_then(|option| self.last.as_ref()?.tally.get(option)).copied().unwrap_or(0)
    }

    /// Seats that are neither behind the winner nor absent: the dissent, in numbers.
    pub fn dissenters(&self) -> u32 {
        let seats: BTreeSet<Seat> = self
            .dissent
            .iter()
            .filter(|dissent| dissent.kind == decision::Kind::Final)
            .map(|dissent| dissent.seat)
            .collect();
        u32::try_from(seats.len()).unwrap_or(u32::MAX)
    }
}

impl Level {
    pub(crate) fn of(agreement: Option<f64>) -> Self {
        match agreement {
            Some(share) if share >= 0.7 => Self::High,
            Some(share) if share >= 0.4 => Self::Medium,
            Some(_) | None => Self::Low,
        }
    }

    /// The level that is left under caveats: one lower where what the seats say contradicts what they chose.
    pub(crate) fn under(self, caveats: &[Caveat]) -> Self {
        let is_lowered = caveats.iter().any(|caveat| match caveat {
            Caveat::OneOption | Caveat::RatingsDisagree => true,
            Caveat::Contested | Caveat::PressureDependent | Caveat::SingleFamily | Caveat::UnconfirmedOptions => false,
        });
        match (self, is_lowered) {
            (level, false) => level,
            (Self::High, true) => Self::Medium,
            (Self::Medium | Self::Low, true) => Self::Low,
        }
    }

    /// What scripts are told to do at this level.
    pub fn advice(self) -> &'static str {
        match self {
            Self::High => "proceed",
            Self::Medium => "verify",
            Self::Low => "query_detail",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unanimous => "unanimous",
            Self::Strong => "strong",
            Self::Majority => "majority",
            Self::Plurality => "plurality",
            Self::Split => "split",
            Self::Converged => "converged",
            Self::Spread => "spread",
            Self::NoChoice => "no choice",
            Self::NoQuorum => "no quorum",
        })
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contested => "contested",
            Self::PressureDependent => "pressure-dependent",
            Self::SingleFamily => "single-family",
            Self::UnconfirmedOptions => "unconfirmed-options",
            Self::OneOption => "one-option",
            Self::RatingsDisagree => "ratings-disagree",
        })
    }
}
