//! Tools on OpenAI's Chat Completions wire, read from the `openai` SDK 3.54 for Python, and forgiving towards servers that give
//! a call no id or send its arguments as a value.

use serde_json::{Value, json};

use crate::providers::talk::call::{Called, Calling, Heard, Talk, ToolCall, push, read, taken};
use crate::providers::wire::format::{BesideSearch, Tools};

/// How tools are offered and called on this wire.
pub(super) const TOOLS: Tools = Tools { add, hear, called, beside_search: BesideSearch::Allowed };

fn add(body: &mut Value, talk: &Talk<'_>) {
    let tools = talk.tools.iter().map(|tool| {
        let function = json!({ "name": tool.name, "description": tool.about, "parameters": tool.parameters });
        json!({ "type": "function", "function": function })
    });
    push(&mut body["tools"], tools);
    if talk.calling == Calling::Over {
        body["tool_choice"] = json!("none");
    }
    for step in talk.steps {
        let results = step.called.calls.iter().zip(&step.results);
        let results =
            results.map(|(call, result)| json!({ "role": "tool", "tool_call_id": call.id, "content": result }));
        push(&mut body["messages"], step.called.said.iter().cloned().chain(results));
    }
}

fn hear(heard: &mut Heard, event: &mut Value) {
    let Some(choice) = event.pointer_mut("/choices/0").filter(|choice| choice.is_object()) else { return };
    for said in ["delta", "message"] {
        for (order, call) in (0..).zip(choice[said]["tool_calls"].as_array().into_iter().flatten()) {
            take(heard, call["index"].as_u64().unwrap_or(order), call);
        }
    }
    let is_call = matches!(choice["finish_reason"].as_str(), Some("tool_calls" | "function_call"));
    if is_call && !heard.parts.is_empty() {
        choice["finish_reason"] = json!("stop");
    }
}

/// Takes a piece of a call: its head comes once, its arguments in pieces.
fn take(heard: &mut Heard, place: u64, call: &Value) {
    let known = heard.parts.entry(place).or_insert_with(|| json!({}));
    let function = &call["function"];
    for (field, value) in [("id", &call["id"]), ("name", &function["name"])] {
        if value.as_str().is_some_and(|text| !text.is_empty()) {
            known[field] = value.clone();
        }
    }
    match &function["arguments"] {
        Value::String(piece) => heard.pieces.entry(place).or_default().push_str(piece),
        Value::Null => {}
        whole => known["arguments"] = whole.clone(),
    }
}

fn called(heard: Heard, text: &str) -> Called {
    let mut calls = Vec::new();
    for (place, part) in heard.parts {
        let arguments = match heard.pieces.get(&place) {
            Some(written) => read(written),
            None => taken(&part["arguments"]),
        };
        let id = part.get("id").cloned().unwrap_or_else(|| json!(format!("call_{place}")));
        calls.push(ToolCall::new(&id, &part["name"], arguments));
    }
    if calls.is_empty() {
        return Called::default();
    }
    let repeated = calls.iter().map(|call| {
        let function = json!({ "name": call.name, "arguments": call.object().to_string() });
        json!({ "id": call.id, "type": "function", "function": function })
    });
    let content = if text.is_empty() { Value::Null } else { json!(text) };
    let said = json!({ "role": "assistant", "content": content, "tool_calls": repeated.collect::<Value>() });
    Called { calls, said: vec![said] }
}
