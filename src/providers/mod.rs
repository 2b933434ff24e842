//! Providers: who can be asked, and how. Wires are pure encoders and decoders; `gateway` alone touches the network.
//!
//! Must never decide anything about a debate, and never let a key reach a message, a log or an error.

pub mod gateway;
mod provider;
pub mod rehearsal;
pub mod table;
pub mod talk;
pub mod wire;

mod draft;
mod fault;
mod schema;

pub use crate::providers::provider::{Asking, Attempted, OnProgress, Progress, Provider, Server};
