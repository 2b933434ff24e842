//! Searching what was said.

use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension, params};

use crate::debate::event::Event;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::excerpt::excerpt;
use crate::store::key;
use crate::store::list::{Listed, listed};
use crate::store::phrase::{Phrase, phrases};
use crate::store::words::words;

/// Sessions that are looked up ahead for a phrase, at first. Each further look takes four times as many.
const AHEAD: usize = 64;

/// A session in which something was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The session.
    pub listed: Listed,
    /// Number of the first event that holds all that was searched for; if none does, of the first that holds some of it.
    pub seq: u64,
    /// That event.
    pub event: Event,
    /// The part of it around what was found, on one line.
    pub excerpt: String,
}

impl Store {
    /// Finds the sessions in which all words of `text` occur, wherever in them, newest first, at most `limit`.
    ///
    /// `"Words in quotes"` must stand together in that order within one event, and `word*` is the beginning of a word. Where a
    /// script has no spaces, and in Korean, any part of what was said is a word. All other signs mean nothing; case, accents
    /// and how characters are composed do not matter. Words beyond the first 32 are left out.
    ///
    /// Takes milliseconds at 100,000 sessions; fractions of a second for the beginning, of four letters or more, of a
    /// thousand different words, and for common words that are never said in the same session.
    ///
    /// # Errors
    /// [`StoreError::NoWords`] when nothing is left to search for; else the database fails.
    pub fn search(&self, text: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
        let phrases = phrases(text);
        if phrases.is_empty() {
            return Err(StoreError::NoWords(text.to_owned()));
        }
        let queries: Vec<String> = phrases.iter().map(Phrase::query).collect();
        let running = self.running();
        self.reading(|connection| {
            let mut streams: Vec<Stream<'_>> = queries.iter().map(|query| Stream::new(connection, query)).collect();
            let mut hits = Vec::new();
            let mut newest = i64::MAX;
            while hits.len() < limit as usize {
                let Some(key) = common(&mut streams, newest)? else { break };
                newest = key - 1;
                let Some((seq, event)) = first_event(connection, &queries, key)? else { continue };
                let excerpt = excerpt(&words(&event).unwrap_or_default(), &phrases);
                hits.extend(listed(connection, key, &running)?.map(|listed| Hit { listed, seq, event, excerpt }));
            }
            Ok(hits)
        })
    }
}

/// The keys of the sessions that hold a phrase, newest first.
struct Stream<'a> {
    connection: &'a Connection,
    query: &'a str,
    ahead: VecDeque<i64>,
    /// How many to look up next.
    next: usize,
}

impl<'a> Stream<'a> {
    fn new(connection: &'a Connection, query: &'a str) -> Self {
        Self { connection, query, ahead: VecDeque::new(), next: AHEAD }
    }

    /// The newest one that is not newer than `newest`.
    fn seek(&mut self, newest: i64) -> Result<Option<i64>, rusqlite::Error> {
        while self.ahead.front().is_some_and(|key| *key > newest) {
            self.ahead.pop_front();
        }
        if self.ahead.is_empty() {
            self.look_ahead(newest)?;
        }
        Ok(self.ahead.front().copied())
    }

    fn look_ahead(&mut self, newest: i64) -> Result<(), rusqlite::Error> {
        let (_, last) = key::range(newest.min(i64::MAX >> 20));
        let mut statement = self
            .connection
            .prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC")?;
        let mut rows = statement.query(params![self.query, last])?;
        while let Some(row) = rows.next()? {
            let (key, _) = key::split(row.get(0)?);
            if self.ahead.back() == Some(&key) {
                continue;
            }
            if self.ahead.len() == self.next {
                break;
            }
            self.ahead.push_back(key);
        }
        self.next = self.next.saturating_mul(4);
        Ok(())
    }
}

/// The newest session that all streams hold and that is not newer than `newest`.
fn common(streams: &mut [Stream<'_>], mut newest: i64) -> Result<Option<i64>, rusqlite::Error> {
    loop {
        let mut agreed = newest;
        for stream in streams.iter_mut() {
            let Some(key) = stream.seek(agreed)? else { return Ok(None) };
            agreed = key;
        }
        // Whoever came first may have to go further back; once nobody does, all stand at the same one.
        if agreed == newest {
            return Ok(Some(agreed));
        }
        newest = agreed;
    }
}

/// The first event of a session that holds all phrases, else the first that holds any; `None` if it cannot be read.
fn first_event(connection: &Connection, queries: &[String], key: i64) -> Result<Option<(u64, Event)>, rusqlite::Error> {
    let (first, last) = key::range(key);
    let mut statement = connection.prepare_cached(
        "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid LIMIT 1",
    )?;
    let mut find = |query: String| -> Result<Option<i64>, rusqlite::Error> {
        statement.query_row(params![query, first, last], |row| row.get(0)).optional()
    };
    let place = match find(queries.join(" AND "))? {
        Some(place) => Some(place),
        None => find(queries.join(" OR "))?,
    };
    let Some(place) = place else { return Ok(None) };
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM events WHERE place = ?1")?
        .query_row([place], |row| row.get(0))
        .optional()?;
    let event = body.and_then(|body| serde_json::from_str(&body).ok());
    Ok(event.map(|event| (key::split(place).1, event)))
}
