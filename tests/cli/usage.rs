//! What was paid, over debates and personas asked alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::Desk;
use crate::support::voices;
use serde_json::{Value, json};

fn usage(desk: &Desk, more: &[&str]) -> Value {
    let told = desk.run(&[&["usage", "--format", "json"], more].concat()).expect(0).json();
    assert_eq!(told["schema"], "roundtable.usage/1");
    let sum: u64 = told["lines"].as_array().unwrap().iter().map(|line| line["spent"]["calls"].as_u64().unwrap()).sum();
    assert_eq!(told["total"]["calls"], sum, "{told}");
    told
}

/// Calls by the name of the line.
fn calls(told: &Value) -> BTreeMap<String, u64> {
    let line = |line: &Value| (line["name"].as_str().unwrap().to_owned(), line["spent"]["calls"].as_u64().unwrap());
    told["lines"].as_array().unwrap().iter().map(line).collect()
}

/// Speaks in debates and alone.
fn talkative() -> Fake {
    Fake::start(Arc::new(|seen, number| {
        let is_alone = seen.schema.is_null();
        Behaviour::Say(if is_alone { "Yes.".to_owned() } else { voices::reply(seen, number) })
    }))
}

#[test]
fn nothing_was_paid_where_nothing_was_asked() {
    let desk = Desk::new();
    assert_eq!(usage(&desk, &[])["lines"], json!([]));
    assert!(!desk.data().exists(), "a look creates nothing");
}

#[test]
fn what_broken_answers_took_is_the_same_number_everywhere() {
    // The first request of everybody breaks off in the middle of its answer.
    let fake = Fake::start(Arc::new(|seen, number| {
        let text =
            if seen.schema.is_null() { "Yes, and for good reasons.".to_owned() } else { voices::reply(seen, number) };
        if number < 3 { Behaviour::CutMidStream(text) } else { Behaviour::Say(text) }
    }));
    let desk = Desk::at(fake.url(), 1);
    let of_debate = ["--topic", "Move?", "--yes-no", "--mode", "vote", "-n", "3", "--max-tokens", "900000"];
    let record = desk.run(&[&["start", "--format", "json", "--quiet"], &of_debate[..]].concat()).expect(0).record();
    let (asked, total) = (fake.log().len() as u64, &record["usage"]["total"]);
    assert_eq!((&total["requests"], &total["unknown"]), (&json!(asked), &json!(0)), "{total}");
    assert_eq!((&total["input_tokens"], &total["estimated"]), (&json!(120 * asked), &json!(true)), "{total}");
    let output = total["output_tokens"].as_u64().unwrap();
    assert!(output > 30 * (asked - 3) + 3, "what had arrived counts: {total}");
    let counted = usage(&desk, &[]);
    let shown = desk.run(&["show", "@", "--view", "costs", "--format", "json"]).expect(0).json();
    for field in ["requests", "input_tokens", "output_tokens", "unknown", "estimated"] {
        assert_eq!(counted["total"][field], total[field], "{field}");
        assert_eq!(shown["total"][field], total[field], "{field}: {shown}");
    }
    // The same prices are added in another order, which moves the last digit.
    let cost = |total: &Value| total["cost_usd"].as_f64().unwrap();
    for place in [&counted["total"], &shown["total"]] {
        assert!((cost(place) - cost(total)).abs() < 1e-12, "{place} and {total}");
    }
    let log = desk.run(&["show", "@", "--format", "ndjson"]).expect(0).stdout;
    let in_log: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let losses: Vec<&Value> = in_log.iter().map(|line| &line["reply"]["loss"]).filter(|loss| !loss.is_null()).collect();
    assert_eq!(losses.len(), 3, "{log}");
}

#[test]
fn what_failed_before_a_session_was_taken_up_again_is_counted() {
    let fake = Fake::always(Behaviour::CutMidStream("Half of this arrives.".to_owned()));
    let desk = Desk::at(fake.url(), 1);
    // A limit that leaves room for one request each.
    let of_debate = ["--topic", "Move?", "--yes-no", "--mode", "vote", "-n", "2", "--max-tokens", "90000"];
    desk.run(&[&["start", "--quiet"], &of_debate[..]].concat()).expect(5);
    let first = fake.log().len();
    let total = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(5).record()["usage"]["total"].clone();
    let asked = fake.log().len();
    assert!(first >= 2 && asked > first, "{first} and {asked}");
    assert_eq!((&total["requests"], &total["input_tokens"]), (&json!(asked), &json!(120 * asked)), "{total}");
    assert_eq!((&total["calls"], &total["unknown"]), (&json!(0), &json!(0)), "{total}");
    assert_eq!(usage(&desk, &[])["total"], total);
}

