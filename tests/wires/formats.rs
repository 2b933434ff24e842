//! Wires: an ask becomes the request that the vendor's SDK would send, and recorded traffic becomes answers and faults.
//!
//! Fixtures live in `tests/fixtures/wires/WIRE/`: `NAME.request.json` for requests, `NAME.sse` or `NAME.body.json` with
//! `NAME.answer.json` for replies, `errors.json` for error responses. They are shaped after the SDK packages named in
//! each wire's file. With `BLESS=1` in the environment, requests and answers are written instead of compared: read them
//! after.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use roundtable::debate::agent::{Seat, Voice};
use roundtable::debate::ask::{Ask, Message, Prompt, Role, Schema};
use roundtable::debate::log::ids::{Speaker, TurnId};
use roundtable::debate::reply::{FaultKind, Usage};
use roundtable::debate::search::{Domains, Recency, SearchContext, SearchTerms, WebSearch};
use roundtable::providers::table::{Billing, Key, PRICES_AS_OF, VENDORS, family, find, price};
use roundtable::providers::wire::{Answer, Shape, Wire, WireFault};
use serde_json::{Value, json};

const WIRES: &[(Wire, &str, &str)] = &[
    (Wire::Anthropic, "anthropic", "anthropic"),
    (Wire::OpenaiResponses, "openai_responses", "openai"),
    (Wire::OpenaiChat, "openai_chat", "ollama"),
    (Wire::Gemini, "gemini", "google"),
    (Wire::Perplexity, "perplexity", "perplexity"),
];

const SHAPES: &[(Shape, &str)] =
    &[(Shape::Schema, "schema"), (Shape::JsonObject, "json_object"), (Shape::Plain, "plain")];

fn folder(wire: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wires").join(wire)
}

/// Fixtures of a wire whose file name ends with `ending`: their name without it, and their text.
fn fixtures(wire: &str, ending: &str) -> Vec<(String, String)> {
    let mut found: Vec<_> = fs::read_dir(folder(wire))
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().strip_suffix(ending)?.to_owned();
            Some((name, fs::read_to_string(&path).unwrap()))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no {ending} in {wire}");
    found
}

fn matches_file(path: &Path, actual: &Value) {
    let actual = serde_json::to_string_pretty(actual).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(actual, expected, "{}", path.display());
}

/// Splits a stream into events of name and data, by the rules of server-sent events.
fn split(stream: &str) -> Vec<(Option<String>, String)> {
    let mut events = Vec::new();
    let (mut name, mut data) = (None, Vec::new());
    for line in stream.lines() {
        if line.is_empty() {
            let name = std::mem::take(&mut name);
            if !data.is_empty() {
                events.push((name, std::mem::take(&mut data).join("\n")));
            }
        } else if let Some(text) = line.strip_prefix("data:") {
            data.push(text.strip_prefix(' ').unwrap_or(text));
        } else if let Some(text) = line.strip_prefix("event:") {
            name = Some(text.trim().to_owned());
        }
    }
    events
}

fn decode(wire: Wire, events: &[(Option<String>, String)]) -> (Vec<String>, Result<Answer, WireFault>) {
    let mut decoder = wire.decoder();
    let mut deltas = Vec::new();
    for (name, data) in events {
        match decoder.event(name.as_deref(), data) {
            Ok(delta) => deltas.extend(delta),
            Err(fault) => return (deltas, Err(fault)),
        }
    }
    (deltas, decoder.finish())
}

fn shown(outcome: &Result<Answer, WireFault>) -> Value {
    match outcome {
        Ok(answer) => {
            let mut shown = json!({
                "text": answer.text,
                "model": answer.model,
                "finish": answer.finish,
                "usage": answer.usage,
                "cost_usd": answer.cost_usd,
                "citations": answer.citations,
                "request_id": answer.request_id,
            });
            if answer.searches > 0 {
                shown["searches"] = json!(answer.searches);
            }
            if let Some(said) = &answer.paused {
                shown["paused"] = json!(said);
            }
            json!({ "answer": shown })
        }
        Err(fault) => json!({ "fault": shown_fault(fault) }),
    }
}

