//! Statistics: one pure function per file, over plain numbers. The layer below the core: it knows nothing of debates.
//!
//! Conventions are those of `tests/fixtures/vectors/consensus.json`. Undefined is `None`, or an [`undefined::Undefined`]
//! that says why; never 0, 1 or NaN. No number depends on the order in which participants or options are listed, but
//! for what is drawn at random from a seed.

pub mod adjusted_rand_index;
pub mod bootstrap_ci;
pub mod claim_ledger;
pub mod effective_n;
pub mod family_weighted_share;
pub mod flip_tracking;
pub mod groupthink_flags;
pub mod kendall_w;
pub mod krippendorff_alpha;
pub mod mean;
mod mid_ranks;
pub mod outcome_flips;
pub mod quantiles;
pub mod rank_aggregation;
pub mod shares;
pub mod shuffle;
pub mod stability;
pub mod stance_change;
mod sum;
pub mod undefined;
pub mod van_der_eijk;
pub mod vote_share;
pub mod weighted_share;
pub mod wilson;
