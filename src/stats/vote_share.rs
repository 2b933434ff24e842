//! Shares of votes over valid votes.

use std::collections::BTreeMap;

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

/// Counts `votes`; `None` is an abstention or a missing vote and is never imputed.
pub fn vote_share<K: Ord + Clone>(votes: &[Option<K>]) -> VoteShare<K> {
    let mut counts: BTreeMap<K, u32> = BTreeMap::new();
    for vote in votes.iter().flatten() {
        *counts.entry(vote.clone()).or_default() += 1;
    }
    let n_valid: u32 = counts.values().sum();
    let most = counts.values().copied().max().unwrap_or(0);
    let top: Vec<K> = counts.iter().filter(|(_, count)| **count == most).map(|(key, _)| key.clone()).collect();
    let share = |count: u32| f64::from(count) / f64::from(n_valid);
    let mut ranked: Vec<u32> = counts.values().copied().collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    let top_share = ranked.first().map(|count| share(*count));
    let margin = ranked.first().map(|first| share(*first) - ranked.get(1).map_or(0.0, |second| share(*second)));
    let n = u32::try_from(votes.len()).unwrap_or(u32::MAX);
    VoteShare { n, n_valid, counts, top, top_share, margin }
}
