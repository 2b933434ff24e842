//! Shares of options in a total of weights.

use std::collections::BTreeMap;

use crate::stats::sum::sum;
use crate::stats::undefined::Undefined;

/// How a total is shared out over options.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares<K> {
    /// Share of each option that has a vote, 0 to 1; together 1.
    pub shares: BTreeMap<K, f64>,
    /// Options tied for the largest share, sorted.
    pub top: Vec<K>,
    /// The largest share, 0 to 1.
    pub top_share: f64,
}

/// How far apart two weights may be and still tie: sums of decimals such as 0.1 + 0.2 and 0.3 must.
const TIE: f64 = 1e-12;

/// Shares out the weights of each option's votes; [`Undefined::ZeroTotalWeight`] when there are none but zeros.
///
/// Weights are finite and not negative.
pub(crate) fn shares<K: Ord + Clone>(weights: &BTreeMap<K, Vec<f64>>) -> Result<Shares<K>, Undefined> {
    let weights: BTreeMap<&K, f64> =
        weights.iter().map(|(option, weights)| (option, sum(weights.iter().copied()))).collect();
    let total = sum(weights.values().copied());
    if total <= 0.0 {
        return Err(Undefined::ZeroTotalWeight);
    }
    let most = weights.values().copied().fold(0.0, f64::max);
    // Rounding could carry the share of a lone option past 1.
    let share = |weight: f64| (weight / total).min(1.0);
    Ok(Shares {
        shares: weights.iter().map(|(option, weight)| ((*option).clone(), share(*weight))).collect(),
        top: weights.iter().filter(|(_, weight)| most - **weight < TIE).map(|(option, _)| (*option).clone()).collect(),
        top_share: share(most),
    })
}
