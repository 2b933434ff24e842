//! The stored sessions as a library: listed by filters, searched, renamed, deleted, taken out and in again.

use crate::support::program::{Desk, Ran, lines_with};
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

/// What steers a terminal is written as an escape in JSON, which says the same to whoever reads it: in every command's.
#[test]
fn no_json_steers_a_terminal() {
    // A setting takes no control characters, and whatever else a name of a folder may hold.
    let quiet = "\u{202e}\u{2066}\u{200e}\u{200f}\u{61c}\u{2028}\u{2029}queue";
    let hostile = format!("\u{9b}2J\u{85}\u{7f}{quiet}");
    let mut desk = Desk::at("http://127.0.0.1:9", 1);
    desk.set("ROUNDTABLE_DATA_DIR", desk.work().join(format!("data {quiet}")).into_os_string());
    let topic = format!("Which {hostile} fits?");
    desk.write(&format!("docs/{hostile}.md"), "It holds.");
    let escaped: String = topic.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    desk.write("bench.yaml", format!("bench: one\nmodes: [vote]\ntopics: [{{ text: \"{escaped}\", yes_no: true }}]\n"));
    desk.write(&format!(".roundtable/modes/{hostile}.yaml"), "mode: nothing\n");
    desk.write(&format!(".roundtable/personas/{hostile}.md"), "nothing");
    start(&desk, &topic, &["--mode", "vote", "--context", "docs"]);
    desk.write(&format!("docs/{hostile}.md"), "It gave way.");
    std::fs::create_dir_all(desk.work().join("records")).unwrap();
    desk.run(&["export", "@", "--output", "records/one.json", "--output", "log.ndjson"]).expect(0);
    // The arguments, the exit code, and whether what is hostile is told.
    let rows: [(&[&str], i32, bool); 21] = [
        (&["list"], 0, true),
        (&["search", "queue"], 0, true),
        (&["show", "@"], 0, true),
        (&["show", "@", "--view", "prompts"], 0, false),
        (&["show", "@", "--view", "events"], 0, true),
        (&["export", "@"], 0, true),
        (&["diff", "@", "@"], 0, true),
        (&["replay", "@"], 0, false),
        (&["usage"], 0, false),
        (&["check", "records"], 3, true),
        (&["plan", "--topic", &topic, "--mode", "vote", "--context", "docs"], 0, false),
        (&["start", "--topic", &topic, "--rehearse", "--show-egress", "--context", "docs"], 0, true),
        (&["start", "--topic", &topic, "--rehearse", "--mode", "vote", "--progress", "ndjson"], 0, true),
        (&["bench", "bench.yaml", "--rehearse", "--quiet"], 0, true),
        (&["bench", "bench.yaml", "--rehearse", "--dry-run"], 0, false),
        (&["ask", "architect", &topic, "--rehearse"], 0, false),
        (&["modes", "list"], 0, true),
        (&["personas", "list"], 0, true),
        (&["providers"], 0, false),
        (&["doctor"], 2, true),
        (&["config", "show"], 0, true),
    ];
    let mut surprises = Vec::new();
    for (arguments, code, is_told) in rows {
        let ran = desk.run(&[arguments, &["--format", "json"]].concat()).expect(code);
        check_inert(&ran.what, &ran.stdout);
        check_inert(&ran.what, &ran.stderr);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        if holds(&document, quiet) != is_told {
            surprises.push(ran.what);
        }
    }
    assert_eq!(surprises, Vec::<String>::new(), "the table is wrong about these");
    let log = desk.run(&["show", "@~1", "--format", "ndjson"]).expect(0).stdout;
    check_inert("ndjson", &log);
    check_inert("a file of it", &desk.read("log.ndjson"));
    assert!(log.lines().any(|line| holds(&serde_json::from_str(line).unwrap(), &hostile)));
    let failed = desk.run(&["show", &format!("no {hostile}"), "--format", "json"]).expect(2).stderr;
    check_inert("a failure", &failed);
    assert!(failed.contains("\\u202e"), "{failed}");
}

/// Nothing in a text steers a terminal, hides a direction or parts a line, unless as an escape.
fn check_inert(what: &str, text: &str) {
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let found = text.chars().find(|c| *c != '\n' && c.is_control() || turns(*c));
    assert_eq!(found, None, "{what}: {text}");
}

/// Whether a string in a document holds a text as it was given.
fn holds(document: &Value, text: &str) -> bool {
    match document {
        Value::String(held) => held.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.iter().any(|(_, item)| holds(item, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
