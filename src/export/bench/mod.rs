//! The report of a bench, drawn from the logs of its debates: as a table, as JSON; `export::html::bench` makes a page of it.
//!
//! Must never hold what differs between a bench that was interrupted and one that was not: no times, no session ids, no requests
//! that were lost.

mod group;
mod measure;
mod report;
pub(crate) mod table;
mod text;
pub(crate) mod words;

pub use crate::export::bench::measure::{Compared, Found, Marks, SeatMark, Taken};
pub use crate::export::bench::report::{
    Accuracy, BestSeat, CellRecord, Group, Mean, ModeHead, PanelHead, Report, SCHEMA, Share, TopicHead, Total,
};
pub use crate::export::bench::text::{FOOT, render as text};

use crate::bench::{Bench, Cell, ModeRow, PanelRow, Topic};
use crate::debate::history::History;
use crate::debate::log::setup::Setup;
use crate::export::bench::group::{Head, Member, group};
use crate::export::bench::report::NOTES;
use crate::export::json::inert;
use crate::export::record::{self, Status, rehearsal};

/// How the first line of a bench's plan ends.
pub const UNSENT: &str = "Nothing was sent.";

/// A debate of a bench as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// How it stands.
    pub status: Status,
    /// What it took.
    pub taken: Taken,
    /// What it came to; `None` unless it was decided.
    pub found: Option<Found>,
}

/// A debate of the matrix with how it is set up and how far it has come.
pub struct Entry<'a> {
    /// Which.
    pub cell: Cell,
    /// How it is set up, under the name of its session.
    pub setup: &'a Setup,
    /// How far it has come; `None` when it was not begun.
    pub held: Option<Held>,
}

/// Measures the debate of `cell`.
pub fn held(bench: &Bench, cell: Cell, history: &History) -> Held {
    let key = bench.topics[cell.topic].key.as_ref();
    Held { status: record::status(history), taken: measure::taken(history), found: measure::found(history, key) }
}

/// Draws up the report. `entries` are the debates of the whole matrix, in its order.
pub fn report(bench: &Bench, entries: &[Entry<'_>]) -> Report {
    let total = total(entries);
    let first = entries.first();
    let rehearses =
        entries.iter().flat_map(|entry| &entry.setup.agents).any(|agent| agent.voice.provider == rehearsal::REHEARSAL);
    let of = |mode: usize, panel: usize, topic: Option<usize>| combination(bench, entries, (mode, panel, topic));
    let pairs = (0..bench.modes.len()).flat_map(|mode| (0..bench.panels.len()).map(move |panel| (mode, panel)));
    let topics = |(mode, panel)| (0..bench.topics.len()).map(move |topic| (mode, panel, topic));
    Report {
        schema: SCHEMA,
        bench: bench.name.clone(),
        note: rehearses.then_some(rehearsal::REHEARSAL_NOTE),
        complete: total.decided == total.cells,
        repeats: bench.repeats,
        seed: bench.seed,
        modes: mode_heads(bench, entries),
        panels: panel_heads(bench, entries),
        topics: topic_heads(bench),
        total,
        groups: pairs.clone().map(|(mode, panel)| of(mode, panel, None)).collect(),
        by_topic: pairs.flat_map(topics).map(|(mode, panel, topic)| of(mode, panel, Some(topic))).collect(),
        cells: entries.iter().map(|entry| cell_record(bench, entry)).collect(),
        notes: NOTES.to_vec(),
        program: first.map(|entry| entry.setup.program.clone()).unwrap_or_default(),
    }
}

/// Renders the report as JSON, indented.
pub fn json(report: &Report) -> String {
    let json = serde_json::to_string_pretty(report)
        .expect("a report holds no map with keys that are not text, and no number that JSON lacks");
    inert(&json) + "\n"
}

fn total(entries: &[Entry<'_>]) -> Total {
    let nothing = Taken { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: Some(0.0) };
    let held = || entries.iter().filter_map(|entry| entry.held.as_ref());
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Total {
        cells: count(entries.len()),
        begun: count(held().count()),
        decided: count(held().filter(|held| held.found.is_some()).count()),
        taken: held().fold(nothing, |sum, held| sum.plus(&held.taken)),
    }
}

fn combination(bench: &Bench, entries: &[Entry<'_>], (mode, panel, topic): (usize, usize, Option<usize>)) -> Group {
    let is_here =
        |cell: Cell| cell.mode == mode && cell.panel == panel && topic.is_none_or(|topic| cell.topic == topic);
    let here: Vec<&Entry<'_>> = entries.iter().filter(|entry| is_here(entry.cell)).collect();
    let decided = here.iter().filter_map(|entry| {
        let (topic, held) = (entry.cell.topic, entry.held.as_ref()?);
        Some(Member { topic, question: &bench.topics[topic].question, taken: &held.taken, found: held.found.as_ref()? })
    });
    let members: Vec<Member<'_>> = decided.collect();
    let head = Head {
        mode: bench.modes[mode].label(),
        panel: bench.panels[panel].name.clone(),
        topic: topic.map(|topic| bench.topics[topic].id.clone()),
        cells: u32::try_from(here.len()).unwrap_or(u32::MAX),
    };
    group(head, &members, bench.seed)
}

fn mode_heads(bench: &Bench, entries: &[Entry<'_>]) -> Vec<ModeHead> {
    let head = |(index, row): (usize, &ModeRow)| {
        let setup = entries.iter().find(|entry| entry.cell.mode == index).map(|entry| entry.setup);
        ModeHead {
            id: row.label(),
            title: setup.map(|setup| setup.mode.title.clone()).unwrap_or_default(),
            rounds: setup.and_then(|setup| setup.rounds),
        }
    };
    bench.modes.iter().enumerate().map(head).collect()
}

fn panel_heads(bench: &Bench, entries: &[Entry<'_>]) -> Vec<PanelHead> {
    let head = |(index, row): (usize, &PanelRow)| {
        let agents = entries.iter().find(|entry| entry.cell.panel == index).map(|entry| entry.setup.agents.as_slice());
        PanelHead {
            id: row.name.clone(),
            seats: agents.unwrap_or_default().iter().map(|agent| agent.voice.clone()).collect(),
        }
    };
    bench.panels.iter().enumerate().map(head).collect()
}

fn topic_heads(bench: &Bench) -> Vec<TopicHead> {
    let head = |topic: &Topic| TopicHead {
        id: topic.id.clone(),
        text: topic.question.topic.clone(),
        options: topic.question.options.clone(),
        unit: topic.question.estimate.clone(),
        answer: topic.key.clone(),
    };
    bench.topics.iter().map(head).collect()
}

fn cell_record(bench: &Bench, entry: &Entry<'_>) -> CellRecord {
    let Cell { mode, panel, topic, repeat } = entry.cell;
    CellRecord {
        mode: bench.modes[mode].label(),
        panel: bench.panels[panel].name.clone(),
        topic: bench.topics[topic].id.clone(),
        repeat,
        seed: entry.setup.seed,
        session: entry.setup.name.clone().unwrap_or_default(),
        status: entry.held.as_ref().map(|held| held.status),
        taken: entry.held.as_ref().map(|held| held.taken),
        found: entry.held.as_ref().and_then(|held| held.found.clone()),
    }
}
