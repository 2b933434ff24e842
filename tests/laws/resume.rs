//! The resume law: cut a session's log anywhere, go on in any order, and it comes to the same.

use std::collections::BTreeSet;

use roundtable::debate::agent::Voice;
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Event, Logged, StoppedBy};
use roundtable::debate::fallback;
use roundtable::debate::log::limits::Caps;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::question::Question;
use roundtable::debate::waiting::Waiting;
use roundtable::stats::shuffle::SplitMix64;
use serde_json::json;

use crate::support::replies::{Miss, by_default, chance, drawn, missed, need, with};
use crate::support::world::{
    Answer, Script, When, World, all_built_in, branch, built_in, choice, more, open, setup, supplied, voice,
    with_people,
};

/// How many cuts of a log are tried.
#[derive(Clone, Copy)]
enum Cuts {
    /// Every event boundary, with what was in flight and without.
    All,
    /// So many, drawn from a seed.
    Some(usize),
}

/// Checks the law for one session.
fn check(name: &str, setup: &Setup, script: &Script<'_>, cuts: Cuts) {
    let first = Logged { seq: 1, at_ms: 1_000, event: Event::SessionOpened(Box::new(setup.clone())) };
    check_with(name, &[first], script, cuts, &[]);
}

/// Checks the law for a session that begins with `first` and in which the outside world keeps to `plan`.
fn check_with(name: &str, first: &[Logged], script: &Script<'_>, cuts: Cuts, plan: &[(When, Event)]) {
    let whole = World::resume(first, script, 1).finish_with(plan);
    let other = World::resume(first, script, 99).finish_with(plan);
    assert_same(&format!("{name}, in another order"), &whole, &other);
    for (order, cut) in places(whole.log.len(), cuts).into_iter().enumerate() {
        let prefix = &whole.log[..cut.max(first.len())];
        let log = if order % 2 == 0 { prefix.to_vec() } else { without_in_flight(prefix) };
        let label = format!("{name}, cut after event {cut} of {}, order {order}", whole.log.len());
        assert_same(&label, &whole, &World::resume(&log, script, 2 + order as u64).finish_with(plan));
    }
}

