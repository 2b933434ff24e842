//! From events to steps: who is asked when, how often, and when a debate ends.

use std::collections::BTreeMap;

use roundtable::debate::agent::Seat;
use roundtable::debate::ask::{Ask, Role};
use roundtable::debate::event::{Ending, Event, StoppedBy};
use roundtable::debate::log::decision::{Caveat, Label};
use roundtable::debate::log::options::SortingBasis;
use roundtable::debate::log::setup::{Limits, quorum};
use roundtable::debate::mode::Mode;
use roundtable::debate::protocol::{self, Step};
use roundtable::debate::response::Response;
use serde_json::{Value, json};

use crate::support::replies::{Miss, by_default, claim, holding, last_message, listed, missed, plan_in, sorted, with};
use crate::support::world::{Answer, Script, World, built_in, choice, mode, open, option, seat_of, setup};

/// Everybody makes a new claim in every turn, so that no rule ends a phase early.
fn restless(ask: &Ask) -> Answer {
    with(ask, &json!({ "claims": [claim(&format!("New in {}", ask.turn))] }))
}

/// Like `restless`, but some attempts miss.
fn missing(miss: impl Fn(&Ask) -> Option<Miss>) -> impl Fn(&Ask) -> Answer {
    move |ask| miss(ask).map_or_else(|| restless(ask), |miss| missed(ask, miss))
}

/// A mode of one sealed opening and one exchange on the given terms.
fn exchange(terms: &str) -> Mode {
    mode(&format!(
        "mode: sample
title: Sample
summary: An opening and an exchange.
best_for: tests
panel:
  personas:
    - {{ name: Left, team: left, trait: one side }}
    - {{ name: Right, team: right, trait: the other side }}
phases:
  - name: opening
    stages: [{{ speakers: all, sees: nothing, form: position, ask: Open. }}]
  - name: exchange
{terms}
"
    ))
}

/// An exchange of up to five rounds that may end by the given rules.
fn until(rules: &str) -> Mode {
    exchange(&format!(
        "    rounds: {{ default: 5, max: 5 }}
    until: [{rules}]
    stages: [{{ speakers: all, sees: everything, form: position, ask: Go on. }}]"
    ))
}

fn run<'a>(mode: &Mode, count: u32, script: &'a Script<'a>) -> World<'a> {
    World::open(setup(mode, count, choice()), script, 1).finish()
}

// Rounds

#[test]
fn rounds_are_held_as_the_mode_or_the_user_says() {
    let cases: [(&str, Option<u32>, &[&str]); 6] = [
        ("collaborative", None, &["opening/1", "exchange/1", "exchange/2 all rounds held"]),
        ("collaborative", Some(1), &["opening/1", "exchange/1 all rounds held"]),
        (
            "collaborative",
            Some(4),
            &["opening/1", "exchange/1", "exchange/2", "exchange/3", "exchange/4 all rounds held"],
        ),
        ("delphi", None, &["opening/1", "exchange/1", "exchange/2", "exchange/3 all rounds held"]),
        ("adversarial", Some(3), &["poll/1", "exchange/1", "exchange/2", "exchange/3 all rounds held", "verdict/1"]),
        // Nothing to set: both phases run once.
        ("vote", Some(3), &["poll/1", "ballot/1"]),
    ];
    for (mode, rounds, expected) in cases {
        let mut setup = setup(&built_in(mode), 4, choice());
        setup.rounds = rounds;
        assert_eq!(World::open(setup, &restless, 1).finish().rounds(), expected, "{mode} with --rounds {rounds:?}");
    }
}

// Who speaks when

/// The turns of a phase in the order in which they are asked, as `round/stage/speaker`; turns asked at the same time in
/// one item.
fn waves(mode: &Mode, count: u32, phase: &str) -> Vec<String> {
    let mut world = World::open(setup(mode, count, choice()), &restless, 1);
    let mut waves: Vec<String> = Vec::new();
    loop {
        if let Step::Ask(asks) = protocol::next(&world.history) {
            let here: Vec<String> = asks
                .iter()
                .filter(|ask| ask.turn.phase == phase && !world.history.turns.contains_key(&ask.turn))
                .map(|ask| format!("{}/{}/{}", ask.turn.round, ask.turn.stage, ask.turn.speaker))
                .collect();
            if !here.is_empty() && !waves.iter().any(|wave| wave.contains(&here[0])) {
                waves.push(here.join(" "));
            }
        }
        if !world.step() {
            return waves;
        }
    }
}

#[test]
fn stages_run_in_order_and_parallel_turns_are_asked_at_once() {
    let cases: [(&str, u32, &str, &[&str]); 8] = [
        (
            "collaborative",
            3,
            "exchange",
            &["1/exchange/1 1/exchange/2 1/exchange/3", "2/exchange/1 2/exchange/2 2/exchange/3"],
        ),
        ("red-team-blue-team", 5, "volley", &["1/attack/1 1/attack/3 1/attack/5", "1/defend/2 1/defend/4"]),
        ("socratic", 4, "inquiry", &["1/questions/1 1/questions/3", "1/replies/2 1/replies/4"]),
        ("devils-advocate", 3, "exchange", &["1/case/1", "1/challenge/2", "1/evaluation/3"]),
        // Nobody is seated as Evaluator: its stage is skipped.
        ("devils-advocate", 2, "exchange", &["1/case/1", "1/challenge/2", "2/case/1", "2/challenge/2"]),
        ("oxford", 2, "floor", &["1/questions/moderator", "1/answers/1 1/answers/2"]),
        // Sequential: one at a time, and whoever opens moves on by one each round.
        ("adversarial", 2, "exchange", &["1/exchange/1", "1/exchange/2", "2/exchange/2", "2/exchange/1"]),
        (
            "adversarial",
            3,
            "exchange",
            &["1/exchange/1", "1/exchange/2", "1/exchange/3", "2/exchange/2", "2/exchange/3", "2/exchange/1"],
        ),
    ];
    for (name, count, phase, expected) in cases {
        let found = waves(&built_in(name), count, phase);
        assert_eq!(found[..expected.len()], *expected, "{name} with {count} seats");
    }
}

