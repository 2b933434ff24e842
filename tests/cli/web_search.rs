//! Web search from the command line to the wire: who may search in which turns, what is told of those that cannot, what the
//! record counts, and that a session without it says nothing of it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, Ran};
use crate::support::voices;

/// Whether a request lets its provider search; `None` where it says nothing of it.
fn searches(seen: &Seen) -> Option<bool> {
    let body = &seen.body;
    match seen.vendor_wire {
        "perplexity" => body.get("disable_search").map(|disabled| *disabled != json!(true)),
        _ => body["tools"].is_array().then_some(true),
    }
}

/// The form that a request asks for.
fn form(seen: &Seen) -> String {
    let told = &seen.messages.last().unwrap().1;
    let line = told.lines().rev().find_map(|line| line.strip_prefix("Form: ")).unwrap();
    line.split('.').next().unwrap().to_owned()
}

fn start(desk: &Desk, mode: &str, more: &[&str]) -> Ran {
    let plain = ["start", "--topic", "Should we move?", "--yes-no", "--mode", mode, "--format", "json"];
    desk.run(&[&plain, more].concat())
}

fn fake() -> Fake {
    Fake::start(Arc::new(|seen: &Seen, number| Behaviour::Say(voices::reply(seen, number))))
}

fn warnings(ran: &Ran) -> Vec<String> {
    ran.stderr.lines().filter_map(|line| line.strip_prefix("warning: ")).map(str::to_owned).collect()
}

#[test]
fn positions_may_search_and_nothing_else_may() {
    for mode in ["collaborative", "adversarial", "socratic", "delphi", "council", "vote"] {
        for (flags, offered) in [(&["--web-search"][..], Some(true)), (&["--no-web-search"], Some(false)), (&[], None)]
        {
            let fake = fake();
            let desk = Desk::at(fake.url(), 4);
            start(&desk, mode, flags).expect(0);
            let log = fake.log();
            assert!(log.iter().any(|seen| form(seen) != "position"), "{mode}");
            for seen in &log {
                let by_nature = seen.vendor_wire == "perplexity";
                let expected = match offered {
                    Some(true) if form(seen) == "position" => (!by_nature).then_some(true),
                    // Whoever searches by nature is told not to.
                    Some(_) => by_nature.then_some(false),
                    None => None,
                };
                let turn = (seen.vendor_wire, form(seen));
                assert_eq!(searches(seen), expected, "{mode} {flags:?}: {turn:?}");
                let is_told = format!("{}{:?}", seen.system, seen.messages).contains("search the web");
                assert_eq!(is_told, offered == Some(true), "{mode} {flags:?}: {turn:?}");
            }
        }
    }
}

#[test]
fn terms_reach_the_vendors_that_keep_to_them_and_the_others_are_named() {
    let fake = fake();
    let mut desk = Desk::at(fake.url(), 4);
    desk.set("ROUNDTABLE_WEB_SEARCH", "on");
    desk.set("ROUNDTABLE_WEB_SEARCH_MAX", "2");
    desk.set("ROUNDTABLE_WEB_SEARCH_CONTEXT", "high");
    desk.set("ROUNDTABLE_WEB_SEARCH_DOMAINS", "a.example, B.example,c.example,d.example");
    desk.set("ROUNDTABLE_WEB_SEARCH_RECENCY", "week");
    let ran = start(&desk, "collaborative", &["--rounds", "1"]).expect(0);
    assert_eq!(
        warnings(&ran),
        [
            "anthropic searches without ROUNDTABLE_WEB_SEARCH_CONTEXT, ROUNDTABLE_WEB_SEARCH_RECENCY",
            "openai searches without ROUNDTABLE_WEB_SEARCH_RECENCY",
            "google searches without ROUNDTABLE_WEB_SEARCH_MAX, ROUNDTABLE_WEB_SEARCH_CONTEXT, ROUNDTABLE_WEB_SEARCH_DOMAINS, ROUNDTABLE_WEB_SEARCH_RECENCY",
            "perplexity searches without ROUNDTABLE_WEB_SEARCH_MAX, all but the first 3 of ROUNDTABLE_WEB_SEARCH_DOMAINS",
        ]
    );
    let log = fake.log();
    let of = |wire: &str| &log.iter().find(|seen| seen.vendor_wire == wire && form(seen) == "position").unwrap().body;
    let domains = json!(["a.example", "b.example", "c.example", "d.example"]);
    assert_eq!(
        (&of("anthropic")["tools"][0]["max_uses"], &of("anthropic")["tools"][0]["allowed_domains"]),
        (&json!(2), &domains)
    );
    assert_eq!(of("openai_responses")["tools"][0]["filters"]["allowed_domains"], domains);
    assert_eq!(of("perplexity")["search_recency_filter"], "week");
    // The terms are the session's own: what the environment says later changes nothing.
    desk.set("ROUNDTABLE_WEB_SEARCH", "off");
    let before = fake.log().len();
    desk.run(&["continue", "@", "--rounds", "1", "--format", "json"]).expect(0);
    let later = &fake.log()[before..];
    assert!(later.iter().filter(|seen| form(seen) == "position").all(|seen| searches(seen) != Some(false)));
    assert!(later.iter().any(|seen| searches(seen) == Some(true)));
}

