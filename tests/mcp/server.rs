//! The server for assistants, met as assistants meet it: over standard streams and over HTTP, with a fake provider behind it.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::assistant::{Client, HttpServer, hello, stateless};
use crate::support::fake::{Behaviour, Fake};
use crate::support::program;
use crate::support::program::Desk;
use crate::support::voices;
use tokio::runtime::Builder;
use tokio::sync::Barrier;

/// Revisions with a handshake that are claimed to work.
const REVISIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
/// The one that the other tests speak.
const REVISION: &str = "2025-11-25";
/// Seats of the panel when nobody says how many.
const SEATS: usize = 4;

/// A provider that answers the opening, and what comes after it only while the gate is open.
struct Gated {
    fake: Fake,
    open: Arc<AtomicBool>,
}

impl Gated {
    fn start() -> Self {
        let open = Arc::new(AtomicBool::new(false));
        let is_open = Arc::clone(&open);
        let fake = Fake::start(Arc::new(move |seen, number| {
            if number < SEATS || is_open.load(Ordering::SeqCst) {
                return Behaviour::Say(voices::reply(seen, number));
            }
            Behaviour::Hang
        }));
        Self { fake, open }
    }

    fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    /// Waits until the opening is answered and the exchange has been asked for.
    fn wait_for_the_exchange(&self) {
        self.fake.wait_for(|seen| seen.len() >= 2 * SEATS);
    }

    /// Fails if anything that was answered was asked again.
    fn check_nothing_was_paid_twice(&self) {
        let mut answered: BTreeMap<String, usize> = BTreeMap::new();
        for seen in self.fake.log().into_iter().filter(|seen| seen.answered) {
            *answered.entry(seen.body.to_string()).or_default() += 1;
        }
        assert!(answered.len() > 2 * SEATS, "the debate did not go on: {}", answered.len());
        assert_eq!(answered.values().max(), Some(&1), "a call was paid for twice");
    }
}

fn question() -> Value {
    json!({ "topic": "Should we move?", "options": ["Yes", "No"] })
}

fn rehearsal() -> Value {
    json!({ "topic": "Should we move?", "options": ["Yes", "No"], "rehearse": true })
}

/// The arguments with more of them.
fn with(mut arguments: Value, more: Value) -> Value {
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    arguments
}

/// The status of the latest session, as the command line tells it.
fn status(desk: &Desk) -> String {
    let sessions = desk.run(&["list", "--format", "json"]).expect(0).json();
    sessions["sessions"][0]["status"].as_str().unwrap().to_owned()
}

fn error(result: &Value) -> &Value {
    assert_eq!(result["isError"], true, "{result}");
    &result["structuredContent"]["error"]
}

