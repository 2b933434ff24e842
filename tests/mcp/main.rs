//! The server for assistants.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "mcp")]
mod server;
