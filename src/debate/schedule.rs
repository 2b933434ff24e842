//! Who has which turn, in which order: the mode laid out over the rounds so far.
//!
//! Depends on closed rounds and settled earlier turns alone, never on who answered first.

use std::collections::BTreeSet;

use crate::debate::agent::{Seat, Voice};
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::event::ClosedRound;
use crate::debate::history::{History, Outcome};
use crate::debate::mode::{Form, Order, Phase, Sees, Speakers, Stage};
use crate::debate::response::Response;

/// Phase of the turn that proposes personas.
pub const FRAMING: &str = "framing";
/// Phase of the turns that sort opening statements into options.
pub const OPTIONS: &str = "options";
/// Phase of the closing text.
pub const SYNTHESIS: &str = "synthesis";

/// One stage of one round.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    /// Its phase.
    pub phase: &'a Phase,
    /// Its round, from 1.
    pub round: u32,
    /// How many times the debate had been made to go on before.
    pub continuation: usize,
    /// Its stage.
    pub stage: &'a Stage,
    /// The turns to be taken, in speaking order.
    pub turns: Vec<Planned>,
    /// Seats of the stage that are not asked, and why.
    pub passed_over: Vec<(Seat, PassedOver)>,
}

/// A turn with the voices that may take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which turn.
    pub id: TurnId,
    /// Who may be asked, in order of preference; a seat has one voice, the moderator as many as there are providers.
    pub voices: Vec<Voice>,
}

/// Why a seat is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOver {
    /// Its provider refused in an earlier stage for a reason that lasts.
    ProviderLost,
    /// It has already rated the frozen options, and has seen nothing since.
    NothingNew,
}

/// Where a debate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// In this round of this phase (its index).
    Round(usize, u32),
    /// All phases are over.
    Over,
}

/// Returns the phase and round that come after the closed ones.
///
/// A continuation goes back to the exchange, and from there to the end of the mode; rounds are counted on.
pub fn cursor(history: &History) -> Cursor {
    let phases = &history.setup.mode.phases;
    let begun = history.continuations.last().map_or(0, |continuation| continuation.after);
    let Some(last) = history.rounds[begun..].last() else {
        let first = if history.continuations.is_empty() { Some(0) } else { exchange(history) };
        return first.map_or(Cursor::Over, |index| next_round(history, index));
    };
    let Some(index) = phases.iter().position(|phase| phase.name == last.phase) else {
        return Cursor::Over;
    };
    if last.stop.is_none() && last.round < rounds(history, &phases[index], last.round) {
        return Cursor::Round(index, last.round + 1);
    }
    if index + 1 < phases.len() { next_round(history, index + 1) } else { Cursor::Over }
}

fn next_round(history: &History, index: usize) -> Cursor {
    Cursor::Round(index, held(&history.rounds, &history.setup.mode.phases[index]) + 1)
}

/// Index of the phase that a continuation goes back to: the last one whose rounds can be set. `None` for a mode without one.
pub fn exchange(history: &History) -> Option<usize> {
    history.setup.mode.phases.iter().rposition(|phase| phase.rounds.is_some())
}

/// Returns the number of the last round that a phase takes at most, as planned when it came to `round`.
pub fn rounds(history: &History, phase: &Phase, round: u32) -> u32 {
    let Some(range) = phase.rounds else { return round };
    let is_exchange = exchange(history).is_some_and(|index| history.setup.mode.phases[index].name == phase.name);
    let mut planned = history.setup.rounds.unwrap_or_else(|| history.setup.thresholds.rounds(range));
    for continuation in history.continuations.iter().filter(|_| is_exchange) {
        let before = held(&history.rounds[..continuation.after], phase);
        if round <= before {
            break;
        }
        planned = before + continuation.terms.rounds;
    }
    planned
}

/// Whether the rounds of a phase are fixed when it comes to `round`, so that no rule may end it early.
pub fn is_fixed(history: &History, round_index: usize) -> bool {
    history.setup.rounds.is_some() || continuation_of(history, round_index) > 0
}

/// How many times the debate had been made to go on before its round at this index.
fn continuation_of(history: &History, round_index: usize) -> usize {
    history.continuations.iter().filter(|continuation| continuation.after <= round_index).count()
}

/// The number of the last round of a phase among `rounds`; 0 without one.
fn held(rounds: &[ClosedRound], phase: &Phase) -> u32 {
    rounds.iter().filter(|closed| closed.phase == phase.name).map(|closed| closed.round).max().unwrap_or(0)
}

/// Lays out every stage of the closed rounds and of the round under way, in order.
pub fn slots(history: &History) -> Vec<Slot<'_>> {
    let phases = &history.setup.mode.phases;
    let closed = history
        .rounds
        .iter()
        .filter_map(|closed| Some((phases.iter().find(|phase| phase.name == closed.phase)?, closed.round)));
    let current = match cursor(history) {
        Cursor::Round(index, round) => Some((&phases[index], round)),
        Cursor::Over => None,
    };
    let mut lost = lost_in(history, |turn| turn.phase == FRAMING);
    let mut slots: Vec<Slot<'_>> = Vec::new();
    for (index, (phase, round)) in closed.chain(current).enumerate() {
        if history.fresh_from.contains(&index) {
            lost.clear();
        }
        for stage in &phase.stages {
            let slot = slot(history, (phase, round, stage), continuation_of(history, index), &slots, &lost);
            lost.extend(lost_in(history, |turn| slot.turns.iter().any(|planned| planned.id == *turn)));
            slots.push(slot);
        }
        if history.frozen.is_some() {
            lost.extend(lost_in(history, |turn| turn.phase == OPTIONS));
        }
    }
    slots
}