#[test]
fn every_revision_is_greeted_and_the_server_names_itself() {
    for revision in REVISIONS {
        let desk = Desk::new();
        let mut client = Client::connect(&desk);
        let hello = client.request("initialize", hello(revision));
        let result = &hello["result"];
        assert_eq!(result["protocolVersion"], revision, "{hello}");
        assert_eq!(result["serverInfo"]["name"], "roundtable");
        assert_eq!(result["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        client.notify("notifications/initialized", json!({}));
        let tools = client.request("tools/list", json!({}));
        let names: Vec<&str> =
            tools["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        let wanted = [
            "start_roundtable",
            "continue_roundtable",
            "control_session",
            "list_sessions",
            "get_session",
            "export_session",
            "synthesize_debate",
            "ask_persona",
            "list_agents",
        ];
        assert_eq!(names, wanted, "{revision}");
        assert!(client.leave().success());
    }
}

#[test]
fn the_stateless_revision_needs_no_greeting() {
    let desk = Desk::new();
    let mut client = Client::connect(&desk);
    let found = client.request("server/discover", stateless(json!({})));
    let versions = found["result"]["supportedVersions"].as_array().unwrap_or_else(|| panic!("{found}"));
    assert!(versions.contains(&json!("2026-07-28")), "{found}");
    let called =
        client.request("tools/call", stateless(json!({ "name": "start_roundtable", "arguments": rehearsal() })));
    assert_eq!(called["result"]["structuredContent"]["status"], "decided", "{called}");
}

#[test]
fn what_tools_answer_fits_the_schemas_they_publish() {
    let desk = Desk::new();
    let mut client = Client::start(&desk, REVISION);
    let listed = client.request("tools/list", json!({}));
    let schemas: BTreeMap<String, jsonschema::Validator> = listed["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| {
            assert!(jsonschema::draft202012::meta::is_valid(&tool["inputSchema"]), "{tool}");
            assert!(tool["description"].as_str().unwrap().len() > 100, "{tool}");
            assert_eq!(tool["outputSchema"]["type"], "object");
            (tool["name"].as_str().unwrap().to_owned(), jsonschema::validator_for(&tool["outputSchema"]).unwrap())
        })
        .collect();
    let this = json!({ "session": "@" });
    let mut calls = vec![
        ("start_roundtable", with(rehearsal(), json!({ "synthesis": false }))),
        ("start_roundtable", with(rehearsal(), json!({ "options": [], "mode": "delphi", "estimate": "weeks" }))),
        ("start_roundtable", rehearsal()),
        (
            "continue_roundtable",
            with(this.clone(), json!({ "focus": "Who pays?", "facts": [{ "about": "Price", "text": "10" }] })),
        ),
        ("synthesize_debate", this.clone()),
        ("control_session", with(this.clone(), json!({ "action": "stop" }))),
        ("list_sessions", json!({ "status": "decided", "limit": 2 })),
        ("list_agents", this.clone()),
        ("ask_persona", json!({ "persona": "qa, sre", "task": "Should we?", "material": "a log", "rehearse": true })),
        ("export_session", with(this.clone(), json!({ "format": "adr" }))),
    ];
    for view in ["status", "decision", "round", "agent", "thoughts", "consensus", "citations", "claims", "costs"] {
        let agent = if view == "agent" { json!({ "agent": "1" }) } else { json!({}) };
        calls.push(("get_session", with(with(this.clone(), json!({ "view": view })), agent)));
    }
    for (tool, arguments) in calls {
        let value = client.called(tool, arguments.clone());
        let errors: Vec<String> = schemas[tool].iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{tool} {arguments}: {errors:?}");
        let failed = client.call(tool, json!({ "nonsense": 1 }));
        assert!(schemas[tool].is_valid(&failed["structuredContent"]), "{tool}: {failed}");
    }
}

#[test]
fn the_four_layers_tell_what_to_do_and_where_to_look() {
    let desk = Desk::new();
    let mut client = Client::start(&desk, REVISION);
    let outcome = client.called("start_roundtable", rehearsal());
    let decision = &outcome["decision"];
    assert!(["proceed", "verify", "query_detail"].contains(&decision["advice"].as_str().unwrap()), "{decision}");
    assert!(decision["reason"].as_str().unwrap().contains("agree"), "{decision}");
    let agents = outcome["agents"].as_array().unwrap();
    assert_eq!(agents.len(), SEATS);
    assert!(
        agents.iter().all(|agent| agent["confidence_change"].is_number() && agent["says"].is_string()),
        "{agents:?}"
    );
    assert!(!outcome["evidence"]["claims"].as_array().unwrap().is_empty());
    // What is pointed at can be called as it stands.
    let pointers: Vec<Value> = outcome["next"].as_array().unwrap().clone();
    assert!(pointers.len() >= 3, "{pointers:?}");
    for pointer in pointers {
        client.called(pointer["tool"].as_str().unwrap(), pointer["arguments"].clone());
    }
}

#[test]
fn what_is_wrong_with_arguments_is_named() {
    let desk = Desk::new();
    desk.run(&["start", "--topic", "Should we move?", "--rehearse", "--progress", "none"]).expect(0);
    let mut client = Client::start(&desk, REVISION);
    let check = |client: &mut Client, tool: &str, arguments: Value, kind: &str, named: &[&str]| {
        let result = client.call(tool, arguments.clone());
        let error = error(&result);
        assert_eq!(error["kind"], kind, "{tool} {arguments}: {error}");
        assert!(error["retryable"].is_boolean() && error.get("hint").is_some(), "{error}");
        let told = format!("{} {}", error["message"], error["hint"]);
        for word in named {
            assert!(told.contains(word), "{tool} {arguments}: no {word} in {told}");
        }
        assert!(!told.contains("--") && !told.contains("`roundtable "), "worded for the command line: {told}");
        assert!(result["content"][0]["text"].as_str().unwrap().contains(error["message"].as_str().unwrap()));
    };
    let topic = |more: Value| with(json!({ "topic": "x?" }), more);
    let start = "start_roundtable";
    check(&mut client, start, json!({}), "usage", &["topic"]);
    check(&mut client, start, json!({ "topic": 7 }), "usage", &["topic", "expected a string"]);
    check(&mut client, start, json!({ "topic": " " }), "usage", &["topic"]);
    check(&mut client, start, topic(json!({ "round": 2 })), "usage", &["round", "rounds"]);
    check(&mut client, start, topic(json!({ "mode": "vote", "rounds": "two" })), "usage", &["argument `rounds`"]);
    check(&mut client, start, topic(json!({ "rounds": "2", "agentCount": "2" })), "usage", &["argument `rounds`"]);
    check(&mut client, start, topic(json!({ "rehearse": true, "rounds": 99 })), "usage", &["rounds is `99`"]);
    check(&mut client, start, topic(json!({ "agentCount": 1 })), "usage", &["agentCount is `1`"]);
    check(&mut client, start, topic(json!({ "mode": "../x.yaml" })), "usage", &["mode is", "collaborative"]);
    check(&mut client, start, topic(json!({ "seats": ["./p.md"] })), "usage", &["seats is `./p.md`", "architect"]);
    check(&mut client, start, topic(json!({ "options": ["One"] })), "usage", &["options"]);
    check(
        &mut client,
        start,
        topic(json!({ "perspectives": [{ "nam": "A" }] })),
        "usage",
        &["argument `perspectives`", "nam"],
    );
    check(&mut client, start, topic(json!({ "perspectives": [{}] })), "usage", &["argument `perspectives`", "`name`"]);
    check(&mut client, "control_session", json!({ "session": "@" }), "usage", &["missing field `action`"]);
    check(&mut client, start, topic(json!({ "gate": { "minAgreement": 3 } })), "usage", &["gate.minAgreement is `3`"]);
    let (context, budget) =
        (|path: &str| topic(json!({ "context": [path], "rehearse": true })), |given| topic(json!({ "budget": given })));
    std::os::unix::fs::symlink("/etc/hostname", desk.work().join("link.md")).unwrap();
    desk.write("notes.md", format!("key: {}", program::VENDORS[0].key));
    for outside in ["/etc/hostname", "../../../etc/hostname", "link.md", "-", "/dev/zero", ".."] {
        check(
            &mut client,
            start,
            context(outside),
            "usage",
            &["context: `", outside, "below the server's working folder"],
        );
    }
    check(&mut client, start, context("no-such.md"), "usage", &["context: cannot read no-such.md"]);
    check(&mut client, start, topic(json!({ "assume": ["nothing"] })), "usage", &["assume is `nothing`"]);
    check(&mut client, start, budget(json!({ "maxCostUsd": 0 })), "usage", &["budget.maxCostUsd is `0`"]);
    check(&mut client, start, budget(json!({ "maxTokens": -1 })), "usage", &["argument `budget`"]);
    check(&mut client, start, budget(json!({ "dollars": 1 })), "usage", &["argument `budget`", "maxCostUsd"]);
    check(&mut client, start, topic(json!({})), "credentials", &["ANTHROPIC_API_KEY", "rehearse: true"]);
    check(&mut client, "get_session", json!({ "session": "no such" }), "usage", &["no such", "list_sessions"]);
    check(&mut client, "get_session", json!({ "session": "@", "view": "agent" }), "usage", &["agent"]);
    check(&mut client, "get_session", json!({ "session": "@", "view": "round", "round": 99 }), "usage", &["99"]);
    check(&mut client, "control_session", json!({ "session": "@", "action": "dance" }), "usage", &["action"]);
    let ask = "ask_persona";
    check(&mut client, ask, json!({ "persona": "qa" }), "usage", &["missing field `task`"]);
    check(
        &mut client,
        ask,
        json!({ "persona": "../x.md", "task": "x" }),
        "usage",
        &["persona is `../x.md`", "architect"],
    );
    check(
        &mut client,
        ask,
        json!({ "persona": "qa", "task": "x" }),
        "credentials",
        &["ANTHROPIC_API_KEY", "rehearse: true"],
    );
    check(
        &mut client,
        ask,
        json!({ "persona": "qa", "task": "x", "budget": { "timeoutSeconds": 1 } }),
        "usage",
        &["argument `budget`", "maxCostUsd"],
    );
    check(&mut client, "list_sessions", json!({ "limit": 0 }), "usage", &["limit"]);
    let unknown = client.request("tools/call", json!({ "name": "dance", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
}

#[test]
fn personas_are_asked_alone_and_a_new_one_needs_no_restart() {
    let fake = Fake::start(Arc::new(|seen, _| Behaviour::Say(format!("It said {}", seen.messages[0].1))));
    let mut desk = Desk::at(fake.url(), 1);
    desk.unset(program::VENDORS[0].key_variable);
    desk.write("cakes.md", "flour");
    let mut client = Client::start(&desk, REVISION);
    let arguments = json!({ "persona": "baker", "task": "Which cake?", "context": ["cakes.md"], "material": "eggs" });
    assert_eq!(error(&client.call("ask_persona", arguments.clone()))["kind"], "usage");
    desk.write(
        ".roundtable/personas/baker.md",
        "---\nname: baker\ntitle: Baker\ndescription: bakes\nprovider: anthropic\n---\nBake.\n",
    );
    let listed = client.called("list_agents", json!({}));
    let personas = listed["personas"].as_array().unwrap();
    assert!(personas.iter().any(|persona| persona["name"] == "baker" && persona["title"] == "Baker"), "{personas:?}");
    let failed = client.call("ask_persona", arguments.clone());
    assert_eq!(error(&failed)["kind"], "credentials");
    assert!(error(&failed)["message"].as_str().unwrap().contains("ANTHROPIC_API_KEY"), "{failed}");
    assert!(fake.log().is_empty());
    desk.write(".env", "ANTHROPIC_API_KEY=sk-canary-env-31");
    let answered = client.called("ask_persona", arguments);
    let spoken = &answered["answers"][0];
    assert!(
        spoken["text"].as_str().unwrap().starts_with("It said Which cake?") && spoken["is_whole"] == true,
        "{spoken}"
    );
    assert!(spoken["text"].as_str().unwrap().contains("> eggs"), "{spoken}");
    assert!(spoken["text"].as_str().unwrap().contains("> flour"), "{spoken}");
    let secret = json!({ "persona": "baker", "task": "Which cake?", "material": "sk-canary-env-31" });
    assert!(error(&client.call("ask_persona", secret))["message"].as_str().unwrap().contains("looks like a secret"));
    assert_eq!(fake.log().len(), 1);
}

#[test]
fn all_calls_together_ask_no_more_personas_at_once_than_may_be() {
    // Two must meet to be answered, which takes long enough for a third to be seen.
    let barrier = Arc::new(Barrier::new(2));
    let fake = Fake::start(Arc::new(move |_, _| {
        let answer = Behaviour::Delayed(Duration::from_millis(50), Box::new(Behaviour::Say("Yes.".to_owned())));
        Behaviour::Together(Arc::clone(&barrier), Box::new(answer))
    }));
    let mut desk = Desk::at(fake.url(), 1);
    desk.set("ROUNDTABLE_PERSONA_CONCURRENCY", "2");
    let mut client = Client::start(&desk, REVISION);
    let ask = |personas| json!({ "name": "ask_persona", "arguments": { "persona": personas, "task": "Should we?" } });
    let asked =
        ["architect,engineer", "security,sre,qa", "data"].map(|personas| client.ask("tools/call", ask(personas)));
    let mut answers: BTreeMap<u64, Value> = BTreeMap::new();
    for id in asked {
        while !answers.contains_key(&id) {
            let frame = client.next_answer();
            answers.insert(frame["id"].as_u64().unwrap(), frame);
        }
    }
    let count = |answer: &Value| answer["result"]["structuredContent"]["answers"].as_array().unwrap().len();
    assert_eq!(asked.map(|id| count(&answers[&id])), [2, 3, 1]);
    assert_eq!(fake.most_at_once(), 2);
}

#[test]
fn a_budget_that_leaves_no_room_for_another_try_is_a_limit() {
    let fake = Fake::always(Behaviour::CutMidStream("half an answer".to_owned()));
    let mut client = Client::start(&Desk::at(fake.url(), 1), REVISION);
    let mut ask = |tokens: u64| {
        let budget = json!({ "maxTokens": tokens });
        client.call("ask_persona", json!({ "persona": "qa", "task": "Should we?", "budget": budget }))
    };
    let refused = error(&ask(1))["hint"].as_str().unwrap().to_owned();
    let (_, least) = refused.split_once("pass budget.maxTokens ").unwrap_or_else(|| panic!("{refused}"));
    let failed = ask(least.split(' ').next().unwrap().parse().unwrap());
    let (problem, answer) = (&failed["structuredContent"]["problem"], &failed["structuredContent"]["answers"][0]);
    assert_eq!(
        (&failed["isError"], &problem["kind"], &answer["capped"]),
        (&json!(true), &json!("limit"), &json!("max_tokens"))
    );
    assert!(problem["hint"].as_str().unwrap().starts_with("pass budget.maxTokens "), "{problem}");
    assert_eq!(fake.log().len(), 1);
}

/// Searching and what asking may take are arguments here, for a debate and for a persona alone.
#[test]
fn searching_and_a_budget_are_arguments() {
    let fake = Fake::start(Arc::new(|seen, number| {
        Behaviour::Say(if seen.schema.is_null() { "Yes.".to_owned() } else { voices::reply(seen, number) })
    }));
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let asks = |more: Value| with(json!({ "persona": "qa,sre", "task": "Should we?" }), more);
    let low = client.call("ask_persona", asks(json!({ "budget": { "maxCostUsd": 0.001 }, "webSearch": true })));
    let told = format!("{} {}", error(&low)["message"], error(&low)["hint"]);
    assert!(told.contains("budget.maxCostUsd is too low to ask persona") && !told.contains("--"), "{told}");
    assert_eq!(fake.log().len(), 0);
    let (_, least) = told.split_once("pass budget.maxCostUsd ").unwrap_or_else(|| panic!("{told}"));
    let least: f64 = least.split(' ').next().unwrap().parse().unwrap();
    let searching = |fake: &Fake, from: usize| -> Vec<bool> {
        fake.log()[from..].iter().map(|seen| seen.body["tools"][0]["name"] == "web_search").collect()
    };
    client.called("ask_persona", asks(json!({ "budget": { "maxCostUsd": least }, "webSearch": true })));
    assert_eq!(searching(&fake, 0), [true, true]);
    client.called("ask_persona", asks(json!({})));
    assert_eq!(searching(&fake, 2), [false, false]);
    client.called("start_roundtable", with(question(), json!({ "webSearch": true, "agentCount": 2 })));
    let searched = searching(&fake, 4);
    assert!(searched.contains(&true) && searched.contains(&false), "{searched:?}");
    let from = fake.log().len();
    client.called("start_roundtable", with(question(), json!({ "agentCount": 2 })));
    assert!(!searching(&fake, from).contains(&true));
}

#[test]
fn progress_only_grows_and_names_round_and_seat() {
    // Whoever hears nothing for a while is told the latest only, so the last seat of the opening waits until one was heard.
    let heard = Arc::new(Barrier::new(2));
    let last = Arc::clone(&heard);
    let fake = Fake::start(Arc::new(move |seen, number| {
        let says = Behaviour::Say(voices::reply(seen, number));
        if number == SEATS - 1 { Behaviour::Together(Arc::clone(&last), Box::new(says)) } else { says }
    }));
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let params = json!({ "name": "start_roundtable", "arguments": question(), "_meta": { "progressToken": "t" } });
    let call = client.ask("tools/call", params);
    client.hear(|frame| frame["params"]["message"].as_str().is_some_and(|line| line.starts_with("opening 1 · ")));
    Builder::new_current_thread().build().unwrap().block_on(heard.wait());
    let answer = client.answer(call);
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    let told: Vec<&Value> = client.heard.iter().filter(|frame| frame["method"] == "notifications/progress").collect();
    assert!(told.iter().all(|frame| frame["params"]["progressToken"] == "t" && frame["params"].get("total").is_none()));
    let counts: Vec<f64> = told.iter().map(|frame| frame["params"]["progress"].as_f64().unwrap()).collect();
    assert!(counts.len() > 3 && counts.windows(2).all(|pair| pair[0] < pair[1]), "{counts:?}");
    let lines: Vec<&str> = told.iter().map(|frame| frame["params"]["message"].as_str().unwrap()).collect();
    let session = answer["result"]["structuredContent"]["session"].as_str().unwrap();
    assert!(lines[0].contains(session), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("closed, agreement ")), "{lines:?}");
    // Nobody who did not ask is told.
    let before = client.heard.len();
    client.called("continue_roundtable", json!({ "session": session }));
    assert_eq!(client.heard.len(), before, "{:?}", client.heard);
}

#[test]
fn a_call_that_is_called_off_stops_spending_and_can_be_resumed() {
    let gated = Gated::start();
    let desk = Desk::at(gated.fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let id = client.ask("tools/call", json!({ "name": "start_roundtable", "arguments": question() }));
    gated.wait_for_the_exchange();
    let called_off = Instant::now();
    client.notify("notifications/cancelled", json!({ "requestId": id, "reason": "enough" }));
    let seen = gated.fake.wait_for(|seen| seen.iter().all(|seen| seen.ended.is_some()));
    let last = seen.iter().filter_map(|seen| seen.ended).max().unwrap();
    assert!(last.duration_since(called_off) < Duration::from_secs(1), "{:?}", last.duration_since(called_off));
    let listed = client.called("list_sessions", json!({ "status": "open" }));
    let session = listed["sessions"][0]["session"].clone();
    assert_eq!(gated.fake.log().len(), seen.len(), "something was asked after the call was called off");
    gated.open();
    let outcome = client.called("control_session", json!({ "session": session, "action": "resume" }));
    assert_eq!(outcome["status"], "decided", "{outcome}");
    gated.check_nothing_was_paid_twice();
}

#[test]
fn a_persona_that_is_called_off_leaves_what_it_took() {
    let fake = Fake::always(Behaviour::Hang);
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let asked = json!({ "name": "ask_persona", "arguments": { "persona": "qa", "task": "Should we?" } });
    let id = client.ask("tools/call", asked);
    fake.wait_for(|seen| seen.len() == 1);
    client.notify("notifications/cancelled", json!({ "requestId": id, "reason": "enough" }));
    fake.wait_for(|seen| seen[0].ended.is_some());
    let usage = || desk.run(&["usage", "--format", "json"]).expect(0).json();
    let patience = Instant::now() + Duration::from_secs(10);
    while usage()["broken_off"] != 0 {
        assert!(Instant::now() < patience, "its row stays under way");
    }
    let told = usage();
    assert_eq!((&told["total"]["requests"], &told["total"]["unknown"]), (&json!(1), &json!(1)), "{told}");
}

/// Finishes the latest session from either side.
fn resume(desk: &Desk, by_assistant: bool) {
    if by_assistant {
        let mut client = Client::start(desk, REVISION);
        let outcome = client.called("control_session", json!({ "session": "@", "action": "resume" }));
        assert_eq!(outcome["status"], "decided", "{outcome}");
    } else {
        let record = desk.run(&["resume", "@", "--format", "json"]).expect(0).record();
        assert_eq!(record["status"], "decided");
    }
}

#[test]
fn a_client_that_goes_away_loses_nothing_and_neither_does_a_signal() {
    let leave: fn(Client) -> ExitStatus = Client::leave;
    for (end, by_assistant) in [(leave, false), (leave, true), (Client::terminate, false), (Client::terminate, true)] {
        let gated = Gated::start();
        let desk = Desk::at(gated.fake.url(), 1);
        let mut client = Client::start(&desk, REVISION);
        client.ask("tools/call", json!({ "name": "start_roundtable", "arguments": question() }));
        gated.wait_for_the_exchange();
        let left = Instant::now();
        assert!(end(client).success());
        assert!(left.elapsed() < Duration::from_secs(1), "{:?}", left.elapsed());
        let seen = gated.fake.wait_for(|seen| seen.iter().all(|seen| seen.ended.is_some()));
        let last = seen.iter().filter_map(|seen| seen.ended).max().unwrap();
        assert!(last.duration_since(left) < Duration::from_secs(1), "{:?}", last.duration_since(left));
        assert_eq!(status(&desk), "open");
        gated.open();
        resume(&desk, by_assistant);
        gated.check_nothing_was_paid_twice();
    }
}

#[test]
fn a_server_at_rest_ends_with_a_signal_too() {
    let desk = Desk::new();
    for mut client in [Client::connect(&desk), Client::start(&desk, REVISION)] {
        // Before it has said hello, too. The answer tells that the program is there.
        client.request("ping", json!({}));
        let told = Instant::now();
        assert!(client.terminate().success());
        assert!(told.elapsed() < Duration::from_secs(1), "{:?}", told.elapsed());
    }
}

/// Whatever a provider does, and however loud the log is, standard output carries frames: the client fails on any other line.
#[test]
fn nothing_but_frames_goes_to_standard_output() {
    let odd = [
        Behaviour::json(500, &json!({ "error": { "message": "no\nframe" } })),
        Behaviour::json(429, &json!({ "error": { "type": "insufficient_quota", "message": "no" } })),
        Behaviour::Status {
            code: 200,
            headers: vec![("content-type", "text/event-stream".to_owned())],
            body: b"data: {\n\n\0\xff\n\n".to_vec(),
        },
        Behaviour::WrongContentType,
        Behaviour::DropConnection,
        Behaviour::CutMidStream("half a word".to_owned()),
        Behaviour::Redirect("http://127.0.0.1:9/".to_owned()),
        Behaviour::Say("\u{1b}[2J{\"jsonrpc\":\"2.0\"}\n\u{0}".to_owned()),
    ];
    thread::scope(|scope| {
        for behaviour in odd {
            scope.spawn(move || check_only_frames(&behaviour));
        }
    });
}

fn check_only_frames(behaviour: &Behaviour) {
    let fake = Fake::always(behaviour.clone());
    let mut desk = Desk::at(fake.url(), 2);
    for (name, value) in [("RUST_LOG", "trace"), ("ROUNDTABLE_LOG", "trace"), ("RUST_BACKTRACE", "full")] {
        desk.set(name, value);
    }
    let mut client = Client::start(&desk, REVISION);
    let arguments = with(question(), json!({ "mode": "vote", "agentCount": 2, "budget": { "timeoutSeconds": 1 } }));
    client.call("start_roundtable", arguments);
    let asked = client.call("ask_persona", json!({ "persona": "qa", "task": "Should we?" }));
    let spoke = matches!(behaviour, Behaviour::Say(_));
    assert_eq!(asked["isError"], !spoke, "{behaviour:?}: {asked}");
    client.ask("tools/call", json!({ "name": "ask_persona", "arguments": { "persona": "sre", "task": "Should we?" } }));
    assert!(client.leave().success(), "{behaviour:?}");
}

#[test]
fn a_server_that_is_killed_loses_nothing() {
    for by_assistant in [true, false] {
        let gated = Gated::start();
        let desk = Desk::at(gated.fake.url(), 1);
        let mut client = Client::start(&desk, REVISION);
        client.ask("tools/call", json!({ "name": "start_roundtable", "arguments": question() }));
        gated.wait_for_the_exchange();
        client.kill();
        assert_eq!(status(&desk), "open");
        gated.open();
        resume(&desk, by_assistant);
        gated.check_nothing_was_paid_twice();
    }
}

#[test]
fn a_call_that_does_not_wait_is_polled() {
    let gated = Gated::start();
    let desk = Desk::at(gated.fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let begun = client.called("start_roundtable", with(question(), json!({ "wait": false })));
    assert_eq!((&begun["status"], &begun["decision"]), (&json!("running"), &Value::Null));
    let poll = begun["next"][0].clone();
    gated.wait_for_the_exchange();
    let shown = client.called(poll["tool"].as_str().unwrap(), poll["arguments"].clone());
    assert_eq!(shown["status"], "running");
    // While it runs nobody else may.
    let second = client.call("control_session", json!({ "session": begun["session"], "action": "resume" }));
    assert_eq!(error(&second)["retryable"], true);
    let stopped = client.called("control_session", json!({ "session": begun["session"], "action": "stop" }));
    assert_eq!(stopped["status"], "stopped", "{stopped}");
    assert_eq!(stopped["problem"]["kind"], "interrupted");
    gated.open();
    let resume = json!({ "session": begun["session"], "action": "resume", "wait": false });
    client.called("control_session", resume);
    let until = Instant::now() + Duration::from_secs(20);
    let ended = loop {
        let shown = client.called("get_session", poll["arguments"].clone());
        if shown["status"] != "running" {
            break shown;
        }
        assert!(Instant::now() < until, "{shown}");
    };
    assert_eq!(ended["status"], "decided");
    gated.check_nothing_was_paid_twice();
}

/// Room is taken before a session is opened, however many calls come at once, and is free again when a debate has ended.
#[test]
fn no_more_debates_run_at_once_than_a_server_may_run() {
    check_admission(None, 16);
    check_admission(Some("3"), 3);
}

/// Calls 50 times at once under this setting, which is to let so many debates run.
fn check_admission(setting: Option<&str>, debates_max: usize) {
    const CALLS: usize = 50;
    let fake = Fake::always(Behaviour::Hang);
    let mut desk = Desk::at(fake.url(), 1);
    if let Some(setting) = setting {
        desk.set("ROUNDTABLE_MAX_DEBATES", setting);
    }
    let check_no_room = |result: &Value| check_no_room(result, debates_max);
    let mut client = Client::start(&desk, REVISION);
    let start = json!({ "name": "start_roundtable", "arguments": question() });
    for _ in 0..CALLS {
        client.ask("tools/call", start.clone());
    }
    for _ in debates_max..CALLS {
        check_no_room(&client.next_answer()["result"]);
    }
    let running = client.called("list_sessions", json!({ "limit": CALLS }));
    let statuses: Vec<&Value> = running["sessions"].as_array().unwrap().iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, vec!["running"; debates_max], "a call that was refused left a session");
    let this = json!({ "session": "@" });
    for (tool, arguments) in [
        ("start_roundtable", rehearsal()),
        ("continue_roundtable", this.clone()),
        ("synthesize_debate", this.clone()),
        ("control_session", with(this.clone(), json!({ "action": "resume" }))),
    ] {
        check_no_room(&client.call(tool, arguments));
    }

    let stop = json!({ "name": "control_session", "arguments": { "session": "@", "action": "stop" } });
    client.ask("tools/call", stop);
    for _ in ["the call that started it", "the call that stopped it"] {
        let stopped = client.next_answer();
        assert_eq!(stopped["result"]["structuredContent"]["status"], "stopped", "{stopped}");
    }
    let begun = client.called("start_roundtable", with(question(), json!({ "wait": false })));
    assert_eq!(begun["status"], "running", "{begun}");
    check_no_room(&client.call("start_roundtable", question()));
}

/// Fails unless a call was refused for want of room, and told that it may try again.
fn check_no_room(result: &Value, debates_max: usize) {
    let error = error(result);
    assert_eq!((&error["kind"], &error["retryable"]), (&json!("limit"), &json!(true)), "{error}");
    let told = format!("{debates_max} debates are under way");
    assert!(error["message"].as_str().unwrap().starts_with(&told), "{error}");
    assert!(error["session"].is_null(), "{error}");
}

#[test]
fn a_pause_from_another_call_ends_the_one_that_waits() {
    let gated = Gated::start();
    let desk = Desk::at(gated.fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let waiting = client.ask("tools/call", json!({ "name": "start_roundtable", "arguments": question() }));
    gated.wait_for_the_exchange();
    let stopping = client
        .ask("tools/call", json!({ "name": "control_session", "arguments": { "session": "@", "action": "stop" } }));
    let ended = client.answer(waiting);
    assert_eq!(ended["result"]["structuredContent"]["status"], "stopped", "{ended}");
    assert_eq!(ended["result"]["isError"], false);
    assert_eq!(client.answer(stopping)["result"]["structuredContent"]["status"], "stopped");
}

#[test]
fn the_same_name_pays_nothing_twice_and_a_gate_is_told() {
    let fake = Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))));
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let more = json!({ "name": "move", "mode": "vote", "gate": { "minAgreement": 0.9, "expect": "No" } });
    let first = client.called("start_roundtable", with(question(), more.clone()));
    assert_eq!(first["problem"]["kind"], "gate", "{first}");
    let paid = fake.log().len();
    let second = client.called("start_roundtable", with(question(), more));
    assert_eq!(first, second);
    assert_eq!(fake.log().len(), paid);
}

#[test]
fn two_calls_with_one_name_come_to_one_decision_and_pay_once() {
    let later = |reply| Behaviour::Delayed(Duration::from_millis(300), Box::new(Behaviour::Say(reply)));
    let fake = Fake::start(Arc::new(move |seen, number| later(voices::reply(seen, number))));
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let arguments = with(question(), json!({ "name": "same", "mode": "vote" }));
    let call = json!({ "name": "start_roundtable", "arguments": arguments });
    client.ask("tools/call", call.clone());
    fake.wait_for(|seen| !seen.is_empty());
    client.ask("tools/call", call);
    let answers = [(), ()].map(|()| client.next_answer()["result"]["structuredContent"].clone());
    assert_eq!(answers[0]["status"], "decided", "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(fake.log().len(), SEATS + 1, "four ballots and a closing text, each asked for once");
}

/// Material below the working folder goes to the panel, what looks like a secret does not, and what is budgeted is not passed.
#[test]
fn material_and_a_budget_come_with_the_question() {
    let fake = Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))));
    let desk = Desk::at(fake.url(), 1);
    desk.write("docs/plan.md", "The queue holds ten a second.\n");
    desk.write("docs/key.md", format!("key: {}", program::VENDORS[0].key));
    let mut client = Client::start(&desk, REVISION);
    let held = client.call("start_roundtable", with(question(), json!({ "context": ["docs"] })));
    assert!(error(&held)["message"].as_str().unwrap().contains("docs/key.md, line 1"), "{held}");
    assert!(!error(&held)["hint"].as_str().unwrap().contains("--"), "{held}");
    let given = |tokens: u32| {
        let more =
            json!({ "context": ["docs/plan.md"], "assume": ["Traffic doubles."], "budget": { "maxTokens": tokens } });
        with(question(), more)
    };
    let told = error(&client.call("start_roundtable", given(5000)))["hint"].as_str().unwrap().to_owned();
    let (_, least) = told.split_once("pass budget.maxTokens ").unwrap_or_else(|| panic!("{told}"));
    let least: u32 = least.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(fake.log().len(), 0);

    let outcome = client.called("start_roundtable", given(least));
    assert_eq!(
        (&outcome["status"], &outcome["problem"]["kind"]),
        (&json!("limit_reached"), &json!("limit")),
        "{outcome}"
    );
    let paid = fake.log();
    for word in ["ten a second", "Traffic doubles."] {
        assert!(paid.iter().all(|seen| seen.body.to_string().contains(word)), "{word}");
    }
    let session = outcome["session"].as_str().unwrap();
    let raised = json!({ "session": session, "action": "resume", "budget": { "maxTokens": 9_000_000 } });
    let decided = client.called("control_session", raised);
    assert_eq!(decided["status"], "decided", "{decided}");
    assert!(fake.log().len() > paid.len());
}

