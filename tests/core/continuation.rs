//! What a session that had ended, or was on its way, is asked for when it is taken further: only what is new.

use std::collections::{BTreeMap, BTreeSet};

use roundtable::debate::ask::{Ask, Message};
use roundtable::debate::board::Board;
use roundtable::debate::event::{Ending, Event, Logged, StoppedBy};
use roundtable::debate::history::{History, Outcome, SynthesisDue};
use roundtable::debate::log::ids::Speaker;
use roundtable::debate::protocol::{self, Step};
use roundtable::debate::{replay, schedule};
use roundtable::stats::shuffle::SplitMix64;
use serde_json::json;

use crate::support::replies::{Miss, by_default, chance, claim, drawn, missed, with};
use crate::support::world::{
    Answer, When, World, all_built_in, branch, built_in, choice, mode, more, open, seat_of, setup,
};

const STOP: Event = Event::StopRequested { by: StoppedBy::Command };
const PAUSE: Event = Event::SessionPaused { by: StoppedBy::Command };
const RESUME: Event = Event::SessionResumed {};
const REWRITE: Event = Event::SynthesisRequested {};

/// What is asked and closed after event `seq`, in order: rounds of turns as `phase/round xSEATS`, closed rounds with their
/// stop, and the events that the core records.
fn asked_since(log: &[Logged], seq: u64) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    for logged in log.iter().filter(|logged| logged.seq > seq) {
        match &logged.event {
            Event::TurnFinished { turn, .. } => {
                *turns.entry(format!("{}/{}", turn.phase, turn.round)).or_default() += 1
            }
            Event::TurnStarted { .. } => {}
            other => {
                told.extend(std::mem::take(&mut turns).into_iter().map(|(turn, count)| format!("{turn} x{count}")));
                if !matches!(other, Event::RoundClosed(_)) {
                    told.push(other.tag().to_owned());
                }
            }
        }
    }
    told
}

/// Checks that the log replays, and that every conversation only grows.
fn check_sound(label: &str, log: &[Logged]) {
    assert_eq!(replay::verify(log).unwrap(), [], "{label}");
    let replied = replied(log);
    let mut latest: BTreeMap<Speaker, (String, String, Vec<Message>)> = BTreeMap::new();
    for sent in replay::prompts(log).unwrap() {
        if sent.turn.speaker == Speaker::Moderator || !replied.contains(&sent.seq) {
            continue;
        }
        let prompt = sent.rebuilt.unwrap();
        if let Some((turn, shared, before)) = latest.get(&sent.turn.speaker) {
            assert_eq!(*shared, prompt.shared, "{label}");
            assert!(
                prompt.messages.len() > before.len() && prompt.messages.starts_with(before),
                "{label}: {} (event {}) does not go on from {turn}: {before:#?} {:#?}",
                sent.turn,
                sent.seq,
                prompt.messages
            );
        }
        latest.insert(sent.turn.speaker, (sent.turn.to_string(), prompt.shared, prompt.messages));
    }
}

/// Where the attempts began that brought a reply.
fn replied(log: &[Logged]) -> BTreeSet<u64> {
    let mut open: BTreeMap<String, u64> = BTreeMap::new();
    let mut replied = BTreeSet::new();
    for logged in log {
        match &logged.event {
            Event::TurnStarted { turn, .. } => drop(open.insert(turn.to_string(), logged.seq)),
            Event::TurnFinished { turn, .. } => {
                replied.insert(open[&turn.to_string()]);
            }
            _ => {}
        }
    }
    replied
}

