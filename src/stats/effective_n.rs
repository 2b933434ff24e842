//! How many independent voters a panel of correlated ones is worth.

use crate::stats::undefined::{Undefined, finite};

/// Returns the effective number of votes of `n` voters whose errors are pairwise correlated by `rho`, from -1 to 1: `n`
/// at 0, 1 at 1.
///
/// For what a correlation would mean; the correlation of a panel is not known from one debate.
/// Source: Kish (1965), Survey Sampling: the design effect, n / (1 + (n - 1) rho).
///
/// # Errors
/// [`Undefined::NIsZero`] without a voter, [`Undefined::OutOfRange`] for a correlation that `n` voters cannot have.
pub fn effective_n(n: u32, rho: f64) -> Result<f64, Undefined> {
    if n == 0 {
        return Err(Undefined::NIsZero);
    }
    let design_effect = 1.0 + f64::from(n - 1) * rho;
    // The first comparison is false for NaN as well.
    if !(-1.0..=1.0).contains(&rho) || design_effect <= 0.0 {
        return Err(Undefined::OutOfRange);
    }
    finite(f64::from(n) / design_effect)
}
