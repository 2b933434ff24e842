//! Databases that were cut short, by a crash or by a copy that broke off: what was whole is there, the rest is not
//! guessed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use roundtable::debate::event::{Continued, Event, Logged};
use roundtable::debate::log::ids::SessionId;
use roundtable::store::{FILE, Store, StoreError};

use crate::support::logs::{append, new_session, opened};

/// Bytes before the first frame of a write-ahead log, of a frame's own header, and of a page. Source: SQLite's file
/// format, "The WAL File Format".
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;

/// What each session's log was after each commit, with the length of the write-ahead log then.
struct Written {
    folder: tempfile::TempDir,
    commits: Vec<(usize, BTreeMap<SessionId, Vec<Logged>>)>,
}

fn said(text: &str) -> Event {
    Event::SessionContinued(Continued { rounds: 1, focus: Some(text.to_owned()), facts: Vec::new() })
}

/// Copies in another process: to close a database's file in the process that has it open would drop its locks.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
}

/// Writes sessions, and keeps the files as they are just before the store would be closed.
fn write() -> Written {
    let (live, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = live.path().join(FILE).with_extension("db-wal");
    // So that what is cut is the log of events, not the making of the schema.
    drop(Store::open(live.path()).unwrap());
    let store = Store::open(live.path()).unwrap();
    let mut logs: BTreeMap<SessionId, Vec<Logged>> = BTreeMap::new();
    let mut commits = vec![(0, logs.clone())];
    let leases = [0, 1, 2].map(|_| store.lease(new_session()).unwrap());
    for round in 0..4 {
        for (place, lease) in leases.iter().enumerate() {
            let events = match round {
                0 => vec![opened(lease.session(), "Which?"), said("at once")],
                _ => vec![said(&format!("{place} says {round} ")), said(&"at length ".repeat(40 * round * place))],
            };
            let stored = append(&store, lease, events).unwrap();
            logs.entry(lease.session()).or_default().extend(stored);
            commits.push((usize::try_from(fs::metadata(&log).unwrap().len()).unwrap(), logs.clone()));
        }
    }
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        copy(&live.path().join(&name), &folder.path().join(&name));
    }
    Written { folder, commits }
}

/// A folder with these files in it.
fn folder(database: &[u8], log: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), database).unwrap();
    if !log.is_empty() {
        fs::write(folder.path().join(FILE).with_extension("db-wal"), log).unwrap();
    }
    folder
}

#[test]
fn a_torn_log_ends_at_its_last_whole_commit() {
    let written = write();
    let read = |name: &str| fs::read(written.folder.path().join(name)).unwrap();
    let (database, log) = (read(FILE), read(&format!("{FILE}-wal")));
    assert_eq!(written.commits.last().unwrap().0, log.len());
    let frames = (log.len() - HEADER) / (FRAME_HEADER + PAGE);
    assert!(frames > 30, "{frames}");
    let ends = (0..=frames).map(|frame| HEADER + frame * (FRAME_HEADER + PAGE));
    let cuts = ends.flat_map(|end| [end - 1, end, end + FRAME_HEADER + 1_777]);
    let cuts: Vec<usize> = [0, 1].into_iter().chain(cuts).filter(|cut| *cut <= log.len()).collect();
    for (count, cut) in cuts.iter().enumerate() {
        let torn = folder(&database, &log[..*cut]);
        check_prefix(&torn, &written, *cut, &format!("cut at {cut}"));
        if count % 9 == 0 {
            check_goes_on(&torn);
        }
    }
    // The same for a byte that the disk got wrong: all from the frame it stands in is not believed.
    for at in cuts.iter().filter(|cut| **cut > HEADER && **cut < log.len()).step_by(7) {
        let mut wrong = log.clone();
        wrong[*at] ^= 0x10;
        let torn = folder(&database, &wrong);
        check_prefix(&torn, &written, *at, &format!("wrong at {at}"));
        check_goes_on(&torn);
    }
}

/// Checks that the store holds what had been acknowledged by the last commit that is whole, no less and no more.
fn check_prefix(folder: &tempfile::TempDir, written: &Written, whole: usize, what: &str) {
    let (_, due) = written.commits.iter().rev().find(|(end, _)| *end <= whole).unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (_, all) = written.commits.last().unwrap();
    for session in all.keys() {
        match (store.load(*session), due.get(session)) {
            (Ok(found), Some(due)) => assert_eq!(&found, due, "{what}"),
            (Err(StoreError::Unknown(_)), None) => {}
            (found, due) => panic!("{what}: {found:?} instead of {due:?}"),
        }
    }
}

/// Checks that the store is whole, and can be written.
fn check_goes_on(folder: &tempfile::TempDir) {
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let lease = store.lease(new_session()).unwrap();
    append(&store, &lease, vec![opened(lease.session(), "Next?")]).unwrap();
}

#[test]
fn a_database_that_was_cut_short_is_refused() {
    let written = write();
    drop(Store::open(written.folder.path()).unwrap());
    let path = written.folder.path().join(FILE);
    assert!(!path.with_extension("db-wal").exists(), "all of it is in one file");
    let database = fs::read(&path).unwrap();
    let (_, logs) = written.commits.last().unwrap();
    let pages = database.len() / PAGE;
    let cuts = (0..pages).flat_map(|page| [page * PAGE, page * PAGE + 1, page * PAGE + 100, page * PAGE + 2_345]);
    for cut in cuts.filter(|cut| *cut > 0) {
        let folder = folder(&database[..cut], &[]);
        let path = folder.path().join(FILE);
        for refused in [Store::open(folder.path()).map(drop), Store::open_existing(folder.path()).map(drop)] {
            let told = refused.expect_err(&format!("cut at {cut}")).to_string();
            assert!(told.contains(path.to_str().unwrap()), "cut at {cut}: {told}");
        }
        assert_eq!(fs::read(&path).unwrap(), database[..cut], "cut at {cut}: left as it is");
    }
    // Uncut, it holds everything.
    let store = Store::open(written.folder.path()).unwrap();
    for (session, due) in logs {
        assert_eq!(&store.load(*session).unwrap(), due);
    }
}
