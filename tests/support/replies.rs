//! Replies for the scripted world: valid by default, and every way of failing.

use roundtable::debate::ask::Ask;
use roundtable::debate::reply::{Fault, FaultKind, Finish, Reply, Usage};
use roundtable::stats::shuffle;
use serde_json::{Map, Value, json};

use crate::support::world::{Answer, seat_of};

/// A reply with the given end.
pub(crate) fn reply(text: &str, finish: Finish) -> Reply {
    Reply {
        text: text.to_owned(),
        reasoning: None,
        model: "scripted".to_owned(),
        finish,
        usage: Usage { input_tokens: 100, output_tokens: 50, ..Usage::default() },
        cost_usd: Some(0.001),
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 5,
        requests: 1,
        lost: 0,
        loss: None,
    }
}

/// A complete reply.
pub(crate) fn said(text: &str) -> Reply {
    reply(text, Finish::Complete)
}

/// A complete reply of one JSON object.
pub(crate) fn json_reply(value: &Value) -> Reply {
    said(&value.to_string())
}

/// A fault of the asked voice.
pub(crate) fn fault(ask: &Ask, kind: FaultKind) -> Fault {
    Fault {
        kind,
        message: "scripted".to_owned(),
        provider: ask.voice.provider.clone(),
        model: ask.voice.model.clone(),
        status: None,
        request_id: None,
        hint: String::new(),
        requests: 1,
        lost: 0,
        loss: None,
    }
}

/// The default answer: valid, and drawn from the turn so that seats differ, move, repeat, rebut and concede.
pub(crate) fn by_default(ask: &Ask) -> Answer {
    Ok(json_reply(&answer(ask, 1)))
}

/// Like [`by_default`], drawn from another seed.
pub(crate) fn drawn(seed: u64) -> impl Fn(&Ask) -> Answer {
    move |ask| Ok(json_reply(&answer(ask, seed)))
}

/// The default answer with some fields replaced.
pub(crate) fn with(ask: &Ask, fields: &Value) -> Answer {
    let mut value = answer(ask, 1);
    for (name, field) in fields.as_object().unwrap() {
        value[name] = field.clone();
    }
    Ok(json_reply(&value))
}

/// An answer with the fields that the ask's schema names.
pub(crate) fn answer(ask: &Ask, seed: u64) -> Value {
    match ask.prompt.schema.name.as_str() {
        "sorting" => sorted(&listed(ask), plan_in),
        "perspectives" => perspectives(ask),
        "synthesis" => synthesis(ask),
        _ => fields(ask, seed),
    }
}

/// The fields of the ask's schema, filled in.
fn fields(ask: &Ask, seed: u64) -> Value {
    let properties = ask.prompt.schema.json["properties"].as_object().unwrap();
    let draw = |purpose: &str, bound: u64| shuffle::seed_for(seed, &format!("{purpose}/{}", ask.turn)) % bound;
    let options = option_ids(ask);
    let chosen =
        options.get((u64::from(seat_of(ask).unwrap_or(0)) + draw("drift", 3) / 2) as usize % options.len().max(1));
    let seen = claims_in(last_message(ask));
    let mut answer = Map::new();
    for name in properties.keys() {
        let value = match name.as_str() {
            "statement" => json!(format!("Plan {} is right, says {}.", plan(ask, seed), ask.turn)),
            "reasoning" | "because" => json!(format!("Reasons of {}", ask.turn)),
            "claims" => claims(ask, seed, &seen, &options),
            "concessions" => match seen.last() {
                Some(claim) if draw("concede", 3) == 0 => {
                    json!([{ "claim": claim, "consequence": "it weakens my case" }])
                }
                _ => json!([]),
            },
            "ratings" => options
                .iter()
                .map(|id| (id.clone(), json!(if Some(id) == chosen { 2 } else { 1 - draw(id, 3) as i64 })))
                .collect(),
            "estimate" => {
                let value = 8 + seat_of(ask).unwrap_or(0) + draw("drift", 3) as u32;
                json!({ "value": value, "low": value - 2, "high": f64::from(value) * 1.5 })
            }
            "option" => json!(chosen),
            "change" => match seen.first() {
                Some(claim) if draw("change", 2) == 0 => {
                    json!({ "because": "it convinced me", "decisive_claims": [claim] })
                }
                _ => Value::Null,
            },
            "opening_was" => match draw("correct", 4) {
                0 => json!(chosen),
                _ => Value::Null,
            },
            "confidence" => json!(50 + draw("confidence", 50)),
            "blocking" => Value::Null,
            "would_change_my_mind" => json!(["a trial that fails"]),
            "questions" => {
                json!([{ "kind": "evidence", "about": seen.first(), "text": format!("How is that known, asks {}?", ask.turn) }])
            }
            _ => Value::Null,
        };
        answer.insert(name.clone(), value);
    }
    Value::Object(answer)
}

