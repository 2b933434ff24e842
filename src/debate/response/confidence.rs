//! Reading a stated confidence.
//!
//! Must never guess or clamp: 7 may be out of ten or out of a hundred, and is not stated.

use serde_json::Value;

/// Why a confidence is not taken.
const PROBLEM: &str = "it must be a whole number from 0 to 100";

/// Reads a confidence as a share of 1: a share, a percentage, or so many out of so many. `None` where none is given.
///
/// # Errors
///
/// Says why a value has no one meaning: a word, a number that fits several scales (1 to 10), or none.
pub(super) fn read(given: Option<&Value>) -> Result<Option<f64>, String> {
    let problem = || PROBLEM.to_owned();
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => {
            let is_share = number.is_f64();
            number.as_f64().and_then(|number| bare(number, is_share)).map(Some).ok_or_else(problem)
        }
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => written(text.trim()).map(Some).ok_or_else(problem),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err(problem()),
    }
}

/// A number without a unit. From 1 to 10 it may be out of ten; 1.0 is written by who means a share.
fn bare(number: f64, is_share: bool) -> Option<f64> {
    match number {
        _ if number == 0.0 => Some(0.0),
        _ if number > 0.0 && number < 1.0 => Some(number),
        _ if number == 1.0 && is_share => Some(1.0),
        _ if number > 10.0 && number <= 100.0 => Some(number / 100.0),
        _ => None,
    }
}

fn written(text: &str) -> Option<f64> {
    for (unit, scale) in
        [("%", 100.0), ("\u{ff05}", 100.0), ("percent", 100.0), ("per cent", 100.0), ("\u{66a}", 100.0)]
    {
        if let Some(number) = text.strip_suffix(unit) {
            return out_of(decimal(number.trim_end())?, scale);
        }
    }
    for between in ["/", " out of ", " of ", " von ", " sur ", " de "] {
        if let Some((part, whole)) = text.split_once(between) {
            return out_of(decimal(part.trim())?, decimal(whole.trim()).filter(|whole| *whole > 0.0)?);
        }
    }
    let number = decimal(text)?;
    bare(number, text.contains(['.', ',']))
}

fn out_of(part: f64, whole: f64) -> Option<f64> {
    (part >= 0.0 && part <= whole).then(|| part / whole)
}

/// Digits with a point or a comma before their fraction; nothing else. Too small to be told from 0 is none.
fn decimal(text: &str) -> Option<f64> {
    let point = text.replace(',', ".");
    let is_plain = !point.is_empty() && point.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = point.parse().ok().filter(|_| is_plain)?;
    (number != 0.0 || point.bytes().all(|byte| matches!(byte, b'0' | b'.'))).then_some(number)
}
