//! The report of a bench as a page, in the clothes of the report of a debate.

use crate::export::bench::table::{TABLES, Table};
use crate::export::bench::{Group, PanelHead, Report, TopicHead, words};
use crate::export::figures::{money, percent};
use crate::export::html::chart::intervals;
use crate::export::html::markup::{self, Html, document, el, line, list, of, text};
use crate::export::html::table::{cell, folded, grouped, number, row};
use crate::export::html::{head_of, table as html_table};
use crate::export::phrases::capitalised;

/// Renders the report.
pub fn render(report: &Report) -> String {
    let body = el(
        "body",
        &[],
        [
            el("a", &[("class", &"skip"), ("href", &"#decision")], [text("Skip to the result")]),
            header(report),
            main(report),
            footer(report),
        ],
    );
    let head = head_of(&format!("Bench {}", report.bench), &words::headline(report), &report.program);
    document(el("html", &[("lang", &"en")], [head, body]))
}

fn header(report: &Report) -> Html {
    let about = "Roundtable · a bench of debates";
    el("header", &[], [of("p", "about", [text(about)]), of("h1", "short", [text(&format!("Bench {}", report.bench))])])
}

fn main(report: &Report) -> Html {
    let mut parts = vec![summary(report)];
    let charts = intervals::sections(report);
    if !charts.is_empty() {
        let (left, right): (Vec<_>, Vec<_>) = charts.into_iter().enumerate().partition(|(place, _)| place % 2 == 0);
        let column = |charts: Vec<(usize, Html)>| of("div", "column", charts.into_iter().map(|(_, chart)| chart));
        let columns = of("div", "charts", [column(left), column(right)]);
        parts.push(el("section", &[("id", &"numbers")], [line("h2", "Side by side"), columns]));
    }
    parts.push(tables(report));
    parts.push(topics(report));
    parts.push(panels(report));
    parts.push(debates(report));
    el("main", &[], parts)
}

fn summary(report: &Report) -> Html {
    let taken = &report.total.taken;
    let facts = [
        ("Calls", grouped(u64::from(taken.calls))),
        ("Tokens", grouped(taken.tokens())),
        ("Cost", money(taken.cost_usd)),
        ("Decided", format!("{} of {}", report.total.decided, report.total.cells)),
    ];
    let fact = |(name, value): (&str, String)| {
        el("div", &[], [line("dt", name), el("dd", &[], [of("span", "big", [text(&value)])])])
    };
    let notice = |words: &str| of("div", "notice", [line("p", &capitalised(words))]);
    let mut parts = vec![
        line("h2", "Result"),
        of("p", "headline", [text(&words::headline(report))]),
        of("p", "aside", [text(&words::matrix(report))]),
    ];
    parts.extend(report.note.map(notice));
    if !report.complete {
        parts.push(notice("not every debate is decided: the numbers are those of the ones that are"));
    }
    parts.push(of("dl", "facts", facts.into_iter().map(fact).collect::<Vec<_>>()));
    el("section", &[("id", &"decision")], parts)
}

fn tables(report: &Report) -> Html {
    let by_topic = report.topics.len() > 1;
    let of_table = |table: &Table| {
        let groups: Vec<&Group> = report.groups.iter().filter(|group| (table.is_for)(group)).collect();
        if groups.is_empty() {
            return Html::default();
        }
        let lead = of("p", "lead", [text(table.lead)]);
        let whole = drawn(report, table, table.title, groups);
        let topics: Vec<&Group> = report.by_topic.iter().filter(|group| (table.is_for)(group)).collect();
        let split = if by_topic {
            let caption = format!("{}, by topic", table.title);
            el(
                "details",
                &[("class", &"numbers")],
                [line("summary", "By topic"), drawn(report, table, &caption, topics)],
            )
        } else {
            Html::default()
        };
        markup::all([line("h3", table.title), lead, whole, split])
    };
    let tables: Vec<Html> = TABLES.iter().map(of_table).collect();
    el("section", &[("id", &"tables")], std::iter::once(line("h2", "In numbers")).chain(tables))
}

