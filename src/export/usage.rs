//! What a session took: calls, tokens and money, each counted where it was paid.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Voice;
use crate::debate::history::{Attempt, History, Outcome, Turn};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::reply::{Loss, Usage};

/// What a session took, reading replies that could not be used included.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct UsageRecord {
    /// All that was paid in this session.
    pub total: Spent,
    /// Of that, by seat; the moderator under `moderator`.
    pub by_speaker: BTreeMap<String, Spent>,
    /// Of that, by phase.
    pub by_phase: BTreeMap<String, Spent>,
    /// What had been paid in the session that this one branched off; `None` for one that did not branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherited: Option<Spent>,
}

/// Calls, tokens and money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Spent {
    /// Replies received, those of people left out.
    pub calls: u32,
    /// Requests sent for them.
    pub requests: u32,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Of those, read from a prompt cache.
    pub cached_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// Of those, spent on reasoning.
    pub reasoning_tokens: u64,
    /// Searches of the web.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub searches: u64,
    /// Price in US dollars; `None` when a price is not known, never 0 in its place.
    pub cost_usd: Option<f64>,
    /// Requests of which nothing more is known: what they took is in no number here.
    pub unknown: u32,
    /// Whether some of the tokens are estimates.
    pub estimated: bool,
}

/// Searches of the web behind a count of tokens, in words; empty for none.
pub fn searches(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 search".to_owned(),
        searches => format!(", {searches} searches"),
    }
}

/// Records of sessions that searched for nothing do not say so.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// In which session something was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidIn {
    /// In this one.
    Here,
    /// In the one that it branched off.
    Parent,
    /// In whichever.
    Either,
}

impl PaidIn {
    /// Whether this is where an attempt begun at the event `seq` was paid.
    pub fn holds(self, history: &History, seq: u64) -> bool {
        match self {
            Self::Here => !history.is_inherited(seq),
            Self::Parent => history.is_inherited(seq),
            Self::Either => true,
        }
    }
}

/// Adds up what a session took.
pub fn usage(history: &History) -> UsageRecord {
    let speakers: BTreeSet<Speaker> = history.turns.keys().map(|turn| turn.speaker).collect();
    let phases: BTreeSet<&str> = history.turns.keys().map(|turn| turn.phase.as_str()).collect();
    let here = |in_scope: &dyn Fn(&TurnId) -> bool| spent(history, PaidIn::Here, in_scope);
    UsageRecord {
        total: here(&|_| true),
        by_speaker: speakers
            .into_iter()
            .map(|speaker| (speaker.to_string(), here(&|turn| turn.speaker == speaker)))
            .collect(),
        by_phase: phases.into_iter().map(|phase| (phase.to_owned(), here(&|turn| turn.phase == phase))).collect(),
        inherited: history.setup.parent.map(|_| spent(history, PaidIn::Parent, |_| true)),
    }
}

/// Adds up what the turns in scope took.
pub fn spent(history: &History, paid_in: PaidIn, in_scope: impl Fn(&TurnId) -> bool) -> Spent {
    let turns = || history.turns.iter().filter(|(turn, _)| in_scope(turn)).map(|(_, turn)| turn);
    let mut spent = Spent::NOTHING;
    for turn in turns() {
        spent.unknown = spent.unknown.saturating_add(unknown(history, turn, paid_in));
    }
    for attempt in turns().flat_map(attempts).filter(|attempt| paid_in.holds(history, attempt.seq)) {
        attempt.outcome.iter().for_each(|outcome| spent.add(outcome));
    }
    spent
}

/// The attempts at a turn, those that count no more included: they were paid all the same.
fn attempts(turn: &Turn) -> impl Iterator<Item = &Attempt> {
    turn.lost.iter().chain(&turn.attempts)
}

/// An attempt at a turn, and what it took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paid<'a> {
    /// Place of the event that began it.
    pub seq: u64,
    /// Whose turn it was.
    pub speaker: Speaker,
    /// Who was asked.
    pub voice: &'a Voice,
    /// What it took.
    pub spent: Spent,
}

