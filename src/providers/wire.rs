//! The wires: the formats that vendors speak, behind one interface of pure encoders and decoders.
//!
//! Must never touch the network, the clock or the environment, and never see a key except to name its header.
//! The truth about each wire is its vendor's own SDK package; every wire's file names the version it was read from.

pub(crate) mod call;

use serde_json::Value;

pub use crate::providers::wire::call::{Answer, Call, Shape, Told, Wire, WireFault};

use crate::debate::ask::Ask;
use crate::debate::reply::{FaultKind, Usage};
use crate::providers::draft::{Draft, Pause, Stage};
use crate::providers::table::vendor::Vendor;
use crate::providers::talk::call::{Heard, Talk};
use crate::providers::wire::call::{one_line, parse};
use crate::providers::{anthropic, fault, gemini, openai_chat, openai_responses, perplexity, talk};

impl Wire {
    /// Encodes `ask` as a streaming request to `vendor`, its schema enforced by `shape`.
    pub fn encode(self, ask: &Ask, vendor: &Vendor, shape: Shape) -> Call {
        match self {
            Self::Anthropic => anthropic::encode(ask, shape),
            Self::OpenaiResponses => openai_responses::encode(ask, shape),
            Self::OpenaiChat => openai_chat::encode(ask, vendor, shape),
            Self::Gemini => gemini::encode(ask, shape),
            Self::Perplexity => perplexity::encode(ask, shape),
        }
    }

    /// Turns a request into the one that lets a paused provider go on from what it said so far.
    pub fn go_on(self, mut call: Call, so_far: &[Value]) -> Call {
        match self {
            Self::Anthropic => anthropic::go_on(&mut call.body, so_far),
            // These never pause.
            Self::OpenaiResponses | Self::OpenaiChat | Self::Gemini | Self::Perplexity => {}
        }
        call
    }

    /// The header that carries `key`, and its value. The value is a secret.
    pub fn auth(self, key: &str) -> (&'static str, String) {
        match self {
            Self::Anthropic | Self::OpenaiResponses | Self::OpenaiChat | Self::Perplexity => {
                ("authorization", format!("Bearer {key}"))
            }
            Self::Gemini => ("x-goog-api-key", key.to_owned()),
        }
    }

    /// Joins a base URL and the path of a [`Call`]. A base URL that brings a version of its own, as OpenAI's SDK and
    /// most servers' manuals write it (`https://host/v1`), keeps it; one without a scheme, as in `OLLAMA_HOST`, is
    /// plain HTTP.
    pub fn url(self, base: &str, path: &str) -> String {
        let base = base.trim().trim_end_matches('/');
        let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
        let mut segments = base.split('/').skip(3);
        let versioned = match self {
            Self::OpenaiResponses | Self::OpenaiChat | Self::Perplexity => segments.any(is_version),
            Self::Anthropic | Self::Gemini => segments.last().is_some_and(is_version),
        };
        let path = if versioned { path.strip_prefix("/v1").unwrap_or(path) } else { path };
        format!("{base}{path}")
    }

    /// An empty decoder for one reply.
    pub fn decoder(self) -> Decoder {
        Decoder { wire: self, draft: Draft::default(), heard: None, has_foreign: false }
    }

    /// An empty decoder for one reply that may call tools.
    pub fn listener(self) -> Decoder {
        Decoder { heard: Some(Heard::default()), ..self.decoder() }
    }

    /// Encodes a talk as a streaming request to `vendor`.
    pub fn encode_talk(self, talk: &Talk<'_>, vendor: &Vendor) -> Call {
        let mut call = self.encode(talk.ask, vendor, Shape::Text);
        talk::add(self, &mut call.body, talk);
        call
    }

    /// Classifies an error response by its HTTP status. `header` looks a header up by its lower-case name.
    pub fn fault(self, status: u16, header: impl Fn(&str) -> Option<String>, body: &str) -> WireFault {
        let mut fault = fault::from_response(status, body);
        let name = match self {
            Self::Anthropic => "request-id",
            Self::OpenaiResponses | Self::OpenaiChat | Self::Gemini | Self::Perplexity => "x-request-id",
        };
        fault.request_id = header(name).map(|id| one_line(&id)).or(fault.request_id);
        fault
    }

    /// Whether a whole JSON body is an answer on this wire, however broken.
    fn is_own(self, body: &Value) -> bool {
        let fields: &[&str] = match self {
            Self::Anthropic => &["content", "stop_reason"],
            Self::OpenaiResponses => &["output", "status"],
            Self::OpenaiChat | Self::Perplexity => &["choices"],
            Self::Gemini => &["candidates", "promptFeedback", "usageMetadata"],
        };
        let first = body.as_array().and_then(|list| list.first()).unwrap_or(body);
        fields.iter().any(|field| !first[*field].is_null())
    }

    fn usage(self, usage: &Value) -> Option<Usage> {
        match self {
            Self::Anthropic => anthropic::usage(usage),
            Self::OpenaiResponses => openai_responses::usage(usage),
            Self::OpenaiChat | Self::Perplexity => openai_chat::usage(usage),
            Self::Gemini => gemini::usage(usage),
        }
    }
}

