//! Log lines, met from outside: what each level tells, that a line stands for every event, and what no line may hold.

#[cfg(feature = "mcp")]
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::assistant;
use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, Ran, VENDORS};
use crate::support::voices;
use serde_json::{Value, json};

const QUIET: [&str; 9] = ["start", "--topic", "Move the depot?", "--yes-no", "--mode", "vote", "-n", "2", "--quiet"];

/// A desk with two vendors, at which lines are written as JSON down to this level.
fn desk(url: &str, level: &str) -> Desk {
    let mut desk = Desk::at(url, 2);
    desk.set("ROUNDTABLE_LOG", level);
    desk.set("ROUNDTABLE_LOG_FORMAT", "json");
    desk
}

/// The lines on standard error, each a JSON object with a time, a level and an event; and nothing else there.
fn lines(stderr: &str) -> Vec<Value> {
    let parse = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{stderr}"));
        let at = line["at"].as_str().unwrap_or_else(|| panic!("no time in {line}"));
        assert!(humantime::parse_rfc3339(at).is_ok(), "{line}");
        assert!(line["level"].is_string() && line["event"].is_string(), "{line}");
        line
    };
    stderr.lines().map(parse).collect()
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

/// The events of the latest session as they are stored.
fn stored(desk: &mut Desk) -> Vec<Value> {
    desk.unset("ROUNDTABLE_LOG");
    let log = desk.run(&["export", "@", "--format", "ndjson"]).expect(0).stdout;
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_stands_for_every_event_and_every_request() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let mut desk = desk(fake.url(), "debug");
    let ran = desk.run(&QUIET).expect(0);
    let lines = lines(&ran.stderr);
    let session = of(&lines, "run_begun")[0]["session"].clone();
    assert!(lines.iter().all(|line| line["session"] == session), "{lines:?}");
    assert_eq!(
        (&lines[0]["event"], &lines[0]["mode"], &lines[0]["seats"]),
        (&json!("run_begun"), &json!("vote"), &json!(2))
    );
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("run_ended"), &json!("decided")));
    let passing = ["run_begun", "run_ended", "request_ended"];
    let told = lines.iter().map(|line| line["event"].as_str().unwrap()).filter(|event| !passing.contains(event));
    let told: Vec<String> = told.map(str::to_owned).collect();
    let kept: Vec<Value> = stored(&mut desk);
    let kept: Vec<&str> = kept.iter().skip(1).map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(told, kept);
    let ended = of(&lines, "request_ended");
    assert_eq!(ended.len(), fake.log().len());
    let server = fake.url().strip_prefix("http://").unwrap();
    assert!(ended.iter().all(|line| line["server"] == server && line["request"] == 1), "{ended:?}");
}

#[test]
fn a_reply_is_told_with_what_it_took() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let mut desk = desk(fake.url(), "info");
    let ran = desk.run(&QUIET).expect(0);
    let lines = lines(&ran.stderr);
    let finished = of(&lines, "turn_finished");
    let kept: Vec<Value> = stored(&mut desk).into_iter().filter(|event| event["event"] == "turn_finished").collect();
    assert_eq!(finished.len(), kept.len());
    for (line, event) in finished.into_iter().zip(&kept) {
        let (turn, reply) = (&event["turn"], &event["reply"]);
        assert_eq!((&line["phase"], &line["round"], &line["stage"]), (&turn["phase"], &turn["round"], &turn["stage"]));
        assert_eq!((&line["model"], &line["elapsed_ms"]), (&reply["model"], &reply["elapsed_ms"]));
        assert_eq!(line["input_tokens"], reply["usage"]["input_tokens"]);
        assert_eq!(line["output_tokens"], reply["usage"]["output_tokens"]);
        assert_eq!(line["cost_usd"], reply["cost_usd"]);
        assert!(line["cost_usd"].is_number() && VENDORS.iter().any(|vendor| line["provider"] == vendor.name), "{line}");
        assert_eq!(line["at"].as_str().unwrap().len(), "2026-01-01T00:00:00.000Z".len());
    }
}

