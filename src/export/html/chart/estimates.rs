//! The numbers of a panel round by round: every seat's, with the median and the quartiles over them.

use std::collections::BTreeMap;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::consensus;
use crate::debate::history::History;
use crate::debate::log::estimates::{Estimates, worded};
use crate::debate::response::Estimate;
use crate::debate::text::line as one_line;
use crate::export::html::chart::{AXIS_HEIGHT, Anchor, Columns, Place, chart, drawing, fit, label, rule};
use crate::export::html::markup::{Html, all, el, px, text, words};
use crate::export::html::reference;
use crate::export::html::table::{folded, number, row, table};
use crate::export::record::Record;

const HEIGHT: f64 = 190.0;
/// Room for the word over the highest number.
const TOP: f64 = 22.0;
/// Room for the numbers of the scale.
const LEFT: f64 = 58.0;
/// How much of a column the seats are spread over.
const SPREAD: f64 = 0.6;

/// A round in which numbers were given.
struct Given {
    number: usize,
    phase: String,
    title: String,
    estimates: Estimates,
    by_seat: BTreeMap<Seat, Estimate>,
}

/// Draws the numbers of each round; `None` where no number is asked for, or none was counted yet.
pub(in crate::export::html) fn section(record: &Record, history: &History) -> Option<Html> {
    let rounds = rounds(history);
    let drawn = drawn(record, &rounds)?;
    let unit = record.question.unit.as_ref().map(ToString::to_string).unwrap_or_default();
    let lead = format!(
        "Each dot is a seat, in {}. The box reaches from the first to the third quartile, and the line in it is the median.",
        one_line(&unit)
    );
    Some(chart("estimates", "Estimates by round", &lead, [drawn, folded(numbers(record, &rounds))]))
}

fn rounds(history: &History) -> Vec<Given> {
    let board = Board::of(history);
    let given = |(index, closed): (usize, &crate::debate::log::round::ClosedRound)| {
        let standings = consensus::corrected(&board, &closed.phase, closed.round);
        Some(Given {
            number: index + 1,
            phase: closed.phase.clone(),
            title: reference::place(&history.rounds, &closed.phase, closed.round),
            estimates: closed.estimates.clone()?,
            by_seat: standings.iter().filter_map(|(seat, standing)| Some((*seat, standing.stance.estimate?))).collect(),
        })
    };
    history.rounds.iter().enumerate().filter_map(given).collect()
}

fn drawn(record: &Record, rounds: &[Given]) -> Option<Html> {
    let ends = rounds.iter().flat_map(|round| [round.estimates.min, round.estimates.max]).flatten();
    let (low, high) =
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return None;
    }
    // Where all numbers are one, it stands in the middle.
    let y = |value: f64| TOP + HEIGHT * if low == high { 0.5 } else { 1.0 - (value - low) / (high - low) };
    let columns = Columns::new(rounds.len(), LEFT, 8.0);
    let right = columns.width - 8.0;
    let scale = |value: f64| {
        let tick = label(LEFT - 6.0, y(value) + 4.0, "tick", Anchor::End, &fit(&worded(value), LEFT - 8.0, 11.0));
        [rule(LEFT, right, y(value), "grid"), tick]
    };
    let mut marks: Vec<Html> = scale(low).into_iter().collect();
    if low != high {
        marks.extend(scale(high));
    }
    marks.extend(rounds.iter().enumerate().map(|(index, round)| boxed(&columns, index, round, y)));
    for (index, round) in rounds.iter().enumerate() {
        let seats = record.panel.len().max(1) as f64;
        marks.extend(round.by_seat.iter().map(|(seat, estimate)| {
            let place = record.panel.iter().position(|agent| agent.seat == *seat).unwrap_or(0) as f64;
            let x = columns.x(index) + columns.step * SPREAD * ((place + 0.5) / seats - 0.5);
            dot((x, y(estimate.value)), round.number, *seat, estimate)
        }));
    }
    marks.extend(rounds.iter().enumerate().filter_map(|(index, round)| {
        let (median, q3) = (round.estimates.median?, round.estimates.q3?);
        Some(label(columns.x(index), y(q3) - 8.0, "value", Anchor::Middle, &worded(median)))
    }));
    let places: Vec<Place<'_>> =
        rounds.iter().map(|round| Place { number: Some(round.number), phase: &round.phase }).collect();
    marks.push(columns.axis(&places, TOP + HEIGHT + 6.0));
    let size = (columns.width, TOP + HEIGHT + 6.0 + AXIS_HEIGHT);
    Some(drawing("estimates", "Estimates by round", &described(rounds), size, marks))
}

/// The quartiles of a round as a box, with its median.
fn boxed(columns: &Columns, index: usize, round: &Given, y: impl Fn(f64) -> f64) -> Html {
    let (Some(median), Some(q1), Some(q3)) = (round.estimates.median, round.estimates.q1, round.estimates.q3) else {
        return Html::default();
    };
    let half = columns.step * SPREAD / 2.0 + 4.0;
    let (left, right) = (columns.x(index) - half, columns.x(index) + half);
    let height = px((y(q1) - y(q3)).max(1.0));
    all([
        el(
            "rect",
            &[
                ("x", &px(left)),
                ("y", &px(y(q3))),
                ("width", &px(right - left)),
                ("height", &height),
                ("class", &"quartiles"),
                ("data-round", &round.number),
                ("data-value", &median),
                ("data-low", &q1),
                ("data-high", &q3),
            ],
            [],
        ),
        rule(left, right, y(median), "bar"),
    ])
}

fn dot((x, y): (f64, f64), round: usize, seat: Seat, estimate: &Estimate) -> Html {
    el(
        "circle",
        &[
            ("cx", &px(x)),
            ("cy", &px(y)),
            ("r", &"3.5"),
            ("class", &"node"),
            ("data-round", &round),
            ("data-seat", &seat),
            ("data-value", &estimate.value),
            ("data-low", &estimate.low),
            ("data-high", &estimate.high),
        ],
        [],
    )
}

fn described(rounds: &[Given]) -> String {
    let round = |round: &Given| {
        let found = &round.estimates;
        match (found.median, found.q1, found.q3) {
            (Some(median), Some(q1), Some(q3)) => {
                format!("{}: median {}, quartiles {} to {}.", round.title, worded(median), worded(q1), worded(q3))
            }
            _ => format!("{}: nobody gave a number.", round.title),
        }
    };
    rounds.iter().map(round).collect::<Vec<_>>().join(" ")
}

/// Every seat's number in each round, and under them what they come to.
fn numbers(record: &Record, rounds: &[Given]) -> Html {
    let heads: Vec<Html> = [text("Seat")].into_iter().chain(rounds.iter().map(|round| text(&round.title))).collect();
    let cells = |part: &dyn Fn(&Given) -> Option<f64>| -> Vec<Html> {
        rounds.iter().map(|round| number(&part(round).map_or_else(|| "none".to_owned(), worded))).collect()
    };
    let seats = record.panel.iter().map(|agent| {
        let given = cells(&|round| round.by_seat.get(&agent.seat).map(|estimate| estimate.value));
        row(words(&agent.name), given)
    });
    let total =
        |name: &str, part: &dyn Fn(&Estimates) -> Option<f64>| row(text(name), cells(&|round| part(&round.estimates)));
    let totals = [
        total("Median", &|found| found.median),
        total("First quartile", &|found| found.q1),
        total("Third quartile", &|found| found.q3),
    ];
    table("Estimates by seat and round", &heads, seats.chain(totals))
}
