//! The decision record: all that a reader of a decision may ask about, drawn from the log alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Agent, Seat, Voice};
use crate::debate::analysis::{self, Analysis};
use crate::debate::ask::{Speaker, TurnId};
use crate::debate::budget::Reached;
use crate::debate::change::Moved;
use crate::debate::claims::{self, Entry};
use crate::debate::consensus::Consensus;
use crate::debate::continuation::Continuation;
use crate::debate::decision::{Blocking, Caveat, Decision, Label, Level};
use crate::debate::dissent::Dissent;
use crate::debate::estimate::verdict::EstimateVerdict;
use crate::debate::event::{Branch, ClosedRound, Continued, Ending, Fact, SortingBasis, Stop};
use crate::debate::gate::Gate;
use crate::debate::history::{History, TIME_MS_MAX, Turn};
use crate::debate::needs;
use crate::debate::person;
use crate::debate::question::{self, Choice, OptionId, Unit};
use crate::debate::reply::{Citation, Fault};
use crate::debate::response::{Response, Synthesis};
use crate::debate::schedule;
use crate::export::absence::{self, Absence};
use crate::export::cut_short::{self, CutShortRecord};
use crate::export::fallbacks::{self, FallbackRecord};
use crate::export::premises::{self, PremiseRecord, Sent};
use crate::export::usage::{self, PaidIn, UsageRecord};

/// The record's format.
pub const SCHEMA: &str = "roundtable.decision/1";
/// Why an estimate has no agreement.
const NOT_A_CHOICE: &str = "not_a_choice";
/// Family and provider of the scripted voice; see `providers::rehearsal`.
pub(super) const REHEARSAL: &str = "rehearsal";
/// What every format says of a rehearsed session.
pub(super) const REHEARSAL_NOTE: &str = "rehearsal: no model was asked";

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
    /// Whether a moderator's provider also holds a seat.
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

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has not ended.
    Open,
    /// It waits to be resumed.
    Paused,
    /// It waits for people: for facts, or for their turns.
    Waiting,
    /// It ran to its end.
    Decided,
    /// Too few seats could be heard.
    QuorumLost,
    /// It was stopped; the verdict rests on the ballots in hand.
    Stopped,
    /// A limit was reached; the verdict rests on the ballots in hand, or lacks its closing text.
    LimitReached,
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

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The winning option; `None` without one.
    pub option: Option<OptionId>,
    /// What it says.
    pub text: Option<String>,
    /// How strong the agreement is.
    pub label: Label,
    /// What to know about it.
    pub caveats: Vec<Caveat>,
    /// Share of the leading option in the panel, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub agreement: Option<f64>,
    /// Why there is no agreement to tell: `not_a_choice` for a number; left out where options were to choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("const" = NOT_A_CHOICE))]
    pub agreement_undefined: Option<&'static str>,
    /// The number that the panel comes to, with what stands behind it; left out where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateVerdict>,
    /// Its 95% Wilson interval.
    pub interval: Option<[f64; 2]>,
    /// Level of agreement.
    pub level: Level,
    /// What to do at this level: `proceed`, `verify` or `query_detail`.
    #[schemars(extend("enum" = ["proceed", "verify", "query_detail"]))]
    pub advice: &'static str,
    /// Why the debate ended when it did.
    pub stop: Option<Stop>,
    /// Whether the verdict meets the terms set at the start; left out when none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// What the debate changed since the sealed opening, and what that cost.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Delta {
    /// Who holds another option.
    pub moved: Vec<Moved>,
    /// Calls after the opening.
    pub calls: u32,
    /// Tokens after the opening.
    pub tokens: u64,
    /// Price after the opening in US dollars; `None` when a price is not known.
    pub cost_usd: Option<f64>,
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

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TurnRecord {
    /// Which.
    #[serde(flatten)]
    pub turn: TurnId,
    /// The speaker's name on the panel.
    pub name: String,
    /// What was said; `None` when the seat was absent.
    pub response: Option<Response>,
    /// Why the seat was absent.
    pub fault: Option<Fault>,
    /// Whether the reply was lost or never came: the attempt started and nothing is known of its end.
    pub unknown: bool,
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
    let seated: BTreeSet<&str> = history.agents.iter().map(|agent| agent.voice.provider.as_str()).collect();
    let (synthesis, synthesis_failure) = synthesis(history);
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
        moderator_is_party: moderators.iter().any(|voice| seated.contains(voice.provider.as_str())),
        moderators,
        decision: decision.map(verdict),
        sealed: decision.and_then(|decision| decision.sealed.clone()),
        last: decision.and_then(|decision| decision.last.clone()),
        delta: delta(history),
        analysis: analysis::analyse(history),
        dissent: decision.map(|decision| decision.dissent.clone()).unwrap_or_default(),
        blocking: decision.map(blocking).unwrap_or_default(),
        synthesis,
        synthesis_failure,
        rounds: history.rounds.clone(),
        continuations: history.continuations.iter().map(continuation).collect(),
        cut_short: cut_short::cut_short(history),
        needs: needs::needs(history),
        facts: history.answers.iter().flat_map(|answers| answers.facts.clone()).collect(),
        turns: turns(history, &sealed),
        absent: absence::absent(history),
        fallbacks: fallbacks::taken(history),
        claims: claims::ledger(history).into_iter().filter(|entry| !sealed.contains(&entry.turn)).collect(),
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

/// The distinct providers that were asked for moderating turns, in order of their names.
pub fn moderators(history: &History) -> BTreeSet<&Voice> {
    let moderated = history.turns.iter().filter(|(turn, _)| turn.speaker == Speaker::Moderator);
    moderated
        .flat_map(|(_, turn)| turn.attempts.iter())
        .filter(|attempt| attempt.reply().is_some())
        .map(|attempt| &attempt.voice)
        .collect()
}

/// What is said of a session in which no model was asked.
pub fn note(history: &History) -> Option<&'static str> {
    history.agents.iter().any(|agent| agent.voice.provider == REHEARSAL).then_some(REHEARSAL_NOTE)
}

