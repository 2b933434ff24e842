//! Measuring how far the panel agrees, from stances alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::round::{Consensus, Ratings};
use crate::debate::question::OptionId;
use crate::debate::response::Stance;
use crate::debate::rules::Rule;
use crate::debate::schedule::{self, PassedOver, Slot};
use crate::stats::quantiles;
use crate::stats::van_der_eijk::van_der_eijk_agreement;
use crate::stats::vote_share::vote_share;
use crate::stats::wilson::{Z_95, wilson_interval};

/// A seat's stance in a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<'a> {
    /// The turn in which it was taken.
    pub turn: &'a TurnId,
    /// Who took it: the seat's own voice, or the fallback that stepped in.
    pub voice: &'a Voice,
    /// The option; an opening statement's is the one it was sorted into.
    pub option: Option<OptionId>,
    /// The stance as it was given.
    pub stance: &'a Stance,
    /// Stated confidence, 0 to 1.
    pub confidence: Option<f64>,
}

/// What a seat stands by.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// An option.
    Option(OptionId),
    /// A number.
    Value(f64),
}

impl Standing<'_> {
    /// The option or the number that the seat stands by; `None` when it abstains.
    pub fn held(&self) -> Option<Held> {
        let option = self.option.clone().map(Held::Option);
        option.or_else(|| self.stance.estimate.map(|estimate| Held::Value(estimate.value)))
    }
}

/// The stances of one round by seat. Seats that are missing were absent.
pub type Standings<'a> = BTreeMap<Seat, Standing<'a>>;

/// Returns the stances that the seats took in a round, or had taken before where they were not asked again.
pub fn standings<'a>(board: &Board<'a>, phase: &str, round: u32) -> Standings<'a> {
    let counted = || board.slots().iter().filter(|slot| takes_stances(board.history, slot));
    let is_here = |slot: &&Slot<'_>| slot.phase.name == phase && slot.round == round;
    let mut standings = Standings::new();
    for slot in counted().take_while(|slot| !is_here(slot)) {
        standings.extend(taken(board.history, slot));
    }
    // Whoever is asked again stands by the new answer alone, and whoever fails to give one is absent.
    let again: BTreeSet<Seat> = counted().filter(is_here).flat_map(due).collect();
    standings.retain(|seat, _| !again.contains(seat));
    for slot in counted().filter(is_here) {
        standings.extend(taken(board.history, slot));
    }
    standings
}

/// Like [`standings`], with what the seats have corrected since about how their opening statements were sorted.
pub fn corrected<'a>(board: &Board<'a>, phase: &str, round: u32) -> Standings<'a> {
    if is_opening(board.history, phase) { sealed(board) } else { standings(board, phase, round) }
}

/// The stances taken in one slot.
fn taken<'a>(history: &'a History, slot: &Slot<'a>) -> Standings<'a> {
    let stances = slot.turns.iter().filter_map(|planned| match planned.id.speaker {
        Speaker::Seat(seat) => Some((seat, standing(history, &planned.id)?)),
        Speaker::Moderator => None,
    });
    stances.collect()
}

/// The seats that a slot asks anew, or would if their provider could be reached.
fn due(slot: &Slot<'_>) -> Vec<Seat> {
    let asked = slot.turns.iter().filter_map(|planned| match planned.id.speaker {
        Speaker::Seat(seat) => Some(seat),
        Speaker::Moderator => None,
    });
    let lost = slot.passed_over.iter().filter_map(|(seat, why)| match why {
        PassedOver::ProviderLost => Some(*seat),
        PassedOver::NothingNew => None,
    });
    asked.chain(lost).collect()
}

/// Returns the stances of the sealed opening, with the corrections that seats have made to how they were sorted.
pub fn sealed<'a>(board: &Board<'a>) -> Standings<'a> {
    let Some(first) = board.history.setup.mode.phases.first() else {
        return Standings::new();
    };
    let mut standings = standings(board, &first.name, 1);
    for (seat, standing) in &mut standings {
        let own = board
            .slots()
            .iter()
            .flat_map(|slot| &slot.turns)
            .map(|planned| &planned.id)
            .filter(|turn| turn.speaker == Speaker::Seat(*seat));
        let mut corrections = own.filter_map(|turn| board.history.valid_response(turn)?.stance()?.opening_was.clone());
        if let Some(option) = corrections.next() {
            standing.option = Some(option);
        }
    }
    standings
}

