//! Logs as earlier versions wrote them still open, and still tell the same.
//!
//! Fixtures are added, never edited: a log that has been released is in somebody's database. `BLESS=1` writes what is
//! missing.

use std::fs;
use std::path::{Path, PathBuf};

use roundtable::debate::event::Logged;
use roundtable::debate::history::History;
use roundtable::debate::protocol::{self, Step};
use roundtable::export::{Format, render};

/// The formats with the endings of what they are compared with.
const FORMATS: [(Format, &str); 5] = [
    (Format::Json, "json"),
    (Format::Markdown, "md"),
    (Format::Text, "txt"),
    (Format::Adr, "adr.md"),
    (Format::Html, "html"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions")
}

fn logs() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the fixtures");
    let mut logs: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    logs.retain(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    logs.sort();
    assert!(logs.len() >= 3, "{logs:?}");
    logs
}

fn read(log: &Path) -> Vec<Logged> {
    let text = fs::read_to_string(log).expect("a readable fixture");
    let logged =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}: {line}", log.display()));
    text.lines().map(logged).collect()
}

/// What a format makes of a log. How a page looks may change without what it says, so its style sheet is left out.
fn told(history: &History, format: Format) -> String {
    let text = render(history, format);
    match (text.split_once("<style>"), text.split_once("</style>")) {
        (Some((before, _)), Some((_, after))) if format == Format::Html => format!("{before}<style></style>{after}"),
        _ => text,
    }
}

#[test]
fn a_log_of_every_version_tells_the_same() {
    for log in logs() {
        let history = History::replay(&read(&log)).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        assert_eq!(protocol::next(&history), Step::Done, "{}", log.display());
        for (format, ending) in FORMATS {
            let golden = log.with_extension(ending);
            let told = told(&history, format);
            if std::env::var_os("BLESS").is_some() && !golden.exists() {
                fs::write(&golden, &told).expect("a writable folder");
            }
            let expected = fs::read_to_string(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
            assert_eq!(told, expected, "{}", golden.display());
        }
    }
}

#[test]
fn an_event_is_written_as_it_was_read() {
    for log in logs() {
        let text = fs::read_to_string(&log).expect("a readable fixture");
        for (line, logged) in text.lines().zip(read(&log)) {
            let (was, is): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(line).expect("JSON"), serde_json::to_value(&logged).expect("an event is JSON"));
            assert_eq!(was, is, "{}", log.display());
        }
    }
}
