//! Responses: what an agent said in a turn, typed.
//!
//! Must never guess: a reply that cannot be read is a value of its own, shown and left out of every number.

mod absence;
mod abstention;
mod aside;
mod choice;
mod confidence;
pub mod contract;
mod extract;
mod fields;
pub mod filled;
mod form;
pub mod instructions;
mod json;
pub mod number;
mod objection;
mod other_fields;
pub mod read;
pub mod reasoning;
mod setting;
mod shape;
mod strict;
mod units;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Persona;
use crate::debate::question::OptionId;

/// What was said in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// A statement with claims.
    Position(Position),
    /// Questions to the panel.
    Questions(Vec<PosedQuestion>),
    /// A sealed rating.
    Ballot(Ballot),
    /// Personas that fit the topic, proposed by the moderator.
    Perspectives(Vec<Persona>),
    /// Statements sorted into options, by the moderator.
    Sorting(Vec<Pile>),
    /// The moderator's closing text.
    Synthesis(Synthesis),
    /// A reply that could not be read, and why.
    Unclear {
        /// What is wrong with it, for the agent and for people.
        reason: String,
    },
    /// The reply ended at the output limit.
    Truncated,
    /// The model declined.
    Refused,
    /// The provider's filter removed the reply.
    Filtered,
}

/// A statement with claims and evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// The position in one or two sentences.
    pub statement: String,
    /// How it was reached. Kept for the record; other agents see the claims instead.
    pub reasoning: String,
    /// Stated confidence, 0 to 1. Shown; never moves a gate.
    #[schemars(range(min = 0, max = 1))]
    pub confidence: Option<f64>,
    /// New claims.
    pub claims: Vec<Claim>,
    /// Claims the agent now accepts or gives up.
    pub concessions: Vec<Concession>,
    /// Observations that would change its mind.
    pub would_change_my_mind: Vec<String>,
    /// Facts from outside the debate that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// A reason that forbids the leading option whatever its support; asked for where the gate looks at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocking_objection: Option<String>,
    /// Its stance; `None` where the position was assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance: Option<Stance>,
    /// What stands beside the stance and could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// A sealed rating.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ballot {
    /// The agent's position in one sentence.
    pub statement: String,
    /// The reason in short.
    pub because: String,
    /// Stated confidence, 0 to 1. Shown; never moves a gate.
    #[schemars(range(min = 0, max = 1))]
    pub confidence: Option<f64>,
    /// A reason that forbids the leading option whatever its support.
    pub blocking_objection: Option<String>,
    /// Its stance.
    pub stance: Stance,
    /// What stands beside the stance and could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// A field of a reply that was left out because it could not be read; it costs nobody a vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// The field, such as `confidence` or `claims[2].kind`.
    pub field: String,
    /// What is wrong with it, in one line of at most 200 characters.
    pub why: String,
}

/// Where an agent stands on the question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Stance {
    /// The option chosen. `None` when abstaining, or while an open question's options are not yet frozen.
    pub option: Option<OptionId>,
    /// Why the agent abstains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abstained: Option<String>,
    /// The number given; `None` when abstaining, and where the question asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// A rating of every option, -2 to +2; empty while there are no options.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("additionalProperties" = { "type": "integer", "minimum": -2, "maximum": 2 }))]
    pub ratings: BTreeMap<OptionId, i8>,
    /// What caused a change of mind, by the agent's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The option that its opening statement should have been counted for, where the moderator sorted it wrongly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_was: Option<OptionId>,
}

/// An estimate, in the unit of the question: finite numbers of at most 10^15 in size, `low <= value <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The best single number.
    pub value: f64,
    /// Lower end of the range that holds the true number with a chance of 80%.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// An account of a change of mind. The option it came from is taken from the record, not from the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What was decisive, in words.
    pub because: String,
    /// The claims that were.
    pub decisive_claims: Vec<ClaimId>,
}

/// One sentence that can be checked or contested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// What kind of sentence it is.
    pub kind: ClaimKind,
    /// What supports it.
    pub evidence: Vec<Evidence>,
    /// Options it speaks for.
    pub supports: Vec<OptionId>,
    /// Claims it speaks against.
    pub rebuts: Vec<ClaimId>,
}

/// What kind of sentence a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// Observable, and backed by evidence; without any it is recorded as an assumption.
    Fact,
    /// Follows from other claims.
    Inference,
    /// A preference.
    Value,
    /// Taken as given.
    Assumption,
}

/// What supports a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Where it comes from.
    #[serde(rename = "type")]
    pub kind: EvidenceKind,
    /// A URL, a document, a calculation, an example.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The words relied on.
    pub quote: String,
}

/// Where evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A source that can be looked up.
    Citation,
    /// Arithmetic that can be redone.
    Calculation,
    /// A case.
    Example,
    /// The supplied material.
    Material,
}

/// A claim an agent now accepts (another's) or gives up (its own).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Concession {
    /// Which claim.
    pub claim: ClaimId,
    /// What follows for the agent's position.
    pub consequence: String,
}

