//! Anthropic's Messages wire, read from the `anthropic` SDK 2.11 for Python.
//!
//! Must never send sampling parameters, which current models refuse, nor offer tools of ours: the provider's own search is
//! the only one.

mod tools;

use serde_json::{Map, Value, json};

use crate::debate::ask::{Ask, Role};
use crate::debate::reply::{FaultKind, Finish, Usage};
use crate::debate::search::{Domains, SearchTerms};
use crate::providers::draft::{Draft, Pause, Stage, Standing};
use crate::providers::schema;
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::Dialect;
use crate::providers::wire::format::{Format, KeyHeader, VersionSegment};

const VERSION: &str = "2026-10-21";
/// Name of its search.
const SEARCH: &str = "web_search";

/// The row of this wire.
pub(super) static FORMAT: Format = Format {
    encode,
    read_event: event,
    read_body: body,
    usage,
    read_done: None,
    settle: None,
    go_on: Some(go_on),
    body_fields: &["content", "stop_reason"],
    key_header: KeyHeader::Bearer,
    request_id_header: "request-id",
    version_segment: VersionSegment::Last,
    tools: Some(tools::TOOLS),
};

/// Encodes a streaming request. Cache breakpoints end the part that all voices share and the conversation so far.
fn encode(ask: &Ask, _: &Dialect, shape: Shape) -> Call {
    let mut body = json!({
        "model": ask.voice.model,
        "max_tokens": ask.prompt.output_tokens_max,
        "stream": true,
        "messages": messages(ask, shape),
    });
    if !ask.prompt.shared.is_empty() {
        body["system"] = json!([breakpoint(&ask.prompt.shared)]);
    }
    match shape {
        Shape::Schema => {
            body["output_config"] =
                json!({ "format": { "type": "json_schema", "schema": dialect(&ask.prompt.schema.json) } });
        }
        // This wire knows no looser mode between a schema and none.
        Shape::JsonObject | Shape::Plain | Shape::Text => {}
    }
    if let Some(terms) = ask.search.terms() {
        body["tools"] = json!([search_tool(terms)]);
    }
    Call { path: "/v1/messages".to_owned(), headers: vec![("anthropic-version", VERSION.to_owned())], body }
}

/// The version that every model with a search knows; later ones run code to sift what they find.
fn search_tool(terms: &SearchTerms) -> Value {
    let mut tool = json!({ "type": "web_search_20250305", "name": SEARCH, "max_uses": terms.searches_max });
    match &terms.domains {
        Domains::Any => {}
        Domains::Only(domains) => tool["allowed_domains"] = json!(domains),
        Domains::Except(domains) => tool["blocked_domains"] = json!(domains),
    }
    tool
}

/// Sends back what was said before the pause, unchanged, as the assistant's own message. The provider counts searches by
/// request, and the terms by turn, so those already made are taken off; it takes no number below 1.
fn go_on(body: &mut Value, so_far: &[Value]) {
    let made = so_far.iter().filter(|block| block["type"] == "server_tool_use" && block["name"] == SEARCH).count();
    if let Some(most) = body["tools"][0]["max_uses"].as_u64() {
        body["tools"][0]["max_uses"] = json!(most.saturating_sub(made as u64).max(1));
    }
    if let Some(messages) = body["messages"].as_array_mut() {
        messages.push(json!({ "role": "assistant", "content": so_far }));
    }
}

fn messages(ask: &Ask, shape: Shape) -> Value {
    let messages = schema::told(&ask.prompt, shape);
    let last = messages.len().saturating_sub(1);
    let encoded = messages.iter().enumerate().map(|(index, message)| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        let block =
            if index == last { breakpoint(&message.text) } else { json!({ "type": "text", "text": message.text }) };
        json!({ "role": role, "content": [block] })
    });
    encoded.collect()
}

fn breakpoint(text: &str) -> Value {
    json!({ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } })
}