#[test]
fn a_choice_is_polled_once_by_vote_and_an_open_question_is_put_to_the_ballot() {
    let on = |question| World::open(setup(&built_in("vote"), 3, question), &restless, 1).finish();
    let (closed, opened) = (on(choice()), on(open()));
    assert_eq!(closed.asked_in("ballot").len(), 0, "the sealed poll has rated the options already");
    assert_eq!(closed.rounds(), ["poll/1", "ballot/1"]);
    let last = closed.history.rounds.last().unwrap().consensus.clone().unwrap();
    assert_eq!((last.valid, last.absent), (3, 0), "the poll's stances carry over");
    assert_eq!(opened.asked_in("ballot").len(), 3);
}

#[test]
fn a_seat_that_missed_the_poll_is_asked_in_the_ballot() {
    let script = missing(|ask| (ask.turn.phase == "poll" && seat_of(ask) == Some(2)).then_some(Miss::Network));
    let world = run(&built_in("vote"), 3, &script);
    let asked: Vec<_> = world.asked_in("ballot").into_iter().map(seat_of).collect();
    assert_eq!(asked, [Some(2)]);
    assert_eq!(world.history.decision.as_ref().unwrap().last.as_ref().unwrap().valid, 3);
}

#[test]
fn a_sealed_last_ballot_is_not_skipped_for_seats_that_have_heard_others() {
    let sealed_end = mode(
        "mode: sealed-end
title: Sealed end
summary: A poll, an exchange and a sealed ballot.
best_for: tests
panel: { personas: [{ name: One, trait: anything }] }
phases:
  - { name: poll, stages: [{ speakers: all, sees: nothing, form: ballot, ask: Poll. }] }
  - { name: exchange, stages: [{ speakers: all, sees: everything, order: sequential, form: position, ask: Speak. }] }
  - { name: verdict, stages: [{ speakers: all, sees: nothing, form: ballot, ask: Judge. }] }
",
    );
    assert_eq!(run(&sealed_end, 3, &restless).asked_in("verdict").len(), 3);
}

// Attempts

/// What becomes of a turn, by what its attempts miss by.
struct Attempts {
    misses: &'static [Miss],
    asked: usize,
    heard: bool,
    /// What the second prompt says about the first reply.
    again: Option<&'static str>,
    /// Output tokens of the last attempt, in units of the limit.
    room: u32,
}

#[test]
fn a_reply_that_cannot_be_read_is_asked_for_once_more() {
    let cases = [
        Attempts { misses: &[], asked: 1, heard: true, again: None, room: 1 },
        Attempts {
            misses: &[Miss::Prose],
            asked: 2,
            heard: true,
            again: Some("the reply holds no JSON object"),
            room: 1,
        },
        Attempts { misses: &[Miss::Empty], asked: 2, heard: true, again: Some("the reply is empty"), room: 1 },
        Attempts {
            misses: &[Miss::Prose, Miss::Prose],
            asked: 2,
            heard: false,
            again: Some("no JSON object"),
            room: 1,
        },
        Attempts { misses: &[Miss::Cut], asked: 2, heard: true, again: Some("cut off before its end"), room: 2 },
        Attempts { misses: &[Miss::Cut, Miss::Cut], asked: 2, heard: false, again: Some("cut off"), room: 2 },
        Attempts { misses: &[Miss::Refusal], asked: 1, heard: false, again: None, room: 1 },
        Attempts { misses: &[Miss::Filter], asked: 1, heard: false, again: None, room: 1 },
        Attempts { misses: &[Miss::Network], asked: 1, heard: false, again: None, room: 1 },
        Attempts {
            misses: &[Miss::Prose, Miss::Network],
            asked: 2,
            heard: false,
            again: Some("no JSON object"),
            room: 1,
        },
        Attempts {
            misses: &[Miss::Prose, Miss::Refusal],
            asked: 2,
            heard: false,
            again: Some("no JSON object"),
            room: 1,
        },
    ];
    for case in cases {
        let script = missing(|ask| {
            let is_here = ask.turn.phase == "opening" && seat_of(ask) == Some(2);
            case.misses.get(ask.attempt as usize - 1).copied().filter(|_| is_here)
        });
        let world = run(&built_in("collaborative"), 4, &script);
        let asked: Vec<&Ask> = world.asked_of(2).into_iter().filter(|ask| ask.turn.phase == "opening").collect();
        assert_eq!(asked.len(), case.asked, "{:?}", case.misses);
        assert_eq!(
            asked.iter().map(|ask| ask.attempt).collect::<Vec<_>>(),
            (1..=case.asked as u32).collect::<Vec<_>>()
        );
        let is_heard = world.response("opening/1/opening/2").is_some_and(Response::is_valid);
        assert_eq!(is_heard, case.heard, "{:?}", case.misses);
        let last = asked.last().unwrap();
        assert_eq!(
            last.prompt.output_tokens_max,
            world.history.setup.limits.output_tokens_max * case.room,
            "{:?}",
            case.misses
        );
        match case.again {
            Some(reason) => assert!(last_message(last).contains(reason), "{:?}: {}", case.misses, last_message(last)),
            None => assert_eq!(last.prompt.messages.len(), 1, "{:?}", case.misses),
        }
        assert!(
            world.asked_in("exchange").iter().any(|ask| seat_of(ask) == Some(2)),
            "{:?}: the seat is asked again next round",
            case.misses
        );
        assert_eq!(world.history.ending, Some(Ending::Decided), "{:?}", case.misses);
    }
}

