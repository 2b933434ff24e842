//! The tools of a persona: what it asks of the reference documents, and what it is shown.
//!
//! Must never fail a talk: whatever is wrong with a call goes back to the model in words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::debate::prompt::quote;
use crate::debate::text;
use crate::material::{Document, Documents};
use crate::providers::talk::{Tool, ToolCall};

const LIST: &str = "list_documents";
const SEARCH: &str = "search_documents";
const READ: &str = "read_document";

/// Most passages of one search.
const PASSAGES_MAX: usize = 8;
/// Most that is shown of one of them, in bytes.
const PASSAGE_BYTES_MAX: usize = 3 * 1024;
/// Most documents in one list.
const LISTED_MAX: usize = 200;
/// Most that one call shows, in bytes.
const SHOWN_BYTES_MAX: usize = 32 * 1024;
/// Calls that are heeded of those made at once.
const CALLS_MAX: usize = 8;
/// Longest word of a call that is repeated, in characters.
const REPEATED_CHARS_MAX: usize = 120;

/// The documents of one talk, and how much of them may still be shown.
pub(super) struct Desk<'a> {
    documents: &'a Documents,
    nonce: quote::Mark,
    /// Bytes that may still be shown.
    pub(super) bytes_left: usize,
    /// Paths of the documents that were shown, in part or whole.
    pub(super) shown: BTreeSet<String>,
    /// Calls that were made.
    pub(super) calls: u32,
}

/// The tools that are offered.
pub(super) fn tools() -> [Tool; 3] {
    [
        Tool {
            name: LIST,
            about: "Lists the reference documents with their sizes and titles.",
            parameters: parameters(json!({
                "under": { "type": "string", "description": "Only those whose path begins with this, such as api/; empty for all" },
            })),
        },
        Tool {
            name: SEARCH,
            about: "Searches the reference documents and shows the passages that fit best, each with its path and line.",
            parameters: parameters(json!({
                "query": { "type": "string", "description": "The words to look for" },
            })),
        },
        Tool {
            name: READ,
            about: "Shows a reference document, or as much of it as fits, from a line on.",
            parameters: parameters(json!({
                "path": { "type": "string", "description": "Its path, as the other tools name it" },
                "from_line": { "type": "integer", "description": "The first line to show, from 1" },
            })),
        },
    ]
}

