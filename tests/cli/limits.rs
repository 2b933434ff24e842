//! Hard limits from outside: what is sent, what is printed, how it ends, and how it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, Ran, lines_with};
use crate::support::voices;

/// Three seats, positions in every round, no moderator until the end.
const DEBATE: [&str; 9] =
    ["start", "--topic", "Should we move?", "--mode", "collaborative", "-n", "3", "--yes-no", "--quiet"];
const SEATS: usize = 3;

fn talking() -> Fake {
    Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))))
}

fn debate(desk: &Desk, more: &[&str]) -> Ran {
    desk.run(&[&DEBATE[..], more].concat())
}

/// The least that a limit has to be, as the program says when it is too low.
fn least(desk: &Desk, flag: &str, too_low: &str) -> String {
    let refused = debate(desk, &[flag, too_low]).expect(2);
    let hint = lines_with(&refused.stderr, "hint: ")[0];
    let (_, least) = hint.split_once(&format!("pass {flag} ")).unwrap_or_else(|| panic!("{hint}"));
    least.split(' ').next().unwrap().to_owned()
}

fn is_closing(seen: &Seen) -> bool {
    seen.messages.iter().any(|(_, text)| text.contains("The ballots have been counted"))
}

#[test]
fn a_limit_ends_the_debate_with_a_valid_partial_record() {
    for (flag, too_low, kind) in [("--max-tokens", "5000", "tokens"), ("--max-cost", "0.001", "cost")] {
        let probe = talking();
        let cap = least(&Desk::at(probe.url(), 2), flag, too_low);
        assert_eq!(probe.log().len(), 0, "a limit that is too low is refused before anything is sent");
        for format in ["json", "text", "markdown", "adr", "html", "ndjson"] {
            let fake = talking();
            let desk = Desk::at(fake.url(), 2);
            let ran = debate(&desk, &[flag, &cap, "--format", format]).expect(6);
            let log = fake.log();
            assert_eq!(log.len(), SEATS + 1, "{flag}, {format}: the opening and the closing text");
            assert!(is_closing(&log[SEATS]) && !log[..SEATS].iter().any(is_closing), "{flag}, {format}");
            match format {
                "json" => check_record(&ran, kind, cap.parse().unwrap()),
                "ndjson" => {
                    let events: Vec<Value> =
                        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                    assert!(events.iter().any(|event| event["event"] == "limit_reached" && event["limit"] == kind));
                }
                _ => assert!(ran.stdout.contains(&format!("limit on {kind}")), "{format}: {}", ran.stdout),
            }
            assert!(ran.stderr.contains(flag), "{}", ran.stderr);
            let listed = desk.run(&["list", "--status", "limit_reached", "--format", "json"]).expect(0).json();
            assert_eq!(listed["sessions"][0]["status"], "limit_reached");
            desk.run(&["replay", "@"]).expect(0);
            for view in ["rounds", "events", "costs", "prompts"] {
                desk.run(&["show", "@", "--view", view]).expect(0);
            }
        }
    }
}

fn check_record(ran: &Ran, kind: &str, cap: f64) {
    let record = ran.record();
    assert_eq!((&record["status"], &record["limit"]["limit"]), (&json!("limit_reached"), &json!(kind)));
    let number = |name: &str| record["limit"][name].as_f64().unwrap();
    assert_eq!(number("max"), cap);
    assert!(number("spent") + number("next") + number("held") > cap, "{}", record["limit"]);
    assert!(record["synthesis"].is_object(), "the closing text was held back for");
    assert_eq!((&record["final"]["valid"], &record["rounds"].as_array().unwrap().len()), (&json!(SEATS), &1));
    let total = &record["usage"]["total"];
    let spent = if kind == "cost" {
        total["cost_usd"].as_f64().unwrap()
    } else {
        total["input_tokens"].as_f64().unwrap() + total["output_tokens"].as_f64().unwrap()
    };
    assert!(spent > 0.0 && spent <= cap, "{spent} of {cap}");
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&error["error"]["kind"], &error["error"]["retryable"]), (&json!("limit"), &json!(false)));
}

