//! Debates taken further: more rounds, a focus, facts, a branch, another closing text. Only what is new is paid for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, lines_with};
use crate::support::voices;
use serde_json::{Value, json};

const SEATS: usize = 3;

/// A vendor that answers everything, and a desk that is set up for it.
fn table() -> (Fake, Desk) {
    let fake = Fake::start(Arc::new(|seen, number| Behaviour::Say(voices::reply(seen, number))));
    let desk = Desk::at(fake.url(), 2);
    (fake, desk)
}

fn start(desk: &Desk, mode: &str, more: &[&str]) -> Value {
    let arguments = ["start", "--topic", "Should we move?", "--mode", mode, "-n", "3", "--yes-no", "--seed", "7"];
    desk.run(&[&arguments[..], &["--quiet", "--format", "json"], more].concat()).expect(0).record()
}

fn go_on(desk: &Desk, arguments: &[&str]) -> Value {
    desk.run(&[&["continue"], arguments, &["--quiet", "--format", "json"]].concat()).expect(0).record()
}

fn places(record: &Value) -> Vec<String> {
    let rounds = record["rounds"].as_array().unwrap();
    rounds.iter().map(|round| format!("{} {}", round["phase"].as_str().unwrap(), round["round"])).collect()
}

/// The requests of `log` whose bodies hold `text`.
fn holding<'a>(log: &'a [Seen], text: &str) -> Vec<&'a Seen> {
    log.iter().filter(|seen| seen.body.to_string().contains(text)).collect()
}

#[test]
fn more_rounds_are_all_that_is_paid_for() {
    // A mode whose seats speak their own mind: the round is all. One with a verdict: the round and another verdict.
    for (mode, per_round) in [("collaborative", SEATS), ("adversarial", 2 * SEATS)] {
        let (fake, desk) = table();
        let first = start(&desk, mode, &[]);
        let (paid, held) = (fake.log().len(), places(&first));
        let second = go_on(&desk, &["@"]);
        // And the closing text.
        assert_eq!(fake.log().len() - paid, per_round + 1, "{mode}");
        assert_eq!((&second["session"], &second["status"]), (&first["session"], &json!("decided")), "{mode}");
        assert_eq!(places(&second)[..held.len()], held[..], "{mode}: what was held stands");
        assert_eq!(places(&second).len(), held.len() + per_round / SEATS, "{mode}: {:?}", places(&second));
        assert_eq!(second["rounds"][0], first["rounds"][0], "{mode}");
        assert!(second["synthesis"].is_object(), "{mode}");
        let log = fake.log();
        let (before, after) = log.split_at(paid);
        let is_repeated = |seen: &&Seen| before.iter().any(|earlier| earlier.body == seen.body);
        assert_eq!(after.iter().filter(is_repeated).count(), 0, "{mode}: no call twice");
    }
}

#[test]
fn focus_and_facts_reach_every_seat_and_stay_quoted() {
    let (fake, desk) = table();
    start(&desk, "collaborative", &[]);
    let paid = fake.log().len();
    desk.write("load.txt", "peak load was 412 requests a second\n");
    go_on(
        &desk,
        &["@", "--focus", "What about {{ braces }} and rollback?", "--fact", "Load test=@load.txt", "--rounds", "2"],
    );
    let log = &fake.log()[paid..];
    assert_eq!(log.len(), 2 * SEATS + 1);
    for text in ["What about {{ braces }} and rollback?", "Load test", "peak load was 412 requests a second"] {
        assert_eq!(holding(log, text).len(), log.len(), "{text}: the seats and the moderator read it");
    }
}

