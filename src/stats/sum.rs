//! Sums that do not depend on the order of their parts, so that no number depends on who is listed first.

/// Returns the sum of `parts`, added from the smallest up; 0 without a part.
pub(crate) fn sum(parts: impl IntoIterator<Item = f64>) -> f64 {
    let mut parts: Vec<f64> = parts.into_iter().collect();
    parts.sort_by(f64::total_cmp);
    // A plain `sum` starts from -0.0, which would show as a sign.
    parts.into_iter().fold(0.0, |sum, part| sum + part)
}

/// Returns `part / whole`, a share of at most 1 where `part` is of `whole`; `None` when the whole is 0.
pub(crate) fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// Returns a length as a count; lengths beyond `u32` do not occur in a panel.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