/// What each attempt took that was paid in this session; those of people are left out.
pub fn paid(history: &History) -> Vec<Paid<'_>> {
    let mut paid = Vec::new();
    for (id, turn) in &history.turns {
        let last = turn.attempts.last().map(|attempt| attempt.seq);
        for attempt in attempts(turn) {
            if attempt.voice.is_person() || !PaidIn::Here.holds(history, attempt.seq) {
                continue;
            }
            let mut spent = Spent::NOTHING;
            attempt.outcome.iter().for_each(|outcome| spent.add(outcome));
            if last == Some(attempt.seq) {
                spent.unknown = spent.unknown.saturating_add(turn.unknown());
            }
            paid.push(Paid { seq: attempt.seq, speaker: id.speaker, voice: &attempt.voice, spent });
        }
    }
    paid
}

/// Attempts at a turn of which nothing is known but that they began. Those that were started over have left no place of
/// their own: a branch is cut where no turn is under way, so they were paid where the turn's last attempt was.
fn unknown(history: &History, turn: &Turn, paid_in: PaidIn) -> u32 {
    let is_in_scope = |attempt: &Attempt| paid_in.holds(history, attempt.seq);
    let counts = turn.attempts.last().map_or(paid_in != PaidIn::Parent, is_in_scope);
    if counts { turn.unknown() } else { 0 }
}

impl Spent {
    /// Nothing taken; a sum of known prices is known.
    pub const NOTHING: Self = Self {
        calls: 0,
        requests: 0,
        input_tokens: 0,
        cached_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        searches: 0,
        cost_usd: Some(0.0),
        unknown: 0,
        estimated: false,
    };

    /// Whether nothing was sent.
    pub fn is_nothing(&self) -> bool {
        self.calls == 0 && self.requests == 0 && self.unknown == 0
    }

    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Adds what was taken elsewhere.
    pub fn join(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.requests = self.requests.saturating_add(other.requests);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.reasoning_tokens = self.reasoning_tokens.saturating_add(other.reasoning_tokens);
        self.searches = self.searches.saturating_add(other.searches);
        self.cost_usd = self.cost_usd.zip(other.cost_usd).map(|(sum, cost)| sum + cost);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.estimated |= other.estimated;
    }

    /// What belongs behind a count of tokens, in words: how many a prompt cache held, and the searches of the web. Empty
    /// without either.
    pub fn aside(&self) -> String {
        let cached = if self.cached_tokens == 0 { String::new() } else { format!(" ({} cached)", self.cached_tokens) };
        cached + &searches(self.searches)
    }

    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Finished { reply, .. } => {
                // People answer without any request.
                self.calls = self.calls.saturating_add(u32::from(reply.requests > 0));
                self.take(&reply.usage, reply.cost_usd);
                self.lose(reply.requests, reply.unknown(), reply.loss.as_deref());
            }
            Outcome::Failed(fault) => self.lose(fault.requests, fault.unknown(), fault.loss.as_deref()),
        }
    }

    fn lose(&mut self, requests: u32, unknown: u32, loss: Option<&Loss>) {
        self.requests = self.requests.saturating_add(requests);
        self.unknown = self.unknown.saturating_add(unknown);
        loss.into_iter().for_each(|loss| self.take(&loss.usage, loss.cost_usd));
    }

    fn take(&mut self, usage: &Usage, cost_usd: Option<f64>) {
        self.input_tokens = self.input_tokens.saturating_add(usage.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(usage.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(usage.output_tokens);
        self.reasoning_tokens = self.reasoning_tokens.saturating_add(usage.reasoning_tokens);
        self.searches = self.searches.saturating_add(usage.searches);
        self.estimated |= usage.estimated;
        self.cost_usd = self.cost_usd.zip(cost_usd).map(|(sum, cost)| sum + cost);
    }
}
