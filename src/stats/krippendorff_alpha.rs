//! Agreement of several raters over several units, corrected for chance.

use crate::stats::mid_ranks::mid_ranks;
use crate::stats::sum::sum;
use crate::stats::undefined::{Undefined, finite};

/// What the differences of ratings mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Ratings are labels: equal or not.
    Nominal,
    /// Ratings are ordered: what counts is how many ratings lie between two.
    Ordinal,
    /// Ratings are on a scale of equal steps. Ratings from -2 to 2 are taken so.
    Interval,
    /// Ratings have a zero and are not negative.
    Ratio,
}

/// Returns Krippendorff's alpha: 1 in perfect agreement, 0 by chance, below 0 where raters differ more than by chance.
///
/// `ratings` has a row for each rater and a column for each unit (an option, a claim); a missing rating is `None`, as is
/// one that is not finite, and the end of a short row is missing. Units with fewer than two ratings are dropped. With
/// one unit left, alpha is 0 whatever the ratings: never compute it on one question alone.
///
/// Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
///
/// # Errors
/// [`Undefined::InsufficientPairs`] when no unit has two ratings. [`Undefined::NoVariation`] when all pairable ratings
/// are equal; implementations differ, some say 1. [`Undefined::OutOfRange`] for negative ratings under the ratio
/// metric, and for differences whose squares `f64` cannot hold.
pub fn krippendorff_alpha(ratings: &[Vec<Option<f64>>], metric: Metric) -> Result<f64, Undefined> {
    let units = pairable(ratings);
    let mut pool: Vec<f64> = units.concat();
    let Some(first) = pool.first().copied() else {
        return Err(Undefined::InsufficientPairs);
    };
    if pool.iter().all(|rating| *rating == first) {
        return Err(Undefined::NoVariation);
    }
    if metric == Metric::Ratio && pool.iter().any(|rating| *rating < 0.0) {
        return Err(Undefined::OutOfRange);
    }
    let mut units = units;
    if metric == Metric::Ordinal {
        // The ratings between two, with half of either end, are the distance of their middle ranks.
        pool = mid_ranks(&pool);
        let mut ranks = pool.iter().copied();
        units = units.iter().map(|unit| ranks.by_ref().take(unit.len()).collect()).collect();
    }
    let observed = sum(units.iter().map(|unit| disagreement(unit, metric)));
    finite(1.0 - observed / disagreement(&pool, metric))
}

/// The ratings of each unit that has at least two.
fn pairable(ratings: &[Vec<Option<f64>>]) -> Vec<Vec<f64>> {
    let units = ratings.iter().map(Vec::len).max().unwrap_or(0);
    let of_unit = |unit: usize| -> Vec<f64> {
        let given = ratings.iter().filter_map(|row| row.get(unit).copied().flatten());
        given.filter(|rating| rating.is_finite()).collect()
    };
    (0..units).map(of_unit).filter(|unit| unit.len() >= 2).collect()
}

/// The sum of squared differences over all ordered pairs, by the number of partners that each rating has.
fn disagreement(ratings: &[f64], metric: Metric) -> f64 {
    let pairs = ratings.iter().enumerate().flat_map(|(place, a)| ratings[place + 1..].iter().map(move |b| (*a, *b)));
    2.0 * sum(pairs.map(|(a, b)| squared_difference(a, b, metric))) / (ratings.len() as f64 - 1.0)
}

fn squared_difference(a: f64, b: f64, metric: Metric) -> f64 {
    if a == b {
        return 0.0;
    }
    match metric {
        Metric::Nominal => 1.0,
        Metric::Ordinal | Metric::Interval => (a - b).powi(2),
        Metric::Ratio => ((a - b) / (a + b)).powi(2),
    }
}
