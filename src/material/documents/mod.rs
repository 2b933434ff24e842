//! Reference documents: the texts of one folder, searched, listed and read by models.
//!
//! Must never open a file because a model asks for it: all texts are read when the folder is opened, and whatever is asked for
//! is looked up among them.

mod document;
mod index;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

pub use crate::material::documents::document::Document;
pub use crate::material::documents::index::Passage;

use crate::material::decode::decode;
use crate::material::documents::index::Index;
use crate::material::error::MaterialError;
use crate::material::gather::{left_out, limited, slashed, walk};
use crate::material::guard::Guard;
use crate::material::limits::FILE_BYTES_MAX;
use crate::material::secrets::{Held, findings};

/// Most documents of a folder.
const DOCUMENTS_MAX: usize = 2_000;
/// Largest text of all documents, in bytes.
const DOCUMENTS_BYTES_MAX: usize = 16 << 20;

/// The documents of a folder, as they stood when it was opened.
#[derive(Debug)]
pub struct Documents {
    documents: Vec<Document>,
    index: Index,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

impl Documents {
    /// Reads the documents of a folder by the rules of `.gitignore`. Links are not followed, and what is no text, no plain file,
    /// too large, or a file that secrets are kept in is left out. One that holds what looks like a secret is there, but withheld.
    ///
    /// # Errors
    /// [`MaterialError::Unreadable`] when it is no folder, or cannot be listed.
    pub fn open(folder: &Path, guard: Guard, held: &[Held<'_>]) -> Result<Self, MaterialError> {
        let name = folder.display().to_string();
        let unreadable = |source| MaterialError::Unreadable { name: name.clone(), source };
        let root = fs::canonicalize(folder).map_err(unreadable)?;
        if !fs::metadata(&root).map_err(unreadable)?.is_dir() {
            return Err(unreadable(io::Error::from(io::ErrorKind::NotADirectory)));
        }
        let (mut documents, mut warnings, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut omitted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in walk(&root) {
            let entry = entry.map_err(|error| unreadable(io::Error::other(error.to_string())))?;
            let below = entry.path().strip_prefix(&root).ok().and_then(slashed);
            let (Some(kind), Some(path)) = (entry.file_type(), below) else { continue };
            if kind.is_dir() {
                continue;
            }
            let text = match left_out(kind, entry.path(), guard) {
                Some(why) => Err(Some(why.to_owned())),
                None => text(entry.path(), &path, &mut warnings),
            };
            let text = match text {
                Ok(text) => text,
                Err(why) => {
                    why.into_iter().for_each(|why| omitted.entry(why).or_default().push(path.clone()));
                    continue;
                }
            };
            bytes += text.len();
            if documents.len() == DOCUMENTS_MAX || bytes > DOCUMENTS_BYTES_MAX {
                warnings.push(format!("{path} and what follows is left out: the folder holds too much"));
                break;
            }
            let found = if guard == Guard::Refuse { findings(&text, held) } else { Vec::new() };
            let text = match found.first() {
                None => Ok(text),
                Some(found) => Err(format!("line {} looks like {}", found.line, found.kind)),
            };
            documents.push(Document { path, text });
        }
        warnings.extend(omitted.iter().map(|(why, paths)| told_omitted(why, paths)));
        let index = Index::of(&documents);
        Ok(Self { documents, index, warnings })
    }

    /// Every document, by path.
    pub fn all(&self) -> &[Document] {
        &self.documents
    }

    /// The document of exactly this path.
    pub fn find(&self, path: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.path == path)
    }

    /// The passages that have most to do with some words, best first, at most `most`. None of a document that is withheld.
    pub fn search(&self, words: &str, most: usize) -> Vec<Passage<'_>> {
        self.index.search(words, most, &self.documents)
    }
}

/// Whether a folder is within another one, links followed.
pub fn lies_in(folder: &Path, around: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(folder).starts_with(real(around))
}

/// One line for all that is left out for the same reason: a folder may hold a picture for each of its pages.
fn told_omitted(why: &str, paths: &[String]) -> String {
    match paths {
        [first, _, ..] => format!("{first} and {} more are left out: {why}", paths.len() - 1),
        [] | [_] => format!("{} is left out: {why}", paths.concat()),
    }
}

/// Reads a document; otherwise why it is left out, where that has not been told: a file without a word says nothing.
fn text(path: &Path, name: &str, warnings: &mut Vec<String>) -> Result<String, Option<String>> {
    let bytes =
        match plain(path).and_then(|file| limited(file, name).map_err(|error| io::Error::other(error.to_string()))) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = if error.kind() == io::ErrorKind::Other {
                    format!("it holds more than {} KiB", FILE_BYTES_MAX / 1024)
                } else {
                    error.to_string()
                };
                warnings.push(format!("{name} is left out: {why}"));
                return Err(None);
            }
        };
    match decode(&bytes) {
        Ok(decoded) if decoded.text.trim().is_empty() => Err(None),
        Ok(decoded) => {
            warnings.extend(decoded.warning(name));
            Ok(decoded.text)
        }
        Err(why) => Err(Some(format!("it is {why}"))),
    }
}

/// Opens a plain file, whatever has taken its place since the folder was looked at: a link is not followed, and a pipe not
/// waited for.
fn plain(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    Ok(file)
}
