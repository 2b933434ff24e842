//! What a persona file says, and which ones come with the program.

use serde::Deserialize;
use thiserror::Error;

use crate::modes::{self, ModeError};

/// The personas that come with the program, as name and source, in the order in which they are listed.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("architect", include_str!("../../personas/architect.md")),
    ("engineer", include_str!("../../personas/engineer.md")),
    ("security", include_str!("../../personas/security.md")),
    ("sre", include_str!("../../personas/sre.md")),
    ("qa", include_str!("../../personas/qa.md")),
    ("data", include_str!("../../personas/data.md")),
];

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
    #[error("unknown persona `{}`{}", modes::text::quotable(name), modes::error::hint(suggestion.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
}