#[test]
fn each_level_tells_more_than_the_graver_ones() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let of_level = |level: &str| {
        let mut desk = Desk::at(fake.url(), 2);
        desk.set("ROUNDTABLE_LOG", level);
        desk.run(&QUIET).expect(0)
    };
    let levels = |ran: &Ran| -> BTreeSet<String> {
        ran.stderr.lines().map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
    };
    let rows: [(&str, &[&str]); 6] = [
        ("off", &[]),
        ("error", &[]),
        ("warn", &[]),
        ("info", &["info"]),
        ("debug", &["debug", "info"]),
        ("trace", &["debug", "info", "trace"]),
    ];
    for (level, expected) in rows {
        let ran = of_level(level);
        assert_eq!(levels(&ran).into_iter().collect::<Vec<_>>(), expected, "{level}: {}", ran.stderr);
    }
    let plain = of_level("debug");
    let line = plain.stderr.lines().find(|line| line.contains(" turn_finished ")).unwrap();
    assert!(line.contains(" provider=") && line.contains(" cost_usd=0.") && line.contains(" speaker="), "{line}");
}

#[test]
fn what_goes_wrong_is_told_in_classes_and_never_in_the_providers_words() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::start(Arc::new(move |seen, number| {
        let said = format!("quota of zq9999x\u{1b}[2J with {} is gone", VENDORS[1].key);
        match seen.vendor_wire {
            "openai_responses" => Behaviour::json(400, &json!({ "error": { "message": said } })),
            _ if asked.fetch_add(1, Ordering::SeqCst) == 0 => {
                Behaviour::json(529, &json!({ "error": { "type": "overloaded_error", "message": said } }))
                    .with_header("retry-after", "0")
            }
            _ => Behaviour::Say(voices::reply(seen, number)),
        }
    }));
    let mut desk = desk(fake.url(), "warn");
    desk.set("ROUNDTABLE_FALLBACK", "anthropic=claude-haiku-4-5");
    let ran = desk.run(&QUIET).expect(0);
    let lines = lines(&ran.stderr);
    let [retrying] = of(&lines, "turn_retrying")[..] else { panic!("{lines:?}") };
    assert_eq!(
        (&retrying["requests"], &retrying["error"], &retrying["status"]),
        (&json!(1), &json!("overloaded"), &json!(529))
    );
    let failed = of(&lines, "turn_failed");
    assert!(!failed.is_empty() && failed.iter().all(|line| line["provider"] == "openai"), "{lines:?}");
    assert!(failed.iter().all(|line| line["error"] == "invalid_request" && line["status"] == 400), "{lines:?}");
    let handed_over = of(&lines, "turn_started");
    assert_eq!(handed_over.len(), failed.len(), "{lines:?}");
    assert!(handed_over.iter().all(|line| line["model"] == "claude-haiku-4-5"), "{lines:?}");
    assert!(handed_over.iter().all(|line| line["instead_of"].as_str().unwrap().starts_with("openai/")), "{lines:?}");
    for said in ["zq9999x", "quota", VENDORS[1].key] {
        assert!(!ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

#[test]
fn no_line_holds_a_word_of_the_debate_or_a_key() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = desk(fake.url(), "trace");
    desk.write("plan.md", "Sell the ferry.");
    let topic = "Should the quay be dredged?";
    let arguments = [
        "start",
        "--topic",
        topic,
        "--context",
        "plan.md",
        "--name",
        "harbour-talk",
        "--mode",
        "expert-panel",
        "--quiet",
    ];
    let personas = ["--perspective", "Lockkeeper: the locks", "--perspective", "Ferryman: the ferry"];
    let ran =
        desk.run(&[&arguments[..], &personas, &["-n", "2", "--option", "Dredge it", "--option", "Fill it"]].concat());
    let ran = ran.expect(0);
    assert!(of(&lines(&ran.stderr), "turn_finished").len() > 4, "{}", ran.stderr);
    assert!(!of(&lines(&ran.stderr), "turn_arriving").is_empty(), "{}", ran.stderr);
    let keys = VENDORS.iter().map(|vendor| vendor.key);
    let words = ["zq0", "zw0", "quay", "dredge", "ferry", "lockkeeper", "harbour-talk", "plan.md", "fill it"];
    for word in words.into_iter().chain(keys) {
        assert!(!ran.stderr.to_lowercase().contains(word), "{word}: {}", ran.stderr);
    }
}

#[test]
fn a_persona_asked_alone_is_told_too() {
    let fake = Fake::always(Behaviour::Say("Keep zq0001x whole.".to_owned()));
    let ran =
        desk(fake.url(), "debug").run(&["ask", "architect", "Should zw0001x be split?", "--format", "json"]).expect(0);
    let lines = lines(&ran.stderr);
    let told: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(told, ["persona_asked", "request_ended", "persona_answered"]);
    let answered = lines.last().unwrap();
    assert_eq!((&answered["persona"], &answered["provider"]), (&json!("architect"), &json!("anthropic")));
    assert_eq!((&answered["input_tokens"], &answered["output_tokens"]), (&json!(120), &json!(30)));
    assert!(!ran.stderr.contains("0001x"), "{}", ran.stderr);
    let fake = Fake::always(Behaviour::json(401, &json!({ "error": { "message": "no zq0002x" } })));
    let ran = desk(fake.url(), "warn").run(&["ask", "architect", "Should it be split?"]);
    assert_ne!(ran.code, Some(0));
    let line =
        ran.stderr.lines().find(|line| line.contains("persona_failed")).unwrap_or_else(|| panic!("{}", ran.stderr));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["error"], &line["status"]), (&json!("auth"), &json!(401)));
}