fn shown_fault(fault: &WireFault) -> Value {
    json!({
        "kind": fault.kind,
        "message": fault.message,
        "request_id": fault.request_id,
        "retry_after_ms": fault.retry_after_ms,
        "schema_refused": fault.schema_refused,
    })
}

fn ask(model: &str) -> Ask {
    let said = |role, text: &str| Message { role, text: text.to_owned() };
    Ask {
        session: roundtable::debate::log::ids::SessionId(uuid::Uuid::nil()),
        turn: TurnId {
            phase: "exchange".to_owned(),
            round: 2,
            stage: "reply".to_owned(),
            speaker: Speaker::Seat(Seat(1)),
        },
        attempt: 1,
        voice: Voice { provider: "any".to_owned(), model: model.to_owned(), family: "any".to_owned() },
        prompt: Prompt {
            shared: "Question: split the monolith?\nRules: be brief.".to_owned(),
            messages: vec![
                said(Role::User, "You are Skeptic."),
                said(Role::Assistant, "{\"option\":\"A\"}"),
                said(Role::User, "Round 2: “naïve” $& {x}"),
            ],
            schema: Schema { name: "position".to_owned(), json: schema() },
            output_tokens_max: 8,
        },
        search: WebSearch::Unsaid,
        grant: None,
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["option", "confidence", "claims", "change"],
        "properties": {
            "option": { "type": ["string", "null"], "enum": ["A", "B", null], "description": "The option." },
            "confidence": { "type": "integer", "minimum": 0, "maximum": 100, "description": "In percent." },
            "claims": { "type": "array", "maxItems": 3, "minItems": 1, "items": { "type": "string" } },
            "change": {
                "type": ["object", "null"],
                "description": "A change of mind.",
                "additionalProperties": false,
                "required": ["because"],
                "properties": { "because": { "type": ["string", "null"] } },
            },
        },
    })
}

#[test]
fn an_ask_is_encoded_as_each_vendor_expects_it() {
    let check = |wire: Wire, folder_name: &str, vendor: &str, shape: Shape, file: &str| {
        let vendor = find(vendor).unwrap();
        assert_eq!(vendor.wire, wire);
        let call = wire.encode(&ask(vendor.default_model), &vendor.dialect, shape);
        let request = json!({ "path": call.path, "headers": call.headers, "body": call.body });
        matches_file(&folder(folder_name).join(format!("{file}.request.json")), &request);
    };
    for (wire, folder_name, vendor) in WIRES {
        for (shape, name) in SHAPES {
            check(*wire, folder_name, vendor, *shape, name);
        }
    }
    for vendor in ["groq", "mistral"] {
        check(Wire::OpenaiChat, "openai_chat", vendor, Shape::Schema, vendor);
    }
}

#[test]
fn a_search_is_offered_as_each_vendor_expects_it() {
    let domains = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let terms = |domains| SearchTerms { searches_max: 3, context: None, domains, recency: None };
    let only = SearchTerms {
        context: Some(SearchContext::High),
        recency: Some(Recency::Week),
        ..terms(Domains::Only(domains(&["a.example", "b.example", "c.example", "d.example"])))
    };
    let searches = [
        ("search", Shape::Schema, WebSearch::On(terms(Domains::Any))),
        ("search_only", Shape::JsonObject, WebSearch::On(only)),
        ("search_except", Shape::Plain, WebSearch::On(terms(Domains::Except(domains(&["a.example"]))))),
        ("search_off", Shape::Schema, WebSearch::Off),
    ];
    for (wire, folder_name, vendor) in WIRES {
        let vendor = find(vendor).unwrap();
        for (name, shape, search) in &searches {
            let call = wire.encode(&Ask { search: search.clone(), ..ask("m") }, &vendor.dialect, *shape);
            matches_file(&folder(folder_name).join(format!("{name}.request.json")), &call.body);
            let without = wire.encode(&ask("m"), &vendor.dialect, *shape).body;
            let is_told = call.body != without;
            let expected = match search {
                WebSearch::Unsaid => false,
                WebSearch::Off => *wire == Wire::Perplexity,
                // Perplexity is told nothing where there are no terms that it knows.
                WebSearch::On(_) => vendor.search.is_some() && (*wire != Wire::Perplexity || *name != "search"),
            };
            assert_eq!(is_told, expected, "{folder_name}: {name}");
        }
    }
}

