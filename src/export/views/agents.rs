//! The agents: one path each, through all rounds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::debate::agent::{Agent, Voice};
use crate::debate::board::Board;
use crate::debate::claims::Entry;
use crate::debate::consensus::Standings;
use crate::debate::log::decision::Moved;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Concession, Response, Stance};
use crate::debate::{change, fallback};
use crate::export::figures::money;
use crate::export::record;
use crate::export::usage::{PaidIn, Spent, spent};
use crate::export::views::claims::{kind, status};
use crate::export::views::page::Block::{self, Part, Section};
use crate::export::views::page::{named, says, under_named};
use crate::export::views::rounds::{NotAsked, changes, move_line, not_asked};
use crate::export::views::said::{Came, Said, said, standings};
use crate::export::views::scope::{Place, Scope};

/// The agents in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agents {
    agents: Vec<Path>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Path {
    /// The agent; `null` for the moderator.
    agent: Option<Agent>,
    name: String,
    /// Who was asked.
    voices: Vec<Voice>,
    rounds: Vec<Stretch>,
    /// What its turns in scope took in this session.
    spent: Spent,
    /// What they had taken in the session that this one branched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    inherited: Option<Spent>,
}

/// What an agent did in one round.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Stretch {
    #[serde(flatten)]
    place: Place,
    turns: Vec<Deed>,
    not_asked: Vec<NotAsked>,
    /// By the record, since the last round that took stances.
    moved: Option<Moved>,
}

/// What an agent did in one turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Deed {
    #[serde(flatten)]
    said: Said,
    ratings: BTreeMap<OptionId, i8>,
    change: Option<Account>,
    claims: Vec<Entry>,
    concessions: Vec<Concession>,
    blocking_objection: Option<String>,
    /// All that was said.
    response: Option<Response>,
}

/// An agent's account of a change of mind.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Account {
    because: String,
    claims: Vec<Named>,
}

/// A claim named as the cause of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Named {
    claim: ClaimId,
    /// Whether it can have been the cause; see [`change::holds`].
    holds: bool,
}

/// A round as it was when it closed: what an agent's deeds in it are judged by.
struct Ground<'a> {
    place: &'a Place,
    board: Board<'a>,
    standings: Standings<'a>,
    changes: Vec<Moved>,
    not_asked: Vec<NotAsked>,
}

/// Draws up the agents' paths.
pub fn view(scope: &Scope<'_>) -> Agents {
    let ground = |place| Ground {
        place,
        board: scope.board_until(place),
        standings: standings(scope, place),
        changes: changes(scope, place),
        not_asked: not_asked(scope, place),
    };
    let grounds: Vec<Ground<'_>> = scope.rounds().map(ground).collect();
    Agents { agents: scope.speakers().into_iter().map(|speaker| path(scope, &grounds, speaker)).collect() }
}

fn path(scope: &Scope<'_>, grounds: &[Ground<'_>], speaker: Speaker) -> Path {
    let history = scope.history;
    let (agent, voices) = match speaker {
        Speaker::Seat(seat) => {
            let agent = history.agent(seat).cloned();
            let stepped_in = fallback::stepped_in(history).into_iter().filter(|stepped| stepped.seat == seat);
            let others: BTreeSet<Voice> = stepped_in.map(|stepped| stepped.voice.clone()).collect();
            (agent.clone(), agent.into_iter().map(|agent| agent.voice).chain(others).collect())
        }
        Speaker::Moderator => (None, record::moderators(history).into_iter().cloned().collect()),
    };
    let in_scope = |turn: &TurnId| turn.speaker == speaker && scope.holds(turn);
    Path {
        agent,
        name: scope.name(speaker),
        voices,
        rounds: grounds.iter().filter_map(|ground| stretch(scope, ground, speaker)).collect(),
        spent: spent(history, PaidIn::Here, in_scope),
        inherited: history.setup.parent.map(|_| spent(history, PaidIn::Parent, in_scope)),
    }
}

/// What an agent did in a round; `None` if it had no part in it.
fn stretch(scope: &Scope<'_>, ground: &Ground<'_>, speaker: Speaker) -> Option<Stretch> {
    let turns = scope.turns(ground.place).into_iter().filter(|turn| turn.speaker == speaker);
    let turns: Vec<Deed> = turns.map(|turn| deed(scope, ground, turn)).collect();
    let is_its = |seat| Speaker::Seat(seat) == speaker;
    let not_asked: Vec<NotAsked> = ground.not_asked.iter().filter(|entry| is_its(entry.seat)).cloned().collect();
    let moved = ground.changes.iter().find(|moved| is_its(moved.seat)).cloned();
    let has_part = !turns.is_empty() || !not_asked.is_empty();
    has_part.then(|| Stretch { place: ground.place.clone(), turns, not_asked, moved })
}

fn deed(scope: &Scope<'_>, ground: &Ground<'_>, turn: &TurnId) -> Deed {
    let response = scope.history.response(turn);
    let stance = scope.history.valid_response(turn).and_then(Response::stance);
    let concessions = match response {
        Some(Response::Position(position)) => position.concessions.clone(),
        _ => Vec::new(),
    };
    Deed {
        said: said(scope, turn, &ground.standings),
        ratings: stance.map(|stance| stance.ratings.clone()).unwrap_or_default(),
        change: stance.and_then(|stance| account(scope, ground, turn, stance)),
        claims: scope.board.ledger().iter().filter(|entry| entry.turn == *turn).cloned().collect(),
        concessions,
        blocking_objection: response.and_then(Response::blocking_objection).cloned(),
        response: response.cloned(),
    }
}

