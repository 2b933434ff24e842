//! Who has which turn, in which order: the mode laid out over the rounds so far.
//!
//! Depends on closed rounds and settled earlier turns alone, never on who answered first.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::debate::agent::{Seat, Voice};
use crate::debate::continuation::Reopening;
use crate::debate::history::{History, Outcome, Turn};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::mode::{Form, Order, Phase, Sees, Speakers, Stage};
use crate::debate::response::{Response, Stance};

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
    /// The turns to be taken, in speaking order; last those of the seats that came late.
    pub turns: Vec<Planned>,
    /// How many of the turns are of seats that were there when the stage began. Late are those whose providers had failed,
    /// and were asked again when the session was taken up anew in the middle of the round.
    pub punctual: usize,
    /// Seats of the stage that are not asked, and why.
    pub passed_over: Vec<(Seat, PassedOver)>,
}

/// A turn with the voices that may take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which turn.
    pub id: TurnId,
    /// Who may be asked, in order of preference: a seat's own voice and then the fallbacks; for the moderator as many as
    /// there are providers.
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
/// A continuation goes back to the exchange, and from there to the end of the mode; rounds are counted on. A debate that had
/// not come so far gets there first.
pub fn cursor(history: &History) -> Cursor {
    let onward = onward(history);
    let is_due = history.continuations.last().is_some_and(|latest| history.rounds.len() <= latest.after);
    match (onward, exchange(history).filter(|_| is_due)) {
        (Cursor::Round(index, _), Some(exchange)) if index <= exchange => onward,
        (Cursor::Round(..) | Cursor::Over, Some(exchange)) => next_round(history, exchange),
        (Cursor::Round(..) | Cursor::Over, None) => onward,
    }
}

/// What follows the last closed round in the order of the mode.
fn onward(history: &History) -> Cursor {
    let phases = &history.setup.mode.phases;
    let Some(last) = history.rounds.last() else {
        return next_round(history, 0);
    };
    let Some(index) = phases.iter().position(|phase| phase.name == last.phase) else {
        return Cursor::Over;
    };
    if last.stop.is_none() && last.round < rounds(history, &phases[index], last.round) {
        return Cursor::Round(index, last.round.saturating_add(1));
    }
    next_round(history, index + 1)
}

fn next_round(history: &History, index: usize) -> Cursor {
    let phase = history.setup.mode.phases.get(index);
    phase.map_or(Cursor::Over, |phase| Cursor::Round(index, held(history, phase).saturating_add(1)))
}

/// Index of the phase that a continuation goes back to: the last one after the opening whose rounds can be set. `None` for a
/// mode without one.
pub fn exchange(history: &History) -> Option<usize> {
    history.setup.mode.phases.iter().rposition(|phase| phase.rounds.is_some()).filter(|index| *index > 0)
}

/// Returns the number of the last round that a phase takes at most, as planned now; `round` itself for one that runs once.
pub fn rounds(history: &History, phase: &Phase, round: u32) -> u32 {
    rounds_after(history, phase, round, history.continuations.len())
}

/// Like [`rounds`], as planned when only so many continuations were known.
pub fn rounds_after(history: &History, phase: &Phase, round: u32, continuations: usize) -> u32 {
    let Some(range) = phase.rounds else { return round };
    let is_exchange = exchange(history).is_some_and(|index| history.setup.mode.phases[index].name == phase.name);
    let known = &history.continuations[..continuations.min(history.continuations.len())];
    known
        .last()
        .filter(|_| is_exchange)
        .map_or(history.setup.rounds.unwrap_or_else(|| history.setup.thresholds.rounds(range)), |latest| {
            latest.begun.saturating_add(latest.terms.rounds)
        })
}

/// Whether the number of rounds is the user's own, so that no rule may end the exchange early.
pub fn is_fixed(history: &History) -> bool {
    history.setup.rounds.is_some() || !history.continuations.is_empty()
}

