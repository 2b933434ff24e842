//! The decision record: everything that a report tells.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::analysis::closing::Contradiction;
use crate::debate::analysis::{self, Analysis};
use crate::debate::board::Board;
use crate::debate::claims::Entry;
use crate::debate::continuation::Continuation;
use crate::debate::event::{Continued, Fact};
use crate::debate::history::{History, TIME_MS_MAX};
use crate::debate::log::decision::Dissent;
use crate::debate::log::gate::Blocking;
use crate::debate::log::limits::Reached;
use crate::debate::log::options::SortingBasis;
use crate::debate::log::round::{ClosedRound, Consensus};
use crate::debate::log::setup::Branch;
use crate::debate::question::{self, Choice, OptionId, Unit};
use crate::debate::reply::Citation;
use crate::debate::response::Synthesis;
use crate::debate::{needs, person};
use crate::export::absence::{self, Absence};
use crate::export::cut_short::{self, CutShortRecord};
use crate::export::record::closing;
use crate::export::record::fallbacks::{self, FallbackRecord};
use crate::export::record::moderator::{self, moderators};
use crate::export::record::premises::{self, PremiseRecord, Sent};
use crate::export::record::rehearsal::{REHEARSAL, REHEARSAL_NOTE};
use crate::export::record::status::{Status, status};
use crate::export::record::turns::{self, TurnRecord};
use crate::export::record::unheard::{self, Unheard};
use crate::export::record::verdict::{self, Delta, Verdict, delta, verdict};
use crate::export::usage::{self, UsageRecord};

/// The record's format.
pub const SCHEMA: &str = "roundtable.decision/1";

/// A session's record.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Record {
    /// Format and version of the record.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The session's id.
    pub session: String,
    /// The name the user gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The session that this one branched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Branch>,
    /// How it stands.
    pub status: Status,
    /// The limit that ended it early, or left its closing text out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Reached>,
    /// Said when no model was asked.
    pub note: Option<&'static str>,
    /// What was debated.
    pub question: Question,
    /// What the decision rests on: the material and the assumptions that came with the question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub premises: Vec<PremiseRecord>,
    /// What left the machine: told for sessions with premises, by provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Sent>,
    /// The mode's name.
    pub mode: String,
    /// The mode's title.
    pub mode_title: String,
    /// By whom.
    pub panel: Vec<Agent>,
    /// Who moderated; empty when nothing needed a moderator.
    pub moderators: Vec<Voice>,
    /// Whether a model that moderated also holds a seat, through whichever gateway.
    pub moderator_is_party: bool,
    /// The verdict; `None` while the session runs.
    pub decision: Option<Verdict>,
    /// Agreement in the sealed opening.
    pub sealed: Option<Consensus>,
    /// Agreement at the end.
    #[serde(rename = "final")]
    pub last: Option<Consensus>,
    /// What the debate changed.
    pub delta: Delta,
    /// What the log says beyond the verdict.
    pub analysis: Analysis,
    /// The minority report.
    pub dissent: Vec<Dissent>,
    /// Objections that their holders call blocking.
    pub blocking: Vec<Blocking>,
    /// The moderator's closing text; `None` when it was not asked for or failed.
    pub synthesis: Option<Synthesis>,
    /// Where that text contradicts the verdict, the counts or the ledger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closing_contradictions: Vec<Contradiction>,
    /// Why there is no closing text, when one was asked for.
    pub synthesis_failure: Option<String>,
    /// The rounds with their numbers.
    pub rounds: Vec<ClosedRound>,
    /// The times that the debate was made to go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub continuations: Vec<ContinuationRecord>,
    /// The round that a stop or a limit cut short: whoever spoke in it stands by that, all others by what they said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<CutShortRecord>,
    /// The facts that agents needed, and what became of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<needs::Entry>,
    /// What was supplied when the debate waited for facts; what a continuation brought stands with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Every turn with what it came to. What is sealed from a person who has yet to speak is left out.
    pub turns: Vec<TurnRecord>,
    /// Seats that were not asked any more, and why.
    pub absent: Vec<Absence>,
    /// Seats that were not heard in the round that lost its quorum, and whether their providers or their replies failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unheard: Vec<Unheard>,
    /// Turns that were taken through another model than the seat's own, which had failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<FallbackRecord>,
    /// The claim ledger.
    pub claims: Vec<Entry>,
    /// Sources that providers named, each URL once.
    pub citations: Vec<Citation>,
    /// What it took.
    pub usage: UsageRecord,
    /// When it began and ended.
    pub times: Times,
    /// The program's version at the start.
    pub program: String,
    /// Seed of every shuffle.
    pub seed: u64,
}

/// The question with its options.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Question {
    /// In the asker's words.
    pub topic: String,
    /// `choice`, `open` or `estimate`.
    #[schemars(extend("enum" = ["choice", "open", "estimate"]))]
    pub kind: &'static str,
    /// The unit of the number that is asked for; left out where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The options; for an open question those that were found.
    pub options: Vec<Choice>,
    /// How the options of an open question were found.
    pub sorting: Option<SortingRecord>,
}

