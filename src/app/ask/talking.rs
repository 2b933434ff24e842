//! Holding a talk: from the task to the answer.
//!
//! Must never go on without end: rounds of tools and what they show are capped, and after that there is an answer or a fault.

use crate::app::ask::Said;
use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind, Finish, Reply};
use crate::providers::talk::{Calling, Talk, Talker};
use crate::store::{AskOutcome, Taken};

/// Asks until there is an answer, and tells what that took.
pub(super) async fn held(talker: &dyn Talker, ask: &Ask) -> (Result<Said, Fault>, Taken) {
    let mut taken = nothing();
    let talk = Talk { ask, tools: &[], steps: &[], calling: Calling::Over };
    let outcome = match talker.talk(talk, &|_| {}).await {
        Ok((reply, _)) => {
            count(&mut taken, &reply);
            if is_wordless(&reply) { Err(wordless(ask, reply)) } else { Ok(said(reply)) }
        }
        Err(fault) => {
            lose(&mut taken, &fault);
            Err(fault)
        }
    };
    taken.outcome = if outcome.is_ok() { AskOutcome::Answered } else { AskOutcome::Failed };
    (outcome, taken)
}

/// Nothing taken yet; a sum of known prices is known.
fn nothing() -> Taken {
    Taken {
        outcome: AskOutcome::UnderWay,
        calls: 0,
        requests: 0,
        unknown: 0,
        input_tokens: 0,
        cached_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        estimated: false,
        cost_usd: Some(0.0),
        elapsed_ms: 0,
    }
}

fn count(taken: &mut Taken, reply: &Reply) {
    taken.calls += 1;
    taken.requests = taken.requests.saturating_add(reply.requests);
    taken.unknown = taken.unknown.saturating_add(reply.lost);
    taken.input_tokens = taken.input_tokens.saturating_add(reply.usage.input_tokens);
    taken.cached_tokens = taken.cached_tokens.saturating_add(reply.usage.cached_tokens);
    taken.output_tokens = taken.output_tokens.saturating_add(reply.usage.output_tokens);
    taken.reasoning_tokens = taken.reasoning_tokens.saturating_add(reply.usage.reasoning_tokens);
    taken.estimated |= reply.usage.estimated;
    taken.cost_usd = taken.cost_usd.zip(reply.cost_usd).map(|(so_far, more)| so_far + more);
    taken.elapsed_ms = taken.elapsed_ms.saturating_add(reply.elapsed_ms);
}

/// Counts what brought nothing.
fn lose(taken: &mut Taken, fault: &Fault) {
    taken.requests = taken.requests.saturating_add(fault.requests);
    taken.unknown = taken.unknown.saturating_add(fault.lost);
}

fn said(reply: Reply) -> Said {
    Said { text: reply.text, model: reply.model, finish: reply.finish, citations: reply.citations }
}

/// The fault of an answer that says nothing.
fn wordless(ask: &Ask, reply: Reply) -> Fault {
    Fault {
        kind: FaultKind::InvalidResponse,
        message: "the model answered without a word".to_owned(),
        provider: ask.voice.provider.clone(),
        model: ask.voice.model.clone(),
        status: None,
        request_id: reply.request_id,
        hint: "ask it again, or another model with --provider NAME=MODEL".to_owned(),
        requests: reply.requests,
        lost: 0,
    }
}

fn is_wordless(reply: &Reply) -> bool {
    reply.text.trim().is_empty() && reply.finish == Finish::Complete
}
