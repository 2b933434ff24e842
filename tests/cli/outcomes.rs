//! What the panel's answers amount to, and what is said of it: the program with four seats and a moderator behind one server.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use roundtable::debate::analysis::closing::{Contradiction, Counted, contradictions};
use roundtable::debate::log::decision::EstimateVerdict;
use roundtable::debate::log::round::Consensus;
use roundtable::debate::question::{Choice, OptionId};
use roundtable::debate::response::Synthesis;
use serde_json::{Value, json};

use crate::support::fake::{self, Behaviour, Fake, Seen};
use crate::support::program::{self, Desk, Ran, lines_with};

const REASON: &str = "The load figures are missing.";

/// A vote of four seats between Kafka and NATS.
const VOTE: [&str; 9] = ["start", "--topic", "Which queue?", "--option", "Kafka", "--option", "NATS", "--mode", "vote"];
/// Who sits and who moderates, all behind one server.
const PANEL: [&str; 12] = [
    "--agent-count",
    "4",
    "--provider",
    "vllm=m1",
    "--provider",
    "vllm=m2",
    "--provider",
    "vllm=m3",
    "--provider",
    "vllm=m4",
    "--moderator",
    "vllm=mod",
];

/// What a seat answers, or the moderator: fields that stand in for those of a sound ballot for `o2`.
type Says = Arc<dyn Fn(&Seen) -> Behaviour + Send + Sync>;

/// A sound reply to whatever is asked, with these fields in place of its own.
fn filled(seen: &Seen, own: &Value) -> Behaviour {
    let sound = json!({
        "because": "it is sound", "statement": "I hold this.", "confidence": 0.8, "ratings": { "o1": -1, "o2": 2 },
        "option": "o2", "abstain_reason": null, "blocking": false, "blocking_objection": null, "change": null, "opening_was": null,
        "claims": [], "concessions": [], "needs": [], "would_change_my_mind": [], "conclusion": "It is decided.",
        "rationale": [], "risks": [], "next_steps": [], "would_change": [],
    });
    let mut choose = |name: &str, _: &Value| own.get(name).or_else(|| sound.get(name)).cloned();
    Behaviour::Say(fake::fill(&seen.schema, &mut choose).to_string())
}

/// The seats answer with these fields, in order, and the moderator with the last.
fn says(seats: [Value; 4], moderator: Value) -> Says {
    Arc::new(move |seen| {
        let seat = seen.model.strip_prefix('m').and_then(|seat| seat.parse::<usize>().ok());
        filled(seen, seat.and_then(|seat| seats.get(seat - 1)).unwrap_or(&moderator))
    })
}

/// A seat that answers this in place of a ballot.
fn instead(seats: usize, behaviour: fn() -> Behaviour) -> Says {
    Arc::new(move |seen| match seen.model.strip_prefix('m').and_then(|seat| seat.parse::<usize>().ok()) {
        Some(seat) if seat <= seats => behaviour(),
        Some(_) | None => filled(seen, &json!({})),
    })
}

fn abstains() -> Value {
    json!({ "option": null, "ratings": { "o1": 0, "o2": 0 }, "abstain_reason": REASON })
}

fn votes(option: &str, ratings: [i64; 2]) -> Value {
    json!({ "option": option, "ratings": { "o1": ratings[0], "o2": ratings[1] } })
}

/// A desk whose server answers as `says`.
fn desk(says: Says) -> (Desk, Fake) {
    let fake = Fake::start(Arc::new(move |seen, _| says(seen)));
    let mut desk = Desk::new();
    desk.set("VLLM_BASE_URL", fake.url());
    (desk, fake)
}

fn vote(desk: &Desk, more: &[&str]) -> Ran {
    desk.run(&[&VOTE[..], &PANEL[..], more].concat())
}

/// Runs a vote and returns its record.
fn record(says: Says, more: &[&str]) -> Value {
    vote(&desk(says).0, &[&["--format", "json", "--quiet"][..], more].concat()).expect(0).record()
}

