//! Every wire under every fault: what comes of an ask, how many requests and waits it takes, and how a debate ends whose
//! only vendor does that. One table; read it after every change.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use roundtable::app::ending_failure;
use roundtable::debate::event::Event;
use roundtable::debate::history::History;
use roundtable::debate::reply::{Fault, Finish, Reply};
use roundtable::engine::{Control, Run};
use roundtable::providers::gateway::{Gateway, Timeouts};
use roundtable::store::Store;
use tokio::sync::mpsc;

use crate::support::asking::{VENDORS, bomb, events, gateway, refusal, run, timeouts, too_long, truncated_json};
use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::voices;
use crate::support::world::{built_in, choice, setup_with, voice};

/// A wait shorter than this is a backoff of ours; a longer one was asked for.
const BACKOFF_MS: u64 = 40;

/// What a vendor does to every request.
type Does = fn(&str, &Seen) -> Behaviour;

/// Where the vendor is.
enum At {
    /// It answers, somehow.
    Fake(Does),
    /// Nobody listens there.
    Closed,
    /// Whoever connects is cut off at once.
    Slammed,
}

/// One case.
struct FaultCase {
    name: &'static str,
    at: At,
    timeouts: fn(Timeouts) -> Timeouts,
    /// Vendors whose wires have no such thing.
    lacks: &'static [&'static str],
}

fn on(name: &'static str, does: Does) -> FaultCase {
    FaultCase { name, at: At::Fake(does), timeouts: |timeouts| timeouts, lacks: &[] }
}

fn cases() -> Vec<FaultCase> {
    vec![
        on("429, told seconds", |wire, _| refusal(wire, 429, "slow down").with_header("retry-after", "0.06")),
        on("429, told a date", |wire, _| refusal(wire, 429, "slow down").with_header("retry-after", soon())),
        on("429, told an hour", |wire, _| refusal(wire, 429, "slow down").with_header("retry-after", "3600")),
        on("429, told nothing", |wire, _| refusal(wire, 429, "slow down")),
        on("429, out of credit", |wire, _| refusal(wire, 429, "You exceeded your current quota")),
        on("500", |wire, _| refusal(wire, 500, "it broke")),
        on("503", |wire, _| refusal(wire, 503, "busy")),
        on("529", |wire, _| refusal(wire, 529, "overloaded")),
        on("401", |wire, _| refusal(wire, 401, "bad key")),
        on("404, no such model", |wire, _| refusal(wire, 404, "no such model")),
        on("400, context length", |wire, _| too_long(wire)),
        FaultCase { name: "connection refused", at: At::Closed, ..on("", |_, _| Behaviour::Hang) },
        FaultCase { name: "reset at connect", at: At::Slammed, ..on("", |_, _| Behaviour::Hang) },
        on("reset at headers", |_, _| Behaviour::DropConnection),
        on("reset in the stream", |_, seen| Behaviour::CutMidStream(said(seen))),
        FaultCase {
            timeouts: |timeouts| Timeouts { first_byte: Duration::from_millis(150), ..timeouts },
            ..on("black hole", |_, _| Behaviour::Hang)
        },
        FaultCase {
            timeouts: |timeouts| Timeouts { turn: Duration::from_millis(700), ..timeouts },
            ..on("slow drip", |_, _| Behaviour::Drip(Duration::from_millis(10)))
        },
        on("truncated JSON", |_, _| truncated_json()),
        on("malformed events", |_, _| events("data: {\"half\": \n\ndata: nonsense\n\n")),
        on("wrong content type", |_, _| Behaviour::WrongContentType),
        on("endless stream", |_, _| Behaviour::EndlessStream),
        on("50 MB body", |_, _| body(vec![b' '; 50 << 20], &[])),
        on("gzip bomb", |_, _| body(bomb(40 << 20), &[("content-encoding", "gzip")])),
        on("redirect to another host", |_, _| Behaviour::Redirect("http://elsewhere.example/v1".to_owned())),
        on("stream without usage", |_, seen| Behaviour::SayWithoutUsage(said(seen))),
        on("empty reply", |_, _| Behaviour::Say(String::new())),
        FaultCase { lacks: &["google", "perplexity"], ..on("refused", |wire, _| recorded(wire, "refusal")) },
        FaultCase {
            lacks: &["anthropic", "perplexity"],
            ..on("filtered", |wire, _| recorded(wire, if wire == "google" { "safety" } else { "filtered" }))
        },
        on("truncated", |wire, _| recorded(wire, "truncated")),
        on("fair", |_, seen| Behaviour::Say(said(seen))),
    ]
}

