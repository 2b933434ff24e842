//! What a debate is asked for with.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::supplied::Supplied;
use crate::debate::agent::Persona;

/// The largest seed: JSON readers that hold numbers as doubles keep it exact.
pub const SEED_MAX: u64 = (1 << 53) - 1;

/// What a debate is asked to be. Agent count, mode, providers and moderator come from the configuration, flags
/// included.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// The question.
    pub topic: String,
    /// Its options; none for an open question.
    pub options: Vec<String>,
    /// The unit of the number that answers it, which then has no options.
    pub estimate: Option<String>,
    /// Personas that replace the mode's own.
    pub perspectives: Vec<Persona>,
    /// Names of the people who take a seat themselves, besides the agents.
    pub people: Vec<String>,
    /// Personas of the library that take a seat: names, or files.
    pub seated: Vec<String>,
    /// What happens when a seat cannot go on without a fact.
    pub on_needs: OnNeeds,
    /// Rounds of the exchange.
    pub rounds: Rounds,
    /// Who answers.
    pub who: Who,
    /// Whether a closing text is written, where the mode has one.
    pub synthesis: bool,
    /// What the decision must meet.
    pub gate: GateRequest,
    /// Seed of every shuffle, at most [`SEED_MAX`]; drawn when it is not given.
    pub seed: Option<u64>,
    /// Name of the session: its idempotency key.
    pub name: Option<String>,
    /// Labels of the session.
    pub tags: BTreeMap<String, String>,
    /// What comes with the question.
    pub supplied: Supplied,
}

/// Rounds of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounds {
    /// As the mode says, with its rules for an early end.
    AsTheModeSays,
    /// Exactly as many.
    Exactly(u32),
}

/// What happens when a seat cannot go on without a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnNeeds {
    /// The debate waits for people to supply it.
    Wait,
    /// It goes on, and the need stands in the record.
    GoOn,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The configured providers.
    Providers,
    /// The rehearsal, each reply taking this long to arrive.
    Rehearsal(Duration),
}

/// What the voices of a debate need to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Set up, so that they can be asked.
    Access,
    /// Known, where they are named.
    Nothing,
}

/// What a decision is asked to meet. Nothing by default but what the project's policy asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateRequest {
    /// The least share of the panel behind the winning option, 0 to 1, as it was written.
    pub min_agreement: Option<String>,
    /// The option that must win: its text, or its id.
    pub expect: Option<String>,
    /// Whether an objection that its holder calls blocking closes the gate.
    pub no_blocking_dissent: bool,
    /// Whether the only option that an open question's opening was sorted under may pass in doubt.
    pub allow_one_option: bool,
    /// What becomes of the project's policy.
    pub policy: PolicyUse,
}

/// What becomes of the project's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyUse {
    /// Its terms are the gate's, but for those that the request sets itself.
    #[default]
    Applied,
    /// It is left out.
    LeftOut,
}
