//! Logs as earlier versions wrote them still open, and still tell the same.
//!
//! Fixtures are added, never edited: a log that has been released is in somebody's database. `BLESS=1` writes what is
//! missing, logs by running the engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use roundtable::debate::agent::Seat;
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Event, Fact, Logged, StoppedBy};
use roundtable::debate::history::History;
use roundtable::debate::log::gate::GateTerms;
use roundtable::debate::log::ids::{SessionId, Speaker};
use roundtable::debate::log::limits::Caps;
use roundtable::debate::log::material::{Material, Origin};
use roundtable::debate::mode::Mode;
use roundtable::debate::protocol::{self, Step};
use roundtable::debate::question::Question;
use roundtable::debate::reply::{Fault, FaultKind, Finish, Loss, Reply, Usage};
use roundtable::debate::response::NeedId;
use roundtable::debate::{person, replay};
use roundtable::engine::{Control, EngineError, Notice, Run};
use roundtable::export::{Format, ballot, ndjson, render};
use roundtable::providers::rehearsal::{self, Rehearsal};
use roundtable::providers::{Asking, OnProgress, Provider};
use roundtable::store::Store;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::support::world::{branch, built_in, choice, more, open, setup_with, with_people};

/// The formats with the endings of what they are compared with.
const FORMATS: [(Format, &str); 5] = [
    (Format::Json, "json"),
    (Format::Markdown, "md"),
    (Format::Text, "txt"),
    (Format::Adr, "adr.md"),
    (Format::Html, "html"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions")
}

fn logs() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the fixtures");
    let mut logs: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    logs.retain(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    logs.sort();
    assert!(logs.len() >= 7, "{logs:?}");
    logs
}

/// What is done to a run once it has told so many events.
#[derive(Clone, Copy)]
enum Meddling {
    None,
    Pause(usize),
    Stop(usize),
    Abort(usize),
}

/// Appends events to a session and runs it, by rehearsal.
async fn run(store: &Store, session: SessionId, events: Vec<Event>, meddling: Meddling) -> Vec<Logged> {
    run_with(store, session, events, meddling, &Rehearsal::new(Duration::from_millis(24))).await
}

async fn run_with(
    store: &Store,
    session: SessionId,
    events: Vec<Event>,
    meddling: Meddling,
    provider: &dyn Provider,
) -> Vec<Logged> {
    let lease = store.lease(session).unwrap();
    store.append(&lease, events).await.unwrap();
    let history = History::replay(&store.load(session).unwrap()).unwrap();
    let (notices, mut watched) = mpsc::channel(1);
    let control = Control::default();
    let meddler = control.clone();
    let watching = async move {
        let mut told = 0;
        while let Some(notice) = watched.recv().await {
            told += usize::from(matches!(notice, Notice::Recorded(_)));
            match meddling {
                Meddling::Pause(at) if told == at => meddler.pause(StoppedBy::Command),
                Meddling::Stop(at) if told == at => meddler.stop(StoppedBy::Interrupt),
                Meddling::Abort(at) if told == at => meddler.abort(),
                Meddling::None | Meddling::Pause(_) | Meddling::Stop(_) | Meddling::Abort(_) => {}
            }
        }
    };
    let run = Run { log: &store.log(&lease), history, provider, notices, heard: &|_| {}, control };
    match tokio::join!(run.finish(), watching).0 {
        Ok(_) | Err(EngineError::Aborted) => store.load(session).unwrap(),
        Err(error) => panic!("{error}"),
    }
}

/// A session of a mode on its own, by rehearsal.
fn opened(mode: &str, session: u128) -> (SessionId, Event) {
    let question = if mode == "collaborative" { open() } else { choice() };
    opened_on(&built_in(mode), question, session)
}

fn opened_on(mode: &Mode, question: Question, session: u128) -> (SessionId, Event) {
    let mut setup = setup_with(mode, 4, question, &[rehearsal::voice()]);
    setup.session = SessionId(Uuid::from_u128(0x01a2_0000_0000_7000_8000_0000_0000_0000 + session));
    setup.program = concat!("roundtable ", env!("CARGO_PKG_VERSION")).to_owned();
    (setup.session, Event::SessionOpened(Box::new(setup)))
}

/// Like [`opened`], with so many tokens to spend.
fn limited(mode: &str, session: u128, tokens: u64) -> (SessionId, Event) {
    let (session, mut event) = opened(mode, session);
    if let Event::SessionOpened(setup) = &mut event {
        (setup.caps.tokens, setup.rounds) = (Some(tokens), Some(3));
    }
    (session, event)
}

/// The sessions of this format, each with something that only this format has.
async fn sessions() -> Vec<(&'static str, Vec<Logged>)> {
    let store = Store::in_memory().unwrap();
    let again = |session, event, meddling| run(&store, session, vec![event], meddling);
    let resume = || Event::SessionResumed {};

    let (session, first) = opened("collaborative", 0x10);
    again(session, first, Meddling::None).await;
    again(session, more(1), Meddling::None).await;
    again(session, Event::SessionRenamed { name: Some("monorepo".to_owned()) }, Meddling::None).await;
    let continued = again(session, Event::SynthesisRequested {}, Meddling::None).await;

    let (parent, first) = opened("adversarial", 0x20);
    let whole = again(parent, first, Meddling::None).await;
    let shared = branch(&whole, 2);
    let Event::SessionOpened(setup) = &shared[0].event else { panic!("no session") };
    let mut events: Vec<Event> = shared.iter().map(|logged| logged.event.clone()).collect();
    events.push(more(1));
    let mut branched = run(&store, setup.session, events, Meddling::None).await;
    // As the store stamps it when it branches.
    let opened_ms = branched[0].at_ms;
    for (logged, shared) in branched.iter_mut().zip(&shared).skip(1) {
        logged.at_ms = shared.at_ms;
    }
    assert!(opened_ms >= shared[1].at_ms);

    let (session, first) = opened("expert-panel", 0x30);
    again(session, first, Meddling::Abort(14)).await;
    // Taken up without a word, as by the next process, and stopped; then taken up again.
    run(&store, session, Vec::new(), Meddling::Stop(6)).await;
    let aborted = again(session, resume(), Meddling::None).await;

    let (needs, person) = (waits_for_facts(&store).await, waits_for_a_person(&store).await);
    let (session, first) = opened("delphi", 0x40);
    again(session, first, Meddling::Pause(11)).await;
    let paused = again(session, resume(), Meddling::None).await;

    // Under a limit that leaves room for the opening alone; raised, and reached again in the exchange.
    let (session, first) = limited("collaborative", 0x60, 90_000);
    again(session, first, Meddling::None).await;
    let raised = Event::LimitsSet(Caps { tokens: Some(98_000), ..Caps::default() });
    let limited = run(&store, session, vec![raised, resume()], Meddling::None).await;

    let unheard = falls_silent(&store).await;
    let broken = breaks_off(&store).await;
    let (as_meant, undecided) = (is_read_as_meant(&store).await, chooses_nothing(&store).await);
    let one_option = finds_one_option(&store).await;

    let weeks = Question::estimate("How long will the move take?", "weeks").unwrap();
    let (session, first) = opened_on(&built_in("delphi").held_for(&weeks), weeks, 0x50);
    let estimate = again(session, first, Meddling::None).await;

    vec![
        ("v2-continued", continued),
        ("v2-branched", branched),
        ("v2-aborted", aborted),
        ("v2-paused", paused),
        ("v2-needs", needs),
        ("v2-person", person),
        ("v2-estimate", estimate),
        ("v2-limited", limited),
        ("v3-unheard", unheard),
        ("v4-broken", broken),
        ("v5-as-meant", as_meant),
        ("v5-no-choice", undecided),
        ("v5-one-option", one_option),
    ]
}

/// The rehearsal, with sortings of the opening that disagree, and a seat that is not heard after the first round.
struct Silent(Rehearsal);

impl Provider for Silent {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            if ask.turn.speaker == Speaker::Seat(Seat(4)) && ask.turn.phase == "exchange" {
                return Err(crate::support::replies::fault(ask, FaultKind::Network));
            }
            let mut reply = self.0.ask(ask, progress).await?;
            let members = match ask.turn.stage.as_str() {
                "forward" => [[1, 2], [3, 4]],
                "reverse" => [[1, 3], [2, 4]],
                "third" => [[1, 4], [2, 3]],
                _ => return Ok(reply),
            };
            let piles = members
                .map(|members| serde_json::json!({ "text": format!("Plan {members:?}"), "statements": members }));
            reply.text = serde_json::json!({ "options": piles }).to_string();
            Ok(reply)
        })
    }
}

