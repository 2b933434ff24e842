//! The rehearsal: scripted answers to every form, so that a debate can be seen, tried and tested without a key.
//!
//! Announced wherever its words appear, and never chosen silently. The script depends on the prompt alone: the same
//! debate rehearses the same way every time. It plays a panel of which most lean one way, one holds out, and one is
//! moved by a claim.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::debate::agent::{Seat, Voice};
use crate::debate::ask::{Ask, Role};
use crate::debate::log::ids::Speaker;
use crate::debate::reply::{Finish, Reply, Usage};
use crate::providers::provider::{Asking, OnProgress, Progress, Provider};

/// The provider's name, in ids and records.
pub const NAME: &str = "rehearsal";

/// How every surface announces it.
pub const NOTE: &str = "rehearsal: no model was asked";

/// Pieces in which a reply arrives when it is paced.
const PIECES: usize = 12;

/// The scripted provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rehearsal {
    pace: Duration,
}

impl Rehearsal {
    /// A rehearsal whose replies take `pace` each to arrive; none at all when it is zero.
    pub fn new(pace: Duration) -> Self {
        Self { pace }
    }
}

/// The voice that plays every seat.
pub fn voice() -> Voice {
    Voice { provider: NAME.to_owned(), model: "script".to_owned(), family: NAME.to_owned() }
}

impl Provider for Rehearsal {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let text = compose(ask).to_string();
            Ok(played(self, ask, text, progress).await)
        })
    }
}

/// Lets a text arrive at the rehearsal's pace.
pub(super) async fn played(rehearsal: &Rehearsal, ask: &Ask, text: String, progress: OnProgress<'_>) -> Reply {
    for piece in pieces(&text) {
        if !rehearsal.pace.is_zero() {
            tokio::time::sleep(rehearsal.pace / u32::try_from(PIECES).unwrap_or(1)).await;
        }
        progress(Progress::Delta(piece.to_owned()));
    }
    reply(ask, text, rehearsal.pace)
}

