//! How each wire says that tools are called, and where in a request the results come back.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Seen};

/// A call: the tool's name, and its arguments as they are written.
pub(crate) type Wanted<'a> = (&'a str, &'a str);

/// Streams calls of tools, in the wire's own events. Ids are `id-0`, `id-1`, …, and each request has its own `turn`.
pub(crate) fn calling(seen: &Seen, turn: usize, calls: &[Wanted<'_>]) -> Behaviour {
    let events = match seen.vendor_wire {
        "anthropic" => anthropic(turn, calls),
        "openai_responses" => responses(turn, calls),
        "openai_chat" => chat(turn, calls),
        "gemini" => gemini(turn, calls),
        other => panic!("the wire {other} has no tools"),
    };
    let event = |event: &Value| match event["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {event}\n\n"),
        None => format!("data: {event}\n\n"),
    };
    Behaviour::Status {
        code: 200,
        headers: vec![("content-type", "text/event-stream".to_owned())],
        body: events.iter().map(event).collect::<String>().into_bytes(),
    }
}

fn id(turn: usize, place: usize) -> String {
    format!("id-{turn}-{place}")
}

/// A thought that must come back as it was said, text, and the arguments in two pieces.
fn anthropic(turn: usize, calls: &[Wanted<'_>]) -> Vec<Value> {
    let start =
        |index: usize, block: Value| json!({ "type": "content_block_start", "index": index, "content_block": block });
    let delta = |index: usize, delta: Value| json!({ "type": "content_block_delta", "index": index, "delta": delta });
    let usage = json!({ "input_tokens": 100, "output_tokens": 1 });
    let mut events = vec![
        json!({ "type": "message_start", "message": { "id": "msg", "model": "m", "content": [], "usage": usage } }),
        start(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "hm" })),
        delta(0, json!({ "type": "signature_delta", "signature": "c2ln" })),
        start(1, json!({ "type": "text", "text": "" })),
        delta(1, json!({ "type": "text_delta", "text": "Looking." })),
    ];
    for (place, (name, arguments)) in calls.iter().enumerate() {
        let index = place + 2;
        let (first, second) = arguments.split_at(arguments.len() / 2);
        events.push(start(index, json!({ "type": "tool_use", "id": id(turn, place), "name": name, "input": {} })));
        for piece in [first, second] {
            events.push(delta(index, json!({ "type": "input_json_delta", "partial_json": piece })));
        }
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    events.push(
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 30 } }),
    );
    events.push(json!({ "type": "message_stop" }));
    events
}

fn responses(turn: usize, calls: &[Wanted<'_>]) -> Vec<Value> {
    let mut output = vec![json!({ "type": "reasoning", "id": "rs", "summary": [] })];
    for (place, (name, arguments)) in calls.iter().enumerate() {
        let id = id(turn, place);
        output.push(json!({ "type": "function_call", "id": "fc", "call_id": id, "name": name, "arguments": arguments, "status": "completed" }));
    }
    let usage = json!({ "input_tokens": 100, "output_tokens": 30 });
    let response = json!({ "id": "r", "object": "response", "status": "completed", "model": "m", "output": output, "usage": usage });
    let mut events = vec![json!({ "type": "response.created", "response": { "id": "r", "model": "m" } })];
    for (index, item) in output.iter().enumerate() {
        events.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
    }
    events.push(json!({ "type": "response.completed", "response": response }));
    events
}

fn chat(turn: usize, calls: &[Wanted<'_>]) -> Vec<Value> {
    let chunk = |delta: Value, finish: Value| json!({ "id": "c", "model": "m", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }], "usage": null });
    let mut events = vec![chunk(json!({ "role": "assistant", "content": null }), Value::Null)];
    for (place, (name, arguments)) in calls.iter().enumerate() {
        let (first, second) = arguments.split_at(arguments.len() / 2);
        let head = json!({ "index": place, "id": id(turn, place), "type": "function", "function": { "name": name, "arguments": first } });
        events.push(chunk(json!({ "tool_calls": [head] }), Value::Null));
        let rest = json!({ "index": place, "function": { "arguments": second } });
        events.push(chunk(json!({ "tool_calls": [rest] }), Value::Null));
    }
    events.push(chunk(json!({}), json!("tool_calls")));
    events.push(json!({ "id": "c", "choices": [], "usage": { "prompt_tokens": 100, "completion_tokens": 30 } }));
    events
}

/// Arguments are a value on this wire; what is no JSON cannot be said on it, and comes as a text.
fn gemini(turn: usize, calls: &[Wanted<'_>]) -> Vec<Value> {
    let mut parts = vec![json!({ "text": "hm", "thought": true })];
    for (place, (name, arguments)) in calls.iter().enumerate() {
        let args: Value = serde_json::from_str(arguments).unwrap_or_else(|_| json!(arguments));
        let call = json!({ "id": id(turn, place), "name": name, "args": args });
        parts.push(json!({ "functionCall": call, "thoughtSignature": "c2ln" }));
    }
    let usage = json!({ "promptTokenCount": 100, "candidatesTokenCount": 30 });
    let content = json!({ "role": "model", "parts": parts });
    vec![json!({
        "candidates": [{ "index": 0, "content": content, "finishReason": "STOP" }], "usageMetadata": usage, "modelVersion": "m",
    })]
}

/// The results that a request brings for the latest calls: each call's id, and the text.
pub(crate) fn results(seen: &Seen) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |path: &str| seen.body[path].as_array().cloned().unwrap_or_default();
    let all: Vec<(String, String)> = match seen.vendor_wire {
        "anthropic" => {
            let last = list("messages").pop().unwrap();
            let results = last["content"].as_array().unwrap().iter().filter(|block| block["type"] == "tool_result");
            return results.map(|result| (text(&result["tool_use_id"]), text(&result["content"]))).collect();
        }
        "gemini" => {
            let last = list("contents").pop().unwrap();
            let results = last["parts"].as_array().unwrap().iter().map(|part| &part["functionResponse"]);
            let results = results.filter(|result| result.is_object());
            return results.map(|result| (text(&result["id"]), text(&result["response"]["output"]))).collect();
        }
        "openai_responses" => {
            let items = list("input").into_iter().filter(|item| item["type"] == "function_call_output");
            items.map(|item| (text(&item["call_id"]), text(&item["output"]))).collect()
        }
        "openai_chat" => {
            let messages = list("messages").into_iter().filter(|message| message["role"] == "tool");
            messages.map(|message| (text(&message["tool_call_id"]), text(&message["content"]))).collect()
        }
        other => panic!("the wire {other} has no tools"),
    };
    // Those of the latest turn, which is the last one's.
    let turn = |id: &str| id.rsplit_once('-').map(|(turn, _)| turn.to_owned());
    let latest = all.last().and_then(|(id, _)| turn(id));
    all.into_iter().filter(|(id, _)| turn(id) == latest).collect()
}

/// Whether a request lets the model call tools.
pub(crate) fn may_call(seen: &Seen) -> bool {
    let choice = match seen.vendor_wire {
        "anthropic" => &seen.body["tool_choice"]["type"],
        "gemini" => &seen.body["toolConfig"]["functionCallingConfig"]["mode"],
        _ => &seen.body["tool_choice"],
    };
    !choice.as_str().is_some_and(|choice| choice.eq_ignore_ascii_case("none"))
}
