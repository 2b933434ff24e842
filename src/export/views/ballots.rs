//! The ballots: every round that took stances as a matrix, and who is not in it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::history::Turn;
use crate::debate::log::estimates::worded;
use crate::debate::log::ids::Speaker;
use crate::debate::log::round::Consensus;
use crate::debate::question::{Choice, OptionId};
use crate::debate::response::Estimate;
use crate::export::absence;
use crate::export::figures::percent;
use crate::export::views::agents::signed;
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{Table, named, says};
use crate::export::views::rounds::{Given, tally};
use crate::export::views::said::standings;
use crate::export::views::scope::{Place, Scope};

/// The rounds in scope that took stances.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ballots {
    options: Vec<Choice>,
    rounds: Vec<Matrix>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Matrix {
    #[serde(flatten)]
    place: Place,
    consensus: Option<Consensus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimates: Option<Given>,
    seats: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    seat: Seat,
    name: String,
    /// The option held, as it was counted.
    option: Option<OptionId>,
    /// The option that the seat later said its opening statement should have been counted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<OptionId>,
    /// The number given.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate>,
    confidence: Option<f64>,
    ratings: BTreeMap<OptionId, i8>,
    abstained: Option<String>,
    /// Number of the round in which the stance was taken, where that was an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_in: Option<u32>,
    /// Why there is no stance.
    absent: Option<String>,
}

/// Draws up the matrices.
pub fn view(scope: &Scope<'_>) -> Ballots {
    let takes_stances = |place: &&Place| {
        scope.board.slots().iter().any(|slot| place.is_of(slot) && consensus::takes_stances(scope.history, slot))
    };
    Ballots {
        options: scope.history.options().to_vec(),
        rounds: scope.rounds().filter(takes_stances).map(|place| matrix(scope, place)).collect(),
    }
}

fn matrix(scope: &Scope<'_>, place: &Place) -> Matrix {
    let closed = scope.history.rounds.get(place.number as usize - 1);
    let standings = standings(scope, place);
    let sealed = if consensus::is_opening(scope.history, &place.phase) {
        consensus::sealed(&scope.board)
    } else {
        Standings::new()
    };
    let seats = scope.history.agents.iter().filter(|agent| scope.shows(Speaker::Seat(agent.seat)));
    let row = |seat: Seat| match standings.get(&seat) {
        Some(standing) => present(scope, place, seat, standing, sealed.get(&seat)),
        None => Row {
            seat,
            name: scope.name(Speaker::Seat(seat)),
            option: None,
            corrected: None,
            estimate: None,
            confidence: None,
            ratings: BTreeMap::new(),
            abstained: None,
            taken_in: None,
            absent: Some(why_absent(scope, place, seat)),
        },
    };
    Matrix {
        place: place.clone(),
        consensus: closed.and_then(|closed| closed.consensus.clone()),
        estimates: Given::of(scope.history, closed),
        seats: seats.map(|agent| row(agent.seat)).collect(),
    }
}

fn present(
    scope: &Scope<'_>,
    place: &Place,
    seat: Seat,
    standing: &Standing<'_>,
    sealed: Option<&Standing<'_>>,
) -> Row {
    let corrected = sealed.and_then(|sealed| sealed.option.clone());
    Row {
        seat,
        name: scope.name(Speaker::Seat(seat)),
        corrected: corrected.filter(|corrected| Some(corrected) != standing.option.as_ref()),
        option: standing.option.clone(),
        estimate: standing.stance.estimate,
        confidence: standing.confidence,
        ratings: standing.stance.ratings.clone(),
        abstained: standing.stance.abstained.clone(),
        taken_in: scope.number(standing.turn).filter(|number| *number != place.number),
        absent: None,
    }
}

/// Why a seat has no stance in a round.
fn why_absent(scope: &Scope<'_>, place: &Place, seat: Seat) -> String {
    let slots =
        scope.board.slots().iter().filter(|slot| place.is_of(slot) && consensus::takes_stances(scope.history, slot));
    let mut planned = slots.flat_map(|slot| &slot.turns).filter(|planned| planned.id.speaker == Speaker::Seat(seat));
    if let Some(planned) = planned.next_back() {
        let taken = scope.history.turns.get(&planned.id);
        let unread = || taken.and_then(Turn::response).map(|response| response.headline());
        let failed = || taken.and_then(Turn::fault).map(ToString::to_string);
        let unknown = || if taken.is_some() { "no reply is known" } else { "not asked yet" };
        return unread().or_else(failed).unwrap_or_else(|| unknown().to_owned());
    }
    let lost = absence::absent(scope.history).into_iter().find(|absence| absence.seat == seat);
    lost.map_or_else(|| "had no turn".to_owned(), |absence| absence.fault.to_string())
}

/// Lays the matrices out.
pub fn page(ballots: &Ballots) -> Vec<Block> {
    if ballots.rounds.is_empty() {
        return vec![says("No stances were taken here.")];
    }
    let mut blocks = Vec::new();
    if !ballots.options.is_empty() {
        blocks.push(Section("Options".to_owned()));
        blocks.extend(ballots.options.iter().map(|choice| named(choice.id.to_string(), choice.text.as_str())));
    }
    blocks.extend(ballots.rounds.iter().flat_map(|matrix| stanza(matrix, &ballots.options)));
    blocks
}

fn stanza(matrix: &Matrix, options: &[Choice]) -> Vec<Block> {
    let mut blocks = vec![Section(matrix.place.title())];
    blocks.extend(matrix.consensus.as_ref().map(|consensus| named("tally", tally(consensus))));
    blocks.extend(matrix.estimates.as_ref().map(Given::tally));
    let is_rated = matrix.seats.iter().any(|row| !row.ratings.is_empty());
    let columns: Vec<&OptionId> = if is_rated { options.iter().map(|choice| &choice.id).collect() } else { Vec::new() };
    let mut head = vec!["seat".to_owned()];
    head.extend(columns.iter().map(|option| option.to_string()));
    head.extend(["holds".to_owned(), "sure".to_owned()]);
    let rows: Vec<Vec<String>> =
        matrix.seats.iter().filter(|row| row.absent.is_none()).map(|row| cells(row, &columns)).collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(Table { head, rows }));
    }
    for row in &matrix.seats {
        let remark = |text: String| named(format!("{} {}", row.seat, row.name), text);
        blocks.extend(row.abstained.as_ref().map(|why| remark(format!("abstains: {why}"))));
        blocks.extend(row.corrected.as_ref().map(|option| remark(format!("later said to have meant {option}"))));
        blocks.extend(row.taken_in.map(|number| remark(format!("as in round {number}"))));
        blocks.extend(row.absent.as_ref().map(|why| remark(format!("absent: {why}"))));
    }
    blocks
}

fn cells(row: &Row, columns: &[&OptionId]) -> Vec<String> {
    let rating = |option: &&OptionId| row.ratings.get(*option).map_or_else(String::new, |rating| signed(*rating));
    let mut cells = vec![format!("{} {}", row.seat, row.name)];
    cells.extend(columns.iter().map(rating));
    let number = row.estimate.map(|given| [given.value, given.low, given.high].map(worded));
    let number = number.map(|[value, low, high]| format!("{value} ({low} to {high})"));
    cells.push(row.option.as_ref().map(ToString::to_string).or(number).unwrap_or_else(|| "none".to_owned()));
    cells.push(row.confidence.map(percent).unwrap_or_default());
    cells
}
