//! The gate: what a decision is held to, by its ballots alone, and the exit code that a script reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::{ProptestConfig, Strategy, proptest};
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Ending, Event, StoppedBy};
use roundtable::debate::log::decision::Decision;
use roundtable::debate::log::gate::{Condition, GateTerms};
use roundtable::debate::mode::Mode;
use serde_json::{Value, json};

use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{self, Desk, Ran, lines_with};
use crate::support::replies::{Miss, by_default, holding, missed, with};
use crate::support::voices;
use crate::support::world::{Answer, World, built_in, mode, option, question, seat_of, setup};

/// A poll and a verdict, one letter a seat: an option's digit, `-` to abstain, `x` to be absent.
#[derive(Clone, Copy)]
struct Votes {
    poll: &'static str,
    /// As the poll, when empty.
    verdict: &'static str,
    /// Seats that object in the poll, and in the verdict.
    objections: (&'static [u32], &'static [u32]),
}

const VOTES: Votes = Votes { poll: "1112", verdict: "", objections: (&[], &[]) };

fn two_ballots() -> Mode {
    mode(
        "mode: two-ballots
title: Two ballots
summary: A poll and a verdict.
best_for: tests
panel: { numbered: true, personas: [{ name: Seat, trait: anything }] }
phases:
  - { name: poll, stages: [{ speakers: all, sees: nothing, form: ballot, ask: Poll. }] }
  - { name: talk, stages: [{ speakers: all, sees: nothing, form: position, ask: Talk. }] }
  - { name: verdict, stages: [{ speakers: all, sees: everything, form: ballot, ask: Judge. }] }
decision: { synthesis: false }
",
    )
}

fn vote(votes: Votes) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask).filter(|_| ask.turn.phase != "talk") else { return by_default(ask) };
        let is_poll = ask.turn.phase == "poll";
        let round = if is_poll || votes.verdict.is_empty() { votes.poll } else { votes.verdict };
        let objects = if is_poll { votes.objections.0 } else { votes.objections.1 };
        let mut fields = match &round[seat as usize - 1..seat as usize] {
            "x" => return missed(ask, Miss::Network),
            "-" => {
                let mut fields = holding(ask, "none");
                fields["option"] = Value::Null;
                fields["abstain_reason"] = json!("a fact is missing");
                fields
            }
            digit => holding(ask, &format!("o{digit}")),
        };
        if objects.contains(&seat) {
            fields["blocking_objection"] = json!(format!("{} forbids it", ask.turn.phase));
        }
        with(ask, &fields)
    }
}

fn decide(votes: Votes, terms: Option<GateTerms>) -> Decision {
    let seats = u32::try_from(votes.poll.len()).unwrap();
    let mut setup = setup(&two_ballots(), seats, question(&["move", "stay", "wait"]));
    setup.gate = terms;
    let script = vote(votes);
    World::open(setup, &script, 1).finish().history.decision.unwrap()
}

fn agreement(min: f64) -> GateTerms {
    GateTerms { min_agreement: Some(min), ..GateTerms::default() }
}

fn expecting(id: &str) -> GateTerms {
    GateTerms { expect: Some(option(id)), ..GateTerms::default() }
}

fn unblocked() -> GateTerms {
    GateTerms { no_blocking_dissent: true, ..GateTerms::default() }
}

