//! What can go wrong in the store.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::debate::log::ids::SessionId;
use crate::store::key::SEQ_MAX;
use crate::store::version::VERSION;

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
    /// There is no room for what should be written. Nothing of it was.
    #[error("the disk of the session store {path} is full, or its quota is used up")]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Another process has not let go of the database for as long as we wait.
    #[error("the session store {path} is locked by another process")]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// The database was deleted, moved or replaced while it was open. What was to be written is in no file.
    #[error("the session store {path} was removed or replaced while it was in use")]
    Removed {
        /// The database, or the write-ahead log beside it.
        path: PathBuf,
    },
    /// It can be read, and not written.
    #[error("the session store {path} cannot be written: the file, its folder or its disk is read-only")]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// It cannot be written, and its latest events lie in the write-ahead log, which cannot be read without writing.
    #[error(
        "the session store {path} has events in its write-ahead log, and cannot be read whole where it cannot be written"
    )]
    Unmerged {
        /// The database.
        path: PathBuf,
    },
    /// Written by a later version.
    #[error("the session store {path} has version {found}, and this program knows versions up to {VERSION}")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// Written by an earlier version, where it cannot be brought up to date.
    #[error(
        "the session store {path} has version {found}, and cannot be brought to version {VERSION} where it cannot be written"
    )]
    Outdated {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// A file that ends in the middle of a page: a copy that broke off, or a disk that lost some of it.
    #[error("the session store {path} is cut short")]
    Torn {
        /// The database.
        path: PathBuf,
    },
    /// A database of some other program.
    #[error("{path} is a database, but no session store")]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// Another process, or another task, is running the session.
    #[error("session {0} is being run elsewhere")]
    Busy(SessionId),
    /// The lock of the session that is being run was removed or replaced.
    #[error("the lock {path} was removed while its session was being run, and another process may be writing it")]
    LeaseLost {
        /// The lock.
        path: PathBuf,
    },
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
    /// The session is there already.
    #[error("session {0} is stored already")]
    Exists(SessionId),
    /// Another session has the name.
    #[error("the name `{name}` is taken by session {session}")]
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        session: SessionId,
    },
    /// The name could not be told from a place in the list, or shows nothing.
    #[error("`{0}` cannot name a session")]
    BadName(String),
    /// A log that does not begin with its session's opening, has a second one, or has gaps.
    #[error("event {seq} of session {session} is out of place")]
    OutOfPlace {
        /// Which session.
        session: SessionId,
        /// Which event.
        seq: u64,
    },
    /// The session has as many events as one can have.
    #[error("session {0} has reached {SEQ_MAX} events, and cannot have more")]
    TooLong(SessionId),
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
    /// Nothing but punctuation to search for.
    #[error("`{0}` holds no word to search for")]
    NoWords(String),
    /// The writer has ended, after a failure reported before.
    #[error("the session store has been closed")]
    Closed,
}

impl StoreError {
    /// Sorts what SQLite says.
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            _ => Self::Database { path, source },
        }
    }
}
