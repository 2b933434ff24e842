//! Tools on Anthropic's Messages wire, read from the `anthropic` SDK 2.12 for Python.
//!
//! Must never change a block that goes back: thoughts are signed.

use serde_json::{Value, json};

use crate::providers::talk::call::{Called, Calling, Heard, Talk, ToolCall, append, push, read, taken};
use crate::providers::wire::format::{BesideSearch, Tools};

/// How tools are offered and called on this wire.
pub(super) const TOOLS: Tools = Tools { add, hear, called, beside_search: BesideSearch::Allowed };

fn add(body: &mut Value, talk: &Talk<'_>) {
    let tools = talk
        .tools
        .iter()
        .map(|tool| json!({ "name": tool.name, "description": tool.about, "input_schema": tool.parameters }));
    push(&mut body["tools"], tools);
    if talk.calling == Calling::Over {
        body["tool_choice"] = json!({ "type": "none" });
    }
    let last = talk.steps.len().saturating_sub(1);
    for (index, step) in talk.steps.iter().enumerate() {
        let results = step
            .called
            .calls
            .iter()
            .zip(&step.results)
            .map(|(call, result)| json!({ "type": "tool_result", "tool_use_id": call.id, "content": result }));
        let mut results: Vec<Value> = results.collect();
        if let Some(end) = results.last_mut().filter(|_| index == last) {
            end["cache_control"] = json!({ "type": "ephemeral" });
        }
        let said = json!({ "role": "assistant", "content": step.called.said });
        push(&mut body["messages"], [said, json!({ "role": "user", "content": results })]);
    }
}

fn hear(heard: &mut Heard, event: &mut Value) {
    let place = event["index"].as_u64().unwrap_or(0);
    match event["type"].as_str().unwrap_or_default() {
        "content_block_start" => {
            heard
                .parts
                .extend(Some(event["content_block"].clone()).filter(Value::is_object).map(|block| (place, block)));
        }
        "content_block_delta" => delta(heard, place, &event["delta"]),
        "message_delta" => end(heard, &mut event["delta"]),
        // A whole message.
        "message" => {
            let blocks = event["content"].as_array().cloned().unwrap_or_default().into_iter();
            heard.parts.extend((0..).zip(blocks.filter(Value::is_object)));
            end(heard, event);
        }
        _ => {}
    }
}

fn delta(heard: &mut Heard, place: u64, delta: &Value) {
    let Some(block) = heard.parts.get_mut(&place) else { return };
    match delta["type"].as_str().unwrap_or_default() {
        "text_delta" => append(&mut block["text"], &delta["text"]),
        "thinking_delta" => append(&mut block["thinking"], &delta["thinking"]),
        "signature_delta" => append(&mut block["signature"], &delta["signature"]),
        "input_json_delta" => {
            heard.pieces.entry(place).or_default().push_str(delta["partial_json"].as_str().unwrap_or_default());
        }
        _ => {}
    }
}

fn end(heard: &Heard, told: &mut Value) {
    if told["stop_reason"] == "tool_use" && heard.parts.values().any(|block| block["type"] == "tool_use") {
        told["stop_reason"] = json!("end_turn");
    }
}

fn called(heard: Heard, _: &str) -> Called {
    let mut called = Called::default();
    for (place, mut block) in heard.parts {
        let written = heard.pieces.get(&place);
        // The provider's own search, which goes back with what it found.
        if block["type"] == "server_tool_use"
            && let Some(Ok(input)) = written.map(|written| read(written))
        {
            block["input"] = Value::Object(input);
        }
        if block["type"] == "tool_use" {
            let arguments = match written {
                Some(written) => read(written),
                None => taken(&block["input"]),
            };
            let call = ToolCall::new(&block["id"], &block["name"], arguments);
            block["input"] = call.object();
            called.calls.push(call);
        }
        // A text without characters is refused when it comes back.
        if block["type"] != "text" || block["text"].as_str().is_some_and(|text| !text.trim().is_empty()) {
            called.said.push(block);
        }
    }
    called
}