fn slot<'a>(
    history: &History,
    (phase, round, stage): (&'a Phase, u32, &'a Stage),
    continuation: usize,
    before: &[Slot<'a>],
    lost: &BTreeSet<String>,
) -> Slot<'a> {
    let mut turns = Vec::new();
    let mut passed_over = Vec::new();
    for speaker in speakers(history, stage, round) {
        let id = TurnId { phase: phase.name.clone(), round, stage: stage.name.clone(), speaker };
        let voices = voices(history, speaker, lost);
        match speaker {
            Speaker::Seat(seat) if voices.is_empty() => passed_over.push((seat, PassedOver::ProviderLost)),
            Speaker::Seat(seat) if says_nothing_new(history, stage, before, seat) => {
                passed_over.push((seat, PassedOver::NothingNew))
            }
            Speaker::Seat(_) | Speaker::Moderator => turns.push(Planned { id, voices }),
        }
    }
    Slot { phase, round, continuation, stage, turns, passed_over }
}

/// The moderator's turn of one of the program's own phases that come once.
pub fn moderator_turn(history: &History, phase: &str, stage: &str) -> Planned {
    moderator_round(history, phase, 1, stage)
}

/// The turn in which the closing text that is due gets written.
pub fn synthesis_turn(history: &History) -> Planned {
    moderator_round(history, SYNTHESIS, history.synthesis_round, SYNTHESIS)
}

fn moderator_round(history: &History, phase: &str, round: u32, stage: &str) -> Planned {
    let id = TurnId { phase: phase.to_owned(), round, stage: stage.to_owned(), speaker: Speaker::Moderator };
    // The passes over the options run side by side, so one must not depend on how another ends.
    let lost = lost_since(history, history.reopened_seq, |turn| turn.phase != phase);
    Planned { id, voices: voices(history, Speaker::Moderator, &lost) }
}

fn speakers(history: &History, stage: &Stage, round: u32) -> Vec<Speaker> {
    let agents = history.agents.iter().filter(|agent| match &stage.speakers {
        Speakers::All => true,
        Speakers::Moderator => false,
        Speakers::Team(team) => agent.persona.team.as_ref() == Some(team),
        Speakers::Persona(name) => agent.persona.name == *name,
    });
    let mut speakers: Vec<Speaker> = agents.map(|agent| Speaker::Seat(agent.seat)).collect();
    match (&stage.speakers, stage.order) {
        (Speakers::Moderator, _) => speakers.push(Speaker::Moderator),
        (_, Order::Sequential) if !speakers.is_empty() => {
            let shift = (round as usize - 1) % speakers.len();
            speakers.rotate_left(shift);
        }
        (_, Order::Sequential | Order::Parallel) => {}
    }
    speakers
}

fn voices(history: &History, speaker: Speaker, lost: &BTreeSet<String>) -> Vec<Voice> {
    let candidates: Vec<&Voice> = match speaker {
        Speaker::Seat(seat) => history.agent(seat).map(|agent| &agent.voice).into_iter().collect(),
        Speaker::Moderator => history.setup.moderators.iter().collect(),
    };
    candidates.into_iter().filter(|voice| !lost.contains(&voice.provider)).cloned().collect()
}

/// Whether a sealed ballot would only repeat one that the seat has already cast on these options.
fn says_nothing_new(history: &History, stage: &Stage, before: &[Slot<'_>], seat: Seat) -> bool {
    if stage.form != Form::Ballot || stage.sees != Sees::Nothing {
        return false;
    }
    for slot in before.iter().rev() {
        let Some(planned) = slot.turns.iter().find(|planned| planned.id.speaker == Speaker::Seat(seat)) else {
            continue;
        };
        // A ballot cast after seeing others is a new one as long as nothing was seen since.
        if history.response(&planned.id).and_then(Response::stance).is_some_and(|stance| stance.option.is_some()) {
            return true;
        }
        if slot.stage.sees != Sees::Nothing {
            return false;
        }
    }
    false
}

/// Providers that failed for a lasting reason in the turns that `in_scope` picks.
fn lost_in(history: &History, in_scope: impl Fn(&TurnId) -> bool) -> BTreeSet<String> {
    lost_since(history, 0, in_scope)
}

/// Like [`lost_in`], in attempts begun after the event at `seq`.
fn lost_since(history: &History, seq: u64, in_scope: impl Fn(&TurnId) -> bool) -> BTreeSet<String> {
    let settled = history.turns.iter().filter(|(id, _)| in_scope(id)).flat_map(|(_, turn)| turn.settled());
    let settled = settled.filter(|(attempt, _)| attempt.seq > seq);
    let lasting = settled.filter(|(_, outcome)| matches!(outcome, Outcome::Failed(fault) if fault.kind.is_lasting()));
    lasting.map(|(attempt, _)| attempt.voice.provider.clone()).collect()
}
