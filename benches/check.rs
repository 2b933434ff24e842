//! How long `check` takes over a project with 200 decision records: a whole process, from start to exit.
//!
//! `cargo bench --bench check`

#![allow(clippy::unwrap_used, reason = "a bench that cannot run must stop")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Records in the project.
const RECORDS: usize = 200;
/// Runs that are measured.
const RUNS: usize = 20;
/// What a run may take.
const LIMIT: Duration = Duration::from_millis(200);

fn roundtable(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.env_clear().env("HOME", folder.join("home")).current_dir(folder.join("work")).args(arguments);
    command.output().unwrap()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    fs::create_dir_all(work.join("docs")).unwrap();
    for number in 0..5 {
        fs::write(work.join(format!("docs/{number}.md")), format!("Premise {number}.\n")).unwrap();
    }
    let start = ["start", "--topic", "Which queue?", "--rehearse", "--quiet", "--context", "docs"];
    let outputs = ["--output", "q.adr.md", "--output", "q.json", "--output", "q.ndjson"];
    assert!(roundtable(folder.path(), &[&start[..], &outputs].concat()).status.success());
    for (name, count) in [("q.adr.md", RECORDS / 2), ("q.json", RECORDS / 4), ("q.ndjson", RECORDS / 4)] {
        fs::create_dir_all(work.join("log")).unwrap();
        for number in 0..count {
            fs::copy(work.join(name), work.join(format!("log/{number:03}-{name}"))).unwrap();
        }
        fs::remove_file(work.join(name)).unwrap();
    }
    let mut took: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            let output = roundtable(folder.path(), &["check"]);
            assert!(String::from_utf8_lossy(&output.stdout).starts_with("200 records with 1000 premises: all hold"));
            begun.elapsed()
        })
        .collect();
    took.sort();
    let (median, worst) = (took[RUNS / 2], took[RUNS - 1]);
    println!("check over {RECORDS} records, a process each: median {median:.1?}, worst {worst:.1?} (limit {LIMIT:?})");
    assert!(median < LIMIT, "too slow");
}
