//! The end of a round: quorum, agreement, movement, and whether the phase ends here.

use std::collections::BTreeSet;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::claims::Entry;
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;
use crate::debate::log::round::{ClosedRound, Movement, Stop, StopReason};
use crate::debate::log::setup::quorum;
use crate::debate::mode::{Phase, Rounds, StopRule};
use crate::debate::question::OptionId;
use crate::debate::response::Evidence;
use crate::debate::schedule::{self, PassedOver, Slot};
use crate::debate::thresholds::compared;
use crate::debate::{change, estimate};
use crate::stats::{quantiles, stability};

/// Whether enough of the seats that a round gives a turn were heard in it.
pub fn has_quorum(board: &Board<'_>, phase: &str, round: u32) -> bool {
    let (due, heard) = attendance(board, phase, round);
    heard >= needed(board.history, due)
}

/// Seats that a round gives a turn, and those of them that were heard at least once, or need not be heard again.
fn attendance(board: &Board<'_>, phase: &str, round: u32) -> (u32, u32) {
    let (mut due, mut heard): (BTreeSet<Seat>, BTreeSet<Seat>) = (BTreeSet::new(), BTreeSet::new());
    for slot in board.slots().iter().filter(|slot| slot.phase.name == phase && slot.round == round) {
        for planned in &slot.turns {
            if let Speaker::Seat(seat) = planned.id.speaker {
                due.insert(seat);
                if board.history.valid_response(&planned.id).is_some() {
                    heard.insert(seat);
                }
            }
        }
        for (seat, why) in &slot.passed_over {
            due.insert(*seat);
            match why {
                PassedOver::NothingNew => heard.insert(*seat),
                PassedOver::ProviderLost => false,
            };
        }
    }
    let count = |seats: BTreeSet<Seat>| u32::try_from(seats.len()).unwrap_or(u32::MAX);
    (count(due), count(heard))
}

/// The session's quorum where the whole panel has a turn; otherwise more than half of those who have one.
fn needed(history: &History, due: u32) -> u32 {
    if due >= history.panel() { history.setup.limits.quorum } else { quorum(due).min(due) }
}

/// Closes a round in which everybody who could speak has.
pub fn close(board: &Board<'_>, phase: &str, round: u32) -> ClosedRound {
    let is_here = |slot: &&Slot<'_>| slot.phase.name == phase && slot.round == round;
    let is_counted = board.slots().iter().filter(is_here).any(|slot| consensus::takes_stances(board.history, slot))
        && !board.history.awaits_options();
    let ledger = board.ledger();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let new = ledger
        .iter()
        .filter(|entry| entry.turn.phase == phase && entry.turn.round == round && entry.repeats.is_none())
        .count();
    let made = ledger.iter().filter(|entry| entry.turn.phase == phase && entry.turn.round == round).count();
    let (made, new) = (count(made), count(new));
    let now = consensus::standings(board, phase, round);
    let before = consensus::counted_rounds(board.history)
        .last()
        .map(|(phase, round)| consensus::corrected(board, phase, *round));
    let before = before.filter(|_| is_counted);
    let estimates =
        estimate::counted(board.history).filter(|_| is_counted).map(|_| estimate::measure(board.history, &now));
    let shift = before
        .as_ref()
        .zip(estimates.as_ref())
        .map(|(before, now)| estimate::shift(&estimate::measure(board.history, before), now));
    let measured = (is_counted && estimates.is_none()).then(|| consensus::measure(board.history, &now));
    let moved = before.map(|before| movement(board, &before, &now, made, new));
    let mut closed = ClosedRound {
        phase: phase.to_owned(),
        round,
        consensus: measured,
        estimates,
        shift,
        movement: moved,
        claims: made,
        claims_new: new,
        stop: None,
    };
    closed.stop = stop(board, &closed, &now);
    closed
}

fn movement(board: &Board<'_>, before: &Standings<'_>, now: &Standings<'_>, made: u32, new: u32) -> Movement {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    if estimate::counted(board.history).is_some() {
        return estimate::movement(board, before, now, made, new);
    }
    let seats: Vec<Seat> = board.history.agents.iter().map(|agent| agent.seat).collect();
    let option =
        |standings: &Standings<'_>, seat: &Seat| standings.get(seat).and_then(|standing| standing.option.clone());
    let options: Vec<_> = seats.iter().map(|seat| (option(before, seat), option(now, seat))).collect();
    // The scale on which positions can drift without changing sides: each seat's rating of the option that led before.
    let leader = consensus::measure(board.history, before).leading.into_iter().next();
    let rating = |standings: &Standings<'_>, seat: &Seat| {
        leader
            .as_ref()
            .and_then(|leader| standings.get(seat)?.stance.ratings.get(leader))
            .map(|rating| f64::from(*rating))
    };
    let ratings: Vec<_> = seats.iter().map(|seat| (rating(before, seat), rating(now, seat))).collect();
    let still = stability::movement(&options, &ratings, made, new);
    let moved = change::moved(board, before, now);
    Movement {
        comparable: still.n_comparable,
        changed: still.n_changed,
        uncited: count(moved.iter().filter(|moved| !moved.cited).count()),
        stable: still.is_stable_within(board.history.setup.thresholds.convergence).ok(),
        frozen: still.is_frozen(),
    }
}

