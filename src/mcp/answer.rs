//! What a call comes to: a value for programs and a text for readers, or a failure that says what to do.

use rmcp::model::{CallToolResult, ContentBlock, ErrorData};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Failure, FailureKind};
use crate::mcp::wording::Tools;

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    value: Value,
    text: String,
    success: Success,
}

/// Whether what was asked for came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Success {
    /// It did.
    Yes,
    /// It did not, though there is something to tell.
    No,
}

/// A failure as tools publish it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// Its class: internal, usage, gate, waiting, providers, limit, credentials, mismatch or interrupted.
    kind: String,
    /// What happened, in a line.
    message: String,
    /// What to do next.
    hint: Option<String>,
    /// Whether the same call may succeed later with nothing changed.
    retryable: bool,
    /// The session it happened in, if one was stored.
    session: Option<String>,
}

/// The shape of every failed call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Failed {
    /// What went wrong.
    error: Problem,
}

impl Answer {
    /// An answer of a value that serializes to an object. Fails if it does not.
    pub(super) fn new(value: &impl Serialize, text: String, success: Success) -> Result<Self, Failure> {
        let value = serde_json::to_value(value)
            .map_err(|error| Failure::internal(format!("a result cannot be written: {error}")).with_source(error))?;
        Ok(Self { value, text, success })
    }
}

impl Problem {
    /// Words a failure for assistants.
    pub(super) fn of(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.name().to_owned(),
            message: failure.message.worded(&Tools),
            hint: failure.hint.as_ref().map(|hint| hint.worded(&Tools)),
            retryable: failure.retryable,
            session: failure.session.clone(),
        }
    }

    /// The failure for a reader.
    pub(super) fn in_words(&self) -> String {
        let hint = self.hint.iter().map(|hint| format!("\nhint: {hint}"));
        let session = self.session.iter().map(|session| format!("\nsession: {session}"));
        let retry = if self.retryable { "\nretryable: yes" } else { "" };
        format!("{}: {}{}{}{retry}", self.kind, self.message, hint.collect::<String>(), session.collect::<String>())
    }
}

/// The protocol's form of what a tool came to.
pub(super) fn result(answered: Result<Answer, Failure>) -> CallToolResult {
    let answer = answered.unwrap_or_else(|failure| {
        let failed = Failed { error: Problem::of(&failure) };
        Answer { text: failed.error.in_words(), value: serde_json::json!(failed), success: Success::No }
    });
    let content = vec![ContentBlock::text(answer.text)];
    let mut result = match answer.success {
        Success::Yes => CallToolResult::success(content),
        Success::No => CallToolResult::error(content),
    };
    result.structured_content = Some(answer.value);
    result
}

/// The protocol's form of a failure where there is no tool to carry it.
pub(super) fn error(failure: Failure) -> ErrorData {
    let problem = Problem::of(&failure);
    let (message, data) = (problem.in_words(), serde_json::json!(Failed { error: problem }));
    match failure.kind {
        FailureKind::Usage | FailureKind::Credentials => ErrorData::invalid_params(message, Some(data)),
        FailureKind::Internal
        | FailureKind::Gate
        | FailureKind::Waiting
        | FailureKind::Providers
        | FailureKind::Limit
        | FailureKind::Mismatch
        | FailureKind::Interrupted => ErrorData::internal_error(message, Some(data)),
    }
}
