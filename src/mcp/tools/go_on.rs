//! `continue_roundtable`: a debate taken further.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::app::{ContinueRequest, Guard};
use crate::debate::{event, text};
use crate::error::Failure;
use crate::mcp::answer::Answer;
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::outcome::Outcome;
use crate::mcp::tools::budget::{self, Budget};
use crate::mcp::tools::{Effect, Row, Wait, answering, run_to_answer};

pub(super) const TOOL: Row = Row {
    name: "continue_roundtable",
    title: "Take a debate further",
    about: "\
Adds rounds to a debate that has ended, with a focus question, with facts found out since, or both, and decides anew. Use it when \
the advice was verify or query_detail and you can say what is missing: the fact that a claim hangs on, or the point on which the \
agents differ. fromRound branches a new session off an earlier round and leaves the first as it is. Answers like start_roundtable. \
A debate that was cut off is not continued but resumed: control_session.",
    effect: Effect::Asks,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Outcome>,
    run: |call, arguments| answering(call, arguments, go_on),
};

/// How a debate is to go on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Arguments {
    /// The session: its id, a unique prefix, its name, or @ for the latest.
    session: String,
    /// Rounds of the exchange to add. Default: 1.
    rounds: Option<u32>,
    /// What these rounds are to be about.
    focus: Option<String>,
    /// What was found out since.
    #[serde(default)]
    facts: Vec<Fact>,
    /// Branch a new session off after this round; the opening is round 1.
    from_round: Option<u32>,
    /// Name of the new session, with fromRound.
    name: Option<String>,
    /// What the debate may take from now on, in place of what it was started with.
    budget: Option<Budget>,
    /// false answers with the session's id at once and lets the debate go on. Default: true, answers at its end.
    wait: Option<bool>,
}

/// Something that was found out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fact {
    /// What it is about, in a line; the id of a need (n1, n2, …) for a fact that the debate waits for.
    about: String,
    /// What it says.
    text: String,
}

async fn go_on(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&budget::settings(given.budget.as_ref()))?;
    let wait = Wait::of(given.wait);
    if given.name.is_some() && given.from_round.is_none() {
        return Err(Failure::usage("name is for a new session, which only fromRound makes")
            .with_hint("leave name out, or say after which round to branch off"));
    }
    if given.focus.as_deref().is_some_and(text::is_blank) {
        return Err(Failure::usage("focus says nothing").with_hint("leave it out, or say what the rounds are about"));
    }
    let request = ContinueRequest {
        rounds: given.rounds,
        focus: given.focus.map(|focus| focus.trim().to_owned()),
        facts: given.facts.into_iter().map(fact).collect::<Result<_, _>>()?,
        from_round: given.from_round,
        name: given.name,
        guard: Guard::Refuse,
    };
    let admission = call.runs().admit()?;
    let session = app.go_on(&given.session, request, Duration::ZERO).await?;
    run_to_answer(&call, admission, session, wait).await
}

fn fact(given: Fact) -> Result<event::Fact, Failure> {
    if text::is_blank(&given.about) || text::is_blank(&given.text) {
        return Err(Failure::usage("facts: one of them is blank").with_hint("say what it is about, and what it says"));
    }
    Ok(event::Fact { need: None, about: text::line(&given.about), text: given.text.trim().to_owned() })
}
