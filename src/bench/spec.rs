//! The shape of a bench file.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::debate::question::OptionId;

/// A bench: every mode on every topic by every panel, so many times.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Name of the bench: lower-case letters, digits and single dashes, a letter first.
    pub bench: String,
    /// How often each mode debates each topic with each panel, 1 to 100.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 100))]
    pub repeats: u32,
    /// What the seeds of all debates are derived from. Another one makes all debates anew.
    #[serde(default)]
    pub seed: u64,
    /// Rounds of the exchange in every mode that has rounds to set; without it as many as each mode says.
    #[serde(default)]
    pub rounds: Option<u32>,
    /// Whether closing texts are written; they are paid for and move no number.
    #[serde(default)]
    pub synthesis: bool,
    /// The modes to compare, 1 to 20.
    #[schemars(length(min = 1, max = 20))]
    pub modes: Vec<ModeRow>,
    /// The questions to debate, 1 to 200.
    #[schemars(length(min = 1, max = 200))]
    pub topics: Vec<TopicRow>,
    /// The panels to compare, at most 20; without any, the one that the configuration makes.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub panels: Vec<PanelRow>,
}

fn once() -> u32 {
    1
}

/// A mode to compare: its name or file, or a map with the rounds to hold as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeRow {
    /// Its name or file.
    pub mode: String,
    /// Rounds of its exchange, in place of the bench's.
    pub rounds: Option<u32>,
}

/// A mode with what is set for it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ModeWithRounds")]
struct ModeMap {
    /// A mode's name or file.
    mode: String,
    /// Rounds of its exchange, exactly as many.
    #[serde(default)]
    rounds: Option<u32>,
}

/// A question, and what is known of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicRow {
    /// Short name for tables: lower-case letters, digits and single dashes; without one `t1`, `t2`, …
    #[serde(default)]
    pub name: Option<String>,
    /// The question.
    pub text: String,
    /// Its options, 2 to 7; none for an open question.
    #[serde(default)]
    pub options: Vec<String>,
    /// Short for the options Yes and No.
    #[serde(default)]
    pub yes_no: bool,
    /// The unit of the number that answers it.
    #[serde(default)]
    pub estimate: Option<String>,
    /// The right answer: an option by its text or id, or the number. Without it nothing is said about accuracy.
    #[serde(default)]
    #[schemars(schema_with = "answer_schema")]
    pub answer: Option<String>,
}

/// Who debates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelRow {
    /// Name for tables: lower-case letters, digits and single dashes, a letter first. Another name makes another panel.
    pub name: String,
    /// Seats, 2 to 50, capped at ROUNDTABLE_MAX_AGENTS.
    #[serde(default)]
    pub agents: Option<u32>,
    /// Providers in seating order, each as NAME or NAME=MODEL; without any, those of the configuration.
    #[serde(default)]
    pub providers: Vec<String>,
    /// Who moderates, as NAME or NAME=MODEL.
    #[serde(default)]
    pub moderator: Option<String>,
    /// Who takes a seat's turn when its own model fails, in order of preference.
    #[serde(default)]
    pub fallbacks: Vec<String>,
}

/// The panel of a bench that names none.
pub const DEFAULT_PANEL: &str = "default";

impl PanelRow {
    /// The panel that the configuration makes.
    pub(super) fn of_the_configuration() -> Self {
        let (name, none) = (DEFAULT_PANEL.to_owned(), Vec::new);
        Self { name, agents: None, providers: none(), moderator: None, fallbacks: none() }
    }
}

impl ModeRow {
    /// It in a table.
    pub fn label(&self) -> String {
        match self.rounds {
            None => self.mode.clone(),
            Some(rounds) => format!("{} x{rounds}", self.mode),
        }
    }
}

impl<'de> Deserialize<'de> for ModeRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrMap)
    }
}

/// Reads a mode by what stands there: a name or a map.
struct NameOrMap;

impl<'de> Visitor<'de> for NameOrMap {
    type Value = ModeRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mode's name, or { mode: NAME, rounds: N }")
    }

    fn visit_str<E>(self, name: &str) -> Result<ModeRow, E> {
        Ok(ModeRow { mode: name.to_owned(), rounds: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ModeRow, A::Error> {
        let ModeMap { mode, rounds } = ModeMap::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ModeRow { mode, rounds })
    }
}

impl JsonSchema for ModeRow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ModeRow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let map = generator.subschema_for::<ModeMap>();
        json_schema!({
            "description": "A mode to compare: its name or file, or a map with the rounds to hold as well.",
            "anyOf": [{ "type": "string" }, map],
        })
    }
}

fn answer_schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "number", "null"] })
}

/// The right answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The option of this id.
    Option(OptionId),
    /// This number, in the unit of the question.
    Value(f64),
}
