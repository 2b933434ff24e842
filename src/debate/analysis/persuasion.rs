//! Who changed sides, toward the plurality or away from it, and whose claims they named.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::analysis::course::{self, Counted, Course, held};
use crate::debate::analysis::number::Number;
use crate::debate::change;
use crate::debate::consensus::Standings;
use crate::debate::log::decision::Moved;
use crate::debate::question::OptionId;
use crate::debate::response::ClaimId;
use crate::stats::flip_tracking::{self, flip_tracking};
use crate::stats::stance_change::{self, stance_change};
use crate::stats::undefined::Undefined;

/// The changes between the sealed opening and the end.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Changes {
    /// The option that alone led the opening; `None` in a tie.
    pub sealed_plurality: Option<OptionId>,
    /// Seats with an option both in the opening and at the end.
    pub comparable: u32,
    /// Of those, the ones whose option differs.
    pub changed: u32,
    /// `changed / comparable`, 0 to 1.
    pub change_rate: Number,
    /// Changes to the option that led the opening.
    pub toward: u32,
    /// Changes away from it.
    pub away: u32,
    /// Changes that name no reason that holds.
    pub uncited: u32,
    /// `uncited / changed`, 0 to 1.
    pub uncited_share: Number,
    /// Share of the opening's minority that joined its plurality, 0 to 1.
    pub conformity_rate: Number,
    /// Share of the opening's minority that stayed, 0 to 1.
    pub obstinacy_rate: Number,
    /// Moves from round to round back to an option that the seat had left before.
    pub returns: u32,
    /// Mean change of stated confidence, -1 to 1, of the seats that changed sides.
    pub confidence_of_changed: Number,
    /// The same, of those that stayed.
    pub confidence_of_stayed: Number,
    /// Mean distance that the ratings of the leading option moved, 0 to 4.
    pub rating_shift: Number,
    /// Mean move of those ratings, -4 to 4: toward the option above 0.
    pub rating_drift: Number,
}

/// What one seat did, and what its claims did.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Influence {
    /// Which seat.
    pub seat: Seat,
    /// Its moves from round to round.
    pub moves: Vec<Move>,
    /// Rounds in which it held another option than the one that led the round before, and was heard again: the number of
    /// times it could have followed the plurality. Below three, its moves toward it say little.
    pub opportunities: u32,
    /// Seats that moved and named a claim of its that holds.
    pub persuaded: Vec<Seat>,
    /// Its claims that they named.
    pub decisive: Vec<ClaimId>,
}

/// A change of option from one round to the next that took stances and heard the seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Move {
    /// Phase of the round in which it showed.
    pub phase: String,
    /// That round, from 1.
    pub round: u32,
    /// From which option.
    pub from: OptionId,
    /// To which option.
    pub to: OptionId,
    /// Which way it went; `None` when no option alone led the round before.
    pub direction: Option<Direction>,
    /// Whether the seat had left that option before.
    pub returns: bool,
    /// Whether it named a claim that holds.
    pub cited: bool,
    /// The claims it named that hold.
    pub claims: Vec<ClaimId>,
}

/// Which way a move went, as seen from the option that led the round before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To it.
    Toward,
    /// Away from it.
    Away,
    /// From one minority option to another.
    Aside,
}

/// Compares the sealed opening with the end.
pub fn changes(course: &Course<'_>) -> Changes {
    let cited: BTreeMap<Seat, bool> = course.moved.iter().map(|moved| (moved.seat, moved.cited)).collect();
    let held_by = |seat: Seat| flip_tracking::Held {
        before: held(&course.sealed, seat),
        now: held(&course.last, seat),
        is_cited: cited.get(&seat).copied().unwrap_or(false),
    };
    let flips = flip_tracking(&course.seats().map(held_by).collect::<Vec<_>>());
    let rating = |standings: &Standings<'_>, seat: Seat| {
        standings.get(&seat)?.stance.ratings.get(course.leader()?).copied().map(f64::from)
    };
    let ratings: Vec<_> =
        course.seats().map(|seat| (rating(&course.sealed, seat), rating(&course.last, seat))).collect();
    let shift = stance_change(&ratings).shift;
    Changes {
        comparable: flips.n_comparable,
        changed: flips.n_flips,
        change_rate: flips.flip_rate.into(),
        toward: flips.flips_to_plurality,
        away: flips.flips_from_plurality,
        uncited: flips.uncited_flips,
        uncited_share: flips.uncited_share.into(),
        conformity_rate: flips.minority.map(|minority| minority.conformity_rate).into(),
        obstinacy_rate: flips.minority.map(|minority| minority.obstinacy_rate).into(),
        returns: count(moves(course).iter().filter(|(_, step)| step.returns).count()),
        confidence_of_changed: confidence(course, |seat| cited.contains_key(&seat)).into(),
        confidence_of_stayed: confidence(course, |seat| !cited.contains_key(&seat)).into(),
        rating_shift: shift.map(|shift| shift.mean_abs).into(),
        rating_drift: shift.map(|shift| shift.mean_signed).into(),
        sealed_plurality: flips.previous_plurality,
    }
}

