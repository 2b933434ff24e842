//! Reading the numbers of an estimate.
//!
//! Must never guess: "2-3", "about 10", "1,5" and "1.500" are problems, not numbers.

use serde_json::{Map, Value};

use crate::debate::question::Unit;
use crate::debate::response::{Estimate, units};

/// Largest size of a number. Up to here whole numbers are exact, and no sum or ratio of a panel's numbers overflows.
pub const SIZE_MAX: f64 = 1e15;

/// What may stand between groups of three digits; one number keeps to one of them.
const SEPARATORS: [char; 6] = [',', '_', '\'', ' ', '\u{a0}', '\u{202f}'];

/// Reads an estimate; `None` where the reply gives none.
///
/// # Errors
/// Says which number is missing or no plain number, or that the value does not lie between low and high.
pub fn estimate(given: Option<&Value>, unit: &Unit) -> Result<Option<Estimate>, String> {
    let object = match given {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(object)) => object,
        Some(_) => return Err("`estimate` must be an object with value, low and high".to_owned()),
    };
    let number = |name: &str| {
        let problem = || format!("`estimate.{name}` must be one plain number, in {unit}");
        object.get(name).and_then(read).ok_or_else(problem)
    };
    let estimate = Estimate { value: number("value")?, low: number("low")?, high: number("high")? };
    if estimate.low <= estimate.value && estimate.value <= estimate.high {
        return Ok(Some(estimate));
    }
    Err("`estimate.value` must lie between `low` and `high`".to_owned())
}

/// Reads an estimate whose numbers may carry their unit; `None` where the reply gives none.
///
/// # Errors
///
/// Says which number is none, has another unit, or lies outside the range.
pub fn estimate_with_units(given: Option<&Value>, unit: &Unit) -> Result<Option<Estimate>, String> {
    let Some(Value::Object(object)) = given else { return estimate(given, unit) };
    let bare = |value: &Value| match value {
        Value::String(text) => Value::String(units::without_unit(text, &unit.0).to_owned()),
        other => other.clone(),
    };
    let bare: Map<String, Value> = object.iter().map(|(name, value)| (name.clone(), bare(value))).collect();
    estimate(Some(&Value::Object(bare)), unit)
}

/// Reads a number that is written with its unit, before or after it: "12 weeks", "$1,200". `None` for any other text, a number
/// without a unit included.
pub(crate) fn with_unit(text: &str, unit: &Unit) -> Option<f64> {
    let bare = units::without_unit(text, &unit.0);
    (bare != text.trim()).then(|| read(&Value::String(bare.to_owned())))?
}

/// Reads a number, or text that is nothing but one; `None` for all else, and for what is larger than [`SIZE_MAX`].
fn read(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => written(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    // Adding 0 turns -0 into 0.
    number.filter(|number| number.abs() <= SIZE_MAX).map(|number| number + 0.0)
}

/// A number as people write it: a sign, digits that may be grouped by three, a fraction after a point, an exponent.
fn written(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(['.', 'e', 'E']).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    if may_be_grouped_by_point(whole, rest) {
        return None;
    }
    let whole = ungrouped(whole)?;
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    // What `parse` takes beyond numbers, such as `inf`, holds other letters.
    if !rest.chars().all(is_plain) {
        return None;
    }
    let number: f64 = format!("{sign}{whole}{rest}").parse().ok()?;
    let fraction = rest.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = whole.chars().chain(fraction.chars()).all(|c| matches!(c, '0' | '.'));
    // Too small to be told from 0 is not 0.
    (number != 0.0 || is_zero).then_some(number)
}

/// Whether a point stands before three last digits, as in 1.500: to half of the world a thousand and a half.
fn may_be_grouped_by_point(whole: &str, rest: &str) -> bool {
    let is_group =
        rest.strip_prefix('.').is_some_and(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()));
    is_group && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
}

/// Digits without the separators between groups of three. A group of zeros or with a leading zero before a separator is a
/// decimal comma as likely as not.
fn ungrouped(whole: &str) -> Option<String> {
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(separator) = SEPARATORS.into_iter().find(|separator| whole.contains(*separator)) else {
        return are_digits(whole).then(|| whole.to_owned());
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let [first, later @ ..] = groups.as_slice() else { return None };
    let is_grouped = are_digits(first)
        && first.len() <= 3
        && !first.starts_with('0')
        && later.iter().all(|group| group.len() == 3 && are_digits(group));
    is_grouped.then(|| groups.concat())
}
