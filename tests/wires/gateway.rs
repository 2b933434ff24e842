//! The gateway against a fake provider: what it retries, how long it waits, what it refuses, and where a key goes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use roundtable::debate::ask::Ask;
use roundtable::debate::log::limits::Grant;
use roundtable::debate::reply::{FaultKind, Finish, Loss, Usage};
use roundtable::debate::search::{Domains, SearchTerms, WebSearch};
use roundtable::providers::gateway::{Endpoint, Gateway, GatewayError, Limits, Timeouts};
use roundtable::providers::{Progress, Provider, table};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::asking::{KEY, TEXT, VENDORS, ask, endpoint, events, gateway, refusal, run, say, timeouts, vendor};
use crate::support::fake::{self, Behaviour, Fake, Seen};

/// One row: what the provider does, request by request, and what must come of it.
struct Case {
    name: &'static str,
    does: fn(&str) -> Vec<Behaviour>,
    expected: Result<(), FaultKind>,
    requests: u32,
    /// Milliseconds that the waits last at least. They last at most 4 longer: the longest backoff.
    waits: &'static [u64],
}

const CASES: &[Case] = &[
    Case { name: "an answer", does: |_| vec![say()], expected: Ok(()), requests: 1, waits: &[] },
    Case {
        name: "a delayed answer",
        does: |_| vec![Behaviour::Delayed(Duration::from_millis(5), Box::new(say()))],
        expected: Ok(()),
        requests: 1,
        waits: &[],
    },
    Case {
        name: "429 with milliseconds, then an answer",
        does: |wire| vec![refusal(wire, 429, "slow down").with_header("retry-after-ms", "25"), say()],
        expected: Ok(()),
        requests: 2,
        waits: &[25],
    },
    Case {
        name: "429 with zero seconds, then an answer",
        does: |wire| vec![refusal(wire, 429, "slow down").with_header("retry-after", "0"), say()],
        expected: Ok(()),
        requests: 2,
        waits: &[0],
    },
    Case {
        name: "429 with a date gone by, then an answer",
        does: |wire| {
            vec![refusal(wire, 429, "slow down").with_header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), say()]
        },
        expected: Ok(()),
        requests: 2,
        waits: &[0],
    },
    Case {
        name: "429 for want of credit",
        does: |wire| vec![refusal(wire, 429, "You exceeded your current quota"), say()],
        expected: Err(FaultKind::Quota),
        requests: 1,
        waits: &[],
    },
    Case {
        name: "500, 503 and 529, then an answer",
        does: |wire| {
            vec![refusal(wire, 500, "oops"), refusal(wire, 503, "busy"), refusal(wire, 529, "overloaded"), say()]
        },
        expected: Ok(()),
        requests: 4,
        waits: &[0, 0, 0],
    },
    Case {
        name: "408, 409 and 425, then an answer",
        does: |wire| vec![refusal(wire, 408, "late"), refusal(wire, 409, "clash"), refusal(wire, 425, "early"), say()],
        expected: Ok(()),
        requests: 4,
        waits: &[0, 0, 0],
    },
    Case {
        name: "503 as a web page",
        does: |_| {
            vec![Behaviour::Status {
                code: 503,
                headers: vec![("content-type", "text/html".to_owned())],
                body: b"<h1>busy".to_vec(),
            }]
        },
        expected: Err(FaultKind::Overloaded),
        requests: 4,
        waits: &[0, 0, 0],
    },
    Case {
        name: "403",
        does: |wire| vec![refusal(wire, 403, "not yours"), say()],
        expected: Err(FaultKind::Auth),
        requests: 1,
        waits: &[],
    },
    Case {
        name: "422",
        does: |wire| vec![refusal(wire, 422, "cannot do that"), say()],
        expected: Err(FaultKind::InvalidRequest),
        requests: 1,
        waits: &[],
    },
    Case {
        name: "a reset, then an answer",
        does: |_| vec![Behaviour::DropConnection, say()],
        expected: Ok(()),
        requests: 2,
        waits: &[0],
    },
    Case {
        name: "a stream that breaks off, then an answer",
        does: |_| vec![Behaviour::CutMidStream("half of this is withdrawn".to_owned()), say()],
        expected: Ok(()),
        requests: 2,
        waits: &[0],
    },
    Case {
        name: "a stream that ends early, then an answer",
        does: |_| vec![events(": no event at all\n\n"), say()],
        expected: Ok(()),
        requests: 2,
        waits: &[0],
    },
    Case {
        name: "an event that is longer than its limit",
        does: |_| vec![events(&format!("data: {}", "x".repeat(5 << 20))), say()],
        expected: Err(FaultKind::InvalidResponse),
        requests: 1,
        waits: &[],
    },
];

