//! Shares of votes weighted by stated confidence. Shown beside the plain shares; never decides anything.

use std::collections::BTreeMap;

use crate::stats::shares::{Shares, shares};
use crate::stats::undefined::Undefined;

/// How a vote went, weighted by confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedShare<K> {
    /// Each vote's weight, 0 to 1, in the order of the votes; `None` for a missing vote, which weighs nothing.
    pub weights: Vec<Option<f64>>,
    /// Shares of the total weight; [`Undefined::ZeroTotalWeight`] when that is 0.
    pub shares: Result<Shares<K>, Undefined>,
}

/// How a stated confidence becomes a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// The confidence itself, clamped to `[0, 1]`; 0.5 when none is stated.
    Linear,
    /// Steps: 1 from 1.0, 0.8 from 0.9, 0.5 from 0.8, 0.3 above 0.6, else, and when none is stated, 0.1. Source: the
    /// released code of ReConcile. For comparison with it; nothing here is shown so weighted.
    Reconcile,
}

/// Returns weights and shares of `votes`, each an option and the stated confidence, 0 to 1; a confidence that is not a
/// number is not stated.
pub fn weighted_share<K: Ord + Clone>(votes: &[(Option<K>, Option<f64>)], weighting: Weighting) -> WeightedShare<K> {
    let mut by_option: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    let mut weights = Vec::new();
    for (vote, confidence) in votes {
        let weight = vote.as_ref().map(|_| weight(*confidence, weighting));
        if let (Some(vote), Some(weight)) = (vote, weight) {
            by_option.entry(vote.clone()).or_default().push(weight);
        }
        weights.push(weight);
    }
    WeightedShare { weights, shares: shares(&by_option) }
}

fn weight(confidence: Option<f64>, weighting: Weighting) -> f64 {
    let confidence = confidence.filter(|confidence| !confidence.is_nan());
    match (weighting, confidence) {
        (Weighting::Linear, None) => 0.5,
        (Weighting::Linear, Some(confidence)) => confidence.clamp(0.0, 1.0),
        (Weighting::Reconcile, None) => 0.1,
        (Weighting::Reconcile, Some(confidence)) => match confidence {
            1.0.. => 1.0,
            0.9.. => 0.8,
            0.8.. => 0.5,
            _ if confidence > 0.6 => 0.3,
            _ => 0.1,
        },
    }
}
