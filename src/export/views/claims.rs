//! The claim ledger: who claimed what, on which evidence, and what became of it.

use serde::Serialize;

use crate::debate::analysis::course::Course;
use crate::debate::analysis::quotes;
use crate::debate::claims::{Entry, Status};
use crate::debate::log::ids::Speaker;
use crate::debate::response::{ClaimId, ClaimKind, EvidenceKind, Response};
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{named, says};
use crate::export::views::scope::Scope;

/// The claims in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claims {
    claims: Vec<Made>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Made {
    /// Number of the round in which it was made.
    number: Option<u32>,
    author: String,
    #[serde(flatten)]
    entry: Entry,
    /// Claims of others that speak against it.
    rebutted_by: Vec<ClaimId>,
    /// Others who accepted it.
    accepted_by: Vec<String>,
    /// Places of the evidence, from 1, whose quote stands nowhere the author could have read it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unverified: Vec<u32>,
}

/// Draws up the ledger.
pub fn view(scope: &Scope<'_>) -> Claims {
    let quotes = quotes::quotes(&Course::of(scope.history));
    let unverified = |entry: &Entry| {
        let own = quotes.iter().filter(|quote| quote.claim == entry.id && !quote.verified);
        own.map(|quote| quote.evidence).collect()
    };
    let made = |entry: &Entry| Made {
        number: scope.number(&entry.turn),
        author: scope.name(Speaker::Seat(entry.seat)),
        rebutted_by: scope
            .board
            .ledger()
            .iter()
            .filter(|other| other.seat != entry.seat && other.claim.rebuts.contains(&entry.id))
            .map(|other| other.id.clone())
            .collect(),
        accepted_by: accepted_by(scope, entry),
        unverified: unverified(entry),
        entry: entry.clone(),
    };
    Claims { claims: scope.board.ledger().iter().filter(|entry| scope.holds(&entry.turn)).map(made).collect() }
}

fn accepted_by(scope: &Scope<'_>, entry: &Entry) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (turn, taken) in &scope.history.turns {
        let Some(Response::Position(position)) = taken.response() else { continue };
        let concedes = position.concessions.iter().any(|concession| concession.claim == entry.id);
        let name = scope.name(turn.speaker);
        if concedes && turn.speaker != Speaker::Seat(entry.seat) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Lays the ledger out.
pub fn page(claims: &Claims) -> Vec<Block> {
    if claims.claims.is_empty() {
        return vec![says("No claims were made here.")];
    }
    claims.claims.iter().flat_map(stanza).collect()
}

fn stanza(made: &Made) -> Vec<Block> {
    let entry = &made.entry;
    let number = made.number.map_or_else(String::new, |number| format!("round {number}, "));
    let (kind, status) = (kind(entry.claim.kind), status(entry.status));
    let mut blocks = vec![
        Section(format!("{} · {} · {number}{} · {kind} · {status}", entry.id, made.author, entry.turn.phase)),
        says(entry.claim.text.as_str()),
    ];
    blocks.extend(entry.repeats.iter().map(|first| named("repeats", first.0.as_str())));
    for (place, evidence) in entry.claim.evidence.iter().enumerate() {
        let is_unverified = made.unverified.iter().any(|unverified| *unverified as usize == place + 1);
        let mark = if is_unverified { " (unverified)" } else { "" };
        let quote = if evidence.quote.is_empty() { String::new() } else { format!(": \"{}\"{mark}", evidence.quote) };
        blocks.push(named(evidence_kind(evidence.kind), format!("{}{quote}", evidence.reference)));
    }
    let listed = |label: &str, ids: Vec<&str>| (!ids.is_empty()).then(|| named(label, ids.join(", ")));
    blocks.extend(listed("supports", entry.claim.supports.iter().map(|option| option.0.as_str()).collect()));
    blocks.extend(listed("rebuts", entry.claim.rebuts.iter().map(|claim| claim.0.as_str()).collect()));
    blocks.extend(listed("rebutted by", made.rebutted_by.iter().map(|claim| claim.0.as_str()).collect()));
    blocks.extend(listed("accepted by", made.accepted_by.iter().map(String::as_str).collect()));
    blocks
}

/// What became of a claim, in a word.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Accepted => "accepted",
        Status::Rebutted => "rebutted",
        Status::Conceded => "conceded",
    }
}

/// What kind of claim it is, in a word.
pub(crate) fn kind(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Fact => "fact",
        ClaimKind::Inference => "inference",
        ClaimKind::Value => "value",
        ClaimKind::Assumption => "assumption",
    }
}

fn evidence_kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Citation => "citation",
        EvidenceKind::Calculation => "calculation",
        EvidenceKind::Example => "example",
        EvidenceKind::Material => "material",
    }
}
