//! The verdict with what belongs to it, in a record: what the debate changed, and what stands in its way.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::history::History;
use crate::debate::log::decision::{Caveat, Decision, EstimateVerdict, Label, Level, Moved};
use crate::debate::log::gate::{Blocking, Gate};
use crate::debate::log::ids::TurnId;
use crate::debate::log::round::Stop;
use crate::debate::question::OptionId;
use crate::debate::schedule;
use crate::export::usage::{self, PaidIn};

/// Why an estimate has no agreement.
const NOT_A_CHOICE: &str = "not_a_choice";

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The winning option; `None` without one.
    pub option: Option<OptionId>,
    /// What it says.
    pub text: Option<String>,
    /// How strong the agreement is.
    pub label: Label,
    /// What to know about it.
    pub caveats: Vec<Caveat>,
    /// Share of the leading option in the panel, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub agreement: Option<f64>,
    /// Why there is no agreement to tell: `not_a_choice` for a number; left out where options were to choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("const" = NOT_A_CHOICE))]
    pub agreement_undefined: Option<&'static str>,
    /// The number that the panel comes to, with what stands behind it; left out where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateVerdict>,
    /// Its 95% Wilson interval.
    pub interval: Option<[f64; 2]>,
    /// Level of agreement.
    pub level: Level,
    /// What to do at this level: `proceed`, `verify` or `query_detail`.
    #[schemars(extend("enum" = ["proceed", "verify", "query_detail"]))]
    pub advice: &'static str,
    /// Why the debate ended when it did.
    pub stop: Option<Stop>,
    /// Whether the verdict meets the terms set at the start; left out when none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// What the debate changed since the sealed opening, and what that cost.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Delta {
    /// Who holds another option.
    pub moved: Vec<Moved>,
    /// Calls after the opening.
    pub calls: u32,
    /// Tokens after the opening.
    pub tokens: u64,
    /// Price after the opening in US dollars; `None` when a price is not known.
    pub cost_usd: Option<f64>,
}

/// The verdict with what belongs to it.
pub(crate) fn verdict(decision: &Decision) -> Verdict {
    Verdict {
        option: decision.option.clone(),
        text: decision.text.clone(),
        label: decision.label,
        caveats: decision.caveats.clone(),
        agreement: decision.last.as_ref().and_then(|last| last.agreement),
        agreement_undefined: decision.estimate.as_ref().map(|_| NOT_A_CHOICE),
        estimate: decision.estimate.clone(),
        interval: decision.last.as_ref().and_then(|last| last.interval),
        level: decision.level,
        advice: decision.level.advice(),
        stop: decision.stop.clone(),
        gate: decision.gate.clone(),
    }
}

/// What the debate changed, and what that cost.
pub(crate) fn delta(history: &History) -> Delta {
    let opening = history.setup.mode.phases.first().map(|phase| phase.name.as_str());
    // Finding the options of an open question belongs to counting the opening, not to the debate.
    let of_opening = |turn: &TurnId| {
        Some(turn.phase.as_str()) == opening || turn.phase == schedule::FRAMING || turn.phase == schedule::OPTIONS
    };
    // What the debate changed was paid for in whichever session it was held.
    let later = usage::spent(history, PaidIn::Either, |turn| !of_opening(turn));
    Delta {
        moved: history.decision.as_ref().map(|decision| decision.moved.clone()).unwrap_or_default(),
        calls: later.calls,
        tokens: later.input_tokens.saturating_add(later.output_tokens),
        cost_usd: later.cost_usd,
    }
}

/// Objections that their holders call blocking, those included that a gate found with seats not heard at the end: logs before
/// format 3 hold these with the gate alone.
pub(super) fn blocking(decision: &Decision) -> Vec<Blocking> {
    let found = decision.gate.iter().flat_map(Gate::objections).filter(|found| !decision.blocking.contains(found));
    decision.blocking.iter().chain(found).cloned().collect()
}
