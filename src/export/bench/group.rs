//! What debates of one combination come to together.

use std::collections::{BTreeMap, BTreeSet};

use crate::debate::agent::Seat;
use crate::debate::question::Question;
use crate::export::bench::measure::{Compared, Found, Marks, SeatMark, Taken};
use crate::export::bench::report::{Accuracy, BestSeat, Group, Mean, Share};
use crate::stats::mean;
use crate::stats::outcome_flips::outcome_flips;
use crate::stats::quantiles::quartiles;
use crate::stats::undefined::Undefined;
use crate::stats::wilson::{Z_95, wilson_interval};

/// Why there is no cost.
const PRICE_UNKNOWN: &str = "price_unknown";
/// Why outcomes of a bench's topics cannot be told apart by their options.
const OPEN_QUESTION: &str = "open_question";
const NOT_A_CHOICE: &str = "not_a_choice";
/// Why an agreement is undefined in every debate.
const NO_AGREEMENT: &str = "agreement_missing";

/// A decided debate with the question that it was about.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    /// Place of the topic in the bench.
    pub(super) topic: usize,
    pub(super) question: &'a Question,
    pub(super) taken: &'a Taken,
    pub(super) found: &'a Found,
}

/// The names of a combination, and how many debates it has.
pub(super) struct Head {
    pub(super) mode: String,
    pub(super) panel: String,
    pub(super) topic: Option<String>,
    pub(super) cells: u32,
}