#[test]
fn a_decision_is_held_to_its_terms() {
    let of = |poll| Votes { poll, ..VOTES };
    let objecting = |objections| Votes { objections, ..VOTES };
    let cases = [
        // Three of four are 0.75, exactly.
        (VOTES, agreement(0.75), "holds: agreement 0.75, at least 0.75 required"),
        (VOTES, agreement(0.7500001), "does not hold: agreement 0.75, at least 0.7500001 required"),
        (VOTES, agreement(0.0), "holds: agreement 0.75, at least 0.00 required"),
        (of("112"), agreement(0.66), "holds: agreement 0.6667, at least 0.66 required"),
        (of("112"), agreement(0.667), "does not hold: agreement 0.6667, at least 0.667 required"),
        (of("11112"), agreement(0.8), "holds: agreement 0.80, at least 0.80 required"),
        (of("1111111222"), agreement(0.7), "holds: agreement 0.70, at least 0.70 required"),
        (of("1111"), agreement(1.0), "holds: agreement 1.00, at least 1.00 required"),
        // Who abstains or is absent stays in the denominator.
        (of("111-"), agreement(0.76), "does not hold: agreement 0.75, at least 0.76 required"),
        (of("111x"), agreement(0.76), "does not hold: agreement 0.75, at least 0.76 required"),
        (of("1111-"), agreement(0.8), "holds: agreement 0.80, at least 0.80 required"),
        // The last ballots count, not the first.
        (
            Votes { poll: "1111", verdict: "1122", ..VOTES },
            agreement(0.0),
            "does not hold: no option won; agreement none, at least 0.00 required",
        ),
        (Votes { poll: "1222", verdict: "1112", ..VOTES }, expecting("o1"), "holds: o1 won, as expected"),
        (VOTES, expecting("o2"), "does not hold: o1 won, o2 expected"),
        // A tie decides nothing, and passes nothing.
        (of("1122"), agreement(0.5), "does not hold: no option won; agreement none, at least 0.50 required"),
        (of("1122"), expecting("o1"), "does not hold: no option won; o1 expected"),
        (of("1122"), unblocked(), "does not hold: no option won; no blocking objection"),
        (of("1xxx"), unblocked(), "does not hold: no option won; no blocking objection"),
        (VOTES, unblocked(), "holds: no blocking objection"),
        (objecting((&[], &[4])), unblocked(), "does not hold: 1 blocking objection"),
        // Even one of those who hold the winner.
        (objecting((&[], &[1, 4])), unblocked(), "does not hold: 2 blocking objections"),
        (objecting((&[4], &[])), unblocked(), "holds: no blocking objection"),
        (objecting((&[4], &[])), agreement(0.75), "holds: agreement 0.75, at least 0.75 required"),
        (
            Votes { verdict: "111-", objections: (&[], &[4]), ..VOTES },
            unblocked(),
            "does not hold: 1 blocking objection",
        ),
        // Who cannot be heard any more has withdrawn nothing.
        (
            Votes { verdict: "111x", objections: (&[4], &[]), ..VOTES },
            unblocked(),
            "does not hold: 1 blocking objection",
        ),
        (
            Votes { verdict: "1122", objections: (&[], &[3]), ..VOTES },
            GateTerms {
                min_agreement: Some(0.6),
                expect: Some(option("o1")),
                no_blocking_dissent: true,
                ..GateTerms::default()
            },
            "does not hold: no option won; agreement none, at least 0.60 required; o1 expected; 1 blocking objection",
        ),
        (
            VOTES,
            GateTerms {
                min_agreement: Some(0.6),
                expect: Some(option("o1")),
                no_blocking_dissent: true,
                ..GateTerms::default()
            },
            "holds: agreement 0.75, at least 0.60 required; o1 won, as expected; no blocking objection",
        ),
    ];
    for (votes, terms, expected) in cases {
        let decision = decide(votes, Some(terms.clone()));
        let gate = decision.gate.unwrap();
        // Where the gate looks at objections, it sees those that the decision tells.
        assert_eq!(
            gate.objections(),
            if terms.no_blocking_dissent { decision.blocking.as_slice() } else { &[] },
            "{expected}"
        );
        assert_eq!(gate.to_string(), expected, "{} {} {terms:?}", votes.poll, votes.verdict);
        assert_eq!(gate.holds, gate.unmet().next().is_none(), "{expected}");
        assert_eq!(gate.holds, expected.starts_with("holds"), "{expected}");
    }
}

