//! The record as JSON: `roundtable.decision/1`.

use crate::export::record::Record;

/// Renders the record, indented.
pub fn render(record: &Record) -> String {
    let json = serde_json::to_string_pretty(record)
        .expect("a record holds no map with keys that are not text, and no number that JSON lacks");
    json + "\n"
}
