//! The writer: one thread that owns the writing connection, and commits what has queued up in one go.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;

use crate::debate::event::{Event, Logged, SessionId};
use crate::store::StoreError;

/// Most jobs in one commit.
const BATCH_MAX: usize = 64;

/// Events to append to one session.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) session: SessionId,
    pub(super) events: Vec<Event>,
    pub(super) answer: oneshot::Sender<Result<Vec<Logged>, StoreError>>,
}

/// The writing thread. Dropping this waits until it has closed the database, so that all of it is in one file.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the writer.
    pub(super) fn start(connection: Connection, path: PathBuf) -> Self {
        let (sender, jobs) = mpsc::channel();
        let thread = thread::spawn(move || work(connection, &path, &jobs));
        Self { jobs: Some(sender), thread: Some(thread) }
    }

    /// Hands a job over; gives it back when the writer has ended.
    pub(super) fn send(&self, job: Job) -> Result<(), Box<Job>> {
        match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|refused| Box::new(refused.0)),
            None => Err(Box::new(job)),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that broke has nothing left to close.
            thread.join().ok();
        }
    }
}

fn work(mut connection: Connection, path: &std::path::Path, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(BATCH_MAX - 1)).collect();
        let failed = |source| StoreError::Database { path: path.to_owned(), source };
        match commit(&mut connection, &batch) {
            Ok(stamped) => {
                for (job, logged) in batch.into_iter().zip(stamped) {
                    answer(job, Ok(logged));
                }
            }
            // One bad job must not fail its neighbours, so each gets a commit of its own.
            Err(_) => {
                for job in batch {
                    let result = commit(&mut connection, std::slice::from_ref(&job));
                    answer(job, result.map(|stamped| stamped.into_iter().flatten().collect()).map_err(failed));
                }
            }
        }
    }
}

/// Whoever asked may have been cancelled meanwhile; the events stand all the same.
fn answer(job: Job, result: Result<Vec<Logged>, StoreError>) {
    job.answer.send(result).ok();
}

fn commit(connection: &mut Connection, batch: &[Job]) -> Result<Vec<Vec<Logged>>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut keys: HashMap<SessionId, i64> = HashMap::new();
    let mut stamped = Vec::with_capacity(batch.len());
    for job in batch {
        stamped.push(append(&transaction, &mut keys, job)?);
    }
    transaction.commit()?;
    Ok(stamped)
}

fn append(
    transaction: &Transaction<'_>,
    keys: &mut HashMap<SessionId, i64>,
    job: &Job,
) -> Result<Vec<Logged>, rusqlite::Error> {
    let mut logged = Vec::with_capacity(job.events.len());
    for event in &job.events {
        let key = match (keys.get(&job.session), event) {
            // A session that opens a second time must fail on its row, whatever came before in the batch.
            (_, Event::SessionOpened(_)) | (None, _) => session_key(transaction, job.session, event)?,
            (Some(key), _) => *key,
        };
        keys.insert(job.session, key);
        let latest = transaction
            .prepare_cached("SELECT seq, at_ms FROM events WHERE session = ?1 ORDER BY seq DESC LIMIT 1")?
            .query_row([key], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)))
            .optional()?;
        let (seq, latest_ms) = latest.unwrap_or((0, 0));
        // A clock that was set back must not put an effect before its cause.
        let entry = Logged { seq: seq + 1, at_ms: now_ms().max(latest_ms), event: event.clone() };
        let body = serde_json::to_string(&entry.event)
            .map_err(|source| rusqlite::Error::ToSqlConversionFailure(Box::new(source)))?;
        transaction
            .prepare_cached("INSERT INTO events (session, seq, at_ms, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![key, entry.seq, entry.at_ms, body])?;
        logged.push(entry);
    }
    Ok(logged)
}

/// The session's row, created for a session's first event.
fn session_key(transaction: &Transaction<'_>, session: SessionId, event: &Event) -> Result<i64, rusqlite::Error> {
    if let Event::SessionOpened(setup) = event {
        transaction.execute(
            "INSERT INTO sessions (id, opened_ms, mode, topic) VALUES (?1, ?2, ?3, ?4)",
            params![session.to_string(), now_ms(), setup.mode.mode, setup.question.topic],
        )?;
        return Ok(transaction.last_insert_rowid());
    }
    transaction.query_row("SELECT key FROM sessions WHERE id = ?1", [session.to_string()], |row| row.get(0))
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
