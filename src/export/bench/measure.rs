//! What one debate of a bench came to, from its log.

use schemars::JsonSchema;
use serde::Serialize;

use crate::bench::Key;
use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::consensus::{self, Standings};
use crate::debate::estimate::value;
use crate::debate::event::Ending;
use crate::debate::history::History;
use crate::debate::log::decision::{Decision, Label};
use crate::debate::log::estimates::Estimates;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;
use crate::export::record;
use crate::export::usage::{self, PaidIn};

/// What a debate took: replies that arrived, with what was billed for them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Taken {
    /// Replies received.
    pub calls: u32,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// Price in US dollars; `None` when a price is not known.
    pub cost_usd: Option<f64>,
}

/// What a debate that ran to its end came to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Found {
    /// The winning option; `None` without one.
    pub option: Option<OptionId>,
    /// The number that the panel comes to; left out where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The outcome in words; `None` without one.
    pub text: Option<String>,
    /// How strong the agreement is.
    pub label: Label,
    /// Rounds that were closed, the opening included.
    pub rounds: u32,
    /// Share of the leading option in the panel in the sealed opening, 0 to 1; `None` where it is undefined.
    pub sealed_agreement: Option<f64>,
    /// The same at the end.
    pub agreement: Option<f64>,
    /// Seats that hold something else at the end than in the sealed opening, and name a claim that holds.
    pub changed_cited: u32,
    /// Those that name none.
    pub changed_uncited: u32,
    /// Tokens after the opening.
    pub debate_tokens: u64,
    /// How it compares with the right answer; left out where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
}

/// How a debate compares with the right answer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    /// Whether the right option was chosen. A tie, an abstention and an absence are not right.
    Choice(Compared<bool>),
    /// How far the number is from the right one, by the size of the right one; `None` where no number was given.
    Estimate(Compared<Option<f64>>),
}

/// The same thing said of a seat alone, of the sealed vote, and of the debate.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Compared_{T}")]
pub struct Compared<T> {
    /// Of the decision at the end.
    #[serde(rename = "final")]
    pub last: T,
    /// Of the option that alone led the sealed opening, or of its median.
    pub sealed: T,
    /// Of each seat in the sealed opening, in seat order.
    pub seats: Vec<SeatMark<T>>,
}

/// What is said of a seat.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "SeatMark_{T}")]
pub struct SeatMark<T> {
    /// Which.
    pub seat: Seat,
    /// What.
    pub mark: T,
}

impl Taken {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_usd: self.cost_usd.zip(other.cost_usd).map(|(sum, cost)| sum + cost),
        }
    }
}

/// Adds up what a session took. Replies that never arrived are in no number, so that an interruption leaves no trace here.
pub(super) fn taken(history: &History) -> Taken {
    let spent = usage::spent(history, PaidIn::Here, |_| true);
    Taken {
        calls: spent.calls,
        input_tokens: spent.input_tokens,
        output_tokens: spent.output_tokens,
        cost_usd: spent.cost_usd,
    }
}

/// Measures a session that was decided; `None` for any other.
pub(super) fn found(history: &History, key: Option<&Key>) -> Option<Found> {
    let decision = history.decision.as_ref().filter(|_| history.ending == Some(Ending::Decided))?;
    let agreement = |consensus: &Option<Consensus>| consensus.as_ref().and_then(|consensus| consensus.agreement);
    let (cited, uncited) = changes(decision);
    Some(Found {
        option: decision.option.clone(),
        value: decision.estimate.as_ref().and_then(|estimate| estimate.value),
        text: decision.text.clone(),
        label: decision.label,
        rounds: count(history.rounds.len()),
        sealed_agreement: agreement(&decision.sealed),
        agreement: agreement(&decision.last),
        changed_cited: cited,
        changed_uncited: uncited,
        debate_tokens: record::delta(history).tokens,
        marks: key.map(|key| marks(history, decision, key)),
    })
}

/// Seats that moved with a reason that holds, and without one.
fn changes(decision: &Decision) -> (u32, u32) {
    let revised = decision.estimate.iter().flat_map(|estimate| &estimate.revised).map(|revised| revised.cited);
    let (cited, uncited): (Vec<bool>, Vec<bool>) =
        decision.moved.iter().map(|moved| moved.cited).chain(revised).partition(|cited| *cited);
    (count(cited.len()), count(uncited.len()))
}

fn marks(history: &History, decision: &Decision, key: &Key) -> Marks {
    let board = Board::of(history);
    let sealed = consensus::sealed(&board);
    match key {
        Key::Option(right) => {
            let leads = |consensus: &Consensus| consensus.leading.as_slice() == std::slice::from_ref(right);
            let chose = |standings: &Standings<'_>, seat: &Seat| {
                standings.get(seat).is_some_and(|standing| standing.option.as_ref() == Some(right))
            };
            Marks::Choice(Compared {
                last: decision.option.as_ref() == Some(right),
                sealed: decision.sealed.as_ref().is_some_and(leads),
                seats: seats(history, |seat| chose(&sealed, seat)),
            })
        }
        Key::Value(right) => {
            let error = |given: Option<f64>| relative_error(given?, *right);
            let estimate = decision.estimate.as_ref();
            let median = |estimates: &Estimates| estimates.median;
            Marks::Estimate(Compared {
                last: error(estimate.and_then(|estimate| estimate.value)),
                sealed: error(estimate.and_then(|estimate| estimate.sealed.as_ref().and_then(median))),
                seats: seats(history, |seat| error(sealed.get(seat).and_then(value))),
            })
        }
    }
}

fn seats<T>(history: &History, mark: impl Fn(&Seat) -> T) -> Vec<SeatMark<T>> {
    history.agents.iter().map(|agent| SeatMark { seat: agent.seat, mark: mark(&agent.seat) }).collect()
}

/// The distance from the right number by its size; `None` where that is 0.
fn relative_error(given: f64, right: f64) -> Option<f64> {
    Some((given - right).abs() / right.abs()).filter(|error| error.is_finite())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