#[test]
fn a_continuation_asks_for_its_rounds_the_phases_after_them_and_a_closing_text() {
    let cases: [(&str, u32, &[&str]); 5] = [
        ("collaborative", 1, &["exchange/3 x3", "decided", "synthesis/2 x1", "session_closed"]),
        ("collaborative", 2, &["exchange/3 x3", "exchange/4 x3", "decided", "synthesis/2 x1", "session_closed"]),
        ("adversarial", 1, &["exchange/3 x3", "verdict/2 x3", "decided", "synthesis/2 x1", "session_closed"]),
        ("delphi", 1, &["exchange/4 x3", "decided", "synthesis/2 x1", "session_closed"]),
        // Nothing can be taken further: the verdict is reached anew on the same ballots, and closed anew.
        ("vote", 2, &["decided", "synthesis/2 x1", "session_closed"]),
    ];
    for (name, rounds, expected) in cases {
        let mut setup = setup(&built_in(name), 3, choice());
        setup.rounds = setup.mode.phases.iter().find_map(|phase| phase.rounds).map(|rounds| rounds.default);
        let whole = World::open(setup, &by_default, 1).finish();
        let seq = whole.history.seq + 1;
        let world = World::resume(&whole.log, &by_default, 2).finish_with(&[(When::Ended, more(rounds))]);
        assert_eq!(asked_since(&world.log, seq), expected, "{name} for {rounds} more");
        assert_eq!(world.history.ending, Some(Ending::Decided), "{name}");
        check_sound(name, &world.log);
    }
}

#[test]
fn every_mode_goes_on_with_its_exchange() {
    for mode in all_built_in() {
        let whole = World::open(setup(&mode, 4, open()), &by_default, 1).finish();
        let Some(exchange) = schedule::exchange(&whole.history) else {
            assert!(["vote", "council"].contains(&mode.mode.as_str()), "{} has no exchange", mode.mode);
            continue;
        };
        let held = |history: &History, name: &str| history.rounds.iter().filter(|round| round.phase == name).count();
        let world = World::resume(&whole.log, &by_default, 2).finish_with(&[(When::Ended, more(2))]);
        for (index, phase) in mode.phases.iter().enumerate() {
            let due = held(&whole.history, &phase.name)
                + [0, 2, 1][usize::from(index >= exchange) + usize::from(index > exchange)];
            assert_eq!(held(&world.history, &phase.name), due, "{}: {}", mode.mode, phase.name);
            let numbers: Vec<u32> = world
                .history
                .rounds
                .iter()
                .filter(|round| round.phase == phase.name)
                .map(|round| round.round)
                .collect();
            assert!(numbers.iter().copied().eq(1..=due as u32), "{}: {numbers:?}", mode.mode);
        }
        check_sound(&mode.mode, &world.log);
    }
}

#[test]
fn a_mode_without_rounds_to_set_has_no_exchange() {
    let head =
        "mode: sample\ntitle: S\nsummary: s\nbest_for: t\npanel: { personas: [{ name: One, trait: t }] }\nphases:\n";
    let opening = "  - { name: opening, stages: [{ speakers: all, sees: nothing, form: position, ask: Open. }] }\n";
    let exchange = |rounds: &str| {
        format!(
            "  - {{ name: exchange, {rounds} stages: [{{ speakers: all, sees: everything, form: position, ask: Go on. }}] }}\n"
        )
    };
    let cases = [(String::new(), None), (exchange(""), None), (exchange("rounds: { default: 1, max: 2 },"), Some(1))];
    for (rest, expected) in cases {
        let mode = mode(&format!("{head}{opening}{rest}"));
        let world = World::open(setup(&mode, 3, choice()), &by_default, 1);
        assert_eq!(schedule::exchange(&world.history), expected, "{rest}");
    }
}

#[test]
fn a_debate_goes_on_from_where_it_was_broken_off() {
    // By how much is in hand at the stop: replies in the round under way, after so many closed rounds.
    let cases: [(usize, usize, &[&str]); 6] = [
        (0, 2, &["opening/1 x1", "exchange/1 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"]),
        (1, 0, &["exchange/1 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"]),
        // The round under way is finished first.
        (1, 2, &["exchange/1 x1", "exchange/2 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"]),
        (2, 1, &["exchange/2 x2", "exchange/3 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"]),
        (3, 0, &["exchange/3 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"]),
        // Ballots cast before the new round do not count after it.
        (3, 2, &["exchange/3 x3", "verdict/2 x3", "decided", "synthesis/1 x1", "session_closed"]),
    ];
    let judged = mode(
        "mode: judged
title: Judged
summary: An opening, an exchange and a verdict.
best_for: tests
panel: { personas: [{ name: One, trait: anything }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: ballot, ask: Open. }] }
  - { name: exchange, rounds: { default: 2, max: 4 }, stages: [{ speakers: all, sees: everything, form: position, ask: 'Round {{ round }} of {{ rounds }}.' }] }
  - { name: verdict, stages: [{ speakers: all, sees: everything, form: ballot, ask: Judge. }] }
",
    );
    for (rounds, replies, expected) in cases {
        let mut world = World::open(setup(&judged, 3, choice()), &by_default, 3);
        let in_round = |world: &World<'_>| {
            let closed =
                world.log.iter().rposition(|logged| matches!(logged.event, Event::RoundClosed(_))).unwrap_or(0);
            world.log[closed..].iter().filter(|logged| matches!(logged.event, Event::TurnFinished { .. })).count()
        };
        world.run_until(|world| world.history.rounds.len() == rounds && in_round(world) == replies);
        world.drop_in_flight();
        world.record(STOP);
        let stopped = World::resume(&world.log, &by_default, 4).finish();
        assert_eq!(stopped.history.ending, Some(Ending::Stopped));
        let seq = stopped.history.seq + 1;
        let world =
            World::resume(&stopped.log, &by_default, 5).finish_with(&[(When::AtOnce, STOP), (When::Ended, more(1))]);
        let label = format!("stopped with {replies} replies after {rounds} rounds");
        assert_eq!(asked_since(&world.log, seq), expected, "{label}");
        check_sound(&label, &world.log);
    }
}

