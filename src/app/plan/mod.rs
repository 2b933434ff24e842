//! What a debate will take: the core is run three times against a made-up world, and what it asks is counted.
//!
//! Must never send anything, and never store anything.

mod case;
mod speech;
mod world;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::plan::case::Case;
use crate::app::plan::world::Call;
use crate::app::program::App;
use crate::app::request::{Needs, StartRequest};
use crate::app::{limits, start};
use crate::debate::agent::{Agent, Voice};
use crate::debate::log::limits::{Caps, LimitKind};
use crate::debate::log::setup::Setup;
use crate::error::Failure;
use crate::providers::table::PRICES_AS_OF;

/// The plan's format.
pub const SCHEMA: &str = "roundtable.plan/1";

/// What each number rests on.
pub const NOTES: [&str; 3] = [
    "low: every early end, the shortest replies that can be read, input from the cache",
    "likely: the rounds of the mode, one attempt a turn, replies as long as their forms ask for, as much reasoning again",
    "max: all rounds, every first reply cut off, all the room used, the dearest fallback; broken connections that may be billed are left out",
];

/// What searches rest on, where there may be some.
pub const SEARCH_NOTE: &str = "searches: none at the low, two a turn that may search as likely, all that are allowed at the max; what they find is a guess";

/// What a debate will take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Format and version of the plan.
    pub schema: &'static str,
    /// The mode's name.
    pub mode: String,
    /// The mode's title.
    pub mode_title: String,
    /// By whom.
    pub panel: Vec<Agent>,
    /// Who may moderate, in order of preference.
    pub moderators: Vec<Voice>,
    /// All of it.
    pub total: Span,
    /// Of that, by stage of a round, in order.
    pub stages: Vec<Part>,
    /// Of that, by seat; the moderator under `moderator`.
    pub speakers: Vec<Part>,
    /// Of that, by what is asked for: `position`, `questions`, `ballot`, `perspectives`, `sorting`, `synthesis`.
    pub purposes: Vec<Part>,
    /// The limits that the debate would run under, each with what it would do.
    pub limits: Vec<LimitOutlook>,
    /// What may surprise in the way it is set up.
    pub warnings: Vec<String>,
    /// What the numbers rest on.
    pub notes: Vec<&'static str>,
    /// The day on which prices were last checked.
    pub prices_as_of: &'static str,
}

/// A part of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Which part.
    pub name: String,
    /// What it will take.
    #[serde(flatten)]
    pub span: Span,
}

/// What something will take.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Span {
    /// At least, when all goes well.
    pub low: Take,
    /// As a rule.
    pub likely: Take,
    /// At most.
    pub max: Take,
}

/// Calls, tokens and money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Take {
    /// Replies received.
    pub calls: u32,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// US dollars; `None` when a price is not known.
    pub cost_usd: Option<f64>,
}

/// A limit, and what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitOutlook {
    /// Which.
    pub limit: LimitKind,
    /// The limit in its unit: US dollars, tokens or seconds.
    pub max: f64,
    /// What it would do.
    pub outlook: Outlook,
}

/// What a limit would do to a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// Nothing: the most that the debate may take is below it.
    Holds,
    /// Perhaps end it early.
    MayEndEarly,
    /// As a rule end it early.
    EndsEarly,
    /// Not known beforehand.
    Unknown,
}

impl Default for Take {
    fn default() -> Self {
        Self { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: Some(0.0) }
    }
}

impl Take {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_usd: self.cost_usd.zip(other.cost_usd).map(|(sum, cost)| sum + cost),
        }
    }

    fn add(&mut self, call: &Call) {
        self.calls = self.calls.saturating_add(1);
        self.input_tokens = self.input_tokens.saturating_add(call.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(call.output_tokens);
        self.cost_usd = self.cost_usd.zip(call.cost_usd).map(|(sum, cost)| sum + cost);
    }
}

impl Span {
    /// What two debates take together.
    pub fn plus(&self, other: &Self) -> Self {
        Self { low: self.low.plus(&other.low), likely: self.likely.plus(&other.likely), max: self.max.plus(&other.max) }
    }
}

