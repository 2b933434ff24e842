//! The costs: what was paid, by whom, when and for what; what the session inherited is counted apart.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::debate::history::{Attempt, History, Outcome};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::mode::Form;
use crate::debate::schedule;
use crate::export::figures::money;
use crate::export::usage::{PaidIn, Spent, spent};
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{Table, named};
use crate::export::views::scope::Scope;

/// What the turns in scope took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Costs {
    /// All that was paid in this session.
    total: Spent,
    /// Of its calls, those whose price is not known.
    unpriced_calls: u32,
    /// The price of the others, and of what broke off, in US dollars.
    priced_usd: f64,
    /// What had been paid in the session that this one branched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    inherited: Option<Spent>,
    /// The parts of the total, without those in which nothing was paid here.
    by_seat: Vec<Seated>,
    by_round: Vec<Held>,
    by_purpose: BTreeMap<Purpose, Spent>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Seated {
    speaker: Speaker,
    name: String,
    #[serde(flatten)]
    spent: Spent,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Held {
    /// Number of the round; `null` for one that is to be held anew.
    number: Option<u32>,
    phase: String,
    round: u32,
    #[serde(flatten)]
    spent: Spent,
}

/// What turns are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    Framing,
    Opening,
    Options,
    Exchange,
    Verdict,
    Synthesis,
}

/// Draws up the costs.
pub fn view(scope: &Scope<'_>) -> Costs {
    let history = scope.history;
    let here =
        |in_scope: &dyn Fn(&TurnId) -> bool| spent(history, PaidIn::Here, |turn| scope.holds(turn) && in_scope(turn));
    let turns: Vec<&TurnId> = history.turns.keys().filter(|turn| scope.holds(turn)).collect();
    let speakers: BTreeSet<Speaker> = turns.iter().map(|turn| turn.speaker).collect();
    let purposes: BTreeSet<Purpose> = turns.iter().map(|turn| purpose(history, turn)).collect();
    let prices = prices(scope);
    let seated = |speaker| Seated { speaker, name: scope.name(speaker), spent: here(&|turn| turn.speaker == speaker) };
    let held = |first: &TurnId| Held {
        number: scope.number(first),
        phase: first.phase.clone(),
        round: first.round,
        spent: here(&|turn| turn.phase == first.phase && turn.round == first.round),
    };
    Costs {
        total: here(&|_| true),
        unpriced_calls: u32::try_from(prices.iter().filter(|price| price.is_none()).count()).unwrap_or(u32::MAX),
        // Folded from 0, since an empty sum of floats is -0.
        priced_usd: prices.iter().flatten().chain(&lost_usd(scope)).fold(0.0, |sum, price| sum + price),
        inherited: history.setup.parent.map(|_| spent(history, PaidIn::Parent, |turn| scope.holds(turn))),
        by_seat: speakers.into_iter().map(seated).filter(|seated| !seated.spent.is_nothing()).collect(),
        by_round: firsts(scope, &turns).into_iter().map(held).filter(|held| !held.spent.is_nothing()).collect(),
        by_purpose: purposes
            .into_iter()
            .map(|wanted| (wanted, here(&|turn| purpose(history, turn) == wanted)))
            .filter(|(_, spent)| !spent.is_nothing())
            .collect(),
    }
}