#[test]
fn the_panel_is_told_once_on_which_terms_it_goes_on() {
    let whole = World::open(setup(&built_in("adversarial"), 3, choice()), &by_default, 1).finish();
    let world =
        World::resume(&whole.log, &by_default, 2).finish_with(&[(When::Ended, more(2)), (When::Ended, more(1))]);
    let count = |ask: &Ask| {
        let told: Vec<&str> = ask.prompt.messages.iter().map(|message| message.text.as_str()).collect();
        let focus = told.iter().filter(|text| text.contains("> what it costs to go back")).count();
        let facts = told.iter().filter(|text| text.contains("> It was doubled.")).count();
        assert_eq!(focus, facts, "{}", ask.turn);
        focus
    };
    for ask in &world.asked {
        let place = (ask.turn.phase.as_str(), ask.turn.round);
        let due = match place {
            ("exchange", 3 | 4) | ("verdict", 2) => 1,
            ("exchange", 5) | ("verdict", 3) => 2,
            // The moderator remembers nothing, so it is told all at once.
            ("synthesis", 2 | 3) => 1,
            other => panic!("{other:?} was not to be asked"),
        };
        assert_eq!(count(ask), due, "{}", ask.turn);
    }
    let last = world.asked.iter().find(|ask| ask.turn.phase == "exchange" && ask.turn.round == 4).unwrap();
    assert!(last.prompt.messages.last().unwrap().text.contains("Round 4 of at most 4"), "the rounds are counted on");
    assert!(last.prompt.messages.iter().any(|message| message.text.contains("Round 2 of at most 2")));
}

#[test]
fn no_rule_ends_a_continuation_early() {
    // Nobody moves and nobody claims anything.
    let still = |ask: &Ask| match ask.prompt.schema.name.as_str() {
        "position" => crate::support::replies::with(
            ask,
            &serde_json::json!({ "claims": [], "concessions": [], "change": null, "opening_was": null }),
        ),
        _ => by_default(ask),
    };
    let whole = World::open(setup(&built_in("collaborative"), 3, choice()), &still, 1).finish();
    assert_eq!(whole.rounds().len(), 2, "{:?}", whole.rounds());
    let world = World::resume(&whole.log, &still, 2).finish_with(&[(When::Ended, more(2))]);
    assert_eq!(world.rounds()[2..], ["exchange/2", "exchange/3 all rounds held"]);
}

