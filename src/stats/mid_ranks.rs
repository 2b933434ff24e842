//! Ranks in which equal values share the middle of the places they take.

/// Returns the rank of each value, counted from 1 for the smallest; ties get the mean of their ranks.
///
/// Values are finite. Ranks are whole or half numbers, so sums of them are exact.
pub(crate) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = below as f64 + (tied.len() as f64 + 1.0) / 2.0;
        for place in tied {
            ranks[*place] = rank;
        }
        below += tied.len();
    }
    ranks
}
