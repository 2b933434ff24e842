//! Finding the JSON object in a reply.
//!
//! Must never mend one: a guessed vote is worse than none.

use serde_json::{Map, Value};

/// What becomes of what JSON leaves to its readers: a key that is given twice, and a number that is read as 0 and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubts {
    /// Logs of formats 1 and 2: the last of two values of a key counts, and any words are an objection.
    Overlooked,
    /// Logs of formats 3 and 4: nothing is read.
    Refused,
}

/// How many opening braces are tried; bounds the work on hostile text.
const STARTS_MAX: usize = 64;

/// The JSON objects in a reply.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that could be parsed, in order.
    pub(super) objects: Vec<Map<String, Value>>,
    /// What is wrong with the first one that could not be.
    pub(super) broken: Option<String>,
}

/// Returns the JSON objects in `text`: the whole text if it is one, else every balanced object that stands outside
/// others.
///
/// What an object holds that cannot be parsed is not looked for: it was not said by itself.
pub(super) fn objects(text: &str, doubts: Doubts) -> Found {
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
        match balanced_end(rest).map(|length| (length, parsed(&rest[..length], doubts))) {
            Some((length, Ok(object))) => {
                found.objects.push(object);
                from = start + length;
            }
            Some((length, Err(error))) if is_meant => {
                found.broken.get_or_insert(error);
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

/// Parses one object. What JSON leaves to its readers is a problem: which of two values of a key is meant, and a number that
/// they would take for 0.
fn parsed(object: &str, doubts: Doubts) -> Result<Map<String, Value>, String> {
    let map: Map<String, Value> = serde_json::from_str(object).map_err(|error| error.to_string())?;
    match doubts {
        Doubts::Overlooked => Ok(map),
        // In what was parsed, a colon outside of strings stands after a key.
        Doubts::Refused if keys(map.values()) + map.len() != outside_strings(object).filter(is_colon).count() => {
            Err("it gives the same key twice".to_owned())
        }
        Doubts::Refused => match vanishing(object).or_else(|| map.values().find_map(vanishing_text)) {
            Some(number) => Err(format!("{number} is too small a number to be told from 0")),
            None => Ok(map),
        },
    }
}

fn is_colon((_, byte): &(usize, u8)) -> bool {
    *byte == b':'
}

/// Counts the keys within `values`.
fn keys<'a>(values: impl Iterator<Item = &'a Value>) -> usize {
    let within = |value: &Value| match value {
        Value::Object(map) => map.len() + keys(map.values()),
        Value::Array(items) => keys(items.iter()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    values.map(within).sum()
}

/// The first number of a JSON text that is not 0 and is read as 0.
fn vanishing(json: &str) -> Option<&str> {
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let mut starts = outside_strings(json).filter(|(at, byte)| {
        (byte.is_ascii_digit() || *byte == b'-')
            && !at.checked_sub(1).is_some_and(|before| is_part(json.as_bytes()[before]))
    });
    starts.find_map(|(at, _)| {
        let length = json[at..].bytes().take_while(|byte| is_part(*byte)).count();
        Some(&json[at..at + length]).filter(|number| vanishes(number))
    })
}

/// The first text that is nothing but such a number, or such a percentage.
fn vanishing_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| vanishes(text.trim_end_matches('%').trim_end())),
        Value::Array(items) => items.iter().find_map(vanishing_text),
        Value::Object(map) => map.values().find_map(vanishing_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Whether a number is read as 0 though one of its digits is not.
fn vanishes(number: &str) -> bool {
    let digits = number.split(['e', 'E']).next().unwrap_or_default();
    number.parse() == Ok(0.0) && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// Returns the length of the balanced object at the start of `text`, braces within JSON strings not counted.
fn balanced_end(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in outside_strings(text) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
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

/// The bytes of a JSON text that stand outside of its strings, with their places.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let (mut in_string, mut escaped) = (false, false);
    text.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ => return !in_string,
        }
        false
    })
}
