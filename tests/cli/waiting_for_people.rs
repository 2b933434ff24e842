//! A debate that waits for people: exit code 4 with a valid record, and what goes on from there pays for what is new alone.

use std::sync::Arc;

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program;
use crate::support::program::{Desk, Ran};
use crate::support::voices;
use serde_json::{Value, json};

const SEATS: usize = 3;
const QUERY: &str = "What is the peak load?";

/// A vendor whose seats cannot go on without a fact in the round whose prompts hold `place`.
fn table(place: &'static str) -> (Fake, Desk) {
    let fake = Fake::start(Arc::new(move |seen: &Seen, number| {
        let mut form: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        let is_here = seen.messages.last().unwrap().1.contains(place);
        if form.get("needs").is_some() && is_here {
            form["needs"] = json!([{ "query": QUERY, "reason": "it decides", "required": true }]);
        }
        Behaviour::Say(form.to_string())
    }));
    let desk = Desk::at(fake.url(), 2);
    (fake, desk)
}

const OPENING: &str = "Nobody has spoken yet";
const LAST_ROUND: &str = "Round 2 of at most 2";

fn start(desk: &Desk, more: &[&str]) -> Ran {
    let arguments = ["start", "--topic", "Should we move?", "-n", "3", "--yes-no", "--seed", "7", "--rounds", "2"];
    desk.run(&[&arguments[..], more].concat())
}

