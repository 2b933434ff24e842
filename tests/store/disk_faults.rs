//! Disks that are full, cannot be written, or lose the database under a running program: a clear error, and never a lost
//! or changed session.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use roundtable::engine::Request;
use roundtable::store::{FILE, Filter, Store, StoreError};
use rusqlite::Connection;
use serde_json::Value;

use crate::support::fake::{Behaviour, Fake};
use crate::support::ground::{Ground, Mount};
use crate::support::logs::{
    GOLDEN_V1, append, begin, check_integrity, database, new_session, opened, setup, stop, wait,
};
use crate::support::program;
use crate::support::program::{Desk, Ran, files_below, lines_with};
use crate::support::voices;

/// A rehearsal whose result is a JSON record.
fn rehearsal(mode: &str) -> Vec<&str> {
    vec!["start", "--topic", "Move?", "--rehearse", "--quiet", "--format", "json", "--mode", mode]
}

/// Checks that a command says in one line what is wrong, naming these, and in another what to do.
fn check_refusal(ran: Ran, named: &[&str]) -> Ran {
    let ran = ran.expect(2);
    let told = if ran.stderr.starts_with('{') {
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert!(error["error"]["hint"].is_string(), "{error}");
        error["error"]["message"].as_str().unwrap().to_owned()
    } else {
        assert_eq!(lines_with(&ran.stderr, "hint: ").len(), 1, "{}", ran.stderr);
        lines_with(&ran.stderr, "error: ").join("\n")
    };
    assert!(named.iter().all(|name| told.contains(name)), "`{}` must name {named:?}: {told}", ran.what);
    ran
}

/// How the disk gets full, and how it gets room again.
enum Bound {
    /// A file system of so many kilobytes.
    Disk,
    /// A limit on the size of every file.
    FileSize,
}

/// Debates until the disk is full. Returns the records of the debates that came to their end.
fn debate_until_full(desk: &Desk, mode: &str, kilobytes: usize, bound: &Bound) -> (BTreeMap<String, Value>, Ran) {
    let mut decided = BTreeMap::new();
    for _debate in 0..200 {
        let ran = match bound {
            Bound::Disk => desk.run(&rehearsal(mode)),
            Bound::FileSize => {
                // In blocks of 512 bytes; the signal would end the program before it can say anything.
                let line = format!(
                    "trap '' XFSZ; ulimit -f {}; exec \"$roundtable\" {}",
                    kilobytes * 2,
                    rehearsal(mode).join(" ")
                );
                desk.shell(&line.replace("Move?", "'Move?'"))
            }
        };
        if ran.code != Some(0) {
            return (decided, ran);
        }
        let record = ran.record();
        decided.insert(record["session"].as_str().unwrap().to_owned(), record);
    }
    panic!("200 debates fit on a disk of {kilobytes} kB");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let bound = match Ground::of("disk_faults::a_full_disk_loses_nothing_that_was_acknowledged") {
        Ground::Here => Bound::Disk,
        Ground::Elsewhere => return,
        // Every system has this one, or the shell says that it has not.
        Ground::Nowhere => Bound::FileSize,
    };
    let mut resumed = 0;
    // The disk gets full at another moment of a debate each time.
    for (kilobytes, mode) in
        [(560, "vote"), (600, "vote"), (600, "collaborative"), (800, "delphi"), (1_000, "collaborative")]
    {
        let what = format!("{kilobytes} kB, {mode}");
        let mut desk = Desk::new();
        let folder = desk.work().join("small");
        fs::create_dir(&folder).unwrap();
        let mount = matches!(bound, Bound::Disk).then(|| Mount::small(&folder, &format!("{kilobytes}k")));
        desk.set("ROUNDTABLE_DATA_DIR", &folder);
        let ballast = folder.join("ballast");
        fs::write(&ballast, vec![1; 200 << 10]).unwrap();

        let (decided, refused) = debate_until_full(&desk, mode, kilobytes, &bound);
        let path = folder.join(FILE);
        let named: &[&str] = match bound {
            Bound::Disk => &[path.to_str().unwrap(), "the disk of the session store", "full"],
            Bound::FileSize => &[path.to_str().unwrap()],
        };
        check_refusal(refused, named);
        check_kept(&desk, &decided, &format!("{what}, still full"));

        fs::remove_file(&ballast).unwrap();
        check_kept(&desk, &decided, &format!("{what}, with room again"));
        check_integrity_if_there(&folder);
        let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
        for session in listed["sessions"].as_array().unwrap().iter().filter(|session| session["status"] == "open") {
            let id = session["session"].as_str().unwrap();
            let record = desk.run(&["resume", id, "--quiet", "--format", "json"]).expect(0).record();
            assert_eq!((&record["status"], &record["session"]), (&"decided".into(), &session["session"]), "{what}");
            resumed += 1;
        }
        desk.run(&rehearsal("vote")).expect(0);
        check_integrity_if_there(&folder);
        drop(mount);
    }
    assert!(resumed > 0, "no debate was interrupted by a full disk");
}

