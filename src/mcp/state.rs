//! What a server keeps: the configuration that it was started with, and the debates under way.

use std::sync::Arc;

use crate::app::{Accounts, Runs, Telemetry, Turnstile};
use crate::config::Sources;

/// The server: the configuration it was started in, and the debates under way. Clones are the same server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) sources: Arc<Sources>,
    pub(super) runs: Arc<Runs>,
    pub(super) accounts: Accounts,
    pub(super) turnstile: Turnstile,
    pub(super) telemetry: Telemetry,
}
