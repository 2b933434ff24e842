//! A file that a command was told to write.

use std::path::PathBuf;

use crate::cli::ownership::{Over, Theirs, check_owner, write_whole};
use crate::cli::written::Written;
use crate::debate::log::ids::SessionId;
use crate::error::Failure;

/// A text and the file that it belongs into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileToWrite {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its content.
    pub(crate) text: String,
    /// What may stand there before.
    pub(crate) over: Over,
    /// What people may have changed of it.
    pub(crate) theirs: Theirs,
    /// What the program has written so far.
    pub(crate) written: Written,
}

impl FileToWrite {
    /// Writes a text about a session.
    pub(crate) fn write(&self, session: SessionId) -> Result<(), Failure> {
        self.write_or(&format!("the session is stored: `roundtable show {session}` prints it"))
            .map_err(|failure| failure.with_session(session.to_string()))
    }

    /// Writes it; `hint` says what to do where that fails.
    pub(crate) fn write_or(&self, hint: &str) -> Result<(), Failure> {
        check_owner(&self.path, self.over, (self.theirs, &self.written))?;
        write_whole(&self.path, &self.text).map_err(|error| {
            Failure::usage(format!("cannot write {}: {error}", self.path.display())).with_hint(hint)
        })?;
        self.written.note(&self.path, &self.text);
        if let Some(text) = self.theirs.taken_out(&self.text) {
            self.written.note(&self.path, &text);
        }
        Ok(())
    }
}
