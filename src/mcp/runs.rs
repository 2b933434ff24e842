//! The debates under way in this process, each on a task of its own, so that no client holds one up.
//!
//! Must never let one go on when the server leaves, and never keep what only the log should hold.

use std::convert::Infallible;
use std::future::pending;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Control, Session};
use crate::debate::history::History;
use crate::error::Failure;
use crate::mcp::progress::{self, Heard};
use crate::mcp::server::Call;

/// Debates under way at once.
const RUNS_MAX: usize = 16;
/// Notices that wait to be told.
const NOTICES_MAX: usize = 1_024;

/// The debates under way.
#[derive(Debug, Default)]
pub(super) struct Runs {
    tasks: TaskTracker,
    leaving: CancellationToken,
}

/// A debate under way. Goes on when this is dropped.
pub(super) struct Run {
    control: Control,
    heard: watch::Receiver<Heard>,
    ended: JoinHandle<Result<History, Failure>>,
}

impl Runs {
    /// Fails when as many debates are under way as may be.
    pub(super) fn check_room(&self) -> Result<(), Failure> {
        if self.tasks.len() < RUNS_MAX {
            return Ok(());
        }
        Err(Failure::limit(format!("{RUNS_MAX} debates are under way in this server, as many as may be"))
            .with_hint("wait until one ends: list_sessions with status running shows them")
            .passing())
    }

    /// Lets a session run.
    pub(super) fn begin(&self, session: Session) -> Run {
        let control = Control::default();
        let (notices, watched) = mpsc::channel(NOTICES_MAX);
        let (told, heard) = watch::channel(Heard::first(&session.history));
        let following = progress::follow(session.history.clone(), watched, told);
        let (leaving, abort) = (self.leaving.clone(), control.clone());
        let left = async move {
            leaving.cancelled().await;
            abort.abort();
            pending::<Infallible>().await
        };
        let running = session.run(notices, control.clone());
        let ended = self.tasks.spawn(async move {
            tokio::select! {
                (result, ()) = async { tokio::join!(running, following) } => result,
                never = left => match never {},
            }
        });
        Run { control, heard, ended }
    }

    /// Tells every debate to leave everything as it is, at once.
    pub(super) fn leave(&self) {
        self.leaving.cancel();
    }

    /// Tells every debate to leave, and resolves when all have.
    pub(super) async fn rest(&self) {
        self.leave();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Run {
    /// Resolves when the debate has ended, and tells the caller meanwhile how it goes. A caller that calls it off ends it at once.
    pub(super) async fn finished(self, call: &Call) -> Result<History, Failure> {
        let Self { control, mut heard, mut ended } = self;
        let telling = async {
            let never: Infallible = loop {
                let latest = heard.borrow_and_update().clone();
                call.tell(&latest).await;
                if heard.changed().await.is_err() {
                    break pending().await;
                }
            };
            never
        };
        let ended = tokio::select! {
            biased;
            ended = &mut ended => ended,
            () = call.called_off() => {
                control.abort();
                ended.await
            }
            never = telling => match never {},
        };
        ended.unwrap_or_else(|error| Err(Failure::internal(format!("a debate broke off: {error}")).with_source(error)))
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}
