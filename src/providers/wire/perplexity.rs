//! Perplexity's chat completions wire, read from the `perplexityai` SDK 0.46 for Python.
//!
//! Must never send tools, which it refuses. It searches for the text it is given, so the topic comes first, in the
//! user's own message, and the format last.

use serde_json::{Value, json};

use crate::debate::ask::Ask;
use crate::debate::search::{Domains, SearchTerms, WebSearch};
use crate::providers::draft::{Draft, Stage, Standing};
use crate::providers::schema;
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::{Bounds, Dialect};
use crate::providers::wire::format::{Format, KeyHeader, VersionSegment};
use crate::providers::wire::openai_chat;

/// Most domains in its filter.
pub(crate) const DOMAINS_MAX: usize = 3;

/// The row of this wire.
pub(super) static FORMAT: Format = Format {
    encode,
    read_event: event,
    read_body: body,
    usage: openai_chat::usage,
    read_done: Some(openai_chat::done),
    settle: Some(settle),
    go_on: None,
    body_fields: &["choices"],
    key_header: KeyHeader::Bearer,
    request_id_header: "x-request-id",
    version_segment: VersionSegment::Any,
    tools: None,
};

/// Encodes a streaming request. The shared text opens the first user message: a system message is not searched for.
fn encode(ask: &Ask, _: &Dialect, shape: Shape) -> Call {
    let mut messages = schema::told(&ask.prompt, shape);
    if let Some(first) = messages.first_mut()
        && !ask.prompt.shared.is_empty()
    {
        first.text = format!("{}\n\n{}", ask.prompt.shared, first.text);
    }
    let messages: Vec<Value> = messages.iter().map(|message| openai_chat::said(message.role, &message.text)).collect();
    let mut body = json!({
        "model": ask.voice.model,
        "messages": messages,
        "max_tokens": ask.prompt.output_tokens_max,
        "stream": true,
    });
    match &ask.search {
        WebSearch::Unsaid => {}
        WebSearch::Off => body["disable_search"] = json!(true),
        WebSearch::On(terms) => search(&mut body, terms),
    }
    match shape {
        Shape::Schema => body["response_format"] = openai_chat::schema_format(ask, Bounds::InWords),
        // This wire knows no looser mode between a schema and none.
        Shape::JsonObject | Shape::Plain | Shape::Text => {}
    }
    Call { path: "/chat/completions".to_owned(), headers: Vec::new(), body }
}

/// A domain to be left out is written with a minus before it.
fn search(body: &mut Value, terms: &SearchTerms) {
    if let Some(context) = terms.context {
        body["web_search_options"] = json!({ "search_context_size": context.name() });
    }
    let domains: Vec<String> = match &terms.domains {
        Domains::Any => Vec::new(),
        Domains::Only(domains) => domains.clone(),
        Domains::Except(domains) => domains.iter().map(|domain| format!("-{domain}")).collect(),
    };
    if !domains.is_empty() {
        body["search_domain_filter"] = json!(&domains[..domains.len().min(DOMAINS_MAX)]);
    }
    if let Some(recency) = terms.recency {
        body["search_recency_filter"] = json!(recency.name());
    }
}

/// Takes one chunk of the stream.
fn event(draft: &mut Draft, chunk: &Value) -> Result<Option<String>, WireFault> {
    draft.identify(&chunk["model"], &chunk["id"]);
    if chunk["usage"].is_object() {
        // Chunks before the last one carry a cost of zero.
        draft.cost_usd = chunk["usage"]["cost"]["total_cost"].as_f64().filter(|cost| *cost > 0.0).or(draft.cost_usd);
        draft.searches = chunk["usage"]["num_search_queries"].as_u64().unwrap_or(draft.searches);
        draft.usage = Some(chunk["usage"].clone());
    }
    number(draft, chunk);
    let shown = openai_chat::choice(draft, &chunk["choices"][0])?;
    if chunk["type"] == "end_of_stream" {
        openai_chat::done(draft);
    }
    Ok(shown)
}

/// Takes a whole completion.
fn body(draft: &mut Draft, completion: &Value) -> Result<(), WireFault> {
    event(draft, completion)?;
    draft.stage = Stage::Closed;
    Ok(())
}

/// Keeps the numbered list that markers refer to. Search results beat the bare URLs of `citations`.
fn number(draft: &mut Draft, chunk: &Value) {
    let has_results = draft.numbered.first().is_some_and(Value::is_object);
    let lists = [&chunk["search_results"], if has_results { &Value::Null } else { &chunk["citations"] }];
    if let Some(list) = lists.into_iter().filter_map(Value::as_array).find(|list| !list.is_empty()) {
        draft.numbered.clone_from(list);
    }
}

/// Turns the numbered list into sources: cited where the text holds their `[n]`, otherwise consulted.
fn settle(draft: &mut Draft) {
    for (index, page) in std::mem::take(&mut draft.numbered).iter().enumerate() {
        let marker = format!("[{}]", index + 1);
        let standing = if draft.text.contains(&marker) { Standing::Cited } else { Standing::Consulted };
        let url = if page.is_string() { page } else { &page["url"] };
        draft.sources.add(url, &page["title"], &page["snippet"], standing);
    }
}