/// Whether a path segment is a version, such as `v1` or `v1beta`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Accumulates the server-sent events of one reply.
#[derive(Debug)]
pub struct Decoder {
    wire: Wire,
    draft: Draft,
    /// What is heard of tools that are called, in a talk.
    heard: Option<Heard>,
    /// Whether an event came with which no answer on this wire begins.
    has_foreign: bool,
}

impl Decoder {
    /// Takes one event, by its name and data, and returns the text it adds.
    ///
    /// # Errors
    /// The event is no JSON, tells an error of the provider, or is not what the wire speaks.
    pub fn event(&mut self, name: Option<&str>, data: &str) -> Result<Option<String>, WireFault> {
        let data = data.trim();
        if data.is_empty() || name == Some("ping") {
            return Ok(None);
        }
        if data.starts_with("[DONE]") {
            match self.wire {
                Wire::OpenaiChat | Wire::Perplexity => openai_chat::done(&mut self.draft),
                Wire::Anthropic | Wire::OpenaiResponses | Wire::Gemini => {}
            }
            return Ok(None);
        }
        let mut event = parse(data)?;
        if let Some(heard) = &mut self.heard {
            heard.event(self.wire, &mut event);
        }
        if let Some(fault) = fault::from_event(name, &event) {
            return Err(fault);
        }
        let shown = match self.wire {
            Wire::Anthropic => anthropic::event(&mut self.draft, &event),
            Wire::OpenaiResponses => openai_responses::event(&mut self.draft, &event),
            Wire::OpenaiChat => openai_chat::event(&mut self.draft, &event),
            Wire::Gemini => gemini::event(&mut self.draft, &event),
            Wire::Perplexity => perplexity::event(&mut self.draft, &event),
        };
        self.has_foreign |= !self.draft.has_begun();
        shown
    }

    /// Whether the wire's own terminal event was seen: nothing of use follows.
    pub fn is_complete(&self) -> bool {
        self.draft.stage == Stage::Closed
    }

    /// What an answer that came to no end has taken so far; `None` when none had begun.
    pub fn told(&self) -> Option<Told> {
        let draft = &self.draft;
        let usage = draft.usage.as_ref().and_then(|usage| self.wire.usage(usage));
        draft.has_begun().then(|| Told {
            model: draft.model.clone(),
            usage,
            cost_usd: draft.cost_usd,
            searches: draft.searches,
            chars: draft.text.chars().count(),
        })
    }

    /// Ends the stream: half an answer is never an answer, and what was heard of it is kept for [`Decoder::told`].
    ///
    /// # Errors
    /// A [`FaultKind::Network`] fault, worth another try, when the stream ended before its terminal event. A
    /// [`FaultKind::InvalidResponse`] one for events of another API, and for a reply that does not say why it ended.
    pub fn finish(&mut self) -> Result<Answer, WireFault> {
        if self.draft.stage == Stage::Open && self.has_foreign && !self.draft.has_begun() {
            return Err(WireFault::new(FaultKind::InvalidResponse, "the events that came are those of another API"));
        }
        if self.draft.stage == Stage::Open {
            return Err(WireFault::new(FaultKind::Network, "the stream ended before the reply was complete"));
        }
        let Some(finish) = self.draft.finish else {
            return Err(WireFault::new(FaultKind::InvalidResponse, "the reply does not say why it ended"));
        };
        let (wire, mut draft, heard) = (self.wire, std::mem::take(&mut self.draft), self.heard.take());
        draft.part_reasoning();
        match wire {
            Wire::Perplexity => perplexity::settle(&mut draft),
            Wire::OpenaiChat | Wire::Anthropic | Wire::OpenaiResponses | Wire::Gemini => {}
        }
        let usage = draft.usage.as_ref().and_then(|usage| wire.usage(usage));
        Ok(Answer {
            called: heard.map(|heard| heard.called(wire, &draft.text)).unwrap_or_default(),
            text: draft.text,
            reasoning: Some(draft.reasoning).filter(|thought| !thought.is_empty()),
            model: draft.model,
            finish,
            usage,
            cost_usd: draft.cost_usd,
            citations: draft.sources.into_citations(),
            searches: draft.searches,
            request_id: draft.request_id,
            paused: match draft.pause {
                Pause::No => None,
                Pause::Waiting => Some(draft.content),
            },
        })
    }

    /// Decodes a reply that came as one JSON body instead of a stream.
    ///
    /// # Errors
    /// The body is no JSON, tells an error of the provider, is that of another API, or holds no complete reply.
    pub fn body(&mut self, json: &str) -> Result<Answer, WireFault> {
        let mut body = parse(json)?;
        if let Some(heard) = &mut self.heard {
            heard.event(self.wire, &mut body);
        }
        if let Some(fault) = fault::from_event(None, &body) {
            return Err(fault);
        }
        if !self.wire.is_own(&body) {
            return Err(WireFault::new(FaultKind::InvalidResponse, "the answer that came is that of another API"));
        }
        match self.wire {
            Wire::Anthropic => anthropic::body(&mut self.draft, &body)?,
            Wire::OpenaiResponses => openai_responses::body(&mut self.draft, &body)?,
            Wire::OpenaiChat => openai_chat::body(&mut self.draft, &body)?,
            Wire::Gemini => gemini::body(&mut self.draft, &body)?,
            Wire::Perplexity => perplexity::body(&mut self.draft, &body)?,
        }
        self.finish()
    }
}