#[test]
fn what_cannot_be_searched_is_said() {
    let fake = fake();
    let mut desk = Desk::at(fake.url(), 1);
    desk.set("OLLAMA_HOST", fake.url());
    let ran = start(&desk, "collaborative", &["--web-search", "--rounds", "1", "--agent-count", "2"]).expect(0);
    assert_eq!(warnings(&ran), ["ollama cannot search the web here: Analyst"]);
    let ran = start(&desk, "vote", &["--web-search", "--agent-count", "2", "--provider", "anthropic"]).expect(0);
    assert_eq!(warnings(&ran), ["mode vote has no turn in which the web is searched: its seats cast ballots"]);
    let ran = start(&desk, "collaborative", &["--web-search", "--rehearse", "--rounds", "1"]).expect(0);
    assert_eq!(warnings(&ran), ["nothing is searched for in a rehearsal"]);
}

#[test]
fn terms_that_make_no_sense_are_refused_before_anybody_is_asked() {
    let fake = fake();
    let check = |name: &str, text: &str, reason: &str| {
        let mut desk = Desk::at(fake.url(), 1);
        desk.set(name, text);
        let ran = start(&desk, "collaborative", &["--web-search"]).expect(2);
        assert!(ran.stderr.contains(name) && ran.stderr.contains(reason), "{name}={text}: {}", ran.stderr);
    };
    check("ROUNDTABLE_WEB_SEARCH_MAX", "0", "from 1 to 20");
    check("ROUNDTABLE_WEB_SEARCH_CONTEXT", "huge", "one of low, medium, high is needed");
    check("ROUNDTABLE_WEB_SEARCH_RECENCY", "decade", "one of day, week, month, year is needed");
    check("ROUNDTABLE_WEB_SEARCH_DOMAINS", "https://example.org", "no domain");
    check("ROUNDTABLE_WEB_SEARCH_DOMAINS", "example.org,-example.com", "picks domains and leaves some out");
    check("ROUNDTABLE_WEB_SEARCH_DOMAINS", "example.org,", "no domain");
    check("ROUNDTABLE_WEB_SEARCH_DOMAINS", "10.0.0.1", "no domain");
    check("ROUNDTABLE_WEB_SEARCH_DOMAINS", &vec!["a.example"; 21].join(","), "more than 20 domains");
    Desk::at(fake.url(), 1).run(&["start", "--topic", "x", "--web-search", "--no-web-search"]).expect(2);
    assert_eq!(fake.log().len(), 0);
}

/// An answer that took two searches, on Anthropic's wire.
fn searched(text: &str) -> Behaviour {
    let events = [
        json!({ "type": "message_start", "message": { "id": "m", "model": "claude-sonnet-5-5", "usage": { "input_tokens": 1000, "cache_read_input_tokens": 400 } } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} } }),
        json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": text } }),
        json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "citations_delta", "citation": { "url": "https://example.org/a", "title": "A", "cited_text": "as measured" } } }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 100, "server_tool_use": { "web_search_requests": 2 } } }),
        json!({ "type": "message_stop" }),
    ];
    let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    Behaviour::Status {
        code: 200,
        headers: vec![("content-type", "text/event-stream".to_owned())],
        body: body.into_bytes(),
    }
}

