//! Holding a talk: from the task to the answer, with looks at the documents in between.
//!
//! Must never go on without end: rounds of tools and what they show are capped, and after that there is an answer or a fault.

use crate::app::ask::answer::{Capped, Cause, Said, Silence};
use crate::app::ask::counts::{count, fault, lose, nothing};
use crate::app::ask::share::{Share, Then};
use crate::app::ask::tools::Desk;
use crate::app::ask::watch::{self, Sent, Watch};
use crate::app::limits;
use crate::debate::amount;
use crate::debate::ask::Ask;
use crate::debate::log::limits::Reached;
use crate::debate::reply::{Citation, Fault, FaultKind, Finish, Reply};
use crate::providers::talk::{Called, Calling, Step, Talk, Talker, Tool};
use crate::store::{AskOutcome, Taken};

/// What is said with the last that a model is shown.
const LAST: &str = "\n\nNothing more can be looked up: answer now with what you have.";

/// The documents of a talk, with the tools that lead to them and how often they may be turned to.
pub(super) struct Tools<'a> {
    pub(super) offered: &'a [Tool],
    pub(super) desk: Desk<'a>,
    pub(super) rounds_max: u32,
}

/// What came of a talk.
pub(super) struct Held {
    pub(super) said: Result<Said, Silence>,
    pub(super) taken: Taken,
}

impl Held {
    /// What comes of a talk that was called off before it began.
    pub(super) fn unbegun(ask: &Ask) -> Self {
        let taken = Taken { outcome: AskOutcome::Failed, ..nothing() };
        Self { said: Err(watch::called_off(ask, Sent::default())), taken }
    }
}

/// Asks until there is an answer, within its share, or nobody wants one any more, and tells what that took.
pub(super) async fn held(
    talker: &dyn Talker,
    ask: Ask,
    mut tools: Option<Tools<'_>>,
    share: Share,
    watch: Watch<'_>,
) -> Held {
    let mut taken = nothing();
    let said = to_its_end((talker, watch), (ask, share), tools.as_mut(), &mut taken).await;
    taken.outcome = match &said {
        Ok(_) => AskOutcome::Answered,
        Err(_) => AskOutcome::Failed,
    };
    Held { said, taken }
}

/// Input tokens of the first request at the most.
pub(super) fn first_input_tokens(ask: &Ask, tools: Option<&Tools<'_>>) -> u64 {
    let tools = tools.into_iter().flat_map(|tools| tools.offered);
    let bytes = tools.map(|tool| tool.name.len() + tool.about.len() + tool.parameters.to_string().len()).sum::<usize>();
    amount::input_tokens(&ask.prompt).saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX))
}

