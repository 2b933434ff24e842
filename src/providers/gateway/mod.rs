//! Gateway: one ask in, one reply or one fault out. This folder alone knows the network.
//!
//! Must never follow a redirect (a key stays with its host), leave anything running once an ask is dropped, or call
//! anybody before it is asked.

mod accounts;
mod body;
mod bucket;
mod client;
mod endpoint;
mod errand;
mod exchange;
mod failure;
mod limiter;
mod queue;
mod rates;
mod retry;
mod secret;
mod tally;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::time::Instant;

pub use crate::providers::gateway::accounts::Accounts;
pub use crate::providers::gateway::client::Certificates;
pub use crate::providers::gateway::endpoint::{Endpoint, GatewayError, Timeouts};
pub use crate::providers::gateway::exchange::accepted;
pub use crate::providers::gateway::limiter::Limits;

use crate::debate::ask::Ask;
use crate::debate::reply::{Citation, Fault, Finish, Reply};
use crate::providers::gateway::client::{Route, Tls};
use crate::providers::gateway::endpoint::millis;
use crate::providers::gateway::errand::{Effort, Sending};
use crate::providers::gateway::failure::Failure;
use crate::providers::gateway::limiter::{Need, Permit, Queued};
use crate::providers::gateway::tally::{Errand, Tally};
use crate::providers::provider::{Asking, Attempted, OnProgress, Progress, Provider};
use crate::providers::talk::call::{Called, Talk, Talker, Talking};
use crate::providers::wire::Decoder;
use crate::providers::wire::call::{Answer, Call, Shape, Told};

/// Longest token in bytes that a limit in tokens is taken to allow for.
const TOKEN_BYTES_MAX: usize = 16;

/// Vendor, model, and whether a search was offered: some models take no schema beside one.
type ShapeKey = (&'static str, String, bool);

fn shape_key(route: &Route, ask: &Ask) -> ShapeKey {
    (route.vendor().name, ask.voice.model.clone(), ask.search.terms().is_some())
}

/// The vendors at hand, behind one connection pool.
pub struct Gateway {
    client: Client,
    routes: Vec<Route>,
    timeouts: Timeouts,
    /// The shape that a server took after it had refused a stricter one.
    shapes: Mutex<BTreeMap<ShapeKey, Shape>>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vendors: Vec<_> = self.routes.iter().map(|route| route.vendor().name).collect();
        f.debug_struct("Gateway").field("vendors", &vendors).field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Like [`Gateway::sharing`], with accounts that nobody else uses.
    ///
    /// # Errors
    /// As [`Gateway::sharing`].
    pub fn new(endpoints: Vec<Endpoint>, timeouts: Timeouts) -> Result<Self, GatewayError> {
        Self::sharing(endpoints, timeouts, &Accounts::default())
    }

    /// Builds the client and checks base URLs and keys; sends nothing. Keeps to the limits together with every other
    /// gateway that shares the accounts.
    ///
    /// # Errors
    /// A vendor has two endpoints, a base URL is not usable, or a key holds a character that no header can carry.
    /// [`GatewayError::Client`] when no certificates make a client.
    pub fn sharing(endpoints: Vec<Endpoint>, timeouts: Timeouts, accounts: &Accounts) -> Result<Self, GatewayError> {
        let mut routes: Vec<Route> = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            if routes.iter().any(|route| route.vendor().name == endpoint.vendor.name) {
                return Err(GatewayError::Twice(endpoint.vendor.name));
            }
            routes.push(Route::new(endpoint, accounts)?);
        }
        let tls = if routes.iter().all(|route| route.tls() == Tls::Unneeded) { Tls::Unneeded } else { Tls::Needed };
        Ok(Self { client: client::build(timeouts.connect, tls)?, routes, timeouts, shapes: Mutex::default() })
    }

    async fn answer(
        &self,
        ask: &Ask,
        talk: Option<Talk<'_>>,
        progress: OnProgress<'_>,
    ) -> Result<(Reply, Called), Fault> {
        let Some(route) = self.routes.iter().find(|route| route.vendor().name == ask.voice.provider) else {
            return Err(failure::unconfigured(ask));
        };
        let errand = Errand { ask, talk, route };
        let mut effort = Effort::new(errand, self.shape_for(errand), self.timeouts.turn);
        loop {
            let permit = match self.admitted(errand, effort.clock.left, progress).await {
                Ok(permit) => permit,
                Err(failure) => return Err(effort.given_up(failure)),
            };
            let (sending, call, mut decoder) = effort.request();
            let outcome = self.exchange(sending, (call, &mut decoder), progress).await;
            effort.clock.stop(sending.deadline);
            match outcome {
                Ok(answer) => {
                    permit.settle(Some(tally::tokens(errand, &answer.told())));
                    self.remember(errand, effort.shape);
                    if let Some(answer) = effort.take(answer).map_err(|fault| *fault)? {
                        return Ok(reply(errand, answer, effort.clock.elapsed(), effort.tally));
                    }
                }
                Err(failure) => {
                    let (failure, told) = (failure.cleaned(route), decoder.told());
                    let wait = effort.fail(&failure, told.as_ref(), self.timeouts.backoff_base);
                    // Whoever else uses the key would be turned away too, so nobody gets this slot before the pause is known.
                    failure.pause(wait).into_iter().for_each(|pause| route.limiter().hold(pause));
                    permit.settle(told.map(|told| tally::tokens(errand, &told)));
                    let (wait, retrying) = effort.retrying(failure, wait).map_err(|fault| *fault)?;
                    progress(retrying);
                    tokio::time::sleep(wait).await;
                    effort.clock.stop(sending.deadline);
                }
            }
        }
    }

    /// Waits for a slot of the vendor's account, and tells so.
    async fn admitted<'a>(
        &self,
        Errand { ask, talk, route }: Errand<'a>,
        left: Duration,
        progress: OnProgress<'_>,
    ) -> Result<Permit<'a>, Failure> {
        let has_waited = AtomicBool::new(false);
        let (limiter, title) = (route.limiter(), route.vendor().title);
        let on_wait = |queued: Queued, ahead| {
            has_waited.store(true, Ordering::Relaxed);
            progress(Progress::Waiting { ahead, reason: queued.reason(title, limiter.limits()) });
        };
        let line = (ask.session, ask.turn.speaker);
        let admitting = limiter.admit(line, need(ask, talk), left, on_wait);
        let permit = match tokio::time::timeout(self.timeouts.queue, admitting).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(pause)) => return Err(Failure::left_alone(title, pause).out_of_time(left)),
            Err(_) => return Err(Failure::never_admitted(title, self.timeouts.queue)),
        };
        if has_waited.into_inner() {
            progress(Progress::Sending);
        }
        Ok(permit)
    }

    /// Sends a request, and tells how that ended.
    async fn exchange(
        &self,
        Sending { route, request, deadline }: Sending<'_>,
        call: (Call, &mut Decoder),
        progress: OnProgress<'_>,
    ) -> Result<Answer, Failure> {
        let sent = Instant::now();
        let exchange = exchange::exchange(&self.client, route, call, &self.timeouts, progress);
        let outcome = match tokio::time::timeout_at(deadline, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::turn_over(self.timeouts.turn)),
        };
        progress(Progress::Attempted(attempted(route, request, sent.elapsed(), outcome.as_ref().err())));
        outcome
    }

    fn shape_for(&self, Errand { ask, talk, route }: Errand<'_>) -> Shape {
        if talk.is_some() {
            return Shape::Text;
        }
        let shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.get(&shape_key(route, ask)).copied().unwrap_or(route.vendor().shape)
    }

    /// Only a shape that was answered is remembered: a server that fails for another reason has refused nothing.
    fn remember(&self, Errand { ask, route, .. }: Errand<'_>, shape: Shape) {
        if shape != route.vendor().shape && shape != Shape::Text {
            let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
            shapes.insert(shape_key(route, ask), shape);
        }
    }
}

