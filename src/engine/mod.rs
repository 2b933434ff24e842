//! The engine: asks the protocol what is next, and does it. Append, then act, then show.
//!
//! Must never decide anything: first run and resume go through the same loop, and only the log tells them apart.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use crate::debate::ask::{Ask, TurnId};
use crate::debate::event::{Event, Logged, StoppedBy};
use crate::debate::history::{History, HistoryError};
use crate::debate::prompt;
use crate::debate::protocol::{self, Step};
use crate::debate::reply::{Fault, Reply};
use crate::providers::{Progress, Provider};
use crate::store::{Lease, Store, StoreError};

/// What the engine tells whoever watches. Passing signals; only the events in [`Notice::Recorded`] are stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An event is on disk.
    Recorded(Arc<Logged>),
    /// Text of a reply is arriving.
    Arriving {
        /// For which turn.
        turn: TurnId,
        /// This much, in characters.
        chars: usize,
    },
    /// A request failed and is sent again; what had arrived is withdrawn.
    Retrying {
        /// For which turn.
        turn: TurnId,
        /// Requests sent so far.
        requests: u32,
        /// Why it failed.
        reason: String,
        /// Milliseconds until the next one.
        wait_ms: u64,
    },
}

/// How a run is told to end early.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Finish cheaply: drop what is in flight and decide on the ballots in hand.
    pub stop: CancellationToken,
    /// Leave everything as it is, at once; the session can be resumed.
    pub abort: CancellationToken,
}

/// Why a run ended before its session did.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An event could not be stored. Nothing was done on its strength.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log contradicts itself.
    #[error("the session's log is damaged: {0}")]
    History(#[from] HistoryError),
    /// [`Control::abort`].
    #[error("interrupted")]
    Aborted,
}

/// A session under way.
pub struct Run<'a> {
    /// Where its log is.
    pub store: &'a Store,
    /// The right to write it.
    pub lease: Lease,
    /// Its log so far; the first event at least.
    pub history: History,
    /// Who answers.
    pub provider: &'a dyn Provider,
    /// Who watches. A slow watcher holds the run back at events, and misses arriving text.
    pub notices: Sender<Notice>,
    /// Who may end it.
    pub control: Control,
}

/// What came of an attempt at a turn.
type Answer = (TurnId, u32, Result<Reply, Fault>);

/// A turn in flight.
type InFlight<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

impl Run<'_> {
    /// Runs the session to its end, and returns what its log then tells.
    pub async fn finish(mut self) -> Result<History, EngineError> {
        let (provider, notices, control) = (self.provider, self.notices.clone(), self.control.clone());
        let mut in_flight: FuturesUnordered<InFlight<'_>> = FuturesUnordered::new();
        let mut asked: BTreeSet<(TurnId, u32)> = BTreeSet::new();
        loop {
            let asks = match protocol::next(&self.history) {
                Step::Done => return Ok(self.history),
                Step::Record(event) => {
                    self.record(vec![event]).await?;
                    continue;
                }
                Step::Ask(asks) => asks,
            };
            let new: Vec<Ask> = asks.into_iter().filter(|ask| asked.insert((ask.turn.clone(), ask.attempt))).collect();
            self.record(new.iter().map(started).collect()).await?;
            in_flight.extend(new.into_iter().map(|ask| answer(provider, ask, notices.clone())));
            tokio::select! {
                biased;
                () = control.abort.cancelled() => return Err(EngineError::Aborted),
                () = control.stop.cancelled(), if self.history.stop.is_none() => {
                    in_flight.clear();
                    self.record(vec![Event::StopRequested { by: StoppedBy::Interrupt }]).await?;
                }
                Some(first) = in_flight.next() => {
                    // What has arrived together is made durable together.
                    let mut arrived = vec![first];
                    while let Some(Some(another)) = in_flight.next().now_or_never() {
                        arrived.push(another);
                    }
                    let events = arrived.into_iter().map(|answer| self.settled(answer)).collect();
                    self.record(events).await?;
                }
            }
        }
    }

    fn settled(&self, (turn, attempt, result): Answer) -> Event {
        match result {
            Ok(reply) => {
                let response = protocol::read(&self.history, &turn, &reply);
                Event::TurnFinished { turn, attempt, reply, response }
            }
            Err(fault) => Event::TurnFailed { turn, attempt, fault },
        }
    }

    async fn record(&mut self, events: Vec<Event>) -> Result<(), EngineError> {
        if events.is_empty() {
            return Ok(());
        }
        for logged in self.store.append(&self.lease, events).await? {
            self.history.apply(&logged)?;
            // Nobody has to watch, and nobody who stands still may keep a run from ending.
            tokio::select! {
                biased;
                () = self.control.abort.cancelled() => {}
                _ = self.notices.send(Notice::Recorded(Arc::new(logged))) => {}
            }
        }
        Ok(())
    }
}

fn started(ask: &Ask) -> Event {
    Event::TurnStarted {
        turn: ask.turn.clone(),
        attempt: ask.attempt,
        voice: ask.voice.clone(),
        prompt: prompt::mark(&ask.prompt),
    }
}

fn answer(provider: &dyn Provider, ask: Ask, notices: Sender<Notice>) -> InFlight<'_> {
    Box::pin(async move {
        let on_progress = |progress: Progress| {
            let turn = ask.turn.clone();
            let notice = match progress {
                Progress::Delta(text) => Notice::Arriving { turn, chars: text.chars().count() },
                Progress::Retrying { requests, reason, wait_ms } => {
                    Notice::Retrying { turn, requests, reason, wait_ms }
                }
            };
            notices.try_send(notice).ok();
        };
        let result = provider.ask(&ask, &on_progress).await;
        (ask.turn, ask.attempt, result)
    })
}
