//! Persona files: found, parsed, checked. One Markdown file each: front matter, and below it what the persona is told.
//!
//! Must never run anything a file says. Like a mode, a file comes from whoever wrote it, and is refused in bounded time.

mod file;
mod find;
mod parse;

pub use crate::personas::file::{Limits, PersonaError, PersonaFile, Toolset};
pub use crate::personas::find::{Found, Listed, find, list};

/// The file that `personas new` starts from; holds `STARTER_NAME` where the persona's name belongs.
const STARTER: &str = include_str!("starter.md");
const STARTER_NAME: &str = "my-persona";

/// Reads one persona and checks it. `file_label` names the text in errors.
///
/// # Errors
/// [`PersonaError::File`], with the place, for what is no valid persona or too large.
pub fn parse(source: &str, file_label: &str) -> Result<PersonaFile, PersonaError> {
    Ok(parse::parse(source, file_label, None)?)
}

/// A commented persona to start from, called `name`, which must satisfy [`is_name`](crate::modes::is_name).
pub fn template(name: &str) -> String {
    STARTER.replace(STARTER_NAME, name)
}
