//! Connections to the database: for writing where that is possible, for reading where it is not.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::error::StoreError;
use crate::store::migrations;
use crate::store::version::VERSION;

/// How long one process waits for another's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait before another try at what SQLite does not wait for itself.
const SWITCH_PAUSE: Duration = Duration::from_millis(5);

/// How the database can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It can be written.
    Write,
    /// It can be read beside others who may write.
    Read,
    /// Nothing can be written beside it, and so nobody writes: it is read as it stands.
    Frozen,
}

/// Opens the database for writing, or finds that it cannot be written and how it can be read.
pub(super) fn open(path: &Path, create: OpenFlags) -> Result<(Connection, Access), StoreError> {
    let failed = |source| StoreError::database(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let (connection, access) = match migrations::version(&connection) {
        Ok(_) if !connection.is_readonly("main").map_err(failed)? => (connection, Access::Write),
        Ok(_) => (connection, Access::Read),
        Err(error) if is_barred(&error) => {
            // SQLite would read past the write-ahead log without a word.
            if has_log(path) {
                return Err(StoreError::Unmerged { path: path.to_owned() });
            }
            (reading(path, Access::Frozen).map_err(failed)?, Access::Frozen)
        }
        Err(error) => return Err(failed(error)),
    };
    // Twice, lest somebody is just adding a page.
    if is_torn(&connection, path).map_err(failed)? && is_torn(&connection, path).map_err(failed)? {
        return Err(StoreError::Torn { path: path.to_owned() });
    }
    Ok((connection, access))
}

/// Whether the last page is not whole, and no write-ahead log makes it so. SQLite would fill it up with zeros, or begin
/// anew over what is left of the first.
fn is_torn(connection: &Connection, path: &Path) -> Result<bool, rusqlite::Error> {
    let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(!has_log(path) && path.metadata().is_ok_and(|file| file.len() % page.max(1) != 0))
}

/// Whether anything is in the write-ahead log.
fn has_log(path: &Path) -> bool {
    log_of(path).metadata().is_ok_and(|log| log.len() > 0)
}

/// Whether the write-ahead log could not be opened beside the database.
fn is_barred(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// The write-ahead log of a database.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// Opens another connection to a file, that only reads.
pub(super) fn reading(path: &Path, access: Access) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match access {
        Access::Write | Access::Read => Connection::open_with_flags(path, flags),
        Access::Frozen => Connection::open_with_flags(frozen(path), flags | OpenFlags::SQLITE_OPEN_URI),
    }?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Opens a connection to a database in memory, which all connections of this process know by its name.
pub(super) fn in_memory(name: &str) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags | OpenFlags::SQLITE_OPEN_URI)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// The address of a database that nobody writes.
fn frozen(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => address.push(char::from(*byte)),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "?immutable=1"
}

/// Sets a connection up for durable writing, and brings the database to this program's version.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::database(path, source);
    refuse_newer(connection, path)?;
    if migrations::is_foreign(connection).map_err(failed)? {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    switch_to_wal(connection).map_err(failed)?;
    set_up(connection).map_err(failed)?;
    migrations::migrate(connection, path)
}

/// Refuses a database that this program cannot know.
pub(super) fn refuse_newer(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found = migrations::version(connection).map_err(|source| StoreError::database(path, source))?;
    if found > VERSION { Err(StoreError::Newer { path: path.to_owned(), found }) } else { Ok(found) }
}

/// Makes what is committed durable, and what is deleted gone.
pub(super) fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)
}

/// Switches to write-ahead logging. While two connections switch a fresh database, SQLite fails one of them at once
/// instead of letting it wait its turn, so the waiting is done here.
fn switch_to_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let give_up = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < give_up => {
                thread::sleep(SWITCH_PAUSE)
            }
            switched => return switched,
        }
    }
}