#[test]
fn searches_are_counted_priced_and_shown_everywhere() {
    let fake = Fake::start(Arc::new(|seen: &Seen, number| {
        let said = voices::reply(seen, number);
        if searches(seen) == Some(true) { searched(&said) } else { Behaviour::Say(said) }
    }));
    let desk = Desk::at(fake.url(), 1);
    let ran = start(&desk, "collaborative", &["--web-search", "--rounds", "1", "--agent-count", "2"]).expect(0);
    let record = ran.record();
    let (total, turns) = (&record["usage"]["total"], record["turns"].as_array().unwrap());
    let positions = fake.log().iter().filter(|seen| searches(seen) == Some(true)).count();
    assert!(positions >= 2 && turns.len() > positions, "{positions} of {}", turns.len());
    assert_eq!(total["searches"], json!(2 * positions));
    let logged = desk.run(&["export", "@"]).expect(0).stdout;
    let finished: Vec<Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let opening = finished.iter().find(|event| event["event"] == "turn_finished").unwrap();
    // 1,000 × 2 + 400 × 0.1 + 100 × 10 millionths, and 2 × 0.01.
    assert!((opening["reply"]["cost_usd"].as_f64().unwrap() - 0.023_04).abs() < 1e-9, "{opening}");
    assert_eq!(record["citations"][0]["url"], "https://example.org/a");
    let cached = total["cached_tokens"].as_u64().unwrap();
    assert!(cached >= 800, "{total}");
    for shown in [
        &["show", "@"][..],
        &["show", "@", "--format", "markdown"],
        &["show", "@", "--format", "adr"],
        &["show", "@", "--format", "html"],
        &["show", "@", "--view", "agents", "--agent", "1"],
    ] {
        let text = desk.run(shown).expect(0).stdout;
        let is_whole = !shown.contains(&"agents");
        let told =
            if is_whole { format!("({cached} cached), {} searches", 2 * positions) } else { " searches".to_owned() };
        assert!(text.contains(&told), "{shown:?} does not tell `{told}`:\n{text}");
    }
    let costs = desk.run(&["show", "@", "--view", "costs"]).expect(0).stdout;
    assert!(costs.contains("searches") && costs.contains("cached"), "{costs}");
}

