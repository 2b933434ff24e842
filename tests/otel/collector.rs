//! Traces and metrics, met from outside: what a collector on loopback is told by a build with the feature `otel`, what it never
//! is, and that a collector in trouble is no trouble of the debate's.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::fake::{Behaviour, Fake};
use crate::support::otlp;
use crate::support::otlp::{Collector, Manner, Span};
use crate::support::program::{Desk, Ran, VENDORS};
use crate::support::voices;
use serde_json::{Value, json};

const DEBATE: [&str; 11] =
    ["start", "--topic", "Move the quay?", "--yes-no", "--mode", "vote", "-n", "2", "--quiet", "--format", "json"];
/// A header of the collector's, which nobody else may see.
const HEADER: &str = "canary-collector-5d21";

/// A desk with two vendors at `fake` whose debates are told to a collector at `url`.
fn desk(fake: &Fake, url: &str) -> Desk {
    let mut desk = Desk::at(fake.url(), 2);
    desk.set("OTEL_EXPORTER_OTLP_ENDPOINT", url);
    desk.set("OTEL_EXPORTER_OTLP_HEADERS", format!("x-token={HEADER}"));
    desk
}

fn of<'a>(spans: &'a [Span], operation: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.attributes["gen_ai.operation.name"] == operation).collect()
}

#[test]
fn a_debate_is_one_trace_of_rounds_and_calls() {
    let (fake, collector) = (Fake::start(voices::script(Duration::ZERO)), Collector::start(Manner::Take));
    let record = desk(&fake, collector.url()).run(&DEBATE).expect(0).record();
    let spans = collector.spans();
    let [run] = of(&spans, "invoke_workflow")[..] else { panic!("{spans:#?}") };
    assert_eq!((run.name.as_str(), run.parent.is_empty()), ("invoke_workflow vote", true));
    assert_eq!(
        (&run.attributes["gen_ai.workflow.name"], &run.attributes["roundtable.outcome"]),
        (&json!("vote"), &json!("decided"))
    );
    assert_eq!(run.attributes["gen_ai.conversation.id"], record["session"]);
    assert!(spans.iter().all(|span| span.trace == run.trace && span.begun <= span.ended), "{spans:#?}");
    let rounds: Vec<&Span> = spans.iter().filter(|span| span.name.starts_with("round ")).collect();
    assert!(!rounds.is_empty() && rounds.iter().all(|round| round.parent == run.id), "{spans:#?}");
    let chats = of(&spans, "chat");
    assert_eq!(chats.len(), fake.log().len());
    assert_eq!(spans.len(), 1 + rounds.len() + chats.len());
    for chat in &chats {
        let round = rounds.iter().find(|round| round.id == chat.parent).unwrap_or_else(|| panic!("{chat:?}"));
        assert_eq!(round.attributes["roundtable.phase"], chat.attributes["roundtable.phase"]);
        assert!(round.begun <= chat.begun && chat.ended <= round.ended, "{round:?} {chat:?}");
    }
    assert!(rounds.iter().all(|round| run.begun <= round.ended && round.ended <= run.ended), "{spans:#?}");
}

#[test]
fn a_call_is_told_as_the_conventions_say() {
    let (fake, collector) = (Fake::start(voices::script(Duration::ZERO)), Collector::start(Manner::Take));
    let mut desk = desk(&fake, collector.url());
    desk.set(VENDORS[2].key_variable, VENDORS[2].key);
    desk.run(&[&DEBATE[..7], &["3"], &DEBATE[8..]].concat()).expect(0);
    let spans = collector.spans();
    let chats = of(&spans, "chat");
    let port: u16 = fake.url().rsplit(':').next().unwrap().parse().unwrap();
    let log = desk.run(&["export", "@", "--format", "ndjson"]).expect(0).stdout;
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut providers = BTreeSet::new();
    for event in events.iter().filter(|event| event["event"] == "turn_finished") {
        let (turn, reply) = (&event["turn"], &event["reply"]);
        let seat = turn["speaker"]["seat"].as_u64().map(|seat| events[0]["agents"][seat as usize - 1]["id"].clone());
        let agent = seat.unwrap_or_else(|| json!("moderator"));
        let is_it = |chat: &&&Span| {
            chat.attributes["gen_ai.agent.id"] == agent
                && chat.attributes["roundtable.phase"] == turn["phase"]
                && chat.attributes["roundtable.stage"] == turn["stage"]
                && chat.attributes["roundtable.round"] == turn["round"]
        };
        let chat = chats.iter().find(is_it).unwrap_or_else(|| panic!("no span of {turn}: {chats:#?}"));
        let told = |name: &str| chat.attributes[name].clone();
        assert_eq!((chat.kind, chat.error), (otlp::CLIENT, false));
        assert_eq!(chat.name, format!("chat {}", told("gen_ai.request.model").as_str().unwrap()));
        assert_eq!(told("gen_ai.response.model"), reply["model"]);
        assert_eq!(told("gen_ai.response.finish_reasons"), json!(["stop"]));
        assert_eq!(told("gen_ai.usage.input_tokens"), reply["usage"]["input_tokens"]);
        assert_eq!(told("gen_ai.usage.output_tokens"), reply["usage"]["output_tokens"]);
        assert_eq!(told("gen_ai.usage.cache_read.input_tokens"), reply["usage"]["cached_tokens"]);
        assert_eq!((told("server.address"), told("server.port")), (json!("127.0.0.1"), json!(port)));
        providers.insert(told("gen_ai.provider.name").as_str().unwrap().to_owned());
        assert_eq!(told("roundtable.cost_usd"), reply["cost_usd"]);
    }
    assert_eq!(providers.into_iter().collect::<Vec<_>>(), ["anthropic", "gcp.gemini", "openai"]);
}