#[test]
fn another_closing_text_is_asked_for_alone() {
    let mut without = setup(&built_in("collaborative"), 3, choice());
    without.synthesis = false;
    let unread = |ask: &Ask| match ask.turn.phase.as_str() {
        "synthesis" if ask.turn.round == 1 => missed(ask, Miss::Prose),
        _ => by_default(ask),
    };
    let cases: [(&str, World<'_>, u32); 3] = [
        ("written again", World::open(setup(&built_in("collaborative"), 3, choice()), &by_default, 1), 2),
        ("for the first time", World::open(without, &by_default, 1), 1),
        (
            "after one that could not be read",
            World::open(setup(&built_in("collaborative"), 3, choice()), &unread, 1),
            2,
        ),
    ];
    for (label, world, round) in cases {
        let whole = world.finish();
        let world = World::resume(&whole.log, &by_default, 2).finish_with(&[(When::Ended, REWRITE)]);
        let turns: Vec<String> = world.asked.iter().map(|ask| ask.turn.to_string()).collect();
        assert_eq!(turns, [format!("synthesis/{round}/synthesis/moderator")], "{label}");
        assert_eq!(world.history.decision, whole.history.decision, "{label}");
        assert_eq!(world.history.ending, Some(Ending::Decided), "{label}");
        check_sound(label, &world.log);
    }
}

#[test]
fn a_debate_that_is_taken_up_after_a_closing_text_gets_another() {
    // Stopped, a closing text asked for all the same, and only then taken up to its end.
    let plan = [(When::Closed(1), STOP), (When::Ended, REWRITE), (When::Ended, RESUME)];
    let world = World::open(setup(&built_in("collaborative"), 3, choice()), &by_default, 1).finish_with(&plan);
    let texts: Vec<u32> = world.asked_in("synthesis").iter().map(|ask| ask.turn.round).collect();
    assert_eq!((texts.as_slice(), world.history.ending), (&[1, 2][..], Some(Ending::Decided)));
    assert_eq!(world.history.synthesis_first, 2, "the first one closes another verdict");
    check_sound("stopped and taken up", &world.log);
    // Who did not want to wait for a closing text gets none, until the debate goes on.
    let mut world = World::open(setup(&built_in("collaborative"), 3, choice()), &by_default, 1);
    world.run_until(|world| {
        world.asked.iter().any(|ask| ask.turn.phase == "synthesis") || world.history.decision.is_some()
    });
    world.record(STOP);
    let waived = world.finish();
    assert_eq!((waived.history.synthesis, waived.history.ending), (SynthesisDue::Waived, Some(Ending::Decided)));
    assert_eq!(waived.asked_in("synthesis").len(), 0);
    let world = World::resume(&waived.log, &by_default, 2).finish_with(&[(When::AtOnce, STOP), (When::Ended, more(1))]);
    assert_eq!(world.asked_in("synthesis").iter().map(|ask| ask.turn.round).collect::<Vec<_>>(), [1]);
    check_sound("waived", &world.log);
}

#[test]
fn who_had_failed_for_good_is_asked_again_after_a_session_is_taken_up() {
    // OpenAI's key is refused until the session is taken up: seat 2 misses the exchange from its first round on.
    let refused = |ask: &Ask| match (ask.voice.provider.as_str(), ask.turn.phase.as_str()) {
        ("openai", "exchange" | "options") => missed(ask, Miss::Auth),
        _ => by_default(ask),
    };
    for (label, event, question) in
        [("resumed", RESUME, choice()), ("continued", more(2), choice()), ("continued, open", more(2), open())]
    {
        let mut setup = setup(&built_in("collaborative"), 4, question);
        setup.rounds = Some(3);
        // The moderator meets the refusal as well.
        setup.moderators.swap(0, 1);
        let until = World::open(setup, &refused, 1).finish_with(&[(When::Closed(2), STOP)]);
        let asked = |world: &World<'_>, round: u32| {
            let here = world.asked.iter().filter(|ask| ask.turn.phase == "exchange" && ask.turn.round == round);
            let mut seats: Vec<u32> = here.filter_map(seat_of).collect();
            seats.sort_unstable();
            seats
        };
        let plan = [(When::AtOnce, STOP), (When::Ended, event)];
        let world = World::resume(&until.log, &by_default, 2).finish_with(&plan);
        assert_eq!((asked(&world, 2), asked(&world, 3)), (vec![1, 2, 3, 4], vec![1, 2, 3, 4]), "{label}");
        assert_eq!(world.asked_in("synthesis")[0].voice.provider, "openai", "{label}");
        check_sound(label, &world.log);
    }
}

