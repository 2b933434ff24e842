//! Anthropic's Messages wire, read from the `anthropic` SDK 2.11 for Python.
//!
//! Must never send sampling parameters, which current models refuse, nor offer tools.

use serde_json::{Map, Value, json};

use crate::debate::ask::{Ask, Role};
use crate::debate::reply::{FaultKind, Finish, Usage};
use crate::providers::draft::{Draft, Stage, Standing};
use crate::providers::schema;
use crate::providers::wire::{Call, Shape, WireFault};

const VERSION: &str = "2026-10-21";

/// Encodes a streaming request. Cache breakpoints end the part that all voices share and the conversation so far.
pub(crate) fn encode(ask: &Ask, shape: Shape) -> Call {
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
                json!({ "format": { "type": "json_schema", "schema": schema::anthropic(&ask.prompt.schema.json) } });
        }
        // This wire knows no looser mode between a schema and none.
        Shape::JsonObject | Shape::Plain | Shape::Text => {}
    }
    Call { path: "/v1/messages".to_owned(), headers: vec![("anthropic-version", VERSION.to_owned())], body }
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
pub(crate) fn event(draft: &mut Draft, event: &Value) -> Result<Option<String>, WireFault> {
    match event["type"].as_str().unwrap_or_default() {
        "message_start" => {
            let message = &event["message"];
            draft.identify(&message["model"], &message["id"]);
            count(draft, &message["usage"]);
        }
        "content_block_start" => return Ok(block(draft, &event["content_block"])),
        "content_block_delta" => return Ok(delta(draft, &event["delta"])),
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
pub(crate) fn body(draft: &mut Draft, message: &Value) -> Result<(), WireFault> {
    draft.identify(&message["model"], &message["id"]);
    count(draft, &message["usage"]);
    for content in message["content"].as_array().into_iter().flatten() {
        block(draft, content);
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
        // A paused turn and a tool call both wait for an answer of ours; no tool was offered.
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
    for (name, value) in counts.iter().filter(|(_, value)| !value.is_null()) {
        known[name] = value.clone();
    }
}

/// Reads the counts. On this wire `input_tokens` leaves out what the cache took part in.
pub(crate) fn usage(usage: &Value) -> Option<Usage> {
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
        estimated: false,
    })
}
