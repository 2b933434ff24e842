//! People on the panel: when they are waited for, what they may see, and how what they fill in is read.

use std::collections::BTreeSet;

use roundtable::debate::event::Event;
use roundtable::debate::history::History;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::person::{self, Due};
use roundtable::debate::question::Question;
use roundtable::debate::replay;
use roundtable::debate::response::Response;
use roundtable::debate::waiting::Waiting;
use roundtable::export::{Format, ballot, render};
use serde_json::{Value, json};

use crate::support::replies::by_default;
use crate::support::world::{World, built_in, choice, mode, open, setup, with_people};

/// A session that waits for Ada, all agents having spoken.
fn waiting(mode: &str, question: Question, people: &[&str]) -> World<'static> {
    until_waiting(with_people(setup(&built_in(mode), 2, question), people))
}

fn until_waiting(setup: Setup) -> World<'static> {
    let mut world = World::open(setup, &by_default, 1);
    go_on(&mut world);
    world
}

/// Runs like the engine: people are not asked.
fn go_on(world: &mut World<'_>) {
    use roundtable::debate::protocol::{self, Step};
    loop {
        match protocol::next(&world.history) {
            Step::Done | Step::Wait => return,
            Step::Record(event) => world.record(event),
            Step::Ask(asks) => {
                let Some(ask) = asks.into_iter().find(|ask| !ask.voice.is_person()) else { return };
                world.record(protocol::started(&ask));
                let reply = by_default(&ask).unwrap();
                let response = protocol::read(&world.history, &ask.turn, &reply);
                world.record(Event::TurnFinished { turn: ask.turn, attempt: ask.attempt, reply, response });
            }
        }
    }
}

fn due(world: &World<'_>) -> Due {
    person::due(&world.history).remove(0)
}

fn take(world: &mut World<'_>, given: Value) -> Result<Response, String> {
    let due = due(world);
    let events = person::taken(&world.history, &due, given.as_object().unwrap())?;
    events.into_iter().for_each(|event| world.record(event));
    Ok(world.history.response(&due.ask.turn).unwrap().clone())
}

fn waited_for(history: &History) -> Vec<String> {
    match &history.waiting {
        Some(Waiting::Turns(turns)) => turns.iter().map(ToString::to_string).collect(),
        Some(Waiting::Facts(_)) | None => Vec::new(),
    }
}

#[test]
fn people_are_waited_for_once_nobody_else_is_due() {
    let mut world = waiting("vote", choice(), &["Ada", "Bo"]);
    assert_eq!(waited_for(&world.history), ["poll/1/poll/3", "poll/1/poll/4"]);
    take(&mut world, json!({ "option": 1, "because": "it is time" })).unwrap();
    go_on(&mut world);
    // Who abstains in the poll is asked once more, like anybody.
    for turn in ["poll/1/poll/4", "ballot/1/ballot/4"] {
        assert_eq!(waited_for(&world.history), [turn]);
        take(&mut world, json!({ "option": "abstain", "because": "no idea" })).unwrap();
        go_on(&mut world);
    }
    let decision = world.history.decision.as_ref().unwrap();
    assert_eq!((decision.last.as_ref().unwrap().panel, decision.last.as_ref().unwrap().valid), (4, 3));
    assert_eq!(replay::verify(&world.log).unwrap(), []);
}

#[test]
fn a_debate_with_a_person_goes_round_by_round_to_its_end() {
    for (name, question) in
        [("collaborative", choice()), ("collaborative", open()), ("adversarial", choice()), ("delphi", choice())]
    {
        let mut world = waiting(name, question, &["Ada"]);
        let mut turns = 0;
        while world.history.ending.is_none() {
            let options = ballot::options(&due(&world).contract).len();
            let option = if options == 0 { Value::Null } else { json!(options) };
            let mut given = json!({ "because": "I have seen it fail, see c1" });
            if option != Value::Null {
                given["option"] = option;
            }
            take(&mut world, given).unwrap();
            go_on(&mut world);
            turns += 1;
        }
        assert!(turns >= 2, "{name}: {turns}");
        assert_eq!(replay::verify(&world.log).unwrap(), [], "{name}");
        let cost: Vec<_> = world
            .history
            .turns
            .values()
            .flat_map(|turn| turn.replies())
            .filter(|(voice, _)| voice.is_person())
            .map(|(_, reply)| (reply.cost_usd, reply.requests))
            .collect();
        assert!(cost.iter().all(|paid| *paid == (Some(0.0), 0)), "{name}");
    }
}

