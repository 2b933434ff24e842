//! What test modules share: worlds, replies, a fake provider, the program and where it runs.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

pub(crate) mod asking;
pub(crate) mod assistant;
pub(crate) mod book;
pub(crate) mod counted;
pub(crate) mod fake;
pub(crate) mod ground;
pub(crate) mod installs;
pub(crate) mod logs;
pub(crate) mod otlp;
pub(crate) mod plan;
pub(crate) mod program;
pub(crate) mod replies;
pub(crate) mod stored;
pub(crate) mod told;
pub(crate) mod tool_speech;
pub(crate) mod voices;
pub(crate) mod world;
