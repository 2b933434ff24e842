//! Opening a session: set up, stored, and taken up again where one of its name is there.

use std::sync::Arc;

use crate::app::failures::{history_failure, store_failure};
use crate::app::known::{Again, Elsewhere};
use crate::app::program::App;
use crate::app::request::StartRequest;
use crate::app::session::{Opened, Session};
use crate::app::{limits, start};
use crate::debate::event::Event;
use crate::debate::history::History;
use crate::error::Failure;
use crate::store::{Store, StoreError};

impl App {
    /// Sets a debate up and stores its first event. Sends no request.
    ///
    /// With a name that a session has, that session is what is wanted: it is taken up where it stands, or told as it ended, and
    /// `elsewhere` says what happens while another runs it.
    ///
    /// # Errors
    /// Before anything is stored, fails on bad input, on what looks like a secret, on a missing key, and on too low a
    /// limit. Also fails when the store cannot be written, or the name is that of a session opened with other inputs.
    pub async fn open(&self, request: &StartRequest, elsewhere: Elsewhere<'_>) -> Result<Opened, Failure> {
        let set_up = start::set_up(self, request)?;
        let store = Arc::new(Store::open(self.config.data_dir()).map_err(store_failure)?);
        if let Some(name) = &set_up.setup.name
            && let Some(session) = store.named(name).map_err(store_failure)?
        {
            return self.known(Again { store, session, wanted: &set_up.setup, request }, elsewhere).await;
        }
        limits::check_start(&set_up.setup)?;
        let lease = store.lease(set_up.setup.session).map_err(store_failure)?;
        let opened = Event::SessionOpened(Box::new(set_up.setup.clone()));
        let logged = match store.append(&lease, vec![opened]).await {
            // Somebody else began it since we looked.
            Err(StoreError::NameTaken { session, .. }) => {
                return self.known(Again { store, session, wanted: &set_up.setup, request }, elsewhere).await;
            }
            stored => stored.map_err(store_failure)?,
        };
        let history = History::replay(&logged).map_err(history_failure)?;
        Ok(Opened::Running(Box::new(Session {
            history,
            begun: None,
            warnings: set_up.warnings,
            store,
            lease,
            provider: set_up.provider,
            telemetry: self.telemetry.clone(),
        })))
    }
}
