//! Signs that a panel came to agree without reasons, from the sealed opening to the final ballots.
//!
//! Rules of thumb that no study has calibrated: each is shown with what it was computed from, and none decides anything.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::analysis::course::{self, Course, held};
use crate::debate::analysis::number::Number;
use crate::debate::claims::{Entry, Status};
use crate::debate::consensus::{Standings, points};
use crate::debate::question::OptionId;
use crate::debate::response::Evidence;
use crate::stats::groupthink_flags::{self as rules, groupthink_flags};
use crate::stats::quantiles::quartiles;
use crate::stats::undefined::Undefined;
use crate::stats::van_der_eijk::van_der_eijk_agreement;

/// The signs together.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Groupthink {
    /// How grave they are together.
    pub level: Alarm,
    /// Share of the signs that show among those that could be evaluated, 0 to 1.
    pub score: Number,
    /// Signs that show.
    pub fired: u32,
    /// Signs that could be evaluated.
    pub evaluable: u32,
    /// The signs, in a fixed order.
    pub signs: Vec<Sign>,
    /// What they were computed from.
    pub inputs: Inputs,
}

/// How grave the signs are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// None could be evaluated.
    Unknown,
    /// None shows.
    Low,
    /// One shows.
    Elevated,
    /// Two or more show.
    High,
}

/// One sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sign {
    /// Which.
    pub name: SignName,
    /// Whether it shows; `None` when it cannot be evaluated.
    pub shows: Option<bool>,
    /// Why it cannot, in words joined by underscores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// What a sign is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignName {
    /// Agreement on the leading option rose by 0.15 or more, with less than one new piece of evidence for three seats.
    AgreementWithoutEvidence,
    /// Median confidence rose by 0.05 or more without a new claim or evidence.
    ConfidenceWithoutClaims,
    /// Half or more of the changes to the option that led the opening name no reason that holds.
    UncitedConformity,
    /// Nobody holds a minority option of the opening any more, and none of its holders' claims was rebutted or conceded.
    MinorityExtinguished,
    /// All chose the same in the sealed opening, and all are of one model family.
    HomogeneousUnanimity,
}

/// What the signs were computed from. Before is the sealed opening, now the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Inputs {
    /// Van der Eijk's agreement on the option that leads at the end, -1 to 1, before.
    #[schemars(range(min = -1, max = 1))]
    pub agreement_before: Option<f64>,
    /// The same, now.
    #[schemars(range(min = -1, max = 1))]
    pub agreement_now: Option<f64>,
    /// Different pieces of evidence brought after the opening.
    pub new_evidence: u32,
    /// Different claims made after the opening.
    pub new_claims: u32,
    /// Seats heard at the end.
    pub respondents: u32,
    /// Median of the stated confidence before, 0 to 1; `None` where none was stated.
    #[schemars(range(min = 0, max = 1))]
    pub confidence_before: Option<f64>,
    /// The same, now.
    #[schemars(range(min = 0, max = 1))]
    pub confidence_now: Option<f64>,
    /// Changes to the option that led the opening.
    pub flips_to_plurality: u32,
    /// Of those, the ones that name no reason that holds.
    pub uncited_to_plurality: u32,
    /// Seats that held another option than the one that led the opening; 0 also when none led alone.
    pub minority_before: u32,
    /// Seats that hold one of those options now, or held one and could not be heard.
    pub minority_now: u32,
    /// Claims of that minority for its options that were rebutted or conceded.
    pub minority_claims_answered: u32,
    /// Whether all who were heard in the opening chose the same option.
    pub sealed_unanimous: bool,
    /// Model families on the panel, as it spoke in the opening.
    pub families: u32,
}

/// Evaluates the signs over a whole debate.
pub fn groupthink(course: &Course<'_>) -> Groupthink {
    let inputs = inputs(course);
    let flags = groupthink_flags(&inputs.as_course());
    let names = [
        SignName::AgreementWithoutEvidence,
        SignName::ConfidenceWithoutClaims,
        SignName::UncitedConformity,
        SignName::MinorityExtinguished,
        SignName::HomogeneousUnanimity,
    ];
    let sign = |(name, flag): (SignName, Result<bool, Undefined>)| Sign {
        name,
        shows: flag.ok(),
        reason: flag.err().map(Undefined::reason),
    };
    Groupthink {
        level: flags.level().into(),
        score: flags.score().into(),
        fired: flags.fired(),
        evaluable: flags.evaluable(),
        signs: names.into_iter().zip(flags.all()).map(sign).collect(),
        inputs,
    }
}

