//! A mean, and how far it would vary over other cases like these.

use crate::stats::bootstrap_ci::{Draw, bootstrap_ci};
use crate::stats::sum::{count, sum};
use crate::stats::undefined::{Undefined, finite};

/// Below so many values an interval says less than the values themselves.
const VALUES_MIN: usize = 5;
const REPLICATES: u32 = 2_000;
const LEVEL: f64 = 0.95;

/// A mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// Number of values.
    pub n: u32,
    /// The mean, in the unit of the values; [`Undefined::NoValues`] without one, [`Undefined::OutOfRange`] where `f64` cannot
    /// hold it.
    pub mean: Result<f64, Undefined>,
    /// 95% percentile bootstrap interval; [`Undefined::FewerThanFiveValues`] below five.
    pub interval: Result<[f64; 2], Undefined>,
}

/// Returns the mean of `values`. The interval is drawn from `seed`, over the values in the order of their size.
pub fn mean(values: &[f64], seed: u64) -> Mean {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let interval = match sorted.len() {
        0 => Err(Undefined::NoValues),
        n if n < VALUES_MIN => Err(Undefined::FewerThanFiveValues),
        _ => bootstrap_ci(
            &sorted,
            |resample| average(resample).ok(),
            Draw { seed, replicates: REPLICATES, level: LEVEL },
        ),
    };
    Mean { n: count(values.len()), mean: average(values), interval }
}

fn average(values: &[f64]) -> Result<f64, Undefined> {
    if values.is_empty() {
        return Err(Undefined::NoValues);
    }
    finite(sum(values.iter().copied()) / values.len() as f64)
}
