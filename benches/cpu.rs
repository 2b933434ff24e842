//! What a debate takes of the machine: CPU, memory and disk, as whole processes on a provider that answers at once.
//!
//! `cargo bench --bench cpu` holds 200 debates of 13 calls, one after another in one store, and prints the CPU of a
//! process (user and system), its peak memory and the bytes that a session adds to the store. It fails above 10 ms.

#[path = "../tests/support/fake.rs"]
mod fake;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::{Value, json};

use fake::{Behaviour, Fake, Seen, fill};

const DEBATES: u32 = 200;
const CALLS: usize = 13;
const CPU_MAX: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    let fake = Fake::start(Arc::new(|seen: &Seen, _| Behaviour::Say(answer(seen))));
    let home = tempfile::tempdir().expect("a temporary folder");
    // The store is made, and files of the program are in memory, before anything is measured.
    debate(&fake, home.path());
    let (asked, stored, before) = (fake.log().len(), stored_bytes(home.path()), cpu());
    // A child counts what its parent held when it was begun, and the fake remembers every request.
    let peak_kib = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of children").max_rss();
    assert_eq!(asked, CALLS, "calls of a debate");
    for _ in 0..DEBATES {
        debate(&fake, home.path());
    }
    let took = (cpu() - before) / DEBATES;
    let kept = (stored_bytes(home.path()) - stored) / u64::from(DEBATES);
    println!("{DEBATES} debates of {CALLS} calls, a process each");
    println!("CPU per debate (user and system): {:.2} ms, at most {} ms allowed", millis(took), CPU_MAX.as_millis());
    println!("peak memory of a process: {:.1} MiB", f64::from(i32::try_from(peak_kib).unwrap_or(i32::MAX)) / 1024.0);
    println!("bytes that a session adds to the store: {kept}");
    if took <= CPU_MAX { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn debate(fake: &Fake, home: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.args(["start", "--topic", "Should we split the monolith?", "--yes-no", "--quiet", "--format", "json"]);
    command.args(["--mode", "collaborative", "--rounds", "2"]);
    command.env_clear().env("HOME", home).env("ANTHROPIC_API_KEY", "bench").env("ANTHROPIC_BASE_URL", fake.url());
    let output = command.current_dir(home).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// User and system time of every process that has been waited for.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of children");
    let microseconds = (usage.user_time() + usage.system_time()).num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).expect("time does not run backwards"))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The size of the store's files.
fn stored_bytes(home: &Path) -> u64 {
    let folder = home.join(".local/share/roundtable");
    let files = std::fs::read_dir(&folder).expect("the store's folder");
    files.map(|file| file.and_then(|file| file.metadata()).expect("a file of the store").len()).sum()
}

/// An answer of a usual length: three sentences, and two claims where claims are asked for.
fn answer(seen: &Seen) -> String {
    const STATEMENT: &str = "The modules change at different speeds, and the slow ones hold the fast ones back. A split \
                             along the teams' borders lets each release on its own, at the price of a network between \
                             them. We should begin with billing, which has the fewest callers and the clearest contract.";
    const CLAIM: &str = "Two of three incidents this year began in code that the failing team did not own.";
    let mut choose = |name: &str, _: &Value| match name {
        "abstain_reason" | "opening_was" | "change" | "blocking_objection" | "about" => Some(Value::Null),
        "statement" | "reasoning" => Some(json!(STATEMENT)),
        "claims" => Some(json!([
            { "text": CLAIM, "kind": "fact", "evidence": [], "supports": ["o1"], "rebuts": [] },
            { "text": STATEMENT, "kind": "inference", "evidence": [], "supports": [], "rebuts": [] }
        ])),
        "confidence" => Some(json!(0.8)),
        "rationale" | "risks" | "concessions" | "needs" => Some(json!([])),
        _ => None,
    };
    fill(&seen.schema, &mut choose).to_string()
}