#[test]
fn the_number_of_attempts_is_a_limit_of_the_session() {
    for (attempts_max, asked) in [(1, 1), (2, 2), (3, 3)] {
        let mut setup = setup(&built_in("vote"), 3, choice());
        setup.limits.attempts_max = attempts_max;
        let script = missing(|ask| (seat_of(ask) == Some(1) && ask.turn.phase == "poll").then_some(Miss::Prose));
        let world = World::open(setup, &script, 1).finish();
        assert_eq!(world.asked_of(1).iter().filter(|ask| ask.turn.phase == "poll").count(), asked);
    }
}

#[test]
fn a_conversation_alternates_whatever_becomes_of_its_turns() {
    for miss in [Miss::Prose, Miss::Empty, Miss::Cut, Miss::Refusal, Miss::Filter, Miss::Network] {
        let script = missing(|ask| (ask.turn.phase == "opening" && seat_of(ask) == Some(2)).then_some(miss));
        for ask in run(&built_in("collaborative"), 4, &script).asked_of(2) {
            let roles: Vec<Role> = ask.prompt.messages.iter().map(|message| message.role).collect();
            let expected: Vec<Role> = [Role::User, Role::Assistant].into_iter().cycle().take(roles.len()).collect();
            assert_eq!(roles, expected, "{miss:?} before {}", ask.turn);
            assert_eq!(roles.last(), Some(&Role::User));
            assert!(
                ask.prompt.messages.iter().all(|message| !message.text.trim().is_empty()),
                "{miss:?} before {}",
                ask.turn
            );
        }
    }
}

#[test]
fn a_lasting_fault_costs_every_seat_of_the_provider_the_later_stages() {
    // Seats 2 and 4 are on the same provider; only seat 2 meets the fault.
    let mut table = setup(&built_in("collaborative"), 4, choice());
    for agent in &mut table.agents {
        agent.voice = table.moderators[if agent.seat.0 % 2 == 0 { 1 } else { 0 }].clone();
    }
    table.limits = Limits { quorum: 2, ..table.limits };
    let script = missing(|ask| {
        (ask.turn.phase == "exchange" && ask.turn.round == 1 && seat_of(ask) == Some(2)).then_some(Miss::Auth)
    });
    let world = World::open(table, &script, 1).finish();
    let asked = |round: u32| {
        world
            .asked_in("exchange")
            .into_iter()
            .filter(|ask| ask.turn.round == round)
            .filter_map(seat_of)
            .collect::<Vec<_>>()
    };
    assert_eq!((asked(1), asked(2)), (vec![1, 2, 3, 4], vec![1, 3]));
    assert!(
        world.response("exchange/1/exchange/4").is_some_and(Response::is_valid),
        "within the stage the other seat still speaks"
    );
    assert!(
        world.asked_in("synthesis").iter().all(|ask| ask.voice.provider != "openai"),
        "the moderator passes it over, too"
    );
    let last = world.history.decision.unwrap().last.unwrap();
    assert_eq!((last.valid, last.absent), (2, 2));
}

// Quorum

#[test]
fn quorum_is_more_than_half_and_at_least_two() {
    for (seats, needed) in [(1, 2), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (10, 6)] {
        assert_eq!(quorum(seats), needed, "{seats} seats");
    }
}

#[test]
fn a_debate_that_loses_its_quorum_ends_without_a_verdict() {
    let cases: [(&str, &str, &[&str]); 5] = [
        ("collaborative", "opening", &["opening/1 quorum lost"]),
        ("collaborative", "exchange", &["opening/1", "exchange/1 quorum lost"]),
        // The poll's ballots are in hand, but too few seats heard the debate.
        ("adversarial", "exchange", &["poll/1", "exchange/1 quorum lost"]),
        ("adversarial", "verdict", &["poll/1", "exchange/1", "exchange/2 all rounds held", "verdict/1 quorum lost"]),
        ("vote", "poll", &["poll/1 quorum lost"]),
    ];
    for (name, phase, rounds) in cases {
        for question in [choice(), open()] {
            let script = missing(|ask| (ask.turn.phase == phase && seat_of(ask) > Some(2)).then_some(Miss::Network));
            let world = World::open(setup(&built_in(name), 4, question), &script, 1).finish();
            let decision = world.history.decision.as_ref().unwrap();
            assert_eq!(world.rounds(), rounds, "{name}, lost in {phase}");
            assert_eq!((decision.label, decision.option.as_ref()), (Label::NoQuorum, None), "{name}, lost in {phase}");
            assert_eq!(world.history.ending, Some(Ending::QuorumLost), "{name}, lost in {phase}");
            assert_eq!(world.asked.last().unwrap().turn.phase, phase, "{name}: nobody is asked after that");
        }
    }
}

