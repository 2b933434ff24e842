//! What the panel's answers amount to, and what is said of it: the program with four seats and a moderator behind one server.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "support/fake.rs"]
mod fake;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use fake::{Behaviour, Fake, Seen};
use program::{Desk, Ran, lines_with};

const REASON: &str = "The load figures are missing.";

/// A vote of four seats between Kafka and NATS.
const VOTE: [&str; 9] = ["start", "--topic", "Which queue?", "--option", "Kafka", "--option", "NATS", "--mode", "vote"];
/// Who sits and who moderates, all behind one server.
const PANEL: [&str; 12] = [
    "--agent-count",
    "4",
    "--provider",
    "vllm=m1",
    "--provider",
    "vllm=m2",
    "--provider",
    "vllm=m3",
    "--provider",
    "vllm=m4",
    "--moderator",
    "vllm=mod",
];

/// What a seat answers, or the moderator: fields that stand in for those of a sound ballot for `o2`.
type Says = Arc<dyn Fn(&Seen) -> Behaviour + Send + Sync>;

/// A sound reply to whatever is asked, with these fields in place of its own.
fn filled(seen: &Seen, own: &Value) -> Behaviour {
    let sound = json!({
        "because": "it is sound", "statement": "I hold this.", "confidence": 0.8, "ratings": { "o1": -1, "o2": 2 },
        "option": "o2", "abstain_reason": null, "blocking_objection": null, "change": null, "opening_was": null,
        "claims": [], "concessions": [], "needs": [], "would_change_my_mind": [], "conclusion": "It is decided.",
        "rationale": [], "risks": [], "next_steps": [], "would_change": [],
    });
    let mut choose = |name: &str, _: &Value| own.get(name).or_else(|| sound.get(name)).cloned();
    Behaviour::Say(fake::fill(&seen.schema, &mut choose).to_string())
}

/// The seats answer with these fields, in order, and the moderator with the last.
fn says(seats: [Value; 4], moderator: Value) -> Says {
    Arc::new(move |seen| {
        let seat = seen.model.strip_prefix('m').and_then(|seat| seat.parse::<usize>().ok());
        filled(seen, seat.and_then(|seat| seats.get(seat - 1)).unwrap_or(&moderator))
    })
}

/// A seat that answers this in place of a ballot.
fn instead(seats: usize, behaviour: fn() -> Behaviour) -> Says {
    Arc::new(move |seen| match seen.model.strip_prefix('m').and_then(|seat| seat.parse::<usize>().ok()) {
        Some(seat) if seat <= seats => behaviour(),
        Some(_) | None => filled(seen, &json!({})),
    })
}

fn abstains() -> Value {
    json!({ "option": null, "ratings": { "o1": 0, "o2": 0 }, "abstain_reason": REASON })
}

fn votes(option: &str, ratings: [i64; 2]) -> Value {
    json!({ "option": option, "ratings": { "o1": ratings[0], "o2": ratings[1] } })
}

/// A desk whose server answers as `says`.
fn desk(says: Says) -> (Desk, Fake) {
    let fake = Fake::start(Arc::new(move |seen, _| says(seen)));
    let mut desk = Desk::new();
    desk.set("VLLM_BASE_URL", fake.url());
    (desk, fake)
}

fn vote(desk: &Desk, more: &[&str]) -> Ran {
    desk.run(&[&VOTE[..], &PANEL[..], more].concat())
}

#[test]
fn a_panel_that_was_heard_and_chose_nothing_has_decided_so() {
    let sound = || json!({});
    let rows = [
        ("two of four", [abstains(), abstains(), sound(), sound()]),
        ("three of four", [abstains(), sound(), abstains(), abstains()]),
        ("all", [abstains(), abstains(), abstains(), abstains()]),
        ("two, and two that differ", [abstains(), votes("o1", [2, -1]), abstains(), sound()]),
    ];
    for (title, seats) in rows {
        let abstainers = seats.iter().filter(|seat| seat.get("abstain_reason").is_some()).count();
        let (desk, fake) = desk(says(seats, json!({})));
        let ran = vote(&desk, &[]).expect(0);
        assert!(ran.stdout.starts_with("No decision: "), "{title}: {}", ran.stdout);
        assert!(ran.stdout.contains(REASON), "{title}: {}", ran.stdout);
        assert!(ran.stdout.contains(&format!("{abstainers} of 4 abstain")), "{title}: {}", ran.stdout);
        let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(
            (&record["status"], &record["decision"]["label"]),
            (&json!("decided"), &json!("no_choice")),
            "{title}"
        );
        assert_eq!(
            (&record["decision"]["option"], &record["decision"]["level"]),
            (&Value::Null, &json!("low")),
            "{title}"
        );
        assert_eq!(record["final"]["abstained"], json!(abstainers), "{title}");
        let calls = fake.log().len();
        for format in ["text", "markdown", "adr", "html", "json", "ndjson"] {
            let resumed = desk.run(&["resume", "@", "--format", format]).expect(0);
            assert!(resumed.stdout.contains(REASON), "{title} in {format}: {}", resumed.stdout);
            for unfit in ["could be heard", "could not be heard", "run it again", "run the job again", "retryable"] {
                assert!(
                    !format!("{}{}", resumed.stdout, resumed.stderr).contains(unfit),
                    "{title} in {format}: {unfit}"
                );
            }
        }
        assert_eq!(fake.log().len(), calls, "{title}: nobody is asked again");
    }
}

