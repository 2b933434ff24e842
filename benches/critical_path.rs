//! Whole processes on a provider that takes 200 ms a call: wall time beside the critical path of each mode.
//!
//! The critical path is what the calls alone must take: one call for a stage whose speakers speak at the same time, one
//! for each speaker of a sequential stage. `cargo bench --bench critical_path` prints a line a mode and fails above a
//! ratio of 1.05.

#[path = "../tests/support/fake.rs"]
mod fake;

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use roundtable::debate::mode::Order;
use roundtable::modes::{self, Folders};
use serde_json::{Value, json};

use fake::{Behaviour, Fake, Seen, fill};

const CALL: Duration = Duration::from_millis(200);
const RATIO_MAX: f64 = 1.05;
const RUNS: usize = 5;

fn main() -> ExitCode {
    println!(
        "{:<20} {:>5} {:>9} {:>9} {:>6}   (median of {RUNS} runs, 4 seats, 200 ms a call)",
        "mode", "calls", "path ms", "wall ms", "ratio"
    );
    let mut worst: f64 = 0.0;
    for listed in modes::list(&Folders::default()) {
        worst = worst.max(bench(&listed.name));
    }
    println!("worst ratio {worst:.3}, at most {RATIO_MAX} allowed");
    if worst <= RATIO_MAX { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bench(mode: &str) -> f64 {
    let mut runs: Vec<(Duration, Value)> = (0..RUNS).map(|_| run(mode)).collect();
    runs.sort_by_key(|(wall, _)| *wall);
    let (wall, record) = &runs[RUNS / 2];
    let path = CALL * steps(mode, record);
    let ratio = wall.as_secs_f64() / path.as_secs_f64();
    println!(
        "{mode:<20} {:>5} {:>9} {:>9} {ratio:>6.3}",
        record["usage"]["total"]["calls"],
        path.as_millis(),
        wall.as_millis()
    );
    ratio
}

fn run(mode: &str) -> (Duration, Value) {
    let fake = Fake::start(Arc::new(|seen: &Seen, _| Behaviour::Delayed(CALL, Box::new(Behaviour::Say(answer(seen))))));
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.args([
        "start",
        "--topic",
        "Should we split the monolith?",
        "--yes-no",
        "--quiet",
        "--format",
        "json",
        "--mode",
        mode,
    ]);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("ANTHROPIC_API_KEY", "bench")
        .env("ANTHROPIC_BASE_URL", fake.url())
        .current_dir(home.path());
    let start = Instant::now();
    let output = command.output().expect("the program runs");
    let wall = start.elapsed();
    assert!(output.status.success(), "{mode}: {}", String::from_utf8_lossy(&output.stderr));
    (wall, serde_json::from_slice(&output.stdout).expect("a JSON record"))
}

/// A valid answer to whatever is asked.
fn answer(seen: &Seen) -> String {
    let mut choose = |name: &str, _: &Value| match name {
        // The only form whose length the program prescribes.
        "perspectives" => Some(json!(
            (1..=4).map(|n| json!({ "name": format!("View {n}"), "cares_about": "something" })).collect::<Vec<_>>()
        )),
        "abstain_reason" | "opening_was" | "change" | "blocking_objection" | "about" => Some(Value::Null),
        "confidence" => Some(json!(0.8)),
        "rationale" | "risks" | "concessions" => Some(json!([])),
        _ => None,
    };
    fill(&seen.schema, &mut choose).to_string()
}

/// Calls that have to wait for one another.
fn steps(mode: &str, record: &Value) -> u32 {
    let mode = modes::find(mode, &Folders::default()).expect("a built-in mode").mode;
    let turns = record["turns"].as_array().expect("turns");
    let mut stages: Vec<(&Value, &Value, &Value, u32)> = Vec::new();
    for turn in turns {
        match stages.last_mut() {
            Some((phase, round, stage, count))
                if **phase == turn["phase"] && **round == turn["round"] && **stage == turn["stage"] =>
            {
                *count += 1
            }
            _ => stages.push((&turn["phase"], &turn["round"], &turn["stage"], 1)),
        }
    }
    let is_sequential =
        |name: &Value| mode.stages().any(|stage| *name == stage.name && stage.order == Order::Sequential);
    stages.iter().map(|(_, _, stage, count)| if is_sequential(stage) { *count } else { 1 }).sum()
}
