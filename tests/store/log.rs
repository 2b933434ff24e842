//! The store: what was acknowledged is there, in order, once; one writer to a session; clear words when it cannot be
//! used.

use std::fs;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use roundtable::debate::event::{Event, Logged};
use roundtable::debate::log::ids::SessionId;
use roundtable::store::{FILE, Filter, Lease, Store, StoreError};
use rusqlite::Connection;

use crate::support::logs::{append, check_integrity, check_order, new_session, opened, stop, wait};
use crate::support::program::{Desk, lines_with};

#[test]
fn what_was_appended_is_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::open(folder.path()).unwrap(), Store::in_memory().unwrap()] {
        let session = new_session();
        let lease = store.lease(session).unwrap();
        let mut log = append(&store, &lease, vec![opened(session, "First?")]).unwrap();
        log.extend(append(&store, &lease, vec![stop(), stop(), Event::SessionResumed {}]).unwrap());
        assert!(append(&store, &lease, Vec::new()).unwrap().is_empty());
        log.extend(append(&store, &lease, vec![stop()]).unwrap());
        assert_eq!(log.len(), 5);
        check_order(&log);
        assert_eq!(store.load(session).unwrap(), log);
        assert_eq!(store.find(&session.to_string()[..13]).unwrap(), session);
        assert_eq!(store.list(&Filter::default(), 9).unwrap().len(), 1);
    }
    // Another process, later.
    let again = Store::open_existing(folder.path()).unwrap().unwrap();
    let session = again.find("@").unwrap();
    assert_eq!(again.load(session).unwrap().len(), 5);
    let lease = again.lease(session).unwrap();
    assert_eq!(append(&again, &lease, vec![stop()]).unwrap()[0].seq, 6);
}

#[test]
fn a_session_begins_with_its_opening_and_has_one() {
    let store = Store::in_memory().unwrap();
    let (known, unknown) = (new_session(), new_session());
    let lease = store.lease(known).unwrap();
    append(&store, &lease, vec![opened(known, "First?")]).unwrap();
    let other = store.lease(unknown).unwrap();
    assert!(matches!(append(&store, &other, vec![stop()]), Err(StoreError::Unknown(_))));
    assert!(matches!(store.load(unknown), Err(StoreError::Unknown(_))));
    // All or none: the first event of a batch does not stay when the second cannot.
    assert!(append(&store, &lease, vec![stop(), opened(known, "Twice?")]).is_err());
    assert_eq!(store.load(known).unwrap().len(), 1);
    assert_eq!(append(&store, &lease, vec![stop()]).unwrap()[0].seq, 2, "a failure leaves the store usable");
}

#[test]
fn a_session_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap()];
    let (session, other) = (new_session(), new_session());
    let lease = stores[0].lease(session).unwrap();
    for store in &stores {
        assert!(matches!(store.lease(session), Err(StoreError::Busy(busy)) if busy == session));
        drop(store.lease(other).unwrap());
    }
    drop(lease);
    let lease = stores[1].lease(session).unwrap();
    assert!(stores[0].lease(session).is_err());
    drop(lease);
    assert_eq!(fs::read_dir(folder.path().join("locks")).unwrap().count(), 0, "no litter");
    let memory = Store::in_memory().unwrap();
    let lease = memory.lease(session).unwrap();
    assert!(matches!(memory.lease(session), Err(StoreError::Busy(_))));
    drop(lease);
    memory.lease(session).unwrap();
}

#[test]
fn another_process_respects_the_lease() {
    let desk = Desk::new();
    let store = Store::open(&desk.data()).unwrap();
    let session = new_session();
    let lease = store.lease(session).unwrap();
    append(&store, &lease, vec![opened(session, "First?")]).unwrap();
    let refused = desk.run(&["resume", "@"]).expect(2);
    assert!(refused.stderr.contains(&format!("session {session} is being run elsewhere")), "{}", refused.stderr);
    drop(lease);
    let keyless = desk.run(&["resume", "@"]).expect(7);
    assert!(!keyless.stderr.contains("elsewhere"), "{}", keyless.stderr);
}

#[test]
fn a_lock_file_without_a_holder_is_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let session = new_session();
    fs::create_dir_all(folder.path().join("locks")).unwrap();
    fs::write(folder.path().join(format!("locks/{session}.lock")), "").unwrap();
    store.lease(session).unwrap();
}

