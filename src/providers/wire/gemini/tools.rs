//! Tools on Google's generateContent wire, read from the `google-genai` SDK 3.4 for Python.
//!
//! Must never change a part that goes back: thoughts are signed.

use serde_json::{Value, json};

use crate::providers::talk::call::{Called, Calling, Heard, Talk, ToolCall, push, taken};
use crate::providers::wire::format::{BesideSearch, Tools};

/// How tools are offered and called on this wire. Google refuses its search beside declared functions.
pub(super) const TOOLS: Tools = Tools { add, hear, called, beside_search: BesideSearch::Refused };

fn add(body: &mut Value, talk: &Talk<'_>) {
    let declared = talk
        .tools
        .iter()
        .map(|tool| json!({ "name": tool.name, "description": tool.about, "parametersJsonSchema": tool.parameters }));
    push(&mut body["tools"], [json!({ "functionDeclarations": declared.collect::<Value>() })]);
    if talk.calling == Calling::Over {
        body["toolConfig"] = json!({ "functionCallingConfig": { "mode": "NONE" } });
    }
    for step in talk.steps {
        let results = step.called.calls.iter().zip(&step.results).map(|(call, result)| {
            let mut answer = json!({ "name": call.name, "response": { "output": result } });
            if !call.id.is_empty() {
                answer["id"] = json!(call.id);
            }
            json!({ "functionResponse": answer })
        });
        let results: Value = results.collect();
        let said = json!({ "role": "model", "parts": step.called.said });
        push(&mut body["contents"], [said, json!({ "role": "user", "parts": results })]);
    }
}

fn hear(heard: &mut Heard, event: &mut Value) {
    // Without `alt=sse` the chunks come as a list.
    let chunks = event.as_array().map_or(std::slice::from_ref(event), Vec::as_slice);
    for chunk in chunks {
        for part in chunk["candidates"][0]["content"]["parts"].as_array().into_iter().flatten() {
            let place = heard.parts.len() as u64;
            heard.parts.insert(place, part.clone());
        }
    }
}

fn called(heard: Heard, _: &str) -> Called {
    let parts: Vec<Value> = heard.parts.into_values().collect();
    let calls = parts.iter().map(|part| &part["functionCall"]).filter(|call| call.is_object());
    let calls: Vec<ToolCall> =
        calls.map(|call| ToolCall::new(&call["id"], &call["name"], taken(&call["args"]))).collect();
    // An empty part says nothing, and is refused when it comes back.
    let said =
        parts.into_iter().filter(|part| part["text"].as_str() != Some("") || part["thoughtSignature"].is_string());
    Called { said: said.collect(), calls }
}
