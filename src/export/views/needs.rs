//! The facts that agents needed from outside: who asked, why, and what was supplied.

use serde::Serialize;

use crate::debate::event::Fact;
use crate::debate::log::ids::Speaker;
use crate::debate::needs::{self, Entry};
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{named, says};
use crate::export::views::scope::Scope;
use crate::export::wording;

/// The needs in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Needs {
    needs: Vec<Asked>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Asked {
    /// Number of the round in which it was asked first.
    number: Option<u32>,
    /// Who asked.
    names: Vec<String>,
    #[serde(flatten)]
    entry: Entry,
    /// What was supplied for it.
    supplied: Vec<String>,
}

/// Draws up the needs. For one agent, those that it asked for.
pub fn view(scope: &Scope<'_>) -> Needs {
    let history = scope.history;
    let answered = history.answers.iter().flat_map(|answers| &answers.facts);
    let facts: Vec<&Fact> = answered.chain(history.continuations.iter().flat_map(|more| &more.terms.facts)).collect();
    let is_in_scope = |entry: &Entry| {
        let is_round = scope.rounds().any(|place| place.holds(&entry.turn));
        is_round && entry.seats.iter().any(|seat| scope.shows(Speaker::Seat(*seat)))
    };
    let asked = |entry: Entry| Asked {
        number: scope.number(&entry.turn),
        names: entry.seats.iter().map(|seat| scope.name(Speaker::Seat(*seat))).collect(),
        supplied: facts
            .iter()
            .filter(|fact| fact.need.as_ref() == Some(&entry.id))
            .map(|fact| fact.text.clone())
            .collect(),
        entry,
    };
    Needs { needs: needs::needs(history).into_iter().filter(is_in_scope).map(asked).collect() }
}

/// Lays the needs out.
pub fn page(needs: &Needs) -> Vec<Block> {
    if needs.needs.is_empty() {
        return vec![says("Nothing was needed from outside here.")];
    }
    needs.needs.iter().flat_map(stanza).collect()
}

fn stanza(asked: &Asked) -> Vec<Block> {
    let entry = &asked.entry;
    let number = asked.number.map_or_else(String::new, |number| format!("round {number}, "));
    let weight = if entry.required { "required" } else { "helpful" };
    let status = wording::need(entry.status);
    let title =
        format!("{} · {} · {number}{} · {weight} · {status}", entry.id, asked.names.join(", "), entry.turn.phase);
    let mut blocks = vec![Section(title), says(entry.query.as_str())];
    if !entry.reason.is_empty() {
        blocks.push(named("would settle", entry.reason.as_str()));
    }
    blocks.extend(asked.supplied.iter().map(|text| named("supplied", text.as_str())));
    blocks
}
