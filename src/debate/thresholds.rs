//! The thresholds at which the rules for an early end act, and how they are told.
//!
//! Must never let a stated confidence act alone: it counts only where the panel agrees.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::mode::Rounds;
use crate::stats::stability::FLIP_RATE_MAX;

/// Median confidence that a mode's own `confidence` rule asks for, 0 to 1.
const CONFIDENCE: f64 = 0.8;

/// The thresholds of a session.
///
/// A share is compared as it is: 3 of 4 reaches 0.75, for both are the same number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Thresholds {
    /// Share of the panel on one option from which it counts as agreed; above 0.5, at most 1.
    pub consensus: f64,
    /// Share of seats that changed their option up to which a round counts as stable, 0 to 1.
    pub convergence: f64,
    /// Median confidence, 0 to 1, at which an agreement ends any exchange; `None` leaves the rule to the modes.
    pub confidence: Option<f64>,
    /// The most rounds of an exchange, at least 1; `None` leaves them to the mode.
    pub max_rounds: Option<u32>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { consensus: 1.0, convergence: FLIP_RATE_MAX, confidence: None, max_rounds: None }
    }
}

impl Thresholds {
    /// Whether nothing differs from the default, so that a log need not say it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The median confidence that the `confidence` rule asks for, 0 to 1.
    pub fn confidence_needed(&self) -> f64 {
        self.confidence.unwrap_or(CONFIDENCE)
    }

    /// The rounds that a phase takes when nobody asks for a number: the mode's, cut to the most there may be.
    pub fn rounds(&self, range: Rounds) -> u32 {
        self.max_rounds.map_or(range.default, |most| range.default.min(most))
    }

    /// Says which share reached which threshold, where that is not the one that goes without saying.
    pub(crate) fn agreement_in_words(&self, share: f64) -> String {
        if self.consensus == Self::default().consensus { String::new() } else { compared(share, self.consensus) }
    }

    /// Says which change rate stayed within which threshold, where that is not the one that goes without saying.
    pub(crate) fn change_in_words(&self, changed: u32, comparable: u32) -> String {
        if self.convergence == Self::default().convergence {
            return String::new();
        }
        compared(f64::from(changed) / f64::from(comparable.max(1)), self.convergence)
    }
}

/// A measured share and the threshold that it met: ` (0.80, threshold 0.75)`.
pub(crate) fn compared(share: f64, threshold: f64) -> String {
    format!(" ({}, threshold {})", measured(share), given(threshold))
}

/// A measured share with two decimals, or four where two would round it.
pub(crate) fn measured(share: f64) -> String {
    let four = format!("{share:.4}");
    four.strip_suffix("00").unwrap_or(&four).to_owned()
}

/// A share as somebody gave it: at least two decimals, and never rounded.
pub(crate) fn given(share: f64) -> String {
    let two = format!("{share:.2}");
    if two.parse() == Ok(share) { two } else { share.to_string() }
}
