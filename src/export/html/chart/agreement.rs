//! The share of the leading option in each round, with its interval and the levels that scripts know.

use crate::export::figures::percent;
use crate::export::html::chart::{AXIS_HEIGHT, Anchor, Columns, chart, drawing, label, rule};
use crate::export::html::counted::{Counted, places};
use crate::export::html::markup::{Html, all, el, joined, px, text};
use crate::export::html::table::{cell, folded, number, row, table};

const HEIGHT: f64 = 170.0;
/// Room for the words over an interval that reaches to the top.
const TOP: f64 = 22.0;
/// Room for the names of the levels.
const RIGHT: f64 = 50.0;
/// From where agreement is called medium, and from where high; see `debate::decision::Level`.
const LEVELS: [(f64, &str); 2] = [(0.4, "medium"), (0.7, "high")];

/// Draws the agreement of each round.
pub(in crate::export::html) fn section(rounds: &[Counted]) -> Html {
    chart(
        "agreement",
        "Agreement by round",
        "Share of the leading option in the whole panel, with its 95% Wilson interval: few seats make it wide.",
        [drawn(rounds), folded(numbers(rounds))],
    )
}

fn drawn(rounds: &[Counted]) -> Html {
    let columns = Columns::new(rounds.len(), 36.0, RIGHT);
    let y = |share: f64| TOP + HEIGHT * (1.0 - share);
    let right = columns.width - RIGHT;
    let scale = [0.0, 1.0].into_iter().flat_map(|share| {
        let class = if share == 0.0 { "base" } else { "grid" };
        [
            rule(columns.left, right, y(share), class),
            label(columns.left - 6.0, y(share) + 4.0, "tick", Anchor::End, &percent(share)),
        ]
    });
    let levels = LEVELS.into_iter().flat_map(|(share, name)| {
        [
            rule(columns.left, right, y(share), "level"),
            label(columns.left - 6.0, y(share) + 4.0, "tick", Anchor::End, &percent(share)),
            label(right + 5.0, y(share) + 4.0, "tick", Anchor::Start, name),
        ]
    });
    let points = rounds.iter().enumerate().filter_map(|(index, round)| {
        let (agreement, [low, high]) = (round.consensus.agreement?, round.consensus.interval?);
        Some(point(columns.x(index), (agreement, low, high), (y(agreement), y(low), y(high)), round))
    });
    let shares: Vec<(f64, f64)> = rounds
        .iter()
        .enumerate()
        .filter_map(|(index, round)| Some((columns.x(index), y(round.consensus.agreement?))))
        .collect();
    let marks: Vec<Html> = scale
        .chain(levels)
        .chain([trend(&shares)])
        .chain(points)
        .chain([columns.axis(&places(rounds), TOP + HEIGHT)])
        .collect();
    let size = (columns.width, TOP + HEIGHT + AXIS_HEIGHT);
    drawing("agreement", "Agreement by round", &described(rounds), size, marks)
}

fn trend(shares: &[(f64, f64)]) -> Html {
    let steps = shares.iter().enumerate().map(|(index, (x, y))| {
        let step = if index == 0 { 'M' } else { 'L' };
        format!("{step}{} {}", px(*x), px(*y))
    });
    match shares.len() {
        0 | 1 => Html::default(),
        _ => el("path", &[("d", &steps.collect::<Vec<_>>().join(" ")), ("class", &"trend")], []),
    }
}

fn point(
    x: f64,
    (agreement, low, high): (f64, f64, f64),
    (y, y_low, y_high): (f64, f64, f64),
    round: &Counted,
) -> Html {
    let cap = |y: f64| rule(x - 5.0, x + 5.0, y, "bar");
    all([
        el("line", &[("x1", &px(x)), ("x2", &px(x)), ("y1", &px(y_low)), ("y2", &px(y_high)), ("class", &"bar")], []),
        cap(y_low),
        cap(y_high),
        el(
            "circle",
            &[
                ("cx", &px(x)),
                ("cy", &px(y)),
                ("r", &"4.5"),
                ("class", &"point"),
                ("data-round", &round.number.unwrap_or(0)),
                ("data-value", &agreement),
                ("data-low", &low),
                ("data-high", &high),
            ],
            [],
        ),
        label(x, y_high - 7.0, "value", Anchor::Middle, &percent(agreement)),
    ])
}

fn described(rounds: &[Counted]) -> String {
    let round = |round: &Counted| match (round.consensus.agreement, round.consensus.interval) {
        (Some(agreement), Some([low, high])) => {
            format!("{}: {}, interval {} to {}.", round.title, percent(agreement), percent(low), percent(high))
        }
        _ => format!("{}: nobody chose.", round.title),
    };
    rounds.iter().map(round).collect::<Vec<_>>().join(" ")
}

fn numbers(rounds: &[Counted]) -> Html {
    let heads = ["Round", "Leading", "Agreement", "From", "To"].map(text);
    let rows = rounds.iter().map(|round| {
        let share = |share: Option<f64>| number(&share.map_or_else(|| "none".to_owned(), percent));
        let leading = joined(round.consensus.leading.iter().map(|option| text(&option.0)), ", ");
        let [low, high] = round.consensus.interval.map_or([None, None], |interval| interval.map(Some));
        row(text(&round.title), [cell(leading), share(round.consensus.agreement), share(low), share(high)])
    });
    table("Agreement in each round, with its 95% interval", &heads, rows)
}
