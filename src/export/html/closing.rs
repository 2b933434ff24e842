//! The minority report and the closing text.

use crate::debate::log::decision::Dissent;
use crate::debate::response::Point;
use crate::export::html::markup::{Html, all, el, line, of, said, text, words};
use crate::export::html::reference;
use crate::export::phrases::{absent, capitalised, needed as needs_in_words};
use crate::export::record::Record;
use crate::export::{closing, fallbacks, wording};

/// What stands against the decision, in the holders' own words.
pub(super) fn dissent(record: &Record) -> Html {
    let mut parts = vec![line("h2", "Dissent")];
    if !record.blocking.is_empty() {
        parts.push(line("h3", "Blocking objections"));
        parts.extend(record.blocking.iter().map(|blocking| {
            let words = [said(&blocking.objection), of("p", "by", [words(record.name(blocking.seat))])];
            of("blockquote", "blocking", words)
        }));
    }
    if !record.dissent.is_empty() {
        parts.push(line("h3", "Minority report"));
        parts.extend(record.dissent.iter().map(|dissent| entry(record, dissent)));
    }
    if record.blocking.is_empty() && record.dissent.is_empty() {
        parts.push(line(
            "p",
            match record.decision {
                Some(_) => {
                    "Nobody stands against the decision, and no claim with evidence against it is left unrebutted."
                }
                None => "There is no decision yet that anybody could stand against.",
            },
        ));
    }
    el("section", &[("id", &"dissent")], parts)
}

fn entry(record: &Record, dissent: &Dissent) -> Html {
    let by = [
        el("strong", &[], [words(record.name(dissent.seat))]),
        text(" "),
        reference::position(record, dissent),
        text(" "),
        of("span", "small", [text(wording::dissent(dissent.kind))]),
        reference::claims(record, &dissent.claims),
    ];
    let mut parts = vec![said(&dissent.words), of("p", "by", by)];
    if !dissent.would_settle.is_empty() {
        let settles = dissent.would_settle.iter().map(|settles| el("li", &[], [words(settles)]));
        parts.push(of("p", "small", [text("Would settle it, by the holder's own account:")]));
        parts.push(of("ul", "settles", settles.collect::<Vec<_>>()));
    }
    of("blockquote", "dissent", parts)
}

/// The moderator's closing text; `None` when none was asked for.
pub(super) fn conclusion(record: &Record) -> Option<Html> {
    let mut parts = vec![line("h2", "Conclusion")];
    match (&record.synthesis, &record.synthesis_failure) {
        (None, None) => return None,
        (None, Some(failure)) => {
            parts.push(el("p", &[], [text("No closing text was written: "), words(failure)]));
        }
        (Some(synthesis), _) => {
            parts.extend(closing::warning(record).map(|told| of("p", "notice", [words(&told)])));
            parts.push(of("div", "prose", [said(&synthesis.conclusion)]));
            let points = |points: &[Point]| points.iter().map(|p| point(record, p)).collect::<Vec<_>>();
            let plain = |texts: &[String]| texts.iter().map(|text| el("li", &[], [words(text)])).collect::<Vec<_>>();
            parts.extend(list("Rationale", points(&synthesis.rationale)));
            parts.extend(list("Risks", points(&synthesis.risks)));
            parts.extend(list("Next steps", plain(&synthesis.next_steps)));
            parts.extend(list("Would change the decision", plain(&synthesis.would_change)));
            parts.extend(list("Dropped, for leaning on no known claim", points(&synthesis.dropped)));
            parts.push(of("p", "aside", [text("Written by the moderator from the claim ledger; it decides nothing.")]));
        }
    }
    Some(el("section", &[("id", &"conclusion")], parts))
}

fn point(record: &Record, point: &Point) -> Html {
    el("li", &[], [words(&point.text), reference::claims(record, &point.claims)])
}

fn list(title: &str, entries: Vec<Html>) -> Option<Html> {
    (!entries.is_empty()).then(|| all([line("h3", title), of("ul", "prose", entries)]))
}

/// The facts that agents needed from outside; `None` when there were none.
pub(super) fn needed(record: &Record) -> Option<Html> {
    let needed = needs_in_words(record);
    if needed.is_empty() {
        return None;
    }
    let entries = needed.iter().map(|entry| el("li", &[], [words(entry)])).collect::<Vec<_>>();
    Some(el("section", &[("id", &"needs")], [line("h2", "Needed from outside"), of("ul", "prose", entries)]))
}

/// Who could not be heard, and why; `None` when everybody was.
pub(super) fn unheard(record: &Record) -> Option<Html> {
    entries("unheard", "Not heard", &absent(record))
}

/// Who spoke through another model than their own, and why; `None` when nobody did.
pub(super) fn fallbacks(record: &Record) -> Option<Html> {
    entries("fallbacks", "Fallbacks", &fallbacks::lines(record))
}

fn entries(id: &str, title: &str, lines: &[String]) -> Option<Html> {
    let entries = lines.iter().map(|entry| el("li", &[], [words(&capitalised(entry))])).collect::<Vec<_>>();
    (!lines.is_empty()).then(|| el("section", &[("id", &id)], [line("h2", title), of("ul", "prose", entries)]))
}