#[test]
fn the_projects_policy_is_the_gate_until_it_is_left_out() {
    let desk = Desk::new();
    desk.write("roundtable.yaml", "policy: { min_agreement: 0.8 }\n");
    let mut client = Client::start(&desk, REVISION);
    let refused = client.call("start_roundtable", rehearsal());
    assert!(error(&refused)["hint"].as_str().unwrap().contains("noPolicy: true"), "{refused}");
    let outcome = client.called("start_roundtable", with(rehearsal(), json!({ "noPolicy": true })));
    assert!(outcome["warnings"][0].as_str().unwrap().contains("policy"), "{outcome}");
}

/// What the command line warns of, a tool tells in its own words.
#[test]
fn warnings_are_worded_for_tools() {
    let mut desk = Desk::new();
    desk.write("standards/style.md", "Names are whole words.");
    desk.set("ROUNDTABLE_DOCUMENTS", "standards");
    let mut client = Client::start(&desk, REVISION);
    let outcome = client.called("start_roundtable", with(rehearsal(), json!({ "seats": ["architect"] })));
    let told = outcome["warnings"].to_string();
    assert!(
        told.contains("are left aside on a panel, by architect too") && told.contains("is given as its context"),
        "{told}"
    );
}

#[test]
fn a_lost_quorum_is_a_failure_with_its_session() {
    let fake = Fake::always(Behaviour::json(401, &json!({ "error": { "message": "no" } })));
    let desk = Desk::at(fake.url(), 1);
    let mut client = Client::start(&desk, REVISION);
    let result = client.call("start_roundtable", question());
    assert_eq!(result["isError"], true);
    let outcome = &result["structuredContent"];
    assert_eq!((&outcome["status"], &outcome["problem"]["kind"]), (&json!("quorum_lost"), &json!("providers")));
    assert_eq!(outcome["problem"]["session"], outcome["session"]);
}

