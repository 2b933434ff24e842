//! Which entry of one list is which of another. Swapping the lists swaps the sides of every match and changes nothing else.

use std::collections::{BTreeMap, VecDeque};

/// The places of one thing in two lists; it is in at least one of them.
pub(super) type Match = (Option<usize>, Option<usize>);

/// Matches entries with the same key, of several the first with the first.
pub(super) fn matches<K: Ord>(from: &[K], to: &[K]) -> Vec<Match> {
    let mut waiting: BTreeMap<&K, VecDeque<usize>> = BTreeMap::new();
    for (place, key) in to.iter().enumerate() {
        waiting.entry(key).or_default().push_back(place);
    }
    let partner = |key: &K| waiting.get_mut(key).and_then(VecDeque::pop_front);
    let partners: Vec<Option<usize>> = from.iter().map(partner).collect();
    let mut found: Vec<Match> = partners.into_iter().enumerate().map(|(place, other)| (Some(place), other)).collect();
    found.extend(waiting.into_values().flatten().map(|place| (None, Some(place))));
    in_order(&mut found, |found| found.0.map(|place| &from[place]).or(found.1.map(|place| &to[place])));
    found
}

/// Matches entries by their first keys, and what is left over by their second keys.
pub(super) fn matches_twice<K: Ord, L: Ord>(from: &[(K, L)], to: &[(K, L)]) -> Vec<Match> {
    let first = |list: &[(K, L)]| -> Vec<usize> { (0..list.len()).collect() };
    let by_first = matches(&keys(from, &first(from), |(key, _)| key), &keys(to, &first(to), |(key, _)| key));
    let (mut found, single): (Vec<Match>, Vec<Match>) =
        by_first.into_iter().partition(|found| found.0.is_some() && found.1.is_some());
    let (mut left, mut right): (Vec<usize>, Vec<usize>) =
        (single.iter().filter_map(|found| found.0).collect(), single.iter().filter_map(|found| found.1).collect());
    left.sort_unstable();
    right.sort_unstable();
    let by_second = matches(&keys(from, &left, |(_, key)| key), &keys(to, &right, |(_, key)| key));
    found.extend(by_second.into_iter().map(|(a, b)| (a.map(|a| left[a]), b.map(|b| right[b]))));
    in_order(&mut found, |found| {
        let sides = [found.0.map(|place| &from[place]), found.1.map(|place| &to[place])];
        let (low, high) = (sides.iter().flatten().min(), sides.iter().flatten().max());
        low.copied().zip(high.copied())
    });
    found
}

fn keys<'a, T, K>(list: &'a [T], places: &[usize], key: impl Fn(&'a T) -> &'a K) -> Vec<&'a K> {
    places.iter().map(|place| key(&list[*place])).collect()
}

/// Sorts by place, whichever list the place is in, then by key.
fn in_order<K: Ord>(found: &mut [Match], key: impl Fn(&Match) -> K) {
    let places = |found: &Match| {
        let (from, to) = (found.0.or(found.1), found.1.or(found.0));
        (from.min(to), from.max(to))
    };
    found.sort_by(|a, b| places(a).cmp(&places(b)).then_with(|| key(a).cmp(&key(b))));
}
