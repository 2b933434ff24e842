//! The record as JSON: `roundtable.decision/1`.

use crate::debate::text;
use crate::export::record::Record;

/// Renders the record, indented.
pub fn render(record: &Record) -> String {
    let json = serde_json::to_string_pretty(record)
        .expect("a record holds no map with keys that are not text, and no number that JSON lacks");
    inert(&json) + "\n"
}

/// The same JSON without characters that steer a terminal: JSON lets delete, the C1 controls, the marks and overrides of
/// direction and the separators of lines stand as they are, and so may an emulator that obeys them. They can only stand in
/// strings, where an escape means the same.
pub(crate) fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => out.push(c),
            _ if text::steers(c) || text::separates(c) || is_direction_mark(c) => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)))
            }
            _ => out.push(c),
        }
    }
    out
}

/// Whether a character marks a direction: nothing shows, and what stands beside it may change places.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
}
