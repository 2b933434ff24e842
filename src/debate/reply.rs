//! What comes back from a provider: the reply with its usage, or the fault in its place.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A provider's complete reply to one prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// The text, as it came.
    pub text: String,
    /// What was thought before it, where the provider tells, or the text held it; never a part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: String,
    /// Why the text ends.
    pub finish: Finish,
    /// What it took.
    pub usage: Usage,
    /// Price in US dollars; `None` when the model's price is not known.
    pub cost_usd: Option<f64>,
    /// Sources the provider names, each URL once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// The provider's id of the request, for its support desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// From sending the request to the last byte, in milliseconds, all attempts included.
    pub elapsed_ms: u64,
    /// Requests sent for it: 1, or more after retries.
    pub requests: u32,
    /// Of those, the ones that brought nothing and may have been billed all the same: their answers broke off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u32,
    /// What the lost ones took, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Box<Loss>>,
}

/// What requests took whose answers broke off: as their provider had told by then, or as what had arrived is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    /// Of the lost requests, the ones that are counted here; nothing is known of the others.
    pub requests: u32,
    /// What they took at least.
    pub usage: Usage,
    /// Price in US dollars; `None` when the model's price is not known.
    pub cost_usd: Option<f64>,
}

impl Loss {
    /// Both together.
    pub fn and(&self, other: &Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            usage: self.usage.and(&other.usage),
            cost_usd: self.cost_usd.zip(other.cost_usd).map(|(one, other)| one + other),
        }
    }
}

impl Reply {
    /// Requests sent for it of which nothing is known but that they brought nothing.
    pub fn unknown(&self) -> u32 {
        unknown(self.lost, self.loss.as_deref())
    }
}

impl Fault {
    /// Requests of which nothing is known but that they brought nothing.
    pub fn unknown(&self) -> u32 {
        unknown(self.lost, self.loss.as_deref())
    }
}

fn unknown(lost: u32, loss: Option<&Loss>) -> u32 {
    lost.saturating_sub(loss.map_or(0, |loss| loss.requests))
}

/// Why a reply's text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model was done.
    Complete,
    /// The output limit was reached.
    Truncated,
    /// The model declined.
    Refused,
    /// The provider's safety filter removed the text.
    Filtered,
}

/// Tokens of one reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// All input tokens, cached ones included.
    pub input_tokens: u64,
    /// Of the input, read from the provider's prompt cache.
    pub cached_tokens: u64,
    /// Of the input, written to the provider's prompt cache.
    pub cache_write_tokens: u64,
    /// All output tokens, reasoning included.
    pub output_tokens: u64,
    /// Of the output, spent on reasoning.
    pub reasoning_tokens: u64,
    /// Searches of the web that were made for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub searches: u64,
    /// Whether the numbers are an estimate of ours, because the provider sent none.
    #[serde(default)]
    pub estimated: bool,
}

impl Usage {
    /// Adds what a second request for the same reply took.
    pub fn and(&self, other: &Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            cache_write_tokens: self.cache_write_tokens.saturating_add(other.cache_write_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            searches: self.searches.saturating_add(other.searches),
            estimated: self.estimated || other.estimated,
        }
    }
}

/// A source that a provider names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Citation {
    /// An `http` or `https` URL.
    pub url: String,
    /// The page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The quoted passage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Whether the text points at it; otherwise it was only consulted.
    pub cited: bool,
}

/// A turn that brought no reply, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{provider}: {kind}: {message}")]
pub struct Fault {
    /// The class of failure.
    pub kind: FaultKind,
    /// What happened, for people: no key, no escape sequence, at most a few hundred characters.
    pub message: String,
    /// Vendor name.
    pub provider: String,
    /// Model asked.
    pub model: String,
    /// HTTP status, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What to do about it.
    pub hint: String,
    /// Requests sent before giving up.
    pub requests: u32,
    /// Of those, the ones that may have been billed all the same: their answers broke off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u32,
    /// What the lost ones took, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Box<Loss>>,
}

fn is_zero<N: Default + PartialEq>(count: &N) -> bool {
    *count == N::default()
}

/// The class of a provider's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The key was refused.
    Auth,
    /// The account has no credit left.
    Quota,
    /// Too many requests.
    RateLimit,
    /// No answer in time.
    Timeout,
    /// The connection could not be made, or broke.
    Network,
    /// The provider is overloaded or failing.
    Overloaded,
    /// The prompt is larger than the model's window.
    ContextTooLong,
    /// The provider does not accept the request, or does not know the model.
    InvalidRequest,
    /// What came back is not what the wire promises.
    InvalidResponse,
    /// We gave up on it.
    Cancelled,
}

impl FaultKind {
    /// Whether sending the same request again may succeed.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::RateLimit | Self::Timeout | Self::Network | Self::Overloaded => true,
            Self::Auth
            | Self::Quota
            | Self::ContextTooLong
            | Self::InvalidRequest
            | Self::InvalidResponse
            | Self::Cancelled => false,
        }
    }

    /// Whether another voice may take the turn: it may have another key, another window, or be up. We never gave up on
    /// our own to ask somebody else.
    pub fn fails_over(self) -> bool {
        match self {
            Self::Auth
            | Self::Quota
            | Self::RateLimit
            | Self::Timeout
            | Self::Network
            | Self::Overloaded
            | Self::ContextTooLong
            | Self::InvalidRequest
            | Self::InvalidResponse => true,
            Self::Cancelled => false,
        }
    }

    /// Whether every later turn on the same voice would fail the same way.
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Auth | Self::Quota => true,
            Self::RateLimit
            | Self::Timeout
            | Self::Network
            | Self::Overloaded
            | Self::ContextTooLong
            | Self::InvalidRequest
            | Self::InvalidResponse
            | Self::Cancelled => false,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::RateLimit => "rate_limit",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::Overloaded => "overloaded",
            Self::ContextTooLong => "context_too_long",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidResponse => "invalid_response",
            Self::Cancelled => "cancelled",
        })
    }
}
