//! `providers --check`: who answers, who does not and why, at what price; and that nobody is asked twice, or too much.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, Ran, VENDORS, lines_with};

const WORD: &str = "{\"word\":\"ready\"}";

fn word() -> Behaviour {
    Behaviour::Say(WORD.to_owned())
}

/// A fake at which one wire behaves like that and all others answer.
fn where_one(wire: &'static str, behaviour: Behaviour) -> Fake {
    Fake::start(Arc::new(move |seen, _| if seen.vendor_wire == wire { behaviour.clone() } else { word() }))
}

/// What was told of a provider.
fn told<'a>(json: &'a Value, name: &str) -> &'a Value {
    let listed = json["providers"].as_array().unwrap();
    listed.iter().find(|provider| provider["name"] == name).unwrap_or_else(|| panic!("no {name} in {json:#}"))
}

fn keeps_keys(ran: &Ran) {
    for vendor in &VENDORS {
        assert!(!format!("{ran:?}").contains(vendor.key), "{ran:?}");
    }
}

#[test]
fn every_wire_is_asked_for_one_word_at_once() {
    let all = Arc::new(Barrier::new(5));
    let fake = Fake::start(Arc::new(move |_, _| Behaviour::Together(Arc::clone(&all), Box::new(word()))));
    let mut desk = Desk::at(fake.url(), 4);
    desk.set("OLLAMA_HOST", fake.url());
    let ran = desk.run(&["providers", "--check", "--format", "json"]).expect(0);
    keeps_keys(&ran);
    assert_eq!(ran.stderr, "");
    let json = ran.json();
    let names: Vec<&str> = json["providers"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["anthropic", "openai", "google", "perplexity", "ollama"]);
    for name in names {
        let check = &told(&json, name)["check"];
        assert_eq!((&check["answers"], &check["requests"]), (&json!(true), &json!(1)), "{name}: {check}");
        assert!(check["latency_ms"].is_u64() && check["fault"].is_null(), "{name}: {check}");
        let cost = check["cost_usd"].as_f64().unwrap();
        assert!(if name == "ollama" { cost == 0.0 } else { cost > 0.0 && cost < 0.01 }, "{name}: {cost}");
    }
    let log = fake.log();
    assert_eq!(log.iter().map(|seen| seen.vendor_wire).collect::<BTreeSet<_>>().len(), 5);
    for seen in &log {
        let body = seen.body.to_string();
        assert!(body.contains("64") && body.len() < 1_000, "a word, and no more: {body}");
    }
}

