//! How a run under way is told to pause or to end.

use std::future::pending;

use tokio::sync::watch;

use crate::debate::event::StoppedBy;

/// What is wanted of a run. Each wish outranks those before it; a run never goes back to an earlier one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Wish {
    /// Go on.
    #[default]
    GoOn,
    /// Send nothing more, wait for what is in flight, and leave the session to be resumed.
    Pause(StoppedBy),
    /// Finish cheaply: drop what is in flight and decide on the ballots in hand.
    Stop(StoppedBy),
    /// Leave everything as it is, at once; the session can be resumed.
    Abort,
}

impl Wish {
    fn rank(self) -> u8 {
        match self {
            Self::GoOn => 0,
            Self::Pause(_) => 1,
            Self::Stop(_) => 2,
            Self::Abort => 3,
        }
    }
}

/// Tells a run to pause or to end. Clones tell the same run.
#[derive(Debug, Clone)]
pub struct Control(watch::Sender<Wish>);

impl Default for Control {
    fn default() -> Self {
        Self(watch::Sender::new(Wish::GoOn))
    }
}

impl Control {
    /// Asks the run to send nothing more, wait for what is in flight, and leave the session to be resumed.
    pub fn pause(&self, by: StoppedBy) {
        self.wish(Wish::Pause(by));
    }

    /// Asks the run to finish cheaply: drop what is in flight and decide on the ballots in hand.
    pub fn stop(&self, by: StoppedBy) {
        self.wish(Wish::Stop(by));
    }

    /// Asks the run to leave everything as it is, at once.
    pub fn abort(&self) {
        self.wish(Wish::Abort);
    }

    fn wish(&self, wish: Wish) {
        self.0.send_if_modified(|wanted| {
            let outranks = wish.rank() > wanted.rank();
            if outranks {
                *wanted = wish;
            }
            outranks
        });
    }

    /// What is wanted now.
    pub(super) fn wanted(&self) -> Wish {
        *self.0.borrow()
    }

    /// Resolves once something else than `known` is wanted.
    pub(super) async fn changed(&self, known: Wish) {
        if self.0.subscribe().wait_for(|wanted| *wanted != known).await.is_err() {
            // Cannot be: the sender is ours.
            pending::<()>().await;
        }
    }

    /// Resolves once the run is to leave at once.
    pub(super) async fn aborted(&self) {
        if self.0.subscribe().wait_for(|wanted| *wanted == Wish::Abort).await.is_err() {
            pending::<()>().await;
        }
    }
}
