//! What a session took of its limits: what was surely spent, and what is set aside because nobody knows.
//!
//! Must never count less than may have been billed: limits are kept to whatever a provider does.

use crate::debate::agent::Voice;
use crate::debate::amount::{Amount, Need, sum};
use crate::debate::history::{Attempt, History, Outcome};
use crate::debate::log::limits::Caps;
use crate::debate::reply::{Fault, Loss, Reply, Usage};

/// What was spent in this session: replies as they were billed, and what is known of requests that brought none.
pub fn spent(history: &History) -> Amount {
    sum(here(history).map(|attempt| Taken::by(history, attempt).spent))
}

/// What counts against the limits: what was spent, and all that may have been billed beyond it.
pub fn counted(history: &History) -> Amount {
    sum(here(history).map(|attempt| Taken::by(history, attempt).counted()))
}

/// What the requests may have taken beyond that whose end was not seen.
pub(crate) fn set_aside(history: &History) -> Amount {
    sum(here(history).map(|attempt| Taken::by(history, attempt).set_aside))
}

/// The attempts that were begun in this session.
fn here(history: &History) -> impl Iterator<Item = &Attempt> {
    let attempts = history.turns.values().flat_map(|turn| turn.lost.iter().chain(&turn.attempts));
    attempts.filter(|attempt| !history.is_inherited(attempt.seq))
}

/// What an attempt took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Taken {
    /// Surely.
    pub(crate) spent: Amount,
    /// Perhaps: what those of its requests may have taken more whose end was not seen.
    pub(crate) set_aside: Amount,
}

impl Taken {
    fn by(history: &History, attempt: &Attempt) -> Self {
        let worst = Need::of_attempt(history, attempt).worst(u32::MAX);
        let (caps, voice) = (&history.caps, &attempt.voice);
        match &attempt.outcome {
            Some(Outcome::Finished { reply, .. }) => Self::by_reply(caps, voice, reply, worst),
            Some(Outcome::Failed(fault)) => Self::by_fault(caps, voice, fault, worst),
            None => {
                let requests = attempt.grant.map_or(1, |grant| grant.requests);
                Self { spent: Amount::default(), set_aside: worst.times(requests) }
            }
        }
    }

    /// What a reply took, and what was lost on the way to it; `worst` is the worst of one request.
    pub(crate) fn by_reply(caps: &Caps, voice: &Voice, reply: &Reply, worst: Amount) -> Self {
        let lost = Self::by_lost(caps, voice, reply.lost, reply.loss.as_deref(), worst);
        let billed = priced(caps, voice, &reply.usage, reply.cost_usd);
        Self { spent: billed.plus(lost.spent), ..lost }
    }

    /// What was lost on the way to no reply; `worst` is the worst of one request.
    pub(crate) fn by_fault(caps: &Caps, voice: &Voice, fault: &Fault, worst: Amount) -> Self {
        Self::by_lost(caps, voice, fault.lost, fault.loss.as_deref(), worst)
    }

    fn by_lost(caps: &Caps, voice: &Voice, lost: u32, loss: Option<&Loss>, worst: Amount) -> Self {
        let known = loss.map(|loss| priced(caps, voice, &loss.usage, loss.cost_usd)).unwrap_or_default();
        Self { spent: known, set_aside: worst.times(lost).beyond(known) }
    }

    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { spent: self.spent.plus(other.spent), set_aside: self.set_aside.plus(other.set_aside) }
    }

    fn counted(&self) -> Amount {
        self.spent.plus(self.set_aside)
    }
}

fn priced(caps: &Caps, voice: &Voice, usage: &Usage, cost_usd: Option<f64>) -> Amount {
    let listed = caps.price(voice).map(|price| price.of(usage.input_tokens, usage.output_tokens));
    let searches = u32::try_from(usage.searches).unwrap_or(u32::MAX);
    let listed = listed.map(|usd| usd + caps.searches_usd(voice, searches));
    let usd = cost_usd.or(listed).unwrap_or(0.0);
    Amount { usd, tokens: usage.input_tokens.saturating_add(usage.output_tokens) }
}
