//! Google's generateContent wire, read from the `google-genai` SDK 3.4 for Python.
//!
//! Must never read thought parts as the answer.

mod tools;

use serde_json::{Map, Value, json};

use crate::debate::ask::{Ask, Role};
use crate::debate::reply::{FaultKind, Finish, Usage};
use crate::providers::draft::{Draft, Stage, Standing};
use crate::providers::schema;
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::Dialect;
use crate::providers::wire::format::{Format, KeyHeader, VersionSegment};

/// The row of this wire.
pub(super) static FORMAT: Format = Format {
    encode,
    read_event: event,
    read_body: body,
    usage,
    read_done: None,
    settle: None,
    go_on: None,
    body_fields: &["candidates", "promptFeedback", "usageMetadata"],
    key_header: KeyHeader::Named("x-goog-api-key"),
    request_id_header: "x-request-id",
    version_segment: VersionSegment::Last,
    tools: Some(tools::TOOLS),
};

/// Encodes a streaming request; the model is part of its path.
fn encode(ask: &Ask, _: &Dialect, shape: Shape) -> Call {
    let contents = schema::told(&ask.prompt, shape).into_iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "model",
        };
        json!({ "role": role, "parts": [{ "text": message.text }] })
    });
    let mut settings = json!({ "maxOutputTokens": ask.prompt.output_tokens_max });
    match shape {
        Shape::Schema => {
            settings["responseMimeType"] = json!("application/json");
            settings["responseJsonSchema"] = dialect(&ask.prompt.schema.json);
        }
        Shape::JsonObject => settings["responseMimeType"] = json!("application/json"),
        Shape::Plain | Shape::Text => {}
    }
    let mut body = json!({ "contents": contents.collect::<Value>(), "generationConfig": settings });
    if ask.search.terms().is_some() {
        // It takes no terms but a range of dates, and a wire knows no date.
        body["tools"] = json!([{ "googleSearch": {} }]);
    }
    if !ask.prompt.shared.is_empty() {
        body["systemInstruction"] = json!({ "parts": [{ "text": ask.prompt.shared }] });
    }
    Call {
        path: format!("/v1/{}:streamGenerateContent?alt=sse", resource(&ask.voice.model)),
        headers: Vec::new(),
        body,
    }
}

