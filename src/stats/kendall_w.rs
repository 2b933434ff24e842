//! How far several raters put the same items in the same order.

use std::collections::BTreeMap;

use crate::stats::mid_ranks::mid_ranks;
use crate::stats::sum::count;
use crate::stats::undefined::Undefined;

/// Kendall's coefficient of concordance and what it was computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KendallW {
    /// Raters.
    pub m: u32,
    /// Items that every rater scored.
    pub n: u32,
    /// The coefficient, or why there is none.
    pub concordance: Result<Concordance, Undefined>,
}

/// Kendall's coefficient of concordance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concordance {
    /// Corrected for ties: 0 (no common order) to 1 (the same order). Two opposed orders give 0, not -1.
    pub w: f64,
    /// Not corrected for ties; at most `w`.
    pub w_uncorrected: f64,
}

/// Returns Kendall's W of `scores`, a row for each rater and a column for each item.
///
/// Scores of any scale are ranked per rater, ties sharing their middle rank, so ratings serve as they are. An item that
/// a rater did not score, or not with a finite number, is dropped: leave raters who scored nothing out. No p-value is
/// given; that of the usual chi-square is not to be trusted for small panels.
///
/// [`Undefined::SingleRater`] below two raters, [`Undefined::FewerThanTwoItems`] below two items in common,
/// [`Undefined::AllTied`] when no rater tells items apart.
/// Source: Kendall and Gibbons (1990), Rank Correlation Methods, with their correction for ties.
pub fn kendall_w(scores: &[Vec<Option<f64>>]) -> KendallW {
    let items = scores.iter().map(Vec::len).max().unwrap_or(0);
    let score =
        |row: &Vec<Option<f64>>, item: usize| row.get(item).copied().flatten().filter(|score| score.is_finite());
    let common: Vec<usize> = (0..items).filter(|item| scores.iter().all(|row| score(row, *item).is_some())).collect();
    let ranks: Vec<Vec<f64>> = scores
        .iter()
        .map(|row| mid_ranks(&common.iter().filter_map(|item| score(row, *item)).collect::<Vec<_>>()))
        .collect();
    KendallW { m: count(scores.len()), n: count(common.len()), concordance: concordance(&ranks, common.len()) }
}

fn concordance(ranks: &[Vec<f64>], items: usize) -> Result<Concordance, Undefined> {
    if ranks.len() < 2 {
        return Err(Undefined::SingleRater);
    }
    if items < 2 {
        return Err(Undefined::FewerThanTwoItems);
    }
    let (m, n) = (ranks.len() as f64, items as f64);
    let mean = m * (n + 1.0) / 2.0;
    let total = |item: usize| ranks.iter().map(|row| row[item]).sum::<f64>();
    let spread: f64 = (0..items).map(|item| (total(item) - mean).powi(2)).sum();
    let most = m * m * (n.powi(3) - n);
    let corrected = most - m * ranks.iter().map(|row| ties(row)).sum::<f64>();
    if corrected <= 0.0 {
        return Err(Undefined::AllTied);
    }
    Ok(Concordance { w: 12.0 * spread / corrected, w_uncorrected: 12.0 * spread / most })
}

/// The sum of t^3 - t over the groups of t tied ranks.
fn ties(ranks: &[f64]) -> f64 {
    let mut groups: BTreeMap<u64, f64> = BTreeMap::new();
    for rank in ranks {
        *groups.entry(rank.to_bits()).or_default() += 1.0;
    }
    groups.values().map(|t| t.powi(3) - t).sum()
}
