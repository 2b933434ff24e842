//! What the forms ask for: their fields, who is asked for the compact ones, and what they cost.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use roundtable::debate::agent::Seat;
use roundtable::debate::ask::{Ask, Prompt};
use roundtable::debate::log::gate::GateTerms;
use roundtable::debate::log::ids::Speaker;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::response::Response;
use roundtable::providers::table;
use serde_json::{Value, json};

use crate::support::replies::{Miss, by_default, json_reply, missed};
use crate::support::world::{World, built_in, choice, seat_of, setup};

/// The properties of a prompt's schema, in order.
fn fields(prompt: &Prompt) -> Vec<String> {
    prompt.schema.json["properties"].as_object().unwrap().keys().cloned().collect()
}

/// The first ask of seat 1 in a phase, where `change` has been made to the session.
fn first_ask(mode: &str, phase: &str, change: impl Fn(&mut Setup)) -> Ask {
    let mut setup = setup(&built_in(mode), 3, choice());
    change(&mut setup);
    let world = World::open(setup, &by_default, 1).finish();
    let asked = world.asked_in(phase).into_iter().find(|ask| seat_of(ask) == Some(1));
    asked.unwrap_or_else(|| panic!("{mode} has no {phase}")).clone()
}

fn is_compact(setup: &mut Setup) {
    setup.compact = (1..=3).map(|seat| Speaker::Seat(Seat(seat))).chain([Speaker::Moderator]).collect();
}

fn is_gated(setup: &mut Setup) {
    setup.gate = Some(GateTerms { no_blocking_dissent: true, ..GateTerms::default() });
}

#[track_caller]
fn check_fields(ask: &Ask, wanted: &[&str]) {
    assert_eq!(fields(&ask.prompt), wanted, "{}", ask.turn);
    let told = ask.prompt.messages.last().unwrap();
    assert!(told.text.contains(&format!("Fields, in this order: {}.", wanted.join(", "))), "{}", told.text);
}

#[test]
fn a_form_asks_for_the_vote_first_and_for_nothing_that_cannot_be_filled() {
    let vote = ["option", "abstain_reason", "ratings"];
    let opening =
        [&["reasoning", "statement"][..], &vote, &["confidence", "claims", "would_change_my_mind", "needs"]].concat();
    let asked = first_ask("collaborative", "opening", |_| {});
    check_fields(&asked, &opening);
    let claim = &asked.prompt.schema.json["properties"]["claims"]["items"]["properties"];
    assert!(claim["supports"].is_object() && claim["rebuts"].is_null(), "nobody has made a claim yet: {claim}");

    let exchange = [
        &["reasoning", "statement"][..],
        &vote,
        &["change", "confidence", "claims", "concessions", "would_change_my_mind", "needs"],
    ];
    check_fields(&first_ask("collaborative", "exchange", |_| {}), &exchange.concat());
    let ballot = [&["because", "statement"][..], &vote, &["blocking", "blocking_objection", "confidence"]].concat();
    check_fields(&first_ask("vote", "poll", |_| {}), &ballot);
}

#[test]
fn a_compact_form_asks_for_a_reason_a_statement_the_vote_and_a_confidence() {
    for (mode, phase, reason) in [
        ("collaborative", "opening", "reasoning"),
        ("collaborative", "exchange", "reasoning"),
        ("vote", "poll", "because"),
    ] {
        let asked = first_ask(mode, phase, is_compact);
        check_fields(&asked, &[reason, "statement", "option", "confidence"]);
        assert!(asked.prompt.schema.json["properties"]["statement"]["maxLength"].is_number());
        for left_out in ["ratings", "claims", "would_change_my_mind", "abstain_reason"] {
            assert!(
                !asked.prompt.shared.contains(&format!("- {left_out}:")),
                "{mode}: {left_out} in {}",
                asked.prompt.shared
            );
        }
    }
    let gated = |setup: &mut Setup| {
        is_compact(setup);
        is_gated(setup);
    };
    let objecting = ["because", "statement", "option", "blocking", "blocking_objection", "confidence"];
    check_fields(&first_ask("vote", "poll", gated), &objecting);
}

/// Answers in the compact form.
fn said_compactly(ask: &Ask, option: Value, confidence: Value) -> Value {
    let reason = if ask.prompt.schema.name == "ballot" { "because" } else { "reasoning" };
    json!({ reason: "It is sound.", "statement": "I say so.", "option": option, "confidence": confidence })
}

