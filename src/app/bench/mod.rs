//! Benches: every combination of a bench file held as a session of its own, found again by its name.
//!
//! Must never pay for a debate twice: a session's name is drawn from all that it is opened with, so the same debate is the same
//! session, in whichever run.

mod budget;
mod matrix;
mod open;
mod plan;
mod run;

pub use crate::app::bench::open::{BenchRequest, OpenBench, Purpose, open_bench};
pub use crate::app::bench::plan::{BenchPlan, PlannedCells};
pub use crate::app::bench::run::{BenchControl, BenchNews};
