//! OpenAI's Responses wire, read from the `openai` SDK 3.52 for Python.
//!
//! Must never let the provider store a reply, and never read commentary or reasoning as the answer.

mod tools;

use serde_json::{Value, json};

use crate::debate::ask::{Ask, Role};
use crate::debate::reply::{FaultKind, Finish, Usage};
use crate::debate::search::{Domains, SearchTerms};
use crate::providers::draft::{Draft, Stage, Standing};
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::Dialect;
use crate::providers::wire::format::{Format, KeyHeader, VersionSegment};
use crate::providers::{fault, schema};

/// Fewer output tokens than this are refused.
const OUTPUT_TOKENS_MIN: u32 = 16;

/// Codes of a failed response that mean a policy withheld the text, not that the provider failed.
const POLICIES: &[&str] = &["bio_policy", "misalignment_policy_violation"];

/// The row of this wire.
pub(super) static FORMAT: Format = Format {
    encode,
    read_event: event,
    read_body: body,
    usage,
    read_done: None,
    settle: None,
    go_on: None,
    body_fields: &["output", "status"],
    key_header: KeyHeader::Bearer,
    request_id_header: "x-request-id",
    version_segment: VersionSegment::Any,
    tools: Some(tools::TOOLS),
};

/// Encodes a streaming request that leaves nothing stored.
fn encode(ask: &Ask, _: &Dialect, shape: Shape) -> Call {
    let input = schema::told(&ask.prompt, shape).into_iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({ "role": role, "content": message.text })
    });
    let mut body = json!({
        "model": ask.voice.model,
        "input": input.collect::<Value>(),
        "max_output_tokens": ask.prompt.output_tokens_max.max(OUTPUT_TOKENS_MIN),
        "store": false,
        "stream": true,
    });
    if !ask.prompt.shared.is_empty() {
        body["instructions"] = json!(ask.prompt.shared);
    }
    match shape {
        Shape::Schema => {
            let name = &ask.prompt.schema.name;
            let json = schema::unbounded(&ask.prompt.schema.json);
            body["text"] = json!({ "format": { "type": "json_schema", "name": name, "strict": true, "schema": json } });
        }
        // A search is refused beside this one.
        Shape::JsonObject if ask.search.terms().is_some() => {}
        Shape::JsonObject => body["text"] = json!({ "format": { "type": "json_object" } }),
        Shape::Plain | Shape::Text => {}
    }
    if let Some(terms) = ask.search.terms() {
        body["tools"] = json!([search_tool(terms)]);
        body["max_tool_calls"] = json!(terms.searches_max);
        body["include"] = json!(["web_search_call.action.sources"]);
    }
    Call { path: "/v1/responses".to_owned(), headers: Vec::new(), body }
}

/// It can leave no domain out.
fn search_tool(terms: &SearchTerms) -> Value {
    let mut tool = json!({ "type": "web_search" });
    if let Some(context) = terms.context {
        tool["search_context_size"] = json!(context.name());
    }
    match &terms.domains {
        Domains::Only(domains) => tool["filters"] = json!({ "allowed_domains": domains }),
        Domains::Any | Domains::Except(_) => {}
    }
    tool
}

/// Takes one event of the stream.
fn event(draft: &mut Draft, event: &Value) -> Result<Option<String>, WireFault> {
    let is_hidden = |draft: &Draft| event["output_index"].as_u64().is_some_and(|index| draft.hidden.contains(&index));
    match event["type"].as_str().unwrap_or_default() {
        "response.created" | "response.in_progress" => {
            draft.identify(&event["response"]["model"], &event["response"]["id"]);
        }
        "response.output_item.added" if is_commentary(&event["item"]) => {
            draft.hidden.extend(event["output_index"].as_u64())
        }
        "response.output_text.delta" if !is_hidden(draft) => {
            return Ok(draft.append(event["delta"].as_str().unwrap_or_default()));
        }
        "response.refusal.delta" if !is_hidden(draft) => {
            draft.finish = Some(Finish::Refused);
            return Ok(draft.append(event["delta"].as_str().unwrap_or_default()));
        }
        "response.output_text.annotation.added" => cite(draft, &event["annotation"]),
        "response.completed" | "response.incomplete" | "response.failed" => body(draft, &event["response"])?,
        _ => {}
    }
    Ok(None)
}

