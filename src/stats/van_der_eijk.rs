//! Agreement in ratings on an ordered scale.

use crate::stats::undefined::Undefined;

/// Returns the polarization that an agreement, -1 to 1, means: 0 when all chose one point, 0.5 when spread evenly, 1 at
/// two poles.
pub fn polarization(agreement: f64) -> f64 {
    (1.0 - agreement) / 2.0
}

/// Returns van der Eijk's agreement of the `counts` over an ordered scale: 1 when all chose one point, 0 when spread
/// evenly, -1 at two poles.
///
/// Source: van der Eijk (2001), Quality and Quantity 35, "Measuring agreement in ordered rating scales", with the
/// unimodality coefficient as corrected there. Counts are peeled into layers of equal height; each layer's agreement
/// weighs by its mass.
///
/// # Errors
/// [`Undefined::ScaleTooShort`] with fewer than three points on the scale, [`Undefined::NoValues`] without a value.
pub fn van_der_eijk_agreement(counts: &[u32]) -> Result<f64, Undefined> {
    if counts.len() < 3 {
        return Err(Undefined::ScaleTooShort);
    }
    let total: f64 = counts.iter().copied().map(f64::from).sum();
    if total == 0.0 {
        return Err(Undefined::NoValues);
    }
    let mut left = counts.to_vec();
    let mut agreement = 0.0;
    while let Some(height) = left.iter().copied().filter(|count| *count > 0).min() {
        let layer: Vec<bool> = left.iter().map(|count| *count > 0).collect();
        let width = layer.iter().filter(|present| **present).count();
        let mass = height as f64 * width as f64 / total;
        agreement += mass * layer_agreement(&layer, width);
        for count in left.iter_mut().filter(|count| **count > 0) {
            *count -= height;
        }
    }
    // Rounding could carry the weighted mean past its ends.
    Ok(agreement.clamp(-1.0, 1.0))
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