#[test]
fn many_writers_and_readers_get_along() {
    let folder = tempfile::tempdir().unwrap();
    let (threads, sessions, batches) = (8, 3, 10);
    let done = AtomicBool::new(false);
    let watched = new_session();
    std::thread::scope(|scope| {
        let write = |session: SessionId, store: &Store| {
            let lease = store.lease(session).unwrap();
            append(store, &lease, vec![opened(session, "Many?")]).unwrap();
            for batch in 0..batches {
                append(store, &lease, vec![stop(); 1 + batch % 3]).unwrap();
            }
        };
        let writers: Vec<_> = (0..threads)
            .map(|thread| {
                let folder = folder.path();
                scope.spawn(move || {
                    // Each with a connection of its own, as processes have.
                    let store = Store::open(folder).unwrap();
                    for number in 0..sessions {
                        write(if thread == 0 && number == 0 { watched } else { new_session() }, &store);
                    }
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            let store = Store::open(folder.path()).unwrap();
            let mut seen: Vec<Logged> = Vec::new();
            while !done.load(Ordering::SeqCst) {
                let log = match store.load(watched) {
                    Ok(log) => log,
                    Err(StoreError::Unknown(_)) => Vec::new(),
                    Err(error) => panic!("{error}"),
                };
                check_order(&log);
                assert!(log.starts_with(&seen), "a log only grows");
                seen = log;
                store.list(&Filter::default(), 100).unwrap();
            }
        });
        let written: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        done.store(true, Ordering::SeqCst);
        reader.join().unwrap();
        assert!(written.iter().all(Result::is_ok));
    });
    let store = Store::open(folder.path()).unwrap();
    let listed = store.list(&Filter::default(), 100).unwrap();
    assert_eq!(listed.len(), threads * sessions);
    for session in listed {
        let log = store.load(session.session).unwrap();
        assert_eq!(log.len(), 1 + (0..batches).map(|batch| 1 + batch % 3).sum::<usize>());
        check_order(&log);
    }
    check_integrity(folder.path());
}

#[test]
fn sixty_four_sessions_at_once_lose_nothing() {
    const SESSIONS: usize = 64;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let leases: Vec<Lease> = (0..SESSIONS).map(|_| store.lease(new_session()).unwrap()).collect();
    let debate = async |lease: &Lease| {
        let mut log = store.append(lease, vec![opened(lease.session(), "At once?")]).await.unwrap();
        for count in 0..8 {
            log.extend(store.append(lease, vec![stop(); 1 + count % 3]).await.unwrap());
        }
        log
    };
    let logs = wait(futures_util::future::join_all(leases.iter().map(debate)));
    for (lease, log) in leases.iter().zip(logs) {
        check_order(&log);
        assert_eq!(store.load(lease.session()).unwrap(), log);
    }
    assert_eq!(store.list(&Filter::default(), 100).unwrap().len(), SESSIONS);
    drop((leases, store));
    check_integrity(folder.path());
}

#[test]
fn one_refused_event_keeps_no_other_session_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let leases: Vec<Lease> = (0..9).map(|_| store.lease(new_session()).unwrap()).collect();
    // Every third one is refused; they are handed over together, and so are committed together.
    let first = async |(place, lease): (usize, &Lease)| {
        let event = if place % 3 == 0 { stop() } else { opened(lease.session(), "At once?") };
        store.append(lease, vec![event]).await
    };
    let stored = wait(futures_util::future::join_all(leases.iter().enumerate().map(first)));
    for (place, stored) in stored.into_iter().enumerate() {
        match stored {
            Ok(log) => assert!(place % 3 != 0 && log.len() == 1),
            Err(error) => assert!(place % 3 == 0 && matches!(error, StoreError::Unknown(_)), "{error}"),
        }
    }
    assert_eq!(store.list(&Filter::default(), 100).unwrap().len(), 6);
}

#[test]
fn a_clock_that_jumps_back_puts_no_effect_before_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let session = new_session();
    let lease = store.lease(session).unwrap();
    append(&store, &lease, vec![opened(session, "First?")]).unwrap();
    let future_ms = 99_999_999_999_999_u64;
    // What a clock that was ahead by centuries would have left.
    Connection::open(folder.path().join(FILE)).unwrap().execute("UPDATE events SET at_ms = ?1", [future_ms]).unwrap();
    assert_eq!(append(&store, &lease, vec![stop()]).unwrap()[0].at_ms, future_ms);
    check_order(&store.load(session).unwrap());
}

