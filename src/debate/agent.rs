//! Personas, and agents: a persona seated with a provider and a model.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A viewpoint. Its prompt is derived from name and trait, so the two can never disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Name shown to people and, unless a stage is anonymous, to the other agents.
    pub name: String,
    /// What this viewpoint cares about; completes "You are NAME: …".
    #[serde(rename = "trait")]
    pub character: String,
    /// Team, for stages that let a team speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The side this persona is told to argue; reported as assigned, never as an opinion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance: Option<Stance>,
}

/// An assigned side on the proposal under debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AssignedStance")]
pub enum Stance {
    /// Argues for it.
    Yes,
    /// Argues against it.
    No,
    /// Weighs both.
    Neutral,
}

/// A place on the panel, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Seat(#[schemars(range(min = 1))] pub u32);

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a voice comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Voice {
    /// Vendor name as in the vendor table, such as `anthropic`.
    pub provider: String,
    /// Model name as the vendor spells it.
    pub model: String,
    /// Model family: voices of one family are not independent evidence.
    pub family: String,
}

/// Provider and family of the people on a panel. No vendor has this name.
pub const HUMAN: &str = "human";

impl Voice {
    /// The voice of a person.
    pub fn of_person() -> Self {
        Self { provider: HUMAN.to_owned(), model: "person".to_owned(), family: HUMAN.to_owned() }
    }

    /// Whether it is a person's: such a turn is sent nowhere, and waited for.
    pub fn is_person(&self) -> bool {
        self.provider == HUMAN
    }
}

/// A persona seated with a provider and a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agent {
    /// Place on the panel.
    pub seat: Seat,
    /// Stable id, such as `anthropic-persona-1`.
    pub id: String,
    /// Name on this panel: the persona's, numbered when it repeats ("Proponent 2").
    pub name: String,
    /// The viewpoint.
    pub persona: Persona,
    /// Provider and model.
    #[serde(flatten)]
    pub voice: Voice,
}