/// Returns the last stance of every seat that was heard at all, and is not among the `standings` at the end. A log before
/// [`Rule::LastHeard`] knows of none.
pub fn unheard<'a>(board: &Board<'a>, standings: &Standings<'_>) -> Standings<'a> {
    if !Rule::LastHeard.holds_in(board.history.setup.format) {
        return Standings::new();
    }
    let mut heard = sealed(board);
    for slot in board
        .slots()
        .iter()
        .filter(|slot| takes_stances(board.history, slot) && !is_opening(board.history, &slot.phase.name))
    {
        heard.extend(taken(board.history, slot));
    }
    heard.retain(|seat, _| !standings.contains_key(seat));
    heard
}

/// Returns phase and round of every closed round that took stances, in order.
pub fn counted_rounds(history: &History) -> Vec<(&str, u32)> {
    history
        .rounds
        .iter()
        .filter(|closed| closed.consensus.is_some() || closed.estimates.is_some())
        .map(|closed| (closed.phase.as_str(), closed.round))
        .collect()
}

/// Whether the responses of a slot carry stances: in the opening always, later where the mode counts them.
pub fn takes_stances(history: &History, slot: &Slot<'_>) -> bool {
    is_opening(history, &slot.phase.name) || slot.stage.counts(history.setup.mode.has_ballots())
}

/// Whether a phase is the sealed opening.
pub fn is_opening(history: &History, phase: &str) -> bool {
    history.setup.mode.phases.first().is_some_and(|first| first.name == phase)
}

fn standing<'a>(history: &'a History, turn: &TurnId) -> Option<Standing<'a>> {
    let (turn, taken) = history.turns.get_key_value(turn)?;
    let response = taken.response()?;
    let stance = response.stance()?;
    let Speaker::Seat(seat) = turn.speaker else {
        return None;
    };
    let sorted = || {
        history
            .frozen
            .as_ref()
            .filter(|_| stance.abstained.is_none())
            .and_then(|frozen| frozen.sorted.get(&seat))
            .cloned()
    };
    let option =
        if is_opening(history, &turn.phase) { stance.option.clone().or_else(sorted) } else { stance.option.clone() };
    let voice = &taken.attempts.last()?.voice;
    Some(Standing { turn, voice, option, stance, confidence: response.confidence() })
}

/// Measures the agreement in `standings`.
pub fn measure(history: &History, standings: &Standings<'_>) -> Consensus {
    measure_panel(&history.agents, standings)
}

/// Like [`measure`], as if the panel were `agents`: the stances of others are not counted.
pub fn measure_panel(agents: &[Agent], standings: &Standings<'_>) -> Consensus {
    let standings: Standings<'_> =
        agents.iter().filter_map(|agent| Some((agent.seat, standings.get(&agent.seat)?.clone()))).collect();
    let votes: Vec<Option<OptionId>> = agents.iter().map(|agent| standings.get(&agent.seat)?.option.clone()).collect();
    let share = vote_share(&votes);
    let most = share.top.first().and_then(|top| share.counts.get(top)).copied();
    let panel = count(agents.len());
    let abstained = standings.values().filter(|standing| standing.option.is_none()).count();
    let families = families(standings.values().filter(|standing| standing.option.is_some()));
    let ratings = ratings_by_option(&standings);
    let rating_agreement = match share.top.as_slice() {
        [leader] => ratings.get(leader).and_then(|values| van_der_eijk_agreement(&points(values)).ok()),
        _ => None,
    };
    Consensus {
        panel,
        valid: share.n_valid,
        abstained: count(abstained),
        absent: panel.saturating_sub(count(standings.len())),
        tally: share.counts,
        leading: share.top,
        agreement: most.map(|most| f64::from(most) / f64::from(panel)),
        interval: most.and_then(|most| wilson_interval(most, panel, Z_95).ok()),
        rating_agreement,
        ratings: ratings.iter().filter_map(|(option, values)| Some((option.clone(), summary(values)?))).collect(),
        families,
    }
}