/// The account of a change that a stance gives.
fn account(_scope: &Scope<'_>, ground: &Ground<'_>, turn: &TurnId, stance: &Stance) -> Option<Account> {
    let (change, Speaker::Seat(seat)) = (stance.change.as_ref()?, turn.speaker) else { return None };
    let named =
        |claim: &ClaimId| Named { claim: claim.clone(), holds: change::holds(&ground.board, seat, turn, claim) };
    Some(Account { because: change.because.clone(), claims: change.decisive_claims.iter().map(named).collect() })
}

/// Lays the paths out.
pub fn page(agents: &Agents) -> Vec<Block> {
    agents.agents.iter().flat_map(stanza).collect()
}

fn stanza(path: &Path) -> Vec<Block> {
    let voices: Vec<String> = path.voices.iter().map(|voice| format!("{} · {}", voice.provider, voice.model)).collect();
    let title = match &path.agent {
        Some(agent) => format!("{} · {} (seat {}, {})", agent.id, path.name, agent.seat, voices.join(", ")),
        None if voices.is_empty() => path.name.clone(),
        None => format!("{} ({})", path.name, voices.join(", ")),
    };
    let mut blocks = vec![Section(title)];
    if let Some(agent) = &path.agent {
        blocks.push(named("cares about", agent.persona.character.as_str()));
    }
    if path.rounds.is_empty() {
        blocks.push(says("had no turn"));
    }
    blocks.push(named("took", took(&path.spent)));
    blocks.extend(path.inherited.as_ref().map(|before| named("before the branch", took(before))));
    blocks.extend(path.rounds.iter().flat_map(round));
    blocks
}

fn round(stretch: &Stretch) -> Vec<Block> {
    let mut blocks = vec![Part(stretch.place.title())];
    blocks.extend(stretch.turns.iter().flat_map(turn));
    blocks.extend(stretch.not_asked.iter().map(|entry| says(entry.why)));
    blocks.extend(stretch.moved.as_ref().map(|moved| named("moved", move_line(moved))));
    blocks
}

fn turn(deed: &Deed) -> Vec<Block> {
    let said = &deed.said;
    let stance: String = said.stance().iter().map(|stance| format!(" ({stance})")).collect();
    let mut blocks = vec![named(format!("{}{stance}", said.turn.stage), said.words())];
    if let Some(Response::Ballot(ballot)) = deed.response.as_ref().filter(|_| !said.text.is_empty())
        && !ballot.because.is_empty()
        && ballot.because != said.text
    {
        blocks.push(under_named("because", ballot.because.as_str()));
    }
    blocks.extend(said.left_out().map(|fields| under_named("not read", fields)));
    blocks.extend(said.missed_before().iter().map(|why| under_named("asked again after", why.as_str())));
    if said.unknown > u32::from(said.outcome == Came::Unknown) {
        blocks.push(under_named("attempts of unknown fate", said.unknown.to_string()));
    }
    let ratings: Vec<String> =
        deed.ratings.iter().map(|(option, rating)| format!("{option} {}", signed(*rating))).collect();
    if !ratings.is_empty() {
        blocks.push(under_named("ratings", ratings.join(", ")));
    }
    blocks.extend(deed.change.as_ref().map(|change| under_named("changed", change_line(change))));
    blocks.extend(deed.claims.iter().map(|entry| {
        let repeats: String = entry.repeats.iter().map(|first| format!(", repeats {first}")).collect();
        let label = format!("{} ({}, {}{repeats})", entry.id, kind(entry.claim.kind), status(entry.status));
        under_named(label, entry.claim.text.as_str())
    }));
    blocks
        .extend(deed.concessions.iter().map(|c| under_named(format!("concedes {}", c.claim), c.consequence.as_str())));
    blocks.extend(deed.blocking_objection.iter().map(|objection| under_named("blocks", objection.as_str())));
    blocks
}

fn change_line(change: &Account) -> String {
    let claims: Vec<String> = change
        .claims
        .iter()
        .map(|named| format!("{} {}", named.claim, if named.holds { "holds" } else { "does not hold" }))
        .collect();
    let claims = if claims.is_empty() { "no claim named".to_owned() } else { claims.join(", ") };
    format!("{} ({claims})", change.because)
}

/// A rating with its sign.
pub(crate) fn signed(rating: i8) -> String {
    if rating == 0 { "0".to_owned() } else { format!("{rating:+}") }
}

/// Calls, tokens and price in a line.
pub(crate) fn took(spent: &Spent) -> String {
    let about = if spent.estimated { "about " } else { "" };
    let calls = if spent.calls == 1 { "1 call".to_owned() } else { format!("{} calls", spent.calls) };
    let unknown = if spent.unknown == 0 { String::new() } else { format!(", {} of unknown fate", spent.unknown) };
    format!("{calls}, {about}{} tokens{}, {}{unknown}", spent.tokens(), spent.aside(), money(spent.cost_usd))
}
