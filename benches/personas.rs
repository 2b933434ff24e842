//! Whole processes on a provider that takes 300 ms a call: three personas asked at once beside one.
//!
//! `cargo bench --bench personas` prints the ratio of their wall times and fails above 1.3.

#[path = "../tests/support/fake.rs"]
mod fake;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use fake::{Behaviour, Fake};

const CALL: Duration = Duration::from_millis(300);
const RATIO_MAX: f64 = 1.3;
const RUNS: usize = 9;

fn main() -> ExitCode {
    let (one, three) = (median("architect", 1), median("architect,security,sre", 3));
    let ratio = three.as_secs_f64() / one.as_secs_f64();
    println!(
        "one {} ms, three at once {} ms (median of {RUNS} runs, 300 ms a call)",
        one.as_millis(),
        three.as_millis()
    );
    println!("ratio {ratio:.3}, at most {RATIO_MAX} allowed");
    if ratio <= RATIO_MAX { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn median(personas: &str, count: usize) -> Duration {
    let mut runs: Vec<Duration> = (0..RUNS).map(|_| run(personas, count)).collect();
    runs.sort();
    runs[RUNS / 2]
}

fn run(personas: &str, count: usize) -> Duration {
    let fake = Fake::always(Behaviour::Delayed(CALL, Box::new(Behaviour::Say("Yes.".to_owned()))));
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.args(["ask", personas, "Should we split the monolith?"]).env_clear().current_dir(home.path());
    command.env("HOME", home.path()).env("ANTHROPIC_API_KEY", "bench").env("ANTHROPIC_BASE_URL", fake.url());
    let start = Instant::now();
    let output = command.output().expect("the program runs");
    let wall = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fake.log().len(), count, "each is asked once");
    wall
}