async fn to_its_end(
    (talker, watch): (&dyn Talker, Watch<'_>),
    (mut ask, mut share): (Ask, Share),
    mut tools: Option<&mut Tools<'_>>,
    taken: &mut Taken,
) -> Result<Said, Silence> {
    let mut steps: Vec<Step> = Vec::new();
    let mut citations: Vec<Citation> = Vec::new();
    let mut input = first_input_tokens(&ask, tools.as_deref());
    let mut capped = tools.as_deref().and_then(|tools| cap(tools, 0, (&share, &ask, input)));
    loop {
        let offered = tools.as_deref().map_or(&[][..], |tools| tools.offered);
        let calling = if capped.is_some() || offered.is_empty() { Calling::Over } else { Calling::Allowed };
        if let Some(reached) = share.exceeded(&ask, &[input]) {
            return Err(out_of_bounds(&ask, &share, &reached));
        }
        let then = if calling == Calling::Over { Then::Nothing } else { Then::Answer };
        ask.grant = share.grant(&ask, input, then);
        let talk = Talk { ask: &ask, tools: offered, steps: &steps, calling };
        let (reply, called) = match watch.heard(talker, talk, taken).await? {
            Ok(heard) => heard,
            Err(fault) => {
                lose(taken, &fault);
                return Err(unheard(fault, &ask, &mut share, (input, then)));
            }
        };
        count(taken, &reply);
        share.pay(&ask, input, &reply);
        join(&mut citations, &reply.citations);
        match &mut tools {
            Some(tools) if goes_on(&reply, &called, calling) => {
                input = share.grown(&ask, input, &reply, called.calls.len());
                let room = share.room(&ask, input, (called.calls.len(), tools.desk.bytes_left));
                let mut results = tools.desk.answer(&called.calls, room);
                let shown = results.iter().map(String::len).sum::<usize>() + LAST.len();
                input = input.saturating_add(u64::try_from(shown).unwrap_or(u64::MAX));
                capped = cap(tools, steps.len() + 1, (&share, &ask, input));
                if capped.is_some() {
                    results.last_mut().into_iter().for_each(|last| last.push_str(LAST));
                }
                steps.push(Step { called, results });
            }
            _ if is_wordless(&reply) => return Err(wordless(&ask, reply, &called).into()),
            _ => return Ok(said(Reply { citations, ..reply }, capped, tools.as_deref())),
        }
    }
}

/// What keeps the model from its tools after so many rounds.
fn cap(tools: &Tools<'_>, rounds: usize, (share, ask, input_tokens): (&Share, &Ask, u64)) -> Option<Capped> {
    if tools.desk.is_spent() {
        Some(Capped::DocumentBytes)
    } else if rounds >= tools.rounds_max as usize {
        Some(Capped::ToolRounds)
    } else {
        share.exceeded_after(ask, input_tokens).map(|reached| Capped::Limit(reached.limit))
    }
}

/// Adds sources that were not named before.
fn join(citations: &mut Vec<Citation>, more: &[Citation]) {
    for citation in more {
        if !citations.contains(citation) {
            citations.push(citation.clone());
        }
    }
}

/// Whether what was said is not the answer yet. Calls in what was cut off may be cut off themselves.
fn goes_on(reply: &Reply, called: &Called, calling: Calling) -> bool {
    calling == Calling::Allowed && reply.finish == Finish::Complete && !called.calls.is_empty()
}

fn said(reply: Reply, capped: Option<Capped>, tools: Option<&Tools<'_>>) -> Said {
    Said {
        text: reply.text,
        model: reply.model,
        finish: reply.finish,
        citations: reply.citations,
        capped,
        documents: tools.map(|tools| tools.desk.shown.iter().cloned().collect()).unwrap_or_default(),
        tool_calls: tools.map_or(0, |tools| tools.desk.calls),
    }
}

fn is_wordless(reply: &Reply) -> bool {
    reply.text.trim().is_empty() && reply.finish == Finish::Complete
}

/// The fault of an answer that says nothing.
fn wordless(ask: &Ask, reply: Reply, called: &Called) -> Fault {
    let message = match called.calls.first() {
        None if reply.reasoning.is_some() => "the reply holds reasoning and no answer after it",
        None => "the model answered without a word",
        Some(_) => "the model went on calling tools when it had to answer",
    };
    let hint = "ask it again, or another model".to_owned();
    Fault { request_id: reply.request_id, requests: reply.requests, ..fault(ask, message.to_owned(), hint) }
}

/// The fault of a talk whose share leaves no room for its next request.
fn out_of_bounds(ask: &Ask, share: &Share, reached: &Reached) -> Silence {
    let message = format!("the limit on {} is reached: {}", reached.limit.title(), reached.numbers());
    let reached = share.of_all(reached);
    let fault = Fault { kind: FaultKind::Cancelled, ..fault(ask, message, limits::raise_in_words(&reached)) };
    Silence { fault, cause: Cause::Limit(reached) }
}

/// What a request comes to that brought nothing: a limit, where that is what leaves no room to send it again.
fn unheard(fault: Fault, ask: &Ask, share: &mut Share, (input_tokens, then): (u64, Then)) -> Silence {
    let is_last = ask.grant.is_some_and(|grant| fault.lost >= grant.requests);
    share.lose(ask, input_tokens, &fault);
    let reached = share.exceeded_again(ask, input_tokens, then);
    match reached.filter(|_| is_last && fault.kind.is_retryable()) {
        Some(reached) => {
            let reached = share.of_all(&reached);
            Silence { fault: Fault { hint: limits::raise_in_words(&reached), ..fault }, cause: Cause::Limit(reached) }
        }
        None => fault.into(),
    }
}