/// RFC 3339 in UTC, to the millisecond.
pub fn timestamp(ms: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(ms.min(TIME_MS_MAX))).to_string()
}

/// How a session stands.
pub fn status(history: &History) -> Status {
    match history.ending {
        None if history.paused => Status::Paused,
        None if history.waiting.is_some() => Status::Waiting,
        None => Status::Open,
        Some(Ending::Decided) => Status::Decided,
        Some(Ending::QuorumLost) => Status::QuorumLost,
        Some(Ending::Stopped) => Status::Stopped,
        Some(Ending::LimitReached) => Status::LimitReached,
    }
}

fn kind(question: &question::Question) -> &'static str {
    match (&question.estimate, question.is_open()) {
        (Some(_), _) => "estimate",
        (None, true) => "open",
        (None, false) => "choice",
    }
}

fn continuation(continuation: &Continuation) -> ContinuationRecord {
    ContinuationRecord { after_round: continuation.after, terms: continuation.terms.clone() }
}

/// The verdict with what belongs to it.
pub(crate) fn verdict(decision: &Decision) -> Verdict {
    Verdict {
        option: decision.option.clone(),
        text: decision.text.clone(),
        label: decision.label,
        caveats: decision.caveats.clone(),
        agreement: decision.last.as_ref().and_then(|last| last.agreement),
        agreement_undefined: decision.estimate.as_ref().map(|_| NOT_A_CHOICE),
        estimate: decision.estimate.clone(),
        interval: decision.last.as_ref().and_then(|last| last.interval),
        level: decision.level,
        advice: decision.level.advice(),
        stop: decision.stop.clone(),
        gate: decision.gate.clone(),
    }
}

fn synthesis(history: &History) -> (Option<Synthesis>, Option<String>) {
    // Earlier ones close an earlier verdict; of those that close this one, the latest that can be read stands.
    let closes_verdict = |turn: &TurnId| turn.phase == schedule::SYNTHESIS && turn.round >= history.synthesis_first;
    let written: Vec<&Turn> =
        history.turns.iter().filter(|(turn, _)| closes_verdict(turn)).map(|(_, turn)| turn).collect();
    let readable = written.iter().rfind(|turn| matches!(turn.response(), Some(Response::Synthesis(_))));
    let Some(turn) = readable.or(written.last()) else { return (None, None) };
    match (turn.response(), turn.fault()) {
        (Some(Response::Synthesis(synthesis)), _) => (Some(synthesis.clone()), None),
        (Some(other), _) => (None, Some(other.headline())),
        (None, Some(fault)) => (None, Some(fault.to_string())),
        (None, None) => (None, None),
    }
}

