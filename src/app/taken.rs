//! A session that is taken further: its log, and the right to write it.

use std::sync::Arc;

use crate::app::failures::{history_failure, store_failure};
use crate::app::limits;
use crate::app::session::Session;
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::error::Failure;
use crate::providers::Provider;
use crate::store::{Lease, Store};
use crate::telemetry::Telemetry;

/// A session that nobody else is writing.
pub(super) struct Taken {
    pub(super) store: Arc<Store>,
    pub(super) lease: Lease,
    pub(super) history: History,
}

impl Taken {
    /// Appends events, and returns them as they were stored, unless a limit would end the session right after them.
    pub(super) async fn append_within_limits(&mut self, events: Vec<Event>) -> Result<Vec<Logged>, Failure> {
        limits::check_goes_on(&self.history, &events)?;
        self.append(events).await
    }

    pub(super) async fn append(&mut self, events: Vec<Event>) -> Result<Vec<Logged>, Failure> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.store.append(&self.lease, events).await.map_err(store_failure)?;
        for logged in &stored {
            self.history.apply(logged).map_err(history_failure)?;
        }
        Ok(stored)
    }

    pub(super) fn session(self, provider: Box<dyn Provider>, telemetry: &Telemetry) -> Session {
        Session {
            history: self.history,
            begun: None,
            warnings: Vec::new(),
            store: self.store,
            lease: self.lease,
            provider,
            telemetry: telemetry.clone(),
        }
    }
}
