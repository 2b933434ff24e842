//! The record for a terminal: the decision first, under a warning where there is cause for one, then why, then what stands against it, then the price.

use crate::debate::log::decision::Kind;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;
use crate::debate::text::{laid_out, line};
use crate::export::figures::money;
use crate::export::phrases::{absent, estimate, headline, inherited, lineage, needed, numbers};
use crate::export::premises::{PremiseRecord, leaning};
use crate::export::record::Record;
use crate::export::story::{story, warning};
use crate::export::{abstention, closing, estimate, fallbacks, wording};

/// Renders the record. Holds no control characters but line feeds.
pub fn render(record: &Record) -> String {
    let mut out: Vec<String> = warning(record).into_iter().collect();
    out.push(headline(record));
    out.extend(abstention::reasons(record));
    out.extend(record.limit.iter().map(wording::limit));
    out.extend(record.note.map(str::to_owned));
    out.extend(lineage(record));
    let numbers = numbers(record);
    if !numbers.is_empty() {
        out.push(String::new());
    }
    out.extend(numbers);
    section(&mut out, "What happened", story(record));
    section(&mut out, "Premises", premises(record));
    section(&mut out, "Options", options(record));
    section(&mut out, "Estimates", estimate(record).map(|found| estimate::held(record, found)).unwrap_or_default());
    section(&mut out, "Conclusion", conclusion(record));
    section(&mut out, "Dissent", dissent(record));
    section(&mut out, "Risks", points(record.synthesis.iter().flat_map(|s| &s.risks).map(|point| point.text.as_str())));
    section(&mut out, "Next steps", points(record.synthesis.iter().flat_map(|s| &s.next_steps).map(String::as_str)));
    section(
        &mut out,
        "Would change the decision",
        points(record.synthesis.iter().flat_map(|s| &s.would_change).map(String::as_str)),
    );
    section(&mut out, "Needed from outside", needed(record));
    section(&mut out, "Absent", absent(record));
    section(&mut out, "Fallbacks", fallbacks::lines(record));
    out.push(String::new());
    out.push(price(record));
    out.push(format!("session {}", record.session));
    out.join("\n") + "\n"
}

fn premises(record: &Record) -> Vec<String> {
    let told = |premise: &PremiseRecord| {
        let title = line(premise.title());
        format!("{} {}, {}, leaned on by {}", premise.id, title, premise.kind.title(), leaning(premise))
    };
    record.premises.iter().map(told).collect()
}

fn options(record: &Record) -> Vec<String> {
    let held = |option: &OptionId| {
        let seats = |last: &Consensus| last.tally.get(option).copied().unwrap_or(0);
        record.last.as_ref().map_or_else(String::new, |last| format!(" ({})", seats(last)))
    };
    let choices = record.question.options.iter();
    let listed = choices.map(|choice| format!("{}{}: {}", choice.id, held(&choice.id), line(&choice.text)));
    listed.chain(wording::sorting(&record.question)).collect()
}

fn conclusion(record: &Record) -> Vec<String> {
    match (&record.synthesis, &record.synthesis_failure) {
        (Some(synthesis), _) => {
            let text = laid_out(&synthesis.conclusion);
            closing::warning(record).into_iter().chain(text.lines().map(str::to_owned)).collect()
        }
        (None, Some(failure)) => vec![format!("none: {}", line(failure))],
        (None, None) => Vec::new(),
    }
}

fn dissent(record: &Record) -> Vec<String> {
    let entry = |dissent: &crate::debate::log::decision::Dissent| {
        let option = dissent.position().map_or_else(|| "abstains".to_owned(), |position| line(&position));
        let kind = match dissent.kind {
            Kind::Final => "",
            Kind::LastHeard => ", not heard at the end",
            Kind::Abandoned => ", left without a reason that holds",
            Kind::Unrebutted => ", never rebutted",
        };
        format!("{} ({option}{kind}): {}", line(record.name(dissent.seat)), line(&dissent.words))
    };
    let blocking = record
        .blocking
        .iter()
        .map(|objection| format!("{} blocks: {}", line(record.name(objection.seat)), line(&objection.objection)));
    record.dissent.iter().map(entry).chain(blocking).collect()
}

fn points<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(|text| format!("- {}", line(text))).collect()
}

fn price(record: &Record) -> String {
    let total = &record.usage.total;
    let about = if total.estimated { "about " } else { "" };
    let unknown = match total.unknown {
        0 => String::new(),
        1 => ", and 1 call whose reply was never seen".to_owned(),
        n => format!(", and {n} calls whose replies were never seen"),
    };
    format!(
        "{} calls, {about}{} tokens{}, {}, {:.1} s{unknown}{}",
        total.calls,
        total.tokens(),
        total.aside(),
        money(total.cost_usd),
        record.times.elapsed_ms as f64 / 1000.0,
        inherited(record)
    )
}

fn section(out: &mut Vec<String>, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        out.push(String::new());
        out.push(title.to_owned());
        out.extend(lines.iter().map(|line| format!("  {line}")));
    }
}
