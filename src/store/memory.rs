//! A log in memory: for tests, for programs that embed a debate, and for what nobody wants kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::debate::event::{Event, Logged};
use crate::engine::{Request, SessionLog};
use crate::store::append::stamped;

/// The log of one session, kept as long as this value is. One run at a time may write it: the history of a second one would
/// not fit what the first appends, and its run fails.
#[derive(Debug, Default)]
pub struct MemoryLog {
    kept: Mutex<Kept>,
    asked: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    events: Vec<Logged>,
    request: Option<Request>,
}

/// An event that cannot stand where it was to be appended. The log is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} is out of place: a log begins with the opening of its session, and has no other")]
pub struct OutOfPlace {
    /// Its number.
    pub seq: u64,
}

impl MemoryLog {
    /// The events so far.
    pub fn events(&self) -> Vec<Logged> {
        self.kept().events.clone()
    }

    /// Leaves a request for the run of the session. A stop that was asked for is not softened to a pause.
    pub fn request(&self, request: Request) {
        let mut kept = self.kept();
        kept.request = Some(kept.request.map_or(request, |earlier| earlier.followed_by(request)));
        drop(kept);
        self.asked.notify_waiters();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionLog for MemoryLog {
    type Error = OutOfPlace;

    async fn append(&self, events: Vec<Event>) -> Result<Vec<Logged>, OutOfPlace> {
        let mut kept = self.kept();
        let logged = stamped(kept.events.last().map(|logged| (logged.seq, logged.at_ms)), &events);
        let is_in_place = |logged: &&Logged| matches!(logged.event, Event::SessionOpened(_)) == (logged.seq == 1);
        if let Some(logged) = logged.iter().find(|logged| !is_in_place(logged)) {
            return Err(OutOfPlace { seq: logged.seq });
        }
        kept.events.extend(logged.iter().cloned());
        Ok(logged)
    }

    async fn take_request(&self) -> Result<Option<Request>, OutOfPlace> {
        Ok(self.kept().request.take())
    }

    async fn requested(&self) -> Result<(), OutOfPlace> {
        loop {
            // Made before the look, so that what is asked in between is heard.
            let asked = self.asked.notified();
            if self.kept().request.is_some() {
                return Ok(());
            }
            asked.await;
        }
    }
}
