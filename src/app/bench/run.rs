//! Holding the debates of a bench, a few at a time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;

use crate::app::bench::budget::{Book, Budget};
use crate::app::bench::matrix;
use crate::app::bench::open::OpenBench;
use crate::app::endings::ending_failure;
use crate::app::known::{Elsewhere, run_elsewhere};
use crate::app::limits;
use crate::app::program::App;
use crate::app::session::Opened;
use crate::debate::event::Ending;
use crate::debate::history::History;
use crate::debate::log::limits::Caps;
use crate::debate::log::setup::Setup;
use crate::debate::taken;
use crate::engine::Control;
use crate::error::{Failure, FailureKind};
use crate::export::bench::{Held, held};
use crate::message::{Field, Message, message};

/// Debates that failed which are named in one line.
const NAMED_MAX: usize = 3;
/// What to do with a bench that did not come to its end.
const GOES_ON: &str = "start it again with the same file: it goes on, and pays for nothing twice";

/// What to do with one whose budget is used up.
fn larger() -> Message {
    let limits = message![Field::MaxCost, " or ", Field::MaxTokens];
    message!["start it again with the same file and a larger ", limits, ": it goes on from here"]
}

/// Tells a bench to end. Clones tell the same bench.
#[derive(Debug, Clone, Default)]
pub struct BenchControl {
    is_stopping: Arc<AtomicBool>,
    debates: Control,
}

impl BenchControl {
    /// Asks it to finish the debates in hand and to begin no other.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    /// Asks it to leave everything as it is, at once.
    pub fn abort(&self) {
        self.stop();
        self.debates.abort();
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }
}

/// What is told while a bench runs.
pub enum BenchNews<'a> {
    /// So many of its debates were decided in earlier runs.
    Known {
        /// Decided debates.
        decided: usize,
        /// All debates.
        cells: usize,
    },
    /// A debate came to an end.
    Ended {
        /// Which, in words.
        label: String,
        /// Decided debates by now.
        decided: usize,
        /// All debates.
        cells: usize,
        /// What it came to.
        held: &'a Held,
        /// Why it was not decided.
        failure: Option<Failure>,
    },
}

/// What came of one debate.
enum Turnout {
    /// It came to an end.
    Ended(Box<History>),
    /// What was set aside for it leaves no room for its next stage.
    NoRoom(Failure),
}

/// How far a run has come.
struct Progress {
    book: Book,
    /// The limits of the debates that earlier runs began, by their places.
    caps: BTreeMap<usize, Caps>,
    waiting: VecDeque<usize>,
    decided: usize,
    /// Why no further debate is begun.
    over: Option<Failure>,
    /// Debates that were not decided, with the reason.
    failed: Vec<(String, Failure)>,
}

impl OpenBench {
    /// Holds what has not been decided yet, at most `jobs` debates at a time. Returns why some were not decided.
    ///
    /// # Errors
    /// The run is interrupted by [`BenchControl::abort`], a log cannot be read, or a session of the bench was taken
    /// further.
    pub async fn hold(
        &self,
        jobs: u32,
        control: &BenchControl,
        tell: &dyn Fn(BenchNews<'_>),
    ) -> Result<Option<Failure>, Failure> {
        let jobs = usize::try_from(jobs).unwrap_or(usize::MAX);
        let mut progress = self.known()?;
        tell(BenchNews::Known { decided: progress.decided, cells: self.size() });
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < jobs && progress.over.is_none() && !control.is_stopping() {
                let Some(place) = progress.waiting.front().copied() else { break };
                let share = match self.share(&mut progress.book, &progress.caps, place) {
                    Ok(share) => share,
                    Err(failure) => {
                        // Those that run may leave something over.
                        progress.over = Some(failure).filter(|_| running.is_empty());
                        break;
                    }
                };
                progress.waiting.pop_front();
                running.push(async move { (place, self.debate(place, share, control).await) });
            }
            let Some((place, turnout)) = running.next().await else { break };
            match turnout {
                Ok(Turnout::Ended(history)) => self.ended(place, &history, &mut progress, tell),
                Ok(Turnout::NoRoom(failure)) => progress.over = Some(failure),
                Err(failure) if failure.kind == FailureKind::Interrupted => {
                    return Err(failure.with_hint(GOES_ON));
                }
                Err(failure) => progress.over = Some(failure.within(&self.bench.label(self.cells[place].cell))),
            }
        }
        Ok(self.verdict(progress, control))
    }

