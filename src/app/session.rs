//! A session that is open for writing, and how it runs to its end.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use crate::app::failures::engine_failure;
use crate::debate::event::Logged;
use crate::debate::history::History;
use crate::engine::{self, Control, EngineError, Notice};
use crate::error::Failure;
use crate::providers::Provider;
use crate::store::{Lease, Store};
use crate::telemetry::Telemetry;

/// What `start` came to.
pub enum Opened {
    /// A session to be run.
    Running(Box<Session>),
    /// The session of that name has been decided, or waits for people: nothing is asked again.
    Stored(Box<History>),
    /// Another process, or another task of this one, runs the session of that name: it stands like this.
    Elsewhere(Box<History>),
}

/// A session that is open for writing.
pub struct Session {
    /// Its log so far.
    pub history: History,
    /// What people answered, for whoever watches; it is part of the log already.
    pub begun: Option<Begun>,
    /// What the user should know about how it was set up.
    pub warnings: Vec<String>,
    pub(super) store: Arc<Store>,
    pub(super) lease: Lease,
    pub(super) provider: Box<dyn Provider>,
    pub(super) telemetry: Telemetry,
}

/// Events that were stored when people had answered.
pub struct Begun {
    /// The session as it stood before.
    pub before: History,
    /// The events.
    pub events: Vec<Logged>,
}

impl Session {
    /// Runs the session to its end.
    ///
    /// # Errors
    /// The store takes no event, the log is damaged, or [`Control::abort`] ends the run. A lost quorum is no error but
    /// an ending: see [`ending_failure`](crate::app::ending_failure).
    pub async fn run(self, notices: Sender<Notice>, control: Control) -> Result<History, Failure> {
        let session = self.history.setup.session;
        let watch = self.telemetry.watch(&self.history);
        let lease = self.lease;
        let run = engine::Run {
            log: &self.store.log(&lease),
            history: self.history,
            provider: self.provider.as_ref(),
            notices,
            heard: &|notice| watch.hear(notice),
            control,
        };
        let finished = run.finish().await;
        drop(lease);
        watch.end(&finished);
        if matches!(finished, Err(EngineError::Aborted)) {
            // Whoever leaves at once does not wait for a disk that stands still.
            if let Some(store) = Arc::into_inner(self.store) {
                store.abandon();
            }
        }
        finished.map_err(|error| engine_failure(error).with_session(session.to_string()))
    }
}
