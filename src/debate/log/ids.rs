//! Names: of sessions, of turns, of who speaks, and of prompts.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::debate::agent::Seat;

/// Names a session: a time-ordered UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "uuid"))]
pub struct SessionId(#[schemars(with = "String")] pub Uuid);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One slot in the schedule. Names are those of the mode; the program's own phases are `framing`, `options` and
/// `synthesis`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct TurnId {
    /// Phase name.
    pub phase: String,
    /// Round within the phase, from 1.
    pub round: u32,
    /// Stage name.
    pub stage: String,
    /// Who has the turn.
    pub speaker: Speaker,
}

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.phase, self.round, self.stage, self.speaker)
    }
}

/// Who has a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// A seat of the panel.
    Seat(Seat),
    /// The neutral moderator.
    Moderator,
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seat(seat) => write!(f, "{seat}"),
            Self::Moderator => f.write_str("moderator"),
        }
    }
}

/// What a prompt was, without repeating it: it can be rebuilt from the log and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptMark {
    /// SHA-256 of the shared block and the messages, in hexadecimal.
    pub sha256: String,
    /// Their length in bytes.
    pub bytes: u64,
}
