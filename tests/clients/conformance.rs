//! The protocol's official conformance suite, against the built program, and against the program's own plumbing with the tools,
//! resources and prompts mounted on it that the suite calls by name.
//!
//! The suite is set up in a folder of its own from the package registry; without npm or a registry the test is skipped.

mod speaker;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::assistant::HttpServer;
use crate::support::installs::{node, set_up};
use crate::support::program::Desk;
use speaker::Speaker;

/// Scenarios by name, and whether they pass.
type Passes = BTreeMap<String, bool>;

/// What the documentation tells: of the program, and of its plumbing.
fn documented() -> [Passes; 2] {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance.md")).unwrap();
    let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    let rows: Vec<Vec<String>> = page.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    [2, 3].map(|column| {
        rows.iter().map(|row| (row[1].trim_matches('`').to_owned(), row[column].starts_with("yes"))).collect()
    })
}

/// What the suite's summary tells.
fn reported(printed: &str) -> Passes {
    let (_, summary) = printed.split_once("=== SUMMARY ===").unwrap_or_else(|| panic!("{printed}"));
    let row = |line: &str| {
        let (passes, rest) =
            line.strip_prefix("✓ ").map(|rest| (true, rest)).or(line.strip_prefix("✗ ").map(|rest| (false, rest)))?;
        Some((rest.split(':').next()?.to_owned(), passes))
    };
    summary.lines().filter_map(row).collect()
}

/// The suite, as it is run against a server at this address.
fn suite(folder: &TempDir, url: &str) -> Command {
    let bin = folder.path().join("node_modules/.bin");
    let mut suite = Command::new(bin.join("node"));
    suite.arg(bin.join("conformance")).args(["server", "--suite", "all", "--url", url]).current_dir(folder);
    suite
}

/// What the suite says of the speaker on the program's plumbing.
async fn said_of_the_plumbing(folder: &TempDir) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = roundtable::program::mcp_router(Speaker, (address, &[]), None, CancellationToken::new());
    let mut suite = tokio::process::Command::from(suite(folder, &format!("http://{address}/mcp")));
    tokio::select! {
        served = axum::serve(listener, app).into_future() => panic!("{served:?}"),
        output = suite.output() => String::from_utf8_lossy(&output.unwrap().stdout).into_owned(),
    }
}

#[test]
fn the_conformance_suite_finds_what_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let packages = ["node@22", "@modelcontextprotocol/conformance@0.1.16"];
    let Some(()) = node(&folder, &packages, "the conformance suite") else { return };
    let bin = folder.path().join("node_modules/.bin");
    let Some(()) = set_up(Command::new(bin.join("node")).arg("--version"), "Node 22") else { return };
    let [of_the_program, of_the_plumbing] = documented();
    assert_eq!(of_the_program.len(), 32);

    let server = HttpServer::start(&Desk::new());
    let printed = String::from_utf8_lossy(&suite(&folder, &server.url).output().unwrap().stdout).into_owned();
    assert_eq!(reported(&printed), of_the_program, "{printed}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let printed = runtime.block_on(said_of_the_plumbing(&folder));
    assert_eq!(reported(&printed), of_the_plumbing, "{printed}");
}
