//! The thoughts: the reasoning behind what was said, as each agent gave it. Other agents were shown the claims instead.

use serde::Serialize;

use crate::debate::log::ids::TurnId;
use crate::debate::response::Response;
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{named, says, under_named};
use crate::export::views::scope::Scope;

/// The reasoning in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Thoughts {
    thoughts: Vec<Thought>,
}

/// The reasoning behind one response.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Thought {
    #[serde(flatten)]
    turn: TurnId,
    /// Number of the round.
    number: Option<u32>,
    name: String,
    statement: String,
    reasoning: String,
    would_change_my_mind: Vec<String>,
    #[serde(skip)]
    whereabouts: String,
}

/// Gathers the reasoning, round by round.
pub fn view(scope: &Scope<'_>) -> Thoughts {
    let turns = scope.rounds().flat_map(|place| scope.turns(place));
    Thoughts { thoughts: turns.filter_map(|turn| thought(scope, turn)).collect() }
}

fn thought(scope: &Scope<'_>, turn: &TurnId) -> Option<Thought> {
    let (statement, reasoning, would_change_my_mind) = match scope.history.valid_response(turn)? {
        Response::Position(said) => (&said.statement, &said.reasoning, said.would_change_my_mind.clone()),
        Response::Ballot(said) => (&said.statement, &said.because, Vec::new()),
        Response::Questions(_)
        | Response::Perspectives(_)
        | Response::Sorting(_)
        | Response::Synthesis(_)
        | Response::Unclear { .. }
        | Response::Truncated
        | Response::Refused
        | Response::Filtered => return None,
    };
    Some(Thought {
        turn: turn.clone(),
        number: scope.number(turn),
        name: scope.name(turn.speaker),
        statement: statement.clone(),
        reasoning: reasoning.clone(),
        would_change_my_mind,
        whereabouts: scope.whereabouts(turn),
    })
}

/// Lays the reasoning out.
pub fn page(thoughts: &Thoughts) -> Vec<Block> {
    if thoughts.thoughts.is_empty() {
        return vec![says("Nobody gave a reasoning here.")];
    }
    thoughts.thoughts.iter().flat_map(stanza).collect()
}

fn stanza(thought: &Thought) -> Vec<Block> {
    let mut blocks = vec![
        Section(format!("{}, {}", thought.name, thought.whereabouts)),
        named("says", thought.statement.as_str()),
        under_named("because", thought.reasoning.as_str()),
    ];
    let settles = thought.would_change_my_mind.iter();
    blocks.extend(settles.map(|what| under_named("would change its mind", what.as_str())));
    blocks
}