#[test]
fn three_of_four_are_a_quorum() {
    let script = missing(|ask| (seat_of(ask) == Some(4)).then_some(Miss::Network));
    let world = run(&built_in("collaborative"), 4, &script);
    assert_eq!(world.history.ending, Some(Ending::Decided));
    assert_eq!(world.asked_of(4).len(), 3, "an absent seat is asked again in every round");
    assert_eq!(world.asked_in("synthesis").len(), 1);
}

#[test]
fn a_stage_of_one_team_needs_more_than_half_of_that_team() {
    // Red has seats 1 and 3, blue has seat 2. Losing one of three is no loss of quorum, whichever team it is on.
    let mode = built_in("red-team-blue-team");
    for (lost, expected) in [(&[1][..], "volley/1"), (&[2], "volley/1"), (&[1, 3], "volley/1 quorum lost")] {
        let script = missing(|ask| {
            (ask.turn.phase == "volley" && lost.contains(&seat_of(ask).unwrap_or(0))).then_some(Miss::Network)
        });
        assert_eq!(run(&mode, 3, &script).rounds()[1], expected, "seats {lost:?} lost");
    }
}

// The moderator

#[test]
fn the_next_voice_moderates_when_one_cannot_be_reached() {
    for (phase, question) in [("framing", choice()), ("options", open()), ("synthesis", choice())] {
        let script =
            missing(|ask| (ask.turn.phase == phase && ask.voice.provider == "anthropic").then_some(Miss::Network));
        let world = World::open(setup(&built_in("expert-panel"), 3, question), &script, 1).finish();
        let mut asked: Vec<(String, &str)> = Vec::new();
        for ask in world.asked_in(phase) {
            asked.push((ask.turn.stage.clone(), &ask.voice.provider));
        }
        asked.sort();
        let stages: &[&str] = match phase {
            "options" => &["forward", "reverse"],
            "framing" => &["perspectives"],
            _ => &["synthesis"],
        };
        let expected: Vec<(String, &str)> =
            stages.iter().flat_map(|stage| ["anthropic", "openai"].map(|voice| ((*stage).to_owned(), voice))).collect();
        assert_eq!(asked, expected, "{phase}");
        assert_eq!(world.history.ending, Some(Ending::Decided));
    }
}

#[test]
fn an_open_panel_takes_the_proposed_personas_or_else_its_own() {
    let framed = run(&built_in("expert-panel"), 5, &by_default);
    let names = |world: &World<'_>| world.history.agents.iter().map(|agent| agent.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&framed), ["Economist", "Nurse", "Engineer", "Historian", "Lawyer"]);
    assert!(framed.asked_in("opening")[1].prompt.messages[0].text.contains("You are Nurse: what a Nurse sees."));

    let failed = missing(|ask| (ask.turn.phase == "framing").then_some(Miss::Network));
    let own = run(&built_in("expert-panel"), 5, &failed);
    assert_eq!(own.asked_in("framing").len(), 3, "every voice is tried");
    assert_eq!(names(&own), ["Domain Expert", "Generalist", "Skeptic", "Innovator", "Domain Expert 2"]);
    assert!(own.log.iter().any(|logged| matches!(logged.event, Event::PerspectivesChosen { proposed: false, .. })));

    let mut given = setup(&built_in("expert-panel"), 3, choice());
    given.frames = false;
    let given = World::open(given, &by_default, 1).finish();
    assert_eq!((given.asked_in("framing").len(), names(&given).len()), (0, 3));
}

#[test]
fn a_failed_synthesis_leaves_the_decision_standing() {
    let script = missing(|ask| (ask.turn.phase == "synthesis").then_some(Miss::Prose));
    let world = run(&built_in("vote"), 3, &script);
    assert_eq!(world.asked_in("synthesis").len(), 2);
    assert_eq!(world.history.ending, Some(Ending::Decided));
    let mut without = setup(&built_in("vote"), 3, choice());
    without.synthesis = false;
    let without = World::open(without, &script, 1).finish();
    assert_eq!(without.asked_in("synthesis").len(), 0);
    assert_eq!(without.history.decision, world.history.decision);
}

#[test]
fn a_synthesis_may_lean_only_on_claims_that_exist() {
    let world = run(&built_in("collaborative"), 3, &restless);
    let Some(Response::Synthesis(synthesis)) = world.response("synthesis/1/synthesis/moderator") else {
        panic!("no synthesis");
    };
    assert_eq!((synthesis.rationale.len(), synthesis.risks.len()), (1, 0));
    assert_eq!(synthesis.dropped[0].claims[0].0, "c9999");
}

// The options of an open question

/// How the statements of seats 1 to 4 are piled up by each pass, as one letter a seat; `-` is a pass that cannot be
/// read.
struct Passes {
    forward: &'static str,
    reverse: &'static str,
    third: &'static str,
    basis: SortingBasis,
    /// The same for the options that come of it.
    sorted: &'static str,
    asked: usize,
}

fn sorting(passes: &Passes) -> impl Fn(&Ask) -> Answer {
    move |ask| match (ask.turn.phase.as_str(), seat_of(ask)) {
        ("options", _) => {
            let piles = match ask.turn.stage.as_str() {
                "forward" => passes.forward,
                "reverse" => passes.reverse,
                _ => passes.third,
            };
            if piles == "-" {
                return missed(ask, Miss::Prose);
            }
            let of_seat = |statement: &str| {
                piles[plan_in(statement).parse::<usize>().unwrap() - 1..].chars().next().unwrap().to_string()
            };
            Ok(crate::support::replies::json_reply(&sorted(&listed(ask), of_seat)))
        }
        ("opening", Some(seat)) => with(ask, &json!({ "statement": format!("Plan {seat} is right") })),
        _ => restless(ask),
    }
}

