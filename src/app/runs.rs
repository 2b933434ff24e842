//! The debates under way in this process, each on a task of its own, so that no caller holds one up.
//!
//! Must never run more debates than it admits, never let one go on when the process leaves, and never keep what only the
//! log should hold.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::session::Session;
use crate::config::keys;
use crate::debate::history::History;
use crate::engine::{Control, Notice};
use crate::error::Failure;

/// Notices that wait for the watcher of a debate.
const NOTICES_MAX: usize = 1_024;

/// The debates under way in this process, and the room for more.
#[derive(Debug)]
pub struct Runs {
    tasks: TaskTracker,
    leaving: CancellationToken,
    room: Arc<Semaphore>,
    debates_max: u32,
}

/// Room for one debate. It is free again when this is dropped, or when the debate that took it has ended.
#[derive(Debug)]
#[must_use = "room that is dropped is free for another debate"]
pub struct Admission {
    _permit: OwnedSemaphorePermit,
}

/// A debate under way. It goes on when this is dropped.
#[derive(Debug)]
pub struct RunHandle {
    control: Control,
    ended: JoinHandle<Result<History, Failure>>,
}

impl Runs {
    /// Makes room for `debates_max` debates at the same time.
    pub fn new(debates_max: u32) -> Self {
        Self {
            tasks: TaskTracker::new(),
            leaving: CancellationToken::new(),
            room: Arc::new(Semaphore::new(usize::try_from(debates_max).unwrap_or(Semaphore::MAX_PERMITS))),
            debates_max,
        }
    }

    /// Takes room for one debate. A caller takes it before it opens a session, so that no session is opened that cannot run.
    ///
    /// # Errors
    /// A limit, worth another try later, when as many debates are under way or about to begin as the process may run.
    pub fn admit(&self) -> Result<Admission, Failure> {
        let permit = Arc::clone(&self.room).try_acquire_owned();
        permit.map(|_permit| Admission { _permit }).map_err(|error| {
            Failure::limit(format!("{} debates are under way in this server, as many as may be", self.debates_max))
                .with_hint(format!("wait until one of them ends, or raise {}", keys::MAX_DEBATES))
                .passing()
                .with_source(error)
        })
    }

    /// Runs a session in the room that was taken for it. `watch` receives the history as it stands and every notice, and
    /// returns a future that ends when the notices do.
    pub fn begin<W>(
        &self,
        admission: Admission,
        session: Session,
        watch: impl FnOnce(History, Receiver<Notice>) -> W,
    ) -> RunHandle
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let control = Control::default();
        let (notices, watched) = mpsc::channel(NOTICES_MAX);
        let watching = watch(session.history.clone(), watched);
        let (leaving, abort) = (self.leaving.clone(), control.clone());
        let left = async move {
            leaving.cancelled().await;
            abort.abort();
            pending::<Infallible>().await
        };
        let running = session.run(notices, control.clone());
        let ended = self.tasks.spawn(async move {
            // Held until the debate has ended, also when it breaks off.
            let _room = admission;
            tokio::select! {
                (result, ()) = async { tokio::join!(running, watching) } => result,
                never = left => match never {},
            }
        });
        RunHandle { control, ended }
    }

    /// Tells every debate to leave everything as it is, at once.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// Tells every debate to leave, and resolves when all have.
    pub async fn rest(&self) {
        self.leave();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl RunHandle {
    /// Tells the debate to leave everything as it is, at once; its session can be resumed.
    pub fn abort(&self) {
        self.control.abort();
    }

    /// Resolves when the debate has ended, with its history.
    ///
    /// # Errors
    /// What [`Session::run`] fails with; an internal failure where the debate broke off.
    pub async fn ended(&mut self) -> Result<History, Failure> {
        let ended = (&mut self.ended).await;
        ended.unwrap_or_else(|error| Err(Failure::internal(format!("a debate broke off: {error}")).with_source(error)))
    }
}
