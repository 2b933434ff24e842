//! Talks: a model answers in free text, and may call tools of ours before it does. One file for each wire that has tools.
//!
//! Must never run a tool, and never decide how long a talk goes on: whoever holds it does.

mod anthropic;
mod gemini;
mod openai_chat;
mod openai_responses;
mod rehearsal;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, Reply};
use crate::providers::OnProgress;
use crate::providers::wire::Wire;

/// What is asked, with the tools and what has come of them so far.
#[derive(Debug, Clone, Copy)]
pub struct Talk<'a> {
    /// Whom to ask what. Its schema is not used: the answer is free text.
    pub ask: &'a Ask,
    /// What the model may call. Only for a wire that [takes tools](Wire::takes_tools).
    pub tools: &'a [Tool],
    /// What it has called so far, in order.
    pub steps: &'a [Step],
    /// Whether it may call more.
    pub calling: Calling,
}

/// Whether a model may call tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calling {
    /// It may.
    Allowed,
    /// It must answer now.
    Over,
}

/// A tool that is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name: lower-case letters and underscores.
    pub name: &'static str,
    /// What it does, for the model.
    pub about: &'static str,
    /// JSON Schema of its arguments: an object, every property required, no additional ones.
    pub parameters: Value,
}

/// Calls that a model made at once, and what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The calls.
    pub called: Called,
    /// What came of each, in the order of the calls.
    pub results: Vec<String>,
}

/// What a model said when it called tools.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Called {
    /// The calls; none where it answered.
    pub calls: Vec<ToolCall>,
    /// All it said, in the form of its wire: it is sent back as it came.
    pub said: Vec<Value>,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// By which its result is known.
    pub id: String,
    /// The tool's name, which may be none of ours.
    pub name: String,
    /// Its arguments, or what was written where they should be.
    pub arguments: Result<Map<String, Value>, String>,
}

/// The future of one request of a talk; dropping it cancels the request.
pub type Talking<'a> = Pin<Box<dyn Future<Output = Result<(Reply, Called), Fault>> + Send + 'a>>;

/// Somebody to talk with: the network, or the rehearsal script.
pub trait Talker: Send + Sync {
    /// Sends a talk as it stands and returns what the model says to it, with the tools it calls. Retries like
    /// [`Provider::ask`](crate::providers::Provider::ask).
    fn talk<'a>(&'a self, talk: Talk<'a>, progress: OnProgress<'a>) -> Talking<'a>;
}

impl Wire {
    /// Whether tools of ours can be offered on it.
    pub fn takes_tools(self) -> bool {
        match self {
            Self::Anthropic | Self::OpenaiResponses | Self::OpenaiChat | Self::Gemini => true,
            Self::Perplexity => false,
        }
    }

    /// Whether tools of ours can be offered in a request that lets its model search the web.
    pub fn takes_tools_beside_search(self) -> bool {
        match self {
            Self::Anthropic | Self::OpenaiResponses | Self::OpenaiChat => true,
            // Google refuses its search beside declared functions.
            Self::Gemini | Self::Perplexity => false,
        }
    }
}

impl Called {
    /// Joins what was said before a pause and what came after it.
    pub(crate) fn followed_by(mut self, rest: Self) -> Self {
        self.calls.extend(rest.calls);
        self.said.extend(rest.said);
        self
    }
}

impl ToolCall {
    fn new(id: &Value, name: &Value, arguments: Result<Map<String, Value>, String>) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self { id: text(id), name: text(name), arguments }
    }

    /// The arguments as they are repeated to the model, for whom what was no object has been none.
    fn object(&self) -> Value {
        Value::Object(self.arguments.clone().unwrap_or_default())
    }
}

/// Characters of the results, for an estimate of what a talk takes.
pub(crate) fn chars(steps: &[Step]) -> usize {
    steps.iter().flat_map(|step| &step.results).map(|result| result.chars().count()).sum()
}

/// Adds the tools and the steps so far to the body of an encoded ask.
pub(crate) fn add(wire: Wire, body: &mut Value, talk: &Talk<'_>) {
    if talk.tools.is_empty() {
        return;
    }
    match wire {
        Wire::Anthropic => anthropic::add(body, talk),
        Wire::OpenaiResponses => openai_responses::add(body, talk),
        Wire::OpenaiChat => openai_chat::add(body, talk),
        Wire::Gemini => gemini::add(body, talk),
        // It refuses a request that holds tools.
        Wire::Perplexity => {}
    }
}