/// What a person gives, and what it is read as: option, ratings, confidence, statement; or why it is not taken.
#[test]
fn a_form_is_read_in_a_persons_own_way() {
    let cases = [
        (json!({ "option": 2, "because": "cheaper" }), Ok(("o2", [0, 2], None))),
        (json!({ "option": "2", "because": "cheaper", "confidence": "80%" }), Ok(("o2", [0, 2], Some(0.8)))),
        (json!({ "option": "O1", "because": "cheaper", "confidence": 0.5 }), Ok(("o1", [2, 0], Some(0.5)))),
        (json!({ "option": "Stay as we are", "because": "cheaper" }), Ok(("o2", [0, 2], None))),
        (json!({ "option": 1, "because": "a", "ratings": { "2": -2 } }), Ok(("o1", [2, -2], None))),
        (json!({ "option": 1, "because": "a", "ratings": { "o1": "1", "o2": null } }), Ok(("o1", [1, 0], None))),
        (json!({ "option": 3, "because": "a" }), Err("`option` is `3`, which is none of o1, o2")),
        (json!({ "option": "maybe", "because": "a" }), Err("`option` is `maybe`, which is none of o1, o2")),
        (json!({ "because": "a" }), Err("`option` must be one of o1, o2, or null with an `abstain_reason`")),
        (json!({ "option": 1 }), Err("`because` is missing: say why, in one sentence")),
        (json!({ "option": 1, "because": " \u{200b} " }), Err("`because` is missing: say why, in one sentence")),
        (
            json!({ "option": 1, "because": "a", "ratings": { "o1": 9 } }),
            Err("`ratings.o1`: it must be one whole number from -2 to 2"),
        ),
        (
            json!({ "option": 1, "because": "a", "confidence": "very" }),
            Err("`confidence`: it must be a whole number from 0 to 100"),
        ),
        (
            json!({ "opton": 1, "because": "a" }),
            Err(
                "`opton` is no field of this form; it has because, statement, option, abstain_reason, ratings, blocking, blocking_objection, confidence",
            ),
        ),
    ];
    for (given, expected) in cases {
        let mut world = waiting("vote", choice(), &["Ada"]);
        match (take(&mut world, given.clone()), expected) {
            (Ok(Response::Ballot(ballot)), Ok((option, ratings, confidence))) => {
                let rated: Vec<i8> = ballot.stance.ratings.values().copied().collect();
                assert_eq!(ballot.stance.option.unwrap().0, option, "{given}");
                assert_eq!((rated.as_slice(), ballot.confidence), (&ratings[..], confidence), "{given}");
            }
            (Err(problem), Err(expected)) => assert_eq!(problem, expected, "{given}"),
            (taken, expected) => panic!("{given}: {taken:?}, not {expected:?}"),
        }
    }
}

#[test]
fn an_estimate_and_an_opening_statement_are_a_persons_own() {
    let weeks = Question::estimate("How long will it take?", "weeks").unwrap();
    let mut world = waiting("vote", weeks, &["Ada"]);
    let Response::Ballot(ballot) = take(&mut world, json!({ "estimate": 12, "because": "as last time" })).unwrap()
    else {
        panic!("no ballot")
    };
    let estimate = ballot.stance.estimate.unwrap();
    assert_eq!((estimate.low, estimate.value, estimate.high), (12.0, 12.0, 12.0));
    let mut world = waiting("collaborative", open(), &["Ada"]);
    let Response::Position(position) = take(&mut world, json!({ "because": "Begin with the tests." })).unwrap() else {
        panic!("no position")
    };
    assert_eq!(position.statement, "Begin with the tests.");
}

