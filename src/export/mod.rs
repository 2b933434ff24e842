//! Export: a session's log as text. One pure function per format; all but the log itself over the same record.
//!
//! Must never ask a model, read a clock, or add anything that is not in the log.

pub mod absence;
pub mod abstention;
mod address;
pub mod adr;
pub mod ballot;
pub mod bench;
mod closing;
pub mod cut_short;
pub mod diff;
pub(crate) mod escaping;
pub mod estimate;
pub mod fallbacks;
pub(crate) mod figures;
pub mod html;
pub mod json;
pub mod markdown;
pub mod ndjson;
pub mod origin;
pub(crate) mod phrases;
pub mod premises;
pub mod progress;
pub mod record;
pub mod schema;
pub mod story;
pub mod text;
pub mod unheard;
pub mod unread;
pub mod usage;
pub mod views;
mod wording;

use std::path::Path;

use crate::debate::event::Logged;
use crate::debate::history::History;
use crate::debate::text::shown;

/// A way to write a session down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: the decision first.
    Text,
    /// For a pull request.
    Markdown,
    /// A decision record for a folder of them.
    Adr,
    /// A page to look at, in one file.
    Html,
    /// For programs: the whole record.
    Json,
    /// The event log itself.
    Ndjson,
}

impl Format {
    /// Every format with its name and the file endings that choose it.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 6] = [
        (Self::Text, "text", &["txt"]),
        (Self::Markdown, "markdown", &["md", "markdown"]),
        (Self::Adr, "adr", &["adr.md"]),
        (Self::Html, "html", &["html", "htm"]),
        (Self::Json, "json", &["json"]),
        (Self::Ndjson, "ndjson", &["ndjson", "jsonl"]),
    ];

    /// The format that a file's ending stands for: the longest ending that fits.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_lowercase();
        let fits = |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
        let endings = Self::ALL.iter().flat_map(|(format, _, endings)| endings.iter().map(move |e| (*format, *e)));
        let fitting = endings.filter(|(_, ending)| fits(ending));
        fitting.max_by_key(|(_, ending)| ending.len()).map(|(format, _)| format)
    }
}

/// Writes a session down: `history`, or the `log` that it was folded from. Ends with a line feed; the same log gives the same
/// bytes.
pub fn render(history: &History, log: &[Logged], format: Format) -> String {
    match format {
        Format::Text => shown(&text::render(&record::record(history))),
        Format::Markdown => shown(&markdown::render(&record::record(history))),
        Format::Adr => adr::render(&record::record(history)),
        Format::Html => html::render(&record::record(history), history),
        Format::Json => json::render(&record::record(history)),
        Format::Ndjson => ndjson::write(log),
    }
}
