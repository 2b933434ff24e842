//! The argument `budget`: what a debate may take. Shared by the tools that ask models.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::keys;
use crate::mcp::server::SettingArgument;

/// What the whole debate may take, what it has taken before included. It ends before it takes more, with the decision that its
/// ballots make by then. Default: as the server is configured.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Budget {
    /// The most US dollars, above 0.
    max_cost_usd: Option<f64>,
    /// The most tokens, input and output together.
    max_tokens: Option<u32>,
    /// The longest that it may run, in seconds.
    timeout_seconds: Option<u32>,
}

/// The settings that a budget overrides.
pub(super) fn settings(given: Option<&Budget>) -> [SettingArgument; 3] {
    let given = given.cloned().unwrap_or_default();
    [
        ("budget.maxCostUsd", keys::MAX_COST, given.max_cost_usd.map(|dollars| dollars.to_string())),
        ("budget.maxTokens", keys::MAX_TOKENS, given.max_tokens.map(|tokens| tokens.to_string())),
        ("budget.timeoutSeconds", keys::TIMEOUT, given.timeout_seconds.map(|seconds| format!("{seconds}s"))),
    ]
}
