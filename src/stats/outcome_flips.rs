//! How often the same question, asked again in the same way, comes out differently.

use std::collections::BTreeMap;

use crate::stats::sum::{count, share};
use crate::stats::undefined::Undefined;
use crate::stats::wilson::{Z_95, wilson_interval};

/// How far repeats differ from what they mostly come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutcomeFlips {
    /// Repeats that have another one beside them: the denominator.
    pub n: u32,
    /// Of those, the ones that came out otherwise than the most frequent outcome of their question.
    pub flips: u32,
    /// `flips / n`, 0 to 1; [`Undefined::FewerThanTwoValues`] when no question has two outcomes.
    pub rate: Result<f64, Undefined>,
    /// 95% Wilson interval of the rate.
    pub interval: Result<[f64; 2], Undefined>,
}

/// Compares the outcomes of repeats, one list a question. Questions with fewer than two outcomes are left out.
///
/// The most frequent outcome is taken from the same repeats, so few of them understate the rate: two can show no more than
/// 1/2, three no more than 2/3.
/// Source: our definition; the variation ratio of Freeman (1965), pooled over questions.
pub fn outcome_flips<K: Ord>(questions: &[Vec<K>]) -> OutcomeFlips {
    let repeated = questions.iter().filter(|outcomes| outcomes.len() >= 2);
    let (mut n, mut flips) = (0u32, 0u32);
    for outcomes in repeated {
        let mut tally: BTreeMap<&K, usize> = BTreeMap::new();
        for outcome in outcomes {
            *tally.entry(outcome).or_default() += 1;
        }
        let most = tally.values().copied().max().unwrap_or_default();
        n = n.saturating_add(count(outcomes.len()));
        flips = flips.saturating_add(count(outcomes.len() - most));
    }
    let rate = share(flips, n).ok_or(Undefined::FewerThanTwoValues);
    let interval = rate.and_then(|_| wilson_interval(flips, n, Z_95));
    OutcomeFlips { n, flips, rate, interval }
}
