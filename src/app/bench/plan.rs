//! What a bench will take, before anything is sent.

use serde::Serialize;

use crate::app::bench::open::OpenBench;
use crate::app::plan::{LimitOutlook, NOTES, Span};
use crate::bench::Cell;
use crate::debate::amount::Amount;
use crate::debate::event::Ending;
use crate::debate::taken;
use crate::error::Failure;
use crate::providers::table::PRICES_AS_OF;

/// The plan's format.
const SCHEMA: &str = "roundtable.bench-plan/1";

/// What a bench will take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchPlan {
    /// Format and version of the plan.
    pub schema: &'static str,
    /// The bench's name.
    pub bench: String,
    /// Debates of the matrix.
    pub debates: usize,
    /// Of those, the ones that are decided already: nothing of them is paid again.
    pub decided: usize,
    /// What all of the others will take; of those that were begun, as if they were begun anew.
    pub total: Span,
    /// By mode, panel and topic.
    pub cells: Vec<PlannedCells>,
    /// The budget, with what it would do; what earlier runs took is counted.
    pub limits: Vec<LimitOutlook>,
    /// What may surprise in the way it is set up.
    pub warnings: Vec<String>,
    /// What the numbers rest on.
    pub notes: Vec<&'static str>,
    /// The day on which prices were last checked.
    pub prices_as_of: &'static str,
}

/// The debates of one mode, panel and topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedCells {
    /// Mode.
    pub mode: String,
    /// Panel.
    pub panel: String,
    /// Topic.
    pub topic: String,
    /// Seats.
    pub seats: usize,
    /// Repeats.
    pub debates: usize,
    /// Of those, the ones that are decided already.
    pub decided: usize,
    /// What one of them takes.
    pub each: Span,
    /// What those will take that are not decided.
    pub total: Span,
}

impl OpenBench {
    /// Works out what the bench will take. Sends nothing and stores nothing.
    ///
    /// # Errors
    /// The store or a log cannot be read, or a session of the bench was taken further, and is another debate by now.
    pub fn plan(&self) -> Result<BenchPlan, Failure> {
        let mut rows: Vec<PlannedCells> = Vec::new();
        let mut last: Option<Cell> = None;
        let mut spent = Amount::default();
        for prepared in &self.cells {
            let cell = prepared.cell;
            let history = self.stored(prepared)?;
            spent = history.as_ref().map_or(spent, |history| spent.plus(taken::counted(history)));
            let is_decided = history.and_then(|history| history.ending) == Some(Ending::Decided);
            if last != Some(Cell { repeat: 0, ..cell }) {
                last = Some(Cell { repeat: 0, ..cell });
                rows.push(PlannedCells {
                    mode: self.bench.modes[cell.mode].label(),
                    panel: self.bench.panels[cell.panel].name.clone(),
                    topic: self.bench.topics[cell.topic].id.clone(),
                    seats: prepared.setup.agents.len(),
                    debates: 0,
                    decided: 0,
                    each: prepared.span()?,
                    total: Span::default(),
                });
            }
            if let Some(row) = rows.last_mut() {
                row.debates += 1;
                row.decided += usize::from(is_decided);
                row.total = if is_decided { row.total } else { row.total.plus(&row.each) };
            }
        }
        let total = rows.iter().fold(Span::default(), |sum, row| sum.plus(&row.total));
        Ok(BenchPlan {
            schema: SCHEMA,
            bench: self.bench.name.clone(),
            debates: self.cells.len(),
            decided: rows.iter().map(|row| row.decided).sum(),
            limits: self.budget.outlooks(spent, &total),
            total,
            cells: rows,
            warnings: self.warnings.clone(),
            notes: NOTES.to_vec(),
            prices_as_of: PRICES_AS_OF,
        })
    }
}
