//! The database of a folder, or of memory: who may write it, and what is handed to its writer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::store::connect::{self, Access};
use crate::store::error::StoreError;
use crate::store::lease::{self, Lease};
use crate::store::version::VERSION;
use crate::store::writer::{Desk, Done, Job, Task, Writer};

/// The database's file name within the data folder.
pub const FILE: &str = "roundtable.db";

/// The folder of the leases within the data folder.
pub(super) const LOCKS: &str = "locks";

/// The event logs of all sessions.
#[derive(Debug)]
pub struct Store {
    pub(super) place: Place,
    pub(super) access: Access,
    /// The connection that looks for requests, once somebody has. Stands before `writing`, so that it is closed first:
    /// the last connection to close tidies up, and only one that writes can.
    pub(super) mailbox: Mutex<Option<Connection>>,
    writing: Mutex<Writing>,
}

#[derive(Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    /// A database of this process alone, under the name by which its connections find it.
    Memory {
        name: String,
        leased: Arc<Mutex<BTreeSet<SessionId>>>,
    },
}

/// The writing side. The thread is started for the first thing to write.
#[derive(Debug)]
pub(super) enum Writing {
    Ready(Box<Desk>),
    Started(Writer),
    Never,
}

impl Store {
    /// Opens the store in `folder`, creating both when they are missing, and brings it to this program's version.
    ///
    /// # Errors
    /// The folder cannot be made or used, or the database cannot be written, is cut short, or is locked. Also fails for
    /// the database of another program or of a later version.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        create_private(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        let path = folder.join(FILE);
        match connect::open(&path, OpenFlags::SQLITE_OPEN_CREATE)? {
            (connection, Access::Write) => Self::writable(folder, connection),
            (_, Access::Read | Access::Frozen) => Err(StoreError::ReadOnly { path }),
        }
    }

    /// Opens the store in `folder` if there is one. Creates none.
    ///
    /// Where it cannot be written it opens for reading, and every write fails with [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// The database is cut short, is of another program or a later version, or fails. [`StoreError::Unmerged`] or
    /// [`StoreError::Outdated`] for one that cannot be read without writing.
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE);
        if !path.try_exists().unwrap_or(true) {
            return Ok(None);
        }
        let (connection, access) = connect::open(&path, OpenFlags::empty())?;
        if access == Access::Write {
            return Self::writable(folder, connection).map(Some);
        }
        let found = connect::refuse_newer(&connection, &path)?;
        if found < VERSION {
            return Err(StoreError::Outdated { path, found });
        }
        Ok(Some(Self {
            place: Place::Folder(folder.to_owned()),
            access,
            mailbox: Mutex::default(),
            writing: Mutex::new(Writing::Never),
        }))
    }

    fn writable(folder: &Path, mut connection: Connection) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        connect::prepare(&mut connection, &path)?;
        Ok(Self::ready(Place::Folder(folder.to_owned()), connection, path))
    }

    /// Opens a store that lasts as long as this value.
    ///
    /// # Errors
    /// SQLite cannot set the database up.
    pub fn in_memory() -> Result<Self, StoreError> {
        let (name, path) = (uuid::Uuid::now_v7().to_string(), PathBuf::from(":memory:"));
        let mut connection = connect::in_memory(&name).map_err(|source| StoreError::database(&path, source))?;
        connect::prepare(&mut connection, &path)?;
        Ok(Self::ready(Place::Memory { name, leased: Arc::default() }, connection, path))
    }

    fn ready(place: Place, connection: Connection, path: PathBuf) -> Self {
        let desk = Box::new(Desk::new(connection, path));
        Self { place, access: Access::Write, mailbox: Mutex::default(), writing: Mutex::new(Writing::Ready(desk)) }
    }

    /// Where the database is.
    pub fn path(&self) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.join(FILE),
            Place::Memory { .. } => PathBuf::from(":memory:"),
        }
    }

    /// Takes the right to write one session; it is given back when the lease is dropped, or the process dies.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when it has not become free within 100 ms, [`StoreError::ReadOnly`] where nothing can be
    /// written. [`StoreError::Io`] when the lock cannot be used.
    pub fn lease(&self, session: SessionId) -> Result<Lease, StoreError> {
        match &self.place {
            Place::Folder(_) if self.access != Access::Write => Err(StoreError::ReadOnly { path: self.path() }),
            Place::Folder(folder) => Lease::in_folder(&folder.join(LOCKS), session),
            Place::Memory { leased, .. } => Lease::in_memory(leased, session),
        }
    }

    /// Whether some process holds the session's lease. Creates nothing.
    pub fn is_running(&self, session: SessionId) -> bool {
        match &self.place {
            Place::Folder(folder) => lease::is_held(&folder.join(LOCKS), session),
            Place::Memory { leased, .. } => leased.lock().unwrap_or_else(PoisonError::into_inner).contains(&session),
        }
    }

    /// The sessions whose leases are held.
    pub(super) fn running(&self) -> BTreeSet<SessionId> {
        match &self.place {
            Place::Folder(folder) => lease::held(&folder.join(LOCKS)),
            Place::Memory { leased, .. } => leased.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Appends events to the leased session's log, all or none, and returns them as stamped once they are on disk.
    ///
    /// A session comes into being with its first event, which must be [`Event::SessionOpened`].
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] or [`StoreError::BadName`] for a name it cannot have, [`StoreError::Unknown`] for a
    /// session that is not opened. Also fails when the lease is lost, or the disk or database takes no event.
    pub async fn append(&self, lease: &Lease, events: Vec<Event>) -> Result<Vec<Logged>, StoreError> {
        Ok(self.perform(lease, Task::Append(events)).await?.logged)
    }

    /// Puts in a whole log from elsewhere, numbers and times as they are, all or none.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the leased session is there already, [`StoreError::OutOfPlace`] for a log with gaps.
    /// Also fails when its name is taken, the lease is lost, or the database takes nothing.
    pub async fn import(&self, lease: &Lease, log: Vec<Logged>) -> Result<(), StoreError> {
        self.perform(lease, Task::Import(log)).await.map(drop)
    }

    /// Deletes the leased session: its log, and everything that was derived from it. Its text is gone from the files then,
    /// unless somebody is reading just now. In a database of more than 256 MiB, scraps of text may be left on pages that
    /// it shared with others.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such session, [`StoreError::LeaseLost`] when its lock was taken away;
    /// else the database fails.
    pub async fn delete(&self, lease: &Lease) -> Result<(), StoreError> {
        self.perform(lease, Task::Delete).await.map(drop)
    }

    /// Leaves without waiting for the writer, for a program that is interrupted while the disk stands still. What was
    /// handed over is then stored or not, as a whole.
    pub fn abandon(self) {
        let writing = self.writing.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Writing::Started(writer) = writing {
            writer.abandon();
        }
    }

    /// Has the writer do something, and waits until it is done.
    pub(super) async fn perform(&self, lease: &Lease, task: Task) -> Result<Done, StoreError> {
        // A lock that is gone because the whole store is, is the lesser news.
        if self.path().exists() {
            lease.check()?;
        }
        let (answer, answered) = oneshot::channel();
        self.hand_over(Job { session: lease.session(), hold: lease.hold(), task, answer })?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    fn hand_over(&self, job: Job) -> Result<(), StoreError> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        *writing = match std::mem::replace(&mut *writing, Writing::Never) {
            Writing::Ready(desk) => Writing::Started(Writer::start(*desk)),
            other => other,
        };
        match &*writing {
            Writing::Started(writer) => writer.send(job),
            Writing::Ready(_) | Writing::Never => Err(StoreError::ReadOnly { path: self.path() }),
        }
    }

    /// Another connection, that only reads.
    pub(super) fn connect(&self) -> Result<Connection, rusqlite::Error> {
        match &self.place {
            Place::Folder(_) => connect::reading(&self.path(), self.access),
            Place::Memory { name, .. } => connect::in_memory(name),
        }
    }

    /// Runs `query` on a connection of its own, so that readers never wait for the writer.
    pub(super) fn reading<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let result = self.connect().and_then(|connection| {
            // One view of the database, however many statements look at it.
            connection.execute_batch("BEGIN")?;
            query(&connection)
        });
        result.map_err(|source| StoreError::database(&self.path(), source))
    }
}

/// Creates the folder for this user alone: sessions hold what was asked and answered. One that is there keeps its rights.
pub(super) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
