//! Questions that a number answers: what a panel's estimates come to, and how they shift.
//!
//! Must never average away that seats differ: the median stands with its quartiles, its range and its count.

pub mod verdict;

pub use crate::debate::log::estimates::{Estimates, PRECISIONS, Precision, Revised, Shift, worded};

use crate::debate::agent::{Agent, Seat};
use crate::debate::board::Board;
use crate::debate::change;
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::history::History;
use crate::debate::log::round::Movement;
use crate::debate::question::Unit;
use crate::debate::response::Stance;
use crate::stats::quantiles::{Quartiles, quartiles};
use crate::stats::stability;

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
pub fn movement(board: &Board<'_>, before: &Standings<'_>, now: &Standings<'_>, made: u32, new: u32) -> Movement {
    let value = |standings: &Standings<'_>, seat: Seat| standings.get(&seat).and_then(value);
    let pairs: Vec<_> =
        board.history.agents.iter().map(|agent| (value(before, agent.seat), value(now, agent.seat))).collect();
    let still = stability::movement(&pairs, &pairs, made, new);
    let revised = revised(board, before, now);
    Movement {
        comparable: still.n_comparable,
        changed: still.n_changed,
        uncited: count(revised.iter().filter(|revised| !revised.cited).count()),
        stable: still.is_stable_within(board.history.setup.thresholds.convergence).ok(),
        frozen: still.is_frozen(),
    }
}

/// Returns the seats whose number differs between two rounds, in seat order.
pub fn revised(board: &Board<'_>, before: &Standings<'_>, now: &Standings<'_>) -> Vec<Revised> {
    let pairs =
        now.iter().filter_map(|(seat, standing)| Some((*seat, value(before.get(seat)?)?, standing, value(standing)?)));
    let told = |(seat, from, standing, to): (Seat, f64, &Standing<'_>, f64)| {
        // A number may move in steps: all that was said since it was left is an account of the move.
        let has_left = |stance: &Stance| stance.estimate.is_some_and(|given| given.value != from);
        let account = change::account(board, seat, standing, has_left);
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
