//! Export: a session's log as text. One pure function per format; all but the log itself over the same record.
//!
//! Must never ask a model, read a clock, or add anything that is not in the log.

pub mod diff;
pub mod estimate;
pub mod json;
pub mod markdown;
pub mod ndjson;
pub mod record;
pub mod schema;
pub mod story;
pub mod text;
pub mod usage;
pub mod views;

use std::path::Path;

use crate::debate::event::Logged;
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
    /// The event log itself.
    Ndjson,
}

impl Format {
    /// Every format with its name and the file endings that choose it.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 4] = [
        (Self::Text, "text", &["txt"]),
        (Self::Markdown, "markdown", &["md", "markdown"]),
        (Self::Json, "json", &["json"]),
        (Self::Ndjson, "ndjson", &["ndjson", "jsonl"]),
    ];

    /// The format that a file's ending stands for.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_lowercase();
        Self::ALL.iter().find(|(_, _, endings)| endings.contains(&ending.as_str())).map(|(format, _, _)| *format)
    }
}

/// Writes a session down: `history`, or the `log` that it was folded from. Ends with a line feed; the same log gives the same
/// bytes.
pub fn render(history: &History, log: &[Logged], format: Format) -> String {
    match format {
        Format::Text => text::render(&record::record(history)),
        Format::Markdown => markdown::render(&record::record(history)),
        Format::Json => json::render(&record::record(history)),
        Format::Ndjson => ndjson::write(log),
    }
}