/// Returns what a continuation finds when it comes now: the number of the last round of the exchange that has been begun, and
/// the round of a later phase that is under way.
pub fn broken_off(history: &History) -> (u32, Option<(String, u32)>) {
    let phases = &history.setup.mode.phases;
    let Some(exchange) = exchange(history) else { return (0, None) };
    let held = held(history, &phases[exchange]);
    let Cursor::Round(index, round) = cursor(history) else { return (held, None) };
    let begun =
        |(id, turn): (&TurnId, &Turn)| id.phase == phases[index].name && id.round == round && !turn.attempts.is_empty();
    match (history.turns.iter().any(begun), index.cmp(&exchange)) {
        (true, Ordering::Equal) => (round, None),
        (true, Ordering::Greater) => (held, Some((phases[index].name.clone(), round))),
        (true, Ordering::Less) | (false, _) => (held, None),
    }
}

/// The number of the last round of a phase that is over, or was left; 0 without one.
fn held(history: &History, phase: &Phase) -> u32 {
    let closed = history.rounds.iter().map(|closed| (&closed.phase, closed.round));
    let left = history.continuations.iter().filter_map(|more| more.left.as_ref()).map(|(phase, round)| (phase, *round));
    closed.chain(left).filter(|(name, _)| **name == phase.name).map(|(_, round)| round).max().unwrap_or(0)
}

/// Lays out every stage of the closed rounds and of the round under way, in order; rounds that were left stand where they
/// were left.
pub(in crate::debate) fn slots(history: &History, cursor: Cursor) -> Vec<Slot<'_>> {
    let phases = &history.setup.mode.phases;
    let named = |name: &str| phases.iter().find(|phase| phase.name == name);
    let mut slots: Vec<Slot<'_>> = Vec::new();
    let mut losses = losses_in(history, |turn| turn.phase == FRAMING);
    for index in 0..=history.rounds.len() {
        let left =
            history.continuations.iter().filter(|more| more.after == index).filter_map(|more| more.left.as_ref());
        let left = left.filter_map(|(phase, round)| Some((named(phase)?, *round)));
        let here = match (history.rounds.get(index), cursor) {
            (Some(closed), _) => named(&closed.phase).map(|phase| (phase, closed.round)),
            (None, Cursor::Round(index, round)) => phases.get(index).map(|phase| (phase, round)),
            (None, Cursor::Over) => None,
        };
        for (phase, round) in left.chain(here) {
            for stage in &phase.stages {
                let here = Here { phase, round, stage, index };
                let slot = slot(history, &here, &slots, &losses);
                losses.extend(losses_in(history, |turn| slot.turns.iter().any(|planned| planned.id == *turn)));
                slots.push(slot);
            }
        }
        if index == 0 && history.frozen.is_some() {
            losses.extend(losses_in(history, |turn| turn.phase == OPTIONS));
        }
    }
    slots
}

/// Where in a debate a slot stands.
struct Here<'a> {
    phase: &'a Phase,
    round: u32,
    stage: &'a Stage,
    /// How many rounds were closed before it.
    index: usize,
}