/// A date within the next two seconds: dates know no fractions.
fn soon() -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(1_200))
}

fn said(seen: &Seen) -> String {
    voices::reply(seen, 1)
}

fn body(body: Vec<u8>, headers: &[(&'static str, &str)]) -> Behaviour {
    let json = [("content-type", "application/json")];
    let headers = json.iter().chain(headers).map(|(name, value)| (*name, (*value).to_owned())).collect();
    Behaviour::Status { code: 200, headers, body }
}

/// A recorded answer of a vendor's wire.
fn recorded(vendor: &str, name: &str) -> Behaviour {
    let wire = match vendor {
        "openai" => "openai_responses",
        "google" => "gemini",
        "openrouter" => "openai_chat",
        other => other,
    };
    let file = format!("{}/tests/fixtures/wires/{wire}/{name}.sse", env!("CARGO_MANIFEST_DIR"));
    let headers = vec![("content-type", "text/event-stream".to_owned())];
    Behaviour::Status { code: 200, headers, body: fs::read(file).unwrap() }
}

/// What came of one case on one wire.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Came {
    outcome: String,
    requests: u32,
    waits: String,
    /// Exit code of the debate.
    exit: Option<u8>,
}

async fn meet(name: &'static str, case: &FaultCase) -> Option<Came> {
    let mut vendors = VENDORS.iter().filter(|vendor| !case.lacks.contains(vendor));
    let debates = if vendors.next()? == &name { Debates::Too } else { Debates::No };
    if case.lacks.contains(&name) {
        return None;
    }
    let timeouts = (case.timeouts)(timeouts());
    Some(match case.at {
        At::Fake(does) => {
            let fake = Fake::start(Arc::new(move |seen, _| does(name, seen)));
            let came = ask_and_debate(name, fake.url(), timeouts, debates).await;
            // A request that we gave up on may not have been read yet.
            let seen = fake.log().len() >= came.requests as usize || came.outcome == "timeout";
            assert!(seen, "{name}, {}: {came:?}", case.name);
            came
        }
        At::Closed => {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            ask_and_debate(name, &format!("http://127.0.0.1:{port}"), timeouts, debates).await
        }
        At::Slammed => {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let host = format!("http://{}", listener.local_addr().unwrap());
            // Ends with the test's process.
            std::thread::spawn(move || listener.incoming().for_each(drop));
            ask_and_debate(name, &host, timeouts, debates).await
        }
    })
}

/// Whether a debate is held as well: on the first wire that has the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Debates {
    Too,
    No,
}

/// One ask alone, and a debate of two seats perhaps, through a gateway each.
async fn ask_and_debate(name: &str, host: &str, timeouts: Timeouts, debates: Debates) -> Came {
    let (alone, debating) = (gateway(name, host, timeouts), gateway(name, host, timeouts));
    let debate = async {
        match debates {
            Debates::Too => Some(debate(name, &debating).await),
            Debates::No => None,
        }
    };
    let (asked, exit) = tokio::join!(run(&alone, name), debate);
    let told = |wait_ms: &u64| if *wait_ms < BACKOFF_MS { "backoff" } else { "as told" };
    let waits: Vec<&str> = asked.waits.iter().map(told).collect();
    let waits = match waits.as_slice() {
        [] => "none".to_owned(),
        [first, rest @ ..] if rest.iter().all(|wait| wait == first) => format!("{} {first}", waits.len()),
        mixed => mixed.join(", "),
    };
    let (outcome, requests) = match &asked.result {
        Ok(reply) => (answered(reply), reply.requests),
        Err(fault) => (failed(fault), fault.requests),
    };
    Came { outcome, requests, waits, exit }
}

