//! `--progress ndjson`: every line of every run fits its published schema, from the first to the one with the exit code.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Ran};
use crate::support::voices;
use roundtable::export::schema;
use roundtable::modes::{self, Folders};

const LINES: [&str; 2] = ["--progress", "ndjson"];

/// Checks the lines on stderr: each fits, the session is named throughout, stored events come in order, the last one tells
/// the exit code, and an error is told exactly where there is one.
fn check(ran: &Ran) -> Vec<Value> {
    let schema = schema::progress();
    let validator: Validator = jsonschema::draft202012::new(&schema).unwrap();
    let read = |line: &str| -> Value {
        let value = serde_json::from_str(line).unwrap_or_else(|error| panic!("`{}`: {error}: {line}", ran.what));
        let wrong: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "`{}`: {line}: {wrong:?}", ran.what);
        value
    };
    let lines: Vec<Value> = ran.stderr.lines().map(read).collect();
    let last = lines.last().unwrap_or_else(|| panic!("`{}` tells nothing", ran.what));
    assert_eq!((&last["event"], &last["exit_code"]), (&json!("exited"), &json!(ran.code)), "`{}`", ran.what);
    assert_eq!(of(&lines, "exited").len(), 1, "`{}`", ran.what);
    assert_eq!(of(&lines, "error").len(), usize::from(ran.code != Some(0)), "`{}`", ran.what);
    // A run that goes on tells the opening again, whatever warned of it before.
    let stored: Vec<u64> = lines.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert!(stored.is_sorted_by(|a, b| a < b), "`{}`: {stored:?}", ran.what);
    let sessions: BTreeSet<String> =
        lines.iter().filter_map(|line| Some(line["session"].as_str()?.to_owned())).collect();
    assert!(sessions.len() <= 1, "`{}`: {sessions:?}", ran.what);
    lines
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

fn events(lines: &[Value]) -> BTreeSet<&str> {
    lines.iter().map(|line| line["event"].as_str().unwrap()).collect()
}

#[test]
fn the_schema_is_what_the_program_prints() {
    let printed = Desk::new().run(&["schema", "progress"]).expect(0);
    assert_eq!(printed.json(), schema::progress());
    jsonschema::draft202012::meta::validate(&schema::progress()).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/schema" }, {
        insta::assert_snapshot!("progress", printed.stdout);
    });
    let validator = jsonschema::draft202012::new(&schema::progress()).unwrap();
    let line = |event: Value| {
        let mut line = json!({ "schema": "roundtable.progress/1", "session": null });
        line.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        validator.is_valid(&line)
    };
    assert!(line(json!({ "event": "exited", "exit_code": 0 })));
    assert!(line(json!({ "event": "exited", "exit_code": 0, "colour": "red" })), "lines may grow");
    for wrong in [json!({ "event": "exited" }), json!({ "event": "gone", "exit_code": 0 }), json!({ "exit_code": 0 })] {
        assert!(!line(wrong.clone()), "{wrong}");
    }
}

#[test]
fn every_mode_tells_its_course() {
    for mode in modes::list(&Folders::default()) {
        let desk = Desk::new();
        let arguments = ["start", "--topic", "Should we move?", "--rehearse", "--mode", &mode.name, "--format", "json"];
        let ran = desk.run(&[&arguments[..], &LINES].concat()).expect(0);
        let (lines, record) = (check(&ran), ran.record());
        assert_eq!(lines[0]["event"], "session_opened", "{}", mode.name);
        assert_eq!(lines[0]["note"], "rehearsal: no model was asked");
        assert_eq!(lines[0]["panel"].as_array().unwrap().len(), record["panel"].as_array().unwrap().len());
        assert!(lines.iter().rev().skip(1).all(|line| line["session"] == record["session"]), "{}", mode.name);
        let closed: Vec<Value> = of(&lines, "round_closed").into_iter().map(|line| line["consensus"].clone()).collect();
        let rounds: Vec<Value> =
            record["rounds"].as_array().unwrap().iter().map(|round| round["consensus"].clone()).collect();
        assert_eq!(closed, rounds, "{}", mode.name);
        let decided = of(&lines, "decided");
        assert_eq!((decided.len(), &decided[0]["label"]), (1, &record["decision"]["label"]), "{}", mode.name);
        let close = of(&lines, "session_closed");
        assert_eq!((close.len(), &close[0]["ending"]), (1, &json!("decided")), "{}", mode.name);
        assert_eq!(close[0]["spent"], record["usage"]["total"], "{}", mode.name);
        let (started, finished) = (of(&lines, "turn_started").len(), of(&lines, "turn_finished").len());
        assert!(started > 0 && started == finished, "{}: {started} and {finished}", mode.name);
    }
}

const DEBATE: [&str; 9] = ["start", "--topic", "Move?", "--yes-no", "--mode", "vote", "-n", "4", "--no-synthesis"];

fn run(fake: &Fake, more: &[&str]) -> Ran {
    Desk::at(fake.url(), 4).run(&[&DEBATE[..], &LINES, more].concat())
}

