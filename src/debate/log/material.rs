//! Material from outside, as a session keeps it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::debate::text;

/// A text that was supplied with the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Material {
    /// Path from the project's folder with `/` between its parts, path as given, `-`, or the command that printed it.
    pub name: String,
    /// Where it came from.
    pub origin: Origin,
    /// SHA-256 of the text as UTF-8, in hexadecimal.
    pub sha256: String,
    /// Length of the text in bytes.
    pub bytes: u64,
    /// The text, with line feeds alone as line ends, so that a checkout with others has the same hash.
    pub text: String,
}

/// Where material came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MaterialOrigin")]
pub enum Origin {
    /// A file in the project's folder.
    File,
    /// A file elsewhere.
    Outside,
    /// Standard input.
    Input,
    /// Changes that git told.
    Diff,
}

/// What the panel is told to take as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assumption {
    /// Its name in the project's `roundtable.yaml`; left out where it was given in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// SHA-256 of the text as UTF-8, in hexadecimal.
    pub sha256: String,
    /// What it says, on one line.
    pub text: String,
}

impl Material {
    /// Takes a text in: line ends become line feeds, and the hash is that of the outcome.
    pub fn new(name: String, origin: Origin, text: &str) -> Self {
        let text = with_line_feeds(text).into_owned();
        Self { name, origin, sha256: sha256(&text), bytes: text.len() as u64, text }
    }
}

impl Assumption {
    /// Takes an assumption in, on one line.
    pub fn new(name: Option<String>, text: &str) -> Self {
        let text = text::line(text);
        Self { name, sha256: sha256(&text), text }
    }
}

/// The SHA-256 in hexadecimal that a text has as material, whatever its line ends.
pub fn hash(text: &str) -> String {
    sha256(&with_line_feeds(text))
}

/// A text with a line feed in the place of each CR LF.
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// The SHA-256 of a text in 64 hexadecimal digits.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
