//! What the program has written to files, by digest: a text that nobody changed since may be replaced.
//!
//! Must never hold a text or a path, only their digests.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::debate::log::material::sha256;

/// The file of what was written, in the folder of the sessions: a line holds the digest of a text, then that of its place. Lines
/// of earlier versions hold no place.
const FILE: &str = "written";
/// Most lines that are kept: the latest.
const LINES_MAX: usize = 10_000;

/// The digests of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    path: PathBuf,
}

/// What is known of a text that stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The program wrote it.
    Text,
    /// The program wrote to that place, and another text.
    Place,
    /// Neither.
    Nothing,
}

impl Written {
    /// Those that are kept beside the sessions.
    pub(crate) fn of(app: &App) -> Self {
        Self { path: app.config().data_dir().join(FILE) }
    }

    /// What is known of this text at this place.
    pub(super) fn known(&self, place: &Path, content: &str) -> Known {
        let (text, place) = (digest(content), digest_of_place(place));
        let lines = fs::read_to_string(&self.path).unwrap_or_default();
        let mut known = lines.lines().map(|line| line.split_once(' ').map_or((line, None), |(t, p)| (t, Some(p))));
        if known.clone().any(|(known, _)| known == text) {
            return Known::Text;
        }
        let is_place = |known: Option<&str>| known.is_some() && known == place.as_deref();
        if known.any(|(_, known)| is_place(known)) { Known::Place } else { Known::Nothing }
    }

    /// Notes what was written to a place. Where that fails the text is written all the same, and --force replaces it.
    pub(super) fn note(&self, place: &Path, content: &str) {
        let line = match digest_of_place(place) {
            Some(place) => format!("{} {place}", digest(content)),
            None => digest(content),
        };
        self.add(&line).ok();
    }

    fn add(&self, line: &str) -> io::Result<()> {
        let known = fs::read_to_string(&self.path).unwrap_or_default();
        if known.lines().any(|known| known == line) {
            return Ok(());
        }
        if known.lines().count() < LINES_MAX {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            return file.write_all(format!("{line}\n").as_bytes());
        }
        let mut kept: VecDeque<&str> = known.lines().skip(LINES_MAX / 2).collect();
        kept.push_back(line);
        fs::write(&self.path, kept.iter().map(|line| format!("{line}\n")).collect::<String>())
    }
}

/// The digest of a text, which is the same where a tool has changed nothing but how lines end.
fn digest(content: &str) -> String {
    sha256(&content.replace("\r\n", "\n"))
}

/// The digest of where a path leads; `None` where nothing is there.
fn digest_of_place(path: &Path) -> Option<String> {
    let place = fs::canonicalize(path).ok()?;
    Some(sha256(&place.to_string_lossy()))
}
