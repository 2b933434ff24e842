//! Whether the closing text, which a model writes, contradicts what was counted: told beside the text, and never an input to
//! anything.
//!
//! Must never accuse a text that may be right: a sentence that speaks of a minority, of an earlier round, or of what is not so,
//! is not judged.

mod choice;
mod contradiction;
mod estimated;
mod tally;
mod tokens;
mod unanimity;
mod undecided;
mod vocabulary;

pub use crate::debate::analysis::closing::contradiction::{Contradiction, Counted, contradictions};
