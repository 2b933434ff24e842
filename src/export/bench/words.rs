//! The numbers of a report as people read them. What is undefined is a dash.

use crate::debate::analysis::number::Number;
use crate::export::bench::report::{BestSeat, Group, Mean, Report, Share};
use crate::export::figures::{percent, short};
use crate::export::record::Status;

/// What stands for a number that is undefined.
pub(crate) const NONE: &str = "-";

/// `67% (35–88)`.
pub(crate) fn share(share: &Share) -> String {
    with_range(share.value, share.interval, percent, whole_percents)
}

/// A mean of shares, as a percentage with its interval.
pub(crate) fn share_mean(mean: &Mean) -> String {
    with_range(mean.value, mean.interval, percent, whole_percents)
}

/// What a seat did, and which: `67% (35–88) s2`.
pub(crate) fn best<T>(best: &BestSeat<T>, measure: impl Fn(&T) -> String) -> String {
    format!("{} s{}", measure(&best.measure), best.seat)
}

/// A mean with one decimal.
pub(crate) fn plain(mean: &Mean) -> String {
    or_none(mean.value, |value| format!("{value:.1}"))
}

/// A mean of tokens.
pub(crate) fn tokens(mean: &Mean) -> String {
    or_none(mean.value, whole)
}

/// A mean of US dollars.
pub(crate) fn dollars(mean: &Mean) -> String {
    or_none(mean.value, |value| format!("{value:.4}"))
}

/// A number of tokens.
pub(crate) fn tokens_number(number: &Number) -> String {
    or_none(number.value, whole)
}

/// A ratio as a percentage.
pub(crate) fn ratio(number: &Number) -> String {
    or_none(number.value, percent)
}

/// Decided debates of all: `8/9`.
pub(crate) fn progress(group: &Group) -> String {
    format!("{}/{}", group.decided, group.cells)
}

/// A combination beside the others: with one panel its mode says it all, with one mode its panel does.
pub(crate) fn name(report: &Report, group: &Group) -> String {
    match (report.modes.len(), report.panels.len()) {
        (_, 1) => group.mode.clone(),
        (1, _) => group.panel.clone(),
        (_, _) => format!("{} / {}", group.mode, group.panel),
    }
}

/// How far a bench has come.
pub(crate) fn headline(report: &Report) -> String {
    format!("{} of {} debates decided", report.total.decided, report.total.cells)
}

/// Of what it is made.
pub(crate) fn matrix(report: &Report) -> String {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let repeats = usize::try_from(report.repeats).unwrap_or(usize::MAX);
    let parts = [
        counted(report.modes.len(), "mode"),
        counted(report.panels.len(), "panel"),
        counted(report.topics.len(), "topic"),
        counted(repeats, "repeat"),
    ];
    parts.join(" × ")
}

/// How a debate stands.
pub(crate) fn status(status: Option<Status>) -> &'static str {
    match status {
        None => "not begun",
        Some(Status::Open) => "open",
        Some(Status::Paused) => "paused",
        Some(Status::Waiting) => "waiting",
        Some(Status::Decided) => "decided",
        Some(Status::QuorumLost) => "quorum lost",
        Some(Status::Stopped) => "stopped",
        Some(Status::LimitReached) => "limit reached",
    }
}

fn or_none(value: Option<f64>, words: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), words)
}

fn whole(value: f64) -> String {
    // A float turns into the nearest integer that exists.
    short(value.round() as u64)
}

fn whole_percents([low, high]: [f64; 2]) -> String {
    format!("{:.0}–{:.0}", low * 100.0, high * 100.0)
}

fn with_range(
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    words: impl Fn(f64) -> String,
    range: impl Fn([f64; 2]) -> String,
) -> String {
    match (value, interval) {
        (None, _) => NONE.to_owned(),
        (Some(value), None) => words(value),
        (Some(value), Some(interval)) => format!("{} ({})", words(value), range(interval)),
    }
}
