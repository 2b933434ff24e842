//! Checking that the database is whole, and that the index says what the events imply.

use rusqlite::{Connection, Rows};

use crate::debate::log::ids::SessionId;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::index::{self, Entry};
use crate::store::key;

/// A word at a place in an event: the word, the event's place, and how many words stand before it.
type Occurrence = (String, i64, i64);

impl Store {
    /// Checks the whole database, and returns what is wrong with it, in a line each; nothing when all is well.
    ///
    /// Reads every event: at 100,000 sessions this takes minutes, and room for temporary files.
    ///
    /// # Errors
    /// The database cannot be opened or queried. What is found wrong with it is no error.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.reading(|connection| {
            let mut faults = integrity(connection)?;
            if faults.is_empty() {
                // `words` with the tokens of the schema; the beginnings of words are seen to by SQLite's own check.
                connection.execute_batch(
                    "CREATE VIRTUAL TABLE temp.present USING fts5vocab(main, words, instance);
                     CREATE VIRTUAL TABLE temp.words USING fts5 (text, content = '', columnsize = 0, tokenize = 'ascii');
                     CREATE VIRTUAL TABLE temp.due USING fts5vocab(temp, words, instance);",
                )?;
                for (key, session) in index::sessions(connection)? {
                    check_session(connection, key, session, &mut faults)?;
                }
                faults.extend(strays(connection)?);
                faults.extend(words(connection)?);
            }
            Ok(faults)
        })
    }
}

fn integrity(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn check_session(
    connection: &Connection,
    key: i64,
    session: Option<SessionId>,
    faults: &mut Vec<String>,
) -> Result<(), rusqlite::Error> {
    let Some(session) = session else {
        faults.push(format!("the session with key {key} has an id that is none"));
        return Ok(());
    };
    // Unqualified, so that the words go where they can be compared.
    let derived = index::derive(connection, key, |place, event| index::add_words(connection, place, event))?;
    faults.extend(derived.unreadable.iter().map(|seq| format!("event {seq} of session {session} cannot be read")));
    if !Entry::read(connection, key)?.agrees_with(&derived.entry) {
        faults.push(format!("the row of session {session} does not say what its events imply"));
    }
    if index::read_tags(connection, key)? != derived.tags {
        faults.push(format!("the tags of session {session} are not those that it was opened with"));
    }
    let (first, last) = key::range(key);
    let gap = "SELECT count(*) = 0 OR min(seq) <> 1 OR max(seq) <> count(*) FROM events WHERE place BETWEEN ?1 AND ?2";
    if connection.query_row(gap, [first, last], |row| row.get(0))? {
        faults.push(format!("the events of session {session} are not numbered without gaps from 1"));
    }
    Ok(())
}

/// Rows that belong to no session.
fn strays(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut faults = Vec::new();
    for table in ["events", "tags", "requests"] {
        let query = format!("SELECT count(*) FROM {table} WHERE session NOT IN (SELECT key FROM sessions)");
        let count: u64 = connection.query_row(&query, [], |row| row.get(0))?;
        if count > 0 {
            faults.push(format!("{count} rows of {table} belong to no session"));
        }
    }
    Ok(faults)
}

/// The first word, in the order of the index, that is there and should not be, or is not there and should.
fn words(connection: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let (mut present, mut due) = (
        connection.prepare("SELECT term, doc, offset FROM temp.present")?,
        connection.prepare("SELECT term, doc, offset FROM temp.due")?,
    );
    let (mut present, mut due) = (present.query([])?, due.query([])?);
    loop {
        let (found, wanted) = (next(&mut present)?, next(&mut due)?);
        if found == wanted {
            if found.is_none() {
                return Ok(None);
            }
            continue;
        }
        let (_, place, _) = match (&found, &wanted) {
            (Some(found), Some(wanted)) => found.min(wanted),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Ok(None),
        };
        let (key, seq) = key::split(*place);
        let session = key::session(connection, key)?.map_or_else(|| "that is gone".to_owned(), |id| id.to_string());
        return Ok(Some(format!("the words of event {seq} of session {session} are not those in the full-text index")));
    }
}

fn next(rows: &mut Rows<'_>) -> Result<Option<Occurrence>, rusqlite::Error> {
    rows.next()?.map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).transpose()
}
