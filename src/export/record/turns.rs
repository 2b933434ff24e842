//! What was said in a session, turn by turn, in a record.
//!
//! Must never tell what is sealed.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::board::Board;
use crate::debate::history::{History, Turn};
use crate::debate::log::ids::TurnId;
use crate::debate::reply::Fault;
use crate::debate::response::{Response, Synthesis};
use crate::debate::schedule;
use crate::export::record::names::name;

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TurnRecord {
    /// Which.
    #[serde(flatten)]
    pub turn: TurnId,
    /// The speaker's name on the panel.
    pub name: String,
    /// What was said; `None` when the seat was absent.
    pub response: Option<Response>,
    /// Why the seat was absent.
    pub fault: Option<Fault>,
    /// Whether the reply was lost or never came: the attempt started and nothing is known of its end.
    pub unknown: bool,
}

/// Turns in the order of the schedule, the program's own first and last.
pub(super) fn turns(history: &History, sealed: &BTreeSet<TurnId>) -> Vec<TurnRecord> {
    let board = Board::of(history);
    let own = |phase: &'static str| history.turns.keys().filter(move |turn| turn.phase == phase).cloned();
    let planned = board.slots().iter().flat_map(|slot| &slot.turns).map(|planned| planned.id.clone());
    let mut order: Vec<TurnId> = own(schedule::FRAMING).collect();
    for turn in planned {
        let after_opening = order
            .last()
            .is_some_and(|last| history.setup.mode.phases.first().is_some_and(|first| first.name == last.phase));
        if after_opening && history.setup.mode.phases.first().is_some_and(|first| first.name != turn.phase) {
            order.extend(own(schedule::OPTIONS));
        }
        order.push(turn);
    }
    if !order.iter().any(|turn| turn.phase == schedule::OPTIONS) {
        order.extend(own(schedule::OPTIONS));
    }
    order.extend(own(schedule::SYNTHESIS));
    let shown = |turn: TurnRecord| match sealed.contains(&turn.turn) {
        true => TurnRecord { response: None, ..turn },
        false => turn,
    };
    order.iter().filter_map(|turn| turn_record(history, turn)).map(shown).collect()
}

fn turn_record(history: &History, turn: &TurnId) -> Option<TurnRecord> {
    let taken = history.turns.get(turn)?;
    Some(TurnRecord {
        turn: turn.clone(),
        name: name(history, turn.speaker),
        response: taken.response().cloned(),
        fault: taken.fault().cloned(),
        unknown: taken.attempts.last().is_some_and(|attempt| attempt.outcome.is_none()),
    })
}

/// The closing text that closes the verdict, or why there is none to be read.
pub(super) fn synthesis(history: &History) -> (Option<Synthesis>, Option<String>) {
    // Earlier ones close an earlier verdict; of those that close this one, the latest that can be read stands.
    let closes_verdict = |turn: &TurnId| turn.phase == schedule::SYNTHESIS && turn.round >= history.synthesis_first;
    let written: Vec<&Turn> =
        history.turns.iter().filter(|(turn, _)| closes_verdict(turn)).map(|(_, turn)| turn).collect();
    let readable = written.iter().rfind(|turn| matches!(turn.response(), Some(Response::Synthesis(_))));
    let Some(turn) = readable.or(written.last()) else { return (None, None) };
    match (turn.response(), turn.fault()) {
        (Some(Response::Synthesis(synthesis)), _) => (Some(synthesis.clone()), None),
        (Some(other), _) => (None, Some(other.headline())),
        (None, Some(fault)) => (None, Some(fault.to_string())),
        (None, None) => (None, None),
    }
}
