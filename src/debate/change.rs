//! Changes of mind: who moved, and whether a reason that holds was named.

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::claims::Status;
use crate::debate::consensus::{Standing, Standings};
use crate::debate::log::decision::Moved;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Stance};
use crate::debate::visibility;

/// Returns the seats whose option differs between two rounds, in seat order. The record says what they held before, not
/// they.
pub fn moved(board: &Board<'_>, before: &Standings<'_>, now: &Standings<'_>) -> Vec<Moved> {
    let pairs = now.iter().filter_map(|(seat, standing)| {
        Some((*seat, before.get(seat)?.option.clone()?, standing, standing.option.clone()?))
    });
    let changed = pairs.filter(|(_, from, _, to)| from != to);
    let told = |(seat, from, standing, to): (Seat, OptionId, &Standing<'_>, OptionId)| {
        let account = account(board, seat, standing, |stance| stance.option.as_ref() == Some(&to));
        Moved { seat, from, to, cited: account.cited, claims: account.claims, because: account.because }
    };
    changed.map(told).collect()
}

/// What a seat gives as the cause of a change of mind.
pub(crate) struct Account {
    /// Whether it named a claim that holds.
    pub(crate) cited: bool,
    /// The claims it named.
    pub(crate) claims: Vec<ClaimId>,
    /// Its words.
    pub(crate) because: String,
}

/// Returns the account of a seat for where it stands `now`; `is_it` tells the stances that belong to the move.
pub(crate) fn account(board: &Board<'_>, seat: Seat, now: &Standing<'_>, is_it: impl Fn(&Stance) -> bool) -> Account {
    // The account may stand in an earlier round than the last: a seat that moved in round 2 has nothing to explain in
    // round 3. It must not be older than the move, though: a seat that left and came back owes a new one.
    let own = board
        .slots()
        .iter()
        .flat_map(|slot| &slot.turns)
        .map(|planned| &planned.id)
        .filter(|turn| turn.speaker == Speaker::Seat(seat));
    let stances: Vec<_> = own.filter_map(|turn| Some((turn, board.history.valid_response(turn)?.stance()?))).collect();
    let until = stances.iter().position(|(turn, _)| *turn == now.turn).map_or(stances.len(), |place| place + 1);
    let held = stances[..until].iter().rev().take_while(|(_, stance)| is_it(stance));
    let mut given: Vec<_> = held.filter_map(|(turn, stance)| Some((*turn, stance.change.as_ref()?))).collect();
    given.reverse();
    let cited =
        given.iter().any(|(turn, change)| change.decisive_claims.iter().any(|claim| holds(board, seat, turn, claim)));
    let latest = now.stance.change.as_ref().or_else(|| given.last().map(|(_, change)| *change));
    Account {
        cited,
        claims: latest.map(|change| change.decisive_claims.clone()).unwrap_or_default(),
        because: latest.map(|change| change.because.clone()).unwrap_or_default(),
    }
}

/// Whether a claim can have caused a change: it exists, the seat had seen it, and it carries evidence or a rebuttal; or
/// it is the seat's own and given up.
pub fn holds(board: &Board<'_>, seat: Seat, turn: &TurnId, claim: &ClaimId) -> bool {
    let Some(entry) = board.ledger().iter().find(|entry| entry.id == *claim) else {
        return false;
    };
    if entry.seat == seat {
        return entry.status == Status::Conceded;
    }
    let at = board.slots().iter().position(|slot| slot.turns.iter().any(|planned| planned.id == *turn));
    let was_shown = at.is_some_and(|at| {
        visibility::shown(board, at, Speaker::Seat(seat)).iter().any(|said| *said.turn == entry.turn)
    });
    was_shown && (!entry.claim.evidence.is_empty() || !entry.claim.rebuts.is_empty())
}