#[test]
fn a_compact_panel_decides() {
    let mut setup = setup(&built_in("vote"), 3, choice());
    is_compact(&mut setup);
    let script = |ask: &Ask| match seat_of(ask) {
        Some(3) => Ok(json_reply(&said_compactly(ask, Value::Null, json!(0)))),
        Some(_) => Ok(json_reply(&said_compactly(ask, json!("o2"), json!(85)))),
        None => Ok(json_reply(&json!({ "conclusion": "o2 it is." }))),
    };
    let world = World::open(setup, &script, 1).finish();
    let read: Vec<(Option<String>, Option<String>, Option<f64>)> = world
        .asked_in("poll")
        .into_iter()
        .map(|ask| {
            let Some(Response::Ballot(ballot)) = world.response(&ask.turn.to_string()) else { panic!("{}", ask.turn) };
            let option = ballot.stance.option.as_ref().map(|option| option.0.clone());
            (option, ballot.stance.abstained.clone(), ballot.confidence)
        })
        .collect();
    let mut sorted = read.clone();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(sorted[0], (None, Some("I say so.".to_owned()), Some(0.0)), "null abstains");
    assert_eq!(sorted[1..], [(Some("o2".to_owned()), None, Some(0.85)), (Some("o2".to_owned()), None, Some(0.85))]);
}

#[test]
fn who_was_cut_off_is_asked_again_for_the_compact_form() {
    let script = |ask: &Ask| match (seat_of(ask), ask.attempt) {
        (Some(1), 1) => missed(ask, Miss::Cut),
        (Some(1), _) => Ok(json_reply(&said_compactly(ask, json!("o1"), json!(60)))),
        _ => by_default(ask),
    };
    let world = World::open(setup(&built_in("vote"), 3, choice()), &script, 1).finish();
    let asked: Vec<&Ask> = world.asked_in("poll").into_iter().filter(|ask| seat_of(ask) == Some(1)).collect();
    assert!(fields(&asked[0].prompt).contains(&"ratings".to_owned()));
    check_fields(asked[1], &["because", "statement", "option", "confidence"]);
    assert!(world.response(&asked[1].turn.to_string()).unwrap().is_valid());
}

#[test]
fn small_models_on_a_server_of_ones_own_are_asked_for_less() {
    for (provider, model, wanted) in [
        ("llamacpp", "default", true),
        ("llamacpp", "SmolLM2-135M-Instruct", true),
        ("llamacpp", "Qwen3-30B-A3B", false),
        ("ollama", "gpt-oss:20b", false),
        ("ollama", "smollm2:135m", true),
        ("ollama", "llama3.2:1b", true),
        ("ollama", "qwen3:4b", true),
        ("ollama", "mistral", false),
        ("lmstudio", "qwen/qwen3-1.7b", true),
        ("vllm", "meta-llama/Llama-3.1-8B-Instruct", false),
        ("groq", "llama-3.2-1b-preview", false),
        ("anthropic", "claude-haiku-5-5", false),
    ] {
        assert_eq!(table::is_compact(table::find(provider).unwrap(), model), wanted, "{provider}={model}");
    }
}

/// Tokens of a text as plans count them: four bytes each.
fn tokens(value: &Value) -> usize {
    value.to_string().len().div_ceil(4)
}

/// A recorded reply as a form of these fields would have held it.
fn held_by(reply: &Value, names: &BTreeSet<String>) -> Value {
    let mut held: Value = reply
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| names.contains(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(share) = held["confidence"].as_f64() {
        held["confidence"] = json!((share * 20.0).round() as i64 * 5);
    }
    if names.contains("blocking") {
        held["blocking"] = json!(!held["blocking_objection"].is_null());
    }
    held
}

#[test]
fn recorded_replies_cost_less_in_the_compact_form() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let logs = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let logs = logs.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    let is_former = |path: &Path| {
        ["v1-", "v2-", "v3-", "v4-"].iter().any(|start| path.file_name().unwrap().to_str().unwrap().starts_with(start))
    };
    let replies: Vec<Value> = logs
        .filter(|path| is_former(path))
        .flat_map(|path| {
            fs::read_to_string(path)
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .collect::<Vec<_>>()
        })
        .filter_map(|event| serde_json::from_str(event["reply"]["text"].as_str()?).ok())
        .collect();
    for (mode, phase, reason) in [("collaborative", "exchange", "reasoning"), ("vote", "poll", "because")] {
        let of_form: Vec<&Value> =
            replies.iter().filter(|reply| reply[reason].is_string() && reply["option"].is_string()).collect();
        let cost = |names: &BTreeSet<String>| {
            of_form.iter().map(|reply| tokens(&held_by(reply, names))).sum::<usize>() / of_form.len()
        };
        let names = |change: fn(&mut Setup)| fields(&first_ask(mode, phase, change).prompt).into_iter().collect();
        let former = of_form.iter().map(|reply| tokens(reply)).sum::<usize>() / of_form.len();
        let (full, compact) = (cost(&names(|_| {})), cost(&names(is_compact)));
        println!("{phase}: {} replies, tokens a reply: {former} before, {full} now, {compact} compact", of_form.len());
        assert!(compact * 3 < former * 2, "{phase}: {compact} of {former}");
        assert!(full <= former + 6, "{phase}: {full} of {former}");
    }
}
