//! A persona's share of the limits on what is asked: what it has spent of it, and what still fits.
//!
//! Must never let a request go out that may take more, and never depend on what another persona takes.

use crate::debate::amount::Amount;
use crate::debate::ask::Ask;
use crate::debate::budget;
use crate::debate::log::limits::{Caps, Grant, LimitKind, Reached};
use crate::debate::reply::{Fault, Reply};
use crate::debate::taken::Taken;

/// Most requests that may be billed for one step of a talk: the first, and one for each whose answer broke off.
const REQUESTS_MAX: usize = 4;
/// Tokens that a step of a talk is taken to add beside what is said and shown: marks, and words about what is not shown.
const STEP_TOKENS: u64 = 2_000;
/// Tokens that mark off a call and its result.
const CALL_TOKENS: u64 = 16;
/// Bytes that are said of a call that cannot be shown, and of the last step.
const REMARK_BYTES: usize = 64;

/// What one persona may take, and what it has taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    caps: Caps,
    taken: Taken,
    /// How many have such a share.
    count: u32,
}

impl Share {
    /// An equal share of the limits for each of so many.
    pub(super) fn new(caps: &Caps, count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let (cost_usd, tokens) = (caps.cost_usd, caps.tokens);
        let caps = Caps {
            cost_usd: cost_usd.map(|usd| usd / f64::from(count)),
            tokens: tokens.map(|tokens| tokens / u64::from(count)),
            ..caps.clone()
        };
        Self { caps, taken: Taken::default(), count }
    }

    /// The limit that is reached, as it holds all that have a share of it together.
    pub(super) fn of_all(&self, reached: &Reached) -> Reached {
        let all = |amount: f64| amount * f64::from(self.count);
        let (max, spent, set_aside) = (all(reached.max), all(reached.spent), all(reached.set_aside));
        Reached { limit: reached.limit, max, spent, set_aside, next: reached.next.map(all), held: all(reached.held) }
    }

    /// The limit that requests with inputs of so many tokens may exceed together; `None` where they fit.
    pub(super) fn exceeded(&self, ask: &Ask, inputs: &[u64]) -> Option<Reached> {
        let worst = inputs.iter().map(|tokens| budget::worst(&self.caps, ask, *tokens));
        let worst = worst.into_iter().try_fold(Amount::default(), |sum, next| Some(sum.plus(next?)));
        [LimitKind::Cost, LimitKind::Tokens].into_iter().find_map(|limit| {
            let max = self.caps.max(limit)?;
            let (spent, set_aside) = (self.taken.spent.of(limit), self.taken.set_aside.of(limit));
            let next = worst.map(|worst| worst.of(limit));
            let fits = next.is_some_and(|next| spent + set_aside + next <= max);
            (!fits).then_some(Reached { limit, max, spent, set_aside, next, held: 0.0 })
        })
    }

    /// The limit that leaves no room for an answer after a step with an input of so many tokens, whatever comes of the step.
    pub(super) fn exceeded_after(&self, ask: &Ask, input_tokens: u64) -> Option<Reached> {
        self.exceeded(ask, &[input_tokens, self.answering(ask, input_tokens)])
    }

    /// What a step may take with an input of so many tokens, and another one after it or not; `None` without a limit.
    pub(super) fn grant(&self, ask: &Ask, input_tokens: u64, then: Then) -> Option<Grant> {
        let fits = |count: &usize| self.exceeded_by(ask, input_tokens, (*count, then)).is_none();
        let requests = (1..=REQUESTS_MAX).rev().find(fits).unwrap_or(1);
        let output_tokens = ask.prompt.output_tokens_max;
        let searches = ask.search.terms().map_or(0, |terms| terms.searches_max);
        let requests = u32::try_from(requests).unwrap_or(1);
        self.caps.counts().then_some(Grant { input_tokens, searches, output_tokens, requests, room: output_tokens })
    }

    /// The limit that leaves no room to send a step with an input of so many tokens once more.
    pub(super) fn exceeded_again(&self, ask: &Ask, input_tokens: u64, then: Then) -> Option<Reached> {
        self.exceeded_by(ask, input_tokens, (1, then))
    }

    /// The limit that a step may exceed for which so many requests are sent, with what comes after it.
    fn exceeded_by(&self, ask: &Ask, input_tokens: u64, (count, then): (usize, Then)) -> Option<Reached> {
        let after = match then {
            Then::Answer => Some(self.answering(ask, input_tokens)),
            Then::Nothing => None,
        };
        let inputs: Vec<u64> = vec![input_tokens; count].into_iter().chain(after).collect();
        self.exceeded(ask, &inputs)
    }

    /// Counts what a request took that brought nothing.
    pub(super) fn lose(&mut self, ask: &Ask, input_tokens: u64, fault: &Fault) {
        let worst = budget::worst(&self.caps, ask, input_tokens).unwrap_or_default();
        self.taken = self.taken.plus(Taken::by_fault(&self.caps, &ask.voice, fault, worst));
    }

    /// Counts what a reply took, with what was lost on the way to it.
    pub(super) fn pay(&mut self, ask: &Ask, input_tokens: u64, reply: &Reply) {
        let worst = budget::worst(&self.caps, ask, input_tokens).unwrap_or_default();
        self.taken = self.taken.plus(Taken::by_reply(&self.caps, &ask.voice, reply, worst));
    }

    /// The input after a reply that calls tools so often, before anything is shown.
    pub(super) fn grown(&self, ask: &Ask, input_tokens: u64, reply: &Reply, calls: usize) -> u64 {
        // What was found goes back with what was said.
        let found = self.caps.search(&ask.voice).map_or(0, |cost| cost.found_tokens);
        let found = found.saturating_mul(reply.usage.searches);
        let calls = u64::try_from(calls).unwrap_or(u64::MAX).saturating_add(1);
        let grown = input_tokens.saturating_add(reply.usage.output_tokens).saturating_add(found);
        grown.saturating_add(calls.saturating_mul(CALL_TOKENS))
    }

    /// How many of `most` bytes may be shown for so many calls, so that an answer to them fits.
    pub(super) fn room(&self, ask: &Ask, input_tokens: u64, (calls, most): (usize, usize)) -> usize {
        let remarks = REMARK_BYTES.saturating_mul(calls.saturating_add(1));
        let fits = |bytes: usize| {
            let shown = u64::try_from(bytes.saturating_add(remarks)).unwrap_or(u64::MAX);
            self.exceeded(ask, &[input_tokens.saturating_add(shown)]).is_none()
        };
        if fits(most) {
            return most;
        }
        let (mut room, mut exceeds) = (0, most);
        while exceeds - room > 1 {
            let between = room + (exceeds - room) / 2;
            *(if fits(between) { &mut room } else { &mut exceeds }) = between;
        }
        room
    }

    /// The input of the answer that follows a step at its longest, before anything is shown.
    fn answering(&self, ask: &Ask, input_tokens: u64) -> u64 {
        let searches = ask.search.terms().and_then(|_| self.caps.search(&ask.voice));
        let longest = searches.map_or(input_tokens, |cost| cost.longest(input_tokens));
        longest.saturating_add(u64::from(ask.prompt.output_tokens_max)).saturating_add(STEP_TOKENS)
    }
}

/// What comes after a step of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// An answer, at the latest.
    Answer,
    /// Nothing: it is the answer.
    Nothing,
}
