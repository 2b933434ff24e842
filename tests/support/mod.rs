//! What several test files share.
#![allow(dead_code, reason = "each test file uses its own part of it")]

pub(crate) mod counted;
pub(crate) mod replies;
pub(crate) mod told;
pub(crate) mod world;
