//! Which seat held which option in each round: a line for every seat, a lane for every option.

use std::collections::BTreeMap;

use crate::debate::agent::Seat;
use crate::export::html::chart::{AXIS_HEIGHT, Anchor, Columns, chart, drawing, fit, label};
use crate::export::html::counted::{self, Counted, Held};
use crate::export::html::markup::{Html, all, el, of, px, text, words};
use crate::export::html::table::{cell, folded, row, table};
use crate::export::record::Record;

const LANE_HEAD: f64 = 20.0;
const LANE_GAP: f64 = 6.0;

/// An option with the room that its seats need.
struct Lane {
    held: Held,
    title: String,
    top: f64,
    height: f64,
}

/// Draws how the seats moved between the options.
pub(in crate::export::html) fn section(record: &Record, rounds: &[Counted]) -> Html {
    chart(
        "movement",
        "Movement of seats",
        "Each circle is a seat. The record says what a seat held before, not the seat.",
        [drawn(record, rounds), legend(), folded(numbers(record, rounds))],
    )
}

fn legend() -> Html {
    let entry = |class: &str, words: &str| el("li", &[], [of("span", &format!("stroke {class}"), []), text(words)]);
    of(
        "ul",
        "legend",
        [
            entry("cited", "moved, for a claim that holds"),
            entry("uncited", "moved, naming no reason that holds"),
            entry("lapsed", "to or from abstaining, or absence"),
        ],
    )
}

/// Vertical distance between seats: less on a large panel.
fn pitch(record: &Record) -> f64 {
    if record.panel.len() <= 12 { 19.0 } else { 13.0 }
}

fn lanes(record: &Record, rounds: &[Counted]) -> Vec<Lane> {
    let options = record.question.options.iter().map(|choice| Held::Option(choice.id.clone()));
    let lapses = [Held::Abstained, Held::Absent];
    let lapses = lapses.into_iter().filter(|lapse| rounds.iter().any(|round| round.held.values().any(|h| h == lapse)));
    let mut top = 0.0;
    let mut lanes = Vec::new();
    for held in options.chain(lapses) {
        let most = rounds.iter().map(|round| round.held.values().filter(|other| **other == held).count()).max();
        let height = LANE_HEAD + pitch(record) * most.unwrap_or(0) as f64 + 4.0;
        let title = match &held {
            Held::Option(option) => format!("{option}  {}", record.option_text(option)),
            Held::Abstained => "Abstained".to_owned(),
            Held::Absent => "Absent: failed, or could not be read".to_owned(),
        };
        lanes.push(Lane { held, title, top, height });
        top += height + LANE_GAP;
    }
    lanes
}

/// Where each seat stands in a round: in its lane, next to the seats that it stood beside or comes from.
fn places(
    record: &Record,
    lanes: &[Lane],
    round: &Counted,
    before: Option<&BTreeMap<Seat, f64>>,
) -> BTreeMap<Seat, f64> {
    let came_from = |seat: &Seat| before.and_then(|before| before.get(seat)).copied().unwrap_or(0.0);
    let mut places = BTreeMap::new();
    for lane in lanes {
        let mut seats: Vec<Seat> =
            round.held.iter().filter(|(_, held)| **held == lane.held).map(|(seat, _)| *seat).collect();
        seats.sort_by(|one, other| came_from(one).total_cmp(&came_from(other)));
        let y = |index: usize| lane.top + LANE_HEAD + pitch(record) * (index as f64 + 0.5);
        places.extend(seats.into_iter().enumerate().map(|(index, seat)| (seat, y(index))));
    }
    places
}