#[test]
fn lines_change_nothing_but_standard_error() {
    let printed = |level: &str, more: &[&str]| {
        let mut desk = Desk::new();
        desk.set("ROUNDTABLE_LOG", level);
        let arguments =
            ["start", "--topic", "Move?", "--mode", "vote", "--rehearse", "--seed", "1", "--format", "markdown"];
        let ran = desk.run(&[&arguments[..], more].concat()).expect(0);
        // No two sessions have one id and time; the rest is steady.
        let is_steady = |line: &&str| !line.contains("session");
        (ran.stdout.lines().filter(is_steady).collect::<Vec<_>>().join("\n"), ran.stderr)
    };
    assert_eq!(printed("trace", &["--quiet"]).0, printed("off", &["--quiet"]).0);
    // What is redrawn gives way, so that the lines do not tear it.
    let (drawn, told) = (printed("off", &["--progress", "bar"]).1, printed("info", &["--progress", "bar"]).1);
    assert!(drawn.contains('\u{1b}'), "{drawn}");
    assert!(!told.contains('\u{1b}') && told.contains(" turn_finished ") && told.contains("decision: "), "{told}");
}

#[test]
fn a_word_that_is_no_level_is_refused() {
    for (name, value, needed) in [
        ("ROUNDTABLE_LOG", "loud", "one of off, error, warn, info, debug, trace is needed"),
        ("ROUNDTABLE_LOG_FORMAT", "xml", "one of text, json is needed"),
    ] {
        let mut desk = Desk::new();
        desk.set(name, value);
        let ran = desk.run(&["list"]).expect(2);
        assert!(ran.stderr.contains(name) && ran.stderr.contains(needed), "{}", ran.stderr);
    }
}

#[test]
fn every_run_of_a_bench_is_told() {
    let mut desk = Desk::new();
    desk.set("ROUNDTABLE_LOG", "info");
    desk.set("ROUNDTABLE_LOG_FORMAT", "json");
    desk.write("bench.yaml", "bench: small\nmodes: [vote]\ntopics: [{ text: Move?, yes_no: true, answer: No }, { text: Stay?, yes_no: true, answer: No }]\n");
    let ran = desk.run(&["bench", "bench.yaml", "--rehearse"]).expect(0);
    let lines = ran.stderr.lines().filter(|line| line.starts_with('{')).collect::<Vec<_>>().join("\n");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for line in self::lines(&lines) {
        *told.entry(line["event"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!((told["run_begun"], told["run_ended"]), (2, 2), "{told:?}");
}

#[cfg(feature = "mcp")]
#[test]
fn the_server_for_assistants_tells_on_standard_error_alone() {
    let fake = Fake::start(voices::script(Duration::ZERO));
    let desk = desk(fake.url(), "info");
    // Whatever comes to standard output and is no frame fails the client.
    let mut client = assistant::Client::start(&desk, "2025-11-25");
    client.called("start_roundtable", json!({ "topic": "Move?", "mode": "vote", "agentCount": 2 }));
    let lines = lines(&client.leave_hearing());
    assert_eq!((of(&lines, "run_begun").len(), of(&lines, "run_ended").len()), (1, 1), "{lines:?}");
    assert!(!of(&lines, "turn_finished").is_empty(), "{lines:?}");
}