#[test]
fn sessions_and_modes_can_be_read_and_prompts_picked() {
    let desk = Desk::new();
    desk.write("m.txt", "");
    let mut client = Client::start(&desk, REVISION);
    let session = client.called("start_roundtable", rehearsal())["session"].as_str().unwrap().to_owned();
    let listed = client.request("resources/list", json!({}));
    let uris: Vec<&str> =
        listed["result"]["resources"].as_array().unwrap().iter().map(|r| r["uri"].as_str().unwrap()).collect();
    assert!(
        uris.contains(&"roundtable://mode/delphi")
            && uris.contains(&format!("roundtable://session/{session}").as_str())
    );
    let templates = client.request("resources/templates/list", json!({}));
    assert_eq!(templates["result"]["resourceTemplates"].as_array().unwrap().len(), 3);
    let read = |client: &mut Client, uri: &str| {
        let answer = client.request("resources/read", json!({ "uri": uri }));
        let content = answer["result"]["contents"][0].clone();
        assert_eq!(content["uri"], uri, "{answer}");
        (content["mimeType"].as_str().unwrap().to_owned(), content["text"].as_str().unwrap().to_owned())
    };
    let (kind, text) = read(&mut client, &format!("roundtable://session/{session}"));
    assert_eq!((kind.as_str(), text), ("text/markdown", desk.run(&["show", &session, "--format", "markdown"]).stdout));
    let (kind, text) = read(&mut client, &format!("roundtable://session/{session}/record.json"));
    assert_eq!((kind.as_str(), text), ("application/json", desk.run(&["show", &session, "--format", "json"]).stdout));
    let (kind, text) = read(&mut client, "roundtable://mode/vote");
    assert_eq!((kind.as_str(), text), ("application/yaml", desk.run(&["modes", "show", "vote"]).stdout));
    for nothing in
        ["roundtable://session/", "roundtable://session/none", "roundtable://mode/../m.yaml", "file:///etc/passwd"]
    {
        let answer = client.request("resources/read", json!({ "uri": nothing }));
        assert_eq!(answer["error"]["code"], -32002, "{answer}");
    }
    let prompts = client.request("prompts/list", json!({}));
    assert!(prompts["result"]["prompts"].as_array().unwrap().iter().any(|prompt| prompt["name"] == "adversarial"));
    let arguments = json!({ "name": "adversarial", "arguments": { "topic": "Move?", "options": "Now\nLater" } });
    let prompt = client.request("prompts/get", arguments);
    let text = prompt["result"]["messages"][0]["content"]["text"].as_str().unwrap();
    for word in ["start_roundtable", "adversarial", "Move?", "Later"] {
        assert!(text.contains(word), "{text}");
    }
    for (arguments, named) in [(json!({ "name": "adversarial" }), "topic"), (json!({ "name": "dance" }), "dance")] {
        let refused = client.request("prompts/get", arguments);
        assert_eq!(refused["error"]["code"], -32602);
        assert!(refused["error"]["message"].as_str().unwrap().contains(named), "{refused}");
    }
}

