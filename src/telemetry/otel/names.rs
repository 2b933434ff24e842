//! Names of OpenTelemetry's conventions for generative AI, and what our own words are called there.
//!
//! Source: <https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai>, gen-ai-spans.md,
//! gen-ai-agent-spans.md and gen-ai-metrics.md. Nothing there that holds content is named here.

use crate::debate::reply::Finish;

/// What is done: one of the words below.
pub(super) const OPERATION: &str = "gen_ai.operation.name";
/// A call of a model.
pub(super) const CHAT: &str = "chat";
/// A persona that is asked alone.
pub(super) const INVOKE_AGENT: &str = "invoke_agent";
/// A run of a debate.
pub(super) const INVOKE_WORKFLOW: &str = "invoke_workflow";
/// Vendor, by [`provider`].
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
/// Model asked for.
pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
/// Model that answered.
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why the text ends, by [`finish`].
pub(super) const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Input tokens, cached ones included.
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Output tokens, reasoning included.
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Of the input, read from a cache.
pub(super) const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Of the input, written to a cache.
pub(super) const CACHE_CREATION_TOKENS: &str = "gen_ai.usage.cache_creation.input_tokens";
/// Of the output, spent on reasoning.
pub(super) const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// Session.
pub(super) const CONVERSATION: &str = "gen_ai.conversation.id";
/// Mode.
pub(super) const WORKFLOW: &str = "gen_ai.workflow.name";
/// Agent, by its id in the session.
pub(super) const AGENT_ID: &str = "gen_ai.agent.id";
/// Persona of the library.
pub(super) const AGENT_NAME: &str = "gen_ai.agent.name";
/// Class of failure: our `FaultKind`, or [`CANCELLED`].
pub(super) const ERROR_TYPE: &str = "error.type";
/// What nobody waited for to the end.
pub(super) const CANCELLED: &str = "cancelled";
/// Where the request was sent.
pub(super) const SERVER_ADDRESS: &str = "server.address";
/// And to which port.
pub(super) const SERVER_PORT: &str = "server.port";
/// Input or output.
pub(super) const TOKEN_TYPE: &str = "gen_ai.token.type";

/// Tokens of a call.
pub(super) const TOKEN_USAGE: &str = "gen_ai.client.token.usage";
/// Its buckets, as the convention asks for.
pub(super) const TOKEN_BUCKETS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Seconds of a call.
pub(super) const DURATION: &str = "gen_ai.client.operation.duration";
/// Its buckets, as the convention asks for.
pub(super) const DURATION_BUCKETS: [f64; 14] =
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/// Our own: phase, round, stage and attempt of a turn, requests and price of a call, and how a run ended.
pub(super) const PHASE: &str = "roundtable.phase";
/// See [`PHASE`].
pub(super) const ROUND: &str = "roundtable.round";
/// See [`PHASE`].
pub(super) const STAGE: &str = "roundtable.stage";
/// See [`PHASE`].
pub(super) const REQUESTS: &str = "roundtable.requests";
/// See [`PHASE`].
pub(super) const COST_USD: &str = "roundtable.cost_usd";
/// See [`PHASE`].
pub(super) const OUTCOME: &str = "roundtable.outcome";

/// Vendors that the convention calls otherwise than we do.
const PROVIDERS: [(&str, &str); 3] = [("google", "gcp.gemini"), ("mistral", "mistral_ai"), ("xai", "x_ai")];

/// A vendor's name in the convention; our own where it has none.
pub(super) fn provider(vendor: &str) -> &str {
    PROVIDERS.iter().find(|(ours, _)| *ours == vendor).map_or(vendor, |(_, theirs)| theirs)
}

/// Why a text ends, in the convention's words.
pub(super) fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Complete => "stop",
        Finish::Truncated => "length",
        Finish::Refused => "refusal",
        Finish::Filtered => "content_filter",
    }
}
