//! The versions of the schema, and the way from each to the next.
//!
//! Must never change the body, the number or the time of an event. What is not the log is not migrated but derived anew.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::store::error::StoreError;
use crate::store::version::VERSION;
use crate::store::{index, key};

/// A version of the schema.
struct Migration {
    /// Its number, one more than that of the row before.
    version: i64,
    /// Changes a database of the version before.
    apply: fn(&Transaction<'_>) -> Result<(), rusqlite::Error>,
    /// What becomes of what is derived from the log.
    index: Index,
}

/// What a migration does to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Index {
    /// It has to be derived anew, which takes time in a large database.
    Anew,
    /// It stays as it is.
    Kept,
}

/// Every version since the first.
const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, apply: first, index: Index::Anew },
    Migration { version: 2, apply: second, index: Index::Anew },
    Migration { version: 3, apply: third, index: Index::Kept },
    Migration { version: 4, apply: fourth, index: Index::Kept },
    Migration { version: 5, apply: fifth, index: Index::Anew },
];

const _: () = assert!(MIGRATIONS[MIGRATIONS.len() - 1].version == VERSION, "the last migration leads to the version");

/// Returns the version of a database; 0 when it has none.
pub(super) fn version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings a database to [`VERSION`], in one transaction. Does nothing when it is there.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::database(path, source);
    if version(connection).map_err(failed)? == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have come here first: whoever comes second finds the work done.
    let found = version(&transaction).map_err(failed)?;
    let due = MIGRATIONS.iter().filter(|migration| migration.version > found);
    for migration in due.clone() {
        (migration.apply)(&transaction).map_err(failed)?;
    }
    if due.clone().any(|migration| migration.index == Index::Anew) {
        index::rebuild(&transaction).map_err(failed)?;
    }
    if due.count() > 0 {
        transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Whether the database has tables and no version: it is some other program's.
pub(super) fn is_foreign(connection: &mut Connection) -> Result<bool, rusqlite::Error> {
    // One view of both: another process may be making a session store of it just now.
    let view = connection.transaction()?;
    let has_tables: bool = view.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    Ok(has_tables && version(&view)? == 0)
}

fn first(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(include_str!("schema/1.sql"))
}

/// Adds the ledger of personas asked alone.
fn third(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(include_str!("schema/3.sql"))
}

/// Counts searches of the web in the ledger.
fn fourth(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(include_str!("schema/4.sql"))
}

/// Keeps terms that are found in scripts without spaces too.
fn fifth(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(include_str!("schema/5.sql"))
}

/// Numbers the sessions by their time, and lays each one's events together.
fn second(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(include_str!("schema/2.sql"))?;
    let mut sessions = transaction.prepare("SELECT key, id, opened_ms, mode, topic FROM sessions_1 ORDER BY id")?;
    let mut rows = sessions.query([])?;
    while let Some(row) = rows.next()? {
        let (old, id, opened_ms): (i64, String, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (mode, topic): (String, String) = (row.get(3)?, row.get(4)?);
        let new = key::free(transaction, &id, opened_ms)?;
        transaction.execute(
            "INSERT INTO sessions (key, id, opened_ms, mode, topic) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![new, id, opened_ms, mode, topic],
        )?;
        transaction.execute(
            "INSERT INTO events (place, at_ms, body) SELECT ?1 << 20 | seq, at_ms, body FROM events_1 WHERE session = ?2",
            params![new, old],
        )?;
    }
    drop(rows);
    drop(sessions);
    transaction.execute_batch("DROP TABLE events_1; DROP TABLE sessions_1")
}
