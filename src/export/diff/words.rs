//! A diff for people: one line for every change, the decision first, the price last.

use serde_json::Value;

use crate::debate::estimate::{PRECISIONS, Precision};
use crate::debate::log::estimates::worded;
use crate::debate::text::{clip, line};
use crate::export::diff::ballots::{Ballot, Given, Stood};
use crate::export::diff::changes::{Change, Claim, Diff, Head, Lists, Member, Minority, Sides};
use crate::export::escaping::escaped;
use crate::export::figures::{money, percent};

/// How much of a text is quoted, in characters; the whole is in the JSON.
const QUOTED_CHARS_MAX: usize = 200;
/// How much of what a persona cares about is.
const CHARACTER_CHARS_MAX: usize = 80;

/// What a line is about.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Added,
    Removed,
    Changed,
}

/// A line that may begin with its mark. What it quotes may hold markup.
type Line = (Option<Mark>, String);

/// Renders a diff for a terminal; nothing where nothing differs. Holds no control characters but line feeds.
pub fn text(diff: &Diff) -> String {
    let mut out = String::new();
    for (title, lines) in sections(diff) {
        out.push_str(&format!("{}{title}\n", if out.is_empty() { "" } else { "\n" }));
        for (mark, words) in lines {
            let sign = match mark {
                Some(Mark::Added) => "+ ",
                Some(Mark::Removed) => "- ",
                Some(Mark::Changed) => "~ ",
                None => "",
            };
            out.push_str(&format!("  {sign}{}\n", line(&words)));
        }
    }
    out
}

/// Renders a diff for a pull request; nothing where nothing differs. What models and askers wrote cannot become markup.
pub fn markdown(diff: &Diff) -> String {
    let mut parts = Vec::new();
    for (title, lines) in sections(diff) {
        let entry = |(mark, words): Line| {
            let sign = match mark {
                Some(Mark::Added) => "**added** ",
                Some(Mark::Removed) => "**removed** ",
                Some(Mark::Changed) | None => "",
            };
            format!("- {sign}{}", escaped(&words))
        };
        let lines: Vec<String> = lines.into_iter().map(entry).collect();
        parts.push(format!("## {title}\n\n{}", lines.join("\n")));
    }
    if parts.is_empty() { String::new() } else { parts.join("\n\n") + "\n" }
}

