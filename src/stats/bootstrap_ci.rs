//! How far a statistic would vary over other panels like this one: the percentile bootstrap.

use crate::stats::quantiles::quantile;
use crate::stats::shuffle::SplitMix64;
use crate::stats::undefined::Undefined;

/// How resamples are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// Where the generator starts. The same seed gives the same interval everywhere.
    pub seed: u64,
    /// Resamples to draw; 2000 serve for a 95% interval.
    pub replicates: u32,
    /// Share of the resamples within the interval, above 0 and below 1: 0.95 for a 95% interval.
    pub level: f64,
}

/// Returns the percentile interval of `statistic` over resamples of `items`, lower end first, in the statistic's units.
///
/// Each resample draws as many items as there are, with replacement, by [`SplitMix64::below`]; the ends are type-7
/// quantiles. Resamples on which the statistic is `None` or not finite are left out. Resample whatever varies:
/// participants for shares, options or claims for coefficients of agreement. Below five items, show the items instead.
/// The draws hang on the order of `items`: keep it fixed.
///
/// Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, the percentile interval.
///
/// # Errors
/// [`Undefined::FewerThanTwoValues`] below two items, [`Undefined::NoValues`] when no resample has a value.
/// [`Undefined::OutOfRange`] for a level that is not between 0 and 1.
pub fn bootstrap_ci<T: Clone>(
    items: &[T],
    statistic: impl Fn(&[T]) -> Option<f64>,
    draw: Draw,
) -> Result<[f64; 2], Undefined> {
    if items.len() < 2 {
        return Err(Undefined::FewerThanTwoValues);
    }
    // The comparison is false for NaN as well.
    if !(draw.level > 0.0 && draw.level < 1.0) {
        return Err(Undefined::OutOfRange);
    }
    let mut random = SplitMix64::new(draw.seed);
    let mut values: Vec<f64> = Vec::new();
    for _ in 0..draw.replicates {
        let resample: Vec<T> = items.iter().map(|_| items[random.below(items.len())].clone()).collect();
        values.extend(statistic(&resample).filter(|value| value.is_finite()));
    }
    let tail = (1.0 - draw.level) / 2.0;
    Ok([quantile(&values, tail)?, quantile(&values, 1.0 - tail)?])
}
