//! `synthesize_debate`: the closing text alone.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::synthesis_failure;
use crate::debate::response::Synthesis;
use crate::error::Failure;
use crate::export::{record, text};
use crate::mcp::answer::{Answer, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::outcome::{Activity, status};
use crate::mcp::tools::{Effect, Row, Wait, answering, run};

pub(super) const TOOL: Row = Row {
    name: "synthesize_debate",
    title: "Write a closing text",
    about: "\
Has the moderator write a decided debate's closing text, or write it again: conclusion, risks, next steps, what would change the \
decision. One model call. The decision and its numbers stay as they are. Use it for a session that was started with synthesis: \
false or whose closing text failed.",
    effect: Effect::Asks,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Closing>,
    run: |call, arguments| answering(call, arguments, synthesize),
};

/// Of which session.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The session: its id, a unique prefix, its name, or @ for the latest.
    session: String,
}

/// A closing text.
#[derive(Debug, Serialize, JsonSchema)]
struct Closing {
    /// The session's id.
    session: String,
    /// How it stands.
    status: String,
    /// The text.
    synthesis: Option<Synthesis>,
}

async fn synthesize(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&[])?;
    let admission = call.runs().admit()?;
    let session = app.synthesize(&given.session, Duration::ZERO).await?;
    let (history, _) = run(&call, admission, session, Wait::UntilTheEnd).await?;
    if let Some(failure) = synthesis_failure(&history) {
        return Err(failure);
    }
    let record = record::record(&history);
    let words = text::render(&record);
    let closing =
        Closing { session: record.session, status: status(&history, Activity::AtRest), synthesis: record.synthesis };
    Answer::new(&closing, words, Success::Yes)
}