/// Letters by seat, from the first letter on in the order of their first use.
fn letters(sorted: &BTreeMap<Seat, roundtable::debate::question::OptionId>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let letter = |id: &str, seen: &[&str]| {
        char::from(b'a' + u8::try_from(seen.iter().position(|other| *other == id).unwrap()).unwrap())
    };
    let mut letters = String::new();
    for id in sorted.values() {
        if !seen.contains(&id.0.as_str()) {
            seen.push(&id.0);
        }
        letters.push(letter(&id.0, &seen));
    }
    letters
}

#[test]
fn options_are_found_by_passes_that_must_agree() {
    use SortingBasis::{Majority, OnePass, TwoPasses, Verbatim};
    let cases = [
        Passes { forward: "aabb", reverse: "ccdd", third: "", basis: TwoPasses, sorted: "aabb", asked: 2 },
        Passes { forward: "abcd", reverse: "abcd", third: "", basis: TwoPasses, sorted: "abcd", asked: 2 },
        Passes { forward: "aaaa", reverse: "bbbb", third: "", basis: TwoPasses, sorted: "aaaa", asked: 2 },
        Passes { forward: "aabb", reverse: "abab", third: "aabb", basis: Majority, sorted: "aabb", asked: 3 },
        Passes { forward: "aabb", reverse: "abab", third: "abba", basis: Majority, sorted: "abcd", asked: 3 },
        Passes { forward: "aabc", reverse: "abbc", third: "aaab", basis: Majority, sorted: "aaab", asked: 3 },
        Passes { forward: "aabb", reverse: "abab", third: "-", basis: OnePass, sorted: "aabb", asked: 4 },
        Passes { forward: "-", reverse: "abab", third: "", basis: OnePass, sorted: "abab", asked: 3 },
        Passes { forward: "aabb", reverse: "-", third: "", basis: OnePass, sorted: "aabb", asked: 3 },
        Passes { forward: "-", reverse: "-", third: "", basis: Verbatim, sorted: "abcd", asked: 4 },
    ];
    for passes in &cases {
        let name = format!("{} {} {}", passes.forward, passes.reverse, passes.third);
        let script = sorting(passes);
        let world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1).finish();
        let frozen = world.history.frozen.clone().unwrap();
        assert_eq!((frozen.basis, letters(&frozen.sorted).as_str()), (passes.basis, passes.sorted), "{name}");
        assert_eq!(world.asked_in("options").len(), passes.asked, "{name}");
        assert_eq!(frozen.reliability.is_some(), passes.forward != "-" && passes.reverse != "-", "{name}");
        let mut texts: Vec<&str> = frozen.options.iter().map(|choice| choice.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), frozen.options.len(), "{name}: options can be told apart");
        assert_eq!(world.history.ending, Some(Ending::Decided), "{name}");
        let decision = world.history.decision.unwrap();
        let is_doubted = decision.caveats.contains(&Caveat::UnconfirmedOptions);
        assert_eq!(
            is_doubted,
            passes.basis != TwoPasses && decision.label != Label::NoQuorum,
            "{name}: {}",
            decision.label
        );
    }
}

#[test]
fn long_options_with_one_beginning_can_be_told_apart() {
    let long = "We should move all customer-facing services in the European region to the new managed message queue before the end \
                of the third quarter, keeping the present broker in parallel for the whole of the migration and ";
    let ends =
        ["switch it off afterwards.", "keep it for two more years.", "keep it for three more years.", "sell it."];
    let script = |ask: &Ask| match ask.turn.phase.as_str() {
        "options" => {
            let numbered = (1..=listed(ask).len()).zip(ends);
            let options: Vec<_> =
                numbered.map(|(place, end)| json!({ "text": format!("{long}{end}"), "statements": [place] })).collect();
            Ok(crate::support::replies::json_reply(&json!({ "options": options })))
        }
        "opening" => with(ask, &json!({ "statement": format!("Plan {} is right", seat_of(ask).unwrap()) })),
        _ => restless(ask),
    };
    let world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1).finish();
    let texts: Vec<String> = world.history.options().iter().map(|choice| choice.text.clone()).collect();
    assert_eq!(texts.len(), 4);
    for (text, end) in texts.iter().zip(ends) {
        assert!(text.starts_with("We should move all customer-facing") && text.ends_with(end), "{text}");
    }
}

#[test]
fn the_two_passes_list_the_statements_in_opposite_orders_at_the_same_time() {
    let passes =
        Passes { forward: "aabb", reverse: "aabb", third: "", basis: SortingBasis::TwoPasses, sorted: "", asked: 2 };
    let script = sorting(&passes);
    let mut world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1);
    world.run_until(
        |world| matches!(protocol::next(&world.history), Step::Ask(asks) if asks[0].turn.phase == "options"),
    );
    let Step::Ask(asks) = protocol::next(&world.history) else { panic!("no asks") };
    let (forward, mut reverse) = (listed(&asks[0]), listed(&asks[1]));
    reverse.reverse();
    assert_eq!(asks.len(), 2);
    assert_eq!(forward, reverse);
    assert_eq!(forward.len(), 4);
}

