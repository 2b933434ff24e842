//! Amounts of tokens, time and money, and what a prompt needs of them.

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt};
use crate::debate::history::{Attempt, History};
use crate::debate::log::limits::{Caps, LimitKind, Price};
use crate::debate::prompt;
use crate::debate::search::WebSearch;

/// Tokens that a provider may add to a prompt of its own accord.
pub(crate) const OVERHEAD_TOKENS: u64 = 1_000;

/// Tokens that mark off a message.
pub(crate) const MESSAGE_TOKENS: u64 = 16;

/// An amount in both units that are counted beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amount {
    /// US dollars.
    pub usd: f64,
    /// Tokens.
    pub tokens: u64,
}

impl Amount {
    /// The amount in the unit of a limit; nothing for time, which is not counted.
    pub fn of(self, limit: LimitKind) -> f64 {
        match limit {
            LimitKind::Cost => self.usd,
            LimitKind::Tokens => self.tokens as f64,
            LimitKind::Time => 0.0,
        }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { usd: self.usd + other.usd, tokens: self.tokens.saturating_add(other.tokens) }
    }

    /// What is left of it above the other.
    pub(super) fn beyond(self, other: Self) -> Self {
        Self { usd: (self.usd - other.usd).max(0.0), tokens: self.tokens.saturating_sub(other.tokens) }
    }

    /// So many of it.
    pub fn times(self, count: u32) -> Self {
        Self { usd: self.usd * f64::from(count), tokens: self.tokens.saturating_mul(u64::from(count)) }
    }
}

pub(super) fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::default(), Amount::plus)
}

/// The most input tokens that a prompt may be counted as: no token is shorter than a byte.
pub fn input_tokens(prompt: &Prompt) -> u64 {
    let schema = u64::try_from(prompt.schema.json.to_string().len()).unwrap_or(u64::MAX);
    let messages = u64::try_from(prompt.messages.len()).unwrap_or(u64::MAX);
    let bytes = prompt::bytes(prompt).saturating_add(schema);
    bytes.saturating_add(OVERHEAD_TOKENS).saturating_add(messages.saturating_mul(MESSAGE_TOKENS))
}

/// What one request may take, but for its output.
pub(super) struct Need {
    price: Option<Price>,
    pub(super) input_tokens: u64,
    /// Of those, the most that are read at once.
    longest_tokens: u64,
    pub(super) output_tokens_max: u32,
    pub(super) searches: u32,
    searches_usd: f64,
}

impl Need {
    pub(super) fn new(caps: &Caps, voice: &Voice, input_tokens: u64, output_tokens_max: u32) -> Self {
        let price = caps.price(voice).cloned();
        Self { price, input_tokens, longest_tokens: input_tokens, output_tokens_max, searches: 0, searches_usd: 0.0 }
    }

    pub(super) fn of_ask(caps: &Caps, ask: &Ask, input_tokens: u64) -> Self {
        let need = Self::new(caps, &ask.voice, input_tokens, ask.prompt.output_tokens_max);
        need.searching(caps, &ask.voice, &ask.search)
    }

    /// The same request with all the searches that it may make.
    pub(super) fn searching(self, caps: &Caps, voice: &Voice, search: &WebSearch) -> Self {
        let Some(cost) = search.terms().and_then(|_| caps.search(voice)) else { return self };
        let searches = cost.searches_max;
        Self {
            input_tokens: cost.input_tokens(self.input_tokens, searches),
            longest_tokens: cost.longest(self.input_tokens),
            searches,
            searches_usd: caps.searches_usd(voice, searches),
            ..self
        }
    }

    /// What was asked before there was a limit has no grant, and is bounded by what all prompts are.
    pub(super) fn of_attempt(history: &History, attempt: &Attempt) -> Self {
        let without = || (attempt.prompt.bytes.saturating_add(OVERHEAD_TOKENS), history.setup.limits.output_tokens_max);
        let (input, output) = attempt.grant.map_or_else(without, |grant| (grant.input_tokens, grant.output_tokens));
        let searches = attempt.grant.map_or(0, |grant| grant.searches);
        let searches_usd = history.caps.searches_usd(&attempt.voice, searches);
        Self { searches, searches_usd, ..Self::new(&history.caps, &attempt.voice, input, output) }
    }

    /// Whether the prompt may be longer than its price holds for.
    pub(super) fn is_unpriced(&self) -> bool {
        let longest = self.price.as_ref().and_then(|price| price.input_tokens_max);
        longest.is_some_and(|max| self.longest_tokens > max)
    }

    /// The worst case of one request with so much room.
    pub(super) fn worst(&self, room: u32) -> Amount {
        let output_tokens = u64::from(self.output_tokens_max.min(room));
        Amount {
            usd: self.price.as_ref().map_or(0.0, |price| price.of(self.input_tokens, output_tokens))
                + self.searches_usd,
            tokens: self.input_tokens.saturating_add(output_tokens),
        }
    }
}