#[test]
fn a_round_that_lost_its_quorum_is_taken_up_with_everybody() {
    // Seat 1's provider was lost a round earlier; in the second round two more fail for a while.
    let failing = |ask: &Ask| match (ask.turn.phase.as_str(), ask.turn.round, seat_of(ask)) {
        ("exchange", 1, Some(1)) => missed(ask, Miss::Auth),
        ("exchange", 2, Some(2 | 3)) => missed(ask, Miss::Network),
        _ => by_default(ask),
    };
    let mut setup = setup(&built_in("collaborative"), 5, choice());
    for (agent, provider) in setup.agents.iter_mut().zip(["anthropic", "openai", "openai", "google", "google"]) {
        agent.voice.provider = provider.to_owned();
    }
    setup.rounds = Some(3);
    let lost = World::open(setup, &failing, 1).finish();
    assert_eq!(lost.history.ending, Some(Ending::QuorumLost));
    for event in [RESUME, more(1)] {
        let world = World::resume(&lost.log, &by_default, 2).finish_with(&[(When::Ended, event.clone())]);
        let mut again: Vec<u32> = world
            .asked
            .iter()
            .filter(|ask| ask.turn.phase == "exchange" && ask.turn.round == 2)
            .filter_map(seat_of)
            .collect();
        again.sort_unstable();
        assert_eq!(again, [1, 2, 3], "{event:?}");
        assert_eq!(world.history.ending, Some(Ending::Decided), "{event:?}");
        check_sound("quorum lost", &world.log);
    }
}

#[test]
fn who_comes_late_changes_nothing_that_others_were_told() {
    let staged = mode(
        "mode: staged
title: Staged
summary: An opening, and an exchange of two stages.
best_for: tests
panel: { personas: [{ name: One, trait: anything }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: position, ask: Open. }] }
  - name: exchange
    rounds: { default: 2, max: 4 }
    stages:
      - { name: one, speakers: all, sees: everything, form: position, ask: First. }
      - { name: two, speakers: all, sees: everything, form: position, ask: Second. }
",
    );
    let claiming = |ask: &Ask| match seat_of(ask) {
        Some(_) => with(ask, &json!({ "claims": [claim(&format!("New in {}", ask.turn))] })),
        None => by_default(ask),
    };
    // In the first round of the exchange only seat 1 speaks in both stages; seat 2 misses the first, the rest both.
    let failing = |ask: &Ask| match (ask.turn.phase.as_str(), ask.turn.stage.as_str(), seat_of(ask)) {
        ("exchange", "one", Some(2..)) | ("exchange", "two", Some(3..)) => missed(ask, Miss::Network),
        _ => claiming(ask),
    };
    // The order in which claims are numbered is drawn, so that some draws put the late ones first.
    for seed in 0..8 {
        let mut setup = setup(&staged, 5, choice());
        setup.seed = seed;
        let lost = World::open(setup, &failing, 1).finish();
        assert_eq!(lost.history.ending, Some(Ending::QuorumLost));
        let world = World::resume(&lost.log, &claiming, 2).finish_with(&[(When::Ended, RESUME)]);
        let again = |stage: &str| {
            let here = world.asked.iter().filter(|ask| ask.turn.round == 1 && ask.turn.stage == stage);
            here.filter_map(seat_of).collect::<BTreeSet<_>>()
        };
        assert_eq!((again("one"), again("two")), (BTreeSet::from([3, 4, 5]), BTreeSet::from([3, 4, 5])));
        assert_eq!(world.history.ending, Some(Ending::Decided));
        check_sound(&format!("seed {seed}"), &world.log);
    }
}

#[test]
fn a_branch_shares_the_words_and_goes_its_own_way() {
    let whole = World::open(setup(&built_in("adversarial"), 3, open()), &by_default, 1).finish();
    for (rounds, plan, expected) in [
        (
            1,
            vec![],
            vec!["exchange/1 x3", "exchange/2 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"],
        ),
        (
            2,
            vec![(When::AtOnce, more(1))],
            vec!["exchange/2 x3", "verdict/1 x3", "decided", "synthesis/1 x1", "session_closed"],
        ),
    ] {
        let log = branch(&whole.log, rounds);
        let shared = log.len() as u64;
        let other = drawn(5);
        let world = World::resume(&log, &other, 2).finish_with(&plan);
        assert_eq!(asked_since(&world.log, shared + plan.len() as u64), expected);
        assert!(world.history.is_inherited(shared) && !world.history.is_inherited(shared + 1));
        check_sound("branched", &world.log);
        // The seats' own words in the branch begin with those of the other session.
        let first = world.asked_of(1)[0];
        let there = whole.asked.iter().find(|ask| ask.turn == first.turn).unwrap();
        assert_eq!(first.prompt == there.prompt, plan.is_empty());
        assert!(first.prompt.messages.starts_with(&there.prompt.messages[..there.prompt.messages.len() - 1]));
    }
}