#[test]
fn a_paused_answer_is_sent_back_and_joined() {
    let (wire, vendor) = (Wire::Anthropic, find("anthropic").unwrap());
    let answer = |fixture: &str| {
        let stream = fs::read_to_string(folder("anthropic").join(format!("{fixture}.sse"))).unwrap();
        decode(wire, &split(&stream)).1.unwrap()
    };
    let paused = answer("pause_turn");
    let so_far = paused.paused.as_deref().unwrap();
    let terms = |searches_max| SearchTerms { searches_max, context: None, domains: Domains::Any, recency: None };
    let searching = |most| Ask { search: WebSearch::On(terms(most)), ..ask("m") };
    let call = wire.go_on(wire.encode(&searching(3), &vendor.dialect, Shape::Schema), so_far);
    matches_file(&folder("anthropic").join("after_pause.request.json"), &call.body);
    // The search before the pause counts, and no number below 1 is taken.
    let left = |most| {
        wire.go_on(wire.encode(&searching(most), &vendor.dialect, Shape::Schema), so_far).body["tools"][0].clone()
    };
    assert_eq!((left(3)["max_uses"].clone(), left(1)["max_uses"].clone()), (json!(2), json!(1)));
    let whole = answer("after_pause").after(Some(paused));
    matches_file(&folder("anthropic").join("after_pause.joined.json"), &shown(&Ok(whole)));
    // A search after the pause makes what stood before it a tale of the search.
    assert_eq!(answer("search").after(Some(answer("pause_turn"))).text, "{\"option\": \"B\"}");
}

#[test]
fn recorded_streams_become_answers() {
    for (wire, name, _) in WIRES {
        for (fixture, stream) in fixtures(name, ".sse") {
            let (deltas, outcome) = decode(*wire, &split(&stream));
            let mut actual = shown(&outcome);
            actual["deltas"] = json!(deltas);
            matches_file(&folder(name).join(format!("{fixture}.answer.json")), &actual);
        }
    }
}

#[test]
fn recorded_bodies_become_answers() {
    for (wire, name, _) in WIRES {
        for (fixture, body) in fixtures(name, ".body.json") {
            let outcome = wire.decoder().body(&body);
            matches_file(&folder(name).join(format!("{fixture}.answer.json")), &shown(&outcome));
        }
        let nonsense = wire.decoder().body("<html>").unwrap_err();
        assert_eq!(nonsense.kind, FaultKind::InvalidResponse, "{name}");
    }
}

#[test]
fn recorded_errors_become_faults() {
    for (wire, name, _) in WIRES {
        let cases: Vec<Value> =
            serde_json::from_str(&fs::read_to_string(folder(name).join("errors.json")).unwrap()).unwrap();
        for case in cases {
            let body = case["body"].as_str().map_or_else(|| case["body"].to_string(), str::to_owned);
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let fault = wire.fault(status, |header| case["headers"][header].as_str().map(str::to_owned), &body);
            assert_eq!(shown_fault(&fault), case["fault"], "{name}: {}", case["case"]);
        }
    }
}

/// What ends the text of a reply on each wire; only after it may there be an answer.
fn is_terminal(wire: Wire, data: &str) -> bool {
    let ends = |parts: &[&str]| parts.iter().any(|part| data.contains(part));
    match wire {
        Wire::Anthropic => ends(&["\"type\":\"message_stop\""]),
        Wire::OpenaiResponses => ends(&[
            "\"type\":\"response.completed\"",
            "\"type\":\"response.incomplete\"",
            "\"type\":\"response.failed\"",
        ]),
        Wire::OpenaiChat | Wire::Perplexity => {
            data == "[DONE]" || ends(&["\"finish_reason\":\"", "\"type\":\"end_of_stream\""])
        }
        Wire::Gemini => ends(&["\"finishReason\"", "\"blockReason\""]),
    }
}

