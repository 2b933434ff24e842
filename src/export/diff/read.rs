//! A decision record read back from JSON: as much of it as is compared.
//!
//! Fields and labels that this program does not know are no hindrance: the record of a later program may have them.

use serde::Deserialize;
use serde_json::Value;

use crate::debate::agent::{Seat, Voice};
use crate::debate::log::ids::Speaker;
use crate::debate::question::{Choice, OptionId};
use crate::debate::response::{ClaimId, Estimate, Response};
use crate::debate::text;
use crate::export::record::SCHEMA;

/// A decision record, as it is compared.
#[derive(Debug, Clone, Deserialize)]
pub struct Read {
    /// The session's id.
    pub session: String,
    /// What was debated.
    pub question: Question,
    pub(super) status: String,
    pub(super) mode: String,
    pub(super) panel: Vec<Panelist>,
    pub(super) moderators: Vec<Voice>,
    pub(super) decision: Option<Verdict>,
    #[serde(default)]
    pub(super) cut_short: Option<CutShort>,
    pub(super) dissent: Vec<Dissent>,
    pub(super) blocking: Vec<Blocking>,
    pub(super) rounds: Vec<Round>,
    pub(super) turns: Vec<Turn>,
    pub(super) absent: Vec<Absence>,
    pub(super) claims: Vec<Entry>,
    pub(super) usage: Usage,
    pub(super) times: Times,
    pub(super) program: String,
    pub(super) seed: u64,
}

/// The question of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    /// In the asker's words.
    pub topic: String,
    pub(super) kind: String,
    pub(super) options: Vec<Choice>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Panelist {
    pub(super) seat: Seat,
    pub(super) name: String,
    pub(super) persona: Persona,
    #[serde(flatten)]
    pub(super) voice: Voice,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Persona {
    #[serde(rename = "trait")]
    pub(super) character: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Verdict {
    pub(super) option: Option<OptionId>,
    pub(super) label: String,
    pub(super) caveats: Vec<String>,
    pub(super) agreement: Option<f64>,
    pub(super) level: String,
    #[serde(default)]
    pub(super) estimate: Option<Estimated>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Estimated {
    pub(super) unit: String,
    pub(super) value: Option<f64>,
    #[serde(rename = "final")]
    pub(super) last: Option<Spread>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Spread {
    pub(super) q1: Option<f64>,
    pub(super) q3: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dissent {
    pub(super) kind: String,
    pub(super) seat: Seat,
    pub(super) option: Option<OptionId>,
    #[serde(default)]
    pub(super) estimate: Option<Estimate>,
    pub(super) words: String,
    #[serde(default)]
    pub(super) would_settle: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CutShort {
    pub(super) spoke: Vec<Seat>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Blocking {
    pub(super) seat: Seat,
    pub(super) objection: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Round {
    pub(super) phase: String,
    pub(super) round: u32,
    pub(super) consensus: Option<Count>,
    #[serde(default)]
    pub(super) estimates: Option<Count>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Count {
    #[serde(alias = "n")]
    pub(super) valid: u32,
    pub(super) abstained: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Turn {
    pub(super) phase: String,
    pub(super) round: u32,
    pub(super) stage: String,
    pub(super) speaker: Speaker,
    pub(super) response: Option<Response>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Absence {
    pub(super) seat: Seat,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    pub(super) seat: Seat,
    pub(super) text: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) repeats: Option<ClaimId>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Usage {
    pub(super) total: Spent,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Spent {
    pub(super) calls: u32,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cost_usd: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Times {
    pub(super) opened: String,
}

/// Why a text is not a record that can be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// JSON of some other kind.
    #[error("it names no schema, where `{SCHEMA}` is due")]
    NoSchema,
    /// Another kind of document, or another version of the record.
    #[error("its schema is `{0}`, and this program reads `{SCHEMA}`")]
    OtherSchema(String),
    /// Something is missing from it or of another type.
    #[error("it is not whole: {0}")]
    NotWhole(serde_json::Error),
}

/// Reads a record from JSON; a byte order mark is passed over.
///
/// # Errors
/// The text is no JSON, names no schema or another one, or lacks a part of a record.
pub fn read(json: &str) -> Result<Read, ReadError> {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let value: Value = serde_json::from_str(json).map_err(ReadError::NotJson)?;
    match value.get("schema") {
        Some(Value::String(schema)) if schema == SCHEMA => serde_json::from_value(value).map_err(ReadError::NotWhole),
        Some(Value::String(other)) => Err(ReadError::OtherSchema(text::clip(other, 60))),
        Some(_) | None => Err(ReadError::NoSchema),
    }
}

impl Read {
    /// What an option says; its id where the record does not list it.
    pub(super) fn option_text(&self, option: &OptionId) -> String {
        let listed = self.question.options.iter().find(|choice| choice.id == *option);
        listed.map_or_else(|| option.0.clone(), |choice| choice.text.clone())
    }

    /// The name on a seat.
    pub(super) fn name(&self, seat: Seat) -> String {
        let seated = self.panel.iter().find(|panelist| panelist.seat == seat);
        seated.map_or_else(|| format!("Seat {seat}"), |panelist| panelist.name.clone())
    }
}
