//! Fallbacks: when a seat's model fails another takes its turn, the log says which, and the numbers count who spoke.

use roundtable::debate::agent::{Seat, Voice};
use roundtable::debate::ask::Ask;
use roundtable::debate::fallback;
use roundtable::debate::log::decision::{Caveat, Label};
use roundtable::debate::reply::FaultKind;

use crate::support::replies::{by_default, fault, with};
use crate::support::world::{Answer, World, built_in, choice, seat_of, setup, voice};

const OWN: (&str, &str, &str) = ("openai", "gpt-large", "gpt");
const SIBLING: (&str, &str, &str) = ("openai", "gpt-small", "gpt");
const STRANGER: (&str, &str, &str) = ("mistral", "mistral-large", "mistral");
/// Seat 1 of the panel speaks through it.
const SEATED: (&str, &str, &str) = ("anthropic", "claude-large", "claude");

/// A vote of three seats, the second of which is OWN's, with these fallbacks.
fn vote<'a>(fallbacks: &[(&str, &str, &str)], script: &'a dyn Fn(&Ask) -> Answer) -> World<'a> {
    let mut setup = setup(&built_in("vote"), 3, choice());
    setup.fallbacks = fallbacks.iter().map(|named| voice(*named)).collect();
    World::open(setup, script, 1).finish()
}

fn names(asks: &[&Ask]) -> Vec<String> {
    asks.iter().map(|ask| ask.voice.model.clone()).collect()
}

fn is(ask: &Ask, named: (&str, &str, &str)) -> bool {
    ask.voice == voice(named)
}

#[test]
fn the_kind_of_fault_decides_whether_another_model_steps_in() {
    let all = [
        (FaultKind::Auth, true),
        (FaultKind::Quota, true),
        (FaultKind::RateLimit, true),
        (FaultKind::Timeout, true),
        (FaultKind::Network, true),
        (FaultKind::Overloaded, true),
        (FaultKind::ContextTooLong, true),
        (FaultKind::InvalidRequest, true),
        (FaultKind::InvalidResponse, true),
        (FaultKind::Cancelled, false),
    ];
    for (kind, steps_in) in all {
        let script = move |ask: &Ask| if is(ask, OWN) { Err(Box::new(fault(ask, kind))) } else { by_default(ask) };
        let world = vote(&[SIBLING], &script);
        let heard = world.history.rounds.iter().all(|round| round.consensus.as_ref().unwrap().absent == 0);
        assert_eq!(heard, steps_in, "{kind}");
        let asked = names(&world.asked_of(2));
        assert_eq!(asked.contains(&"gpt-small".to_owned()), steps_in, "{kind}: {asked:?}");
    }
}

