//! Whether a path still leads to the file that was opened there.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// A file, whatever leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    path: PathBuf,
    number: (u64, u64),
}

impl Identity {
    /// The file that the path leads to; `None` if it leads to none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self { path: path.to_owned(), number: number(&metadata) })
    }

    /// The path that led to it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads there.
    pub(super) fn holds(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| number(&metadata) == self.number)
    }

    /// Whether the path leads to another file.
    pub(super) fn is_taken(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| number(&metadata) != self.number)
    }

    /// Whether it is this open file.
    pub(super) fn is(&self, metadata: &Metadata) -> bool {
        number(metadata) == self.number
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// An open file cannot be removed here, so a path that leads anywhere leads to it.
#[cfg(not(unix))]
fn number(_metadata: &Metadata) -> (u64, u64) {
    (0, 0)
}
