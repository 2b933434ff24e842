//! Every way in which a command can end, in every format: the documented exit code, a result on stdout that can be read or
//! nothing, one error on stderr in the right form, and in the store a session that is whole.
//!
//! A new ending is one more row: its exit code, the formats it is tried in, how the record stands, and how to get there.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "support/fake.rs"]
mod fake;
#[path = "support/program.rs"]
mod program;
#[path = "support/stored.rs"]
mod stored;
#[path = "support/voices.rs"]
mod voices;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};

use fake::{Behaviour, Fake, Seen};
use program::{Desk, Ran, lines_with};
use roundtable::error::FailureKind;
use roundtable::export::schema;

/// The formats of a record.
const ALL: &[&str] = &["text", "markdown", "adr", "html", "json", "ndjson"];
const TEXT: &[&str] = &["text"];
const LISTS: &[&str] = &["text", "json"];
const DIFFS: &[&str] = &["text", "markdown", "json"];

/// What stdout holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Result {
    /// The record.
    Record,
    /// Something else than the record: one JSON value with `--format json`.
    Report,
    /// Nothing.
    Nothing,
}

/// A way to end.
struct Row {
    name: &'static str,
    /// `None`: success.
    kind: Option<FailureKind>,
    formats: &'static [&'static str],
    result: Result,
    /// How the latest session of the store stands then; `None` when it is not looked at.
    status: Option<&'static str>,
    /// Gets there, with these arguments at the end of the last command.
    go: fn(&mut Desk, &[&str]) -> Ran,
}

const ROWS: &[Row] = &[
    Row { name: "decided", kind: None, formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "1111", &[], more) },
    Row { name: "gate holds", kind: None, formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "1112", &["--min-agreement", "0.75"], more) },
    Row { name: "agreement too low", kind: Some(FailureKind::Gate), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "1112", &["--min-agreement", "0.8"], more) },
    Row { name: "another option won", kind: Some(FailureKind::Gate), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "1112", &["--expect", "No"], more) },
    Row { name: "blocking dissent", kind: Some(FailureKind::Gate), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "111!", &["--no-blocking-dissent"], more) },
    Row { name: "no option won", kind: Some(FailureKind::Gate), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| gated(desk, "1122", &["--min-agreement", "0"], more) },
    Row { name: "policy not met", kind: Some(FailureKind::Gate), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| {
        desk.write("roundtable.yaml", "policy: { min_agreement: 0.8 }\n");
        gated(desk, "1112", &[], more)
    } },
    Row { name: "quorum lost", kind: Some(FailureKind::Providers), formats: ALL, result: Result::Record, status: Some("quorum_lost"), go: quorum_lost },
    Row { name: "stopped by a command", kind: Some(FailureKind::Interrupted), formats: ALL, result: Result::Record, status: Some("stopped"), go: |desk, more| asked_meanwhile(desk, "stop", more) },
    Row { name: "paused", kind: Some(FailureKind::Interrupted), formats: ALL, result: Result::Record, status: Some("paused"), go: paused },
    Row { name: "first interrupt", kind: Some(FailureKind::Interrupted), formats: ALL, result: Result::Record, status: Some("stopped"), go: |desk, more| interrupted(desk, 1, more) },
    Row { name: "second interrupt", kind: Some(FailureKind::Interrupted), formats: ALL, result: Result::Nothing, status: Some("open"), go: |desk, more| interrupted(desk, 2, more) },
    Row { name: "no key", kind: Some(FailureKind::Credentials), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| desk.run(&[&["start", "--topic", "x"], more].concat()) },
    Row { name: "a flag that cannot be used", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| rehearsed(desk, &["-n", "99"], more) },
    Row { name: "a flag that cannot be read", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| rehearsed(desk, &["--seed", "x"], more) },
    Row { name: "a gate for a rehearsal", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| rehearsed(desk, &["--min-agreement", "1"], more) },
    Row { name: "no such session", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| desk.run(&[&["show", "@"], more].concat()) },
    Row { name: "store unusable", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| {
        desk.write("a-file", "");
        desk.set("ROUNDTABLE_DATA_DIR", desk.work().join("a-file").into_os_string());
        rehearsed(desk, &[], more)
    } },
    Row { name: "a file that cannot be written", kind: Some(FailureKind::Usage), formats: ALL, result: Result::Record, status: Some("decided"), go: |desk, more| {
        fs::create_dir_all(desk.work().join("gone")).unwrap();
        // The folder goes away while the debate runs: what was paid for is printed, and stored.
        std::os::unix::fs::symlink("gone/nowhere/x.md", desk.work().join("link.md")).unwrap();
        rehearsed(desk, &["--output", "link.md"], more)
    } },
    Row { name: "damaged log", kind: Some(FailureKind::Internal), formats: ALL, result: Result::Nothing, status: None, go: |desk, more| {
        rehearsed(desk, &[], &[]).expect(0);
        damage(desk);
        desk.run(&[&["show", "@"], more].concat())
    } },
    Row { name: "replay holds", kind: None, formats: LISTS, result: Result::Report, status: Some("decided"), go: |desk, more| {
        rehearsed(desk, &[], &[]).expect(0);
        desk.run(&[&["replay", "@"], more].concat())
    } },
    Row { name: "replay finds a mismatch", kind: Some(FailureKind::Mismatch), formats: LISTS, result: Result::Report, status: Some("decided"), go: |desk, more| {
        rehearsed(desk, &[], &[]).expect(0);
        let mut record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        record["decision"]["agreement"] = json!(0.123);
        desk.write("record.json", record.to_string());
        desk.run(&[&["replay", "@", "--record", "record.json"], more].concat())
    } },
    Row { name: "import finds a mismatch", kind: Some(FailureKind::Mismatch), formats: TEXT, result: Result::Nothing, status: None, go: |desk, _| {
        desk.write("bad.ndjson", "{\"event\":\"no such event\"}\n");
        desk.run(&["import", "bad.ndjson"])
    } },
    Row { name: "diff finds a difference", kind: Some(FailureKind::Mismatch), formats: DIFFS, result: Result::Report, status: Some("decided"), go: |desk, more| {
        rehearsed(desk, &["--seed", "1"], &[]).expect(0);
        rehearsed(desk, &["--seed", "1", "--rounds", "1"], &[]).expect(0);
        desk.run(&[&["diff", "@~1", "@", "--exit-code"], more].concat())
    } },
    Row { name: "diff of unrelated decisions", kind: None, formats: DIFFS, result: Result::Report, status: Some("decided"), go: |desk, more| {
        rehearsed(desk, &[], &[]).expect(0);
        desk.run(&["start", "--rehearse", "--topic", "Which queue?", "--quiet", "--mode", "vote"]).expect(0);
        desk.run(&[&["diff", "@~1", "@"], more].concat())
    } },
];

