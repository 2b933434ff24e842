//! The charts: drawn from the same numbers as the tables beside them, and readable without colour.

pub(super) mod agreement;
pub(super) mod cost;
pub(super) mod estimates;
pub(super) mod intervals;
pub(super) mod movement;
pub(super) mod ratings;
pub(super) mod tally;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::export::html::markup::{Html, all, el, line, of, px, text};

/// Width of a chart in pixels where nothing needs more: that of a telephone, so that text keeps its size there.
const WIDTH: f64 = 330.0;
/// Height of the two lines of words under the columns.
const AXIS_HEIGHT: f64 = 36.0;
/// Narrowest column; with more of them than fit the chart gets wider than a telephone, and scrolls.
const STEP_MIN: f64 = 44.0;
/// Width of a character in ems, for text whose font is not known.
const EM: f64 = 0.56;

/// Where a round stands: its number among the closed ones, and its phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// From 1; `None` for a round that was stopped before it was closed.
    pub(super) number: Option<usize>,
    /// The phase's name.
    pub(super) phase: &'a str,
}

/// Columns of a chart: one for each round that took stances.
struct Columns {
    left: f64,
    step: f64,
    width: f64,
}

impl Columns {
    fn new(count: usize, left: f64, right: f64) -> Self {
        let count = count.max(1) as f64;
        let step = ((WIDTH - left - right) / count).max(STEP_MIN);
        Self { left, step, width: (left + right + count * step).max(WIDTH) }
    }

    /// The middle of a column.
    fn x(&self, index: usize) -> f64 {
        self.left + self.step * (index as f64 + 0.5)
    }

    /// The numbers of the rounds, and under them their phases.
    fn axis(&self, rounds: &[Place<'_>], y: f64) -> Html {
        let numbers = rounds.iter().enumerate().map(|(index, round)| {
            let number = round.number.map_or_else(|| "·".to_owned(), |number| number.to_string());
            label(self.x(index), y + 15.0, "tick", Anchor::Middle, &number)
        });
        let mut phases = Vec::new();
        let mut first = 0;
        while first < rounds.len() {
            let length = rounds[first..].iter().take_while(|round| round.phase == rounds[first].phase).count();
            let middle = (self.x(first) + self.x(first + length - 1)) / 2.0;
            let name = fit(rounds[first].phase, self.step * length as f64, 11.0);
            phases.push(label(middle, y + 30.0, "phase", Anchor::Middle, &name));
            first += length;
        }
        all(numbers.chain(phases))
    }
}

/// Where a label stands from its place.
#[derive(Debug, Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

fn label(x: f64, y: f64, class: &str, anchor: Anchor, words: &str) -> Html {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    el("text", &[("x", &px(x)), ("y", &px(y)), ("class", &class), ("text-anchor", &anchor)], [text(words)])
}

fn rule(x1: f64, x2: f64, y: f64, class: &str) -> Html {
    el("line", &[("x1", &px(x1)), ("x2", &px(x2)), ("y1", &px(y)), ("y2", &px(y)), ("class", &class)], [])
}

/// As much of `words` as fits into `width` pixels at a font size.
fn fit(words: &str, width: f64, size: f64) -> String {
    let words = crate::debate::text::line(words);
    let cells = (width / (size * EM)).max(1.0) as usize;
    if words.width() <= cells {
        return words;
    }
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken < cells
    };
    let kept: String = words.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

/// A drawing with the title and the description that stand in for it.
fn drawing(
    id: &str,
    title: &str,
    description: &str,
    (width, height): (f64, f64),
    marks: impl IntoIterator<Item = Html>,
) -> Html {
    let (title_id, description_id) = (format!("{id}-title"), format!("{id}-description"));
    let named =
        [el("title", &[("id", &title_id)], [text(title)]), el("desc", &[("id", &description_id)], [text(description)])];
    let drawing = el(
        "svg",
        &[
            ("viewBox", &format_args!("0 0 {} {}", px(width), px(height))),
            ("width", &px(width)),
            ("height", &px(height)),
            ("role", &"img"),
            ("aria-labelledby", &title_id),
            ("aria-describedby", &description_id),
        ],
        named.into_iter().chain(marks),
    );
    if width > WIDTH {
        let (class, role, label) = ("plot wide", "region", format!("{title}, drawing"));
        return el("div", &[("class", &class), ("role", &role), ("aria-label", &label), ("tabindex", &"0")], [drawing]);
    }
    of("div", "plot", [drawing])
}

/// A chart under its heading, with a sentence on how to read it.
fn chart(id: &str, title: &str, lead: &str, parts: impl IntoIterator<Item = Html>) -> Html {
    let head = [line("h3", title), of("p", "lead", [text(lead)])];
    el("section", &[("class", &"chart"), ("id", &id)], head.into_iter().chain(parts))
}
