//! The record as a decision record for a folder of them, in the manner of MADR: one sentence or item a line, so that two
//! of them can be compared.
//!
//! Must never hold the time of the export: the same log gives the same bytes.

pub mod folder;
mod standing;

pub use crate::export::adr::standing::{Standing, link_to, superseded, without_standing};

use crate::debate::claims::Entry;
use crate::debate::log::decision::Dissent;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;
use crate::debate::reply::Citation;
use crate::debate::response::{ClaimId, Evidence, Point};
use crate::debate::text::{clip, laid_out, shown};
use crate::export::adr::standing::LINKS;
use crate::export::escaping::escaped;
use crate::export::figures::{money, percent};
use crate::export::phrases::{absent, capitalised, headline, needed};
use crate::export::premises::listing;
use crate::export::record::{Record, Status, Verdict};
use crate::export::story::{story, warning};
use crate::export::{abstention, address, closing, estimate, fallbacks, wording};

/// Longest question that is a title; of a longer one the title shows the beginning.
const TITLE_CHARS: usize = 120;

/// Renders the record. What models and askers wrote cannot become markup.
pub fn render(record: &Record) -> String {
    render_among(record, &Standing::default())
}

/// Renders the record as one that stands like this among the others of its folder.
pub fn render_among(record: &Record, standing: &Standing) -> String {
    let mut parts = vec![format!("# {}", escaped(&clip(&record.question.topic, TITLE_CHARS)))];
    parts.push(front(record, standing));
    parts.push(format!("## Context and question\n\n{}", paragraphs(&record.question.topic)));
    parts.extend(listing::section(record));
    parts.extend(options(record));
    parts.push(decision(record));
    parts.extend(consequences(record));
    parts.extend(section("## Dissent", dissent(record)));
    parts.extend(section("## Needed from outside", needed(record).iter().map(|entry| escaped(entry)).collect()));
    parts.extend(section("## Not heard", absent(record).iter().map(|entry| escaped(entry)).collect()));
    parts.extend(section("## Fallbacks", fallbacks::lines(record).iter().map(|entry| escaped(entry)).collect()));
    let would_change = record.synthesis.iter().flat_map(|synthesis| &synthesis.would_change);
    parts.extend(section("## What would change the decision", would_change.map(|change| escaped(change)).collect()));
    parts.extend(section("## Evidence", record.claims.iter().filter_map(|entry| claim(record, entry)).collect()));
    parts.extend(section("### Sources", record.citations.iter().map(source).collect()));
    parts.push(provenance(record));
    shown(&(parts.join("\n\n") + "\n"))
}

/// A panel proposes; accepting is up to those who will live with it.
fn status(record: &Record) -> &'static str {
    let is_found = |decision: &Verdict| decision.option.is_some() || decision.estimate.is_some();
    let found = record.decision.as_ref().filter(|decision| is_found(decision));
    match (record.status, found) {
        (Status::Open | Status::Paused | Status::Waiting, _) => "draft",
        (Status::Decided | Status::Stopped | Status::LimitReached | Status::QuorumLost, Some(_)) => "proposed",
        (Status::Decided | Status::Stopped | Status::LimitReached | Status::QuorumLost, None) => "undecided",
    }
}

fn front(record: &Record, standing: &Standing) -> String {
    let date = record.times.latest.get(..10).unwrap_or_default();
    let status = standing.status.as_deref().unwrap_or_else(|| status(record));
    let mut lines = vec![format!("- Status: {status}"), format!("- Date: {date}")];
    if !standing.supersedes.is_empty() {
        lines.push(format!("{LINKS}{}", standing.supersedes.join(", ")));
    }
    lines.push(format!("- Mode: {}, {} seats", escaped(&record.mode_title), record.panel.len()));
    lines.extend(record.note.map(|note| format!("- Note: {note}")));
    lines.extend(wording::status(record).map(|status| format!("- Note: {status}")));
    lines.join("\n")
}

fn options(record: &Record) -> Option<String> {
    let held = |consensus: &Option<Consensus>, option: &OptionId| match consensus {
        Some(consensus) => consensus.tally.get(option).copied().unwrap_or(0).to_string(),
        None => "-".to_owned(),
    };
    let row = |choice: &crate::debate::question::Choice| {
        let (sealed, last) = (held(&record.sealed, &choice.id), held(&record.last, &choice.id));
        format!("| {} | {} | {sealed} | {last} |", choice.id, escaped(&choice.text))
    };
    let rows: Vec<String> = record.question.options.iter().map(row).collect();
    let head =
        "## Options considered\n\n| Id | Option | Seats in the sealed opening | Seats at the end |\n|---|---|---|---|";
    let sorted: String = wording::sorting(&record.question).iter().map(|told| format!("\n\nOptions {told}.")).collect();
    (!rows.is_empty()).then(|| format!("{head}\n{}{sorted}", rows.join("\n")))
}