impl Provider for Gateway {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move { Ok(self.answer(ask, None, progress).await?.0) })
    }
}

impl Talker for Gateway {
    fn talk<'a>(&'a self, talk: Talk<'a>, progress: OnProgress<'a>) -> Talking<'a> {
        Box::pin(self.answer(talk.ask, Some(talk), progress))
    }
}

/// What came of a request, for who watches.
fn attempted(route: &Route, request: u32, elapsed: Duration, failure: Option<&Failure>) -> Attempted {
    Attempted {
        request,
        server: route.server().clone(),
        elapsed_ms: millis(elapsed),
        error: failure.map(|failure| failure.kind),
        status: failure.and_then(|failure| failure.status),
    }
}

/// What is set aside for an ask.
fn need(ask: &Ask, talk: Option<Talk<'_>>) -> Need {
    Need { input_tokens: tally::input_tokens(ask, talk), output_tokens: u64::from(ask.prompt.output_tokens_max) }
}

fn reply(
    errand: Errand<'_>,
    answer: Answer,
    elapsed: Duration,
    Tally { requests, lost, loss }: Tally,
) -> (Reply, Called) {
    let Errand { ask, route, .. } = errand;
    let told = answer.told();
    let (text, finish) = bounded(ask, route.scrub(&answer.text), answer.finish);
    let (usage, cost_usd) = tally::whole(errand, &Told { chars: text.chars().count(), ..told });
    let reply = Reply {
        text,
        reasoning: answer.reasoning.map(|thought| route.scrub(&thought)),
        model: answer.model.map_or_else(|| ask.voice.model.clone(), |model| route.clean(&model)),
        finish,
        usage,
        cost_usd,
        citations: answer.citations.into_iter().map(|citation| scrubbed(route, citation)).collect(),
        request_id: answer.request_id.map(|id| route.clean(&id)),
        elapsed_ms: millis(elapsed),
        requests,
        lost,
        loss: loss.map(Box::new),
    };
    (reply, answer.called)
}

/// A provider that repeats the key it was sent must not bring it into the record.
fn scrubbed(route: &Route, citation: Citation) -> Citation {
    let scrub = |text: String| route.scrub(&text);
    Citation {
        url: scrub(citation.url),
        title: citation.title.map(scrub),
        quote: citation.quote.map(scrub),
        ..citation
    }
}

/// Cuts a text that is longer than the output limit can mean; it would come back in every later prompt of its seat.
fn bounded(ask: &Ask, mut text: String, finish: Finish) -> (String, Finish) {
    let bytes_max = ask.prompt.output_tokens_max as usize * TOKEN_BYTES_MAX;
    if text.len() <= bytes_max {
        return (text, finish);
    }
    let end = (0..=bytes_max).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    (text, Finish::Truncated)
}
