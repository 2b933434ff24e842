//! Export: a session's log as text. One pure function per format, all over the same record.
//!
//! Must never ask a model, read a clock, or add anything that is not in the log.

mod address;
pub mod adr;
pub mod html;
pub mod json;
pub mod markdown;
pub mod record;
pub mod text;
mod wording;

use std::path::Path;

use crate::debate::history::History;

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
}

impl Format {
    /// Every format with its name and the file endings that choose it.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 5] = [
        (Self::Text, "text", &["txt"]),
        (Self::Markdown, "markdown", &["md", "markdown"]),
        (Self::Adr, "adr", &["adr.md"]),
        (Self::Html, "html", &["html", "htm"]),
        (Self::Json, "json", &["json"]),
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

/// Writes `history` down. Ends with a line feed; the same log gives the same bytes.
pub fn render(history: &History, format: Format) -> String {
    let record = record::record(history);
    match format {
        Format::Text => text::render(&record),
        Format::Markdown => markdown::render(&record),
        Format::Adr => adr::render(&record),
        Format::Html => html::render(&record, history),
        Format::Json => json::render(&record),
    }
}