/// One turn of each round, the program's own included, in the order in which they were begun.
fn firsts<'a>(scope: &Scope<'_>, turns: &[&'a TurnId]) -> Vec<&'a TurnId> {
    let mut firsts: BTreeMap<(&str, u32), (Option<u64>, &TurnId)> = BTreeMap::new();
    for turn in turns {
        let begun = scope.begun(turn);
        let first = firsts.entry((&turn.phase, turn.round)).or_insert((begun, turn));
        *first = (*first).min((begun, turn));
    }
    let mut firsts: Vec<(Option<u64>, &TurnId)> = firsts.into_values().collect();
    firsts.sort();
    firsts.into_iter().map(|(_, turn)| turn).collect()
}

/// The price of every reply that was paid in this session.
fn prices(scope: &Scope<'_>) -> Vec<Option<f64>> {
    attempts(scope).filter_map(Attempt::reply).map(|reply| reply.cost_usd).collect()
}

/// The price of what broke off in this session, where one is known.
fn lost_usd(scope: &Scope<'_>) -> Vec<f64> {
    let loss = |attempt: &Attempt| match attempt.outcome.as_ref()? {
        Outcome::Finished { reply, .. } => reply.loss.as_ref()?.cost_usd,
        Outcome::Failed(fault) => fault.loss.as_ref()?.cost_usd,
    };
    attempts(scope).filter_map(loss).collect()
}

/// The attempts that were begun in this session.
fn attempts<'a>(scope: &'a Scope<'_>) -> impl Iterator<Item = &'a Attempt> {
    let turns = scope.history.turns.iter().filter(|(turn, _)| scope.holds(turn)).map(|(_, turn)| turn);
    let attempts = turns.flat_map(|turn| turn.lost.iter().chain(&turn.attempts));
    attempts.filter(|attempt| !scope.history.is_inherited(attempt.seq))
}

fn purpose(history: &History, turn: &TurnId) -> Purpose {
    match turn.phase.as_str() {
        schedule::FRAMING => Purpose::Framing,
        schedule::OPTIONS => Purpose::Options,
        schedule::SYNTHESIS => Purpose::Synthesis,
        phase => match history.setup.mode.phases.iter().position(|other| other.name == phase) {
            Some(0) => Purpose::Opening,
            Some(index) if history.setup.mode.phases[index].stages.iter().all(|stage| stage.form == Form::Ballot) => {
                Purpose::Verdict
            }
            Some(_) | None => Purpose::Exchange,
        },
    }
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Framing => "framing",
            Self::Opening => "opening",
            Self::Options => "options",
            Self::Exchange => "exchange",
            Self::Verdict => "verdict",
            Self::Synthesis => "synthesis",
        }
    }
}

/// Lays the costs out.
pub fn page(costs: &Costs) -> Vec<Block> {
    let before = costs.inherited.map(|inherited| ("before the branch".to_owned(), inherited));
    let rows = std::iter::once(("here".to_owned(), costs.total)).chain(before).collect();
    let mut blocks = vec![Section("Total".to_owned()), table("", rows)];
    if costs.unpriced_calls > 0 {
        let known =
            format!("{} have no known price; the others cost {}", costs.unpriced_calls, money(Some(costs.priced_usd)));
        blocks.push(named("calls", known));
    }
    if costs.total.unknown > 0 {
        let unknown = "of unknown fate: what they took is in no number here";
        blocks.push(named("attempts", format!("{} {unknown}", costs.total.unknown)));
    }
    if costs.total.estimated {
        blocks.push(named("tokens", "some are our estimates, because the provider sent no numbers"));
    }
    let seat = |seated: &Seated| match seated.speaker {
        Speaker::Seat(seat) => (format!("{seat} {}", seated.name), seated.spent),
        Speaker::Moderator => (seated.name.clone(), seated.spent),
    };
    let round = |held: &Held| {
        let number = held.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        (format!("{number} {} {}", held.phase, held.round), held.spent)
    };
    let purposes = costs.by_purpose.iter().map(|(purpose, spent)| (purpose.name().to_owned(), *spent));
    let parts = [
        ("By seat", "seat", costs.by_seat.iter().map(seat).collect::<Vec<_>>()),
        ("By round", "round", costs.by_round.iter().map(round).collect()),
        ("By purpose", "purpose", purposes.collect()),
    ];
    for (title, first, rows) in parts.into_iter().filter(|(_, _, rows)| !rows.is_empty()) {
        blocks.extend([Section(title.to_owned()), table(first, rows)]);
    }
    blocks
}

fn table(first: &str, rows: Vec<(String, Spent)>) -> Block {
    // Most sessions search for nothing, and lines are short.
    let searches = rows.iter().any(|(_, spent)| spent.searches > 0);
    let mut head = vec![first, "calls", "requests", "input", "cached", "output", "reasoning", "price"];
    if searches {
        head.insert(head.len() - 1, "searches");
    }
    let row = |(name, spent): &(String, Spent)| {
        let mut cells = cells(name, spent);
        if searches {
            cells.insert(cells.len() - 1, spent.searches.to_string());
        }
        cells
    };
    Block::Table(Table { head: head.into_iter().map(str::to_owned).collect(), rows: rows.iter().map(row).collect() })
}

fn cells(name: &str, spent: &Spent) -> Vec<String> {
    let numbers = [
        u64::from(spent.calls),
        u64::from(spent.requests),
        spent.input_tokens,
        spent.cached_tokens,
        spent.output_tokens,
        spent.reasoning_tokens,
    ];
    let price = match spent.cost_usd {
        None => "unknown".to_owned(),
        known => money(known),
    };
    std::iter::once(name.to_owned()).chain(numbers.map(|n| n.to_string())).chain([price]).collect()
}
