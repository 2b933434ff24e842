//! How a session was taken further, as its history holds it: more rounds, or the same ones anew.

use crate::debate::event::Continued;

/// More rounds of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// Place of the event that asked for them.
    pub seq: u64,
    /// How many rounds had been closed before.
    pub after: usize,
    /// Number of the last round of the exchange that had been begun before; it is finished first if it was under way.
    pub begun: u32,
    /// Phase and number of a later phase's round that was under way, and is never finished.
    pub left: Option<(String, u32)>,
    /// Its terms.
    pub terms: Continued,
}

/// A session taken up anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopening {
    /// Place of the event that did it.
    pub seq: u64,
    /// How many rounds were closed then.
    pub after: usize,
}
