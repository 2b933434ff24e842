//! The flow of claims over the rounds: what is new, what stays in play.

use std::collections::BTreeSet;

use crate::stats::sum::{count, share};
use crate::stats::undefined::Undefined;

/// The claims of all rounds, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimLedger {
    /// Each round's claims.
    pub rounds: Vec<RoundClaims>,
    /// Different claims over all rounds.
    pub cumulative: u32,
    /// Share of the first round's claims that the last round takes up, 0 to 1; [`Undefined::NoClaims`] when the first
    /// round has none or there is no round.
    pub retention: Result<f64, Undefined>,
    /// Claims that the last two rounds share, by those that either has, 0 to 1; [`Undefined::FewerThanTwoRounds`], or
    /// [`Undefined::NoClaims`] when neither has any.
    pub jaccard_last_two: Result<f64, Undefined>,
}

/// The claims of one round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundClaims {
    /// Different claims made or taken up in the round.
    pub n_claims: u32,
    /// Of those, the ones that no earlier round has.
    pub n_new: u32,
    /// `n_new / n_claims`, 0 to 1; [`Undefined::NoClaims`] in a round without claims.
    pub novelty: Result<f64, Undefined>,
}

/// Counts the claims of `rounds`, each the ids of the claims made or taken up in it; an id given twice in a round counts
/// once.
///
/// Source: our definition, in the conventions of the test vectors.
pub fn claim_ledger<K: Ord>(rounds: &[Vec<K>]) -> ClaimLedger {
    let rounds: Vec<BTreeSet<&K>> = rounds.iter().map(|claims| claims.iter().collect()).collect();
    let mut known: BTreeSet<&K> = BTreeSet::new();
    let mut counted = Vec::new();
    for claims in &rounds {
        let (n_claims, n_new) = (count(claims.len()), count(claims.difference(&known).count()));
        counted.push(RoundClaims { n_claims, n_new, novelty: share(n_new, n_claims).ok_or(Undefined::NoClaims) });
        known.extend(claims);
    }
    let retained = match (rounds.first(), rounds.last()) {
        (Some(first), Some(last)) => share(count(first.intersection(last).count()), count(first.len())),
        _ => None,
    };
    let jaccard_last_two = match rounds.as_slice() {
        [.., before, last] => share(count(before.intersection(last).count()), count(before.union(last).count()))
            .ok_or(Undefined::NoClaims),
        _ => Err(Undefined::FewerThanTwoRounds),
    };
    ClaimLedger {
        rounds: counted,
        cumulative: count(known.len()),
        retention: retained.ok_or(Undefined::NoClaims),
        jaccard_last_two,
    }
}
