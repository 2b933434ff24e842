//! Estimates in words, for the record in every format.

use crate::debate::log::decision::{EstimateVerdict, HeldEstimate};
use crate::debate::log::estimates::{Estimates, worded};
use crate::debate::text::line;
use crate::export::figures::{exchange_cost, percent};
use crate::export::record::Record;

/// How far estimates lie apart, and how unsure each of them is.
pub fn spread(last: &Estimates) -> String {
    let iqr = last.iqr.map(|iqr| format!("quartiles {} apart", worded(iqr)));
    let relative = match (last.relative_iqr, last.undefined.as_deref()) {
        (Some(ratio), _) => format!(", {} of the median", percent(ratio)),
        (None, Some("median_is_zero")) => ", with no ratio to a median of 0".to_owned(),
        (None, _) => String::new(),
    };
    let width = last.width.map(|width| format!("; own 80% ranges {} wide", worded(width)));
    iqr.map_or_else(|| "no spread".to_owned(), |iqr| format!("{iqr}{relative}{}", width.unwrap_or_default()))
}

/// What each seat gives at the end, a line each.
pub fn held(record: &Record, found: &EstimateVerdict) -> Vec<String> {
    let told = |held: &HeldEstimate| {
        let [value, low, high] = [held.estimate.value, held.estimate.low, held.estimate.high].map(worded);
        format!("{}: {value} ({low} to {high})", line(record.name(held.seat)))
    };
    found.held.iter().map(told).collect()
}

/// What the debate changed since the sealed opening, in one line; `None` where one of the two is missing.
pub fn changed(found: &EstimateVerdict, cost_usd: Option<f64>) -> Option<String> {
    let (sealed, last) = (found.sealed.as_ref()?, found.last.as_ref()?);
    let stood = |estimates: &Estimates| match (estimates.median, estimates.q1, estimates.q3) {
        (Some(median), Some(q1), Some(q3)) => format!("{} ({} to {})", worded(median), worded(q1), worded(q3)),
        _ => "nobody".to_owned(),
    };
    let cited = found.revised.iter().filter(|revised| revised.cited).count();
    let revised = match found.revised.len() {
        0 => "nobody revised".to_owned(),
        n => format!("{n} revised, {cited} for a reason that holds"),
    };
    Some(format!("Sealed: {}; final: {}; {revised}; {}", stood(sealed), stood(last), exchange_cost(cost_usd)))
}