fn reply(ask: &Ask, text: String, pace: Duration) -> Reply {
    let tokens = |bytes: usize| (bytes as u64).div_ceil(4);
    let input = ask.prompt.shared.len() + ask.prompt.messages.iter().map(|message| message.text.len()).sum::<usize>();
    let usage =
        Usage { input_tokens: tokens(input), output_tokens: tokens(text.len()), estimated: true, ..Usage::default() };
    Reply {
        text,
        reasoning: None,
        model: ask.voice.model.clone(),
        finish: Finish::Complete,
        usage,
        cost_usd: Some(0.0),
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: u64::try_from(pace.as_millis()).unwrap_or(u64::MAX),
        requests: 1,
        lost: 0,
        loss: None,
    }
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let size = text.len().div_ceil(PIECES).max(1);
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut cut = size.min(rest.len());
        while !rest.is_char_boundary(cut) {
            cut += 1;
        }
        let (piece, after) = rest.split_at(cut);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Positions on an open question, in the order in which the script hands them out.
const POSITIONS: [&str; 3] = [
    "Go ahead, in small steps that can each be taken back.",
    "Wait until the cost of the present state has been measured.",
    "Leave it as it is, and mend the worst part first.",
];

/// What is said in support, one a seat and round.
const REASONS: [&str; 8] = [
    "A small step shows within weeks what a plan can only guess at.",
    "The people who would do the work have not been asked yet.",
    "Nobody has measured what the present state costs in a month.",
    "A step that can be taken back costs little when it turns out wrong.",
    "The last change of this size took twice as long as planned.",
    "The risk sits in the hand-over, not in the decision.",
    "Doing nothing is a choice too, and has its own price.",
    "The part that hurts most can be mended without the rest.",
];

fn compose(ask: &Ask) -> Value {
    let told = ask
        .prompt
        .messages
        .iter()
        .rfind(|message| message.role == Role::User)
        .map_or("", |message| message.text.as_str());
    let properties = ask.prompt.schema.json.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut answer = Map::new();
    for (name, schema) in &properties {
        answer.insert(name.clone(), field(ask, name, schema, told));
    }
    Value::Object(answer)
}

fn field(ask: &Ask, name: &str, schema: &Value, told: &str) -> Value {
    let seat = seat(ask);
    match name {
        "reasoning" | "because" => json!("The script gives this seat this part."),
        "statement" => json!(statement(ask, told)),
        "claims" => claims(ask, told),
        "ratings" => ratings(ask, schema, told),
        "estimate" => estimate(ask, told),
        "option" => option_of(ask, told).map_or(Value::Null, |option| json!(option)),
        "change" => change(ask, told),
        "confidence" => json!(60 + seat % 4 * 10),
        "blocking" => json!(false),
        "would_change_my_mind" => json!(["a measurement that shows the opposite"]),
        "questions" => questions(seat, told),
        "perspectives" => perspectives(told),
        "options" => sorted(told),
        "conclusion" => json!("This was a rehearsal: the script was followed to its end, and no model was asked."),
        "rationale" => {
            json!([{ "text": "The script gives its first option the most support.", "claims": claim_ids(told).into_iter().take(2).collect::<Vec<_>>() }])
        }
        "next_steps" => json!(["Set an API key and run the same command without --rehearse."]),
        "would_change" => json!(["Asking real models."]),
        "concessions" | "risks" => json!([]),
        // What is left may be null: an objection, a correction, a reason to abstain.
        _ => Value::Null,
    }
}

fn seat(ask: &Ask) -> u32 {
    match ask.turn.speaker {
        Speaker::Seat(Seat(seat)) => seat,
        Speaker::Moderator => 0,
    }
}

/// The option a seat opens with: most lean to the first, every third seat to the second, every fourth to the third.
fn leaning(seat: u32) -> usize {
    match seat {
        seat if seat.is_multiple_of(3) => 1,
        seat if is_movable(seat) => 2,
        _ => 0,
    }
}

/// The seats that move to the first option once they have seen a claim for it.
fn is_movable(seat: u32) -> bool {
    seat.is_multiple_of(4)
}

fn statement(ask: &Ask, told: &str) -> String {
    let takes_stance = ask.prompt.schema.json.pointer("/properties/abstain_reason").is_some();
    if gives_number(ask) {
        return format!("I give {}: {}", value(ask, told), reason(ask));
    }
    match option_of(ask, told) {
        Some(option) => format!("I hold {option}: {}", reason(ask)),
        None if takes_stance => POSITIONS[leaning(seat(ask))].to_owned(),
        // A role argues its side; the position is not its own.
        None => reason(ask).to_owned(),
    }
}

/// Ids of the options that the contract offers, in order.
fn offered(ask: &Ask) -> Vec<String> {
    let choices = ask.prompt.schema.json.pointer("/properties/option/enum").and_then(Value::as_array);
    choices.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn option_of(ask: &Ask, told: &str) -> Option<String> {
    let options = offered(ask);
    let seat = seat(ask);
    let opening = counted_for(ask)
        .unwrap_or_else(|| options.get(leaning(seat) % options.len().max(1)).cloned().unwrap_or_default());
    let moves = is_movable(seat) && convincing(ask, told).is_some();
    if moves { options.first().cloned() } else { Some(opening).filter(|option| options.contains(option)) }
}

/// The option that the seat's opening statement was counted for, where it has been told.
fn counted_for(ask: &Ask) -> Option<String> {
    let told = ask
        .prompt
        .messages
        .iter()
        .find_map(|message| message.text.split("Your opening statement was counted for ").nth(1))?;
    Some(told.chars().take_while(|c| c.is_ascii_alphanumeric()).collect())
}

/// A claim for the first option with evidence, anywhere in the conversation.
fn convincing(ask: &Ask, told: &str) -> Option<String> {
    let earlier = ask.prompt.messages.iter().map(|message| message.text.as_str()).chain([told]);
    earlier.flat_map(str::lines).filter(|line| line.contains("[for o1]")).find_map(claim_id)
}

/// The id at the start of a quoted claim such as `> c3 (fact): …`.
fn claim_id(line: &str) -> Option<String> {
    let id = line.strip_prefix("> ")?.split(' ').next()?;
    let digits = id.strip_prefix('c')?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

fn claim_ids(told: &str) -> Vec<String> {
    told.lines().filter_map(claim_id).collect()
}

/// How many replies the seat has given before.
fn step(ask: &Ask) -> usize {
    ask.prompt.messages.iter().filter(|message| message.role == Role::Assistant).count()
}

fn reason(ask: &Ask) -> &'static str {
    REASONS[(seat(ask) as usize + 4 * step(ask)) % REASONS.len()]
}

fn claims(ask: &Ask, told: &str) -> Value {
    let seat = seat(ask);
    // After two turns everything has been said.
    if step(ask) > 1 {
        return json!([]);
    }
    // A side speaks for the leading option or for none; while there are no options, nobody speaks for one.
    let knows_options = ask.prompt.shared.contains("\n> o1: ")
        || ask.prompt.messages.iter().any(|message| message.text.contains("\n> o1: "));
    let side = || (seat % 2 == 1 && knows_options).then(|| "o1".to_owned());
    let supports: Vec<String> = option_of(ask, told).or_else(side).into_iter().collect();
    let rebuts: Vec<String> = if step(ask) > 0 { claim_ids(told).into_iter().take(1).collect() } else { Vec::new() };
    json!([{
        "text": reason(ask),
        "kind": "inference",
        "evidence": [{ "type": "example", "ref": "rehearsal script", "quote": "" }],
        "supports": supports,
        "rebuts": rebuts,
    }])
}

fn ratings(ask: &Ask, schema: &Value, told: &str) -> Value {
    let chosen = option_of(ask, told);
    let ids = schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let rated = ids.map(|id| (id.clone(), json!(if Some(id) == chosen.as_ref() { 2 } else { -1 })));
    Value::Object(rated.collect())
}

/// The number a seat opens with, in whatever unit; the third of every five lies far out and stays there.
const NUMBERS: [f64; 5] = [8.0, 12.0, 24.0, 10.0, 9.0];
/// A seat that opens beyond this stays there.
const FAR_OUT: f64 = 20.0;
/// What the others move towards until they are told a median.
const MIDDLE: f64 = 10.0;

fn gives_number(ask: &Ask) -> bool {
    ask.prompt.schema.json.pointer("/properties/estimate").is_some()
}

/// The number of a seat: halfway from where it opened to the middle with its second reply, and so on, to quarters.
fn value(ask: &Ask, told: &str) -> f64 {
    let own = NUMBERS[seat(ask) as usize % NUMBERS.len()];
    if own > FAR_OUT {
        return own;
    }
    let median =
        told.split("\nmedian ").nth(1).and_then(|rest| rest.split(',').next()).and_then(|text| text.parse().ok());
    let middle: f64 = median.unwrap_or(MIDDLE);
    let way = 1.0 - 0.5f64.powi(i32::try_from(step(ask)).unwrap_or(i32::MAX));
    ((own + (middle - own) * way) * 4.0).round() / 4.0
}

fn estimate(ask: &Ask, told: &str) -> Value {
    let value = value(ask, told);
    json!({ "low": value * 0.75, "high": value * 1.5, "value": value })
}

fn change(ask: &Ask, told: &str) -> Value {
    if gives_number(ask) {
        let moves = NUMBERS[seat(ask) as usize % NUMBERS.len()] != value(ask, told);
        return match claim_ids(told).first().filter(|_| moves) {
            Some(claim) => {
                json!({ "because": format!("Claim {claim} bears on the number."), "decisive_claims": [claim] })
            }
            None => Value::Null,
        };
    }
    match convincing(ask, told).filter(|_| is_movable(seat(ask))) {
        Some(claim) => {
            json!({ "because": format!("Claim {claim} weighs more than what I held."), "decisive_claims": [claim] })
        }
        None => Value::Null,
    }
}

fn questions(seat: u32, told: &str) -> Value {
    let kinds = ["assumption", "evidence", "counterexample"];
    let about = claim_ids(told).into_iter().next();
    json!([{ "kind": kinds[seat as usize % kinds.len()], "about": about, "text": "What would have to be true for this to hold, and how could it be seen?" }])
}

const PERSPECTIVES: [(&str, &str); 10] = [
    ("Operations", "what has to be kept running, and by whom"),
    ("Finance", "what it costs, and when"),
    ("Users", "what changes for those who depend on it"),
    ("Security", "what can be abused or lost"),
    ("Delivery", "what can be done in which order"),
    ("Law", "what is owed, and to whom"),
    ("Support", "what will be asked and by how many"),
    ("Strategy", "what it opens and what it closes"),
    ("Quality", "how a failure would be noticed"),
    ("Hiring", "who can do it, and who would want to"),
];

fn perspectives(told: &str) -> Value {
    let count = told
        .split("Name exactly ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .and_then(|count| count.parse().ok())
        .unwrap_or(4usize);
    let named = (0..count).map(|place| {
        let (name, cares_about) = PERSPECTIVES[place % PERSPECTIVES.len()];
        let name = if place < PERSPECTIVES.len() {
            name.to_owned()
        } else {
            format!("{name} {}", place / PERSPECTIVES.len() + 1)
        };
        json!({ "name": name, "cares_about": cares_about })
    });
    Value::Array(named.collect())
}

/// Puts statements in the same words together.
fn sorted(told: &str) -> Value {
    let mut piles: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, block) in told.split("Statement ").skip(1).enumerate() {
        let text = block.lines().filter_map(|line| line.strip_prefix("> ")).collect::<Vec<_>>().join(" ");
        match piles.iter_mut().find(|(words, _)| *words == text) {
            Some((_, members)) => members.push(place + 1),
            None => piles.push((text, vec![place + 1])),
        }
    }
    // The option with the most statements comes first, so that the script's majority is `o1`.
    piles.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    json!(
        piles
            .iter()
            .map(|(text, members)| json!({ "text": text, "statements": members, "contradicting": [] }))
            .collect::<Vec<_>>()
    )
}
