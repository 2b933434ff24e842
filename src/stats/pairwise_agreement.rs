//! How often two voters agree.

use crate::stats::undefined::Undefined;

/// Returns the share of pairs of voters who chose the same option, 0 to 1, from the votes for each option.
///
/// [`Undefined::NoVotes`] without a vote, [`Undefined::SingleVoter`] with one.
/// Source: sum of c (c - 1) over n (n - 1), the observed agreement of Fleiss (1971) for one unit.
pub fn pairwise_agreement(counts: &[u32]) -> Result<f64, Undefined> {
    let pairs = |voters: u64| u128::from(voters) * u128::from(voters.saturating_sub(1));
    match counts.iter().copied().map(u64::from).sum() {
        0 => Err(Undefined::NoVotes),
        1 => Err(Undefined::SingleVoter),
        n => Ok(counts.iter().map(|count| pairs(u64::from(*count))).sum::<u128>() as f64 / pairs(n) as f64),
    }
}
