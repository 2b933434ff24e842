//! Reads one reply from its server-sent events, or from one JSON body, by the functions of its wire.

use crate::debate::reply::FaultKind;
use crate::providers::draft::{Draft, Pause, Stage};
use crate::providers::fault;
use crate::providers::talk::call::Heard;
use crate::providers::wire::call::{Answer, Told, WireFault, parse};
use crate::providers::wire::format::{Format, Tools};

/// Accumulates the server-sent events of one reply.
#[derive(Debug)]
pub struct Decoder {
    format: &'static Format,
    draft: Draft,
    /// What is heard of tools that are called, in a talk.
    heard: Option<(&'static Tools, Heard)>,
    /// Whether an event came with which no answer on this wire begins.
    has_foreign: bool,
}

impl Decoder {
    /// An empty decoder for one reply.
    pub(super) fn new(format: &'static Format) -> Self {
        Self { format, draft: Draft::default(), heard: None, has_foreign: false }
    }

    /// An empty decoder for one reply that may call tools.
    pub(super) fn with_tools(format: &'static Format) -> Self {
        let heard = format.tools.as_ref().map(|tools| (tools, Heard::default()));
        Self { heard, ..Self::new(format) }
    }

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
            if let Some(read_done) = self.format.read_done {
                read_done(&mut self.draft);
            }
            return Ok(None);
        }
        let mut event = parse(data)?;
        if let Some((tools, heard)) = &mut self.heard {
            (tools.hear)(heard, &mut event);
        }
        if let Some(fault) = fault::from_event(name, &event) {
            return Err(fault);
        }
        let shown = (self.format.read_event)(&mut self.draft, &event);
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
        let usage = draft.usage.as_ref().and_then(self.format.usage);
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
        let (mut draft, heard) = (std::mem::take(&mut self.draft), self.heard.take());
        draft.part_reasoning();
        if let Some(settle) = self.format.settle {
            settle(&mut draft);
        }
        let usage = draft.usage.as_ref().and_then(self.format.usage);
        Ok(Answer {
            called: heard.map(|(tools, heard)| (tools.called)(heard, &draft.text)).unwrap_or_default(),
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
        if let Some((tools, heard)) = &mut self.heard {
            (tools.hear)(heard, &mut body);
        }
        if let Some(fault) = fault::from_event(None, &body) {
            return Err(fault);
        }
        // Without `alt=sse` a server may answer with a list of chunks.
        let first = body.as_array().and_then(|list| list.first()).unwrap_or(&body);
        if self.format.body_fields.iter().all(|field| first[*field].is_null()) {
            return Err(WireFault::new(FaultKind::InvalidResponse, "the answer that came is that of another API"));
        }
        (self.format.read_body)(&mut self.draft, &body)?;
        self.finish()
    }
}