#[test]
fn tokens_and_durations_are_counted_by_model() {
    let (fake, collector) = (Fake::start(voices::script(Duration::ZERO)), Collector::start(Manner::Take));
    let record = desk(&fake, collector.url()).run(&DEBATE).expect(0).record();
    let points = collector.points();
    let total = |name: &str, kind: Option<&str>| -> (f64, u64) {
        let wanted = |point: &&otlp::Point| {
            point.name == name && kind.is_none_or(|kind| point.attributes["gen_ai.token.type"] == kind)
        };
        points.iter().filter(wanted).fold((0.0, 0), |(sum, count), point| (sum + point.sum, count + point.count))
    };
    let (tokens, calls) = ("gen_ai.client.token.usage", fake.log().len() as u64);
    let used = |name: &str| record["usage"]["total"][name].as_f64().unwrap();
    assert_eq!(total(tokens, Some("input")), (used("input_tokens"), calls));
    assert_eq!(total(tokens, Some("output")), (used("output_tokens"), calls));
    let (seconds, count) = total("gen_ai.client.operation.duration", None);
    assert!(seconds > 0.0 && count == calls, "{points:#?}");
    for point in &points {
        assert_eq!(point.attributes["gen_ai.operation.name"], "chat");
        assert!(
            point.attributes["gen_ai.request.model"].is_string()
                && point.attributes["gen_ai.response.model"].is_string()
        );
        let (unit, first, last) =
            if point.name == tokens { ("{token}", 1.0, 67_108_864.0) } else { ("s", 0.01, 81.92) };
        assert_eq!((point.unit.as_str(), point.bounds.len()), (unit, 14), "{point:?}");
        assert_eq!((point.bounds[0], point.bounds[13]), (first, last), "{point:?}");
    }
}

#[test]
fn nothing_that_was_said_and_no_key_reaches_the_collector() {
    let collector = Collector::start(Manner::Take);
    let fake = Fake::start(Arc::new(|seen, number| match &seen.schema {
        Value::Null => Behaviour::Say("Keep zq0000x.".to_owned()),
        _ => Behaviour::Say(voices::reply(seen, number)),
    }));
    let desk = desk(&fake, collector.url());
    desk.write("plan.md", "Sell the ferry.");
    let more = ["--context", "plan.md", "--name", "harbour-talk", "--perspective", "Lockkeeper: the locks"];
    let more = [&more[..], &["--perspective", "Pilot: the fairway", "--mode", "expert-panel"]].concat();
    desk.run(&[&["start", "--topic", "Dredge the quay?", "--yes-no", "-n", "2", "--quiet"], &more[..]].concat())
        .expect(0);
    desk.run(&["ask", "architect", "Split the ledger?"]).expect(0);
    let told = String::from_utf8_lossy(&collector.bytes()).to_lowercase();
    assert!(told.contains("chat ") && told.contains("gen_ai.client.token.usage"), "{told}");
    let keys = VENDORS.iter().map(|vendor| vendor.key);
    let words = ["zq0", "zw0", "quay", "dredge", "ferry", "lockkeeper", "harbour", "plan.md", "ledger"];
    for word in words.into_iter().chain(keys).chain([HEADER]) {
        assert!(!told.contains(word), "{word} in {told}");
    }
    assert!(collector.seen().iter().all(|seen| seen.header == HEADER), "the collector's own header must be sent");
}

#[test]
fn what_fails_or_is_dropped_is_told_by_its_class() {
    let fake = Fake::start(Arc::new(|seen, number| match seen.vendor_wire {
        "openai_responses" => Behaviour::json(401, &json!({ "error": { "message": "zq9999x" } })),
        _ => Behaviour::Say(voices::reply(seen, number)),
    }));
    let collector = Collector::start(Manner::Take);
    assert_ne!(desk(&fake, collector.url()).run(&DEBATE).code, Some(0));
    let spans = collector.spans();
    let failed: Vec<&Span> = spans.iter().filter(|span| span.error).collect();
    let is_auth = |span: &&Span| span.attributes["error.type"] == "auth" && span.kind == otlp::CLIENT;
    assert!(!failed.is_empty() && failed.iter().all(is_auth), "{spans:#?}");
    assert!(!String::from_utf8_lossy(&collector.bytes()).contains("zq9999x"));

    let hung = Fake::always(Behaviour::Hang);
    let collector = Collector::start(Manner::Take);
    let desk = desk(&hung, collector.url());
    let mut running = desk.spawn(&DEBATE);
    hung.wait_for(|seen| seen.len() == 2);
    running.insist("INT");
    running.wait();
    let spans = collector.spans();
    let dropped = of(&spans, "chat");
    assert_eq!(dropped.len(), 2, "{spans:#?}");
    assert!(dropped.iter().all(|span| span.error && span.attributes["error.type"] == "cancelled"), "{spans:#?}");
}

