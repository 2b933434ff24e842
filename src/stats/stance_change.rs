//! How far stances on a scale moved from one round to the next.

use crate::stats::sum::{count, sum};
use crate::stats::undefined::{Undefined, finite};

/// What became of the stances of one round in the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StanceChange {
    /// Participants with a stance in both rounds: the denominator of every number of the shift.
    pub n_comparable: u32,
    /// Of those, the ones whose stance differs.
    pub n_changed: u32,
    /// Participants with a stance before and none now.
    pub dropouts: u32,
    /// Participants with a stance now and none before.
    pub joins: u32,
    /// How far the comparable moved; [`Undefined::NoComparable`] when there are none, [`Undefined::OutOfRange`] when
    /// `f64` cannot hold it.
    pub shift: Result<Shift, Undefined>,
}

/// How far the comparable participants moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Share of those who changed, 0 to 1.
    pub change_rate: f64,
    /// Mean distance moved, in points of the scale.
    pub mean_abs: f64,
    /// Mean move, in points of the scale; moves in opposite directions cancel.
    pub mean_signed: f64,
}

/// Compares `stances`, each participant's before and now; a missing stance is `None`, as is one that is not finite.
///
/// Source: our definition, in the conventions of the test vectors.
pub fn stance_change(stances: &[(Option<f64>, Option<f64>)]) -> StanceChange {
    let given = |stance: Option<f64>| stance.filter(|stance| stance.is_finite());
    let stances: Vec<_> = stances.iter().map(|(before, now)| (given(*before), given(*now))).collect();
    let moves: Vec<f64> = stances.iter().filter_map(|(before, now)| Some((*now)? - (*before)?)).collect();
    let n_changed = count(moves.iter().filter(|step| **step != 0.0).count());
    StanceChange {
        n_comparable: count(moves.len()),
        n_changed,
        dropouts: count(stances.iter().filter(|(before, now)| before.is_some() && now.is_none()).count()),
        joins: count(stances.iter().filter(|(before, now)| before.is_none() && now.is_some()).count()),
        shift: shift(&moves, n_changed),
    }
}

fn shift(moves: &[f64], n_changed: u32) -> Result<Shift, Undefined> {
    if moves.is_empty() {
        return Err(Undefined::NoComparable);
    }
    let n = moves.len() as f64;
    Ok(Shift {
        change_rate: f64::from(n_changed) / n,
        mean_abs: finite(sum(moves.iter().map(|step| step.abs())) / n)?,
        mean_signed: finite(sum(moves.iter().copied()) / n)?,
    })
}
