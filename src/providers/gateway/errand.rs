//! What an ask has come to: the requests sent for it, the time that is left, and what was said before a pause.
//!
//! Must never send anything, and never wait: it tells whether there is to be one more request, and after how long.

use std::time::Duration;

use tokio::time::Instant;

use crate::debate::reply::Fault;
use crate::providers::gateway::client::Route;
use crate::providers::gateway::endpoint::millis;
use crate::providers::gateway::failure::{self, Failure};
use crate::providers::gateway::retry;
use crate::providers::gateway::tally::{self, Errand, Tally};
use crate::providers::provider::Progress;
use crate::providers::wire::Decoder;
use crate::providers::wire::call::{Answer, Call, Shape, Told};

/// How often a provider may stop in the middle of an answer and be asked to go on.
const PAUSES_MAX: u32 = 8;

/// One request of an errand: which one it is, counted from 1, where it goes, and until when it may take.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) route: &'a Route,
    pub(super) request: u32,
    pub(super) deadline: Instant,
}

/// An errand under way.
pub(super) struct Effort<'a> {
    errand: Errand<'a>,
    /// The shape that the next request asks for.
    pub(super) shape: Shape,
    pub(super) clock: Clock,
    pub(super) tally: Tally,
    /// Requests that failed, those aside that only refused a shape.
    failures: u32,
    said: Option<Said>,
}

/// What a provider has said that stopped to be asked to go on.
struct Said {
    answer: Answer,
    /// How often it has stopped.
    pauses: u32,
}

impl<'a> Effort<'a> {
    /// Nothing sent yet, and so much time.
    pub(super) fn new(errand: Errand<'a>, shape: Shape, left: Duration) -> Self {
        let clock = Clock { started: None, left };
        Self { errand, shape, clock, tally: Tally::default(), failures: 0, said: None }
    }

    /// The next request, which counts as sent, and what reads the answer to it. With an answer that paused, lets its provider
    /// go on.
    pub(super) fn request(&mut self) -> (Sending<'a>, Call, Decoder) {
        self.tally.requests += 1;
        let Errand { ask, talk, route } = self.errand;
        let sending = Sending { route, request: self.tally.requests, deadline: self.clock.resume() };
        let (dialect, wire) = (&route.vendor().dialect, route.vendor().wire);
        let (call, decoder) = match talk {
            Some(talk) => (wire.encode_talk(&talk, dialect), wire.listener()),
            None => (wire.encode(ask, dialect, self.shape), wire.decoder()),
        };
        let call = match self.said.as_ref().and_then(|said| said.answer.paused.as_deref()) {
            Some(content) => wire.go_on(call, content),
            None => call,
        };
        (sending, call, decoder)
    }

    /// Takes an answer, joined to what was said before it: the whole, or `None` where the provider is to go on. Fails where it
    /// may not.
    pub(super) fn take(&mut self, answer: Answer) -> Result<Option<Answer>, Box<Fault>> {
        let said = self.said.take();
        let pauses = said.as_ref().map_or(0, |said| said.pauses);
        let answer = answer.after(said.map(|said| said.answer));
        // What came before a pause is billed, and lost where the answer does not get to its end.
        if answer.paused.is_none() {
            self.tally.lost -= pauses;
            return Ok(Some(answer));
        }
        self.tally.lost += 1;
        let pauses = pauses + 1;
        self.said = Some(Said { answer, pauses });
        if pauses <= PAUSES_MAX && self.has_grant() {
            Ok(None)
        } else {
            Err(Box::new(self.given_up(Failure::endless(pauses))))
        }
    }

    /// Counts a request that failed, of whose answer so much was told. Returns how long to wait before the next one; `None`
    /// where another would not help.
    pub(super) fn fail(&mut self, failure: &Failure, told: Option<&Told>, backoff_base: Duration) -> Option<Duration> {
        if failure.may_be_billed() {
            self.tally.lose(told.map(|told| tally::broken(self.errand, told, 1)));
        }
        match self.shape.weaker().filter(|_| failure.schema_refused) {
            Some(weaker) => {
                self.shape = weaker;
                Some(Duration::ZERO)
            }
            None => {
                self.failures += 1;
                retry::wait(failure, self.failures, backoff_base, self.clock.left)
            }
        }
    }

    /// What there is to tell before the wait for the next request. Fails where there is to be none.
    pub(super) fn retrying(
        &mut self,
        failure: Failure,
        wait: Option<Duration>,
    ) -> Result<(Duration, Progress), Box<Fault>> {
        let Some(wait) = wait else {
            return Err(Box::new(self.given_up(failure.out_of_time(self.clock.left))));
        };
        if !self.has_grant() {
            return Err(Box::new(failure::denied(self.given_up(failure))));
        }
        let Tally { requests, lost, loss } = self.tally;
        Ok((wait, Progress::Retrying { requests, lost, loss, reason: failure.message, wait_ms: millis(wait) }))
    }

    /// The fault that a failure becomes when nothing more is tried.
    pub(super) fn given_up(&mut self, failure: Failure) -> Fault {
        if let Some(Said { answer, pauses }) = self.said.take() {
            self.tally.add(tally::broken(self.errand, &answer.told(), pauses));
        }
        failure.into_fault(self.errand.ask, self.errand.route, self.tally)
    }

    /// Whether one more request may be billed.
    fn has_grant(&self) -> bool {
        self.errand.ask.grant.is_none_or(|grant| self.tally.lost < grant.requests)
    }
}

/// The time of one turn: it stands still while the ask waits for a slot.
pub(super) struct Clock {
    started: Option<Instant>,
    /// As it was when it last stood still.
    pub(super) left: Duration,
}

impl Clock {
    /// Lets it run on from now; returns when it will have run out.
    fn resume(&mut self) -> Instant {
        let now = Instant::now();
        self.started.get_or_insert(now);
        now + self.left
    }

    /// Stops it, if it is to run out then.
    pub(super) fn stop(&mut self, deadline: Instant) {
        self.left = deadline.saturating_duration_since(Instant::now());
    }

    /// Since the first request was sent.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.map(|started| started.elapsed()).unwrap_or_default()
    }
}
