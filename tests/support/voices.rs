//! What the panel of the tests says: valid replies to every form, each with words that occur in no other reply.
//!
//! Reads the form off the schema in the request, as a provider would; knows nothing of the program's own types.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::support::fake::{Behaviour, Script, Seen};

/// Perspectives that the moderator proposes, as many as there are seats.
pub(crate) const PERSPECTIVES: [&str; 5] = ["Botanist", "Jurist", "Plumber", "Harbour Pilot", "Night Nurse"];

/// The word that marks what reply `number` tells the others.
pub(crate) fn canary(number: usize) -> String {
    format!("zq{number:04}x")
}

/// The word that marks what reply `number` keeps to itself.
pub(crate) fn secret(number: usize) -> String {
    format!("zw{number:04}x")
}

/// The numbers of the marks that begin with `prefix` (`zq` or `zw`) in a text.
pub(crate) fn marks(prefix: &str, text: &str) -> BTreeSet<usize> {
    let after = text.match_indices(prefix).map(|(at, _)| &text[at + prefix.len()..]);
    after.filter_map(|rest| rest.get(..4).filter(|_| rest[4..].starts_with('x'))?.parse().ok()).collect()
}

/// Answers every request after `delay`.
pub(crate) fn script(delay: Duration) -> Script {
    Arc::new(move |seen, number| Behaviour::Delayed(delay, Box::new(Behaviour::Say(reply(seen, number)))))
}

/// A valid reply to a request, the `number`-th of its session.
pub(crate) fn reply(seen: &Seen, number: usize) -> String {
    let properties = seen.schema["properties"].as_object().unwrap_or_else(|| panic!("no schema in {seen:#?}"));
    let value = |(name, schema): (&String, &Value)| (name.clone(), field(seen, number, name, schema));
    Value::Object(properties.iter().map(value).collect::<Map<_, _>>()).to_string()
}

fn field(seen: &Seen, number: usize, name: &str, schema: &Value) -> Value {
    let (open, kept) = (canary(number), secret(number));
    match name {
        "reasoning" | "because" => json!(format!("Weighed with care, {kept}.")),
        "would_change_my_mind" => json!([format!("A trial that fails, {kept}")]),
        "statement" => json!(format!("As {} I say: do it, {open}.", persona(seen))),
        "claims" => json!([claim(&open)]),
        "confidence" => json!(75),
        "blocking" => Value::Null,
        "option" => json!(choice(seen, schema)),
        "estimate" => json!({ "value": 10 + number, "low": 9, "high": 20 + number }),
        "ratings" => ratings(seen, schema),
        "concessions" | "needs" | "rationale" | "risks" => json!([]),
        "abstain_reason" | "change" | "opening_was" | "blocking_objection" => Value::Null,
        "questions" => json!([{ "kind": "evidence", "about": null, "text": format!("How is that known, {open}?") }]),
        "perspectives" => perspectives(seen),
        "options" => sorted(seen, &open),
        "conclusion" => json!(format!("It is done, {open}.")),
        "next_steps" | "would_change" => json!(["Begin."]),
        other => panic!("no value for the field {other:?} in {schema}"),
    }
}

fn claim(open: &str) -> Value {
    let evidence = json!([{ "type": "example", "ref": format!("case {open}"), "quote": "" }]);
    json!({ "text": format!("It has worked before, {open}."), "kind": "fact", "evidence": evidence, "supports": [], "rebuts": [] })
}

/// The name that the speaker was given, if it was given one.
fn persona(seen: &Seen) -> &str {
    let told = seen.messages.iter().find_map(|(_, text)| text.split_once("You are ").map(|(_, rest)| rest));
    told.and_then(|rest| rest.split(['.', ':']).next()).unwrap_or("myself")
}

/// The option of a vendor at a point of its conversation; it moves on with every turn.
fn choice(seen: &Seen, schema: &Value) -> Option<String> {
    let options = options(schema);
    let vendor = ["anthropic", "openai_responses", "gemini", "perplexity"]
        .iter()
        .position(|wire| *wire == seen.vendor_wire)
        .unwrap_or(0);
    options.get((vendor + seen.messages.len() / 2) % options.len().max(1)).cloned()
}

/// The names in an enum, wherever the vendor's dialect has put it.
fn options(schema: &Value) -> Vec<String> {
    let places = std::iter::once(schema).chain(schema["anyOf"].as_array().into_iter().flatten());
    let names = places.filter_map(|place| place["enum"].as_array()).flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn ratings(seen: &Seen, schema: &Value) -> Value {
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let rating = |place: usize| (place + seen.messages.len()) as i64 % 5 - 2;
    Value::Object(names.iter().enumerate().map(|(place, name)| ((*name).clone(), json!(rating(place)))).collect())
}

fn perspectives(seen: &Seen) -> Value {
    let told = &seen.messages.last().unwrap().1;
    let count = told.split_once("Name exactly ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok()).unwrap();
    PERSPECTIVES[..count].iter().map(|name| json!({ "name": name, "cares_about": "what it knows best" })).collect()
}

/// Sorts the statements into two piles, by the order in which they were made, whatever the order of listing.
fn sorted(seen: &Seen, open: &str) -> Value {
    let told = &seen.messages.last().unwrap().1;
    let statements: Vec<usize> =
        told.split("\nend of quote").filter_map(|part| marks("zq", part).into_iter().next()).collect();
    let mut order = statements.clone();
    order.sort_unstable();
    let (early, late) = order.split_at(order.len().div_ceil(2));
    let piles = [("Do it now", early), ("Do it later", late)].into_iter().filter(|(_, pile)| !pile.is_empty());
    let places = |pile: &[usize]| -> Vec<usize> {
        let place = |made: &usize| statements.iter().position(|other| other == made).unwrap() + 1;
        pile.iter().map(place).collect()
    };
    piles.map(|(text, pile)| json!({ "text": format!("{text}, {open}."), "statements": places(pile), "contradicting": [] })).collect()
}
