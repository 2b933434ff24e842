//! What a log holds beside its events, as data: who spoke, what was allowed, what came of a round and of the whole.
//!
//! Must never decide anything: what is decided is decided elsewhere and kept here.

pub mod decision;
pub mod estimates;
pub mod gate;
pub mod ids;
pub mod limits;
pub mod material;
pub mod options;
pub mod round;
pub mod setup;
