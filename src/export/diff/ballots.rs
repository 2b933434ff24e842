//! Where each seat stands at the end of a record.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::log::ids::Speaker;
use crate::debate::response::{Estimate, Response};
use crate::debate::text::identity;
use crate::export::diff::read::{Count, Dissent, Panelist, Read, Round, Turn};

/// The kind of those entries of the minority report that say where a seat stands at the end.
const FINAL: &str = "final";

/// Where a seat stands at the end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ballot {
    /// Which seat.
    pub seat: Seat,
    /// The name on it.
    pub name: String,
    /// Whether it chose.
    pub stood: Stood,
    /// What the chosen option says.
    pub option: Option<String>,
    /// The number it gives instead, where a number is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Given>,
    /// Stated confidence, 0 to 1.
    pub confidence: Option<f64>,
    /// Its rating of each option, by what the option says.
    pub ratings: BTreeMap<String, i8>,
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Given {
    /// The number and the range around it.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// In what.
    pub unit: String,
}

/// Whether a seat chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stood {
    /// It did, or gave a number.
    Chose,
    /// It would not.
    Abstained,
    /// Its words are counted for no option.
    Uncounted,
    /// It could not be heard.
    Absent,
}

impl Ballot {
    /// The options that another ballot rates otherwise, with both ratings.
    pub(super) fn rated_otherwise(&self, other: &Self) -> Vec<(&str, i8, i8)> {
        let theirs = other.ratings_by_words();
        let both = self.ratings_by_words().into_iter().filter_map(|(words, (option, own))| {
            let (_, rating) = theirs.get(&words)?;
            Some((option, own, *rating))
        });
        both.filter(|(_, own, rating)| own != rating).collect()
    }

    fn ratings_by_words(&self) -> BTreeMap<String, (&str, i8)> {
        self.ratings.iter().map(|(option, rating)| (identity(option), (option.as_str(), *rating))).collect()
    }

    /// Whether two ballots say the same, whoever cast them. Ratings are compared where both rate an option.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let option = |ballot: &Self| ballot.option.as_deref().map(identity);
        (self.stood, self.confidence, option(self), &self.estimate)
            == (other.stood, other.confidence, option(other), &other.estimate)
            && self.rated_otherwise(other).is_empty()
    }
}

/// Returns where each seat of the panel stands, in the panel's order.
pub(super) fn ballots(record: &Read) -> Vec<Ballot> {
    let counted = counted_turns(record);
    record.panel.iter().map(|panelist| ballot(record, counted, panelist)).collect()
}

/// The last round that was counted.
fn last_round(record: &Read) -> Option<&Round> {
    record.rounds.iter().rev().find(|round| count(round).is_some())
}

/// The turns up to the end of the last round that was counted; all of them while none was.
fn counted_turns(record: &Read) -> &[Turn] {
    let end = last_round(record).and_then(|last| record.turns.iter().rposition(|turn| is_in(turn, last)));
    &record.turns[..end.map_or(record.turns.len(), |place| place + 1)]
}

fn count(round: &Round) -> Option<&Count> {
    round.consensus.as_ref().or(round.estimates.as_ref())
}

fn is_in(turn: &Turn, round: &Round) -> bool {
    turn.phase == round.phase && turn.round == round.round
}

/// The latest response in which a seat took a stance. Whoever was asked again in the last round stands by that answer
/// alone, and whoever failed to give one is absent.
fn standing<'a>(record: &'a Read, counted: &'a [Turn], seat: Seat) -> Option<&'a Response> {
    let own = || counted.iter().filter(move |turn| turn.speaker == Speaker::Seat(seat));
    let latest = |turns: &mut dyn DoubleEndedIterator<Item = &'a Turn>| {
        turns.rev().filter_map(|turn| turn.response.as_ref()).find(|response| response.stance().is_some())
    };
    if record.cut_short.as_ref().is_some_and(|cut| cut.spoke.contains(&seat)) {
        return latest(&mut record.turns.iter().filter(|turn| turn.speaker == Speaker::Seat(seat)));
    }
    let Some(last) = last_round(record) else { return latest(&mut own()) };
    let takes_stances = |stage: &str| {
        let mut here = counted.iter().filter(|turn| is_in(turn, last) && turn.stage == stage);
        here.any(|turn| turn.response.as_ref().is_some_and(|response| response.stance().is_some()))
    };
    let nobody_was_heard = count(last).is_some_and(|count| count.valid + count.abstained == 0);
    if own().any(|turn| is_in(turn, last) && takes_stances(&turn.stage)) {
        latest(&mut own().filter(|turn| is_in(turn, last)))
    } else if nobody_was_heard || record.absent.iter().any(|absence| absence.seat == seat) {
        None
    } else {
        latest(&mut own())
    }
}

fn ballot(record: &Read, counted: &[Turn], panelist: &Panelist) -> Ballot {
    let response = standing(record, counted, panelist.seat);
    let stance = response.and_then(Response::stance);
    let option = stance.and_then(|stance| {
        // Who stands in the minority report is told there, and all others are behind the winner: that includes statements
        // that were sorted into an option they do not name.
        let is_own = |dissent: &&Dissent| dissent.seat == panelist.seat && dissent.kind == FINAL;
        let winner = record.decision.as_ref().and_then(|decision| decision.option.clone());
        match record.dissent.iter().find(is_own) {
            Some(dissent) => dissent.option.clone(),
            None => winner.or_else(|| stance.option.clone()),
        }
    });
    let unit = record.decision.as_ref().and_then(|decision| decision.estimate.as_ref()).map(|estimate| &estimate.unit);
    let estimate = stance.and_then(|stance| stance.estimate).zip(unit);
    let stood = match (stance, &option) {
        (None, _) => Stood::Absent,
        (Some(_), Some(_)) => Stood::Chose,
        (Some(_), None) if estimate.is_some() => Stood::Chose,
        (Some(stance), None) if stance.abstained.is_some() => Stood::Abstained,
        (Some(_), None) => Stood::Uncounted,
    };
    let ratings = stance.iter().flat_map(|stance| &stance.ratings);
    Ballot {
        seat: panelist.seat,
        name: panelist.name.clone(),
        stood,
        option: option.map(|option| record.option_text(&option)),
        estimate: estimate.map(|(estimate, unit)| Given { estimate, unit: unit.clone() }),
        confidence: response.and_then(Response::confidence),
        ratings: ratings.map(|(option, rating)| (record.option_text(option), *rating)).collect(),
    }
}
