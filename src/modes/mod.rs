//! Mode files: found, parsed, checked. A file comes from whoever wrote it, so it is refused in bounded time and memory.
//!
//! Must never run anything a file says, and never hand out a mode that breaks a promise of [`Mode`].

pub(crate) mod check;
pub(crate) mod files;
mod find;
mod nearest;
mod panel;
pub(crate) mod parse;
mod phases;
pub(crate) mod places;
pub(crate) mod text;
pub(crate) mod yaml;

use serde_json::Value;
use thiserror::Error;

use crate::debate::mode::Mode;

pub use crate::modes::files::{label, read};
pub use crate::modes::find::{Folders, Found, Listed, Origin, find, list};
pub use crate::modes::nearest::nearest;
pub use crate::modes::places::Place;
pub use crate::modes::text::SLUG_CHARS_MAX as NAME_CHARS_MAX;
pub use crate::modes::yaml::{FileKind, Source};

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// The modes that come with the program, as name and source, in the order in which they are listed.
const BUILT_IN: &[(&str, &str)] = &[
    ("collaborative", include_str!("../../modes/collaborative.yaml")),
    ("adversarial", include_str!("../../modes/adversarial.yaml")),
    ("socratic", include_str!("../../modes/socratic.yaml")),
    ("expert-panel", include_str!("../../modes/expert-panel.yaml")),
    ("devils-advocate", include_str!("../../modes/devils-advocate.yaml")),
    ("delphi", include_str!("../../modes/delphi.yaml")),
    ("red-team-blue-team", include_str!("../../modes/red-team-blue-team.yaml")),
    ("vote", include_str!("../../modes/vote.yaml")),
    ("council", include_str!("../../modes/council.yaml")),
    ("premortem", include_str!("../../modes/premortem.yaml")),
    ("six-hats", include_str!("../../modes/six-hats.yaml")),
    ("oxford", include_str!("../../modes/oxford.yaml")),
];

/// The file that `modes new` starts from; holds `STARTER_NAME` where the mode's name belongs.
const STARTER: &str = include_str!("starter.yaml");
const STARTER_NAME: &str = "my-mode";

/// Why there is no mode, or why another YAML file that people write cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModeError {
    /// The text is not what it should be.
    #[error("{file}:{}:{}: {message}{}", place.line, place.column, hint(suggestion.as_deref()))]
    Invalid {
        /// The file, as the user would name it.
        file: String,
        /// Where the offending value stands.
        place: Place,
        /// What is wrong with it; one line, no control characters.
        message: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
    /// The file cannot be read, or is not one to read.
    #[error("{file}: {message}")]
    Unreadable {
        /// The file, as the user would name it.
        file: String,
        /// Why not.
        message: String,
    },
    /// No mode has this name.
    #[error("unknown mode `{}`{}", text::quotable(name), hint(suggestion.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
}

/// Words the name that was most likely meant, for the end of a message.
pub(crate) fn hint(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

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

/// Whether a mode of this name comes with the program.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
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
