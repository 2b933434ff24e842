//! Reading sessions back.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::key;

/// An event as it is stored: its number, its time in milliseconds since the Unix epoch, and its text.
type Body = (u64, u64, String);

impl Store {
    /// Loads a session's whole log.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such session, [`StoreError::Unreadable`] for an event that cannot be
    /// read back; else the database fails.
    pub fn load(&self, session: SessionId) -> Result<Vec<Logged>, StoreError> {
        self.bodies(session)?
            .into_iter()
            .map(|(seq, at_ms, body)| Ok(Logged { seq, at_ms, event: event(session, seq, &body)? }))
            .collect()
    }

    /// Loads a session's whole log as it is stored: number, milliseconds since the Unix epoch, and the event as JSON, byte
    /// for byte.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such session; else the database fails.
    pub fn bodies(&self, session: SessionId) -> Result<Vec<Body>, StoreError> {
        let rows = self.reading(|connection| {
            let Some(key) = key::find(connection, session)? else { return Ok(Vec::new()) };
            let (first, last) = key::range(key);
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            connection
                .prepare("SELECT seq, at_ms, body FROM events WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?
                .query_map([first, last], row)?
                .collect::<Result<Vec<Body>, _>>()
        })?;
        if rows.is_empty() { Err(StoreError::Unknown(session.to_string())) } else { Ok(rows) }
    }

    /// Finds a session by its name, its id, a prefix of the id that fits one session alone, `@` for the latest, or `@~N`
    /// for the N-th before.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when no session fits, [`StoreError::Ambiguous`] when several do; else the database
    /// fails.
    pub fn find(&self, name: &str) -> Result<SessionId, StoreError> {
        let unknown = || StoreError::Unknown(name.to_owned());
        if let Some(back) = name.strip_prefix('@') {
            return self.back(back)?.ok_or_else(unknown);
        }
        let prefix = name.to_lowercase();
        // A log from elsewhere may bring a name that is another session's id.
        if let Some(session) = key::parse(&prefix)
            && !self.reading(|connection| starting(connection, &session.to_string()))?.is_empty()
        {
            return Ok(session);
        }
        if let Some(session) = self.named(name)? {
            return Ok(session);
        }
        let is_prefix = !prefix.is_empty() && prefix.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if !is_prefix {
            return Err(unknown());
        }
        let ids = self.reading(|connection| starting(connection, &prefix))?;
        match ids.as_slice() {
            [] => Err(unknown()),
            [id] => key::parse(id).ok_or_else(unknown),
            several => Err(StoreError::Ambiguous { prefix: name.to_owned(), count: several.len() }),
        }
    }

    /// Finds the session that has this name, however its accents are composed.
    ///
    /// # Errors
    /// The database cannot be opened or queried.
    pub fn named(&self, name: &str) -> Result<Option<SessionId>, StoreError> {
        let [composed, decomposed] = text::compositions(name);
        let id = self.reading(|connection| {
            let query = "SELECT id FROM sessions WHERE name IN (?1, ?2, ?3) ORDER BY name = ?1 DESC, key LIMIT 1";
            connection.query_row(query, [name, &composed, &decomposed], |row| row.get(0)).optional()
        })?;
        Ok(id.and_then(|id: String| key::parse(&id)))
    }

    /// The session at a place in the list: nothing for the latest, or `~N`.
    fn back(&self, back: &str) -> Result<Option<SessionId>, StoreError> {
        let back: Option<u32> =
            if back.is_empty() { Some(0) } else { back.strip_prefix('~').and_then(|back| back.parse().ok()) };
        let Some(back) = back else { return Ok(None) };
        let id = self.reading(|connection| {
            let query = "SELECT id FROM sessions ORDER BY key DESC LIMIT 1 OFFSET ?1";
            connection.query_row(query, [back], |row| row.get(0)).optional()
        })?;
        Ok(id.and_then(|id: String| key::parse(&id)))
    }
}

/// The first ids that start like this.
fn starting(connection: &Connection, prefix: &str) -> Result<Vec<String>, rusqlite::Error> {
    // Everything that starts so lies between the prefix and the prefix before the first character that no id has.
    let query = "SELECT id FROM sessions WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 100";
    connection.prepare(query)?.query_map([prefix], |row| row.get(0))?.collect()
}

/// Reads an event's text.
pub(super) fn event(session: SessionId, seq: u64, body: &str) -> Result<Event, StoreError> {
    serde_json::from_str(body).map_err(|source| StoreError::Unreadable { session, seq, source })
}