async fn check(name: &str, case: &Case) {
    let row = format!("{name}: {}", case.name);
    let fake = Fake::sequence((case.does)(name));
    let outcome = run(&gateway(name, fake.url(), timeouts()), name).await;
    let requests = match (&outcome.result, case.expected) {
        (Ok(reply), Ok(())) => {
            assert_eq!(reply.text, TEXT, "{row}");
            assert_eq!(outcome.shown, TEXT, "{row}: what was shown and not withdrawn");
            assert_eq!(reply.finish, Finish::Complete, "{row}");
            reply.requests
        }
        (Err(fault), Err(kind)) => {
            assert_eq!(fault.kind, kind, "{row}: {fault}");
            assert_eq!((fault.provider.as_str(), fault.model.as_str()), (name, "model-x"), "{row}");
            assert!(!fault.hint.is_empty() && !fault.message.is_empty(), "{row}: {fault:?}");
            fault.requests
        }
        (result, expected) => panic!("{row}: expected {expected:?}, came {result:?}"),
    };
    assert_eq!(requests, case.requests, "{row}: requests reported");
    assert_eq!(fake.log().len(), usize::try_from(case.requests).unwrap(), "{row}: requests seen");
    assert_eq!(outcome.waits.len(), case.waits.len(), "{row}: waits {:?}", outcome.reasons);
    for (wait, least) in outcome.waits.iter().zip(case.waits) {
        assert!((*least..=least + 4).contains(wait), "{row}: waited {wait} for {least}");
    }
}

#[tokio::test]
async fn every_wire_sits_out_what_passes() {
    let wires = VENDORS.map(|name| async move {
        for case in CASES {
            check(name, case).await;
        }
    });
    join_all(wires).await;
}

/// What may have been billed without an answer is counted, and is what a grant bounds; what was refused costs nothing.
#[tokio::test]
async fn a_grant_bounds_the_requests_that_may_be_billed() {
    let cut = || Behaviour::CutMidStream(TEXT.to_owned());
    let busy = || refusal("anthropic", 503, "busy");
    // (what the provider does, requests granted, whether an answer comes, requests sent, of them lost)
    type Row = (Vec<Behaviour>, Option<u32>, bool, u32, u32);
    let rows: [Row; 7] = [
        (vec![say()], Some(1), true, 1, 0),
        (vec![busy(), busy(), busy(), say()], Some(1), true, 4, 0),
        (vec![cut(), say()], None, true, 2, 1),
        (vec![cut(), say()], Some(2), true, 2, 1),
        (vec![cut(), say()], Some(1), false, 1, 1),
        (vec![busy(), cut(), say()], Some(1), false, 2, 1),
        (vec![cut()], Some(4), false, 4, 4),
    ];
    for (place, (does, granted, comes, sent, lost)) in rows.into_iter().enumerate() {
        let fake = Fake::sequence(does);
        let grant = granted.map(|requests| Grant { input_tokens: 1, searches: 0, output_tokens: 1, requests, room: 1 });
        let ask = Ask { grant, ..ask("anthropic") };
        let result = gateway("anthropic", fake.url(), timeouts()).ask(&ask, &|_| {}).await;
        assert_eq!(fake.log().len(), sent as usize, "row {place}");
        let counted = match result {
            Ok(reply) => (true, reply.requests, reply.lost),
            Err(fault) => {
                let is_denied = fault.message.contains("no room for another request");
                assert_eq!(is_denied, sent < 4, "row {place}: {fault}");
                (false, fault.requests, fault.lost)
            }
        };
        assert_eq!(counted, (comes, sent, lost), "row {place}");
    }
    let nobody = gateway("anthropic", "http://127.0.0.1:1", timeouts());
    let fault = nobody.ask(&ask("anthropic"), &|_| {}).await.unwrap_err();
    assert_eq!((fault.kind, fault.lost), (FaultKind::Network, 0), "who was never reached bills nothing");
}

