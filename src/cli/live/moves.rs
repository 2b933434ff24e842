//! Changes of mind, as the record tells them and not as the mover does.

use std::fmt;

use crate::cli::live::speakers::name;
use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::claims::Entry;
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::history::History;
use crate::debate::log::decision::Moved;
use crate::debate::log::estimates::{Revised, worded};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Stance};
use crate::debate::{change, estimate, text};

/// Longest quote of a claim, in characters.
const QUOTE_CHARS_MAX: usize = 60;

/// A change of mind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    /// Whose.
    pub(super) name: String,
    /// From which option or number.
    pub(super) from: String,
    /// To which.
    pub(super) to: String,
    /// The claims it named, with what they say.
    pub(super) claims: Vec<(ClaimId, String)>,
    /// Whether one of them holds as a cause.
    pub(super) cited: bool,
}

impl Move {
    /// What the move rests on, in short.
    pub(super) fn grounds(&self) -> String {
        let ids: Vec<&str> = self.claims.iter().map(|(claim, _)| claim.0.as_str()).collect();
        match (self.cited, ids.as_slice()) {
            (true, _) => format!("citing {}", ids.join(", ")),
            (false, []) => "no reason cited".to_owned(),
            (false, _) => format!("citing {}, which does not hold as a reason", ids.join(", ")),
        }
    }
}

/// The move in full, without the name.
impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "moved from {} to {}, {}", self.from, self.to, self.grounds())?;
        match self.claims.as_slice() {
            [(_, words)] if !words.is_empty() => write!(f, ": “{words}”"),
            _ => Ok(()),
        }
    }
}

/// Returns how a stance that has just landed differs from what its seat held in the last counted round before it.
pub(super) fn on_landing(board: &Board<'_>, seat: Seat, turn: &TurnId, stance: &Stance) -> Option<Move> {
    let history = board.history;
    let counted = consensus::counted_rounds(history);
    let (phase, round) = counted.into_iter().rfind(|at| *at != (turn.phase.as_str(), turn.round))?;
    let before = consensus::standings(board, phase, round);
    let (turn, taken) = history.turns.get_key_value(turn)?;
    let voice = &taken.attempts.last()?.voice;
    let standing = Standing { turn, voice, option: held(history, turn, seat, stance), stance, confidence: None };
    between(board, &before, &Standings::from([(seat, standing)])).pop()
}

/// Returns who holds another option after the last counted round than before it.
pub(super) fn of_last_round(history: &History) -> Vec<Move> {
    let board = Board::of(history);
    let [.., before, now] = consensus::counted_rounds(history)[..] else {
        return Vec::new();
    };
    let at = |(phase, round): (&str, u32)| consensus::standings(&board, phase, round);
    between(&board, &at(before), &at(now))
}

/// Who holds another option, or gives another number.
fn between(board: &Board<'_>, before: &Standings<'_>, now: &Standings<'_>) -> Vec<Move> {
    let told = |seat: Seat, (from, to): (String, String), claims: &[ClaimId], cited: bool| {
        let claims = claims.iter().map(|claim| (claim.clone(), quote(board.ledger(), claim))).collect();
        Move { name: name(board.history, Speaker::Seat(seat)), from, to, claims, cited }
    };
    if estimate::counted(board.history).is_some() {
        let revised = estimate::revised(board, before, now);
        let ends = |revised: &Revised| (worded(revised.from), worded(revised.to));
        return revised.iter().map(|r| told(r.seat, ends(r), &r.claims, r.cited)).collect();
    }
    let moved = change::moved(board, before, now);
    let ends = |moved: &Moved| (moved.from.to_string(), moved.to.to_string());
    moved.iter().map(|m| told(m.seat, ends(m), &m.claims, m.cited)).collect()
}

/// Returns the option of a stance; an opening statement's is the one it was sorted into.
pub(super) fn held(history: &History, turn: &TurnId, seat: Seat, stance: &Stance) -> Option<OptionId> {
    let sorted = || {
        history
            .frozen
            .as_ref()
            .filter(|_| consensus::is_opening(history, &turn.phase))
            .and_then(|frozen| frozen.sorted.get(&seat))
    };
    stance.option.clone().or_else(|| sorted().cloned())
}

/// Returns what a claim says, in short; nothing for a claim that does not exist.
pub(super) fn quote(ledger: &[Entry], claim: &ClaimId) -> String {
    ledger
        .iter()
        .find(|entry| entry.id == *claim)
        .map(|entry| text::clip(&entry.claim.text, QUOTE_CHARS_MAX))
        .unwrap_or_default()
}
