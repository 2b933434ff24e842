//! Votes that the voters' own ratings contradict.

use std::collections::BTreeMap;

use crate::debate::consensus::Standings;
use crate::debate::question::OptionId;

/// By how many points on the scale from -2 to 2 another option must be rated above the one that is held.
const POINTS_ABOVE: i8 = 2;

/// Whether ratings and votes tell of different winners: at least half of the seats that hold `winner`, and rate it, call it
/// harmful or another option better by two points or more.
pub fn ratings_disagree(winner: &OptionId, standings: &Standings<'_>) -> bool {
    let holders = standings.values().filter(|standing| standing.option.as_ref() == Some(winner));
    let judged: Vec<bool> = holders.filter_map(|standing| speaks_against(winner, &standing.stance.ratings)).collect();
    let against = judged.iter().filter(|against| **against).count();
    against > 0 && against * 2 >= judged.len()
}

/// Whether a seat's ratings speak against the option it holds; `None` when it does not rate that one.
fn speaks_against(held: &OptionId, ratings: &BTreeMap<OptionId, i8>) -> Option<bool> {
    let own = *ratings.get(held)?;
    let best = ratings.values().copied().max().unwrap_or(own);
    Some(own < 0 || best.saturating_sub(own) >= POINTS_ABOVE)
}