/// What a broken answer took is counted: as its provider told, or as what had arrived of it is worth.
#[tokio::test]
async fn what_broken_answers_took_is_counted() {
    let cut = || Behaviour::CutMidStream(TEXT.to_owned());
    let short = Timeouts { turn: Duration::from_millis(400), ..timeouts() };
    let silent = || Behaviour::FallSilent(TEXT.to_owned());
    let drop = || Behaviour::DropConnection;
    // (what the provider does, timeouts, whether an answer comes, requests lost, of them heard of)
    type Row = (Vec<Behaviour>, Timeouts, bool, u32, u32);
    let rows: [Row; 7] = [
        (vec![say()], timeouts(), true, 0, 0),
        (vec![cut(), say()], timeouts(), true, 1, 1),
        (vec![cut(), drop(), cut(), say()], timeouts(), true, 3, 2),
        (vec![drop(), say()], timeouts(), true, 1, 0),
        (vec![cut()], timeouts(), false, 4, 4),
        (vec![silent()], short, false, 1, 1),
        (vec![events(": not a word\n\n"), say()], timeouts(), true, 1, 0),
    ];
    let rows = &rows;
    let wires = VENDORS.map(|name| async move {
        for (place, (does, timeouts, comes, lost, heard)) in rows.iter().enumerate() {
            let row = format!("{name}, row {place}");
            let fake = Fake::sequence(does.clone());
            let result = gateway(name, fake.url(), *timeouts).ask(&ask(name), &|_| {}).await;
            let (came, unknown, loss) = match &result {
                Ok(reply) => (true, reply.unknown(), reply.loss.as_deref()),
                Err(fault) => (false, fault.unknown(), fault.loss.as_deref()),
            };
            assert_eq!((came, unknown, loss.map_or(0, |loss| loss.requests)), (*comes, lost - heard, *heard), "{row}");
            let Some(&Loss { requests, usage, cost_usd }) = loss else { continue };
            // Half of the text arrived, which is 16 characters. One wire tells of the prompt before it begins, and one with
            // every piece; the others only at the end.
            let (input, cached) = if matches!(name, "anthropic" | "google") { (120, 80) } else { (11, 0) };
            let each = u64::from(requests);
            assert_eq!((usage.input_tokens, usage.cached_tokens), (input * each, cached * each), "{row}");
            let output = if name == "google" { 30 } else { 4 };
            assert_eq!((usage.output_tokens, usage.estimated), (output * each, name != "google"), "{row}");
            assert_eq!(cost_usd, None, "{row}: an unknown model has no price");
        }
    });
    join_all(wires).await;

    let fake = Fake::sequence(vec![cut(), say()]);
    let mut ask = ask("anthropic");
    ask.voice.model = "claude-sonnet-5-5".to_owned();
    let loss = gateway("anthropic", fake.url(), timeouts()).ask(&ask, &|_| {}).await.unwrap().loss.unwrap();
    let price = table::price(vendor("anthropic"), "claude-sonnet-5-5", &loss.usage);
    assert!(price.is_some_and(|price| price > 0.0) && loss.cost_usd == price, "{loss:?}, not {price:?}");
}

/// Runs on a paused clock what the gateway waits, and on the real one what the network takes.
fn skip(wait_ms: u64) {
    tokio::time::pause();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        tokio::time::resume();
    });
}

#[tokio::test]
async fn waits_as_long_as_it_is_told() {
    let in_40_s = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(41));
    let minute = Duration::from_secs(60);
    // (header, value, turn, milliseconds of the wait or none for giving up)
    let rows = [
        ("retry-after", "7", minute, Some(7_000..=7_001)),
        ("retry-after", in_40_s.as_str(), minute, Some(35_000..=41_001)),
        ("retry-after", "400", minute * 10, Some(400_000..=400_001)),
        ("retry-after", "3600", minute * 10, None),
        ("retry-after-ms", "1500", minute, Some(1_500..=1_501)),
        ("retry-after", "1.5", minute, Some(1_500..=1_501)),
        ("retry-after", "-7", minute, Some(0..=1)),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", minute, Some(0..=1)),
        ("retry-after", "60", minute, None),
        ("retry-after", "7", Duration::from_secs(6), None),
        ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT", minute, None),
        ("retry-after", "99999999999999999999", minute, None),
    ];
    for (header, value, turn, expected) in rows {
        let fake = Fake::sequence(vec![refusal("anthropic", 429, "slow down").with_header(header, value), say()]);
        let gateway = gateway("anthropic", fake.url(), Timeouts { turn, ..timeouts() });
        let waits: Mutex<Vec<u64>> = Mutex::default();
        let on_progress = |progress| {
            if let Progress::Retrying { wait_ms, .. } = progress {
                waits.lock().unwrap().push(wait_ms);
                skip(wait_ms);
            }
        };
        let result = gateway.ask(&ask("anthropic"), &on_progress).await;
        let waits = waits.into_inner().unwrap();
        match (result, expected) {
            (Ok(reply), Some(range)) => {
                assert!(waits.len() == 1 && range.contains(&waits[0]), "{header}: {value}: waited {waits:?}");
                assert!(reply.elapsed_ms >= waits[0], "{header}: {value}: came after {} ms", reply.elapsed_ms);
            }
            (Err(fault), None) => {
                assert_eq!(
                    (fault.kind, fault.requests, waits.len()),
                    (FaultKind::RateLimit, 1, 0),
                    "{header}: {value}"
                );
                let names_day = fault.message.contains("more than a day");
                assert_eq!(names_day, value.len() > 10, "{header}: {value}: {fault}");
            }
            (result, expected) => panic!("{header}: {value}: expected {expected:?}, came {result:?}"),
        }
    }
}