#[test]
fn a_panel_that_was_heard_and_chose_nothing_has_decided_so() {
    let sound = || json!({});
    let rows = [
        ("two of four", [abstains(), abstains(), sound(), sound()]),
        ("three of four", [abstains(), sound(), abstains(), abstains()]),
        ("all", [abstains(), abstains(), abstains(), abstains()]),
        ("two, and two that differ", [abstains(), votes("o1", [2, -1]), abstains(), sound()]),
    ];
    for (title, seats) in rows {
        let abstainers = seats.iter().filter(|seat| seat.get("abstain_reason").is_some()).count();
        let (desk, fake) = desk(says(seats, json!({})));
        let ran = vote(&desk, &[]).expect(0);
        assert!(ran.stdout.starts_with("No decision: "), "{title}: {}", ran.stdout);
        assert!(ran.stdout.contains(REASON), "{title}: {}", ran.stdout);
        assert!(ran.stdout.contains(&format!("{abstainers} of 4 abstain")), "{title}: {}", ran.stdout);
        let record = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(
            (&record["status"], &record["decision"]["label"]),
            (&json!("decided"), &json!("no_choice")),
            "{title}"
        );
        assert_eq!(
            (&record["decision"]["option"], &record["decision"]["level"]),
            (&Value::Null, &json!("low")),
            "{title}"
        );
        assert_eq!(record["final"]["abstained"], json!(abstainers), "{title}");
        let calls = fake.log().len();
        for format in ["text", "markdown", "adr", "html", "json", "ndjson"] {
            let resumed = desk.run(&["resume", "@", "--format", format]).expect(0);
            assert!(resumed.stdout.contains(REASON), "{title} in {format}: {}", resumed.stdout);
            for unfit in ["could be heard", "could not be heard", "run it again", "run the job again", "retryable"] {
                assert!(
                    !format!("{}{}", resumed.stdout, resumed.stderr).contains(unfit),
                    "{title} in {format}: {unfit}"
                );
            }
        }
        assert_eq!(fake.log().len(), calls, "{title}: nobody is asked again");
    }
}

#[test]
fn no_gate_passes_on_a_panel_that_chose_nothing() {
    for gate in [&["--min-agreement", "0"][..], &["--expect", "NATS"], &["--no-blocking-dissent"]] {
        let (desk, _fake) = desk(says([abstains(), abstains(), json!({}), json!({})], json!({})));
        let ran = vote(&desk, gate).expect(3);
        assert!(ran.stderr.contains("no option won"), "{gate:?}: {}", ran.stderr);
        desk.run(&["resume", "@"]).expect(3);
    }
}

#[test]
fn a_lost_quorum_tells_whether_providers_or_readings_failed() {
    let refused =
        || Behaviour::json(401, &json!({ "error": { "message": "no such key", "type": "invalid_request_error" } }));
    let prose = || Behaviour::Say("I would rather not answer in a form.".to_owned());
    let rows = [
        ("keys", refused as fn() -> Behaviour, "provider", "the providers of "),
        ("prose", prose, "reading", "the replies of "),
    ];
    for (title, behaviour, cause, told) in rows {
        let (desk, _fake) = desk(instead(2, behaviour));
        let ran = vote(&desk, &["--format", "json", "--quiet"]).expect(5);
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(error["error"]["kind"], "providers", "{title}");
        assert!(error["error"]["message"].as_str().unwrap().contains(told), "{title}: {error}");
        let record = ran.record();
        assert_eq!(record["decision"]["label"], "no_quorum", "{title}");
        let unheard = record["unheard"].as_array().unwrap();
        assert!(unheard.len() >= 2 && unheard.iter().all(|seat| seat["cause"] == cause), "{title}: {unheard:?}");
        for format in ["text", "markdown", "adr", "html"] {
            let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
            assert!(shown.contains(told), "{title} in {format}: {shown}");
        }
    }
}

#[test]
fn the_script_for_ci_takes_abstentions_for_an_outcome() {
    let (mut desk, fake) = desk(says([abstains(), abstains(), json!({}), json!({})], json!({})));
    fs::create_dir(desk.work().join("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_roundtable"), desk.work().join("bin/roundtable")).unwrap();
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"), desk.work().join("docs")).unwrap();
    desk.set("DECISION_NAME", "queue");
    let arguments: Vec<String> = VOTE[1..].iter().chain(&PANEL).map(|word| format!("'{word}'")).collect();
    let line = format!("PATH=\"$PWD/bin:$PATH\"; export PATH; sh docs/ci.sh {}", arguments.join(" "));
    let first = desk.shell(&line).expect(0);
    let told = lines_with(&first.stderr, "queue: ");
    assert_eq!(told, ["queue: decided: the panel was heard and chose nothing"], "{}", first.stderr);
    let calls = fake.log().len();
    let report = desk.read("decision/decision.json");
    desk.shell(&line).expect(0);
    assert_eq!((fake.log().len(), desk.read("decision/decision.json")), (calls, report));
}

