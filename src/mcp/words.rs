//! Failures are worded for the command line; here its flags and commands become arguments and tools.

/// What the command line says, and what a tool says in its place. Longer words stand before those they begin with.
const WORDS: [(&str, &str); 39] = [
    (
        "take it out, or send it all the same with --allow-secrets",
        "take it out; it can only be sent all the same from the command line",
    ),
    ("--max-cost", "budget.maxCostUsd"),
    ("--max-tokens", "budget.maxTokens"),
    ("--timeout", "budget.timeoutSeconds"),
    ("--context", "context"),
    ("--assume", "assume"),
    ("--seat", "seats"),
    ("--documents", "ROUNDTABLE_DOCUMENTS"),
    ("--no-web-search", "webSearch: false"),
    ("--web-search", "webSearch: true"),
    ("--no-blocking-dissent", "gate.noBlockingDissent"),
    ("--min-agreement", "gate.minAgreement"),
    ("--no-policy", "noPolicy: true"),
    ("--agent-count", "agentCount"),
    ("--perspective", "perspectives"),
    ("--from-round", "fromRound"),
    ("--estimate", "estimate"),
    ("--provider", "providers"),
    ("--rehearse", "rehearse: true"),
    ("--yes-no", "options of Yes and No"),
    ("--expect", "gate.expect"),
    ("--option", "options"),
    ("--rounds", "rounds"),
    ("--focus", "focus"),
    ("--topic", "topic"),
    ("--fact", "facts"),
    ("--mode", "mode"),
    ("--name", "name"),
    ("--tag", "tag"),
    ("`roundtable continue ", "`continue_roundtable "),
    ("`roundtable resume ", "`control_session resume "),
    ("`roundtable pause ", "`control_session pause "),
    ("`roundtable stop ", "`control_session stop "),
    ("`roundtable show ", "`get_session "),
    ("`roundtable list`", "`list_sessions`"),
    ("`roundtable providers`", "`list_agents`"),
    ("`roundtable modes list`", "`list_agents`"),
    ("`roundtable personas list`", "`list_agents`"),
    ("add rehearse: true", "pass rehearse: true"),
];

/// Words a message for whoever calls tools.
pub(super) fn for_tools(message: &str) -> String {
    WORDS.iter().fold(message.to_owned(), |message, (from, to)| message.replace(from, to))
}

/// Words messages for whoever calls tools.
pub(super) fn all_for_tools(messages: &[String]) -> Vec<String> {
    messages.iter().map(|message| for_tools(message)).collect()
}