/// What people can do to a session between its rounds, and after its end.
fn plans() -> [(&'static str, Vec<(When, Event)>); 7] {
    let stop = || Event::StopRequested { by: StoppedBy::Command };
    let pause = || Event::SessionPaused { by: StoppedBy::Command };
    let resume = || Event::SessionResumed {};
    let rewrite = || Event::SynthesisRequested {};
    [
        ("continued", vec![(When::Ended, more(1))]),
        ("continued twice", vec![(When::Ended, more(2)), (When::Ended, more(1))]),
        ("paused", vec![(When::Closed(1), pause()), (When::AtOnce, resume())]),
        ("stopped and resumed", vec![(When::Closed(1), stop()), (When::Ended, resume())]),
        ("stopped and continued", vec![(When::Closed(1), stop()), (When::Ended, more(1)), (When::Ended, rewrite())]),
        ("closed again", vec![(When::Ended, rewrite()), (When::Ended, rewrite())]),
        (
            "all at once",
            vec![
                (When::Closed(1), pause()),
                (When::AtOnce, resume()),
                (When::Closed(2), stop()),
                (When::Ended, rewrite()),
                (When::Ended, resume()),
                (When::Ended, more(1)),
                (When::AtOnce, Event::SessionRenamed { name: Some("queue".to_owned()) }),
                (When::Ended, rewrite()),
            ],
        ),
    ]
}

#[test]
fn whatever_people_do_to_a_session_it_resumes() {
    let failing = FAILINGS.map(|(_, miss)| miss);
    for (place, mode) in all_built_in().iter().enumerate() {
        for (number, (name, plan)) in plans().iter().enumerate() {
            let miss = failing[(place + number) % failing.len()];
            let script = |ask: &Ask| miss(ask).map_or_else(|| by_default(ask), |miss| missed(ask, miss));
            let (kind, question) = questions()[(place + number) % 2].clone();
            // A world that fails loses its quorum here and there, and then the plan's end comes early.
            let scripts: [(&str, &Script<'_>); 2] = [("", &by_default), (", failing", &script)];
            for (world, script) in scripts.into_iter().skip((place + number / 2) % 2).step_by(2) {
                let first = Event::SessionOpened(Box::new(setup(mode, 4, question.clone())));
                let first = Logged { seq: 1, at_ms: 1_000, event: first };
                let reaches = World::open(setup(mode, 4, question.clone()), script, 1).finish().history.rounds.len();
                let needed = plan.iter().filter_map(|(when, _)| match when {
                    When::Closed(rounds) => Some(*rounds),
                    When::Ended | When::Waiting | When::AtOnce => None,
                });
                if needed.max().unwrap_or(0) < reaches {
                    let name = format!("{}{world}, {name}, {kind}", mode.mode);
                    check_with(&name, &[first], script, Cuts::Some(1), plan);
                }
            }
        }
    }
}

#[test]
fn a_branch_resumes_like_any_other_session() {
    for (place, mode) in all_built_in().into_iter().enumerate() {
        for (kind, question) in questions().into_iter().take(1 + place % 2) {
            let whole = World::open(setup(&mode, 4, question), &by_default, 1).finish();
            for rounds in [1, 2] {
                let first = branch(&whole.log, rounds);
                let plan = [(When::AtOnce, more(1)), (When::Ended, more(1))];
                let name = format!("{} branched after {rounds} rounds, {kind}", mode.mode);
                check_with(&name, &first, &drawn(3), Cuts::Some(3), &plan[rounds as usize - 1..]);
            }
        }
    }
}

/// Under a limit, what was in flight at a cut is lost and paid for, so the law is about what was not yet started.
#[test]
fn a_session_under_a_limit_resumes() {
    let (mut limited, mut stepped) = (0, 0);
    let one_down = |ask: &Ask| match ask.voice.provider.as_str() {
        "openai" => missed(ask, Miss::Network),
        _ => by_default(ask),
    };
    for (place, mode) in all_built_in().into_iter().enumerate() {
        // In every other mode a provider is down, and its seats' turns are a second wave.
        let (script, fallbacks): (&Script<'_>, _) =
            if place % 2 == 0 { (&by_default, vec![]) } else { (&one_down, fallbacks()[3].clone()) };
        for (step, tokens) in [66_000, 80_000, 88_000, 95_000, 400_000].into_iter().enumerate() {
            let (kind, question) = questions()[(place + step) % 2].clone();
            let mut setup = setup(&mode, 4, question);
            setup.caps.tokens = Some(tokens);
            setup.fallbacks = fallbacks.clone();
            let first = Logged { seq: 1, at_ms: 1_000, event: Event::SessionOpened(Box::new(setup)) };
            let whole = World::resume(std::slice::from_ref(&first), script, 1).finish();
            stepped += fallback::stepped_in(&whole.history).len();
            limited += usize::from(whole.history.limit.is_some());
            for cut in places(whole.log.len(), Cuts::Some(3)) {
                let log = without_in_flight(&whole.log[..cut]);
                let label = format!("{} with {tokens} tokens, {kind}, cut after event {cut}", mode.mode);
                assert_same(&label, &whole, &World::resume(&log, script, 2 + cut as u64).finish());
            }
        }
    }
    assert!(limited > 8, "{limited} sessions reached their limit");
    assert!(stepped > 20, "fallbacks stepped in {stepped} times");
}

/// Every cut of one session in which all happens.
#[test]
fn one_session_resumes_from_everywhere() {
    let (_, plan) = plans().into_iter().next_back().unwrap();
    let first = Event::SessionOpened(Box::new(setup(&built_in("adversarial"), 3, open())));
    let first = Logged { seq: 1, at_ms: 1_000, event: first };
    check_with("adversarial, all at once", &[first], &by_default, Cuts::All, &plan);
}

/// Seats need something in every round, and people answer every other time.
#[test]
fn a_debate_that_waits_for_facts_resumes() {
    let asking = |ask: &Ask| {
        let required = chance(7, ask, 2) == 0;
        match ask.prompt.schema.name.as_str() {
            "position" => with(ask, &json!({ "needs": [need(&format!("What of {}?", ask.turn), required)] })),
            _ => by_default(ask),
        }
    };
    let mut waits = 0;
    for mode in all_built_in() {
        for (kind, question) in questions() {
            let setup = setup(&mode, 4, question);
            let mut plan: Vec<(When, Event)> = Vec::new();
            loop {
                let world = World::open(setup.clone(), &asking, 1).finish_with(&plan);
                let Some(Waiting::Facts(needs)) = &world.history.waiting else { break };
                let answers: Vec<(&str, &str)> = needs.iter().map(|need| (need.0.as_str(), "It is so.")).collect();
                plan.push((When::Waiting, supplied(if plan.len().is_multiple_of(2) { &answers } else { &[] })));
            }
            waits += plan.len();
            let first = Logged { seq: 1, at_ms: 1_000, event: Event::SessionOpened(Box::new(setup)) };
            let name = format!("{} waiting {} times, {kind}", mode.mode, plan.len());
            check_with(&name, &[first], &asking, Cuts::Some(4), &plan);
        }
    }
    assert!(waits > 10, "{waits} waits");
}

#[test]
fn a_debate_with_people_resumes() {
    for mode in all_built_in() {
        for (kind, question) in questions() {
            let name = format!("{} with people, {kind}", mode.mode);
            let setup = with_people(setup(&mode, 3, question), &["Ada", "Bo"]);
            check(&name, &setup, &by_default, Cuts::Some(6));
            // What is counted beforehand is what models take.
            let capped = Setup { caps: Caps { tokens: Some(1 << 40), ..Caps::default() }, ..setup };
            check(&format!("{name}, within limits"), &capped, &by_default, Cuts::Some(2));
        }
    }
}

fn places(events: usize, cuts: Cuts) -> Vec<usize> {
    match cuts {
        Cuts::All => (1..=events).flat_map(|event| [event, event]).collect(),
        Cuts::Some(count) => {
            let mut chance = SplitMix64::new(events as u64);
            (0..count).map(|_| 1 + chance.below(events)).collect()
        }
    }
}

/// The log as if nothing that was in flight had been started.
fn without_in_flight(log: &[Logged]) -> Vec<Logged> {
    let settled: BTreeSet<String> = log
        .iter()
        .filter_map(|logged| match &logged.event {
            Event::TurnFinished { turn, attempt, .. } | Event::TurnFailed { turn, attempt, .. } => {
                Some(format!("{turn}#{attempt}"))
            }
            _ => None,
        })
        .collect();
    let is_known = |logged: &&Logged| match &logged.event {
        Event::TurnStarted { turn, attempt, .. } => settled.contains(&format!("{turn}#{attempt}")),
        _ => true,
    };
    let kept = log.iter().filter(is_known).zip(1..);
    kept.map(|(logged, seq)| Logged { seq, ..logged.clone() }).collect()
}

/// Compares part by part, since a whole session is too much to read.
fn assert_same(label: &str, whole: &World<'_>, world: &World<'_>) {
    let (expected, found) = (whole.outcome(), world.outcome());
    assert_eq!(expected.agents, found.agents, "{label}: panel");
    for (turn, known) in &expected.turns {
        assert_eq!(Some(known), found.turns.get(turn), "{label}: turn {turn}");
    }
    assert_eq!(expected.turns.len(), found.turns.len(), "{label}: number of turns");
    assert_eq!(expected.frozen, found.frozen, "{label}: options");
    assert_eq!(expected.rounds, found.rounds, "{label}: rounds");
    assert_eq!(expected.decision, found.decision, "{label}: decision");
    assert_eq!(expected.ending, found.ending, "{label}: ending");
    assert!(expected == found, "{label}: the rest");
    for ask in &world.asked {
        // A turn of a round that lost its quorum can have been asked twice under one number.
        assert!(whole.asked.contains(ask), "{label}: ask {} attempt {}", ask.turn, ask.attempt);
    }
}

fn questions() -> [(&'static str, Question); 2] {
    [("choice", choice()), ("open", open())]
}

fn every_mode_resumes(kind: &str, question: &Question) {
    for mode in all_built_in().into_iter().filter(|mode| question.estimate.is_none() || mode.takes_estimates()) {
        let mode = mode.held_for(question);
        for count in 2..=5 {
            let cuts = if count == 2 { Cuts::All } else { Cuts::Some(4) };
            check(
                &format!("{} with {count} seats, {kind}", mode.mode),
                &setup(&mode, count, question.clone()),
                &by_default,
                cuts,
            );
        }
    }
}

#[test]
fn every_mode_resumes_on_a_choice() {
    every_mode_resumes("choice", &choice());
}

#[test]
fn every_mode_resumes_on_an_open_question() {
    every_mode_resumes("open", &open());
}

#[test]
fn every_mode_that_takes_estimates_resumes_on_one() {
    every_mode_resumes("estimate", &Question::estimate("How long will it take?", "weeks").unwrap());
}

#[test]
fn a_debate_that_ends_early_resumes() {
    // Nobody moves and nobody claims anything: whatever rule a mode stops by fires at once.
    let still = |ask: &Ask| match ask.prompt.schema.name.as_str() {
        "position" => {
            with(ask, &serde_json::json!({ "claims": [], "concessions": [], "change": null, "opening_was": null }))
        }
        _ => by_default(ask),
    };
    for mode in all_built_in() {
        for (kind, question) in questions() {
            check(&format!("{} standing still, {kind}", mode.mode), &setup(&mode, 4, question), &still, Cuts::Some(4));
        }
    }
}

/// One way for a world to fail: what becomes of each ask.
type Failing = fn(&Ask) -> Option<Miss>;

const FAILINGS: [(&str, Failing); 8] = [
    ("unreadable at first", |ask| (ask.attempt == 1 && chance(1, ask, 2) == 0).then_some(Miss::Prose)),
    ("unreadable for good", |ask| (chance(2, ask, 3) == 0).then_some(Miss::Empty)),
    ("cut off", |ask| (ask.attempt == 1 && chance(3, ask, 2) == 0).then_some(Miss::Cut)),
    ("refused", |ask| match chance(4, ask, 8) {
        0 => Some(Miss::Refusal),
        1 => Some(Miss::Filter),
        _ => None,
    }),
    ("network down now and then", |ask| (chance(5, ask, 4) == 0).then_some(Miss::Network)),
    ("one provider lost", |ask| (ask.voice.provider == "openai").then_some(Miss::Auth)),
    // While one pass over the statements fails for good, the other is in flight on the same provider.
    ("the sorting's provider lost", |ask| {
        (ask.turn.stage == "forward" && ask.voice.provider == "anthropic").then_some(Miss::Auth)
    }),
    ("one provider lost on the way", |ask| {
        (ask.voice.provider == "google" && chance(6, ask, 3) == 0).then_some(Miss::Auth)
    }),
];

#[test]
fn failures_do_not_break_the_law() {
    for mode in all_built_in() {
        for (failing, miss) in FAILINGS {
            for (kind, question) in questions() {
                let script = |ask: &Ask| miss(ask).map_or_else(|| by_default(ask), |miss| missed(ask, miss));
                let name = format!("{}, {failing}, {kind}", mode.mode);
                check(&name, &setup(&mode, 4, question), &script, Cuts::Some(2));
            }
        }
    }
}

/// What may step in for a failing voice: nobody, a voice of the panel, another model of a seated vendor, or strangers.
fn fallbacks() -> [Vec<Voice>; 4] {
    let (seated, sibling) = (("openai", "gpt-large", "gpt"), ("openai", "gpt-small", "gpt"));
    let stranger = ("mistral", "mistral-large", "mistral");
    [vec![], vec![seated], vec![sibling, stranger], vec![stranger, seated]]
        .map(|voices| voices.into_iter().map(voice).collect())
}

#[test]
fn fallbacks_do_not_break_the_law() {
    let (mut stepped, mut silent) = (0, 0);
    for (place, mode) in all_built_in().into_iter().enumerate() {
        for (number, (failing, miss)) in FAILINGS.into_iter().enumerate() {
            let (kind, question) = questions()[(place + number) % 2].clone();
            let script = |ask: &Ask| miss(ask).map_or_else(|| by_default(ask), |miss| missed(ask, miss));
            let mut setup = setup(&mode, 4, question);
            setup.fallbacks = fallbacks()[1 + (place + number) % 3].clone();
            check(&format!("{} with fallbacks, {failing}, {kind}", mode.mode), &setup, &script, Cuts::Some(2));
            let world = World::open(setup, &script, 1).finish();
            stepped += fallback::stepped_in(&world.history).len();
            silent += world.history.turns.values().filter(|turn| turn.fault().is_some()).count();
        }
    }
    assert!(stepped > 100 && silent < stepped / 5, "fallbacks stepped in {stepped} times, and {silent} turns failed");
}

/// How many random worlds are tried.
const WORLDS: u64 = 120;

#[test]
fn random_worlds_resume_even_when_interrupted_twice() {
    let modes = all_built_in();
    for seed in 0..WORLDS {
        let mut random = SplitMix64::new(seed);
        let mode = &modes[random.below(modes.len())];
        let count = 2 + u32::try_from(random.below(4)).unwrap();
        let (kind, question) = questions()[random.below(2)].clone();
        let mut setup = setup(mode, count, question);
        setup.rounds = [None, Some(1), Some(2), Some(3)][random.below(4)];
        setup.seed = random.next_u64();
        setup.fallbacks = fallbacks()[random.below(4)].clone();
        let (rate, stable) = (random.below(7) as u64, drawn(seed));
        let script = move |ask: &Ask| -> Answer {
            let misses = [Miss::Prose, Miss::Empty, Miss::Cut, Miss::Refusal, Miss::Filter, Miss::Network, Miss::Auth];
            // Up to 6 in 24 attempts miss.
            let miss = (chance(seed, ask, 24) < rate).then(|| misses[chance(seed + 1, ask, 7) as usize]);
            miss.map_or_else(|| stable(ask), |miss| missed(ask, miss))
        };
        let whole = World::open(setup, &script, seed).finish();
        let first = 1 + random.below(whole.log.len());
        let mut resumed = World::resume(&whole.log[..first], &script, seed + 1);
        let second = first + random.below(whole.log.len());
        resumed.run_until(|world| world.log.len() >= second);
        let last = World::resume(&resumed.log, &script, seed + 2).finish();
        let label = format!(
            "world {seed}: {} with {count} seats, {kind}, cut after {first} and {second} of {}",
            mode.mode,
            whole.log.len()
        );
        assert_same(&label, &whole, &last);
    }
}

/// The law says nothing about a world in which nothing ever happens: these numbers show that the scripts above reach
/// what they are for.
#[test]
fn the_scripts_reach_what_they_are_for() {
    let mut endings = BTreeSet::new();
    let mut bases = BTreeSet::new();
    let (mut misses, mut lost) = (0, 0);
    for mode in all_built_in() {
        for (_, miss) in FAILINGS {
            let script = |ask: &Ask| miss(ask).map_or_else(|| by_default(ask), |miss| missed(ask, miss));
            let world = World::open(setup(&mode, 4, open()), &script, 1).finish();
            misses += world.misses();
            endings.insert(format!("{:?}", world.history.ending.unwrap()));
            bases.extend(world.history.frozen.iter().map(|frozen| format!("{:?}", frozen.basis)));
            lost += usize::from(world.history.agents.iter().any(|agent| world.asked_of(agent.seat.0).len() < 2));
        }
    }
    assert!(misses > 200, "{misses} attempts missed");
    assert!(lost > 5, "{lost} sessions lost a seat");
    assert!(endings.contains("Decided") && endings.contains("QuorumLost"), "{endings:?}");
    assert!(bases.contains("TwoPasses") && bases.contains("OnePass"), "{bases:?}");
}
