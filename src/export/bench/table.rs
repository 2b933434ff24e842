//! The tables of a report: which columns they have, and how each is filled. The page and the text draw the same ones.

use crate::export::bench::report::{Accuracy, Group, Mean, Share};
use crate::export::bench::words::{self, NONE};
use crate::export::figures::percent;

/// A column: its head, its width in a line of text, and its words for a combination.
pub(crate) struct Column {
    /// The head.
    pub(crate) head: &'static str,
    /// Width in characters.
    pub(crate) width: usize,
    /// The words of a cell.
    pub(crate) cell: fn(&Group) -> String,
}

/// A table.
pub(crate) struct Table {
    /// Its title.
    pub(crate) title: &'static str,
    /// What it tells.
    pub(crate) lead: &'static str,
    /// Its columns.
    pub(crate) columns: &'static [Column],
    /// Whether a combination has something to tell in it.
    pub(crate) is_for: fn(&Group) -> bool,
}

/// The tables, in order.
pub(crate) const TABLES: [Table; 4] = [
    Table { title: "A debate takes", lead: "Means of the decided debates.", columns: &TOOK, is_for: |_| true },
    Table {
        title: "Minds changed",
        lead: "Seats that hold something else at the end than in the sealed opening, summed over the decided debates; tokens after the \
opening by such changes; and how often a repeat came out otherwise than its topic mostly does.",
        columns: &CHANGED,
        is_for: |_| true,
    },
    Table {
        title: "Right answers",
        lead: "Share of right answers with its 95% Wilson interval: by the best seat and the mean seat alone, by the sealed vote, by \
the debate.",
        columns: &RIGHT,
        is_for: |group| group.accuracy.is_some(),
    },
    Table {
        title: "Relative error",
        lead: "Mean distance from the right number by its size, with its 95% bootstrap interval from five debates on.",
        columns: &ERROR,
        is_for: |group| group.error.is_some(),
    },
];

const TOOK: [Column; 7] = [
    Column { head: "debates", width: 9, cell: words::progress },
    Column { head: "calls", width: 7, cell: |group| words::plain(&group.calls) },
    Column { head: "tokens", width: 8, cell: |group| words::tokens(&group.tokens) },
    Column { head: "dollars", width: 10, cell: |group| words::dollars(&group.cost_usd) },
    Column { head: "rounds", width: 8, cell: |group| words::plain(&group.rounds) },
    Column { head: "sealed", width: 8, cell: |group| agreement(group.sealed_agreement.value) },
    Column { head: "agree", width: 7, cell: |group| agreement(group.agreement.value) },
];

const CHANGED: [Column; 5] = [
    Column { head: "cited", width: 7, cell: |group| group.changed_cited.to_string() },
    Column { head: "uncited", width: 9, cell: |group| group.changed_uncited.to_string() },
    Column { head: "tokens each", width: 13, cell: |group| words::tokens_number(&group.tokens_per_changed_ballot) },
    Column { head: "flips (95%)", width: 16, cell: |group| words::share(&group.flips) },
    Column { head: "spread", width: 9, cell: |group| words::ratio(&group.spread) },
];

const RIGHT: [Column; 4] = [
    Column {
        head: "best seat",
        width: 18,
        cell: |group| of_accuracy(group, |right| words::best(&right.best_seat, words::share)),
    },
    Column { head: "mean seat", width: 14, cell: |group| of_accuracy(group, |right| words::share(&right.mean_seat)) },
    Column { head: "sealed", width: 14, cell: |group| of_accuracy(group, |right| words::share(&right.sealed)) },
    Column { head: "decision", width: 14, cell: |group| of_accuracy(group, |right| words::share(&right.last)) },
];

const ERROR: [Column; 4] = [
    Column {
        head: "best seat",
        width: 18,
        cell: |group| of_error(group, |error| words::best(&error.best_seat, words::share_mean)),
    },
    Column { head: "mean seat", width: 14, cell: |group| of_error(group, |error| words::share_mean(&error.mean_seat)) },
    Column { head: "sealed", width: 14, cell: |group| of_error(group, |error| words::share_mean(&error.sealed)) },
    Column { head: "decision", width: 14, cell: |group| of_error(group, |error| words::share_mean(&error.last)) },
];

fn agreement(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), percent)
}

fn of_accuracy(group: &Group, words: impl Fn(&Accuracy<Share>) -> String) -> String {
    group.accuracy.as_ref().map_or_else(|| NONE.to_owned(), words)
}

fn of_error(group: &Group, words: impl Fn(&Accuracy<Mean>) -> String) -> String {
    group.error.as_ref().map_or_else(|| NONE.to_owned(), words)
}