#[test]
fn half_an_answer_is_never_an_answer() {
    for (wire, name, _) in WIRES {
        for (fixture, stream) in fixtures(name, ".sse") {
            let events = split(&stream);
            for cut in 0..=events.len() {
                let (_, outcome) = decode(*wire, &events[..cut]);
                if events[..cut].iter().any(|(_, data)| is_terminal(*wire, data)) {
                    continue;
                }
                let fault = outcome.expect_err(&format!("{name}/{fixture} cut after {cut} events"));
                let is_told = events[..cut].last().is_some_and(|(event, data)| {
                    event.as_deref() == Some("error")
                        || data.contains("\"error\":")
                        || data.ends_with(',')
                        || data.contains("\"pause_turn\"")
                });
                assert!(
                    is_told || fault.kind == FaultKind::Network,
                    "{name}/{fixture} cut after {cut} events: {fault}"
                );
            }
        }
    }
}

#[test]
fn a_complete_reply_is_known_as_such() {
    let check = |wire: Wire, name: &str, fixture: &str, complete_after: usize| {
        let stream = fs::read_to_string(folder(name).join(format!("{fixture}.sse"))).unwrap();
        let mut decoder = wire.decoder();
        for (index, (event, data)) in split(&stream).iter().enumerate() {
            decoder.event(event.as_deref(), data).unwrap();
            assert_eq!(
                decoder.is_complete(),
                index + 1 >= complete_after,
                "{name}/{fixture} after event {}",
                index + 1
            );
        }
    };
    check(Wire::Anthropic, "anthropic", "plain", 8);
    check(Wire::OpenaiResponses, "openai_responses", "plain", 7);
    // The chunk with the usage follows the one that ends the text: whoever stops there loses it.
    check(Wire::OpenaiChat, "openai_chat", "plain", 6);
    check(Wire::Gemini, "gemini", "plain", 3);
    check(Wire::Perplexity, "perplexity", "citations", 3);
}

#[test]
fn keys_travel_in_the_header_of_the_wire() {
    for (wire, name, _) in WIRES {
        let expected = match wire {
            Wire::Gemini => ("x-goog-api-key", "k-1"),
            Wire::Anthropic | Wire::OpenaiResponses | Wire::OpenaiChat | Wire::Perplexity => {
                ("authorization", "Bearer k-1")
            }
        };
        let (header, value) = wire.auth("k-1");
        assert_eq!((header, value.as_str()), expected, "{name}");
    }
}

#[test]
fn base_urls_may_bring_their_version() {
    let check = |vendor: &str, base: &str, expected: &str| {
        let vendor = find(vendor).unwrap();
        let call = vendor.wire.encode(&ask("m"), &vendor.dialect, Shape::Plain);
        assert_eq!(vendor.wire.url(base, &call.path), expected);
    };
    check("openai", "https://api.openai.com", "https://api.openai.com/v1/responses");
    check("openai", "https://api.openai.com/v1/", "https://api.openai.com/v1/responses");
    check("groq", "https://host/v1beta/openai", "https://host/v1beta/openai/chat/completions");
    check("ollama", "127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions");
    check("ollama", "http://v1.example:80", "http://v1.example:80/v1/chat/completions");
    check("anthropic", "https://gateway/v1/me/anthropic", "https://gateway/v1/me/anthropic/v1/messages");
    check("anthropic", "https://gateway/v1", "https://gateway/v1/messages");
    check("google", "https://host/v1beta", "https://host/v1beta/models/m:streamGenerateContent?alt=sse");
    check("perplexity", "https://api.perplexity.ai", "https://api.perplexity.ai/chat/completions");
}

#[test]
fn a_model_name_cannot_leave_its_path() {
    let vendor = find("google").unwrap();
    let call = vendor.wire.encode(&ask("x?key=1#é:y z"), &vendor.dialect, Shape::Plain);
    assert_eq!(call.path, "/v1/models/x%3Fkey%3D1%23%C3%A9%3Ay%20z:streamGenerateContent?alt=sse");
}

#[test]
fn shapes_weaken_step_by_step() {
    assert_eq!(Shape::Schema.weaker(), Some(Shape::JsonObject));
    assert_eq!(Shape::JsonObject.weaker(), Some(Shape::Plain));
    assert_eq!(Shape::Plain.weaker(), None);
}

