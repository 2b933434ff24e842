//! The writer: one thread that owns the writing connection, and commits what has queued up in one go.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::engine::Request;
use crate::store::append::{self, Refusal};
use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::lease::Hold;
use crate::store::{connect, index, mailbox};

/// Most jobs in one commit.
const BATCH_MAX: usize = 64;
/// Largest database that is written anew after a deletion, in bytes: a second's work.
const REWRITE_BYTES_MAX: u64 = 256 << 20;

/// Something to be done to one session.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) session: SessionId,
    /// Keeps the session's lease until it is done, whatever becomes of whoever asked.
    pub(super) hold: Arc<Hold>,
    pub(super) task: Task,
    pub(super) answer: oneshot::Sender<Result<Done, StoreError>>,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Task {
    /// Append these events.
    Append(Vec<Event>),
    /// Put in this log.
    Import(Vec<Logged>),
    /// Take the session out.
    Delete,
    /// Take out what was asked of whoever runs the session.
    TakeRequest,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The events as stamped.
    pub(super) logged: Vec<Logged>,
    /// What was asked for.
    pub(super) request: Option<Request>,
}

/// The database as it was opened for writing.
#[derive(Debug)]
pub(super) struct Desk {
    connection: Connection,
    path: PathBuf,
    /// The files that the path led to; none for a database in memory.
    files: Vec<Identity>,
}

/// The writing thread. Dropping this waits until it has closed the database, so that all of it is in one file.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    /// Takes a connection that was just opened at `path`.
    pub(super) fn new(connection: Connection, path: PathBuf) -> Self {
        let files = [path.clone(), connect::log_of(&path)].iter().filter_map(|path| Identity::of(path)).collect();
        Self { connection, path, files }
    }

    /// The write-ahead log.
    fn log(&self) -> Option<&Identity> {
        let log = connect::log_of(&self.path);
        self.files.iter().find(|file| file.path() == log)
    }

    /// Size of the database in bytes.
    fn size(&self) -> Result<u64, rusqlite::Error> {
        let query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        self.connection.query_row(query, [], |row| row.get(0))
    }
}

/// Refuses to go on when what is written would be in no file that anybody finds again.
fn check_place(files: &[Identity]) -> Result<(), StoreError> {
    match files.iter().find(|file| !file.holds()) {
        Some(gone) => Err(StoreError::Removed { path: gone.path().to_owned() }),
        None => Ok(()),
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let log = self.log();
        if log.is_some_and(Identity::is_taken) {
            // Closing tidies away what bears our log's name, and that is the log of another database by now.
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok();
        } else if log.is_some_and(Identity::holds) && check_place(&self.files).is_err() {
            // The database went, and its log stayed, where it would be taken for that of whatever comes to stand there.
            // What is in it belongs to the file that went.
            empty_log(&self.connection);
        }
    }
}

impl Writer {
    /// Starts the writer.
    pub(super) fn start(desk: Desk) -> Self {
        let (sender, jobs) = mpsc::channel();
        let thread = thread::spawn(move || work(desk, &jobs));
        Self { jobs: Some(sender), thread: Some(thread) }
    }

    /// Hands a job over.
    pub(super) fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).map_err(|_| StoreError::Closed)
    }

    /// Leaves the thread to itself.
    pub(super) fn abandon(mut self) {
        self.thread = None;
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

fn work(mut desk: Desk, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(BATCH_MAX - 1)).collect();
        match commit(&mut desk, &batch) {
            Ok(results) => settle(&desk, batch, results),
            Err(error) => fail(&mut desk, batch, error),
        }
    }
}

/// Answers jobs that were committed together.
fn settle(desk: &Desk, batch: Vec<Job>, results: Vec<Result<Done, StoreError>>) {
    if batch.iter().zip(&results).any(|(job, result)| matches!(job.task, Task::Delete) && result.is_ok()) {
        scrub(desk);
    }
    for (job, result) in batch.into_iter().zip(results) {
        answer(job, result);
    }
}

/// What ails the whole database ails every job. Of the rest it is not known which job it was, so each gets a commit of
/// its own.
fn fail(desk: &mut Desk, batch: Vec<Job>, error: StoreError) {
    let mut error = Some(error);
    let is_alone = batch.len() == 1;
    for job in batch {
        let result = match error.as_ref().and_then(for_all) {
            Some(shared) => Err(shared),
            None if is_alone => Err(error.take().unwrap_or(StoreError::Closed)),
            None => match commit(desk, std::slice::from_ref(&job)) {
                Ok(mut results) => results.pop().unwrap_or(Err(StoreError::Closed)),
                Err(error) => Err(error),
            },
        };
        answer(job, result);
    }
}

/// The error once more, if it is about the database as a whole.
fn for_all(error: &StoreError) -> Option<StoreError> {
    match error {
        StoreError::Full { path } => Some(StoreError::Full { path: path.clone() }),
        StoreError::Locked { path } => Some(StoreError::Locked { path: path.clone() }),
        StoreError::Removed { path } => Some(StoreError::Removed { path: path.clone() }),
        StoreError::ReadOnly { path } => Some(StoreError::ReadOnly { path: path.clone() }),
        _ => None,
    }
}

/// Whoever asked may have been cancelled meanwhile; what was done stands all the same.
fn answer(job: Job, result: Result<Done, StoreError>) {
    let Job { hold, answer, .. } = job;
    // First, so that whoever waits for the answer may take a lease right after it.
    drop(hold);
    answer.send(result).ok();
}

/// Sees to it that no text which was deleted is left in a file.
///
/// SQLite overwrites what it deletes, but not the copies that it leaves behind when it moves rows from page to page. So a
/// database of moderate size is written anew; in a large one that would keep other processes waiting for too long. The
/// write-ahead log is cut to nothing, or, while somebody reads, when it is next begun anew. All that may fail: the
/// session is deleted already.
fn scrub(desk: &Desk) {
    let is_moderate = desk.size().is_ok_and(|bytes| bytes <= REWRITE_BYTES_MAX);
    if is_moderate {
        index::compact(&desk.connection).and_then(|()| desk.connection.execute_batch("VACUUM")).ok();
    }
    empty_log(&desk.connection);
}

/// Moves what is in the write-ahead log into the database, and cuts the log to nothing, unless somebody reads just now.
fn empty_log(connection: &Connection) {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).ok();
}

/// Does the jobs in one transaction. A job that is refused changes nothing and keeps none of the others back.
fn commit(desk: &mut Desk, batch: &[Job]) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
    let path = desk.path.clone();
    let failed = |source| StoreError::database(&path, source);
    let transaction = desk.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        results.push(match perform(&transaction, job) {
            Ok(done) => Ok(done),
            Err(Refusal::Caller(error)) => Err(error),
            Err(Refusal::Database(source)) => return Err(failed(source)),
        });
    }
    // The last moment at which nothing has been promised.
    check_place(&desk.files)?;
    transaction.commit().map_err(failed)?;
    Ok(results)
}

fn perform(connection: &Connection, job: &Job) -> Result<Done, Refusal> {
    match &job.task {
        Task::Append(events) => {
            let logged = append::append(connection, job.session, events)?;
            Ok(Done { logged, ..Done::default() })
        }
        Task::Import(log) => append::import(connection, job.session, log).map(|()| Done::default()),
        Task::Delete => append::delete(connection, job.session).map(|()| Done::default()),
        Task::TakeRequest => {
            let request = mailbox::take(connection, job.session)?;
            Ok(Done { request, ..Done::default() })
        }
    }
}
