//! The stored sessions as a library: listed by filters, searched, renamed, deleted, taken out and in again.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "support/program.rs"]
mod program;

use program::{Desk, Ran, lines_with};
use serde_json::Value;

fn start(desk: &Desk, topic: &str, more: &[&str]) -> Value {
    let arguments = ["start", "--topic", topic, "--rehearse", "--quiet", "-n", "2", "--format", "json"];
    desk.run(&[&arguments[..], more].concat()).expect(0).record()
}

/// Four sessions, told apart by name.
fn shelf() -> Desk {
    let desk = Desk::new();
    start(
        &desk,
        "Which queue fits?",
        &["--mode", "vote", "--name", "queue", "--tag", "team=core", "--tag", "year=2026"],
    );
    start(&desk, "Is Zürich too far?", &["--mode", "vote", "--name", "far", "--tag", "team=ops"]);
    start(&desk, "Which editor?", &["--mode", "delphi", "--name", "editor"]);
    start(&desk, "Do we need a queue at all?", &["--mode", "delphi", "--name", "need", "--tag", "team=core"]);
    desk
}

fn names(ran: Ran, list: &str) -> Vec<String> {
    let listed = ran.expect(0).json();
    let sessions = listed[list].as_array().unwrap().iter();
    sessions.map(|session| session["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_is_narrowed_by_what_is_known_of_a_session() {
    let desk = shelf();
    let cases: [(&[&str], &[&str]); 12] = [
        (&[], &["need", "editor", "far", "queue"]),
        (&["--mode", "delphi"], &["need", "editor"]),
        (&["--tag", "team=core"], &["need", "queue"]),
        (&["--tag", "team"], &["need", "far", "queue"]),
        (&["--tag", "team=core", "--tag", "year=2026"], &["queue"]),
        (&["--text", "QUEUE"], &["need", "queue"]),
        (&["--text", "QUEUE", "--mode", "vote"], &["queue"]),
        (&["--status", "decided", "--limit", "1"], &["need"]),
        (&["--status", "paused"], &[]),
        (&["--since", "1h"], &["need", "editor", "far", "queue"]),
        (&["--since", "2999-01-01"], &[]),
        (&["--until", "2020-01-01T00:00:00Z"], &[]),
    ];
    for (arguments, expected) in cases {
        let ran = desk.run(&[&["list", "--format", "json"], arguments].concat());
        assert_eq!(names(ran, "sessions"), expected, "{arguments:?}");
    }
    let ran = desk.run(&["list", "--since", "yesterday-ish"]).expect(2);
    assert!(lines_with(&ran.stderr, "error: ")[0].contains("--since is `yesterday-ish`"), "{}", ran.stderr);
}

#[test]
fn what_was_said_is_found() {
    let desk = shelf();
    let cases: [(&[&str], &[&str]); 6] = [
        (&["queue"], &["need", "queue"]),
        (&["zurich"], &["far"]),
        (&["\"queue fits\""], &["queue"]),
        (&["\"fits which\""], &[]),
        (&["edit*"], &["editor"]),
        (&["queue", "need"], &["need"]),
    ];
    for (arguments, expected) in cases {
        let ran = desk.run(&[&["search", "--format", "json"], arguments].concat());
        assert_eq!(names(ran, "hits"), expected, "{arguments:?}");
    }
    let found = desk.run(&["search", "zürich"]).expect(0);
    assert!(found.stdout.contains("[far] ") && found.stdout.contains("Is Zürich too far?"), "{}", found.stdout);
    for syntax in ["NEAR(a b)", "body : x", "\"", "(", "a AND", "-", "'; DROP TABLE events; --"] {
        let ran = desk.run(&["search", "--", syntax]);
        assert!([Some(0), Some(2)].contains(&ran.code), "{syntax}: {}", ran.stderr);
    }
}

#[test]
fn a_name_can_be_given_taken_and_used() {
    let desk = shelf();
    let id = desk.run(&["show", "far", "--format", "json"]).expect(0).record()["session"].clone();
    desk.run(&["rename", "far", "near"]).expect(0);
    assert_eq!(desk.run(&["show", "near", "--format", "json"]).expect(0).record()["session"], id);
    for (arguments, named) in [
        (["show", "far"].as_slice(), "there is no session `far`"),
        (&["rename", "near", "queue"], "is taken by session"),
        (&["rename", "near", "@1"], "cannot name a session"),
        (&["rename", "near", "two\nlines"], "cannot name a session"),
        (&["rename", "near", "01a1fc56-d8c6-702b-b258-aa823a32ec6b"], "cannot name a session"),
    ] {
        let ran = desk.run(arguments).expect(2);
        assert!(lines_with(&ran.stderr, "error: ")[0].contains(named), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn what_is_deleted_is_gone_and_nothing_else() {
    let desk = shelf();
    let refused = desk.run(&["delete", "far"]).expect(2);
    assert!(refused.stderr.contains("add --yes"), "{}", refused.stderr);
    desk.run(&["delete", "--yes", "far", "@"]).expect(0);
    assert_eq!(names(desk.run(&["list", "--format", "json"]), "sessions"), ["editor", "queue"]);
    assert_eq!(names(desk.run(&["search", "zurich", "--format", "json"]), "hits"), [""; 0]);
    // One that does not exist keeps the others.
    desk.run(&["delete", "--yes", "queue", "nobody"]).expect(2);
    assert_eq!(names(desk.run(&["list", "--format", "json"]), "sessions"), ["editor", "queue"]);
}

#[test]
fn a_session_moves_from_one_store_to_another() {
    let (desk, other) = (shelf(), Desk::new());
    let log = desk.run(&["export", "queue", "--format", "ndjson"]).expect(0).stdout;
    other.write("queue.ndjson", &log);
    for _ in 0..2 {
        other.run(&["import", "queue.ndjson"]).expect(0);
    }
    assert_eq!(other.run(&["export", "queue", "--format", "ndjson"]).expect(0).stdout, log, "byte for byte");
    let shown = |desk: &Desk| desk.run(&["show", "queue", "--format", "json"]).expect(0).stdout;
    assert_eq!(shown(&other), shown(&desk));
    assert_eq!(names(other.run(&["search", "fits", "--format", "json"]), "hits"), ["queue"]);
    // The same session with another log, half a log, and no log at all.
    let changed = log.replacen("Which queue fits?", "Which queue pays?", 1);
    let torn = &log[..log.len() / 2];
    let at = log.find("\"at_ms\":").unwrap() + 8;
    let late = format!("{}99999999999999999{}", &log[..at], &log[at + log[at..].find(',').unwrap()..]);
    for (input, named) in [
        (changed.as_str(), "with another log"),
        (torn, "line "),
        ("", "empty"),
        ("{}\n", "line 1"),
        (&late, "a time that no calendar holds"),
    ] {
        let ran = other.feed(&["import", "-"], input).expect(8);
        assert!(lines_with(&ran.stderr, "error: ")[0].contains(named), "{named}: {}", ran.stderr);
    }
    assert_eq!(other.run(&["export", "queue", "--format", "ndjson"]).expect(0).stdout, log, "nothing was changed");
    assert_eq!(other.run(&["list", "--format", "json"]).expect(0).json()["sessions"].as_array().map(Vec::len), Some(1));
}

/// What steers a terminal is written as an escape in JSON, which says the same to whoever reads it.
#[test]
fn no_json_steers_a_terminal() {
    let desk = Desk::new();
    let topic = "Which \u{9b}2J\u{202e}queue\u{7f} fits?";
    start(&desk, topic, &["--mode", "vote"]);
    let outputs: [&[&str]; 6] = [
        &["list", "--format", "json"],
        &["search", "queue", "--format", "json"],
        &["show", "@", "--format", "json"],
        &["show", "@", "--view", "prompts", "--format", "json"],
        &["start", "--topic", topic, "--rehearse", "--show-egress", "--format", "json"],
        &["start", "--topic", topic, "--rehearse", "--mode", "vote", "--progress", "ndjson", "--format", "json"],
    ];
    let mut told = 0;
    for arguments in outputs {
        let ran = desk.run(arguments).expect(0);
        for shown in [&ran.stdout, &ran.stderr] {
            let steers = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
            assert_eq!(shown.chars().find(|c| steers(*c)), None, "{arguments:?}: {shown}");
            told += usize::from(shown.contains("\\u202e") || shown.contains("\\u009b"));
        }
    }
    assert!(told >= 3, "{told}");
}
