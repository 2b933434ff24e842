//! The wires: the formats that vendors speak, behind one interface of pure encoders and decoders. One row each.
//!
//! Must never touch the network, the clock or the environment, and never see a key except to name its header.
//! The truth about each wire is its vendor's own SDK package; every wire's file names the version it was read from.

mod anthropic;
pub(crate) mod call;
mod decoder;
pub(crate) mod dialect;
pub(crate) mod format;
mod gemini;
mod openai_chat;
mod openai_responses;
pub(crate) mod perplexity;

use serde_json::Value;

pub use crate::providers::wire::call::{Answer, Call, Shape, Told, WireFault};
pub use crate::providers::wire::decoder::Decoder;
pub use crate::providers::wire::dialect::{Bounds, Dialect, OutputLimit, UsageReport};

use crate::debate::ask::Ask;
use crate::providers::fault;
use crate::providers::talk::call::Talk;
use crate::providers::wire::call::one_line;
use crate::providers::wire::format::{BesideSearch, Format, KeyHeader, VersionSegment};

/// The format a vendor speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// OpenAI's Chat Completions, which most gateways and local servers speak too.
    OpenaiChat,
    /// Google's generateContent.
    Gemini,
    /// Perplexity's chat completions, which search the web on their own.
    Perplexity,
}

impl Wire {
    /// Its row: the functions in its own file.
    fn format(self) -> &'static Format {
        match self {
            Self::Anthropic => &anthropic::FORMAT,
            Self::OpenaiResponses => &openai_responses::FORMAT,
            Self::OpenaiChat => &openai_chat::FORMAT,
            Self::Gemini => &gemini::FORMAT,
            Self::Perplexity => &perplexity::FORMAT,
        }
    }

    /// Encodes `ask` as a streaming request to a vendor of this dialect, its schema enforced by `shape`.
    pub fn encode(self, ask: &Ask, dialect: &Dialect, shape: Shape) -> Call {
        (self.format().encode)(ask, dialect, shape)
    }

    /// Turns a request into the one that lets a paused provider go on from what it said so far.
    pub fn go_on(self, mut call: Call, so_far: &[Value]) -> Call {
        if let Some(go_on) = self.format().go_on {
            go_on(&mut call.body, so_far);
        }
        call
    }

    /// The header that carries `key`, and its value. The value is a secret.
    pub fn auth(self, key: &str) -> (&'static str, String) {
        match self.format().key_header {
            KeyHeader::Bearer => ("authorization", format!("Bearer {key}")),
            KeyHeader::Named(name) => (name, key.to_owned()),
        }
    }

    /// Joins a base URL and the path of a [`Call`]. A base URL that brings a version of its own, as OpenAI's SDK and
    /// most servers' manuals write it (`https://host/v1`), keeps it; one without a scheme, as in `OLLAMA_HOST`, is
    /// plain HTTP.
    pub fn url(self, base: &str, path: &str) -> String {
        let base = base.trim().trim_end_matches('/');
        let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
        let mut segments = base.split('/').skip(3);
        let versioned = match self.format().version_segment {
            VersionSegment::Any => segments.any(is_version),
            VersionSegment::Last => segments.last().is_some_and(is_version),
        };
        let path = if versioned { path.strip_prefix("/v1").unwrap_or(path) } else { path };
        format!("{base}{path}")
    }

    /// An empty decoder for one reply.
    pub fn decoder(self) -> Decoder {
        Decoder::new(self.format())
    }

    /// An empty decoder for one reply that may call tools.
    pub fn listener(self) -> Decoder {
        Decoder::with_tools(self.format())
    }

    /// Encodes a talk as a streaming request to a vendor of this dialect.
    pub fn encode_talk(self, talk: &Talk<'_>, dialect: &Dialect) -> Call {
        let mut call = self.encode(talk.ask, dialect, Shape::Text);
        if let Some(tools) = self.format().tools.as_ref().filter(|_| !talk.tools.is_empty()) {
            (tools.add)(&mut call.body, talk);
        }
        call
    }

    /// Whether tools of ours can be offered on it.
    pub fn takes_tools(self) -> bool {
        self.format().tools.is_some()
    }

    /// Whether tools of ours can be offered in a request that lets its model search the web.
    pub fn takes_tools_beside_search(self) -> bool {
        self.format().tools.as_ref().is_some_and(|tools| tools.beside_search == BesideSearch::Allowed)
    }

    /// Classifies an error response by its HTTP status. `header` looks a header up by its lower-case name.
    pub fn fault(self, status: u16, header: impl Fn(&str) -> Option<String>, body: &str) -> WireFault {
        let mut fault = fault::from_response(status, body);
        fault.request_id = header(self.format().request_id_header).map(|id| one_line(&id)).or(fault.request_id);
        fault
    }
}

/// Whether a path segment is a version, such as `v1` or `v1beta`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Wire;
    use crate::providers::talk::call::{Called, Heard};

    const WIRES: [Wire; 5] = [Wire::Anthropic, Wire::OpenaiResponses, Wire::OpenaiChat, Wire::Gemini, Wire::Perplexity];

    #[test]
    fn what_makes_no_sense_calls_nothing() {
        let kinds =
            ["message", "content_block_start", "content_block_delta", "message_delta", "response.completed", "x"];
        let odd =
            [json!(null), json!(7), json!("text"), json!([]), json!([[]]), json!({}), json!({ "type": "tool_use" })];
        let fields =
            ["content", "content_block", "delta", "response", "item", "choices", "candidates", "output", "index"];
        for wire in WIRES {
            let Some(tools) = &wire.format().tools else { continue };
            let mut heard = Heard::default();
            for value in &odd {
                (tools.hear)(&mut heard, &mut value.clone());
                for kind in kinds {
                    for field in fields {
                        (tools.hear)(&mut heard, &mut json!({ "type": kind, field: value }));
                    }
                }
                (tools.hear)(&mut heard, &mut json!({ "choices": [value] }));
                (tools.hear)(
                    &mut heard,
                    &mut json!({ "choices": [{ "delta": value, "message": { "tool_calls": value } }] }),
                );
                (tools.hear)(&mut heard, &mut json!({ "candidates": [{ "content": { "parts": value } }] }));
            }
            let Called { calls, said } = (tools.called)(heard, "");
            assert!(calls.iter().all(|call| call.name.is_empty()), "{wire:?}: {calls:?}");
            assert!(said.iter().all(Value::is_object) || wire == Wire::Gemini, "{wire:?}: {said:?}");
        }
    }
}
