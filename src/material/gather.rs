//! Files, folders and standard input as material.

use std::collections::BTreeSet;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::debate::log::material::{Material, Origin};
use crate::material::decode::{Decoded, decode};
use crate::material::error::MaterialError;
use crate::material::guard::{Guard, looks_secret};
use crate::material::limits::{FILE_BYTES_MAX, FILES_MAX, TOTAL_BYTES_MAX};

/// What stands for standard input.
const INPUT: &str = "-";
/// What it is called in errors and warnings.
const INPUT_TITLE: &str = "standard input";

/// The folders that paths are told from.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where relative paths start.
    pub working: PathBuf,
    /// The project's folder, from which its files are named.
    pub root: PathBuf,
}

/// Material, and what was left out.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The texts, in the order in which they were given; those of a folder by path.
    pub context: Vec<Material>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
    seen: BTreeSet<PathBuf>,
}

/// Reads files, folders by the rules of `.gitignore`, and `-` for standard input. A file that is given twice is read once.
///
/// # Errors
/// A path cannot be read, holds no text, is too large, or is a file that secrets are kept in. Also fails on too many
/// files, or too many bytes in all.
pub fn gather(paths: &[String], place: &Place, guard: Guard) -> Result<Gathered, MaterialError> {
    let root = fs::canonicalize(&place.root).unwrap_or_else(|_| place.root.clone());
    let mut gathered = Gathered::default();
    for given in paths {
        if given == INPUT {
            let decoded = from_input(io::stdin().lock())?;
            gathered.warnings.extend(decoded.warning(INPUT_TITLE));
            gathered.push(Material::new(INPUT.to_owned(), Origin::Input, &decoded.text))?;
            continue;
        }
        let path = place.working.join(given);
        let unreadable = |source| MaterialError::Unreadable { name: given.clone(), source };
        if fs::metadata(&path).map_err(unreadable)?.is_dir() {
            gathered.folder(&path, &root, given, guard)?;
        } else {
            gathered.file(&path, &root, given, guard)?;
        }
    }
    Ok(gathered)
}

impl Gathered {
    /// Adds a text, within the limits.
    ///
    /// # Errors
    /// [`MaterialError::TooMuch`] or [`MaterialError::TooMany`] when the text would go beyond the limits; it is then
    /// not added.
    pub fn push(&mut self, material: Material) -> Result<(), MaterialError> {
        let name = material.name.clone();
        let held: u64 = self.context.iter().map(|material| material.bytes).sum();
        if held.saturating_add(material.bytes) > TOTAL_BYTES_MAX {
            return Err(MaterialError::TooMuch { name });
        }
        if self.context.len() == FILES_MAX {
            return Err(MaterialError::TooMany { name });
        }
        self.context.push(material);
        Ok(())
    }

    fn file(&mut self, path: &Path, root: &Path, given: &str, guard: Guard) -> Result<(), MaterialError> {
        let name = || given.to_owned();
        if guard == Guard::Refuse && (looks_secret(path) || leads_to_secret(path)) {
            return Err(MaterialError::SecretFile { name: name() });
        }
        let decoded = decoded(&read(path, given)?, given)?;
        if decoded.text.trim().is_empty() {
            return Err(MaterialError::Empty { name: name() });
        }
        self.once(path, root, given, &decoded)
    }

    fn folder(&mut self, folder: &Path, root: &Path, given: &str, guard: Guard) -> Result<(), MaterialError> {
        let before = self.seen.len();
        for entry in walk(folder) {
            let entry = entry.map_err(|error| MaterialError::Unreadable {
                name: given.to_owned(),
                source: io::Error::other(error.to_string()),
            })?;
            let path = entry.path();
            let kind = entry.file_type();
            if kind.is_none_or(|kind| kind.is_dir()) {
                continue;
            }
            let shown = shown(path, folder, given);
            let decoded = match kind.and_then(|kind| left_out(kind, path, guard)) {
                Some(why) => Err(why.to_owned()),
                None => match decoded(&read(path, &shown)?, &shown) {
                    Err(MaterialError::Undecodable { source, .. }) => Err(format!("it is {source}")),
                    read => Ok(read?),
                },
            };
            match decoded {
                Ok(decoded) if decoded.text.trim().is_empty() => {}
                Ok(decoded) => self.once(path, root, &shown, &decoded)?,
                Err(why) => self.warnings.push(format!("{shown} is left out: {why}")),
            }
        }
        if self.seen.len() == before {
            return Err(MaterialError::Empty { name: given.to_owned() });
        }
        Ok(())
    }