/// The model's place in the path. Characters that would end or split the path are escaped.
fn resource(model: &str) -> String {
    let mut path = String::new();
    if !model.starts_with("models/") && !model.starts_with("tunedModels/") {
        path.push_str("models/");
    }
    for byte in model.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

/// Takes one chunk of the stream, each of which is a response with the next parts.
fn event(draft: &mut Draft, chunk: &Value) -> Result<Option<String>, WireFault> {
    draft.identify(&chunk["modelVersion"], &chunk["responseId"]);
    if chunk["usageMetadata"].is_object() {
        draft.usage = Some(chunk["usageMetadata"].clone());
    }
    let candidate = &chunk["candidates"][0];
    let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
    let text: String = parts.filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect();
    let shown = draft.append(&text);
    ground(draft, &candidate["groundingMetadata"]);
    for list in ["citationSources", "citations"] {
        for page in candidate["citationMetadata"][list].as_array().into_iter().flatten() {
            draft.sources.add(&page["uri"], &page["title"], &Value::Null, Standing::Cited);
        }
    }
    if let Some(reason) = candidate["finishReason"].as_str() {
        draft.finish = Some(ending(reason)?);
        draft.stage = Stage::Closed;
    }
    if chunk["promptFeedback"]["blockReason"].is_string() {
        draft.finish = Some(Finish::Filtered);
        draft.stage = Stage::Closed;
    }
    Ok(shown)
}

/// Takes a whole response, or the list of chunks that comes when a server does not know `alt=sse`.
fn body(draft: &mut Draft, response: &Value) -> Result<(), WireFault> {
    for chunk in response.as_array().map_or(std::slice::from_ref(response), Vec::as_slice) {
        event(draft, chunk)?;
    }
    Ok(())
}

/// Web pages that a supported segment of the text refers to are cited, the others consulted.
fn ground(draft: &mut Draft, grounding: &Value) {
    if let Some(queries) = grounding["webSearchQueries"].as_array() {
        draft.searches = u64::try_from(queries.len()).unwrap_or(u64::MAX);
    }
    let supports = grounding["groundingSupports"].as_array();
    let indices = supports.into_iter().flatten().filter_map(|support| support["groundingChunkIndices"].as_array());
    let cited: Vec<u64> = indices.flatten().filter_map(Value::as_u64).collect();
    for (index, chunk) in (0_u64..).zip(grounding["groundingChunks"].as_array().into_iter().flatten()) {
        let standing = if cited.contains(&index) { Standing::Cited } else { Standing::Consulted };
        draft.sources.add(&chunk["web"]["uri"], &chunk["web"]["title"], &Value::Null, standing);
    }
}

fn ending(reason: &str) -> Result<Finish, WireFault> {
    match reason {
        "STOP" => Ok(Finish::Complete),
        "MAX_TOKENS" | "CONTINUATION" => Ok(Finish::Truncated),
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "ESCALATION"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => Ok(Finish::Filtered),
        "PUP_LIMITED_DISABLED" => {
            Err(WireFault::new(FaultKind::Auth, "the account is limited for a breach of the use policy"))
        }
        _ => Err(WireFault::new(FaultKind::InvalidResponse, &format!("the model stopped with {reason}"))),
    }
}

/// Reads the counts. On this wire thoughts are counted beside the candidates, and cached tokens within the prompt.
fn usage(usage: &Value) -> Option<Usage> {
    let prompt = usage["promptTokenCount"].as_u64();
    let candidates = usage["candidatesTokenCount"].as_u64();
    prompt.or(candidates)?;
    let reasoning_tokens = usage["thoughtsTokenCount"].as_u64().unwrap_or(0);
    Some(Usage {
        input_tokens: prompt.unwrap_or(0).saturating_add(usage["toolUsePromptTokenCount"].as_u64().unwrap_or(0)),
        cached_tokens: usage["cachedContentTokenCount"].as_u64().unwrap_or(0),
        cache_write_tokens: 0,
        output_tokens: candidates.unwrap_or(0).saturating_add(reasoning_tokens),
        reasoning_tokens,
        searches: 0,
        estimated: false,
    })
}

/// The dialect of Google's `responseJsonSchema`: the keywords its SDK lists, and enums of strings and numbers only.
fn dialect(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    if let Some(Value::Array(values)) = fields.get("enum")
        && values.contains(&Value::Null)
    {
        return nullable_enum(fields, values);
    }
    let mut kept = Map::new();
    let mut lost = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "properties" | "anyOf" => kept.insert(key.clone(), schema::each(value, dialect)),
            "items" => kept.insert(key.clone(), dialect(value)),
            "type"
            | "format"
            | "title"
            | "description"
            | "enum"
            | "minItems"
            | "maxItems"
            | "minimum"
            | "maximum"
            | "additionalProperties"
            | "required" => kept.insert(key.clone(), value.clone()),
            _ => lost.insert(key.clone(), value.clone()),
        };
    }
    schema::tell(&mut kept, &lost);
    Value::Object(kept)
}

fn nullable_enum(fields: &Map<String, Value>, values: &[Value]) -> Value {
    let (filled, _): (Vec<_>, Vec<_>) = values.iter().cloned().partition(|value| !value.is_null());
    let kind = match filled.first() {
        Some(Value::Number(_)) => "number",
        _ => "string",
    };
    let mut nullable = json!({ "anyOf": [{ "type": kind, "enum": filled }, { "type": "null" }] });
    if let Some(description) = fields.get("description") {
        nullable["description"] = description.clone();
    }
    nullable
}