/// A wait that a provider asks for is noted before the slot of whoever was told it is free again.
#[tokio::test]
async fn a_wait_holds_back_all_that_are_not_in_flight() {
    for status in [429, 503, 529] {
        // (slots, whether the others in flight are answered)
        for (slots, answered) in [(1, false), (2, false), (2, true), (4, true)] {
            let row = format!("{status}, {slots} slots, the others answered: {answered}");
            let together = Arc::new(Barrier::new(slots as usize));
            let refused = refusal("anthropic", status, "slow down").with_header("retry-after", "3600");
            let fake = Fake::start(Arc::new(move |_, before| {
                let is_answered = answered && before > 0;
                let then = if is_answered { say() } else { refused.clone() };
                let late = Behaviour::Delayed(Duration::from_millis(40), Box::new(then.clone()));
                Behaviour::Together(Arc::clone(&together), Box::new(if is_answered { late } else { then }))
            }));
            let limits = Limits { concurrency: slots, ..Limits::default() };
            let endpoint = Endpoint { limits, ..endpoint(vendor("anthropic"), fake.url()) };
            let gateway = Gateway::new(vec![endpoint], timeouts()).unwrap();
            let ask = ask("anthropic");
            // Nobody has the time to sit it out, so that all who are held back say so at once.
            let results = join_all((0..7).map(|_| gateway.ask(&ask, &|_| {}))).await;
            let unsent =
                results.iter().filter(|result| result.as_ref().is_err_and(|fault| fault.requests == 0)).count();
            assert_eq!(fake.log().len(), slots as usize, "{row}");
            assert_eq!(unsent, 7 - slots as usize, "{row}: {results:?}");
        }
    }
}

#[tokio::test]
async fn gives_up_on_silence_phase_by_phase() {
    let short = Duration::from_millis(150);
    let text = || TEXT.to_owned();
    let drip = Duration::from_millis(10);
    // (behaviour, timeouts, requests at most; the turn may end before the fourth)
    let rows: [(Behaviour, Timeouts, u32); 5] = [
        (Behaviour::Hang, Timeouts { first_byte: short, ..timeouts() }, 4),
        (Behaviour::FallSilent(text()), Timeouts { silence: short, ..timeouts() }, 4),
        (Behaviour::Hang, Timeouts { turn: short, ..timeouts() }, 1),
        (Behaviour::FallSilent(text()), Timeouts { turn: short, ..timeouts() }, 1),
        (Behaviour::Drip(drip), Timeouts { turn: short * 5, silence: short * 3, ..timeouts() }, 1),
    ];
    let rows = &rows;
    let wires = VENDORS.map(|name| async move {
        for (behaviour, timeouts, requests) in rows {
            let fake = Fake::always(behaviour.clone());
            let outcome = run(&gateway(name, fake.url(), *timeouts), name).await;
            let fault = outcome.result.unwrap_err();
            assert_eq!((fault.kind, fault.requests), (FaultKind::Timeout, *requests), "{name}, {behaviour:?}: {fault}");
        }
    });
    join_all(wires).await;
}

#[tokio::test]
async fn an_answer_is_whole_at_its_terminal_event() {
    let fake = Fake::always(Behaviour::StayOpen(TEXT.to_owned()));
    let outcome = run(&gateway("anthropic", fake.url(), timeouts()), "anthropic").await;
    let reply = outcome.result.unwrap();
    assert_eq!((reply.text.as_str(), reply.requests), (TEXT, 1));
    assert!(reply.elapsed_ms < 10_000, "waited {} ms for the end of the stream", reply.elapsed_ms);
}

#[tokio::test]
async fn a_refusal_without_end_is_read_to_its_limit() {
    let page = Behaviour::Status { code: 400, headers: Vec::new(), body: b"no such page ".repeat(4 << 20) };
    let fake = Fake::always(page);
    let fault = run(&gateway("anthropic", fake.url(), timeouts()), "anthropic").await.result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::InvalidRequest);
    let shown = fault.message.chars().count();
    assert!((100..=160).contains(&shown) && fault.message.starts_with("no such page no"), "{fault}");
}

#[tokio::test]
async fn a_refused_connection_is_tried_four_times() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for name in VENDORS {
        let outcome = run(&gateway(name, &format!("http://127.0.0.1:{port}"), timeouts()), name).await;
        let fault = outcome.result.unwrap_err();
        assert_eq!((fault.kind, fault.requests, outcome.waits.len()), (FaultKind::Network, 4, 3), "{name}: {fault}");
        assert!(fault.message.contains(&format!("127.0.0.1:{port}")), "{fault}");
        assert!(fault.hint.contains(&format!("127.0.0.1:{port}")), "{}", fault.hint);
    }
}

#[tokio::test]
async fn tells_what_a_reply_took() {
    for name in VENDORS {
        let fake = Fake::always(say());
        let before = std::time::Instant::now();
        let reply = run(&gateway(name, fake.url(), timeouts()), name).await.result.unwrap();
        let usage = Usage { input_tokens: 120, cached_tokens: 80, output_tokens: 30, ..Usage::default() };
        assert_eq!(Usage { reasoning_tokens: 0, ..reply.usage }, usage, "{name}");
        assert_eq!(reply.cost_usd, None, "{name}: an unknown model has no price");
        assert_eq!(reply.model, "model-x", "{name}");
        assert!(reply.request_id.is_some(), "{name}");
        assert!(u128::from(reply.elapsed_ms) <= before.elapsed().as_millis(), "{name}");

        let seen = &fake.log()[0];
        assert_eq!(
            (seen.model.as_str(), seen.messages.len(), &seen.schema["type"]),
            ("model-x", 3, &json!("object")),
            "{name}"
        );
        // Perplexity is told everything by the user: it does not search for what a system prompt says.
        let told = if name == "perplexity" { &seen.messages[0].1 } else { &seen.system };
        assert!(told.contains("The rules of the table."), "{name}: {told}");
        assert_eq!(seen.headers["user-agent"], concat!("roundtable/", env!("CARGO_PKG_VERSION")), "{name}");
    }
}

