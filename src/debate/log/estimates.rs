//! Estimates of a panel, as numbers and in words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::question::Unit;
use crate::debate::response::ClaimId;

/// Digits to which a number is told.
pub(crate) const DIGITS: i32 = 6;

/// Digits behind the point of the smallest numbers that are not told as 0.
pub(crate) const DECIMALS_MAX: i32 = 15;

/// What a panel estimates in one round, in the unit of the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimates {
    /// Seats. The absent and those who abstain do not drop out of it.
    pub panel: u32,
    /// Seats that gave a number.
    pub n: u32,
    /// Seats that abstained.
    pub abstained: u32,
    /// Seats that could not be heard or read.
    pub absent: u32,
    /// Median; `None`, like all that follows from it, when nobody gave a number.
    pub median: Option<f64>,
    /// First quartile (type 7).
    pub q1: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// The range between the quartiles.
    pub iqr: Option<f64>,
    /// That range by the median's size, 0 or more; `None` where `undefined` says why.
    pub relative_iqr: Option<f64>,
    /// Why there is no `relative_iqr`, such as `median_is_zero`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
    /// Median width of the seats' own 80% ranges: how unsure each is, where the quartiles tell how much they differ.
    pub width: Option<f64>,
    /// Model families among the seats that gave a number.
    pub families: u32,
}

/// How the estimates shifted between two rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    /// The median now less the one before, in the unit of the question; `None` unless both exist.
    pub median: Option<f64>,
    /// That by the size of the one before; `None` where it is 0.
    pub relative: Option<f64>,
}

/// A seat that gives another number than before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Revised {
    /// Who.
    pub seat: Seat,
    /// From which number, by the record.
    pub from: f64,
    /// To which number.
    pub to: f64,
    /// Whether it named a claim that holds as the cause.
    pub cited: bool,
    /// The claims it named, those that do not hold included.
    pub claims: Vec<ClaimId>,
    /// Its account.
    pub because: String,
}

impl Estimates {
    /// Median, quartiles and count, as the panel is told them; `None` when nobody gave a number.
    pub(crate) fn for_the_panel(&self) -> Option<String> {
        let (median, q1, q3) = (worded(self.median?), worded(self.q1?), worded(self.q3?));
        Some(format!("What the panel estimates so far:\nmedian {median}, quartiles {q1} to {q3}, {} estimates", self.n))
    }

    /// Median, quartiles, range and count in one line, in the unit of the question.
    pub fn in_words(&self, unit: &Unit) -> String {
        let silent =
            [(self.abstained, "abstained"), (self.absent, "absent")].into_iter().filter(|(seats, _)| *seats > 0);
        let silent: String = silent.map(|(seats, what)| format!(", {seats} {what}")).collect();
        let given = format!("{} of {} gave a number{silent}", self.n, self.panel);
        let (Some(median), Some(q1), Some(q3)) = (self.median, self.q1, self.q3) else { return given };
        let [median, q1, q3] = [median, q1, q3].map(worded);
        let range = self.min.zip(self.max).map(|(min, max)| format!(", range {} to {}", worded(min), worded(max)));
        format!("median {median} {unit}, quartiles {q1} to {q3}{}; {given}", range.unwrap_or_default())
    }

    /// Whether a number lies between the quartiles, both included.
    pub fn is_inside(&self, value: f64) -> bool {
        self.q1.zip(self.q3).is_some_and(|(q1, q3)| (q1..=q3).contains(&value))
    }
}

/// A way to word a number, without a unit.
pub type Precision = fn(f64) -> String;

/// To six digits, to twelve, and with all of them: what computing adds comes last.
pub const PRECISIONS: [Precision; 3] = [worded, fine, |number| format!("{number}")];

pub(crate) fn fine(number: f64) -> String {
    format!("{number:.11e}").parse::<f64>().map_or_else(|_| worded(number), |rounded| format!("{rounded}"))
}

/// A number as people are told it: to six digits, without a unit.
pub fn worded(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    // At most 10^15 in size, so its order is a small whole number.
    let before_point = number.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from((DIGITS - before_point).clamp(0, DECIMALS_MAX)).unwrap_or(0);
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    // What rounds to 0 is told in powers of ten.
    if matches!(text, "0" | "-0") { format!("{number:e}") } else { text.to_owned() }
}
