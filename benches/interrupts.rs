//! From the second Ctrl-C to the end of the process, with the whole panel in flight: how long, and whether the session can
//! be resumed.
//!
//! `cargo bench --bench interrupts` prints the median and the worst of each situation, and fails above 200 ms.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/support/fake.rs"]
mod fake;
#[path = "../tests/support/program.rs"]
mod program;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use fake::{Behaviour, Fake};
use program::Desk;
use rusqlite::Connection;

const SEATS: usize = 4;
const RUNS: usize = 11;
const MOST: Duration = Duration::from_millis(200);

/// What stands in the way of leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disk {
    /// Nothing.
    Takes,
    /// Another process holds the database, so that nothing can be stored.
    Locked,
}

fn main() -> ExitCode {
    let mut worst = Duration::ZERO;
    for disk in [Disk::Takes, Disk::Locked] {
        let mut runs: Vec<Duration> = (0..RUNS).map(|_| leave(disk)).collect();
        runs.sort_unstable();
        println!("disk {disk:?}: median {:?}, worst {:?} of {RUNS}", runs[RUNS / 2], runs[RUNS - 1]);
        worst = worst.max(runs[RUNS / 2]);
    }
    println!("worst median {worst:?}, at most {MOST:?} allowed");
    if worst <= MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn leave(disk: Disk) -> Duration {
    let fake = Fake::always(Behaviour::Hang);
    let desk = Desk::at(fake.url(), 2);
    let running = desk.spawn(&["start", "--topic", "Should we move?", "--yes-no", "--quiet"]);
    fake.wait_for(|log| log.len() == SEATS);
    let connection = Connection::open(desk.data().join("roundtable.db")).unwrap();
    if disk == Disk::Locked {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    }
    running.signal("INT");
    let second = Instant::now();
    running.signal("INT");
    running.wait().expect(130);
    let took = second.elapsed();
    if disk == Disk::Locked {
        connection.execute_batch("ROLLBACK").unwrap();
    }
    drop(connection);
    let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
    let status = listed["sessions"][0]["status"].as_str().unwrap();
    assert!(status == "open" || status == "stopped", "{status} can be resumed");
    took
}