#[test]
fn a_branch_pays_for_what_is_new_and_leaves_its_parent_alone() {
    let (fake, desk) = table();
    let parent = start(&desk, "collaborative", &["--rounds", "3", "--name", "the-parent", "--tag", "team=core"]);
    let id = parent["session"].as_str().unwrap();
    let (paid, before) = (fake.log().len(), desk.run(&["show", id, "--format", "json"]).expect(0).stdout);
    let branch =
        go_on(&desk, &["the-parent", "--from-round", "2", "--focus", "Only the cost?", "--name", "the-branch"]);
    let log = fake.log();
    assert_eq!(log.len() - paid, SEATS + 1, "one round and the closing text");
    assert_eq!(places(&branch), ["opening 1", "exchange 1", "exchange 2"]);
    assert_eq!((&branch["rounds"][0], &branch["rounds"][1]), (&parent["rounds"][0], &parent["rounds"][1]));
    assert_ne!(branch["session"], parent["session"]);
    assert_eq!(desk.run(&["show", id, "--format", "json"]).expect(0).stdout, before, "the parent is as it was");
    let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
    let names: Vec<&str> =
        listed["sessions"].as_array().unwrap().iter().map(|session| session["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["the-branch", "the-parent"]);
    assert_eq!(listed["sessions"][0]["parent"], parent["session"]);
    // A branch of a branch, from the opening.
    let again = go_on(&desk, &["the-branch", "--from-round", "1"]);
    assert_eq!(places(&again), ["opening 1", "exchange 1"]);
    // Each begins with what the vendor has read before, so that its prompt cache serves it.
    let system = |seen: &Seen| seen.body["system"].to_string() + &seen.body["instructions"].to_string();
    assert!(log[paid..].iter().all(|seen| log[..paid].iter().any(|earlier| system(earlier) == system(seen))));
}

#[test]
fn what_cannot_go_on_says_why() {
    let (fake, desk) = table();
    start(&desk, "vote", &["--name", "a-vote"]);
    start(&desk, "collaborative", &["--rounds", "1", "--name", "a-debate"]);
    let paid = fake.log().len();
    let cases: [(&[&str], &str); 7] = [
        (&["continue", "a-vote"], "has no exchange"),
        (&["continue", "a-debate", "--rounds", "0"], "--rounds is `0`"),
        (&["continue", "a-debate", "--rounds", "99"], "--rounds is `99`"),
        (&["continue", "a-debate", "--from-round", "0"], "rounds 1 to 2"),
        (&["continue", "a-debate", "--from-round", "3"], "rounds 1 to 2"),
        (&["continue", "a-debate", "--from-round", "2", "--name", "a-vote"], "a-vote"),
        (&["continue", "a-debate", "--fact", "no text"], "--fact is `no text`"),
    ];
    for (arguments, named) in cases {
        let ran = desk.run(arguments).expect(2);
        let errors = lines_with(&ran.stderr, "error: ");
        assert!(errors.len() == 1 && errors[0].contains(named), "{arguments:?}: {}", ran.stderr);
        assert_eq!(lines_with(&ran.stderr, "hint: ").len().min(1), lines_with(&ran.stderr, "hint: ").len());
    }
    assert_eq!(fake.log().len(), paid, "nothing was asked");
}

#[test]
fn the_closing_text_can_be_had_later_and_again() {
    let (fake, desk) = table();
    let first = start(&desk, "vote", &["--no-synthesis"]);
    assert!(first["synthesis"].is_null());
    let paid = fake.log().len();
    for times in 1..=2 {
        let ran = desk.run(&["synthesize", "@", "--quiet", "--format", "json"]).expect(0).record();
        assert_eq!(fake.log().len() - paid, times, "one call each");
        assert!(ran["synthesis"].is_object());
        assert_eq!((&ran["decision"], &ran["final"]), (&first["decision"], &first["final"]), "the verdict stays");
    }
}

#[test]
fn a_closing_text_that_does_not_come_is_a_failure() {
    let is_out = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&is_out);
    let fake = Fake::start(Arc::new(move |seen, number| {
        if now.load(Ordering::SeqCst) {
            Behaviour::Say("no JSON".to_owned())
        } else {
            Behaviour::Say(voices::reply(seen, number))
        }
    }));
    let desk = Desk::at(fake.url(), 1);
    let first = start(&desk, "vote", &[]);
    is_out.store(true, Ordering::SeqCst);
    let ran = desk.run(&["synthesize", "@", "--quiet", "--format", "json"]).expect(5);
    assert_eq!(ran.record()["synthesis"], first["synthesis"], "the one there was still stands");
    assert!(ran.stderr.contains("no closing text was written"), "{}", ran.stderr);
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record()["status"], "decided");
}

#[test]
fn a_panel_that_could_not_be_understood_is_asked_again() {
    let is_out = Arc::new(AtomicBool::new(true));
    let now = Arc::clone(&is_out);
    let fake = Fake::start(Arc::new(move |seen, number| {
        if now.load(Ordering::SeqCst) {
            Behaviour::Say("no JSON".to_owned())
        } else {
            Behaviour::Say(voices::reply(seen, number))
        }
    }));
    let desk = Desk::at(fake.url(), 1);
    desk.run(&["start", "--topic", "Should we move?", "--mode", "vote", "-n", "3", "--yes-no", "--quiet"]).expect(5);
    assert_eq!(fake.log().len(), 2 * SEATS);
    is_out.store(false, Ordering::SeqCst);
    let resumed = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&resumed["status"], &resumed["final"]["valid"]), (&json!("decided"), &json!(SEATS)));
    assert_eq!(resumed["usage"]["total"]["calls"], 3 * SEATS + 1, "what could not be read was paid for all the same");
    desk.run(&["replay", "@"]).expect(0);
}

#[test]
fn a_key_that_is_a_word_leaves_replies_as_they_came() {
    let (_fake, mut desk) = table();
    desk.set("ANTHROPIC_API_KEY", "statement");
    let record = start(&desk, "vote", &[]);
    assert_eq!(record["final"]["valid"], SEATS);
}

#[test]
fn a_name_is_the_key_to_the_same_debate() {
    let (fake, desk) = table();
    let first = start(&desk, "collaborative", &["--name", "ci 42"]);
    let paid = fake.log().len();
    let again = start(&desk, "collaborative", &["--name", "ci 42", "--tag", "run=2"]);
    assert_eq!((&again, fake.log().len()), (&first, paid), "the stored decision, and no call");
    for (changed, named) in [
        (["--mode", "vote", "--yes-no"].as_slice(), "another mode"),
        (&["--mode", "collaborative", "--option", "Go", "--option", "Stay"], "other options"),
        (&["--mode", "collaborative", "--yes-no", "--rounds", "1"], "another number of rounds"),
        (&["--mode", "collaborative", "--yes-no", "--no-synthesis"], "another choice about the closing text"),
        (&["--mode", "collaborative", "--yes-no", "--seed", "8"], "another seed"),
        (&["--mode", "collaborative", "--yes-no", "--provider", "openai"], "another panel"),
    ] {
        let arguments = [&["start", "--topic", "Should we move?", "-n", "3", "--name", "ci 42"], changed].concat();
        let ran = desk.run(&arguments).expect(2);
        assert!(lines_with(&ran.stderr, "error: ")[0].contains(&format!("with {named}")), "{}", ran.stderr);
    }
    assert_eq!(fake.log().len(), paid);
    // Without that name it is another session.
    desk.run(&["rename", "ci 42"]).expect(0);
    let other = start(&desk, "collaborative", &["--name", "ci 42"]);
    assert_ne!(other["session"], first["session"]);
    assert!(fake.log().len() > paid);
}
