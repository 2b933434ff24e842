//! Shares of votes weighted by stated confidence. Shown beside the plain shares; never decides anything.

use std::collections::BTreeMap;

/// Weight of a vote without a stated confidence.
const WEIGHT_UNSTATED: f64 = 0.5;

/// Returns the options tied for the largest weighted share, sorted, and that share; `None` when the total weight is 0.
///
/// A vote weighs its confidence, clamped to `[0, 1]`; 0.5 when none is stated. A missing vote weighs nothing.
pub fn weighted_share<K: Ord + Clone>(votes: &[(Option<K>, Option<f64>)]) -> Option<(Vec<K>, f64)> {
    let mut weights: BTreeMap<K, f64> = BTreeMap::new();
    for (vote, confidence) in votes {
        if let Some(vote) = vote {
            *weights.entry(vote.clone()).or_default() += confidence.map_or(WEIGHT_UNSTATED, |c| c.clamp(0.0, 1.0));
        }
    }
    let total: f64 = weights.values().sum();
    if total <= 0.0 {
        return None;
    }
    let most = weights.values().copied().fold(0.0, f64::max);
    // Equal sums of decimals such as 0.1 + 0.2 and 0.3 must tie.
    let top = weights.iter().filter(|(_, weight)| most - **weight < 1e-12).map(|(key, _)| key.clone()).collect();
    Some((top, most / total))
}