#[test]
fn a_new_name_changes_nothing_else() {
    let whole = World::open(setup(&built_in("vote"), 3, choice()), &by_default, 1).finish();
    let rename = Event::SessionRenamed { name: Some("queue".to_owned()) };
    let world = World::resume(&whole.log, &by_default, 2).finish_with(&[(When::Ended, rename)]);
    assert_eq!((world.asked.len(), world.history.name.as_deref()), (0, Some("queue")));
    assert_eq!(protocol::next(&world.history), Step::Done);
    assert_eq!(world.history.decision, whole.history.decision);
    check_sound("renamed", &world.log);
}

/// How many random worlds are tried.
const WORLDS: u64 = 100;

/// Sessions that are stopped, paused, cut off, resumed, continued and branched at any moment, in a world where much fails.
#[test]
fn whatever_happens_logs_replay_and_conversations_only_grow() {
    let modes = all_built_in();
    let (mut left, mut late, mut lost) = (0, 0, 0);
    for seed in 0..WORLDS {
        let mut random = SplitMix64::new(seed);
        let mode = &modes[random.below(modes.len())];
        let count = 2 + u32::try_from(random.below(4)).unwrap();
        let mut setup = setup(mode, count, if random.below(2) == 0 { choice() } else { open() });
        setup.seed = random.next_u64();
        let (rate, stable) = (random.below(5) as u64, drawn(seed));
        let script = move |ask: &Ask| -> Answer {
            let misses = [Miss::Prose, Miss::Cut, Miss::Refusal, Miss::Network, Miss::Network, Miss::Auth];
            let miss = (chance(seed, ask, 24) < rate).then(|| misses[chance(seed + 1, ask, 6) as usize]);
            miss.map_or_else(|| stable(ask), |miss| missed(ask, miss))
        };
        let mut world = World::open(setup, &script, seed);
        for _ in 0..4 + random.below(5) {
            disturb(&mut world, &mut random);
            if random.below(6) == 0 && !world.history.rounds.is_empty() && world.history.setup.parent.is_none() {
                let closed = world.log.iter().filter(|logged| matches!(logged.event, Event::RoundClosed(_))).count();
                let log = branch(&world.log, 1 + u32::try_from(random.below(closed)).unwrap());
                world = World::resume(&log, &script, seed + 7);
            }
        }
        let world = World::resume(&world.log, &script, seed + 9);
        let log = if world.history.paused { world.finish_with_resume() } else { world.finish() }.log;
        let label = format!("world {seed}: {} with {count} seats", mode.mode);
        check_sound(&label, &log);
        let history = History::replay(&log).unwrap();
        left += history.continuations.iter().filter(|more| more.left.is_some()).count();
        late += Board::of(&history).slots().iter().filter(|slot| slot.punctual < slot.turns.len()).count();
        lost += history
            .turns
            .values()
            .flat_map(|turn| turn.settled())
            .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
            .count();
    }
    assert!(left > 3 && late > 3 && lost > 50, "{left} rounds left, {late} stages with late seats, {lost} failures");
}

/// Runs a world for a while, and then does something to it that its people can do.
fn disturb(world: &mut World<'_>, random: &mut SplitMix64) {
    if world.history.paused {
        world.record(RESUME);
    }
    let until = world.log.len() + random.below(40);
    world.run_until(|world| world.log.len() >= until);
    let ending = world.history.ending;
    match (random.below(6), ending) {
        (0, None) => {
            world.drop_in_flight();
            world.record(STOP);
        }
        (1, None) => {
            while world.is_waiting() {
                world.answer_one();
            }
            world.record(PAUSE);
        }
        (2, None) => world.drop_in_flight(),
        (3, Some(Ending::Stopped | Ending::QuorumLost)) => world.record(RESUME),
        (4, Some(_)) => world.record(REWRITE),
        (0..=5, Some(_)) => world.record(more(1 + u32::try_from(random.below(2)).unwrap())),
        _ => {}
    }
}