/// Mean change of the confidence of the comparable seats for which `is_one` holds.
fn confidence(course: &Course<'_>, is_one: impl Fn(Seat) -> bool) -> Result<f64, Undefined> {
    let chose = |standings: &Standings<'_>, seat: Seat| {
        standings.get(&seat).filter(|standing| standing.option.is_some())?.confidence
    };
    let stated: Vec<_> = course
        .seats()
        .filter(|seat| is_one(*seat))
        .map(|seat| (chose(&course.sealed, seat), chose(&course.last, seat)))
        .collect();
    stance_change(&stated).shift.map(|shift: stance_change::Shift| shift.mean_signed)
}

/// Tells of each seat what it did, and what its claims did.
pub fn influence(course: &Course<'_>) -> Vec<Influence> {
    let moves = moves(course);
    let author =
        |claim: &ClaimId| course.board.ledger().iter().find(|entry| entry.id == *claim).map(|entry| entry.seat);
    let of = |seat: Seat| {
        let named: Vec<(Seat, &ClaimId)> = moves
            .iter()
            .filter(|(mover, step)| *mover != seat && step.cited)
            .flat_map(|(mover, step)| step.claims.iter().map(move |claim| (*mover, claim)))
            .filter(|(_, claim)| author(claim) == Some(seat))
            .collect();
        let persuaded: BTreeSet<Seat> = named.iter().map(|(mover, _)| *mover).collect();
        let decisive: BTreeSet<&ClaimId> = named.iter().map(|(_, claim)| *claim).collect();
        let in_order = course.board.ledger().iter().map(|entry| &entry.id).filter(|id| decisive.contains(id));
        Influence {
            seat,
            moves: moves.iter().filter(|(mover, _)| *mover == seat).map(|(_, step)| step.clone()).collect(),
            opportunities: opportunities(course, seat),
            persuaded: persuaded.into_iter().collect(),
            decisive: in_order.cloned().collect(),
        }
    };
    course.seats().map(of).collect()
}

/// The moves from round to round, in the order of the rounds. Who abstained or could not be heard in between still held
/// what it had held before.
fn moves(course: &Course<'_>) -> Vec<(Seat, Move)> {
    let mut moves: Vec<(Seat, Move)> = Vec::new();
    let mut left: BTreeSet<(Seat, OptionId)> = BTreeSet::new();
    let mut holds: Standings<'_> = Standings::new();
    let mut plurality: Option<OptionId> = None;
    for counted in &course.rounds {
        let moved = change::moved(&course.board, &holds, &counted.standings);
        for moved in moved {
            let step = step(course, counted, &moved, plurality.as_ref(), &left);
            left.insert((moved.seat, moved.from));
            moves.push((moved.seat, step));
        }
        let chose = counted.standings.iter().filter(|(_, standing)| standing.option.is_some());
        holds.extend(chose.map(|(seat, standing)| (*seat, standing.clone())));
        plurality = course::plurality(course.history, &counted.standings);
    }
    moves
}

fn step(
    course: &Course<'_>,
    counted: &Counted<'_>,
    moved: &Moved,
    plurality: Option<&OptionId>,
    left: &BTreeSet<(Seat, OptionId)>,
) -> Move {
    let direction = |plurality: &OptionId| match (moved.from == *plurality, moved.to == *plurality) {
        (_, true) => Direction::Toward,
        (true, false) => Direction::Away,
        (false, false) => Direction::Aside,
    };
    let holds = |claim: &&ClaimId| {
        let turn = counted.standings.get(&moved.seat).map(|standing| standing.turn);
        turn.is_some_and(|turn| change::holds(&course.board, moved.seat, turn, claim))
    };
    Move {
        phase: counted.phase.clone(),
        round: counted.round,
        direction: plurality.map(direction),
        returns: left.contains(&(moved.seat, moved.to.clone())),
        cited: moved.cited,
        claims: moved.claims.iter().filter(holds).cloned().collect(),
        from: moved.from.clone(),
        to: moved.to.clone(),
    }
}

fn opportunities(course: &Course<'_>, seat: Seat) -> u32 {
    let could_follow = |pair: &[Counted<'_>]| {
        let [before, now] = pair else { return false };
        let plurality = course::plurality(course.history, &before.standings);
        let option = held(&before.standings, seat);
        plurality.is_some() && option.is_some() && option != plurality && held(&now.standings, seat).is_some()
    };
    count(course.rounds.windows(2).filter(|pair| could_follow(pair)).count())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