#[test]
fn what_goes_wrong_on_the_way_is_told() {
    let busy = AtomicBool::new(true);
    let fake = Fake::start(Arc::new(move |seen, number| {
        let no = json!({ "error": { "type": "invalid_request_error", "message": "no, thank you" } });
        match seen.vendor_wire {
            "perplexity" => Behaviour::json(400, &no),
            "anthropic" if busy.swap(false, Ordering::SeqCst) => {
                Behaviour::json(529, &json!({ "error": { "type": "overloaded_error", "message": "busy" } }))
                    .with_header("retry-after", "0")
            }
            _ => Behaviour::Say(voices::reply(seen, number)),
        }
    }));
    let lines = check(&run(&fake, &[]).expect(0));
    let retry = of(&lines, "turn_retrying");
    assert_eq!((retry.len(), &retry[0]["requests"]), (1, &json!(1)), "{retry:?}");
    assert!(retry[0]["seq"].is_null() && retry[0]["spent"].is_object());
    let failed = of(&lines, "turn_failed");
    assert!(!failed.is_empty() && failed.iter().all(|line| line["fault"]["provider"] == "perplexity"), "{failed:?}");
    assert!(of(&lines, "turn_finished").iter().all(|line| line["response"] == "ballot" && line["counts"] == true));
    let costs: Vec<f64> = lines.iter().filter_map(|line| line["spent"]["cost_usd"].as_f64()).collect();
    assert!(costs.is_sorted() && costs.last().is_some_and(|cost| *cost > 0.0), "{costs:?}");
}

#[test]
fn a_sealed_ballot_is_counted_and_never_told() {
    let fake = Fake::start(voices::script(std::time::Duration::ZERO));
    let ran = run(&fake, &[]).expect(0);
    let lines = check(&ran);
    let close = lines.iter().position(|line| line["event"] == "round_closed").unwrap();
    for line in &lines[..close] {
        assert!(line.get("consensus").is_none() && line.get("ratings").is_none(), "{line}");
    }
    assert!(lines[close]["consensus"]["tally"].is_object());
    assert!(!ran.stderr.contains("zw0"), "what a reply keeps to itself is told");
}

#[test]
fn every_ending_is_told_with_its_exit_code() {
    let down =
        Fake::always(Behaviour::json(401, &json!({ "error": { "type": "authentication_error", "message": "no" } })));
    let fake = Fake::start(voices::script(std::time::Duration::ZERO));
    let error = |lines: &[Value]| of(lines, "error")[0]["error"].clone();
    // A gate that no panel meets which does not agree.
    let lines = check(&run(&fake, &["--min-agreement", "1"]).expect(3));
    assert_eq!(error(&lines)["kind"], "gate");
    assert_eq!(of(&lines, "decided")[0]["gate"]["holds"], false);
    assert_eq!(error(&lines)["session"], lines[0]["session"]);
    let lines = check(&run(&down, &[]).expect(5));
    assert_eq!(
        (&error(&lines)["kind"], &of(&lines, "session_closed")[0]["ending"]),
        (&json!("providers"), &json!("quorum_lost"))
    );
    // Before there is a session.
    let lines = check(&run(&fake, &["--min-agreement", "75"]).expect(2));
    assert_eq!((lines.len(), &error(&lines)["kind"], &lines[0]["session"]), (2, &json!("usage"), &Value::Null));
    let lines = check(&run(&fake, &["--seed", "-1"]).expect(2));
    assert!(error(&lines)["message"].as_str().unwrap().contains("--seed"), "the parser's own errors too");
    let lines = check(&Desk::new().run(&["start", "--topic", "x", "--progress=ndjson"]).expect(7));
    assert_eq!(error(&lines)["kind"], "credentials");
    let lines = check(&Desk::new().run(&["resume", "@", "--progress", "ndjson", "--format", "json"]).expect(2));
    assert_eq!(error(&lines)["kind"], "usage");
}

#[test]
fn a_pause_and_what_follows_it_are_told() {
    let gate = Arc::new(AtomicBool::new(false));
    let open = Arc::clone(&gate);
    let fake = Fake::start(Arc::new(move |seen, number| {
        if number >= 2 && !open.load(Ordering::SeqCst) {
            return Behaviour::Hang;
        }
        Behaviour::Say(voices::reply(seen, number))
    }));
    let desk = Desk::at(fake.url(), 2);
    let debate = ["start", "--topic", "Move?", "--yes-no", "-n", "2", "--no-synthesis", "--name", "one"];
    let running = desk.spawn(&[&debate[..], &LINES].concat());
    fake.wait_for(|log| log.len() == 4);
    running.signal("INT");
    let lines = check(&running.wait().expect(130));
    assert_eq!(
        (of(&lines, "stop_requested")[0]["by"].clone(), of(&lines, "session_closed").len()),
        (json!("interrupt"), 1)
    );
    gate.store(true, Ordering::SeqCst);
    let lines = check(&desk.run(&[&debate[..], &LINES].concat()).expect(0));
    assert!(lines[0]["resumed_after_rounds"].is_u64(), "{}", lines[0]);
    assert!(events(&lines).is_superset(&BTreeSet::from(["turn_finished", "round_closed", "decided", "exited"])));
    let calls = fake.log().len();
    let lines = check(&desk.run(&[&debate[..], &LINES].concat()).expect(0));
    assert_eq!((events(&lines), fake.log().len()), (BTreeSet::from(["session_opened", "exited"]), calls));
    let lines = check(&desk.run(&[&["continue", "@"], &LINES[..]].concat()).expect(0));
    assert!(of(&lines, "round_closed").len() == 1, "{lines:?}");
}

#[test]
fn warnings_are_lines_too() {
    let desk = Desk::new();
    let ran = desk
        .run(&[&["start", "--topic", "x", "--rehearse", "--mode", "vote", "-n", "9"], &LINES[..]].concat())
        .expect(0);
    let lines = check(&ran);
    assert!(of(&lines, "warning")[0]["message"].as_str().unwrap().contains("ROUNDTABLE_MAX_AGENTS"));
    assert!(!ran.stderr.contains('\u{1b}'));
}