/// What an HTTP request came to: its status, its session header, and the frames in its body.
struct Heard {
    status: u16,
    session: Option<String>,
    frames: Vec<Value>,
}

/// Posts a frame with these headers.
fn post(url: &str, frame: &Value, headers: &[(&str, &str)]) -> Heard {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut request = reqwest::Client::builder().no_proxy().build().unwrap().post(url).body(frame.to_string());
        for (name, value) in [("content-type", "application/json"), ("accept", "application/json, text/event-stream")] {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let session = response.headers().get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        let body = response.text().await.unwrap();
        let data = body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line).trim());
        Heard { status, session, frames: data.filter_map(|line| serde_json::from_str(line).ok()).collect() }
    })
}

fn greeting() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello(REVISION) })
}

fn tool_call(tool: &str, arguments: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

#[test]
fn over_http_both_lifecycles_reach_a_decision() {
    let desk = Desk::new();
    let server = HttpServer::start(&desk);
    let heard = post(&server.url, &greeting(), &[]);
    let session = heard.session.expect("a session");
    let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", REVISION)];
    post(&server.url, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }), &headers);
    let called = post(&server.url, &tool_call("start_roundtable", rehearsal()), &headers);
    let answer = called.frames.last().unwrap();
    assert_eq!(answer["result"]["structuredContent"]["status"], "decided", "{answer}");

    let mut call = tool_call("start_roundtable", rehearsal());
    call["params"] = stateless(call["params"].clone());
    let headers =
        [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "start_roundtable")];
    let called = post(&server.url, &call, &headers);
    let answer = called.frames.last().unwrap();
    assert_eq!(answer["result"]["structuredContent"]["status"], "decided", "{answer}");
    assert!(server.terminate().success());
}

