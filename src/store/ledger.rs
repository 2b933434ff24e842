//! The ledger of personas asked alone: who was asked when, with which key, and what it took.
//!
//! Must never hold a word of what was asked or answered, nor a key: an alias names it.

use rusqlite::{Connection, Row, params};

use crate::store::append::now_ms;
use crate::store::database::Store;
use crate::store::error::StoreError;

/// A call as it is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The persona's name.
    pub persona: String,
    /// Alias of the key that opens the door.
    pub alias: String,
    /// Vendor name.
    pub provider: String,
    /// Model asked for.
    pub model: String,
}

/// What a call took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// How it ended.
    pub outcome: AskOutcome,
    /// Replies received.
    pub calls: u32,
    /// Requests sent for them.
    pub requests: u32,
    /// Requests that brought nothing and may have been billed all the same.
    pub unknown: u32,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Of those, read from a prompt cache.
    pub cached_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// Of those, spent on reasoning.
    pub reasoning_tokens: u64,
    /// Searches of the web.
    pub searches: u64,
    /// Whether some of the tokens are estimates.
    pub estimated: bool,
    /// Price in US dollars; `None` when a price is not known.
    pub cost_usd: Option<f64>,
    /// From the first request to the last byte, in milliseconds.
    pub elapsed_ms: u64,
}

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskOutcome {
    /// It has begun. Once nobody waits for it any more, nothing is known of what its last request took.
    UnderWay,
    /// There was an answer.
    Answered,
    /// There was none.
    Failed,
}

impl AskOutcome {
    const ALL: [Self; 3] = [Self::UnderWay, Self::Answered, Self::Failed];

    /// The name under which it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Answered => "answered",
            Self::Failed => "failed",
        }
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// When it was begun, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// Who was asked.
    pub entry: LedgerEntry,
    /// What it took.
    pub taken: Taken,
}

/// A row that has been begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerKey(i64);

impl Store {
    /// Begins a row; on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] where nothing can be written; else the disk is full, or the database is locked or
    /// fails.
    pub fn begin_ask(&self, entry: &LedgerEntry) -> Result<LedgerKey, StoreError> {
        let statement = "INSERT INTO asks (at_ms, persona, alias, provider, model) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![now_ms(), entry.persona, entry.alias, entry.provider, entry.model];
        self.aside(|connection| {
            connection.execute(statement, values)?;
            Ok(LedgerKey(connection.last_insert_rowid()))
        })
    }

    /// Fills in what a call has taken so far, or in all; on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] where nothing can be written; else the disk is full, or the database is locked or
    /// fails.
    pub fn note_ask(&self, key: LedgerKey, taken: &Taken) -> Result<(), StoreError> {
        let statement = "UPDATE asks SET outcome = ?2, calls = ?3, requests = ?4, unknown = ?5, input_tokens = ?6,
             cached_tokens = ?7, output_tokens = ?8, reasoning_tokens = ?9, estimated = ?10, cost_usd = ?11,
             elapsed_ms = ?12, searches = ?13 WHERE key = ?1";
        let values = params![
            key.0,
            taken.outcome.name(),
            taken.calls,
            taken.requests,
            taken.unknown,
            taken.input_tokens,
            taken.cached_tokens,
            taken.output_tokens,
            taken.reasoning_tokens,
            taken.estimated,
            taken.cost_usd,
            taken.elapsed_ms,
            taken.searches,
        ];
        self.aside(|connection| connection.execute(statement, values).map(drop))
    }

    /// The rows begun at `from_ms` or later and before `before_ms`, in milliseconds since the Unix epoch, in order.
    ///
    /// # Errors
    /// The database cannot be opened or queried.
    pub fn asks(&self, from_ms: u64, before_ms: u64) -> Result<Vec<LedgerRow>, StoreError> {
        self.reading(|connection| rows(connection, from_ms, before_ms))
    }
}

fn rows(connection: &Connection, from_ms: u64, before_ms: u64) -> Result<Vec<LedgerRow>, rusqlite::Error> {
    let within = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    let mut statement = connection.prepare(
        "SELECT at_ms, persona, alias, provider, model, outcome, calls, requests, unknown, input_tokens, cached_tokens,
             output_tokens, reasoning_tokens, estimated, cost_usd, elapsed_ms, searches
         FROM asks WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms, key",
    )?;
    statement.query_map([within(from_ms), within(before_ms)], row)?.collect()
}

fn row(row: &Row<'_>) -> Result<LedgerRow, rusqlite::Error> {
    let outcome: String = row.get(5)?;
    let outcome = AskOutcome::ALL.into_iter().find(|known| known.name() == outcome);
    Ok(LedgerRow {
        at_ms: row.get(0)?,
        entry: LedgerEntry { persona: row.get(1)?, alias: row.get(2)?, provider: row.get(3)?, model: row.get(4)? },
        taken: Taken {
            outcome: outcome.unwrap_or(AskOutcome::UnderWay),
            calls: row.get(6)?,
            requests: row.get(7)?,
            unknown: row.get(8)?,
            input_tokens: row.get(9)?,
            cached_tokens: row.get(10)?,
            output_tokens: row.get(11)?,
            reasoning_tokens: row.get(12)?,
            estimated: row.get(13)?,
            cost_usd: row.get(14)?,
            elapsed_ms: row.get(15)?,
            searches: row.get(16)?,
        },
    })
}