/// Takes a whole response. It repeats the text that was streamed, and has the last word on it.
fn body(draft: &mut Draft, response: &Value) -> Result<(), WireFault> {
    draft.identify(&response["model"], &response["id"]);
    draft.usage = Some(response["usage"].clone()).filter(Value::is_object).or(draft.usage.take());
    let mut text = String::new();
    for item in response["output"].as_array().into_iter().flatten() {
        if item["type"] == "web_search_call" && item["action"]["type"] == "search" {
            draft.searches = draft.searches.saturating_add(1);
        }
        for page in item["action"]["sources"].as_array().into_iter().flatten() {
            draft.sources.add(&page["url"], &page["title"], &Value::Null, Standing::Consulted);
        }
        if item["type"] == "message" && !is_commentary(item) {
            read_message(draft, &mut text, item);
        }
    }
    if !text.is_empty() {
        draft.text = text;
    }
    draft.finish = Some(ending(draft.finish, response)?);
    draft.stage = Stage::Closed;
    Ok(())
}

fn read_message(draft: &mut Draft, text: &mut String, item: &Value) {
    for part in item["content"].as_array().into_iter().flatten() {
        match part["type"].as_str().unwrap_or_default() {
            "output_text" => text.push_str(part["text"].as_str().unwrap_or_default()),
            "refusal" => {
                draft.finish = Some(Finish::Refused);
                text.push_str(part["refusal"].as_str().unwrap_or_default());
            }
            _ => {}
        }
        for annotation in part["annotations"].as_array().into_iter().flatten() {
            cite(draft, annotation);
        }
    }
}

fn ending(so_far: Option<Finish>, response: &Value) -> Result<Finish, WireFault> {
    match response["status"].as_str().unwrap_or_default() {
        "completed" => Ok(so_far.unwrap_or(Finish::Complete)),
        "incomplete" if response["incomplete_details"]["reason"] == "content_filter" => Ok(Finish::Filtered),
        "incomplete" => Ok(Finish::Truncated),
        "failed" if POLICIES.iter().any(|policy| response["error"]["code"] == *policy) => Ok(Finish::Filtered),
        "failed" => Err(fault::from_error(&response["error"])),
        status => {
            Err(WireFault::new(FaultKind::InvalidResponse, &format!("the response ended with status {status:?}")))
        }
    }
}

fn is_commentary(item: &Value) -> bool {
    item["phase"] == "commentary"
}

fn cite(draft: &mut Draft, annotation: &Value) {
    if annotation["type"] == "url_citation" {
        draft.sources.add(&annotation["url"], &annotation["title"], &Value::Null, Standing::Cited);
    }
}

/// Reads the counts. On this wire input includes cached tokens and output includes reasoning.
fn usage(usage: &Value) -> Option<Usage> {
    let input = usage["input_tokens"].as_u64();
    let output = usage["output_tokens"].as_u64();
    input.or(output)?;
    Some(Usage {
        input_tokens: input.unwrap_or(0),
        cached_tokens: usage["input_tokens_details"]["cached_tokens"].as_u64().unwrap_or(0),
        cache_write_tokens: usage["input_tokens_details"]["cache_write_tokens"].as_u64().unwrap_or(0),
        output_tokens: output.unwrap_or(0),
        reasoning_tokens: usage["output_tokens_details"]["reasoning_tokens"].as_u64().unwrap_or(0),
        searches: 0,
        estimated: false,
    })
}
