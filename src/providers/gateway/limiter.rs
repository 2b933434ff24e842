//! The limiter of one account: how many requests are under way at once, and how many go out in a minute, with how many
//! tokens. All who use the account's key stand in one queue.
//!
//! Must never hold a slot for an ask that was dropped, and never send anything.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::debate::log::ids::{SessionId, Speaker};
use crate::providers::gateway::bucket::Bucket;
use crate::providers::gateway::queue::Queue;
use crate::providers::gateway::rates::Rates;

/// Requests under way at once when nothing else is set.
const CONCURRENCY: u32 = 4;
/// The longest pause that a provider is believed to want from everybody; who was told a longer one keeps to that alone.
const HOLD_MAX: Duration = Duration::from_secs(3_600);
/// How long somebody waits before looking again, when only another's end can help.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What an account allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any minute; `None` for no limit of ours.
    pub requests_per_minute: Option<u32>,
    /// Tokens in a minute, in and out; `None` for no limit of ours.
    pub tokens_per_minute: Option<u32>,
    /// Requests under way at once, at least 1.
    pub concurrency: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_per_minute: None, tokens_per_minute: None, concurrency: CONCURRENCY }
    }
}

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Tokens of its prompt, as a guess.
    pub(super) input_tokens: u64,
    /// The most tokens of its reply.
    pub(super) output_tokens: u64,
}

impl Need {
    fn tokens(self) -> f64 {
        self.input_tokens.saturating_add(self.output_tokens) as f64
    }
}

/// Why somebody waits, and how long at most as things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Queued {
    /// As many requests as there may be are under way.
    Slots(u32),
    /// The requests of this minute are used up.
    Requests(Duration),
    /// Its tokens are.
    Tokens(Duration),
    /// The provider asked to be left alone.
    Held(Duration),
}

/// The limits of one account and those who wait for them.
#[derive(Debug)]
pub(super) struct Limiter {
    limits: Limits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    under_way: u32,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    announced_requests: Option<Bucket>,
    announced_tokens: Option<Bucket>,
    held_until: Option<Instant>,
    queue: Queue<(u64, Need)>,
    /// Tickets that have their slot and have not come for it yet.
    granted: BTreeSet<u64>,
    tickets: u64,
}