/// Whether a start comes after the first request of the one before it.
#[derive(Clone, Copy, PartialEq)]
enum Begins {
    Together,
    OnceTheFirstAsks,
}

/// Starts `same` three times.
fn starts(desk: &Desk, fake: &Fake, begins: Begins) -> Vec<Ran> {
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--format", "json"]].concat();
    let first = desk.spawn(&arguments);
    if begins == Begins::OnceTheFirstAsks {
        fake.wait_for(|log| !log.is_empty());
    }
    let running = [first, desk.spawn(&arguments), desk.spawn(&arguments)];
    running.into_iter().map(program::Running::wait).collect()
}

fn slow() -> Says {
    Arc::new(|seen| Behaviour::Delayed(Duration::from_millis(700), Box::new(filled(seen, &json!({})))))
}

#[test]
fn starts_of_one_name_come_to_one_decision_and_pay_once() {
    for (title, begins) in [("together", Begins::Together), ("while the first runs", Begins::OnceTheFirstAsks)] {
        let (desk, fake) = desk(slow());
        let ran = starts(&desk, &fake, begins);
        let records: Vec<Value> = ran.into_iter().map(|ran| ran.expect(0).record()).collect();
        assert!(records.iter().all(|record| *record == records[0]), "{title}: one decision");
        let paid = fake.log().iter().filter(|seen| seen.model != "mod").count();
        assert_eq!(paid, 4, "{title}: no ballot is paid for twice");
    }
}

#[test]
fn a_start_that_does_not_wait_says_that_the_session_runs() {
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--no-wait"]].concat();
    let waiting = arguments.split_last().unwrap().1;
    for (title, begun) in [("which does not wait either", &arguments[..]), ("which waits", waiting)] {
        let (desk, fake) = desk(slow());
        let first = desk.spawn(begun);
        fake.wait_for(|log| !log.is_empty());
        let second = desk.run(&arguments).expect(2);
        assert!(second.stderr.contains("being run elsewhere"), "beside one {title}: {}", second.stderr);
        first.wait().expect(0);
    }
}

