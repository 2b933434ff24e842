//! Comparing two records part by part.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::debate::agent::{Seat, Voice};
use crate::debate::estimate::PRECISIONS;
use crate::debate::response::Estimate;
use crate::debate::text::identity;
use crate::export::diff::ballots::{Ballot, Given, ballots};
use crate::export::diff::changes::{Change, Claim, Diff, Found, Head, Lists, Member, Minority, SCHEMA, Sides};
use crate::export::diff::matching::{Match, matches, matches_twice};
use crate::export::diff::read::{Estimated, Panelist, Read, Verdict};

/// The kind of those entries of the minority report that are a claim.
const UNREBUTTED: &str = "unrebutted";
/// The kind of an objection that its holder calls blocking.
const BLOCKING: &str = "blocking";

/// Compares two records.
pub fn diff(from: &Read, to: &Read) -> Diff {
    let seats = matches_twice(&seat_keys(from), &seat_keys(to));
    Diff {
        schema: SCHEMA,
        from: head(from),
        to: head(to),
        outcome: outcome_changes(from, to),
        options: options(from, to),
        ballots: ballot_changes(from, to, &seats),
        dissent: dissent(from, to, &seats),
        claims: claims(from, to),
        panel: lists(&members(from), &members(to), &seats, |a, b| a == b),
        settings: changes(settings(from), settings(to)),
        usage: changes(usage(from), usage(to)),
    }
}

fn head(record: &Read) -> Head {
    Head { session: record.session.clone(), opened: record.times.opened.clone(), topic: record.question.topic.clone() }
}

