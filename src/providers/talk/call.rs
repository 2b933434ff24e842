//! The vocabulary of talks: the tools that may be called, the calls, and what came of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, Reply};
use crate::providers::provider::OnProgress;

/// What is asked, with the tools and what has come of them so far.
#[derive(Debug, Clone, Copy)]
pub struct Talk<'a> {
    /// Whom to ask what. Its schema is not used: the answer is free text.
    pub ask: &'a Ask,
    /// What the model may call. Only for a wire that [takes tools](crate::providers::wire::Wire::takes_tools).
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
    /// [`Provider::ask`](crate::providers::provider::Provider::ask).
    fn talk<'a>(&'a self, talk: Talk<'a>, progress: OnProgress<'a>) -> Talking<'a>;
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
    pub(crate) fn new(id: &Value, name: &Value, arguments: Result<Map<String, Value>, String>) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self { id: text(id), name: text(name), arguments }
    }

    /// The arguments as they are repeated to the model, for whom what was no object has been none.
    pub(crate) fn object(&self) -> Value {
        Value::Object(self.arguments.clone().unwrap_or_default())
    }
}

/// Characters of the results, for an estimate of what a talk takes.
pub(crate) fn chars(steps: &[Step]) -> usize {
    steps.iter().flat_map(|step| &step.results).map(|result| result.chars().count()).sum()
}

/// Adds to a list of the body, which may not be there yet.
pub(crate) fn push(list: &mut Value, items: impl IntoIterator<Item = Value>) {
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
    pub(crate) parts: BTreeMap<u64, Value>,
    /// Arguments by the same place, where they come in pieces.
    pub(crate) pieces: BTreeMap<u64, String>,
}

/// Adds a piece of text to a field; what was no text there is gone.
pub(crate) fn append(value: &mut Value, piece: &Value) {
    match (value, piece.as_str()) {
        (Value::String(so_far), Some(piece)) => so_far.push_str(piece),
        (value, Some(piece)) => *value = Value::String(piece.to_owned()),
        (_, None) => {}
    }
}

/// Reads arguments that came as text. No text is no arguments.
pub(crate) fn read(arguments: &str) -> Result<Map<String, Value>, String> {
    if arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(arguments) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) | Err(_) => Err(arguments.to_owned()),
    }
}

/// Reads arguments that came as a value. None at all is no arguments.
pub(crate) fn taken(arguments: &Value) -> Result<Map<String, Value>, String> {
    match arguments {
        Value::Object(arguments) => Ok(arguments.clone()),
        Value::Null => Ok(Map::new()),
        other => Err(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn arguments_are_an_object_or_what_was_written() {
        for (written, object) in
            [("", true), (" ", true), ("{}", true), (r#"{"a":1}"#, true), ("[1]", false), ("{", false)]
        {
            assert_eq!(read(written).is_ok(), object, "{written}");
        }
        assert_eq!(read("nonsense"), Err("nonsense".to_owned()));
    }
}