#[test]
fn all_that_was_paid_is_counted_once_under_each_name() {
    let fake = talkative();
    let mut desk = Desk::at(fake.url(), 2);
    desk.run(&["start", "--topic", "Move?", "--yes-no", "--mode", "vote", "-n", "3", "--quiet"]).expect(0);
    let of_debate = fake.log().len() as u64;
    desk.run(&["ask", "qa,sre", "Should we?"]).expect(0);
    desk.set("ROUNDTABLE_PERSONA_ANTHROPIC_KEY", "sk-canary-persona-77");
    desk.run(&["ask", "qa", "Should we?", "--provider", "anthropic"]).expect(0);
    let all = fake.log();
    let by_persona = calls(&usage(&desk, &[]));
    assert_eq!((by_persona["qa"], by_persona["sre"]), (2, 1));
    assert_eq!(by_persona.values().sum::<u64>(), of_debate + 3);
    assert!(by_persona.len() > 3, "those of the debate: {by_persona:?}");
    let by_provider = calls(&usage(&desk, &["--by", "provider"]));
    for (provider, wire) in [("anthropic", "anthropic"), ("openai", "openai_responses")] {
        assert_eq!(by_provider[provider], all.iter().filter(|seen| seen.vendor_wire == wire).count() as u64);
    }
    let by_key = calls(&usage(&desk, &["--by", "key"]));
    assert_eq!(by_key, BTreeMap::from([("own".to_owned(), of_debate + 2), ("persona".to_owned(), 1)]));
    let by_day = usage(&desk, &["--by", "day", "--since", "2days"]);
    assert!(!calls(&by_day).is_empty() && calls(&by_day).keys().all(|day| day.len() == 10), "{by_day}");
    let total = &by_day["total"];
    let calls_in_all = all.len() as u64;
    assert_eq!(
        (&total["input_tokens"], &total["output_tokens"]),
        (&json!(120 * calls_in_all), &json!(30 * calls_in_all))
    );
    assert!(total["cost_usd"].as_f64().unwrap() > 0.0);
    for nothing in [["--until", "2020-01-01"], ["--since", "2999-01-01"]] {
        assert_eq!(usage(&desk, &nothing)["lines"], json!([]), "{nothing:?}");
    }
    let shown = desk.run(&["usage", "--by", "key"]).expect(0).stdout;
    assert_eq!(
        shown.lines().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>(),
        ["key", "own", "persona", "total"]
    );
    assert_eq!(fake.log().len(), all.len(), "a look asks nobody");
}

#[test]
fn a_call_that_breaks_off_is_missed_by_nobody() {
    let fake = Fake::always(Behaviour::Hang);
    let desk = Desk::at(fake.url(), 1);
    let mut asking = desk.spawn(&["ask", "qa", "Should we?"]);
    fake.wait_for(|seen| seen.len() == 1);
    asking.kill();
    asking.wait();
    let told = usage(&desk, &[]);
    let total = &told["total"];
    assert_eq!(
        (&told["broken_off"], &total["requests"], &total["unknown"], &total["cost_usd"]),
        (&json!(1), &json!(1), &json!(1), &json!(0.0))
    );
    let ran = desk.run(&["usage"]).expect(0);
    let note = "note: 1 personas' calls are under way or broke off, and what their last request took is not known";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
}

#[test]
fn what_failed_is_counted_too() {
    let refusal = json!({ "error": { "type": "authentication_error", "message": "no" } });
    let fake = Fake::always(Behaviour::json(401, &refusal));
    let desk = Desk::at(fake.url(), 1);
    desk.run(&["ask", "qa", "Should we?"]).expect(5);
    let told = usage(&desk, &[]);
    let spent = &told["lines"][0]["spent"];
    assert_eq!((&spent["calls"], &spent["requests"], &told["broken_off"]), (&json!(0), &json!(1), &json!(0)));
}
