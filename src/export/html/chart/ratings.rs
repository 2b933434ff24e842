//! How each seat rated each option at the end, as a matrix: numbers in cells, colour only on top of them.

use crate::debate::board::Board;
use crate::debate::consensus;
use crate::debate::history::History;
use crate::debate::log::round::Ratings;
use crate::debate::question::OptionId;
use crate::export::html::chart::chart;
use crate::export::html::markup::{Html, all, el, text, words};
use crate::export::html::table::{cell, option_key, row, signed, table};
use crate::export::record::Record;

/// Draws the matrix of final ratings; `None` where nobody rated anything.
pub(in crate::export::html) fn section(record: &Record, history: &History) -> Option<Html> {
    let board = Board::of(history);
    let standings = consensus::latest(&board)?;
    if standings.values().all(|standing| standing.stance.ratings.is_empty()) {
        return None;
    }
    let options = &record.question.options;
    let heads = options.iter().enumerate().map(|(index, choice)| option_key(index, &choice.id.0));
    let heads: Vec<Html> = [text("Seat")].into_iter().chain(heads).chain([text("Holds")]).collect();
    let mut rows: Vec<Html> = Vec::new();
    for agent in &record.panel {
        let standing = standings.get(&agent.seat);
        let rated = |option: &OptionId| standing.and_then(|standing| standing.stance.ratings.get(option)).copied();
        let held = standing.and_then(|standing| standing.option.as_ref());
        let holds = match (standing, held) {
            (_, Some(option)) => option.0.as_str(),
            (Some(_), None) => "abstained",
            (None, None) => "absent",
        };
        let cells = options.iter().map(|choice| rating(rated(&choice.id), held == Some(&choice.id)));
        rows.push(row(words(&agent.name), cells.chain([cell(text(holds))]).collect::<Vec<_>>()));
    }
    let summary = |words: fn(&Ratings) -> String| {
        let cells = options.iter().map(move |choice| {
            let ratings = record.last.as_ref().and_then(|last| last.ratings.get(&choice.id));
            el("td", &[("class", &"number summary")], [text(&ratings.map_or_else(|| "–".to_owned(), words))])
        });
        cells.chain([cell(Html::default())]).collect::<Vec<_>>()
    };
    rows.push(row(text("Median"), summary(|ratings| signed(ratings.median))));
    rows.push(row(text("Quartiles"), summary(|ratings| format!("{} to {}", signed(ratings.q1), signed(ratings.q3)))));
    Some(chart(
        "ratings",
        "Final ratings",
        "Every option rated by every seat, from −2 (harmful) to +2 (best). A frame marks the option a seat holds.",
        [el("div", &[("class", &"matrix")], [table("Ratings by seat and option", &heads, rows)])],
    ))
}

fn rating(rating: Option<i8>, is_held: bool) -> Html {
    let class = match rating {
        Some(..=-2) => "m2",
        Some(-1) => "m1",
        Some(0) => "z0",
        Some(1) => "p1",
        Some(2..) => "p2",
        None => "none",
    };
    let held = if is_held { " held" } else { "" };
    let class = format!("rating {class}{held}");
    match rating {
        Some(value) => el("td", &[("class", &class), ("data-value", &value)], [text(&signed(f64::from(value)))]),
        None => el("td", &[("class", &class)], [all([text("–")])]),
    }
}
