//! Results and where they go: stdout holds the result and nothing else; what was decided can be listed and shown again.

use std::collections::BTreeSet;

use crate::support::program::{Desk, Ran, lines_with};
use serde_json::{Value, json};

const FORMATS: [&str; 3] = ["text", "markdown", "json"];

fn start<'a>(topic: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["start", "--topic", topic, "--rehearse", "--mode", "vote", "-n", "2"], more].concat()
}

/// The ids of the sessions, newest first.
fn ids(desk: &Desk) -> Vec<String> {
    let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
    listed["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["session"].as_str().unwrap().to_owned())
        .collect()
}

fn check_refusal(ran: Ran, named: &[&str]) {
    let ran = ran.expect(2);
    assert_eq!(ran.stdout, "");
    let errors = lines_with(&ran.stderr, "error: ");
    assert!(
        errors.len() == 1 && named.iter().all(|name| errors[0].contains(name)),
        "`{}` must name {named:?}: {}",
        ran.what,
        ran.stderr
    );
    assert!(lines_with(&ran.stderr, "hint: ").len() == 1, "`{}`: {}", ran.what, ran.stderr);
}

#[test]
fn show_prints_what_start_printed() {
    for format in FORMATS {
        let desk = Desk::new();
        let started = desk.run(&start("Should we move?", &["--format", format])).expect(0);
        for name in ["@", &ids(&desk)[0], &ids(&desk)[0].to_uppercase()] {
            let shown = desk.run(&["show", name, "--format", format]).expect(0);
            assert_eq!(shown.stdout, started.stdout, "{format} {name}");
            assert_eq!(shown.stderr, "", "{format} {name}");
        }
        assert!(started.stdout.ends_with('\n') && !started.stdout.ends_with("\n\n"), "{format}");
        assert!(
            started.stdout.to_lowercase().contains("rehearsal: no model was asked"),
            "{format} announces the rehearsal"
        );
    }
}

#[test]
fn a_session_is_found_by_its_place_or_the_beginning_of_its_id() {
    let desk = Desk::new();
    for topic in ["First?", "Second?", "Third?"] {
        desk.run(&start(topic, &[])).expect(0);
    }
    let ids = ids(&desk);
    let topic = |name: &str| {
        desk.run(&["show", name, "--format", "json"]).expect(0).record()["question"]["topic"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (place, due) in ["Third?", "Second?", "First?"].into_iter().enumerate() {
        assert_eq!(topic(&format!("@~{place}")), due);
        assert_eq!(topic(&ids[place]), due);
        // The shortest beginning that no other id shares.
        let own = (1..=36)
            .map(|length| &ids[place][..length])
            .find(|start| ids.iter().filter(|id| id.starts_with(*start)).count() == 1)
            .unwrap();
        assert_eq!(topic(own), due);
    }
    assert_eq!(topic("@"), "Third?");
    let shared = (1..36)
        .rev()
        .map(|length| &ids[0][..length])
        .find(|start| ids.iter().all(|id| id.starts_with(*start)))
        .unwrap();
    for command in ["show", "resume"] {
        check_refusal(desk.run(&[command, shared]), &[shared, "3 sessions"]);
        for unknown in ["@~3", "@~", "@~x", "@@", "ffffffff", "zzz", "", "*", "01a%", "@~99999999999999999999"] {
            check_refusal(desk.run(&[command, unknown]), &["there is no session", unknown]);
        }
    }
    let resumed = desk.run(&["resume", "@", "--format", "json"]).expect(0);
    let shown = desk.run(&["show", "@", "--format", "json"]).expect(0);
    assert_eq!(resumed.stdout, shown.stdout, "a session that was decided is told as it ended");
    assert_eq!(resumed.stderr, format!("session {} is decided; nothing is asked again\n", ids[0]));
}

#[test]
fn without_sessions_reading_creates_nothing() {
    let desk = Desk::new();
    let ran = desk.run(&["list"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(desk.run(&["list", "--format", "json"]).expect(0).json(), json!({ "sessions": [] }));
    for name in ["@", "01"] {
        check_refusal(desk.run(&["show", name]), &["there is no session", name]);
        check_refusal(desk.run(&["resume", name]), &["there is no session", name]);
    }
    for command in
        [&["providers"][..], &["modes", "list"], &["modes", "check"], &["config", "show"], &["start", "--topic", " "]]
    {
        desk.run(command);
    }
    assert!(!desk.data().exists(), "the data folder comes with the first session");
}

#[test]
fn sessions_are_listed_newest_first() {
    let desk = Desk::new();
    for topic in [
        "First?",
        "Second, which is a good deal longer than any table has room for, and goes on and on?",
        "Third\nwith lines?",
    ] {
        desk.run(&start(topic, &[])).expect(0);
    }
    let listed = desk.run(&["list"]).expect(0).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "{listed}");
    for (line, due) in lines.iter().zip(["Third with lines?", "Second, which", "First?"]) {
        assert!(line.contains(due) && line.contains("decided") && line.contains("vote"), "{line}");
    }
    assert!(lines[1].ends_with('…'), "{}", lines[1]);
    let sessions = desk.run(&["list", "--format", "json"]).expect(0).json()["sessions"].clone();
    let fields: BTreeSet<&String> = sessions[0].as_object().unwrap().keys().collect();
    assert_eq!(
        fields.into_iter().collect::<Vec<_>>(),
        ["latest", "mode", "name", "opened", "parent", "session", "status", "tags", "topic"]
    );
    assert_eq!(sessions[2]["topic"], "First?");
    assert_eq!(desk.run(&["list", "--limit", "2"]).expect(0).stdout.lines().count(), 2);
    assert_eq!(desk.run(&["list", "--limit", "0"]).expect(0).stdout, "");
}

#[test]
fn stdout_holds_the_result_and_nothing_else() {
    let desk = Desk::new();
    for progress in ["auto", "plain", "bar", "none"] {
        let ran = desk.run(&start("Move?", &["--yes-no", "--progress", progress, "--format", "json"])).expect(0);
        assert_eq!(ran.record()["status"], "decided", "{progress}");
        let text = desk.run(&start("Move?", &["--yes-no", "--progress", progress])).expect(0).stdout;
        assert!(
            ["Yes", "No", "No decision"].iter().any(|first| text.lines().next().unwrap().starts_with(first)),
            "{progress}: {text}"
        );
        if progress == "none" {
            assert_eq!(ran.stderr, "");
        }
    }
    for format in FORMATS {
        let ran =
            desk.run(&["start", "--topic", "Move?", "--rehearse", "--quiet", "-n", "9", "--format", format]).expect(0);
        assert_eq!(ran.stderr, "", "not even a warning");
    }
}

#[test]
fn no_colour_off_a_terminal() {
    for no_color in [None, Some("1")] {
        let mut desk = Desk::new();
        if let Some(value) = no_color {
            desk.set("NO_COLOR", value);
        }
        let ran = desk.run(&start("Move?", &["--progress", "plain"])).expect(0);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{no_color:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let desk = Desk::new();
    let debate = r#""$roundtable" start --topic "Move?" --rehearse --progress none"#;
    for (line, due) in [
        (format!("{debate} | head -1; "), 1),
        // Nobody reads at all.
        (format!("({debate}; echo \"code $?\" >&2) | true"), 0),
        (format!("({debate} --format json; echo \"code $?\" >&2) | head -c 1"), 0),
        (r#"("$roundtable" list; echo "code $?" >&2) | true"#.to_owned(), 0),
        (r#"("$roundtable" modes schema; echo "code $?" >&2) | true"#.to_owned(), 0),
        (r#"("$roundtable" start --help; echo "code $?" >&2) | true"#.to_owned(), 0),
    ] {
        let ran = desk.shell(&line).expect(0);
        assert!(ran.stdout.lines().count() <= 1.max(due), "{}", ran.stdout);
        for code in lines_with(&ran.stderr, "code ") {
            assert_eq!(code, "code 0", "{line}: {}", ran.stderr);
        }
        assert!(lines_with(&ran.stderr, "error").is_empty(), "{line}: {}", ran.stderr);
    }
    // Nobody reads what goes to stderr either.
    let ran = desk.shell(&format!(r#"({debate} --progress plain 2>&1 >result.txt) | true; cat result.txt"#)).expect(0);
    drop(ran);
    assert_eq!(
        desk.shell("exec \"$roundtable\" start --topic x --rehearse --progress plain >result.txt 2>&-").code,
        Some(0)
    );
    assert!(desk.read("result.txt").contains("rehearsal: no model was asked"));
}

#[test]
fn a_result_goes_where_the_shell_sends_it() {
    let desk = Desk::new();
    let debate = r#""$roundtable" start --topic "Move?" --rehearse --mode vote --yes-no --quiet --format json"#;
    let ran = desk.shell(&format!("{debate} > record.json")).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let record: Value = serde_json::from_str(&desk.read("record.json")).unwrap();
    assert_eq!(record["schema"], "roundtable.decision/1");
    if std::path::Path::new("/dev/full").exists() {
        let ran = desk.shell(&format!("{debate} > /dev/full"));
        assert!(ran.code != Some(0) && ran.stderr.contains("cannot write to standard output"), "{ran:?}");
    }
}

#[test]
fn a_call_that_is_not_understood_is_one_error_in_either_form() {
    let desk = Desk::new();
    for wrong in [&["--bogus"][..], &["--rounds", "abc"], &["--format", "xml"]] {
        let ran = desk.run(&start("Move?", wrong)).expect(2);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert!(lines.len() <= 2 && lines[0].starts_with("error: "), "{wrong:?}: {}", ran.stderr);
        assert!(lines[0].contains(wrong.last().unwrap()), "{wrong:?}: {}", ran.stderr);
    }
    let ran = desk.run(&["start", "--format", "json"]).expect(2);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
    assert!(error["error"]["message"].as_str().unwrap().contains("--topic"), "{error}");
}

#[test]
fn markdown_cannot_be_steered_by_what_is_quoted() {
    let desk = Desk::new();
    let topic = "- see https://evil.example and www.evil.example @team <b>#1</b> | [x](y) ![z](w) `c`";
    let markdown = desk.run(&start(topic, &["--format", "markdown", "--quiet"])).expect(0).stdout;
    let heading = markdown.lines().next().unwrap();
    for live in ["://", "www.", " @team", "<b>", "[x](y)", " | ", "# -", "`c`"] {
        assert!(!heading.contains(live), "{live} in {heading}");
    }
}