impl App {
    /// Works out what a debate will take. Sends no request and stores nothing; providers that are named need no key.
    ///
    /// # Errors
    /// Fails where [`App::open`] would refuse the same request, for want of a key apart.
    pub fn plan(&self, request: &StartRequest) -> Result<Plan, Failure> {
        let (setup, warnings) = start::draw_up(self, request, Needs::Nothing)?;
        limits::check_start(&setup)?;
        of(&setup, warnings)
    }
}

/// Works out what the debate of `setup` will take without its limits.
///
/// # Errors
/// An internal failure when the debate, played through in thought, comes to an event that cannot follow.
pub fn of(setup: &Setup, warnings: Vec<String>) -> Result<Plan, Failure> {
    let calls = |case| world::calls(setup, case).map_err(super::failures::history_failure);
    let cases = [calls(Case::Low)?, calls(Case::Likely)?, calls(Case::Max)?];
    let total = parts(&cases, |_| String::new()).first().map(|part| part.span).unwrap_or_default();
    Ok(Plan {
        schema: SCHEMA,
        mode: setup.mode.mode.clone(),
        mode_title: setup.mode.title.clone(),
        panel: setup.agents.clone(),
        moderators: setup.moderators.clone(),
        total,
        stages: parts(&cases, stage),
        speakers: parts(&cases, |call| call.turn.speaker.to_string()),
        purposes: parts(&cases, |call| call.purpose.clone()),
        limits: outlooks(&setup.caps, &total),
        warnings,
        notes: NOTES.into_iter().chain(setup.web_search.terms().map(|_| SEARCH_NOTE)).collect(),
        prices_as_of: PRICES_AS_OF,
    })
}

/// The stage of a call, where its phase has more than one.
fn stage(call: &Call) -> String {
    let turn = &call.turn;
    let stage = if turn.stage == turn.phase { "" } else { turn.stage.as_str() };
    format!("{} {} {stage}", turn.phase, turn.round).trim_end().to_owned()
}

/// Sums the calls by a name, in the order of the longest course: what only a shorter one holds comes last.
fn parts(cases: &[Vec<Call>; 3], name: impl Fn(&Call) -> String) -> Vec<Part> {
    let mut order: Vec<String> = Vec::new();
    let mut spans: BTreeMap<String, Span> = BTreeMap::new();
    for (place, calls) in cases.iter().enumerate().rev() {
        for call in calls {
            let name = name(call);
            if !order.contains(&name) {
                order.push(name.clone());
            }
            let span = spans.entry(name).or_default();
            match place {
                0 => span.low.add(call),
                1 => span.likely.add(call),
                _ => span.max.add(call),
            }
        }
    }
    order.into_iter().map(|name| Part { span: spans.get(&name).copied().unwrap_or_default(), name }).collect()
}

/// What each limit that is set would do.
pub(super) fn outlooks(caps: &Caps, total: &Span) -> Vec<LimitOutlook> {
    let outlook = |max: f64, likely: Option<f64>, most: Option<f64>| match (likely, most) {
        (_, Some(most)) if most <= max => Outlook::Holds,
        (Some(likely), _) if likely <= max => Outlook::MayEndEarly,
        (Some(_), _) => Outlook::EndsEarly,
        (None, _) => Outlook::Unknown,
    };
    let taken = |limit: LimitKind, take: &Take| match limit {
        LimitKind::Cost => take.cost_usd,
        LimitKind::Tokens => Some(take.tokens() as f64),
        LimitKind::Time => None,
    };
    let kinds = [LimitKind::Cost, LimitKind::Tokens, LimitKind::Time].into_iter();
    let set = kinds.filter_map(|limit| Some((limit, caps.max(limit)?)));
    set.map(|(limit, max)| {
        let outlook = outlook(max, taken(limit, &total.likely), taken(limit, &total.max));
        LimitOutlook { limit, max, outlook }
    })
    .collect()
}
