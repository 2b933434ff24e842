//! The right to write one session.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::debate::event::SessionId;
use crate::store::StoreError;

/// Held while a session is run. Dropping it gives the right back; so does the end of the process, however it comes.
#[derive(Debug)]
pub struct Lease {
    session: SessionId,
    hold: Hold,
}

#[derive(Debug)]
enum Hold {
    /// The operating system's lock on a file; it goes with the process, so nothing can go stale.
    File { path: PathBuf, _lock: File },
    /// A place in a set, for a store in memory.
    Memory(Arc<Mutex<BTreeSet<SessionId>>>),
}

impl Lease {
    pub(super) fn in_folder(folder: &Path, session: SessionId) -> Result<Self, StoreError> {
        let path = folder.join(format!("{session}.lock"));
        let failed = |source| StoreError::Io { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) if is_current(&path, &file) => {
                    return Ok(Self { session, hold: Hold::File { path, _lock: file } });
                }
                // The holder before us removed the file between our opening and locking it.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(session)),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    pub(super) fn in_memory(leased: &Arc<Mutex<BTreeSet<SessionId>>>, session: SessionId) -> Result<Self, StoreError> {
        if !leased.lock().unwrap_or_else(PoisonError::into_inner).insert(session) {
            return Err(StoreError::Busy(session));
        }
        Ok(Self { session, hold: Hold::Memory(Arc::clone(leased)) })
    }

    /// Which session may be written.
    pub fn session(&self) -> SessionId {
        self.session
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        match &self.hold {
            // Still locked while it is removed; a lock file left behind would only be litter.
            Hold::File { path, .. } => drop(fs::remove_file(path)),
            Hold::Memory(leased) => {
                leased.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.session);
            }
        }
    }
}

/// Whether `path` still leads to the file that was locked.
#[cfg(unix)]
fn is_current(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(locked)) => named.ino() == locked.ino() && named.dev() == locked.dev(),
        _ => false,
    }
}

/// An open file cannot be removed here, so the path leads to it.
#[cfg(not(unix))]
fn is_current(_path: &Path, _file: &File) -> bool {
    true
}
