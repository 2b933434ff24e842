//! The minority report: assembled by the program, in the holders' own words.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::change::Moved;
use crate::debate::claims::{Entry, Status};
use crate::debate::consensus::{self, Standing, Standings};
use crate::debate::estimate;
use crate::debate::history::History;
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Estimate, Response};
use crate::debate::schedule::Slot;

/// One entry of the minority report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dissent {
    /// Why it stands here.
    pub kind: Kind,
    /// Whose it is.
    pub seat: Seat,
    /// The option it holds, or held; `None` when abstaining.
    pub option: Option<OptionId>,
    /// The estimate that it holds, or held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The case in the holder's own words.
    pub words: String,
    /// The claims it rests on.
    pub claims: Vec<ClaimId>,
    /// What the holder says would change its mind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_settle: Vec<String>,
}

/// Why an entry stands in the minority report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DissentKind")]
pub enum Kind {
    /// Held at the end.
    Final,
    /// What a seat last stood by that could not be heard at the end.
    LastHeard,
    /// Held in the sealed opening and left without a reason that holds.
    Abandoned,
    /// A claim with evidence against the outcome that nobody rebutted.
    Unrebutted,
}

/// Assembles the minority report for a verdict. In a tie every position is a minority position.
pub fn report(
    history: &History,
    slots: &[Slot<'_>],
    ledger: &[Entry],
    winner: Option<&OptionId>,
    (sealed, last): (&Standings<'_>, &Standings<'_>),
    moved: &[Moved],
) -> Vec<Dissent> {
    let mut report: Vec<Dissent> = Vec::new();
    for (kind, standings) in [(Kind::Final, last), (Kind::LastHeard, &consensus::unheard(history, slots, last))] {
        let others = standings.iter().filter(|(_, held)| held.option.is_none() || held.option.as_ref() != winner);
        report.extend(others.map(|(seat, held)| entry(history, slots, ledger, kind, *seat, held)));
    }
    for uncited in moved.iter().filter(|moved| !moved.cited && Some(&moved.from) != winner) {
        if let Some(standing) = sealed.get(&uncited.seat) {
            report.push(entry(history, slots, ledger, Kind::Abandoned, uncited.seat, standing));
        }
    }
    let reported: BTreeSet<ClaimId> = report.iter().flat_map(|dissent| dissent.claims.iter().cloned()).collect();
    let unrebutted = ledger.iter().filter(|entry| speaks_against(entry, winner) && !reported.contains(&entry.id));
    report.extend(unrebutted.map(|entry| Dissent {
        kind: Kind::Unrebutted,
        seat: entry.seat,
        option: entry.claim.supports.first().cloned(),
        estimate: None,
        words: entry.claim.text.clone(),
        claims: vec![entry.id.clone()],
        would_settle: Vec::new(),
    }));
    report
}

/// Whether a claim carries evidence, stands unrebutted, and supports some other option than the winner.
fn speaks_against(entry: &Entry, winner: Option<&OptionId>) -> bool {
    let stands = matches!(entry.status, Status::Open | Status::Accepted) && entry.repeats.is_none();
    let supports = &entry.claim.supports;
    let for_others = winner.is_some_and(|winner| !supports.is_empty() && !supports.contains(winner));
    stands && for_others && !entry.claim.evidence.is_empty()
}

impl Dissent {
    /// The option or the number that is held; `None` when abstaining.
    pub fn position(&self) -> Option<String> {
        let estimate = || self.estimate.map(|estimate| estimate::worded(estimate.value));
        self.option.as_ref().map(ToString::to_string).or_else(estimate)
    }
}

/// Words a seat's stance as an entry of the report.
pub(crate) fn entry(
    history: &History,
    slots: &[Slot<'_>],
    ledger: &[Entry],
    kind: Kind,
    seat: Seat,
    standing: &Standing<'_>,
) -> Dissent {
    let option = standing.option.clone();
    let is_own = |entry: &&Entry| entry.seat == seat && entry.repeats.is_none() && entry.status != Status::Conceded;
    let supports = |entry: &&Entry| {
        entry.claim.supports.is_empty() || option.as_ref().is_none_or(|option| entry.claim.supports.contains(option))
    };
    Dissent {
        kind,
        seat,
        words: words(history, standing.turn),
        claims: ledger.iter().filter(is_own).filter(supports).map(|entry| entry.id.clone()).collect(),
        would_settle: would_settle(history, slots, seat),
        estimate: standing.stance.estimate,
        option,
    }
}

fn words(history: &History, turn: &TurnId) -> String {
    match history.valid_response(turn) {
        Some(Response::Position(position)) => position.statement.clone(),
        Some(Response::Ballot(ballot)) => {
            let abstained = ballot.stance.abstained.as_deref();
            let parts = [abstained.unwrap_or(&ballot.statement), &ballot.because];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(" ")
        }
        _ => String::new(),
    }
}

/// What the seat last said would change its mind.
fn would_settle(history: &History, slots: &[Slot<'_>], seat: Seat) -> Vec<String> {
    let own = slots
        .iter()
        .rev()
        .flat_map(|slot| &slot.turns)
        .map(|planned| &planned.id)
        .filter(|turn| turn.speaker == Speaker::Seat(seat));
    let mut given = own.filter_map(|turn| match history.valid_response(turn)? {
        Response::Position(position) if !position.would_change_my_mind.is_empty() => {
            Some(position.would_change_my_mind.clone())
        }
        _ => None,
    });
    given.next().unwrap_or_default()
}