fn parameters(properties: Value) -> Value {
    let required: Vec<String> = properties.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

impl<'a> Desk<'a> {
    pub(super) fn new(documents: &'a Documents, nonce: quote::Mark, bytes_max: u32) -> Self {
        Self { documents, nonce, bytes_left: bytes_max as usize, shown: BTreeSet::new(), calls: 0 }
    }

    /// Whether nothing more may be shown.
    pub(super) fn is_spent(&self) -> bool {
        self.bytes_left == 0
    }

    /// What comes of calls made at once, each in words, in `room` bytes all together.
    pub(super) fn answer(&mut self, calls: &[ToolCall], room: usize) -> Vec<String> {
        let mut room = room.min(self.bytes_left);
        let answer = |(place, call): (usize, &ToolCall)| {
            if place >= CALLS_MAX {
                return format!("Not done: at most {CALLS_MAX} calls are heeded at once.");
            }
            self.calls += 1;
            let found = self.run(call).unwrap_or_else(|problem| problem);
            within(found, &mut room, &mut self.bytes_left)
        };
        calls.iter().enumerate().map(answer).collect()
    }

    fn run(&mut self, call: &ToolCall) -> Result<String, String> {
        let arguments = call.arguments.as_ref().map_err(|written| {
            let written = text::clip(written, REPEATED_CHARS_MAX);
            format!("The arguments are no JSON object, and nothing was done: `{written}`.")
        })?;
        match call.name.as_str() {
            LIST => {
                known(arguments, &["under"])?;
                Ok(self.list(optional(arguments, "under")?.unwrap_or_default()))
            }
            SEARCH => {
                known(arguments, &["query"])?;
                self.search(optional(arguments, "query")?.ok_or("`query` is missing.")?)
            }
            READ => {
                known(arguments, &["path", "from_line"])?;
                let path = optional(arguments, "path")?.ok_or("`path` is missing.")?;
                self.read(path, line(arguments)?)
            }
            other => {
                let name = text::clip(other, REPEATED_CHARS_MAX);
                Err(format!("There is no tool `{name}`. There are {LIST}, {SEARCH} and {READ}."))
            }
        }
    }

    fn list(&self, under: &str) -> String {
        let fitting: Vec<&Document> =
            self.documents.all().iter().filter(|document| document.path.starts_with(under)).collect();
        let lines = fitting.iter().take(LISTED_MAX).map(|document| match &document.text {
            Ok(text) => format!("{} ({} bytes): {}", document.path, text.len(), title(text)),
            Err(why) => format!("{} (withheld: {why})", document.path),
        });
        let lines: Vec<String> = lines.collect();
        let more = match fitting.len().saturating_sub(LISTED_MAX) {
            0 => String::new(),
            more => format!("\nAnd {more} more: ask for those under a folder, or search."),
        };
        match fitting.len() {
            0 => "There is no such document.".to_owned(),
            1 => quote::fence_supplied(&self.nonce, &lines.join("\n")),
            count => format!("{count} documents.\n{}{more}", quote::fence_supplied(&self.nonce, &lines.join("\n"))),
        }
    }

    fn search(&mut self, query: &str) -> Result<String, String> {
        if text::is_blank(query) {
            return Err("`query` is empty: give the words to look for.".to_owned());
        }
        let found = self.documents.search(query, PASSAGES_MAX);
        if found.is_empty() {
            return Ok("No passage has any of these words. Try others, or list the documents.".to_owned());
        }
        let mut told = "The passages that fit best, the best first.".to_owned();
        for passage in found {
            let place = format!("\n\n{}, line {}:\n", passage.path, passage.line);
            // Passages end with a line, and a line may be the whole document.
            let shown = place + &quote::fence_supplied(&self.nonce, &beginning(passage.text, PASSAGE_BYTES_MAX));
            if told.len() + shown.len() > SHOWN_BYTES_MAX {
                continue;
            }
            told.push_str(&shown);
            self.shown.insert(passage.path.to_owned());
        }
        Ok(told)
    }

    fn read(&mut self, path: &str, from: usize) -> Result<String, String> {
        // Looked up among the documents that are there, so that no path can lead anywhere else.
        let Some(document) = self.documents.find(path) else {
            let path = text::clip(path, REPEATED_CHARS_MAX);
            return Err(format!("There is no document `{path}`. {LIST} tells which there are."));
        };
        let whole = document.text.as_ref().map_err(|why| format!("{path} is withheld: {why}."))?;
        let count = whole.lines().count();
        let (mut shown, mut last) = (String::new(), from.saturating_sub(1));
        for line in whole.lines().skip(last) {
            if shown.len() + line.len() > SHOWN_BYTES_MAX && !shown.is_empty() {
                break;
            }
            shown.push_str(line);
            shown.push('\n');
            last += 1;
        }
        if shown.is_empty() {
            return Err(format!("{path} has {count} lines, and none from line {from} on."));
        }
        self.shown.insert(path.to_owned());
        let more = if last < count { format!("; go on with from_line {}", last + 1) } else { String::new() };
        Ok(format!("{path}, lines {from} to {last} of {count}{more}:\n{}", quote::fence_supplied(&self.nonce, &shown)))
    }
}

/// Cuts what is shown to the room that there is, of which it takes its part.
fn within(mut found: String, room: &mut usize, bytes_left: &mut usize) -> String {
    let end = (0..=found.len().min(*room)).rev().find(|end| found.is_char_boundary(*end)).unwrap_or(0);
    let is_whole = end == found.len();
    let taken = if is_whole { end } else { *room };
    *room -= taken;
    *bytes_left -= taken;
    found.truncate(end);
    if is_whole { found } else { found + "\n[cut off: no more of the documents can be shown]" }
}

/// At most so many bytes of a text, with a mark where it is cut.
fn beginning(whole: &str, bytes_max: usize) -> Cow<'_, str> {
    if whole.len() <= bytes_max {
        return Cow::Borrowed(whole);
    }
    let end = (0..=bytes_max).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned(format!("{} […]", &whole[..end]))
}

/// The first line that says something, as a heading or not.
fn title(whole: &str) -> String {
    let first = whole.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty());
    text::clip(first.unwrap_or_default(), 80)
}

/// Refuses arguments that the tool does not have.
fn known(arguments: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match arguments.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => {
            let other = text::clip(other, REPEATED_CHARS_MAX);
            Err(format!("There is no argument `{other}`. There are {}.", names.join(" and ")))
        }
    }
}

fn optional<'v>(arguments: &'v Map<String, Value>, name: &str) -> Result<Option<&'v str>, String> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            Err(format!("`{name}` must be a text, and is {}.", text::clip(&other.to_string(), REPEATED_CHARS_MAX)))
        }
    }
}

fn line(arguments: &Map<String, Value>) -> Result<usize, String> {
    match arguments.get("from_line") {
        None | Some(Value::Null) => Ok(1),
        Some(given) => {
            let line = given.as_u64().and_then(|line| usize::try_from(line).ok()).filter(|line| *line > 0);
            line.ok_or_else(|| {
                format!(
                    "`from_line` must be a whole number from 1, and is {}.",
                    text::clip(&given.to_string(), REPEATED_CHARS_MAX)
                )
            })
        }
    }
}