const DEBATE: [&str; 8] = ["start", "--topic", "Ship?", "--yes-no", "--quiet", "-n", "4", "--no-synthesis"];

fn rehearsed(desk: &Desk, arguments: &[&str], more: &[&str]) -> Ran {
    desk.run(&[&["start", "--topic", "Should we move?", "--rehearse", "--quiet"], arguments, more].concat())
}

/// Points the desk at a fake, with a key for four vendors.
fn seat(desk: &mut Desk, fake: &Fake) {
    desk.point(fake.url());
    for vendor in &program::VENDORS {
        desk.set(vendor.key_variable, vendor.key);
    }
}

/// A ballot for the option that a letter stands for: its digit, or `!` for the second and a blocking objection.
fn ballot(votes: &str, seen: &Seen, number: usize) -> String {
    let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
    let vendor = program::VENDORS.iter().position(|vendor| vendor.wire == seen.vendor_wire).unwrap();
    if reply.get("blocking_objection").is_some() {
        let vote = &votes[vendor..=vendor];
        reply["option"] = json!(if vote == "1" { "o1" } else { "o2" });
        reply["abstain_reason"] = Value::Null;
        reply["blocking_objection"] = if vote == "!" { json!("it is against the law") } else { Value::Null };
    }
    reply.to_string()
}

fn gated(desk: &mut Desk, votes: &'static str, gate: &[&str], more: &[&str]) -> Ran {
    let fake = Fake::start(Arc::new(move |seen, number| Behaviour::Say(ballot(votes, seen, number))));
    seat(desk, &fake);
    desk.run(&[&DEBATE[..], &["--mode", "vote"], gate, more].concat())
}

fn quorum_lost(desk: &mut Desk, more: &[&str]) -> Ran {
    let refusal = json!({ "error": { "type": "authentication_error", "message": "no" } });
    let fake = Fake::always(Behaviour::json(401, &refusal));
    seat(desk, &fake);
    desk.run(&[&DEBATE[..], more].concat())
}

/// A fake that answers the opening of four seats and leaves the rest hanging.
fn hanging() -> Fake {
    Fake::start(Arc::new(|seen, number| {
        if number < 4 { Behaviour::Say(voices::reply(seen, number)) } else { Behaviour::Hang }
    }))
}

fn interrupted(desk: &mut Desk, times: usize, more: &[&str]) -> Ran {
    // Whoever leaves at once while four are waited for must not be quicker than the program at catching the first signal.
    let fake = if times == 1 { hanging() } else { stuck_closing() };
    seat(desk, &fake);
    let arguments: Vec<&str> = if times == 1 { DEBATE.to_vec() } else { DEBATE[..7].to_vec() };
    let running = desk.spawn(&[&arguments[..], more].concat());
    fake.wait_for(|log| log.len() == 8);
    running.signal("INT");
    if times == 2 {
        // The first one was heard: what was in flight is dropped, and the closing text is asked for.
        fake.wait_for(|log| log.iter().filter(|seen| seen.ended.is_some()).count() >= 4);
        running.signal("INT");
    }
    running.wait()
}