#[test]
fn statements_in_the_same_words_need_no_sorting() {
    let script = |ask: &Ask| match ask.turn.phase.as_str() {
        "opening" => {
            with(ask, &json!({ "statement": if seat_of(ask) == Some(1) { "Move now" } else { "move  now." } }))
        }
        _ => restless(ask),
    };
    let world = World::open(setup(&built_in("collaborative"), 3, open()), &script, 1).finish();
    assert_eq!(world.asked_in("options").len(), 0);
    let frozen = world.history.frozen.unwrap();
    assert_eq!((frozen.basis, frozen.options.len(), frozen.sorted.len()), (SortingBasis::Verbatim, 1, 3));
    assert!(!world.history.decision.unwrap().caveats.contains(&Caveat::UnconfirmedOptions));
}

#[test]
fn who_abstains_in_the_opening_is_not_sorted() {
    let script = |ask: &Ask| match (ask.turn.phase.as_str(), seat_of(ask)) {
        ("opening", Some(2)) => with(ask, &json!({ "abstain_reason": "a fact is missing" })),
        _ => restless(ask),
    };
    let world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1).finish();
    let sorted: Vec<u32> = world.history.frozen.as_ref().unwrap().sorted.keys().map(|seat| seat.0).collect();
    assert_eq!(sorted, [1, 3, 4]);
    let sealed = world.history.rounds[0].consensus.clone().unwrap();
    assert_eq!((sealed.valid, sealed.abstained, sealed.absent), (3, 1, 0));
}

#[test]
fn a_seat_can_correct_what_its_opening_was_counted_for() {
    // All four are sorted into o1; seat 4 says that it always meant o2, and votes so.
    let passes =
        Passes { forward: "aaab", reverse: "aaab", third: "", basis: SortingBasis::TwoPasses, sorted: "", asked: 2 };
    let by_pass = sorting(&passes);
    let script = |ask: &Ask| match (ask.turn.phase.as_str(), seat_of(ask)) {
        ("exchange", Some(3)) => {
            let mut fields = holding(ask, "o2");
            fields["opening_was"] = if ask.turn.round == 1 { json!("o2") } else { Value::Null };
            with(ask, &fields)
        }
        ("exchange", Some(4)) => with(ask, &holding(ask, "o2")),
        ("exchange", _) => with(ask, &holding(ask, "o1")),
        _ => by_pass(ask),
    };
    let world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1).finish();
    let frozen = world.history.frozen.as_ref().unwrap();
    let of = |seat: u32| frozen.sorted[&Seat(seat)].clone();
    assert_ne!(of(3), of(4), "the moderator told them apart");
    let decision = world.history.decision.as_ref().unwrap();
    let sealed = decision.sealed.as_ref().unwrap();
    let recorded = world.history.rounds[0].consensus.as_ref().unwrap();
    let (ours, theirs) = (of(4), of(3));
    assert_eq!((recorded.tally[&theirs], recorded.tally[&ours]), (3, 1), "what was known then stays on record");
    if ours == option("o2") {
        assert_eq!((sealed.tally[&theirs], sealed.tally[&ours]), (2, 2), "the sealed tally follows the correction");
        assert!(decision.moved.iter().all(|moved| moved.seat != Seat(3)), "a correction is no change of mind");
        assert_eq!(world.history.rounds[1].movement.unwrap().changed, 0, "nor in the round in which it was made");
    } else {
        panic!("the options are numbered otherwise: {frozen:?}");
    }
}

#[test]
fn only_a_seat_whose_statement_was_sorted_is_asked_whether_rightly() {
    let script = missing(|ask| (ask.turn.phase == "opening" && seat_of(ask) == Some(2)).then_some(Miss::Network));
    let world = World::open(setup(&built_in("collaborative"), 4, open()), &script, 1).finish();
    let offers = |seat: u32| {
        let asked = world.asked_of(seat).into_iter().filter(|ask| ask.turn.phase == "exchange");
        asked.map(|ask| ask.prompt.schema.json["properties"].get("opening_was").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(offers(1), [true, false]);
    assert_eq!(offers(2), [false, false]);
}

// Stopping

#[test]
fn a_stop_request_decides_on_the_ballots_in_hand() {
    let stopped = |question, at: usize| {
        let mut world = World::open(setup(&built_in("collaborative"), 4, question), &by_default, 1);
        world.run_until(|world| world.history.rounds.len() == at && world.asked.len() >= 4 * at + 2);
        world.record(Event::StopRequested { by: StoppedBy::Interrupt });
        world.finish()
    };
    let in_exchange = stopped(choice(), 1);
    let decision = in_exchange.history.decision.clone().unwrap();
    assert_eq!(decision.last.unwrap().valid, 4, "who has not spoken in the open round stands by what was said before");
    assert_eq!(in_exchange.history.ending, Some(Ending::Stopped));
    assert_eq!(in_exchange.asked_in("synthesis").len(), 0);

    let in_opening = stopped(choice(), 0);
    assert_eq!(in_opening.history.ending, Some(Ending::Stopped));
    let sealed = in_opening.history.decision.clone().unwrap().last.unwrap();
    assert!(sealed.valid < 4 && sealed.valid > 0 && sealed.valid + sealed.absent == 4, "{sealed:?}");

    let without_options = stopped(open(), 0);
    let decision = without_options.history.decision.clone().unwrap();
    assert_eq!(
        (decision.label, decision.last, decision.sealed),
        (Label::NoQuorum, None, None),
        "statements alone cannot be counted"
    );
    assert_eq!(without_options.history.ending, Some(Ending::Stopped));
}

/// What the seats of an exchange do in each round from the opening on, and where the phase ends.
struct Exchange {
    name: &'static str,
    rules: &'static str,
    /// The option of each seat by round, as digits; the first is the opening.
    options: &'static [&'static str],
    /// New claims of every seat by round; the last entry holds on.
    claims: &'static [usize],
    /// Whether changes name a claim that holds.
    cited: bool,
    families: usize,
    ends: &'static str,
}

fn hold(exchange: &Exchange) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let round = if ask.turn.phase == "opening" { 0 } else { ask.turn.round as usize };
        let at =
            |round: usize| &exchange.options[round.min(exchange.options.len() - 1)][seat as usize - 1..seat as usize];
        let mut fields = holding(ask, &format!("o{}", at(round)));
        let count = exchange.claims[round.min(exchange.claims.len() - 1)];
        let claims: Vec<Value> = (0..count).map(|place| claim(&format!("Claim {place} of {}", ask.turn))).collect();
        fields["claims"] = json!(claims);
        if round > 0 && at(round) != at(round - 1) && exchange.cited {
            // The first claim that the seat was shown.
            let shown: Vec<String> = ask
                .prompt
                .messages
                .iter()
                .flat_map(|message| crate::support::replies::claims_in(&message.text))
                .collect();
            fields["change"] = json!({ "because": "it holds", "decisive_claims": [shown[0]] });
        }
        with(ask, &fields)
    }
}

