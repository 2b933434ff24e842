//! `start_roundtable`: a debate from the first word to the decision.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::app::{Elsewhere, GateRequest, OnNeeds, Opened, PolicyUse, Rounds, StartRequest, Supplied, Who, persona};
use crate::config::keys;
use crate::error::Failure;
use crate::mcp::answer::Answer;
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::outcome::{Activity, Outcome};
use crate::mcp::tools::budget::{self, Budget};
use crate::mcp::tools::{Effect, Row, Wait, answering, check_mode, check_personas, run_to_answer};

pub(super) const TOOL: Row = Row {
    name: "start_roundtable",
    title: "Debate a question",
    about: "\
Lets a panel of LLM personas debate a question and decides by computed agreement. Takes minutes and costs money. A good topic is \
one decision with its constraints: \"Should we move the billing service from PostgreSQL to DynamoDB this quarter, with a team of \
four and 2 TB of data?\" A poor one is a fact to look up (\"what is DynamoDB\") or several questions at once. Give options when the \
choices are known (\"Move now\", \"Move next year\", \"Stay\"); without them the panel forms options itself. Modes: collaborative (the \
default: build a common answer), adversarial (two sides argue a proposal), expert-panel (your perspectives, one expert each), \
devils-advocate (one seat attacks the proposal), socratic (assumptions are questioned), delphi (anonymous rounds, for estimates), \
red-team-blue-team (attack and defend a plan), vote (ballots at once, the cheapest). list_agents tells which modes there are and \
who would sit. The answer has four layers: the decision with advice (proceed: act on it; verify: check the named evidence first; \
query_detail: too little agreement, look closer), each agent's path, evidence and conflicts, and which calls show more. If your \
host ends long calls, pass wait: false and poll get_session.",
    effect: Effect::Asks,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Outcome>,
    run: |call, arguments| answering(call, arguments, start),
};

/// What is to be debated, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Arguments {
    /// The question: one decision, with the constraints that matter.
    topic: String,
    /// How to debate: a mode's name. Default: collaborative.
    mode: Option<String>,
    /// Seats on the panel, 2 to 50, capped by the server. Default: 4.
    agent_count: Option<u32>,
    /// Hold exactly this many rounds of the exchange. Default: the mode decides, with an early end.
    rounds: Option<u32>,
    /// Personas of the panel, for modes that take them, such as expert-panel.
    #[serde(default)]
    perspectives: Vec<Perspective>,
    /// Personas to seat, by name, such as architect; list_agents tells which there are.
    #[serde(default)]
    seats: Vec<String>,
    /// The 2 to 7 options to choose from. Default: the panel forms them.
    #[serde(default)]
    options: Vec<String>,
    /// Ask for a number in this unit, such as weeks, instead of a choice.
    estimate: Option<String>,
    /// Files and folders that the panel reads, below the server's working folder; what git ignores is left out. Their bytes go to
    /// every provider on the panel.
    #[serde(default)]
    context: Vec<String>,
    /// What is taken as given: a sentence each, or names under `assumptions` in the project's roundtable.yaml.
    #[serde(default)]
    assume: Vec<String>,
    /// Whether agents may search the web when they state a position, which costs more, where their providers can. Default: as the
    /// server is configured.
    web_search: Option<bool>,
    /// What the debate may take.
    budget: Option<Budget>,
    /// What the decision must meet; whether it does is told with it.
    gate: Option<Gate>,
    /// Leave the project's policy out of the gate, which is told with the result. Default: false.
    #[serde(default)]
    no_policy: bool,
    /// Name of the session. A second start with the same name and arguments finishes, waits for or returns the first and pays nothing twice.
    name: Option<String>,
    /// Whether a closing text is written. Default: true.
    synthesis: Option<bool>,
    /// Play every seat from a script, without a key or a cost, to try things out. Default: false.
    #[serde(default)]
    rehearse: bool,
    /// false answers with the session's id at once and lets the debate go on. Default: true, answers at its end.
    wait: Option<bool>,
}

/// A persona.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Perspective {
    /// Who it is, such as Security engineer.
    name: String,
    /// What matters to it.
    #[serde(default)]
    cares_about: String,
}