#[test]
fn a_limit_is_raised_by_resume_and_holds_for_the_whole_session() {
    let fake = talking();
    let desk = Desk::at(fake.url(), 2);
    let cap = least(&desk, "--max-tokens", "5000");
    debate(&desk, &["--max-tokens", &cap, "--name", "capped"]).expect(6);
    let sent = fake.log().len();
    let refused = desk.run(&["resume", "@"]).expect(6);
    assert!(refused.stderr.contains("pass --max-tokens"), "{}", refused.stderr);
    let again = debate(&desk, &["--max-tokens", &cap, "--name", "capped"]).expect(6);
    assert!(again.stderr.contains("pass --max-tokens"), "{}", again.stderr);
    assert_eq!(fake.log().len(), sent, "nothing is sent under a limit that is reached");
    assert!(desk.run(&["continue", "@"]).expect(6).stderr.contains("pass --max-tokens"));
    let record =
        desk.run(&["resume", "@", "--max-tokens", "9000000", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["limit"]), (&json!("decided"), &Value::Null));
    assert!(record["rounds"].as_array().unwrap().len() > 1);
    let events = desk.run(&["export", "@"]).expect(0).stdout;
    assert!(events.contains(r#""event":"limits_set""#), "{events}");
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn the_same_name_with_a_higher_limit_goes_on() {
    let fake = talking();
    let desk = Desk::at(fake.url(), 2);
    let cap = least(&desk, "--max-cost", "0.001");
    debate(&desk, &["--max-cost", &cap, "--name", "nightly"]).expect(6);
    let record = debate(&desk, &["--max-cost", "5", "--name", "nightly", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["name"]), (&json!("decided"), &json!("nightly")));
    assert_eq!(desk.run(&["list", "--format", "json"]).expect(0).json()["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn time_that_is_up_drops_what_is_in_flight() {
    let answered = Arc::new(AtomicUsize::new(SEATS));
    let most = Arc::clone(&answered);
    let fake = Fake::start(Arc::new(move |seen, number| {
        if number < most.load(Ordering::SeqCst) { Behaviour::Say(voices::reply(seen, number)) } else { Behaviour::Hang }
    }));
    let desk = Desk::at(fake.url(), 2);
    let record = debate(&desk, &["--timeout", "2s", "--format", "json"]).expect(6).record();
    assert_eq!((&record["status"], &record["limit"]["limit"]), (&json!("limit_reached"), &json!("time")));
    assert_eq!((&record["limit"]["max"], &record["synthesis"]), (&json!(2.0), &Value::Null));
    assert_eq!(record["final"]["valid"], SEATS, "the opening decides");
    fake.wait_for(|log| log.len() == 2 * SEATS && log.iter().all(|seen| seen.ended.is_some()));
    answered.store(usize::MAX, Ordering::SeqCst);
    let resumed = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&resumed["status"], &resumed["session"]), (&json!("decided"), &record["session"]));
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn an_answer_that_broke_off_is_only_sent_for_again_where_the_limit_has_room() {
    let broken = || {
        Fake::start(Arc::new(|seen, number| {
            let text = voices::reply(seen, number);
            if number == 0 { Behaviour::CutMidStream(text) } else { Behaviour::Say(text) }
        }))
    };
    let roomy = broken();
    let record = debate(&Desk::at(roomy.url(), 2), &["--max-tokens", "9000000", "--format", "json"]).expect(0).record();
    let faults = |record: &Value| {
        let turns = record["turns"].as_array().unwrap().iter();
        turns.filter_map(|turn| Some(turn["fault"]["message"].as_str()?.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(faults(&record), Vec::<String>::new(), "with room it is sent again");
    let probe = talking();
    let cap = least(&Desk::at(probe.url(), 2), "--max-tokens", "5000");
    let tight = broken();
    let record = debate(&Desk::at(tight.url(), 2), &["--max-tokens", &cap, "--format", "json"]).expect(6).record();
    let faults = faults(&record);
    assert!(faults.len() == 1 && faults[0].contains("no room for another request"), "{faults:?}");
    let limit = &record["limit"];
    let [spent, aside] = ["spent", "set_aside"].map(|part| limit[part].as_f64().unwrap());
    assert!(
        spent < 1_000.0 && spent + aside > 4_000.0,
        "what broke off counts at its worst, and is not called spent: {limit}"
    );
}

#[test]
fn a_limit_on_cost_needs_known_prices() {
    let mut desk = Desk::new();
    desk.set("DEEPSEEK_API_KEY", "sk-canary-deepseek-1");
    let refused = debate(&desk, &["--max-cost", "1"]).expect(2);
    for part in ["--max-cost", "deepseek-flash", "--max-tokens"] {
        assert!(refused.stderr.contains(part), "{part} in {}", refused.stderr);
    }
    assert_eq!(debate(&desk, &["--max-cost", "free"]).expect(2).stdout, "");
    // The script costs nothing, so any limit on cost holds.
    desk.run(&["start", "--topic", "Go?", "--rehearse", "--mode", "vote", "--quiet", "--max-cost", "0.01"]).expect(0);
}

#[test]
fn a_limited_session_is_stopped_and_killed_like_any_other() {
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        let answered = Arc::new(AtomicUsize::new(SEATS));
        let most = Arc::clone(&answered);
        let fake = Fake::start(Arc::new(move |seen, number| {
            if number < most.load(Ordering::SeqCst) {
                Behaviour::Say(voices::reply(seen, number))
            } else {
                Behaviour::Hang
            }
        }));
        let desk = Desk::at(fake.url(), 2);
        let running = desk.spawn(&[&DEBATE[..], &["--max-tokens", "900000", "--timeout", "50s"]].concat());
        fake.wait_for(|log| log.len() == 2 * SEATS);
        running.signal(signal);
        assert_eq!(running.wait().code, code);
        answered.store(usize::MAX, Ordering::SeqCst);
        let record = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
        assert_eq!(record["status"], "decided", "{signal}");
        let events = desk.run(&["export", "@"]).expect(0).stdout;
        // What was in flight is lost, and counted so before anything is asked again.
        assert!(events.contains(r#""event":"limits_set""#), "{signal}");
        desk.run(&["replay", "@"]).expect(0);
    }
}
