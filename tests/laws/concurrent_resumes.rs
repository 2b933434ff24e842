//! Processes that meet: at one session, where one wins and the others say so, and at one store, where there is room for
//! all of them.
//!
//! `ROUNDTABLE_KILLS=300`, which runs all of `crash_recovery.rs`, also makes these meet ten times as often.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use crate::support::book::{Book, Setting};
use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Running};
use crate::support::stored;
use crate::support::stored::Log;

/// Processes that resume one session at once.
const RESUMERS: usize = 2;
/// Processes that write one store at once.
const WRITERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// How often they meet.
fn times(few: usize) -> usize {
    if std::env::var_os("ROUNDTABLE_KILLS").is_some() { 10 * few } else { few }
}

fn only(desk: &Desk) -> Log {
    let mut logs = stored::read(&desk.data());
    assert_eq!(logs.len(), 1);
    logs.pop_first().unwrap().1
}

#[test]
fn one_of_two_resumers_wins() {
    let setting = Setting { mode: "council".to_owned(), seats: 3, is_open: false };
    let book = Arc::new(Book::write(&setting));
    for meeting in 0..times(5) {
        meet(&setting, &book, &format!("meeting {meeting}"));
    }
}

/// Kills a debate whose first calls are answered, and lets two processes take it up at once. No call is answered before
/// one of them has given up, so that neither can come too late to meet the other.
fn meet(setting: &Setting, book: &Arc<Book>, title: &str) {
    let mut desk = setting.desk();
    let arguments = setting.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answered = setting.seats;
    let before = Fake::start(book.script(move |number, text| match number {
        number if number < answered => Behaviour::Say(text),
        _ => Behaviour::Hang,
    }));
    desk.point(before.url());
    let mut running = desk.spawn(&arguments);
    before.wait_for(|log| log.len() > answered);
    running.kill();
    running.wait();
    let killed = only(&desk);

    let gate = Arc::new(Barrier::new(2));
    let held = Arc::clone(&gate);
    let after = Fake::start(book.script(move |number, text| {
        let reply = Behaviour::Say(text);
        // One call is enough to hold a session up.
        if number == 0 { Behaviour::Together(Arc::clone(&held), Box::new(reply)) } else { reply }
    }));
    desk.point(after.url());
    let resumers = (0..RESUMERS).map(|_| desk.spawn(&["resume", "@", "--quiet", "--format", "json"])).collect();
    let (loser, winner) = first_to_end(resumers, title);
    let loser = loser.wait().expect(2);
    let error: serde_json::Value = serde_json::from_str(&loser.stderr).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("being run elsewhere") && loser.stdout.is_empty(), "{title}: {loser:?}");
    after.wait_for(|log| !log.is_empty());
    open(&gate, title);
    let record = winner.wait().expect(0).record();
    assert_eq!(record["status"], "decided", "{title}");
    check_log(&only(&desk), &killed, book, title);
    let asked: Vec<String> = after.log().iter().map(|seen| book.reply(seen).unwrap().to_owned()).collect();
    let once: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
    assert_eq!(asked.len(), once.len(), "{title}: one of them asks, and asks once");
    assert!(once.is_disjoint(&killed.replies()), "{title}: nothing that arrived is asked again");
}

/// Lets go what is held there.
fn open(gate: &Barrier, title: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let opening = runtime.block_on(async { tokio::time::timeout(PATIENCE, gate.wait()).await });
    assert!(opening.is_ok(), "{title}: nobody waits");
}

/// The one that ends first, and the other.
fn first_to_end(mut resumers: Vec<Running>, title: &str) -> (Running, Running) {
    let give_up = Instant::now() + PATIENCE;
    let first = loop {
        match resumers.iter_mut().position(Running::has_ended) {
            Some(first) => break first,
            None => assert!(Instant::now() < give_up, "{title}: both run"),
        }
        std::thread::yield_now();
    };
    let first = resumers.remove(first);
    (first, resumers.remove(0))
}

/// Nothing is lost and nothing doubled: what was there is there, and every reply is there once.
fn check_log(log: &Log, killed: &Log, book: &Book, title: &str) {
    log.check(title);
    assert!(log.0.starts_with(&killed.0), "{title}: the log has lost or changed what it held");
    assert!(log.has_ended(), "{title}");
    assert_eq!(log.replies(), book.log.replies(), "{title}: the replies in the log");
    for kind in ["turn_finished", "round_closed", "decided", "session_closed", "session_resumed"] {
        assert_eq!(log.of(kind).count(), book.log.of(kind).count(), "{title}: events of the kind {kind}");
    }
}

#[test]
fn one_store_has_room_for_many_processes() {
    let (desk, debates) = (Desk::new(), times(5));
    // Together from the start: the store is not there yet, and one of them makes it.
    let start = std::sync::Barrier::new(WRITERS);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (desk, start) = (&desk, &start);
            scope.spawn(move || {
                start.wait();
                for debate in 0..debates {
                    let topic = format!("Should we move to {writer}/{debate}?");
                    let ran = desk.run(&["start", "--topic", &topic, "--mode", "vote", "--rehearse", "--quiet"]);
                    assert_eq!(ran.expect(0).stderr, "", "{topic}");
                }
            });
        }
    });
    let logs = stored::read(&desk.data());
    assert_eq!(logs.len(), WRITERS * debates);
    let mut topics = BTreeSet::new();
    for (session, log) in &logs {
        log.check(session);
        assert!(log.has_ended(), "{session}");
        assert!(topics.insert(log.0[0]["question"]["topic"].as_str().unwrap()), "{session}");
    }
    let listed = desk.run(&["list", "--limit", "1000", "--format", "json"]).expect(0).json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), WRITERS * debates);
}
