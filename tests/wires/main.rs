//! Providers at the wire: what is sent, what is read, what is tried again and how long is waited.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod fault_matrix;
mod formats;
mod gateway;
mod shared_keys;
