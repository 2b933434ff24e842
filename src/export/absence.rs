//! Seats that were not asked any more, for the record.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::history::{History, Outcome};
use crate::debate::reply::Fault;
use crate::debate::schedule::PassedOver;

/// A seat that was not asked any more because its provider had failed for good, in whoever's turn that was.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Absence {
    /// Which.
    pub seat: Seat,
    /// How its provider failed.
    pub fault: Fault,
}

/// The seats that were not asked any more, and how their providers had failed.
pub fn absent(history: &History) -> Vec<Absence> {
    let board = Board::of(history);
    let passed_over =
        board.slots().iter().flat_map(|slot| &slot.passed_over).filter(|(_, why)| *why == PassedOver::ProviderLost);
    let seats: BTreeSet<Seat> = passed_over.map(|(seat, _)| *seat).collect();
    let outcomes = || history.turns.values().flat_map(|turn| turn.settled());
    let lasting = |provider: &str| {
        outcomes().find_map(|(attempt, outcome)| match outcome {
            Outcome::Failed(fault) if fault.kind.is_lasting() && attempt.voice.provider == provider => {
                Some(fault.clone())
            }
            Outcome::Failed(_) | Outcome::Finished { .. } => None,
        })
    };
    seats
        .into_iter()
        .filter_map(|seat| Some(Absence { seat, fault: lasting(&history.agent(seat)?.voice.provider)? }))
        .collect()
}
