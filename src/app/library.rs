//! The stored sessions as a library: find, list, name, take out, take in, and tell a running one to pause or to stop.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::app::failures::{engine_failure, history_failure, store_failure};
use crate::app::naming;
use crate::app::program::App;
use crate::debate::event::{Event, Logged, StoppedBy};
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::engine::{self, Request};
use crate::error::Failure;
use crate::message::{Action, Target, message};
use crate::store::{Filter, Hit, Listed, Store, StoreError, now_ms};

/// How long a running session has to answer a request.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How often to look whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What came of a request to pause or to stop a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The process that runs it has taken the request up.
    ByRunner,
    /// Nobody was running it; what was asked for was done here, or was so already.
    Here,
    /// The process that runs it has not looked yet; the request stands.
    NotYet,
}

impl App {
    /// Lists the latest sessions that pass the filter, newest first, at most `most`.
    ///
    /// # Errors
    /// The store cannot be opened or queried. Where there is none yet, the list is empty.
    pub fn list(&self, filter: &Filter, most: u32) -> Result<Vec<Listed>, Failure> {
        match Store::open_existing(self.config.data_dir()).map_err(store_failure)? {
            Some(store) => store.list(filter, most).map_err(store_failure),
            None => Ok(Vec::new()),
        }
    }

