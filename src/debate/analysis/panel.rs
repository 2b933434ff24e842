//! How the ratings at the end agree, over all options and the whole panel.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::course::{self, Course};
use crate::debate::analysis::number::Number;
use crate::debate::consensus::{Standing, points};
use crate::debate::question::OptionId;
use crate::stats::kendall_w::kendall_w;
use crate::stats::krippendorff_alpha::{Metric, krippendorff_alpha};
use crate::stats::rank_aggregation::rank_aggregation;
use crate::stats::undefined::Undefined;
use crate::stats::van_der_eijk::{polarization, van_der_eijk_agreement};

/// Agreement over the whole panel.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PanelStatistics {
    /// Seats that rated the options at the end.
    pub raters: u32,
    /// Krippendorff's alpha over seats and options, ratings taken as an interval scale: 1 in perfect agreement, 0 by
    /// chance, below 0 where seats differ more than by chance.
    pub krippendorff_alpha: Number,
    /// Kendall's W, corrected for ties: 0 (no common order of the options) to 1 (the same order).
    pub kendall_w: Number,
    /// Van der Eijk's agreement on the leading option's ratings: 1 at one point, 0 spread evenly, -1 at two poles.
    pub rating_agreement: Number,
    /// The same as polarization: 0 at one point, 0.5 spread evenly, 1 at two poles.
    pub polarization: Number,
    /// Borda points by option: from each seat one for every option that it rates lower, and half of one for every option
    /// that it rates the same.
    pub borda: BTreeMap<OptionId, f64>,
    /// Options tied for the most Borda points; empty when nobody rated.
    pub borda_leading: Vec<OptionId>,
    /// The option that more seats rate above than below each other option; `None` without one.
    pub condorcet_winner: Option<OptionId>,
}

/// Computes the statistics of the latest ratings.
pub fn statistics(course: &Course<'_>) -> PanelStatistics {
    let options: Vec<OptionId> = course.history.options().iter().map(|choice| choice.id.clone()).collect();
    let raters: Vec<&Standing<'_>> =
        course.last.values().filter(|standing| !standing.stance.ratings.is_empty()).collect();
    let row = |standing: &&Standing<'_>| -> Vec<Option<f64>> {
        options.iter().map(|option| standing.stance.ratings.get(option).copied().map(f64::from)).collect()
    };
    let scores: Vec<Vec<Option<f64>>> = raters.iter().map(row).collect();
    let agreement = course
        .leader()
        .ok_or(Undefined::NoPlurality)
        .and_then(|leader| van_der_eijk_agreement(&points(&course::ratings(&course.last, leader))));
    let ranks = rank_aggregation(&raters.iter().flat_map(|standing| rankings(standing)).collect::<Vec<_>>(), &options);
    let concordance = kendall_w(&scores);
    PanelStatistics {
        raters: concordance.m,
        krippendorff_alpha: krippendorff_alpha(&scores, Metric::Interval).into(),
        kendall_w: concordance.concordance.map(|concordance| concordance.w).into(),
        rating_agreement: agreement.into(),
        polarization: agreement.map(polarization).into(),
        // Every seat is entered twice.
        borda: ranks.borda.into_iter().map(|(option, points)| (option, points as f64 / 2.0)).collect(),
        borda_leading: ranks.borda_top,
        condorcet_winner: ranks.condorcet_winner,
    }
}

/// A seat's options from the one it rates highest, entered twice with its ties in opposite orders: a tie gives half of a
/// win to either side, whatever the options are called.
fn rankings(standing: &Standing<'_>) -> [Vec<OptionId>; 2] {
    let mut one: Vec<(&OptionId, &i8)> = standing.stance.ratings.iter().collect();
    let mut other: Vec<(&OptionId, &i8)> = one.iter().rev().copied().collect();
    let ranked = |rated: &mut Vec<(&OptionId, &i8)>| {
        // Stable: equal ratings stay as they are.
        rated.sort_by_key(|(_, rating)| std::cmp::Reverse(**rating));
        rated.iter().map(|(option, _)| (*option).clone()).collect()
    };
    [ranked(&mut one), ranked(&mut other)]
}
