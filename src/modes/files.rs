//! The files that hold modes, personas or benches; in a folder, each is named after what it holds.
//!
//! Must never read more of a file than it may hold, nor wait on anything that is not a plain file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::modes::error::ModeError;
use crate::modes::places::Place;
use crate::modes::text::printable;
use crate::modes::yaml::{FILE_BYTES_MAX, FileKind, too_large};

/// The most files of one folder that are looked at.
const FOLDER_FILES_MAX: usize = 1_000;

/// The most of a path that is shown, in characters: what Linux allows.
const PATH_CHARS_MAX: usize = 4_096;

/// The file in `folder` that is called `name` and ends in one of `endings`, if there is one.
pub(crate) fn file_of(name: &str, folder: &Path, endings: &[&str]) -> Result<Option<PathBuf>, ModeError> {
    let mut found = None;
    for ending in endings {
        let path = folder.join(format!("{name}.{ending}"));
        match fs::symlink_metadata(&path) {
            Ok(_) if found.is_some() => {
                return Err(unreadable(&path, "a file of the same name ending in `.yaml` stands beside it; keep one"));
            }
            Ok(_) => found = Some(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &reason(&error))),
        }
    }
    Ok(found)
}

/// The names of the files in a folder that end in one of `endings`, without these.
pub(crate) fn stems_in(folder: &Path, endings: &[&str]) -> Result<BTreeSet<String>, ModeError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(unreadable(folder, &reason(&error))),
    };
    let mut stems = BTreeSet::new();
    for entry in entries.take(FOLDER_FILES_MAX) {
        let path = entry.map_err(|error| unreadable(folder, &reason(&error)))?.path();
        let is_wanted = path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known));
        if let Some(stem) = path.file_stem().filter(|_| is_wanted) {
            stems.insert(stem.to_string_lossy().into_owned());
        }
    }
    Ok(stems)
}

/// Reads a plain file, as text, of at most [`FILE_BYTES_MAX`] bytes of UTF-8. Opens nothing that could block, such as a pipe.
///
/// # Errors
/// [`ModeError::Unreadable`] when there is no such plain file, when it is larger than that, and when it is not UTF-8.
pub fn read(path: &Path, kind: FileKind) -> Result<String, ModeError> {
    let fail = |error: std::io::Error| unreadable(path, &reason(&error));
    let metadata = fs::metadata(path).map_err(fail)?;
    if !metadata.is_file() {
        return Err(unreadable(path, "not a plain file"));
    }
    if metadata.len() > FILE_BYTES_MAX as u64 {
        return Err(too_large(&label(path), kind));
    }
    let mut bytes = Vec::new();
    // The size may have changed since, and some file systems report none.
    File::open(path).and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)).map_err(fail)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(too_large(&label(path), kind));
    }
    String::from_utf8(bytes).map_err(|error| not_text(path, &error.as_bytes()[..error.utf8_error().valid_up_to()]))
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn unreadable(path: &Path, message: &str) -> ModeError {
    ModeError::Unreadable { file: label(path), message: message.to_owned() }
}

fn not_text(path: &Path, valid: &[u8]) -> ModeError {
    let place = Place::START.after(&String::from_utf8_lossy(valid));
    ModeError::Invalid { file: label(path), place, message: "not UTF-8 text".to_owned(), suggestion: None }
}

/// A path as it may be shown.
pub fn label(path: &Path) -> String {
    printable(&path.to_string_lossy(), PATH_CHARS_MAX)
}

/// Puts those of one's own, of which the first of a name counts, in the place of those built in that they override; then the
/// others by name.
pub(crate) fn overridden<T>(mut listed: Vec<T>, own: impl Iterator<Item = T>, name: fn(&T) -> &str) -> Vec<T> {
    let mut distinct: Vec<T> = Vec::new();
    for found in own {
        if !distinct.iter().any(|other| name(other) == name(&found)) {
            distinct.push(found);
        }
    }
    distinct.sort_by(|a, b| name(a).cmp(name(b)));
    for found in distinct {
        match listed.iter_mut().find(|other| name(other) == name(&found)) {
            Some(overridden) => *overridden = found,
            None => listed.push(found),
        }
    }
    listed
}