#[test]
fn whoever_does_not_answer_is_told_with_what_to_do() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusal = |code: u16, kind: &str, message: &str| {
        Behaviour::json(code, &json!({ "error": { "type": kind, "code": kind, "message": message } }))
    };
    // What openai does, its class, a word of the message, a word of the hint, whether it may heal.
    let rows: [(&str, Behaviour, &str, &str, &str, bool); 8] = [
        (
            "wrong key",
            refusal(401, "invalid_api_key", "Incorrect API key"),
            "auth",
            "Incorrect",
            "OPENAI_API_KEY",
            false,
        ),
        ("no credit", refusal(429, "insufficient_quota", "You exceeded"), "quota", "exceeded", "credit", false),
        (
            "unknown model",
            refusal(404, "model_not_found", "no such model"),
            "invalid_request",
            "no such",
            "gpt-6.1",
            false,
        ),
        ("too many", refusal(429, "rate_limit_exceeded", "slow down"), "rate_limit", "slow down", "wait", true),
        ("hang", Behaviour::Hang, "timeout", "3s", "try again", true),
        ("half an answer", Behaviour::FallSilent(WORD.to_owned()), "timeout", "3s", "try again", true),
        ("another site", Behaviour::WrongContentType, "invalid_response", "text/html", "OPENAI_BASE_URL", false),
        (
            "moved",
            Behaviour::Redirect("http://elsewhere.example/".to_owned()),
            "invalid_response",
            "elsewhere",
            "OPENAI",
            false,
        ),
    ];
    for (what, behaviour, kind, message, hint, retryable) in rows {
        let fake = where_one("openai_responses", behaviour);
        let check = |ran: Ran| {
            keeps_keys(&ran);
            let json = ran.json();
            assert_eq!(told(&json, "anthropic")["check"]["answers"], true, "{what}");
            let fault = told(&json, "openai")["check"]["fault"].clone();
            assert_eq!((&fault["kind"], &fault["retryable"]), (&json!(kind), &json!(retryable)), "{what}: {fault}");
            let says = |field: &str, word: &str| fault[field].as_str().unwrap().contains(word);
            assert!(says("message", message) && says("hint", hint), "{what}: {fault}");
            let error: Value = serde_json::from_str(ran.stderr.trim_end()).unwrap();
            assert_eq!(
                (&error["error"]["kind"], &error["error"]["hint"]),
                (&json!("providers"), &fault["hint"]),
                "{what}"
            );
            assert_eq!(error["error"]["retryable"], retryable, "{what}");
        };
        let desk = Desk::at(fake.url(), 2);
        // The other provider has to answer meanwhile, on a busy machine too.
        let patience = if kind == "timeout" { "3s" } else { "30s" };
        check(desk.run(&["providers", "--check", "--timeout", patience, "--format", "json"]).expect(5));
    }
    let fake = Fake::always(word());
    let mut desk = Desk::at(fake.url(), 2);
    desk.set("OPENAI_BASE_URL", format!("http://{closed}"));
    let ran = desk.run(&["providers", "--check", "--timeout", "1s", "--format", "json"]).expect(5);
    let json = ran.json();
    let fault = &told(&json, "openai")["check"]["fault"];
    assert_eq!(fault["kind"], "network", "{fault}");
    assert!(fault["message"].as_str().unwrap().contains(&closed.to_string()), "{fault}");
}

#[test]
fn a_table_tells_the_same_to_people() {
    let refusal = json!({ "error": { "type": "invalid_api_key", "message": "Incorrect\u{1b}[31m API key" } });
    let fake = where_one("openai_responses", Behaviour::json(401, &refusal));
    let ran = Desk::at(fake.url(), 2).run(&["providers", "--check"]).expect(5);
    let line = |start: &str| lines_with(&ran.stdout, start).concat();
    assert!(line("anthropic").contains("answers") && line("anthropic").contains(" s, $0.00"), "{}", ran.stdout);
    assert!(line("openai").contains("auth") && line("openai").contains("Incorrect"), "{}", ran.stdout);
    assert!(ran.stdout.contains("check OPENAI_API_KEY") && ran.stdout.contains("1 of 2 answer"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    assert!(lines_with(&ran.stderr, "error: ")[0].contains("1 of 2 providers"), "{}", ran.stderr);
    assert_eq!(lines_with(&ran.stderr, "hint: "), ["hint: check OPENAI_API_KEY"]);
}

#[test]
fn a_model_that_is_cut_off_while_it_thinks_answers() {
    let said = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"claude-sonnet-5-5\",\"usage\":{\"input_tokens\":30,\"output_tokens\":1}}}\n\n\
         event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":64}}\n\n\
         event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let headers = vec![("content-type", "text/event-stream".to_owned())];
    let fake = Fake::always(Behaviour::Status { code: 200, headers, body: said.as_bytes().to_vec() });
    let json = Desk::at(fake.url(), 1).run(&["providers", "--check", "--format", "json"]).expect(0).json();
    assert_eq!(told(&json, "anthropic")["check"]["answers"], true, "{json}");
}