/// Where positions carry the stances, they carry the objections too, and only under a gate that looks at them.
#[test]
fn positions_object_where_there_are_no_ballots() {
    let decided = |terms: Option<GateTerms>, withdrawn: bool| {
        let mut setup = setup(&built_in("collaborative"), 3, question(&["move", "stay"]));
        (setup.gate, setup.rounds, setup.synthesis) = (terms, Some(2), false);
        let script = |ask: &Ask| {
            let mut fields = holding(ask, "o1");
            if seat_of(ask) == Some(2) && !(withdrawn && ask.turn.phase == "exchange" && ask.turn.round == 2) {
                fields["blocking_objection"] = json!("it is against the law");
            }
            with(ask, &fields)
        };
        let world = World::open(setup, &script, 1).finish();
        let asked = world.asked_in("opening").into_iter().chain(world.asked_in("exchange"));
        let is_told = |ask: &Ask| ask.prompt.shared.contains("blocking_objection");
        let is_asked = |ask: &Ask| ask.prompt.schema.json["properties"].get("blocking_objection").is_some();
        let asks: Vec<(bool, bool)> = asked.map(|ask| (is_told(ask), is_asked(ask))).collect();
        (world.history.decision.clone().unwrap(), asks)
    };
    let (decision, asks) = decided(Some(unblocked()), false);
    assert_eq!(decision.gate.unwrap().to_string(), "does not hold: 1 blocking objection");
    assert_eq!(decision.blocking.iter().map(|blocking| blocking.seat.0).collect::<Vec<_>>(), [2]);
    assert!(asks.len() == 9 && asks.iter().all(|ask| *ask == (true, true)), "{asks:?}");
    // What a later position no longer says is withdrawn.
    let (decision, _) = decided(Some(unblocked()), true);
    assert_eq!(decision.gate.unwrap().to_string(), "holds: no blocking objection");
    for terms in [None, Some(agreement(0.5))] {
        let (decision, asks) = decided(terms, false);
        assert!(decision.blocking.is_empty() && asks.iter().all(|ask| *ask == (false, false)), "{asks:?}");
    }
}

#[test]
fn without_terms_there_is_no_gate_and_with_them_nothing_else_changes() {
    let bare = decide(VOTES, None);
    assert!(bare.gate.is_none() && serde_json::to_value(&bare).unwrap().get("gate").is_none());
    for terms in [agreement(0.9), expecting("o2"), unblocked()] {
        let held = decide(VOTES, Some(terms));
        assert_eq!(Decision { gate: None, ..held }, bare);
    }
}

#[test]
fn what_was_found_is_recorded_as_typed_values() {
    let terms = GateTerms {
        min_agreement: Some(0.8),
        expect: Some(option("o2")),
        no_blocking_dissent: true,
        ..GateTerms::default()
    };
    let votes = Votes { verdict: "111x", objections: (&[4], &[]), ..VOTES };
    let decision = decide(votes, Some(terms.clone()));
    let gate = decision.gate.unwrap();
    let written = serde_json::to_value(&gate).unwrap();
    let expected = json!({ "holds": false, "conditions": [
        { "name": "min_agreement", "required": 0.8, "found": 0.75, "holds": false },
        { "name": "expect", "required": "o2", "found": "o1", "holds": false },
        { "name": "no_blocking_dissent", "required": 0, "found": 1,
          "objections": [{ "seat": 4, "objection": "poll forbids it" }], "holds": false },
    ] });
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<roundtable::debate::log::gate::Gate>(written).unwrap(), gate);
    let written = serde_json::to_value(&terms).unwrap();
    assert_eq!(written, json!({ "min_agreement": 0.8, "expect": "o2", "no_blocking_dissent": true }));
    assert_eq!(serde_json::from_value::<GateTerms>(json!({})).unwrap(), GateTerms::default());
}

#[test]
fn a_stopped_debate_is_held_to_its_terms_as_well() {
    let mut setup = setup(&two_ballots(), 4, question(&["move", "stay", "wait"]));
    setup.gate = Some(agreement(0.75));
    let script = vote(VOTES);
    let mut world = World::open(setup, &script, 1);
    world.run_until(|world| world.history.rounds.len() == 1);
    world.record(Event::StopRequested { by: StoppedBy::Interrupt });
    let history = world.finish().history;
    assert_eq!(history.ending, Some(Ending::Stopped));
    assert!(history.decision.unwrap().gate.unwrap().holds, "by the ballots in hand");
}

// Properties

/// A seat's vote (0 abstains), confidence in percent, family, and whether it objects.
type Ballot = (usize, u32, usize, bool);

fn ballots() -> impl Strategy<Value = Vec<Ballot>> {
    let objects = (0u32..6).prop_map(|draw| draw == 0);
    proptest::collection::vec((0usize..4, 0u32..=100, 0usize..3, objects), 2..8)
}

