//! Every way in which a command can end, in every format: the documented exit code, a result on stdout that can be read or
//! nothing, one error on stderr in the right form, and in the store a session that is whole.
//!
//! A new ending is one more row: its exit code, the formats it is tried in, how the record stands, and how to get there.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program;
use crate::support::program::{Desk, Ran, lines_with};
use crate::support::stored;
use crate::support::voices;
use roundtable::error::FailureKind;
use roundtable::export::schema;

/// The formats of a record.
const ALL: &[&str] = &["text", "markdown", "adr", "html", "json", "ndjson"];
const TEXT: &[&str] = &["text"];
const LISTS: &[&str] = &["text", "json"];
const DIFFS: &[&str] = &["text", "markdown", "json"];

/// What stdout holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The record.
    Record,
    /// Something else than the record: one JSON value with `--format json`.
    Report,
    /// Nothing.
    Nothing,
    /// The record or nothing: the end comes as fast as the signal that forestalls it.
    Perhaps,
}

/// A way to end.
struct Row {
    name: &'static str,
    /// `None`: success.
    kind: Option<FailureKind>,
    formats: &'static [&'static str],
    result: Shown,
    /// How the latest session of the store may stand then; empty when there is none to look at.
    status: &'static [&'static str],
    /// Gets there, with these arguments at the end of the last command.
    go: fn(&mut Desk, &[&str]) -> Ran,
}

