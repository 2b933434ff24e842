//! A debate under way on behalf of a call, which is told meanwhile how it goes.
//!
//! Must never hold the debate up for a caller that is slow to listen.

use std::convert::Infallible;
use std::future::pending;

use tokio::sync::watch;

use crate::app::{Admission, RunHandle, Session};
use crate::debate::history::History;
use crate::error::Failure;
use crate::mcp::call::Call;
use crate::mcp::progress::{self, Heard};

/// A debate under way with the latest of its progress. The debate goes on when this is dropped.
pub(super) struct Followed {
    run: RunHandle,
    heard: watch::Receiver<Heard>,
}

impl Followed {
    /// Runs a session in the room that was taken for it, and follows it.
    pub(super) fn begin(call: &Call, admission: Admission, session: Session) -> Self {
        let (told, heard) = watch::channel(Heard::first(&session.history));
        let run = call.runs().begin(admission, session, |history, notices| progress::follow(history, notices, told));
        Self { run, heard }
    }

    /// Resolves when the debate has ended, and tells the caller meanwhile how it goes. A caller that calls it off ends it at once.
    pub(super) async fn finished(self, call: &Call) -> Result<History, Failure> {
        let Self { mut run, mut heard } = self;
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
        tokio::select! {
            biased;
            ended = run.ended() => return ended,
            () = call.called_off() => {}
            never = telling => match never {},
        }
        run.abort();
        run.ended().await
    }
}
