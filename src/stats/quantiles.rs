//! Median and quartiles.

/// Median and quartiles of the given values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// Number of values.
    pub n: usize,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
}

/// Returns median and quartiles by Hyndman and Fan's type 7 (linear interpolation at `(n - 1) p`); `None` without a
/// value.
pub fn quartiles(values: &[f64]) -> Option<Quartiles> {
    if values.is_empty() {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |p: f64| {
        let place = (sorted.len() - 1) as f64 * p;
        let below = place.floor() as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
    };
    Some(Quartiles { n: sorted.len(), q1: at(0.25), median: at(0.5), q3: at(0.75) })
}
