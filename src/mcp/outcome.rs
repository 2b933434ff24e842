//! What a debate came to, in four layers: the decision and what to make of it, the agents, evidence and conflicts, where to dig.
//!
//! Must never say more than the record does.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::ending_failure;
use crate::debate::agent::{Agent, Seat};
use crate::debate::board::Board;
use crate::debate::claims::{Entry, Status as ClaimStatus};
use crate::debate::consensus::{self, Standing};
use crate::debate::event::Ending;
use crate::debate::history::History;
use crate::debate::log::decision::Dissent;
use crate::debate::log::gate::Blocking;
use crate::debate::question::{Choice, OptionId};
use crate::debate::response::Response;
use crate::debate::text::clip;
use crate::error::Failure;
use crate::export::abstention;
use crate::export::phrases::{headline, numbers};
use crate::export::record::{self, Record, Verdict};
use crate::export::usage::Spent;
use crate::mcp::answer::{Answer, Problem, Success};

/// Longest statement of an agent that is passed on, in characters; get_session has it whole.
const STATEMENT_CHARS_MAX: usize = 400;
/// The most claims that are passed on; get_session has them all.
const CLAIMS_MAX: usize = 12;
/// The most agents that are pointed at.
const POINTED_AGENTS_MAX: usize = 3;

/// What a debate came to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct Outcome {
    /// The session's id, for every further call.
    pub(super) session: String,
    /// How it stands: running, open (cut off), paused, waiting (for people), decided, quorum_lost or stopped.
    pub(super) status: String,
    /// The question.
    pub(super) topic: String,
    /// The mode.
    pub(super) mode: String,
    /// Said when no model was asked.
    pub(super) note: Option<String>,
    /// What to know about how it was set up.
    pub(super) warnings: Vec<String>,
    /// Rounds closed so far, the opening included.
    pub(super) rounds_closed: usize,
    /// The decision; null while there is none.
    pub(super) decision: Option<DecisionLayer>,
    /// Each agent: where it began, where it stands, and what it says.
    pub(super) agents: Vec<AgentLayer>,
    /// What the positions rest on, and what stands against the outcome.
    pub(super) evidence: EvidenceLayer,
    /// What it took.
    pub(super) spent: Spent,
    /// Which calls show more, or lead on.
    pub(super) next: Vec<Pointer>,
    /// Why it is no full success: the gate does not hold, it was paused or stopped, the quorum was lost.
    pub(super) problem: Option<Problem>,
}

/// The decision and what to make of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct DecisionLayer {
    /// The decision in one line.
    headline: String,
    /// Why the advice is what it is, in numbers.
    reason: String,
    /// Why too few chose, in the words of the seats that abstain; left out for any other verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    abstentions: Vec<String>,
    #[serde(flatten)]
    verdict: Verdict,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct AgentLayer {
    seat: Seat,
    name: String,
    provider: String,
    model: String,
    /// Where it stood in the sealed opening; null when it was not heard.
    opening: Option<Position>,
    /// Where it stands now; null when it was not heard.
    latest: Option<Position>,
    /// Whether it holds another option than in the opening; null when one of them is not known.
    changed_option: Option<bool>,
    /// By how much its stated confidence changed, -1 to 1; null when one of them is not known.
    confidence_change: Option<f64>,
    /// Its latest statement, shortened.
    says: Option<String>,
}

/// Where an agent stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct Position {
    /// The option; null when abstaining, or where a number was asked for.
    option: Option<OptionId>,
    /// The number given.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<f64>,
    /// Stated confidence, 0 to 1.
    confidence: Option<f64>,
}

/// What the positions rest on, and what stands against the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct EvidenceLayer {
    /// The options that were debated.
    options: Vec<Choice>,
    /// Claims in the ledger.
    claims_total: usize,
    /// Of those, the ones with evidence or that were taken up by others, at most twelve.
    claims: Vec<ClaimLine>,
    /// Sources that some reply points at.
    sources_cited: usize,
    /// Who disagrees, and why.
    dissent: Vec<Dissent>,
    /// Objections that their holders call blocking.
    blocking: Vec<Blocking>,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct ClaimLine {
    id: String,
    agent: String,
    text: String,
    /// open, accepted, rebutted or conceded.
    status: ClaimStatus,
    /// Pieces of evidence it brings.
    evidence: usize,
}

/// A call that shows more, or leads on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct Pointer {
    /// The tool to call.
    tool: String,
    /// With which arguments.
    arguments: Value,
    /// What that brings.
    shows: String,
}

/// Whether some process runs a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// One does.
    Running,
    /// None does.
    AtRest,
}