/// Takes one event of the stream.
fn event(draft: &mut Draft, event: &Value) -> Result<Option<String>, WireFault> {
    match event["type"].as_str().unwrap_or_default() {
        "message_start" => {
            let message = &event["message"];
            draft.identify(&message["model"], &message["id"]);
            count(draft, &message["usage"]);
        }
        "content_block_start" => {
            keep(draft, &event["content_block"]);
            return Ok(block(draft, &event["content_block"]));
        }
        "content_block_delta" => {
            extend(draft, &event["delta"]);
            return Ok(delta(draft, &event["delta"]));
        }
        "content_block_stop" => close(draft),
        "message_delta" => {
            count(draft, &event["usage"]);
            stop(draft, &event["delta"])?;
        }
        "message_stop" => draft.stage = Stage::Closed,
        _ => {}
    }
    Ok(None)
}

/// Takes a whole message.
fn body(draft: &mut Draft, message: &Value) -> Result<(), WireFault> {
    draft.identify(&message["model"], &message["id"]);
    count(draft, &message["usage"]);
    for content in message["content"].as_array().into_iter().flatten() {
        keep(draft, content);
        block(draft, content);
        close(draft);
    }
    stop(draft, message)?;
    draft.stage = Stage::Closed;
    Ok(())
}

fn block(draft: &mut Draft, block: &Value) -> Option<String> {
    match block["type"].as_str().unwrap_or_default() {
        "text" => {
            for citation in block["citations"].as_array().into_iter().flatten() {
                cite(draft, citation);
            }
            draft.append(block["text"].as_str().unwrap_or_default())
        }
        // What stood before a search tells of the search.
        "server_tool_use" => {
            draft.text.clear();
            None
        }
        "web_search_tool_result" => {
            for page in block["content"].as_array().into_iter().flatten() {
                draft.sources.add(&page["url"], &page["title"], &Value::Null, Standing::Consulted);
            }
            None
        }
        _ => None,
    }
}

fn delta(draft: &mut Draft, delta: &Value) -> Option<String> {
    match delta["type"].as_str().unwrap_or_default() {
        "text_delta" => draft.append(delta["text"].as_str().unwrap_or_default()),
        "citations_delta" => {
            cite(draft, &delta["citation"]);
            None
        }
        _ => None,
    }
}

/// Keeps a block as it came, in case the provider pauses and wants it back.
fn keep(draft: &mut Draft, block: &Value) {
    draft.tool_input.clear();
    draft.content.push(block.clone());
}

/// Adds a delta to the block that is being kept.
fn extend(draft: &mut Draft, delta: &Value) {
    if delta["type"] == "input_json_delta" {
        draft.tool_input.push_str(delta["partial_json"].as_str().unwrap_or_default());
        return;
    }
    let Some(Value::Object(block)) = draft.content.last_mut() else { return };
    for field in ["text", "thinking", "signature"] {
        if let Some(more) = delta[field].as_str() {
            let so_far = block.get(field).and_then(Value::as_str).unwrap_or_default();
            let whole = format!("{so_far}{more}");
            block.insert(field.to_owned(), Value::String(whole));
        }
    }
    if delta["type"] == "citations_delta" {
        let citations = block.entry("citations").or_insert(Value::Null);
        match citations {
            Value::Array(known) => known.push(delta["citation"].clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                *citations = json!([delta["citation"]]);
            }
        }
    }
}

/// Ends the block that is being kept. Empty texts are refused when they are sent back.
fn close(draft: &mut Draft) {
    let Some(block) = draft.content.last_mut() else { return };
    if block["type"] == "text" && block["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
        draft.content.pop();
    } else if let (Value::Object(fields), Ok(input @ Value::Object(_))) =
        (block, serde_json::from_str::<Value>(&draft.tool_input))
    {
        fields.insert("input".to_owned(), input);
    }
}

fn cite(draft: &mut Draft, citation: &Value) {
    let url = if citation["url"].is_null() { &citation["source"] } else { &citation["url"] };
    draft.sources.add(url, &citation["title"], &citation["cited_text"], Standing::Cited);
}