fn verdict(ballots: &[Ballot], min: u32) -> Decision {
    let seats = u32::try_from(ballots.len()).unwrap();
    let mut setup = setup(&two_ballots(), seats, question(&["move", "stay", "wait"]));
    setup.gate = Some(GateTerms {
        min_agreement: Some(f64::from(min) / 100.0),
        expect: Some(option("o1")),
        no_blocking_dissent: true,
        ..GateTerms::default()
    });
    for (agent, (_, _, family, _)) in setup.agents.iter_mut().zip(ballots) {
        agent.voice.family = format!("family {family}");
    }
    let script = |ask: &Ask| {
        if ask.turn.phase == "talk" {
            return by_default(ask);
        }
        let (vote, confidence, _, objects) = ballots[seat_of(ask).unwrap() as usize - 1];
        let mut fields = holding(ask, &format!("o{vote}"));
        fields["confidence"] = json!(format!("{confidence}%"));
        if vote == 0 {
            fields["option"] = Value::Null;
            fields["abstain_reason"] = json!("unsure");
        }
        if objects {
            fields["blocking_objection"] = json!("it is forbidden");
        }
        with(ask, &fields)
    };
    World::open(setup, &script, 1).finish().history.decision.unwrap()
}

/// The conditions without whose objections they are.
fn conditions(decision: &Decision) -> Vec<Condition> {
    let seatless = |condition: &Condition| match condition.clone() {
        Condition::NoBlockingDissent { required, found, holds, origin, .. } => {
            Condition::NoBlockingDissent { required, found, holds, objections: Vec::new(), origin }
        }
        other => other,
    };
    decision.gate.as_ref().unwrap().conditions.iter().map(seatless).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_confidence_moves_a_gate(
        ballots in ballots(), others in proptest::collection::vec(0u32..=100, 8), min in 0u32..=100,
    ) {
        let changed: Vec<Ballot> = ballots
            .iter()
            .zip(&others)
            .map(|((vote, _, family, objects), confidence)| (*vote, *confidence, *family, *objects))
            .collect();
        let (here, there) = (verdict(&ballots, min), verdict(&changed, min));
        assert_eq!(here.gate, there.gate);
        assert_eq!((&here.option, here.label, here.level), (&there.option, there.label, there.level));
        assert_eq!((here.sealed, here.last), (there.sealed, there.last));
    }

    #[test]
    fn no_seat_weighs_more_in_a_gate(ballots in ballots(), turn in 0usize..8, min in 0u32..=100) {
        let mut moved = ballots.clone();
        moved.rotate_left(turn % ballots.len());
        moved.reverse();
        let (here, there) = (verdict(&ballots, min), verdict(&moved, min));
        assert_eq!(conditions(&here), conditions(&there));
        assert_eq!(here.gate.unwrap().holds, there.gate.unwrap().holds);
        assert_eq!((here.option, here.label, here.last), (there.option, there.label, there.last));
    }

    #[test]
    fn a_gate_holds_exactly_when_the_ballots_say_so(ballots in ballots(), min in 0u32..=100) {
        let decision = verdict(&ballots, min);
        let votes = |option: usize| ballots.iter().filter(|ballot| ballot.0 == option).count();
        let leads = votes(1) > votes(2).max(votes(3));
        let heard = ballots.len() - votes(0);
        let quorum = (ballots.len() / 2 + 1).max(2);
        let expected = leads
            && heard >= quorum
            && votes(1) * 100 >= min as usize * ballots.len()
            && ballots.iter().all(|ballot| !ballot.3);
        assert_eq!(decision.gate.unwrap().holds, expected);
    }
}

// From the command line

/// A panel that votes as listed, vendor by vendor; `!` after a digit calls an objection blocking.
fn panel(votes: [&'static str; 4]) -> Fake {
    Fake::start(Arc::new(move |seen, number| Behaviour::Say(ballot(votes, seen, number))))
}

fn ballot(votes: [&str; 4], seen: &Seen, number: usize) -> String {
    let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
    let vendor = program::VENDORS.iter().position(|vendor| vendor.wire == seen.vendor_wire).unwrap();
    if reply.get("blocking_objection").is_some() {
        reply["option"] = json!(format!("o{}", &votes[vendor][..1]));
        reply["abstain_reason"] = Value::Null;
        reply["blocking_objection"] =
            if votes[vendor].ends_with('!') { json!("it is against the law") } else { Value::Null };
    }
    reply.to_string()
}

const START: [&str; 9] =
    ["start", "--topic", "Ship on Friday?", "--yes-no", "--mode", "vote", "-n", "4", "--no-synthesis"];

fn start<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&START[..], more].concat()
}