impl Outcome {
    /// Draws up what a session came to so far.
    pub(super) fn of(history: &History, warnings: Vec<String>, activity: Activity) -> Self {
        let record = record::record(history);
        let problem = match activity {
            Activity::Running => None,
            Activity::AtRest => ending_failure(history).map(|failure| Problem::of(&failure)),
        };
        Self {
            session: record.session.clone(),
            status: status(history, activity),
            topic: record.question.topic.clone(),
            mode: record.mode.clone(),
            note: record.note.map(str::to_owned),
            warnings,
            rounds_closed: history.rounds.len(),
            decision: record.decision.clone().map(|verdict| DecisionLayer {
                headline: headline(&record),
                reason: numbers(&record).join("; "),
                abstentions: abstention::reasons(&record),
                verdict,
            }),
            agents: agents(history),
            evidence: evidence(&record),
            spent: record.usage.total,
            next: pointers(history, &record, activity),
            problem,
        }
    }

    /// The outcome as a tool's answer. A lost quorum alone is no success: everything else left what was asked for.
    pub(super) fn answer(&self, history: &History) -> Result<Answer, Failure> {
        let success = match history.ending {
            Some(Ending::QuorumLost) => Success::No,
            Some(Ending::Decided | Ending::Stopped | Ending::LimitReached) | None => Success::Yes,
        };
        Answer::new(self, self.in_words(), success)
    }

    /// The outcome as a value and as a text.
    pub(super) fn drawn(&self) -> Result<(Value, String), Failure> {
        let value = serde_json::to_value(self)
            .map_err(|error| Failure::internal(format!("an outcome cannot be written: {error}")).with_source(error))?;
        Ok((value, self.in_words()))
    }

    /// The outcome for a reader.
    fn in_words(&self) -> String {
        let mut out: Vec<String> = vec![format!("session {} ({})", self.session, self.status)];
        out.extend(self.note.clone());
        out.extend(self.warnings.iter().map(|warning| format!("warning: {warning}")));
        match &self.decision {
            Some(decision) => {
                out.push(format!("\n# {}", decision.headline));
                out.extend(decision.abstentions.iter().cloned());
                out.push(format!("advice: {} - {}", decision.verdict.advice, decision.reason));
            }
            None => out.push(format!("\nno decision yet; {} rounds closed", self.rounds_closed)),
        }
        out.extend(self.problem.iter().map(Problem::in_words));
        out.push("\n## Agents".to_owned());
        out.extend(self.agents.iter().map(AgentLayer::in_words));
        out.push("\n## Evidence and conflicts".to_owned());
        out.extend(self.evidence.in_words());
        out.push("\n## Next".to_owned());
        out.extend(self.next.iter().map(|next| format!("- {} {}: {}", next.tool, next.arguments, next.shows)));
        out.join("\n")
    }
}

/// How a session stands, in the words of lists.
pub(super) fn status(history: &History, activity: Activity) -> String {
    match activity {
        Activity::Running => "running".to_owned(),
        Activity::AtRest => word(&record::status(history)),
    }
}

