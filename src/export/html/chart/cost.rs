//! What each seat took in each round, in dollars, or in tokens where dollars would tell nothing.

use std::collections::BTreeMap;

use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::schedule;
use crate::export::figures::money;
use crate::export::html::chart::{Anchor, WIDTH, chart, drawing, fit, label};
use crate::export::html::markup::{Html, all, el, px, text, words};
use crate::export::html::reference;
use crate::export::html::table::{folded, grouped, number, row, table};
use crate::export::record::Record;
use crate::export::usage::{self, PaidIn, Spent};

const ROW_HEIGHT: f64 = 36.0;
/// Shades of the bars, the earliest round first.
const SHADES: usize = 6;

/// What the bars measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Dollars,
    Tokens,
}

/// Turns that are paid for together: a round, or one of the program's own phases.
struct Part {
    phase: String,
    round: u32,
    title: String,
}

/// Draws what each seat took in each round.
pub(in crate::export::html) fn section(record: &Record, history: &History) -> Html {
    let total = &record.usage.total;
    let (measure, lead) = match total.cost_usd {
        Some(cost) if cost > 0.0 => {
            (Measure::Dollars, "US dollars by seat; the parts are rounds, the first at the left.")
        }
        Some(_) => (
            Measure::Tokens,
            "Nothing had to be paid, so these are tokens; the parts are rounds, the first at the left.",
        ),
        None => (
            Measure::Tokens,
            "Not every price is known, so these are tokens; the parts are rounds, the first at the left.",
        ),
    };
    let about = if total.estimated { " Some numbers of tokens are estimates." } else { "" };
    let unknown = match total.unknown {
        0 => String::new(),
        calls => format!(" Calls whose replies were never seen: {calls}; what they took is in no number here."),
    };
    let parts = parts(history);
    chart(
        "cost",
        "Cost by seat and round",
        &format!("{lead}{about}{unknown}"),
        [drawn(record, history, &parts, measure), folded(numbers(record, history, &parts, measure))],
    )
}

/// The rounds and own phases in the order in which they came.
fn parts(history: &History) -> Vec<Part> {
    let mut begun: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    for (turn, taken) in &history.turns {
        let first = taken.attempts.first().map_or(u64::MAX, |attempt| attempt.seq);
        let known = begun.entry((turn.phase.as_str(), turn.round)).or_insert(first);
        *known = first.min(*known);
    }
    let mut order: Vec<((&str, u32), u64)> = begun.into_iter().collect();
    order.sort_by_key(|(_, seq)| *seq);
    let title = |phase: &str, round: u32| match phase {
        schedule::FRAMING => "perspectives".to_owned(),
        schedule::OPTIONS => "finding the options".to_owned(),
        schedule::SYNTHESIS if round == 1 => "closing text".to_owned(),
        schedule::SYNTHESIS => format!("closing text {round}"),
        _ => reference::place(&history.rounds, phase, round),
    };
    order
        .into_iter()
        .map(|((phase, round), _)| Part { phase: phase.to_owned(), round, title: title(phase, round) })
        .collect()
}

fn speakers(record: &Record, history: &History) -> Vec<(Speaker, String)> {
    let seats = record.panel.iter().map(|agent| (Speaker::Seat(agent.seat), agent.name.clone()));
    let moderated = history.turns.keys().any(|turn| turn.speaker == Speaker::Moderator);
    seats.chain(moderated.then(|| (Speaker::Moderator, "Moderator".to_owned()))).collect()
}

fn spent(history: &History, speaker: Speaker, part: &Part) -> Spent {
    let in_scope = |turn: &TurnId| turn.speaker == speaker && turn.phase == part.phase && turn.round == part.round;
    usage::spent(history, PaidIn::Here, in_scope)
}

fn tokens(spent: &Spent) -> u64 {
    spent.input_tokens.saturating_add(spent.output_tokens)
}

impl Measure {
    fn of(self, spent: &Spent) -> f64 {
        match self {
            Self::Dollars => spent.cost_usd.unwrap_or(0.0),
            Self::Tokens => tokens(spent) as f64,
        }
    }

