//! The report of a bench: `roundtable.bench/1`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::bench::Key;
use crate::debate::agent::{Seat, Voice};
use crate::debate::analysis::number::Number;
use crate::debate::log::estimates;
use crate::debate::question::{Choice, Unit};
use crate::export::bench::measure::{Found, Taken};
use crate::export::record::Status;
use crate::stats::mean;

/// The report's format.
pub const SCHEMA: &str = "roundtable.bench/1";

/// What the numbers mean.
pub(super) const NOTES: [&str; 7] = [
    "Only debates that were decided count, but for the total of calls, tokens and cost, in which every reply that arrived does.",
    "A mean has a 95% bootstrap interval from five debates on; a share has a 95% Wilson interval. Repeats of one topic hang \
together, so an interval over repeats is too narrow for topics that were not asked: more topics tell more than more repeats.",
    "Flips: the share of repeats that came out otherwise than the most frequent outcome of the same mode, panel and topic; no \
decision counts as an outcome of its own. The mode is taken from the same repeats, so few of them understate it.",
    "Tokens per changed ballot: tokens after the sealed opening, by the seats that hold another option or number at the end than in \
it. A change is cited when it names a claim that the seat had seen and that carries evidence or a rebuttal.",
    "Accuracy: a tie, an abstention and an absence are not right. Seats and the sealed vote are taken from the sealed opening, \
before anybody had read anybody.",
    "The best seat is the best by hindsight: it is picked by the same answers, which flatters it, the more so the fewer topics there are.",
    "Relative error: the distance from the right number by its size. Spread: the range between the quartiles of the repeats by \
their median, averaged over topics.",
];

/// What a bench came to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Format and version of the report.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The bench's name.
    pub bench: String,
    /// Said when no model was asked.
    pub note: Option<&'static str>,
    /// Whether every debate was decided.
    pub complete: bool,
    /// How often each combination is debated.
    pub repeats: u32,
    /// What the seeds are derived from.
    pub seed: u64,
    /// The modes, as they are called here.
    pub modes: Vec<ModeHead>,
    /// The panels.
    pub panels: Vec<PanelHead>,
    /// The topics.
    pub topics: Vec<TopicHead>,
    /// All of it.
    pub total: Total,
    /// By mode and panel, over all topics.
    pub groups: Vec<Group>,
    /// By mode, panel and topic.
    pub by_topic: Vec<Group>,
    /// Debate by debate.
    pub cells: Vec<CellRecord>,
    /// What the numbers mean.
    pub notes: Vec<&'static str>,
    /// The program's version.
    pub program: String,
}

/// A mode of a bench.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModeHead {
    /// As it is called here.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Rounds of the exchange, where they are fixed.
    pub rounds: Option<u32>,
}

/// A panel of a bench.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PanelHead {
    /// As it is called here.
    pub id: String,
    /// Who speaks from each seat, in seat order.
    pub seats: Vec<Voice>,
}

/// A topic of a bench.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TopicHead {
    /// As it is called here.
    pub id: String,
    /// The question.
    pub text: String,
    /// Its options; none for an open question and for an estimate.
    pub options: Vec<Choice>,
    /// The unit of the number that answers it.
    pub unit: Option<Unit>,
    /// The right answer, where it is known.
    pub answer: Option<Key>,
}

/// All of a bench.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Total {
    /// Debates of the matrix.
    pub cells: u32,
    /// Of those, the ones that were begun.
    pub begun: u32,
    /// Of those, the ones that were decided.
    pub decided: u32,
    /// What all of them took.
    #[serde(flatten)]
    pub taken: Taken,
}

/// One debate of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CellRecord {
    /// Mode, as it is called here.
    pub mode: String,
    /// Panel.
    pub panel: String,
    /// Topic.
    pub topic: String,
    /// Repeat, from 1.
    pub repeat: u32,
    /// Seed of its shuffles.
    pub seed: u64,
    /// The session's name, by which `show` finds it.
    pub session: String,
    /// How it stands; `None` when it was not begun.
    pub status: Option<Status>,
    /// What it took; `None` when it was not begun.
    pub taken: Option<Taken>,
    /// What it came to; `None` unless it was decided.
    pub found: Option<Found>,
}

