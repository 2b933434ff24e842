//! What the fake saw of a request, the same for every wire.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use axum::http::request::Parts;
use serde_json::Value;

/// One request, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `anthropic`, `openai_responses`, `openai_chat`, `gemini` or `perplexity`; `unknown` for any other path.
    pub(crate) vendor_wire: &'static str,
    /// The path, with its query.
    pub(crate) path: String,
    /// The model asked for.
    pub(crate) model: String,
    /// The system prompt, its blocks joined by an empty line.
    pub(crate) system: String,
    /// The conversation: `user` or `assistant`, and what was said.
    pub(crate) messages: Vec<(String, String)>,
    /// The JSON schema asked for, or null.
    pub(crate) schema: Value,
    /// Header values by lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body; null when it was no JSON.
    pub(crate) body: Value,
    /// The client's address: the same for all requests on one connection.
    pub(crate) peer: SocketAddr,
    /// When it arrived.
    pub(crate) started: Instant,
    /// Whether all of the answer was sent.
    pub(crate) answered: bool,
    /// When the answer was sent or the client went away.
    pub(crate) ended: Option<Instant>,
}

impl Seen {
    pub(super) fn read(head: &Parts, body: &[u8], peer: SocketAddr) -> Self {
        let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let wire = wire(head.uri.path());
        Self {
            vendor_wire: wire,
            model: model(wire, head.uri.path(), &body),
            system: system(wire, &body),
            messages: messages(wire, &body),
            schema: schema(&body),
            headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            path,
            body,
            peer,
            started: Instant::now(),
            answered: false,
            ended: None,
        }
    }
}

fn wire(path: &str) -> &'static str {
    match path {
        _ if path.ends_with("/messages") => "anthropic",
        _ if path.ends_with("/responses") => "openai_responses",
        _ if path.contains(":streamGenerateContent") => "gemini",
        "/chat/completions" => "perplexity",
        _ if path.ends_with("/chat/completions") => "openai_chat",
        _ => "unknown",
    }
}

fn model(wire: &str, path: &str, body: &Value) -> String {
    let of_path = || path.rsplit_once("/models/")?.1.split(':').next();
    let model = if wire == "gemini" { of_path() } else { body["model"].as_str() };
    model.unwrap_or_default().to_owned()
}

/// The text of a string, of a list of parts, or of an object that holds parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join("\n\n"),
        Value::Object(part) => {
            ["text", "parts", "content"].iter().find_map(|field| part.get(*field)).map(text).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

fn turns(body: &Value) -> impl Iterator<Item = &Value> {
    ["messages", "input", "contents"].iter().find_map(|field| body[*field].as_array()).into_iter().flatten()
}

fn is_system(turn: &Value) -> bool {
    matches!(turn["role"].as_str(), Some("system" | "developer"))
}

fn system(wire: &str, body: &Value) -> String {
    match wire {
        "anthropic" => text(&body["system"]),
        "gemini" => text(body.get("systemInstruction").unwrap_or(&body["system_instruction"])),
        _ => {
            let instructions = body["instructions"].as_str().map(str::to_owned).into_iter();
            instructions.chain(turns(body).filter(|turn| is_system(turn)).map(text)).collect::<Vec<_>>().join("\n\n")
        }
    }
}

fn messages(wire: &str, body: &Value) -> Vec<(String, String)> {
    if let ("openai_responses", Some(input)) = (wire, body["input"].as_str()) {
        return vec![("user".to_owned(), input.to_owned())];
    }
    let role = |turn: &Value| match turn["role"].as_str() {
        Some("model") => "assistant".to_owned(),
        role => role.unwrap_or("user").to_owned(),
    };
    turns(body).filter(|turn| !is_system(turn)).map(|turn| (role(turn), text(turn))).collect()
}

fn schema(body: &Value) -> Value {
    let places = [
        "/output_config/format/schema",
        "/output_format/schema",
        "/text/format/schema",
        "/response_format/json_schema/schema",
        "/generationConfig/responseJsonSchema",
        "/generationConfig/responseSchema",
        "/generationConfig/responseFormat/text/schema",
    ];
    places.iter().find_map(|place| body.pointer(place)).cloned().unwrap_or_default()
}
