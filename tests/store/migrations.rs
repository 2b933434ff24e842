//! Databases of every version that was ever released open, and say what they said.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Barrier;

use roundtable::debate::event::Ending;
use roundtable::store::{FILE, Filter, Standing, Store, StoreError};

use crate::support::logs::{GOLDEN_V1, append, check_integrity, database, golden, renamed, stop};
use crate::support::program::Desk;

/// A session's events in a database of version 1, by its id: number, time and text.
type Bodies = BTreeMap<String, Vec<(u64, u64, String)>>;

/// Reads the golden database as its own version would.
fn golden_bodies() -> Bodies {
    let folder = golden();
    let database = database(folder.path());
    let query = "SELECT id, seq, at_ms, body FROM events JOIN sessions ON key = session ORDER BY id, seq";
    let mut statement = database.prepare(query).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))).unwrap();
    let mut bodies = Bodies::new();
    for row in rows {
        let (id, body) = row.unwrap();
        bodies.entry(id).or_default().push(body);
    }
    bodies
}

/// Checks that a store holds what the golden database held, and all of the index that follows from it.
fn check_migrated(store: &Store) {
    let expected = golden_bodies();
    let listed = store.list(&Filter::default(), 100).unwrap();
    let ids: Vec<String> = listed.iter().map(|listed| listed.session.to_string()).collect();
    assert_eq!(ids, expected.keys().rev().cloned().collect::<Vec<_>>(), "newest first");
    for listed in &listed {
        let bodies = &expected[&listed.session.to_string()];
        assert_eq!(&store.bodies(listed.session).unwrap(), bodies, "byte for byte");
        assert_eq!(store.load(listed.session).unwrap().len(), bodies.len());
        assert_eq!((listed.opened_ms, listed.latest_ms), (bodies[0].1, bodies[bodies.len() - 1].1));
    }
    let told: Vec<_> = listed.iter().map(|listed| (listed.mode.as_str(), listed.standing)).collect();
    let decided = Standing::Ended(Ending::Decided);
    assert_eq!(
        told,
        [
            ("adversarial", Standing::Open),
            ("devils-advocate", decided),
            ("delphi", decided),
            ("collaborative", decided)
        ]
    );
    assert_eq!(store.search("monolith", 100).unwrap().len(), 3);
    assert_eq!(store.search("queue interrupted", 100).unwrap().len(), 1);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_database_of_version_1_is_brought_to_version_2() {
    let folder = golden();
    let store = Store::open(folder.path()).unwrap();
    check_migrated(&store);
    let session = store.find("@").unwrap();
    let length = store.load(session).unwrap().len() as u64;
    let lease = store.lease(session).unwrap();
    let appended = append(&store, &lease, vec![stop(), renamed("queues")]).unwrap();
    assert_eq!((appended[0].seq, store.find("queues").unwrap()), (length + 1, session));
    drop((lease, store));
    let database = database(folder.path());
    assert_eq!(database.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap(), 5);
    drop(database);
    check_integrity(folder.path());
}

#[test]
fn whoever_only_reads_migrates_too() {
    let folder = golden();
    check_migrated(&Store::open_existing(folder.path()).unwrap().unwrap());
    let desk = Desk::new();
    fs::create_dir_all(desk.data()).unwrap();
    fs::copy(GOLDEN_V1, desk.data().join(FILE)).unwrap();
    assert_eq!(desk.run(&["list"]).expect(0).stdout.lines().count(), 4);
    desk.run(&["show", "@~1"]).expect(0);
}

#[test]
fn many_meet_at_a_migration() {
    for _round in 0..10 {
        let folder = golden();
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                Store::open(folder.path()).map(|store| check_migrated(&store))
            };
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            for store in opened {
                store.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn an_event_that_cannot_be_read_keeps_no_other_session_back() {
    // The opening, one in the middle and the last one, each of another session.
    let broken = [(1, 1), (2, 9), (3, 46)];
    let folder = golden();
    for (session, seq) in broken {
        let query = "UPDATE events SET body = '{\"event\":\"of tomorrow\"}' WHERE session = ?1 AND seq = ?2";
        assert_eq!(database(folder.path()).execute(query, [session, seq]).unwrap(), 1);
    }
    let store = Store::open(folder.path()).unwrap();
    let listed = store.list(&Filter::default(), 100).unwrap();
    let standings: Vec<Standing> = listed.iter().map(|listed| listed.standing).collect();
    assert_eq!(standings, [Standing::Open, Standing::Unreadable, Standing::Unreadable, Standing::Unreadable]);
    assert_eq!((listed[3].mode.as_str(), listed[3].topic.as_str()), ("collaborative", "Should we split the monolith?"));
    for (listed, (_, broken)) in listed.iter().skip(1).rev().zip(broken) {
        let found = store.load(listed.session);
        assert!(matches!(found, Err(StoreError::Unreadable { seq, .. }) if seq == broken), "{found:?}");
        assert!(store.bodies(listed.session).unwrap().len() > 30, "the text is there for export");
    }
    assert!(store.load(listed[0].session).is_ok());
    let only = Filter { standing: Some(Standing::Unreadable), ..Filter::default() };
    assert_eq!(store.list(&only, 100).unwrap().len(), 3);
    let faults = store.check().unwrap();
    assert!(faults.len() == 3 && faults.iter().all(|fault| fault.contains("cannot be read")), "{faults:?}");
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let folder = golden();
    // Stands where the migration will want to make a table.
    database(folder.path()).execute_batch("CREATE TABLE tags (mine)").unwrap();
    let failed = Store::open(folder.path());
    assert!(matches!(&failed, Err(error) if error.to_string().contains("tags")), "{failed:?}");
    let database = database(folder.path());
    assert_eq!(database.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap(), 1);
    let count = |table: &str| database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
    assert_eq!((count("sessions"), count("events")), (Ok(4), Ok(155)));
}

#[test]
fn a_database_of_some_other_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    database(folder.path()).execute_batch("CREATE TABLE recipes (name)").unwrap();
    let before = fs::read(folder.path().join(FILE)).unwrap();
    for refused in [Store::open(folder.path()).map(drop), Store::open_existing(folder.path()).map(drop)] {
        assert!(matches!(refused, Err(StoreError::Foreign { .. })), "{refused:?}");
    }
    assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), before);
}