const QUIET: Exchange =
    Exchange { name: "", rules: "", options: &["1122"], claims: &[1, 0], cited: true, families: 3, ends: "" };

#[test]
fn rules_end_an_exchange_in_their_order() {
    let held = "exchange/5 all rounds held";
    let cases = [
        Exchange { name: "unanimous", rules: "agreed", options: &["1111"], ends: "exchange/1 agreed", ..QUIET },
        Exchange { name: "not unanimous", rules: "agreed", options: &["1112"], ends: held, ..QUIET },
        Exchange { name: "of one family", rules: "agreed", options: &["1111"], families: 1, ends: held, ..QUIET },
        Exchange {
            name: "won over with a reason",
            rules: "agreed",
            options: &["1112", "1111"],
            ends: "exchange/1 agreed",
            ..QUIET
        },
        // In the second round nobody moves any more.
        Exchange {
            name: "won over without",
            rules: "agreed",
            options: &["1112", "1111"],
            cited: false,
            ends: "exchange/2 agreed",
            ..QUIET
        },
        Exchange {
            name: "nothing changes at all",
            rules: "stable",
            options: &["1122"],
            ends: "exchange/1 positions stable",
            ..QUIET
        },
        Exchange { name: "new claims come in", rules: "stable", options: &["1122"], claims: &[1], ends: held, ..QUIET },
        Exchange {
            name: "one moves, then none",
            rules: "stable",
            options: &["1122", "1112"],
            ends: "exchange/2 positions stable",
            ..QUIET
        },
        Exchange {
            name: "always someone moves",
            rules: "stable",
            options: &["1122", "1112", "1122", "1112", "1122", "1112"],
            ends: held,
            ..QUIET
        },
        Exchange {
            name: "no new claim",
            rules: "saturated",
            options: &["1122"],
            ends: "exchange/1 no new claims",
            ..QUIET
        },
        Exchange {
            name: "claims for two rounds",
            rules: "saturated",
            claims: &[1, 1, 1, 0],
            ends: "exchange/3 no new claims",
            ..QUIET
        },
        Exchange { name: "claims to the end", rules: "saturated", claims: &[1], ends: held, ..QUIET },
        Exchange {
            name: "back and forth",
            rules: "oscillating",
            options: &["1122", "1112", "1122"],
            claims: &[1],
            ends: "exchange/2 positions oscillate",
            ..QUIET
        },
        Exchange {
            name: "moved once",
            rules: "oscillating",
            options: &["1122", "1112"],
            claims: &[1],
            ends: held,
            ..QUIET
        },
        Exchange {
            name: "on to a third",
            rules: "oscillating",
            options: &["1122", "1112", "1132"],
            claims: &[1],
            ends: held,
            ..QUIET
        },
        // Whatever the order in the file.
        Exchange {
            name: "all at once",
            rules: "oscillating, saturated, stable, agreed",
            options: &["1111"],
            ends: "exchange/1 agreed",
            ..QUIET
        },
        Exchange {
            name: "all but agreed",
            rules: "oscillating, saturated, stable",
            options: &["1111"],
            ends: "exchange/1 positions stable",
            ..QUIET
        },
        Exchange {
            name: "only moves",
            rules: "oscillating, saturated",
            options: &["1122", "1112", "1122"],
            ends: "exchange/1 no new claims",
            ..QUIET
        },
        Exchange { name: "no rule", rules: "", options: &["1111"], ends: held, ..QUIET },
    ];
    for case in &cases {
        let question = crate::support::world::question(&["move now", "stay as we are", "wait a year"]);
        let mut table = setup(&until(case.rules), 4, question);
        for agent in &mut table.agents {
            agent.voice.family = format!("family {}", agent.seat.0 as usize % case.families);
        }
        let script = hold(case);
        let world = World::open(table.clone(), &script, 1).finish();
        assert_eq!(world.rounds().last().unwrap(), case.ends, "{}: {:?}", case.name, world.history.rounds);
        table.rounds = Some(3);
        let fixed = World::open(table, &script, 1).finish();
        assert_eq!(
            fixed.rounds().last().unwrap(),
            "exchange/3 all rounds held",
            "{}: --rounds switches the rules off",
            case.name
        );
    }
}

