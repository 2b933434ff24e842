//! A history with its schedule laid out once, and the claims made in it numbered once.

use std::cell::OnceCell;

use crate::debate::claims::{self, Entry};
use crate::debate::history::History;
use crate::debate::schedule::{self, Cursor, Slot};

/// What a step of a debate is worked out from. One is made for each step, and handed to whoever asks about turns or claims.
#[derive(Debug)]
pub struct Board<'a> {
    /// The history.
    pub history: &'a History,
    cursor: Cursor,
    slots: Vec<Slot<'a>>,
    ledger: OnceCell<Vec<Entry>>,
}

impl<'a> Board<'a> {
    /// Lays out the schedule of a history as it stands.
    pub fn of(history: &'a History) -> Self {
        let cursor = schedule::cursor(history);
        Self { history, cursor, slots: schedule::slots(history, cursor), ledger: OnceCell::new() }
    }

    /// The same, as if the schedule ended after so many slots.
    pub fn until(&self, slots: usize) -> Self {
        let slots = self.slots[..slots.min(self.slots.len())].to_vec();
        Self { history: self.history, cursor: self.cursor, slots, ledger: OnceCell::new() }
    }

    /// The phase and round that come after the closed ones.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Every stage of the closed rounds and of the round under way, in order.
    pub fn slots(&self) -> &[Slot<'a>] {
        &self.slots
    }

    /// Every claim of the debate, in the order in which they were made.
    pub fn ledger(&self) -> &[Entry] {
        self.ledger.get_or_init(|| claims::number(self.history, &self.slots))
    }
}
