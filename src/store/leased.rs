//! The log of a leased session, as the engine runs it.

use std::time::Duration;

use tokio::time::sleep;

use crate::debate::event::{Event, Logged};
use crate::engine::{Request, SessionLog};
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::lease::Lease;

/// How often to look for requests of other processes.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The log of one session in the database, with the right to write it.
#[derive(Debug, Clone, Copy)]
pub struct LeasedLog<'a> {
    store: &'a Store,
    lease: &'a Lease,
}

impl Store {
    /// The log of the leased session.
    pub fn log<'a>(&'a self, lease: &'a Lease) -> LeasedLog<'a> {
        LeasedLog { store: self, lease }
    }
}

impl SessionLog for LeasedLog<'_> {
    type Error = StoreError;

    async fn append(&self, events: Vec<Event>) -> Result<Vec<Logged>, StoreError> {
        self.store.append(self.lease, events).await
    }

    async fn take_request(&self) -> Result<Option<Request>, StoreError> {
        self.store.take_request(self.lease).await
    }

    async fn requested(&self) -> Result<(), StoreError> {
        while self.store.requested(self.lease.session())?.is_none() {
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}
