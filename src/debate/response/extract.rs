//! Finding the JSON object in a reply.
//!
//! Must never mend one: a guessed vote is worse than none.

use serde_json::{Map, Value};

/// How many opening braces are tried; bounds the work on hostile text.
const STARTS_MAX: usize = 64;

/// The JSON objects in a reply.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that could be parsed, in order.
    pub objects: Vec<Map<String, Value>>,
    /// What is wrong with the first one that could not be.
    pub broken: Option<String>,
}

/// Returns the JSON objects in `text`: the whole text if it is one, else every balanced object that stands outside
/// others.
///
/// What an object holds that cannot be parsed is not looked for: it was not said by itself.
pub fn objects(text: &str) -> Found {
    let mut found = Found::default();
    let mut from = 0;
    for _ in 0..STARTS_MAX {
        let Some(start) = text[from..].find('{').map(|at| from + at) else {
            break;
        };
        let rest = &text[start..];
        // Braces stand in prose, too.
        let is_meant = rest[1..].trim_start().starts_with('"');
        from = start + 1;
        match balanced_end(rest).map(|length| (length, serde_json::from_str(&rest[..length]))) {
            Some((length, Ok(object))) => {
                found.objects.push(object);
                from = start + length;
            }
            Some((length, Err(error))) if is_meant => {
                found.broken.get_or_insert_with(|| error.to_string());
                from = start + length;
            }
            None if is_meant => {
                found.broken.get_or_insert_with(|| "it is never closed".to_owned());
            }
            Some((_, Err(_))) | None => {}
        }
    }
    found
}

/// Returns the length of the balanced object at the start of `text`, braces within JSON strings not counted.
fn balanced_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
