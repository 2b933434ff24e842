//! Export: a session's log as text. One pure function per format, all over the same record.
//!
//! Must never ask a model, read a clock, or add anything that is not in the log.

pub mod diff;
pub mod json;
pub mod markdown;
pub mod record;
pub mod schema;
pub mod text;

use std::path::Path;

use crate::debate::history::History;

/// A way to write a session down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: the decision first.
    Text,
    /// For a pull request.
    Markdown,
    /// For programs: the whole record.
    Json,
}

impl Format {
    /// Every format with its name and the file endings that choose it.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 3] = [
        (Self::Text, "text", &["txt"]),
        (Self::Markdown, "markdown", &["md", "markdown"]),
        (Self::Json, "json", &["json"]),
    ];

    /// The format that a file's ending stands for.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_lowercase();
        Self::ALL.iter().find(|(_, _, endings)| endings.contains(&ending.as_str())).map(|(format, _, _)| *format)
    }
}

/// Writes `history` down. Ends with a line feed; the same log gives the same bytes.
pub fn render(history: &History, format: Format) -> String {
    let record = record::record(history);
    match format {
        Format::Text => text::render(&record),
        Format::Markdown => markdown::render(&record),
        Format::Json => json::render(&record),
    }
}