#[test]
fn positions_that_drift_without_a_change_of_side_are_not_stable() {
    // Two rounds in a row within 15% are stable; ratings that spread are not. Panels below five must not move at all.
    let cases: [(&str, u32, &[[i64; 5]], &str); 3] = [
        (
            "one of five drifts each round",
            5,
            &[[2, 2, 2, 2, 2], [2, 2, 2, 2, 1], [2, 2, 2, 1, 1], [2, 2, 1, 1, 1]],
            "exchange/2 positions stable",
        ),
        (
            "one of four drifts each round",
            4,
            &[[2, 2, 2, 2, 2], [2, 2, 2, 1, 2], [2, 2, 1, 1, 2], [2, 1, 1, 1, 2]],
            "exchange/4 positions stable",
        ),
        (
            "two of five drift each round",
            5,
            &[[2, 2, 2, 2, 2], [2, 2, 2, 1, 1], [2, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, -1, -1]],
            "exchange/5 all rounds held",
        ),
    ];
    for (name, count, ratings, ends) in cases {
        let script = |ask: &Ask| {
            let Some(seat) = seat_of(ask) else { return by_default(ask) };
            let round = if ask.turn.phase == "opening" { 0 } else { ask.turn.round as usize };
            let mut fields = holding(ask, "o1");
            fields["ratings"]["o1"] = json!(ratings[round.min(ratings.len() - 1)][seat as usize - 1]);
            with(ask, &fields)
        };
        assert_eq!(run(&until("stable"), count, &script).rounds().last().unwrap(), ends, "{name}");
    }
}

#[test]
fn no_rule_ends_a_phase_before_its_fewest_rounds() {
    let patient = exchange(
        "    rounds: { default: 4, min: 3, max: 5 }
    until: [saturated]
    stages: [{ speakers: all, sees: everything, form: position, ask: Go on. }]",
    );
    let script = hold(&QUIET);
    assert_eq!(
        run(&patient, 4, &script).rounds(),
        ["opening/1", "exchange/1", "exchange/2", "exchange/3 no new claims"]
    );
}

#[test]
fn a_repeated_claim_with_new_evidence_is_not_saturation() {
    let script = |ask: &Ask| {
        if seat_of(ask).is_none() {
            return by_default(ask);
        }
        let mut fields = holding(ask, "o1");
        let mut known = claim("The same claim");
        let case = if ask.turn.phase == "opening" { 0 } else { ask.turn.round.min(2) };
        known["evidence"][0]["ref"] = json!(format!("case {case}"));
        fields["claims"] = json!([known]);
        with(ask, &fields)
    };
    assert_eq!(run(&until("saturated"), 3, &script).rounds().last().unwrap(), "exchange/3 no new claims");
}

#[test]
fn every_stage_of_a_round_counts_towards_its_consensus() {
    let teams = exchange(
        "    stages:
      - { name: left, speakers: { team: left }, sees: everything, form: position, ask: Left. }
      - { name: right, speakers: { team: right }, sees: everything, form: position, ask: Right. }",
    );
    let script = |ask: &Ask| match seat_of(ask) {
        Some(seat) => with(ask, &holding(ask, if ask.turn.phase == "opening" || seat % 2 == 0 { "o2" } else { "o1" })),
        None => by_default(ask),
    };
    let world = run(&teams, 4, &script);
    let last = world.history.rounds[1].consensus.clone().unwrap();
    assert_eq!((last.valid, last.absent, last.tally[&option("o1")], last.tally[&option("o2")]), (4, 0, 2, 2));
}

#[test]
fn seats_that_a_round_does_not_ask_keep_their_stance() {
    let left_only =
        exchange("    stages: [{ speakers: { team: left }, sees: everything, form: position, ask: Left. }]");
    let script = |ask: &Ask| match seat_of(ask) {
        Some(_) => with(ask, &holding(ask, if ask.turn.phase == "opening" { "o2" } else { "o1" })),
        None => by_default(ask),
    };
    let last = run(&left_only, 4, &script).history.rounds[1].consensus.clone().unwrap();
    assert_eq!((last.valid, last.absent, last.tally[&option("o1")], last.tally[&option("o2")]), (4, 0, 2, 2));
}

#[test]
fn a_debate_in_which_everybody_abstains_ends_undecided() {
    for name in ["collaborative", "adversarial", "vote", "delphi"] {
        for question in [choice(), open()] {
            let script = |ask: &Ask| match seat_of(ask) {
                Some(_) => with(ask, &json!({ "option": null, "abstain_reason": "nothing is known", "change": null })),
                None => by_default(ask),
            };
            let is_open = question.is_open();
            let world = World::open(setup(&built_in(name), 3, question), &script, 1).finish();
            assert_eq!(world.history.ending, Some(Ending::Decided), "{name}: everybody was heard");
            assert!(
                !is_open || world.history.rounds.len() == 1,
                "{name}: without an option there is nothing to debate"
            );
            assert_eq!(world.history.decision.as_ref().unwrap().label, Label::NoChoice, "{name}");
            assert!(!is_open || world.asked_in("synthesis").is_empty(), "{name}: there is nothing to close");
            assert_eq!(world.asked_in("options").len(), 0, "{name}: there is nothing to sort");
        }
    }
}
