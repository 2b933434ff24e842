//! What a provider is to whoever asks: one ask in, one reply or one fault out, and how it goes meanwhile.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::debate::ask::Ask;
use crate::debate::reply::{Fault, FaultKind, Loss, Reply};

/// What a provider tells while it works on an ask. Never stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Text arrived. Shown as it comes; the reply repeats it whole.
    Delta(String),
    /// The request has to wait for its slot before it is sent.
    Waiting {
        /// How many requests wait before it.
        ahead: usize,
        /// What for.
        reason: String,
    },
    /// The request that waited for its slot is sent.
    Sending,
    /// The attempt failed and what it had sent is withdrawn; the next one starts after `wait_ms`.
    Retrying {
        /// Requests sent so far.
        requests: u32,
        /// Of those, the ones that may have been billed all the same.
        lost: u32,
        /// What those took, as far as it is known.
        loss: Option<Loss>,
        /// Why the attempt failed, without secrets.
        reason: String,
        /// Milliseconds until the next attempt.
        wait_ms: u64,
    },
    /// A request came to its end, with or without an answer.
    Attempted(Attempted),
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Which one for this ask, from 1.
    pub request: u32,
    /// Where it was sent.
    pub server: Server,
    /// From sending it to the last byte of its answer, in milliseconds.
    pub elapsed_ms: u64,
    /// Why it brought no answer; `None` where it did.
    pub error: Option<FaultKind>,
    /// The HTTP status of an answer that was none.
    pub status: Option<u16>,
}

/// Where requests are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Host name or address.
    pub address: String,
    /// Port.
    pub port: u16,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}

/// Receives progress. Called from the task that awaits the ask; must return at once.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// The future of one ask; dropping it cancels the request.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send + 'a>>;

/// Somebody who answers prompts: the network, or the rehearsal script.
pub trait Provider: Send + Sync {
    /// Answers `ask`, or says why not. Retries what may heal by itself; never panics; is safe to drop at any time.
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a>;
}
