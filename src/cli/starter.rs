//! Files to start from: a mode's, a persona's. Never over one that is there.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::cli::output;
use crate::error::Failure;

/// A file to be written.
pub(crate) struct Starter<'a> {
    /// What it begins with.
    pub(crate) source: &'a str,
    /// Where the user wants it; `None` for the folder's place.
    pub(crate) output: Option<&'a Path>,
    /// Where it belongs otherwise.
    pub(crate) place: &'a Path,
    /// The command that checks it.
    pub(crate) check: &'a str,
}

/// Writes it, prints its path and says what to do next.
pub(crate) fn write(starter: &Starter<'_>) -> Result<(), Failure> {
    let path = starter.output.unwrap_or(starter.place);
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already", path.display()))
            .with_hint("choose another name, or --output FILE"),
        _ => Failure::usage(format!("cannot write {}: {error}", path.display())),
    };
    if let (Some(folder), None) = (path.parent(), starter.output) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(starter.source.as_bytes()).map_err(failed)?;
    output::result(&format!("{}\n", path.display()))?;
    output::remark(&format!("edit it, then `{} {}`", starter.check, path.display()));
    Ok(())
}
