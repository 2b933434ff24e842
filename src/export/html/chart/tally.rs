//! Seats by option in each round, as stacked bars.

use crate::debate::question::Choice;
use crate::export::html::chart::{AXIS_HEIGHT, Anchor, Columns, chart, drawing, label, rule};
use crate::export::html::counted::{Counted, places};
use crate::export::html::markup::{Html, all, el, of, px, text};
use crate::export::html::table::{folded, number, option_key, row, table};
use crate::export::record::Record;

const HEIGHT: f64 = 170.0;
const TOP: f64 = 8.0;
/// Widest bar.
const BAR_MAX: f64 = 72.0;
/// Lowest segment that has room for a label.
const LABEL_HEIGHT: f64 = 13.0;

/// One part of a bar.
struct Segment<'a> {
    class: String,
    name: &'a str,
    seats: u32,
}

/// Draws the tally of each round.
pub(in crate::export::html) fn section(record: &Record, rounds: &[Counted]) -> Html {
    let options = &record.question.options;
    chart(
        "tally",
        "Tally by round",
        "Seats by option, out of the whole panel. The first round was sealed: nobody had seen another's answer.",
        [drawn(options, rounds), legend(rounds), folded(numbers(options, rounds))],
    )
}

/// What the bars of those who chose nothing look like; nothing where there are none.
fn legend(rounds: &[Counted]) -> Html {
    let any = |seats: fn(&Counted) -> u32| rounds.iter().any(|round| seats(round) > 0);
    let (abstained, absent) = (any(|round| round.consensus.abstained), any(|round| round.consensus.absent));
    let entries = [(abstained, "abstained", "abstained"), (absent, "absent", "absent: failed, or could not be read")];
    let entries = entries.into_iter().filter(|(is_there, _, _)| *is_there);
    let entries: Vec<Html> = entries
        .map(|(_, class, words)| el("li", &[], [of("span", &format!("box {class}"), []), text(words)]))
        .collect();
    if entries.is_empty() { Html::default() } else { of("ul", "legend", entries) }
}

fn segments<'a>(options: &'a [Choice], round: &Counted) -> Vec<Segment<'a>> {
    let of_options = options.iter().enumerate().map(|(index, choice)| Segment {
        class: format!("o{}", index % 7 + 1),
        name: &choice.id.0,
        seats: round.consensus.tally.get(&choice.id).copied().unwrap_or(0),
    });
    let others = [
        Segment { class: "abstained".to_owned(), name: "abstained", seats: round.consensus.abstained },
        Segment { class: "absent".to_owned(), name: "absent", seats: round.consensus.absent },
    ];
    of_options.chain(others).collect()
}

fn drawn(options: &[Choice], rounds: &[Counted]) -> Html {
    let columns = Columns::new(rounds.len(), 26.0, 8.0);
    let panel = rounds.iter().map(|round| round.consensus.panel).max().unwrap_or(1).max(1);
    let bottom = TOP + HEIGHT;
    let y = |seats: u32| bottom - HEIGHT * f64::from(seats) / f64::from(panel);
    // A line for every seat, or for every tenth part of a large panel.
    let every = panel.div_ceil(10);
    let grid = (0..=panel).step_by(every as usize).flat_map(|seats| {
        let class = if seats == 0 { "base" } else { "grid" };
        [
            rule(columns.left, columns.width - 8.0, y(seats), class),
            label(columns.left - 6.0, y(seats) + 4.0, "tick", Anchor::End, &seats.to_string()),
        ]
    });
    let bars = rounds.iter().enumerate().map(|(index, round)| {
        let mut below = 0;
        all(segments(options, round).iter().filter(|segment| segment.seats > 0).map(|segment| {
            let (from, to) = (below, segment.seats.saturating_add(below));
            below = to;
            bar(columns.x(index), (columns.step * 0.76).min(BAR_MAX), (y(to), y(from)), segment, round)
        }))
    });
    let marks: Vec<Html> = grid.chain(bars).chain([columns.axis(&places(rounds), bottom)]).collect();
    drawing("tally", "Tally by round", &described(options, rounds), (columns.width, bottom + AXIS_HEIGHT), marks)
}

fn bar(x: f64, width: f64, (top, bottom): (f64, f64), segment: &Segment<'_>, round: &Counted) -> Html {
    let height = bottom - top;
    let words = match segment.name {
        // The words do not fit; the look of the bar tells, and the table says it.
        name if name.len() > 3 && width < 66.0 => segment.seats.to_string(),
        name => format!("{} {name}", segment.seats),
    };
    let at = round.number.unwrap_or(0);
    all([
        el(
            "rect",
            &[
                ("x", &px(x - width / 2.0)),
                ("y", &px(top + 0.75)),
                ("width", &px(width)),
                ("height", &px((height - 1.5).max(1.0))),
                ("rx", &"2"),
                ("class", &format_args!("fill {}", segment.class)),
                ("data-round", &at),
                ("data-of", &segment.name),
                ("data-value", &segment.seats),
            ],
            [],
        ),
        match height >= LABEL_HEIGHT {
            true => label(x, (top + bottom) / 2.0 + 4.0, &format!("on {}", segment.class), Anchor::Middle, &words),
            false => Html::default(),
        },
    ])
}

fn described(options: &[Choice], rounds: &[Counted]) -> String {
    let round = |round: &Counted| {
        let parts: Vec<String> = segments(options, round)
            .iter()
            .filter(|segment| segment.seats > 0)
            .map(|segment| format!("{} {}", segment.name, segment.seats))
            .collect();
        format!("{}: {}.", round.title, parts.join(", "))
    };
    rounds.iter().map(round).collect::<Vec<_>>().join(" ")
}

fn numbers(options: &[Choice], rounds: &[Counted]) -> Html {
    let heads = options.iter().enumerate().map(|(index, choice)| option_key(index, &choice.id.0));
    let heads: Vec<Html> = [text("Round")].into_iter().chain(heads).chain(["Abstained", "Absent"].map(text)).collect();
    let rows = rounds.iter().map(|round| {
        let cells = segments(options, round).into_iter().map(|segment| number(&segment.seats.to_string()));
        row(text(&round.title), cells.collect::<Vec<_>>())
    });
    table("Seats by option in each round", &heads, rows)
}