/// Adds to a list of the body, which may not be there yet.
fn push(list: &mut Value, items: impl IntoIterator<Item = Value>) {
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    if let Value::Array(list) = list {
        list.extend(items);
    }
}

/// What has been heard of a model's calls. Every wire fills it in its own way.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Blocks, items or parts by their place.
    parts: BTreeMap<u64, Value>,
    /// Arguments by the same place, where they come in pieces.
    pieces: BTreeMap<u64, String>,
}

impl Heard {
    /// Takes the calls in an event, or a whole body. A natural end is put for the end that means calls, which the wire
    /// itself takes for a fault.
    pub(crate) fn event(&mut self, wire: Wire, event: &mut Value) {
        match wire {
            Wire::Anthropic => anthropic::hear(self, event),
            Wire::OpenaiResponses => openai_responses::hear(self, event),
            Wire::OpenaiChat => openai_chat::hear(self, event),
            Wire::Gemini => gemini::hear(self, event),
            Wire::Perplexity => {}
        }
    }

    /// What was called. `text` is what was said beside it.
    pub(crate) fn called(self, wire: Wire, text: &str) -> Called {
        match wire {
            Wire::Anthropic => anthropic::called(self),
            Wire::OpenaiResponses => openai_responses::called(self),
            Wire::OpenaiChat => openai_chat::called(self, text),
            Wire::Gemini => gemini::called(self),
            Wire::Perplexity => Called::default(),
        }
    }
}

/// Adds a piece of text to a field; what was no text there is gone.
fn append(value: &mut Value, piece: &Value) {
    match (value, piece.as_str()) {
        (Value::String(so_far), Some(piece)) => so_far.push_str(piece),
        (value, Some(piece)) => *value = Value::String(piece.to_owned()),
        (_, None) => {}
    }
}

/// Reads arguments that came as text. No text is no arguments.
fn read(arguments: &str) -> Result<Map<String, Value>, String> {
    if arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(arguments) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) | Err(_) => Err(arguments.to_owned()),
    }
}

/// Reads arguments that came as a value. None at all is no arguments.
fn taken(arguments: &Value) -> Result<Map<String, Value>, String> {
    match arguments {
        Value::Object(arguments) => Ok(arguments.clone()),
        Value::Null => Ok(Map::new()),
        other => Err(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Called, Heard, read};
    use crate::providers::wire::Wire;

    const WIRES: [Wire; 5] = [Wire::Anthropic, Wire::OpenaiResponses, Wire::OpenaiChat, Wire::Gemini, Wire::Perplexity];

    #[test]
    fn arguments_are_an_object_or_what_was_written() {
        for (written, object) in
            [("", true), (" ", true), ("{}", true), (r#"{"a":1}"#, true), ("[1]", false), ("{", false)]
        {
            assert_eq!(read(written).is_ok(), object, "{written}");
        }
        assert_eq!(read("nonsense"), Err("nonsense".to_owned()));
    }

    #[test]
    fn what_makes_no_sense_calls_nothing() {
        let kinds =
            ["message", "content_block_start", "content_block_delta", "message_delta", "response.completed", "x"];
        let odd =
            [json!(null), json!(7), json!("text"), json!([]), json!([[]]), json!({}), json!({ "type": "tool_use" })];
        let fields =
            ["content", "content_block", "delta", "response", "item", "choices", "candidates", "output", "index"];
        for wire in WIRES {
            let mut heard = Heard::default();
            for value in &odd {
                heard.event(wire, &mut value.clone());
                for kind in kinds {
                    for field in fields {
                        heard.event(wire, &mut json!({ "type": kind, field: value }));
                    }
                }
                heard.event(wire, &mut json!({ "choices": [value] }));
                heard.event(wire, &mut json!({ "choices": [{ "delta": value, "message": { "tool_calls": value } }] }));
                heard.event(wire, &mut json!({ "candidates": [{ "content": { "parts": value } }] }));
            }
            let Called { calls, said } = heard.called(wire, "");
            assert!(calls.iter().all(|call| call.name.is_empty()), "{wire:?}: {calls:?}");
            assert!(said.iter().all(Value::is_object) || wire == Wire::Gemini, "{wire:?}: {said:?}");
        }
    }
}