#[test]
fn every_vendor_row_is_usable() {
    let mut seen = Vec::new();
    for vendor in VENDORS {
        let name = vendor.name;
        assert!(!name.is_empty() && !vendor.title.is_empty() && !vendor.default_model.is_empty(), "{name}");
        match vendor.key {
            Key::Required => {
                assert!(vendor.base_url.starts_with("https://"), "{name}");
                assert!(!vendor.key_variables.is_empty(), "{name}");
            }
            Key::Optional => assert!(vendor.base_url_variable.is_some(), "{name}"),
        }
        if vendor.billing == Billing::Free {
            assert!(vendor.models.is_empty() && vendor.base_url.starts_with("http://localhost"), "{name}");
        }
        let variables = vendor.key_variables.iter().copied().chain(vendor.base_url_variable).chain([
            name,
            vendor.title,
            vendor.model_variable,
        ]);
        for word in variables {
            assert!(!seen.contains(&word), "{word} is used twice");
            seen.push(word);
        }
        if let Some(search) = &vendor.search {
            assert!(search.search_usd.is_none_or(|usd| usd >= 0.0), "{name}");
            assert_ne!(vendor.wire, Wire::OpenaiChat, "{name}: this wire offers no search");
        }
        for model in vendor.models {
            let prices = [model.input_usd, model.cached_usd, model.cache_write_usd, model.output_usd];
            assert!(prices.iter().flatten().all(|usd| *usd > 0.0), "{name}: {}", model.name);
            assert_eq!(model.input_usd.is_some(), model.output_usd.is_some(), "{name}: {}", model.name);
        }
        assert!(find(name).is_some_and(|found| found.title == vendor.title), "{name}");
    }
    assert!(find("nobody").is_none());
    assert_eq!(PRICES_AS_OF.len(), "2026-01-31".len());
}

#[test]
fn prices_are_worked_out_by_hand() {
    let tokens = |input_tokens, cached_tokens, cache_write_tokens, output_tokens| Usage {
        input_tokens,
        cached_tokens,
        cache_write_tokens,
        output_tokens,
        ..Usage::default()
    };
    let check = |vendor: &str, model: &str, usage: Usage, expected: Option<f64>| {
        let actual = price(find(vendor).unwrap(), model, &usage);
        let is_close = match (actual, expected) {
            (Some(actual), Some(expected)) => (actual - expected).abs() < 1e-12,
            (actual, expected) => actual == expected,
        };
        assert!(is_close, "{vendor} {model}: {actual:?}, not {expected:?}");
    };
    // 1,000 plain × 2 + 8,000 cached × 0.10 + 1,000 written × 2.50 + 500 out × 10 = 2,000 + 800 + 2,500 + 5,000
    // millionths.
    check("anthropic", "claude-sonnet-5-5", tokens(10_000, 8_000, 1_000, 500), Some(0.0103));
    check("anthropic", "claude-sonnet-5-5-20260928", tokens(10_000, 8_000, 1_000, 500), Some(0.0103));
    check("anthropic", "claude-haiku-5-5", tokens(100_000, 0, 0, 0), Some(0.01));
    check("anthropic", "claude-haiku-5-5", tokens(100_001, 0, 0, 0), None);
    check("anthropic", "claude-sonnet-5-5-fast", tokens(1, 0, 0, 0), None);
    check("anthropic", "claude-nope", tokens(1, 0, 0, 0), None);
    // No price of their own for writing: 600 × 0.75 + 400 × 0.075 + 100 × 4.50 = 450 + 30 + 450 millionths.
    check("openai", "gpt-5.4-mini-2026-03-17", tokens(1_000, 400, 100, 100), Some(0.00093));
    check("google", "models/gemini-3.8-flash", tokens(1_000_000, 0, 0, 1_000_000), Some(4.5));
    check("google", "gemini-3.1-pro-preview", tokens(1, 0, 0, 1), None);
    // A fee for the request: 1,000 × 1 + 1,000 × 1 millionths + 0.005.
    check("perplexity", "sonar", tokens(1_000, 0, 0, 1_000), Some(0.007));
    check("deepseek", "deepseek-flash", tokens(1, 0, 0, 1), None);
    check("ollama", "anything", tokens(1_000, 0, 0, 1_000), Some(0.0));
    check("ollama", "gpt-oss:120b-cloud", tokens(1_000, 0, 0, 1_000), None);
    check("litellm", "gpt-6.1-terra", tokens(1, 0, 0, 1), None);
    // Searches: 2 × 0.01, 3 × 0.014; none of their own where the request fee pays for them, none known where none is offered.
    let searched = |searches| Usage { searches, ..tokens(1_000, 0, 0, 0) };
    check("anthropic", "claude-sonnet-5-5", searched(2), Some(0.022));
    check("google", "gemini-3.8-flash", searched(3), Some(0.04275));
    check("perplexity", "sonar", searched(3), Some(0.006));
    check("groq", "openai/gpt-oss-120b", searched(1), None);
    // More cached than there is input: a provider's slip, never a negative price.
    check("mistral", "mistral-medium-latest", tokens(10, 1_000_000, 0, 0), Some(0.15));
}