/// The name under which a value of ours is written.
fn word(value: &impl Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

fn agents(history: &History) -> Vec<AgentLayer> {
    let board = Board::of(history);
    let (sealed, latest) = (consensus::sealed(&board), consensus::latest(&board).unwrap_or_default());
    history.agents.iter().map(|agent| layer(history, agent, sealed.get(&agent.seat), latest.get(&agent.seat))).collect()
}

fn layer(history: &History, agent: &Agent, sealed: Option<&Standing<'_>>, latest: Option<&Standing<'_>>) -> AgentLayer {
    let says = latest.and_then(|standing| history.valid_response(standing.turn)).and_then(Response::statement);
    let both = |(before, now): (Option<f64>, Option<f64>)| Some(now? - before?);
    let confidence = |standing: Option<&Standing<'_>>| standing.and_then(|standing| standing.confidence);
    let option = |standing: Option<&Standing<'_>>| standing.and_then(|standing| standing.option.clone());
    AgentLayer {
        seat: agent.seat,
        name: agent.name.clone(),
        provider: agent.voice.provider.clone(),
        model: agent.voice.model.clone(),
        opening: sealed.map(position),
        latest: latest.map(position),
        changed_option: option(sealed).zip(option(latest)).map(|(before, now)| before != now),
        // Confidence is stated in hundredths.
        confidence_change: both((confidence(sealed), confidence(latest))).map(|by| (by * 100.0).round() / 100.0),
        says: says.map(|says| clip(says, STATEMENT_CHARS_MAX)),
    }
}

fn position(standing: &Standing<'_>) -> Position {
    Position {
        option: standing.option.clone(),
        estimate: standing.stance.estimate.map(|estimate| estimate.value),
        confidence: standing.confidence,
    }
}

impl AgentLayer {
    fn in_words(&self) -> String {
        let held = |position: &Option<Position>| position.as_ref().map_or("not heard".to_owned(), Position::in_words);
        let by = self.confidence_change.map(|by| format!(" (confidence {by:+})")).unwrap_or_default();
        let says = self.says.iter().map(|says| format!(": {says}")).collect::<String>();
        let path = format!("{} → {}{by}", held(&self.opening), held(&self.latest));
        format!("- {}. {} ({} · {}): {path}{says}", self.seat, self.name, self.provider, self.model)
    }
}

impl Position {
    fn in_words(&self) -> String {
        let held = self.option.as_ref().map(ToString::to_string).or(self.estimate.map(|number| number.to_string()));
        let held = held.unwrap_or_else(|| "abstains".to_owned());
        let confidence = self.confidence.map(|share| format!(" {}", crate::export::figures::percent(share)));
        format!("{held}{}", confidence.unwrap_or_default())
    }
}

fn evidence(record: &Record) -> EvidenceLayer {
    let weighs = |entry: &&Entry| !entry.claim.evidence.is_empty() || entry.status != ClaimStatus::Open;
    let line = |entry: &Entry| ClaimLine {
        id: entry.id.0.clone(),
        agent: record.name(entry.seat).to_owned(),
        text: clip(&entry.claim.text, STATEMENT_CHARS_MAX),
        status: entry.status,
        evidence: entry.claim.evidence.len(),
    };
    EvidenceLayer {
        options: record.question.options.clone(),
        claims_total: record.claims.len(),
        claims: record.claims.iter().filter(weighs).take(CLAIMS_MAX).map(line).collect(),
        sources_cited: record.citations.iter().filter(|citation| citation.cited).count(),
        dissent: record.dissent.clone(),
        blocking: record.blocking.clone(),
    }
}

impl EvidenceLayer {
    fn in_words(&self) -> Vec<String> {
        let options = self.options.iter().map(|choice| format!("- option {}: {}", choice.id, choice.text));
        let claims = self.claims.iter().map(|claim| {
            format!(
                "- {} by {}, {}, {} pieces of evidence: {}",
                claim.id,
                claim.agent,
                word(&claim.status),
                claim.evidence,
                claim.text
            )
        });
        let dissent = self.dissent.iter().map(|dissent| {
            let option = dissent.position().unwrap_or_else(|| "no option".to_owned());
            let words = clip(&dissent.words, STATEMENT_CHARS_MAX);
            format!("- dissent ({}) of seat {} for {option}: {words}", word(&dissent.kind), dissent.seat)
        });
        let blocking =
            self.blocking.iter().map(|blocking| format!("- blocking, seat {}: {}", blocking.seat, blocking.objection));
        let counted = format!("{} claims, {} sources cited", self.claims_total, self.sources_cited);
        options.chain([counted]).chain(claims).chain(dissent).chain(blocking).collect()
    }
}

/// Where to dig, and how to lead on.
fn pointers(history: &History, record: &Record, activity: Activity) -> Vec<Pointer> {
    let session = history.setup.session.to_string();
    let view = |view: &str, more: Value, shows: &str| {
        let mut arguments = json!({ "session": session, "view": view });
        if let (Value::Object(arguments), Value::Object(more)) = (&mut arguments, more) {
            arguments.extend(more);
        }
        Pointer { tool: "get_session".to_owned(), arguments, shows: shows.to_owned() }
    };
    if activity == Activity::Running {
        return vec![view("status", json!({}), "how far it is; call again until status is not running")];
    }
    let mut pointers = Vec::new();
    if history.ending != Some(Ending::Decided) {
        let arguments = json!({ "session": session, "action": "resume" });
        let shows = "finishes it; nothing that arrived is asked again".to_owned();
        pointers.push(Pointer { tool: "control_session".to_owned(), arguments, shows });
    }
    if !history.rounds.is_empty() {
        pointers.push(view("round", json!({ "round": history.rounds.len() }), "who said what in the last round"));
        pointers.push(view("consensus", json!({}), "every seat's option and ratings, round by round"));
    }
    let moved = record.delta.moved.iter().map(|moved| moved.seat);
    let mut seats: Vec<Seat> = record.dissent.iter().map(|dissent| dissent.seat).chain(moved).collect();
    seats.sort_unstable();
    seats.dedup();
    for seat in seats.into_iter().take(POINTED_AGENTS_MAX) {
        let name = record.name(seat);
        pointers.push(view("agent", json!({ "agent": seat.to_string() }), &format!("the path of {name}")));
    }
    if !record.citations.is_empty() {
        pointers.push(view("citations", json!({}), "the sources, and who cited them where"));
    }
    if history.ending == Some(Ending::Decided) {
        let arguments = json!({ "session": session, "rounds": 1, "focus": "WHAT IS STILL OPEN" });
        let shows = "one more round on a question of yours, or with facts".to_owned();
        pointers.push(Pointer { tool: "continue_roundtable".to_owned(), arguments, shows });
    }
    pointers
}
