//! The store: what was acknowledged is there, old databases open, broken ones say so, sessions are found again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod disk_faults;
mod finding;
mod log;
mod migrations;
mod sessions_kept;
mod torn_databases;
