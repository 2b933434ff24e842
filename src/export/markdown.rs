//! The record for a pull request: decision, numbers, dissent, then the transcript, folded.

use crate::debate::claims::{Entry, Status as ClaimStatus};
use crate::debate::log::decision::{Dissent, HeldEstimate};
use crate::debate::log::estimates::worded;
use crate::debate::response::{Point, Response};
use crate::export::escaping::escaped;
use crate::export::estimate::spread;
use crate::export::figures::{money, percent};
use crate::export::phrases::{absent, capitalised, changed, estimate, headline, inherited, lineage, needed};
use crate::export::premises::{Sent, listing};
use crate::export::record::{Record, TurnRecord};
use crate::export::story::{story, warning};
use crate::export::{abstention, closing, fallbacks, wording};

/// Renders the record. What models and askers wrote cannot become markup.
pub fn render(record: &Record) -> String {
    let mut parts = vec![format!("# {}", escaped(&crate::debate::text::clip(&record.question.topic, 200)))];
    parts.extend(warning(record).map(|warning| format!("> **{}**", escaped(&warning))));
    parts.push(format!("**{}**", escaped(&headline(record))));
    parts.extend(abstention::reasons(record).iter().map(|reason| format!("> {}", escaped(reason))));
    parts.extend(record.limit.iter().map(|reached| format!("> {}", escaped(&wording::limit(reached)))));
    parts.extend(record.note.map(|note| format!("> {}", capitalised(note))));
    parts.extend(lineage(record).iter().map(|line| format!("> {}", escaped(line))));
    parts.extend(table(record));
    parts.extend(listed("What happened", story(record).iter().map(|sentence| escaped(sentence))));
    parts.extend(listing::section(record));
    parts.extend(options(record));
    parts.extend(estimates(record));
    parts.extend(synthesis(record));
    parts.extend(dissent(record));
    parts.extend(listed("Needed from outside", needed(record).iter().map(|entry| escaped(entry))));
    parts.extend(listed("Absent", absent(record).iter().map(|entry| escaped(entry))));
    parts.extend(listed("Fallbacks", fallbacks::lines(record).iter().map(|entry| escaped(entry))));
    parts.extend(claims(record));
    parts.extend(sources(record));
    parts.push(transcript(record));
    parts.push(format!(
        "<sub>session {} · {} · {}</sub>",
        record.session,
        record.times.opened,
        escaped(&record.program)
    ));
    parts.join("\n\n") + "\n"
}

fn table(record: &Record) -> Option<String> {
    let decision = record.decision.as_ref()?;
    let label = capitalised(&decision.label.to_string());
    let caveats: String = decision.caveats.iter().map(|caveat| format!(", {caveat}")).collect();
    let mut rows = vec![("Agreement", format!("{label}{caveats}"))];
    if let (Some(agreement), Some([low, high])) = (decision.agreement, decision.interval) {
        rows.push((
            "Share of the panel",
            format!("{} (95% interval {} to {})", percent(agreement), percent(low), percent(high)),
        ));
    }
    if let Some((found, last)) = estimate(record).and_then(|found| Some((found, found.last.as_ref()?))) {
        rows.push(("Estimates", last.in_words(&found.unit)));
        rows.push(("Spread", spread(last)));
    }
    rows.push(("Level", format!("{}: {}", decision.level, decision.advice)));
    rows.extend(changed(record).map(|changed| ("Debate delta", changed)));
    rows.extend(decision.stop.as_ref().map(|stop| ("Ended", format!("{} ({})", stop.reason.title(), stop.numbers))));
    rows.extend(decision.gate.as_ref().map(|gate| ("Gate", gate.to_string())));
    let panel: Vec<String> = record
        .panel
        .iter()
        .map(|agent| format!("{} ({} · {})", agent.name, agent.voice.provider, agent.voice.model))
        .collect();
    rows.push(("Mode", record.mode_title.clone()));
    rows.push(("Panel", panel.join(", ")));
    if !record.moderators.is_empty() {
        let voices: Vec<String> =
            record.moderators.iter().map(|voice| format!("{} · {}", voice.provider, voice.model)).collect();
        let party = if record.moderator_is_party { ", which also holds a seat" } else { "" };
        rows.push(("Moderator", format!("{}{party}", voices.join(", "))));
    }
    let sent = |sent: &Sent| format!("{}: {} bytes in {} prompts", sent.provider, sent.bytes, sent.prompts);
    if !record.sent.is_empty() {
        rows.push(("Sent", record.sent.iter().map(sent).collect::<Vec<_>>().join(", ")));
    }
    let total = &record.usage.total;
    rows.push((
        "Price",
        format!(
            "{} for {} calls, {} tokens{}{}",
            money(total.cost_usd),
            total.calls,
            total.tokens(),
            total.aside(),
            inherited(record)
        ),
    ));
    let rows: Vec<String> = rows.iter().map(|(name, value)| format!("| {name} | {} |", escaped(value))).collect();
    Some(format!("| | |\n|---|---|\n{}", rows.join("\n")))
}