fn drawn(record: &Record, rounds: &[Counted]) -> Html {
    let columns = Columns::new(rounds.len(), 4.0, 4.0);
    let lanes = lanes(record, rounds);
    let bottom = lanes.last().map_or(0.0, |lane| lane.top + lane.height);
    let bands = lanes.iter().map(|lane| {
        let (width, height) = (px(columns.width), px(lane.height));
        el(
            "rect",
            &[("x", &0), ("y", &px(lane.top)), ("width", &width), ("height", &height), ("rx", &4), ("class", &"band")],
            [],
        )
    });
    let titles = lanes
        .iter()
        .map(|lane| label(8.0, lane.top + 14.0, "lane", Anchor::Start, &fit(&lane.title, columns.width - 16.0, 11.5)));
    let mut placed: Vec<BTreeMap<Seat, f64>> = Vec::new();
    for round in rounds {
        placed.push(places(record, &lanes, round, placed.last()));
    }
    let radius = if record.panel.len() <= 12 { 8.0 } else { 5.5 };
    let mut marks: Vec<Html> = bands.collect();
    for index in 1..rounds.len() {
        let (from, to) = (columns.x(index - 1) + radius, columns.x(index) - radius);
        for (seat, y) in &placed[index] {
            let Some(before) = placed[index - 1].get(seat) else { continue };
            marks.push(step((from, *before), (to, *y), *seat, &rounds[index - 1], &rounds[index]));
        }
    }
    marks.extend(titles);
    for (index, (round, places)) in rounds.iter().zip(&placed).enumerate() {
        marks.extend(places.iter().map(|(seat, y)| node(columns.x(index), *y, radius, *seat, round)));
    }
    marks.push(columns.axis(&counted::places(rounds), bottom));
    let size = (columns.width, bottom + AXIS_HEIGHT);
    drawing("movement", "Movement of seats between options", &described(record, rounds), size, marks)
}

/// How a seat went from one round to the next.
fn class(before: &Counted, now: &Counted, seat: Seat) -> &'static str {
    match (before.held.get(&seat), now.held.get(&seat), now.move_of(seat)) {
        (_, _, Some(moved)) if moved.cited => "cited",
        (_, _, Some(_)) => "uncited",
        (Some(before), Some(now), None) if before == now => "stayed",
        (_, _, None) => "lapsed",
    }
}

fn step((x1, y1): (f64, f64), (x2, y2): (f64, f64), seat: Seat, before: &Counted, now: &Counted) -> Html {
    let middle = px((x1 + x2) / 2.0);
    let path = format!("M{} {} C{middle} {}, {middle} {}, {} {}", px(x1), px(y1), px(y1), px(y2), px(x2), px(y2));
    let class = class(before, now, seat);
    el("path", &[("d", &path), ("class", &format_args!("step {class}")), ("data-seat", &seat)], [])
}

fn node(x: f64, y: f64, radius: f64, seat: Seat, round: &Counted) -> Html {
    let held = round.held.get(&seat).map_or("", Held::title);
    let class = match round.held.get(&seat) {
        Some(Held::Option(_)) => "node",
        Some(Held::Abstained | Held::Absent) | None => "node hollow",
    };
    let circle = el(
        "circle",
        &[
            ("cx", &px(x)),
            ("cy", &px(y)),
            ("r", &radius),
            ("class", &class),
            ("data-round", &round.number.unwrap_or(0)),
            ("data-seat", &seat),
            ("data-held", &held),
        ],
        [],
    );
    let class = if radius > 6.0 { "seat" } else { "seat small" };
    all([circle, label(x, y + radius * 0.43, class, Anchor::Middle, &seat.to_string())])
}

fn described(record: &Record, rounds: &[Counted]) -> String {
    let moves: Vec<String> = rounds
        .iter()
        .flat_map(|round| round.moved.iter().map(move |moved| (round, moved)))
        .map(|(round, moved)| {
            let reason = if moved.cited { "for a claim that holds" } else { "naming no reason that holds" };
            let name = record.name(moved.seat);
            format!("{name} moved from {} to {} in {}, {reason}.", moved.from, moved.to, round.title)
        })
        .collect();
    if moves.is_empty() { "Every seat that held an option kept it.".to_owned() } else { moves.join(" ") }
}

fn numbers(record: &Record, rounds: &[Counted]) -> Html {
    let heads: Vec<Html> = std::iter::once("Seat".to_owned())
        .chain(rounds.iter().map(|round| round.title.clone()))
        .map(|head| text(&head))
        .collect();
    let rows = record.panel.iter().map(|agent| {
        let cells = rounds.iter().map(|round| {
            let held = round.held.get(&agent.seat).map_or("", Held::title);
            let how = match round.move_of(agent.seat) {
                Some(moved) if moved.cited => ", cited",
                Some(_) => ", uncited",
                None => "",
            };
            cell(text(&format!("{held}{how}")))
        });
        row(all([text(&format!("{} ", agent.seat)), words(&agent.name)]), cells.collect::<Vec<_>>())
    });
    table("What each seat held in each round", &heads, rows)
}