/// What the decided debates of a combination come to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// Mode, as it is called here.
    pub mode: String,
    /// Panel.
    pub panel: String,
    /// Topic; `None` for all of them.
    pub topic: Option<String>,
    /// Debates of the combination.
    pub cells: u32,
    /// Of those, the ones that were decided: all numbers are drawn from these.
    pub decided: u32,
    /// Replies received a debate.
    pub calls: Mean,
    /// Tokens a debate.
    pub tokens: Mean,
    /// US dollars a debate.
    pub cost_usd: Mean,
    /// Rounds a debate, the opening included.
    pub rounds: Mean,
    /// Share of the leading option in the sealed opening.
    pub sealed_agreement: Mean,
    /// Share of the leading option at the end.
    pub agreement: Mean,
    /// Changes of mind that name a claim that holds, over all debates.
    pub changed_cited: u32,
    /// Changes of mind that name none.
    pub changed_uncited: u32,
    /// Tokens after the opening by changes of mind.
    pub tokens_per_changed_ballot: Number,
    /// Repeats that came out otherwise than their topic mostly does.
    pub flips: Share,
    /// Of estimates, how far repeats are apart: the range between the quartiles by the median.
    pub spread: Number,
    /// How often the right option was chosen; `None` without a choice whose answer is known.
    pub accuracy: Option<Accuracy<Share>>,
    /// How far numbers are from the right one; `None` without an estimate whose answer is known.
    pub error: Option<Accuracy<Mean>>,
}

/// A mean over debates. What is `None` has its reason beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Mean {
    /// Number of debates.
    pub n: u32,
    /// The mean.
    pub value: Option<f64>,
    /// Its 95% bootstrap interval.
    pub interval: Option<[f64; 2]>,
    /// Why there is no mean, or no interval; left out where there are both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// A share of trials. What is `None` has its reason beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// Trials.
    pub n: u32,
    /// Of those, the ones that count.
    pub count: u32,
    /// `count / n`, 0 to 1.
    pub value: Option<f64>,
    /// Its 95% Wilson interval.
    pub interval: Option<[f64; 2]>,
    /// Why there is no share; left out where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// How near the right answer one comes alone, by a sealed vote, and by the debate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Accuracy_{T}")]
pub struct Accuracy<T> {
    /// The seat that did best in the sealed opening; of equals the first.
    pub best_seat: BestSeat<T>,
    /// All seats in the sealed opening.
    pub mean_seat: T,
    /// The sealed opening, counted.
    pub sealed: T,
    /// The decision.
    #[serde(rename = "final")]
    pub last: T,
}

/// The seat that did best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "BestSeat_{T}")]
pub struct BestSeat<T> {
    /// Which.
    pub seat: Seat,
    /// How well.
    #[serde(flatten)]
    pub measure: T,
}

impl TopicHead {
    /// The right answer in words, where it is known.
    pub fn answer_text(&self) -> Option<String> {
        match self.answer.as_ref()? {
            Key::Option(id) => self.options.iter().find(|choice| choice.id == *id).map(|choice| choice.text.clone()),
            Key::Value(value) => Some(estimates::worded(*value)),
        }
    }
}

impl CellRecord {
    /// It in a line.
    pub fn label(&self) -> String {
        format!("{}, {}, {}, repeat {}", self.mode, self.topic, self.panel, self.repeat)
    }
}

impl From<mean::Mean> for Mean {
    fn from(mean: mean::Mean) -> Self {
        let undefined = mean.mean.err().or(mean.interval.err());
        Self {
            n: mean.n,
            value: mean.mean.ok(),
            interval: mean.interval.ok(),
            reason: undefined.map(|undefined| undefined.reason()),
        }
    }
}

impl Mean {
    /// None, for a reason.
    pub(super) fn undefined(n: u32, reason: &'static str) -> Self {
        Self { n, value: None, interval: None, reason: Some(reason) }
    }
}

impl Share {
    /// None, for a reason.
    pub(super) fn undefined(reason: &'static str) -> Self {
        Self { n: 0, count: 0, value: None, interval: None, reason: Some(reason) }
    }
}
