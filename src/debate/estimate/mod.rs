//! Questions that a number answers: what a panel's estimates come to, and how they shift.
//!
//! Must never average away that seats differ: the median stands with its quartiles, its range and its count.

pub mod verdict;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::{Agent, Seat};
use crate::debate::change;
use crate::debate::claims::{self, Entry};
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::event::Movement;
use crate::debate::history::History;
use crate::debate::question::Unit;
use crate::debate::response::{ClaimId, Stance};
use crate::debate::schedule::Slot;
use crate::stats::quantiles::{Quartiles, quartiles};
use crate::stats::stability;

/// Digits to which a number is told.
const DIGITS: i32 = 6;
/// Digits behind the point of the smallest numbers that are not told as 0.
const DECIMALS_MAX: i32 = 15;

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

/// The unit of the number that a session asks for; `None` when it asks for none.
pub fn counted(history: &History) -> Option<&Unit> {
    history.setup.question.estimate.as_ref()
}

/// Measures the estimates in `standings`.
pub fn measure(history: &History, standings: &Standings<'_>) -> Estimates {
    measure_panel(&history.agents, standings)
}

/// Measures what a panel of `agents` estimates, whoever else is in `standings`.
pub fn measure_panel(agents: &[Agent], standings: &Standings<'_>) -> Estimates {
    let heard = || agents.iter().filter_map(|agent| standings.get(&agent.seat));
    let given: Vec<_> = heard().filter_map(|standing| standing.stance.estimate).collect();
    let values: Vec<f64> = given.iter().map(|estimate| estimate.value).collect();
    let widths: Vec<f64> = given.iter().map(|estimate| estimate.high - estimate.low).collect();
    let summary = quartiles(&values);
    let relative = summary.and_then(|summary| summary.relative_iqr());
    let givers = heard().filter(|standing| standing.stance.estimate.is_some());
    let (panel, heard, n) = (count(agents.len()), count(heard().count()), count(given.len()));
    let part = |part: fn(&Quartiles) -> f64| summary.as_ref().ok().map(part);
    Estimates {
        panel,
        n,
        abstained: heard - n,
        absent: panel.saturating_sub(heard),
        median: part(|summary| summary.median),
        q1: part(|summary| summary.q1),
        q3: part(|summary| summary.q3),
        min: values.iter().copied().min_by(f64::total_cmp),
        max: values.iter().copied().max_by(f64::total_cmp),
        iqr: summary.and_then(|summary| summary.iqr()).ok(),
        relative_iqr: relative.ok(),
        undefined: relative.err().map(|undefined| undefined.reason().to_owned()),
        width: quartiles(&widths).ok().map(|widths| widths.median),
        families: consensus::families(givers),
    }
}

/// Compares two rounds.
pub fn shift(before: &Estimates, now: &Estimates) -> Shift {
    let median = before.median.zip(now.median).map(|(before, now)| now - before);
    let by_size = |(shift, before): (f64, f64)| Some(shift / before.abs()).filter(|share| share.is_finite());
    Shift { median, relative: median.zip(before.median).filter(|(_, before)| *before != 0.0).and_then(by_size) }
}

/// Tells what moved between two rounds in which `made` claims were made and `new` of them were new.
///
/// Stability is that of [`stability::Movement`], whose thresholds and sources hold for numbers as they do for options: a
/// number that differs at all is a change, and the distribution is that of the values.
pub fn movement(
    history: &History,
    slots: &[Slot<'_>],
    before: &Standings<'_>,
    now: &Standings<'_>,
    (made, new): (u32, u32),
) -> Movement {
    let value = |standings: &Standings<'_>, seat: Seat| standings.get(&seat).and_then(value);
    let pairs: Vec<_> =
        history.agents.iter().map(|agent| (value(before, agent.seat), value(now, agent.seat))).collect();
    let still = stability::movement(&pairs, &pairs, made, new);
    let revised = revised(history, slots, &claims::ledger_of(history, slots), before, now);
    Movement {
        comparable: still.n_comparable,
        changed: still.n_changed,
        uncited: count(revised.iter().filter(|revised| !revised.cited).count()),
        stable: still.is_stable_within(history.setup.thresholds.convergence).ok(),
        frozen: still.is_frozen(),
    }
}

/// Returns the seats whose number differs between two rounds, in seat order.
pub fn revised(
    history: &History,
    slots: &[Slot<'_>],
    ledger: &[Entry],
    before: &Standings<'_>,
    now: &Standings<'_>,
) -> Vec<Revised> {
    let pairs =
        now.iter().filter_map(|(seat, standing)| Some((*seat, value(before.get(seat)?)?, standing, value(standing)?)));
    let told = |(seat, from, standing, to): (Seat, f64, &Standing<'_>, f64)| {
        // A number may move in steps: all that was said since it was left is an account of the move.
        let has_left = |stance: &Stance| stance.estimate.is_some_and(|given| given.value != from);
        let account = change::account(history, slots, ledger, seat, standing, has_left);
        Revised { seat, from, to, cited: account.cited, claims: account.claims, because: account.because }
    };
    pairs.filter(|(_, from, _, to)| from != to).map(told).collect()
}

/// The number that a seat gives.
pub(crate) fn value(standing: &Standing<'_>) -> Option<f64> {
    standing.stance.estimate.map(|estimate| estimate.value)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
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

fn fine(number: f64) -> String {
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