fn decision(record: &Record) -> String {
    let head = format!("## Decision\n\n**{}**", escaped(&headline(record)));
    let Some(decision) = &record.decision else { return head };
    let mut items: Vec<String> = abstention::reasons(record).iter().map(|reason| escaped(reason)).collect();
    let label = capitalised(&decision.label.to_string());
    items.push(format!("Strength: {label}, {}", wording::label(decision.label)));
    if let (Some(agreement), Some([low, high]), Some(last)) = (decision.agreement, decision.interval, &record.last) {
        let most = last.leading.first().and_then(|option| last.tally.get(option)).copied().unwrap_or(0);
        items.push(format!(
            "Agreement: {} ({most} of {} seats, 95% interval {} to {}; {} abstained, {} absent)",
            percent(agreement),
            last.panel,
            percent(low),
            percent(high),
            last.abstained,
            last.absent
        ));
    }
    let numbers = decision.estimate.as_ref().map(|found| estimate::held(record, found)).unwrap_or_default();
    items.extend(numbers.iter().map(|told| format!("Numbers: {}", escaped(told))));
    items.push(format!("Level: {}, {}", decision.level, wording::advice(decision.level)));
    let caveat =
        |caveat: &crate::debate::log::decision::Caveat| format!("Caveat: {caveat}, {}", wording::caveat(*caveat));
    items.extend(decision.caveats.iter().map(caveat));
    items.extend(record.delta.moved.iter().map(|moved| {
        let how = if moved.cited { "for a claim that holds" } else { "naming no reason that holds" };
        let (name, claims) = (escaped(record.name(moved.seat)), refs(&moved.claims));
        format!("Moved since the sealed opening: {name}, from {} to {}, {how}{claims}", moved.from, moved.to)
    }));
    items.extend(story(record).iter().map(|told| format!("Happened: {}", escaped(told))));
    items.extend(warning(record).map(|warning| format!("Warning: {}", escaped(&warning))));
    items.extend(decision.gate.as_ref().map(|gate| format!("Gate: {}", escaped(&gate.to_string()))));
    items.extend(
        decision.stop.as_ref().map(|stop| format!("Ended: {} ({})", stop.reason.title(), escaped(&stop.numbers))),
    );
    format!("{head}\n\n{}", bullets(&items))
}

fn consequences(record: &Record) -> Option<String> {
    let Some(synthesis) = &record.synthesis else {
        let failure = record.synthesis_failure.as_ref()?;
        return Some(format!("## Consequences\n\nNo closing text was written: {}", escaped(failure)));
    };
    let points = |points: &[Point]| {
        points.iter().map(|point| format!("{}{}", escaped(&point.text), refs(&point.claims))).collect::<Vec<_>>()
    };
    let warning: String = closing::warning(record).iter().map(|told| format!("**{}**\n\n", escaped(told))).collect();
    let mut parts = vec![format!("## Consequences\n\n{warning}{}", paragraphs(&synthesis.conclusion))];
    parts.extend(section("### Why", points(&synthesis.rationale)));
    parts.extend(section("### Risks", points(&synthesis.risks)));
    parts.extend(section("### Next steps", synthesis.next_steps.iter().map(|step| escaped(step)).collect()));
    Some(parts.join("\n\n"))
}

fn dissent(record: &Record) -> Vec<String> {
    let blocking = record
        .blocking
        .iter()
        .map(|blocking| format!("Blocking, {}: {}", escaped(record.name(blocking.seat)), escaped(&blocking.objection)));
    let entry = |dissent: &Dissent| {
        let option = dissent.position().map_or_else(|| "abstains".to_owned(), |position| escaped(&position));
        let settles: String =
            dissent.would_settle.iter().map(|settles| format!("\n  - Would settle it: {}", escaped(settles))).collect();
        format!(
            "{} ({option}, {}): {}{}{settles}",
            escaped(record.name(dissent.seat)),
            wording::dissent(dissent.kind),
            escaped(&dissent.words),
            refs(&dissent.claims)
        )
    };
    blocking.chain(record.dissent.iter().map(entry)).collect()
}