#[test]
fn families_are_read_from_model_names() {
    let check = |vendor: &str, model: &str, expected: &str| {
        assert_eq!(family(find(vendor).unwrap(), model), expected, "{vendor} {model}")
    };
    check("anthropic", "claude-sonnet-5-5", "claude");
    check("anthropic", "claude-next", "claude");
    check("openai", "o3-pro", "gpt");
    check("openrouter", "anthropic/claude-opus-5.5", "claude");
    check("openrouter", "meta-llama/llama-4-maverick", "llama");
    check("openrouter", "mistralai/mixtral-8x22b", "mistral");
    check("openrouter", "x-ai/grok-4.7", "grok");
    check("openrouter", "perplexity/sonar-pro", "sonar");
    check("openrouter", "acme/wonder-2", "wonder");
    check("groq", "openai/gpt-oss-120b", "gpt");
    check("ollama", "qwen3:8b", "qwen");
    check("ollama", "dolphin-mixtral:latest", "mistral");
    check("ollama", "gemma3", "gemma");
    check("vllm", "Qwen/QwQ-32B", "qwen");
    check("lmstudio", "123", "lmstudio");
}

/// Strings that look like the events of some wire, and strings that do not.
fn event_data() -> impl Strategy<Value = String> {
    let recorded: Vec<String> = WIRES
        .iter()
        .flat_map(|(_, name, _)| fixtures(name, ".sse"))
        .flat_map(|(_, stream)| split(&stream).into_iter().map(|(_, data)| data))
        .collect();
    let mutated = (prop::sample::select(recorded.clone()), any::<prop::sample::Index>(), any::<char>()).prop_map(
        |(data, at, replacement)| {
            let mut chars: Vec<char> = data.chars().collect();
            let index = at.index(chars.len());
            chars[index] = replacement;
            chars.into_iter().collect()
        },
    );
    // Fields of the wrong type, where the text is still JSON.
    let retyped = (
        prop::sample::select(recorded.clone()),
        any::<prop::sample::Index>(),
        prop::sample::select(vec!["null", "[]", "{}", "-1", "1e300", "\"x\"", "18446744073709551615"]),
    )
        .prop_map(|(data, at, replacement)| {
            let places: Vec<usize> = data.match_indices(':').map(|(index, _)| index + 1).chain([0]).collect();
            let start = places[at.index(places.len())];
            let end = data[start..].find([',', '}', ']']).map_or(data.len(), |length| start + length);
            format!("{}{replacement}{}", &data[..start], &data[end..])
        });
    prop_oneof![prop::sample::select(recorded), mutated, retyped, any::<String>(), Just("[DONE]".to_owned())]
}

proptest! {
    #[test]
    fn no_decoder_panics(events in prop::collection::vec((prop::option::of("[a-z_.]{0,12}"), event_data()), 0..12)) {
        for (wire, _, _) in WIRES {
            let _ = decode(*wire, &events);
            for (_, data) in &events {
                let _ = wire.decoder().body(data);
                let _ = wire.fault(400, |_| None, data);
            }
        }
    }
}
