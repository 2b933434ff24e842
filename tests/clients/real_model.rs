//! The seven founding modes with a real language model behind a server that enforces schemas.
//!
//! Runs only with `ROUNDTABLE_TEST_REAL_MODEL` set, and `LLAMACPP_BASE_URL` naming a llama.cpp server; it takes minutes. Any model
//! will do: what is checked is that its replies can be read, not what they say.

use std::time::{Duration, Instant};

use crate::support::program::Desk;
use serde_json::Value;

const MODES: [&str; 7] =
    ["collaborative", "adversarial", "socratic", "expert-panel", "devils-advocate", "delphi", "red-team-blue-team"];
/// The share of turns that must be readable at the first attempt.
const READABLE_MIN: f64 = 0.95;

/// A small model writes some tens of tokens a second, on a machine that has nothing else to do.
const TIME_LIMIT: Duration = Duration::from_secs(1_800);

/// Turns of a session, and how many of them could be read at the first attempt.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    first: u32,
    readable: u32,
}

/// Holds one debate and counts; a session that is lost fails the test.
fn held(server: &str, mode: &str) -> Turns {
    let mut desk = Desk::new();
    desk.set("LLAMACPP_BASE_URL", server);
    let perspectives = ["Operations: what has to run", "Finance: what it costs", "Users: what they notice"];
    let mut arguments =
        vec!["start", "--topic", "Which queue should carry our orders?", "--option", "Kafka", "--option", "NATS"];
    // The fewest that the mode takes.
    let rounds = if mode == "delphi" { "2" } else { "1" };
    arguments.extend(["--mode", mode, "-n", "3", "--provider", "llamacpp", "--rounds", rounds]);
    if mode == "expert-panel" {
        arguments.extend(perspectives.iter().flat_map(|perspective| ["--perspective", perspective]));
    }
    let began = Instant::now();
    let report = desk.spawn(&arguments).wait_within(TIME_LIMIT).expect(0);
    let log = desk.run(&["export", "@", "--format", "ndjson"]).expect(0).stdout;
    let mut turns = Turns::default();
    for event in log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if event["event"] != "turn_finished" || event["attempt"] != 1 {
            continue;
        }
        turns.first += 1;
        let response = &event["response"];
        if response.is_string() || !response["unclear"].is_null() {
            println!("  {mode} {}: {response}", event["turn"]);
        } else {
            turns.readable += 1;
        }
    }
    println!(
        "{mode}: {} of {} turns readable at the first attempt, {:.0?}",
        turns.readable,
        turns.first,
        began.elapsed()
    );
    println!("{}", report.stdout);
    turns
}

#[test]
fn a_small_model_is_heard_in_every_founding_mode() {
    let server = std::env::var("LLAMACPP_BASE_URL").ok();
    let (Some(server), true) = (server, std::env::var_os("ROUNDTABLE_TEST_REAL_MODEL").is_some()) else {
        eprintln!("skipped: ROUNDTABLE_TEST_REAL_MODEL is not set, or LLAMACPP_BASE_URL names no server");
        return;
    };
    let all = MODES.map(|mode| held(&server, mode));
    let (first, readable) =
        all.iter().fold((0, 0), |(first, readable), turns| (first + turns.first, readable + turns.readable));
    println!("all: {readable} of {first} turns readable at the first attempt");
    assert!(f64::from(readable) >= READABLE_MIN * f64::from(first), "{readable} of {first}");
}