impl Limiter {
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let bucket = |limit: Option<u32>, part: u32| limit.map(|limit| Bucket::per_minute(limit, limit / part, now));
        let state = State {
            under_way: 0,
            requests: bucket(limits.requests_per_minute, 10),
            // A single request can be a large part of a minute's tokens.
            tokens: bucket(limits.tokens_per_minute, 4),
            announced_requests: None,
            announced_tokens: None,
            held_until: None,
            queue: Queue::default(),
            granted: BTreeSet::new(),
            tickets: 0,
        };
        Self { limits, state: Mutex::new(state), changed: Notify::new() }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Waits for a slot, in turn. Tells `on_wait` once if there is any waiting to do, with how many wait before. Fails with
    /// the pause that the provider asked for, if that is longer than `patience`.
    pub(super) async fn admit(
        &self,
        (session, speaker): (SessionId, Speaker),
        need: Need,
        patience: Duration,
        on_wait: impl Fn(Queued, usize),
    ) -> Result<Permit<'_>, Duration> {
        let place = Place::take(self, session, speaker, need);
        let mut was_told = false;
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            let look_at = {
                let mut state = self.state();
                let queued = self.serve(&mut state, now);
                let held = state.held(now);
                // A pause that came after the slot was given, and before anything was sent, still counts.
                if held.is_none() && state.granted.remove(&place.ticket) {
                    return Ok(Permit { limiter: self, need, used_tokens: need.input_tokens });
                }
                if let Some(held) = held.filter(|held| *held > patience) {
                    return Err(held);
                }
                let queued = held.map(Queued::Held).or(queued).unwrap_or(Queued::Slots(self.limits.concurrency));
                let look_at = now + queued.wait().unwrap_or(LOOK_EVERY);
                if !was_told {
                    on_wait(queued, state.queue.len().saturating_sub(1));
                    was_told = true;
                }
                look_at
            };
            tokio::select! {
                () = changed => {}
                () = sleep_until(look_at) => {}
            }
        }
    }

    /// Lets nobody go out for a while: the provider has asked for it.
    pub(super) fn hold(&self, pause: Duration) {
        let now = Instant::now();
        let until = now + pause.min(HOLD_MAX);
        let mut state = self.state();
        state.held_until = state.held_until.max(Some(until));
        let State { requests, tokens, .. } = &mut *state;
        [requests, tokens].into_iter().flatten().for_each(|bucket| bucket.drain(now));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Keeps to what the provider says of its own limits.
    pub(super) fn heed(&self, rates: &Rates) {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(rate) = rates.requests {
            state.announced_requests = Bucket::announced(rate.limit, rate.remaining, rate.reset, now);
        }
        if let Some(rate) = rates.tokens {
            state.announced_tokens = Bucket::announced(rate.limit, rate.remaining, rate.reset, now);
        }
    }

    /// Lets go out who may, in turn; returns what the next one waits for.
    fn serve(&self, state: &mut State, now: Instant) -> Option<Queued> {
        let mut has_served = false;
        let queued = loop {
            let Some((_, need)) = state.queue.front().copied() else { break None };
            if let Some(queued) = state.queued(self.limits.concurrency, need, now) {
                break Some(queued);
            }
            if let Some((ticket, need)) = state.queue.pop() {
                state.take(need, now);
                state.granted.insert(ticket);
                has_served = true;
            }
        };
        if has_served {
            self.changed.notify_waiters();
        }
        queued
    }

    fn release(&self, state: &mut State) {
        state.under_way = state.under_way.saturating_sub(1);
        self.serve(state, Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queued(&self, concurrency: u32, need: Need, now: Instant) -> Option<Queued> {
        if let Some(held) = self.held(now) {
            return Some(Queued::Held(held));
        }
        if self.under_way >= concurrency.max(1) {
            return Some(Queued::Slots(concurrency));
        }
        let longest = |buckets: [(&Option<Bucket>, f64); 2]| {
            let waits = buckets.into_iter().filter_map(|(bucket, amount)| Some(bucket.as_ref()?.wait(amount, now)));
            waits.max().filter(|wait| !wait.is_zero())
        };
        // What a reply may take is ours to reserve; providers differ in whether they count it before it is written.
        let tokens = [(&self.tokens, need.tokens()), (&self.announced_tokens, need.input_tokens as f64)];
        let requests = longest([(&self.requests, 1.0), (&self.announced_requests, 1.0)]);
        requests.map(Queued::Requests).or_else(|| longest(tokens).map(Queued::Tokens))
    }

    fn take(&mut self, need: Need, now: Instant) {
        self.under_way += 1;
        self.shares(need).for_each(|(bucket, amount)| bucket.take(amount, now));
    }

    /// Puts back what was taken for a request that was never sent.
    fn untake(&mut self, need: Need, now: Instant) {
        self.shares(need).for_each(|(bucket, amount)| bucket.put_back(amount, now));
    }

    /// What a request takes of each allowance.
    fn shares(&mut self, need: Need) -> impl Iterator<Item = (&mut Bucket, f64)> {
        let shares = [
            (&mut self.requests, 1.0),
            (&mut self.announced_requests, 1.0),
            (&mut self.tokens, need.tokens()),
            (&mut self.announced_tokens, need.input_tokens as f64),
        ];
        shares.into_iter().filter_map(|(bucket, amount)| Some((bucket.as_mut()?, amount)))
    }

    fn held(&self, now: Instant) -> Option<Duration> {
        self.held_until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }
}

impl Queued {
    /// How long until it may be over by itself; `None` when only another's end helps.
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Slots(_) => None,
            Self::Requests(wait) | Self::Tokens(wait) | Self::Held(wait) => Some(*wait),
        }
    }

    /// What is waited for, for people.
    pub(super) fn reason(&self, title: &str, limits: &Limits) -> String {
        let limited = |limit: Option<u32>, what: &str| match limit {
            Some(limit) => format!("{title} is limited to {limit} {what} a minute"),
            None => format!("{title} allows no more {what} for now"),
        };
        match self {
            Self::Slots(1) => format!("1 request to {title} is under way"),
            Self::Slots(slots) => format!("{slots} requests to {title} are under way"),
            Self::Requests(_) => limited(limits.requests_per_minute, "requests"),
            Self::Tokens(_) => limited(limits.tokens_per_minute, "tokens"),
            Self::Held(wait) => format!("{title} asks to be left alone for {} s", wait.as_secs_f64().ceil()),
        }
    }
}

