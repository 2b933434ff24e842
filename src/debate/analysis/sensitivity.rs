//! How firm an outcome is: what it would be without one seat, with one vote per model family, or weighted by confidence.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Agent, Seat};
use crate::debate::analysis::course::Course;
use crate::debate::log::decision::Label;
use crate::debate::question::OptionId;
use crate::debate::quorum::Quorum;
use crate::debate::{consensus, decision};
use crate::stats::family_weighted_share::family_weighted_share;
use crate::stats::shares::Shares;
use crate::stats::undefined::Undefined;
use crate::stats::weighted_share::{Weighting, weighted_share};

/// What the outcome hangs on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sensitivity {
    /// The outcome had a seat not been on the panel, for each seat that was heard at the end.
    pub without_seat: Vec<WithoutSeat>,
    /// Shares in which every model family has one vote.
    pub by_family: Reweighted,
    /// Shares weighted by stated confidence, 0.5 where none is stated. Shown; never decides anything.
    pub by_confidence: Reweighted,
}

/// The outcome of the panel without one of its seats.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WithoutSeat {
    /// Which.
    pub seat: Seat,
    /// The option that would win; `None` in a tie, or when too few would be left.
    pub option: Option<OptionId>,
    /// How strong the agreement would be.
    pub label: Label,
    /// Whether that option is another than the one that wins.
    pub option_differs: bool,
    /// Whether that label is another.
    pub label_differs: bool,
}

/// Shares under other weights than one vote a seat.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Reweighted {
    /// Share of each option that has a vote, 0 to 1, together 1; empty where undefined.
    pub shares: BTreeMap<OptionId, f64>,
    /// Options tied for the lead.
    pub leading: Vec<OptionId>,
    /// Whether others lead than by one vote a seat; `None` where undefined.
    pub differs: Option<bool>,
    /// Why it is undefined, in words joined by underscores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// Computes what the outcome hangs on.
pub fn sensitivity(course: &Course<'_>) -> Sensitivity {
    let stances = || {
        let agents = course.history.agents.iter();
        agents.filter_map(|agent| Some((agent, course.last.get(&agent.seat)?)))
    };
    let by_family: Vec<_> =
        stances().map(|(_, standing)| (standing.option.clone(), standing.voice.family.as_str())).collect();
    let by_confidence: Vec<_> = stances().map(|(_, standing)| (standing.option.clone(), standing.confidence)).collect();
    Sensitivity {
        without_seat: stances().map(|(agent, _)| without(course, agent.seat)).collect(),
        by_family: reweighted(course, family_weighted_share(&by_family).map(|families| families.shares)),
        by_confidence: reweighted(course, weighted_share(&by_confidence, Weighting::Linear).shares),
    }
}

/// A smaller panel needs a smaller quorum, and never more than it would have been opened with.
fn without(course: &Course<'_>, seat: Seat) -> WithoutSeat {
    let history = course.history;
    let others: Vec<Agent> = history.agents.iter().filter(|agent| agent.seat != seat).cloned().collect();
    let rest = consensus::measure_panel(&others, &course.last);
    let needed = Quorum::of(history);
    let is_lost = history.has_lost_quorum();
    let (option, label) = decision::outcome(Some(&rest).filter(|_| !is_lost), needed.of_panel(rest.panel));
    let (winner, strength) = decision::outcome(Some(&course.counted).filter(|_| !is_lost), needed);
    WithoutSeat { seat, option_differs: option != winner, label_differs: label != strength, option, label }
}

fn reweighted(course: &Course<'_>, shares: Result<Shares<OptionId>, Undefined>) -> Reweighted {
    match shares {
        Ok(shares) => Reweighted {
            differs: Some(shares.top != course.counted.leading),
            shares: shares.shares,
            leading: shares.top,
            reason: None,
        },
        Err(undefined) => {
            Reweighted { shares: BTreeMap::new(), leading: Vec::new(), differs: None, reason: Some(undefined.reason()) }
        }
    }
}
