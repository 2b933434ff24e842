//! Laws that hold whatever comes: old logs replay, a killed session resumes, no limit is passed, nobody is shown what is
//! sealed, rooms know only those below them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod circles;
mod concurrent_resumes;
mod crash_recovery;
mod fuzz_corpus;
mod golden_logs;
mod hard_limits;
mod injections;
mod isolation;
mod layers;
mod mode_matrix;
mod price_bounds;
mod properties;
mod replay;
mod resume;
mod visibility;
mod vote_mutations;
