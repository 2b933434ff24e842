//! The mailbox: what one process asks of the one that runs a session. No part of the log.

use std::sync::PoisonError;

use rusqlite::{Connection, params};

use crate::debate::log::ids::SessionId;
use crate::engine::Request;
use crate::store::connect::{self, Access};
use crate::store::database::{Place, Store};
use crate::store::error::StoreError;
use crate::store::key;
use crate::store::lease::Lease;
use crate::store::mailbox::{look, stored};
use crate::store::writer::Task;

impl Store {
    /// Leaves a request for whoever runs the session. A stop that was asked for is not softened to a pause.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such session, [`StoreError::ReadOnly`] where nothing can be written;
    /// else the database fails.
    pub fn request(&self, session: SessionId, request: Request) -> Result<(), StoreError> {
        let path = self.path();
        let failed = |source| StoreError::database(&path, source);
        let connection = self.beside()?;
        let key = key::find(&connection, session).map_err(failed)?;
        let key = key.ok_or_else(|| StoreError::Unknown(session.to_string()))?;
        let statement = "INSERT INTO requests (session, kind) VALUES (?1, ?2)
             ON CONFLICT (session) DO UPDATE SET kind = excluded.kind WHERE excluded.kind = 'stop'";
        connection.execute(statement, params![key, stored(request)]).map(drop).map_err(failed)
    }

    /// Writes something that belongs to no session's log.
    pub(super) fn aside<T>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        write(&self.beside()?).map_err(|source| StoreError::database(&self.path(), source))
    }

    /// A connection that writes beside the writer's.
    fn beside(&self) -> Result<Connection, StoreError> {
        let path = self.path();
        let failed = |source| StoreError::database(&path, source);
        let connection = match &self.place {
            Place::Folder(_) => {
                let (connection, access) = connect::open(&path, rusqlite::OpenFlags::empty())?;
                if access != Access::Write {
                    return Err(StoreError::ReadOnly { path: path.clone() });
                }
                connection
            }
            Place::Memory { name, .. } => connect::in_memory(name).map_err(failed)?,
        };
        connect::set_up(&connection).map_err(failed)?;
        Ok(connection)
    }

    /// Looks whether something is asked of whoever runs the session. Cheap: it may be asked many times a second.
    ///
    /// # Errors
    /// The database cannot be opened or queried.
    pub fn requested(&self, session: SessionId) -> Result<Option<Request>, StoreError> {
        let failed = |source| StoreError::database(&self.path(), source);
        let mut kept = self.mailbox.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match kept.take() {
            Some(connection) => connection,
            None => self.connect().map_err(failed)?,
        };
        let found = look(&connection, session).map_err(failed)?;
        // Only a connection that has just worked is worth keeping.
        *kept = Some(connection);
        Ok(found)
    }

    /// Takes out what is asked of whoever runs the session, so that it is heeded once.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the session's lock was taken away; else the database fails.
    pub async fn take_request(&self, lease: &Lease) -> Result<Option<Request>, StoreError> {
        Ok(self.perform(lease, Task::TakeRequest).await?.request)
    }
}
