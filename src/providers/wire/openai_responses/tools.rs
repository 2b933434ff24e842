//! Tools on OpenAI's Responses wire, read from the `openai` SDK 3.54 for Python.
//!
//! Must never send an item's id back: nothing is stored there that it could stand for.

use serde_json::{Value, json};

use crate::providers::talk::call::{Called, Calling, Heard, Talk, ToolCall, push, read};
use crate::providers::wire::format::{BesideSearch, Tools};

/// How tools are offered and called on this wire.
pub(super) const TOOLS: Tools = Tools { add, hear, called, beside_search: BesideSearch::Allowed };

fn add(body: &mut Value, talk: &Talk<'_>) {
    let tools = talk.tools.iter().map(|tool| {
        json!({
            "type": "function", "name": tool.name, "description": tool.about, "strict": true, "parameters": tool.parameters,
        })
    });
    push(&mut body["tools"], tools);
    if talk.calling == Calling::Over {
        body["tool_choice"] = json!("none");
    }
    for step in talk.steps {
        let results = step.called.calls.iter().zip(&step.results);
        let results = results
            .map(|(call, result)| json!({ "type": "function_call_output", "call_id": call.id, "output": result }));
        push(&mut body["input"], step.called.said.iter().cloned().chain(results));
    }
}

fn hear(heard: &mut Heard, event: &mut Value) {
    match event["type"].as_str().unwrap_or_default() {
        "response.output_item.done" => {
            if let Some(place) = event["output_index"].as_u64() {
                heard.parts.insert(place, event["item"].clone());
            }
        }
        // The whole response repeats all items, and has the last word.
        "response.completed" => whole(heard, &event["response"]),
        _ if event["object"] == "response" => whole(heard, event),
        _ => {}
    }
}

fn whole(heard: &mut Heard, response: &Value) {
    if let Some(items) = response["output"].as_array().filter(|items| !items.is_empty()) {
        heard.parts = (0..).zip(items.iter().cloned()).collect();
    }
}

fn called(heard: Heard, _: &str) -> Called {
    let mut called = Called::default();
    for item in heard.parts.into_values() {
        match item["type"].as_str().unwrap_or_default() {
            "function_call" => {
                let arguments = read(item["arguments"].as_str().unwrap_or_default());
                let call = ToolCall::new(&item["call_id"], &item["name"], arguments);
                called.said.push(json!({
                    "type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.object().to_string(),
                }));
                called.calls.push(call);
            }
            "message" => {
                let parts = item["content"].as_array().into_iter().flatten();
                let text: String = parts.filter_map(|part| part["text"].as_str()).collect();
                if !text.trim().is_empty() {
                    called.said.push(json!({ "role": "assistant", "content": text }));
                }
            }
            _ => {}
        }
    }
    called
}
