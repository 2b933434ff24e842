//! Mode files: found, parsed, checked. A file comes from whoever wrote it, so it is refused in bounded time and memory.
//!
//! Must never run anything a file says, and never hand out a mode that breaks a promise of [`Mode`].

mod built_in;
pub(crate) mod check;
pub(crate) mod error;
pub(crate) mod files;
mod find;
pub(crate) mod flaw;
mod nearest;
mod panel;
pub(crate) mod parse;
mod phases;
pub(crate) mod places;
pub(crate) mod text;
pub(crate) mod yaml;

use serde_json::Value;

pub use crate::modes::built_in::is_built_in;
pub use crate::modes::error::ModeError;
pub use crate::modes::files::{label, read};
pub use crate::modes::find::{Folders, Found, Listed, Origin, find, list};
pub use crate::modes::nearest::nearest;
pub use crate::modes::places::Place;
pub use crate::modes::text::SLUG_CHARS_MAX as NAME_CHARS_MAX;
pub use crate::modes::yaml::{FILE_BYTES_MAX, FileKind, Source};

use crate::debate::mode::Mode;

/// The file that `modes new` starts from; holds `STARTER_NAME` where the mode's name belongs.
const STARTER: &str = include_str!("starter.yaml");
const STARTER_NAME: &str = "my-mode";

/// Reads one mode from YAML and checks it. `file_label` names the text in errors.
///
/// # Errors
/// [`ModeError::Invalid`], with the place, for what is no valid mode. [`ModeError::Unreadable`] for a text that is too
/// large.
pub fn parse(source: &str, file_label: &str) -> Result<Mode, ModeError> {
    parse::parse(source, file_label, None)
}

/// Whether `text` can name a mode: 1–60 lower-case letters, digits and single dashes, a letter first.
pub fn is_name(text: &str) -> bool {
    text::is_slug(text)
}

/// The JSON Schema of a mode file, generated from the types. A file that fits it may still fail the checks of
/// [`parse`].
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Mode);
    schema.insert("$id".to_owned(), "urn:roundtable:mode".into());
    schema.insert("title".to_owned(), "Mode file".into());
    schema.into()
}

/// A commented mode to start from, called `name`, which must satisfy [`is_name`].
pub fn template(name: &str) -> String {
    STARTER.replace(STARTER_NAME, name)
}
