//! Who changed options from one round to the next, toward the plurality or away from it, and for a cited reason or not.

use crate::stats::sum::{count, share};
use crate::stats::undefined::Undefined;
use crate::stats::vote_share::vote_share;

/// What a participant held before and holds now.
#[derive(Debug, Clone, PartialEq)]
pub struct Held<K> {
    /// The option before; `None` when there was none.
    pub before: Option<K>,
    /// The option now; `None` when there is none.
    pub now: Option<K>,
    /// Whether a change cites what caused it. Means nothing without a change.
    pub is_cited: bool,
}

/// The changes between two rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct FlipTracking<K> {
    /// The option that alone had the most votes before, counting also those who hold none now; `None` in a tie.
    pub previous_plurality: Option<K>,
    /// Participants with an option in both rounds; nobody else counts as flipped or not.
    pub n_comparable: u32,
    /// Of those, the ones whose option differs.
    pub n_flips: u32,
    /// `n_flips / n_comparable`, 0 to 1; [`Undefined::NoComparable`] when nobody is comparable.
    pub flip_rate: Result<f64, Undefined>,
    /// Comparable participants who held something other than the plurality's option.
    pub n_opportunities: u32,
    /// Flips to the option of the previous plurality.
    pub flips_to_plurality: u32,
    /// Flips away from the option of the previous plurality.
    pub flips_from_plurality: u32,
    /// What the minority did; [`Undefined::NoPlurality`] when the vote before was tied or nobody voted,
    /// [`Undefined::NoMinority`] when nobody comparable was in the minority.
    pub minority: Result<Minority, Undefined>,
    /// Flips without a cited cause.
    pub uncited_flips: u32,
    /// Flips to the option of the previous plurality without a cited cause.
    pub uncited_to_plurality: u32,
    /// `uncited_flips / n_flips`, 0 to 1; [`Undefined::NoFlips`] when nobody changed.
    pub uncited_share: Result<f64, Undefined>,
}

/// What those did who held something other than the plurality's option. Those who went to a third option count in
/// neither rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minority {
    /// Share that joined the plurality, 0 to 1.
    pub conformity_rate: f64,
    /// Share that stayed, 0 to 1.
    pub obstinacy_rate: f64,
    /// `conformity_rate - obstinacy_rate`, -1 to 1.
    pub conformity_minus_obstinacy: f64,
}

/// Compares what the participants held in two rounds.
///
/// Source: the quantities of Choi et al. (2026) on identity bias, taken over a panel instead of one peer.
pub fn flip_tracking<K: Ord + Clone>(panel: &[Held<K>]) -> FlipTracking<K> {
    let before: Vec<Option<K>> = panel.iter().map(|held| held.before.clone()).collect();
    let previous_plurality = match vote_share(&before).top.as_slice() {
        [top] => Some(top.clone()),
        _ => None,
    };
    let plurality = previous_plurality.as_ref();
    let comparable: Vec<(&K, &K, bool)> =
        panel.iter().filter_map(|held| Some((held.before.as_ref()?, held.now.as_ref()?, held.is_cited))).collect();
    let number = |is_one: &dyn Fn(&K, &K, bool) -> bool| {
        count(comparable.iter().filter(|(before, now, is_cited)| is_one(before, now, *is_cited)).count())
    };
    let is_to = |before: &K, now: &K| before != now && Some(now) == plurality;
    let n_comparable = count(comparable.len());
    let n_flips = number(&|before, now, _| before != now);
    let n_opportunities = number(&|before, _, _| plurality.is_some_and(|plurality| before != plurality));
    let flips_to_plurality = number(&|before, now, _| is_to(before, now));
    let stayed = number(&|before, now, _| plurality.is_some_and(|plurality| before != plurality) && before == now);
    let uncited_flips = number(&|before, now, is_cited| before != now && !is_cited);
    let no_minority = if plurality.is_some() { Undefined::NoMinority } else { Undefined::NoPlurality };
    FlipTracking {
        n_comparable,
        n_flips,
        flip_rate: share(n_flips, n_comparable).ok_or(Undefined::NoComparable),
        n_opportunities,
        flips_to_plurality,
        flips_from_plurality: number(&|before, now, _| before != now && Some(before) == plurality),
        minority: minority(flips_to_plurality, stayed, n_opportunities).ok_or(no_minority),
        uncited_flips,
        uncited_to_plurality: number(&|before, now, is_cited| is_to(before, now) && !is_cited),
        uncited_share: share(uncited_flips, n_flips).ok_or(Undefined::NoFlips),
        previous_plurality,
    }
}

fn minority(joined: u32, stayed: u32, of: u32) -> Option<Minority> {
    let (conformity_rate, obstinacy_rate) = (share(joined, of)?, share(stayed, of)?);
    Some(Minority { conformity_rate, obstinacy_rate, conformity_minus_obstinacy: conformity_rate - obstinacy_rate })
}
