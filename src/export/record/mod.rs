//! The decision record: all that a reader of a decision may ask about, drawn from the log alone.

pub(crate) mod closing;
pub(crate) mod document;
pub(crate) mod fallbacks;
mod moderator;
pub(crate) mod names;
pub(crate) mod premises;
pub(crate) mod rehearsal;
mod status;
mod turns;
pub(crate) mod unheard;
mod verdict;

pub use crate::export::record::document::{
    ContinuationRecord, Question, Record, SCHEMA, SortingRecord, Times, note, record, timestamp,
};
pub use crate::export::record::moderator::moderators;
pub use crate::export::record::names::name;
pub use crate::export::record::status::{Status, status};
pub use crate::export::record::turns::TurnRecord;
pub use crate::export::record::verdict::{Delta, Verdict};
pub(crate) use crate::export::record::verdict::{delta, verdict};