fn slot<'a>(history: &History, here: &Here<'a>, before: &[Slot<'a>], losses: &[Loss]) -> Slot<'a> {
    let Here { phase, round, stage, index } = *here;
    let (mut turns, mut late, mut passed_over) = (Vec::new(), Vec::new(), Vec::new());
    let is_here = |id: &TurnId| id.phase == phase.name && id.round == round && id.stage == stage.name;
    let begun = history.turns.keys().filter(|id| is_here(id)).map(|id| history.begun(id)).min().unwrap_or(u64::MAX);
    let reopened = |counts: &dyn Fn(&Reopening) -> bool| {
        history
            .reopenings
            .iter()
            .filter(|reopening| counts(reopening))
            .map(|reopening| reopening.seq)
            .max()
            .unwrap_or(0)
    };
    let lost_then = lost_since(losses, reopened(&|reopening| reopening.seq < begun));
    let lost_now = lost_since(losses, reopened(&|reopening| reopening.after <= index));
    for speaker in speakers(history, stage, round) {
        let id = TurnId { phase: phase.name.clone(), round, stage: stage.name.clone(), speaker };
        let voices = voices(history, speaker, &lost_now);
        let planned = || Planned { id: id.clone(), voices: voices.clone() };
        match speaker {
            Speaker::Seat(seat) if voices.is_empty() => passed_over.push((seat, PassedOver::ProviderLost)),
            Speaker::Seat(seat) if says_nothing_new(history, stage, before, seat) => {
                passed_over.push((seat, PassedOver::NothingNew))
            }
            Speaker::Seat(_) if self::voices(history, speaker, &lost_then).is_empty() => late.push(planned()),
            Speaker::Seat(_) | Speaker::Moderator => turns.push(planned()),
        }
    }
    let punctual = turns.len();
    turns.extend(late);
    Slot { phase, round, stage, turns, punctual, passed_over }
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
    let lost = lost_since(&losses_in(history, |turn| turn.phase != phase), history.reopened_seq);
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
            let shift = (round as usize).saturating_sub(1) % speakers.len();
            speakers.rotate_left(shift);
        }
        (_, Order::Sequential | Order::Parallel) => {}
    }
    speakers
}

fn voices(history: &History, speaker: Speaker, lost: &BTreeSet<Voice>) -> Vec<Voice> {
    let fallbacks = &history.setup.fallbacks;
    let candidates: Vec<&Voice> = match speaker {
        Speaker::Seat(seat) => {
            let own = history.agent(seat).map(|agent| &agent.voice);
            // Nobody speaks in a person's place.
            let stand_ins = fallbacks.iter().filter(|voice| Some(*voice) != own);
            own.into_iter().chain(stand_ins.filter(|_| own.is_none_or(|own| !own.is_person()))).collect()
        }
        Speaker::Moderator => history.setup.moderators.iter().collect(),
    };
    let is_lost = |voice: &&Voice| match fallbacks.is_empty() {
        true => lost.iter().any(|gone| gone.provider == voice.provider),
        // A key can be good for one of a vendor's models only, and the other one is there to step in.
        false => lost.contains(voice),
    };
    candidates.into_iter().filter(|voice| !is_lost(voice)).cloned().collect()
}

/// Whether a sealed ballot would only repeat one that the seat has already cast on these options.
fn says_nothing_new(history: &History, stage: &Stage, before: &[Slot<'_>], seat: Seat) -> bool {
    if stage.form != Form::Ballot || stage.sees != Sees::Nothing {
        return false;
    }
    // No options come up between two ballots on a number.
    let has_answered = |stance: &Stance| stance.option.is_some() || history.setup.question.estimate.is_some();
    for slot in before.iter().rev() {
        let Some(planned) = slot.turns.iter().find(|planned| planned.id.speaker == Speaker::Seat(seat)) else {
            continue;
        };
        // A ballot cast after seeing others is a new one as long as nothing was seen since.
        if history.response(&planned.id).and_then(Response::stance).is_some_and(has_answered) {
            return true;
        }
        if slot.stage.sees != Sees::Nothing {
            return false;
        }
    }
    false
}

/// A failure for a lasting reason: the place of the event that began the attempt, and who was asked.
type Loss = (u64, Voice);

/// The failures for a lasting reason in the turns that `in_scope` picks.
fn losses_in(history: &History, in_scope: impl Fn(&TurnId) -> bool) -> Vec<Loss> {
    let settled = history.turns.iter().filter(|(id, _)| in_scope(id)).flat_map(|(_, turn)| turn.settled());
    let lasting = settled.filter(|(_, outcome)| matches!(outcome, Outcome::Failed(fault) if fault.kind.is_lasting()));
    lasting.map(|(attempt, _)| (attempt.seq, attempt.voice.clone())).collect()
}

/// The voices that failed in attempts begun after the event at `seq`.
fn lost_since(losses: &[Loss], seq: u64) -> BTreeSet<Voice> {
    losses.iter().filter(|(begun, _)| *begun > seq).map(|(_, voice)| voice.clone()).collect()
}
