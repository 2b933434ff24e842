//! Where the report comes from: session, versions, seed and times.

use crate::debate::history::History;
use crate::export::figures::money;
use crate::export::html::markup::{Html, el, line, of, text, words};
use crate::export::html::table::grouped;
use crate::export::phrases::capitalised;
use crate::export::record::Record;
use crate::export::wording;

/// The foot of the page.
pub(super) fn footer(record: &Record, history: &History) -> Html {
    let code = |words: &str| line("code", words);
    let time = |time: &str| el("time", &[("datetime", &time)], [text(time)]);
    let mut facts: Vec<(&str, Html)> = vec![("Session", code(&record.session))];
    facts.extend(record.name.as_ref().map(|name| ("Name", words(name))));
    if !record.tags.is_empty() {
        let tags: Vec<String> = record.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        facts.push(("Tags", words(&tags.join(", "))));
    }
    if let Some(parent) = history.setup.parent {
        let words = format!("{}, after round {}", parent.session, parent.round);
        facts.push(("Branched off", code(&words)));
    }
    facts.push(("Mode", text(&format!("{} ({})", record.mode_title, record.mode))));
    facts.extend(wording::sorting(&record.question).map(|told| ("Options", text(&told))));
    let total = &record.usage.total;
    let tokens = grouped(total.input_tokens.saturating_add(total.output_tokens));
    facts.push((
        "Took",
        text(&format!(
            "{} calls, {tokens} tokens{}, {}, {:.1} s",
            total.calls,
            total.aside(),
            money(total.cost_usd),
            record.times.elapsed_ms as f64 / 1000.0
        )),
    ));
    facts.extend(record.sent.iter().map(|sent| {
        let words = format!("{} bytes in {} prompts to {}", grouped(sent.bytes), sent.prompts, sent.provider);
        ("Sent", text(&words))
    }));
    facts.push(("Opened", time(&record.times.opened)));
    facts.push(("Latest", time(&record.times.latest)));
    facts.push(("Version", text(&record.program)));
    facts.push(("Record", code(record.schema)));
    facts.push(("Seed", code(&record.seed.to_string())));
    facts.extend(record.note.map(|note| ("Note", text(&capitalised(note)))));
    let entry = |(name, value): (&str, Html)| el("div", &[], [line("dt", name), el("dd", &[], [value])]);
    el(
        "footer",
        &[],
        [
            line("h2", "Where this comes from"),
            of("dl", "provenance", facts.into_iter().map(entry).collect::<Vec<_>>()),
            of("p", "aside", [text("Drawn from the session's log alone: the same log gives the same page.")]),
        ],
    )
}
