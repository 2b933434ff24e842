//! How the store stands: where it is, whether it is sound, whether it can be written, how much room there is.
//!
//! Must never create a store, and never mend one: it leaves everything as it was.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use crate::store::connect::Access;
use crate::store::database::{FILE, Store};
use crate::store::error::StoreError;
use crate::store::version::VERSION;

/// The largest database that is read through, in bytes: a larger one takes more than a few seconds.
const CHECKED_BYTES_MAX: u64 = 64 << 20;

/// What was found out about a store.
#[derive(Debug)]
pub struct Health {
    /// The database.
    pub path: PathBuf,
    /// The store itself; `None` where there is none yet.
    pub found: Option<Soundness>,
    /// Why nothing can be written there; `None` where it can.
    pub unwritable: Option<StoreError>,
    /// Free space for this user in bytes; `None` where the system does not tell.
    pub free_bytes: Option<u64>,
}

/// A store that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soundness {
    /// The version of its schema.
    pub version: i64,
    /// Size of the database in bytes, its write-ahead log left out.
    pub bytes: u64,
    /// Sessions in it.
    pub sessions: u64,
    /// What is wrong with it, in a line each; `None` for one above 64 MiB, which is not read through.
    pub faults: Option<Vec<String>>,
}

/// Looks at the store in `folder`. Reads every event of one of up to 64 MiB.
///
/// # Errors
/// There is a store, and it cannot be opened or read. That it cannot be written is no error.
pub fn examine(folder: &Path) -> Result<Health, StoreError> {
    let path = folder.join(FILE);
    let place = existing(folder);
    let store = Store::open_existing(folder)?;
    let unwritable = match &store {
        Some(store) if store.access != Access::Write => Some(StoreError::ReadOnly { path: path.clone() }),
        Some(_) | None => try_writing(place).err(),
    };
    let found = store.map(|store| soundness(&store, &path)).transpose()?;
    Ok(Health { found, unwritable, free_bytes: free_bytes(place), path })
}

fn soundness(store: &Store, path: &Path) -> Result<Soundness, StoreError> {
    let bytes = fs::metadata(path).map_err(|source| StoreError::Io { path: path.to_owned(), source })?.len();
    let sessions =
        store.reading(|connection| connection.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)))?;
    let faults = (bytes <= CHECKED_BYTES_MAX).then(|| store.check()).transpose()?;
    Ok(Soundness { version: VERSION, bytes, sessions, faults })
}

/// The folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|place| place.exists()).unwrap_or(folder)
}

/// Makes a file in a folder and takes it away again: rights alone do not tell whether a disk takes anything.
fn try_writing(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(format!(".{FILE}.{}.tmp", uuid::Uuid::now_v7()));
    let made = OpenOptions::new().write(true).create_new(true).open(&path).map(drop);
    made.and_then(|()| fs::remove_file(&path)).map_err(|source| StoreError::Io { path: folder.to_owned(), source })
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