#[test]
fn http_answers_nobody_who_should_not_ask() {
    let mut desk = Desk::new();
    let server = HttpServer::start(&desk);
    for (header, value, status) in [
        ("host", "evil.example", 403),
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost:6274", 200),
        ("x-other", "1", 200),
    ] {
        assert_eq!(post(&server.url, &greeting(), &[(header, value)]).status, status, "{header}: {value}");
    }
    drop(server);
    let server = HttpServer::start_with(&desk, &["--allow-host", "box.example"]);
    assert_eq!(post(&server.url, &greeting(), &[("host", "box.example")]).status, 200);
    assert_eq!(post(&server.url, &greeting(), &[("host", "evil.example")]).status, 403);
    drop(server);
    desk.set("ROUNDTABLE_MCP_TOKEN", "correct-horse-7f3a");
    let server = HttpServer::start(&desk);
    for (value, status) in [
        (None, 401),
        (Some("Bearer wrong"), 401),
        (Some("correct-horse-7f3a"), 401),
        (Some("Basic correct-horse-7f3a"), 401),
        (Some("Bearer correct-horse-7f3a"), 200),
        (Some("bearer correct-horse-7f3a"), 200),
    ] {
        let headers: Vec<(&str, &str)> = value.map(|value| ("authorization", value)).into_iter().collect();
        assert_eq!(post(&server.url, &greeting(), &headers).status, status, "{value:?}");
    }
    drop(server);
    desk.unset("ROUNDTABLE_MCP_TOKEN");
    let refused = desk.run(&["mcp", "--http", "0.0.0.0:0"]).expect(2);
    assert!(refused.stderr.contains("ROUNDTABLE_MCP_TOKEN"), "{}", refused.stderr);
}

