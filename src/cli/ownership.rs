//! Whose a file is, and how it is written: all of it or nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::cli::written::{Known, Written};
use crate::error::Failure;
use crate::export::{adr, origin};

/// Most links that lead from one to the next, as the system follows them.
pub(super) const LINKS_MAX: usize = 40;

/// Whose files may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Those that this program wrote.
    Own,
    /// Any.
    Any,
}

/// What people may change in a file of the program's without making it their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theirs {
    /// Nothing.
    Nothing,
    /// How a decision record stands among others, which is read from it and written into it again.
    Standing,
}

impl Theirs {
    /// The text without what is theirs.
    pub(super) fn taken_out(self, text: &str) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Standing => Some(adr::without_standing(text)),
        }
    }
}

impl Over {
    /// What `--force` stands for.
    pub(crate) fn forced(force: bool) -> Self {
        if force { Self::Any } else { Self::Own }
    }
}

/// Refuses a file that somebody else wrote, or wrote in, and one that cannot be written. Pipes and devices hold nothing that could
/// be lost.
pub(super) fn check_owner(path: &Path, over: Over, (theirs, written): (Theirs, &Written)) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::usage(format!("cannot write {}: {error}", path.display()))
            .with_hint("choose a place that you may write to")
    };
    let known = match fs::metadata(path) {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::NotFound => return try_folder(path).map_err(cannot),
        Err(error) => return Err(cannot(error)),
    };
    if !known.is_file() {
        return Ok(());
    }
    if known.permissions().readonly() {
        return Err(cannot(io::Error::from(ErrorKind::PermissionDenied)));
    }
    try_folder(path).map_err(cannot)?;
    if over == Over::Any {
        return Ok(());
    }
    let bytes = fs::read(path).map_err(cannot)?;
    if str::from_utf8(&bytes).is_ok_and(|text| is_ours(path, text, (theirs, written))) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is there already, and holds more than a record of roundtable's", path.display()))
        .with_hint("choose another name, or replace it with --force"))
}

/// Whether nobody added to a text since the program wrote it. Where the program wrote to this path, what it wrote there tells;
/// elsewhere the form of the text does, so that a record from another machine can be replaced.
pub(super) fn is_ours(path: &Path, text: &str, (theirs, written): (Theirs, &Written)) -> bool {
    match written.known(path, text) {
        Known::Text => true,
        Known::Place => {
            let bare = theirs.taken_out(text);
            text.trim().is_empty() || bare.is_some_and(|bare| written.known(path, &bare) == Known::Text)
        }
        Known::Nothing => origin::is_ours(text),
    }
}

/// Fails where no file can be made beside this one.
pub(super) fn try_folder(path: &Path) -> io::Result<()> {
    let draft = draft(&followed(path));
    OpenOptions::new().write(true).create_new(true).open(&draft)?;
    fs::remove_file(&draft)
}

/// Replaces a file's content in one step, so that nobody reads half a record. A link stays a link, and a file keeps its rights.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let known = fs::metadata(path).ok();
    // A pipe or a device is written to as it is.
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        return fs::write(path, text);
    }
    let path = followed(path);
    let draft = draft(&path);
    let keep_rights = || known.as_ref().map_or(Ok(()), |known| fs::set_permissions(&draft, known.permissions()));
    let written = fs::write(&draft, text).and_then(|()| keep_rights()).and_then(|()| fs::rename(&draft, &path));
    if written.is_err() {
        fs::remove_file(&draft).ok();
    }
    written
}

/// Where a path leads, links followed, also to a file that is not there yet.
pub(super) fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(target) = fs::read_link(&path) else { return path };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A file beside another one, of this process alone.
pub(super) fn draft(path: &Path) -> PathBuf {
    path.with_file_name(format!(".roundtable-{}.tmp", std::process::id()))
}