fn stop(draft: &mut Draft, delta: &Value) -> Result<(), WireFault> {
    let finish = match delta["stop_reason"].as_str() {
        None => return Ok(()),
        Some("end_turn" | "stop_sequence") => Finish::Complete,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Truncated,
        Some("refusal") => Finish::Refused,
        Some("pause_turn") => {
            draft.pause = Pause::Waiting;
            Finish::Complete
        }
        // A tool call waits for an answer of ours, and no tool of ours was offered.
        Some(reason) => {
            let message = format!("the model stopped with {reason}, which is no end of an answer");
            return Err(WireFault::new(FaultKind::InvalidResponse, &message));
        }
    };
    draft.finish = Some(finish);
    if finish == Finish::Refused && draft.text.is_empty() {
        draft.append(delta["stop_details"]["explanation"].as_str().unwrap_or_default());
    }
    Ok(())
}

/// Merges counts, which are cumulative: what a later event leaves out or nulls still holds.
fn count(draft: &mut Draft, usage: &Value) {
    let Value::Object(counts) = usage else {
        return;
    };
    let known = draft.usage.get_or_insert_with(|| Value::Object(Map::new()));
    draft.searches = usage["server_tool_use"]["web_search_requests"].as_u64().unwrap_or(draft.searches);
    for (name, value) in counts.iter().filter(|(_, value)| !value.is_null()) {
        known[name] = value.clone();
    }
}

/// Reads the counts. On this wire `input_tokens` leaves out what the cache took part in.
fn usage(usage: &Value) -> Option<Usage> {
    let input = usage["input_tokens"].as_u64();
    let output = usage["output_tokens"].as_u64();
    input.or(output)?;
    let cached_tokens = usage["cache_read_input_tokens"].as_u64().unwrap_or(0);
    let cache_write_tokens = usage["cache_creation_input_tokens"].as_u64().unwrap_or(0);
    Some(Usage {
        input_tokens: input.unwrap_or(0).saturating_add(cached_tokens).saturating_add(cache_write_tokens),
        cached_tokens,
        cache_write_tokens,
        output_tokens: output.unwrap_or(0),
        reasoning_tokens: usage["output_tokens_details"]["thinking_tokens"].as_u64().unwrap_or(0),
        searches: 0,
        estimated: false,
    })
}

/// The dialect of Anthropic's `output_config.format`, as its SDK derives it: an enum stands without a type, and bounds
/// are not enforced. Type lists become `anyOf`, because there a list of types cannot carry properties or items.
fn dialect(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    if !fields.contains_key("enum")
        && let Some(Value::Array(types)) = fields.get("type")
    {
        return any_of(fields, types, dialect);
    }
    let mut kept = Map::new();
    let mut lost = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "type" if fields.contains_key("enum") => None,
            "properties" => kept.insert(key.clone(), schema::each(value, dialect)),
            "items" => kept.insert(key.clone(), dialect(value)),
            "anyOf" => kept.insert(key.clone(), schema::each(value, dialect)),
            "type" | "enum" | "const" | "required" | "additionalProperties" | "description" | "title" => {
                kept.insert(key.clone(), value.clone())
            }
            "minItems" if value.as_u64().is_some_and(|least| least <= 1) => kept.insert(key.clone(), value.clone()),
            _ => lost.insert(key.clone(), value.clone()),
        };
    }
    schema::tell(&mut kept, &lost);
    Value::Object(kept)
}

/// One variant for each type of a list; only `description` and `title` stay outside.
fn any_of(fields: &Map<String, Value>, types: &[Value], adapt: fn(&Value) -> Value) -> Value {
    let (mut outside, inside): (Map<_, _>, Map<_, _>) =
        fields.clone().into_iter().partition(|(key, _)| key == "description" || key == "title");
    let variants = types.iter().map(|name| {
        let mut variant = if name == "null" { Map::new() } else { inside.clone() };
        variant.insert("type".to_owned(), name.clone());
        adapt(&Value::Object(variant))
    });
    outside.insert("anyOf".to_owned(), variants.collect());
    Value::Object(outside)
}
