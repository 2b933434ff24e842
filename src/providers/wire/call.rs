//! The vocabulary of the wires: a request, an answer, what was told of it, and what is wrong.

use serde_json::Value;

use crate::debate::reply::{Citation, FaultKind, Finish, Usage};
use crate::debate::text;
use crate::providers::draft::Sources;
use crate::providers::talk::call::Called;
use crate::providers::wire::call;

pub(crate) const MESSAGE_CHARS_MAX: usize = 300;

/// One line of readable text of at most 300 characters: no control characters, no runs of spaces.
pub(crate) fn one_line(text: &str) -> String {
    text::clip(&spaced(text), MESSAGE_CHARS_MAX)
}

pub(crate) fn spaced(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How the schema of a response is enforced, strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The provider enforces the schema.
    Schema,
    /// The provider enforces that it is a JSON object; the prompt describes the schema.
    JsonObject,
    /// The prompt describes the schema, and nothing enforces it.
    Plain,
    /// No schema is asked for: the answer is free text.
    Text,
}

impl Shape {
    /// The next weaker shape, for a server that refused this one; `None` after the weakest.
    pub fn weaker(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::Plain),
            Self::Plain | Self::Text => None,
        }
    }
}

/// One request, without base URL and key. It always asks for a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Path below the base URL, with its query; see [`Wire::url`](crate::providers::wire::Wire::url).
    pub path: String,
    /// Headers that the wire asks for, in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Value,
}

/// A complete answer, as decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text, without reasoning.
    pub text: String,
    /// What was thought before it, where the provider tells.
    pub reasoning: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// Why the text ends.
    pub finish: Finish,
    /// Tokens, when the provider sent them.
    pub usage: Option<Usage>,
    /// What the provider says it charges, in US dollars; it knows of search and request fees that tokens do not show.
    pub cost_usd: Option<f64>,
    /// Sources, each URL once.
    pub citations: Vec<Citation>,
    /// Searches of the web that were made for it.
    pub searches: u64,
    /// The provider's id of the reply.
    pub request_id: Option<String>,
    /// The tools it calls; none outside of a talk.
    pub called: Called,
    /// What was said so far, as the provider wants it back, when it stopped to be asked to go on; `None` when the answer is
    /// whole.
    pub paused: Option<Vec<Value>>,
}

/// What a provider tells of what an answer took, and what there is to guess by.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The model that answers, as the provider names it.
    pub model: Option<String>,
    /// Tokens, when the provider sent them.
    pub usage: Option<Usage>,
    /// What the provider says it charges, in US dollars.
    pub cost_usd: Option<f64>,
    /// Searches of the web.
    pub searches: u64,
    /// Characters of the text.
    pub chars: usize,
}

impl Answer {
    /// What it took.
    pub fn told(&self) -> Told {
        let chars = self.text.chars().count();
        Told { model: self.model.clone(), usage: self.usage, cost_usd: self.cost_usd, searches: self.searches, chars }
    }

    /// Joins what was said before a pause, if there was one, and what came after it.
    pub fn after(self, before: Option<Self>) -> Self {
        match before {
            Some(before) => before.followed_by(self),
            None => self,
        }
    }

    fn followed_by(self, rest: Self) -> Self {
        let mut sources = Sources::default();
        self.citations.into_iter().chain(rest.citations).for_each(|source| sources.merge(source));
        // What stands before a search tells of the search.
        let text = if rest.searches > 0 { rest.text } else { self.text + &rest.text };
        let reasoning = [self.reasoning, rest.reasoning].into_iter().flatten().collect::<Vec<_>>().join("\n");
        Self {
            text,
            reasoning: Some(reasoning).filter(|thought| !thought.is_empty()),
            model: rest.model.or(self.model),
            finish: rest.finish,
            usage: self.usage.zip(rest.usage).map(|(before, after)| before.and(&after)),
            cost_usd: self.cost_usd.zip(rest.cost_usd).map(|(before, after)| before + after),
            citations: sources.into_citations(),
            searches: self.searches.saturating_add(rest.searches),
            request_id: rest.request_id.or(self.request_id),
            called: self.called.followed_by(rest.called),
            paused: rest.paused.map(|said| self.paused.into_iter().flatten().chain(said).collect()),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct WireFault {
    /// The class of failure.
    pub kind: FaultKind,
    /// What happened, in one line of at most 300 characters.
    pub message: String,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// How long to wait, in milliseconds, when the body says so. Headers are for the gateway to read.
    pub retry_after_ms: Option<u64>,
    /// Whether the schema or its format was refused, so that a weaker [`Shape`] may pass.
    pub schema_refused: bool,
    /// Whether the body of a refusal is none that an API answers with: a web page, or what is no text.
    pub is_foreign: bool,
}

impl WireFault {
    pub(crate) fn new(kind: FaultKind, message: &str) -> Self {
        Self {
            kind,
            message: call::one_line(message),
            request_id: None,
            retry_after_ms: None,
            schema_refused: false,
            is_foreign: false,
        }
    }
}

pub(crate) fn parse(json: &str) -> Result<Value, WireFault> {
    serde_json::from_str(json)
        .map_err(|error| WireFault::new(FaultKind::InvalidResponse, &format!("what came back is not JSON: {error}")))
}
