//! The engine: asks the protocol what is next, and does it. Append, then act, then show.
//!
//! Must never decide anything: first run and resume go through the same loop, and only the log tells them apart.

mod control;
mod log;

use std::collections::BTreeSet;
use std::future::{Future, pending};
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;

pub use crate::engine::control::Control;
pub use crate::engine::log::{Request, SessionLog};

use crate::debate::ask::Ask;
use crate::debate::event::{Event, Logged, StoppedBy};
use crate::debate::fold::HistoryError;
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::log::limits::{LimitKind, Reached};
use crate::debate::protocol::{self, Step};
use crate::debate::reply::{Fault, Reply};
use crate::engine::control::Wish;
use crate::providers::{Attempted, Progress, Provider};

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
    /// A request has to wait for its slot.
    Waiting {
        /// For which turn.
        turn: TurnId,
        /// How many requests wait before it.
        ahead: usize,
        /// What for.
        reason: String,
    },
    /// A request that waited for its slot is sent.
    Sending {
        /// For which turn.
        turn: TurnId,
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
    /// A request came to its end, with or without an answer.
    Attempted {
        /// For which turn.
        turn: TurnId,
        /// What came of it.
        attempted: Attempted,
    },
    /// A pause was asked for.
    Pausing {
        /// How many turns are still in flight, and waited for.
        in_flight: usize,
    },
}

/// Hears every notice before anybody else does. Must return at once.
pub type OnNotice<'a> = &'a (dyn Fn(&Notice) + Send + Sync);

/// Why a run ended before its session did; `E` is what its log fails with.
#[derive(Debug, thiserror::Error)]
pub enum EngineError<E> {
    /// An event could not be stored. Nothing was done on its strength.
    #[error(transparent)]
    Log(E),
    /// The log contradicts itself.
    #[error("the session's log is damaged: {0}")]
    History(#[from] HistoryError),
    /// See [`Control::abort`].
    #[error("interrupted")]
    Aborted,
}

/// A session under way.
pub struct Run<'a, L> {
    /// Its log, which nobody else writes meanwhile.
    pub log: &'a L,
    /// What the log holds so far; the first event at least.
    pub history: History,
    /// Who answers.
    pub provider: &'a dyn Provider,
    /// Who watches. A slow watcher holds the run back at events, and misses arriving text.
    pub notices: Sender<Notice>,
    /// Who hears all of it.
    pub heard: OnNotice<'a>,
    /// Who may end it.
    pub control: Control,
}

/// What came of an attempt at a turn.
type Answer = (TurnId, u32, Result<Reply, Fault>);

/// A turn in flight.
type InFlight<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Those who are told how a run goes.
#[derive(Clone)]
struct Ears<'a> {
    notices: Sender<Notice>,
    heard: OnNotice<'a>,
}

/// What a run has under way.
#[derive(Default)]
struct Underway<'a> {
    in_flight: FuturesUnordered<InFlight<'a>>,
    /// Turns and attempts that were asked for; nothing is asked for twice.
    asked: BTreeSet<(TurnId, u32)>,
    /// The wish that was heeded last.
    heeded: Wish,
}

impl<'a, L: SessionLog> Run<'a, L> {
    /// Runs the session to its end, to a pause, or until it waits for people, and returns what its log then tells.
    ///
    /// # Errors
    /// The log takes no event, or holds one that cannot follow from the others; or the run was told to leave at once. What was
    /// appended until then stands, and the session can be run again.
    pub async fn finish(mut self) -> Result<History, EngineError<L::Error>> {
        let (log, control) = (self.log, self.control.clone());
        let mut underway = Underway::default();
        // What was asked of an earlier run has nothing to do with this one.
        log.take_request().await.map_err(EngineError::Log)?;
        let mut request = pin!(log.requested());
        let mut time = pin!(run_out(self.history.caps.time_ms).fuse());
        while self.advance(&mut underway).await?.is_continue() {
            tokio::select! {
                biased;
                () = control.changed(underway.heeded) => self.heed(&mut underway).await?,
                found = &mut request => {
                    found.map_err(EngineError::Log)?;
                    self.take_request().await?;
                    request.set(log.requested());
                }
                () = &mut time => {
                    underway.in_flight.clear();
                    let seconds = self.history.caps.max(LimitKind::Time).unwrap_or_default();
                    self.record(vec![Event::LimitReached(Reached::time(seconds))]).await?;
                }
                Some(first) = underway.in_flight.next() => self.take(first, &mut underway).await?,
            }
        }
        Ok(self.history)
    }

