//! One ask through the gateway to a fake provider: what the tests of the gateway share.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Mutex;
use std::time::Duration;

use roundtable::debate::agent::{Seat, Voice};
use roundtable::debate::ask::{Ask, Message, Prompt, Role, Schema};
use roundtable::debate::log::ids::{SessionId, Speaker, TurnId};
use roundtable::debate::reply::{Fault, Reply};
use roundtable::debate::search::WebSearch;
use roundtable::providers::gateway::{Endpoint, Gateway, Limits, Timeouts};
use roundtable::providers::table::{self, Vendor};
use roundtable::providers::{Progress, Provider};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::fake::Behaviour;

/// One vendor for each wire.
pub(crate) const VENDORS: [&str; 5] = ["anthropic", "openai", "google", "openrouter", "perplexity"];
pub(crate) const KEY: &str = "sk-canary-0123456789abcdef";
pub(crate) const TEXT: &str = "{\"statement\":\"Grüße an alle 🌍\"}";

pub(crate) fn timeouts() -> Timeouts {
    let long = Duration::from_secs(20);
    Timeouts {
        connect: long,
        first_byte: long,
        silence: long,
        turn: Duration::from_secs(60),
        queue: Duration::from_secs(60),
        backoff_base: Duration::from_millis(1),
    }
}

pub(crate) fn vendor(name: &str) -> &'static Vendor {
    table::find(name).unwrap()
}

/// The vendor's usual base URL, with the fake's host in it.
pub(crate) fn base_url(vendor: &Vendor, host: &str) -> String {
    let usual = vendor.base_url.split_once("://").unwrap().1;
    match usual.split_once('/') {
        Some((_, path)) => format!("{host}/{path}"),
        None => host.to_owned(),
    }
}

pub(crate) fn endpoint(vendor: &'static Vendor, host: &str) -> Endpoint {
    let key_variable = vendor.key_variables.first().copied().unwrap_or_default().to_owned();
    Endpoint {
        vendor,
        base_url: base_url(vendor, host),
        key: Some(SecretString::from(KEY)),
        key_variable,
        limits: Limits::default(),
    }
}

pub(crate) fn gateway(name: &str, host: &str, timeouts: Timeouts) -> Gateway {
    Gateway::new(vec![endpoint(vendor(name), host)], timeouts).unwrap()
}

pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": { "statement": { "type": "string" } },
        "required": ["statement"],
        "additionalProperties": false,
    })
}

pub(crate) fn ask(name: &str) -> Ask {
    let message = |role, text: &str| Message { role, text: text.to_owned() };
    Ask {
        session: SessionId(Uuid::nil()),
        turn: TurnId {
            phase: "debate".to_owned(),
            round: 1,
            stage: "open".to_owned(),
            speaker: Speaker::Seat(Seat(1)),
        },
        attempt: 1,
        voice: Voice { provider: name.to_owned(), model: "model-x".to_owned(), family: "x".to_owned() },
        prompt: Prompt {
            shared: "The rules of the table.".to_owned(),
            messages: vec![
                message(Role::User, "Speak."),
                message(Role::Assistant, "I spoke."),
                message(Role::User, "Go on."),
            ],
            schema: Schema { name: "position".to_owned(), json: schema() },
            output_tokens_max: 1000,
        },
        search: WebSearch::Unsaid,
        grant: None,
    }
}

/// What one ask brought, and what was shown of it meanwhile.
pub(crate) struct Outcome {
    pub(crate) result: Result<Reply, Fault>,
    /// The text shown and not withdrawn.
    pub(crate) shown: String,
    pub(crate) waits: Vec<u64>,
    pub(crate) reasons: Vec<String>,
}

pub(crate) async fn run(gateway: &Gateway, name: &str) -> Outcome {
    let told: Mutex<Vec<Progress>> = Mutex::default();
    let result = gateway.ask(&ask(name), &|progress| told.lock().unwrap().push(progress)).await;
    let mut outcome = Outcome { result, shown: String::new(), waits: Vec::new(), reasons: Vec::new() };
    for progress in told.into_inner().unwrap() {
        match progress {
            Progress::Delta(text) => outcome.shown.push_str(&text),
            Progress::Waiting { .. } | Progress::Sending => panic!("{name}: waited for a slot"),
            Progress::Attempted(_) => {}
            Progress::Retrying { requests, reason, wait_ms, .. } => {
                outcome.waits.push(wait_ms);
                outcome.reasons.push(reason);
                outcome.shown.clear();
                assert_eq!(usize::try_from(requests).unwrap(), outcome.waits.len(), "requests announced");
            }
        }
    }
    outcome
}

/// An error body as the vendors write it.
pub(crate) fn refusal(wire: &str, status: u16, message: &str) -> Behaviour {
    let body = match wire {
        "anthropic" => {
            json!({ "type": "error", "error": { "type": "some_error", "message": message }, "request_id": "req_refused" })
        }
        "google" => json!({ "error": { "code": status, "message": message, "status": "SOME_ERROR" } }),
        _ => json!({ "error": { "message": message, "type": "some_error", "param": null, "code": null } }),
    };
    Behaviour::json(status, &body).with_header("x-request-id", "req_refused")
}

pub(crate) fn say() -> Behaviour {
    Behaviour::Say(TEXT.to_owned())
}

pub(crate) fn too_long(wire: &str) -> Behaviour {
    let error = match wire {
        "anthropic" => json!({ "type": "error", "error": {
            "type": "invalid_request_error", "message": "prompt is too long: 213462 tokens > 200000 maximum" } }),
        "google" => json!({ "error": { "code": 400, "status": "INVALID_ARGUMENT",
            "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)." } }),
        _ => json!({ "error": { "type": "invalid_request_error", "code": "context_length_exceeded",
            "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens." } }),
    };
    Behaviour::json(400, &error)
}

pub(crate) fn truncated_json() -> Behaviour {
    let headers = vec![("content-type", "application/json".to_owned())];
    Behaviour::Status { code: 200, headers, body: b"{\"id\":\"x\",\"choices\":[{\"mess".to_vec() }
}

pub(crate) fn events(body: &str) -> Behaviour {
    let headers = vec![("content-type", "text/event-stream; charset=utf-8".to_owned())];
    Behaviour::Status { code: 200, headers, body: body.as_bytes().to_vec() }
}

/// A gzip file (RFC 1952) of `length` zeros, in one block with the fixed codes (RFC 1951): a zero, then copies of 258.
pub(crate) fn bomb(length: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u32, count: u32| bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    put(0b1_10, 3); // last block; fixed codes, low bit first
    put(0b0011_0000, 8); // literal 0
    for _ in 0..length / 258 {
        put(0b1100_0101, 8); // length 258
        put(0, 5); // distance 1
    }
    put(0, 7); // end of block
    let packed =
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (bit, set)| sum | u8::from(*set) << bit));
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    head.into_iter().chain(packed).chain([0; 8]).collect()
}