fn inputs(course: &Course<'_>) -> Inputs {
    let plurality = course.sealed_plurality();
    let is_to_plurality = |to: &OptionId| plurality.as_ref() == Some(to);
    let to_plurality = || course.moved.iter().filter(|moved| is_to_plurality(&moved.to));
    let in_minority = |seat: &Seat| {
        held(&course.sealed, *seat).is_some_and(|option| plurality.is_some() && !is_to_plurality(&option))
    };
    let minority: BTreeSet<Seat> = course.seats().filter(in_minority).collect();
    let positions: BTreeSet<OptionId> = minority.iter().filter_map(|seat| held(&course.sealed, *seat)).collect();
    let stays = |seat: &Seat| match course.last.get(seat) {
        Some(standing) => standing.option.as_ref().is_some_and(|option| positions.contains(option)),
        None => minority.contains(seat),
    };
    let answered = |entry: &&Entry| {
        let own = held(&course.sealed, entry.seat).filter(|_| minority.contains(&entry.seat));
        let is_for_it = own.is_some_and(|own| entry.claim.supports.is_empty() || entry.claim.supports.contains(&own));
        is_for_it && matches!(entry.status, Status::Rebutted | Status::Conceded)
    };
    let voices = course.history.agents.iter().map(|agent| {
        let spoken = course.sealed.get(&agent.seat).map(|standing| standing.voice);
        spoken.unwrap_or(&agent.voice)
    });
    let families: BTreeSet<&str> = voices.map(|voice| voice.family.as_str()).collect();
    let (new_claims, new_evidence) = brought(course);
    Inputs {
        agreement_before: agreement(course, &course.sealed),
        agreement_now: agreement(course, &course.last),
        new_evidence,
        new_claims,
        respondents: count(course.last.len()),
        confidence_before: confidence(&course.sealed),
        confidence_now: confidence(&course.last),
        flips_to_plurality: count(to_plurality().count()),
        uncited_to_plurality: count(to_plurality().filter(|moved| !moved.cited).count()),
        minority_before: count(minority.len()),
        minority_now: count(course.seats().filter(stays).count()),
        minority_claims_answered: count(course.board.ledger().iter().filter(answered).count()),
        sealed_unanimous: is_unanimous(&course.sealed),
        families: count(families.len()),
    }
}

/// Different claims and different pieces of evidence that came after the opening.
fn brought(course: &Course<'_>) -> (u32, u32) {
    let (opening, later): (Vec<&Entry>, Vec<&Entry>) =
        course.board.ledger().iter().partition(|entry| course.is_opening(entry));
    let mut known: Vec<&Evidence> = opening.iter().flat_map(|entry| &entry.claim.evidence).collect();
    let mut new = 0;
    for evidence in later.iter().flat_map(|entry| &entry.claim.evidence) {
        if !known.contains(&evidence) {
            known.push(evidence);
            new += 1;
        }
    }
    (count(later.iter().filter(|entry| entry.repeats.is_none()).count()), new)
}

/// The same option in both rounds: how far a panel agrees on one and, later, on another says nothing about a rise.
fn agreement(course: &Course<'_>, standings: &Standings<'_>) -> Option<f64> {
    van_der_eijk_agreement(&points(&course::ratings(standings, course.leader()?))).ok()
}

fn confidence(standings: &Standings<'_>) -> Option<f64> {
    let stated: Vec<f64> = standings.values().filter_map(|standing| standing.confidence).collect();
    quartiles(&stated).ok().map(|quartiles| quartiles.median)
}

fn is_unanimous(standings: &Standings<'_>) -> bool {
    let held: BTreeSet<Option<&OptionId>> = standings.values().map(|standing| standing.option.as_ref()).collect();
    standings.len() > 1 && held.len() == 1 && !held.contains(&None)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Inputs {
    fn as_course(&self) -> rules::Course {
        rules::Course {
            agreement_before: self.agreement_before,
            agreement_now: self.agreement_now,
            new_evidence: self.new_evidence,
            new_claims: self.new_claims,
            n_respondents: self.respondents,
            confidence_before: self.confidence_before,
            confidence_now: self.confidence_now,
            flips_to_plurality: self.flips_to_plurality,
            uncited_to_plurality: self.uncited_to_plurality,
            minority_before: self.minority_before,
            minority_now: self.minority_now,
            minority_claims_answered: self.minority_claims_answered,
            is_sealed_unanimous: self.sealed_unanimous,
            n_families: self.families,
        }
    }
}

impl From<rules::Level> for Alarm {
    fn from(level: rules::Level) -> Self {
        match level {
            rules::Level::Unknown => Self::Unknown,
            rules::Level::Low => Self::Low,
            rules::Level::Elevated => Self::Elevated,
            rules::Level::High => Self::High,
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Elevated => "elevated",
            Self::High => "high",
        })
    }
}

impl fmt::Display for SignName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AgreementWithoutEvidence => "agreement rose without new evidence",
            Self::ConfidenceWithoutClaims => "confidence rose without new claims",
            Self::UncitedConformity => "changes to the majority named no reason that holds",
            Self::MinorityExtinguished => "the minority is gone and nobody answered it",
            Self::HomogeneousUnanimity => "one model family, agreed from the start",
        })
    }
}