#[tokio::test]
async fn lets_a_paused_provider_go_on() {
    let recorded = |name: &str| {
        std::fs::read_to_string(format!("{}/tests/fixtures/wires/anthropic/{name}.sse", env!("CARGO_MANIFEST_DIR")))
            .unwrap()
    };
    let (paused, after) = (recorded("pause_turn"), recorded("after_pause"));
    // What fails after a pause is tried again from there.
    let busy = refusal("anthropic", 529, "busy");
    let fake = Fake::sequence(vec![events(&paused), busy, events(&after)]);
    let reply = gateway("anthropic", fake.url(), timeouts()).ask(&ask("anthropic"), &|_| {}).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish, reply.requests), ("Found it: measured.", Finish::Complete, 3));
    let took = (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.searches);
    assert_eq!((took, reply.citations.len()), ((52, 39, 1), 2));
    let log = fake.log();
    let said = |seen: &Seen| seen.body["messages"].as_array().unwrap().clone();
    assert_eq!((said(&log[0]).len(), said(&log[1]).len(), said(&log[2]).len()), (3, 4, 4));
    assert_eq!(said(&log[2])[3], said(&log[1])[3]);
    assert_eq!(
        (&said(&log[1])[3]["role"], said(&log[1])[3]["content"].as_array().unwrap().len()),
        (&json!("assistant"), 5)
    );

    // A provider that never gets to an end is left after a while.
    let fake = Fake::always(events(&paused));
    let fault = run(&gateway("anthropic", fake.url(), timeouts()), "anthropic").await.result.unwrap_err();
    assert_eq!((fault.kind, fault.requests, fake.log().len()), (FaultKind::InvalidResponse, 9, 9));
    // All of it was billed, and told.
    let loss = fault.loss.as_deref().unwrap();
    let each = (loss.usage.input_tokens / 9, loss.usage.searches, loss.usage.estimated);
    assert_eq!((fault.lost, fault.unknown(), loss.requests, each), (9, 0, 9, (12, 9, false)));
}

#[tokio::test]
async fn a_schema_that_is_refused_beside_a_search_is_sent_again_without_one() {
    let refused = refusal("google", 400, "controlled generation is not supported with google_search tool");
    let fake = Fake::start(Arc::new(move |seen: &Seen, _| {
        let is_shaped = seen.body["generationConfig"]["responseMimeType"].is_string();
        if is_shaped && seen.body["tools"].is_array() { refused.clone() } else { say() }
    }));
    let gateway = gateway("google", fake.url(), timeouts());
    let terms = SearchTerms { searches_max: 1, context: None, domains: Domains::Any, recency: None };
    let searching = Ask { search: WebSearch::On(terms), ..ask("google") };
    for (ask, requests) in [(&searching, 3), (&searching, 1), (&ask("google"), 1)] {
        assert_eq!(gateway.ask(ask, &|_| {}).await.unwrap().requests, requests, "{:?}", ask.search);
    }
    // A turn that does not search keeps its schema.
    let kept = fake.log().last().unwrap().body["generationConfig"]["responseJsonSchema"].is_object();
    assert!(kept);
}

#[tokio::test]
async fn prices_a_known_model_and_estimates_an_untold_usage() {
    let vendor = vendor("openrouter");
    let chunk = json!({ "choices": [{ "index": 0, "delta": { "content": "twelve chars" }, "finish_reason": "stop" }] });
    let fake = Fake::sequence(vec![
        events(&format!("data: {chunk}\n\ndata: [DONE]\n\n")).with_header("x-request-id", "req_head"),
    ]);
    let reply = run(&gateway(vendor.name, fake.url(), timeouts()), vendor.name).await.result.unwrap();
    let expected = Usage { input_tokens: 11, output_tokens: 3, estimated: true, ..Usage::default() };
    assert_eq!((reply.usage, reply.request_id.as_deref()), (expected, Some("req_head")));
    assert_eq!(reply.model, "model-x", "the asked model stands in for an untold one");

    let fake = Fake::always(say());
    let gateway = gateway("anthropic", fake.url(), timeouts());
    let mut ask = ask("anthropic");
    ask.voice.model = "claude-sonnet-5-5".to_owned();
    let reply = gateway.ask(&ask, &|_| {}).await.unwrap();
    let price = table::price(table::find("anthropic").unwrap(), "claude-sonnet-5-5", &reply.usage);
    assert!(price.is_some_and(|price| price > 0.0) && reply.cost_usd == price, "{:?}, not {price:?}", reply.cost_usd);
}

