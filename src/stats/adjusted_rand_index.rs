//! How far two sortings of the same things agree.

use std::collections::BTreeMap;

/// Returns the Hubert-Arabie adjusted Rand index of two partitions: 1 when they are the same up to labels, about 0 by
/// chance.
///
/// `a[i]` and `b[i]` are the groups of thing `i`. Partitions that are both trivially identical give 1; `None` when the
/// lengths differ or there is nothing to sort. Source: Hubert and Arabie (1985), Journal of Classification 2.
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> Option<f64> {
    if a.is_empty() || a.len() != b.len() {
        return None;
    }
    let (mut cells, mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (left, right) in a.iter().zip(b) {
        *cells.entry((left, right)).or_insert(0u64) += 1;
        *rows.entry(left).or_insert(0u64) += 1;
        *columns.entry(right).or_insert(0u64) += 1;
    }
    let pairs = |count: u64| (count * count.saturating_sub(1) / 2) as f64;
    let together: f64 = cells.values().map(|count| pairs(*count)).sum();
    let in_a: f64 = rows.values().map(|count| pairs(*count)).sum();
    let in_b: f64 = columns.values().map(|count| pairs(*count)).sum();
    let expected = if a.len() < 2 { 0.0 } else { in_a * in_b / pairs(a.len() as u64) };
    let most = (in_a + in_b) / 2.0;
    if (most - expected).abs() < f64::EPSILON {
        return Some(1.0);
    }
    Some((together - expected) / (most - expected))
}
