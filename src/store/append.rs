//! Putting events into the database, with what the index says of them. Stamps them with number and time.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};

use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::store::error::StoreError;
use crate::store::index::{self, Entry};
use crate::store::key::{self, SEQ_MAX};

/// Why events were not put in: the caller's doing, or SQLite's.
pub(super) enum Refusal {
    /// Nothing was changed.
    Caller(StoreError),
    /// The transaction is of no use any more.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Caller(error)
    }
}

/// Stamps events and appends them to the session's log.
pub(super) fn append(connection: &Connection, session: SessionId, events: &[Event]) -> Result<Vec<Logged>, Refusal> {
    let key = key::find(connection, session)?;
    let latest = key.map(|key| latest(connection, key)).transpose()?.flatten();
    let log = stamped(latest, events);
    insert(connection, session, key, &log)?;
    Ok(log)
}

/// Events with number and time, after those of the log's latest event; `None` begins a log.
pub(super) fn stamped(latest: Option<(u64, u64)>, events: &[Event]) -> Vec<Logged> {
    let (latest_seq, latest_ms) = latest.unwrap_or((0, 0));
    // A clock that was set back must not put an effect before its cause.
    let at_ms = now_ms().max(latest_ms);
    let stamped = events.iter().zip(latest_seq + 1..).map(|(event, seq)| Logged { seq, at_ms, event: event.clone() });
    stamped.collect()
}

/// Puts the whole log of a session in that is not there yet, stamps and all.
pub(super) fn import(connection: &Connection, session: SessionId, log: &[Logged]) -> Result<(), Refusal> {
    if key::find(connection, session)?.is_some() {
        return Err(StoreError::Exists(session).into());
    }
    if let Some((logged, _)) = log.iter().zip(1..).find(|(logged, due)| logged.seq != *due) {
        return Err(StoreError::OutOfPlace { session, seq: logged.seq }.into());
    }
    insert(connection, session, None, log)
}

/// Every refusal of the caller comes before the first change.
fn insert(connection: &Connection, session: SessionId, key: Option<i64>, log: &[Logged]) -> Result<(), Refusal> {
    let Some((first, last)) = log.first().zip(log.last()) else { return Ok(()) };
    let out_of_place = |logged: &Logged| StoreError::OutOfPlace { session, seq: logged.seq };
    let (opening, mut entry) = match (key, &first.event) {
        (None, Event::SessionOpened(setup)) if setup.session == session => {
            (Some(setup), Entry::opened(first.at_ms, setup))
        }
        (None, Event::SessionOpened(_)) => return Err(out_of_place(first).into()),
        (None, _) => return Err(StoreError::Unknown(session.to_string()).into()),
        (Some(key), _) => (None, Entry::read(connection, key)?),
    };
    let rest = if opening.is_some() { &log[1..] } else { log };
    if let Some(second) = rest.iter().find(|logged| matches!(logged.event, Event::SessionOpened(_))) {
        return Err(out_of_place(second).into());
    }
    if last.seq > SEQ_MAX {
        return Err(StoreError::TooLong(session).into());
    }
    rest.iter().for_each(|logged| entry.follow(logged));
    check_name(connection, session, entry.name())?;
    let bodies: Vec<String> = log.iter().map(|logged| body(&logged.event)).collect::<Result<_, _>>()?;

    let key = match key {
        Some(key) => key,
        None => key::free(connection, &session.to_string(), first.at_ms)?,
    };
    entry.write(connection, key, session)?;
    if let Some(setup) = opening {
        index::write_tags(connection, key, &setup.tags)?;
    }
    let mut statement = connection.prepare_cached("INSERT INTO events (place, at_ms, body) VALUES (?1, ?2, ?3)")?;
    for (logged, body) in log.iter().zip(bodies) {
        let place = key::place(key, logged.seq);
        statement.execute(params![place, logged.at_ms, body])?;
        index::add_words(connection, place, &logged.event)?;
    }
    Ok(())
}

/// Takes a session out, with all that was kept of it.
pub(super) fn delete(connection: &Connection, session: SessionId) -> Result<(), Refusal> {
    let Some(key) = key::find(connection, session)? else {
        return Err(StoreError::Unknown(session.to_string()).into());
    };
    index::remove(connection, key)?;
    let (first, last) = key::range(key);
    connection.execute("DELETE FROM events WHERE place BETWEEN ?1 AND ?2", [first, last])?;
    connection.execute("DELETE FROM requests WHERE session = ?1", [key])?;
    Ok(())
}

fn latest(connection: &Connection, key: i64) -> Result<Option<(u64, u64)>, rusqlite::Error> {
    let (first, last) = key::range(key);
    connection
        .prepare_cached("SELECT seq, at_ms FROM events WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1")?
        .query_row([first, last], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Checks that the session may have the name: nothing that means a place in the list, and nobody else's.
fn check_name(connection: &Connection, session: SessionId, name: Option<&str>) -> Result<(), Refusal> {
    let Some(name) = name else { return Ok(()) };
    if name.starts_with('@') || text::is_blank(name) || text::line(name) != name {
        return Err(StoreError::BadName(text::clip(name, 60)).into());
    }
    let holder: Option<String> = connection
        .prepare_cached("SELECT id FROM sessions WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    match holder.and_then(|id| key::parse(&id)) {
        Some(holder) if holder != session => {
            Err(StoreError::NameTaken { name: name.to_owned(), session: holder }.into())
        }
        Some(_) | None => Ok(()),
    }
}

fn body(event: &Event) -> Result<String, rusqlite::Error> {
    serde_json::to_string(event).map_err(|source| rusqlite::Error::ToSqlConversionFailure(Box::new(source)))
}

/// The time, in milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
