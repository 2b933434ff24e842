//! Sessions told to pause or to stop from another process, and by a supervisor.

use std::sync::Arc;

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Running};
use crate::support::voices;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Barrier;

const SEATS: usize = 3;
const DEBATE: [&str; 11] = [
    "start",
    "--topic",
    "Should we move?",
    "--mode",
    "collaborative",
    "-n",
    "3",
    "--yes-no",
    "--quiet",
    "--format",
    "json",
];

/// A vendor that holds the first answers back, one a seat, until it is told to give them, and answers all that follows at
/// once.
struct Held {
    fake: Fake,
    gate: Arc<Barrier>,
}

impl Held {
    fn new() -> Self {
        let gate = Arc::new(Barrier::new(SEATS + 1));
        let at_gate = Arc::clone(&gate);
        let fake = Fake::start(Arc::new(move |seen, number| {
            let say = Behaviour::Say(voices::reply(seen, number));
            if number < SEATS { Behaviour::Together(Arc::clone(&at_gate), Box::new(say)) } else { say }
        }));
        Self { fake, gate }
    }

    /// Starts a debate, and waits until its opening is in flight.
    fn started(&self) -> (Desk, Running) {
        let desk = Desk::at(self.fake.url(), 2);
        let running = desk.spawn(&DEBATE);
        self.fake.wait_for(|log| log.len() == SEATS);
        (desk, running)
    }

    fn open(&self) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(self.gate.wait());
    }
}

#[test]
fn a_pause_waits_for_what_is_paid_for_and_asks_nothing_more() {
    let held = Held::new();
    let (desk, running) = held.started();
    assert_eq!(desk.run(&["list", "--format", "json"]).expect(0).json()["sessions"][0]["status"], "running");
    let paused = desk.run(&["pause", "@"]).expect(0);
    assert!(paused.stdout.is_empty() && paused.stderr.contains("pauses; `roundtable resume"), "{}", paused.stderr);
    held.open();
    let record = running.wait().expect(130).record();
    assert_eq!((&record["status"], held.fake.log().len()), (&json!("paused"), SEATS));
    let heard = record["turns"].as_array().unwrap().iter().filter(|turn| turn["response"].is_object()).count();
    assert_eq!(heard, SEATS, "what was in flight is in the record");
    assert_eq!(
        desk.run(&["list", "--status", "paused", "--format", "json"]).expect(0).json()["sessions"][0]["status"],
        "paused"
    );
    let again = desk.run(&["pause", "@"]).expect(0);
    assert!(again.stderr.contains("is not running"), "{}", again.stderr);
    let resumed = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&resumed["status"], &resumed["session"]), (&json!("decided"), &record["session"]));
    let bodies: Vec<String> = held.fake.log().iter().map(|seen| seen.body.to_string()).collect();
    assert_eq!(bodies.iter().collect::<std::collections::BTreeSet<_>>().len(), bodies.len(), "nothing is asked twice");
}

#[test]
fn a_paused_session_can_be_stopped_and_goes_on_all_the_same() {
    let held = Held::new();
    let (desk, running) = held.started();
    desk.run(&["pause", "@"]).expect(0);
    held.open();
    running.wait().expect(130);
    desk.run(&["stop", "@"]).expect(0);
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record()["status"], "stopped");
    desk.run(&["replay", "@"]).expect(0);
    assert_eq!(desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record()["status"], "decided");
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn whoever_loses_the_lock_writes_no_more() {
    let held = Held::new();
    let (desk, running) = held.started();
    std::fs::remove_dir_all(desk.data().join("locks")).unwrap();
    // Somebody else takes the session up, and finishes it.
    let resumed = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    held.open();
    let lost = running.wait().expect(2);
    assert!(lost.stderr.contains("was removed while its session was being run"), "{}", lost.stderr);
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record(), resumed);
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn a_stop_from_elsewhere_ends_a_running_session_cheaply() {
    let held = Held::new();
    let (desk, running) = held.started();
    let stopped = desk.run(&["stop", "@"]).expect(0);
    assert!(stopped.stdout.is_empty() && stopped.stderr.contains("stops; `roundtable show"), "{}", stopped.stderr);
    let record = running.wait().expect(130).record();
    assert_eq!((&record["status"], held.fake.log().len()), (&json!("stopped"), SEATS));
    let events = desk.run(&["show", "@", "--view", "events", "--format", "json"]).expect(0).stdout;
    assert!(events.contains("stop_requested") && events.contains(r#""by": "command""#), "{events}");
}

#[test]
fn a_session_that_nobody_runs_is_stopped_on_the_spot() {
    let held = Held::new();
    let (desk, running) = held.started();
    held.open();
    held.fake.wait_for(|log| log.len() > SEATS);
    running.signal("KILL");
    running.wait();
    let stopped = desk.run(&["stop", "@"]).expect(0);
    assert!(stopped.stderr.contains("has ended: "), "{}", stopped.stderr);
    let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["final"]["valid"]), (&json!("stopped"), &json!(SEATS)));
    let log = desk.run(&["export", "@"]).expect(0).stdout;
    let after: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stop = after.iter().position(|event| event["event"] == "stop_requested").unwrap();
    let after: Vec<&str> = after[stop..].iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(after, ["stop_requested", "decided", "session_closed"], "nobody is asked");
    // A second one changes nothing, and a running session's request does not outlive its run.
    desk.run(&["stop", "@"]).expect(0);
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record(), record);
}

#[test]
fn whoever_terminates_gets_an_end_even_if_the_disk_takes_nothing() {
    let held = Held::new();
    let (desk, mut running) = held.started();
    // Another connection that writes and does not let go: the run cannot store that it was asked to stop.
    let connection = Connection::open(desk.data().join("roundtable.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    running.insist("INT");
    let ran = running.wait().expect(130);
    assert_eq!(ran.stdout, "");
    connection.execute_batch("ROLLBACK").unwrap();
    drop(connection);
    assert_eq!(desk.run(&["list", "--format", "json"]).expect(0).json()["sessions"][0]["status"], "open");
    desk.run(&["resume", "@", "--quiet"]).expect(0);
}