/// Checks a run in JSON: the exit code, the whole record on stdout, and on stderr nothing or the one error of the gate.
fn check(ran: Ran, code: i32, named: &[&str]) -> Value {
    let ran = ran.expect(code);
    let record = ran.record();
    assert_eq!(record["status"], "decided", "`{}`", ran.what);
    assert_eq!(record["decision"]["gate"]["holds"], code == 0, "`{}`", ran.what);
    if code == 0 {
        assert_eq!(ran.stderr, "");
        return record;
    }
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    let error = serde_json::from_str::<Value>(&ran.stderr).unwrap()["error"].clone();
    assert_eq!((&error["kind"], &error["retryable"]), (&json!("gate"), &json!(false)));
    assert_eq!(error["session"], record["session"]);
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("decided, but the gate does not hold: "), "{message}");
    for name in named {
        assert!(message.contains(name), "{message} must name {name}");
    }
    assert!(error["hint"].as_str().unwrap().contains(record["session"].as_str().unwrap()), "{error}");
    record
}

#[test]
fn exit_code_3_says_that_the_gate_does_not_hold() {
    let three = panel(["1", "1", "1", "2"]);
    let blocked = panel(["1", "1", "1", "2!"]);
    let tied = panel(["1", "1", "2", "2"]);
    let rows: &[(&Fake, &[&str], i32, &[&str])] = &[
        (&three, &["--min-agreement", "0.75"], 0, &[]),
        (&three, &["--min-agreement", "0.76"], 3, &["agreement 0.75", "at least 0.76"]),
        (&three, &["--expect", "Yes"], 0, &[]),
        (&three, &["--expect", " yes. "], 0, &[]),
        (&three, &["--expect", "o1"], 0, &[]),
        (&three, &["--expect", "No"], 3, &["o1 won, o2 expected"]),
        (&three, &["--no-blocking-dissent"], 0, &[]),
        (&blocked, &["--no-blocking-dissent"], 3, &["1 blocking objection"]),
        (&blocked, &["--min-agreement", "0.5", "--expect", "Yes"], 0, &[]),
        (
            &blocked,
            &["--min-agreement", "1", "--expect", "No", "--no-blocking-dissent"],
            3,
            &["at least 1.00", "o2 expected", "blocking"],
        ),
        (&tied, &["--min-agreement", "0.5"], 3, &["no option won"]),
        (&tied, &["--no-blocking-dissent"], 3, &["no option won"]),
    ];
    for (fake, flags, code, named) in rows {
        let desk = Desk::at(fake.url(), 4);
        let record = check(desk.run(&start(&[flags, &["--format", "json", "--quiet"][..]].concat())), *code, named);
        let shown = desk.run(&["show", "@", "--format", "json"]).expect(0).record();
        assert_eq!(shown["decision"], record["decision"], "showing is not judging");
    }
    // The default mode takes no ballots; its positions object.
    let of_positions =
        "start --topic Ship? --yes-no -n 4 --no-synthesis --rounds 1 --no-blocking-dissent --format json --quiet";
    let of_positions: Vec<&str> = of_positions.split(' ').collect();
    for (fake, code, named) in [(&three, 0, &[][..]), (&blocked, 3, &["1 blocking objection"][..])] {
        let desk = Desk::at(fake.url(), 4);
        let record = check(desk.run(&of_positions), code, named);
        let objects = record["blocking"].as_array().unwrap().len();
        assert_eq!(objects, usize::from(code == 3), "{}", record["blocking"]);
        for format in ["text", "markdown", "adr", "html"] {
            let told = desk.run(&["show", "@", "--format", format]).expect(0).stdout;
            assert_eq!(told.contains("it is against the law"), code == 3, "{format}");
        }
    }
}

