//! The right to write one session.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::debate::log::ids::SessionId;
use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::key;

/// How long a lease is tried for: whoever only looks whether a session is run holds its lock for a moment.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long to wait before another try.
const PAUSE: Duration = Duration::from_millis(5);

/// Held while a session is run. Dropping it gives the right back; so does the end of the process, however it comes.
#[derive(Debug)]
pub struct Lease {
    session: SessionId,
    hold: Arc<Hold>,
}

/// What keeps others out. Shared with what has been handed to the writer, which may outlive whoever asked for it.
#[derive(Debug)]
pub(super) enum Hold {
    /// The operating system's lock on a file; it goes with the process, so nothing can go stale.
    File { path: PathBuf, lock: File },
    /// A place in a set, for a store in memory.
    Memory { session: SessionId, leased: Arc<Mutex<BTreeSet<SessionId>>> },
}

impl Lease {
    pub(super) fn in_folder(folder: &Path, session: SessionId) -> Result<Self, StoreError> {
        let path = file(folder, session);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) if leads_to(&path, &file) => {
                    return Ok(Self { session, hold: Arc::new(Hold::File { path, lock: file }) });
                }
                // The holder before us removed the file between our opening and locking it.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(session)),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    pub(super) fn in_memory(leased: &Arc<Mutex<BTreeSet<SessionId>>>, session: SessionId) -> Result<Self, StoreError> {
        if !leased.lock().unwrap_or_else(PoisonError::into_inner).insert(session) {
            return Err(StoreError::Busy(session));
        }
        Ok(Self { session, hold: Arc::new(Hold::Memory { session, leased: Arc::clone(leased) }) })
    }

    /// Which session may be written.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// What keeps others out for as long as it is held.
    pub(super) fn hold(&self) -> Arc<Hold> {
        Arc::clone(&self.hold)
    }

    /// Fails with [`StoreError::LeaseLost`] when the lock was taken away, so that somebody else may hold another one.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &*self.hold {
            Hold::File { path, lock } if !leads_to(path, lock) => Err(StoreError::LeaseLost { path: path.clone() }),
            Hold::File { .. } | Hold::Memory { .. } => Ok(()),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        match self {
            // Still locked while it is removed; a lock file left behind would only be litter.
            Self::File { path, lock } if leads_to(path, lock) => drop(fs::remove_file(path)),
            // Another one's by now.
            Self::File { .. } => {}
            Self::Memory { session, leased } => {
                leased.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
            }
        }
    }
}

/// Whether some process holds a session's lease. Creates nothing.
pub(super) fn is_held(folder: &Path, session: SessionId) -> bool {
    let Ok(file) = File::open(file(folder, session)) else { return false };
    // Shared, so that several may look at the same time.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// The sessions whose leases are held by some process.
pub(super) fn held(folder: &Path) -> BTreeSet<SessionId> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let sessions = names.filter_map(|name| key::parse(name.strip_suffix(".lock")?));
    sessions.filter(|session| is_held(folder, *session)).collect()
}

fn file(folder: &Path, session: SessionId) -> PathBuf {
    folder.join(format!("{session}.lock"))
}

fn leads_to(path: &Path, file: &File) -> bool {
    match (Identity::of(path), file.metadata()) {
        (Some(identity), Ok(metadata)) => identity.is(&metadata),
        _ => false,
    }
}