/// Names a claim of one session's ledger: `c1`, `c2`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ClaimId(pub String);

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fact from outside the debate that an agent needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// What is to be found out.
    pub query: String,
    /// What it would settle.
    pub reason: String,
    /// Whether the agent cannot justify a position without it.
    pub required: bool,
}

/// Names a need of one session: `n1`, `n2`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NeedId(pub String);

impl fmt::Display for NeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A question to the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PosedQuestion {
    /// What it asks for.
    pub kind: QuestionKind,
    /// The question.
    pub text: String,
    /// The claim it is about, where it is about one.
    pub about: Option<ClaimId>,
}

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// What is meant.
    Clarify,
    /// What is taken for granted.
    Assumption,
    /// What supports it.
    Evidence,
    /// A case against it.
    Counterexample,
    /// What follows.
    Implication,
}

impl QuestionKind {
    /// The kind in one word, as it is stored, shown and asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clarify => "clarify",
            Self::Assumption => "assumption",
            Self::Evidence => "evidence",
            Self::Counterexample => "counterexample",
            Self::Implication => "implication",
        }
    }
}

/// Statements that say the same, under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pile {
    /// The option they stand for.
    pub text: String,
    /// Places of the statements in the list as the moderator was shown it, from 1.
    pub members: Vec<u32>,
    /// Those of them that contradict another under the same name; `None` where the moderator did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contradicting: Option<Vec<u32>>,
}

/// The moderator's closing text, written from the claim ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Synthesis {
    /// The answer and its reach, in a few sentences.
    pub conclusion: String,
    /// Why.
    pub rationale: Vec<Point>,
    /// What can go wrong.
    pub risks: Vec<Point>,
    /// What to do next.
    pub next_steps: Vec<String>,
    /// What would change the decision.
    pub would_change: Vec<String>,
    /// Points left out because they lean on claims that do not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Point>,
}

/// A point of the closing text, with the claims it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// What it says.
    pub text: String,
    /// The claims it rests on.
    pub claims: Vec<ClaimId>,
}

impl Response {
    /// Whether the response says something that counts; the others are shown and left out of every number.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Position(_)
            | Self::Questions(_)
            | Self::Ballot(_)
            | Self::Perspectives(_)
            | Self::Sorting(_)
            | Self::Synthesis(_) => true,
            Self::Unclear { .. } | Self::Truncated | Self::Refused | Self::Filtered => false,
        }
    }

    /// Whether asking once more may help: the agent answered, but not readably.
    pub fn deserves_retry(&self) -> bool {
        match self {
            Self::Unclear { .. } | Self::Truncated => true,
            Self::Position(_)
            | Self::Questions(_)
            | Self::Ballot(_)
            | Self::Perspectives(_)
            | Self::Sorting(_)
            | Self::Synthesis(_) => false,
            Self::Refused | Self::Filtered => false,
        }
    }

    /// The agent's stance, where the response takes one.
    pub fn stance(&self) -> Option<&Stance> {
        match self {
            Self::Position(position) => position.stance.as_ref(),
            Self::Ballot(ballot) => Some(&ballot.stance),
            _ => None,
        }
    }

    /// The stated confidence, 0 to 1.
    pub fn confidence(&self) -> Option<f64> {
        match self {
            Self::Position(position) => position.confidence,
            Self::Ballot(ballot) => ballot.confidence,
            _ => None,
        }
    }

    /// The objection that the agent calls blocking, if it raises one.
    pub fn blocking_objection(&self) -> Option<&String> {
        match self {
            Self::Position(position) => position.blocking_objection.as_ref(),
            Self::Ballot(ballot) => ballot.blocking_objection.as_ref(),
            _ => None,
        }
    }

    /// What stands beside the stance and could not be read.
    pub fn unread(&self) -> &[Unread] {
        match self {
            Self::Position(position) => &position.unread,
            Self::Ballot(ballot) => &ballot.unread,
            _ => &[],
        }
    }

    /// The position in the agent's own words.
    pub fn statement(&self) -> Option<&str> {
        match self {
            Self::Position(position) => Some(&position.statement),
            Self::Ballot(ballot) => Some(&ballot.statement),
            _ => None,
        }
    }

    /// The response in one line for people: the statement, the questions, or why there is none.
    pub fn headline(&self) -> String {
        match self {
            Self::Position(position) => position.statement.clone(),
            Self::Ballot(ballot) if ballot.statement.is_empty() => ballot.because.clone(),
            Self::Ballot(ballot) => ballot.statement.clone(),
            Self::Questions(questions) => {
                questions.iter().map(|question| question.text.as_str()).collect::<Vec<_>>().join(" / ")
            }
            Self::Perspectives(personas) => {
                personas.iter().map(|persona| persona.name.as_str()).collect::<Vec<_>>().join(", ")
            }
            Self::Sorting(piles) => piles.iter().map(|pile| pile.text.as_str()).collect::<Vec<_>>().join(" / "),
            Self::Synthesis(synthesis) => synthesis.conclusion.clone(),
            Self::Unclear { reason } => format!("unreadable reply: {reason}"),
            Self::Truncated => "reply cut off at the output limit".to_owned(),
            Self::Refused => "the model declined to answer".to_owned(),
            Self::Filtered => "the provider's filter removed the reply".to_owned(),
        }
    }
}
