//! Logs at the command line: written out, run over anew, played.

use crate::support::program::{Desk, lines_with};
use roundtable::debate::replay;
use roundtable::export::ndjson;
use rusqlite::Connection;
use serde_json::{Value, json};

const START: [&str; 8] =
    ["start", "--topic", "Should we move?", "--rehearse", "--mode", "collaborative", "--seed", "7"];

/// A desk with one finished session, and its record.
fn desk() -> (Desk, Value) {
    let desk = Desk::new();
    let record = desk.run(&[&START[..], &["--quiet", "--format", "json"]].concat()).expect(0).record();
    (desk, record)
}

/// Changes the body of every event of a tag, behind the program's back.
fn alter(desk: &Desk, tag: &str, from: &str, to: &str) {
    let store = Connection::open(desk.data().join("roundtable.db")).unwrap();
    let changed = store
        .execute(
            "UPDATE events SET body = replace(body, ?2, ?3) WHERE body LIKE '%\"event\":\"' || ?1 || '\"%' AND instr(body, ?2) > 0",
            [tag, from, to],
        )
        .unwrap();
    assert!(changed > 0, "{tag} holds no {from}");
}

#[test]
fn a_session_is_written_out_in_every_format() {
    let (desk, record) = desk();
    let log = desk.run(&["export", "@"]).expect(0);
    let events = ndjson::read(&log.stdout).unwrap();
    assert_eq!((log.stderr.as_str(), replay::verify(&events).unwrap()), ("", vec![]));
    for format in ["text", "markdown", "json", "ndjson"] {
        let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
        assert_eq!(desk.run(&["export", "@", "--format", format]).expect(0).stdout, shown, "{format}");
    }
    assert_eq!(desk.run(&["export", "@", "--format", "json"]).expect(0).record(), record);
    let files =
        ["--output", "a.txt", "--output", "a.md", "--output", "a.json", "--output", "a.ndjson", "--output", "a.jsonl"];
    let ran = desk.run(&[&["export", "@"], &files[..]].concat()).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!((desk.read("a.ndjson"), desk.read("a.jsonl")), (log.stdout.clone(), log.stdout.clone()));
    assert_eq!(serde_json::from_str::<Value>(&desk.read("a.json")).unwrap(), record);
    let both = desk.run(&["export", "@", "--format", "ndjson", "--output", "b.md"]).expect(0);
    assert_eq!((both.stdout, desk.read("b.md")), (log.stdout, desk.read("a.md")));
}

#[test]
fn every_command_that_prints_a_record_writes_the_log() {
    let (desk, _) = desk();
    desk.run(&["show", "@", "--output", "shown.ndjson"]).expect(0);
    assert_eq!(desk.read("shown.ndjson"), desk.run(&["export", "@"]).expect(0).stdout);
    let started =
        desk.run(&[&START[..], &["--quiet", "--format", "ndjson", "--output", "started.jsonl"]].concat()).expect(0);
    assert_eq!(desk.read("started.jsonl"), started.stdout);
    assert_eq!(desk.run(&["export", "@"]).expect(0).stdout, started.stdout);
}

#[test]
fn a_log_that_was_left_alone_replays_to_the_same_bytes() {
    let (desk, record) = desk();
    let id = record["session"].as_str().unwrap();
    let events = desk.run(&["export", "@"]).expect(0).stdout;
    let prompts = events.lines().filter(|line| line.contains("\"event\":\"turn_started\"")).count();
    let due = format!("{id}: {} events, {prompts} prompts, same bytes\n", events.lines().count());
    let ran = desk.run(&["replay", "@"]).expect(0);
    assert_eq!((&ran.stdout, ran.stderr.as_str()), (&due, ""));
    desk.run(&[&START[..], &["--quiet"]].concat()).expect(0);
    assert_eq!(desk.run(&["replay", "--all"]).expect(0).stdout.lines().count(), 2);
    assert_eq!(desk.run(&["replay", "@", "@~1"]).expect(0).stdout.lines().nth(1), Some(due.trim_end()));
    let json = desk.run(&["replay", "@~1", "--format", "json"]).expect(0).json();
    let entry = json!({ "session": id, "events": events.lines().count(), "prompts": prompts, "misses": [] });
    assert_eq!(json, json!({ "sessions": [entry] }));
}

