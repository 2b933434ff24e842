//! Files that a record is written to: in which format, what is never replaced, and how a folder of decision records is kept.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::program::{Desk, Ran, lines_with};
use serde_json::Value;

fn start<'a>(topic: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["start", "--topic", topic, "--rehearse", "--mode", "vote", "-n", "2"], more].concat()
}

/// Texts that nobody may lose: none is a record, though each looks like one somewhere.
const FOREIGN: [(&str, &str); 17] = [
    ("end.md", "# My notes\n\nsession 01a1fc0e-4c68-7726-9611-ba23ed634933\n"),
    ("end.txt", "My notes\n\nsession 01a1fc0e-4c68-7726-9611-ba23ed634933\n"),
    ("see.md", "# My notes\n\n- Session 01a1fc0e-4c68-7726-9611-ba23ed634933, see there\n"),
    ("more.json", "{\"schema\": \"roundtable.decision/1\"}\nMY NOTES\n"),
    (
        "more.html",
        "<!DOCTYPE html>\n<html><head><meta name=\"generator\" content=\"roundtable 0.1.0\" /></head></html>\nmine\n",
    ),
    ("notes.md", "# Notes\n\nRead this first.\n"),
    ("quoted.md", "# What it said\n\nsession 01a1fc0e-4c68-7726-9611-ba23ed634933\n\nI do not agree.\n"),
    ("package.json", "{\"name\": \"app\", \"schema\": \"app.config/1\"}\n"),
    ("broken.json", "{\"schema\": \"app"),
    ("list.json", "[{\"schema\": \"roundtable.decision/1\"}]\n"),
    ("other.ndjson", "{\"seq\": 1, \"event\": \"page_opened\"}\n"),
    ("mine.json", "{\"schema\":\"roundtable.decision/1\",\"mine\":true}\n"),
    (
        "claims.json",
        "{\"schema\":\"roundtable.view.claims/1\",\"session\":\"x\",\"note\":null,\"claims\":[],\"mine\":true}\n",
    ),
    ("mine.ndjson", "{\"seq\": 1, \"event\": \"session_opened\", \"mine\": true}\n"),
    ("index.html", "<!doctype html><html><head><meta name=\"generator\" content=\"pandoc\"></head></html>\n"),
    ("log.txt", "Bench press: 3 debates\n"),
    ("0001-by-hand.adr.md", "# By hand\n\n- Status: accepted\n"),
];

#[test]
fn records_are_written_to_files_in_the_format_of_their_endings() {
    let desk = Desk::new();
    desk.run(&start("Stay?", &["--output", "there.md"])).expect(0);
    let arguments = start(
        "Move?",
        &[
            "--output",
            "there.md",
            "--output",
            "b.json",
            "--output",
            "c.txt",
            "--output",
            "D.MARKDOWN",
            "--format",
            "text",
        ],
    );
    let ran = desk.run(&arguments).expect(0);
    let shown = |format: &str| desk.run(&["show", "@", "--format", format]).expect(0).stdout;
    assert_eq!(desk.read("there.md"), shown("markdown"));
    assert_eq!(desk.read("D.MARKDOWN"), shown("markdown"));
    assert_eq!(desk.read("b.json"), shown("json"));
    assert_eq!(desk.read("c.txt"), shown("text"));
    assert_eq!(ran.stdout, shown("text"));
    let left: BTreeSet<String> = std::fs::read_dir(desk.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["D.MARKDOWN", "b.json", "c.txt", "there.md"].map(str::to_owned).into());
    desk.run(&["show", "@", "--output", "again.json"]).expect(0);
    assert_eq!(desk.read("again.json"), shown("json"));
    check_refusal_of_output(&desk);
}

fn check_refusal_of_output(desk: &Desk) {
    for bad in ["again", "nowhere/again.json", "x.pdf"] {
        let ran = desk.run(&["show", "@", "--output", bad]).expect(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("--output") && ran.stderr.contains(bad), "{ran:?}");
    }
}

