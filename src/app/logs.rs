//! The verbs about a session's log itself: verify it, write it out.

use serde_json::Value;

use crate::app::failures::{history_failure, store_failure};
use crate::app::program::App;
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::debate::replay::{self, Difference, Extent, Miss};
use crate::error::Failure;
use crate::export::{self, Format, ndjson, record};
use crate::message::{Action, Target, message};

/// The name under which misses of an exported record are told: it is no event.
const RECORD: &str = "record";

/// What a session's log came to when the core was run anew over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Which session.
    pub session: SessionId,
    /// Events in its log.
    pub events: usize,
    /// Prompts sent, by the log.
    pub prompts: usize,
    /// The fields that differ, in order.
    pub misses: Vec<Miss>,
}

impl App {
    /// Loads a session's log by its id, a unique prefix of it, `@` or `@~N`.
    ///
    /// # Errors
    /// No session fits the name, or several do. An internal failure when an event cannot be read back.
    pub fn log(&self, name: &str) -> Result<Vec<Logged>, Failure> {
        let store = self.existing_store(name)?;
        let session = store.find(name).map_err(store_failure)?;
        store.load(session).map_err(store_failure)
    }

    /// Runs the core anew over a session's log, and compares. Sends no request and writes nothing.
    ///
    /// # Errors
    /// No session fits the name, or its log is damaged. A difference is no error: [`Verification::failure`] tells it.
    pub fn verify(&self, name: &str) -> Result<Verification, Failure> {
        verified(&self.log(name)?)
    }

    /// Like [`App::verify`], and compares an exported JSON record with the one that the log gives now.
    ///
    /// # Errors
    /// As [`App::verify`]; and a usage failure when `exported` is no JSON record.
    pub fn verify_record(&self, name: &str, exported: &str) -> Result<Verification, Failure> {
        let log = self.log(name)?;
        let exported: Value = serde_json::from_str(exported)
            .map_err(|error| Failure::usage(format!("the record is not JSON: {error}")).with_source(error))?;
        if exported["schema"] != record::SCHEMA {
            let schema = format!("what is given is no record: its `schema` is not `{}`", record::SCHEMA);
            return Err(Failure::usage(schema).with_hint(message![Action::Export(Target::Known), " writes one"]));
        }
        let history = History::replay(&log).map_err(history_failure)?;
        let drawn = serde_json::to_value(record::record(&history))
            .map_err(|error| Failure::internal(error.to_string()).with_source(error))?;
        let mut verification = verified(&log)?;
        let found = replay::differences(&exported, &drawn, "", Extent::Whole);
        let miss = |Difference { field, recorded, recomputed }| Miss {
            seq: history.seq,
            event: RECORD,
            field,
            recorded,
            recomputed,
        };
        verification.misses.extend(found.into_iter().map(miss));
        Ok(verification)
    }

    /// A session's log, one event a line.
    ///
    /// # Errors
    /// No session fits the name, or several do. An internal failure when an event cannot be read back.
    pub fn export_log(&self, name: &str) -> Result<String, Failure> {
        Ok(ndjson::write(&self.log(name)?))
    }

    /// Renders a session that is stored.
    ///
    /// # Errors
    /// Only [`Format::Ndjson`] reads the store, and fails when the session's log cannot be loaded.
    pub fn render(&self, history: &History, format: Format) -> Result<String, Failure> {
        let log = match format {
            Format::Text | Format::Markdown | Format::Adr | Format::Html | Format::Json => Vec::new(),
            Format::Ndjson => self.log(&history.setup.session.to_string())?,
        };
        Ok(export::render(history, &log, format))
    }
}

fn verified(log: &[Logged]) -> Result<Verification, Failure> {
    let history = History::replay(log).map_err(history_failure)?;
    let started = log.iter().filter(|logged| matches!(logged.event, Event::TurnStarted { .. }));
    Ok(Verification {
        session: history.setup.session,
        events: log.len(),
        prompts: started.count(),
        misses: replay::verify(log).map_err(history_failure)?,
    })
}

impl Verification {
    /// The failure that misses mean to a script; `None` without any.
    pub fn failure(&self) -> Option<Failure> {
        let first = self.misses.first()?;
        let place = match first.event {
            RECORD => "the record differs".to_owned(),
            event => format!("event {} ({event}) differs", first.seq),
        };
        let further = match self.misses.len() - 1 {
            0 => String::new(),
            1 => "; 1 further miss".to_owned(),
            more => format!("; {more} further misses"),
        };
        let Miss { field, recorded, recomputed, .. } = first;
        let message = format!(
            "session {}: {place} in `{field}`: recorded {recorded}, recomputed {recomputed}{further}",
            self.session
        );
        let hint = "a newer program words prompts or computes differently, or what was stored has been altered";
        Some(Failure::mismatch(message).with_hint(hint).with_session(self.session.to_string()))
    }
}
