//! Telemetry: what a debate does, told to whoever runs the program: as lines on standard error and, in a build with the
//! feature `otel`, as traces and metrics to a collector. Both are made from the notices that every front-end gets.
//!
//! Must never fail a debate or hold it up, write to standard output, or tell a word of what was asked or answered: places,
//! models, numbers and classes of failure are all there is.

mod clock;
mod line;
#[cfg(feature = "otel")]
mod otel;
mod persona;
mod sink;
mod told;
mod turns;
mod watch;
mod writer;

pub use crate::telemetry::persona::PersonaWatch;
pub use crate::telemetry::sink::Telemetry;
pub use crate::telemetry::watch::Watch;