#[test]
fn many_meet_on_a_fresh_machine() {
    for _round in 0..25 {
        let folder = tempfile::tempdir().unwrap();
        let start = Barrier::new(12);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                Store::open(&folder.path().join("new")).map(drop)
            };
            let opened: Vec<_> = (0..12).map(|_| scope.spawn(open)).collect();
            for store in opened {
                store.join().unwrap().unwrap();
            }
        });
        check_integrity(&folder.path().join("new"));
    }
}

/// Checks that every command that needs the store says why it cannot have it.
fn check_unusable(desk: &Desk, commands: &[&[&str]], named: &[&str]) {
    for arguments in commands {
        let ran = desk.run(arguments).expect(2);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        let (errors, hints) = (lines_with(&ran.stderr, "error: "), lines_with(&ran.stderr, "hint: "));
        assert!(
            errors.len() == 1 && named.iter().all(|name| errors[0].contains(name)),
            "{arguments:?} must name {named:?}: {}",
            ran.stderr
        );
        assert!(hints.len() == 1 && hints[0].contains("ROUNDTABLE_DATA_DIR"), "{arguments:?}: {}", ran.stderr);
    }
}

const START: &[&str] = &["start", "--topic", "Move?", "--rehearse", "--mode", "vote", "--quiet"];
const COMMANDS: &[&[&str]] = &[START, &["list"], &["show", "@"], &["resume", "@"]];

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let desk = Desk::new();
    desk.run(START).expect(0);
    let path = desk.data().join(FILE);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();
    check_unusable(&desk, COMMANDS, &["roundtable.db", "version 99"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn one_broken_session_does_not_hide_the_others() {
    let desk = Desk::new();
    desk.run(START).expect(0);
    desk.run(START).expect(0);
    let database = Connection::open(desk.data().join(FILE)).unwrap();
    let latest = "place = (SELECT max(place) FROM events)";
    database.execute(&format!("UPDATE events SET body = '{{\"event\":\"of tomorrow\"}}' WHERE {latest}"), []).unwrap();
    let listed = desk.run(&["list"]).expect(0).stdout;
    assert!(listed.contains("unreadable") && listed.contains("decided"), "{listed}");
    let refused = desk.run(&["show", "@"]).expect(1).stderr;
    assert!(refused.contains("cannot be read"), "{refused}");
}

#[test]
fn what_is_no_database_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir_all(desk.data()).unwrap();
    fs::write(desk.data().join(FILE), "a letter to my aunt, long enough to be taken for a header of something")
        .unwrap();
    check_unusable(&desk, COMMANDS, &["roundtable.db", "not a database"]);
    assert!(fs::read_to_string(desk.data().join(FILE)).unwrap().starts_with("a letter"));
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let mut desk = Desk::new();
    desk.write("file", "");
    desk.set("ROUNDTABLE_DATA_DIR", desk.work().join("file"));
    check_unusable(&desk, &[START], &["work/file"]);
    desk.set("ROUNDTABLE_DATA_DIR", "/proc/nowhere/at all");
    check_unusable(&desk, &[START], &["/proc/nowhere/at all"]);
    // A folder in which nothing can be created.
    desk.write("closed/keep", "");
    let closed = desk.work().join("closed");
    let mut rights = fs::metadata(&closed).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&closed, rights).unwrap();
    // The superuser may write wherever it likes.
    if fs::write(closed.join("probe"), "").is_err() {
        desk.set("ROUNDTABLE_DATA_DIR", closed.clone());
        check_unusable(&desk, &[START], &["closed"]);
    }
}

#[test]
fn the_folder_of_the_sessions_can_be_moved() {
    let mut desk = Desk::new();
    desk.set("ROUNDTABLE_DATA_DIR", "here/and there");
    desk.run(START).expect(0);
    assert!(desk.work().join("here/and there").join(FILE).is_file());
    assert!(!desk.data().exists());
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 1);
    check_integrity(&desk.work().join("here/and there"));
}
