//! The event log itself, one event a line: seq, at_ms, then the event. What is written can be read back, byte for byte.
//!
//! Must never trust what it reads: a log from elsewhere is somebody's file.

use serde::Deserialize;
use serde_json::Value;

use crate::debate::event::{FORMAT, Logged};
use crate::debate::fold::HistoryError;
use crate::debate::history::History;
use crate::export::json::inert;

/// Longest line that is read, in bytes: a reply of 32 MiB whose every byte is escaped does not occur.
pub const LINE_BYTES_MAX: usize = 64 << 20;
/// Longest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 512 << 20;

/// Why a text is not a session's log.
#[derive(Debug, thiserror::Error)]
pub enum NdjsonError {
    /// There is nothing in it.
    #[error("the log is empty")]
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`].
    #[error("the log has {bytes} bytes, and at most {FILE_BYTES_MAX} are read")]
    FileTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A line is longer than [`LINE_BYTES_MAX`].
    #[error("line {line} has {bytes} bytes, and at most {LINE_BYTES_MAX} are read")]
    LineTooLong {
        /// Which line, from 1.
        line: usize,
        /// Its length.
        bytes: usize,
    },
    /// A line is not JSON.
    #[error("line {line} is not JSON: {source}")]
    NotJson {
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// A line holds no event that this program knows.
    #[error("line {line} holds an unknown event: {}", crate::debate::text::clip(event, 60))]
    UnknownEvent {
        /// Which line, from 1.
        line: usize,
        /// What it calls itself.
        event: String,
    },
    /// A line holds JSON that is not an event.
    #[error("line {line} is not an event: {source}")]
    NotAnEvent {
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The log is of a format that this program does not know.
    #[error("the log has format {found}, and this program knows formats 1 to {FORMAT}")]
    Format {
        /// Its format.
        found: u64,
    },
    /// An event stands where it cannot.
    #[error("line {line}: {source}")]
    Order {
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: HistoryError,
    },
}

/// Writes a log, one event a line, without a character that steers a terminal.
pub fn write(log: &[Logged]) -> String {
    let line = |logged: &Logged| {
        inert(&serde_json::to_string(logged).expect("events hold no map with keys that are not text")) + "\n"
    };
    log.iter().map(line).collect()
}

/// Reads a log back. A byte order mark and blank lines at the end are passed over; an unknown field is not kept.
///
/// # Errors
/// The text is too large or holds no event, or a line holds none. Also fails on events out of order, and on a format
/// that is not known.
pub fn read(text: &str) -> Result<Vec<Logged>, NdjsonError> {
    if text.len() > FILE_BYTES_MAX {
        return Err(NdjsonError::FileTooLarge { bytes: text.len() });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
    let mut log: Vec<Logged> = Vec::new();
    let mut history: Option<History> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let logged = event(line, content)?;
        let placed = match &mut history {
            Some(history) => history.apply(&logged),
            None => History::open(&logged).map(|opened| history = Some(opened)),
        };
        placed.map_err(|source| NdjsonError::Order { line, source })?;
        let format = history.as_ref().map_or(0, |history| history.setup.format);
        if format == 0 || format > FORMAT {
            return Err(NdjsonError::Format { found: u64::from(format) });
        }
        log.push(logged);
    }
    if log.is_empty() { Err(NdjsonError::Empty) } else { Ok(log) }
}

fn event(line: usize, content: &str) -> Result<Logged, NdjsonError> {
    if content.len() > LINE_BYTES_MAX {
        return Err(NdjsonError::LineTooLong { line, bytes: content.len() });
    }
    serde_json::from_str(content).map_err(|source| explained(line, content, source))
}

/// A line's own tag.
#[derive(Deserialize)]
struct Tagged {
    event: String,
    format: Option<u64>,
}

/// Tells what is wrong with a line that is no event of ours: a newer program's may be none for good reason.
fn explained(line: usize, content: &str, source: serde_json::Error) -> NdjsonError {
    let value: Value = match serde_json::from_str(content) {
        Ok(value) => value,
        Err(source) => return NdjsonError::NotJson { line, source },
    };
    let Ok(Tagged { event, format }) = serde_json::from_value(value) else {
        return NdjsonError::NotAnEvent { line, source };
    };
    match format.filter(|_| line == 1) {
        Some(found) if found > u64::from(FORMAT) => NdjsonError::Format { found },
        // The tag of another enum within the event can be unknown as well.
        Some(_) | None if source.to_string().starts_with(&format!("unknown variant `{event}`")) => {
            NdjsonError::UnknownEvent { line, event }
        }
        Some(_) | None => NdjsonError::NotAnEvent { line, source },
    }
}
