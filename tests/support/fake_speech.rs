//! How each wire streams a text: the events in order, usage included.

use serde_json::{Value, json};

use super::Seen;

/// Input tokens of every answer, of which [`CACHED`] came from the cache.
pub(crate) const INPUT: u64 = 120;
/// Tokens read from the prompt cache.
pub(crate) const CACHED: u64 = 80;
/// Output tokens of every answer.
pub(crate) const OUTPUT: u64 = 30;

/// All events of an answer.
pub(super) fn whole(seen: &Seen, text: &str) -> Vec<String> {
    let (opening, deltas, closing) = parts(seen, text);
    [opening, deltas, closing].concat()
}

/// All events of an answer whose provider keeps to itself what it took.
pub(super) fn without_usage(seen: &Seen, text: &str) -> Vec<String> {
    let told = whole(seen, text).into_iter().map(|event| {
        let Some((head, data)) = event.split_once("data: {") else { return event };
        let mut data: Value = serde_json::from_str(&format!("{{{}", data.trim_end())).unwrap();
        forget_usage(&mut data);
        format!("{head}data: {data}\n\n")
    });
    told.collect()
}

fn forget_usage(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|name, _| name != "usage" && name != "usageMetadata");
        fields.values_mut().for_each(forget_usage);
    }
}

/// The events up to the middle of the text.
pub(super) fn half(seen: &Seen, text: &str) -> Vec<String> {
    let (opening, mut deltas, _) = parts(seen, text);
    deltas.truncate(deltas.len().div_ceil(2));
    [opening, deltas].concat()
}

type Parts = (Vec<String>, Vec<String>, Vec<String>);

fn parts(seen: &Seen, text: &str) -> Parts {
    match seen.vendor_wire {
        "anthropic" => anthropic(seen, text),
        "openai_responses" => responses(seen, text),
        "gemini" => gemini(seen, text),
        "openai_chat" | "perplexity" => chat(seen, text),
        other => panic!("nothing to say on the wire {other:?}, path {}", seen.path),
    }
}

/// Four pieces or fewer, cut between characters.
fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(characters.len().div_ceil(4).max(1)).map(|piece| piece.iter().collect()).collect()
}

fn named(name: &str, mut data: Value) -> String {
    data["type"] = Value::from(name);
    format!("event: {name}\ndata: {data}\n\n")
}

fn unnamed(data: &Value) -> String {
    format!("data: {data}\n\n")
}

fn anthropic(seen: &Seen, text: &str) -> Parts {
    let fresh = INPUT - CACHED;
    let usage = json!({ "input_tokens": fresh, "cache_read_input_tokens": CACHED, "cache_creation_input_tokens": 0, "output_tokens": 1 });
    let message = json!({
        "id": "msg_fake", "type": "message", "role": "assistant", "model": seen.model, "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage,
    });
    let opening = vec![
        named("message_start", json!({ "message": message })),
        named("content_block_start", json!({ "index": 0, "content_block": { "type": "text", "text": "" } })),
        named("ping", json!({})),
    ];
    let delta =
        |piece| named("content_block_delta", json!({ "index": 0, "delta": { "type": "text_delta", "text": piece } }));
    let closing = vec![
        named("content_block_stop", json!({ "index": 0 })),
        named(
            "message_delta",
            json!({ "delta": { "stop_reason": "end_turn", "stop_sequence": null }, "usage": { "output_tokens": OUTPUT } }),
        ),
        named("message_stop", json!({})),
    ];
    (opening, pieces(text).into_iter().map(delta).collect(), closing)
}

fn responses(seen: &Seen, text: &str) -> Parts {
    let response = |status: &str, output: Value, usage: Value| json!({ "id": "resp_fake", "object": "response", "status": status, "model": seen.model, "output": output, "usage": usage });
    let place = json!({ "item_id": "msg_fake", "output_index": 0, "content_index": 0 });
    let at = |field: &str, value: Value| {
        let mut event = place.clone();
        event[field] = value;
        event
    };
    let part = |text: &str| json!({ "type": "output_text", "text": text, "annotations": [] });
    let item = |status: &str, content: Value| json!({ "id": "msg_fake", "type": "message", "role": "assistant", "status": status, "content": content });
    let usage = json!({
        "input_tokens": INPUT, "input_tokens_details": { "cached_tokens": CACHED },
        "output_tokens": OUTPUT, "output_tokens_details": { "reasoning_tokens": 10 }, "total_tokens": INPUT + OUTPUT,
    });
    let opening = vec![
        named("response.created", json!({ "response": response("in_progress", json!([]), Value::Null) })),
        named("response.output_item.added", json!({ "output_index": 0, "item": item("in_progress", json!([])) })),
        named("response.content_part.added", at("part", part(""))),
    ];
    let delta = |piece: String| named("response.output_text.delta", at("delta", Value::from(piece)));
    let done = item("completed", json!([part(text)]));
    let closing = vec![
        named("response.output_text.done", at("text", Value::from(text))),
        named("response.content_part.done", at("part", part(text))),
        named("response.output_item.done", json!({ "output_index": 0, "item": done })),
        named("response.completed", json!({ "response": response("completed", json!([done]), usage) })),
    ];
    (opening, pieces(text).into_iter().map(delta).collect(), closing)
}

fn chat(seen: &Seen, text: &str) -> Parts {
    let chunk = |choices: Value, usage: Value| {
        unnamed(&json!({
            "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "model": seen.model,
            "choices": choices, "usage": usage,
        }))
    };
    let choice = |delta: Value, finish: Value| json!([{ "index": 0, "delta": delta, "finish_reason": finish }]);
    let usage = json!({
        "prompt_tokens": INPUT, "prompt_tokens_details": { "cached_tokens": CACHED },
        "completion_tokens": OUTPUT, "completion_tokens_details": { "reasoning_tokens": 10 }, "total_tokens": INPUT + OUTPUT,
    });
    let opening = vec![chunk(choice(json!({ "role": "assistant", "content": "" }), Value::Null), Value::Null)];
    let delta = |piece: String| chunk(choice(json!({ "content": piece }), Value::Null), Value::Null);
    let closing = vec![
        chunk(choice(json!({}), Value::from("stop")), Value::Null),
        chunk(json!([]), usage),
        "data: [DONE]\n\n".to_owned(),
    ];
    (opening, pieces(text).into_iter().map(delta).collect(), closing)
}

fn gemini(seen: &Seen, text: &str) -> Parts {
    let usage = json!({
        "promptTokenCount": INPUT, "cachedContentTokenCount": CACHED,
        "candidatesTokenCount": OUTPUT - 10, "thoughtsTokenCount": 10, "totalTokenCount": INPUT + OUTPUT,
    });
    let chunk = |candidate: Value| {
        unnamed(
            &json!({ "candidates": [candidate], "usageMetadata": usage, "modelVersion": seen.model, "responseId": "gemini_fake" }),
        )
    };
    let content = |piece: &str| json!({ "role": "model", "parts": [{ "text": piece }] });
    let deltas = pieces(text).iter().map(|piece| chunk(json!({ "index": 0, "content": content(piece) }))).collect();
    (Vec::new(), deltas, vec![chunk(json!({ "index": 0, "content": content(""), "finishReason": "STOP" }))])
}
