//! Persona files: found, parsed, checked. One Markdown file each: front matter, and below it what the persona is told.
//!
//! Must never run anything a file says. Like a mode, a file comes from whoever wrote it, and is refused in bounded time.

mod find;
mod parse;

use serde::Deserialize;
use thiserror::Error;

pub use crate::personas::find::{Found, Listed, find, list};

use crate::modes::{self, ModeError};

/// The personas that come with the program, as name and source, in the order in which they are listed.
const BUILT_IN: &[(&str, &str)] = &[
    ("architect", include_str!("../../personas/architect.md")),
    ("engineer", include_str!("../../personas/engineer.md")),
    ("security", include_str!("../../personas/security.md")),
    ("sre", include_str!("../../personas/sre.md")),
    ("qa", include_str!("../../personas/qa.md")),
    ("data", include_str!("../../personas/data.md")),
];

/// The file that `personas new` starts from; holds `STARTER_NAME` where the persona's name belongs.
const STARTER: &str = include_str!("starter.md");
const STARTER_NAME: &str = "my-persona";

/// A persona as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonaFile {
    /// Its name on the command line.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it looks at, in a line.
    pub description: String,
    /// Which provider plays it; `None` for any.
    pub provider: Option<String>,
    /// Which of that provider's models; `None` for the one that is set.
    pub model: Option<String>,
    /// Alias of the keys it is asked with; `None` for those of all personas.
    pub key: Option<String>,
    /// What it may use.
    pub tools: Vec<Toolset>,
    /// What it may take.
    pub limits: Limits,
    /// What it is told.
    pub told: String,
}

/// Tools that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Toolset {
    /// Searches, lists and reads the reference documents.
    Documents,
    /// Searches the web, where that is asked for and its provider can.
    WebSearch,
}

/// What one call of a persona may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Output tokens of one reply, 200–64,000.
    pub output_tokens: u32,
    /// Rounds of tool calls before it has to answer, 1–20.
    pub tool_rounds: u32,
    /// Bytes that it is shown of the documents, 1,024–1,048,576.
    pub document_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output_tokens: 8_000, tool_rounds: 8, document_bytes: 128 * 1024 }
    }
}

/// Why there is no persona.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PersonaError {
    /// Its file cannot be read, or does not hold one.
    #[error(transparent)]
    File(#[from] ModeError),
    /// No persona has this name.
    #[error("unknown persona `{}`{}", modes::text::quotable(name), modes::hint(suggestion.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
}

/// Reads one persona and checks it. `file_label` names the text in errors.
///
/// # Errors
/// [`PersonaError::File`], with the place, for what is no valid persona or too large.
pub fn parse(source: &str, file_label: &str) -> Result<PersonaFile, PersonaError> {
    Ok(parse::parse(source, file_label, None)?)
}

/// A commented persona to start from, called `name`, which must satisfy [`modes::is_name`].
pub fn template(name: &str) -> String {
    STARTER.replace(STARTER_NAME, name)
}