/// A place in the queue, given up when dropped.
struct Place<'a> {
    limiter: &'a Limiter,
    ticket: u64,
    need: Need,
}

impl<'a> Place<'a> {
    fn take(limiter: &'a Limiter, session: SessionId, speaker: Speaker, need: Need) -> Self {
        let mut state = limiter.state();
        state.tickets += 1;
        let ticket = state.tickets;
        state.queue.push(session, speaker, (ticket, need));
        Self { limiter, ticket, need }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        state.queue.remove(|(ticket, _)| *ticket == self.ticket);
        // Its turn may have come while nobody looked.
        if state.granted.remove(&self.ticket) {
            state.untake(self.need, Instant::now());
            self.limiter.release(&mut state);
        }
    }
}

/// A slot, free again when dropped, with the tokens that were set aside and not used: those of a reply that never came, or
/// was shorter.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a Limiter,
    need: Need,
    used_tokens: u64,
}

impl Permit<'_> {
    /// Gives the slot back, knowing what was used. Where nobody knows, it was the prompt.
    pub(super) fn settle(mut self, used_tokens: Option<u64>) {
        self.used_tokens = used_tokens.unwrap_or(self.used_tokens);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        let unused = self.need.tokens() - self.used_tokens as f64;
        state.tokens.iter_mut().for_each(|bucket| bucket.put_back(unused, Instant::now()));
        self.limiter.release(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;
    use tokio::task::JoinSet;
    use uuid::Uuid;

    use super::*;
    use crate::debate::agent::Seat;
    use crate::providers::gateway::rates::Rate;

    const SMALL: Need = Need { input_tokens: 100, output_tokens: 100 };
    const PATIENCE: Duration = Duration::from_secs(600);

    fn limiter(requests: Option<u32>, tokens: Option<u32>, concurrency: u32) -> Arc<Limiter> {
        Arc::new(Limiter::new(Limits { requests_per_minute: requests, tokens_per_minute: tokens, concurrency }))
    }

    fn line(session: u128, seat: u32) -> (SessionId, Speaker) {
        (SessionId(Uuid::from_u128(session)), Speaker::Seat(Seat(seat)))
    }

    async fn admit(limiter: &Limiter, session: u128, seat: u32) -> Permit<'_> {
        limiter.admit(line(session, seat), SMALL, PATIENCE, |_, _| {}).await.unwrap_or_else(|pause| panic!("{pause:?}"))
    }

    /// Sends `count` requests at once, each taking `takes_s`; returns the seconds at which each was admitted, with its session.
    async fn rush(limiter: &Arc<Limiter>, lines: &[(u128, u32)], takes_s: u64) -> Vec<(f64, u128)> {
        let start = Instant::now();
        let mut asks = JoinSet::new();
        for (session, seat) in lines.iter().copied() {
            let limiter = Arc::clone(limiter);
            asks.spawn(async move {
                let permit = admit(&limiter, session, seat).await;
                let at = start.elapsed().as_secs_f64();
                tokio::time::sleep(Duration::from_secs(takes_s)).await;
                permit.settle(Some(50));
                (at, session)
            });
        }
        let mut admitted = asks.join_all().await;
        admitted.sort_by(|a, b| a.0.total_cmp(&b.0));
        admitted
    }

    fn is_idle(limiter: &Limiter) -> bool {
        let state = limiter.state();
        state.under_way == 0 && state.queue.len() == 0 && state.granted.is_empty()
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_go_out_at_once_or_in_a_minute_than_may() {
        // (requests a minute, at once, seconds each takes, seconds until 130 are out, at least and at most)
        for (requests, at_once, takes_s, least, most) in
            [(Some(60), 100, 1, 120.0, 140.0), (None, 4, 2, 62.0, 66.0), (Some(600), 2, 1, 63.0, 66.0)]
        {
            let limiter = limiter(requests, None, at_once);
            let lines: Vec<(u128, u32)> = (0..130).map(|ask| (ask, 1)).collect();
            let admitted = rush(&limiter, &lines, takes_s).await;
            for (first, (from, _)) in admitted.iter().enumerate() {
                let within = |seconds: f64| admitted[first..].iter().take_while(|(at, _)| *at < from + seconds).count();
                assert!(requests.is_none_or(|limit| within(60.0) <= limit as usize), "{requests:?} from {from}");
                assert!(within(takes_s as f64) <= at_once as usize, "{at_once} at once from {from}");
            }
            let last = admitted.last().map(|(at, _)| *at).unwrap_or_default();
            assert!((least..=most).contains(&last), "{requests:?}, {at_once} at once: {last}");
            assert!(is_idle(&limiter));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_starves() {
        let limiter = limiter(None, None, 1);
        // One session with 40 asks came first; three with 2 each come after it.
        let mut lines: Vec<(u128, u32)> = (0..40).map(|ask| (1, ask % 5)).collect();
        lines.extend([(2, 1), (2, 2), (3, 1), (3, 1), (4, 1), (4, 1)]);
        let order: Vec<u128> = rush(&limiter, &lines, 1).await.into_iter().map(|(_, session)| session).collect();
        assert_eq!(order[..8], [1, 1, 2, 3, 4, 1, 2, 3], "{order:?}");
        assert!(order[9..].iter().all(|session| *session == 1), "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_are_set_aside_and_what_was_not_used_comes_back() {
        let limiter = limiter(None, Some(60_000), 10);
        let large = Need { input_tokens: 5_000, output_tokens: 10_000 };
        let start = Instant::now();
        let admit = || limiter.admit(line(1, 1), large, PATIENCE, |_, _| {});
        let first = admit().await.map_err(|_| ()).expect("all of the burst");
        assert!(admit().now_or_never().is_none(), "nothing is left");
        first.settle(Some(1_000));
        let all = |admitted: Result<Permit<'_>, Duration>| admitted.expect("patience enough").settle(Some(15_000));
        all(admit().await);
        let waited = start.elapsed().as_secs_f64();
        assert!((1.0..3.0).contains(&waited), "1,000 tokens come back in {waited} s");
        let owed = start.elapsed();
        all(admit().await);
        let waited = (start.elapsed() - owed).as_secs_f64();
        assert!((19.0..22.0).contains(&waited), "15,000 tokens come back in {waited} s");
        assert!(is_idle(&limiter));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_and_ends_the_waits_that_it_outlasts() {
        let limiter = limiter(None, None, 4);
        let start = Instant::now();
        limiter.hold(Duration::from_secs(20));
        let told: Mutex<Vec<(Queued, usize)>> = Mutex::default();
        let patient = limiter.admit(line(1, 1), SMALL, PATIENCE, |queued, ahead| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push((queued, ahead));
        });
        let hasty = limiter.admit(line(2, 1), SMALL, Duration::from_secs(19), |_, _| {});
        let (patient, hasty) = tokio::join!(patient, hasty);
        assert_eq!(hasty.map(|_| ()), Err(Duration::from_secs(20)));
        assert!(patient.is_ok());
        assert_eq!(start.elapsed().as_secs(), 20);
        assert_eq!(told.into_inner().expect("no panic"), [(Queued::Held(Duration::from_secs(20)), 0)]);
        // A pause that comes while somebody waits for a slot reaches them too.
        let busy: Vec<Permit<'_>> = futures_util::future::join_all((0..3).map(|seat| admit(&limiter, 1, seat))).await;
        let mut late = pin!(limiter.admit(line(2, 1), SMALL, Duration::from_secs(19), |_, _| {}));
        assert!(late.as_mut().now_or_never().is_none());
        limiter.hold(Duration::from_secs(30));
        assert_eq!(late.await.map(|_| ()), Err(Duration::from_secs(30)));
        drop((busy, patient));
        assert!(is_idle(&limiter));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_reaches_those_whose_slot_was_given_and_who_have_not_sent_yet() {
        let limiter = limiter(None, None, 1);
        let start = Instant::now();
        let first = admit(&limiter, 1, 1).await;
        let mut next = Box::pin(admit(&limiter, 2, 1));
        assert!((&mut next).now_or_never().is_none());
        // The slot goes to session 2, and the pause comes before it looks.
        drop(first);
        limiter.hold(Duration::from_secs(20));
        drop(next.await);
        assert_eq!(start.elapsed().as_secs(), 20);
        assert!(is_idle(&limiter));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_cancelled_gives_back_what_it_did_not_use() {
        let limiter = limiter(None, Some(60_000), 1);
        let is_left = |tokens: f64| {
            let state = limiter.state();
            let is_there = |tokens| state.tokens.is_some_and(|bucket| bucket.wait(tokens, Instant::now()).is_zero());
            is_there(tokens) && !is_there(tokens + 1.0)
        };
        let first = admit(&limiter, 1, 1).await;
        assert!(is_left(14_800.0), "of a burst of 15,000");
        let waiting = Box::pin(admit(&limiter, 2, 1)).now_or_never();
        assert!(waiting.is_none() && is_left(14_800.0));
        let mut waiting = Box::pin(admit(&limiter, 3, 1));
        assert!((&mut waiting).now_or_never().is_none());
        // Dropped in the middle of its exchange: its prompt was used, and the slot goes to session 3.
        drop(first);
        assert!(is_left(14_700.0));
        drop(waiting);
        assert!(is_left(14_900.0));
        assert!(is_idle(&limiter));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_provider_says_of_its_limits_is_kept_to() {
        let limiter = limiter(None, None, 4);
        let second = Duration::from_secs(1);
        let rate = |limit, remaining, reset| Some(Rate { limit, remaining, reset });
        // (requests, tokens, seconds that one more waits)
        let rows = [
            (rate(60.0, 0.0, second * 60), None, 1),
            (rate(60.0, 1.0, second * 60), None, 0),
            (None, rate(6_000.0, 50.0, second * 595), 5),
            (rate(60.0, 60.0, second), rate(6_000.0, 6_000.0, second), 0),
        ];
        for (requests, tokens, waits) in rows {
            limiter.heed(&Rates { requests, tokens });
            let start = Instant::now();
            drop(admit(&limiter, 1, 1).await);
            assert_eq!(start.elapsed().as_secs(), waits, "{requests:?}, {tokens:?}");
            let none = Rate { limit: 1.0, remaining: 1.0, reset: second };
            limiter.heed(&Rates { requests: Some(none), tokens: Some(none) });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_the_queue_takes_no_slot_along() {
        let limiter = limiter(None, None, 1);
        let first = admit(&limiter, 1, 1).await;
        let mut leaving = Box::pin(admit(&limiter, 2, 1));
        let mut served = Box::pin(admit(&limiter, 3, 1));
        let mut last = Box::pin(admit(&limiter, 4, 1));
        for waiting in [&mut leaving, &mut served, &mut last] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(leaving);
        drop(first);
        // The slot was given to session 3, which goes away before it looks.
        drop(served);
        drop(last.await);
        assert!(is_idle(&limiter));
    }
}