    /// Records all that follows from the log as it stands, and sends what is to be asked. Breaks where nothing is left to
    /// wait for.
    async fn advance(&mut self, underway: &mut Underway<'a>) -> Result<ControlFlow<()>, EngineError<L::Error>> {
        let asks = loop {
            match protocol::next(&self.history) {
                Step::Done | Step::Wait => return Ok(ControlFlow::Break(())),
                Step::Ask(asks) => break asks,
                Step::Record(event) => {
                    if let Event::LimitReached(_) = event {
                        underway.in_flight.clear();
                    }
                    self.record(vec![event]).await?;
                }
            }
        };
        // People are asked by whoever called; nobody waits for them here.
        let asks: Vec<Ask> = asks.into_iter().filter(|ask| !ask.voice.is_person()).collect();
        if asks.is_empty() && self.control.wanted() == underway.heeded {
            return Ok(ControlFlow::Break(()));
        }
        match underway.heeded {
            Wish::GoOn => self.send(asks, underway).await?,
            Wish::Pause(by) if underway.in_flight.is_empty() => {
                self.record(vec![Event::SessionPaused { by }]).await?;
                return Ok(ControlFlow::Break(()));
            }
            Wish::Pause(_) | Wish::Stop(_) | Wish::Abort => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Sends those of `asks` that were not sent before.
    async fn send(&mut self, asks: Vec<Ask>, underway: &mut Underway<'a>) -> Result<(), EngineError<L::Error>> {
        let is_new = |ask: &Ask| underway.asked.insert((ask.turn.clone(), ask.attempt));
        let new: Vec<Ask> = asks.into_iter().filter(is_new).collect();
        self.record(new.iter().map(protocol::started).collect()).await?;
        let (provider, ears) = (self.provider, self.ears());
        underway.in_flight.extend(new.into_iter().map(|ask| answer(provider, ask, ears.clone())));
        Ok(())
    }

    /// Does what is wanted by now.
    async fn heed(&mut self, underway: &mut Underway<'a>) -> Result<(), EngineError<L::Error>> {
        underway.heeded = self.control.wanted();
        match underway.heeded {
            Wish::GoOn => Ok(()),
            Wish::Pause(_) => {
                self.ears().tell(Notice::Pausing { in_flight: underway.in_flight.len() });
                Ok(())
            }
            Wish::Stop(by) => {
                underway.in_flight.clear();
                self.record(vec![Event::StopRequested { by }]).await
            }
            Wish::Abort => Err(EngineError::Aborted),
        }
    }

    /// Takes what another process has asked for.
    async fn take_request(&self) -> Result<(), EngineError<L::Error>> {
        match self.log.take_request().await.map_err(EngineError::Log)? {
            Some(Request::Pause) => self.control.pause(StoppedBy::Command),
            Some(Request::Stop) => self.control.stop(StoppedBy::Command),
            None => {}
        }
        Ok(())
    }

    /// Records an answer, and those that came with it: what has arrived together is made durable together.
    async fn take(&mut self, first: Answer, underway: &mut Underway<'a>) -> Result<(), EngineError<L::Error>> {
        let mut arrived = vec![first];
        while let Some(Some(another)) = underway.in_flight.next().now_or_never() {
            arrived.push(another);
        }
        let events = arrived.into_iter().map(|answer| self.settled(answer)).collect();
        self.record(events).await
    }

    fn ears(&self) -> Ears<'a> {
        Ears { notices: self.notices.clone(), heard: self.heard }
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

    async fn record(&mut self, events: Vec<Event>) -> Result<(), EngineError<L::Error>> {
        if events.is_empty() {
            return Ok(());
        }
        // A disk that takes nothing must not keep anybody from leaving; what was handed over is then stored or not, as a whole.
        let stored = tokio::select! {
            biased;
            stored = self.log.append(events) => stored.map_err(EngineError::Log)?,
            () = self.control.aborted() => return Err(EngineError::Aborted),
        };
        for logged in stored {
            self.history.apply(&logged)?;
            let notice = Notice::Recorded(Arc::new(logged));
            (self.heard)(&notice);
            // Nobody has to watch, and nobody who stands still may keep a run from ending.
            tokio::select! {
                biased;
                () = self.control.aborted() => {}
                _ = self.notices.send(notice) => {}
            }
        }
        Ok(())
    }
}

/// Ends a session that nobody runs on what its log holds: appends `request`, and all that follows from it without asking
/// anybody.
///
/// # Errors
/// The log takes no event, or holds one that cannot follow from the others.
pub async fn settle<L: SessionLog>(
    log: &L,
    mut history: History,
    request: Event,
) -> Result<History, EngineError<L::Error>> {
    let mut step = Step::Record(request);
    while let Step::Record(event) = step {
        for logged in log.append(vec![event]).await.map_err(EngineError::Log)? {
            history.apply(&logged)?;
        }
        step = protocol::next(&history);
    }
    Ok(history)
}

/// Resolves once a run has taken so long; never without a limit.
async fn run_out(time_ms: Option<u64>) {
    match time_ms {
        Some(ms) => sleep(Duration::from_millis(ms)).await,
        None => pending().await,
    }
}

impl Ears<'_> {
    /// Tells what nobody has to see.
    fn tell(&self, notice: Notice) {
        (self.heard)(&notice);
        self.notices.try_send(notice).ok();
    }
}

fn answer<'a>(provider: &'a dyn Provider, ask: Ask, ears: Ears<'a>) -> InFlight<'a> {
    Box::pin(async move {
        let on_progress = |progress: Progress| {
            let turn = ask.turn.clone();
            let notice = match progress {
                Progress::Delta(text) => Notice::Arriving { turn, chars: text.chars().count() },
                Progress::Waiting { ahead, reason } => Notice::Waiting { turn, ahead, reason },
                Progress::Sending => Notice::Sending { turn },
                Progress::Retrying { requests, reason, wait_ms, .. } => {
                    Notice::Retrying { turn, requests, reason, wait_ms }
                }
                Progress::Attempted(attempted) => Notice::Attempted { turn, attempted },
            };
            ears.tell(notice);
        };
        let result = provider.ask(&ask, &on_progress).await;
        (ask.turn, ask.attempt, result)
    })
}