/// Checks that what came to its end is shown as it was, and that nothing is listed that nobody can load.
fn check_kept(desk: &Desk, decided: &BTreeMap<String, Value>, what: &str) {
    for (id, record) in decided {
        assert_eq!(&desk.run(&["show", id, "--format", "json"]).expect(0).record(), record, "{what}");
    }
    let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
    for session in listed["sessions"].as_array().unwrap() {
        let id = session["session"].as_str().unwrap();
        assert!(session["status"] == "open" || decided.contains_key(id), "{what}: {session}");
        desk.run(&["show", id]).expect(0);
    }
    assert!(listed["sessions"].as_array().unwrap().len() <= decided.len() + 1, "{what}");
}

fn check_integrity_if_there(folder: &Path) {
    if folder.join(FILE).exists() {
        check_integrity(folder);
    }
}

#[test]
fn a_folder_that_cannot_be_written_can_be_read() {
    let ground = Ground::of("disk_faults::a_folder_that_cannot_be_written_can_be_read");
    if matches!(ground, Ground::Elsewhere) {
        return;
    }
    let is_frozen = |folder: &Path| match ground {
        Ground::Here => Some(Mount::read_only(folder)),
        Ground::Elsewhere | Ground::Nowhere => {
            set_rights(folder, 0o555, 0o444);
            assert!(fs::write(folder.join("probe"), "").is_err(), "this test needs a user or a mount that rights bind");
            None
        }
    };
    let mut desk = Desk::new();
    let folder = desk.work().join("a folder, 100% read-only?#");
    fs::create_dir(&folder).unwrap();
    desk.set("ROUNDTABLE_DATA_DIR", &folder);
    let records: Vec<Value> =
        ["vote", "collaborative"].map(|mode| desk.run(&rehearsal(mode)).expect(0).record()).into();
    let before = files_below(&folder);
    let path = folder.join(FILE);
    let frozen = is_frozen(&folder);
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 2);
    for (place, record) in ["@~1", "@"].into_iter().zip(&records) {
        assert_eq!(&desk.run(&["show", place, "--format", "json"]).expect(0).record(), record);
    }
    check_refusal(desk.run(&rehearsal("vote")), &[path.to_str().unwrap(), "read-only"]);
    let store = Store::open_existing(&folder).unwrap().unwrap();
    let (session, is_refused) = (
        store.find("@").unwrap(),
        |refused: &StoreError| matches!(refused, StoreError::ReadOnly { path: named } if *named == path),
    );
    assert!(is_refused(&store.lease(session).unwrap_err()));
    assert!(is_refused(&store.request(session, Request::Stop).unwrap_err()));
    assert_eq!((store.requested(session).unwrap(), store.is_running(session)), (None, false));
    assert_eq!(store.search("rehearsal", 9).unwrap().len(), 2);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    drop((store, frozen));
    set_rights(&folder, 0o755, 0o644);
    assert_eq!(files_below(&folder), before, "nothing was changed");

    // One of an earlier version would have to be changed to be read.
    let old = desk.work().join("old");
    fs::create_dir(&old).unwrap();
    fs::copy(GOLDEN_V1, old.join(FILE)).unwrap();
    let frozen = is_frozen(&old);
    desk.set("ROUNDTABLE_DATA_DIR", &old);
    check_refusal(desk.run(&["list"]), &[old.join(FILE).to_str().unwrap(), "version 1", "cannot be written"]);
    drop(frozen);
    set_rights(&old, 0o755, 0o644);
    assert_eq!(fs::read(old.join(FILE)).unwrap(), fs::read(GOLDEN_V1).unwrap());

    // One with a write-ahead log that a crash left behind would be read without its latest events.
    let crashed = crashed_copy(&desk.work());
    let frozen = is_frozen(&crashed);
    desk.set("ROUNDTABLE_DATA_DIR", &crashed);
    let read = desk.run(&["list", "--format", "json"]);
    if read.code == Some(0) {
        assert_eq!(read.json()["sessions"].as_array().unwrap().len(), 1, "whole or not at all");
    } else {
        check_refusal(read, &[crashed.join(FILE).to_str().unwrap(), "write-ahead log"]);
    }
    drop(frozen);
    set_rights(&crashed, 0o755, 0o644);
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 1);
}