#[test]
fn no_gate_passes_on_a_panel_that_chose_nothing() {
    for gate in [&["--min-agreement", "0"][..], &["--expect", "NATS"], &["--no-blocking-dissent"]] {
        let (desk, _fake) = desk(says([abstains(), abstains(), json!({}), json!({})], json!({})));
        let ran = vote(&desk, gate).expect(3);
        assert!(ran.stderr.contains("no option won"), "{gate:?}: {}", ran.stderr);
        desk.run(&["resume", "@"]).expect(3);
    }
}

#[test]
fn a_lost_quorum_tells_whether_providers_or_readings_failed() {
    let refused =
        || Behaviour::json(401, &json!({ "error": { "message": "no such key", "type": "invalid_request_error" } }));
    let prose = || Behaviour::Say("I would rather not answer in a form.".to_owned());
    let rows = [
        ("keys", refused as fn() -> Behaviour, "provider", "the providers of "),
        ("prose", prose, "reading", "the replies of "),
    ];
    for (title, behaviour, cause, told) in rows {
        let (desk, _fake) = desk(instead(2, behaviour));
        let ran = vote(&desk, &["--format", "json", "--quiet"]).expect(5);
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(error["error"]["kind"], "providers", "{title}");
        assert!(error["error"]["message"].as_str().unwrap().contains(told), "{title}: {error}");
        let record = ran.record();
        assert_eq!(record["decision"]["label"], "no_quorum", "{title}");
        let unheard = record["unheard"].as_array().unwrap();
        assert!(unheard.len() >= 2 && unheard.iter().all(|seat| seat["cause"] == cause), "{title}: {unheard:?}");
        for format in ["text", "markdown", "adr", "html"] {
            let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
            assert!(shown.contains(told), "{title} in {format}: {shown}");
        }
    }
}

#[test]
fn the_script_for_ci_takes_abstentions_for_an_outcome() {
    let (mut desk, fake) = desk(says([abstains(), abstains(), json!({}), json!({})], json!({})));
    fs::create_dir(desk.work().join("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_roundtable"), desk.work().join("bin/roundtable")).unwrap();
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"), desk.work().join("docs")).unwrap();
    desk.set("DECISION_NAME", "queue");
    let arguments: Vec<String> = VOTE[1..].iter().chain(&PANEL).map(|word| format!("'{word}'")).collect();
    let line = format!("PATH=\"$PWD/bin:$PATH\"; export PATH; sh docs/ci.sh {}", arguments.join(" "));
    let first = desk.shell(&line).expect(0);
    let told = lines_with(&first.stderr, "queue: ");
    assert_eq!(told, ["queue: decided: the panel was heard and chose nothing"], "{}", first.stderr);
    let calls = fake.log().len();
    let report = desk.read("decision/decision.json");
    desk.shell(&line).expect(0);
    assert_eq!((fake.log().len(), desk.read("decision/decision.json")), (calls, report));
}

/// Starts `same` this many times, each after a pause, with `more`.
fn starts(desk: &Desk, pauses: &[Duration], more: &[&str]) -> Vec<Ran> {
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--format", "json"], more].concat();
    let start = |pause: &Duration| {
        thread::sleep(*pause);
        desk.spawn(&arguments)
    };
    let running: Vec<_> = pauses.iter().map(start).collect();
    running.into_iter().map(program::Running::wait).collect()
}

fn slow() -> Says {
    Arc::new(|seen| Behaviour::Delayed(Duration::from_millis(700), Box::new(filled(seen, &json!({})))))
}

#[test]
fn starts_of_one_name_come_to_one_decision_and_pay_once() {
    for (title, pauses) in [("together", [0, 0, 0]), ("while the first runs", [0, 500, 0])] {
        let (desk, fake) = desk(slow());
        let ran = starts(&desk, &pauses.map(Duration::from_millis), &[]);
        let records: Vec<Value> = ran.into_iter().map(|ran| ran.expect(0).record()).collect();
        assert!(records.iter().all(|record| *record == records[0]), "{title}: one decision");
        let paid = fake.log().iter().filter(|seen| seen.model != "mod").count();
        assert_eq!(paid, 4, "{title}: no ballot is paid for twice");
    }
}

#[test]
fn a_start_that_does_not_wait_says_that_the_session_runs() {
    let (desk, fake) = desk(slow());
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--no-wait"]].concat();
    let first = desk.spawn(&arguments);
    fake.wait_for(|log| !log.is_empty());
    let second = desk.run(&arguments).expect(2);
    assert!(second.stderr.contains("being run elsewhere"), "{}", second.stderr);
    first.wait().expect(0);
}

#[test]
fn a_start_that_waits_says_so_once_and_takes_over_from_one_that_is_killed() {
    let (desk, fake) = desk(slow());
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--progress", "plain"]].concat();
    let mut first = desk.spawn(&arguments);
    fake.wait_for(|log| !log.is_empty());
    let second = desk.spawn(&arguments);
    thread::sleep(Duration::from_millis(300));
    first.kill();
    first.wait();
    let ran = second.wait().expect(0);
    assert_eq!(ran.stderr.matches("waited for").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("is being run elsewhere; its decision is waited for"), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("NATS"), "{}", ran.stdout);
}