fn drawn(report: &Report, table: &Table, caption: &str, groups: Vec<&Group>) -> Html {
    let heads: Vec<Html> =
        std::iter::once("mode, panel").chain(table.columns.iter().map(|column| column.head)).map(text).collect();
    let rows = groups.into_iter().map(|group| {
        let name = match &group.topic {
            None => words::name(report, group),
            Some(topic) => format!("{} / {topic}", words::name(report, group)),
        };
        row(markup::words(&name), table.columns.iter().map(|column| number(&(column.cell)(group))).collect::<Vec<_>>())
    });
    html_table::table(caption, &heads, rows.collect::<Vec<_>>())
}

fn topics(report: &Report) -> Html {
    let entry = |topic: &TopicHead| {
        let mut parts = vec![of("span", "id", [text(&topic.id)]), text(" "), markup::words(&topic.text)];
        if !topic.options.is_empty() {
            let options: Vec<&str> = topic.options.iter().map(|choice| choice.text.as_str()).collect();
            parts.push(of("span", "small", [text(" Options: "), markup::words(&options.join(" / "))]));
        }
        parts.extend(topic.unit.as_ref().map(|unit| of("span", "small", [text(" In "), markup::words(&unit.0)])));
        parts
            .extend(topic.answer_text().map(|answer| of("span", "small", [text(" Answer: "), markup::words(&answer)])));
        el("li", &[], parts)
    };
    el(
        "section",
        &[("id", &"topics")],
        [line("h2", "Topics"), list(report.topics.iter().map(entry).collect::<Vec<_>>())],
    )
}

fn panels(report: &Report) -> Html {
    let entry = |panel: &PanelHead| {
        let seats = panel.seats.iter().enumerate();
        let seats: Vec<String> =
            seats.map(|(place, voice)| format!("s{} {} {}", place + 1, voice.provider, voice.model)).collect();
        el("li", &[], [of("span", "id", [text(&panel.id)]), text(" "), markup::words(&seats.join(", "))])
    };
    el(
        "section",
        &[("id", &"panels")],
        [line("h2", "Panels"), list(report.panels.iter().map(entry).collect::<Vec<_>>())],
    )
}

fn debates(report: &Report) -> Html {
    let heads = ["debate", "outcome", "agree", "cited", "uncited", "calls", "tokens", "dollars", "session"].map(text);
    let rows = report.cells.iter().map(|debate| {
        let found = debate.found.as_ref();
        let of_found = |value: Option<String>| number(&value.unwrap_or_else(|| words::NONE.to_owned()));
        let outcome = found.map_or_else(
            || text(words::status(debate.status)),
            |found| found.text.as_deref().map_or_else(|| text("no decision"), markup::words),
        );
        let taken = debate.taken.as_ref();
        row(
            markup::words(&debate.label()),
            [
                cell(outcome),
                of_found(found.and_then(|found| found.agreement).map(percent)),
                of_found(found.map(|found| found.changed_cited.to_string())),
                of_found(found.map(|found| found.changed_uncited.to_string())),
                of_found(taken.map(|taken| taken.calls.to_string())),
                of_found(taken.map(|taken| grouped(taken.tokens()))),
                of_found(taken.map(|taken| taken.cost_usd.map_or_else(|| "?".to_owned(), |cost| format!("{cost:.4}")))),
                cell(line("code", &debate.session)),
            ],
        )
    });
    let table = html_table::table("Debate by debate", &heads, rows.collect::<Vec<_>>());
    el("section", &[("id", &"debates")], [line("h2", "Debate by debate"), folded(table)])
}

fn footer(report: &Report) -> Html {
    let notes = list(report.notes.iter().map(|note| line("li", note)).collect::<Vec<_>>());
    let origin = format!("{}, {}, seed {}", report.program, report.schema, report.seed);
    el(
        "footer",
        &[],
        [
            line("h2", "What the numbers mean"),
            notes,
            of("p", "aside", [text(&origin)]),
            of("p", "aside", [text("Drawn from the logs of the debates alone: the same logs give the same page.")]),
        ],
    )
}
