//! The claim ledger, the sources and the panel.

use std::collections::BTreeMap;

use crate::debate::agent::{Agent, Stance};
use crate::debate::claims::Entry;
use crate::debate::response::{Evidence, Response};
use crate::export::figures::percent;
use crate::export::html::markup::{self, Html, all, el, joined, line, of, text, words};
use crate::export::html::reference;
use crate::export::phrases::capitalised;
use crate::export::record::Record;
use crate::export::wording;

/// Every claim with what became of it.
pub(super) fn claims(record: &Record) -> Option<Html> {
    if record.claims.is_empty() {
        return None;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &record.claims {
        let of = if entry.repeats.is_some() { "repeated" } else { wording::claim_status(entry.status) };
        *counts.entry(of).or_insert(0) += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let entries = record.claims.iter().map(|entry| claim(record, entry)).collect::<Vec<_>>();
    let ledger = el(
        "details",
        &[("open", &"open")],
        [
            line("summary", &format!("{} claims: {}", record.claims.len(), counts.join(", "))),
            of("ol", "ledger", entries),
        ],
    );
    Some(el("section", &[("id", &"claims")], [line("h2", "Claims"), ledger]))
}

fn claim(record: &Record, entry: &Entry) -> Html {
    let kind = capitalised(wording::claim_kind(entry.claim.kind));
    let status = match &entry.repeats {
        Some(first) => all([text("repeats "), reference::claim(record, first), text(".")]),
        None => of(
            "span",
            &format!("tag {}", wording::claim_status(entry.status)),
            [text(wording::claim_status(entry.status))],
        ),
    };
    let mut about = vec![
        of("span", "id", [text(&entry.id.0)]),
        text(" "),
        status,
        text(&format!(" {kind} by ")),
        words(record.name(entry.seat)),
        text(&format!(", {}", reference::place(&record.rounds, &entry.turn.phase, entry.turn.round))),
    ];
    if !entry.claim.supports.is_empty() {
        about.push(text("; for "));
        about.push(joined(entry.claim.supports.iter().map(|option| text(&option.0)), ", "));
    }
    if !entry.claim.rebuts.is_empty() {
        about.push(text("; against "));
        about.push(joined(entry.claim.rebuts.iter().map(|claim| reference::claim(record, claim)), ", "));
    }
    let evidence = entry.claim.evidence.iter().map(evidence).collect::<Vec<_>>();
    let evidence = if evidence.is_empty() { Html::default() } else { of("ul", "evidence", evidence) };
    let parts = [of("p", "about", about), el("p", &[], [words(&entry.claim.text)]), evidence];
    el("li", &[("id", &entry.id)], parts)
}

fn evidence(evidence: &Evidence) -> Html {
    let mut parts = vec![
        text(&format!("{}: ", wording::evidence(evidence.kind))),
        text(" "),
        markup::reference(&evidence.reference),
    ];
    if !evidence.quote.is_empty() {
        parts.extend([text(" “"), words(&evidence.quote), text("”")]);
    }
    el("li", &[], parts)
}

/// The sources that providers named, cited ones apart from those only consulted.
pub(super) fn sources(record: &Record) -> Option<Html> {
    let named = |cited: bool| record.citations.iter().filter(move |citation| citation.cited == cited);
    let list = |title: &str, cited: bool| {
        let entry = |citation: &crate::debate::reply::Citation| {
            let mut parts = vec![markup::link(&citation.url, citation.title.as_deref().unwrap_or(&citation.url))];
            if citation.title.is_some() {
                parts.extend([text(" "), of("span", "small", [words(&citation.url)])]);
            }
            if let Some(quote) = &citation.quote {
                parts.extend([text(" “"), words(quote), text("”")]);
            }
            el("li", &[], parts)
        };
        let entries = named(cited).map(entry).collect::<Vec<_>>();
        (!entries.is_empty()).then(|| all([line("h3", title), of("ul", "sources", entries)]))
    };
    let lists: Vec<Html> =
        [("Cited", true), ("Only consulted", false)].into_iter().filter_map(|(t, c)| list(t, c)).collect();
    let head = line("h2", "Sources");
    (!lists.is_empty()).then(|| el("section", &[("id", &"sources")], std::iter::once(head).chain(lists)))
}

/// Who debated.
pub(super) fn panel(record: &Record) -> Html {
    let seats = record.panel.iter().map(|agent| seat(record, agent)).collect::<Vec<_>>();
    let voices: Vec<String> =
        record.moderators.iter().map(|voice| format!("{} · {}", voice.provider, voice.model)).collect();
    let party = if record.moderator_is_party { ", which also holds a seat" } else { "" };
    let moderator = match voices.is_empty() {
        true => "Nothing needed a moderator.".to_owned(),
        false => format!("Moderated by {}{party}.", voices.join(", ")),
    };
    el(
        "section",
        &[("id", &"panel")],
        [line("h2", "Panel"), of("ol", "panel", seats), of("p", "aside", [text(&moderator)])],
    )
}

fn seat(record: &Record, agent: &Agent) -> Html {
    let assigned = match agent.persona.stance {
        Some(Stance::Yes) => "; assigned to argue for the proposal",
        Some(Stance::No) => "; assigned to argue against the proposal",
        Some(Stance::Neutral) => "; assigned to weigh both sides",
        None => "",
    };
    let team = agent.persona.team.as_ref().map_or_else(String::new, |team| format!("; team {team}"));
    let own = || {
        record.turns.iter().rev().filter(|turn| turn.turn.speaker == crate::debate::log::ids::Speaker::Seat(agent.seat))
    };
    let confidence = own().find_map(|turn| turn.response.as_ref().and_then(Response::confidence));
    let confidence =
        confidence.map_or_else(String::new, |confidence| format!("; last stated confidence {}", percent(confidence)));
    let voice = format!("{} · {} · family {}", agent.voice.provider, agent.voice.model, agent.voice.family);
    el(
        "li",
        &[],
        [
            el(
                "p",
                &[],
                [
                    of("span", "id", [text(&agent.seat.to_string())]),
                    text(" "),
                    el("strong", &[], [words(&agent.name)]),
                    of("span", "voice", [text(&format!("{voice}{assigned}{team}{confidence}"))]),
                ],
            ),
            el("p", &[("class", &"trait"), ("lang", &"und"), ("dir", &"auto")], [text(&agent.persona.character)]),
        ],
    )
}
