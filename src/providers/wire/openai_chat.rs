//! OpenAI's Chat Completions wire, read from the `openai` SDK 3.52 for Python, and forgiving towards the many servers
//! that speak it: usage may be missing, the closing `[DONE]` too, and content may come in parts.
//!
//! Must never read the channel for reasoning as the answer.

mod tools;

use serde_json::{Value, json};

use crate::debate::ask::{Ask, Role};
use crate::debate::reply::{FaultKind, Finish, Usage};
use crate::providers::draft::{Draft, Stage, Standing};
use crate::providers::schema;
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::{Bounds, Dialect, OutputLimit, UsageReport};
use crate::providers::wire::format::{Format, KeyHeader, VersionSegment};

/// The row of this wire.
pub(super) static FORMAT: Format = Format {
    encode,
    read_event: event,
    read_body: body,
    usage,
    read_done: Some(done),
    settle: None,
    go_on: None,
    body_fields: &["choices"],
    key_header: KeyHeader::Bearer,
    request_id_header: "x-request-id",
    version_segment: VersionSegment::Any,
    tools: Some(tools::TOOLS),
};

/// Encodes a streaming request in the dialect of its vendor.
fn encode(ask: &Ask, dialect: &Dialect, shape: Shape) -> Call {
    let mut messages = Vec::new();
    if !ask.prompt.shared.is_empty() {
        messages.push(json!({ "role": "system", "content": ask.prompt.shared }));
    }
    messages.extend(schema::told(&ask.prompt, shape).into_iter().map(|message| said(message.role, &message.text)));
    let mut body = json!({ "model": ask.voice.model, "messages": messages, "stream": true });
    match dialect.output_limit {
        OutputLimit::MaxTokens => body["max_tokens"] = json!(ask.prompt.output_tokens_max),
        OutputLimit::MaxCompletionTokens => body["max_completion_tokens"] = json!(ask.prompt.output_tokens_max),
    }
    match dialect.usage_report {
        UsageReport::OnRequest => body["stream_options"] = json!({ "include_usage": true }),
        UsageReport::Unasked => {}
    }
    match shape {
        Shape::Schema => body["response_format"] = schema_format(ask, dialect.bounds),
        Shape::JsonObject => body["response_format"] = json!({ "type": "json_object" }),
        Shape::Plain | Shape::Text => {}
    }
    Call { path: "/v1/chat/completions".to_owned(), headers: Vec::new(), body }
}

pub(super) fn said(role: Role, text: &str) -> Value {
    let role = match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    json!({ "role": role, "content": text })
}

pub(super) fn schema_format(ask: &Ask, bounds: Bounds) -> Value {
    let schema = &ask.prompt.schema;
    let json = match bounds {
        Bounds::InWords => schema::unbounded(&schema.json),
        Bounds::Enforced => schema.json.clone(),
    };
    json!({ "type": "json_schema", "json_schema": { "name": schema.name, "strict": true, "schema": json } })
}

/// Takes one chunk of the stream.
fn event(draft: &mut Draft, chunk: &Value) -> Result<Option<String>, WireFault> {
    draft.identify(&chunk["model"], &chunk["id"]);
    if chunk["usage"].is_object() {
        draft.cost_usd = chunk["usage"]["cost"].as_f64().or(draft.cost_usd);
        draft.usage = Some(chunk["usage"].clone());
    }
    for url in chunk["citations"].as_array().into_iter().flatten() {
        draft.sources.add(url, &Value::Null, &Value::Null, Standing::Consulted);
    }
    choice(draft, &chunk["choices"][0])
}

/// Takes a whole completion.
fn body(draft: &mut Draft, completion: &Value) -> Result<(), WireFault> {
    event(draft, completion)?;
    draft.stage = Stage::Closed;
    Ok(())
}

pub(super) fn choice(draft: &mut Draft, choice: &Value) -> Result<Option<String>, WireFault> {
    let (delta, message) = (&choice["delta"], &choice["message"]);
    for annotation in [delta, message].into_iter().flat_map(|said| said["annotations"].as_array()).flatten() {
        let page = &annotation["url_citation"];
        draft.sources.add(&page["url"], &page["title"], &Value::Null, Standing::Cited);
    }
    for said in [delta, message] {
        // Servers have two names for the channel; no server fills in both.
        draft.think(said["reasoning_content"].as_str().or(said["reasoning"].as_str()).unwrap_or_default());
    }
    let mut shown = draft.append(&content(&delta["content"]));
    for refusal in
        [&delta["refusal"], &message["refusal"]].into_iter().filter_map(Value::as_str).filter(|text| !text.is_empty())
    {
        draft.finish = Some(Finish::Refused);
        shown = draft.append(refusal).or(shown);
    }
    if let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) {
        // A message beside the deltas is the text so far; at the end it is the whole text.
        let whole = content(&message["content"]);
        if !whole.is_empty() {
            draft.text = whole;
        }
        draft.finish = Some(ending(draft.finish, reason)?);
        draft.stage = Stage::Whole;
    }
    Ok(shown)
}

fn ending(so_far: Option<Finish>, reason: &str) -> Result<Finish, WireFault> {
    match reason {
        "length" | "max_tokens" | "model_length" => Ok(Finish::Truncated),
        "content_filter" => Ok(Finish::Filtered),
        "tool_calls" | "function_call" => {
            Err(WireFault::new(FaultKind::InvalidResponse, "the model called a tool, and none was offered"))
        }
        "error" | "insufficient_system_resource" => {
            Err(WireFault::new(FaultKind::Overloaded, &format!("the provider stopped the reply: {reason}")))
        }
        // Servers have many names for a natural end.
        _ => Ok(so_far.unwrap_or(Finish::Complete)),
    }
}

/// Text that is a string, or the text parts of a list.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str()).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// Closes the stream at `[DONE]`, which a server may send without ever giving a reason.
pub(super) fn done(draft: &mut Draft) {
    draft.stage = Stage::Closed;
    if draft.finish.is_none() && !draft.text.is_empty() {
        draft.finish = Some(Finish::Complete);
    }
}

/// Reads the counts, under the names of OpenAI and, for cached tokens, of DeepSeek.
pub(super) fn usage(usage: &Value) -> Option<Usage> {
    let prompt = usage["prompt_tokens"].as_u64();
    let completion = usage["completion_tokens"].as_u64();
    prompt.or(completion)?;
    let input_tokens = prompt.unwrap_or(0);
    let completion = completion.unwrap_or(0);
    let details = &usage["prompt_tokens_details"];
    let reasoning = &usage["completion_tokens_details"]["reasoning_tokens"];
    let reasoning_tokens = reasoning.as_u64().or(usage["reasoning_tokens"].as_u64()).unwrap_or(0);
    let with_reasoning = completion.saturating_add(reasoning_tokens);
    // Some servers count reasoning beside the completion instead of within it; the total tells.
    let is_beside = usage["total_tokens"].as_u64() == Some(input_tokens.saturating_add(with_reasoning));
    Some(Usage {
        input_tokens,
        cached_tokens: details["cached_tokens"].as_u64().or(usage["prompt_cache_hit_tokens"].as_u64()).unwrap_or(0),
        cache_write_tokens: details["cache_write_tokens"].as_u64().unwrap_or(0),
        output_tokens: if is_beside { with_reasoning } else { completion },
        reasoning_tokens,
        searches: 0,
        estimated: false,
    })
}
