//! The arrows between rooms: who may know whom, and who may touch the world. Fails with file and line.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, the rooms it may import, and what of the world it may touch.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
    touches: &'static [&'static str],
}

/// What touches the world. Whatever is not named for a room is closed to it.
const WORLD: [&str; 15] = [
    "std::env::var",
    "std::env::current_dir",
    "std::fs",
    "std::io",
    "TcpStream",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "now_v7",
    "tokio::",
    "reqwest",
    "rusqlite",
    "indicatif",
];

const ROOMS: [Room; 19] = [
    Room { name: "message", imports: &[], touches: &[] },
    Room { name: "stats", imports: &[], touches: &[] },
    Room { name: "debate", imports: &["stats"], touches: &[] },
    Room { name: "modes", imports: &["debate"], touches: &["std::fs", "std::io"] },
    Room { name: "personas", imports: &["modes"], touches: &[] },
    Room {
        name: "store",
        imports: &["debate", "engine"],
        touches: &["std::fs", "std::io", "std::thread", "Instant::now", "SystemTime", "now_v7", "tokio::", "rusqlite"],
    },
    Room {
        name: "material",
        imports: &["debate", "message"],
        touches: &["std::fs", "std::io", "std::process", "std::thread"],
    },
    Room {
        name: "providers",
        imports: &["debate"],
        touches: &["std::io", "Instant::now", "SystemTime", "tokio::", "reqwest"],
    },
    Room { name: "bench", imports: &["debate", "modes"], touches: &[] },
    Room { name: "export", imports: &["debate", "stats", "bench"], touches: &[] },
    Room { name: "engine", imports: &["debate", "providers"], touches: &["tokio::"] },
    Room { name: "error", imports: &["message"], touches: &[] },
    Room {
        name: "config",
        imports: &["error", "message"],
        touches: &["std::env::var", "std::env::current_dir", "std::fs", "std::io"],
    },
    Room {
        name: "telemetry",
        imports: &["debate", "providers", "export", "engine", "config"],
        touches: &["std::io", "std::thread", "Instant::now", "SystemTime", "reqwest"],
    },
    Room {
        name: "app",
        imports: &[
            "debate",
            "modes",
            "personas",
            "bench",
            "store",
            "material",
            "providers",
            "export",
            "engine",
            "error",
            "message",
            "config",
            "telemetry",
        ],
        touches: &["tokio::", "now_v7"],
    },
    Room {
        name: "cli",
        imports: &["app", "config", "debate", "export", "error", "message"],
        touches: &["std::fs", "std::io", "std::process", "std::thread", "Instant::now", "tokio::", "indicatif"],
    },
    Room {
        name: "mcp",
        imports: &["app", "config", "debate", "stats", "export", "error", "message"],
        touches: &["std::io", "tokio::"],
    },
    Room { name: "program", imports: &["cli", "mcp"], touches: &["std::process"] },
    Room { name: "main", imports: &["program"], touches: &["std::process"] },
];

/// One line of code, without its comment.
struct Line {
    file: PathBuf,
    number: usize,
    code: String,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn lines_of(room: &str) -> Vec<Line> {
    let (file, folder) = (source().join(format!("{room}.rs")), source().join(room));
    let mut files = Vec::new();
    if file.is_file() {
        files.push(file);
    }
    collect(&folder, &mut files);
    assert!(!files.is_empty(), "room {room} has no file: take it out of the table");
    files.into_iter().flat_map(|file| lines(&file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.expect("a readable folder").path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            files.push(entry);
        }
    }
}

fn lines(file: &Path) -> Vec<Line> {
    let text = fs::read_to_string(file).expect("a readable source file");
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines()
        .enumerate()
        .map(|(index, line)| Line { file: file.to_owned(), number: index + 1, code: code(line) })
        .collect()
}

/// The rooms that a line of code names through `crate::` or, outside of the library, `roundtable::`.
fn rooms_named(code: &str) -> Vec<String> {
    let after = |prefix: &'static str| {
        code.split(prefix).skip(1).map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
    };
    after("crate::").chain(after("roundtable::")).filter(|name: &String| !name.is_empty()).collect()
}

#[test]
fn rooms_import_only_what_their_row_allows() {
    for room in &ROOMS {
        for line in lines_of(room.name) {
            for named in rooms_named(&line.code) {
                let is_allowed = named == room.name || room.imports.contains(&named.as_str());
                assert!(is_allowed, "{}:{}: {} may not import {named}", line.file.display(), line.number, room.name);
            }
        }
    }
}

#[test]
fn rooms_touch_only_what_their_row_allows() {
    for room in &ROOMS {
        for line in lines_of(room.name) {
            for thing in WORLD.iter().filter(|thing| !room.touches.contains(*thing)) {
                let message = format!("{}:{}: {} may not touch {thing}", line.file.display(), line.number, room.name);
                assert!(!line.code.contains(thing), "{message}");
            }
        }
    }
}

#[test]
fn the_network_is_known_to_the_gateway_and_the_exporter_alone() {
    for (room, folder) in [("providers", "gateway"), ("telemetry", "otel")] {
        for line in lines_of(room).into_iter().filter(|line| line.code.contains("reqwest")) {
            let is_there = line.file.components().any(|part| part.as_os_str() == folder);
            assert!(is_there, "{}:{}: only {folder} may know reqwest", line.file.display(), line.number);
        }
    }
}