    /// What earlier runs have come to. Debates are held by repeat, so that a bench that ends early has as many of each kind.
    fn known(&self) -> Result<Progress, Failure> {
        let (mut taken, mut caps) = (BTreeMap::new(), BTreeMap::new());
        let (mut waiting, mut decided) = (Vec::new(), 0);
        for (place, prepared) in self.cells.iter().enumerate() {
            let history = self.stored(prepared)?;
            if let Some(history) = &history {
                taken.insert(place, taken::counted(history));
                caps.insert(place, history.caps.clone());
            }
            match history.and_then(|history| history.ending) {
                Some(Ending::Decided) => decided += 1,
                None | Some(Ending::QuorumLost | Ending::Stopped | Ending::LimitReached) => waiting.push(place),
            }
        }
        waiting.sort_by_key(|place| (self.cells[*place].cell.repeat, *place));
        let book = Book::new(self.budget, taken);
        Ok(Progress { book, caps, waiting: waiting.into(), decided, over: None, failed: Vec::new() })
    }

    /// Sets aside what a debate may take. Fails when too little is left.
    fn share(&self, book: &mut Book, caps: &BTreeMap<usize, Caps>, place: usize) -> Result<Budget, Failure> {
        let caps = caps.get(&place).cloned().unwrap_or_default();
        if self.budget == Budget::default() && !caps.counts() {
            return Ok(self.budget);
        }
        book.set_aside(place, &self.cells[place].span()?, &caps).map_err(|shortage| shortage.failure())
    }

    async fn debate(&self, place: usize, share: Budget, control: &BenchControl) -> Result<Turnout, Failure> {
        let prepared = &self.cells[place];
        let mut sources = matrix::with_flags(&self.sources, &self.bench, prepared.cell);
        for (flag, setting, text) in share.flags(&App::configured(&sources)?.config) {
            sources.flag(flag, setting, text);
        }
        let app = App::configured(&sources)?.sharing(&self.accounts).telling(&self.telemetry);
        let caps = limits::caps(&app.config, limits::voices(&prepared.setup), &prepared.setup.web_search)?;
        if let (Err(failure), true) = (
            limits::check_start(&Setup { caps, ..prepared.setup.clone() }),
            share != Budget::default() && self.stored(prepared)?.is_none(),
        ) {
            let told = message!["the budget is used up: ", failure.message];
            return Ok(Turnout::NoRoom(Failure::limit(told).with_hint(larger())));
        }
        match app.open(&prepared.request, Elsewhere::Return).await {
            Ok(Opened::Stored(history)) => Ok(Turnout::Ended(history)),
            Ok(Opened::Elsewhere(history)) => Err(run_elsewhere(&history)),
            Ok(Opened::Running(session)) => {
                // Nobody watches a single debate.
                let (notices, _) = mpsc::channel(1);
                let history = session.run(notices, control.debates.clone()).await?;
                Ok(Turnout::Ended(Box::new(history)))
            }
            Err(failure) if failure.kind == FailureKind::Limit => Ok(Turnout::NoRoom(failure)),
            Err(failure) => Err(failure),
        }
    }

    fn ended(&self, place: usize, history: &History, progress: &mut Progress, tell: &dyn Fn(BenchNews<'_>)) {
        let cell = self.cells[place].cell;
        progress.book.settle(place, taken::counted(history));
        let failure = ending_failure(history);
        progress.decided += usize::from(history.ending == Some(Ending::Decided));
        let held = held(&self.bench, cell, history);
        let (label, decided, cells) = (self.bench.label(cell), progress.decided, self.size());
        progress.failed.extend(ending_failure(history).map(|failure| (label.clone(), failure)));
        tell(BenchNews::Ended { label, decided, cells, held: &held, failure });
    }

    /// Why some debates were not decided; `None` when all were.
    fn verdict(&self, progress: Progress, control: &BenchControl) -> Option<Failure> {
        let (decided, cells) = (progress.decided, self.size());
        if decided == cells {
            return None;
        }
        let so_far = format!("{decided} of {cells} debates are decided");
        if let Some(failure) = progress.over {
            let failure = failure.within(&so_far);
            return Some(if failure.hint.is_none() { failure.with_hint(GOES_ON) } else { failure });
        }
        if control.is_stopping() && !progress.waiting.is_empty() {
            return Some(Failure::interrupted(format!("interrupted; {so_far}")).with_hint(GOES_ON));
        }
        let kind = progress.failed.iter().map(|(_, failure)| failure.kind).min_by_key(|kind| severity(*kind))?;
        let named = |(label, failure): &(String, Failure)| message![label, ": ", failure.message.clone()];
        let named = Message::joined(progress.failed.iter().take(NAMED_MAX).map(named), "; ");
        let more = progress.failed.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        Some(Failure::new(kind, message![so_far, ": ", named, more]).with_hint(GOES_ON))
    }
}

/// The failure that outweighs others: a lost quorum first.
fn severity(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Providers => 0,
        FailureKind::Limit => 1,
        FailureKind::Internal
        | FailureKind::Usage
        | FailureKind::Gate
        | FailureKind::Waiting
        | FailureKind::Credentials
        | FailureKind::Mismatch
        | FailureKind::Interrupted => 2,
    }
}
