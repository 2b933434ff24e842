//! Other people's programs against ours: official clients, the conformance suite, a real model. Those that are missing are
//! skipped, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "mcp")]
mod conformance;
#[cfg(feature = "mcp")]
mod official;
mod real_model;