#[test]
fn an_output_file_keeps_its_place_and_its_rights() {
    let desk = Desk::new();
    desk.write("real.md", "");
    let (real, link) = (desk.work().join("real.md"), desk.work().join("link.md"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let ran = desk.run(&start("Move?", &["--output", "link.md", "--quiet"])).expect(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(desk.read("real.md").contains(ran.stdout.lines().next().unwrap()), "{}", desk.read("real.md"));
}

#[test]
fn one_failing_output_does_not_lose_the_others() {
    let desk = Desk::new();
    std::os::unix::fs::symlink("/dev/full", desk.work().join("full.md")).unwrap();
    let outputs = ["--output", "full.md", "--output", "good.json", "--format", "json", "--progress", "none"];
    let ran = desk.run(&start("Move?", &outputs)).expect(2);
    assert!(ran.stderr.contains("full.md"), "{}", ran.stderr);
    let good: Value = serde_json::from_str(&desk.read("good.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), good);
}

fn files(desk: &Desk, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(desk.work().join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The lines before the first section, without the title.
fn front(record: &str) -> Vec<&str> {
    record.lines().skip(1).take_while(|line| !line.starts_with("## ")).filter(|line| !line.is_empty()).collect()
}

fn check_refusal(ran: Ran, file: &str) {
    let ran = ran.expect(2);
    assert_eq!(ran.stdout, "", "`{}`", ran.what);
    assert!(ran.stderr.contains(file) && ran.stderr.contains("--force"), "`{}`: {}", ran.what, ran.stderr);
}

#[test]
fn a_file_that_somebody_else_wrote_is_not_replaced_unless_forced() {
    let desk = Desk::new();
    for (file, text) in FOREIGN {
        desk.write(file, text);
        check_refusal(desk.run(&start("Move?", &["--output", file])), file);
        assert_eq!(desk.read(file), text);
    }
    desk.write("latin.txt", b"Caf\xe9\n");
    check_refusal(desk.run(&start("Move?", &["--output", "latin.txt"])), "latin.txt");
    let none = desk.run(&["list", "--format", "json"]).expect(0).json();
    assert_eq!(none["sessions"].as_array().unwrap().len(), 0, "nothing is begun that cannot be written down");
    desk.run(&start("Move?", &[])).expect(0);
    for (file, text) in FOREIGN {
        check_refusal(desk.run(&["show", "@", "--output", file]), file);
        check_refusal(desk.run(&["export", "@", "--output", file]), file);
        assert_eq!(desk.read(file), text);
        desk.run(&["export", "@", "--force", "--output", file]).expect(0);
        desk.run(&["export", "@", "--output", file]).expect(0);
        assert_ne!(desk.read(file), text);
    }
}

#[test]
fn what_the_program_wrote_may_be_replaced_in_every_format_and_view() {
    let desk = Desk::new();
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bench.yaml");
    let (first, second) = (start("Move?", &["--name", "first"]), start("Stay?", &["--name", "second"]));
    desk.run(&first).expect(0);
    desk.run(&second).expect(0);
    for (file, format) in FORMATS {
        for name in ["first", "second"] {
            desk.run(&["export", name, "--output", file]).expect(0);
        }
        let exported = desk.read(file);
        assert_eq!(exported, desk.run(&["export", "second", "--format", format]).expect(0).stdout);
        // Whoever adds to a record has made it their own.
        for own in [format!("{exported}\nOur remarks.\n"), format!("# Our remarks\n\n{exported}")] {
            desk.write(file, &own);
            check_refusal(desk.run(&["export", "first", "--output", file]), file);
            assert_eq!(desk.read(file), own);
        }
    }
    for view in
        ["rounds", "agents", "thoughts", "claims", "needs", "citations", "ballots", "costs", "prompts", "events"]
    {
        for file in ["view.txt", "view.md", "view.json"] {
            desk.run(&["show", "second", "--view", view, "--output", file]).expect(0);
            desk.run(&["show", "first", "--view", view, "--output", file]).expect(0);
        }
    }
    for more in [&["--dry-run"][..], &[]] {
        for file in ["bench.txt", "bench.json"] {
            for _again in 0..2 {
                let arguments = [&["bench", bench, "--rehearse", "--quiet", "--output", file], more].concat();
                desk.run(&arguments).expect(0);
            }
        }
    }
    desk.write("bench.html", "<p>mine</p>");
    let page = ["bench", bench, "--rehearse", "--quiet", "--output", "bench.html"];
    check_refusal(desk.run(&page), "bench.html");
    desk.run(&[&page[..], &["--force"]].concat()).expect(0);
    desk.run(&page).expect(0);
}

/// The files of a record, one in each format, and the name of each format.
const FORMATS: [(&str, &str); 6] = [
    ("a.txt", "text"),
    ("a.md", "markdown"),
    ("a.adr.md", "adr"),
    ("a.html", "html"),
    ("a.json", "json"),
    ("a.ndjson", "ndjson"),
];

#[test]
fn what_somebody_changed_in_the_middle_of_a_record_is_not_replaced_unless_forced() {
    let desk = Desk::new();
    desk.run(&start("Move?", &["--name", "first"])).expect(0);
    desk.run(&start("Stay?", &["--name", "second"])).expect(0);
    for (file, _) in FORMATS {
        desk.run(&["export", "first", "--output", file]).expect(0);
        let exported = desk.read(file);
        let (middle, _) = exported.match_indices('\n').nth(exported.lines().count() / 2).unwrap();
        let added = format!("{}\nOur remark.{}", &exported[..middle], &exported[middle..]);
        let owned =
            [added, exported.replacen("\"seed\"", "\"mine\": 1, \"seed\"", 1), exported.replacen("100%", "99%", 1)];
        for own in owned.iter().chain([&exported.replacen('2', "3", 1)]).filter(|own| **own != exported) {
            desk.write(file, own);
            check_refusal(desk.run(&["export", "second", "--output", file]), file);
            check_refusal(desk.run(&["resume", "second", "--output", file]), file);
            assert_eq!(&desk.read(file), own);
        }
        desk.run(&["export", "second", "--force", "--output", file]).expect(0);
        desk.run(&["export", "first", "--output", file]).expect(0);
        assert_eq!(desk.read(file), exported);
        // Elsewhere, unchanged but for its ends of lines, or emptied, it is nobody's but the program's.
        desk.write(&format!("copy-of-{file}"), exported.replace('\n', "\r\n"));
        desk.run(&["export", "second", "--output", &format!("copy-of-{file}")]).expect(0);
        desk.write(file, "\n");
        desk.run(&["export", "second", "--output", file]).expect(0);
    }
}

#[test]
fn what_another_machine_wrote_may_be_replaced_in_every_format_but_plain_text() {
    let (there, here) = (Desk::new(), Desk::new());
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bench.yaml");
    let brought = |file: &str| here.write(file, there.read(file));
    for desk in [&there, &here] {
        desk.run(&start("Move?", &[])).expect(0);
    }
    for (file, _) in FORMATS {
        there.run(&["export", "@", "--output", file]).expect(0);
        brought(file);
        match file {
            "a.txt" => check_refusal(here.run(&["export", "@", "--output", file]), file),
            _ => drop(here.run(&["export", "@", "--output", file]).expect(0)),
        }
    }
    for view in
        ["rounds", "agents", "thoughts", "claims", "needs", "citations", "ballots", "costs", "prompts", "events"]
    {
        for file in ["view.md", "view.json"].map(|file| format!("{view}-{file}")) {
            there.run(&["show", "@", "--view", view, "--output", &file]).expect(0);
            brought(&file);
            here.run(&["show", "@", "--view", view, "--output", &file]).expect(0);
        }
    }
    for (more, files) in [(&["--dry-run"][..], &["plan.txt", "plan.json"][..]), (&[], &["b.txt", "b.json", "b.html"])] {
        for file in files {
            let arguments = [&["bench", bench, "--rehearse", "--quiet", "--output", file], more].concat();
            there.run(&arguments).expect(0);
            brought(file);
            here.run(&arguments).expect(0);
        }
    }
}

#[test]
fn a_decision_record_that_somebody_changed_but_for_its_status_is_not_replaced() {
    let desk = Desk::new();
    desk.write("adr/README.md", "# Decisions\n");
    desk.run(&start("Which queue?", &["--output", "adr"])).expect(0);
    let file = "adr/0001-which-queue.md";
    let written = desk.read(file);
    let with_status = |status: &str| written.replace("- Status: proposed", status);
    for status in ["- Status: accepted", "- Status: accepted\n- Supersedes: [0000](0000-old.md)"] {
        desk.write(file, with_status(status));
        desk.run(&["export", "@", "--output", "adr"]).expect(0);
        assert_eq!(front(&desk.read(file))[0], "- Status: accepted");
    }
    assert!(desk.read(file).contains("- Supersedes: [0000](0000-old.md)\n"), "{}", desk.read(file));
    let changes = [
        with_status("- Status: accepted").replace("## Decision", "We talked about it.\n\n## Decision"),
        with_status("- Status: accepted\n- Deciders: Ann and Bob"),
        with_status("- Status: we shall see in spring whether it works for us"),
        with_status("- Status: accepted\n- Status: by Ann"),
    ];
    for own in changes {
        desk.write(file, &own);
        check_refusal(desk.run(&["export", "@", "--output", "adr"]), file);
        assert_eq!(desk.read(file), own);
    }
    desk.run(&["export", "@", "--force", "--output", "adr"]).expect(0);
    assert_eq!(desk.read(file), with_status("- Status: accepted"));
    // As a file of its own it has no status that is kept.
    desk.write(file, with_status("- Status: rejected"));
    check_refusal(desk.run(&["export", "@", "--output", file]), file);
}

#[test]
fn a_folder_of_decision_records_numbers_them() {
    let desk = Desk::new();
    desk.write("docs/decisions/0006-by-hand.md", "# By hand\n");
    desk.write("docs/decisions/README.md", "# Decisions\n");
    let ran = desk.run(&start("Which queue?", &["--output", "docs/decisions"])).expect(0);
    assert!(ran.stderr.contains("decision record: docs/decisions/0007-which-queue.md"), "{}", ran.stderr);
    let quiet = desk.run(&start("Which cache?", &["--output", "docs/decisions", "--quiet"])).expect(0);
    assert_eq!(quiet.stderr, "");
    let named = ["0006-by-hand.md", "0007-which-queue.md", "0008-which-cache.md", "README.md"];
    assert_eq!(files(&desk, "docs/decisions"), named);
    assert_eq!(
        desk.read("docs/decisions/0008-which-cache.md"),
        desk.run(&["export", "@", "-f", "adr"]).expect(0).stdout
    );

    // The number stays, under whatever name people gave the file, and so does what they made of it.
    let old = desk.read("docs/decisions/0007-which-queue.md").replace("- Status: proposed", "- Status: accepted");
    fs::rename(desk.work().join("docs/decisions/0007-which-queue.md"), desk.work().join("docs/decisions/0007-q.md"))
        .unwrap();
    desk.write("docs/decisions/0007-q.md", old.replace("Which queue?", "Which?"));
    desk.run(&["export", "@~1", "--output", "docs/decisions"]).expect(0);
    assert_eq!(desk.read("docs/decisions/0007-q.md"), old);
    assert_eq!(files(&desk, "docs/decisions").len(), named.len());

    desk.write("docs/decisions/0007-q.md", format!("{old}\n## What we learned\n"));
    check_refusal(desk.run(&["export", "@~1", "--output", "docs/decisions"]), "0007-q.md");
    desk.run(&["export", "@~1", "--force", "--output", "docs/decisions"]).expect(0);
    assert_eq!(desk.read("docs/decisions/0007-q.md"), old);
}

#[test]
fn a_decision_record_names_what_it_replaces_and_is_named_there() {
    let desk = Desk::new();
    desk.write(
        "adr/0001-by-hand.md",
        "# 1. By hand\n\nDate: 2020-01-01\n\n## Status\n\nAccepted\n\n## Context\n\nOld.\n",
    );
    desk.run(&start("Which queue?", &["--output", "adr"])).expect(0);
    desk.run(&start("Which queue now?", &["--output", "adr", "--supersedes", "2", "--supersedes", "0001"])).expect(0);
    let link = "[0003](0003-which-queue-now.md)";
    let old = desk.read("adr/0002-which-queue.md");
    assert_eq!(front(&old)[0], format!("- Status: superseded by {link}"));
    assert_eq!(
        desk.read("adr/0001-by-hand.md"),
        format!("# 1. By hand\n\nDate: 2020-01-01\n\n## Status\n\nsuperseded by {link}\n\n## Context\n\nOld.\n")
    );
    let new = desk.read("adr/0003-which-queue-now.md");
    assert_eq!(front(&new)[2], "- Supersedes: [0002](0002-which-queue.md), [0001](0001-by-hand.md)");
    // Written again, each still says so.
    for session in ["@", "@~1"] {
        desk.run(&["export", session, "--output", "adr"]).expect(0);
    }
    desk.run(&["export", "@", "--output", "adr", "--supersedes", "0002"]).expect(0);
    assert_eq!(desk.read("adr/0002-which-queue.md"), old);
    assert_eq!(desk.read("adr/0003-which-queue-now.md"), new);
}

#[test]
fn a_record_that_is_not_there_cannot_be_replaced() {
    let desk = Desk::new();
    desk.write("adr/0001-a.md", "# A\n");
    desk.write("adr/0001-b.md", "# B\n");
    let wrong = [
        (&["--output", "adr", "--supersedes", "0009"][..], "0009"),
        (&["--output", "adr", "--supersedes", "1"], "0001-a.md or 0001-b.md"),
        (&["--output", "a.adr.md", "--supersedes", "1"], "--output docs/decisions"),
        (&["--supersedes", "1"], "--output"),
    ];
    for (more, named) in wrong {
        let ran = desk.run(&start("Move?", more)).expect(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(named), "{more:?}: {}", ran.stderr);
    }
    assert_eq!(files(&desk, "adr"), ["0001-a.md", "0001-b.md"]);
    desk.run(&start("Move?", &["--output", "adr", "--supersedes", "0001-b.md"])).expect(0);
    let own = desk.run(&["export", "@", "--output", "adr", "--supersedes", "0002"]).expect(2);
    assert!(own.stderr.contains("0002"), "{}", own.stderr);
}

#[test]
fn a_record_is_found_by_its_own_last_line_and_never_takes_the_place_of_another() {
    let desk = Desk::new();
    desk.run(&start("Move?", &[])).expect(0);
    let session =
        desk.run(&["show", "@", "--format", "json"]).expect(0).record()["session"].as_str().unwrap().to_owned();
    let notes = format!("# Notes\n\n- Session {session} was discussed\n");
    desk.write("adr/0005-notes.md", &notes);
    desk.run(&["export", "@", "--output", "adr"]).expect(0);
    assert_eq!(desk.read("adr/0005-notes.md"), notes);
    assert_eq!(files(&desk, "adr"), ["0005-notes.md", "0006-move.md"]);

    desk.write("full/999999-last.md", "# Last\n");
    let ran = desk.run(&["export", "@", "--output", "full"]).expect(2);
    assert!(ran.stderr.contains("no number is free"), "{}", ran.stderr);
    assert_eq!(files(&desk, "full"), ["999999-last.md"]);
}

#[test]
fn what_cannot_be_written_is_found_before_anything_is_asked() {
    let desk = Desk::new();
    let modes = [("locked/x.md", 0o500, "locked"), ("mine.json", 0o400, ""), ("sealed/0001-a.md", 0o500, "sealed")];
    for (file, mode, folder) in modes {
        desk.write(file, "");
        let of = if folder.is_empty() { file } else { folder };
        fs::set_permissions(desk.work().join(of), fs::Permissions::from_mode(mode)).unwrap();
    }
    // Who may do anything is refused nothing.
    let may_write = fs::write(desk.work().join("locked/probe"), "").is_ok();
    desk.write("adr/0001-a.md", b"Caf\xe9\n");
    let wrong = [
        (&["--output", "mine.json"][..], false),
        (&["--output", "locked/y.md"], may_write),
        (&["--output", "sealed"], may_write),
        (&["--output", "adr", "--supersedes", "1"], false),
    ];
    for (more, is_possible) in wrong.into_iter().filter(|(_, is_possible)| !is_possible) {
        let ran = desk.run(&start("Move?", more)).expect(2);
        assert!(!ran.stderr.contains("is there already"), "{more:?} {is_possible}: {}", ran.stderr);
    }
    let none = desk.run(&["list", "--format", "json"]).expect(0).json();
    assert_eq!(none["sessions"].as_array().unwrap().len(), 0);
}

#[test]
fn a_record_in_another_encoding_is_named_with_what_to_do() {
    let desk = Desk::new();
    let wide: Vec<u8> = "\u{feff}# Old\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk.write("adr/0001-wide.md", wide);
    let ran = desk.run(&start("Move?", &["--output", "adr", "--supersedes", "1"])).expect(2);
    for told in ["adr/0001-wide.md", "it is not UTF-8 text", "hint: save it as UTF-8"] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    // One that is only there is passed over.
    desk.run(&start("Move?", &["--output", "adr"])).expect(0);
    assert_eq!(files(&desk, "adr"), ["0001-wide.md", "0002-move.md"]);
}

#[test]
fn a_link_that_leads_nowhere_yet_is_followed_and_a_pipe_among_the_records_is_not_read() {
    let desk = Desk::new();
    desk.write("adr/README.md", "# Decisions\n");
    std::os::unix::fs::symlink("new.json", desk.work().join("link.json")).unwrap();
    desk.shell("mkfifo adr/0003-pipe.md").expect(0);
    desk.run(&start("Move?", &["--output", "link.json", "--output", "adr"])).expect(0);
    assert!(fs::symlink_metadata(desk.work().join("link.json")).unwrap().is_symlink());
    assert!(desk.read("new.json").starts_with('{'));
    assert_eq!(files(&desk, "adr"), ["0003-pipe.md", "0004-move.md", "README.md"]);
}

#[test]
fn two_records_that_are_written_at_once_get_two_numbers() {
    let desk = Desk::new();
    desk.write("adr/README.md", "# Decisions\n");
    let topics = ["One?", "Two?", "Three?", "Four?"];
    let running = topics.map(|topic| desk.spawn(&start(topic, &["--output", "adr", "--quiet"])));
    for running in running {
        running.wait().expect(0);
    }
    let numbers: BTreeSet<String> =
        files(&desk, "adr").iter().filter_map(|file| Some(file.split_once('-')?.0.to_owned())).collect();
    assert_eq!(numbers, ["0001", "0002", "0003", "0004"].map(str::to_owned).into());
}

#[test]
fn a_view_belongs_into_no_folder_of_decisions() {
    let desk = Desk::new();
    desk.write("adr/README.md", "# Decisions\n");
    desk.run(&start("Move?", &[])).expect(0);
    let ran = desk.run(&["show", "@", "--view", "rounds", "--output", "adr"]).expect(2);
    assert!(!lines_with(&ran.stderr, "hint: ").is_empty(), "{}", ran.stderr);
    let ran = desk.run(&["show", "@", "--output", "nowhere/a.json"]).expect(2);
    assert!(ran.stderr.contains("`nowhere`"), "{}", ran.stderr);
}
