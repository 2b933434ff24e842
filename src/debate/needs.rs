//! Facts from outside that agents need: collected, numbered, waited for, answered.
//!
//! Must never wait twice for the same need, and never wait where no further round could use the answer.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::round::ClosedRound;
use crate::debate::response::{Need, NeedId, Response};
use crate::debate::rules;
use crate::debate::schedule::{self, Cursor, Slot};
use crate::debate::waiting::{Answers, Waiting};

/// What had been answered when a turn began.
pub(crate) fn answers_before<'a>(history: &'a History, turn: &TurnId) -> &'a [Answers] {
    let begun = history.begun(turn);
    let known = history.answers.iter().take_while(|answers| answers.seq < begun).count();
    &history.answers[..known]
}

/// A numbered need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "NeedEntry")]
pub struct Entry {
    /// `n1`, `n2`, …
    pub id: NeedId,
    /// What is to be found out, in the words of the first who asked.
    pub query: String,
    /// What it would settle, in the same seat's words.
    pub reason: String,
    /// Whether somebody cannot justify a position without it.
    pub required: bool,
    /// Who asked, in the order in which they did.
    pub seats: Vec<Seat>,
    /// In which turn it was asked first.
    pub turn: TurnId,
    /// What became of it.
    pub status: Status,
}

/// What became of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "NeedStatus")]
pub enum Status {
    /// The session waits for it.
    Awaited,
    /// A fact was supplied.
    Supplied,
    /// The debate went, or goes, on without it.
    Unanswered,
}

/// Returns the needs of the closed rounds, by round and seat. Those in the same words are one.
pub fn needs(history: &History) -> Vec<Entry> {
    needs_of(&Board::of(history))
}

/// Like [`needs`], on a board.
pub fn needs_of(board: &Board<'_>) -> Vec<Entry> {
    let Some(terms) = board.history.setup.needs else { return Vec::new() };
    let identity = |need: &str| rules::identity(board.history.setup.format, need);
    let mut entries: Vec<Entry> = Vec::new();
    for closed in &board.history.rounds {
        let raised = raised(board, closed);
        let news = chosen(&raised, &entries, terms.per_round_max, &identity);
        for (seat, turn, need) in raised {
            let words = identity(&need.query);
            match entries.iter_mut().find(|entry| identity(&entry.query) == words) {
                Some(entry) => {
                    entry.required |= need.required;
                    if !entry.seats.contains(&seat) {
                        entry.seats.push(seat);
                    }
                }
                None if news.contains(&words) => entries.push(Entry {
                    id: NeedId(format!("n{}", entries.len() + 1)),
                    query: need.query.clone(),
                    reason: need.reason.clone(),
                    required: need.required,
                    seats: vec![seat],
                    turn: turn.clone(),
                    status: Status::Unanswered,
                }),
                None => {}
            }
        }
    }
    for entry in &mut entries {
        entry.status = status(board.history, &entry.id);
    }
    entries
}

/// The facts that the debate is to wait for before the next round begins; empty where it goes on without.
pub(crate) fn due(board: &Board<'_>) -> Vec<NeedId> {
    let is_exchange_due = match (board.cursor(), schedule::exchange(board.history)) {
        (Cursor::Round(index, _), Some(exchange)) => index <= exchange,
        (Cursor::Round(..) | Cursor::Over, _) => false,
    };
    let closed = board.history.rounds.len();
    let was_settled = board.history.awaited.iter().any(|awaited| awaited.after == closed)
        // Whoever takes a debate further has read what it needs.
        || board.history.continuations.last().is_some_and(|more| more.after == closed);
    let (Some(last), true) = (board.history.rounds.last(), board.history.setup.needs.is_some_and(|terms| terms.waits))
    else {
        return Vec::new();
    };
    if !is_exchange_due || was_settled {
        return Vec::new();
    }
    let identity = |need: &str| rules::identity(board.history.setup.format, need);
    let required: BTreeSet<String> = raised(board, last)
        .into_iter()
        .filter(|(_, _, need)| need.required)
        .map(|(_, _, need)| identity(&need.query))
        .collect();
    let was_awaited = |id: &NeedId| board.history.awaited.iter().any(|awaited| awaited.needs.contains(id));
    let entries = needs_of(board).into_iter();
    entries
        .filter(|entry| required.contains(&identity(&entry.query)))
        .filter(|entry| entry.status == Status::Unanswered && !was_awaited(&entry.id))
        .map(|entry| entry.id)
        .collect()
}

/// What the seats of a round need, by seat.
fn raised<'a>(board: &'a Board<'_>, closed: &ClosedRound) -> Vec<(Seat, &'a TurnId, &'a Need)> {
    let is_here = |slot: &&Slot<'_>| slot.phase.name == closed.phase && slot.round == closed.round;
    let turns = board.slots().iter().filter(is_here).flat_map(|slot| &slot.turns).map(|planned| &planned.id);
    let mut raised: Vec<(Seat, &TurnId, &Need)> = turns
        .filter_map(|turn| match (turn.speaker, board.history.valid_response(turn)) {
            (Speaker::Seat(seat), Some(Response::Position(position))) => Some((seat, turn, position)),
            _ => None,
        })
        .flat_map(|(seat, turn, position)| position.needs.iter().map(move |need| (seat, turn, need)))
        .collect();
    raised.sort_by_key(|(seat, ..)| *seat);
    raised
}

/// The words of the needs that are new and within the bound, what is required first.
fn chosen(
    raised: &[(Seat, &TurnId, &Need)],
    known: &[Entry],
    most: u32,
    identity: &dyn Fn(&str) -> String,
) -> BTreeSet<String> {
    let mut first: Vec<&Need> = raised.iter().map(|(_, _, need)| *need).collect();
    first.sort_by_key(|need| !need.required);
    let mut chosen = BTreeSet::new();
    for words in first.into_iter().map(|need| identity(&need.query)) {
        let is_known = known.iter().any(|entry| identity(&entry.query) == words);
        if !is_known && chosen.len() < most as usize {
            chosen.insert(words);
        }
    }
    chosen
}

fn status(history: &History, id: &NeedId) -> Status {
    let answered = history.answers.iter().flat_map(|answers| &answers.facts);
    let facts = answered.chain(history.continuations.iter().flat_map(|more| &more.terms.facts));
    let is_awaited = matches!(&history.waiting, Some(Waiting::Facts(needs)) if needs.contains(id));
    match (facts.filter_map(|fact| fact.need.as_ref()).any(|need| need == id), is_awaited) {
        (true, _) => Status::Supplied,
        (false, true) => Status::Awaited,
        (false, false) => Status::Unanswered,
    }
}
