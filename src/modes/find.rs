//! Where modes come from: built in, the user's folder, the project's folder, or a file named outright.
//!
//! Must never read more of a file than a mode may hold, nor wait on anything that is not a plain file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::debate::mode::Mode;
use crate::modes::nearest::nearest;
use crate::modes::parse::parse;
use crate::modes::places::Place;
use crate::modes::text::{is_slug, printable};
use crate::modes::yaml::{FileKind, too_large};
use crate::modes::{BUILT_IN, FILE_BYTES_MAX, ModeError};

/// How a mode file's name may end.
const ENDINGS: [&str; 2] = ["yaml", "yml"];

/// The most files of one folder that are looked at.
const FOLDER_FILES_MAX: usize = 1_000;

/// The most of a path that is shown, in characters: what Linux allows.
const PATH_CHARS_MAX: usize = 4_096;

/// Where mode files are looked for. A folder that does not exist holds none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// The user's own modes.
    pub user: Option<PathBuf>,
    /// The project's modes; they win over the user's, and both over those built in.
    pub project: Option<PathBuf>,
}

impl Folders {
    /// The folders in order of precedence.
    fn in_order(&self) -> impl Iterator<Item = (Origin, &Path)> {
        let project = self.project.iter().map(|path| (Origin::Project, path.as_path()));
        let user = self.user.iter().map(|path| (Origin::User, path.as_path()));
        project.chain(user)
    }
}

/// Where a mode comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// A file in the user's folder.
    User,
    /// A file in the project's folder.
    Project,
    /// A file that was named outright.
    File,
}

/// A mode that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The mode, checked.
    pub mode: Mode,
    /// Where it comes from.
    pub origin: Origin,
    /// The YAML as it is written.
    pub source: String,
}

/// One line of the list of modes. A broken file is listed as well, and hides what it overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The name that finds it: the file's, without the ending.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The file; `None` for a mode that is built in.
    pub path: Option<PathBuf>,
    /// The mode, or why it cannot be used.
    pub result: Result<Mode, ModeError>,
}

/// Finds the mode called `name_or_path`; what holds a `/` or ends in `.yaml` or `.yml` is the path of a file.
///
/// Fails when there is none, when its file cannot be read, and when it is not a valid mode.
pub fn find(name_or_path: &str, folders: &Folders) -> Result<Found, ModeError> {
    if is_path(name_or_path) {
        let source = read(Path::new(name_or_path), FileKind::Mode)?;
        let mode = parse(&source, &label(Path::new(name_or_path)), None)?;
        return Ok(Found { mode, origin: Origin::File, source });
    }
    // Only a slug is ever joined to a folder, so a name cannot lead out of it.
    if is_slug(name_or_path) {
        for (origin, folder) in folders.in_order() {
            if let Some(path) = file_of(name_or_path, folder)? {
                let source = read(&path, FileKind::Mode)?;
                let mode = parse(&source, &label(&path), Some(name_or_path))?;
                return Ok(Found { mode, origin, source });
            }
        }
        if let Some((name, source)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            let mode = parse(source, &built_in_label(name), Some(name))?;
            return Ok(Found { mode, origin: Origin::BuiltIn, source: (*source).to_owned() });
        }
    }
    let listed = list(folders);
    let suggestion = nearest(name_or_path, listed.iter().map(|listed| listed.name.as_str())).map(str::to_owned);
    Err(ModeError::Unknown { name: name_or_path.to_owned(), suggestion })
}

/// Lists every mode once: those built in, in their order, replaced by the file that overrides them; then the others by
/// name.
pub fn list(folders: &Folders) -> Vec<Listed> {
    let mut listed: Vec<Listed> = BUILT_IN
        .iter()
        .map(|(name, source)| Listed {
            name: (*name).to_owned(),
            origin: Origin::BuiltIn,
            path: None,
            result: parse(source, &built_in_label(name), Some(name)),
        })
        .collect();
    let mut own: Vec<Listed> = Vec::new();
    for (origin, folder) in folders.in_order() {
        for found in list_folder(origin, folder) {
            if !own.iter().any(|other| other.name == found.name) {
                own.push(found);
            }
        }
    }
    own.sort_by(|a, b| a.name.cmp(&b.name));
    for found in own {
        match listed.iter_mut().find(|other| other.name == found.name) {
            Some(overridden) => *overridden = found,
            None => listed.push(found),
        }
    }
    listed
}

fn is_path(argument: &str) -> bool {
    argument.contains('/')
        || Path::new(argument).extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

/// The file in `folder` that defines `name`, if there is one.
fn file_of(name: &str, folder: &Path) -> Result<Option<PathBuf>, ModeError> {
    let mut found = None;
    for ending in ENDINGS {
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

fn list_folder(origin: Origin, folder: &Path) -> Vec<Listed> {
    let stems = match stems_in(folder) {
        Ok(stems) => stems,
        Err(error) => {
            return vec![Listed { name: label(folder), origin, path: Some(folder.to_owned()), result: Err(error) }];
        }
    };
    let listed = |stem: String| {
        let (path, result) = match file_of(&stem, folder) {
            Ok(Some(path)) => (
                Some(path.clone()),
                read(&path, FileKind::Mode).and_then(|source| parse(&source, &label(&path), Some(&stem))),
            ),
            // It was there a moment ago.
            Ok(None) => return None,
            Err(error) => (None, Err(error)),
        };
        Some(Listed { name: stem, origin, path, result })
    };
    stems.into_iter().filter_map(listed).collect()
}

/// The names of the mode files in a folder, without their endings.
fn stems_in(folder: &Path) -> Result<BTreeSet<String>, ModeError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(unreadable(folder, &reason(&error))),
    };
    let mut stems = BTreeSet::new();
    for entry in entries.take(FOLDER_FILES_MAX) {
        let path = entry.map_err(|error| unreadable(folder, &reason(&error)))?.path();
        let is_mode = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if let Some(stem) = path.file_stem().filter(|_| is_mode) {
            stems.insert(stem.to_string_lossy().into_owned());
        }
    }
    Ok(stems)
}

/// Reads a plain file, as text, of at most [`FILE_BYTES_MAX`] bytes of UTF-8. Opens nothing that could block, such as a pipe.
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

fn built_in_label(name: &str) -> String {
    format!("built-in mode `{name}`")
}