/// What the debate changed, and what that cost.
pub(crate) fn delta(history: &History) -> Delta {
    let opening = history.setup.mode.phases.first().map(|phase| phase.name.as_str());
    // Finding the options of an open question belongs to counting the opening, not to the debate.
    let of_opening = |turn: &TurnId| {
        Some(turn.phase.as_str()) == opening || turn.phase == schedule::FRAMING || turn.phase == schedule::OPTIONS
    };
    // What the debate changed was paid for in whichever session it was held.
    let later = usage::spent(history, PaidIn::Either, |turn| !of_opening(turn));
    Delta {
        moved: history.decision.as_ref().map(|decision| decision.moved.clone()).unwrap_or_default(),
        calls: later.calls,
        tokens: later.input_tokens.saturating_add(later.output_tokens),
        cost_usd: later.cost_usd,
    }
}

/// Turns in the order of the schedule, the program's own first and last.
fn turns(history: &History, sealed: &BTreeSet<TurnId>) -> Vec<TurnRecord> {
    let slots = schedule::slots(history);
    let own = |phase: &'static str| history.turns.keys().filter(move |turn| turn.phase == phase).cloned();
    let planned = slots.iter().flat_map(|slot| &slot.turns).map(|planned| planned.id.clone());
    let mut order: Vec<TurnId> = own(schedule::FRAMING).collect();
    for turn in planned {
        let after_opening = order
            .last()
            .is_some_and(|last| history.setup.mode.phases.first().is_some_and(|first| first.name == last.phase));
        if after_opening && history.setup.mode.phases.first().is_some_and(|first| first.name != turn.phase) {
            order.extend(own(schedule::OPTIONS));
        }
        order.push(turn);
    }
    if !order.iter().any(|turn| turn.phase == schedule::OPTIONS) {
        order.extend(own(schedule::OPTIONS));
    }
    order.extend(own(schedule::SYNTHESIS));
    let shown = |turn: TurnRecord| match sealed.contains(&turn.turn) {
        true => TurnRecord { response: None, ..turn },
        false => turn,
    };
    order.iter().filter_map(|turn| turn_record(history, turn)).map(shown).collect()
}

fn turn_record(history: &History, turn: &TurnId) -> Option<TurnRecord> {
    let taken = history.turns.get(turn)?;
    Some(TurnRecord {
        turn: turn.clone(),
        name: name(history, turn.speaker),
        response: taken.response().cloned(),
        fault: taken.fault().cloned(),
        unknown: taken.attempts.last().is_some_and(|attempt| attempt.outcome.is_none()),
    })
}

/// The speaker's name on the panel.
pub fn name(history: &History, speaker: Speaker) -> String {
    match speaker {
        Speaker::Moderator => "Moderator".to_owned(),
        Speaker::Seat(seat) => history.agent(seat).map_or_else(|| format!("Seat {seat}"), |agent| agent.name.clone()),
    }
}

/// Objections that their holders call blocking, those included that a gate found with seats not heard at the end: logs before
/// format 3 hold these with the gate alone.
fn blocking(decision: &Decision) -> Vec<Blocking> {
    let found = decision.gate.iter().flat_map(Gate::objections).filter(|found| !decision.blocking.contains(found));
    decision.blocking.iter().chain(found).cloned().collect()
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

fn citations(history: &History) -> Vec<Citation> {
    let mut citations: BTreeMap<String, Citation> = BTreeMap::new();
    for (_, reply) in history.turns.values().flat_map(|turn| turn.replies()) {
        for citation in &reply.citations {
            let known = citations.entry(citation.url.clone()).or_insert_with(|| citation.clone());
            known.cited |= citation.cited;
        }
    }
    citations.into_values().collect()
}