/// A claim with its evidence; `None` for one that only repeats another.
fn claim(record: &Record, entry: &Entry) -> Option<String> {
    if entry.repeats.is_some() {
        return None;
    }
    let (kind, status) = (wording::claim_kind(entry.claim.kind), wording::claim_status(entry.status));
    let listed = |word: &str, ids: Vec<&str>| match ids.is_empty() {
        true => String::new(),
        false => format!(", {word} {}", ids.iter().map(|id| escaped(id)).collect::<Vec<_>>().join(" ")),
    };
    let supports = listed("for", entry.claim.supports.iter().map(|option| option.0.as_str()).collect());
    let rebuts = listed("against", entry.claim.rebuts.iter().map(|claim| claim.0.as_str()).collect());
    let evidence: String = entry.claim.evidence.iter().map(|item| format!("\n  - {}", evidence(item))).collect();
    let (author, words) = (escaped(record.name(entry.seat)), escaped(&entry.claim.text));
    Some(format!("{} ({kind}, {status}, by {author}{supports}{rebuts}): {words}{evidence}", entry.id))
}

fn evidence(evidence: &Evidence) -> String {
    let quote = match evidence.quote.is_empty() {
        true => String::new(),
        false => format!(": \"{}\"", escaped(&evidence.quote)),
    };
    let source = link(&evidence.reference, &evidence.reference);
    format!("{}, {source}{quote}", capitalised(wording::evidence(evidence.kind)))
}

fn source(citation: &Citation) -> String {
    let use_ = if citation.cited { "cited" } else { "only consulted" };
    format!("{} ({use_})", link(&citation.url, citation.title.as_deref().unwrap_or(&citation.url)))
}

fn link(target: &str, label: &str) -> String {
    match address::web(target) {
        Some(url) => format!("[{}]({url})", escaped(label)),
        None => escaped(label),
    }
}

fn provenance(record: &Record) -> String {
    let total = &record.usage.total;
    let panel: Vec<String> = record
        .panel
        .iter()
        .map(|agent| {
            let voice = format!("{} · {}", agent.voice.provider, agent.voice.model);
            format!("Seat {}: {} ({})", agent.seat, escaped(&agent.name), escaped(&voice))
        })
        .collect();
    let moderators: Vec<String> =
        record.moderators.iter().map(|voice| escaped(&format!("{} · {}", voice.provider, voice.model))).collect();
    let party = if record.moderator_is_party { ", which also holds a seat" } else { "" };
    let mut items = panel;
    if !moderators.is_empty() {
        items.push(format!("Moderator: {}{party}", moderators.join(", ")));
    }
    items.extend(
        record.sent.iter().map(|sent| {
            format!("Sent to {}: {} bytes in {} prompts", escaped(&sent.provider), sent.bytes, sent.prompts)
        }),
    );
    items.push(format!(
        "Price: {} for {} calls, {} tokens{}",
        escaped(&money(total.cost_usd)),
        total.calls,
        total.tokens(),
        total.aside()
    ));
    items.push(format!("Session {}, {}, seed {}", record.session, escaped(&record.program), record.seed));
    format!("## Provenance\n\n{}", bullets(&items))
}

fn refs(claims: &[ClaimId]) -> String {
    let ids: Vec<String> = claims.iter().map(|claim| escaped(&claim.0)).collect();
    if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) }
}

fn section(heading: &str, items: Vec<String>) -> Option<String> {
    (!items.is_empty()).then(|| format!("{heading}\n\n{}", bullets(&items)))
}

fn bullets(items: &[String]) -> String {
    items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

/// Text of several lines: a paragraph for each, a line for each of its sentences.
fn paragraphs(text: &str) -> String {
    let text = laid_out(text);
    let paragraph = |line: &str| {
        let sentences: Vec<String> = sentences(line).into_iter().map(escaped).collect();
        sentences.join("\n")
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// Cuts a line after each mark that ends a sentence: where a space and no small letter follow, or a script that needs no space.
fn sentences(line: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (place, mark) in line.char_indices() {
        let end = place + mark.len_utf8();
        let ends = match mark {
            '.' | '!' | '?' => {
                let rest = &line[end..];
                let next = rest.trim_start().chars().next();
                rest.starts_with(' ') && next.is_some_and(|c| !c.is_lowercase())
            }
            '。' | '！' | '？' => end < line.len(),
            _ => false,
        };
        if ends {
            sentences.push(line[start..end].trim());
            start = end;
        }
    }
    sentences.push(line[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(sentences(line), expected);
    }

    #[test]
    fn a_sentence_stands_on_a_line() {
        check("One. Two! Three? four", &["One.", "Two!", "Three? four"]);
        check("It took 3.5 days, e.g. last year.", &["It took 3.5 days, e.g. last year."]);
        check("是。不是！", &["是。", "不是！"]);
        check("", &[]);
        check("...", &["..."]);
    }
}
