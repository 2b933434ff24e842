//! Median, quartiles and other quantiles.

use crate::stats::undefined::{Undefined, finite};

/// Median and quartiles of the given values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// Number of values.
    pub n: usize,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
}

impl Quartiles {
    /// Returns the range between the quartiles, in the unit of the values.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`] when `f64` cannot hold the range.
    pub fn iqr(&self) -> Result<f64, Undefined> {
        finite(self.q3 - self.q1)
    }

    /// Returns the range between the quartiles by the median's size, a pure number, 0 or more.
    ///
    /// # Errors
    /// [`Undefined::MedianIsZero`] when the median is 0, [`Undefined::OutOfRange`] when `f64` cannot hold the result.
    pub fn relative_iqr(&self) -> Result<f64, Undefined> {
        if self.median == 0.0 {
            return Err(Undefined::MedianIsZero);
        }
        finite(self.iqr()? / self.median.abs())
    }
}

/// Returns median and quartiles as [`quantile`] does, in the unit of the values.
///
/// # Errors
/// [`Undefined::NoValues`] without a value, [`Undefined::OutOfRange`] for a value that is not finite, and for values
/// too far apart for `f64`.
pub fn quartiles(values: &[f64]) -> Result<Quartiles, Undefined> {
    let sorted = sorted(values)?;
    let at = |p: f64| interpolated(&sorted, p);
    Ok(Quartiles { n: sorted.len(), q1: at(0.25)?, median: at(0.5)?, q3: at(0.75)? })
}

/// Returns the quantile at `p`, 0 to 1, in the unit of the values.
///
/// Source: Hyndman and Fan (1996), type 7: linear interpolation at `(n - 1) p`.
///
/// # Errors
/// [`Undefined::NoValues`] without a value. [`Undefined::OutOfRange`] for a `p` beyond its range, a value that is not
/// finite, and values too far apart for `f64`.
pub fn quantile(values: &[f64], p: f64) -> Result<f64, Undefined> {
    interpolated(&sorted(values)?, p)
}

fn sorted(values: &[f64]) -> Result<Vec<f64>, Undefined> {
    let mut sorted = values.iter().copied().map(finite).collect::<Result<Vec<f64>, Undefined>>()?;
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() { Err(Undefined::NoValues) } else { Ok(sorted) }
}

fn interpolated(sorted: &[f64], p: f64) -> Result<f64, Undefined> {
    if !(0.0..=1.0).contains(&p) {
        return Err(Undefined::OutOfRange);
    }
    let place = (sorted.len() - 1) as f64 * p;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    finite(sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64))
}