const ROWS: &[Row] = &[
    Row {
        name: "decided",
        kind: None,
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "1111", &[], more),
    },
    Row {
        name: "gate holds",
        kind: None,
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "1112", &["--min-agreement", "0.75"], more),
    },
    Row {
        name: "agreement too low",
        kind: Some(FailureKind::Gate),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "1112", &["--min-agreement", "0.8"], more),
    },
    Row {
        name: "another option won",
        kind: Some(FailureKind::Gate),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "1112", &["--expect", "No"], more),
    },
    Row {
        name: "blocking dissent",
        kind: Some(FailureKind::Gate),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "111!", &["--no-blocking-dissent"], more),
    },
    Row {
        name: "no option won",
        kind: Some(FailureKind::Gate),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| gated(desk, "1122", &["--min-agreement", "0"], more),
    },
    Row {
        name: "policy not met",
        kind: Some(FailureKind::Gate),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| {
            desk.write("roundtable.yaml", "policy: { min_agreement: 0.8 }\n");
            gated(desk, "1112", &[], more)
        },
    },
    Row {
        name: "quorum lost",
        kind: Some(FailureKind::Providers),
        formats: ALL,
        result: Shown::Record,
        status: &["quorum_lost"],
        go: quorum_lost,
    },
    Row {
        name: "stopped by a command",
        kind: Some(FailureKind::Interrupted),
        formats: ALL,
        result: Shown::Record,
        status: &["stopped"],
        go: |desk, more| asked_meanwhile(desk, "stop", more),
    },
    Row {
        name: "paused",
        kind: Some(FailureKind::Interrupted),
        formats: ALL,
        result: Shown::Record,
        status: &["paused"],
        go: paused,
    },
    Row {
        name: "first interrupt",
        kind: Some(FailureKind::Interrupted),
        formats: ALL,
        result: Shown::Record,
        status: &["stopped"],
        go: |desk, more| interrupted(desk, 1, more),
    },
    Row {
        name: "second interrupt",
        kind: Some(FailureKind::Interrupted),
        formats: ALL,
        result: Shown::Perhaps,
        status: &["open", "stopped"],
        go: |desk, more| interrupted(desk, 2, more),
    },
    Row {
        name: "waits for a fact",
        kind: Some(FailureKind::Waiting),
        formats: ALL,
        result: Shown::Record,
        status: &["waiting"],
        go: needing,
    },
    Row {
        name: "waits for a person",
        kind: Some(FailureKind::Waiting),
        formats: ALL,
        result: Shown::Record,
        status: &["waiting"],
        go: |desk, more| rehearsed(desk, &["--seat", "human:Ada"], more),
    },
    Row {
        name: "tokens used up",
        kind: Some(FailureKind::Limit),
        formats: ALL,
        result: Shown::Record,
        status: &["limit_reached"],
        go: |desk, more| limited(desk, "--max-tokens", "5000", more),
    },
    Row {
        name: "dollars used up",
        kind: Some(FailureKind::Limit),
        formats: ALL,
        result: Shown::Record,
        status: &["limit_reached"],
        go: |desk, more| limited(desk, "--max-cost", "0.001", more),
    },
    Row {
        name: "time is up",
        kind: Some(FailureKind::Limit),
        formats: ALL,
        result: Shown::Record,
        status: &["limit_reached"],
        go: |desk, more| {
            let fake = hanging();
            seat(desk, &fake);
            desk.run(&[&DEBATE[..], &["--timeout", "1s"], more].concat())
        },
    },
    Row {
        name: "a limit below the first calls",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| {
            let fake = talking();
            seat(desk, &fake);
            desk.run(&[&DEBATE[..], &["--max-tokens", "10"], more].concat())
        },
    },
    Row {
        name: "a secret in the material",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| {
            let fake = talking();
            seat(desk, &fake);
            desk.write("notes.md", format!("key: {}", program::VENDORS[0].key));
            desk.run(&[&DEBATE[..], &["--context", "notes.md"], more].concat())
        },
    },
    Row {
        name: "a premise that changed",
        kind: Some(FailureKind::Gate),
        formats: LISTS,
        result: Shown::Report,
        status: &["decided"],
        go: |desk, more| {
            desk.write("plan.md", "Ten a second.\n");
            rehearsed(desk, &["--context", "plan.md", "--output", "move.adr.md"], &[]).expect(0);
            desk.write("plan.md", "Nine a second.\n");
            desk.run(&[&["check"], more].concat())
        },
    },
    Row {
        name: "no key",
        kind: Some(FailureKind::Credentials),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| desk.run(&[&["start", "--topic", "x"], more].concat()),
    },
    Row {
        name: "a flag that cannot be used",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| rehearsed(desk, &["-n", "99"], more),
    },
    Row {
        name: "a flag that cannot be read",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| rehearsed(desk, &["--seed", "x"], more),
    },
    Row {
        name: "a gate for a rehearsal",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| rehearsed(desk, &["--min-agreement", "1"], more),
    },
    Row {
        name: "no such session",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| desk.run(&[&["show", "@"], more].concat()),
    },
    Row {
        name: "store unusable",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| {
            desk.write("a-file", "");
            desk.set("ROUNDTABLE_DATA_DIR", desk.work().join("a-file").into_os_string());
            rehearsed(desk, &[], more)
        },
    },
    Row {
        name: "a file that cannot be written",
        kind: Some(FailureKind::Usage),
        formats: ALL,
        result: Shown::Record,
        status: &["decided"],
        go: |desk, more| {
            // A disk that is full by the time: what was paid for is printed, and stored.
            std::os::unix::fs::symlink("/dev/full", desk.work().join("full.md")).unwrap();
            rehearsed(desk, &["--output", "full.md"], more)
        },
    },
    Row {
        name: "damaged log",
        kind: Some(FailureKind::Internal),
        formats: ALL,
        result: Shown::Nothing,
        status: &[],
        go: |desk, more| {
            rehearsed(desk, &[], &[]).expect(0);
            damage(desk);
            desk.run(&[&["show", "@"], more].concat())
        },
    },
    Row {
        name: "replay holds",
        kind: None,
        formats: LISTS,
        result: Shown::Report,
        status: &["decided"],
        go: |desk, more| {
            rehearsed(desk, &[], &[]).expect(0);
            desk.run(&[&["replay", "@"], more].concat())
        },
    },
    Row {
        name: "replay finds a mismatch",
        kind: Some(FailureKind::Mismatch),
        formats: LISTS,
        result: Shown::Report,
        status: &["decided"],
        go: |desk, more| {
            rehearsed(desk, &[], &[]).expect(0);
            let mut record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
            record["decision"]["agreement"] = json!(0.123);
            desk.write("record.json", record.to_string());
            desk.run(&[&["replay", "@", "--record", "record.json"], more].concat())
        },
    },
    Row {
        name: "import finds a mismatch",
        kind: Some(FailureKind::Mismatch),
        formats: TEXT,
        result: Shown::Nothing,
        status: &[],
        go: |desk, _| {
            desk.write("bad.ndjson", "{\"event\":\"no such event\"}\n");
            desk.run(&["import", "bad.ndjson"])
        },
    },
    Row {
        name: "diff finds a difference",
        kind: Some(FailureKind::Mismatch),
        formats: DIFFS,
        result: Shown::Report,
        status: &["decided"],
        go: |desk, more| {
            rehearsed(desk, &["--seed", "1"], &[]).expect(0);
            rehearsed(desk, &["--seed", "1", "--rounds", "1"], &[]).expect(0);
            desk.run(&[&["diff", "@~1", "@", "--exit-code"], more].concat())
        },
    },
    Row {
        name: "diff of unrelated decisions",
        kind: None,
        formats: DIFFS,
        result: Shown::Report,
        status: &["decided"],
        go: |desk, more| {
            rehearsed(desk, &[], &[]).expect(0);
            desk.run(&["start", "--rehearse", "--topic", "Which queue?", "--quiet", "--mode", "vote"]).expect(0);
            desk.run(&[&["diff", "@~1", "@"], more].concat())
        },
    },
    Row {
        name: "a provider does not answer",
        kind: Some(FailureKind::Providers),
        formats: LISTS,
        result: Shown::Report,
        status: &[],
        go: |desk, more| {
            let fake = Fake::always(Behaviour::json(401, &json!({ "error": { "message": "no" } })));
            seat(desk, &fake);
            desk.run(&[&["providers", "--check"], more].concat())
        },
    },
    Row {
        name: "doctor finds a problem",
        kind: Some(FailureKind::Usage),
        formats: LISTS,
        result: Shown::Report,
        status: &[],
        go: |desk, more| desk.run(&[&["doctor"], more].concat()),
    },
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
    Fake::start(Arc::new(
        |seen, number| {
            if number < 4 { Behaviour::Say(voices::reply(seen, number)) } else { Behaviour::Hang }
        },
    ))
}

