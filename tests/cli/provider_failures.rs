//! Providers that fail: who is absent and why is said, the others go on, and what was decided stands.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, VENDORS, files_below};
use crate::support::voices;

/// A fake that answers as the panel of the tests does, unless `else_` has another idea.
fn fake(else_: impl Fn(&Seen, usize) -> Option<Behaviour> + Send + Sync + 'static) -> Fake {
    Fake::start(Arc::new(move |seen, number| {
        else_(seen, number).unwrap_or_else(|| Behaviour::Say(voices::reply(seen, number)))
    }))
}

/// The vendor's word that a key is wrong. Some vendors repeat the key.
fn wrong_key(seen: &Seen) -> Behaviour {
    let vendor = VENDORS.iter().find(|vendor| vendor.wire == seen.vendor_wire).unwrap();
    Behaviour::json(
        401,
        &json!({ "error": { "type": "authentication_error", "message": format!("invalid api key {} provided", vendor.key) } }),
    )
}

/// A refusal that concerns this request alone, and that no retry heals.
fn refused_request() -> Behaviour {
    Behaviour::json(400, &json!({ "error": { "type": "invalid_request_error", "message": "no, thank you" } }))
}

fn is_moderator(seen: &Seen) -> bool {
    seen.messages.iter().any(|(_, text)| text.contains("You are the moderator of this debate"))
}

/// A recorded answer on Anthropic's wire.
fn recorded(name: &str) -> Behaviour {
    let file = format!("{}/tests/fixtures/wires/anthropic/{name}.sse", env!("CARGO_MANIFEST_DIR"));
    let headers = vec![("content-type", "text/event-stream".to_owned())];
    Behaviour::Status { code: 200, headers, body: std::fs::read(file).unwrap() }
}

fn start<'a>(mode: &'a str, agents: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["start", "--topic", "Should we move?", "--mode", mode, "-n", agents, "--progress", "none"], more].concat()
}

/// The turns of the record in which a seat was not heard, with the reason's kind.
fn absences(record: &Value) -> Vec<(u64, String)> {
    let turns = record["turns"].as_array().unwrap().iter();
    let absence = |turn: &Value| Some((turn["speaker"]["seat"].as_u64()?, turn["fault"]["kind"].as_str()?.to_owned()));
    turns.filter_map(absence).collect()
}

/// The section of the latest session's text that says who is absent and why.
fn shown_absent(desk: &Desk) -> String {
    let text = desk.run(&["show", "@"]).expect(0).stdout;
    let (_, section) = text.split_once("\nAbsent\n").unwrap_or_else(|| panic!("nobody is absent in {text}"));
    section.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn a_wrong_key_silences_its_seats_and_nobody_else() {
    // (vendor, its seats among five, who moderates instead of the first)
    for (vendor, seats, moderator) in [(2, vec![3], "anthropic"), (0, vec![1, 5], "openai")] {
        for mode in ["collaborative", "adversarial", "expert-panel"] {
            let wire = VENDORS[vendor].wire;
            let fake = fake(move |seen, _| (seen.vendor_wire == wire).then(|| wrong_key(seen)));
            let desk = Desk::at(fake.url(), 4);
            let record = desk.run(&start(mode, "5", &["--format", "json"])).expect(0).record();
            assert_eq!(record["status"], "decided", "{mode}");
            assert_eq!(
                (&record["final"]["valid"], &record["final"]["absent"]),
                (&json!(5 - seats.len()), &json!(seats.len())),
                "{mode}"
            );
            let absent = absences(&record);
            let passed_over: Vec<u64> =
                record["absent"].as_array().unwrap().iter().map(|absence| absence["seat"].as_u64().unwrap()).collect();
            assert_eq!(passed_over, seats, "{mode}");
            assert!(absent.iter().all(|(seat, kind)| seats.contains(seat) && kind == "auth"), "{mode}: {absent:?}");
            let section = shown_absent(&desk);
            assert!(section.contains("auth") && section.contains(VENDORS[vendor].key_variable), "{mode}: {section}");
            assert_eq!(
                record["moderators"][record["moderators"].as_array().unwrap().len() - 1]["provider"],
                moderator,
                "{mode}"
            );
            // A key that was refused once is not tried again in the turns that follow.
            let tried = fake.log().iter().filter(|seen| seen.vendor_wire == wire).count();
            assert!(tried <= seats.len(), "{mode}: {tried} requests with a wrong key");
        }
    }
}

#[test]
fn wrong_keys_everywhere_end_the_debate() {
    for (mode, vendors) in [("collaborative", 4), ("vote", 1), ("expert-panel", 2), ("oxford", 3)] {
        let fake = fake(|seen, _| Some(wrong_key(seen)));
        let desk = Desk::at(fake.url(), vendors);
        let ran = desk.run(&start(mode, "4", &[])).expect(5);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].starts_with("error: ") && lines[1].starts_with("hint: "),
            "{mode}: {}",
            ran.stderr
        );
        assert!(
            lines[0].contains("auth") && VENDORS[..vendors].iter().any(|vendor| lines[1].contains(vendor.key_variable)),
            "{mode}: {}",
            ran.stderr
        );
        assert!(ran.stdout.starts_with("No decision"), "{mode}: {}", ran.stdout);
        let shown = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(
            (&shown["status"], &shown["decision"]["option"], &shown["decision"]["label"]),
            (&json!("quorum_lost"), &Value::Null, &json!("no_quorum"))
        );
    }
    let fake = fake(|seen, _| Some(wrong_key(seen)));
    let ran = Desk::at(fake.url(), 2).run(&start("vote", "2", &["--format", "json"])).expect(5);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&error["error"]["kind"], &error["error"]["retryable"]), (&json!("providers"), &json!(false)));
    assert_eq!(error["error"]["session"], ran.record()["session"]);
}