fn options(record: &Record) -> Option<String> {
    let held = |consensus: &Option<crate::debate::log::round::Consensus>, option| {
        consensus
            .as_ref()
            .map_or_else(|| "-".to_owned(), |consensus| consensus.tally.get(option).copied().unwrap_or(0).to_string())
    };
    let rows: Vec<String> = record
        .question
        .options
        .iter()
        .map(|choice| {
            format!(
                "| {} | {} | {} | {} |",
                choice.id,
                escaped(&choice.text),
                held(&record.sealed, &choice.id),
                held(&record.last, &choice.id)
            )
        })
        .collect();
    let sorted: String = wording::sorting(&record.question).iter().map(|told| format!("\n\nOptions {told}.")).collect();
    let head = "## Options\n\n| | Option | Sealed | Final |\n|---|---|---|---|";
    (!rows.is_empty()).then(|| format!("{head}\n{}{sorted}", rows.join("\n")))
}

fn estimates(record: &Record) -> Option<String> {
    let held = |held: &HeldEstimate| {
        let HeldEstimate { seat, estimate } = held;
        let cells = [estimate.value, estimate.low, estimate.high].map(worded).join(" | ");
        format!("| {} | {cells} |", escaped(record.name(*seat)))
    };
    let rows: Vec<String> = estimate(record)?.held.iter().map(held).collect();
    let head = "## Estimates\n\n| By | Value | Low | High |\n|---|---|---|---|";
    (!rows.is_empty()).then(|| format!("{head}\n{}", rows.join("\n")))
}

fn synthesis(record: &Record) -> Vec<String> {
    let Some(synthesis) = &record.synthesis else {
        return record
            .synthesis_failure
            .iter()
            .map(|failure| format!("## Conclusion\n\nNone was written: {}", escaped(failure)))
            .collect();
    };
    let warning: String = closing::warning(record).iter().map(|told| format!("> **{}**\n\n", escaped(told))).collect();
    let mut parts = vec![format!("## Conclusion\n\n{warning}{}", escaped(&synthesis.conclusion))];
    parts.extend(listed("Rationale", synthesis.rationale.iter().map(point)));
    parts.extend(listed("Risks", synthesis.risks.iter().map(point)));
    parts.extend(listed("Next steps", synthesis.next_steps.iter().map(|step| escaped(step))));
    parts.extend(listed("Would change the decision", synthesis.would_change.iter().map(|change| escaped(change))));
    parts.extend(listed(
        "Dropped from the closing text, for leaning on no known claim",
        synthesis.dropped.iter().map(point),
    ));
    parts
}

fn point(point: &Point) -> String {
    let claims: Vec<String> = point.claims.iter().map(|claim| escaped(&claim.0)).collect();
    if claims.is_empty() { escaped(&point.text) } else { format!("{} ({})", escaped(&point.text), claims.join(", ")) }
}

