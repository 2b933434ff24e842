//! Faults: what vendors say when there is no answer, sorted into our classes.
//!
//! Must never pass on more of a body than one short line. Names come from the vendors' SDK packages, phrases from the
//! messages of those that give no name; a name outweighs a phrase, and both outweigh the status.

use serde_json::Value;

use crate::debate::reply::FaultKind;
use crate::debate::text;
use crate::providers::wire::call::{MESSAGE_CHARS_MAX, WireFault, one_line, spaced};

/// Most characters that are shown of a body that is no error object.
const EXCERPT_CHARS_MAX: usize = 160;
/// A longer run without a space is no word.
const WORD_CHARS_MAX: usize = 60;

/// The statuses behind the names that errors carry inside a stream, where there is no status.
const STATUSES: &[(&str, u16)] = &[
    ("authentication_error", 401),
    ("unauthenticated", 401),
    ("permission_error", 403),
    ("permission_denied", 403),
    ("not_found_error", 404),
    ("not_found", 404),
    ("model_not_found", 404),
    ("invalid_request_error", 400),
    ("badrequesterror", 400),
    ("invalid_argument", 400),
    ("failed_precondition", 400),
    ("invalid_prompt", 400),
    ("data_residency_mismatch", 400),
    ("conflict_error", 409),
    ("request_too_large", 413),
    ("rate_limit_error", 429),
    ("rate_limit_exceeded", 429),
    ("resource_exhausted", 429),
    ("api_error", 500),
    ("server_error", 500),
    ("internal", 500),
    ("unavailable", 503),
    ("timeout_error", 504),
    ("deadline_exceeded", 504),
    ("overloaded_error", 529),
];

const QUOTA_NAMES: &[&str] =
    &["insufficient_quota", "insufficient_balance", "billing", "spend_limit", "credit", "perday"];
const QUOTA_PHRASES: &[&str] = &[
    "credit balance",
    "insufficient balance",
    "insufficient credit",
    "insufficient funds",
    "available credits",
    "out of credits",
    "exceeded your current quota",
];
const CONTEXT_NAMES: &[&str] = &["context_length_exceeded", "request_too_large", "exceed_context_size_error"];
const CONTEXT_PHRASES: &[&str] = &[
    "prompt is too long",
    "input is too long",
    "context length",
    "context window",
    "context limit",
    "context size",
    "exceeds the maximum number of tokens allowed",
];
const AUTH_NAMES: &[&str] = &["invalid_api_key", "api_key_invalid", "organization_on_hold"];
const AUTH_PHRASES: &[&str] = &["api key not valid", "incorrect api key", "invalid api key"];
const SCHEMA_PHRASES: &[&str] = &[
    "schema",
    "response_format",
    "responsemimetype",
    "output_config",
    "text.format",
    "structured output",
    "json mode",
    "controlled generation",
    "json_validate_failed",
    "grammar",
];

/// What an error object says.
struct Complaint {
    message: String,
    /// How much of it may be shown.
    chars_max: usize,
    /// Codes, types and reasons, in lower case.
    names: Vec<String>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after_ms: Option<u64>,
    /// Whether it is none that an API answers with.
    is_foreign: bool,
}