/// The database that version 4 wrote: three votes, in Chinese, in German with its letters decomposed, and in Korean.
const GOLDEN_V4: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/v4.db");

/// A folder with a copy of it.
fn golden_v4() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(GOLDEN_V4, folder.path().join(FILE)).unwrap();
    folder
}

#[test]
fn a_database_of_version_4_is_found_by_words_without_spaces() {
    let folder = golden_v4();
    let before: Vec<(i64, String)> = {
        let database = database(folder.path());
        let mut statement = database.prepare("SELECT place, body FROM events ORDER BY place").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let store = Store::open(folder.path()).unwrap();
    for (searched, expected) in
        [("压力测试", "我们应该先"), ("迁移", "我们应该先"), ("größenangaben", "Sollen wir"), ("점검", "시스템을")]
    {
        let hits = store.search(searched, 9).unwrap();
        assert_eq!(hits.len(), 1, "{searched}");
        assert!(hits[0].listed.topic.starts_with(expected), "{searched}: {}", hits[0].listed.topic);
    }
    let listed = store.list(&Filter { text: Some("Größenangaben".to_owned()), ..Filter::default() }, 9).unwrap();
    assert_eq!(listed.len(), 1, "its form does not matter");
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    drop(store);
    let database = database(folder.path());
    let mut statement = database.prepare("SELECT place, body FROM events ORDER BY place").unwrap();
    let after = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap);
    assert_eq!(after.collect::<Vec<(i64, String)>>(), before, "the log is not touched");
}

#[test]
fn a_ledger_of_version_3_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let row = "INSERT INTO asks (at_ms, persona, alias, provider, model, outcome, calls) VALUES (7, 'qa', 'own', 'p', 'm', 'answered', 2)";
    let before = format!("ALTER TABLE asks DROP COLUMN searches; PRAGMA user_version = 3; {row}");
    database(folder.path()).execute_batch(&before).unwrap();
    let rows = Store::open(folder.path()).unwrap().asks(0, u64::MAX).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].entry.persona.as_str(), rows[0].taken.calls, rows[0].taken.searches), ("qa", 2, 0));
}