fn dissent(record: &Record) -> Option<String> {
    let entry = |dissent: &Dissent| {
        let option = dissent.position().map_or_else(|| "abstains".to_owned(), |position| escaped(&position));
        let kind = wording::dissent(dissent.kind);
        let settles: String =
            dissent.would_settle.iter().map(|settles| format!("\n  - would settle it: {}", escaped(settles))).collect();
        format!("**{}** ({option}, {kind}): {}{settles}", escaped(record.name(dissent.seat)), escaped(&dissent.words))
    };
    let blocking = record.blocking.iter().map(|objection| {
        format!("**{}** calls this blocking: {}", escaped(record.name(objection.seat)), escaped(&objection.objection))
    });
    listed("Dissent", record.dissent.iter().map(entry).chain(blocking))
}

fn claims(record: &Record) -> Option<String> {
    let entry = |entry: &Entry| {
        let status = match entry.status {
            ClaimStatus::Open => "open",
            ClaimStatus::Accepted => "accepted",
            ClaimStatus::Rebutted => "rebutted",
            ClaimStatus::Conceded => "conceded",
        };
        let is_unverified = |place: usize| {
            let mut quotes = record.analysis.quotes.iter().filter(|quote| !quote.verified);
            quotes.any(|quote| quote.claim == entry.id && quote.evidence as usize == place + 1)
        };
        let evidence: Vec<String> = entry
            .claim
            .evidence
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let mark = if is_unverified(place) { " (quote unverified)" } else { "" };
                format!("{}{mark}", escaped(&item.reference))
            })
            .collect();
        let author = escaped(record.name(entry.seat));
        format!("| {} | {author} | {} | {} | {status} |", entry.id, escaped(&entry.claim.text), evidence.join("; "))
    };
    let rows: Vec<String> = record.claims.iter().filter(|entry| entry.repeats.is_none()).map(entry).collect();
    let head = "<details><summary>Claims</summary>\n\n| | By | Claim | Evidence | Status |\n|---|---|---|---|---|";
    (!rows.is_empty()).then(|| format!("{head}\n{}\n\n</details>", rows.join("\n")))
}

fn sources(record: &Record) -> Option<String> {
    let link = |citation: &crate::debate::reply::Citation| {
        let title = escaped(citation.title.as_deref().unwrap_or(&citation.url));
        let use_ = if citation.cited { "cited" } else { "consulted" };
        // Only these characters could end the link, or its line in a table, early.
        let url = citation.url.replace('(', "%28").replace(')', "%29").replace('\\', "%5C").replace('|', "%7C");
        let url = url.replace(['<', '>', ' '], "");
        format!("[{title}]({url}) ({use_})")
    };
    listed("Sources", record.citations.iter().map(link))
}

fn transcript(record: &Record) -> String {
    let mut lines = Vec::new();
    let mut heading = String::new();
    for turn in &record.turns {
        let here = format!("{}, round {}", turn.turn.phase, turn.turn.round);
        if here != heading {
            lines.push(format!("\n**{}**\n", escaped(&here)));
            heading = here;
        }
        lines.push(format!("- {}: {}", escaped(&turn.name), spoken(turn)));
    }
    format!("<details><summary>Transcript</summary>\n{}\n\n</details>", lines.join("\n"))
}

fn spoken(turn: &TurnRecord) -> String {
    match (&turn.response, &turn.fault) {
        (Some(response), _) => {
            let stance = response
                .stance()
                .and_then(|stance| {
                    let number = stance.estimate.map(|estimate| worded(estimate.value));
                    stance.option.as_ref().map(ToString::to_string).or(number)
                })
                .map(|position| format!("**{}** ", escaped(&position)));
            let words = match response {
                Response::Position(position) if !position.reasoning.is_empty() => {
                    format!("{} {}", position.statement, position.reasoning)
                }
                other => other.headline(),
            };
            format!("{}{}", stance.unwrap_or_default(), escaped(&words))
        }
        (None, Some(fault)) => format!("absent: {}", escaped(&fault.to_string())),
        (None, None) => "no reply is known".to_owned(),
    }
}

fn listed(title: &str, entries: impl Iterator<Item = String>) -> Option<String> {
    let entries: Vec<String> = entries.map(|entry| format!("- {entry}")).collect();
    (!entries.is_empty()).then(|| format!("## {title}\n\n{}", entries.join("\n")))
}