async fn falls_silent(store: &Store) -> Vec<Logged> {
    let (session, mut first) = opened("collaborative", 0x90);
    if let Event::SessionOpened(setup) = &mut first {
        setup.gate = Some(GateTerms { no_blocking_dissent: true, ..GateTerms::default() });
    }
    run_with(store, session, vec![first], Meddling::None, &Silent(Rehearsal::new(Duration::from_millis(24)))).await
}

/// The rehearsal, over a line on which answers break off: of one it is known what it took, of the others it is not.
struct Broken(Rehearsal);

impl Provider for Broken {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let usage = Usage { input_tokens: 900, output_tokens: 40, estimated: true, ..Usage::default() };
            let loss = Some(Box::new(Loss { requests: 1, usage, cost_usd: Some(0.0) }));
            if ask.turn.speaker == Speaker::Seat(Seat(2)) && ask.turn.phase == "exchange" {
                let fault = crate::support::replies::fault(ask, FaultKind::Network);
                return Err(Fault { requests: 3, lost: 3, loss, ..fault });
            }
            let reply = self.0.ask(ask, progress).await?;
            let broke = ask.turn.speaker == Speaker::Seat(Seat(1)) && ask.turn.phase == "opening";
            Ok(if broke { Reply { requests: 3, lost: 2, loss, ..reply } } else { reply })
        })
    }
}

