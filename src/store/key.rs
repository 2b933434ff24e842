//! Where a session's events lie: sessions in the order of their ids' time, events in the order of their numbers.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::debate::log::ids::SessionId;

/// Bits of a place that are the event's number.
const SEQ_BITS: u32 = 20;
/// The largest number of an event.
pub(super) const SEQ_MAX: u64 = (1 << SEQ_BITS) - 1;
/// The largest key that the time of an id becomes; the year 2248. Above it there is room for those that share it.
const TIME_MAX: i64 = (1 << (63 - SEQ_BITS)) - (1 << SEQ_BITS);

/// The place of an event.
pub(super) fn place(key: i64, seq: u64) -> i64 {
    key << SEQ_BITS | seq.min(SEQ_MAX).cast_signed()
}

/// The key of the session, and the number of the event, at a place.
pub(super) fn split(place: i64) -> (i64, u64) {
    (place >> SEQ_BITS, place.cast_unsigned() & SEQ_MAX)
}

/// The first and the last place that a session can have events at.
pub(super) fn range(key: i64) -> (i64, i64) {
    (place(key, 0), place(key, SEQ_MAX))
}

/// The key of a stored session.
pub(super) fn find(connection: &Connection, session: SessionId) -> Result<Option<i64>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT key FROM sessions WHERE id = ?1")?
        .query_row([session.to_string()], |row| row.get(0))
        .optional()
}

/// The id of the session with this key.
pub(super) fn session(connection: &Connection, key: i64) -> Result<Option<SessionId>, rusqlite::Error> {
    let id: Option<String> = connection
        .prepare_cached("SELECT id FROM sessions WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(id.and_then(|id| parse(&id)))
}

/// Reads an id.
pub(super) fn parse(id: &str) -> Option<SessionId> {
    Uuid::parse_str(id).ok().map(SessionId)
}

/// A key for a new session: the millisecond in its id, or of its opening if the id holds none, or the next one free.
pub(super) fn free(connection: &Connection, id: &str, opened_ms: u64) -> Result<i64, rusqlite::Error> {
    let timestamp = parse(id).and_then(|session| session.0.get_timestamp());
    let time_ms = timestamp.map_or(opened_ms, |time| {
        let (seconds, nanoseconds) = time.to_unix();
        seconds * 1_000 + u64::from(nanoseconds) / 1_000_000
    });
    let mut key = i64::try_from(time_ms).unwrap_or(TIME_MAX).clamp(1, TIME_MAX);
    let mut taken = connection.prepare_cached("SELECT key FROM sessions WHERE key >= ?1 ORDER BY key")?;
    let mut rows = taken.query([key])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != key {
            break;
        }
        key += 1;
    }
    Ok(key)
}