fn interrupted(desk: &mut Desk, times: usize, more: &[&str]) -> Ran {
    let fake = hanging();
    seat(desk, &fake);
    let running = desk.spawn(&[&DEBATE[..], more].concat());
    fake.wait_for(|log| log.len() == 8);
    (0..times).for_each(|_| running.signal("INT"));
    running.wait()
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
    // Four replies, which are held back until the request has been taken up.
    let taken_up = Arc::new(Barrier::new(5));
    let held_back = Arc::clone(&taken_up);
    let fake = Fake::start(Arc::new(move |seen, number| {
        let say = Behaviour::Say(voices::reply(seen, number));
        if number < 4 { say } else { Behaviour::Together(Arc::clone(&held_back), Box::new(say)) }
    }));
    seat(desk, &fake);
    let running = desk.spawn(&[&DEBATE[..], more].concat());
    fake.wait_for(|log| log.len() == 8);
    desk.run(&["pause", "@"]).expect(0);
    futures_util::future::FutureExt::now_or_never(taken_up.wait());
    running.wait()
}

fn talking() -> Fake {
    Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))))
}

/// Every seat needs a fact before it goes on.
fn needing(desk: &mut Desk, more: &[&str]) -> Ran {
    let fake = Fake::start(Arc::new(|seen: &Seen, number| {
        let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        if reply.get("needs").is_some() {
            reply["needs"] = json!([{ "query": "What is the peak load?", "reason": "it decides", "required": true }]);
        }
        Behaviour::Say(reply.to_string())
    }));
    seat(desk, &fake);
    desk.run(&[&DEBATE[..], more].concat())
}

/// Runs into a limit that leaves room for the opening alone: the least that is not refused.
fn limited(desk: &mut Desk, flag: &str, too_low: &str, more: &[&str]) -> Ran {
    let fake = talking();
    seat(desk, &fake);
    let refused = desk.run(&[&DEBATE[..], &[flag, too_low]].concat()).expect(2);
    let (_, least) = refused.stderr.split_once(&format!("pass {flag} ")).unwrap();
    desk.run(&[&DEBATE[..], &[flag, least.split(' ').next().unwrap()], more].concat())
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
    if !row.status.is_empty() {
        let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert!(row.status.iter().any(|status| record["status"] == *status), "{what}: {}", record["status"]);
        assert!(jsonschema::draft202012::is_valid(&schema::decision(), &record), "{what}: {record}");
        desk.run(&["replay", "@"]).expect(0);
        for (session, log) in stored::read(&desk.data()) {
            log.check(&format!("{what}: {session}"));
        }
    }
}

fn check_stdout(result: Shown, format: &str, stdout: &str, what: &str) {
    if result == Shown::Nothing || result == Shown::Perhaps && stdout.is_empty() {
        assert_eq!(stdout, "", "{what}");
        return;
    }
    assert!(stdout.ends_with('\n'), "{what}: {stdout}");
    match format {
        "json" => {
            let value: Value = serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{what}: {error}: {stdout}"));
            if result != Shown::Report {
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
