//! Shares of votes in which every model family has one vote. Shown beside the plain shares: clones do not outvote.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::shares::{Shares, shares};
use crate::stats::sum::count;
use crate::stats::undefined::Undefined;

/// How a vote went, one vote per family.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyWeightedShare<K> {
    /// Families with a valid vote.
    pub n_families: u32,
    /// Shares of the families' votes.
    pub shares: Shares<K>,
}

/// Returns the shares of `votes`, each an option and its voter's family, where a valid vote weighs one over the valid
/// votes of its family.
///
/// A missing vote weighs nothing and takes nothing from its family.
/// Source: our definition, in the conventions of the test vectors.
///
/// # Errors
/// [`Undefined::NoValidVotes`] when nobody chose.
pub fn family_weighted_share<K: Ord + Clone, F: Ord>(
    votes: &[(Option<K>, F)],
) -> Result<FamilyWeightedShare<K>, Undefined> {
    let valid: Vec<(&K, &F)> = votes.iter().filter_map(|(vote, family)| Some((vote.as_ref()?, family))).collect();
    let mut sizes: BTreeMap<&F, u32> = BTreeMap::new();
    for (_, family) in &valid {
        *sizes.entry(*family).or_default() += 1;
    }
    let mut weights: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for (option, family) in &valid {
        weights.entry((*option).clone()).or_default().push(1.0 / f64::from(sizes[family]));
    }
    let families: BTreeSet<&F> = sizes.into_keys().collect();
    let shares = shares(&weights).map_err(|_| Undefined::NoValidVotes)?;
    Ok(FamilyWeightedShare { n_families: count(families.len()), shares })
}
