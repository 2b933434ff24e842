//! The log of one session as the engine needs it: where events are appended, and where requests of others arrive.
//!
//! Must never know where a log is kept: implementors are in `store`.

use std::error::Error;
use std::future::Future;

use crate::debate::event::{Event, Logged};

/// The log of one session, in the hands of the one that may write it.
pub trait SessionLog: Send + Sync {
    /// Why the log cannot do what was asked.
    type Error: Error + Send + Sync + 'static;

    /// Appends events in their order, all or none, and returns them with their numbers and times once they are kept.
    ///
    /// Numbers go on from the last one, or from 1. Times are milliseconds since the Unix epoch and never fall. Dropping the
    /// future leaves the events appended or not, as a whole.
    ///
    /// # Errors
    /// None of the events is in the log.
    fn append(&self, events: Vec<Event>) -> impl Future<Output = Result<Vec<Logged>, Self::Error>> + Send;

    /// Takes out what is asked of the run, so that it is heeded once.
    ///
    /// # Errors
    /// The log cannot be read or written.
    fn take_request(&self) -> impl Future<Output = Result<Option<Request>, Self::Error>> + Send;

    /// Resolves once something is asked of the run, and leaves it there to be taken.
    ///
    /// # Errors
    /// The log cannot be read.
    fn requested(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What can be asked of a run from outside, by way of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Finish what is in flight, and leave the session to be resumed.
    Pause,
    /// Decide on the ballots in hand.
    Stop,
}

impl Request {
    /// What is asked where `later` is asked while this one still waits: a stop is not softened to a pause.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        match (self, later) {
            (Self::Pause, later) => later,
            (Self::Stop, Self::Pause | Self::Stop) => Self::Stop,
        }
    }
}
