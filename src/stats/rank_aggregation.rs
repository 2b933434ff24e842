//! One order out of many: the counts of Borda and of Condorcet.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::sum::count;

/// What a set of rankings comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankAggregation<K> {
    /// Borda points by option: in each ranking, as many as a full ranking has places after the option's.
    pub borda: BTreeMap<K, u64>,
    /// Options tied for the most points, sorted; empty without a ranking.
    pub borda_top: Vec<K>,
    /// The option that beats every other in more than half of the rankings; `None` in a cycle, a tie or without a
    /// ranking.
    pub condorcet_winner: Option<K>,
}

/// Aggregates `rankings` of `options`, each best first and without ties.
///
/// An option that a ranking leaves out gets no points from it and stands behind those it names; what is named twice
/// counts at its first place, and what is not among the options not at all. Borda points go from the number of options
/// less one for the first place down to 0. Neither count is ever undefined.
/// Source: Borda (1781); Condorcet (1785).
pub fn rank_aggregation<K: Ord + Clone>(rankings: &[Vec<K>], options: &[K]) -> RankAggregation<K> {
    let options: BTreeSet<&K> = options.iter().collect();
    let places: Vec<BTreeMap<&K, u64>> = rankings.iter().map(|ranking| places(ranking, &options)).collect();
    let most = u64::from(count(options.len()));
    let points = |option: &K| places.iter().filter_map(|places| Some(most - 1 - places.get(option)?)).sum::<u64>();
    let borda: BTreeMap<K, u64> = options.iter().map(|option| ((*option).clone(), points(option))).collect();
    let best = borda.values().copied().max().filter(|_| !rankings.is_empty());
    let borda_top =
        borda.iter().filter(|(_, points)| Some(**points) == best).map(|(option, _)| option.clone()).collect();
    let is_ahead = |places: &BTreeMap<&K, u64>, a: &K, b: &K| match (places.get(a), places.get(b)) {
        (Some(a), Some(b)) => a < b,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let beats = |a: &K, b: &K| 2 * places.iter().filter(|places| is_ahead(places, a, b)).count() > places.len();
    let beats_all = |option: &&&K| options.iter().filter(|other| *other != *option).all(|other| beats(option, other));
    let condorcet_winner = options.iter().find(beats_all).filter(|_| !rankings.is_empty());
    RankAggregation { condorcet_winner: condorcet_winner.map(|winner| (*winner).clone()), borda, borda_top }
}

/// The place of each option in a ranking, counted from 0.
fn places<'a, K: Ord>(ranking: &'a [K], options: &BTreeSet<&'a K>) -> BTreeMap<&'a K, u64> {
    let mut places = BTreeMap::new();
    for option in ranking.iter().filter(|option| options.contains(option)) {
        let next = u64::from(count(places.len()));
        places.entry(option).or_insert(next);
    }
    places
}
