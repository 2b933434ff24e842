//! What a debate comes to, as far as it is counted: what no words of a seat may change.

use std::collections::BTreeMap;

use roundtable::debate::history::History;
use roundtable::debate::log::decision::{Caveat, Label};
use roundtable::debate::log::ids::TurnId;
use roundtable::debate::question::OptionId;
use roundtable::debate::response::Stance;

/// The verdict, every tally and every ballot.
#[derive(Debug, PartialEq)]
pub(crate) struct Counted {
    pub(crate) option: Option<OptionId>,
    pub(crate) label: Label,
    pub(crate) caveats: Vec<Caveat>,
    pub(crate) agreement: Option<f64>,
    pub(crate) tallies: Vec<BTreeMap<OptionId, u32>>,
    /// Every stance, without the accounts of changes.
    pub(crate) stances: BTreeMap<TurnId, Stance>,
}

/// Reads what was counted off a session that has ended.
pub(crate) fn counted(history: &History) -> Counted {
    let decision = history.decision.clone().unwrap();
    let stance = |turn: &TurnId| {
        let stance = history.response(turn).unwrap_or_else(|| panic!("{turn}")).stance()?.clone();
        Some(Stance { change: None, ..stance })
    };
    Counted {
        option: decision.option,
        label: decision.label,
        caveats: decision.caveats,
        agreement: decision.last.and_then(|last| last.agreement),
        tallies: history.rounds.iter().filter_map(|round| Some(round.consensus.as_ref()?.tally.clone())).collect(),
        stances: history.turns.keys().filter_map(|turn| Some((turn.clone(), stance(turn)?))).collect(),
    }
}
