//! Watching a talk: whoever does is told of each request before it leaves, and may end the talk.
//!
//! Must never let a request leave that was not told of, and never lose count of one that is dropped.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::app::ask::talking::{fault, lose};
use crate::app::ask::{Cause, Silence};
use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind, Reply};
use crate::providers::Progress;
use crate::providers::talk::{Called, Talk, Talker};
use crate::store::Taken;

/// How a talk is followed while it is under way.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    /// Told before each request what has been taken once it has left: nobody knows yet what it brings.
    pub(super) leaving: &'a (dyn Fn(&Taken) + Send + Sync),
    /// Cancelled when nobody wants an answer any more.
    pub(super) leave: &'a CancellationToken,
}

/// Requests sent for one step of a talk.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    /// Those that came to nothing.
    requests: u32,
    /// Of those, the ones that may have been billed all the same.
    lost: u32,
    /// One more, or none, of which nobody knows yet.
    under_way: u32,
}

impl Sent {
    /// All of them, and those that may have been billed.
    fn counts(self) -> (u32, u32) {
        (self.requests.saturating_add(self.under_way), self.lost.saturating_add(self.under_way))
    }

    /// How it stands after a sign of progress.
    fn after(self, progress: &Progress) -> Self {
        match *progress {
            Progress::Delta(_) => self,
            Progress::Waiting { .. } => Self { under_way: 0, ..self },
            Progress::Sending => Self { under_way: 1, ..self },
            Progress::Retrying { requests, lost, .. } => Self { requests, lost, under_way: 1 },
        }
    }
}

impl Watch<'_> {
    /// What comes back for a talk as it stands. Fails, having counted what was sent, once nobody wants it any more.
    pub(super) async fn heard(
        self,
        talker: &dyn Talker,
        talk: Talk<'_>,
        taken: &mut Taken,
    ) -> Result<Result<(Reply, Called), Fault>, Silence> {
        let before = *taken;
        let leaving = |sent: Sent| {
            let mut taken = before;
            lose(&mut taken, sent.counts());
            (self.leaving)(&taken);
        };
        if self.leave.is_cancelled() {
            return Err(called_off(talk.ask, Sent::default()));
        }
        let first = Sent { under_way: 1, ..Sent::default() };
        leaving(first);
        // Whoever was told may have had enough, and nothing has left yet.
        if self.leave.is_cancelled() {
            return Err(called_off(talk.ask, Sent::default()));
        }
        let sent = Mutex::new(first);
        let progress = |progress: Progress| {
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            let now = sent.after(&progress);
            if now.counts() != sent.counts() {
                leaving(now);
            }
            *sent = now;
        };
        tokio::select! {
            // First, so that nobody takes the slot of another that has just been given up.
            biased;
            () = self.leave.cancelled() => {
                let sent = *sent.lock().unwrap_or_else(PoisonError::into_inner);
                lose(taken, sent.counts());
                Err(called_off(talk.ask, sent))
            }
            heard = talker.talk(talk, &progress) => Ok(heard),
        }
    }
}

/// The fault of a talk that nobody wants to go on, and for whose latest step so much was sent.
pub(super) fn called_off(ask: &Ask, sent: Sent) -> Silence {
    let (requests, lost) = sent.counts();
    let fault = fault(ask, "called off before it answered".to_owned(), "ask it again".to_owned());
    Silence { fault: Fault { kind: FaultKind::Cancelled, requests, lost, ..fault }, cause: Cause::CalledOff }
}
