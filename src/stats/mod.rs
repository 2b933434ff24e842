//! Statistics: one pure function per file, over plain numbers. The layer below the core: it knows nothing of debates.
//!
//! Conventions are those of `tests/fixtures/vectors/consensus.json`. Undefined is `None`, never 0, 1 or NaN.

pub mod adjusted_rand_index;
pub mod quantiles;
pub mod shuffle;
pub mod stability;
pub mod van_der_eijk;
pub mod vote_share;
pub mod weighted_share;
pub mod wilson;