fn claims(ask: &Ask, seed: u64, seen: &[String], options: &[String]) -> Value {
    let draw = |purpose: &str, bound: u64| shuffle::seed_for(seed, &format!("{purpose}/{}", ask.turn)) % bound;
    let claim = |place: u64| {
        // Some claims are made by several seats in the same words.
        let text = if draw("common", 4) == 0 {
            "The budget is fixed".to_owned()
        } else {
            format!("Claim {place} of {} holds", ask.turn)
        };
        let evidence = if draw("evidence", 2) == 0 {
            json!([{ "type": "example", "ref": "last year", "quote": "it worked" }])
        } else {
            json!([])
        };
        let rebuts: Vec<&String> = if draw("rebut", 2) == 0 { seen.iter().take(1).collect() } else { Vec::new() };
        let supports: Vec<&String> = options.iter().take(1 + draw("supports", 2) as usize).collect();
        json!({ "text": text, "kind": "fact", "evidence": evidence, "supports": supports, "rebuts": rebuts })
    };
    (0..draw("claims", 3)).map(claim).collect()
}

fn plan(ask: &Ask, seed: u64) -> &'static str {
    let place = u64::from(seat_of(ask).unwrap_or(0)) + shuffle::seed_for(seed, "plan") % 2;
    ["alpha", "beta", "alpha", "gamma"][place as usize % 4]
}

/// The option ids that the ask's schema offers.
pub(crate) fn option_ids(ask: &Ask) -> Vec<String> {
    let ratings = ask.prompt.schema.json["properties"]["ratings"]["properties"].as_object();
    ratings.map(|ratings| ratings.keys().cloned().collect()).unwrap_or_default()
}

/// The first message of a prompt: all there is of a moderator's, but for what follows an unreadable reply.
pub(crate) fn first_message(ask: &Ask) -> &str {
    &ask.prompt.messages.first().unwrap().text
}

/// The last message of a prompt.
pub(crate) fn last_message(ask: &Ask) -> &str {
    &ask.prompt.messages.last().unwrap().text
}

/// The ids of the claims quoted in a message.
pub(crate) fn claims_in(message: &str) -> Vec<String> {
    let id = |line: &str| {
        let word = line.strip_prefix("> ")?.split(' ').next()?;
        let digits = word.strip_prefix('c')?;
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.to_owned())
    };
    message.lines().filter_map(id).collect()
}

/// The statements listed in a sorting prompt, in their order there.
pub(crate) fn listed(ask: &Ask) -> Vec<String> {
    let lines: Vec<&str> = first_message(ask).lines().collect();
    let is_heading = |line: &str| line.strip_prefix("Statement ").is_some_and(|place| place.parse::<u32>().is_ok());
    let found = lines.windows(3).filter(|window| is_heading(window[0]) && window[1].starts_with("quoted "));
    found.map(|window| window[2].trim_start_matches("> ").to_owned()).collect()
}

/// The plan that a default statement speaks for.
pub(crate) fn plan_in(statement: &str) -> String {
    statement.split(' ').nth(1).unwrap_or("none").to_owned()
}