#[test]
fn fallbacks_are_tried_in_order_and_what_failed_for_good_is_not_asked_again() {
    // (fallbacks, what fails and how, whom seat 2 asks in its two turns)
    type Fails = fn(&Ask) -> Option<FaultKind>;
    type Row<'a> = (&'a [(&'a str, &'a str, &'a str)], Fails, &'a [&'a str]);
    let own_for_good: Fails = |ask| is(ask, OWN).then_some(FaultKind::Auth);
    let own_for_now: Fails = |ask| is(ask, OWN).then_some(FaultKind::Overloaded);
    let vendor_for_good: Fails = |ask| (ask.voice.provider == "openai").then_some(FaultKind::Quota);
    let all: Fails = |ask| (seat_of(ask) == Some(2)).then_some(FaultKind::Overloaded);
    let rows: [Row<'_>; 6] = [
        (&[], own_for_good, &["gpt-large"]),
        (&[SIBLING, STRANGER], own_for_good, &["gpt-large", "gpt-small", "gpt-small"]),
        (&[SIBLING, STRANGER], own_for_now, &["gpt-large", "gpt-small", "gpt-large", "gpt-small"]),
        (&[SIBLING, STRANGER], vendor_for_good, &["gpt-large", "gpt-small", "mistral-large", "mistral-large"]),
        (&[OWN, STRANGER], own_for_good, &["gpt-large", "mistral-large", "mistral-large"]),
        (&[STRANGER], all, &["gpt-large", "mistral-large", "gpt-large", "mistral-large"]),
    ];
    for (number, (fallbacks, fails, expected)) in rows.into_iter().enumerate() {
        let script = move |ask: &Ask| match fails(ask) {
            Some(kind) => Err(Box::new(fault(ask, kind))),
            None => by_default(ask),
        };
        let mut setup = setup(&built_in("council"), 3, choice());
        setup.fallbacks = fallbacks.iter().map(|named| voice(*named)).collect();
        let world = World::open(setup, &script, 1).finish();
        let asked = names(&world.asked_of(2));
        assert_eq!(asked, *expected, "row {number}");
    }
}

#[test]
fn an_unreadable_reply_is_asked_for_again_from_whoever_gave_it() {
    let script = |ask: &Ask| match ask.attempt {
        _ if seat_of(ask) != Some(2) => by_default(ask),
        1 => Err(Box::new(fault(ask, FaultKind::Overloaded))),
        2 => crate::support::replies::missed(ask, crate::support::replies::Miss::Prose),
        _ => by_default(ask),
    };
    let world = vote(&[STRANGER], &script);
    assert_eq!(names(&world.asked_of(2))[..3], ["gpt-large", "mistral-large", "mistral-large"]);
    assert_eq!(world.history.decision.as_ref().unwrap().last.as_ref().unwrap().absent, 0);
}

/// Everybody is for the first option; the seats of the named vendors cannot speak for themselves.
fn one_mind(fails: &'static [&'static str]) -> impl Fn(&Ask) -> Answer {
    move |ask: &Ask| match seat_of(ask) {
        Some(_) if fails.contains(&ask.voice.provider.as_str()) => Err(Box::new(fault(ask, FaultKind::Auth))),
        Some(_) if ask.prompt.schema.name == "ballot" => with(ask, &serde_json::json!({ "option": "o1" })),
        Some(_) | None => by_default(ask),
    }
}

#[test]
fn a_ballot_counts_for_the_family_that_cast_it() {
    // (fallbacks, whose seats fail, families that count, whether it is unanimous, whether it is of one family)
    type Row = (&'static [(&'static str, &'static str, &'static str)], &'static [&'static str], u32, bool, bool);
    let rows: [Row; 4] = [
        (&[], &[], 3, true, false),
        (&[STRANGER], &["openai"], 3, true, false),
        (&[SEATED], &["openai"], 2, true, false),
        (&[SEATED], &["openai", "google"], 1, false, true),
    ];
    for (number, (fallbacks, fails, families, unanimous, one_family)) in rows.into_iter().enumerate() {
        let script = one_mind(fails);
        let world = vote(fallbacks, &script);
        let decision = world.history.decision.as_ref().unwrap();
        assert_eq!(decision.last.as_ref().unwrap().families, families, "row {number}");
        assert_eq!(decision.label == Label::Unanimous, unanimous, "row {number}: {}", decision.label);
        assert_eq!(decision.caveats.contains(&Caveat::SingleFamily), one_family, "row {number}");
    }
}

#[test]
fn seats_that_come_to_speak_through_one_model_are_named() {
    let script = one_mind(&["openai"]);
    for (fallbacks, expected) in [(SEATED, vec![Seat(1)]), (STRANGER, vec![])] {
        let world = vote(&[fallbacks], &script);
        let stepped = fallback::stepped_in(&world.history);
        assert!(!stepped.is_empty(), "{fallbacks:?}");
        for stepped in stepped {
            let voices: (Seat, &Voice) = (stepped.seat, stepped.voice);
            assert_eq!(voices, (Seat(2), &voice(fallbacks)));
            assert_eq!(stepped.fault.unwrap().kind, FaultKind::Auth, "{}", stepped.turn);
            assert_eq!(stepped.shared_with, expected, "{}", stepped.turn);
        }
    }
    assert_eq!(fallback::stepped_in(&vote(&[SEATED], &by_default).history), []);
}
