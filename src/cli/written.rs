//! What the program has written to files, by digest: a text that nobody changed since may be replaced.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::app::App;
use crate::debate::material::sha256;

/// The file of digests, one a line, in the folder of the sessions.
const FILE: &str = "written";
/// Most digests that are kept: the latest.
const DIGESTS_MAX: usize = 10_000;

/// The digests of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    path: PathBuf,
}

impl Written {
    /// Those that are kept beside the sessions.
    pub(crate) fn of(app: &App) -> Self {
        Self { path: app.config().data_dir().join(FILE) }
    }

    /// Whether the program wrote exactly this.
    pub(super) fn knows(&self, content: &str) -> bool {
        let digest = sha256(content);
        fs::read_to_string(&self.path).is_ok_and(|known| known.lines().any(|line| line == digest))
    }

    /// Notes what was written. Where that fails the text is written all the same, and --force replaces it.
    pub(super) fn note(&self, content: &str) {
        if !self.knows(content) {
            self.add(&sha256(content)).ok();
        }
    }

    fn add(&self, digest: &str) -> io::Result<()> {
        let known = fs::read_to_string(&self.path).unwrap_or_default();
        if known.lines().count() < DIGESTS_MAX {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            return file.write_all(format!("{digest}\n").as_bytes());
        }
        let mut kept: VecDeque<&str> = known.lines().skip(DIGESTS_MAX / 2).collect();
        kept.push_back(digest);
        fs::write(&self.path, kept.iter().map(|line| format!("{line}\n")).collect::<String>())
    }
}