fn stuck_closing() -> Fake {
    hanging()
}

fn asked_meanwhile(desk: &mut Desk, command: &str, more: &[&str]) -> Ran {
    let fake = hanging();
    seat(desk, &fake);
    let running = desk.spawn(&[&DEBATE[..], more].concat());
    fake.wait_for(|log| log.len() == 8);
    desk.run(&[command, "@"]).expect(0);
    running.wait()
}

fn paused(desk: &mut Desk, more: &[&str]) -> Ran {
    let fake = Fake::start(Arc::new(|seen, number| {
        let say = Behaviour::Say(voices::reply(seen, number));
        // Long enough for the request to be taken up, short enough to be waited for.
        if number < 4 { say } else { Behaviour::Delayed(Duration::from_millis(1_500), Box::new(say)) }
    }));
    seat(desk, &fake);
    let running = desk.spawn(&[&DEBATE[..], more].concat());
    fake.wait_for(|log| log.len() == 8);
    desk.run(&["pause", "@"]).expect(0);
    running.wait()
}

/// Overwrites an event in the middle of the log, as a bad disk would.
fn damage(desk: &Desk) {
    let connection = Connection::open(desk.data().join("roundtable.db")).unwrap();
    let changed = connection.execute("UPDATE events SET body = '{\"event\":' WHERE seq = 3", []).unwrap();
    assert_eq!(changed, 1);
}

/// Checks one ending in one format.
fn check(row: &Row, format: &str) {
    let what = format!("{} as {format}", row.name);
    let mut desk = Desk::new();
    let ran = (row.go)(&mut desk, &["--format", format]);
    let code = row.kind.map_or(0, |kind| i32::from(kind.exit_code()));
    assert_eq!(ran.code, Some(code), "{what}: {} {}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
    check_stdout(row.result, format, &ran.stdout, &what);
    check_stderr(row.kind, format, &ran.stderr, &what);
    if let Some(status) = row.status {
        let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(record["status"], status, "{what}");
        assert!(jsonschema::draft202012::is_valid(&schema::decision(), &record), "{what}: {record}");
        desk.run(&["replay", "@"]).expect(0);
        for (session, log) in stored::read(&desk.data()) {
            log.check(&format!("{what}: {session}"));
        }
    }
}

fn check_stdout(result: Result, format: &str, stdout: &str, what: &str) {
    if result == Result::Nothing {
        assert_eq!(stdout, "", "{what}");
        return;
    }
    assert!(stdout.ends_with('\n'), "{what}: {stdout}");
    match format {
        "json" => {
            let value: Value = serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{what}: {error}: {stdout}"));
            if result == Result::Record {
                assert!(jsonschema::draft202012::is_valid(&schema::decision(), &value), "{what}: {value}");
            }
        }
        "ndjson" => {
            let events = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            assert!(events.zip(1..).all(|(event, seq)| event["seq"] == seq), "{what}: {stdout}");
        }
        "html" => assert!(stdout.starts_with("<!DOCTYPE html>") && stdout.ends_with("</html>\n"), "{what}"),
        "text" | "markdown" | "adr" => assert!(!stdout.trim().is_empty(), "{what}"),
        other => panic!("{what}: nothing is known of {other}"),
    }
}

/// One error or none. In a format for programs it is the last line, and a JSON object.
fn check_stderr(kind: Option<FailureKind>, format: &str, stderr: &str, what: &str) {
    let is_json = ["json", "ndjson"].contains(&format);
    let objects: Vec<Value> = stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let errors = if is_json { objects.len() } else { lines_with(stderr, "error: ").len() };
    assert_eq!(errors, usize::from(kind.is_some()), "{what}: {stderr}");
    if let (Some(kind), true) = (kind, is_json) {
        let error = &objects[0]["error"];
        assert_eq!((&error["kind"], stderr.trim_end().lines().count()), (&json!(kind.name()), 1), "{what}: {stderr}");
        assert!(error["message"].is_string() && error["retryable"].is_boolean(), "{what}: {error}");
    }
    assert!(lines_with(stderr, "hint: ").len() <= usize::from(!is_json), "{what}: {stderr}");
}

/// Runs the rows whose place in the table is `part` of `parts`, so that two cores share the work.
fn run(part: usize, parts: usize) {
    for row in ROWS.iter().skip(part).step_by(parts) {
        row.formats.iter().for_each(|format| check(row, format));
    }
}

#[test]
fn every_ending_in_every_format_one() {
    run(0, 2);
}

#[test]
fn every_ending_in_every_format_two() {
    run(1, 2);
}
