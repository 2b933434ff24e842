//! How much moved between two rounds.

use crate::stats::undefined::Undefined;

/// What changed between two rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Movement {
    /// Participants with an option in both rounds.
    pub n_comparable: u32,
    /// Of those, the ones whose option differs.
    pub n_changed: u32,
    /// `n_changed / n_comparable`; `None` when nobody is comparable.
    pub flip_rate: Option<f64>,
    /// Largest distance of the two distribution functions of ratings; `None` when a round has none.
    pub ks: Option<f64>,
    /// Share of the round's claims that are new; 0 in a round without claims.
    pub novelty: f64,
}

/// Change rate up to which a round counts as stable unless somebody asks for another, 0 to 1.
pub const FLIP_RATE_MAX: f64 = 0.15;
/// Distance of distributions up to which a round of five or more counts as stable; smaller panels must not move at all.
const KS_MAX: f64 = 0.2;
/// Share of new claims up to which a round counts as stable.
const NOVELTY_MAX: f64 = 0.10;

/// Compares two rounds: each participant's option and stance on the scale before and now, and how many of the claims
/// now are new.
pub fn movement<K: PartialEq>(
    options: &[(Option<K>, Option<K>)],
    stances: &[(Option<f64>, Option<f64>)],
    claims: u32,
    claims_new: u32,
) -> Movement {
    let both = options.iter().filter_map(|(before, now)| Some((before.as_ref()?, now.as_ref()?)));
    let (mut n_comparable, mut n_changed) = (0, 0);
    for (before, now) in both {
        n_comparable += 1;
        n_changed += u32::from(before != now);
    }
    let before: Vec<f64> = stances.iter().filter_map(|pair| pair.0).filter(|stance| stance.is_finite()).collect();
    let now: Vec<f64> = stances.iter().filter_map(|pair| pair.1).filter(|stance| stance.is_finite()).collect();
    Movement {
        n_comparable,
        n_changed,
        flip_rate: (n_comparable > 0).then(|| f64::from(n_changed) / f64::from(n_comparable)),
        ks: ks(&before, &now),
        novelty: if claims == 0 { 0.0 } else { f64::from(claims_new.min(claims)) / f64::from(claims) },
    }
}

impl Movement {
    /// Whether positions stood still. Ratings that were not taken do not count against it.
    ///
    /// # Errors
    /// [`Undefined::NoComparable`] when nobody is comparable.
    pub fn is_stable(&self) -> Result<bool, Undefined> {
        self.is_stable_within(FLIP_RATE_MAX)
    }

    /// Like [`Movement::is_stable`], up to another change rate than 0.15, 0 to 1.
    ///
    /// Above 0.15, ratings may move as far as options may: who changes sides rates anew.
    ///
    /// # Errors
    /// [`Undefined::NoComparable`] when nobody is comparable.
    pub fn is_stable_within(&self, flip_rate_max: f64) -> Result<bool, Undefined> {
        let ks_max = if self.n_comparable < 5 { 0.0 } else { KS_MAX };
        let ks_max = if flip_rate_max > FLIP_RATE_MAX { flip_rate_max.max(ks_max) } else { ks_max };
        let still =
            |rate: f64| rate <= flip_rate_max && self.ks.is_none_or(|d| d <= ks_max) && self.novelty <= NOVELTY_MAX;
        self.flip_rate.map(still).ok_or(Undefined::NoComparable)
    }

    /// Whether nothing changed at all: no option, no rating distribution, no new claim.
    pub fn is_frozen(&self) -> bool {
        self.n_comparable > 0 && self.n_changed == 0 && self.ks.is_none_or(|d| d == 0.0) && self.novelty == 0.0
    }
}

/// The two-sample Kolmogorov-Smirnov distance; used as a distance, never as a test.
fn ks(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let at_most = |values: &[f64], point: f64| values.iter().filter(|value| **value <= point).count();
    // One division at the end: 4/5 - 3/5 is more than 1/5 in floating point, and a threshold of 0.2 would notice.
    let apart = |point: &f64| (at_most(a, *point) * b.len()).abs_diff(at_most(b, *point) * a.len());
    let largest = a.iter().chain(b).map(apart).max().unwrap_or(0);
    Some(largest as f64 / (a.len() * b.len()) as f64)
}