#[test]
fn over_http_a_client_that_drops_its_connection_finds_the_debate_where_it_is() {
    let gated = Gated::start();
    let desk = Desk::at(gated.fake.url(), 1);
    let server = HttpServer::start(&desk);
    let session = post(&server.url, &greeting(), &[]).session.unwrap();
    let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", REVISION)];
    post(&server.url, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }), &headers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let call = reqwest::Client::builder().no_proxy().build().unwrap().post(&server.url);
        let call =
            call.header("content-type", "application/json").header("accept", "application/json, text/event-stream");
        let call = call.header("mcp-session-id", &session).body(tool_call("start_roundtable", question()).to_string());
        // The answer never comes: the connection is dropped with the response.
        let response = call.send().await.unwrap();
        gated.wait_for_the_exchange();
        drop(response);
    });
    drop(runtime);
    gated.open();
    let waiting = gated.fake.log().len();
    let shown = post(&server.url, &tool_call("get_session", json!({ "session": "@", "view": "status" })), &headers);
    assert_eq!(shown.frames.last().unwrap()["result"]["structuredContent"]["status"], "running");
    assert_eq!(gated.fake.log().len(), waiting);
    // A server that is told to end lets go of it at once.
    assert!(server.terminate().success());
    assert_eq!(status(&desk), "open");
    desk.run(&["resume", "@"]).expect(0);
    gated.check_nothing_was_paid_twice();
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_to_its_end_or_is_too_long_is_refused_by_its_name() {
    let fake = Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))));
    let desk = Desk::at(fake.url(), 1);
    let fifo = Command::new("mkfifo").arg(desk.work().join("pipe")).status().unwrap();
    assert!(fifo.success());
    let mut client = Client::start(&desk, REVISION);
    let session = client.called("start_roundtable", rehearsal())["session"].clone();
    let long = "x".repeat(400 * 1024);
    let asked = |more: Value| with(json!({ "persona": "qa", "task": "x" }), more);
    for (tool, arguments, words) in [
        ("ask_persona", asked(json!({ "context": ["pipe"] })), "context: `pipe` is neither a file nor a folder"),
        ("start_roundtable", with(question(), json!({ "context": ["pipe"] })), "is neither a file nor a folder"),
        ("ask_persona", asked(json!({ "material": long })), "the material is 409600 bytes long"),
        ("continue_roundtable", json!({ "session": session, "focus": long }), "focus is 409600 bytes long"),
    ] {
        let refused = client.call(tool, arguments);
        assert!(error(&refused)["message"].as_str().unwrap().contains(words), "{tool}: {refused}");
    }
    assert!(fake.log().is_empty());
}

