//! The index: what is kept of the events so that sessions can be listed, filtered and searched without reading their logs.
//!
//! Must never hold what does not follow from the log: it is written in the transaction that appends, and can be rebuilt.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::debate::log::setup::Setup;
use crate::debate::text;
use crate::store::key;
use crate::store::standing::Standing;
use crate::store::words::words;

/// A session's row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    opened_ms: u64,
    latest_ms: u64,
    standing: Standing,
    mode: String,
    name: Option<String>,
    parent: Option<SessionId>,
    topic: String,
    /// Number of the last event that belongs to the parent's life; 0 once that is past.
    inherited: u64,
}

/// A session's row and tags as its events imply them, and the events that say nothing because they cannot be read.
pub(super) struct Derived {
    pub(super) entry: Entry,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) unreadable: Vec<u64>,
}

impl Entry {
    /// The row of a session that begins like this.
    pub(super) fn opened(at_ms: u64, setup: &Setup) -> Self {
        Self {
            opened_ms: at_ms,
            latest_ms: at_ms,
            standing: Standing::Open,
            mode: setup.mode.mode.clone(),
            name: setup.name.clone(),
            parent: setup.parent.map(|parent| parent.session),
            topic: setup.question.topic.clone(),
            inherited: setup.parent.map_or(0, |parent| parent.seq),
        }
    }

    /// Adds the next event.
    pub(super) fn follow(&mut self, logged: &Logged) {
        self.latest_ms = logged.at_ms;
        self.standing = self.standing.after(&logged.event);
        match &logged.event {
            // The name that the parent was given is the parent's.
            Event::SessionRenamed { name } if logged.seq > self.inherited => self.name.clone_from(name),
            _ => {}
        }
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Reads the row of a session.
    pub(super) fn read(connection: &Connection, key: i64) -> Result<Self, rusqlite::Error> {
        let mut statement = connection.prepare_cached(
            "SELECT opened_ms, latest_ms, standing, mode, name, parent, topic FROM sessions WHERE key = ?1",
        )?;
        statement.query_row([key], |row| {
            let parent: Option<String> = row.get(5)?;
            Ok(Self {
                opened_ms: row.get(0)?,
                latest_ms: row.get(1)?,
                standing: Standing::read(&row.get::<_, String>(2)?),
                mode: row.get(3)?,
                name: row.get(4)?,
                parent: parent.and_then(|id| key::parse(&id)),
                topic: row.get(6)?,
                inherited: 0,
            })
        })
    }

    /// Writes the row of a session, new or not.
    pub(super) fn write(&self, connection: &Connection, key: i64, session: SessionId) -> Result<(), rusqlite::Error> {
        connection
            .prepare_cached(
                "INSERT INTO sessions (key, id, opened_ms, latest_ms, standing, mode, name, parent, folded, topic)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (key) DO UPDATE SET opened_ms = ?3, latest_ms = ?4, standing = ?5, mode = ?6, name = ?7,
                 parent = ?8, folded = ?9, topic = ?10",
            )?
            .execute(params![
                key,
                session.to_string(),
                self.opened_ms,
                self.latest_ms,
                self.standing.stored(),
                self.mode,
                self.name,
                self.parent.map(|parent| parent.to_string()),
                folded(&self.topic, self.name()),
                self.topic,
            ])?;
        Ok(())
    }

    /// Whether nothing but what the log cannot tell sets two rows apart.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        Self { inherited: 0, ..self.clone() } == Self { inherited: 0, ..other.clone() }
    }
}

/// Topic and name in the form in which a part of them is looked for.
fn folded(topic: &str, name: Option<&str>) -> String {
    format!("{}\n{}", text::searchable(topic), name.map(text::searchable).unwrap_or_default())
}

/// Writes the tags of a session that has none yet.
pub(super) fn write_tags(
    connection: &Connection,
    key: i64,
    tags: &BTreeMap<String, String>,
) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare_cached("INSERT INTO tags (session, key, value) VALUES (?1, ?2, ?3)")?;
    for (name, value) in tags {
        statement.execute(params![key, name, value])?;
    }
    Ok(())
}

/// Reads the tags of a session.
pub(super) fn read_tags(connection: &Connection, key: i64) -> Result<BTreeMap<String, String>, rusqlite::Error> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM tags WHERE session = ?1")?;
    statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Makes an event's words findable.
