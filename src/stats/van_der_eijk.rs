//! Agreement in ratings on an ordered scale.

/// Returns van der Eijk's agreement of the `counts` over an ordered scale: 1 when all chose one point, 0 when spread
/// evenly, -1 at two poles.
///
/// `None` without a value or with fewer than three points on the scale.
/// Source: van der Eijk (2001), Quality and Quantity 35, "Measuring agreement in ordered rating scales", with the
/// unimodality coefficient as corrected there. Counts are peeled into layers of equal height; each layer's agreement
/// weighs by its mass.
pub fn van_der_eijk_agreement(counts: &[u32]) -> Option<f64> {
    let total: u32 = counts.iter().sum();
    if counts.len() < 3 || total == 0 {
        return None;
    }
    let mut left = counts.to_vec();
    let mut agreement = 0.0;
    while let Some(height) = left.iter().copied().filter(|count| *count > 0).min() {
        let layer: Vec<bool> = left.iter().map(|count| *count > 0).collect();
        let width = layer.iter().filter(|present| **present).count();
        let mass = height as f64 * width as f64 / f64::from(total);
        agreement += mass * layer_agreement(&layer, width);
        for count in left.iter_mut().filter(|count| **count > 0) {
            *count -= height;
        }
    }
    Some(agreement)
}

fn layer_agreement(layer: &[bool], width: usize) -> f64 {
    let points = layer.len() as f64;
    unimodality(layer) * (1.0 - (width as f64 - 1.0) / (points - 1.0))
}

/// Compares the triples of scale points that speak for one peak (110, 011) with those that speak for two (101).
fn unimodality(layer: &[bool]) -> f64 {
    let (mut one_peak, mut two_peaks) = (0u32, 0u32);
    for first in 0..layer.len() {
        for second in first + 1..layer.len() {
            for third in second + 1..layer.len() {
                match (layer[first], layer[second], layer[third]) {
                    (true, true, false) | (false, true, true) => one_peak += 1,
                    (true, false, true) => two_peaks += 1,
                    _ => {}
                }
            }
        }
    }
    if one_peak + two_peaks == 0 {
        return 1.0;
    }
    let (points, one, two) = (layer.len() as f64, f64::from(one_peak), f64::from(two_peaks));
    ((points - 2.0) * one - (points - 1.0) * two) / ((points - 2.0) * (one + two))
}