#[tokio::test]
async fn keeps_what_a_provider_must_not_bring_out_of_the_reply() {
    let reply = |text: &str, tokens: u64| {
        let message = json!({
            "type": "message", "role": "assistant", "model": "model-x", "id": "msg", "stop_reason": "end_turn",
            "content": [{ "type": "text", "text": text }],
            "usage": { "input_tokens": tokens, "output_tokens": tokens },
        });
        Behaviour::json(200, &message)
    };
    let long = "long ".repeat(1_000_000);
    let fake = Fake::sequence(vec![reply(&format!("my key is {KEY}"), 5), reply("absurd", u64::MAX), reply(&long, 5)]);
    let gateway = gateway("anthropic", fake.url(), timeouts());
    let key = run(&gateway, "anthropic").await.result.unwrap();
    assert_eq!(key.text, "my key is [key]");
    let absurd = run(&gateway, "anthropic").await.result.unwrap();
    assert!(absurd.usage.estimated && absurd.usage.input_tokens < 1_000_000, "{:?}", absurd.usage);
    let cut = run(&gateway, "anthropic").await.result.unwrap();
    let room = ask("anthropic").prompt.output_tokens_max as usize;
    assert_eq!(cut.finish, Finish::Truncated);
    assert!(cut.text.len() <= room * 16 && !cut.text.is_empty(), "{} bytes for {room} tokens", cut.text.len());
}

#[tokio::test]
async fn takes_a_whole_json_body_for_a_stream() {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "model-x",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": TEXT }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12 },
    });
    let fake = Fake::always(Behaviour::json(200, &body));
    let reply = run(&gateway("openrouter", fake.url(), timeouts()), "openrouter").await.result.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.output_tokens, reply.requests), (TEXT, 7, 1));
}

/// Answers plain text only, as old local servers do.
fn plain_only(seen: &Seen, _before: usize) -> Behaviour {
    if seen.body["response_format"].is_null() {
        say()
    } else {
        refusal("openrouter", 400, "response_format is not supported by this server")
    }
}

#[tokio::test]
async fn steps_down_from_a_refused_schema_and_remembers_it() {
    let fake = Fake::start(Arc::new(plain_only));
    let gateway = gateway("openrouter", fake.url(), timeouts());
    let first = run(&gateway, "openrouter").await;
    assert_eq!((first.result.unwrap().requests, first.waits.len()), (3, 2), "{:?}", first.reasons);
    let second = run(&gateway, "openrouter").await;
    assert_eq!((second.result.unwrap().requests, second.waits.len()), (1, 0), "{:?}", second.reasons);
    let formats: Vec<Value> = fake.log().iter().map(|seen| seen.body["response_format"]["type"].clone()).collect();
    assert_eq!(formats, [json!("json_schema"), json!("json_object"), Value::Null, Value::Null]);
}

#[tokio::test]
async fn steps_down_do_not_use_up_attempts() {
    let fake = Fake::start(Arc::new(|seen: &Seen, before| match plain_only(seen, before) {
        Behaviour::Say(_) if before < 5 => refusal("openrouter", 503, "busy"),
        behaviour => behaviour,
    }));
    let outcome = run(&gateway("openrouter", fake.url(), timeouts()), "openrouter").await;
    assert_eq!(outcome.result.unwrap().requests, 6, "two steps down, three failures and an answer");
}

#[tokio::test]
async fn a_key_goes_to_its_host_and_nowhere_else() {
    for name in VENDORS {
        let elsewhere = Fake::always(say());
        let echo = format!("bad key {KEY}, see https://x.example/?key={KEY} \u{1b}[31m\r\n{}", "x".repeat(244));
        let fake = Fake::sequence(vec![
            Behaviour::Redirect(format!("{}/v1/messages", elsewhere.url())),
            refusal(name, 401, &echo),
            refusal(name, 401, &format!("bad key {}...", &KEY[..12])),
            refusal(name, 401, &format!("bad key {} {}", KEY.to_uppercase(), KEY.replace('-', "%2D"))),
            refusal(name, 401, &format!("bad key {}", KEY.replace("0123", "01\u{200b}2 3"))),
            refusal(name, 400, &format!("{} {KEY}", "x".repeat(285))),
            events(&format!(
                "event: error\ndata: {}\n\n",
                json!({ "error": { "message": format!("{} {KEY}", "x".repeat(285)) } })
            )),
        ]);
        let gateway = gateway(name, fake.url(), timeouts());
        let mut told = format!("{gateway:?} {:?}", endpoint(vendor(name), "http://user:pass@127.0.0.1"));
        for request in 0..7 {
            let outcome = run(&gateway, name).await;
            let fault = outcome.result.unwrap_err();
            told += &format!("{fault:?} {fault} {:?}", outcome.reasons);
            assert!(!fault.message.contains(char::is_control), "{name}, request {request}: {:?}", fault.message);
            match request {
                0 => assert!(fault.message.contains(elsewhere.url().trim_start_matches("http://")), "{name}: {fault}"),
                1..=4 => {
                    let variable = vendor(name).key_variables[0];
                    assert_eq!(fault.hint, format!("check {variable}"), "{name}");
                    assert!(fault.message.contains("[key]"), "{name}: {fault}");
                }
                _ => {}
            }
        }
        let told = told.to_lowercase();
        assert!(!told.contains("sk-can") && !told.contains("pass"), "{name}: {told}");
        assert!(!told.contains("canary") && !told.contains("456789"), "{name}: {told}");
        assert_eq!(elsewhere.log().len(), 0, "{name}: a redirect was followed");
        for seen in fake.log() {
            let carriers: Vec<_> =
                seen.headers.iter().filter(|(_, value)| value.contains(KEY)).map(|(name, _)| name.as_str()).collect();
            assert_eq!(carriers, [vendor(name).wire.auth("").0], "{name}");
            assert!(!seen.path.contains(KEY) && !seen.body.to_string().contains(KEY), "{name}: {}", seen.path);
        }
    }
}

