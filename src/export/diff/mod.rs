//! What changed between two decisions, read off their records.
//!
//! Must never weigh a change: whoever reads it does. Exchanging the records exchanges the sides of every change and nothing
//! else; ids of options and claims, which mean nothing in another session, are never compared.

mod ballots;
mod changes;
mod compare;
mod matching;
mod read;
mod words;

pub use crate::export::diff::ballots::{Ballot, Given, Stood};
pub use crate::export::diff::changes::{
    Change, Claim, Diff, Found, Head, Lists, Member, Minority, SCHEMA, Sides, json,
};
pub use crate::export::diff::compare::diff;
pub use crate::export::diff::read::{Question, Read, ReadError, read};
pub use crate::export::diff::words::{markdown, text};
