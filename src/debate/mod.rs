//! The core: everything a debate decides. Pure: data in, data out; no clock, no randomness, no environment, no network.

pub mod agent;
pub mod ask;
pub mod change;
pub mod claims;
pub mod consensus;
pub mod decision;
pub mod dissent;
pub mod estimate;
pub mod event;
pub mod gate;
pub mod history;
pub mod mode;
pub mod personas;
pub mod prompt;
pub mod protocol;
pub mod question;
pub mod replay;
pub mod reply;
pub mod response;
pub mod round;
pub mod schedule;
pub mod sorting;
pub mod template;
pub mod text;
pub mod thresholds;
pub mod visibility;
