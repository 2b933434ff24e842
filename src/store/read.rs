//! Reading sessions back.

use rusqlite::{Row, params};
use uuid::Uuid;

use crate::debate::event::{Ending, Event, Logged, SessionId};
use crate::store::{Store, StoreError};

/// A session in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Which.
    pub session: SessionId,
    /// When it began, in milliseconds since the Unix epoch.
    pub opened_ms: u64,
    /// Its mode.
    pub mode: String,
    /// Its topic.
    pub topic: String,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a listed session stands, by its latest event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended.
    Open,
    /// It has.
    Ended(Ending),
    /// Its latest event cannot be read, so one broken session does not hide the others.
    Unreadable,
}

/// A session's row with the latest event's body.
type ListedRow = (String, u64, String, String, String);

impl Store {
    /// Loads a session's whole log.
    pub fn load(&self, session: SessionId) -> Result<Vec<Logged>, StoreError> {
        let rows = self.reading(|connection| {
            let mut statement = connection
                .prepare("SELECT seq, at_ms, body FROM events JOIN sessions ON sessions.key = events.session WHERE sessions.id = ?1 ORDER BY seq")?;
            let row = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?, row.get::<_, String>(2)?));
            statement.query_map([session.to_string()], row)?.collect::<Result<Vec<_>, _>>()
        })?;
        if rows.is_empty() {
            return Err(StoreError::Unknown(session.to_string()));
        }
        rows.into_iter()
            .map(|(seq, at_ms, body)| Ok(Logged { seq, at_ms, event: event(session, seq, &body)? }))
            .collect()
    }

    /// Lists the latest sessions, newest first, at most `most`.
    pub fn list(&self, most: u32) -> Result<Vec<Listed>, StoreError> {
        let rows: Vec<ListedRow> = self.reading(|connection| {
            let mut statement = connection.prepare(
                "SELECT id, opened_ms, mode, topic, (SELECT body FROM events WHERE session = key ORDER BY seq DESC LIMIT 1)
                 FROM sessions ORDER BY id DESC LIMIT ?1",
            )?;
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
            statement.query_map(params![most], row)?.collect()
        })?;
        rows.into_iter().map(listed).collect()
    }

    /// Finds a session by its id, a prefix of it that fits one session alone, `@` for the latest, or `@~N` for the N-th
    /// before.
    pub fn find(&self, name: &str) -> Result<SessionId, StoreError> {
        let unknown = || StoreError::Unknown(name.to_owned());
        if let Some(back) = name.strip_prefix('@') {
            let back: u32 = if back.is_empty() {
                0
            } else {
                back.strip_prefix('~').and_then(|n| n.parse().ok()).ok_or_else(unknown)?
            };
            let ids = self.ids("SELECT id FROM sessions ORDER BY id DESC LIMIT 1 OFFSET ?1", &back.to_string())?;
            return ids.first().and_then(|id| parse(id)).ok_or_else(unknown);
        }
        let prefix = name.to_lowercase();
        let is_prefix = !prefix.is_empty() && prefix.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if !is_prefix {
            return Err(unknown());
        }
        let ids = self.ids("SELECT id FROM sessions WHERE id GLOB ?1 || '*' ORDER BY id LIMIT 100", &prefix)?;
        match ids.as_slice() {
            [] => Err(unknown()),
            [id] => parse(id).ok_or_else(unknown),
            several => Err(StoreError::Ambiguous { prefix: name.to_owned(), count: several.len() }),
        }
    }

    fn ids(&self, query: &str, parameter: &str) -> Result<Vec<String>, StoreError> {
        self.reading(|connection| connection.prepare(query)?.query_map([parameter], |row| row.get(0))?.collect())
    }
}

fn listed((id, opened_ms, mode, topic, latest): ListedRow) -> Result<Listed, StoreError> {
    let session = parse(&id).ok_or(StoreError::Unknown(id))?;
    let standing = match serde_json::from_str(&latest) {
        Ok(Event::SessionClosed { ending }) => Standing::Ended(ending),
        Ok(_) => Standing::Open,
        Err(_) => Standing::Unreadable,
    };
    Ok(Listed { session, opened_ms, mode, topic, standing })
}

fn parse(id: &str) -> Option<SessionId> {
    Uuid::parse_str(id).ok().map(SessionId)
}

fn event(session: SessionId, seq: u64, body: &str) -> Result<Event, StoreError> {
    serde_json::from_str(body).map_err(|source| StoreError::Unreadable { session, seq, source })
}