/// Counts the model families behind stances: those of the voices that took them, whosever seats they are.
pub fn families<'s, 'a: 's>(standings: impl Iterator<Item = &'s Standing<'a>>) -> u32 {
    let families: BTreeSet<&str> = standings.map(|standing| standing.voice.family.as_str()).collect();
    count(families.len())
}

/// Returns the ratings of the last round that took stances before the round of the slot at index `at`, by option.
pub fn ratings_before(board: &Board<'_>, at: usize) -> BTreeMap<OptionId, Ratings> {
    let ratings = ratings_by_option(&standings_before(board, at));
    ratings.iter().filter_map(|(option, values)| Some((option.clone(), summary(values)?))).collect()
}

/// Returns the stances of the last round that took any before the round of the slot at index `at`.
pub fn standings_before<'a>(board: &Board<'a>, at: usize) -> Standings<'a> {
    let here = &board.slots()[at];
    let earlier =
        board.slots()[..at].iter().rev().filter(|slot| slot.phase.name != here.phase.name || slot.round != here.round);
    let counted = earlier.into_iter().find(|slot| takes_stances(board.history, slot));
    counted.map(|last| standings(board, &last.phase.name, last.round)).unwrap_or_default()
}

fn ratings_by_option(standings: &Standings<'_>) -> BTreeMap<OptionId, Vec<i8>> {
    let mut ratings: BTreeMap<OptionId, Vec<i8>> = BTreeMap::new();
    for (option, rating) in standings.values().flat_map(|standing| &standing.stance.ratings) {
        ratings.entry(option.clone()).or_default().push(*rating);
    }
    ratings
}

/// Counts ratings at the five points from -2 to 2.
pub(crate) fn points(ratings: &[i8]) -> [u32; 5] {
    let mut counts = [0; 5];
    for rating in ratings {
        if let Some(count) = usize::try_from(rating + 2).ok().and_then(|point| counts.get_mut(point)) {
            *count += 1;
        }
    }
    counts
}

fn summary(ratings: &[i8]) -> Option<Ratings> {
    let values: Vec<f64> = ratings.iter().map(|rating| f64::from(*rating)).collect();
    let q = quantiles::quartiles(&values).ok()?;
    Some(Ratings { n: count(q.n), q1: q.q1, median: q.median, q3: q.q3 })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Returns the latest stances that can be counted; `None` while there are none.
///
/// Where the debate was cut short within a round, whoever has spoken in it stands by that, and all others by what they said
/// before: the ballots in hand. What is said in a round that is still going on stays out, since it may be sealed.
pub fn latest<'a>(board: &Board<'a>) -> Option<Standings<'a>> {
    if let Some((phase, round)) = counted_rounds(board.history).last().copied() {
        let mut standings = corrected(board, phase, round);
        standings.extend(cut_short(board).into_iter().flat_map(|open| open.standings));
        return Some(standings);
    }
    // Stopped within the opening: what is in hand counts, if it can be counted at all.
    match schedule::cursor(board.history) {
        schedule::Cursor::Round(0, 1) if !board.history.awaits_options() => Some(sealed(board)),
        schedule::Cursor::Round(..) | schedule::Cursor::Over => None,
    }
}

/// A round that never closed, as far as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct CutShort<'a> {
    /// Its phase.
    pub phase: &'a str,
    /// Its number within the phase, from 1.
    pub round: u32,
    /// The stances that were taken in it.
    pub standings: Standings<'a>,
}

/// Returns the round in which a stop or a limit cut the debate short, if a stance had been taken in it.
pub fn cut_short<'a>(board: &Board<'a>) -> Option<CutShort<'a>> {
    let is_cut = board.history.stop.is_some() || board.history.limit.is_some();
    if !is_cut || !Rule::BallotsInHand.holds_in(board.history.setup.format) {
        return None;
    }
    let is_closed = |slot: &&Slot<'_>| {
        board.history.rounds.iter().any(|closed| closed.phase == slot.phase.name && closed.round == slot.round)
    };
    let open: Vec<&Slot<'a>> =
        board.slots().iter().filter(|slot| takes_stances(board.history, slot) && !is_closed(slot)).collect();
    let standings: Standings<'a> = open.iter().flat_map(|slot| taken(board.history, slot)).collect();
    let last = open.last().filter(|_| !standings.is_empty())?;
    Some(CutShort { phase: &last.phase.name, round: last.round, standings })
}
