//! Shares of votes over valid votes.

use std::collections::BTreeMap;

use crate::stats::sum::{count, share};

/// How a vote went.
#[derive(Debug, Clone, PartialEq)]
pub struct VoteShare<K> {
    /// Votes cast or missing.
    pub n: u32,
    /// Votes for an option.
    pub n_valid: u32,
    /// Votes by option.
    pub counts: BTreeMap<K, u32>,
    /// Options tied for the most votes, sorted; empty without a valid vote.
    pub top: Vec<K>,
    /// Share of the top option among valid votes, 0 to 1.
    pub top_share: Option<f64>,
    /// Top share minus the runner-up's; the top share itself when there is one option; 0 in a tie.
    pub margin: Option<f64>,
}

impl<K> VoteShare<K> {
    /// Returns the share of votes that went to an option, 0 to 1: those who abstained or are missing stay in the
    /// denominator. `None` when nobody could vote.
    pub fn participation(&self) -> Option<f64> {
        share(self.n_valid, self.n)
    }

    /// Whether one option has more than half of the valid votes.
    pub fn has_strict_majority(&self) -> bool {
        self.counts.values().any(|count| u64::from(*count) * 2 > u64::from(self.n_valid))
    }
}

/// Counts `votes`; `None` is an abstention or a missing vote and is never imputed.
pub fn vote_share<K: Ord + Clone>(votes: &[Option<K>]) -> VoteShare<K> {
    let mut counts: BTreeMap<K, u32> = BTreeMap::new();
    for vote in votes.iter().flatten() {
        *counts.entry(vote.clone()).or_default() += 1;
    }
    let n_valid: u32 = counts.values().sum();
    let most = counts.values().copied().max().unwrap_or(0);
    let top: Vec<K> = counts.iter().filter(|(_, count)| **count == most).map(|(key, _)| key.clone()).collect();
    let mut ranked: Vec<u32> = counts.values().copied().collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    let top_share = ranked.first().and_then(|first| share(*first, n_valid));
    let runner_up = ranked.get(1).and_then(|second| share(*second, n_valid)).unwrap_or(0.0);
    let margin = top_share.map(|top_share| top_share - runner_up);
    VoteShare { n: count(votes.len()), n_valid, counts, top, top_share, margin }
}