fn stop(board: &Board<'_>, closed: &ClosedRound, now: &Standings<'_>) -> Option<Stop> {
    let (due, heard) = attendance(board, &closed.phase, closed.round);
    let needed = needed(board.history, due);
    if heard < needed {
        return Some(Stop {
            reason: StopReason::QuorumLost,
            numbers: format!("{heard} of {due} seats heard, {needed} needed"),
        });
    }
    let phase = board.history.setup.mode.phases.iter().find(|phase| phase.name == closed.phase)?;
    let rounds = phase.rounds?;
    let planned = schedule::rounds(board.history, phase, closed.round);
    if closed.round >= planned {
        let numbers = format!("{} of {planned}{}", closed.round, cut(board.history, rounds, planned));
        return Some(Stop { reason: StopReason::RoundsHeld, numbers });
    }
    if schedule::is_fixed(board.history) || closed.round < rounds.min {
        return None;
    }
    let mut rules = phase.until.clone();
    rules.extend(board.history.setup.thresholds.confidence.map(|_| StopRule::Confidence));
    rules.sort_unstable();
    rules
        .into_iter()
        .find_map(|rule| fires(board, phase, closed, now, rule).map(|numbers| Stop { reason: rule.into(), numbers }))
}

/// Says that the mode's rounds were cut, where they were.
fn cut(history: &History, rounds: Rounds, planned: u32) -> String {
    match history.setup.thresholds.max_rounds {
        Some(most) if history.setup.rounds.is_none() && planned == most && most < rounds.default => {
            format!(", where the mode has {} and max_rounds is {most}", rounds.default)
        }
        Some(_) | None => String::new(),
    }
}

/// The numbers with which a rule fires; `None` when it does not.
fn fires(
    board: &Board<'_>,
    phase: &Phase,
    closed: &ClosedRound,
    now: &Standings<'_>,
    rule: StopRule,
) -> Option<String> {
    let thresholds = &board.history.setup.thresholds;
    match rule {
        // Checked before all others, whether a mode lists it or not.
        StopRule::MaxRounds => None,
        StopRule::Agreed => agreement(board.history, closed, now),
        StopRule::Confidence => {
            let agreement = agreement(board.history, closed, now)?;
            let median = median_confidence(closed.consensus.as_ref()?.leading.first()?, now)?;
            let needed = thresholds.confidence_needed();
            (median >= needed).then(|| format!("{agreement}, median confidence{}", compared(median, needed)))
        }
        StopRule::Stable => {
            let movement = closed.movement?;
            let before =
                board.history.rounds.last().filter(|last| last.phase == phase.name).and_then(|last| last.movement);
            let twice = movement.stable == Some(true) && before.is_some_and(|before| before.stable == Some(true));
            (movement.frozen || twice).then(|| {
                let (changed, comparable) = (movement.changed, movement.comparable);
                let rate = thresholds.change_in_words(changed, comparable);
                format!("{changed} of {comparable} changed{rate}, {} new claims", closed.claims_new)
            })
        }
        StopRule::Saturated => {
            let brings_nothing = closed.claims_new == 0 && !has_new_evidence(board, closed);
            brings_nothing.then(|| format!("{} claims, none of them new", closed.claims))
        }
        StopRule::Oscillating => {
            let returned = returned(board, now);
            let what = if estimate::counted(board.history).is_some() { "estimate" } else { "option" };
            (!returned.is_empty()).then(|| format!("{} seats went back to the {what} they had left", returned.len()))
        }
    }
}

/// Whether a claim of the round carries evidence that none had before.
fn has_new_evidence(board: &Board<'_>, closed: &ClosedRound) -> bool {
    let ledger = board.ledger();
    let is_here = |entry: &&Entry| entry.turn.phase == closed.phase && entry.turn.round == closed.round;
    let (here, before): (Vec<&Entry>, Vec<&Entry>) = ledger.iter().partition(is_here);
    let known: Vec<&Evidence> = before.iter().flat_map(|entry| &entry.claim.evidence).collect();
    here.iter().flat_map(|entry| &entry.claim.evidence).any(|evidence| !known.contains(&evidence))
}

/// The numbers of an agreement that may end a phase; `None` without one.
fn agreement(history: &History, closed: &ClosedRound, now: &Standings<'_>) -> Option<String> {
    let consensus = closed.consensus.as_ref()?;
    let [leader] = consensus.leading.as_slice() else { return None };
    let (share, holders) = (consensus.agreement?, consensus.tally.get(leader)?);
    let holders_of = now.values().filter(|standing| standing.option.as_ref() == Some(leader));
    let families = consensus::families(holders_of);
    let uncited = closed.movement.map_or(0, |movement| movement.uncited);
    if share < history.setup.thresholds.consensus || families < 2 || uncited > 0 {
        return None;
    }
    let measured = history.setup.thresholds.agreement_in_words(share);
    Some(format!("{holders} of {} agree{measured}, {families} families, no uncited change", consensus.panel))
}

/// Median of what the seats that hold an option state as their confidence; `None` when one of them states none.
fn median_confidence(option: &OptionId, now: &Standings<'_>) -> Option<f64> {
    let holders = now.values().filter(|standing| standing.option.as_ref() == Some(option));
    let stated: Vec<f64> = holders.map(|standing| standing.confidence).collect::<Option<_>>()?;
    quantiles::quartiles(&stated).ok().map(|quartiles| quartiles.median)
}

/// Seats that hold what they held two counted rounds ago, and held something else in between.
fn returned(board: &Board<'_>, now: &Standings<'_>) -> Vec<Seat> {
    let counted = consensus::counted_rounds(board.history);
    let [.., long_ago, last] = counted.as_slice() else {
        return Vec::new();
    };
    let at = |(phase, round): &(&str, u32)| consensus::corrected(board, phase, *round);
    let (long_ago, last) = (at(long_ago), at(last));
    let held = |standings: &Standings<'_>, seat: Seat| standings.get(&seat).and_then(Standing::held);
    let went_back = |seat: &Seat| {
        let (first, between, here) = (held(&long_ago, *seat), held(&last, *seat), held(now, *seat));
        here.is_some() && between.is_some() && first == here && between != here
    };
    now.keys().copied().filter(went_back).collect()
}
