//! Seats that were not heard, and why.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::response::Response;
use crate::debate::schedule::{PassedOver, Slot};
use crate::debate::text::line;
use crate::export::absence;

/// A seat that was not heard in the round that lost its quorum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unheard {
    /// Which.
    pub seat: Seat,
    /// What failed.
    pub cause: UnheardCause,
    /// How it failed, in one line.
    pub why: String,
}

/// What failed when a seat was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnheardCause {
    /// Its provider: no reply came, or a filter removed it.
    Provider,
    /// Its reply came, and could not be read.
    Reading,
    /// Its model declined to answer.
    Declined,
}

/// The seats that were not heard in the round that lost its quorum, in seat order; empty unless one did.
pub(crate) fn unheard(history: &History) -> Vec<Unheard> {
    let Some(lost) = history.rounds.last().filter(|_| history.has_lost_quorum()) else { return Vec::new() };
    let board = Board::of(history);
    let here: Vec<&Slot<'_>> =
        board.slots().iter().filter(|slot| slot.phase.name == lost.phase && slot.round == lost.round).collect();
    let seats = history.agents.iter().map(|agent| agent.seat);
    seats.filter_map(|seat| of_seat(history, &here, seat)).collect()
}

/// Why a seat was not heard in the slots of a round; `None` when it was, or had no turn in it.
pub(super) fn of_seat(history: &History, slots: &[&Slot<'_>], seat: Seat) -> Option<Unheard> {
    let own = |id: &&TurnId| id.speaker == Speaker::Seat(seat);
    let turns: Vec<&TurnId> =
        slots.iter().flat_map(|slot| &slot.turns).map(|planned| &planned.id).filter(own).collect();
    let passed_over = slots.iter().flat_map(|slot| &slot.passed_over).filter(|(passed, _)| *passed == seat);
    let skipped: Vec<PassedOver> = passed_over.map(|(_, why)| *why).collect();
    let is_heard = turns.iter().any(|turn| history.valid_response(turn).is_some());
    if is_heard || skipped.contains(&PassedOver::NothingNew) {
        return None;
    }
    let (cause, why) = turns.iter().rev().find_map(|turn| of_turn(history, turn)).or_else(|| {
        let lost = absence::absent(history).into_iter().find(|absence| absence.seat == seat)?;
        Some((UnheardCause::Provider, lost.fault.to_string()))
    })?;
    Some(Unheard { seat, cause, why: line(&why) })
}

pub(super) fn of_turn(history: &History, turn: &TurnId) -> Option<(UnheardCause, String)> {
    let taken = history.turns.get(turn)?;
    if let Some(fault) = taken.fault() {
        return Some((UnheardCause::Provider, fault.to_string()));
    }
    let response = taken.response()?;
    let cause = match response {
        Response::Unclear { .. } | Response::Truncated => UnheardCause::Reading,
        Response::Refused => UnheardCause::Declined,
        Response::Filtered => UnheardCause::Provider,
        Response::Position(_)
        | Response::Questions(_)
        | Response::Ballot(_)
        | Response::Perspectives(_)
        | Response::Sorting(_)
        | Response::Synthesis(_) => return None,
    };
    Some((cause, response.headline()))
}