#[test]
fn limits_and_plans_count_searches_beforehand() {
    let fake = Fake::start(Arc::new(|seen: &Seen, number| {
        let said = voices::reply(seen, number);
        if searches(seen) == Some(true) { searched(&said) } else { Behaviour::Say(said) }
    }));
    let mut desk = Desk::at(fake.url(), 1);
    let panel = ["--web-search", "--rounds", "1", "--agent-count", "2", "--provider", "anthropic"];
    let arguments = |more: &[&'static str]| [&panel[..], more].concat();
    let planned = ["plan", "--topic", "Should we move?", "--yes-no", "--mode", "collaborative", "--format", "json"];
    let plan = desk.run(&[&planned, &panel[..]].concat()).expect(0).json();
    assert!(plan["notes"].to_string().contains("searches: none at the low"), "{}", plan["notes"]);
    let free = start(&desk, "collaborative", &arguments(&[])).expect(0).record();
    let cost = |value: &Value| value["cost_usd"].as_f64().unwrap();
    let (spent, max) = (cost(&free["usage"]["total"]), cost(&plan["total"]["max"]));
    assert!(cost(&plan["total"]["low"]) <= spent && spent <= max, "{spent} of {}", plan["total"]);

    // Five searches of a turn cost $0.05, and the prompt is read six times with what they found: the opening of two seats
    // does not fit where it would without a search.
    let ran = start(&desk, "collaborative", &arguments(&["--max-cost", "0.5"])).expect(2);
    assert!(ran.stderr.contains("--max-cost is too low for the opening"), "{}", ran.stderr);
    assert!(ran.stderr.contains("fewer searches with ROUNDTABLE_WEB_SEARCH_MAX"), "{}", ran.stderr);
    let without = [&["--no-web-search"], &panel[1..], &["--max-cost", "0.5"]].concat();
    start(&desk, "collaborative", &without).expect(0);
    let ran = start(&desk, "collaborative", &arguments(&["--max-cost", "5"])).expect(0);
    assert!(warnings(&ran)[0].starts_with("no provider bounds what it reads"), "{}", ran.stderr);
    assert!(cost(&ran.record()["usage"]["total"]) <= 5.0);
    let grants = |desk: &Desk| -> Vec<(u64, u64)> {
        let log = desk.run(&["export", "@"]).expect(0).stdout;
        let events = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let grants = events.filter_map(|event| event["grant"].is_object().then(|| event["grant"].clone()));
        grants.map(|grant| (grant["searches"].as_u64().unwrap_or(0), grant["input_tokens"].as_u64().unwrap())).collect()
    };
    let granted = grants(&desk);
    // 15 × 20,000 tokens found and read again.
    assert!(granted.iter().all(|(searches, input)| (*searches == 5) == (*input > 300_000)), "{granted:?}");
    assert!(granted.iter().any(|(searches, _)| *searches == 5) && granted.iter().any(|(searches, _)| *searches == 0));
    desk.set("ROUNDTABLE_WEB_SEARCH_MAX", "1");
    start(&desk, "collaborative", &arguments(&["--max-tokens", "400000"])).expect(0);
    assert!(grants(&desk).iter().any(|(searches, input)| *searches == 1 && *input < 100_000), "{:?}", grants(&desk));
}

#[test]
fn a_session_without_it_says_nothing_of_it() {
    let fake = fake();
    let desk = Desk::at(fake.url(), 1);
    start(&desk, "collaborative", &["--rounds", "1", "--agent-count", "2"]).expect(0);
    for shown in [&["export", "@"][..], &["show", "@", "--format", "json"], &["show", "@", "--view", "costs"]] {
        assert!(!desk.run(shown).expect(0).stdout.contains("search"), "{shown:?}");
    }
    // The same name with another word on searching is another debate.
    let named = |more: &[&str]| {
        start(&desk, "collaborative", &[&["--name", "n", "--rounds", "1", "--agent-count", "2"], more].concat())
    };
    named(&["--web-search"]).expect(0);
    assert!(named(&[]).expect(2).stderr.contains("another web search"));
}

#[test]
fn the_listing_of_providers_tells_who_searches_and_at_what_price() {
    let listed = Desk::new().run(&["providers", "--format", "json"]).expect(0).json();
    let of = |name: &str| {
        let entry = listed["providers"].as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap();
        (entry["web_search"].clone(), entry["usd_per_search"].clone())
    };
    assert_eq!(of("anthropic"), (json!("on request"), json!(0.01)));
    assert_eq!(of("perplexity"), (json!("by nature"), json!(0.0)));
    assert_eq!(of("ollama"), (json!("no"), Value::Null));
}

#[test]
fn a_persona_that_takes_a_seat_searches_and_is_reckoned_with() {
    let fake = fake();
    let mut desk = Desk::at(fake.url(), 3);
    desk.set("ROUNDTABLE_PROVIDERS", "openai");
    let told = "---\nname: baker\ndescription: bakes\nprovider: anthropic\n---\nYou look at cakes.\n";
    desk.write(".roundtable/personas/baker.md", told);
    let seated = ["--web-search", "--max-tokens", "9000000", "--rounds", "1", "--agent-count", "2", "--seat", "baker"];
    start(&desk, "collaborative", &seated).expect(0);
    let log = fake.log();
    let mut baker = log.iter().filter(|seen| seen.vendor_wire == "anthropic" && form(seen) == "position").peekable();
    assert!(baker.peek().is_some() && baker.all(|seen| searches(seen) == Some(true)));
    let exported = desk.run(&["export", "@", "--format", "ndjson"]).expect(0).stdout;
    let opened: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let reckoned = opened["caps"]["searches"].as_array().unwrap_or_else(|| panic!("{opened}"));
    let providers: Vec<&Value> = reckoned.iter().map(|search| &search["provider"]).collect();
    assert_eq!(providers, ["openai", "anthropic"]);
}

/// A persona that is asked alone, with this in its front matter.
fn persona(desk: &Desk, name: &str, front: &str) {
    let told = format!("---\nname: {name}\ndescription: bakes\n{front}\n---\nYou look at cakes.\n");
    desk.write(&format!(".roundtable/personas/{name}.md"), told);
}

fn ask(desk: &Desk, more: &[&str]) -> Value {
    desk.run(&[&["ask"], more, &["--format", "json"]].concat()).expect(0).json()
}

#[test]
fn a_persona_asked_alone_searches_where_its_file_and_the_setting_say_so() {
    let fake = Fake::start(Arc::new(|seen: &Seen, _| match searches(seen) {
        Some(true) if seen.vendor_wire == "anthropic" => searched("Flour is dear."),
        _ => Behaviour::Say("Flour is dear.".to_owned()),
    }));
    let mut desk = Desk::at(fake.url(), 4);
    persona(&desk, "seeker", "tools: [web_search]");
    persona(&desk, "sitter", "tools: []");
    let told = |desk: &Desk, who: &str, more: &[&str]| {
        let before = fake.log().len();
        let told = ask(desk, &[&[who, "Which cake?"], more].concat());
        (searches(&fake.log()[before]), told["warnings"].to_string())
    };
    let on = |provider| ["--web-search", "--provider", provider];
    for provider in ["anthropic", "openai", "google", "perplexity"] {
        // Perplexity always searches, unless it is told not to.
        let offered = (provider != "perplexity").then_some(true);
        assert_eq!(told(&desk, "seeker", &on(provider)).0, offered, "{provider}");
        let (may, warnings) = told(&desk, "sitter", &on(provider));
        assert_ne!(may, Some(true), "{provider}");
        assert!(warnings.contains("sitter searches nothing: its tools lack web_search"), "{provider}: {warnings}");
    }
    let off = ["--no-web-search", "--provider", "perplexity"];
    assert_eq!(told(&desk, "seeker", &off), (Some(false), "[]".to_owned()));
    assert_eq!(told(&desk, "seeker", &["--provider", "anthropic"]), (None, "[]".to_owned()));
    desk.set("OLLAMA_HOST", fake.url());
    let (_, warnings) = told(&desk, "seeker", &on("ollama=m"));
    assert!(warnings.contains("ollama cannot search the web here: seeker"), "{warnings}");
    assert!(ask(&desk, &["seeker", "x", "--web-search", "--rehearse"])["warnings"].to_string().contains("a rehearsal"));
    desk.set("ROUNDTABLE_WEB_SEARCH", "on");
    assert_eq!(told(&desk, "seeker", &["--provider", "anthropic"]), (Some(true), "[]".to_owned()));
    assert_eq!(told(&desk, "sitter", &["--provider", "anthropic"]), (None, "[]".to_owned()));
}

#[test]
fn searches_of_a_persona_are_shown_priced_and_added_up() {
    let fake = Fake::start(Arc::new(|seen: &Seen, _| match searches(seen) {
        Some(true) => searched("Flour is dear."),
        _ => Behaviour::Say("So it is.".to_owned()),
    }));
    let desk = Desk::at(fake.url(), 1);
    let before = desk.run(&["usage"]).expect(0).stdout;
    assert!(!before.contains("searches"), "{before}");
    let ran = desk.run(&["ask", "qa", "Which cake?", "--web-search"]).expect(0);
    assert_eq!(ran.stdout, "Flour is dear.\n\nSources:\n\n- A: <https://example.org/a>\n");
    assert!(ran.stderr.contains("tokens, 2 searches, $0.02"), "{}", ran.stderr);
    assert!(fake.log()[0].system.contains("You can search the web."), "{}", fake.log()[0].system);
    let answer = ask(&desk, &["qa", "Which cake?", "--web-search"])["answers"][0].clone();
    assert_eq!((&answer["searches"], &answer["citations"][0]["url"]), (&json!(2), &json!("https://example.org/a")));
    // 1,000 × 2 + 400 × 0.1 + 100 × 10 millionths, and 2 × 0.01.
    assert!((answer["cost_usd"].as_f64().unwrap() - 0.023_04).abs() < 1e-9, "{answer}");
    let told = desk.run(&["usage", "--format", "json"]).expect(0).json();
    let spent = &told["lines"][0]["spent"];
    assert_eq!((&told["total"]["searches"], &spent["searches"]), (&json!(4), &json!(4)), "{told}");
    assert!((spent["cost_usd"].as_f64().unwrap() - 2.0 * 0.023_04).abs() < 1e-9, "{told}");
    let shown = desk.run(&["usage"]).expect(0).stdout;
    let counts: Vec<&str> = shown.lines().nth(1).unwrap().split_whitespace().collect();
    assert!(shown.lines().next().unwrap().contains("searches") && counts[6] == "4", "{shown}");
}

/// What a persona looks up on the web stands beside what it looks up in documents, and goes back as it was said.
#[test]
fn documents_and_the_web_are_looked_up_in_one_talk() {
    let called = |seen: &Seen| {
        let events = [
            json!({ "type": "message_start", "message": { "id": "m", "model": "claude-sonnet-5-5", "usage": { "input_tokens": 1000 } } }),
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} } }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "input_json_delta", "partial_json": "{\"query\":\"price " } }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "input_json_delta", "partial_json": "of flour\"}" } }),
            json!({ "type": "content_block_stop", "index": 0 }),
            json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "web_search_tool_result", "tool_use_id": "s", "content": [
                { "type": "web_search_result", "url": "https://example.org/b", "title": "B", "encrypted_content": "c2VhbGVk" }] } }),
            json!({ "type": "content_block_stop", "index": 1 }),
            json!({ "type": "content_block_start", "index": 2, "content_block": { "type": "tool_use", "id": "t", "name": "list_documents", "input": {} } }),
            json!({ "type": "content_block_delta", "index": 2, "delta": { "type": "input_json_delta", "partial_json": "{\"under\":\"\"}" } }),
            json!({ "type": "content_block_stop", "index": 2 }),
            json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 100, "server_tool_use": { "web_search_requests": 1 } } }),
            json!({ "type": "message_stop" }),
        ];
        assert!(searches(seen) == Some(true), "{}", seen.body);
        let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        Behaviour::Status {
            code: 200,
            headers: vec![("content-type", "text/event-stream".to_owned())],
            body: body.into_bytes(),
        }
    };
    let fake = Fake::start(Arc::new(move |seen: &Seen, number| match (seen.vendor_wire, number) {
        ("anthropic", 0) => called(seen),
        _ => Behaviour::Say("Flour is dear.".to_owned()),
    }));
    let desk = Desk::at(fake.url(), 3);
    desk.write("docs/cakes.md", "# Cakes\n\nA cake takes flour.\n");
    let with =
        |provider| ["qa", "What does a cake take?", "--web-search", "--documents", "docs", "--provider", provider];
    let answer = ask(&desk, &with("anthropic"))["answers"][0].clone();
    assert_eq!((&answer["calls"], &answer["tool_calls"], &answer["searches"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(answer["citations"][0]["url"], "https://example.org/b", "{answer}");
    let log = fake.log();
    let names: Vec<&Value> = log[0].body["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["web_search", "list_documents", "search_documents", "read_document"]);
    let said = &log[1].body["messages"][1]["content"];
    assert_eq!(
        (&said[0]["input"]["query"], &said[1]["content"][0]["encrypted_content"]),
        (&json!("price of flour"), &json!("c2VhbGVk"))
    );
    ask(&desk, &with("openai"));
    let tools: Vec<Value> = fake.log()[2].body["tools"].as_array().unwrap().clone();
    assert!(tools.len() == 4 && tools[0]["type"] != "function" && tools[1]["type"] == "function", "{tools:?}");
    // Google refuses its own search beside functions, so the passages are given.
    let told = ask(&desk, &with("google"));
    assert!(told["warnings"].to_string().contains("google takes no tools beside a search: qa was given"), "{told}");
    let body = &fake.log()[3].body;
    assert!(
        body["tools"].as_array().unwrap().len() == 1 && body.to_string().contains("> A cake takes flour."),
        "{body}"
    );
}
