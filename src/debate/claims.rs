//! The claim ledger: every claim of a debate, numbered by the program. Nothing is ever deleted from it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::mode::Order;
use crate::debate::response::{Claim, ClaimId, Response};
use crate::debate::rules;
use crate::debate::schedule::{Planned, Slot};
use crate::stats::shuffle;

/// A numbered claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// `c1`, `c2`, …
    pub id: ClaimId,
    /// Who made it.
    pub seat: Seat,
    /// In which turn.
    pub turn: TurnId,
    /// What it says.
    #[serde(flatten)]
    pub claim: Claim,
    /// The earlier claim that says the same in the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<ClaimId>,
    /// What became of it.
    pub status: Status,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ClaimStatus")]
pub enum Status {
    /// Nobody took it up.
    Open,
    /// Another agent accepted it.
    Accepted,
    /// Another agent's claim speaks against it.
    Rebutted,
    /// Its author gave it up.
    Conceded,
}

/// Numbers the claims made in the turns of `slots`, in the order in which they were made.
///
/// Within a stage whose speakers speak at the same time, authors are taken in a seeded order, so that numbers do not
/// tell who is who.
pub(in crate::debate) fn number(history: &History, slots: &[Slot<'_>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut first_said: BTreeMap<String, ClaimId> = BTreeMap::new();
    for (seat, turn) in authors(history, slots) {
        let Some(Response::Position(position)) = history.valid_response(turn) else {
            continue;
        };
        for claim in &position.claims {
            let id = ClaimId(format!("c{}", entries.len() + 1));
            let first = first_said
                .entry(rules::identity(history.setup.format, &claim.text))
                .or_insert_with(|| id.clone())
                .clone();
            let repeats = Some(first).filter(|first| *first != id);
            entries.push(Entry { id, seat, turn: turn.clone(), claim: claim.clone(), repeats, status: Status::Open });
        }
    }
    judge(history, slots, &mut entries);
    entries
}

/// Turns that nobody can tell apart by when they were taken: all of a parallel stage, or one of a sequential one.
struct Unit<'a> {
    /// Place of the event that began the first of them.
    begun: u64,
    /// The seats' turns, in the order of their claims.
    authors: Vec<(Seat, &'a TurnId)>,
}

/// The seats' turns in the order in which their claims are numbered. Who comes late, after a session was taken up anew, is
/// numbered late: the numbers that others have been shown stay.
fn authors<'a>(history: &History, slots: &'a [Slot<'a>]) -> Vec<(Seat, &'a TurnId)> {
    let units: Vec<Unit<'a>> = slots.iter().flat_map(|slot| units(history, slot)).collect();
    let latest = |turn: &TurnId| units.iter().rposition(|unit| unit.begun < history.last_begun(turn)).unwrap_or(0);
    let placed =
        units.iter().enumerate().flat_map(|(place, unit)| unit.authors.iter().map(move |author| (place, *author)));
    let mut placed: Vec<(usize, (Seat, &TurnId))> =
        placed.map(|(place, author)| (place.max(latest(author.1)), author)).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, author)| author).collect()
}

fn units<'a>(history: &History, slot: &'a Slot<'a>) -> Vec<Unit<'a>> {
    let author = |planned: &'a Planned| match planned.id.speaker {
        Speaker::Seat(seat) => Some((seat, &planned.id)),
        Speaker::Moderator => None,
    };
    let begun = |planned: &Planned| history.begun(&planned.id);
    match slot.stage.order {
        Order::Sequential => {
            let unit = |planned| Unit { begun: begun(planned), authors: author(planned).into_iter().collect() };
            slot.turns.iter().map(unit).collect()
        }
        Order::Parallel => {
            let (punctual, late) = slot.turns.split_at(slot.punctual);
            let punctual: Vec<(Seat, &TurnId)> = punctual.iter().filter_map(author).collect();
            let seed = shuffle::seed_for(
                history.setup.seed,
                &format!("ledger/{}/{}/{}", slot.phase.name, slot.round, slot.stage.name),
            );
            let dealt = shuffle::permutation(seed, punctual.len()).into_iter().map(|place| punctual[place]);
            let authors = dealt.chain(late.iter().filter_map(author)).collect();
            vec![Unit { begun: slot.turns.iter().map(begun).min().unwrap_or(u64::MAX), authors }]
        }
    }
}

/// Settles each claim's status from what was said about it. An author's word outweighs a rebuttal, and that outweighs
/// an acceptance.
fn judge(history: &History, slots: &[Slot<'_>], entries: &mut [Entry]) {
    let rebuttals: Vec<(Seat, ClaimId)> = entries
        .iter()
        .flat_map(|entry| entry.claim.rebuts.iter().map(move |target| (entry.seat, target.clone())))
        .collect();
    let turns = slots.iter().flat_map(|slot| &slot.turns).map(|planned| &planned.id);
    let positions = turns.filter_map(|turn| match (turn.speaker, history.valid_response(turn)) {
        (Speaker::Seat(seat), Some(Response::Position(position))) => Some((seat, position)),
        _ => None,
    });
    let concessions: Vec<(Seat, &ClaimId)> =
        positions.flat_map(|(seat, position)| position.concessions.iter().map(move |c| (seat, &c.claim))).collect();
    for entry in entries {
        let by_author = concessions.iter().any(|(seat, claim)| **claim == entry.id && *seat == entry.seat);
        let by_another = concessions.iter().any(|(seat, claim)| **claim == entry.id && *seat != entry.seat);
        let is_rebutted = rebuttals.iter().any(|(seat, claim)| *claim == entry.id && *seat != entry.seat);
        entry.status = match (by_author, is_rebutted, by_another) {
            (true, _, _) => Status::Conceded,
            (false, true, _) => Status::Rebutted,
            (false, false, true) => Status::Accepted,
            (false, false, false) => Status::Open,
        };
    }
}
