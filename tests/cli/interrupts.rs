//! Debates that are interrupted: by Ctrl-C, by a termination signal, by the end of the process. What arrived is never
//! asked for again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program;
use crate::support::program::{Desk, Running, lines_with};
use crate::support::voices;

/// Three seats, ballots in every round, two rounds, no moderator until the end.
const DEBATE: [&str; 9] =
    ["start", "--topic", "Should we move?", "--mode", "collaborative", "-n", "3", "--yes-no", "--quiet"];
const SEATS: usize = 3;

/// A fake that answers so many requests and leaves the rest hanging, until it is told to answer more.
struct Patient {
    fake: Fake,
    answered: Arc<AtomicUsize>,
}

impl Patient {
    fn new(answered: usize) -> Self {
        let answered = Arc::new(AtomicUsize::new(answered));
        let most = Arc::clone(&answered);
        let fake = Fake::start(Arc::new(move |seen, number| {
            if number < most.load(Ordering::SeqCst) {
                Behaviour::Say(voices::reply(seen, number))
            } else {
                Behaviour::Hang
            }
        }));
        Self { fake, answered }
    }

    fn answer_all(&self) {
        self.answered.store(usize::MAX, Ordering::SeqCst);
    }

    /// Starts a debate, and waits until the round that hangs has been asked: what was answered before is on disk by
    /// then.
    fn stuck(&self, desk: &Desk, more: &[&str]) -> Running {
        let running = desk.spawn(&[&DEBATE[..], more].concat());
        let asked = (self.answered.load(Ordering::SeqCst) / SEATS + 1) * SEATS;
        self.fake.wait_for(|log| log.len() == asked);
        running
    }

    fn all_dropped(&self) {
        self.fake.wait_for(|log| log.iter().all(|seen| seen.ended.is_some()));
    }
}

/// Checks that a resumed session decides, and that nothing of the first `answered` requests was sent again.
fn check_resumed(patient: &Patient, desk: &Desk, answered: usize) -> Value {
    patient.answer_all();
    let before = patient.fake.log();
    let record = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!(record["status"], "decided");
    assert_eq!(record["final"]["valid"], SEATS);
    let log = patient.fake.log();
    let is_repeated =
        |seen: &&Seen| log[before.len()..].iter().any(|later| later.body == seen.body && later.path == seen.path);
    assert_eq!(before[..answered].iter().filter(is_repeated).count(), 0, "a reply in the log is not paid for again");
    assert_eq!(
        before[answered..].iter().filter(is_repeated).count(),
        before.len() - answered,
        "what never arrived is asked again, word for word"
    );
    let shown = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
    assert_eq!(shown, record);
    record
}

#[test]
fn the_first_signal_decides_on_the_ballots_in_hand() {
    for signal in ["INT", "TERM"] {
        let (patient, desk) = (Patient::new(SEATS), Desk::new());
        let desk = at(&patient, desk);
        let running = patient.stuck(&desk, &["--format", "json"]);
        running.signal(signal);
        let ran = running.wait().expect(130);
        let record = ran.record();
        assert_eq!(record["status"], "stopped", "{signal}");
        assert_eq!(record["final"]["valid"], SEATS, "{signal}: the opening's ballots count");
        assert!(record["decision"]["label"].is_string() && record["synthesis"].is_null(), "{signal}");
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(
            (&error["error"]["kind"], &error["error"]["retryable"]),
            (&json!("interrupted"), &json!(true)),
            "{signal}"
        );
        assert_eq!(error["error"]["session"], record["session"], "{signal}");
        patient.all_dropped();
        assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).stdout, ran.stdout, "{signal}");
        let listed = desk.run(&["list", "--format", "json"]).expect(0).json();
        assert_eq!(listed["sessions"][0]["status"], "stopped", "{signal}");
        let resumed = check_resumed(&patient, &desk, SEATS);
        assert_eq!(resumed["session"], record["session"], "{signal}");
    }
}

fn at(patient: &Patient, mut desk: Desk) -> Desk {
    for vendor in &program::VENDORS[..2] {
        desk.set(vendor.base_url_variable, patient.fake.url());
        desk.set(vendor.key_variable, vendor.key);
    }
    desk
}

#[test]
fn a_signal_before_the_first_ballots_leaves_no_decision() {
    let patient = Patient::new(0);
    let desk = at(&patient, Desk::new());
    let running = patient.stuck(&desk, &[]);
    running.signal("INT");
    let ran = running.wait().expect(130);
    assert!(ran.stdout.starts_with("No decision: stopped before the first ballots were in."), "{}", ran.stdout);
    let errors = lines_with(&ran.stderr, "error: ");
    let hints = lines_with(&ran.stderr, "hint: ");
    assert!(errors.len() == 1 && hints.len() == 1 && hints[0].contains("roundtable resume"), "{}", ran.stderr);
    patient.all_dropped();
    check_resumed(&patient, &desk, 0);
}

