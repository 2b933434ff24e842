//! Listing sessions.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{Connection, Row};

use crate::debate::event::Event;
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::standing::Standing;
use crate::store::{index, key};

/// A session in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Which.
    pub session: SessionId,
    /// When it began, in milliseconds since the Unix epoch.
    pub opened_ms: u64,
    /// When its latest event was stored.
    pub latest_ms: u64,
    /// Its mode.
    pub mode: String,
    /// Its topic.
    pub topic: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its labels.
    pub tags: BTreeMap<String, String>,
    /// The session that it branched off.
    pub parent: Option<SessionId>,
    /// Where it stands.
    pub standing: Standing,
}

/// Which sessions are wanted: those that fit all that is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// The mode.
    pub mode: Option<String>,
    /// Where it stands.
    pub standing: Option<Standing>,
    /// Labels it has, with this value or, for `None`, with any.
    pub tags: Vec<(String, Option<String>)>,
    /// Earliest opening, in milliseconds since the Unix epoch.
    pub opened_from_ms: Option<u64>,
    /// First opening that is too late.
    pub opened_before_ms: Option<u64>,
    /// Part of the topic or the name, in any case, with any accents.
    pub text: Option<String>,
    /// The session that it branched off.
    pub parent: Option<SessionId>,
}

impl Store {
    /// Lists the latest sessions that fit, newest first by the time in their ids, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be opened or queried. A session whose log cannot be read is listed all the same.
    pub fn list(&self, filter: &Filter, limit: u32) -> Result<Vec<Listed>, StoreError> {
        let running = self.running();
        self.reading(|connection| {
            let keys = fitting(connection, Conditions::of(filter, &running), limit)?;
            keys.into_iter().filter_map(|key| listed(connection, key, &running).transpose()).collect()
        })
    }
}

/// What is asked of a session's row, with the values that the question marks stand for.
#[derive(Default)]
struct Conditions {
    asked: Vec<&'static str>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, condition: &'static str, values: impl IntoIterator<Item = Value>) {
        self.asked.push(condition);
        self.values.extend(values);
    }

    fn of(filter: &Filter, running: &BTreeSet<SessionId>) -> Self {
        let mut conditions = Self::default();
        if let Some(mode) = &filter.mode {
            conditions.add("mode = ?", [mode.clone().into()]);
        }
        if let Some(standing) = filter.standing {
            conditions.add("standing = ?", [standing.stored().to_owned().into()]);
            match standing {
                Standing::Running => conditions.add("id IN (SELECT value FROM json_each(?))", [json(running)]),
                Standing::Open => conditions.add("id NOT IN (SELECT value FROM json_each(?))", [json(running)]),
                Standing::Paused | Standing::Waiting | Standing::Ended(_) | Standing::Unreadable => {}
            }
        }
        for (tag, value) in &filter.tags {
            let tag = Value::from(tag.clone());
            match value {
                Some(value) => conditions.add(
                    "key IN (SELECT tags.session FROM tags WHERE tags.key = ? AND tags.value = ?)",
                    [tag, value.clone().into()],
                ),
                None => conditions.add("key IN (SELECT tags.session FROM tags WHERE tags.key = ?)", [tag]),
            }
        }
        if let Some(from) = filter.opened_from_ms {
            conditions.add("opened_ms >= ?", [number(from)]);
        }
        if let Some(before) = filter.opened_before_ms {
            conditions.add("opened_ms < ?", [number(before)]);
        }
        if let Some(part) = &filter.text {
            conditions.add("instr(folded, ?) > 0", [text::searchable(part).into()]);
        }
        if let Some(parent) = filter.parent {
            conditions.add("parent = ?", [parent.to_string().into()]);
        }
        conditions
    }
}

/// The keys of the latest sessions that fit.
fn fitting(connection: &Connection, conditions: Conditions, limit: u32) -> Result<Vec<i64>, rusqlite::Error> {
    let Conditions { asked, mut values } = conditions;
    let asked = if asked.is_empty() { "true".to_owned() } else { asked.join(" AND ") };
    values.push(i64::from(limit).into());
    let mut statement =
        connection.prepare(&format!("SELECT key FROM sessions WHERE {asked} ORDER BY key DESC LIMIT ?"))?;
    statement.query_map(rusqlite::params_from_iter(values), |row| row.get(0))?.collect()
}

fn number(ms: u64) -> Value {
    i64::try_from(ms).unwrap_or(i64::MAX).into()
}

fn json(sessions: &BTreeSet<SessionId>) -> Value {
    serde_json::json!(sessions.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string().into()
}

/// The session with this key; `None` if its id is none of ours.
pub(super) fn listed(
    connection: &Connection,
    key: i64,
    running: &BTreeSet<SessionId>,
) -> Result<Option<Listed>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, opened_ms, latest_ms, mode, topic, name, parent, standing,
            (SELECT body FROM events WHERE place BETWEEN ?2 AND ?3 ORDER BY place DESC LIMIT 1)
         FROM sessions WHERE key = ?1",
    )?;
    let (first, last) = key::range(key);
    let row = |row: &Row<'_>| {
        let (id, parent, latest): (String, Option<String>, Option<String>) = (row.get(0)?, row.get(6)?, row.get(8)?);
        let Some(session) = key::parse(&id) else { return Ok(None) };
        // A program of later days may have stored what this one cannot read.
        let is_readable = latest.is_some_and(|latest| serde_json::from_str::<Event>(&latest).is_ok());
        let standing = match Standing::read(&row.get::<_, String>(7)?) {
            _ if !is_readable => Standing::Unreadable,
            Standing::Open if running.contains(&session) => Standing::Running,
            stored => stored,
        };
        Ok(Some(Listed {
            session,
            opened_ms: row.get(1)?,
            latest_ms: row.get(2)?,
            mode: row.get(3)?,
            topic: row.get(4)?,
            name: row.get(5)?,
            tags: BTreeMap::new(),
            parent: parent.and_then(|id| key::parse(&id)),
            standing,
        }))
    };
    let Some(listed) = statement.query_row([key, first, last], row)? else { return Ok(None) };
    Ok(Some(Listed { tags: index::read_tags(connection, key)?, ..listed }))
}
