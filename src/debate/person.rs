//! People on the panel: which turns they have, what comes of their answers, and what they must not see before.
//!
//! A person's answer takes the same path as a model's reply. Must never let a person read what is sealed from their seat.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::debate::ask::Ask;
use crate::debate::board::Board;
use crate::debate::event::Event;
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::mode::{Order, Sees};
use crate::debate::prompt::scope;
use crate::debate::protocol::{self, Step};
use crate::debate::reply::{Finish, Reply, Usage};
use crate::debate::response::contract::{Contract, Scope};
use crate::debate::response::filled;
use crate::debate::schedule::Slot;
use crate::debate::voices::is_person;
use crate::debate::waiting::Waiting;

/// A turn that a person has.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// What is asked.
    pub ask: Ask,
    /// On which terms.
    pub contract: Contract,
    /// How much of the form is asked for.
    pub scope: Scope,
}

/// The turns that a session waits for people to take; empty while it does not.
pub fn due(history: &History) -> Vec<Due> {
    let (Some(Waiting::Turns(_)), Step::Ask(asks)) = (&history.waiting, protocol::next(history)) else {
        return Vec::new();
    };
    let due = asks.into_iter().filter(|ask| ask.voice.is_person());
    let board = Board::of(history);
    let due_of = |ask: Ask| {
        let (contract, scope) = (protocol::contract(&board, &ask.turn)?, scope::of(history, ask.turn.speaker));
        Some(Due { ask, contract, scope })
    };
    due.filter_map(due_of).collect()
}

/// Turns what a person gave into the events of the turn; what is left out is filled in.
///
/// # Errors
/// Says what is wrong with what was given: an unknown or missing field, or a value that cannot be read.
pub fn taken(history: &History, due: &Due, given: &Map<String, Value>) -> Result<Vec<Event>, String> {
    let form = filled::filled(&due.contract, due.scope, given)?;
    let reply = reply(due, Value::Object(form).to_string());
    let response = protocol::read(history, &due.ask.turn, &reply);
    if !response.is_valid() {
        return Err(response.headline().trim_start_matches("unreadable reply: ").to_owned());
    }
    // A person can put right what would be left out of a model's reply.
    if let Some(unread) = response.unread().first() {
        return Err(format!("`{}`: {}", unread.field, unread.why));
    }
    let (turn, attempt) = (due.ask.turn.clone(), due.ask.attempt);
    Ok(vec![protocol::started(&due.ask), Event::TurnFinished { turn, attempt, reply, response }])
}

/// A person's reply: it takes no tokens, no request and no money.
fn reply(due: &Due, text: String) -> Reply {
    Reply {
        text,
        reasoning: None,
        model: due.ask.voice.model.clone(),
        finish: Finish::Complete,
        usage: Usage::default(),
        cost_usd: Some(0.0),
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 0,
        requests: 0,
        lost: 0,
        loss: None,
    }
}

/// The turns whose words are still sealed from a person who speaks in the same stage.
pub fn sealed(history: &History) -> BTreeSet<TurnId> {
    // Most panels have no people, and laying the slots out takes its time.
    if history.ending.is_some() || !history.agents.iter().any(|agent| agent.voice.is_person()) {
        return BTreeSet::new();
    }
    let board = Board::of(history);
    let waits = board.slots().iter().filter(|slot| waits_unseen(history, slot));
    let turns = waits.flat_map(|slot| &slot.turns).map(|planned| planned.id.clone());
    turns.filter(|turn| !is_person(history, turn.speaker)).collect()
}

/// Whether a person in the stage has yet to speak, and is not to see what the others say in it.
fn waits_unseen(history: &History, slot: &Slot<'_>) -> bool {
    let is_apart = slot.stage.order == Order::Parallel || slot.stage.sees == Sees::Nothing;
    let waits = |turn: &TurnId| is_person(history, turn.speaker) && history.response(turn).is_none();
    is_apart && slot.turns.iter().any(|planned| waits(&planned.id))
}
