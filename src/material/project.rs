//! A project's files, looked at again: its decision records, and the files that their premises name.
//!
//! Must never follow a link, or a path in a record, out of the project's folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::debate::log::material;
use crate::material::decode::{self, Undecodable, decode};
use crate::material::error::MaterialError;
use crate::material::gather::{limited, slashed, walk};

/// Largest file that is looked at for a record, in bytes.
const RECORD_BYTES_MAX: u64 = 64 << 20;
/// How much of a log tells whether it is one, in bytes: events of others may be kept in large files.
const HEAD_BYTES: usize = 256;

/// A place to look for records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The folder or the file itself, without links.
    pub path: PathBuf,
    /// The folder that it is, or that holds it.
    pub folder: PathBuf,
}

/// Finds a folder or a file.
///
/// # Errors
/// [`MaterialError::Unreadable`] when nothing is there, or it cannot be reached.
pub fn located(path: &Path) -> Result<Located, MaterialError> {
    let unreadable = |source| MaterialError::Unreadable { name: path.display().to_string(), source };
    let real = fs::canonicalize(path).map_err(unreadable)?;
    let folder = if real.is_dir() { real.clone() } else { real.parent().unwrap_or(&real).to_owned() };
    Ok(Located { path: real, folder })
}

/// A file that may hold a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFile {
    /// Its path, with `/` between its parts, from the folder that was walked, or the file's own name.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The files of a folder that may hold records.
#[derive(Debug, Default)]
pub struct Walked {
    /// They themselves, by path.
    pub files: Vec<RecordFile>,
    /// What could not be read.
    pub warnings: Vec<String>,
}

/// What became of a file that a premise names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// It holds a text with these SHA-256 as material, in hexadecimal: as it is read now, and, where that differs, as it was
    /// read when bytes that are not UTF-8 became U+FFFD.
    Text(Vec<String>),
    /// It holds something that is no text, or too large to be material.
    Other,
    /// It is not there.
    Gone,
    /// It leads out of the project's folder.
    LeadsOut,
    /// It cannot be read.
    Unreadable(String),
    /// What is given is no path within a folder.
    NoPath,
}

/// Reads the files at or below a place, by the rules of `.gitignore`, whose names have one of the endings. A list of events is
/// left out unless `log_mark` stands in its first bytes.
pub fn records(place: &Located, endings: &[&str], log_mark: &str) -> Walked {
    let path = place.path.as_path();
    let mut walked = Walked::default();
    if path.is_file() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        walked.look(path, name, log_mark);
        return walked;
    }
    for entry in walk(path) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walked.warnings.push(format!("cannot be looked into: {error}"));
                continue;
            }
        };
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let ending = entry.path().extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        if !is_file || !ending.is_some_and(|ending| endings.contains(&ending.as_str())) {
            continue;
        }
        let below = entry.path().strip_prefix(path).unwrap_or(entry.path());
        let name = slashed(below).unwrap_or_else(|| below.display().to_string());
        walked.look(entry.path(), name, log_mark);
    }
    walked
}

impl Walked {
    fn look(&mut self, path: &Path, name: String, log_mark: &str) {
        match record(path, log_mark) {
            Ok(Some(text)) => self.files.push(RecordFile { name, text }),
            Ok(None) => {}
            Err(error) => self.warnings.push(format!("{name} cannot be read: {error}")),
        }
    }
}

/// The text of a file; `None` for one that is no text, too large, or a list of somebody else's events.
fn record(path: &Path, log_mark: &str) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > RECORD_BYTES_MAX {
        return Ok(None);
    }
    let is_list = path.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl");
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    if is_list {
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
        if !String::from_utf8_lossy(&bytes).contains(log_mark) {
            return Ok(None);
        }
    }
    file.take(RECORD_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

/// Reads the file that a premise names, from the project's folder.
pub fn read_premise(root: &Path, name: &str) -> Content {
    let path = Path::new(name);
    let is_within = path.components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || !is_within {
        return Content::NoPath;
    }
    let told = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Content::Gone,
        _ => Content::Unreadable(error.to_string()),
    };
    let real = |path: PathBuf| fs::canonicalize(path);
    let (root, path) = match real(root.to_owned()).and_then(|root| Ok((real(root.join(path))?, root))) {
        Ok((path, root)) => (root, path),
        Err(error) => return told(error),
    };
    if !path.starts_with(&root) {
        return Content::LeadsOut;
    }
    // Opening a pipe would wait for somebody to write to it.
    if !path.is_file() {
        return Content::Other;
    }
    match File::open(&path).map(|file| limited(file, name)) {
        Err(error) => told(error),
        Ok(Err(MaterialError::Unreadable { source, .. })) => told(source),
        Ok(Err(_)) => Content::Other,
        Ok(Ok(bytes)) => content(&bytes),
    }
}

fn content(bytes: &[u8]) -> Content {
    let older = std::str::from_utf8(bytes).is_err().then(|| material::hash(&decode::lossy(bytes)));
    match decode(bytes) {
        Ok(decoded) => Content::Text([material::hash(&decoded.text)].into_iter().chain(older).collect()),
        Err(Undecodable::Binary) => Content::Other,
        Err(_) => older.map_or(Content::Other, |older| Content::Text(vec![older])),
    }
}