/// Whoever answers in the vendor's place is not taken for the vendor in trouble: nothing is sent again, and the hint leads to the
/// base URL.
#[tokio::test]
async fn who_does_not_speak_the_wire_is_told_from_who_is_in_trouble() {
    let foreign = |name: &str| if name == "google" { "anthropic" } else { "google" };
    let body = |kind: &str, body: &[u8]| Behaviour::Status {
        code: 200,
        headers: vec![("content-type", kind.to_owned())],
        body: body.to_vec(),
    };
    let google = r#"data: {"candidates":[{"content":{"parts":[{"text":"Yes."}]}}]}"#;
    let anthropic = r#"data: {"type":"message_start","message":{"model":"x"}}"#;
    let wires = VENDORS.map(|name| async move {
        let other = if foreign(name) == "google" { google } else { anthropic };
        let behaviours = [
            body("text/event-stream", &[0, 255].repeat(1_000)),
            body("text/event-stream", b"<html><p>welcome</p></html>"),
            events("data: nonsense\n\n"),
            events(&format!("{other}\n\n")),
            body("text/html", b"<html>"),
            body(&"x".repeat(3_000), b"?"),
            body("application/json", b"nonsense"),
            body("application/json", &[0, 255].repeat(1_000)),
            body("application/json", foreign_whole(name).to_string().as_bytes()),
        ];
        for (row, behaviour) in behaviours.into_iter().enumerate() {
            let fake = Fake::sequence(vec![behaviour, say()]);
            let fault = run(&gateway(name, fake.url(), timeouts()), name).await.result.unwrap_err();
            let host = fake.url().trim_start_matches("http://");
            let expected =
                format!("what answers at {host} does not speak the API of {}: check the base URL", vendor(name).title);
            assert_eq!((fault.kind, fault.requests), (FaultKind::InvalidResponse, 1), "{name}, row {row}: {fault}");
            assert!(fault.hint.starts_with(&expected), "{name}, row {row}: {}", fault.hint);
            assert!(fault.message.chars().count() < 160, "{name}, row {row}: {fault}");
        }
    });
    join_all(wires).await;
}

/// A whole answer on a wire that is not the vendor's.
fn foreign_whole(name: &str) -> Value {
    match name {
        "openrouter" | "perplexity" => json!({
            "id": "msg_1", "type": "message", "model": "x", "content": [{ "type": "text", "text": "Yes." }],
            "stop_reason": "end_turn", "usage": { "input_tokens": 5, "output_tokens": 7 },
        }),
        _ => json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": "x",
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Yes." }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12 },
        }),
    }
}

