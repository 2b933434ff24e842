//! The minority report: assembled by the program, in the holders' own words.

use std::collections::BTreeSet;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::claims::{Entry, Status};
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::history::History;
use crate::debate::log::decision::{Dissent, Kind, Moved};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Response};

/// Assembles the minority report for a verdict. In a tie every position is a minority position.
pub fn report(
    board: &Board<'_>,
    winner: Option<&OptionId>,
    sealed: &Standings<'_>,
    last: &Standings<'_>,
    moved: &[Moved],
) -> Vec<Dissent> {
    let mut report: Vec<Dissent> = Vec::new();
    for (kind, standings) in [(Kind::Final, last), (Kind::LastHeard, &consensus::unheard(board, last))] {
        let others = standings.iter().filter(|(_, held)| held.option.is_none() || held.option.as_ref() != winner);
        report.extend(others.map(|(seat, held)| entry(board, kind, *seat, held)));
    }
    for uncited in moved.iter().filter(|moved| !moved.cited && Some(&moved.from) != winner) {
        if let Some(standing) = sealed.get(&uncited.seat) {
            report.push(entry(board, Kind::Abandoned, uncited.seat, standing));
        }
    }
    let reported: BTreeSet<ClaimId> = report.iter().flat_map(|dissent| dissent.claims.iter().cloned()).collect();
    let unrebutted =
        board.ledger().iter().filter(|entry| speaks_against(entry, winner) && !reported.contains(&entry.id));
    report.extend(unrebutted.map(|entry| Dissent {
        kind: Kind::Unrebutted,
        seat: entry.seat,
        option: entry.claim.supports.first().cloned(),
        estimate: None,
        words: entry.claim.text.clone(),
        claims: vec![entry.id.clone()],
        would_settle: Vec::new(),
    }));
    report
}

/// Whether a claim carries evidence, stands unrebutted, and supports some other option than the winner.
fn speaks_against(entry: &Entry, winner: Option<&OptionId>) -> bool {
    let stands = matches!(entry.status, Status::Open | Status::Accepted) && entry.repeats.is_none();
    let supports = &entry.claim.supports;
    let for_others = winner.is_some_and(|winner| !supports.is_empty() && !supports.contains(winner));
    stands && for_others && !entry.claim.evidence.is_empty()
}

/// Words a seat's stance as an entry of the report.
pub(crate) fn entry(board: &Board<'_>, kind: Kind, seat: Seat, standing: &Standing<'_>) -> Dissent {
    let option = standing.option.clone();
    let is_own = |entry: &&Entry| entry.seat == seat && entry.repeats.is_none() && entry.status != Status::Conceded;
    let supports = |entry: &&Entry| {
        entry.claim.supports.is_empty() || option.as_ref().is_none_or(|option| entry.claim.supports.contains(option))
    };
    Dissent {
        kind,
        seat,
        words: words(board.history, standing.turn),
        claims: board.ledger().iter().filter(is_own).filter(supports).map(|entry| entry.id.clone()).collect(),
        would_settle: would_settle(board, seat),
        estimate: standing.stance.estimate,
        option,
    }
}

fn words(history: &History, turn: &TurnId) -> String {
    match history.valid_response(turn) {
        Some(Response::Position(position)) => position.statement.clone(),
        Some(Response::Ballot(ballot)) => {
            let abstained = ballot.stance.abstained.as_deref();
            let parts = [abstained.unwrap_or(&ballot.statement), &ballot.because];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(" ")
        }
        _ => String::new(),
    }
}

/// What the seat last said would change its mind.
fn would_settle(board: &Board<'_>, seat: Seat) -> Vec<String> {
    let own = board
        .slots()
        .iter()
        .rev()
        .flat_map(|slot| &slot.turns)
        .map(|planned| &planned.id)
        .filter(|turn| turn.speaker == Speaker::Seat(seat));
    let mut given = own.filter_map(|turn| match board.history.valid_response(turn)? {
        Response::Position(position) if !position.would_change_my_mind.is_empty() => {
            Some(position.would_change_my_mind.clone())
        }
        _ => None,
    });
    given.next().unwrap_or_default()
}
