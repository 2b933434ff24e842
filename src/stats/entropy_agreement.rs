//! How concentrated votes are, in bits. Depends on the number of options: for trends within one set of options, never
//! for a threshold.

use crate::stats::sum::sum;
use crate::stats::undefined::Undefined;

/// The entropy of a vote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entropy {
    /// Voters.
    pub n: u64,
    /// Entropy of the votes, in bits, 0 when all chose one option.
    pub entropy_bits: f64,
    /// Two to the entropy: as many options, chosen evenly, would be as spread out; at least 1.
    pub effective_positions: f64,
    /// How far the entropy stays below its most; [`Undefined::SingleVoter`] or [`Undefined::SingleOption`] when it
    /// cannot but be 0.
    pub agreement: Result<Concentration, Undefined>,
}

/// How far an entropy stays below its most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concentration {
    /// The most that the entropy can be, in bits.
    pub h_max_bits: f64,
    /// 1 when all chose one option, 0 when votes are spread as evenly as can be.
    pub agreement: f64,
}

/// What an entropy is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalizer {
    /// The most that so many voters can reach.
    Attainable,
    /// An even spread over all options, however few the voters.
    Options,
}

/// Returns the entropy of a vote from the votes for each option; `n_options` counts those without a vote too.
///
/// [`Undefined::NoVotes`] without a vote. Source: Shannon (1948); 1 - H / Hmax with base-2 logarithms.
pub fn entropy_agreement(counts: &[u32], n_options: u32, normalizer: Normalizer) -> Result<Entropy, Undefined> {
    let n: u64 = counts.iter().copied().map(u64::from).sum();
    if n == 0 {
        return Err(Undefined::NoVotes);
    }
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / n as f64);
    // The logarithm of a share is negative or 0, so this is not below 0.
    let entropy_bits = sum(shares.map(|share| share * -share.log2()));
    let spread = match normalizer {
        Normalizer::Attainable => n.min(u64::from(n_options)),
        Normalizer::Options => u64::from(n_options),
    };
    let agreement = match (n, n_options) {
        (1, _) => Err(Undefined::SingleVoter),
        (_, 0 | 1) => Err(Undefined::SingleOption),
        _ => {
            let h_max_bits = (spread as f64).log2();
            Ok(Concentration { h_max_bits, agreement: (1.0 - entropy_bits / h_max_bits).clamp(0.0, 1.0) })
        }
    };
    Ok(Entropy { n, entropy_bits, effective_positions: entropy_bits.exp2(), agreement })
}