#[test]
fn two_signals_end_it_at_once_and_it_goes_on_all_the_same() {
    let patient = Patient::new(SEATS);
    let desk = at(&patient, Desk::new());
    let running = patient.stuck(&desk, &["--format", "json"]);
    running.signal("INT");
    running.signal("INT");
    let ran = running.wait().expect(130);
    // Deciding on the ballots in hand takes no longer than the second signal does, so that either may come first.
    let status = desk.run(&["show", "@", "--format", "json"]).expect(0).record()["status"].clone();
    assert!(status == "open" || status == "stopped", "{status}");
    assert!(ran.stdout.is_empty() || ran.record()["status"] == "stopped");
    patient.all_dropped();
    check_resumed(&patient, &desk, SEATS);
}

#[test]
fn a_killed_process_loses_nothing_that_arrived() {
    for answered in [0, SEATS, 2 * SEATS] {
        let patient = Patient::new(answered);
        let desk = at(&patient, Desk::new());
        let running = patient.stuck(&desk, &[]);
        running.signal("KILL");
        let ran = running.wait();
        assert_eq!((ran.signal, ran.stdout.as_str()), (Some(9), ""));
        patient.all_dropped();
        let shown = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!((&shown["status"], &shown["decision"]), (&json!("open"), &Value::Null));
        let heard = shown["turns"].as_array().unwrap().iter().filter(|turn| turn["response"].is_object()).count();
        assert_eq!(heard, answered, "every reply that arrived is in the record");
        assert!(desk.run(&["show", "@"]).expect(0).stdout.starts_with("Undecided"));
        check_resumed(&patient, &desk, answered);
        let again = desk.run(&["resume", "@"]).expect(0);
        assert!(again.stderr.contains("is decided; nothing is asked again"), "{}", again.stderr);
    }
}

#[test]
fn a_session_is_run_by_one_process_at_a_time() {
    let patient = Patient::new(SEATS);
    let desk = at(&patient, Desk::new());
    let running = patient.stuck(&desk, &["--format", "json"]);
    let asked = patient.fake.log().len();
    let second = desk.run(&["resume", "@"]).expect(2);
    let errors = lines_with(&second.stderr, "error: ");
    assert!(errors.len() == 1 && errors[0].contains("being run elsewhere"), "{}", second.stderr);
    assert_eq!(second.stdout, "");
    // Whoever only looks is not in the way.
    assert_eq!(desk.run(&["show", "@", "--format", "json"]).expect(0).record()["status"], "open");
    assert!(desk.run(&["list"]).expect(0).stdout.contains("running"));
    // Another debate can begin meanwhile.
    desk.run(&["start", "--topic", "Another?", "--rehearse", "--mode", "vote", "--quiet"]).expect(0);
    assert_eq!(patient.fake.log().len(), asked, "the second process has asked nobody");
    running.signal("KILL");
    running.wait();
    assert!(desk.run(&["list"]).expect(0).stdout.contains("open"), "nobody runs it any more");
    patient.answer_all();
    let record = desk.run(&["resume", "@~1", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!(record["status"], "decided", "the lock has gone with its process");
}

#[test]
fn a_session_resumes_only_when_every_seat_can_be_asked() {
    let patient = Patient::new(SEATS);
    let mut desk = at(&patient, Desk::new());
    let running = patient.stuck(&desk, &[]);
    running.signal("KILL");
    running.wait();
    patient.answer_all();
    for vendor in &program::VENDORS[..2] {
        desk.unset(vendor.key_variable);
    }
    let keyless = desk.run(&["resume", "@"]).expect(7);
    assert!(keyless.stderr.contains("ANTHROPIC_API_KEY"), "{}", keyless.stderr);
    // One of two: going on would cost the other's seats their place.
    desk.set(program::VENDORS[0].key_variable, program::VENDORS[0].key);
    let halved = desk.run(&["resume", "@"]).expect(7);
    assert!(halved.stderr.contains("OPENAI_API_KEY"), "{}", halved.stderr);
    desk.set(program::VENDORS[1].key_variable, program::VENDORS[1].key);
    let record = desk.run(&["resume", "@", "--quiet", "--format", "json"]).expect(0).record();
    assert_eq!((&record["status"], &record["final"]["valid"]), (&json!("decided"), &json!(SEATS)));
}