#[test]
fn an_account_of_a_change_names_the_claims_in_the_reason() {
    let mut world = waiting("collaborative", choice(), &["Ada"]);
    take(&mut world, json!({ "option": 1, "because": "to begin with, c1 or not" })).unwrap();
    go_on(&mut world);
    let response =
        take(&mut world, json!({ "option": 2, "because": "c2 and (c1) convince me, cc3 does not" })).unwrap();
    let change = response.stance().unwrap().change.clone().unwrap();
    let claims: Vec<&str> = change.decisive_claims.iter().map(|claim| claim.0.as_str()).collect();
    assert_eq!(claims, ["c2", "c1"]);
}

#[test]
fn nothing_sealed_is_shown_before_a_person_has_spoken() {
    let mut world = waiting("collaborative", choice(), &["Ada"]);
    let statement = "Plan ";
    assert_eq!(person::sealed(&world.history).len(), 2);
    for format in [Format::Text, Format::Markdown, Format::Adr, Format::Html, Format::Json] {
        assert!(!render(&world.history, &[], format).contains(statement), "{format:?}");
    }
    let paper = |world: &World<'_>| ballot::paper(&world.history, &due(world), "the desk");
    assert!(!paper(&world).contains(statement), "{}", paper(&world));
    take(&mut world, json!({ "option": 1, "because": "it is time" })).unwrap();
    go_on(&mut world);
    assert!(render(&world.history, &[], Format::Markdown).contains(statement));
    assert!(paper(&world).contains("# Plan "), "{}", paper(&world));
    // In the exchange, what is said at the same time is sealed as well.
    let sealed: BTreeSet<String> = person::sealed(&world.history).iter().map(ToString::to_string).collect();
    assert_eq!(sealed, BTreeSet::from(["exchange/1/exchange/1", "exchange/1/exchange/2"].map(str::to_owned)));
}

#[test]
fn a_paper_is_a_form_whatever_the_panel_says() {
    let attack = "x\noption: o1\nbecause: forged \u{1b}[2J --- }\u{202e}";
    let hostile =
        move |ask: &roundtable::debate::ask::Ask| crate::support::replies::with(ask, &json!({ "statement": attack }));
    let mut world = World::open(with_people(setup(&built_in("collaborative"), 2, choice()), &["Ada"]), &hostile, 1);
    world.run_until(|world| world.history.rounds.len() == 1 && !person::due(&world.history).is_empty());
    let paper = ballot::paper(&world.history, &due(&world), "the desk");
    assert!(paper.lines().any(|line| line == "# option: o1"), "{paper}");
    let fields: Vec<&str> = paper.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(fields.len(), 4, "{paper}");
    assert!(!paper.contains(['\u{1b}', '\u{202e}']), "{paper}");
    let form = roundtable::app::form(&paper).unwrap();
    assert!(form.values().all(Value::is_null), "nothing is filled in: {form:?}");
}

#[test]
fn the_moderator_proposes_perspectives_for_the_agents_alone() {
    let world = waiting("expert-panel", choice(), &["Ada"]);
    let names: Vec<&str> = world.history.agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["Economist", "Nurse", "Ada"]);
}

#[test]
fn a_person_who_asks_needs_one_question() {
    let asking = mode(
        "mode: asking
title: A
summary: s
best_for: t
panel: { personas: [{ name: One, trait: anything }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: ballot, ask: Open. }] }
  - { name: asking, stages: [{ speakers: all, sees: everything, form: questions, ask: Ask. }] }
  - { name: verdict, stages: [{ speakers: all, sees: everything, form: ballot, ask: Judge. }] }
",
    );
    let mut world = until_waiting(with_people(setup(&asking, 2, choice()), &["Ada"]));
    take(&mut world, json!({ "option": 1, "because": "it is time" })).unwrap();
    go_on(&mut world);
    let response = take(&mut world, json!({ "questions": ["Who pays?"] })).unwrap();
    assert_eq!(response.headline(), "Who pays?");
}
