//! Requests as the database keeps them.

use rusqlite::{Connection, OptionalExtension};

use crate::debate::log::ids::SessionId;
use crate::engine::Request;
use crate::store::key;

/// How a request is stored.
pub(super) fn stored(request: Request) -> &'static str {
    match request {
        Request::Pause => "pause",
        Request::Stop => "stop",
    }
}

pub(super) fn read(word: &str) -> Option<Request> {
    [Request::Pause, Request::Stop].into_iter().find(|request| stored(*request) == word)
}

pub(super) fn look(connection: &Connection, session: SessionId) -> Result<Option<Request>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT kind FROM requests JOIN sessions ON sessions.key = requests.session WHERE sessions.id = ?1",
    )?;
    let kind: Option<String> = statement.query_row([session.to_string()], |row| row.get(0)).optional()?;
    Ok(kind.and_then(|kind| read(&kind)))
}

/// Takes a request out, within the writer's transaction.
pub(super) fn take(connection: &Connection, session: SessionId) -> Result<Option<Request>, rusqlite::Error> {
    let request = look(connection, session)?;
    if let (Some(_), Some(key)) = (request, key::find(connection, session)?) {
        connection.execute("DELETE FROM requests WHERE session = ?1", [key])?;
    }
    Ok(request)
}
