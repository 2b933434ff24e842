//! Streams as scripts use them: readers that leave, streams that are closed, disks that are full, pipes in place of files, and
//! whatever language or terminal the environment speaks of.

use std::path::Path;

use crate::support::program::{Desk, Ran};

/// A desk with two decided sessions, the files that commands ask for, and the same every time.
fn furnished() -> Desk {
    let desk = Desk::new();
    for topic in ["Should we move?", "Should we stay?"] {
        desk.run(&["start", "--topic", topic, "--rehearse", "--quiet", "--seed", "1", "--tag", "team=core"]).expect(0);
    }
    let log = desk.run(&["export", "@"]).expect(0).stdout;
    desk.write("log.ndjson", log);
    desk
}

/// Every command, with the exit code it has in that place.
const COMMANDS: [(&str, i32); 33] = [
    ("start --topic x --rehearse --mode vote", 0),
    ("start --topic x --rehearse --mode vote --format json --progress ndjson", 0),
    ("start --topic x --rehearse --mode vote --format html --progress plain", 0),
    ("start --topic x", 7),
    ("resume @", 0),
    ("continue @", 0),
    ("synthesize @", 0),
    ("pause @", 0),
    ("stop @", 0),
    ("list", 0),
    ("list --format json", 0),
    ("show @", 0),
    ("show @ --format html", 0),
    ("show @ --view prompts --round 1", 0),
    ("search move", 0),
    ("rename @ first", 0),
    ("delete @ --yes", 0),
    ("import log.ndjson", 0),
    ("export @", 0),
    ("replay @", 0),
    ("replay @ --watch", 0),
    ("diff @~1 @", 0),
    ("modes list", 0),
    ("modes show vote", 0),
    ("modes check", 0),
    ("modes schema", 0),
    ("schema decision", 0),
    ("schema progress", 0),
    ("providers", 0),
    ("config show", 0),
    ("completions bash", 0),
    ("man", 0),
    ("--help", 0),
];

fn check_quiet(ran: &Ran, code: i32) {
    assert_eq!(ran.code, Some(code), "`{}`: {}", ran.what, ran.stderr);
    assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("Broken pipe"), "`{}`: {}", ran.what, ran.stderr);
}

#[test]
fn a_reader_that_has_left_is_no_failure_of_any_command() {
    for (command, code) in COMMANDS {
        // A pipe that nobody reads any more, from the first byte on.
        let line = format!("mkfifo pipe; exec 3<>pipe 4>pipe 3<&-; $roundtable {command} >&4");
        check_quiet(&furnished().shell(&line), code);
    }
}

#[test]
fn streams_that_are_closed_change_no_exit_code() {
    for (command, code) in COMMANDS {
        for closed in [">&-", "2>&-", "<&- >&- 2>&-"] {
            check_quiet(&furnished().shell(&format!("$roundtable {command} {closed}")), code);
        }
    }
}

#[test]
fn one_line_is_enough_for_who_wants_no_more() {
    let ran = furnished().shell("set -e; $roundtable show @ --format html | head -1");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "<!DOCTYPE html>\n", ""));
    let ran = furnished().shell("$roundtable start --topic x --rehearse --format json 2>/dev/null | head -1");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "{\n"));
}

#[test]
fn a_full_disk_is_an_error_and_not_a_shorter_result() {
    for command in ["list", "show @ --format html", "export @", "schema decision", "modes show vote", "man"] {
        let ran = furnished().shell(&format!("$roundtable {command} > /dev/full")).expect(2);
        assert!(ran.stderr.starts_with("error: cannot write to standard output: "), "{command}: {}", ran.stderr);
    }
}

#[test]
fn a_pipe_or_a_device_is_written_to_as_it_is() {
    let desk = furnished();
    let line = "mkfifo out.json && { cat out.json > copy & } && $roundtable show @ --output out.json > /dev/null && wait && test -p out.json";
    desk.shell(line).expect(0);
    assert_eq!(desk.read("copy"), desk.run(&["show", "@", "--format", "json"]).expect(0).stdout);
    let ran = desk.shell("ln -s /dev/stdout all.md && $roundtable export @ --output all.md").expect(0);
    assert_eq!(ran.stdout, desk.run(&["show", "@", "--format", "markdown"]).expect(0).stdout);
    let ran = desk.run(&["export", "@", "--output", "/dev/stdout"]).expect(2);
    assert!(ran.stderr.contains("`/dev/stdout`, and its ending names no format"), "{}", ran.stderr);
}

#[test]
fn an_argument_that_is_no_text_is_refused_like_any_other() {
    let ran = Desk::new().shell("$roundtable start --topic \"$(printf '\\377')\" --rehearse --format json").expect(2);
    assert!(ran.stderr.starts_with("{\"error\":{\"kind\":\"usage\""), "{}", ran.stderr);
}

#[test]
fn no_language_of_the_machine_changes_a_byte() {
    let mut desk = furnished();
    let told = |desk: &Desk| -> Vec<String> {
        let formats =
            ["text", "markdown", "adr", "html", "json", "ndjson"].map(|format| format!("show @ --format {format}"));
        let others =
            ["list --format json", "search move", "diff @~1 @", "providers", "config show", "modes list", "replay @"];
        let commands = formats.iter().map(String::as_str).chain(others).chain(["start --topic x"]);
        let ran = commands.map(|command| desk.run(&command.split(' ').collect::<Vec<_>>()));
        ran.map(|ran| format!("{} {:?}\n{}\n{}", ran.what, ran.code, ran.stdout, ran.stderr)).collect()
    };
    let plain = told(&desk);
    for (language, zone) in
        [("C", "UTC"), ("de_DE.UTF-8", "Europe/Berlin"), ("tr_TR.UTF-8", "Asia/Tokyo"), ("nonsense", "x")]
    {
        for (name, value) in [("LC_ALL", language), ("LANG", language), ("LANGUAGE", language), ("TZ", zone)] {
            desk.set(name, value);
        }
        assert_eq!(told(&desk), plain, "{language}");
    }
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    if !Path::new("/usr/bin/script").exists() {
        eprintln!("skipped: script is not installed, so there is no terminal");
        return;
    }
    // (environment, whether there are escape sequences at all, whether there is colour)
    let rows = [
        ("TERM=xterm-256color", true, true),
        ("TERM=xterm-256color NO_COLOR=1", true, false),
        ("TERM=dumb", false, false),
    ];
    for (environment, escapes, colour) in rows {
        let inner = "$roundtable start --topic x --rehearse --mode vote > /dev/null";
        let ran = Desk::new().shell(&format!("{environment} script -qec '{inner}' /dev/null")).expect(0);
        let found = (
            ran.stdout.contains('\u{1b}'),
            ["[31m", "[32m", "[35m", "[36m"].iter().any(|code| ran.stdout.contains(code)),
        );
        assert_eq!(found, (escapes, colour), "{environment}: {:?}", ran.stdout);
    }
    let piped = Desk::new().shell("TERM=xterm-256color $roundtable start --topic x --rehearse --mode vote").expect(0);
    assert!(!format!("{}{}", piped.stdout, piped.stderr).contains('\u{1b}'));
}
