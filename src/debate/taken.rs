//! What a session took of its limits: what was surely spent, and what is set aside because nobody knows.
//!
//! Must never count less than may have been billed: limits are kept to whatever a provider does.

use crate::debate::agent::Voice;
use crate::debate::budget::{Amount, Need, sum};
use crate::debate::history::{Attempt, History, Outcome};
use crate::debate::reply::Usage;

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
struct Taken {
    /// Surely.
    spent: Amount,
    /// Perhaps: what those of its requests may have taken more whose end was not seen.
    set_aside: Amount,
}

impl Taken {
    fn by(history: &History, attempt: &Attempt) -> Self {
        let worst = |requests: u32| Need::of_attempt(history, attempt).worst(u32::MAX).times(requests);
        let priced = |usage: &Usage, cost_usd| priced(history, &attempt.voice, usage, cost_usd);
        let (billed, lost, loss) = match &attempt.outcome {
            Some(Outcome::Finished { reply, .. }) => {
                (priced(&reply.usage, reply.cost_usd), reply.lost, reply.loss.as_deref())
            }
            Some(Outcome::Failed(fault)) => (Amount::default(), fault.lost, fault.loss.as_deref()),
            None => (Amount::default(), attempt.grant.map_or(1, |grant| grant.requests), None),
        };
        let known = loss.map(|loss| priced(&loss.usage, loss.cost_usd)).unwrap_or_default();
        Self { spent: billed.plus(known), set_aside: worst(lost).beyond(known) }
    }

    fn counted(&self) -> Amount {
        self.spent.plus(self.set_aside)
    }
}

fn priced(history: &History, voice: &Voice, usage: &Usage, cost_usd: Option<f64>) -> Amount {
    let listed = history.caps.price(voice).map(|price| price.of(usage.input_tokens, usage.output_tokens));
    let searches = u32::try_from(usage.searches).unwrap_or(u32::MAX);
    let listed = listed.map(|usd| usd + history.caps.searches_usd(voice, searches));
    let usd = cost_usd.or(listed).unwrap_or(0.0);
    Amount { usd, tokens: usage.input_tokens.saturating_add(usage.output_tokens) }
}
