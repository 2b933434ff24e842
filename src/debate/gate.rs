//! The gate: whether a verdict meets the terms that were set at the start. A pure function of the ballots.
//!
//! Must never look at a stated confidence, nor at what the closing text says.

use std::collections::BTreeMap;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::log::gate::{Blocking, Condition, Gate, GateTerms};
use crate::debate::log::ids::Speaker;
use crate::debate::question::OptionId;

/// What a gate looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The winning option and its share of the panel; `None` in a tie, or when too few could be heard.
    pub winner: Option<(OptionId, f64)>,
    /// What there was to choose from.
    pub alternatives: Alternatives,
    /// Objections that their holders call blocking, see [`objections`].
    pub objections: Vec<Blocking>,
}

/// What there was to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alternatives {
    /// Options that were given, or that nothing speaks against.
    Sound,
    /// One option, found in statements that may contradict each other.
    OneInDoubt,
}

/// Holds what was found against the terms.
pub fn judge(terms: &GateTerms, found: Found) -> Gate {
    let (winner, share) = found.winner.unzip();
    let mut conditions = Vec::new();
    if winner.is_none() {
        conditions.push(Condition::Winner { required: 1, found: 0, holds: false });
    }
    match found.alternatives {
        Alternatives::OneInDoubt if !terms.allow_one_option => {
            conditions.push(Condition::SeveralOptions { required: 2, found: 1, holds: false });
        }
        Alternatives::OneInDoubt | Alternatives::Sound => {}
    }
    conditions.extend(terms.min_agreement.map(|required| Condition::MinAgreement {
        required,
        found: share,
        holds: share.is_some_and(|share| share >= required),
        origin: terms.origins.min_agreement.clone(),
    }));
    conditions.extend(terms.expect.clone().map(|required| {
        let holds = winner.as_ref() == Some(&required);
        Condition::Expect { required, found: winner, holds, origin: terms.origins.expect.clone() }
    }));
    if terms.no_blocking_dissent {
        conditions.push(Condition::NoBlockingDissent {
            required: 0,
            found: u32::try_from(found.objections.len()).unwrap_or(u32::MAX),
            holds: found.objections.is_empty(),
            objections: found.objections,
            origin: terms.origins.no_blocking_dissent.clone(),
        });
    }
    Gate { holds: conditions.iter().all(Condition::holds), conditions }
}

/// Returns the blocking objections of every seat's last stance, in seat order: that of its ballot, or of its position where
/// the mode takes no ballots.
///
/// A seat that could not be heard at the end has not withdrawn what it objected to before.
pub fn objections(board: &Board<'_>) -> Vec<Blocking> {
    let mut last: BTreeMap<Seat, Option<&String>> = BTreeMap::new();
    for planned in board.slots().iter().flat_map(|slot| &slot.turns) {
        let said = board.history.valid_response(&planned.id).filter(|response| response.stance().is_some());
        if let (Speaker::Seat(seat), Some(response)) = (planned.id.speaker, said) {
            last.insert(seat, response.blocking_objection());
        }
    }
    last.into_iter().filter_map(|(seat, objection)| Some(Blocking { seat, objection: objection?.clone() })).collect()
}
