//! Shares of the combinations of a bench, one above the other, each with its interval.

use crate::export::bench::{Accuracy, Group, Report, Share, words};
use crate::export::figures::percent;
use crate::export::html::chart::{Anchor, WIDTH, chart, drawing, fit, label, rule};
use crate::export::html::markup::{Html, all, el, px};

/// Height of a combination: its name, and under it the mark.
const ROW: f64 = 40.0;
/// Of that, what the name takes.
const NAME: f64 = 19.0;
const SCALE: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
const LEFT: f64 = 12.0;
/// Room for the words beside a mark that reaches to the end.
const RIGHT: f64 = 46.0;
/// Room for the scale.
const BOTTOM: f64 = 26.0;

/// A measured share.
struct Mark {
    name: String,
    value: f64,
    interval: Option<[f64; 2]>,
}

/// Draws agreement, flips and accuracy, each where some combination has it.
pub(in crate::export::html) fn sections(report: &Report) -> Vec<Html> {
    let accuracy = |group: &Group, of: fn(&Accuracy<Share>) -> Share| {
        let share = of(group.accuracy.as_ref()?);
        Some((share.value?, share.interval))
    };
    let charts: [(&str, &str, &str, Vec<Mark>); 4] = [
        (
            "accuracy-final",
            "Right decisions",
            "Share of debates that decided for the right option, with its 95% Wilson interval.",
            marks(report, |group| accuracy(group, |right| right.last)),
        ),
        (
            "accuracy-seat",
            "Right seats, alone",
            "The same of all seats in the sealed opening, before anybody had read anybody: what the debate has to beat.",
            marks(report, |group| accuracy(group, |right| right.mean_seat)),
        ),
        (
            "agreement",
            "Agreement at the end",
            "Mean share of the leading option in the panel, with its 95% bootstrap interval from five debates on.",
            marks(report, |group| Some((group.agreement.value?, group.agreement.interval))),
        ),
        (
            "flips",
            "Flips over repeats",
            "Share of repeats that came out otherwise than their topic mostly does, with its 95% Wilson interval: less is steadier.",
            marks(report, |group| Some((group.flips.value?, group.flips.interval))),
        ),
    ];
    let drawn = charts.into_iter().filter(|(_, _, _, marks)| !marks.is_empty());
    drawn.map(|(id, title, lead, marks)| chart(id, title, lead, [drawn_marks(id, title, &marks)])).collect()
}

fn marks(report: &Report, of: impl Fn(&Group) -> Option<(f64, Option<[f64; 2]>)>) -> Vec<Mark> {
    let mark = |group: &Group| {
        let (value, interval) = of(group)?;
        Some(Mark { name: words::name(report, group), value, interval })
    };
    report.groups.iter().filter_map(mark).collect()
}

fn drawn_marks(id: &str, title: &str, marks: &[Mark]) -> Html {
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * share;
    let height = ROW * marks.len() as f64;
    let scale = SCALE.map(|share| label(x(share), height + 16.0, "tick", Anchor::Middle, &percent(share)));
    let rows = marks.iter().enumerate().map(|(place, mark)| drawn_mark(mark, ROW * place as f64, &x));
    let drawn: Vec<Html> = scale.into_iter().chain(rows).collect();
    drawing(id, title, &described(marks), (WIDTH, height + BOTTOM), drawn)
}

/// The scale beside a mark; the name above it stays clear of lines.
fn grid(top: f64, x: &dyn Fn(f64) -> f64) -> Html {
    all(SCALE.map(|share| {
        let class = if share == 0.0 { "base" } else { "grid" };
        let (x, from, to) = (px(x(share)), px(top + NAME), px(top + ROW));
        el("line", &[("x1", &x), ("x2", &x), ("y1", &from), ("y2", &to), ("class", &class)], [])
    }))
}

fn drawn_mark(mark: &Mark, top: f64, x: &dyn Fn(f64) -> f64) -> Html {
    let y = top + (NAME + ROW) / 2.0;
    let bar = mark.interval.map_or_else(Html::default, |[low, high]| rule(x(low), x(high), y, "bar"));
    let end = x(mark.interval.map_or(mark.value, |[_, high]| high));
    all([
        grid(top, x),
        label(LEFT, top + 14.0, "name", Anchor::Start, &fit(&mark.name, WIDTH - LEFT, 12.0)),
        bar,
        el(
            "circle",
            &[
                ("cx", &px(x(mark.value))),
                ("cy", &px(y)),
                ("r", &"4.5"),
                ("class", &"point"),
                ("data-value", &mark.value),
            ],
            [],
        ),
        label(end + 8.0, y + 4.0, "value", Anchor::Start, &percent(mark.value)),
    ])
}

fn described(marks: &[Mark]) -> String {
    let words = |mark: &Mark| match mark.interval {
        Some([low, high]) => {
            format!("{}: {}, interval {} to {}.", mark.name, percent(mark.value), percent(low), percent(high))
        }
        None => format!("{}: {}.", mark.name, percent(mark.value)),
    };
    marks.iter().map(words).collect::<Vec<_>>().join(" ")
}