/// A value with its name, and the form in which it is compared.
type Named = (&'static str, Value, Value);

fn as_is(name: &'static str, value: Value) -> Named {
    (name, value.clone(), value)
}

/// A text that says the same in other capitals, or with another full stop.
fn in_words(name: &'static str, text: Option<String>) -> Named {
    let compared = text.as_deref().map(identity);
    (name, json!(text), json!(compared))
}

fn changes(from: Vec<Named>, to: Vec<Named>) -> Vec<Change> {
    let pairs = from.into_iter().zip(to);
    let differing = pairs.filter(|((_, _, was), (_, _, is))| was != is);
    differing.map(|((name, from, _), (_, to, _))| Change { name, from, to }).collect()
}

/// What differs between the outcomes, each number with as many digits as it takes to see that.
fn outcome_changes(from: &Read, to: &Read) -> Vec<Change> {
    let [coarse, fine, exact] = PRECISIONS.map(|number| changes(outcome(from, number), outcome(to, number)));
    let told = |change: Change| {
        let coarser = coarse.iter().chain(&fine).find(|coarser| coarser.name == change.name);
        coarser.cloned().unwrap_or(change)
    };
    exact.into_iter().map(told).collect()
}

fn outcome(record: &Read, number: fn(f64) -> String) -> Vec<Named> {
    let decision = record.decision.as_ref();
    let option = decision.and_then(|decision| decision.option.as_ref()).map(|option| record.option_text(option));
    vec![
        as_is("status", json!(record.status)),
        in_words("option", option),
        as_is("label", json!(decision.map(|decision| &decision.label))),
        as_is("agreement", json!(decision.and_then(|decision| decision.agreement))),
        as_is("level", json!(decision.map(|decision| &decision.level))),
        as_is("caveats", json!(decision.map(|decision| &decision.caveats))),
        as_is("estimate", estimated(decision, |estimate| estimate.value.map(number))),
        as_is(
            "quartiles",
            estimated(decision, |estimate| {
                let (q1, q3) = estimate.last.as_ref().and_then(|last| last.q1.zip(last.q3))?;
                Some(format!("{} to {}", number(q1), number(q3)))
            }),
        ),
    ]
}

/// A part of the number decided on, with its unit.
fn estimated(decision: Option<&Verdict>, part: impl Fn(&Estimated) -> Option<String>) -> Value {
    let estimate = decision.and_then(|decision| decision.estimate.as_ref());
    json!(estimate.and_then(|estimate| Some(format!("{} {}", part(estimate)?, estimate.unit))))
}

fn settings(record: &Read) -> Vec<Named> {
    let spoken = |voice: &Voice| format!("{} {}", voice.provider, voice.model);
    let moderators: Vec<String> = record.moderators.iter().map(spoken).collect();
    vec![
        in_words("topic", Some(record.question.topic.clone())),
        as_is("kind", json!(record.question.kind)),
        as_is("mode", json!(record.mode)),
        as_is("rounds", json!(record.rounds.len())),
        as_is("moderators", json!(moderators)),
        as_is("seed", json!(record.seed)),
        as_is("program", json!(record.program)),
    ]
}

fn usage(record: &Read) -> Vec<Named> {
    let total = &record.usage.total;
    vec![
        as_is("calls", json!(total.calls)),
        as_is("input_tokens", json!(total.input_tokens)),
        as_is("output_tokens", json!(total.output_tokens)),
        as_is("cost_usd", json!(total.cost_usd)),
    ]
}

fn options(from: &Read, to: &Read) -> Found<String> {
    let texts =
        |record: &Read| -> Vec<String> { record.question.options.iter().map(|choice| choice.text.clone()).collect() };
    let keys = |texts: &[String]| -> Vec<String> { texts.iter().map(|text| identity(text)).collect() };
    let (was, is) = (texts(from), texts(to));
    let Lists { added, removed, .. } = lists(&was, &is, &matches(&keys(&was), &keys(&is)), |_, _| true);
    Found { added, removed }
}

fn claims(from: &Read, to: &Read) -> Lists<Claim> {
    // A claim that repeats another in the same words would only be counted twice.
    let claims = |record: &Read| -> Vec<Claim> {
        let first = record.claims.iter().filter(|entry| entry.repeats.is_none());
        first
            .map(|entry| Claim {
                name: record.name(entry.seat),
                text: entry.text.clone(),
                status: entry.status.clone(),
            })
            .collect()
    };
    let keys = |claims: &[Claim]| -> Vec<String> { claims.iter().map(|claim| identity(&claim.text)).collect() };
    let (was, is) = (claims(from), claims(to));
    lists(&was, &is, &matches(&keys(&was), &keys(&is)), |a, b| a.status == b.status)
}

fn members(record: &Read) -> Vec<Member> {
    let member = |panelist: &Panelist| Member {
        seat: panelist.seat,
        name: panelist.name.clone(),
        character: panelist.persona.character.clone(),
        provider: panelist.voice.provider.clone(),
        model: panelist.voice.model.clone(),
    };
    record.panel.iter().map(member).collect()
}

fn seat_keys(record: &Read) -> Vec<(String, Seat)> {
    record.panel.iter().map(|panelist| (identity(&panelist.name), panelist.seat)).collect()
}

fn ballot_changes(from: &Read, to: &Read, seats: &[Match]) -> Vec<Sides<Option<Ballot>>> {
    let (was, is) = (ballots(from), ballots(to));
    let sides = seats.iter().map(|(a, b)| Sides { from: a.map(|a| was[a].clone()), to: b.map(|b| is[b].clone()) });
    let differs = |sides: &Sides<Option<Ballot>>| match (&sides.from, &sides.to) {
        (Some(from), Some(to)) => !from.says_the_same(to),
        (Some(_), None) | (None, Some(_)) | (None, None) => true,
    };
    sides.filter(differs).collect()
}

fn dissent(from: &Read, to: &Read, seats: &[Match]) -> Lists<Minority> {
    // A seat is known on both sides by the place of its match; one without a match keeps its number, apart.
    let known = |record: &Read, side: fn(&Match) -> Option<usize>| -> BTreeMap<Seat, usize> {
        let places =
            seats.iter().enumerate().filter_map(|(known, found)| Some((record.panel[side(found)?].seat, known)));
        places.collect()
    };
    let (known_from, known_to) = (known(from, |found| found.0), known(to, |found| found.1));
    let (was, is) = (minority(from), minority(to));
    let keys = |entries: &[(Seat, Minority)], known: &BTreeMap<Seat, usize>| -> Vec<_> {
        entries
            .iter()
            .map(|(seat, entry)| {
                // A seat has one position, but may have several claims that nobody rebutted.
                let words = if entry.kind == UNREBUTTED { identity(&entry.words) } else { String::new() };
                (known.get(seat).copied().ok_or(*seat), entry.kind.clone(), words)
            })
            .collect()
    };
    let matched = matches(&keys(&was, &known_from), &keys(&is, &known_to));
    let entries = |side: Vec<(Seat, Minority)>| -> Vec<Minority> { side.into_iter().map(|(_, entry)| entry).collect() };
    lists(&entries(was), &entries(is), &matched, says_the_same)
}

fn says_the_same(from: &Minority, to: &Minority) -> bool {
    let settles = |entry: &Minority| -> Vec<String> { entry.would_settle.iter().map(|text| identity(text)).collect() };
    let said = |entry: &Minority| (entry.option.as_deref().map(identity), identity(&entry.words), settles(entry));
    said(from) == said(to) && from.estimate == to.estimate
}

fn minority(record: &Read) -> Vec<(Seat, Minority)> {
    let unit = record.decision.as_ref().and_then(|decision| decision.estimate.as_ref()).map(|estimate| &estimate.unit);
    let given =
        |estimate: Option<Estimate>| estimate.zip(unit).map(|(estimate, unit)| Given { estimate, unit: unit.clone() });
    let dissent = record.dissent.iter().map(|dissent| {
        let entry = Minority {
            name: record.name(dissent.seat),
            kind: dissent.kind.clone(),
            option: dissent.option.as_ref().map(|option| record.option_text(option)),
            estimate: given(dissent.estimate),
            words: dissent.words.clone(),
            would_settle: dissent.would_settle.clone(),
        };
        (dissent.seat, entry)
    });
    let blocking = record.blocking.iter().map(|objection| {
        let entry = Minority {
            name: record.name(objection.seat),
            kind: BLOCKING.to_owned(),
            option: None,
            estimate: None,
            words: objection.objection.clone(),
            would_settle: Vec::new(),
        };
        (objection.seat, entry)
    });
    dissent.chain(blocking).collect()
}

fn lists<T: Clone>(from: &[T], to: &[T], matched: &[Match], is_same: impl Fn(&T, &T) -> bool) -> Lists<T> {
    let mut lists = Lists { added: Vec::new(), removed: Vec::new(), changed: Vec::new() };
    for found in matched {
        match *found {
            (Some(a), Some(b)) if is_same(&from[a], &to[b]) => {}
            (Some(a), Some(b)) => lists.changed.push(Sides { from: from[a].clone(), to: to[b].clone() }),
            (Some(a), None) => lists.removed.push(from[a].clone()),
            (None, Some(b)) => lists.added.push(to[b].clone()),
            (None, None) => {}
        }
    }
    lists
}