pub(super) fn add_words(connection: &Connection, place: i64, event: &Event) -> Result<(), rusqlite::Error> {
    if let Some(terms) = terms(event) {
        connection.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?.execute(params![place, terms])?;
    }
    Ok(())
}

/// The terms of an event's words, with spaces between them, or `None` if it has none.
fn terms(event: &Event) -> Option<String> {
    let terms: Vec<String> = text::terms(&words(event)?).into_iter().map(|term| term.text).collect();
    (!terms.is_empty()).then(|| terms.join(" "))
}

/// Takes all of a session out of the index.
pub(super) fn remove(connection: &Connection, key: i64) -> Result<(), rusqlite::Error> {
    let mut statement =
        connection.prepare_cached("INSERT INTO words (words, rowid, text) VALUES ('delete', ?1, ?2)")?;
    derive(connection, key, |place, event| match terms(event) {
        Some(terms) => statement.execute(params![place, terms]).map(drop),
        None => Ok(()),
    })?;
    connection.execute("DELETE FROM tags WHERE session = ?1", [key])?;
    connection.execute("DELETE FROM sessions WHERE key = ?1", [key])?;
    Ok(())
}

/// Writes the full-text index anew. SQLite leaves beginnings of deleted words in it, where they stand between pages.
pub(super) fn compact(connection: &Connection) -> Result<(), rusqlite::Error> {
    // An index of one piece would be left as it is, so it gets another piece first. No event has place 0.
    let compacting = connection.execute_batch(
        "BEGIN IMMEDIATE;
         INSERT INTO words (rowid, text) VALUES (0, 'another');
         INSERT INTO words (words) VALUES ('optimize');
         INSERT INTO words (words, rowid, text) VALUES ('delete', 0, 'another');
         COMMIT;",
    );
    if compacting.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    compacting
}

/// Works out a session's row and tags from its events, and shows each event that can be read to `each`.
///
/// What only an opening that cannot be read could tell is taken from the row that is there.
pub(super) fn derive(
    connection: &Connection,
    key: i64,
    mut each: impl FnMut(i64, &Event) -> Result<(), rusqlite::Error>,
) -> Result<Derived, rusqlite::Error> {
    let present = Entry { latest_ms: 0, standing: Standing::Open, ..Entry::read(connection, key)? };
    let mut derived = Derived { entry: present, tags: read_tags(connection, key)?, unreadable: Vec::new() };
    let mut statement = connection
        .prepare_cached("SELECT place, at_ms, body FROM events WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let (first, last) = key::range(key);
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        let (place, at_ms): (i64, u64) = (row.get(0)?, row.get(1)?);
        let (_, seq) = key::split(place);
        let Ok(event) = serde_json::from_str(row.get_ref(2)?.as_str()?) else {
            derived.unreadable.push(seq);
            derived.entry.latest_ms = at_ms;
            continue;
        };
        each(place, &event)?;
        if let Event::SessionOpened(setup) = &event {
            derived.entry = Entry::opened(at_ms, setup);
            derived.tags.clone_from(&setup.tags);
        }
        derived.entry.follow(&Logged { seq, at_ms, event });
    }
    if !derived.unreadable.is_empty() {
        derived.entry.standing = Standing::Unreadable;
    }
    Ok(derived)
}

/// Derives the whole index anew.
pub(super) fn rebuild(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch("INSERT INTO words (words) VALUES ('delete-all')")?;
    for (key, session) in sessions(connection)? {
        let derived = derive(connection, key, |place, event| add_words(connection, place, event))?;
        connection.execute("DELETE FROM tags WHERE session = ?1", [key])?;
        write_tags(connection, key, &derived.tags)?;
        if let Some(session) = session {
            derived.entry.write(connection, key, session)?;
        }
    }
    Ok(())
}

/// The keys of all sessions with their ids, oldest first. An id that is none is not ours.
pub(super) fn sessions(connection: &Connection) -> Result<Vec<(i64, Option<SessionId>)>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT key, id FROM sessions ORDER BY key")?;
    statement.query_map([], |row| Ok((row.get(0)?, key::parse(&row.get::<_, String>(1)?))))?.collect()
}
