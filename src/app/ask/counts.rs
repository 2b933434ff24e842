//! What the calls of one persona took, and the faults of its own.

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind, Loss, Reply, Usage};
use crate::store::{AskOutcome, Taken};

pub(super) fn fault(ask: &Ask, message: String, hint: String) -> Fault {
    Fault {
        kind: FaultKind::InvalidResponse,
        message,
        provider: ask.voice.provider.clone(),
        model: ask.voice.model.clone(),
        status: None,
        request_id: None,
        hint,
        requests: 0,
        lost: 0,
        loss: None,
    }
}

/// Nothing taken yet; a sum of known prices is known.
pub(super) fn nothing() -> Taken {
    Taken {
        outcome: AskOutcome::UnderWay,
        calls: 0,
        requests: 0,
        unknown: 0,
        input_tokens: 0,
        cached_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        searches: 0,
        estimated: false,
        cost_usd: Some(0.0),
        elapsed_ms: 0,
    }
}

pub(super) fn count(taken: &mut Taken, reply: &Reply) {
    taken.calls += 1;
    taken.elapsed_ms = taken.elapsed_ms.saturating_add(reply.elapsed_ms);
    take(taken, &reply.usage, reply.cost_usd);
    add(taken, reply.requests, reply.unknown(), reply.loss.as_deref());
}

/// Counts the requests of a fault, and what they took.
pub(super) fn lose(taken: &mut Taken, fault: &Fault) {
    add(taken, fault.requests, fault.unknown(), fault.loss.as_deref());
}

/// Counts requests, and what those of them took that brought nothing.
pub(super) fn add(taken: &mut Taken, requests: u32, unknown: u32, loss: Option<&Loss>) {
    taken.requests = taken.requests.saturating_add(requests);
    taken.unknown = taken.unknown.saturating_add(unknown);
    loss.into_iter().for_each(|loss| take(taken, &loss.usage, loss.cost_usd));
}

pub(super) fn take(taken: &mut Taken, usage: &Usage, cost_usd: Option<f64>) {
    taken.input_tokens = taken.input_tokens.saturating_add(usage.input_tokens);
    taken.cached_tokens = taken.cached_tokens.saturating_add(usage.cached_tokens);
    taken.output_tokens = taken.output_tokens.saturating_add(usage.output_tokens);
    taken.reasoning_tokens = taken.reasoning_tokens.saturating_add(usage.reasoning_tokens);
    taken.searches = taken.searches.saturating_add(usage.searches);
    taken.estimated |= usage.estimated;
    taken.cost_usd = taken.cost_usd.zip(cost_usd).map(|(so_far, more)| so_far + more);
}