/// What the decision must meet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Gate {
    /// The least share of the panel behind the winning option, 0 to 1.
    min_agreement: Option<f64>,
    /// The option that must win: its text, or its id (o1, o2, …).
    expect: Option<String>,
    /// Whether an objection that its holder calls blocking closes the gate. Default: false.
    #[serde(default)]
    no_blocking_dissent: bool,
    /// Whether the only option found passes though the statements under it may contradict each other. Default: false.
    #[serde(default)]
    allow_one_option: bool,
}

async fn start(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let [cost, tokens, time] = budget::settings(given.budget.as_ref());
    let app = call.app(&[
        ("mode", keys::MODE, given.mode.clone()),
        ("agentCount", keys::DEFAULT_AGENT_COUNT, given.agent_count.map(|count| count.to_string())),
        budget::web_search(given.web_search),
        cost,
        tokens,
        time,
    ])?;
    if let Some(mode) = &given.mode {
        check_mode(&app, mode)?;
    }
    check_personas(&app, "seats", &given.seats)?;
    check_context(app.config().working_folder(), &given.context)?;
    let admission = call.runs().admit()?;
    let wait = Wait::of(given.wait);
    let elsewhere = match wait {
        Wait::UntilTheEnd => Elsewhere::Wait(&|_| ()),
        Wait::No => Elsewhere::Return,
    };
    let request = request(given)?;
    let opened = tokio::select! {
        opened = app.open(&request, elsewhere) => opened?,
        () = call.called_off() => return Err(Failure::interrupted("called off")),
    };
    match opened {
        Opened::Elsewhere(history) => Outcome::of(&history, Vec::new(), Activity::Running).answer(&history),
        Opened::Stored(history) => Outcome::of(&history, Vec::new(), Activity::AtRest).answer(&history),
        Opened::Running(session) => run_to_answer(&call, admission, *session, wait).await,
    }
}

/// What a client may have read is below the working folder, wherever links lead.
pub(super) fn check_context(working: &Path, given: &[String]) -> Result<(), Failure> {
    let root = working.canonicalize().unwrap_or_else(|_| working.to_owned());
    // A path that does not exist is told of where it is read.
    let is_outside = |path: &&String| working.join(path).canonicalize().is_ok_and(|real| !real.starts_with(&root));
    let named = |path: &&String| path.trim() == "-" || is_outside(path);
    let hint = "name files and folders of the project, relative to its folder";
    if let Some(path) = given.iter().find(named) {
        let message = format!("context: `{path}` is not below the server's working folder");
        return Err(Failure::usage(message).with_hint(hint));
    }
    // Whoever reads from a pipe or a device may wait for ever, and the server with it.
    let is_odd = |path: &&String| {
        let kind = working.join(path).metadata();
        kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
    };
    match given.iter().find(is_odd) {
        Some(path) => Err(Failure::usage(format!("context: `{path}` is neither a file nor a folder")).with_hint(hint)),
        None => Ok(()),
    }
}

fn request(given: Arguments) -> Result<StartRequest, Failure> {
    let perspective = |given: &Perspective| {
        persona(&given.name, &given.cares_about).ok_or_else(|| {
            Failure::usage(format!(
                "perspectives: the name `{}` must have 1 to 60 characters and not be Moderator",
                given.name
            ))
        })
    };
    Ok(StartRequest {
        perspectives: given.perspectives.iter().map(perspective).collect::<Result<_, _>>()?,
        topic: given.topic,
        options: given.options,
        estimate: given.estimate,
        people: Vec::new(),
        seated: given.seats,
        // Whoever calls waits for a decision; what was needed stands in the record.
        on_needs: OnNeeds::GoOn,
        rounds: given.rounds.map_or(Rounds::AsTheModeSays, Rounds::Exactly),
        who: if given.rehearse { Who::Rehearsal(Duration::ZERO) } else { Who::Providers },
        synthesis: given.synthesis.unwrap_or(true),
        gate: GateRequest {
            policy: if given.no_policy { PolicyUse::LeftOut } else { PolicyUse::Applied },
            ..given.gate.map(gate).unwrap_or_default()
        },
        seed: None,
        name: given.name,
        tags: BTreeMap::new(),
        supplied: Supplied { context: given.context, assume: given.assume, ..Supplied::default() },
    })
}

fn gate(given: Gate) -> GateRequest {
    GateRequest {
        min_agreement: given.min_agreement.map(|share| share.to_string()),
        expect: given.expect,
        no_blocking_dissent: given.no_blocking_dissent,
        allow_one_option: given.allow_one_option,
        ..GateRequest::default()
    }
}
