//! How firm a number is: what the median would be without one seat, or with one estimate per model family.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Agent, Seat};
use crate::debate::analysis::course::Course;
use crate::debate::estimate::{measure_panel, verdict};
use crate::debate::log::decision::Label;
use crate::debate::quorum::Quorum;
use crate::stats::quantiles::quartiles;

/// What the number hangs on. In the unit of the question.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EstimateSensitivity {
    /// The outcome had a seat not been on the panel, for each seat that was heard at the end.
    pub without_seat: Vec<WithoutSeat>,
    /// The median of the model families' medians; `None` when nobody gave a number, or all who did are of one family.
    pub by_family: Option<f64>,
}

/// The outcome of the panel without one of its seats.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "NumberWithoutSeat")]
pub struct WithoutSeat {
    /// Which.
    pub seat: Seat,
    /// The median of the others; `None` when too few would be left.
    pub median: Option<f64>,
    /// How near the others' estimates would be to each other.
    pub label: Label,
    /// Whether that label is another.
    pub label_differs: bool,
}

/// Computes what the number hangs on.
pub fn sensitivity(course: &Course<'_>) -> EstimateSensitivity {
    let heard = course.history.agents.iter().filter(|agent| course.last.contains_key(&agent.seat));
    EstimateSensitivity {
        without_seat: heard.map(|agent| without(course, agent.seat)).collect(),
        by_family: by_family(course),
    }
}

/// A smaller panel needs a smaller quorum, and never more than it would have been opened with.
fn without(course: &Course<'_>, seat: Seat) -> WithoutSeat {
    let history = course.history;
    let others: Vec<Agent> = history.agents.iter().filter(|agent| agent.seat != seat).cloned().collect();
    let needed = Quorum::of(history);
    let outcome = |agents: &[Agent], needed| {
        let estimates = measure_panel(agents, &course.last);
        let missed = verdict::missed(history, Some(&estimates), needed);
        (estimates.median.filter(|_| missed.is_none()), missed.unwrap_or_else(|| verdict::label(&estimates)))
    };
    let panel = u32::try_from(others.len()).unwrap_or(u32::MAX);
    let (median, label) = outcome(&others, needed.of_panel(panel));
    let (_, is) = outcome(&history.agents, needed);
    WithoutSeat { seat, median, label_differs: label != is, label }
}

/// A number counts for the family of the model that gave it, whoever the seat was meant for.
fn by_family(course: &Course<'_>) -> Option<f64> {
    let mut families: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for standing in course.last.values() {
        if let Some(estimate) = standing.stance.estimate {
            families.entry(&standing.voice.family).or_default().push(estimate.value);
        }
    }
    let medians: Vec<f64> =
        families.values().filter_map(|values| quartiles(values).ok()).map(|summary| summary.median).collect();
    (medians.len() > 1).then(|| quartiles(&medians).ok().map(|summary| summary.median)).flatten()
}
