//! The official clients of the protocol, against the built program: Python's and TypeScript's, over standard streams and HTTP.
//!
//! They are set up in a folder of their own from the package registries; without python3, npm or a registry they are skipped.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::assistant::HttpServer;
use crate::support::fake::{Behaviour, Fake};
use crate::support::installs::{node, set_up};
use crate::support::program::Desk;
use crate::support::voices;

/// Seats of the panel when nobody says how many.
const SEATS: usize = 4;

/// A provider that answers the opening and keeps silent afterwards.
fn silent_after_the_opening() -> Fake {
    Fake::start(Arc::new(|seen, number| match number {
        0..SEATS => Behaviour::Say(voices::reply(seen, number)),
        _ => Behaviour::Hang,
    }))
}

/// Runs a client against the program over standard streams, then over HTTP, and checks what it saw.
fn check(client: impl Fn(&str, &str) -> Command, revisions: [&str; 2]) {
    for (transport, revision) in ["stdio", "http"].into_iter().zip(revisions) {
        let fake = silent_after_the_opening();
        let desk = Desk::at(fake.url(), 1);
        let server = (transport == "http").then(|| HttpServer::start(&desk));
        let place = server.as_ref().map_or(env!("CARGO_BIN_EXE_roundtable"), |server| server.url.as_str());
        let output = client(transport, place).envs(desk.variables()).current_dir(desk.work()).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{transport}: {stderr}");
        let seen: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{transport}: {stdout}\n{stderr}"));
        check_seen(&seen, transport);
        if seen["revision"].is_string() {
            assert_eq!(seen["revision"], revision, "{transport}");
        }
        // What was called off is not paid for any further, and is there to be resumed.
        let log = fake.wait_for(|seen| seen.iter().all(|seen| seen.ended.is_some()));
        assert_eq!(log.iter().filter(|seen| seen.answered).count(), SEATS, "{transport}");
        let open = desk.run(&["list", "--status", "open", "--format", "json"]).expect(0).json();
        assert_eq!(open["sessions"][0]["session"], seen["left_open"], "{transport}");
    }
}

fn check_seen(seen: &Value, transport: &str) {
    assert_eq!(seen["server"], "roundtable", "{transport}");
    assert_eq!(seen["status"], "decided", "{transport}: {seen}");
    let text = |name: &str| seen[name].as_str().unwrap_or_else(|| panic!("{transport}: no {name} in {seen}"));
    assert!(text("text").contains("advice: "), "{transport}: {}", text("text"));
    assert!(text("wrong").contains("topic"), "{transport}");
    assert_eq!(seen["wrong_is_error"], true, "{transport}");
    assert!(text("record").starts_with("# Should we move?"), "{transport}");
    assert!(text("prompt").contains("start_roundtable"), "{transport}");
    assert!(seen["missing"] == -32002 || seen["missing"] == -32602, "{transport}: {}", seen["missing"]);
    for (name, least) in [("resources", 9), ("templates", 3), ("prompts", 8)] {
        assert!(seen[name].as_u64().unwrap() >= least, "{transport}: {name}");
    }
    let counts: Vec<f64> = seen["progress"].as_array().unwrap().iter().map(|told| told[0].as_f64().unwrap()).collect();
    assert!(counts.len() > 1 && counts.windows(2).all(|pair| pair[0] < pair[1]), "{transport}: {counts:?}");
}

fn script(name: &str) -> String {
    format!("{}/tests/clients/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The Python client in a folder of its own.
fn python(folder: &TempDir) -> Option<String> {
    let place = folder.path().join("venv");
    set_up(Command::new("python3").args(["-m", "venv"]).arg(&place), "python3 with venv")?;
    let python = place.join("bin/python");
    set_up(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--retries", "0", "--timeout", "15", "mcp>=2"]),
        "the Python client",
    )?;
    Some(python.to_str().unwrap().to_owned())
}

#[test]
fn the_python_client_gets_along() {
    let folder = tempfile::tempdir().unwrap();
    let Some(python) = python(&folder) else { return };
    for (mode, revision) in [("legacy", "2025-11-25"), ("auto", "2026-07-28")] {
        let client = |transport: &str, place: &str| {
            let mut command = Command::new(&python);
            command.args([&script("client.py"), mode, transport, place]);
            command
        };
        check(client, [revision, revision]);
    }
}

#[test]
fn the_typescript_client_gets_along() {
    let folder = tempfile::tempdir().unwrap();
    let Some(()) = node(&folder, &["@modelcontextprotocol/sdk@1"], "the TypeScript client") else { return };
    // Packages are looked for beside the script.
    let local = folder.path().join("client.mjs");
    fs::copy(Path::new(&script("client.mjs")), &local).unwrap();
    let client = |transport: &str, place: &str| {
        let mut command = Command::new("node");
        command.arg(&local).args([transport, place]);
        command
    };
    check(client, ["2025-11-25", "2025-11-25"]);
}