/// The parts that differ, each with a title.
fn sections(diff: &Diff) -> Vec<(&'static str, Vec<Line>)> {
    if diff.parts().is_empty() {
        return Vec::new();
    }
    let unmarked = |changes: &[Change]| changes.iter().map(|change| (None, named(change))).collect();
    let head = |side: &str, head: &Head| (None, format!("{side}: {}, {}", quoted(&head.session), quoted(&head.opened)));
    let options =
        Lists { added: diff.options.added.clone(), removed: diff.options.removed.clone(), changed: Vec::new() };
    let sections = [
        ("Sessions", vec![head("from", &diff.from), head("to", &diff.to)]),
        ("Outcome", unmarked(&diff.outcome)),
        ("Options", marked(&options, |option| quoted(option), |_| String::new())),
        ("Ballots", diff.ballots.iter().map(|sides| (None, ballot(sides))).collect()),
        ("Dissent", marked(&diff.dissent, minority, minority_change)),
        ("Claims", marked(&diff.claims, claim, claim_change)),
        ("Panel", marked(&diff.panel, member, member_change)),
        ("Settings", unmarked(&diff.settings)),
        ("Usage", unmarked(&diff.usage)),
    ];
    sections.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

fn marked<T>(lists: &Lists<T>, one: impl Fn(&T) -> String, both: impl Fn(&Sides<T>) -> String) -> Vec<Line> {
    let added = lists.added.iter().map(|entry| (Some(Mark::Added), one(entry)));
    let removed = lists.removed.iter().map(|entry| (Some(Mark::Removed), one(entry)));
    let changed = lists.changed.iter().map(|sides| (Some(Mark::Changed), both(sides)));
    removed.chain(added).chain(changed).collect()
}

fn quoted(text: &str) -> String {
    clip(text, QUOTED_CHARS_MAX)
}

fn named(change: &Change) -> String {
    let (name, value): (&str, fn(&Value) -> String) = match change.name {
        "agreement" => ("agreement", |value| value.as_f64().map_or_else(none, percent)),
        "cost_usd" => ("price", |value| money(value.as_f64())),
        "label" | "status" | "level" => (change.name, |value| value.as_str().map_or_else(none, spaced)),
        "caveats" => ("caveats", |value| list(value, spaced)),
        "moderators" => ("moderators", |value| list(value, str::to_owned)),
        "input_tokens" => ("input tokens", Value::to_string),
        "output_tokens" => ("output tokens", Value::to_string),
        other => (other, |value| value.as_str().map_or_else(|| plain(value), quoted)),
    };
    format!("{name}: {} → {}", value(&change.from), value(&change.to))
}

/// How a value moved; none where it stands still.
fn moved(from: &str, to: &str) -> Option<String> {
    (from != to).then(|| format!("{from} → {to}"))
}

/// The name on both sides, or both names.
fn either<T: AsRef<str>>(from: Option<T>, to: Option<T>) -> String {
    let names: Vec<String> = from.iter().chain(&to).map(|name| quoted(name.as_ref())).collect();
    match names.as_slice() {
        [from, to] if from != to => format!("{from} / {to}"),
        [name, ..] => name.clone(),
        [] => String::new(),
    }
}

/// What differs; texts may differ only in what was clipped.
fn joined(parts: &[String]) -> String {
    if parts.is_empty() { "differs further on in its text".to_owned() } else { parts.join("; ") }
}

fn none() -> String {
    "none".to_owned()
}

fn plain(value: &Value) -> String {
    if value.is_null() { none() } else { value.to_string() }
}

/// A label as people read it.
fn spaced(label: &str) -> String {
    label.replace('_', " ")
}

fn list(value: &Value, word: impl Fn(&str) -> String) -> String {
    words_of(value.as_array().into_iter().flatten().filter_map(Value::as_str).map(word))
}

fn words_of(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { none() } else { words.join(", ") }
}

fn ballot(sides: &Sides<Option<Ballot>>) -> String {
    let (from, to) = (sides.from.as_ref(), sides.to.as_ref());
    let names: Vec<&str> = [from, to].into_iter().flatten().map(|ballot| ballot.name.as_str()).collect();
    let mut parts =
        vec![told_apart(|number| stood(from, number), |number| stood(to, number)).unwrap_or_else(|| stood(to, worded))];
    if let (Some(from), Some(to)) = (from, to) {
        parts.extend(moved(&confidence(from), &confidence(to)).map(|moved| format!("confidence {moved}")));
        let rated = from.rated_otherwise(to);
        parts.extend(rated.iter().map(|(option, was, is)| format!("rates {} {was:+} → {is:+}", quoted(option))));
    }
    format!("{}: {}", either(names.first(), names.last()), parts.join("; "))
}

fn stood(ballot: Option<&Ballot>, number: Precision) -> String {
    match ballot.map(|ballot| (ballot.stood, ballot.option.as_deref())) {
        None => "no seat".to_owned(),
        Some((Stood::Chose, option)) => quoted(
            option.unwrap_or(
                &ballot
                    .and_then(|ballot| ballot.estimate.as_ref())
                    .map(|estimate| given(estimate, number))
                    .unwrap_or_default(),
            ),
        ),
        Some((Stood::Abstained, _)) => "abstains".to_owned(),
        Some((Stood::Uncounted, _)) => "not counted".to_owned(),
        Some((Stood::Absent, _)) => "absent".to_owned(),
    }
}

/// A number with the range around it.
fn given(Given { estimate, unit }: &Given, number: Precision) -> String {
    let (value, low, high) = (number(estimate.value), number(estimate.low), number(estimate.high));
    format!("{value} {unit} ({low} to {high})")
}

/// How a side with numbers moved, each with as many digits as it takes to see that; none where it stands still.
fn told_apart(from: impl Fn(Precision) -> String, to: impl Fn(Precision) -> String) -> Option<String> {
    PRECISIONS.iter().find_map(|number| moved(&from(*number), &to(*number)))
}

fn confidence(ballot: &Ballot) -> String {
    ballot.confidence.map_or_else(none, percent)
}

fn minority(entry: &Minority) -> String {
    let option = entry.option.as_ref().map(|option| quoted(option));
    let held = option.or_else(|| Some(given(entry.estimate.as_ref()?, worded)));
    let option = held.map(|held| format!(", {held}")).unwrap_or_default();
    format!("{} ({}{option}): {}", quoted(&entry.name), spaced(&entry.kind), quoted(&entry.words))
}

fn minority_change(sides: &Sides<Minority>) -> String {
    let (from, to) = (&sides.from, &sides.to);
    let option = |entry: &Minority| entry.option.as_deref().map_or_else(none, quoted);
    let mut parts: Vec<String> = moved(&option(from), &option(to)).into_iter().collect();
    let number =
        |entry: &Minority, precision| entry.estimate.as_ref().map_or_else(none, |estimate| given(estimate, precision));
    parts.extend(told_apart(|precision| number(from, precision), |precision| number(to, precision)));
    parts.extend(moved(&quoted(&from.words), &quoted(&to.words)));
    let settles = |entry: &Minority| words_of(entry.would_settle.iter().map(|text| quoted(text)));
    parts.extend(moved(&settles(from), &settles(to)).map(|moved| format!("would settle it: {moved}")));
    format!("{} ({}): {}", either(Some(&from.name), Some(&to.name)), spaced(&to.kind), joined(&parts))
}

fn claim(claim: &Claim) -> String {
    format!("{} ({}, {})", quoted(&claim.text), quoted(&claim.name), spaced(&claim.status))
}

fn claim_change(sides: &Sides<Claim>) -> String {
    format!("{}: {} → {}", quoted(&sides.from.text), spaced(&sides.from.status), spaced(&sides.to.status))
}

fn member(member: &Member) -> String {
    format!(
        "seat {}: {} ({} · {}), {}",
        member.seat,
        quoted(&member.name),
        quoted(&member.provider),
        quoted(&member.model),
        clip(&member.character, CHARACTER_CHARS_MAX)
    )
}

fn member_change(sides: &Sides<Member>) -> String {
    let (from, to) = (&sides.from, &sides.to);
    let voice = |member: &Member| format!("{} · {}", quoted(&member.provider), quoted(&member.model));
    let character = |member: &Member| clip(&member.character, CHARACTER_CHARS_MAX);
    let parts = [
        moved(&voice(from), &voice(to)),
        moved(&character(from), &character(to)),
        (from.seat != to.seat).then(|| format!("seat {} → {}", from.seat, to.seat)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let name = moved(&quoted(&from.name), &quoted(&to.name)).unwrap_or_else(|| quoted(&to.name));
    // A name that differs is difference enough.
    if parts.is_empty() && from.name != to.name { name } else { format!("{name}: {}", joined(&parts)) }
}