#[test]
fn a_start_that_waits_says_so_once_and_takes_over_from_one_that_is_killed() {
    let (desk, fake) = desk(slow());
    let arguments = [&VOTE[..], &PANEL[..], &["--name", "same", "--progress", "plain"]].concat();
    let mut first = desk.spawn(&arguments);
    fake.wait_for(|log| !log.is_empty());
    let mut second = desk.converse(&arguments);
    let mut stderr = BufReader::new(second.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("waited for") {
        assert!(stderr.read_line(&mut told).unwrap() > 0, "it ended without waiting: {told}");
    }
    first.kill();
    first.wait();
    stderr.read_to_string(&mut told).unwrap();
    let ended = second.wait_with_output().unwrap();
    assert!(ended.status.success(), "{told}");
    assert_eq!(told.matches("waited for").count(), 1, "{told}");
    assert!(told.contains("is being run elsewhere; its decision is waited for"), "{told}");
    assert!(ended.stdout.starts_with(b"NATS"), "{:?}", ended.stdout);
}

/// The caveats of a record but that all seats are of one family, and its advice.
fn doubts(record: &Value) -> (Vec<&str>, &str) {
    let caveats = record["decision"]["caveats"].as_array().unwrap().iter().filter_map(Value::as_str);
    (caveats.filter(|caveat| *caveat != "single_family").collect(), record["decision"]["advice"].as_str().unwrap())
}

/// A debate without options, all of whose statements the moderator sorts under one.
fn one_option(statements: [&str; 4], contradicting: Option<Value>) -> Says {
    let seats = statements.map(|statement| json!({ "statement": statement, "option": "o1", "ratings": { "o1": 2 } }));
    let mut pile = json!({ "text": "Migrate to Postgres", "statements": [1, 2, 3, 4] });
    if let Some(places) = contradicting {
        pile["contradicting"] = places;
    }
    says(seats, json!({ "options": [pile] }))
}

const DEBATE: [&str; 7] = ["start", "--topic", "What about the database?", "--mode", "collaborative", "--rounds", "1"];
const DATABASES: [&str; 4] = [
    "Migrate to Postgres now.",
    "Do not migrate to Postgres; stay on MySQL.",
    "Stay on MySQL for another year.",
    "Move to a managed cloud database.",
];
const WAYS: [&str; 4] = [
    "Migrate to Postgres now.",
    "Go to Postgres in small steps.",
    "Postgres, with a read replica first.",
    "Move to managed Postgres.",
];
const SAME: [&str; 4] = ["Migrate to Postgres."; 4];

#[test]
fn one_option_found_in_statements_that_contradict_each_other_is_told_and_passes_no_gate() {
    let rows = [
        ("nothing is said of it", DATABASES, None, true),
        ("the sortings say so", DATABASES, Some(json!([1, 2])), true),
        ("it cannot be read", DATABASES, Some(json!("some")), true),
        ("a place that is none", DATABASES, Some(json!([9])), true),
        ("the sortings find none, and one denies another", DATABASES, Some(json!([])), true),
        ("the sortings find none", WAYS, Some(json!([])), false),
        ("in the same words", SAME, None, false),
    ];
    for (title, statements, contradicting, is_doubted) in rows {
        let (desk, _fake) = desk(one_option(statements, contradicting));
        let start =
            |more: &[&str]| desk.run(&[&DEBATE[..], &PANEL[..], &["--format", "json", "--quiet"], more].concat());
        let record = start(&[]).expect(0).record();
        let expected = if is_doubted { (vec!["one_option"], "verify") } else { (vec![], "proceed") };
        assert_eq!(doubts(&record), expected, "{title}");
        let gated = start(&["--min-agreement", "1.0"]).expect(if is_doubted { 3 } else { 0 }).record();
        assert_eq!(gated["decision"]["gate"]["conditions"][0]["name"] == "several_options", is_doubted, "{title}");
        start(&["--min-agreement", "1.0", "--allow-one-option"]).expect(0);
    }
}

#[test]
fn what_would_open_no_gate_is_refused() {
    let (desk, fake) = desk(says([json!({}), json!({}), json!({}), json!({})], json!({})));
    vote(&desk, &["--allow-one-option"]).expect(2);
    vote(&desk, &["--allow-one-option", "--min-agreement", "0.5"]).expect(2);
    assert!(fake.log().is_empty());
}

#[test]
fn ratings_that_tell_of_another_winner_are_told_and_lower_the_level() {
    let sound = || votes("o1", [2, -1]);
    let rows: [(&str, [Value; 4], bool); 8] = [
        ("three of four", [votes("o1", [-2, 2]), votes("o1", [-2, 2]), votes("o1", [-2, 2]), sound()], true),
        ("all, mildly", [(); 4].map(|()| votes("o1", [-1, 1])), true),
        ("all harmful", [(); 4].map(|()| votes("o1", [-1, -1])), true),
        ("half find another clearly better", [votes("o1", [0, 2]), votes("o1", [0, 2]), sound(), sound()], true),
        ("one slip", [votes("o1", [-2, 2]), sound(), sound(), sound()], false),
        ("nobody minds", [(); 4].map(|()| votes("o1", [0, 0])), false),
        ("another one a little better", [(); 4].map(|()| votes("o1", [1, 2])), false),
        ("one dissents", [sound(), sound(), sound(), votes("o2", [-2, 2])], false),
    ];
    for (title, seats, is_doubted) in rows {
        let record = record(says(seats, json!({})), &[]);
        assert_eq!(record["decision"]["option"], "o1", "{title}");
        let expected = if is_doubted { (vec!["ratings_disagree"], "verify") } else { (vec![], "proceed") };
        assert_eq!(doubts(&record), expected, "{title}");
    }
}

#[test]
fn a_closing_text_that_contradicts_the_record_is_marked_above_it() {
    let seats = || [(); 4].map(|()| votes("o1", [2, -1]));
    let texts = [
        json!({ "conclusion": "The panel chose NATS unanimously." }),
        json!({ "conclusion": "The panel chose NATS, 3 to 1.", "rationale": [{ "text": "Because of c99.", "claims": ["c99"] }] }),
    ];
    for text in texts {
        let (desk, _fake) = desk(says(seats(), text.clone()));
        let record = vote(&desk, &["--format", "json", "--quiet"]).expect(0).record();
        assert_eq!(record["closing_contradictions"][0], json!({ "kind": "other_winner", "option": "o2" }), "{text}");
        for format in ["text", "markdown", "adr", "html"] {
            let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
            let mark = shown.find("contradicts the record").unwrap_or_else(|| panic!("{format}: {shown}"));
            assert!(mark < shown.find("The panel chose NATS").unwrap(), "{format}: {shown}");
        }
    }
    let (desk, _fake) = desk(says(seats(), json!({ "conclusion": "The panel chose Kafka unanimously, over NATS." })));
    assert!(!vote(&desk, &[]).expect(0).stdout.contains("contradicts"), "a text that is right is not accused");
}

/// Two options, of which the first has three seats of four and the second one.
fn check_closing(conclusion: &str, kinds: &[&str]) {
    let choice = |id: &str, text: &str| Choice { id: OptionId(id.to_owned()), text: text.to_owned() };
    let options = [choice("o1", "Kafka"), choice("o2", "NATS")];
    let last: Consensus = serde_json::from_value(json!({
        "panel": 4, "valid": 4, "abstained": 0, "absent": 0, "tally": { "o1": 3, "o2": 1 }, "leading": ["o1"],
        "agreement": 0.75, "interval": null, "rating_agreement": null, "families": 4,
    }))
    .unwrap();
    let text: Synthesis = serde_json::from_value(json!({
        "conclusion": conclusion, "rationale": [], "risks": [], "next_steps": [], "would_change": [], "dropped": [],
    }))
    .unwrap();
    let counted = Counted {
        options: &options,
        winner: Some(&options[0].id),
        last: Some(&last),
        rounds: Vec::new(),
        estimate: None,
        estimates: Vec::new(),
        ledger: &[],
        given: vec!["Which queue, for code in c11?"],
    };
    let found = json!(contradictions(&text, &counted));
    let found: Vec<&str> = found.as_array().unwrap().iter().filter_map(|found| found["kind"].as_str()).collect();
    assert_eq!(found, kinds, "{conclusion}");
}

#[test]
fn a_closing_text_is_held_against_the_count() {
    let wrong: [(&str, &[&str]); 60] = [
        ("The panel chose NATS.", &["other_winner"]),
        ("The panel unanimously chose NATS.", &["other_winner", "not_unanimous"]),
        ("The decision is NATS.", &["other_winner"]),
        ("Decision: **NATS**", &["other_winner"]),
        ("Between Kafka and NATS, the panel settled on NATS.", &["other_winner"]),
        ("The panel recommends NATS over Kafka.", &["other_winner"]),
        ("NATS was chosen.", &["other_winner"]),
        ("NATS won by 3 to 1.", &["other_winner"]),
        ("The board opted for o2.", &["other_winner"]),
        ("Das Gremium hat sich für NATS entschieden.", &["other_winner"]),
        ("Le panel a choisi NATS.", &["other_winner"]),
        ("委员会选择了NATS。", &["winner_unnamed"]),
        ("The panel chose Kafka, 4 to 0.", &["other_count"]),
        ("Two of four seats chose Kafka.", &["other_count"]),
        ("Kafka won unanimously.", &["not_unanimous"]),
        ("Kafka was chosen, as c99 shows.", &["unknown_claims"]),
        ("After two rounds, the panel chose NATS, not Kafka.", &["other_winner"]),
        ("The panel, after two rounds, chose NATS.", &["other_winner"]),
        ("The panel agreed on NATS.", &["other_winner"]),
        ("Option 2 wins.", &["other_winner"]),
        ("The panel chose option #2.", &["other_winner"]),
        ("Overall, NATS wins.", &["other_winner"]),
        ("NATS was chosen by the panel.", &["other_winner"]),
        ("NATS was chosen because it is simpler.", &["other_winner"]),
        ("NATS won the vote.", &["other_winner"]),
        ("Alle vier haben NATS gew\u{e4}hlt.", &["other_winner", "not_unanimous"]),
        ("Use NATS.", &["winner_unnamed"]),
        ("NATS it is.", &["winner_unnamed"]),
        ("패널은 NATS를 선택했다.", &["winner_unnamed"]),
        ("パネルはNATSを選んだ。", &["winner_unnamed"]),
        ("All four seats chose Kafka.", &["not_unanimous"]),
        ("Everyone voted for Kafka.", &["not_unanimous"]),
        ("Every seat chose Kafka.", &["not_unanimous"]),
        ("All panel members agreed on Kafka.", &["not_unanimous"]),
        ("Alle vier stimmten f\u{fc}r Kafka.", &["not_unanimous"]),
        ("Tous ont choisi Kafka.", &["not_unanimous"]),
        ("4 of 4 seats chose Kafka.", &["other_count"]),
        ("Two seats chose NATS.", &["other_count"]),
        ("Kafka received all four votes.", &["other_count"]),
        ("Kafka won with 100%.", &["other_count"]),
        ("100 percent of the votes went to Kafka, which won.", &["other_count"]),
        ("100% of the seats chose Kafka.", &["other_count"]),
        ("Kafka won 4:0.", &["other_count"]),
        ("The panel chose Kafka (4\u{2013}0).", &["other_count"]),
        ("The panel tied.", &["undecided"]),
        ("The panel could not decide between Kafka and NATS.", &["undecided"]),
        ("Das Gremium konnte sich nicht entscheiden.", &["undecided"]),
        ("**NATS** is the winner.", &["other_winner"]),
        ("_NATS_ was the clear winner, 3 to 1.", &["other_winner"]),
        ("**NATS is the winner**", &["other_winner"]),
        ("The panel __chose__ `NATS`.", &["other_winner"]),
        ("NATS ist der Gewinner.", &["other_winner"]),
        ("NATS beat Kafka.", &["other_winner"]),
        ("**NATS** beat **Kafka**, 3 to 1.", &["other_winner"]),
        ("Kafka lost to NATS.", &["other_winner"]),
        ("In the end, Kafka lost to NATS 3 to 1.", &["other_winner"]),
        ("The panel went with NATS.", &["other_winner"]),
        ("Nobody dissented.", &["not_unanimous"]),
        ("Kafka won. Everyone agreed.", &["not_unanimous"]),
        ("Kafka won; there was no dissent.", &["not_unanimous"]),
    ];
    for (conclusion, kinds) in wrong {
        check_closing(conclusion, kinds);
    }
    let right = [
        "The panel chose Kafka, 3 to 1.",
        "The panel chose Kafka by a vote of 3-1.",
        "Three of four seats chose Kafka; one prefers NATS.",
        "3 of the 4 seats hold Kafka.",
        "The panel chose Kafka over NATS.",
        "Rather than NATS, the panel chose Kafka.",
        "Kafka won. The minority would have chosen NATS.",
        "The panel did not choose NATS; it chose Kafka.",
        "Kafka won, though not unanimously.",
        "Kafka stands. In the sealed opening the panel chose NATS.",
        "The panel chose Kafka; moving takes 2 to 4 weeks.",
        "The panel chose Kafka, which cuts latency from 3 to 1 seconds.",
        "The panel chose Kafka, for code in c11.",
        "The panel recommends a pilot of NATS beside Kafka.",
        "All agree that NATS is simpler, and Kafka won.",
        "The decision stands.",
        "Das Gremium hat sich mit 3 zu 1 für Kafka entschieden.",
        "NATS wins on latency, Kafka on durability; the panel chose Kafka.",
        "NATS wins in one respect: latency.",
        "On latency, NATS wins.",
        "Latency: NATS wins. The panel chose Kafka.",
        "NATS wins latency, Kafka wins durability.",
        "NATS is chosen by teams with low latency needs.",
        "NATS was chosen by Netflix, and by everyone at Uber.",
        "All startups choose NATS; the panel did not.",
        "The panel heard that Netflix chose NATS.",
        "NATS recommends small messages.",
        "The clear winner on latency is NATS.",
        "The panel chose NATS for the edge and Kafka for the core.",
        "The panel did not choose NATS.",
        "NATS lost.",
        "NATS has the lower latency.",
        "NATS was the runner-up.",
        "委员会没有选择NATS。",
        "패널은 NATS를 선택하지 않았다.",
        "패널은 Kafka를 선택했다. 한 좌석은 NATS를 선택했다.",
        "After all, the panel chose Kafka.",
        "All three seats that chose Kafka fear for latency.",
        "The panel unanimously agreed that durability matters; Kafka won.",
        "Four seats chose Kafka or NATS.",
        "One of the four seats chose NATS.",
        "Kafka won with 75% of the votes.",
        "Kafka wins with 20% less work.",
        "Kafka won 3:1, and one seat chose NATS.",
        "The panel was tied on latency, and chose Kafka.",
        "The panel could not decide how fast to move; it chose Kafka.",
        "The panel could not decide. In the final round it chose Kafka.",
        "The panel tied its choice of Kafka to a pilot.",
        "Option 1 wins.",
        "Kafka won by one vote.",
        "**Kafka** is the winner.",
        "Kafka beat NATS.",
        "NATS lost to Kafka, 3 to 1.",
        "The panel went with Kafka.",
        "NATS is the winner on latency.",
        "NATS beats Kafka on latency, and Kafka won.",
        "NATS beat Kafka in every benchmark.",
        "Kafka lost to NATS on latency.",
        "Kafka is the winner. NATS beats Kafka.",
        "Kafka might have lost to NATS.",
        "The panel went through NATS with care.",
        "Netflix went with NATS.",
        "Everyone agreed that latency matters.",
        "Nobody dissented on latency.",
        "Not everyone agreed.",
        "NATS, winner of many benchmarks, was set aside.",
        "In the sealed opening NATS beat Kafka.",
        "If NATS is the winner on cost, look again.",
    ];
    for conclusion in right {
        check_closing(conclusion, &[]);
    }
}

/// Four seats that come to a median of 12.5 in this unit, after one of 14 in the opening; one seat says from 10 to 16.
fn check_closing_of_estimate(unit: &str, conclusion: &str, numbers: &[&str]) {
    let estimates = |median: f64, low: f64, high: f64| {
        json!({
            "panel": 4, "n": 4, "abstained": 0, "absent": 0, "median": median, "q1": 11.0, "q3": 13.0, "min": low,
            "max": high, "iqr": 2.0, "relative_iqr": 0.16, "width": 6.0, "families": 4,
        })
    };
    let verdict: EstimateVerdict = serde_json::from_value(json!({
        "unit": unit, "value": 12.5, "sealed": estimates(14.0, 9.0, 1_250.0), "final": estimates(12.5, 10.5, 15.0),
        "held": [{ "seat": 1, "value": 12.0, "low": 10.0, "high": 16.0 }], "revised": [],
    }))
    .unwrap();
    let text: Synthesis = serde_json::from_value(json!({
        "conclusion": conclusion, "rationale": [], "risks": [], "next_steps": [], "would_change": [], "dropped": [],
    }))
    .unwrap();
    let counted = Counted {
        options: &[],
        winner: None,
        last: None,
        rounds: Vec::new(),
        estimate: Some(&verdict),
        estimates: Vec::new(),
        ledger: &[],
        given: Vec::new(),
    };
    let found = contradictions(&text, &counted);
    let expected: Vec<Contradiction> =
        numbers.iter().map(|number| Contradiction::OtherEstimate { number: (*number).to_owned() }).collect();
    assert_eq!(found, expected, "{conclusion}");
}

#[test]
fn a_closing_text_is_held_against_the_estimates() {
    let wrong = [
        ("weeks", "The panel estimates 40 weeks.", "40 weeks"),
        ("weeks", "The median is **20 wks**.", "20 weeks"),
        ("USD", "The panel settled on $9,000.", "9,000 USD"),
        ("Wochen", "Das Gremium schätzt 40 Wochen.", "40 Wochen"),
        ("weeks", "Our answer: 12.7 weeks", "12.7 weeks"),
        ("requests per second", "The consensus is 300 requests per second.", "300 requests per second"),
    ];
    for (unit, conclusion, number) in wrong {
        check_closing_of_estimate(unit, conclusion, &[number]);
    }
    let right = [
        ("weeks", "The panel estimates 12.5 weeks."),
        ("weeks", "The panel estimates 13 weeks, or about three months."),
        ("weeks", "The median went from 14 weeks to 12.5 weeks."),
        ("weeks", "The panel expects 30 to 40 weeks."),
        ("weeks", "The panel estimates at most 40 weeks."),
        ("weeks", "The panel would not accept 40 weeks."),
        ("weeks", "One seat said 40 weeks."),
        ("weeks", "The panel estimates 40 months."),
        ("weeks", "The panel of 40 estimates it."),
        ("weeks", "The panel was heard; a pilot takes 40 weeks."),
        ("USD", "In the opening, the panel stood at $1,300."),
        ("USD", "The panel saw up to $1,250."),
    ];
    for (unit, conclusion) in right {
        check_closing_of_estimate(unit, conclusion, &[]);
    }
}

#[test]
fn a_closing_text_with_another_number_is_marked_above_it() {
    let number = || json!({ "estimate": { "value": 12, "low": 10, "high": 16 } });
    let (desk, _fake) =
        desk(says([number(), number(), number(), number()], json!({ "conclusion": "The panel estimates 40 weeks." })));
    let asked = ["start", "--topic", "How long does it take?", "--estimate", "weeks", "--mode", "vote"];
    let shown = desk.run(&[&asked[..], &PANEL[..]].concat()).expect(0).stdout;
    let mark = shown.find("it says 40 weeks, and nobody gave that number").unwrap_or_else(|| panic!("{shown}"));
    assert!(mark < shown.find("The panel estimates 40 weeks").unwrap(), "{shown}");
}

#[test]
fn a_moderator_holds_a_seat_only_as_the_same_model() {
    let models = ["anthropic/claude-sonnet-5.5", "google/gemini-3.8-flash", "deepseek/deepseek-v4", "x-ai/grok-4.7"];
    for (moderator, is_party) in [("openai/gpt-6.1-terra", false), ("anthropic/claude-sonnet-5.5", true)] {
        let (mut desk, fake) = desk(says([json!({}), json!({}), json!({}), json!({})], json!({})));
        desk.set("OPENROUTER_BASE_URL", fake.url());
        desk.set("OPENROUTER_API_KEY", "sk-or-canary");
        let mut arguments = vec!["start".to_owned(), "--topic".to_owned(), "Ship?".to_owned()];
        arguments.extend(["--yes-no", "--mode", "vote", "--quiet", "--format", "json"].map(str::to_owned));
        arguments.extend(models.iter().flat_map(|model| ["--provider".to_owned(), format!("openrouter={model}")]));
        arguments.extend(["--moderator".to_owned(), format!("openrouter={moderator}")]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let record = desk.run(&arguments).expect(0).record();
        assert_eq!(record["moderator_is_party"], json!(is_party), "{moderator}");
        let markdown = desk.run(&["show", "@", "--format", "markdown"]).expect(0).stdout;
        assert_eq!(markdown.contains("holds a seat"), is_party, "{moderator}");
    }
}

#[test]
fn what_was_left_out_of_replies_is_counted_in_reports_and_shown_meanwhile() {
    let claim = json!({ "text": "It holds.", "kind": "opinion", "evidence": [], "supports": [], "rebuts": [] });
    let seats = [json!({ "confidence": 140 }), json!({ "claims": [claim] }), json!({}), json!({})];
    let (desk, _fake) = desk(says(seats, json!({})));
    let debate = [&VOTE[..7], &["--mode", "collaborative", "--rounds", "1"], &PANEL[..]].concat();
    let ran = desk.run(&[&debate[..], &["--progress", "plain"]].concat()).expect(0);
    for field in ["not read: confidence: ", "not read: claims[0].kind: "] {
        assert!(ran.stderr.contains(field), "{field}: {}", ran.stderr);
        let view = desk.run(&["show", "@", "--view", "rounds"]).expect(0).stdout;
        assert!(view.contains(field), "{field}: {view}");
    }
    // Two rounds: each of the two seats said it twice.
    let told = "Left out of 4 replies as unreadable: claims.kind (2), confidence (2).";
    for format in ["text", "markdown", "adr", "html"] {
        let shown = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
        assert!(shown.contains(told), "{format}: {shown}");
    }
    let page = desk.run(&["show", "@", "--format", "html"]).expect(0).stdout;
    let dim: Vec<&str> = page.split("<p class=\"small\">Not read: ").skip(1).collect();
    assert!(dim.len() == 4 && dim[0].split("</p>").next().unwrap().contains("confidence: "), "{dim:?}");
    let (desk, _fake) = self::desk(says([json!({}), json!({}), json!({}), json!({})], json!({})));
    let sound = vote(&desk, &["--progress", "plain"]).expect(0);
    for told in ["not read:", "Left out of"] {
        assert!(!format!("{}{}", sound.stdout, sound.stderr).contains(told), "{sound:?}");
    }
}
