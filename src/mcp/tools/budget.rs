//! The arguments `budget` and `webSearch`: what asking may take, and whether it may search. Shared by the tools that ask models.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::keys;
use crate::mcp::call::SettingArgument;

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

/// What the personas of a call may take together, in equal shares; none is asked for more. Default: as the server is configured.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PersonaBudget {
    /// The most US dollars, above 0.
    max_cost_usd: Option<f64>,
    /// The most tokens, input and output together.
    max_tokens: Option<u32>,
}

impl From<PersonaBudget> for Budget {
    fn from(PersonaBudget { max_cost_usd, max_tokens }: PersonaBudget) -> Self {
        Self { max_cost_usd, max_tokens, timeout_seconds: None }
    }
}

/// The setting that the argument `webSearch` overrides.
pub(super) fn web_search(given: Option<bool>) -> SettingArgument {
    ("webSearch", keys::WEB_SEARCH, given.map(|on| if on { keys::ON } else { keys::OFF }.to_owned()))
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
