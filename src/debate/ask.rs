//! What is asked of the world: one prompt, for one turn.

use serde_json::Value;

use crate::debate::agent::Voice;
use crate::debate::log::ids::{SessionId, TurnId};
use crate::debate::log::limits::Grant;
use crate::debate::search::WebSearch;

/// A turn to be taken: the world must answer it with a reply or a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// For which session: those that share a provider take turns.
    pub session: SessionId,
    /// Which turn.
    pub turn: TurnId,
    /// 1, or 2 after a response that could not be read.
    pub attempt: u32,
    /// Which provider and model to ask.
    pub voice: Voice,
    /// What to say to it.
    pub prompt: Prompt,
    /// Whether it may search the web for its response.
    pub search: WebSearch,
    /// What it may take; `None` where no limit on cost or tokens is set.
    pub grant: Option<Grant>,
}

/// What an agent is shown. Every prompt of a seat begins with that seat's previous prompt, so that provider caches hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// Rules, contract and question: the same bytes for every voice of a session. Sent as the system prompt.
    pub shared: String,
    /// The conversation so far; starts and ends with [`Role::User`], roles alternate, no text is empty.
    pub messages: Vec<Message>,
    /// The shape that the response must have.
    pub schema: Schema,
    /// Upper bound on output tokens, reasoning included.
    pub output_tokens_max: u32,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who said it.
    pub role: Role,
    /// What was said; never empty.
    pub text: String,
}

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program.
    User,
    /// The model.
    Assistant,
}

/// A named JSON Schema within the subset that all vendors enforce: every property required, no additional properties,
/// `null` through a type list, no `$ref`.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Lower-case name, such as `position`.
    pub name: String,
    /// The schema: always an object type.
    pub json: Value,
}
