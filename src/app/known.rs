//! A start under a name that a session has: that session is taken up, told as it ended, or waited for while another runs it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::app::failures::{history_failure, store_failure};
use crate::app::naming::{self, TERMS_FOR_FACTS};
use crate::app::program::App;
use crate::app::request::{StartRequest, Who};
use crate::app::session::Opened;
use crate::app::taken::Taken;
use crate::debate::event::Ending;
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::debate::log::setup::Setup;
use crate::error::Failure;
use crate::message::{Action, Field, Target, message};
use crate::store::{Store, StoreError};

/// How often a session that another runs is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a start does while another process, or another task of this one, runs the session of its name.
#[derive(Clone, Copy)]
pub enum Elsewhere<'a> {
    /// Waits until nobody runs it any more, and tells of it once, before the wait.
    Wait(&'a (dyn Fn(SessionId) + Sync)),
    /// Returns the session as it stands.
    Return,
}

/// A start that meets a session of its name.
pub(super) struct Again<'a> {
    /// Where the session is.
    pub(super) store: Arc<Store>,
    /// Which session has the name.
    pub(super) session: SessionId,
    /// What this start would have opened.
    pub(super) wanted: &'a Setup,
    /// What was asked for.
    pub(super) request: &'a StartRequest,
}

impl App {
    /// Comes to the session that has the name of a start. Where it is taken over from a process that broke off, no reply that
    /// arrived is asked for again.
    pub(super) async fn known(&self, again: Again<'_>, elsewhere: Elsewhere<'_>) -> Result<Opened, Failure> {
        let mut is_told = false;
        loop {
            let history = again.load()?;
            again.check(&history, elsewhere)?;
            if history.ending == Some(Ending::Decided) || history.waiting.is_some() {
                return Ok(Opened::Stored(Box::new(history)));
            }
            match again.store.lease(again.session) {
                Ok(lease) => {
                    // What the one before us did between our look and its end counts.
                    let taken = Taken { history: again.load()?, store: Arc::clone(&again.store), lease };
                    return self.take_over(taken, again.pace(), Some(again.wanted.caps.clone())).await;
                }
                Err(StoreError::Busy(session)) => match elsewhere {
                    Elsewhere::Return => return Ok(Opened::Elsewhere(Box::new(history))),
                    Elsewhere::Wait(tell) => {
                        if !is_told {
                            tell(session);
                        }
                        is_told = true;
                    }
                },
                Err(error) => return Err(store_failure(error)),
            }
            while again.store.is_running(again.session) {
                sleep(LOOK_EVERY).await;
            }
        }
    }
}

impl Again<'_> {
    fn load(&self) -> Result<History, Failure> {
        History::replay(&self.store.load(self.session).map_err(store_failure)?).map_err(history_failure)
    }

    /// Fails where the session was opened with other inputs than are wanted. To one that runs elsewhere and is only told of, it is
    /// all the same whether it waits for facts.
    fn check(&self, history: &History, elsewhere: Elsewhere<'_>) -> Result<(), Failure> {
        let found = naming::differences(&history.setup, self.wanted, self.request.seed);
        let is_told_of = match elsewhere {
            Elsewhere::Return => self.store.is_running(self.session),
            Elsewhere::Wait(_) => false,
        };
        let Some(input) = found.into_iter().find(|input| !is_told_of || *input != TERMS_FOR_FACTS) else {
            return Ok(());
        };
        let (id, name) = (self.session.to_string(), self.wanted.name.as_deref().unwrap_or_default());
        Err(Failure::usage(message![Field::Name, format!(" is `{name}`, the name of a session with {input}")])
            .with_hint(message!["choose another name, or ", Action::Rename(Target::of(&id)), " gives that one another"])
            .with_session(id))
    }

    fn pace(&self) -> Duration {
        match self.request.who {
            Who::Rehearsal(pace) => pace,
            Who::Providers => Duration::ZERO,
        }
    }
}

/// The failure of a start that does not wait for the process that runs its session.
pub fn run_elsewhere(history: &History) -> Failure {
    store_failure(StoreError::Busy(history.setup.session))
}