    /// Adds a file's text under its path from the project's folder, unless that has been done.
    fn once(&mut self, path: &Path, root: &Path, given: &str, decoded: &Decoded) -> Result<(), MaterialError> {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (name, origin) = match real.strip_prefix(root).ok().and_then(slashed) {
            Some(name) => (name, Origin::File),
            None => (given.to_owned(), Origin::Outside),
        };
        if !self.seen.insert(real) {
            return Ok(());
        }
        self.warnings.extend(decoded.warning(given));
        self.push(Material::new(name, origin, &decoded.text))
    }
}

/// Whether a link's name hides that it leads to secrets.
fn leads_to_secret(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|real| looks_secret(&real))
}

/// The files of a folder by path, as git would show them.
pub(super) fn walk(folder: &Path) -> ignore::Walk {
    // What git would show of the folder, hidden files included, whether or not it is a repository.
    WalkBuilder::new(folder)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .sort_by_file_path(|a, b| a.cmp(b))
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
}

/// Why what stands in a folder is left out of it, if that shows from outside.
pub(super) fn left_out(kind: FileType, path: &Path, guard: Guard) -> Option<&'static str> {
    if kind.is_symlink() {
        Some("it is a link")
    } else if !kind.is_file() {
        Some("it is no file")
    } else if guard == Guard::Refuse && looks_secret(path) {
        Some("secrets are kept in such files")
    } else {
        None
    }
}

/// A path below a folder as a person who gave that folder would write it.
fn shown(path: &Path, folder: &Path, given: &str) -> String {
    match path.strip_prefix(folder) {
        Ok(below) => Path::new(given).join(below).display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

/// A relative path with `/` between its parts; `None` where it has no name or none in Unicode.
pub(super) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
}

/// Reads one byte more than is taken, so that what is too large is refused without reading all of it.
fn read(path: &Path, name: &str) -> Result<Vec<u8>, MaterialError> {
    let file = File::open(path).map_err(|source| MaterialError::Unreadable { name: name.to_owned(), source })?;
    limited(file, name)
}

/// Reads at most [`FILE_BYTES_MAX`] bytes.
pub(super) fn limited(source: impl Read, name: &str) -> Result<Vec<u8>, MaterialError> {
    let mut bytes = Vec::new();
    let read = source.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|source| MaterialError::Unreadable { name: name.to_owned(), source })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(MaterialError::TooLarge { name: name.to_owned() });
    }
    Ok(bytes)
}

/// Decodes a text of at most [`FILE_BYTES_MAX`] bytes in UTF-8.
pub(super) fn decoded(bytes: &[u8], name: &str) -> Result<Decoded, MaterialError> {
    let decoded = decode(bytes).map_err(|source| MaterialError::Undecodable { name: name.to_owned(), source })?;
    if decoded.text.len() as u64 > FILE_BYTES_MAX {
        return Err(MaterialError::TooLarge { name: name.to_owned() });
    }
    Ok(decoded)
}

fn from_input(source: impl Read) -> Result<Decoded, MaterialError> {
    let decoded = decoded(&limited(source, INPUT_TITLE)?, INPUT_TITLE)?;
    if decoded.text.trim().is_empty() {
        return Err(MaterialError::Empty { name: INPUT_TITLE.to_owned() });
    }
    Ok(decoded)
}