fn set_rights(folder: &Path, of_folder: u32, of_files: u32) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    for (path, _) in files_below(folder) {
        fs::set_permissions(path, Permissions::from_mode(of_files)).unwrap();
    }
    fs::set_permissions(folder, Permissions::from_mode(of_folder)).unwrap();
}

/// A folder as a program that was killed leaves it: with its events in the write-ahead log.
fn crashed_copy(work: &Path) -> PathBuf {
    let (live, crashed) = (work.join("live"), work.join("crashed"));
    fs::create_dir(&crashed).unwrap();
    let store = Store::open(&live).unwrap();
    begin(&store, setup(new_session(), "Which?"), vec![stop()]).unwrap();
    let log = format!("{FILE}-wal");
    assert!(fs::metadata(live.join(&log)).unwrap().len() > 0);
    copy_apart(&live, &crashed, &[FILE, &log]);
    drop(store);
    crashed
}

/// Copies files in another process: to close a database's file in the process that has it open would drop its locks.
fn copy_apart(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        let copied = std::process::Command::new("cp").args([from.join(name), to.join(name)]).status().unwrap();
        assert!(copied.success());
    }
}

/// What happens to the database while a debate is running.
type Mishap = fn(&Path);

#[test]
fn a_database_that_is_lost_under_a_running_debate_swallows_no_event() {
    let deleted: Mishap = |path| fs::remove_file(path).unwrap();
    let moved: Mishap = |path| fs::rename(path, path.with_extension("away")).unwrap();
    let replaced: Mishap = |path| {
        let other = path.with_extension("other");
        fs::copy(GOLDEN_V1, &other).unwrap();
        fs::rename(other, path).unwrap();
    };
    let cut_off: Mishap = |path| fs::remove_file(path.with_extension("db-wal")).unwrap();
    // At once: a folder that is removed loses its files one by one, in any order.
    let folder_gone: Mishap = |path| {
        let gone = path.parent().unwrap().with_extension("gone");
        fs::rename(path.parent().unwrap(), &gone).unwrap();
        fs::remove_dir_all(gone).unwrap();
    };
    for (what, mishap) in [
        ("deleted", deleted),
        ("moved", moved),
        ("replaced", replaced),
        ("cut off", cut_off),
        ("folder gone", folder_gone),
    ] {
        let desk = Desk::new();
        let path = desk.data().join(FILE);
        let asked = Arc::new(AtomicUsize::new(0));
        let fake = {
            let (path, asked) = (path.clone(), Arc::clone(&asked));
            Fake::start(Arc::new(move |seen, number| {
                // The first two of three replies are on disk or on their way by then.
                if asked.fetch_add(1, Ordering::SeqCst) == 2 {
                    mishap(&path);
                }
                Behaviour::Say(voices::reply(seen, number))
            }))
        };
        let desk = with_key(desk, &fake);
        let debate = ["start", "--topic", "Move?", "--mode", "collaborative", "-n", "3", "--yes-no", "--quiet"];
        let refused = check_refusal(desk.run(&debate), &[path.to_str().unwrap(), "removed or replaced"]);
        assert_eq!(refused.stdout, "", "{what}");
        assert!(asked.load(Ordering::SeqCst) <= 6, "{what}: nothing is paid for that cannot be kept");
        match what {
            // Whatever stands there now is not touched by what was written to the other.
            "replaced" => assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 4),
            "moved" => {
                fs::rename(path.with_extension("away"), &path).unwrap();
                check_nothing_lost(&desk);
            }
            // What had been acknowledged was in the log that is gone, and still found its way into the database.
            "cut off" => check_nothing_lost(&desk),
            _ => {}
        }
    }
}