/// How opening statements were sorted.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SortingRecord {
    /// Which way.
    pub basis: SortingBasis,
    /// Adjusted Rand index of two passes.
    pub reliability: Option<f64>,
}

/// More rounds of the exchange, and on which terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContinuationRecord {
    /// How many rounds had been closed before.
    pub after_round: usize,
    /// The terms.
    #[serde(flatten)]
    pub terms: Continued,
}

/// When a session began and ended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Times {
    /// First event, RFC 3339 in UTC.
    pub opened: String,
    /// Latest event.
    pub latest: String,
    /// Between them, in milliseconds.
    pub elapsed_ms: u64,
}

/// Draws up the record of a session.
pub fn record(history: &History) -> Record {
    let setup = &history.setup;
    let decision = history.decision.as_ref();
    let moderators: Vec<Voice> = moderators(history).into_iter().cloned().collect();
    let (synthesis, synthesis_failure) = turns::synthesis(history);
    let sealed = person::sealed(history);
    Record {
        schema: SCHEMA,
        session: setup.session.to_string(),
        name: history.name.clone(),
        tags: setup.tags.clone(),
        parent: setup.parent,
        status: status(history),
        limit: history.limit,
        note: note(history),
        question: Question {
            topic: setup.question.topic.clone(),
            kind: kind(&setup.question),
            unit: setup.question.estimate.clone(),
            options: history.options().to_vec(),
            sorting: history
                .frozen
                .as_ref()
                .map(|frozen| SortingRecord { basis: frozen.basis, reliability: frozen.reliability }),
        },
        premises: premises::premises(history),
        sent: premises::sent(history),
        mode: setup.mode.mode.clone(),
        mode_title: setup.mode.title.clone(),
        panel: history.agents.clone(),
        moderator_is_party: moderator::is_party(history),
        moderators,
        decision: decision.map(verdict),
        sealed: decision.and_then(|decision| decision.sealed.clone()),
        last: decision.and_then(|decision| decision.last.clone()),
        delta: delta(history),
        analysis: analysis::analyse(history),
        dissent: decision.map(|decision| decision.dissent.clone()).unwrap_or_default(),
        blocking: decision.map(verdict::blocking).unwrap_or_default(),
        closing_contradictions: closing::contradictions(history, synthesis.as_ref()),
        synthesis,
        synthesis_failure,
        rounds: history.rounds.clone(),
        continuations: history.continuations.iter().map(continuation).collect(),
        cut_short: cut_short::cut_short(history),
        needs: needs::needs(history),
        facts: history.answers.iter().flat_map(|answers| answers.facts.clone()).collect(),
        turns: turns::turns(history, &sealed),
        absent: absence::absent(history),
        unheard: unheard::unheard(history),
        fallbacks: fallbacks::taken(history),
        claims: Board::of(history).ledger().iter().filter(|entry| !sealed.contains(&entry.turn)).cloned().collect(),
        citations: citations(history),
        usage: usage::usage(history),
        times: Times {
            opened: timestamp(history.opened_ms),
            latest: timestamp(history.latest_ms),
            elapsed_ms: history.latest_ms.saturating_sub(history.opened_ms),
        },
        program: setup.program.clone(),
        seed: setup.seed,
    }
}

/// What is said of a session in which no model was asked.
pub fn note(history: &History) -> Option<&'static str> {
    history.agents.iter().any(|agent| agent.voice.provider == REHEARSAL).then_some(REHEARSAL_NOTE)
}

/// RFC 3339 in UTC, to the millisecond.
pub fn timestamp(ms: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(ms.min(TIME_MS_MAX))).to_string()
}

pub(super) fn kind(question: &question::Question) -> &'static str {
    match (&question.estimate, question.is_open()) {
        (Some(_), _) => "estimate",
        (None, true) => "open",
        (None, false) => "choice",
    }
}

pub(super) fn continuation(continuation: &Continuation) -> ContinuationRecord {
    ContinuationRecord { after_round: continuation.after, terms: continuation.terms.clone() }
}

impl Record {
    /// The name on a seat.
    pub fn name(&self, seat: Seat) -> &str {
        self.panel.iter().find(|agent| agent.seat == seat).map_or("?", |agent| &agent.name)
    }

    /// The text of an option.
    pub fn option_text(&self, option: &OptionId) -> &str {
        self.question.options.iter().find(|choice| choice.id == *option).map_or("", |choice| &choice.text)
    }
}

pub(super) fn citations(history: &History) -> Vec<Citation> {
    let mut citations: BTreeMap<String, Citation> = BTreeMap::new();
    for (_, reply) in history.turns.values().flat_map(|turn| turn.replies()) {
        for citation in &reply.citations {
            let known = citations.entry(citation.url.clone()).or_insert_with(|| citation.clone());
            known.cited |= citation.cited;
        }
    }
    citations.into_values().collect()
}
