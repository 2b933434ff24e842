//! Who has which turn, in which order: the mode laid out over the rounds so far.
//!
//! Depends on closed rounds and settled earlier turns alone, never on who answered first.

use std::collections::BTreeSet;

use crate::debate::agent::{Seat, Voice};
use crate::debate::ask::{Speaker, TurnId};
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
pub fn cursor(history: &History) -> Cursor {
    let phases = &history.setup.mode.phases;
    let Some(last) = history.rounds.last() else {
        return Cursor::Round(0, 1);
    };
    let Some(index) = phases.iter().position(|phase| phase.name == last.phase) else {
        return Cursor::Over;
    };
    if last.stop.is_none() && last.round < rounds(history, &phases[index]) {
        return Cursor::Round(index, last.round + 1);
    }
    if index + 1 < phases.len() { Cursor::Round(index + 1, 1) } else { Cursor::Over }
}

/// Returns how many rounds a phase takes at most.
pub fn rounds(history: &History, phase: &Phase) -> u32 {
    phase.rounds.map_or(1, |rounds| history.setup.rounds.unwrap_or(rounds.default))
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
    for (phase, round) in closed.chain(current) {
        for stage in &phase.stages {
            let slot = slot(history, (phase, round, stage), &slots, &lost);
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
    Slot { phase, round, stage, turns, passed_over }
}

/// The moderator's turn of one of the program's own phases.
pub fn moderator_turn(history: &History, phase: &str, stage: &str) -> Planned {
    let id = TurnId { phase: phase.to_owned(), round: 1, stage: stage.to_owned(), speaker: Speaker::Moderator };
    // The passes over the options run side by side, so one must not depend on how another ends.
    let lost = lost_in(history, |turn| turn.phase != phase);
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
    let settled = history.turns.iter().filter(|(id, _)| in_scope(id)).flat_map(|(_, turn)| turn.settled());
    let lasting = settled.filter(|(_, outcome)| matches!(outcome, Outcome::Failed(fault) if fault.kind.is_lasting()));
    lasting.map(|(attempt, _)| attempt.voice.provider.clone()).collect()
}
