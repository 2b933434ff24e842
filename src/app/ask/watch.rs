//! Watching a talk: whoever does is told of each request before it leaves, and may end the talk.
//!
//! Must never let a request leave that was not told of, and never lose count of one that is dropped.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::app::ask::answer::{Cause, Silence};
use crate::app::ask::counts::{fault, lose};
use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind, Loss, Reply};
use crate::providers::Progress;
use crate::providers::talk::{Called, Talk, Talker};
use crate::store::Taken;
use crate::telemetry::PersonaWatch;

/// How a talk is followed while it is under way.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    /// Told before each request what has been taken once it has left: nobody knows yet what it brings.
    pub(super) leaving: &'a (dyn Fn(&Taken) + Send + Sync),
    /// Cancelled when nobody wants an answer any more.
    pub(super) leave: &'a CancellationToken,
    /// Told how it goes.
    pub(super) telemetry: &'a PersonaWatch,
}

/// Requests sent for one step of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sent {
    /// Those that came to nothing.
    requests: u32,
    /// Of those, the ones that may have been billed all the same.
    lost: u32,
    /// What those took, as far as it is known.
    loss: Option<Loss>,
    /// One more, or none, of which nobody knows yet.
    under_way: u32,
}

impl Sent {
    /// How it stands after a sign of progress.
    fn after(self, progress: &Progress) -> Self {
        match *progress {
            Progress::Delta(_) | Progress::Attempted(_) => self,
            Progress::Waiting { .. } => Self { under_way: 0, ..self },
            Progress::Sending => Self { under_way: 1, ..self },
            Progress::Retrying { requests, lost, loss, .. } => Self { requests, lost, loss, under_way: 1 },
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
        if self.leave.is_cancelled() {
            return Err(called_off(talk.ask, Sent::default()));
        }
        let before = *taken;
        let leaving = |sent: Sent| {
            let mut taken = before;
            lose(&mut taken, &called_off(talk.ask, sent).fault);
            (self.leaving)(&taken);
        };
        let first = Sent { under_way: 1, ..Sent::default() };
        leaving(first);
        // Whoever was told may have had enough, and nothing has left yet.
        if self.leave.is_cancelled() {
            return Err(called_off(talk.ask, Sent::default()));
        }
        let sent = Mutex::new(first);
        let progress = |progress: Progress| {
            self.telemetry.hear(&progress);
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            let now = sent.after(&progress);
            if now != *sent {
                leaving(now);
            }
            *sent = now;
        };
        self.telemetry.begin();
        let heard = tokio::select! {
            // First, so that nobody takes the slot of another that has just been given up.
            biased;
            () = self.leave.cancelled() => None,
            heard = talker.talk(talk, &progress) => Some(heard),
        };
        let Some(heard) = heard else {
            let silence = called_off(talk.ask, *sent.lock().unwrap_or_else(PoisonError::into_inner));
            lose(taken, &silence.fault);
            self.telemetry.end(Err(&silence.fault));
            return Err(silence);
        };
        self.telemetry.end(heard.as_ref().map(|(reply, _)| reply));
        Ok(heard)
    }
}

/// The fault of a talk that nobody wants to go on, and for whose latest step so much was sent.
pub(super) fn called_off(ask: &Ask, sent: Sent) -> Silence {
    let fault = fault(ask, "called off before it answered".to_owned(), "ask it again".to_owned());
    let fault = Fault {
        kind: FaultKind::Cancelled,
        requests: sent.requests.saturating_add(sent.under_way),
        lost: sent.lost.saturating_add(sent.under_way),
        loss: sent.loss.map(Box::new),
        ..fault
    };
    Silence { fault, cause: Cause::CalledOff }
}