#[test]
fn over_http_an_answer_whose_stream_broke_off_is_heard_on_another() {
    let server = HttpServer::start(&Desk::new());
    let session = post(&server.url, &greeting(), &[]).session.unwrap();
    let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", REVISION)];
    post(&server.url, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }), &headers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let heard = runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let within = |request: reqwest::RequestBuilder| {
            request.header("accept", "application/json, text/event-stream").header("mcp-session-id", &session)
        };
        let call = within(client.post(&server.url)).header("content-type", "application/json");
        let call = call.body(tool_call("start_roundtable", rehearsal()).to_string());
        let mut response = call.send().await.unwrap();
        let begun = String::from_utf8(response.chunk().await.unwrap().unwrap().to_vec()).unwrap();
        let event = begun.lines().find_map(|line| line.strip_prefix("id:")).unwrap_or_else(|| panic!("{begun}"));
        drop(response);
        let again = within(client.get(&server.url)).header("last-event-id", event.trim()).send().await.unwrap();
        tokio::time::timeout(Duration::from_secs(30), again.text()).await.unwrap().unwrap()
    });
    let frames = heard.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data:")?).ok());
    let answer = frames.into_iter().find(|frame| frame["id"] == 2).unwrap_or_else(|| panic!("{heard}"));
    assert_eq!(answer["result"]["structuredContent"]["status"], "decided", "{answer}");
}
