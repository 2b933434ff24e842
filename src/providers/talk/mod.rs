//! Talks: a model answers in free text, and may call tools of ours before it does. How tools are written is for each wire.
//!
//! Must never run a tool, and never decide how long a talk goes on: whoever holds it does.

pub(crate) mod call;
mod rehearsal;

pub use crate::providers::talk::call::{Called, Calling, Step, Talk, Talker, Talking, Tool, ToolCall};