/// Checks that the debate can be taken up where it was.
fn check_nothing_lost(desk: &Desk) {
    check_integrity(&desk.data());
    let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
    assert_eq!(listed["sessions"][0]["status"], "open");
    assert_eq!(desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record()["status"], "decided");
}

fn with_key(mut desk: Desk, fake: &Fake) -> Desk {
    let vendor = &program::VENDORS[0];
    desk.set(vendor.base_url_variable, fake.url());
    desk.set(vendor.key_variable, vendor.key);
    desk
}

#[test]
fn a_store_that_was_replaced_stays_closed_to_whoever_had_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let store = Store::open(folder.path()).unwrap();
    let lease = store.lease(new_session()).unwrap();
    append(&store, &lease, vec![opened(lease.session(), "Which?")]).unwrap();
    fs::remove_file(&path).unwrap();
    fs::remove_file(path.with_extension("db-wal")).unwrap();
    // Somebody begins anew in the same place, and is at work when the first one leaves.
    let anew = Store::open(folder.path()).unwrap();
    let session = new_session();
    begin(&anew, setup(session, "Anew?"), vec![stop()]).unwrap();
    for _try in 0..2 {
        let refused = append(&store, &lease, vec![stop()]);
        assert!(matches!(refused, Err(StoreError::Removed { .. })), "{refused:?}");
    }
    drop((lease, store));
    begin(&anew, setup(new_session(), "Again?"), vec![stop()]).unwrap();
    drop(anew);
    let anew = Store::open(folder.path()).unwrap();
    assert_eq!(anew.list(&Filter::default(), 9).unwrap().len(), 2);
    assert_eq!(anew.load(session).unwrap().len(), 2);
    assert_eq!(anew.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_log_that_somebody_else_left_in_the_place_of_ours_is_not_tidied_away() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join(FILE).with_extension("db-wal");
    let store = Store::open(folder.path()).unwrap();
    let lease = store.lease(new_session()).unwrap();
    append(&store, &lease, vec![opened(lease.session(), "Which?")]).unwrap();
    fs::remove_file(&log).unwrap();
    fs::write(&log, "the last words of another process").unwrap();
    let refused = append(&store, &lease, vec![stop()]);
    assert!(matches!(&refused, Err(StoreError::Removed { path }) if *path == log), "{refused:?}");
    drop((lease, store));
    assert_eq!(fs::read_to_string(&log).unwrap(), "the last words of another process");
}

#[test]
fn a_database_that_somebody_holds_is_named_and_can_be_read() {
    let desk = Desk::new();
    let first = desk.run(&rehearsal("vote")).expect(0).record();
    let holder = database(&desk.data());
    holder.execute_batch("BEGIN IMMEDIATE; UPDATE sessions SET topic = 'mine'").unwrap();
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record(), first, "readers wait for nobody");
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 1);
    check_refusal(desk.run(&rehearsal("vote")), &[desk.data().join(FILE).to_str().unwrap(), "locked"]);
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    desk.run(&rehearsal("vote")).expect(0);
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 2);
}

#[test]
fn a_database_of_a_later_version_asks_for_an_update() {
    let desk = Desk::new();
    desk.run(&rehearsal("vote")).expect(0);
    let path = desk.data().join(FILE);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refused = check_refusal(desk.run(&["list"]), &[path.to_str().unwrap(), "version 99"]);
    assert!(lines_with(&refused.stderr, "hint: ")[0].contains("update roundtable"), "{}", refused.stderr);
}

#[test]
fn whoever_leaves_in_a_hurry_waits_for_no_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let lease = store.lease(new_session()).unwrap();
    append(&store, &lease, vec![opened(lease.session(), "Which?")]).unwrap();
    // Keeps the writer waiting for as long as it will wait.
    let holder = database(folder.path());
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = std::time::Instant::now();
    wait(async {
        tokio::select! {
            biased;
            stored = store.append(&lease, vec![stop()]) => panic!("{stored:?}"),
            () = std::future::ready(()) => {}
        }
    });
    store.abandon();
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "it was waited for");
    holder.execute_batch("ROLLBACK").unwrap();
}