#[test]
fn every_format_carries_the_gate_and_the_whole_record() {
    let fake = panel(["1", "1", "1", "2!"]);
    let flags = ["--min-agreement", "0.8", "--expect", "Yes", "--no-blocking-dissent"];
    let gate = "does not hold: agreement 0.75, at least 0.80 required; o1 won, as expected; 1 blocking objection";
    for (format, line) in [("text", format!("\nGate {gate}\n")), ("markdown", format!("\n| Gate | {gate} |\n"))] {
        let desk = Desk::at(fake.url(), 4);
        let outputs = ["--format", format, "--output", "record.json", "--progress", "plain"];
        let ran = desk.run(&start(&[&flags[..], &outputs].concat())).expect(3);
        assert!(ran.stdout.contains(&line), "{}", ran.stdout);
        assert!(ran.stdout.contains("it is against the law"), "{}", ran.stdout);
        assert_eq!(lines_with(&ran.stderr, "error: ").len(), 1, "{}", ran.stderr);
        assert_eq!(lines_with(&ran.stderr, "hint: ").len(), 1, "{}", ran.stderr);
        let verdict = lines_with(&ran.stderr, "decision: ");
        assert!(verdict[0].ends_with(&format!("; the gate {gate}")), "{verdict:?}");
        let record: Value = serde_json::from_str(&desk.read("record.json")).unwrap();
        assert_eq!(record["decision"]["gate"]["conditions"].as_array().unwrap().len(), 3);
    }
    let record = Desk::at(fake.url(), 4).run(&start(&["--format", "json", "--quiet"])).expect(0).record();
    assert!(record["decision"].get("gate").is_none(), "nothing was asked for");
}

#[test]
fn a_lost_quorum_is_told_as_such_and_a_session_keeps_its_gate() {
    let down = Arc::new(AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let fake = Fake::start(Arc::new(move |seen, number| {
        let refuses = is_down.load(Ordering::SeqCst) && ["gemini", "perplexity"].contains(&seen.vendor_wire);
        let no = json!({ "error": { "type": "invalid_request_error", "message": "no, thank you" } });
        if refuses { Behaviour::json(400, &no) } else { Behaviour::Say(ballot(["1", "1", "1", "2"], seen, number)) }
    }));
    let desk = Desk::at(fake.url(), 4);
    let ran = desk.run(&start(&["--min-agreement", "0.8", "--format", "json", "--quiet"])).expect(5);
    assert_eq!(ran.record()["decision"]["gate"]["holds"], false);
    down.store(false, Ordering::SeqCst);
    check(desk.run(&["resume", "@", "--format", "json", "--quiet"]), 3, &["agreement 0.75", "at least 0.80"]);
}

#[test]
fn a_threshold_ends_a_real_exchange_early() {
    let fake = Fake::start(Arc::new(|seen, number| {
        let mut reply: Value = serde_json::from_str(&voices::reply(seen, number)).unwrap();
        if reply.get("option").is_some() {
            let dissents = seen.vendor_wire == "perplexity";
            reply["option"] = json!(if dissents { "o2" } else { "o1" });
        }
        Behaviour::Say(reply.to_string())
    }));
    let rounds = |variables: &[(&str, &str)]| {
        let mut desk = Desk::at(fake.url(), 4);
        for (name, value) in variables {
            desk.set(name, *value);
        }
        let arguments =
            ["start", "--topic", "Ship?", "--yes-no", "-n", "4", "--no-synthesis", "--format", "json", "--quiet"];
        let record = desk.run(&arguments).expect(0).record();
        let stop = &record["decision"]["stop"];
        (record["rounds"].as_array().unwrap().len() - 1, stop["reason"].clone(), stop["numbers"].clone())
    };
    assert_eq!(rounds(&[]), (2, json!("rounds_held"), json!("2 of 2")));
    assert_eq!(
        rounds(&[("ROUNDTABLE_EXIT_CONSENSUS", "0.75")]),
        (1, json!("agreed"), json!("3 of 4 agree (0.75, threshold 0.75), 3 families, no uncited change"))
    );
    assert_eq!(rounds(&[("ROUNDTABLE_EXIT_CONFIDENCE", "0.5")]).0, 2, "confidence without agreement");
}
