//! The report that people look at: one HTML file that asks for nothing from elsewhere and holds no script.
//!
//! Must never let what a model or the asker wrote become markup: all text goes through `markup`.

pub mod bench;
mod chart;
mod closing;
mod counted;
mod decision;
mod ledger;
mod markup;
mod premises;
mod provenance;
mod reference;
mod table;
mod transcript;

use crate::debate::history::History;
use crate::debate::text::{clip, line as one_line};
use crate::export::html::markup::{Html, document, el, line, of, said, style, text};
use crate::export::phrases::{capitalised, headline};
use crate::export::record::Record;

const STYLE: &str = include_str!("style.css");
/// What the browser may load: the styles in the file, and nothing from anywhere else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
/// Longest question that is a heading; of a longer one the heading shows the beginning.
const HEADING_CHARS: usize = 200;

/// Renders a session. `record` is the one drawn up from `history`.
pub fn render(record: &Record, history: &History) -> String {
    let body = el(
        "body",
        &[],
        [
            el("a", &[("class", &"skip"), ("href", &"#decision")], [text("Skip to the decision")]),
            header(record),
            main(record, history),
            provenance::footer(record, history),
        ],
    );
    document(el("html", &[("lang", &"en")], [head(record), body]))
}

fn head(record: &Record) -> Html {
    head_of(&clip(&record.question.topic, 80), &clip(&headline(record), 160), &record.program)
}

/// The head of a page with this title, in so many words, made by this program.
fn head_of(title: &str, description: &str, program: &str) -> Html {
    let meta = |name: &str, content: &str| el("meta", &[("name", &name), ("content", &content)], []);
    el(
        "head",
        &[],
        [
            el("meta", &[("charset", &"utf-8")], []),
            el("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &POLICY)], []),
            meta("viewport", "width=device-width, initial-scale=1"),
            meta("color-scheme", "light dark"),
            meta("referrer", "no-referrer"),
            meta("generator", program),
            meta("description", description),
            line("title", &format!("{title} · Roundtable")),
            // Without it, a browser asks the server for an icon.
            el("link", &[("rel", &"icon"), ("href", &"data:,")], []),
            style(STYLE),
        ],
    )
}

fn header(record: &Record) -> Html {
    let date = record.times.opened.get(..10).unwrap_or_default();
    let about = format!("Roundtable · {} · {} seats · ", capitalised(&record.mode_title), record.panel.len());
    let topic = &record.question.topic;
    let heading = clip(topic, HEADING_CHARS);
    let class = if heading.chars().count() > 90 { "long" } else { "short" };
    let full = (one_line(topic) != heading || topic.trim().contains('\n'))
        .then(|| of("details", "full", [line("summary", "The question in full"), said(topic)]));
    el(
        "header",
        &[],
        [
            of("p", "about", [text(&about), of("time", "date", [text(date)])]),
            el("h1", &[("class", &class), ("lang", &"und"), ("dir", &"auto")], [text(&heading)]),
            full.unwrap_or_default(),
        ],
    )
}

fn main(record: &Record, history: &History) -> Html {
    let rounds = counted::rounds(record, history);
    let mut parts = vec![decision::section(record)];
    parts.extend(decision::changed(record));
    parts.push(charts(record, history, &rounds));
    parts.push(closing::dissent(record));
    parts.extend(closing::needed(record));
    parts.extend(closing::unheard(record));
    parts.extend(closing::fallbacks(record));
    parts.extend(closing::conclusion(record));
    parts.extend(ledger::claims(record));
    parts.extend(premises::section(record));
    parts.extend(ledger::sources(record));
    parts.push(ledger::panel(record));
    parts.push(transcript::section(record, history));
    el("main", &[], parts)
}

/// Two columns where there is room for them; one after the other on a telephone.
fn charts(record: &Record, history: &History, rounds: &[counted::Counted]) -> Html {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    if !rounds.is_empty() {
        left.push(chart::tally::section(record, rounds));
        left.push(chart::movement::section(record, rounds));
        right.push(chart::agreement::section(rounds));
    }
    left.extend(chart::estimates::section(record, history));
    let none = match left.is_empty() {
        true => line("p", "No round has been counted yet, so there is no tally to draw."),
        false => Html::default(),
    };
    right.extend(chart::ratings::section(record, history));
    right.push(chart::cost::section(record, history));
    let columns = of("div", "charts", [of("div", "column", left), of("div", "column", right)]);
    el("section", &[("id", &"numbers")], [line("h2", "Round by round"), none, columns])
}