#[test]
fn the_environment_is_read_in_one_file() {
    for line in lines_of("config").into_iter().filter(|line| line.code.contains("std::env")) {
        assert!(
            line.file.ends_with("config/sources.rs"),
            "{}:{}: only sources.rs may read the environment",
            line.file.display(),
            line.number
        );
    }
}

#[test]
fn every_room_has_a_row_and_every_file_says_what_it_is() {
    let entries = fs::read_dir(source()).expect("the source folder");
    for entry in entries.map(|entry| entry.expect("a readable folder").path()) {
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        assert!(
            name == "lib" || ROOMS.iter().any(|room| room.name == name),
            "{} is in no row of the table",
            entry.display()
        );
    }
    for room in &ROOMS {
        for first in lines_first(room.name) {
            assert!(first.1.starts_with("//!"), "{}: must open with `//!`", first.0.display());
        }
    }
}

#[test]
fn nothing_of_the_front_ends_is_public_but_the_program() {
    let is_public = |line: &Line| line.code.trim_start().starts_with("pub ");
    for line in lines(&source().join("lib.rs")).iter().filter(|line| is_public(line)) {
        let words = line.code.split(|c: char| !c.is_alphanumeric() && c != '_');
        let names_one = words.into_iter().any(|word| ["cli", "mcp"].contains(&word));
        assert!(!names_one, "lib.rs:{}: the front-ends are private: {}", line.number, line.code);
    }
    let program = lines(&source().join("program.rs"));
    let public: Vec<&str> = program.iter().filter(|line| is_public(line)).map(|line| line.code.trim()).collect();
    assert_eq!(public, ["pub use crate::mcp::router as mcp_router;", "pub fn main() -> ExitCode {"]);
}

/// Lines below the front-ends that may hold words of theirs, and why.
const WORDS_OF_A_FRONT_END: [(&str, &str); 5] = [
    ("providers/rehearsal.rs", "a scripted reply, which logs hold"),
    ("export/premises/listing.rs", "a report names the command that checks it, for whoever reads it years later"),
    ("material/diff.rs", "the flags of git"),
    ("material/secrets/places.rs", "the flags of curl and its like, which precede a password"),
    ("material/secrets/mod.rs", "the flags of curl, in an example"),
];

/// Whether a text names a flag or a command of ours.
fn names_a_front_end(code: &str) -> bool {
    let is_flag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase());
    let has_flag = code.match_indices("--").any(|(at, _)| is_flag(&code[at + 2..]) && !code[..at].ends_with('-'));
    let tools = ["_roundtable", "get_session", "control_session", "list_agents", "ask_persona", "`roundtable "];
    has_flag || tools.iter().any(|tool| code.contains(tool))
}

#[test]
fn no_words_of_a_front_end_are_held_below_the_front_ends() {
    let below = ROOMS.iter().filter(|room| !["cli", "mcp", "main"].contains(&room.name));
    for line in below.flat_map(|room| lines_of(room.name)).filter(|line| line.code.contains('"')) {
        let is_allowed = WORDS_OF_A_FRONT_END.iter().any(|(file, _)| line.file.ends_with(file));
        let place = format!("{}:{}", line.file.display(), line.number);
        assert!(
            is_allowed || !names_a_front_end(&line.code),
            "{place}: say it with a Field or an Action: {}",
            line.code
        );
    }
}

fn lines_first(room: &str) -> Vec<(PathBuf, String)> {
    let mut files: Vec<PathBuf> = lines_of(room).into_iter().map(|line| line.file).collect();
    files.dedup();
    let first = |file: &PathBuf| {
        fs::read_to_string(file).expect("a readable source file").lines().next().unwrap_or_default().to_owned()
    };
    files.iter().map(|file| (file.clone(), first(file))).collect()
}

/// What of the core the files of `debate/log` may import: what else is stored, and words.
const STORED: [&str; 9] = ["log", "agent", "mode", "question", "reply", "response", "search", "thresholds", "rules"];

#[test]
fn what_a_log_holds_knows_nothing_that_decides() {
    let lines: Vec<Line> =
        lines_of("debate").into_iter().filter(|line| line.file.to_string_lossy().contains("debate/log")).collect();
    assert!(!lines.is_empty());
    for line in lines {
        for rest in line.code.split("crate::debate::").skip(1) {
            let named: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_allowed = named == "text" || STORED.contains(&named.as_str());
            assert!(is_allowed, "{}:{}: the log may not import {named}", line.file.display(), line.number);
        }
    }
}

/// Every path of the tree that the map of changes names is there.
#[test]
fn the_map_of_changes_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).expect("a readable file");
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.contains('/') && !word.contains(' ') && !word.contains("::");
    let paths: Vec<&str> =
        quoted.filter(is_path).filter(|path| !path.contains("NAME") && !path.contains("N.sql")).collect();
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        assert!(root.join(path).exists(), "CONTRIBUTING.md names {path}, which is not there");
    }
}