/// Draws up what the decided debates of a combination come to. Intervals of means are drawn from `seed`.
pub(super) fn group(head: Head, members: &[Member<'_>], seed: u64) -> Group {
    let mean_of = |values: Vec<f64>| Mean::from(mean::mean(&values, seed));
    let each = |value: fn(&Member<'_>) -> f64| mean_of(members.iter().map(value).collect());
    let share_of = |agreement: fn(&Found) -> Option<f64>| {
        let values: Vec<f64> = members.iter().filter_map(|member| agreement(member.found)).collect();
        match (members.is_empty(), values.is_empty()) {
            (false, true) => Mean::undefined(0, NO_AGREEMENT),
            (true, _) | (_, false) => mean_of(values),
        }
    };
    let costs: Option<Vec<f64>> = members.iter().map(|member| member.taken.cost_usd).collect();
    let sum = |part: fn(&Found) -> u32| members.iter().fold(0u32, |sum, member| sum.saturating_add(part(member.found)));
    Group {
        mode: head.mode,
        panel: head.panel,
        topic: head.topic,
        cells: head.cells,
        decided: count(members.len()),
        calls: each(|member| f64::from(member.taken.calls)),
        tokens: each(|member| member.taken.tokens() as f64),
        cost_usd: costs.map_or_else(|| Mean::undefined(count(members.len()), PRICE_UNKNOWN), mean_of),
        rounds: each(|member| f64::from(member.found.rounds)),
        sealed_agreement: share_of(|found| found.sealed_agreement),
        agreement: share_of(|found| found.agreement),
        changed_cited: sum(|found| found.changed_cited),
        changed_uncited: sum(|found| found.changed_uncited),
        tokens_per_changed_ballot: per_change(members).into(),
        flips: flips(members),
        spread: spread(members).into(),
        accuracy: accuracy(members),
        error: error(members, seed),
    }
}

fn per_change(members: &[Member<'_>]) -> Result<f64, Undefined> {
    let changes: f64 = members
        .iter()
        .map(|member| f64::from(member.found.changed_cited) + f64::from(member.found.changed_uncited))
        .sum();
    let tokens: f64 = members.iter().map(|member| member.found.debate_tokens as f64).sum();
    if changes > 0.0 { Ok(tokens / changes) } else { Err(Undefined::NoFlips) }
}

/// Choices alone: the options of an open question are found anew each time, and numbers hardly ever repeat.
fn flips(members: &[Member<'_>]) -> Share {
    let is_choice = |member: &&Member<'_>| !member.question.options.is_empty();
    let mut by_topic: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for member in members.iter().filter(is_choice) {
        by_topic.entry(member.topic).or_default().push(&member.found.option);
    }
    if let (true, Some(first)) = (by_topic.is_empty(), members.first()) {
        return Share::undefined(if first.question.is_open() { OPEN_QUESTION } else { NOT_A_CHOICE });
    }
    let flips = outcome_flips(&by_topic.into_values().collect::<Vec<_>>());
    Share {
        n: flips.n,
        count: flips.flips,
        value: flips.rate.ok(),
        interval: flips.interval.ok(),
        reason: flips.rate.err().map(Undefined::reason),
    }
}

fn spread(members: &[Member<'_>]) -> Result<f64, Undefined> {
    let mut by_topic: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for member in members {
        by_topic.entry(member.topic).or_default().extend(member.found.value);
    }
    let repeated = by_topic.values().filter(|values| values.len() >= 2);
    let spreads: Vec<f64> = repeated.map(|values| quartiles(values)?.relative_iqr()).collect::<Result<_, _>>()?;
    if spreads.is_empty() { Err(Undefined::FewerThanTwoValues) } else { mean::mean(&spreads, 0).mean }
}

fn accuracy(members: &[Member<'_>]) -> Option<Accuracy<Share>> {
    let marked: Vec<&Compared<bool>> = members
        .iter()
        .filter_map(|member| match member.found.marks.as_ref()? {
            Marks::Choice(marks) => Some(marks),
            Marks::Estimate(_) => None,
        })
        .collect();
    let all = |seat: Seat| share(marked.iter().filter_map(|marks| of_seat(&marks.seats, seat)));
    let seats = seats(marked.iter().map(|marks| marks.seats.as_slice()));
    // The first of equals: a later one must be better.
    let best = seats.iter().map(|seat| BestSeat { seat: *seat, measure: all(*seat) });
    let best_seat = best.reduce(|best, next| if next.measure.value > best.measure.value { next } else { best })?;
    Some(Accuracy {
        best_seat,
        mean_seat: share(marked.iter().flat_map(|marks| &marks.seats).map(|seat| seat.mark)),
        sealed: share(marked.iter().map(|marks| marks.sealed)),
        last: share(marked.iter().map(|marks| marks.last)),
    })
}

fn error(members: &[Member<'_>], seed: u64) -> Option<Accuracy<Mean>> {
    let marked: Vec<&Compared<Option<f64>>> = members
        .iter()
        .filter_map(|member| match member.found.marks.as_ref()? {
            Marks::Estimate(marks) => Some(marks),
            Marks::Choice(_) => None,
        })
        .collect();
    let mean_of = |values: Vec<f64>| Mean::from(mean::mean(&values, seed));
    let all = |seat: Seat| mean_of(marked.iter().filter_map(|marks| of_seat(&marks.seats, seat)?).collect());
    let seats = seats(marked.iter().map(|marks| marks.seats.as_slice()));
    let is_better = |next: &Mean, best: &Mean| match (next.value, best.value) {
        (Some(next), Some(best)) => next < best,
        (next, None) => next.is_some(),
        (None, Some(_)) => false,
    };
    let best = seats.iter().map(|seat| BestSeat { seat: *seat, measure: all(*seat) });
    let best_seat = best.reduce(|best, next| if is_better(&next.measure, &best.measure) { next } else { best })?;
    Some(Accuracy {
        best_seat,
        mean_seat: mean_of(marked.iter().flat_map(|marks| &marks.seats).filter_map(|seat| seat.mark).collect()),
        sealed: mean_of(marked.iter().filter_map(|marks| marks.sealed).collect()),
        last: mean_of(marked.iter().filter_map(|marks| marks.last).collect()),
    })
}

fn seats<'a, T: 'a>(marked: impl Iterator<Item = &'a [SeatMark<T>]>) -> BTreeSet<Seat> {
    marked.flatten().map(|mark| mark.seat).collect()
}

fn of_seat<T: Copy>(marks: &[SeatMark<T>], seat: Seat) -> Option<T> {
    marks.iter().find(|mark| mark.seat == seat).map(|mark| mark.mark)
}

fn share(trials: impl Iterator<Item = bool>) -> Share {
    let trials: Vec<bool> = trials.collect();
    let (n, hits) = (count(trials.len()), count(trials.iter().filter(|is_hit| **is_hit).count()));
    let interval = wilson_interval(hits, n, Z_95);
    Share {
        n,
        count: hits,
        value: interval.is_ok().then(|| f64::from(hits) / f64::from(n)),
        interval: interval.ok(),
        reason: interval.err().map(Undefined::reason),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