/// A status can mean much; what comes with it tells who answers.
#[tokio::test]
async fn a_refusal_that_no_api_sends_leads_to_the_base_url() {
    const PAGE: &[u8] = b" <!doctype html><title>Not here</title>";
    let binary = [0, 255].repeat(1_000);
    // (status, body, whether the hint leads to the base URL)
    let rows: [(u16, &[u8], bool); 9] = [
        (404, PAGE, true),
        (502, PAGE, true),
        (401, PAGE, true),
        (500, &binary, true),
        (405, b"", true),
        (405, br#"{"detail":"Method Not Allowed"}"#, true),
        (429, PAGE, false),
        (502, b"bad gateway", false),
        (500, b"", false),
    ];
    for (status, body, leads) in rows {
        let headers = vec![("content-type", "text/html".to_owned())];
        let fake = Fake::always(Behaviour::Status { code: status, headers, body: body.to_vec() });
        let fault = run(&gateway("openai", fake.url(), timeouts()), "openai").await.result.unwrap_err();
        let says = fault.hint.contains("does not speak the API of OpenAI: check the base URL; OPENAI_BASE_URL sets");
        assert_eq!(says, leads, "{status}: {}", fault.hint);
    }
}

#[tokio::test]
async fn a_wait_that_there_is_no_time_for_is_told_with_what_helps() {
    for (header, wait) in [("3600", "3600 s"), ("90000", "more than a day")] {
        for status in [429, 503] {
            let refused = refusal("anthropic", status, "slow down").with_header("retry-after", header);
            let fake = Fake::sequence(vec![refused, say()]);
            let fault = run(&gateway("anthropic", fake.url(), timeouts()), "anthropic").await.result.unwrap_err();
            let expected = format!(
                "come back after {wait}, choose another provider, or name one that steps in for Anthropic: ROUNDTABLE_FALLBACK"
            );
            assert_eq!((fault.hint, fake.log().len()), (expected, 1), "{status}, {header}");
        }
    }
}

#[tokio::test]
async fn a_dropped_ask_ends_the_request_at_once() {
    for behaviour in
        [Behaviour::Hang, Behaviour::FallSilent(TEXT.to_owned()), Behaviour::Drip(Duration::from_millis(1))]
    {
        let fake = Arc::new(Fake::always(behaviour.clone()));
        let gateway = gateway("anthropic", fake.url(), timeouts());
        let ask = ask("anthropic");
        let asking = gateway.ask(&ask, &|_| {});
        let watcher = Arc::clone(&fake);
        tokio::select! {
            result = asking => panic!("{behaviour:?}: {result:?}"),
            arrived = tokio::task::spawn_blocking(move || watcher.wait_for(|seen| seen.len() == 1)) => { arrived.unwrap(); }
        }
        let watcher = Arc::clone(&fake);
        let seen = tokio::task::spawn_blocking(move || watcher.wait_for(|seen| seen[0].ended.is_some())).await.unwrap();
        assert_eq!(seen.len(), 1, "{behaviour:?}: nothing is sent after the drop");
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    for name in VENDORS {
        let fake = Fake::always(say());
        let gateway = gateway(name, fake.url(), timeouts());
        for _ in 0..5 {
            run(&gateway, name).await.result.unwrap();
        }
        let first = fake.log()[0].peer;
        assert!(fake.log().iter().all(|seen| seen.peer == first), "{name}: more than one connection");
    }
}

#[tokio::test]
async fn an_unconfigured_provider_is_a_lasting_fault() {
    let gateway = Gateway::new(Vec::new(), timeouts()).unwrap();
    for (name, hint) in [("anthropic", "set ANTHROPIC_API_KEY"), ("nobody", "choose a provider from the vendor table")]
    {
        let fault = run(&gateway, name).await.result.unwrap_err();
        assert_eq!((fault.kind, fault.requests, fault.hint.as_str()), (FaultKind::Auth, 0, hint));
        assert!(fault.kind.is_lasting());
    }
}

#[test]
fn a_gateway_is_checked_before_it_is_used() {
    let fake = Fake::always(say());
    let with = |base_url: &str, key: &str| Endpoint {
        base_url: base_url.to_owned(),
        key: Some(SecretString::from(key)),
        ..endpoint(vendor("anthropic"), fake.url())
    };
    let build = |endpoints| Gateway::new(endpoints, Timeouts::default());
    assert!(build(vec![with(fake.url(), KEY)]).is_ok());
    for base_url in ["", "ftp://host", "http://[", "http://host?x=1", "http://host#x"] {
        assert!(matches!(build(vec![with(base_url, KEY)]), Err(GatewayError::BaseUrl { .. })), "{base_url}");
    }
    let error = build(vec![with(fake.url(), &format!("{KEY}\n"))]).unwrap_err();
    assert!(
        error.to_string().contains("ANTHROPIC_API_KEY") && !format!("{error} {error:?}").contains(KEY),
        "{error:?}"
    );
    assert!(matches!(build(vec![with(fake.url(), KEY), with(fake.url(), KEY)]), Err(GatewayError::Twice("anthropic"))));
    assert_eq!(fake.log().len(), 0, "building a gateway sends nothing");
}

#[test]
fn filled_schemas_are_valid() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["a", "b", "c", "d", "e", "f", "g"],
        "properties": {
            "a": { "type": "string" },
            "b": { "type": "array", "items": { "type": "object", "properties": { "x": { "type": ["number", "null"] } }, "required": ["x"] } },
            "c": { "enum": ["yes", "no"] },
            "d": { "type": "integer", "minimum": 3 },
            "e": { "type": ["null", "string"] },
            "f": { "type": "boolean" },
            "g": { "type": "string" },
        },
    });
    let filled = fake::fill(&schema, &mut |name, _| (name == "g").then(|| json!("chosen")));
    assert!(jsonschema::is_valid(&schema, &filled), "{filled}");
    assert_eq!((&filled["g"], &filled["c"], &filled["e"]), (&json!("chosen"), &json!("yes"), &json!("text")));
}

#[test]
fn certificates_are_found_for_https() {
    let endpoint = Endpoint {
        vendor: table::find("anthropic").unwrap(),
        base_url: "https://127.0.0.1:9".to_owned(),
        key: Some(KEY.to_owned().into()),
        key_variable: "ANTHROPIC_API_KEY".to_owned(),
        limits: Limits::default(),
    };
    Gateway::new(vec![endpoint], Timeouts::default()).unwrap();
}

/// Runs a test of this file again in a process that finds no certificates.
#[cfg(target_os = "linux")]
#[test]
fn a_system_without_certificates_still_serves() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "gateway::certificates_are_found_for_https"])
        .env("SSL_CERT_FILE", "/nonexistent/file")
        .env("SSL_CERT_DIR", "/nonexistent/folder")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