async fn breaks_off(store: &Store) -> Vec<Logged> {
    let (session, first) = limited("collaborative", 0xa0, 260_000);
    run_with(store, session, vec![first], Meddling::None, &Broken(Rehearsal::new(Duration::from_millis(24)))).await
}

/// The file that is quoted, with its letters composed otherwise than in the quotation.
const MATERIAL: &str = "Die Gro\u{308}\u{df}e der Tabelle wurde **nie** u\u{308}berschritten.";

/// The rehearsal, as models answer: with votes dressed up, fields that cannot be read, thoughts and drafts.
struct Sloppy(Rehearsal);

impl Provider for Sloppy {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let mut reply = self.0.ask(ask, progress).await?;
            let Speaker::Seat(Seat(seat)) = ask.turn.speaker else { return Ok(reply) };
            let mut form: Value = serde_json::from_str(&reply.text).unwrap();
            let drafted = json!({ "option": "o2", "statement": "A draft." });
            let mut put = |name: &str, value: Value| {
                if form.get(name).is_some() {
                    form[name] = value;
                }
            };
            match (ask.turn.phase.as_str(), seat) {
                ("opening", 1) => {
                    put("option", json!("**o1** (move now)"));
                    put("confidence", json!("rather high"));
                    put("claims", json!([claimed("The \"slow\" build costs a day.", "opinion", "m1, line 1")]));
                }
                ("opening", 2) => {
                    put("option", json!("Option 1: move now"));
                    put(
                        "claims",
                        json!([claimed("The \u{201c}slow\u{201d} build costs a\u{200b} day.", "fact", "m1")]),
                    );
                    put("would_change_my_mind", json!("a measurement"));
                }
                ("opening", 3) => {
                    let words = "As Creative, I hold that Creative Commons BY is the licence for it.";
                    put("statement", json!(words));
                    put("claims", json!([claimed(words, "value", "")]));
                }
                ("exchange", 1) => {
                    put("option", json!("move now."));
                    put("ratings", json!({ "o1": -1, "o2": "+2" }));
                }
                ("exchange", 2) => {
                    put("option", json!({ "id": "o1", "text": "move now" }));
                    put("ratings", json!({ "o1": 0, "move now": 0, "o2": 2 }));
                }
                ("exchange", 4) => {
                    put("option", json!("Enthaltung"));
                    put("abstain_reason", json!("The cost is not known."));
                    put("statement", json!("I cannot tell."));
                    put("change", Value::Null);
                }
                _ => {}
            }
            let said = form.to_string();
            reply.text = match (ask.turn.phase.as_str(), seat) {
                ("opening", 1) => format!("Here is my position {{as asked}}:\n```json\n{said}\n```"),
                ("opening", 2) => format!("Perhaps {drafted}, but no.\n</think>\n\n{said}"),
                ("exchange", 3) => json!({ "draft": drafted, "final": form }).to_string(),
                _ => said,
            };
            if seat == 3 {
                reply.reasoning = Some(format!("I could also say {drafted}."));
            }
            if (ask.turn.phase.as_str(), seat, ask.attempt) == ("opening", 4, 1) {
                reply.finish = Finish::Truncated;
            }
            Ok(reply)
        })
    }
}

