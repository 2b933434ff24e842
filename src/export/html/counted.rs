//! The rounds that took stances, seat by seat: what the charts are drawn from.

use std::collections::BTreeMap;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::change;
use crate::debate::consensus::{self, Standings};
use crate::debate::history::History;
use crate::debate::log::decision::Moved;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;
use crate::export::html::chart::Place;
use crate::export::html::reference;
use crate::export::record::Record;

/// A round that took stances.
pub(super) struct Counted {
    /// Its number among the closed rounds, from 1; `None` for an opening that was stopped before it was closed.
    pub(super) number: Option<usize>,
    /// Its phase.
    pub(super) phase: String,
    /// It in words.
    pub(super) title: String,
    /// How far the panel agreed.
    pub(super) consensus: Consensus,
    /// What each seat held.
    pub(super) held: BTreeMap<Seat, Held>,
    /// Who moved since the round before.
    pub(super) moved: Vec<Moved>,
}

/// What a seat held in a round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    /// An option.
    Option(OptionId),
    /// None: it abstained.
    Abstained,
    /// Nothing that could be read.
    Absent,
}

impl Held {
    /// In a word or two.
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Option(option) => &option.0,
            Self::Abstained => "abstained",
            Self::Absent => "absent",
        }
    }
}

/// Returns the rounds that took stances, in order. The opening is counted as seats have corrected it since.
pub(super) fn rounds(record: &Record, history: &History) -> Vec<Counted> {
    let board = Board::of(history);
    let closed: Vec<(usize, &str, u32, &Consensus)> = history
        .rounds
        .iter()
        .enumerate()
        .filter_map(|(index, closed)| {
            Some((index + 1, closed.phase.as_str(), closed.round, closed.consensus.as_ref()?))
        })
        .collect();
    if closed.is_empty() {
        return in_hand(record, &board).into_iter().collect();
    }
    let mut before = Standings::new();
    let mut counted = Vec::new();
    for (number, phase, round, consensus) in closed {
        let standings = consensus::corrected(&board, phase, round);
        let consensus = match consensus::is_opening(history, phase) {
            true => record.sealed.clone().unwrap_or_else(|| consensus::measure(history, &standings)),
            false => consensus.clone(),
        };
        counted.push(Counted {
            number: Some(number),
            phase: phase.to_owned(),
            title: reference::place(&history.rounds, phase, round),
            consensus,
            held: held(history, &standings),
            moved: change::moved(&board, &before, &standings),
        });
        before = standings;
    }
    counted
}

/// What was in hand when the session was stopped in its opening.
fn in_hand(record: &Record, board: &Board<'_>) -> Option<Counted> {
    let consensus = record.last.clone()?;
    let phase = board.history.setup.mode.phases.first()?.name.clone();
    let held = held(board.history, &consensus::latest(board)?);
    let title = reference::place(&board.history.rounds, &phase, 1);
    Some(Counted { number: None, phase, title, consensus, held, moved: Vec::new() })
}

fn held(history: &History, standings: &Standings<'_>) -> BTreeMap<Seat, Held> {
    let of = |seat: &Seat| match standings.get(seat).map(|standing| standing.option.clone()) {
        Some(Some(option)) => Held::Option(option),
        Some(None) => Held::Abstained,
        None => Held::Absent,
    };
    history.agents.iter().map(|agent| (agent.seat, of(&agent.seat))).collect()
}

/// Where the rounds stand.
pub(super) fn places(rounds: &[Counted]) -> Vec<Place<'_>> {
    rounds.iter().map(|round| Place { number: round.number, phase: &round.phase }).collect()
}

impl Counted {
    /// The change of mind of a seat in this round.
    pub(super) fn move_of(&self, seat: Seat) -> Option<&Moved> {
        self.moved.iter().find(|moved| moved.seat == seat)
    }
}