impl Complaint {
    fn names(&self, parts: &[&str]) -> bool {
        self.names.iter().any(|name| parts.iter().any(|part| name.contains(part)))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

/// Reads the body of an error response.
pub(crate) fn from_response(status: u16, body: &str) -> WireFault {
    let complaint = match serde_json::from_str::<Value>(body) {
        Ok(body) => read(&body),
        Err(_) => Complaint {
            chars_max: EXCERPT_CHARS_MAX,
            is_foreign: is_page(body) || !text::is_blank(body) && excerpt(body, EXCERPT_CHARS_MAX).is_empty(),
            ..read(&Value::String(body.to_owned()))
        },
    };
    assess(Some(status), complaint)
}

/// Reads an event of a stream, or the body of a successful response, that holds an error instead of an answer.
pub(crate) fn from_event(name: Option<&str>, event: &Value) -> Option<WireFault> {
    let event = event.as_array().and_then(|list| list.first()).unwrap_or(event);
    let has_error = event["error"].is_object() || event["error"].as_str().is_some_and(|text| !text.is_empty());
    (has_error || name == Some("error") || event["type"] == "error").then(|| from_error(event))
}

/// Reads an error object that came without a status.
pub(crate) fn from_error(error: &Value) -> WireFault {
    assess(None, read(error))
}

/// What of a text can be read, on one line of at most `chars_max` characters: up to what is no word, and nothing when there
/// is no word before that.
fn excerpt(text: &str, chars_max: usize) -> String {
    let start: String = text.chars().take(16 * chars_max).collect();
    let controls = start.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    if controls * 4 > start.chars().count() {
        return String::new();
    }
    let is_readable = |word: &&str| {
        // Some languages need no spaces.
        word.chars().filter(char::is_ascii).count() <= WORD_CHARS_MAX && !word.contains(char::REPLACEMENT_CHARACTER)
    };
    let spaced = spaced(&start);
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let read: Vec<&str> = words.iter().copied().take_while(is_readable).collect();
    if !read.iter().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2) {
        return String::new();
    }
    let cut = if read.len() < words.len() { " …" } else { "" };
    text::clip(&format!("{}{cut}", read.join(" ")), chars_max)
}

fn assess(status: Option<u16>, complaint: Complaint) -> WireFault {
    let told = complaint
        .names
        .iter()
        .find_map(|name| STATUSES.iter().find(|(known, _)| known == name))
        .map(|(_, status)| *status);
    let status = status.or(complaint.status).or(told);
    let kind = classify(status, &complaint);
    let about_schema = complaint.says(SCHEMA_PHRASES) || complaint.names(SCHEMA_PHRASES);
    let message = match (excerpt(&complaint.message, complaint.chars_max), status) {
        (message, Some(status)) if message.is_empty() => format!("status {status} without a reason"),
        (message, None) if message.is_empty() => "an error without a reason".to_owned(),
        (message, _) => message,
    };
    WireFault {
        kind,
        message,
        request_id: complaint.request_id,
        retry_after_ms: complaint.retry_after_ms,
        schema_refused: kind == FaultKind::InvalidRequest && about_schema,
        is_foreign: complaint.is_foreign,
    }
}

fn classify(status: Option<u16>, complaint: &Complaint) -> FaultKind {
    // Google says "quota" of every limit, those per minute included; only its names tell them apart.
    let is_any_limit = complaint.names(&["resource_exhausted"]);
    if complaint.names(QUOTA_NAMES) || (!is_any_limit && complaint.says(QUOTA_PHRASES)) {
        return FaultKind::Quota;
    }
    let may_be_context = matches!(status, None | Some(400 | 413 | 422 | 500));
    if may_be_context && (complaint.names(CONTEXT_NAMES) || complaint.says(CONTEXT_PHRASES)) {
        return FaultKind::ContextTooLong;
    }
    if matches!(status, None | Some(400)) && (complaint.names(AUTH_NAMES) || complaint.says(AUTH_PHRASES)) {
        return FaultKind::Auth;
    }
    // A gateway's moderation says 403 too, and that is about the prompt, not the key.
    if status == Some(403) && complaint.says(&["moderation", "flagged"]) {
        return FaultKind::InvalidRequest;
    }
    status.map_or(FaultKind::Overloaded, by_status)
}

fn by_status(status: u16) -> FaultKind {
    match status {
        401 | 403 => FaultKind::Auth,
        402 => FaultKind::Quota,
        408 => FaultKind::Timeout,
        409 | 425 => FaultKind::Overloaded,
        413 => FaultKind::ContextTooLong,
        429 => FaultKind::RateLimit,
        501 => FaultKind::InvalidRequest,
        400..=499 => FaultKind::InvalidRequest,
        500..=599 => FaultKind::Overloaded,
        _ => FaultKind::InvalidResponse,
    }
}

/// Reads the many forms of an error: an object or a text under `error`, a bare object, a list of one, plain text.
fn read(body: &Value) -> Complaint {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    let error = if body["error"].is_null() { body } else { &body["error"] };
    let texts = [&error["message"], &error["detail"], &error["detail"][0]["msg"], error];
    let message = texts.into_iter().find_map(Value::as_str).map(readable).unwrap_or_default();
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let violations = details.iter().filter_map(|detail| detail["violations"].as_array()).flatten();
    let names = [
        &error["code"],
        &error["type"],
        &error["status"],
        &error["param"],
        &error["details"]["error_code"],
        &body["code"],
    ]
    .into_iter()
    .chain(details.iter().map(|detail| &detail["reason"]))
    .chain(violations.map(|violation| &violation["quotaId"]))
    .filter_map(Value::as_str)
    .map(str::to_lowercase)
    .collect();
    let told = details.iter().find_map(|detail| detail["retryDelay"].as_str()).and_then(delay_ms);
    Complaint {
        retry_after_ms: told.or_else(|| message.split_once("try again in ").and_then(|(_, rest)| delay_ms(rest))),
        status: error["code"].as_u64().and_then(|code| u16::try_from(code).ok()),
        request_id: body["request_id"].as_str().map(one_line),
        message,
        chars_max: MESSAGE_CHARS_MAX,
        names,
        is_foreign: false,
    }
}

/// A proxy's error page says nothing in one line.
fn readable(text: &str) -> String {
    if is_page(text) { "a web page instead of an answer".to_owned() } else { text.to_owned() }
}

fn is_page(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// Reads a leading duration such as `12s`, `1.5s`, `250ms` or `6m0s`.
pub(crate) fn delay_ms(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total_ms = None;
    while let Some(end) = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|end| *end > 0) {
        let Ok(amount) = rest[..end].parse::<f64>() else { break };
        let unit = &rest[end..];
        let (factor, length) = match unit.as_bytes() {
            [b'm', b's', ..] => (1.0, 2),
            [b's', ..] => (1_000.0, 1),
            [b'm', ..] => (60_000.0, 1),
            [b'h', ..] => (3_600_000.0, 1),
            _ => break,
        };
        total_ms = Some(total_ms.unwrap_or(0.0) + amount * factor);
        rest = &unit[length..];
    }
    // Whoever waits rounds up; an absurd wait saturates.
    total_ms.map(|total: f64| total.ceil() as u64)
}
