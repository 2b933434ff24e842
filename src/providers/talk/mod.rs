//! Talks: a model answers in free text, and may call tools of ours before it does. One file for each wire that has tools.
//!
//! Must never run a tool, and never decide how long a talk goes on: whoever holds it does.

mod anthropic;
pub(crate) mod call;
mod gemini;
mod openai_chat;
mod openai_responses;
mod rehearsal;

use serde_json::Value;

pub use crate::providers::talk::call::{Called, Calling, Step, Talk, Talker, Talking, Tool, ToolCall};

use crate::providers::talk::call::Heard;
use crate::providers::wire::call::Wire;

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Called, Heard};
    use crate::providers::talk::call::read;
    use crate::providers::wire::call::Wire;

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
