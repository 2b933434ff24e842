//! Small logs, and a store to put them into.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::path::Path;

use roundtable::debate::event::{Event, FORMAT, Logged, StoppedBy};
use roundtable::debate::log::ids::SessionId;
use roundtable::debate::log::limits::Caps;
use roundtable::debate::log::setup::{Limits, Setup};
use roundtable::debate::question::Question;
use roundtable::modes::{self, Folders};
use roundtable::store::{FILE, Lease, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// The database that version 1 wrote: three debates that were decided, and one that was interrupted.
pub(crate) const GOLDEN_V1: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/v1.db");

pub(crate) fn new_session() -> SessionId {
    SessionId(Uuid::now_v7())
}

/// An id from that millisecond.
pub(crate) fn session_at(ms: u64) -> SessionId {
    let random = *Uuid::now_v7().as_bytes();
    let random: [u8; 10] = random[6..].try_into().unwrap();
    SessionId(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
}

pub(crate) fn setup(session: SessionId, topic: &str) -> Setup {
    Setup {
        format: FORMAT,
        session,
        program: "roundtable 0".to_owned(),
        question: Question::new(topic, &[]).unwrap(),
        mode: modes::find("vote", &Folders::default()).unwrap().mode,
        agents: Vec::new(),
        moderators: Vec::new(),
        fallbacks: Vec::new(),
        frames: false,
        rounds: None,
        synthesis: true,
        compact: Vec::new(),
        limits: Limits::for_panel(2),
        thresholds: roundtable::debate::thresholds::Thresholds::default(),
        web_search: roundtable::debate::search::WebSearch::Unsaid,
        gate: None,
        needs: None,
        seed: 7,
        name: None,
        tags: BTreeMap::new(),
        parent: None,
        context: Vec::new(),
        assumptions: Vec::new(),
        caps: Caps::default(),
    }
}

pub(crate) fn opened(session: SessionId, topic: &str) -> Event {
    Event::SessionOpened(Box::new(setup(session, topic)))
}

pub(crate) fn stop() -> Event {
    Event::StopRequested { by: StoppedBy::Interrupt }
}

pub(crate) fn renamed(name: &str) -> Event {
    Event::SessionRenamed { name: Some(name.to_owned()) }
}

/// Waits from a thread of no runtime's own.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn append(store: &Store, lease: &Lease, events: Vec<Event>) -> Result<Vec<Logged>, StoreError> {
    wait(store.append(lease, events))
}

/// Opens a session with these events after its opening.
pub(crate) fn begin(store: &Store, setup: Setup, more: Vec<Event>) -> Result<Vec<Logged>, StoreError> {
    let lease = store.lease(setup.session)?;
    append(store, &lease, [vec![Event::SessionOpened(Box::new(setup))], more].concat())
}

/// Checks that a log has no gap, and that no effect comes before its cause.
pub(crate) fn check_order(log: &[Logged]) {
    assert_eq!(log.iter().map(|logged| logged.seq).collect::<Vec<_>>(), (1..=log.len() as u64).collect::<Vec<_>>());
    assert!(log.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms));
}

/// Checks that the database is whole, and that its index says what its events imply.
pub(crate) fn check_integrity(folder: &Path) {
    let store = Store::open_existing(folder).unwrap().unwrap();
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

/// A folder with a copy of the golden database.
pub(crate) fn golden() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(GOLDEN_V1, folder.path().join(FILE)).unwrap();
    folder
}

/// A connection of somebody else to the database in a folder.
pub(crate) fn database(folder: &Path) -> Connection {
    Connection::open(folder.join(FILE)).unwrap()
}

/// What is in a log, apart from numbers and times.
pub(crate) fn events(log: &[Logged]) -> Vec<&Event> {
    log.iter().map(|logged| &logged.event).collect()
}