#[test]
fn only_whom_a_debate_would_ask_or_who_is_named_is_asked() {
    let asked = |log: &[Seen]| {
        let mut asked: Vec<String> = log.iter().map(|seen| format!("{} {}", seen.vendor_wire, seen.model)).collect();
        asked.sort();
        asked.join(", ")
    };
    let check = |settings: &[(&str, &str)], arguments: &[&str], code: i32, expected: &str| {
        let fake = Fake::always(word());
        let mut desk = Desk::at(fake.url(), 2);
        settings.iter().for_each(|(name, value)| desk.set(name, *value));
        let ran = desk.run(&[&["providers", "--check"], arguments].concat()).expect(code);
        assert_eq!(asked(&fake.log()), expected, "{settings:?} {arguments:?}: {}", ran.stdout);
        ran
    };
    let seats = ("ROUNDTABLE_PROVIDERS", "openai=gpt-5.4-mini");
    let both = "anthropic claude-sonnet-5-5, openai_responses gpt-6.1-sol";
    check(&[], &[], 0, both);
    check(&[("OPENAI_MODEL", "gpt-6-luna")], &["openai"], 0, "openai_responses gpt-6-luna");
    check(&[seats], &[], 0, "openai_responses gpt-5.4-mini");
    check(
        &[seats, ("ROUNDTABLE_MODERATOR", "anthropic")],
        &[],
        0,
        "anthropic claude-sonnet-5-5, openai_responses gpt-5.4-mini",
    );
    check(&[seats, ("ROUNDTABLE_MODERATOR", "openai=gpt-5.4-mini")], &[], 0, "openai_responses gpt-5.4-mini");
    let fallback = ("ROUNDTABLE_FALLBACK", "openai=gpt-6-luna");
    check(&[seats, fallback], &[], 0, "openai_responses gpt-5.4-mini, openai_responses gpt-6-luna");
    check(&[seats, ("ROUNDTABLE_MODERATOR", "openai")], &["anthropic=x"], 0, "anthropic x");
    let missing = check(&[], &["anthropic", "google"], 5, "anthropic claude-sonnet-5-5");
    assert!(lines_with(&missing.stdout, "google")[0].contains("not configured"), "{}", missing.stdout);
    assert!(missing.stdout.contains("set GOOGLE_API_KEY"), "{}", missing.stdout);
    for wrong in [&["nobody"][..], &["--timeout", "0s"], &["--timeout", "soon"], &["--timeout", "11min"]] {
        check(&[], wrong, 2, "");
    }
}

#[test]
fn without_a_provider_there_is_nobody_to_ask() {
    let ran = Desk::new().run(&["providers", "--check", "--format", "json"]).expect(7);
    assert_eq!(ran.stdout, "");
    let error: Value = serde_json::from_str(ran.stderr.trim_end()).unwrap();
    assert!(error["error"]["hint"].as_str().unwrap().contains("roundtable providers"), "{error}");
    Desk::new().run(&["providers", "--timeout", "5s"]).expect(2);
}

#[test]
fn an_interrupt_keeps_what_has_been_answered() {
    let fake = where_one("openai_responses", Behaviour::Hang);
    let desk = Desk::at(fake.url(), 2);
    let running = desk.spawn(&["providers", "--check", "--format", "json"]);
    let is_over = |seen: &Seen| seen.vendor_wire == "anthropic" && seen.ended.is_some();
    fake.wait_for(|log| log.len() == 2 && log.iter().any(is_over));
    running.signal("INT");
    let ran = running.wait().expect(130);
    let json = ran.json();
    assert_eq!(told(&json, "openai")["check"]["fault"]["kind"], "cancelled", "{json}");
    fake.wait_for(|log| log.iter().all(|seen| seen.ended.is_some()));
}

#[test]
fn names_narrow_the_list_as_well() {
    let fake = Fake::always(word());
    let ran =
        Desk::at(fake.url(), 1).run(&["providers", "ollama", "openai=gpt-5.4-mini", "--format", "json"]).expect(0);
    let json = ran.json();
    assert_eq!(json["providers"].as_array().unwrap().len(), 2);
    assert_eq!(told(&json, "openai")["model"], "gpt-5.4-mini");
    assert!(fake.log().is_empty());
}