#[test]
fn a_log_that_was_altered_is_a_loud_miss() {
    let cases: [(&str, &str, &str, &str); 5] = [
        ("round_closed", "\"agreement\":0.75", "\"agreement\":0.5", "consensus.agreement"),
        ("decided", "\"label\":\"majority\"", "\"label\":\"strong\"", "decision.label"),
        ("turn_started", "\"bytes\":", "\"bytes\":1", "prompt.bytes"),
        ("turn_finished", "\"option\":\"o1\"", "\"option\":\"o2\"", "response."),
        ("session_closed", "\"ending\":\"decided\"", "\"ending\":\"quorum_lost\"", "ending"),
    ];
    for (tag, from, to, field) in cases {
        let (desk, record) = desk();
        let id = record["session"].as_str().unwrap();
        alter(&desk, tag, from, to);
        let ran = desk.run(&["replay", "@"]).expect(8);
        let misses = lines_with(&ran.stdout, &format!("{id}: event "));
        assert!(misses.len() == ran.stdout.lines().count() && !misses.is_empty(), "{}", ran.stdout);
        assert!(misses[0].contains(&format!(" {tag}: {field}")), "{}", misses[0]);
        let error = lines_with(&ran.stderr, "error: ");
        assert!(error.len() == 1 && error[0].contains(&format!("({tag}) differs in `{field}")), "{}", ran.stderr);
        let more = match misses.len() - 1 {
            0 => None,
            1 => Some("1 further miss".to_owned()),
            more => Some(format!("{more} further misses")),
        };
        assert!(more.is_none_or(|more| error[0].ends_with(&more)), "{}", ran.stderr);
        assert_eq!(lines_with(&ran.stderr, "hint: ").len(), 1);
        let ran = desk.run(&["replay", "@", "--format", "json"]).expect(8);
        let listed = ran.json()["sessions"][0]["misses"].clone();
        assert_eq!(listed.as_array().unwrap().len(), misses.len());
        assert!(listed[0]["event"] == tag && listed[0]["field"].as_str().unwrap().starts_with(field), "{listed}");
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!((&error["error"]["kind"], &error["error"]["session"]), (&json!("mismatch"), &json!(id)));
        // The others are looked at all the same.
        desk.run(&[&START[..], &["--quiet"]].concat()).expect(0);
        let ran = desk.run(&["replay", "--all"]).expect(8);
        assert_eq!(ran.stdout.lines().filter(|line| line.ends_with("same bytes")).count(), 1, "{}", ran.stdout);
    }
}

#[test]
fn a_log_that_cannot_be_read_hides_no_other() {
    let (desk, _) = desk();
    alter(&desk, "decided", "\"event\":\"decided\"", "\"event\":\"coin_tossed\"");
    desk.run(&[&START[..], &["--quiet"]].concat()).expect(0);
    let ran = desk.run(&["replay", "--all"]).expect(1);
    assert_eq!((ran.stdout.lines().count(), lines_with(&ran.stderr, "error: ").len()), (1, 1), "{}", ran.stderr);
}

#[test]
fn an_exported_record_is_held_against_its_log() {
    let (desk, mut record) = desk();
    desk.run(&["export", "@", "--output", "record.json"]).expect(0);
    assert!(desk.run(&["replay", "@", "--record", "record.json"]).expect(0).stdout.ends_with("same bytes\n"));
    record["decision"]["agreement"] = json!(1.0);
    record.as_object_mut().unwrap().remove("dissent");
    desk.write("altered.json", record.to_string());
    let ran = desk.run(&["replay", "@", "--record", "altered.json"]).expect(8);
    let told: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(told.len(), 2, "{}", ran.stdout);
    assert!(told[0].contains(" record: decision.agreement: recorded 1.0, recomputed 0.75"), "{}", told[0]);
    assert!(told[1].contains(" record: dissent: recorded absent, recomputed ["), "{}", told[1]);
    assert!(ran.stderr.contains("the record differs in `decision.agreement`"), "{}", ran.stderr);
    desk.write("text.json", "Kafka it is");
    desk.write("other.json", "{}");
    for file in ["nowhere.json", "text.json", "other.json"] {
        desk.run(&["replay", "@", "--record", file]).expect(2);
    }
}

#[test]
fn a_session_is_played_off_a_terminal_as_plain_lines() {
    let (desk, _) = desk();
    let played = desk.run(&["replay", "@", "--watch"]).expect(0);
    assert_eq!(played.stdout, desk.run(&["show", "@"]).expect(0).stdout);
    let live = desk.run(&[&START[..], &["--progress", "plain"]].concat()).expect(0);
    let told = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told(&played.stderr), told(&live.stderr), "a session played is told as a session that runs");
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let (desk, _) = desk();
    let cases: [&[&str]; 7] = [
        &["replay"],
        &["replay", "@", "--all"],
        &["replay", "@", "@", "--watch"],
        &["replay", "@", "@", "--record", "x.json"],
        &["replay", "--all", "--watch"],
        &["replay", "@~9"],
        &["export", "@", "--output", "x.docx"],
    ];
    for arguments in cases {
        let ran = desk.run(arguments).expect(2);
        assert_eq!(
            (ran.stdout.as_str(), lines_with(&ran.stderr, "error: ").len()),
            ("", 1),
            "{}: {}",
            ran.what,
            ran.stderr
        );
    }
}
