//! What the requests of one ask took: as their provider told, or as what came of their answers is worth.
//!
//! Must never take a guess for what was told, and never count a request twice.

use crate::debate::ask::Ask;
use crate::debate::reply::{Loss, Usage};
use crate::providers::gateway::client::Route;
use crate::providers::table;
use crate::providers::talk::call::{self, Talk};
use crate::providers::wire::call::Told;

/// Most tokens of one kind that a reply can truly have taken.
const TOKENS_MAX: u64 = 1_000_000_000;
/// Most searches that a reply can truly have taken.
const SEARCHES_MAX: u64 = 1_000;

/// What was sent so far, and what of it brought nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Requests sent.
    pub(super) requests: u32,
    /// Of those, the ones that brought nothing and may have been billed.
    pub(super) lost: u32,
    /// What those took, as far as it is known.
    pub(super) loss: Option<Loss>,
}

impl Tally {
    /// Counts a request that brought nothing, with what is known of it.
    pub(super) fn lose(&mut self, loss: Option<Loss>) {
        self.lost += 1;
        loss.into_iter().for_each(|loss| self.add(loss));
    }

    /// Adds what requests took that are counted as lost already.
    pub(super) fn add(&mut self, more: Loss) {
        self.loss = Some(self.loss.map_or(more, |loss| loss.and(&more)));
    }
}

/// What an answer took, and its price.
pub(super) fn whole(errand: Errand<'_>, told: &Told) -> (Usage, Option<f64>) {
    let usage = told.usage.filter(is_plausible).unwrap_or_else(|| guessed(errand, told));
    let usage = Usage { searches: told.searches.min(SEARCHES_MAX), ..usage };
    // A provider may answer with a dated or a different model; its own price comes first.
    let price = |model: &str| table::price(errand.route.vendor(), model, &usage);
    let stated = told.cost_usd.filter(|cost| cost.is_finite() && *cost >= 0.0);
    let cost_usd = stated.or_else(|| told.model.as_deref().and_then(price)).or_else(|| price(&errand.ask.voice.model));
    (usage, cost_usd)
}

/// What `requests` took whose answer did not come to its end. A provider counts on while it writes, so more may have arrived
/// than it has told of.
pub(super) fn broken(errand: Errand<'_>, told: &Told, requests: u32) -> Loss {
    let guess = guessed(errand, told);
    let at_least = |usage: Usage| match usage.output_tokens < guess.output_tokens {
        true => Usage { output_tokens: guess.output_tokens, estimated: true, ..usage },
        false => usage,
    };
    let (usage, cost_usd) = whole(errand, &Told { usage: told.usage.map(at_least), ..told.clone() });
    Loss { requests, usage, cost_usd }
}

/// Tokens that an answer took, in and out.
pub(super) fn tokens(errand: Errand<'_>, told: &Told) -> u64 {
    let (usage, _) = whole(errand, told);
    usage.input_tokens.saturating_add(usage.output_tokens)
}

/// Tokens of a prompt, as a guess.
pub(super) fn input_tokens(ask: &Ask, talk: Option<Talk<'_>>) -> u64 {
    let messages: usize = ask.prompt.messages.iter().map(|message| message.text.chars().count()).sum();
    let steps = talk.map_or(0, |talk| call::chars(talk.steps));
    in_tokens(ask.prompt.shared.chars().count() + messages + steps)
}

/// Whether token counts can be true: no context window comes near the limit.
fn is_plausible(usage: &Usage) -> bool {
    let counts = [
        usage.input_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
    ];
    counts.iter().all(|tokens| *tokens <= TOKENS_MAX)
}

fn guessed(Errand { ask, talk, .. }: Errand<'_>, told: &Told) -> Usage {
    let (input_tokens, output_tokens) = (input_tokens(ask, talk), in_tokens(told.chars));
    Usage { input_tokens, output_tokens, estimated: true, ..Usage::default() }
}

/// Four characters to a token, rounded up: the vendors' own rule of thumb for English.
fn in_tokens(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(4)).unwrap_or(u64::MAX)
}

/// An ask or a talk, and the way to whom it is for.
#[derive(Clone, Copy)]
pub(super) struct Errand<'a> {
    pub(super) ask: &'a Ask,
    pub(super) talk: Option<Talk<'a>>,
    pub(super) route: &'a Route,
}