#[test]
fn a_persona_asked_alone_is_a_trace_of_its_own() {
    let (fake, collector) = (Fake::always(Behaviour::Say("Keep it.".to_owned())), Collector::start(Manner::Take));
    desk(&fake, collector.url()).run(&["ask", "architect", "Split it?"]).expect(0);
    let spans = collector.spans();
    let [own] = of(&spans, "invoke_agent")[..] else { panic!("{spans:#?}") };
    let [chat] = of(&spans, "chat")[..] else { panic!("{spans:#?}") };
    assert_eq!((own.name.as_str(), &chat.parent, &chat.trace), ("invoke_agent architect", &own.id, &own.trace));
    assert_eq!(
        (&chat.attributes["gen_ai.agent.name"], &chat.attributes["gen_ai.usage.input_tokens"]),
        (&json!("architect"), &json!(120))
    );
    assert!(own.begun <= chat.begun && chat.ended <= own.ended, "{spans:#?}");
}

/// Runs a rehearsal under these variables; returns how long it took too.
fn rehearse(variables: &[(&str, &str)]) -> (Ran, Duration) {
    let mut desk = Desk::new();
    variables.iter().for_each(|(name, value)| desk.set(name, *value));
    let begun = Instant::now();
    let arguments = ["start", "--topic", "Move?", "--rehearse", "--mode", "vote", "--seed", "1", "--quiet"];
    let ran = desk.run(&[&arguments[..], &["--format", "markdown"]].concat()).expect(0);
    (ran, begun.elapsed())
}

/// The output without what differs from session to session.
fn settled(ran: &Ran) -> String {
    let is_steady = |line: &&str| !line.to_lowercase().contains("session") && !line.contains(" ms");
    ran.stdout.lines().filter(is_steady).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_collector_in_trouble_costs_less_than_a_second_and_nothing_else() {
    let (plain, usual) = rehearse(&[]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let manners = [Manner::Hang, Manner::Garbage, Manner::Busy, Manner::Refuse];
    let collectors: Vec<Collector> = manners.into_iter().map(Collector::start).collect();
    let urls = collectors.iter().map(|collector| collector.url().to_owned());
    for url in urls.chain([nobody, "http://[".to_owned(), "nonsense".to_owned()]) {
        let (ran, took) = rehearse(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url)]);
        assert_eq!((settled(&ran), ran.stderr.as_str()), (settled(&plain), plain.stderr.as_str()), "{url}");
        // Beside the second there is what else the machine does at the time.
        assert!(took < usual + Duration::from_millis(2_500), "{url}: {took:?}, and {usual:?} without");
    }
    assert!(collectors.iter().all(|collector| !collector.seen().is_empty()), "somebody was not asked");
    let hung = collectors[0].url();
    let (ran, _) = rehearse(&[("OTEL_EXPORTER_OTLP_ENDPOINT", hung), ("ROUNDTABLE_LOG", "warn")]);
    assert!(ran.stderr.contains(" collector_unreached ") && !ran.stderr.contains(hung), "{}", ran.stderr);
}

#[test]
fn a_collector_is_told_what_the_standard_variables_ask_for() {
    let told = |variables: &dyn Fn(&str) -> Vec<(&'static str, String)>| -> (BTreeSet<String>, BTreeSet<String>) {
        let collector = Collector::start(Manner::Take);
        let variables = variables(collector.url());
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        rehearse(&variables);
        let paths = collector.seen().into_iter().map(|seen| seen.path).collect();
        (paths, collector.services())
    };
    let all = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let set = |items: &[&str]| -> BTreeSet<String> { items.iter().map(|item| (*item).to_owned()).collect() };
    let both = set(&["/v1/metrics", "/v1/traces"]);
    assert_eq!(told(&|url| vec![(all, url.to_owned())]), (both.clone(), set(&["roundtable"])));
    let named = |url: &str| vec![(all, url.to_owned()), ("OTEL_SERVICE_NAME", "board".to_owned())];
    assert_eq!(told(&named), (both, set(&["board"])));
    let off = |url: &str| vec![(all, url.to_owned()), ("OTEL_SDK_DISABLED", "true".to_owned())];
    assert_eq!(told(&off).0, set(&[]));
    let alone = |url: &str| vec![("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("{url}/mine"))];
    assert_eq!(told(&alone).0, set(&["/mine"]));
}

#[test]
fn no_redirect_takes_the_header_elsewhere() {
    let elsewhere = Collector::start(Manner::Take);
    let collector = Collector::start(Manner::Redirect(elsewhere.url().to_owned()));
    let header = format!("x-token={HEADER}");
    rehearse(&[("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()), ("OTEL_EXPORTER_OTLP_HEADERS", &header)]);
    assert!(!collector.seen().is_empty() && elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
}