/// Sorts statements by what `group` makes of them.
pub(crate) fn sorted(statements: &[String], group: impl Fn(&str) -> String) -> Value {
    let mut piles: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let name = group(statement);
        match piles.iter_mut().find(|(other, _)| *other == name) {
            Some((_, members)) => members.push(index + 1),
            None => piles.push((name, vec![index + 1])),
        }
    }
    let options: Vec<Value> = piles
        .into_iter()
        .map(|(name, members)| json!({ "text": format!("Adopt {name}"), "statements": members, "contradicting": [] }))
        .collect();
    json!({ "options": options })
}

fn perspectives(ask: &Ask) -> Value {
    let count: usize =
        first_message(ask).split("Name exactly ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let names =
        ["Economist", "Nurse", "Engineer", "Historian", "Lawyer", "Farmer", "Teacher", "Actuary", "Editor", "Pilot"];
    let proposed: Vec<Value> = names
        .iter()
        .take(count)
        .map(|name| json!({ "name": name, "cares_about": format!("what a {name} sees") }))
        .collect();
    json!({ "perspectives": proposed })
}

fn synthesis(ask: &Ask) -> Value {
    let known: Vec<String> = claims_in(first_message(ask)).into_iter().take(1).collect();
    json!({
        "conclusion": "The panel has decided.",
        "rationale": [{ "text": "It rests on this", "claims": known }],
        "risks": [{ "text": "Invented", "claims": ["c9999"] }],
        "next_steps": ["Begin"],
        "would_change": ["A failed trial"],
    })
}

/// A way for an attempt to come to nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Miss {
    /// Prose in place of an object.
    Prose,
    /// Nothing at all.
    Empty,
    /// Cut off at the output limit.
    Cut,
    /// The model declines.
    Refusal,
    /// The provider's filter removes the text.
    Filter,
    /// No reply, for a reason that may pass.
    Network,
    /// No reply, for a reason that lasts.
    Auth,
}

/// What comes of an attempt that misses.
pub(crate) fn missed(ask: &Ask, miss: Miss) -> Answer {
    match miss {
        Miss::Prose => Ok(said("I would rather answer in prose.")),
        Miss::Empty => Ok(said("  \n")),
        Miss::Cut => Ok(reply("{\"reasoning\": \"it all began", Finish::Truncated)),
        Miss::Refusal => Ok(reply("I cannot help with that.", Finish::Refused)),
        Miss::Filter => Ok(reply("", Finish::Filtered)),
        Miss::Network => Err(Box::new(fault(ask, FaultKind::Network))),
        Miss::Auth => Err(Box::new(fault(ask, FaultKind::Auth))),
    }
}

/// A number below `bound`, drawn from a seed, a turn and the attempt at it.
pub(crate) fn chance(seed: u64, ask: &Ask, bound: u64) -> u64 {
    shuffle::seed_for(seed, &format!("{}/{}/{}", ask.turn, ask.attempt, ask.voice.provider)) % bound
}

/// The fields of a stance on `option`, rated best, without claims or any account; for [`with`].
pub(crate) fn holding(ask: &Ask, option: &str) -> Value {
    let ratings: Map<String, Value> =
        option_ids(ask).into_iter().map(|id| (id.clone(), json!(if id == option { 2 } else { -1 }))).collect();
    json!({
        "option": option, "ratings": ratings, "abstain_reason": null, "change": null, "opening_was": null,
        "claims": [], "concessions": [], "blocking_objection": null,
    })
}

/// A claim with evidence, in the words given.
pub(crate) fn claim(text: &str) -> Value {
    json!({ "text": text, "kind": "fact", "evidence": [{ "type": "example", "ref": "a case", "quote": "" }], "supports": [], "rebuts": [] })
}

/// A need, required or not.
pub(crate) fn need(query: &str, required: bool) -> Value {
    json!({ "query": query, "reason": "it would settle the matter", "required": required })
}
