//! The Wilson score interval of a share.

use crate::stats::undefined::Undefined;

/// The 97.5% quantile of the standard normal distribution, for a 95% interval.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Returns the score interval of `successes` out of `n`, lower end first, without continuity correction, clamped to
/// `[0, 1]`.
///
/// Source: Wilson (1927), as in Newcombe (1998), method 3. `z` is the normal quantile of the level.
///
/// # Errors
/// [`Undefined::NIsZero`] when `n` is 0, [`Undefined::OutOfRange`] for more successes than trials and for a negative or
/// infinite `z`.
pub fn wilson_interval(successes: u32, n: u32, z: f64) -> Result<[f64; 2], Undefined> {
    if n == 0 {
        return Err(Undefined::NIsZero);
    }
    if successes > n || !(z * z).is_finite() || z < 0.0 {
        return Err(Undefined::OutOfRange);
    }
    let (total, share) = (f64::from(n), f64::from(successes) / f64::from(n));
    let scale = 1.0 + z * z / total;
    let centre = (share + z * z / (2.0 * total)) / scale;
    let reach = z * (share * (1.0 - share) / total + z * z / (4.0 * total * total)).sqrt() / scale;
    // At the ends the bound is exact; the arithmetic above would miss it by a rounding error.
    let low = if successes == 0 { 0.0 } else { (centre - reach).max(0.0) };
    let high = if successes == n { 1.0 } else { (centre + reach).min(1.0) };
    Ok([low, high])
}