    fn worded(self, spent: &Spent) -> String {
        match self {
            Self::Dollars => money(spent.cost_usd),
            Self::Tokens => grouped(tokens(spent)),
        }
    }
}

fn drawn(record: &Record, history: &History, parts: &[Part], measure: Measure) -> Html {
    let speakers = speakers(record, history);
    let total = |speaker: Speaker| usage::spent(history, PaidIn::Here, |turn| turn.speaker == speaker);
    let most = speakers.iter().map(|(speaker, _)| measure.of(&total(*speaker))).fold(0.0, f64::max);
    let scale = if most > 0.0 { WIDTH / most } else { 0.0 };
    let rows = speakers.iter().enumerate().flat_map(|(index, (speaker, name))| {
        let top = index as f64 * ROW_HEIGHT;
        let mut x = 0.0;
        let bars = parts.iter().enumerate().map(|(place, part)| {
            let value = measure.of(&spent(history, *speaker, part));
            let (from, width) = (x, value * scale);
            x += width;
            bar((from, top + 18.0, width), place * SHADES / parts.len().max(1), (*speaker, part), value)
        });
        let bars = all(bars.collect::<Vec<_>>());
        let amount = measure.worded(&total(*speaker));
        [
            label(0.0, top + 12.0, "name", Anchor::Start, &fit(name, WIDTH - 100.0, 12.0)),
            label(WIDTH, top + 12.0, "amount", Anchor::End, &amount),
            bars,
        ]
    });
    let said = speakers.iter().map(|(speaker, name)| format!("{name}: {}.", measure.worded(&total(*speaker))));
    let description = said.collect::<Vec<_>>().join(" ");
    let size = (WIDTH, speakers.len() as f64 * ROW_HEIGHT);
    drawing("cost", "Cost by seat and round", &description, size, rows.collect::<Vec<_>>())
}

fn bar((x, y, width): (f64, f64, f64), shade: usize, (speaker, part): (Speaker, &Part), value: f64) -> Html {
    if value <= 0.0 {
        return Html::default();
    }
    el(
        "rect",
        &[
            ("x", &px(x)),
            ("y", &px(y)),
            // A line of the page shows between parts, as long as they are wide enough.
            ("width", &px((width - 1.0).max(0.5))),
            ("height", &10),
            ("class", &format_args!("shade s{}", shade + 1)),
            ("data-of", &speaker),
            ("data-part", &format_args!("{}/{}", part.phase, part.round)),
            ("data-value", &value),
        ],
        [],
    )
}

fn numbers(record: &Record, history: &History, parts: &[Part], measure: Measure) -> Html {
    let mut heads = vec![text("Seat")];
    heads.extend(parts.iter().map(|part| text(&part.title)));
    heads.extend(["Calls", "Tokens", "Price"].map(text));
    let totals = |spent: &Spent| {
        [number(&spent.calls.to_string()), number(&grouped(tokens(spent))), number(&money(spent.cost_usd))]
    };
    let mut rows: Vec<Html> = Vec::new();
    for (speaker, name) in speakers(record, history) {
        let cells = parts.iter().map(|part| {
            let spent = spent(history, speaker, part);
            number(&if spent.calls == 0 { "–".to_owned() } else { measure.worded(&spent) })
        });
        let all_of = usage::spent(history, PaidIn::Here, |turn| turn.speaker == speaker);
        rows.push(row(words(&name), cells.chain(totals(&all_of)).collect::<Vec<_>>()));
    }
    let sums =
        parts.iter().map(|part| {
            number(&measure.worded(&usage::spent(history, PaidIn::Here, |turn| {
                turn.phase == part.phase && turn.round == part.round
            })))
        });
    rows.push(row(text("All"), sums.chain(totals(&record.usage.total)).collect::<Vec<_>>()));
    let unit = match measure {
        Measure::Dollars => "US dollars",
        Measure::Tokens => "Tokens",
    };
    table(&format!("{unit} by seat and round"), &heads, rows)
}
