//! The sources: who cited which in which turn, what was cited apart from what was only consulted.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::debate::log::ids::TurnId;
use crate::debate::response::ClaimId;
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{named, says, under_named};
use crate::export::views::scope::Scope;

/// The sources in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Citations {
    /// Sources that some reply points at.
    cited: Vec<Source>,
    /// Sources that were looked at and no more.
    consulted: Vec<Source>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Source {
    url: String,
    title: Option<String>,
    uses: Vec<Use>,
    /// Claims in scope whose evidence names the address.
    claims: Vec<ClaimId>,
}

/// A source in one turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Use {
    #[serde(flatten)]
    turn: TurnId,
    /// Number of the round.
    number: Option<u32>,
    name: String,
    cited: bool,
    quote: Option<String>,
    #[serde(skip)]
    whereabouts: String,
}

/// Draws up the sources in the order of their addresses.
pub fn view(scope: &Scope<'_>) -> Citations {
    let mut sources: BTreeMap<&str, Source> = BTreeMap::new();
    let turns = scope.history.turns.iter().filter(|(turn, _)| scope.holds(turn));
    for (turn, citation) in turns.flat_map(|(turn, taken)| {
        taken.replies().flat_map(move |(_, reply)| reply.citations.iter().map(move |c| (turn, c)))
    }) {
        let source = sources.entry(citation.url.as_str()).or_insert_with(|| Source {
            url: citation.url.clone(),
            title: None,
            uses: Vec::new(),
            claims: claims(scope, &citation.url),
        });
        source.title = source.title.take().or_else(|| citation.title.clone());
        source.uses.push(Use {
            turn: turn.clone(),
            number: scope.number(turn),
            name: scope.name(turn.speaker),
            cited: citation.cited,
            quote: citation.quote.clone(),
            whereabouts: scope.whereabouts(turn),
        });
    }
    for source in sources.values_mut() {
        source.uses.sort_by_key(|used| (used.number, used.turn.clone()));
    }
    let (cited, consulted) = sources.into_values().partition(|source| source.uses.iter().any(|used| used.cited));
    Citations { cited, consulted }
}

fn claims(scope: &Scope<'_>, url: &str) -> Vec<ClaimId> {
    let names = |reference: &str| reference.split_whitespace().any(|word| word == url);
    let entries = scope.board.ledger().iter().filter(|entry| scope.holds(&entry.turn));
    let naming = entries.filter(|entry| entry.claim.evidence.iter().any(|evidence| names(&evidence.reference)));
    naming.map(|entry| entry.id.clone()).collect()
}

/// Lays the sources out.
pub fn page(citations: &Citations) -> Vec<Block> {
    let groups = [("Cited", &citations.cited), ("Only consulted", &citations.consulted)];
    let mut blocks = Vec::new();
    for (title, sources) in groups.into_iter().filter(|(_, sources)| !sources.is_empty()) {
        blocks.push(Section(title.to_owned()));
        blocks.extend(sources.iter().flat_map(stanza));
    }
    if blocks.is_empty() {
        blocks.push(says("No provider named a source here."));
    }
    blocks
}

fn stanza(source: &Source) -> Vec<Block> {
    let mut blocks = vec![match &source.title {
        Some(title) => named(title.as_str(), source.url.as_str()),
        None => says(source.url.as_str()),
    }];
    for used in &source.uses {
        let verb = if used.cited { "cited" } else { "consulted" };
        let quote: String = used.quote.iter().map(|quote| format!(": \"{quote}\"")).collect();
        blocks.push(under_named(used.name.as_str(), format!("{verb} in {}{quote}", used.whereabouts)));
    }
    if !source.claims.is_empty() {
        let claims: Vec<&str> = source.claims.iter().map(|claim| claim.0.as_str()).collect();
        blocks.push(under_named("claims resting on it", claims.join(", ")));
    }
    blocks
}
