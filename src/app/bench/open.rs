//! A bench that is open: its debates, drawn up and priced.

use std::path::Path;
use std::sync::Arc;

use crate::app::bench::budget::Budget;
use crate::app::bench::matrix::{self, Prepared};
use crate::app::failures::{history_failure, store_failure};
use crate::app::program::App;
use crate::app::request::{Needs, Who};
use crate::bench as bench_file;
use crate::bench::Bench;
use crate::config::Sources;
use crate::debate::history::History;
use crate::error::Failure;
use crate::export::bench::{Entry, Report, held, report};
use crate::export::usage;
use crate::message::{Action, Target, message};
use crate::providers::gateway::Accounts;
use crate::store::Store;
use crate::telemetry::Telemetry;

/// What a bench is to be held with.
pub struct BenchRequest<'a> {
    /// What the configuration is loaded from; limits among its flags hold for the whole bench.
    pub sources: &'a Sources,
    /// The bench file.
    pub file: &'a Path,
    /// Who answers.
    pub who: Who,
    /// Whether debates are to be held, or only counted, for which no key is needed.
    pub purpose: Purpose,
}

/// What a bench is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be held.
    Hold,
    /// To tell what it would take.
    Plan,
}

/// A bench whose debates are all set up. Nothing has been sent.
pub struct OpenBench {
    pub(super) bench: Bench,
    pub(super) sources: Sources,
    pub(super) accounts: Accounts,
    pub(super) telemetry: Telemetry,
    pub(super) budget: Budget,
    pub(super) cells: Vec<Prepared>,
    store: Option<Arc<Store>>,
    /// The most debates that may be held at the same time.
    pub jobs_max: u32,
    /// What the user should know about how its debates are set up, each once.
    pub warnings: Vec<String>,
}

/// Sets a bench up, before anything is paid for.
///
/// # Errors
/// The bench file or the configuration is not valid, or `start` would refuse a debate. Also fails when the store cannot
/// be used.
pub fn open_bench(request: &BenchRequest<'_>) -> Result<OpenBench, Failure> {
    let bench = bench_file::read(request.file).map_err(|error| Failure::usage(error.to_string()).with_source(error))?;
    let needs = match request.purpose {
        Purpose::Hold => Needs::Access,
        Purpose::Plan => Needs::Nothing,
    };
    let (budget, sources) = Budget::taken_from(request.sources)?;
    let (cells, warnings) = matrix::prepared(&bench, &sources, request.who, needs, &budget)?;
    let app = App::configured(&sources)?;
    let store = match request.purpose {
        Purpose::Hold => Some(Store::open(app.config.data_dir()).map_err(store_failure)?),
        Purpose::Plan => Store::open_existing(app.config.data_dir()).map_err(store_failure)?,
    };
    let store = store.map(Arc::new);
    let (accounts, telemetry) = (Accounts::default(), app.telemetry.clone());
    let jobs_max = app.config.max_jobs();
    Ok(OpenBench { bench, sources, accounts, telemetry, budget, cells, store, jobs_max, warnings })
}

impl OpenBench {
    /// How many debates it has.
    pub fn size(&self) -> usize {
        self.cells.len()
    }

    /// Draws up the report from what is stored, and counts the requests of which nothing is known but that they were sent:
    /// they are in no number.
    ///
    /// # Errors
    /// The store or a log cannot be read, or a session of the bench was taken further, and is another debate by now.
    pub fn report(&self) -> Result<(Report, u32), Failure> {
        let (mut entries, mut lost) = (Vec::new(), 0u32);
        for prepared in &self.cells {
            let history = self.stored(prepared)?;
            let unknown = history.as_ref().map(|history| usage::usage(history).total.unknown);
            lost = lost.saturating_add(unknown.unwrap_or_default());
            let held = history.map(|history| held(&self.bench, prepared.cell, &history));
            entries.push(Entry { cell: prepared.cell, setup: &prepared.setup, held });
        }
        Ok((report(&self.bench, &entries), lost))
    }

    /// The session of a debate; `None` when it was not begun. Fails for one that was taken further, which is another debate.
    pub(super) fn stored(&self, prepared: &Prepared) -> Result<Option<History>, Failure> {
        let Some(store) = &self.store else { return Ok(None) };
        let name = prepared.name();
        let Some(session) = store.named(name).map_err(store_failure)? else { return Ok(None) };
        let history = History::replay(&store.load(session).map_err(store_failure)?).map_err(history_failure)?;
        if history.continuations.is_empty() {
            return Ok(Some(history));
        }
        let label = self.bench.label(prepared.cell);
        Err(Failure::usage(format!("session {session} was taken further, and is no longer the debate {label}"))
            .with_hint(message![
                Action::Rename(Target::of(session)),
                " sets it apart; the bench then holds that debate anew"
            ])
            .with_session(session.to_string()))
    }
}