fn answered(reply: &Reply) -> String {
    let finish = match reply.finish {
        Finish::Complete if reply.text.is_empty() => "complete, empty",
        Finish::Complete => "complete",
        Finish::Truncated => "truncated",
        Finish::Refused => "refused",
        Finish::Filtered => "filtered",
    };
    format!("{finish}{}", if reply.usage.estimated { ", usage estimated" } else { "" })
}

fn failed(fault: &Fault) -> String {
    assert!(!fault.hint.is_empty() && !fault.message.is_empty(), "{fault:?}");
    let status = fault.status.map_or_else(String::new, |status| format!(" ({status})"));
    let gives_a_reason = if fault.message.contains("it wants a wait") { ", for want of time" } else { "" };
    format!("{}{status}{gives_a_reason}", fault.kind)
}

/// The exit code of a debate whose two seats have this gateway's vendor alone.
async fn debate(name: &str, gateway: &Gateway) -> u8 {
    let mut setup = setup_with(&built_in("vote"), 2, choice(), &[voice((name, "model-x", "x"))]);
    setup.synthesis = false;
    let session = setup.session;
    let store = Store::in_memory().unwrap();
    let lease = store.lease(session).unwrap();
    let opened = store.append(&lease, vec![Event::SessionOpened(Box::new(setup))]).await.unwrap();
    let history = History::replay(&opened).unwrap();
    // Nobody watches.
    let (notices, _) = mpsc::channel(1);
    let log = store.log(&lease);
    let run = Run { log: &log, history, provider: gateway, notices, heard: &|_| {}, control: Control::default() };
    let history = run.finish().await.unwrap();
    ending_failure(&history).map_or(0, |failure| failure.kind.exit_code())
}

#[tokio::test]
async fn every_wire_meets_every_fault() {
    let cases = cases();
    let mut table = vec![["fault", "wire", "outcome", "requests", "waits", "exit"].map(str::to_owned)];
    for chunk in cases.chunks(6) {
        let met = chunk.iter().map(|case| join_all(VENDORS.map(|name| meet(name, case))));
        for (case, came) in chunk.iter().zip(join_all(met).await) {
            let exit =
                came.iter().flatten().find_map(|came| came.exit).map_or_else(String::new, |code| code.to_string());
            let mut distinct: Vec<(Vec<&str>, Came)> = Vec::new();
            for (name, came) in VENDORS.iter().zip(came) {
                let Some(came) = came.map(|came| Came { exit: None, ..came }) else { continue };
                match distinct.iter_mut().find(|(_, known)| *known == came) {
                    Some((names, _)) => names.push(name),
                    None => distinct.push((vec![name], came)),
                }
            }
            for (names, came) in distinct {
                let wires = if names.len() == VENDORS.len() { "all".to_owned() } else { names.join(" ") };
                let Came { outcome, requests, waits, exit: _ } = came;
                table.push([case.name.to_owned(), wires, outcome, requests.to_string(), waits, exit.clone()]);
            }
        }
    }
    let wide = |column: usize| table.iter().map(|row| row[column].len()).max().unwrap();
    let widths: Vec<usize> = (0..6).map(wide).collect();
    let lines = table.iter().map(|row| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, wide)| format!("{cell:wide$}")).collect();
        cells.join("  ").trim_end().to_owned()
    });
    let lines: Vec<String> = lines.collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots/faults" }, {
        insta::assert_snapshot!("table", lines.join("\n"));
    });
}
