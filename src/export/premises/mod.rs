//! The premises of a decision as the record tells them, and as decision records in Markdown list them: in lines that people
//! read and [`read()`] reads back.
//!
//! Must never write a line that cannot be read back: a premise that is overlooked later is worse than none.

pub(crate) mod listing;
mod read;

pub use crate::export::premises::listing::leaning;
pub use crate::export::premises::read::{Recorded, read};
pub use crate::export::record::premises::{PremiseKind, PremiseRecord, Sent, premises, sent};
