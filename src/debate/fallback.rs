//! Turns that were taken through another voice than the seat's own, because that one had failed.
//!
//! Must never call two seats independent that spoke through one model.

use crate::debate::agent::{Seat, Voice};
use crate::debate::history::{History, Outcome};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::reply::Fault;

/// A turn in which a fallback stepped in for a seat.
#[derive(Debug, Clone, PartialEq)]
pub struct SteppedIn<'a> {
    /// Which turn.
    pub turn: &'a TurnId,
    /// Whose.
    pub seat: Seat,
    /// Who was asked last.
    pub voice: &'a Voice,
    /// How the seat's own voice had failed; `None` in a log that does not tell.
    pub fault: Option<&'a Fault>,
    /// Other seats that spoke, or are about to, through the same model in the same round.
    pub shared_with: Vec<Seat>,
}

/// Returns the turns in which fallbacks stepped in: stage by stage as they were held, within a stage by seat.
pub fn stepped_in(history: &History) -> Vec<SteppedIn<'_>> {
    let mut found: Vec<SteppedIn<'_>> = history.turns.keys().filter_map(|turn| stepped_in_for(history, turn)).collect();
    found.sort_by_key(|stepped| (stage_begun(history, stepped.turn), stepped.seat));
    found
}

/// Place of the event that began the stage of a turn.
fn stage_begun(history: &History, here: &TurnId) -> u64 {
    let is_here = |turn: &&TurnId| turn.phase == here.phase && turn.round == here.round && turn.stage == here.stage;
    history.turns.keys().filter(is_here).map(|turn| history.begun(turn)).min().unwrap_or(u64::MAX)
}

/// Returns how a fallback stepped in for a seat in its turn; `None` where the seat speaks for itself.
pub fn stepped_in_for<'a>(history: &'a History, turn: &TurnId) -> Option<SteppedIn<'a>> {
    let Speaker::Seat(seat) = turn.speaker else { return None };
    let own = &history.agent(seat)?.voice;
    let (turn, taken) = history.turns.get_key_value(turn)?;
    let voice = &taken.attempts.last()?.voice;
    if voice == own {
        return None;
    }
    let here = taken.settled().filter_map(|(attempt, outcome)| failure_of(own, &attempt.voice, outcome)).last();
    Some(SteppedIn {
        turn,
        seat,
        voice,
        fault: here.or_else(|| lost(history, own, turn)),
        shared_with: sharers(history, turn, seat, voice),
    })
}

/// The failure for good because of which a voice was not asked in this turn at all.
fn lost<'a>(history: &'a History, own: &Voice, turn: &TurnId) -> Option<&'a Fault> {
    let begun = history.last_begun(turn);
    let settled = history.turns.values().flat_map(|turn| turn.settled()).filter(|(attempt, _)| attempt.seq < begun);
    let lasting = settled.filter_map(|(attempt, outcome)| {
        let fault = failure_of(own, &attempt.voice, outcome)?;
        fault.kind.is_lasting().then_some((attempt.seq, fault))
    });
    lasting.max_by_key(|(seq, _)| *seq).map(|(_, fault)| fault)
}

fn failure_of<'a>(own: &Voice, asked: &Voice, outcome: &'a Outcome) -> Option<&'a Fault> {
    match outcome {
        Outcome::Failed(fault) if asked == own => Some(fault),
        Outcome::Failed(_) | Outcome::Finished { .. } => None,
    }
}

fn sharers(history: &History, here: &TurnId, seat: Seat, voice: &Voice) -> Vec<Seat> {
    let is_here = |turn: &TurnId| turn.phase == here.phase && turn.round == here.round;
    let others = history.turns.iter().filter_map(|(turn, taken)| match turn.speaker {
        Speaker::Seat(other) if is_here(turn) && other != seat => {
            let latest = taken.attempts.last()?;
            let has_failed = matches!(latest.outcome, Some(Outcome::Failed(_)));
            (latest.voice == *voice && !has_failed).then_some(other)
        }
        Speaker::Seat(_) | Speaker::Moderator => None,
    });
    let mut seats: Vec<Seat> = others.collect();
    seats.sort();
    seats.dedup();
    seats
}
