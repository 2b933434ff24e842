//! The store: one SQLite file of event logs. Stamps place and time.
//!
//! Must never change or lose an event that it has acknowledged, and never let two writers into one session.

mod lease;
mod read;
mod writer;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::oneshot;

pub use crate::store::lease::Lease;
pub use crate::store::read::{Listed, Standing};

use crate::debate::event::{Event, Logged, SessionId};
use crate::store::writer::{Job, Writer};

/// The database's file name within the data folder.
pub const FILE: &str = "roundtable.db";
/// The schema version this program reads and writes.
const VERSION: i64 = 1;
/// How long one process waits for another's write, in milliseconds.
const BUSY_TIMEOUT_MS: u64 = 5_000;

/// How long to wait before another try at what SQLite does not wait for itself.
const SWITCH_PAUSE: Duration = Duration::from_millis(5);

/// The event logs of all sessions.
#[derive(Debug)]
pub struct Store {
    place: Place,
    writer: Writer,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    /// A database of this process alone, under the name by which its connections find it.
    Memory(
        String,
        Arc<Mutex<BTreeSet<SessionId>>>,
        #[expect(dead_code, reason = "keeps the memory database alive")] Mutex<Connection>,
    ),
}

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or file cannot be used.
    #[error("cannot use {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refuses.
    #[error("the session store {path} failed: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Written by a later version.
    #[error("the session store {path} has version {found}, and this program knows versions up to {VERSION}")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// Another process, or another task, is running the session.
    #[error("session {0} is being run elsewhere")]
    Busy(SessionId),
    /// No session fits.
    #[error("there is no session `{0}`")]
    Unknown(String),
    /// More than one session fits.
    #[error("`{prefix}` fits {count} sessions")]
    Ambiguous {
        /// What was given.
        prefix: String,
        /// How many it fits.
        count: usize,
    },
    /// An event cannot be read back.
    #[error("event {seq} of session {session} cannot be read: {source}")]
    Unreadable {
        /// Which session.
        session: SessionId,
        /// Which event.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// The writer has ended, after a failure reported before.
    #[error("the session store has been closed")]
    Closed,
}

impl Store {
    /// Opens the store in `folder`, creating both when they are missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        create_private(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        let path = folder.join(FILE);
        let connection =
            Connection::open(&path).map_err(|source| StoreError::Database { path: path.clone(), source })?;
        prepare(&connection, &path)?;
        Ok(Self { place: Place::Folder(folder.to_owned()), writer: Writer::start(connection, path) })
    }

    /// Opens the store in `folder` if there is one. Creates nothing.
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, StoreError> {
        if folder.join(FILE).try_exists().unwrap_or(true) { Self::open(folder).map(Some) } else { Ok(None) }
    }

    /// Opens a store that lasts as long as this value.
    pub fn in_memory() -> Result<Self, StoreError> {
        let name = format!("file:{}?mode=memory&cache=shared", uuid::Uuid::now_v7());
        let path = PathBuf::from(":memory:");
        let open = || {
            Connection::open_with_flags(&name, OpenFlags::default())
                .map_err(|source| StoreError::Database { path: path.clone(), source })
        };
        let (keep, connection) = (open()?, open()?);
        prepare(&connection, &path)?;
        Ok(Self {
            place: Place::Memory(name, Arc::default(), Mutex::new(keep)),
            writer: Writer::start(connection, path),
        })
    }

    /// Where the database is.
    pub fn path(&self) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.join(FILE),
            Place::Memory(..) => PathBuf::from(":memory:"),
        }
    }

    /// Takes the right to write one session; it is given back when the lease is dropped, or the process dies.
    pub fn lease(&self, session: SessionId) -> Result<Lease, StoreError> {
        match &self.place {
            Place::Folder(folder) => Lease::in_folder(&folder.join("locks"), session),
            Place::Memory(_, leased, _) => Lease::in_memory(leased, session),
        }
    }

    /// Appends events to the leased session's log, all or none, and returns them as stamped once they are on disk.
    ///
    /// A session comes into being with its first event, which must be [`Event::SessionOpened`].
    pub async fn append(&self, lease: &Lease, events: Vec<Event>) -> Result<Vec<Logged>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job { session: lease.session(), events, answer };
        self.writer.send(job).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `query` on a connection of its own, so that readers never wait for the writer.
    fn reading<T>(&self, query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Result<T, StoreError> {
        let path = self.path();
        let connection = match &self.place {
            Place::Folder(_) => {
                Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            }
            Place::Memory(name, ..) => Connection::open_with_flags(name, OpenFlags::default()),
        };
        let result = connection.and_then(|connection| {
            connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))?;
            query(&connection)
        });
        result.map_err(|source| StoreError::Database { path, source })
    }
}

/// Creates the folder for this user alone: sessions hold what was asked and answered. One that is there keeps its rights.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Sets a connection up for durable writing, and creates the schema in an empty database.
fn prepare(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Database { path: path.to_owned(), source };
    connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS)).map_err(failed)?;
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    let found = version(connection).map_err(failed)?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found });
    }
    switch_to_wal(connection).map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    if found == 0 {
        // Two processes may meet here on a fresh machine: whoever comes second finds the work done.
        connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let create = || {
            if version(connection)? == 0 {
                connection.execute_batch(include_str!("schema.sql"))?;
                connection.pragma_update(None, "user_version", VERSION)?;
            }
            connection.execute_batch("COMMIT")
        };
        create().map_err(failed)?;
    }
    Ok(())
}

/// Switches to write-ahead logging. While two connections switch a fresh database, SQLite fails one of them at once
/// instead of letting it wait its turn, so the waiting is done here.
fn switch_to_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let give_up = Instant::now() + Duration::from_millis(BUSY_TIMEOUT_MS);
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < give_up => {
                thread::sleep(SWITCH_PAUSE)
            }
            switched => return switched,
        }
    }
}