#[test]
fn a_debate_that_lost_its_quorum_goes_on_once_its_providers_do() {
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    let fake = fake(move |seen, _| {
        (down.load(Ordering::SeqCst) && seen.vendor_wire == "openai_responses").then(refused_request)
    });
    let desk = Desk::at(fake.url(), 2);
    let ran = desk.run(&start("vote", "4", &["--format", "json", "--yes-no"])).expect(5);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(error["error"]["retryable"], json!(true));
    let asked = fake.log().iter().filter(|seen| seen.vendor_wire == "anthropic").count();
    is_down.store(false, Ordering::SeqCst);
    let record = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["final"]["valid"]), (&json!("decided"), &json!(4)));
    let again = fake
        .log()
        .iter()
        .filter(|seen| seen.vendor_wire == "anthropic" && seen.schema.to_string().contains("blocking_objection"))
        .count();
    assert_eq!(again, asked, "a seat that was heard is not asked again");
}

/// A server error, which every retry meets again.
fn server_error() -> Behaviour {
    Behaviour::json(500, &json!({ "error": { "type": "api_error", "message": "it broke" } }))
}

#[test]
fn another_vendor_takes_over_and_everybody_is_told() {
    let fake = fake(|seen, _| (seen.vendor_wire == "anthropic").then(server_error));
    let desk = Desk::at(fake.url(), 2);
    let fallback = ["--yes-no", "--no-synthesis", "--fallback", "openai=gpt-6.1-terra", "--format", "json"];
    let command = ["start", "--topic", "Move?", "--mode", "vote", "-n", "3", "--progress", "plain"];
    let ran = desk.run(&[&command[..], &fallback].concat()).expect(0);
    let record = ran.record();
    assert_eq!((&record["final"]["valid"], &record["final"]["absent"]), (&json!(3), &json!(0)));
    assert_eq!(record["final"]["families"], 1, "all three spoke through models of one family");
    let stepped: Vec<(u64, &str, &str, u64)> = record["fallbacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stepped| {
            let fault = (stepped["fault"]["kind"].as_str().unwrap(), stepped["fault"]["status"].as_u64().unwrap());
            (stepped["seat"].as_u64().unwrap(), stepped["voice"]["model"].as_str().unwrap(), fault.0, fault.1)
        })
        .collect();
    assert_eq!(stepped, [(1, "gpt-6.1-terra", "overloaded", 500), (3, "gpt-6.1-terra", "overloaded", 500)]);
    assert_eq!(record["fallbacks"][0]["shared_with"], json!([3]));
    let tried = fake.log().iter().filter(|seen| seen.vendor_wire == "anthropic").count();
    assert_eq!(tried, 2 * 4, "each seat's own model is retried before another steps in");
    assert!(ran.stderr.contains("another model steps in: overloaded"), "{}", ran.stderr);
    assert!(ran.stderr.contains("speaks through openai·gpt-6.1-terra, as"), "{}", ran.stderr);
    for format in ["text", "markdown", "adr", "html"] {
        let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
        assert!(shown.contains("Fallbacks") && shown.contains("it broke"), "{format}: {shown}");
        assert!(shown.contains("spoke through one model, openai · gpt-6.1-terra"), "{format}: {shown}");
    }
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn a_session_keeps_its_fallbacks_when_it_is_resumed() {
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    // Anthropic's key is wrong for good; the fallback comes up later.
    let fake = fake(move |seen, _| match seen.vendor_wire {
        "anthropic" => Some(wrong_key(seen)),
        _ => down.load(Ordering::SeqCst).then(refused_request),
    });
    let mut desk = Desk::at(fake.url(), 2);
    desk.set("ROUNDTABLE_FALLBACK", "openai");
    let start = start("collaborative", "3", &["--provider", "anthropic", "--yes-no", "--no-synthesis"]);
    desk.run(&start).expect(5);
    is_down.store(false, Ordering::SeqCst);
    // What the session began with counts, not what is set now.
    desk.unset("ROUNDTABLE_FALLBACK");
    let record = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["final"]["valid"]), (&json!("decided"), &json!(3)));
    let turns = record["turns"].as_array().unwrap().len();
    assert_eq!(record["fallbacks"].as_array().unwrap().len(), turns, "every turn");
    let tried = fake.log().iter().filter(|seen| seen.vendor_wire == "anthropic").count();
    assert_eq!(tried, 3 + 3, "a wrong key is tried once a seat, and once more after it was resumed");
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn requests_go_through_the_proxy_and_the_proxy_sees_no_key() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut desk = Desk::new();
    desk.set("HTTPS_PROXY", format!("http://{}", proxy.local_addr().unwrap()));
    desk.set(VENDORS[0].key_variable, VENDORS[0].key);
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hears = Arc::clone(&heard);
    // Ends with the test's process.
    std::thread::spawn(move || {
        for connection in proxy.incoming() {
            let mut connection = connection.unwrap();
            let mut bytes = [0; 4_096];
            let length = connection.read(&mut bytes).unwrap();
            hears.lock().unwrap().push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            connection.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    desk.run(&start("vote", "2", &[])).expect(5);
    let heard = heard.lock().unwrap();
    assert!(heard.len() >= 2, "{heard:?}");
    for request in heard.iter() {
        assert!(request.starts_with("CONNECT api.anthropic.com:443 HTTP/1.1\r\n"), "{request}");
        assert!(!request.contains(VENDORS[0].key), "{request}");
    }
}

#[test]
fn fallbacks_are_checked_before_anything_is_sent() {
    let fake = fake(|_, _| None);
    let desk = Desk::at(fake.url(), 1);
    let many: Vec<String> = (0..9).map(|model| format!("--fallback=anthropic=m{model}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    // (arguments, exit code, what is said)
    let rows: [(&[&str], i32, &str); 4] = [
        (&["--fallback", "openai"], 7, "OPENAI_API_KEY is not set"),
        (&["--fallback", "nobody"], 2, "a provider is needed"),
        (&many, 2, "name at most 8"),
        (&["--fallback", "anthropic=m", "--rehearse"], 2, "cannot be used with"),
    ];
    for (arguments, code, said) in rows {
        let ran = desk.run(&start("vote", "2", arguments)).expect(code);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(fake.log().len(), 0);
}

#[test]
fn without_a_moderator_the_decision_still_stands() {
    for mode in ["collaborative", "expert-panel", "vote", "oxford"] {
        let fake = fake(|seen, _| is_moderator(seen).then(refused_request));
        let desk = Desk::at(fake.url(), 2);
        let record = desk.run(&start(mode, "4", &["--format", "json"])).expect(0).record();
        assert_eq!(
            (&record["status"], &record["question"]["sorting"]["basis"]),
            (&json!("decided"), &json!("verbatim")),
            "{mode}"
        );
        assert_eq!(record["final"]["valid"], 4, "{mode}: every ballot counts");
        assert!(
            record["synthesis"].is_null() && record["synthesis_failure"].as_str().unwrap().contains("no, thank you"),
            "{mode}"
        );
        assert_eq!(absences(&record), [], "{mode}: no seat is to blame");
    }
}

#[test]
fn without_a_closing_text_the_decision_still_stands() {
    let unreadable = Behaviour::Say("Well, it depends.".to_owned());
    for (behaviour, why) in
        [(refused_request(), "no, thank you"), (unreadable, "unreadable"), (recorded("refusal"), "declined")]
    {
        let fake = fake(move |seen, _| seen.schema["properties"]["conclusion"].is_object().then(|| behaviour.clone()));
        let desk = Desk::at(fake.url(), 1);
        let record = desk.run(&start("collaborative", "3", &["--yes-no", "--format", "json"])).expect(0).record();
        assert!(record["decision"]["label"].is_string() && record["synthesis"].is_null(), "{why}");
        assert!(record["synthesis_failure"].as_str().unwrap().contains(why), "{why}: {}", record["synthesis_failure"]);
        let text = desk.run(&["show", "@"]).expect(0).stdout;
        assert!(text.contains("Conclusion\n  none: ") && text.contains(why), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_shown_and_not_counted() {
    let fake = fake(|seen, _| {
        (seen.vendor_wire == "openai_responses").then(|| Behaviour::Say("I vote for Yes, of course.".to_owned()))
    });
    let desk = Desk::at(fake.url(), 3);
    let record = desk.run(&start("vote", "3", &["--yes-no", "--format", "json"])).expect(0).record();
    let turn = record["turns"].as_array().unwrap().iter().find(|turn| turn["speaker"]["seat"] == 2).unwrap().clone();
    assert!(turn["response"]["unclear"]["reason"].as_str().unwrap().contains("no JSON object"), "{turn}");
    assert_eq!(
        (&record["final"]["valid"], &record["final"]["absent"], &record["final"]["panel"]),
        (&json!(2), &json!(1), &json!(3))
    );
    assert!(desk.run(&["show", "@"]).expect(0).stdout.contains("unreadable reply"));
    let asked: Vec<Seen> = fake.log().into_iter().filter(|seen| seen.vendor_wire == "openai_responses").collect();
    assert_eq!(asked.len(), 2 * 2, "in each of its two turns asked once more, and then no more");
    assert!(asked[1].messages.starts_with(&asked[0].messages), "the second attempt goes on from the first");
    assert!(
        asked[1].messages.last().unwrap().1.contains("no JSON object"),
        "and is told why: {:?}",
        asked[1].messages.last()
    );
}

#[test]
fn a_second_attempt_that_can_be_read_counts() {
    let fake = fake(|seen, _| (seen.messages.len() == 1).then(|| Behaviour::Say("{\"statement\": 7".to_owned())));
    let record = Desk::at(fake.url(), 2)
        .run(&start("vote", "2", &["--yes-no", "--no-synthesis", "--format", "json"]))
        .expect(0)
        .record();
    assert_eq!(
        (&record["final"]["valid"], &record["usage"]["total"]["calls"]),
        (&json!(2), &json!(4)),
        "both replies are paid for"
    );
}

#[test]
fn a_reply_that_was_cut_off_is_asked_for_again_with_more_room_and_a_refusal_is_not() {
    for (name, requests, shown) in [("truncated", 2 * 2, "cut off"), ("refusal", 2, "declined")] {
        let fake =
            fake(move |seen, _| (seen.vendor_wire == "anthropic" && !is_moderator(seen)).then(|| recorded(name)));
        let desk = Desk::at(fake.url(), 4);
        let record = desk.run(&start("vote", "4", &["--yes-no", "--format", "json"])).expect(0).record();
        assert_eq!((&record["final"]["valid"], &record["final"]["absent"]), (&json!(3), &json!(1)), "{name}");
        let room: Vec<u64> = fake
            .log()
            .iter()
            .filter(|seen| seen.vendor_wire == "anthropic" && !is_moderator(seen))
            .map(|seen| seen.body["max_tokens"].as_u64().unwrap())
            .collect();
        assert_eq!(room.len(), requests, "{name}");
        assert!(name == "refusal" || room.chunks(2).all(|pair| pair[1] == 2 * pair[0]), "{name}: {room:?}");
        assert!(desk.run(&["show", "@"]).expect(0).stdout.contains(shown), "{name}");
    }
}

#[test]
fn what_heals_by_itself_is_tried_again_in_silence() {
    let failed: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let fake = fake(move |seen, _| {
        // Each prompt fails once, in a way of its own.
        let mut failed = failed.lock().unwrap();
        let key = format!("{}{:?}{}", seen.vendor_wire, seen.messages, seen.body);
        let place = failed.len();
        let times = failed.entry(key).or_default();
        *times += 1;
        let overloaded =
            |code| Behaviour::json(code, &json!({ "error": { "message": "busy" } })).with_header("retry-after-ms", "1");
        (*times == 1)
            .then(|| [overloaded(500), overloaded(503), overloaded(429), Behaviour::DropConnection][place % 4].clone())
    });
    let desk = Desk::at(fake.url(), 4);
    let record = desk.run(&start("vote", "4", &["--yes-no", "--no-synthesis", "--format", "json"])).expect(0).record();
    assert_eq!(record["final"]["valid"], 4);
    let total = &record["usage"]["total"];
    assert_eq!((&total["calls"], &total["requests"]), (&json!(4), &json!(8)), "{total}");
}

#[test]
fn a_key_appears_in_its_own_header_and_nowhere_else() {
    // A vendor repeats a wrong key in its error, and every other answer comes with another's name.
    let fake = fake(|seen, _| (seen.vendor_wire == "gemini").then(|| wrong_key(seen)));
    let mut desk = Desk::at(fake.url(), 0);
    for vendor in &VENDORS[1..] {
        desk.set(vendor.key_variable, vendor.key);
    }
    desk.write(".env", format!("{}={}\n", VENDORS[0].key_variable, VENDORS[0].key));
    let outputs = ["--output", "a.md", "--output", "b.json", "--output", "c.txt"];
    let ran =
        desk.run(&[&["start", "--topic", "Move?", "-n", "5", "--progress", "plain"][..], &outputs].concat()).expect(0);
    let mut written =
        vec![("stdout".to_owned(), ran.stdout.into_bytes()), ("stderr".to_owned(), ran.stderr.into_bytes())];
    for arguments in
        [&["show", "@", "--format", "json"][..], &["list"], &["resume", "@"], &["providers"], &["config", "show"]]
    {
        let ran = desk.run(arguments);
        written.push((ran.what, format!("{}{}", ran.stdout, ran.stderr).into_bytes()));
    }
    let files = [desk.work(), desk.data()].into_iter().flat_map(|folder| files_below(&folder));
    written.extend(
        files.filter(|(path, _)| !path.ends_with(".env")).map(|(path, bytes)| (path.display().to_string(), bytes)),
    );
    assert!(
        written.iter().any(|(name, bytes)| name.ends_with("roundtable.db") && bytes.len() > 1_000),
        "the database was looked at"
    );
    for vendor in &VENDORS {
        for (name, bytes) in &written {
            let found = bytes.windows(vendor.key.len()).any(|window| window == vendor.key.as_bytes());
            assert!(!found, "the key of {} is in {name}", vendor.name);
        }
        for seen in fake.log() {
            let (header, before) = vendor.key_header;
            let mut rest = seen.clone();
            if seen.vendor_wire == vendor.wire {
                assert_eq!(rest.headers.remove(header), Some(format!("{before}{}", vendor.key)));
            }
            assert!(
                !format!("{rest:?}").contains(vendor.key),
                "the key of {} is in a request to {}",
                vendor.name,
                seen.path
            );
        }
    }
}