    /// The time, as the store stamps it, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        now_ms()
    }

    /// Finds the sessions in which every word of `text` was said, newest first, at most `most`.
    ///
    /// # Errors
    /// `text` holds no word to search for, or the store cannot be opened or queried.
    pub fn search(&self, text: &str, most: u32) -> Result<Vec<Hit>, Failure> {
        match Store::open_existing(self.config.data_dir()).map_err(store_failure)? {
            Some(store) => store.search(text, most).map_err(store_failure),
            None => Ok(Vec::new()),
        }
    }

    /// Loads a session by its name, its id, a unique prefix of it, `@` or `@~N`.
    ///
    /// # Errors
    /// No session fits the name, or several do. An internal failure when its log is damaged.
    pub fn load(&self, name: &str) -> Result<History, Failure> {
        self.replay(&self.log(name)?)
    }

    /// Folds a session's log.
    ///
    /// # Errors
    /// An internal failure when the log is empty, or its events cannot follow from each other.
    pub fn replay(&self, log: &[Logged]) -> Result<History, Failure> {
        History::replay(log).map_err(history_failure)
    }

    /// Tells whether some process runs a session right now.
    ///
    /// # Errors
    /// There is no store, or it cannot be opened.
    pub fn is_running(&self, session: SessionId) -> Result<bool, Failure> {
        Ok(self.existing_store(&session.to_string())?.is_running(session))
    }

    /// Finds a session and its topic; `None` for one whose log cannot be read.
    ///
    /// # Errors
    /// No session fits the name, or several do; or the store cannot be read.
    pub fn topic(&self, name: &str) -> Result<(SessionId, Option<String>), Failure> {
        let store = self.existing_store(name)?;
        let session = store.find(name).map_err(store_failure)?;
        let history = store.load(session).ok().and_then(|log| History::replay(&log).ok());
        Ok((session, history.map(|history| history.setup.question.topic)))
    }

    /// Gives a session another name, or takes the one it has. Returns the session.
    ///
    /// # Errors
    /// No session fits, it is being run, or the new name cannot be one or is taken; or the store cannot be written.
    pub async fn rename(&self, session: &str, name: Option<&str>) -> Result<SessionId, Failure> {
        let name = name.map(|name| naming::check_name("the name", name)).transpose()?;
        let store = self.existing_store(session)?;
        let id = store.find(session).map_err(store_failure)?;
        let lease = store.lease(id).map_err(store_failure)?;
        store.append(&lease, vec![Event::SessionRenamed { name }]).await.map_err(store_failure)?;
        Ok(id)
    }

    /// Removes a session for good. Returns which.
    ///
    /// # Errors
    /// There is no such session, it is being run, or the store cannot be written.
    pub async fn delete(&self, session: SessionId) -> Result<(), Failure> {
        let name = session.to_string();
        let store = self.existing_store(&name)?;
        let lease = store.lease(session).map_err(store_failure)?;
        store.delete(&lease).await.map_err(store_failure)
    }

    /// Takes a log in that was exported elsewhere. Returns the session, and whether it is new here.
    ///
    /// # Errors
    /// A mismatch when the log is no session's, or the session is stored already with another log. A usage failure when
    /// it is being run, or the store cannot be written.
    pub async fn import(&self, log: Vec<Logged>) -> Result<(SessionId, bool), Failure> {
        let history = History::replay(&log).map_err(|error| {
            Failure::mismatch(format!("this is no session's log: {error}"))
                .with_hint("nothing was stored")
                .with_source(error)
        })?;
        let session = history.setup.session;
        let store = Store::open(self.config.data_dir()).map_err(store_failure)?;
        let lease = store.lease(session).map_err(store_failure)?;
        match store.load(session) {
            Ok(known) if known == log => return Ok((session, false)),
            Ok(_) => {
                let failure = Failure::mismatch(format!("session {session} is stored already, with another log"));
                return Err(failure
                    .with_hint(message![Action::Delete(Target::of(session)), " makes room for it"])
                    .with_session(session.to_string()));
            }
            Err(StoreError::Unknown(_)) => {}
            Err(error) => return Err(store_failure(error)),
        }
        store.import(&lease, log).await.map_err(store_failure)?;
        Ok((session, true))
    }

    /// Pauses a session: whoever runs it waits for what is in flight, sends nothing more, and leaves it to be resumed.
    ///
    /// # Errors
    /// No session fits the name, or several do; or the store cannot be written.
    pub async fn pause(&self, name: &str) -> Result<(SessionId, Answered), Failure> {
        let store = self.existing_store(name)?;
        let session = store.find(name).map_err(store_failure)?;
        if !store.is_running(session) {
            return Ok((session, Answered::Here));
        }
        Ok((session, ask(&store, session, Request::Pause).await?))
    }

    /// Stops a session: it is decided on the ballots in hand, by whoever runs it or, if nobody does, here.
    ///
    /// # Errors
    /// No session fits the name, or several do; or the store cannot be written. An internal failure when its log is
    /// damaged.
    pub async fn stop(&self, name: &str) -> Result<(SessionId, Answered), Failure> {
        let store = self.existing_store(name)?;
        let session = store.find(name).map_err(store_failure)?;
        let lease = match store.lease(session) {
            Ok(lease) => lease,
            Err(StoreError::Busy(_)) => return Ok((session, ask(&store, session, Request::Stop).await?)),
            Err(error) => return Err(store_failure(error)),
        };
        let history = History::replay(&store.load(session).map_err(store_failure)?).map_err(history_failure)?;
        if history.ending.is_none() {
            let event = Event::StopRequested { by: StoppedBy::Command };
            let settled = engine::settle(&store.log(&lease), history, event).await;
            settled.map_err(|error| engine_failure(error).with_session(session.to_string()))?;
        }
        Ok((session, Answered::Here))
    }

    pub(super) fn existing_store(&self, name: &str) -> Result<Store, Failure> {
        let store = Store::open_existing(self.config.data_dir()).map_err(store_failure)?;
        store.ok_or_else(|| store_failure(StoreError::Unknown(name.to_owned())))
    }
}

/// Leaves a request where the process that runs the session looks for it, and waits until it has.
async fn ask(store: &Store, session: SessionId, request: Request) -> Result<Answered, Failure> {
    store.request(session, request).map_err(store_failure)?;
    let answered = async {
        while store.requested(session)?.is_some() && store.is_running(session) {
            sleep(LOOK_EVERY).await;
        }
        Ok(Answered::ByRunner)
    };
    timeout(ANSWER_MAX, answered).await.unwrap_or(Ok(Answered::NotYet)).map_err(store_failure)
}