#[test]
fn a_debate_that_needs_a_fact_ends_with_code_4_and_goes_on_with_it() {
    let (fake, desk) = table(OPENING);
    let waiting = start(&desk, &["--format", "json", "--quiet", "--name", "move"]).expect(4);
    let record = waiting.record();
    assert_eq!((&record["status"], &record["decision"]), (&json!("waiting"), &Value::Null));
    assert_eq!((&record["needs"][0]["query"], &record["needs"][0]["status"]), (&json!(QUERY), &json!("awaited")));
    let error: Value = serde_json::from_str(&waiting.stderr).unwrap();
    let (session, hint) = (record["session"].as_str().unwrap(), error["error"]["hint"].as_str().unwrap());
    assert_eq!((&error["error"]["kind"], &error["error"]["retryable"]), (&json!("waiting"), &json!(false)));
    assert!(hint.contains(&format!("`roundtable continue {session} --fact n1=@FILE`")), "{hint}");
    assert_eq!(fake.log().len(), SEATS);
    let listed = desk.run(&["list", "--status", "waiting", "--format", "json"]).expect(0).json();
    assert_eq!(listed["sessions"][0]["status"], "waiting");
    // The same job once more: it waits, and pays nothing.
    start(&desk, &["--quiet", "--name", "move"]).expect(4);
    desk.run(&["replay", "@", "--format", "json"]).expect(0);
    for format in ["text", "markdown", "adr", "html", "ndjson"] {
        desk.run(&["show", "@", "--format", format]).expect(0);
    }
    assert_eq!(fake.log().len(), SEATS);

    desk.write("load.txt", "412 requests a second\n");
    let decided =
        desk.run(&["continue", "@", "--fact", "N1=@load.txt", "--format", "json", "--quiet"]).expect(0).record();
    assert_eq!(decided["needs"][0]["status"], "supplied");
    // Two rounds, and the closing text: none is added.
    let log = fake.log();
    assert_eq!(log.len(), SEATS + 2 * SEATS + 1);
    let told = |seen: &&Seen| seen.body.to_string().contains("412 requests a second");
    assert_eq!(log.iter().filter(told).count(), 2 * SEATS + 1);
    let view = desk.run(&["show", "@", "--view", "needs"]).expect(0).stdout;
    assert!(view.contains(QUERY) && view.contains("supplied: 412 requests a second"), "{view}");
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn a_debate_goes_on_without_what_nobody_knows() {
    let (fake, desk) = table(OPENING);
    start(&desk, &["--quiet"]).expect(4);
    let decided = desk.run(&["resume", "@", "--format", "json", "--quiet"]).expect(0).record();
    assert_eq!(decided["needs"][0]["status"], "unanswered");
    let told = |seen: &&Seen| seen.body.to_string().contains("Nobody could tell this");
    assert_eq!(fake.log().iter().filter(told).count(), 2 * SEATS + 1);
}

#[test]
fn nothing_is_waited_for_where_no_round_is_left_or_nobody_wants_to_wait() {
    for (place, more) in [(LAST_ROUND, &[][..]), (OPENING, &["--no-wait"][..])] {
        let (_fake, desk) = table(place);
        let decided = start(&desk, &[&["--quiet", "--format", "json"], more].concat()).expect(0).record();
        assert_eq!(decided["needs"][0]["status"], "unanswered", "{place}");
    }
}

#[test]
fn a_stop_ends_a_wait_and_what_does_not_fit_one_says_so() {
    let (fake, desk) = table(OPENING);
    start(&desk, &["--quiet"]).expect(4);
    let paid = fake.log().len();
    let cases: [(&[&str], &str); 5] = [
        (&["continue", "@"], "waits for facts"),
        (&["continue", "@", "--fact", "Load=412"], "none of the facts is about n1"),
        (&["continue", "@", "--fact", "n1=412", "--rounds", "2"], "no rounds are added"),
        (&["continue", "@", "--ballot", "{ option: 1 }"], "does not wait for anybody's turn"),
        (&["show", "@", "--view", "ballot"], "does not wait for anybody's turn"),
    ];
    for (arguments, expected) in cases {
        let failed = desk.run(arguments).expect(2);
        assert!(failed.stderr.contains(expected), "{arguments:?}: {}", failed.stderr);
        assert!(failed.stderr.contains("hint: "), "{arguments:?}: {}", failed.stderr);
    }
    // What looks like a secret stays here, in facts as in ballots.
    let secret = format!("n1=the key is {}", program::VENDORS[0].key);
    let failed = desk.run(&["continue", "@", "--fact", &secret]).expect(2);
    assert!(failed.stderr.contains("looks like a secret"), "{}", failed.stderr);
    assert_eq!(fake.log().len(), paid);
    desk.run(&["stop", "@"]).expect(0);
    let stopped = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
    assert_eq!(stopped["status"], "stopped");
}

#[test]
fn a_person_hands_in_their_turns_and_counts_like_any_seat() {
    let (fake, desk) = table("never");
    let record = start(&desk, &["--quiet", "--format", "json", "--seat", "human:Ada"]).expect(4).record();
    assert_eq!((record["panel"].as_array().unwrap().len(), &record["panel"][3]["id"]), (4, &json!("human-persona-4")));
    // What the others said in the sealed opening stays sealed.
    assert!(record["turns"].as_array().unwrap().iter().all(|turn| turn["response"].is_null()), "{}", record["turns"]);
    let paper = desk.run(&["show", "@", "--view", "ballot"]).expect(0).stdout;
    assert!(paper.contains("\noption:") && !paper.contains("I say: do it"), "{paper}");
    for view in ["rounds", "agents", "thoughts", "ballots", "events"] {
        let refused = desk.run(&["show", "@", "--view", view]).expect(2);
        assert!(refused.stdout.is_empty() && refused.stderr.contains("stays sealed"), "{view}: {}", refused.stderr);
    }
    for view in ["claims", "needs", "citations", "costs", "prompts"] {
        let shown = desk.run(&["show", "@", "--view", view]).expect(0).stdout;
        assert!(!shown.contains("I say: do it"), "{view}: {shown}");
    }
    // Another view of the same wait shows nothing sealed either.
    let seen = desk.run(&["resume", "@"]).expect(4).stderr;
    assert!(seen.contains("waits for people: Ada's turn in opening, round 1"), "{seen}");
    assert!(!seen.contains("I say: do it"), "{seen}");
    let refused = desk.feed(&["continue", "@", "--ballot", "-"], "option: 7\nbecause: why not\n").expect(2);
    assert!(refused.stderr.contains("--ballot: `option` is `7`, which is none of o1, o2"), "{}", refused.stderr);
    desk.run(&["continue", "@", "--ballot", "option: [", "--quiet"]).expect(2);
    assert_eq!(fake.log().len(), SEATS);
    let filled = paper.replace("option:  ", "option: 2").replace("because:  ", "because: I have seen it fail. ");
    desk.write("ballot.yaml", filled);
    for round in 1..=2 {
        let seen = desk.run(&["continue", "@", "--ballot", "@ballot.yaml"]).expect(4).stderr;
        // Once Ada has spoken, she sees what the others said before.
        assert_eq!(seen.matches("I say: do it").count(), SEATS, "{seen}");
        assert!(seen.contains(": I have seen it fail.") || seen.contains("- I have seen it fail."), "{seen}");
        assert_eq!(fake.log().len(), SEATS * (round + 1), "one more round, and nothing twice");
    }
    let last = r#"{ "option": "o2", "because": "I have seen it fail." }"#;
    let decided = desk.run(&["continue", "@", "--ballot", last, "--seat", "ada", "--quiet", "--format", "json"]);
    let decided = decided.expect(0).record();
    assert_eq!((&decided["final"]["panel"], &decided["final"]["valid"]), (&json!(4), &json!(4)));
    assert_eq!(decided["usage"]["by_speaker"]["4"]["cost_usd"], 0.0);
    assert!(decided["moderators"].as_array().unwrap().iter().all(|voice| voice["provider"] != "human"));
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn a_limit_on_cost_leaves_people_alone() {
    let (_fake, desk) = table("never");
    start(&desk, &["--quiet", "--seat", "human:Ada", "--max-cost", "20"]).expect(4);
    let turn = "{ option: 1, because: it is time }";
    desk.run(&["continue", "@", "--ballot", turn, "--quiet", "--max-cost", "21"]).expect(4);
    // Too little for what comes next: the turn is taken, and the session goes on from there once there is more.
    desk.run(&["continue", "@", "--ballot", turn, "--quiet", "--max-cost", "0.0001"]).expect(6);
    desk.run(&["resume", "@", "--quiet", "--max-cost", "20"]).expect(4);
    desk.run(&["continue", "@", "--ballot", turn, "--quiet"]).expect(0);
    let plan = desk.run(&["plan", "--topic", "Should we move?", "--yes-no", "--seat", "human:Ada", "--format", "json"]);
    let plan = plan.expect(0).json();
    assert_eq!(plan["panel"].as_array().unwrap().len(), 5);
    assert!(plan["speakers"].as_array().unwrap().iter().all(|part| part["name"] != "5"), "{}", plan["speakers"]);
}

#[test]
fn a_seat_that_nobody_can_take_is_refused() {
    let desk = Desk::new();
    let cases: [(&[&str], &str); 5] = [
        (&["--seat", "Ada"], "which is nobody's seat"),
        (&["--seat", "human: "], "which is nobody's seat"),
        (&["--seat", "robot:Ada"], "which is nobody's seat"),
        (&["--seat", "human:Analyst"], "has a Analyst already"),
        (
            &["--seat", "human:A", "--seat", "human:B", "--seat", "human:C", "--seat", "human:D", "--seat", "human:E"],
            "leaves no seat",
        ),
    ];
    for (more, expected) in cases {
        let failed = desk.run(&[&["start", "--topic", "Move?", "--rehearse"], more].concat()).expect(2);
        assert!(failed.stderr.contains(expected), "{more:?}: {}", failed.stderr);
    }
}