/// A claim that quotes the material, if it refers to any.
fn claimed(text: &str, kind: &str, reference: &str) -> Value {
    let quote = "Die Gr\u{f6}\u{df}e der Tabelle wurde nie \u{fc}berschritten.";
    let evidence = json!([{ "type": "material", "ref": reference, "quote": quote }]);
    let evidence = if reference.is_empty() { json!([]) } else { evidence };
    json!({ "text": text, "kind": kind, "evidence": evidence, "supports": "o1", "rebuts": [] })
}

async fn is_read_as_meant(store: &Store) -> Vec<Logged> {
    let (session, mut first) = opened_on(&built_in("collaborative"), choice(), 0xb0);
    if let Event::SessionOpened(setup) = &mut first {
        setup.rounds = Some(1);
        setup.context = vec![Material::new("size.md".to_owned(), Origin::File, MATERIAL)];
    }
    run_with(store, session, vec![first], Meddling::None, &Sloppy(Rehearsal::new(Duration::from_millis(24)))).await
}

/// The rehearsal, in which two seats of four choose nothing, one objects in a word, and one says that it does not.
struct Undecided(Rehearsal);

impl Provider for Undecided {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let mut reply = self.0.ask(ask, progress).await?;
            let own = match ask.turn.speaker {
                Speaker::Seat(Seat(1)) => json!({ "blocking": true, "blocking_objection": "GDPR" }),
                Speaker::Seat(Seat(4)) => json!({ "blocking": null, "blocking_objection": "Keine." }),
                Speaker::Seat(_) => json!({ "option": null, "abstain_reason": "The load is not known." }),
                Speaker::Moderator => return Ok(reply),
            };
            let mut form: Value = serde_json::from_str(&reply.text).unwrap();
            own.as_object().unwrap().iter().for_each(|(name, value)| form[name] = value.clone());
            reply.text = form.to_string();
            Ok(reply)
        })
    }
}

async fn chooses_nothing(store: &Store) -> Vec<Logged> {
    let (session, first) = opened("vote", 0xc0);
    run_with(store, session, vec![first], Meddling::None, &Undecided(Rehearsal::new(Duration::from_millis(24)))).await
}

/// The rehearsal, with sortings that put everything under one option, and find in it what contradicts itself.
struct Lumping(Rehearsal);

