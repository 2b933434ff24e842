//! How a session stands, in a record.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::event::Ending;
use crate::debate::history::History;

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has not ended.
    Open,
    /// It waits to be resumed.
    Paused,
    /// It waits for people: for facts, or for their turns.
    Waiting,
    /// It ran to its end.
    Decided,
    /// Too few seats could be heard.
    QuorumLost,
    /// It was stopped; the verdict rests on the ballots in hand.
    Stopped,
    /// A limit was reached; the verdict rests on the ballots in hand, or lacks its closing text.
    LimitReached,
}

/// How a session stands.
pub fn status(history: &History) -> Status {
    match history.ending {
        None if history.paused => Status::Paused,
        None if history.waiting.is_some() => Status::Waiting,
        None => Status::Open,
        Some(Ending::Decided) => Status::Decided,
        Some(Ending::QuorumLost) => Status::QuorumLost,
        Some(Ending::Stopped) => Status::Stopped,
        Some(Ending::LimitReached) => Status::LimitReached,
    }
}
