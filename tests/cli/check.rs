//! Decisions pinned to their premises: what a record tells of them, and what `check` finds when the world has moved on.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::program::{Desk, Ran};
use serde_json::{Value, json};

/// A desk with material, an assumption, and one session that rests on them, written out in every format that is read back.
fn decided() -> Desk {
    let desk = Desk::new();
    desk.write("docs/plan.md", "The queue holds.\n");
    desk.write("docs/limits.md", "Ten a second.\n");
    desk.write("roundtable.yaml", "assumptions:\n  traffic: Traffic doubles within a year.\n");
    let arguments = ["start", "--topic", "Which queue?", "--rehearse", "--quiet", "--seed", "3"];
    let supplied = ["--context", "docs", "--assume", "traffic", "--assume", "Nobody is hired."];
    let outputs = ["--output", "q.adr.md", "--output", "q.md", "--output", "q.json", "--output", "q.ndjson"];
    desk.run(&[&arguments[..], &supplied, &outputs].concat()).expect(0);
    for name in ["q.adr.md", "q.md", "q.json", "q.ndjson"] {
        desk.write(&format!("decisions/{name}"), desk.read(name));
        fs::remove_file(desk.work().join(name)).unwrap();
    }
    desk
}

/// Neither a key nor a store nor a home is needed.
fn check(desk: &Desk, arguments: &[&str]) -> Ran {
    let line = format!("unset HOME XDG_DATA_HOME XDG_CONFIG_HOME; \"$roundtable\" check {}", arguments.join(" "));
    let ran = desk.shell(&line);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

/// Checks which premises are told as no longer holding: record, id, change.
fn check_stale(desk: &Desk, expected: &[(&str, &str, &str)]) -> Value {
    let ran = check(desk, &["--format", "json"]).expect(if expected.is_empty() { 0 } else { 3 });
    let found = ran.json();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let stale: Vec<(String, String, String)> = found["stale"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stale| (word(&stale["record"]), word(&stale["premise"]["id"]), word(&stale["change"])))
        .collect();
    let expected: Vec<(String, String, String)> =
        expected.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect();
    assert_eq!(stale, expected);
    found
}

const RECORDS: [&str; 4] = ["decisions/q.adr.md", "decisions/q.json", "decisions/q.md", "decisions/q.ndjson"];

/// The same premise in every record.
fn everywhere(id: &'static str, change: &'static str) -> Vec<(&'static str, &'static str, &'static str)> {
    RECORDS.iter().map(|record| (*record, id, change)).collect()
}

#[test]
fn what_has_not_changed_holds() {
    let desk = decided();
    let found = check_stale(&desk, &[]);
    assert_eq!((&found["records"], &found["premises"], &found["warnings"]), (&json!(4), &json!(12), &json!([])));
    let text = check(&desk, &[]).expect(0);
    assert_eq!((text.stdout.as_str(), text.stderr.as_str()), ("4 records with 12 premises: all hold\n", ""));
    // A checkout with other line ends, or a byte order mark, is the same text.
    desk.write("docs/plan.md", "\u{feff}The queue holds.\r\n");
    check_stale(&desk, &[]);
    assert_eq!(check(&desk, &["decisions/q.md"]).expect(0).stdout, "1 record with 3 premises: all hold\n");
    desk.shell("cd decisions && \"$roundtable\" check").expect(0);
}

#[test]
fn what_has_changed_is_named_in_every_record() {
    let desk = decided();
    desk.write("docs/plan.md", "The queue drops.\n");
    check_stale(&desk, &everywhere("m2", "changed"));
    let told = check(&desk, &["decisions/q.adr.md"]).expect(3);
    let line = "q.adr.md: m2 file docs/plan.md has changed; leaned on by no claim\n";
    assert!(told.stdout.starts_with(line), "{}", told.stdout);
    assert!(told.stderr.contains("error: 1 premise of a decision no longer holds"), "{}", told.stderr);
    fs::remove_file(desk.work().join("docs/plan.md")).unwrap();
    check_stale(&desk, &everywhere("m2", "gone"));
    symlink("/etc/hostname", desk.work().join("docs/plan.md")).unwrap();
    check_stale(&desk, &everywhere("m2", "leads_out"));
    fs::remove_file(desk.work().join("docs/plan.md")).unwrap();
    fs::create_dir(desk.work().join("docs/plan.md")).unwrap();
    check_stale(&desk, &everywhere("m2", "changed"));
    fs::remove_dir(desk.work().join("docs/plan.md")).unwrap();
    desk.write("docs/plan.md", "The queue holds.\n");
    desk.write("roundtable.yaml", "assumptions:\n  traffic: Traffic   doubles within a year.\n");
    check_stale(&desk, &[]);
    desk.write("roundtable.yaml", "assumptions:\n  traffic: Traffic trebles within a year.\n");
    check_stale(&desk, &everywhere("a1", "reworded"));
    desk.write("roundtable.yaml", "mode: vote\n");
    check_stale(&desk, &everywhere("a1", "gone"));
}

/// A byte of a file in another encoding is a change, whichever character stands for it.
#[test]
fn a_changed_byte_in_another_encoding_is_seen() {
    let rows: [[&[u8]; 2]; 4] = [
        [b"Fee: 40 \xa3 a month.\n", b"Fee: 40 \xa4 a month.\n"],
        [b"na\xefve", b"na\xeeve"],
        [b"\x97\xbf\x8b\xe0\x82\xcd\x8c\x8e40", b"\x97\xbf\x8b\xe0\x82\xcc\x8c\x8e40"],
        [b"\xff\xfeh\0", b"\xff\xfei\0"],
    ];
    for [before, after] in rows {
        let desk = Desk::new();
        desk.write("terms.txt", before);
        let start = ["start", "--topic", "Move?", "--rehearse", "--quiet", "--context", "terms.txt"];
        desk.run(&[&start[..], &["--output", "rec.json"]].concat()).expect(0);
        check_stale(&desk, &[]);
        desk.write("terms.txt", after);
        check_stale(&desk, &[("rec.json", "m1", "changed")]);
        desk.write("terms.txt", b"damaged \xc3\xa9 \xff");
        check_stale(&desk, &[("rec.json", "m1", "changed")]);
    }
}

/// A record of a version that read a byte that is not UTF-8 as U+FFFD still holds while its file does.
#[test]
fn records_from_before_encodings_were_told_still_hold() {
    let desk = Desk::new();
    let told = |text: &str| {
        desk.write("terms.txt", text);
        let start = ["start", "--topic", "Move?", "--rehearse", "--quiet", "--context", "terms.txt"];
        desk.run(&[&start[..], &["--output", "rec.json"]].concat()).expect(0);
    };
    for (read, bytes) in [("40 \u{fffd}", &b"40 \xa3"[..]), ("é \u{fffd}", b"\xc3\xa9 \xff")] {
        told(read);
        desk.write("terms.txt", bytes);
        check_stale(&desk, &[]);
        desk.write("terms.txt", [bytes, b"!"].concat());
        check_stale(&desk, &[("rec.json", "m1", "changed")]);
    }
}

/// The claims that a record in JSON says lean on a premise are those that `check` names, from the Markdown too.
#[test]
fn the_claims_that_lean_on_a_premise_are_named() {
    let desk = decided();
    let mut record: Value = serde_json::from_str(&desk.read("decisions/q.json")).unwrap();
    record["premises"][0]["claims"] = json!(["c2", "c5"]);
    desk.write("decisions/q.json", record.to_string());
    for name in ["decisions/q.adr.md", "decisions/q.md"] {
        desk.write(name, desk.read(name).replacen("leaned on by no claim", "leaned on by c2 c5", 1));
    }
    fs::remove_file(desk.work().join("decisions/q.ndjson")).unwrap();
    desk.write("docs/limits.md", "Twenty a second.\n");
    let found = check_stale(&desk, &everywhere("m1", "changed")[..3]);
    for stale in found["stale"].as_array().unwrap() {
        assert_eq!(stale["premise"]["claims"], json!(["c2", "c5"]), "{stale}");
    }
    assert!(check(&desk, &[]).expect(3).stdout.contains("leaned on by c2 c5\n"));
}

#[test]
fn damaged_records_fail_and_foreign_files_are_passed_over() {
    let desk = decided();
    let adr = desk.read("decisions/q.adr.md");
    let json = desk.read("decisions/q.json");
    let log = desk.read("decisions/q.ndjson");
    let moved = |path: &str| json.replace("docs/plan.md", path);
    desk.write("decisions/a.json", &json[..json.len() / 2]);
    desk.write("decisions/b.adr.md", adr.replace(", sha256 `", ", sha1 `"));
    desk.write("decisions/c.ndjson", &log[..log.len() / 2]);
    desk.write("decisions/d.json", moved("../../etc/passwd"));
    desk.write("decisions/e.json", moved("/etc/passwd"));
    desk.write("decisions/f.json", json.replacen("roundtable.decision/1", "roundtable.decision/2", 1));
    desk.write("decisions/foreign.json", "{\"premises\": 3, \"about\": \"roundtable.decision/1\"}");
    desk.write("decisions/foreign.md", "# Ours\n\n## Premises\n\n- All men are mortal\n");
    desk.write("decisions/foreign.ndjson", "{\"event\":\"click\"}\n");
    desk.write("decisions/bytes.json", b"\xff\xfe\0\0 roundtable.decision/1");
    desk.write("decisions/empty.md", "");
    desk.write(".gitignore", "ignored/\n");
    desk.write("ignored/q.json", moved("docs/nowhere.md"));
    symlink("/", desk.work().join("everything")).unwrap();
    let ran = check(&desk, &["--format", "json"]).expect(3);
    let found = ran.json();
    assert_eq!((&found["stale"], &found["warnings"]), (&json!([]), &json!([])));
    assert!(ran.stderr.contains("of the records, 9 cannot be checked"), "{}", ran.stderr);
    assert!(!check(&desk, &[]).expect(3).stdout.contains("all hold"));
    let warnings: Vec<&str> =
        found["unverified"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let named = |name: &str| warnings.iter().filter(|warning| warning.starts_with(name)).count();
    let counts = [
        "decisions/a.json",
        "decisions/b.adr.md",
        "decisions/c.ndjson",
        "decisions/d.json",
        "decisions/e.json",
        "decisions/f.json",
    ];
    assert_eq!(counts.map(named), [1, 4, 1, 1, 1, 1], "{warnings:#?}");
    assert_eq!(warnings.len(), 9, "{warnings:#?}");
    for named in ["decisions/foreign.md", "decisions/empty.md", "decisions/bytes.json", "docs/plan.md"] {
        let refused = check(&desk, &[named]).expect(2);
        assert!(refused.stderr.contains("no decision record that can be read"), "{named}: {}", refused.stderr);
    }
    assert!(warnings.iter().all(|warning| !warning.contains("root:")), "{warnings:?}");
    let refused = check(&desk, &["nowhere"]).expect(2);
    assert!(refused.stderr.contains("error: cannot check: cannot read nowhere"), "{}", refused.stderr);
    desk.write("roundtable.yaml", "colour: red\n");
    assert!(check(&desk, &[]).expect(2).stderr.contains("roundtable.yaml:1"));
}

/// Among 200 records exactly those are named that rest on what was changed.
#[test]
fn the_planted_ones_are_found_among_two_hundred() {
    let desk = decided();
    let adr = desk.read("decisions/q.adr.md");
    let mut planted = Vec::new();
    for number in 0..200 {
        let name = format!("log/{number:03}.adr.md");
        if number % 40 == 7 {
            let other = "0123456789abcdef".repeat(4);
            let hash = adr.split("m1: file `docs/limits.md`, sha256 `").nth(1).unwrap().get(..64).unwrap();
            desk.write(&name, adr.replace(hash, &other));
            planted.push(name);
        } else {
            desk.write(&name, &adr);
        }
    }
    let expected: Vec<(&str, &str, &str)> = planted.iter().map(|name| (name.as_str(), "m1", "changed")).collect();
    let found = check_stale(&desk, &expected);
    assert_eq!(found["records"], json!(204));
}

#[test]
fn every_report_tells_its_premises() {
    let desk = decided();
    let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
    let premises = record["premises"].as_array().unwrap();
    let told: Vec<(&str, &str, Option<&str>)> = premises
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["kind"].as_str().unwrap(), one["name"].as_str()))
        .collect();
    let expected = [
        ("m1", "file", Some("docs/limits.md")),
        ("m2", "file", Some("docs/plan.md")),
        ("a1", "assumption", Some("traffic")),
        ("a2", "assumption", None),
    ];
    assert_eq!(told, expected);
    assert_eq!(premises[1]["bytes"], 17);
    // As `sha256sum` prints it.
    assert_eq!(premises[1]["sha256"], "bc85aa0276248fed8698d10a5eb8edebce637c551fffc5858f7e73e7cd8ef2c3");
    for format in ["text", "markdown", "adr", "html"] {
        let report = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
        for words in ["docs/plan.md", "Nobody is hired.", "traffic"] {
            assert!(report.contains(words), "{format} must tell {words}: {report}");
        }
    }
}