impl Provider for Lumping {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let mut reply = self.0.ask(ask, progress).await?;
            if ["forward", "reverse"].contains(&ask.turn.stage.as_str()) {
                let pile = json!({ "text": "Do something.", "statements": [1, 2, 3, 4], "contradicting": [2, 3] });
                reply.text = json!({ "options": [pile] }).to_string();
            }
            Ok(reply)
        })
    }
}

async fn finds_one_option(store: &Store) -> Vec<Logged> {
    let (session, first) = opened("collaborative", 0xd0);
    run_with(store, session, vec![first], Meddling::None, &Lumping(Rehearsal::new(Duration::from_millis(24)))).await
}

/// The rehearsal, of which one seat needs a fact in the opening.
struct Needing(Rehearsal);

impl Provider for Needing {
    fn ask<'a>(&'a self, ask: &'a Ask, progress: OnProgress<'a>) -> Asking<'a> {
        Box::pin(async move {
            let mut reply = self.0.ask(ask, progress).await?;
            if ask.turn.to_string() == "opening/1/opening/2" {
                let mut form: serde_json::Value = serde_json::from_str(&reply.text).unwrap();
                let need = |query: &str, required| serde_json::json!({ "query": query, "reason": "It would settle the cost.", "required": required });
                form["needs"] =
                    serde_json::json!([need("What is the peak load?", true), need("Who is on call?", false)]);
                reply.text = form.to_string();
            }
            Ok(reply)
        })
    }
}

async fn waits_for_facts(store: &Store) -> Vec<Logged> {
    let provider = Needing(Rehearsal::new(Duration::from_millis(24)));
    let (session, first) = opened("collaborative", 0x70);
    let waiting = run_with(store, session, vec![first], Meddling::None, &provider).await;
    assert_eq!(waiting.last().unwrap().event.tag(), "facts_awaited");
    let (need, about) = (Some(NeedId("n1".to_owned())), "What is the peak load?".to_owned());
    let facts = vec![Fact { need, about, text: "412 requests a second, on a Monday.".to_owned() }];
    run_with(store, session, vec![Event::NeedsAnswered { facts }], Meddling::None, &provider).await
}

async fn waits_for_a_person(store: &Store) -> Vec<Logged> {
    let (session, first) = opened("adversarial", 0x80);
    let Event::SessionOpened(setup) = first else { panic!("no session") };
    let mut events = vec![Event::SessionOpened(Box::new(with_people(*setup, &["Ada"])))];
    loop {
        let log = run(store, session, events, Meddling::None).await;
        let history = History::replay(&log).unwrap();
        let due = person::due(&history);
        let Some(due) = due.first() else { return log };
        let mut given = serde_json::json!({ "because": "I have seen it fail.", "confidence": 0.9 });
        // In the exchange the sides are assigned, and nobody chooses.
        if !ballot::options(&due.contract).is_empty() {
            given["option"] = serde_json::json!(2);
        }
        events = person::taken(&history, due, given.as_object().unwrap()).unwrap();
    }
}

/// Writes the logs that are missing, and checks that every log of today's engine replays.
#[tokio::test]
async fn what_the_engine_writes_replays() {
    for (name, log) in sessions().await {
        assert_eq!(replay::verify(&log).unwrap(), [], "{name}");
        let tags: Vec<&str> = log.iter().map(|logged| logged.event.tag()).collect();
        let due: &[&str] = match name {
            "v2-continued" => &["session_continued", "session_renamed", "synthesis_requested", "options_frozen"],
            "v2-branched" => &["session_continued"],
            "v2-needs" => &["facts_awaited", "needs_answered"],
            "v2-person" => &["turns_awaited"],
            "v2-limited" => &["limit_reached", "limits_set", "session_resumed"],
            "v2-aborted" => &["stop_requested", "session_resumed", "perspectives_chosen"],
            "v2-estimate" | "v3-unheard" | "v5-no-choice" => &["decided"],
            "v5-as-meant" => &["round_closed", "decided"],
            "v5-one-option" => &["options_frozen", "decided"],
            "v4-broken" => &["turn_failed", "limit_reached", "decided"],
            _ => &["session_paused", "session_resumed"],
        };
        assert!(due.iter().all(|tag| tags.contains(tag)), "{name}: {tags:?}");
        let path = folder().join(name).with_extension("ndjson");
        if std::env::var_os("BLESS").is_some() && !path.exists() {
            fs::write(path, ndjson::write(&log)).unwrap();
        }
    }
}

