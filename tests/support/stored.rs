//! What is on disk, read without the program's own store: the database is the program's promise to whoever comes after
//! it, so that the test reads it with SQLite alone.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// The database and what may lie next to it. The shared-memory file is an index that SQLite makes anew.
const FILES: [&str; 2] = ["roundtable.db", "roundtable.db-wal"];

/// The log of one session: its events in order, with place and time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Log(pub(crate) Vec<Value>);

impl Log {
    /// The texts of the replies that are in the log.
    pub(crate) fn replies(&self) -> BTreeSet<&str> {
        self.of("turn_finished").map(|event| event["reply"]["text"].as_str().unwrap()).collect()
    }

    /// The turns that were started and of whose end nothing is known.
    pub(crate) fn open_turns(&self) -> usize {
        let name = |event: &Value| (event["turn"].to_string(), event["attempt"].as_u64());
        let ended: BTreeSet<_> = self.of("turn_finished").chain(self.of("turn_failed")).map(name).collect();
        self.of("turn_started").map(name).collect::<BTreeSet<_>>().difference(&ended).count()
    }

    /// Whether the session is over.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.last().is_some_and(|event| event["event"] == "session_closed")
    }

    /// The events of one kind.
    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |event| event["event"] == kind)
    }

    /// Fails unless places run from 1 without a gap, time does not run back, and no turn is answered twice.
    pub(crate) fn check(&self, title: &str) {
        let places: Vec<u64> = self.0.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert_eq!(places, (1..=self.0.len() as u64).collect::<Vec<_>>(), "{title}: the places of the events");
        assert!(self.0.is_sorted_by_key(|event| event["at_ms"].as_u64()), "{title}: the times of the events");
        assert_eq!(self.of("session_opened").count(), self.0.len().min(1), "{title}: one opening");
        let mut answered = BTreeSet::new();
        for event in self.of("turn_finished") {
            let turn = (event["turn"].to_string(), event["attempt"].as_u64());
            assert!(answered.insert(turn), "{title}: answered twice: {event}");
        }
    }
}

/// Reads every session by its id, from a copy: whoever opens the original next finds it as its last process left it.
/// Fails unless SQLite finds the database sound.
pub(crate) fn read(folder: &Path) -> BTreeMap<String, Log> {
    let copy = tempfile::tempdir().unwrap();
    for file in FILES.iter().filter(|file| folder.join(file).exists()) {
        fs::copy(folder.join(file), copy.path().join(file)).unwrap();
    }
    if !copy.path().join(FILES[0]).exists() {
        return BTreeMap::new();
    }
    let connection = Connection::open(copy.path().join(FILES[0])).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "integrity_check of {}", folder.display());
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'events'", [], |row| row.get(0)).unwrap();
    if tables == 0 { BTreeMap::new() } else { sessions(&connection) }
}

fn sessions(connection: &Connection) -> BTreeMap<String, Log> {
    let query = "SELECT id, seq, at_ms, body FROM sessions LEFT JOIN events ON session = key ORDER BY id, seq";
    let mut statement = connection.prepare(query).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut logs: BTreeMap<String, Log> = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let mut event: Value = serde_json::from_str(&row.get::<_, String>(3).unwrap()).unwrap();
        event["seq"] = row.get::<_, u64>(1).unwrap().into();
        event["at_ms"] = row.get::<_, u64>(2).unwrap().into();
        logs.entry(row.get(0).unwrap()).or_insert_with(|| Log(Vec::new())).0.push(event);
    }
    logs
}

/// Counts the events on disk while the program writes them.
pub(crate) struct Watch {
    path: PathBuf,
    connection: Option<Connection>,
}

impl Watch {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: folder.join(FILES[0]), connection: None }
    }

    /// Whether there is a database, with anything in it or not.
    pub(crate) fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// How many events are on disk; none while there is no table for them.
    pub(crate) fn events(&mut self) -> usize {
        if self.connection.is_none() && self.is_there() {
            self.connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok();
        }
        let Some(connection) = &self.connection else { return 0 };
        let count = |statement: &mut rusqlite::CachedStatement<'_>| statement.query_row([], |row| row.get(0));
        connection.prepare_cached("SELECT count(*) FROM events").and_then(|mut s| count(&mut s)).unwrap_or(0)
    }
}
