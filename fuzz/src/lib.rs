//! What is fuzzed: one function a target. Each takes any bytes, and panics when the program breaks a promise.
//!
//! `tests/laws/fuzz_corpus.rs` runs the same functions over the kept inputs, on a stable toolchain.

mod logs;
mod replies;

pub use logs::{log, log_edited};
pub use replies::{
    response, sse, wire_anthropic, wire_gemini, wire_openai_chat, wire_openai_responses, wire_perplexity,
};

use roundtable::debate::mode::Mode;
use roundtable::modes::{self, ModeError};

/// Target `mode`: a text is a mode that survives being stored, or a mistake with a place in the text.
pub fn mode(data: &[u8]) {
    let source = String::from_utf8_lossy(data);
    match modes::parse(&source, "fuzzed.yaml") {
        Ok(mode) => {
            let stored = serde_json::to_string(&mode).expect("a mode can be stored");
            let read: Mode = serde_json::from_str(&stored).expect("a stored mode can be read");
            assert_eq!(read, mode, "a mode comes back as it was stored");
        }
        Err(error) => {
            let message = error.to_string();
            assert!(!message.contains(char::is_control), "a mistake is told in one line: {message:?}");
            if let ModeError::Invalid { place, .. } = error {
                let (line, column) = (place.line as usize, place.column);
                // To YAML a carriage return ends a line, too.
                let lines = source.replace("\r\n", "\n").split(['\n', '\r']).count();
                assert!(line >= 1 && column >= 1, "places count from 1: {place:?}");
                assert!(line <= lines, "line {line} of {lines}");
            }
        }
    }
}