fn read(log: &Path) -> Vec<Logged> {
    let text = fs::read_to_string(log).expect("a readable fixture");
    let logged =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}: {line}", log.display()));
    text.lines().map(logged).collect()
}

/// What a format makes of a log. How a page looks may change without what it says, so its style sheet is left out.
fn told(history: &History, format: Format) -> String {
    let text = render(history, &[], format);
    match (text.split_once("<style>"), text.split_once("</style>")) {
        (Some((before, _)), Some((_, after))) if format == Format::Html => format!("{before}<style></style>{after}"),
        _ => text,
    }
}

#[test]
fn a_log_of_every_version_tells_the_same() {
    for log in logs() {
        let events = read(&log);
        let history = History::replay(&events).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        assert_eq!(protocol::next(&history), Step::Done, "{}", log.display());
        for (format, ending) in FORMATS {
            let golden = log.with_extension(ending);
            let told = told(&history, format);
            if std::env::var_os("BLESS").is_some() && !golden.exists() {
                fs::write(&golden, &told).expect("a writable folder");
            }
            let expected = fs::read_to_string(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
            assert_eq!(told, expected, "{}", golden.display());
        }
    }
}

#[test]
fn an_event_is_written_as_it_was_read() {
    for log in logs() {
        let text = fs::read_to_string(&log).expect("a readable fixture");
        for (line, logged) in text.lines().zip(read(&log)) {
            let (was, is): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(line).expect("JSON"), serde_json::to_value(&logged).expect("an event is JSON"));
            assert_eq!(was, is, "{}", log.display());
        }
    }
}

/// The log of a fixture, as one of another format would have been read.
fn in_format(name: &str, format: u32) -> Vec<Logged> {
    let mut log = read(&folder().join(name).with_extension("ndjson"));
    if let Event::SessionOpened(setup) = &mut log[0].event {
        setup.format = format;
    }
    log
}

/// What the rules of format 5 made of its logs, and those of format 4 would not.
#[test]
fn logs_of_format_5_hold_what_only_its_rules_make() {
    let misses = |name: &str| -> Vec<String> {
        assert_eq!(replay::verify(&in_format(name, 5)).unwrap(), [], "{name}");
        let told = |miss: replay::Miss| format!("{} {} {}", miss.event, miss.field, miss.recorded);
        replay::verify(&in_format(name, 4)).unwrap().into_iter().map(told).collect()
    };
    for (name, expected) in [
        (
            "v5-as-meant",
            &[
                "turn_finished response \"truncated\"",
                "turn_finished response.position {\"statement\":\"I hold o1: The people",
                "turn_finished response.position {\"statement\":\"I hold o2: The part",
                "turn_finished response.position {\"statement\":\"I cannot tell.",
                "turn_started prompt.sha256",
                "round_closed claims_new 2",
                "decided decision.caveats[1] \"ratings_disagree\"",
            ][..],
        ),
        ("v5-no-choice", &["response.ballot.blocking_objection null", "decided decision.label \"no_choice\""]),
        ("v5-one-option", &["decided decision.caveats[1] \"one_option\""]),
    ] {
        let misses = misses(name);
        for part in expected {
            assert!(misses.iter().any(|miss| miss.contains(part)), "{name}: {part}: {misses:#?}");
        }
    }
}
