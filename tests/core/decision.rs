//! The verdict: a function of the ballots alone.

use proptest::prelude::{ProptestConfig, Strategy, proptest};
use roundtable::debate::agent::Seat;
use roundtable::debate::ask::Ask;
use roundtable::debate::board::Board;
use roundtable::debate::claims::Status;
use roundtable::debate::event::{Event, FORMAT, StoppedBy};
use roundtable::debate::log::decision::{Caveat, Decision, Dissent, Kind, Label, Level};
use roundtable::debate::log::gate::GateTerms;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::mode::Mode;
use serde_json::{Value, json};

use crate::support::replies::{Miss, by_default, claim, holding, missed, with};
use crate::support::world::{Answer, World, built_in, mode, option, question, seat_of, setup};

/// What the seats of a panel do, one letter a seat: an option's digit, `-` to abstain, `x` to be absent.
#[derive(Clone, Copy)]
struct Votes {
    sealed: &'static str,
    last: &'static str,
    /// The family of each seat, one letter a seat.
    families: &'static str,
    /// Confidence in percent, by option.
    confidence: [u32; 4],
    /// Rating of the option held, by those who hold it.
    ratings: i64,
    /// Rating of all other options.
    others: i64,
    /// Format of the log.
    format: u32,
}

const VOTES: Votes =
    Votes { sealed: "1111", last: "", families: "abcd", confidence: [80; 4], ratings: 2, others: -1, format: FORMAT };

/// An opening and one round of exchange; both take stances.
fn two_rounds() -> Mode {
    mode(
        "mode: two-rounds
title: Two rounds
summary: An opening and one exchange.
best_for: tests
panel: { numbered: true, personas: [{ name: Seat, trait: anything }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: position, ask: Open. }] }
  - { name: exchange, stages: [{ speakers: all, sees: everything, form: position, ask: Go on. }] }
",
    )
}

fn table(count: usize) -> Setup {
    setup(&two_rounds(), u32::try_from(count).unwrap(), question(&["move", "stay", "wait", "split"]))
}

fn vote(votes: &Votes) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let round = if ask.turn.phase == "opening" || votes.last.is_empty() { votes.sealed } else { votes.last };
        match &round[seat as usize - 1..seat as usize] {
            "x" => missed(ask, Miss::Network),
            "-" => {
                let mut fields = holding(ask, "none");
                fields["option"] = Value::Null;
                fields["abstain_reason"] = json!("a fact is missing");
                for rating in fields["ratings"].as_object_mut().unwrap().values_mut() {
                    *rating = json!(0);
                }
                with(ask, &fields)
            }
            digit => {
                let mut fields = holding(ask, &format!("o{digit}"));
                for (id, rating) in fields["ratings"].as_object_mut().unwrap() {
                    *rating = json!(if id.ends_with(digit) { votes.ratings } else { votes.others });
                }
                fields["confidence"] = json!(f64::from(votes.confidence[digit.parse::<usize>().unwrap() - 1]) / 100.0);
                with(ask, &fields)
            }
        }
    }
}

fn decide(votes: &Votes) -> Decision {
    let mut setup = table(votes.sealed.len());
    setup.synthesis = false;
    setup.format = votes.format;
    for (agent, family) in setup.agents.iter_mut().zip(votes.families.chars()) {
        agent.voice.family = family.to_string();
    }
    let script = vote(votes);
    let world = World::open(setup, &script, 1).finish();
    world.history.decision.unwrap()
}

#[test]
fn labels_and_levels_follow_from_the_ballots() {
    use Label::{Majority, NoChoice, NoQuorum, Plurality, Split, Strong, Unanimous};
    let cases = [
        (Votes { ..VOTES }, Unanimous, Some("o1"), Level::High),
        (Votes { sealed: "111", ..VOTES }, Unanimous, Some("o1"), Level::High),
        // Two are a pair, not a panel; one family is one voice.
        (Votes { sealed: "11", ..VOTES }, Strong, Some("o1"), Level::High),
        (Votes { families: "aaaa", ..VOTES }, Strong, Some("o1"), Level::High),
        (Votes { families: "aaab", ..VOTES }, Unanimous, Some("o1"), Level::High),
        // Ratings that agree on its being harmful are no support.
        (Votes { families: "aaaa", ratings: -2, ..VOTES }, Majority, Some("o1"), Level::Medium),
        (Votes { families: "aaaa", ratings: -2, format: 4, ..VOTES }, Majority, Some("o1"), Level::High),
        // The dissenter rates the leader second best; far below, and ratings no longer agree.
        (Votes { sealed: "11112", families: "abcde", others: 1, ..VOTES }, Strong, Some("o1"), Level::High),
        (Votes { sealed: "11112", families: "abcde", ..VOTES }, Majority, Some("o1"), Level::High),
        (
            Votes { sealed: "1111111122", families: "abcdefghij", ratings: 2, others: -2, ..VOTES },
            Majority,
            Some("o1"),
            Level::High,
        ),
        (Votes { sealed: "1112", ..VOTES }, Majority, Some("o1"), Level::High),
        (Votes { sealed: "11122", families: "abcde", ..VOTES }, Majority, Some("o1"), Level::Medium),
        (Votes { sealed: "11223", families: "abcde", ..VOTES }, Split, None, Level::Medium),
        (Votes { sealed: "11234", families: "abcde", ..VOTES }, Plurality, Some("o1"), Level::Medium),
        (Votes { sealed: "112", ..VOTES }, Majority, Some("o1"), Level::Medium),
        (Votes { sealed: "12", ..VOTES }, Split, None, Level::Medium),
        (Votes { sealed: "1234", ..VOTES }, Split, None, Level::Low),
        // Who abstains or is absent stays in the denominator.
        (Votes { sealed: "111-", ..VOTES }, Majority, Some("o1"), Level::High),
        (Votes { sealed: "111x", ..VOTES }, Majority, Some("o1"), Level::High),
        (Votes { sealed: "1111-", families: "abcde", ..VOTES }, Strong, Some("o1"), Level::High),
        (Votes { sealed: "112-x", families: "abcde", ..VOTES }, Plurality, Some("o1"), Level::Medium),
        (Votes { sealed: "11xx2", families: "abcde", ..VOTES }, Plurality, Some("o1"), Level::Medium),
        // Exactly half is no majority.
        (Votes { sealed: "112-", ..VOTES }, Plurality, Some("o1"), Level::Medium),
        // Too few chose, though enough were heard: nobody was lost.
        (Votes { sealed: "11--", ..VOTES }, NoChoice, None, Level::Low),
        (Votes { sealed: "12--", ..VOTES }, NoChoice, None, Level::Low),
        (Votes { sealed: "----", ..VOTES }, NoChoice, None, Level::Low),
        (Votes { sealed: "11-x", ..VOTES }, NoChoice, None, Level::Low),
        (Votes { sealed: "11---", families: "abcde", ..VOTES }, NoChoice, None, Level::Low),
        (Votes { sealed: "1-", ..VOTES }, NoChoice, None, Level::Low),
        // Too few were heard.
        (Votes { sealed: "1xxx", ..VOTES }, NoQuorum, None, Level::Low),
        (Votes { sealed: "1-xx", ..VOTES }, NoQuorum, None, Level::Low),
        (Votes { sealed: "1x", ..VOTES }, NoQuorum, None, Level::Low),
        // Before format 5, who abstained counted as lost.
        (Votes { sealed: "11--", format: 4, ..VOTES }, NoQuorum, None, Level::Low),
    ];
    for (votes, label, winner, level) in cases {
        let decision = decide(&votes);
        let found = (decision.label, decision.option.clone(), decision.level);
        assert_eq!(
            found,
            (label, winner.map(option), level),
            "{} {}: {:?}",
            votes.sealed,
            votes.families,
            decision.last
        );
        assert_eq!(decision.text.is_some(), winner.is_some(), "{}", votes.sealed);
    }
    assert_eq!([Level::High, Level::Medium, Level::Low].map(Level::advice), ["proceed", "verify", "query_detail"]);
}

#[test]
fn absence_and_abstention_are_told_apart_and_counted() {
    let last = decide(&Votes { sealed: "112-x", families: "abcde", ..VOTES }).last.unwrap();
    assert_eq!((last.panel, last.valid, last.abstained, last.absent, last.families), (5, 3, 1, 1, 3));
    assert_eq!(last.agreement, Some(0.4));
    let [low, high] = last.interval.unwrap();
    // Wilson's interval of 2 out of 5.
    assert!((low - 0.117_621).abs() < 1e-5 && (high - 0.769_276).abs() < 1e-5, "{low} to {high}");
}

#[test]
fn caveats_say_what_to_know() {
    use Caveat::{Contested, PressureDependent, SingleFamily};
    let unsure = [40, 95, 80, 80];
    let cases: [(&str, Votes, &[Caveat]); 12] = [
        ("nothing to add", VOTES, &[]),
        ("one family", Votes { families: "aaaa", ..VOTES }, &[SingleFamily]),
        ("the sure minority", Votes { sealed: "11122", families: "abcde", confidence: unsure, ..VOTES }, &[Contested]),
        ("the equally sure minority", Votes { sealed: "11122", families: "abcde", ..VOTES }, &[]),
        ("weighed, a tie", Votes { sealed: "11222", families: "abcde", confidence: [60, 40, 80, 80], ..VOTES }, &[]),
        // Uncited moves alone make the winner.
        ("won over", Votes { sealed: "1222", last: "1112", ..VOTES }, &[PressureDependent]),
        ("a tie broken", Votes { sealed: "1122", last: "1112", ..VOTES }, &[PressureDependent]),
        ("the lead only grew", Votes { sealed: "1112", last: "1111", ..VOTES }, &[]),
        ("the lead shrank", Votes { sealed: "1111", last: "1112", ..VOTES }, &[]),
        // The newcomer tips the tie, and nobody moved.
        ("an abstention made up its mind", Votes { sealed: "112-2", last: "11222", families: "abcde", ..VOTES }, &[]),
        ("a tie is no winner", Votes { sealed: "1112", last: "1122", ..VOTES }, &[]),
        (
            "both",
            Votes { sealed: "2221", last: "1121", families: "aaaa", confidence: unsure, ..VOTES },
            &[PressureDependent, SingleFamily],
        ),
    ];
    for (name, votes, expected) in cases {
        assert_eq!(decide(&votes).caveats, expected, "{name}");
    }
    let names: Vec<String> = [Contested, PressureDependent, SingleFamily].iter().map(ToString::to_string).collect();
    assert_eq!(names, ["contested", "pressure-dependent", "single-family"]);
}

// Changes of mind

/// Seats 1 and 2 open with claims; seat 3 moves from o2 to o1 and gives an account.
fn moving(account: Value, concedes: Option<&'static str>) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let is_opening = ask.turn.phase == "opening";
        let mut fields = holding(ask, if seat == 3 && is_opening { "o2" } else { "o1" });
        if is_opening {
            let bare = json!({ "text": format!("Bare claim of {seat}"), "kind": "inference", "evidence": [], "supports": [], "rebuts": [] });
            fields["claims"] = json!([claim(&format!("Proven claim of {seat}")), bare]);
        } else if seat == 3 {
            fields["change"] = account.clone();
            fields["claims"] = json!([claim("Afterthought of 3")]);
            fields["concessions"] =
                concedes.map_or_else(|| json!([]), |text| json!([{ "claim": id(text), "consequence": "I was wrong" }]));
        } else {
            fields["claims"] = json!([{ "text": format!("Rebuttal by {seat}"), "kind": "inference", "evidence": [], "supports": [], "rebuts": [id("Proven claim of 3")] }]);
        }
        with(ask, &fields)
    }
}

/// The ledger id that a claim of these debates gets: the ledger is dealt from the seed, and the seed is fixed.
fn id(text: &str) -> String {
    let script = |ask: &Ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let bare = json!({ "text": format!("Bare claim of {seat}"), "kind": "inference", "evidence": [], "supports": [], "rebuts": [] });
        let later = json!({ "text": if seat == 3 { "Afterthought of 3".to_owned() } else { format!("Rebuttal by {seat}") }, "kind": "inference", "evidence": [], "supports": [], "rebuts": [] });
        let claims = if ask.turn.phase == "opening" {
            json!([claim(&format!("Proven claim of {seat}")), bare])
        } else {
            json!([later])
        };
        with(ask, &json!({ "claims": claims, "concessions": [] }))
    };
    let world = World::open(table(3), &script, 1).finish();
    let board = Board::of(&world.history);
    let ledger = board.ledger();
    ledger.iter().find(|entry| entry.claim.text == text).unwrap_or_else(|| panic!("no claim `{text}`")).id.0.clone()
}

#[test]
fn a_change_of_mind_is_cited_when_its_reason_holds() {
    let because = |claims: &[&str]| {
        let ids: Vec<String> =
            claims.iter().map(|text| if text.starts_with("c9") { (*text).to_owned() } else { id(text) }).collect();
        json!({ "because": "it convinced me", "decisive_claims": ids })
    };
    let cases = [
        ("another's claim with evidence", because(&["Proven claim of 1"]), None, true),
        ("one that holds is enough", because(&["c999", "Proven claim of 1"]), None, true),
        ("no account", Value::Null, None, false),
        ("an account without claims", because(&[]), None, false),
        ("a claim that does not exist", because(&["c999"]), None, false),
        ("a claim without evidence or rebuttal", because(&["Bare claim of 1"]), None, false),
        ("a claim made at the same time, which it cannot have seen", because(&["Rebuttal by 1"]), None, false),
        ("its own claim", because(&["Proven claim of 3"]), None, false),
        ("its own claim, given up", because(&["Proven claim of 3"]), Some("Proven claim of 3"), true),
        ("its own new claim", because(&["Afterthought of 3"]), None, false),
        ("another's bare claim, conceded", because(&["Bare claim of 1"]), Some("Bare claim of 1"), false),
    ];
    for (name, account, concedes, cited) in cases {
        let script = moving(account.clone(), concedes);
        let world = World::open(table(3), &script, 1).finish();
        let decision = world.history.decision.as_ref().unwrap();
        let [moved] = decision.moved.as_slice() else { panic!("{name}: {:?}", decision.moved) };
        assert_eq!(
            (moved.seat, &moved.from, &moved.to, moved.cited),
            (Seat(3), &option("o2"), &option("o1"), cited),
            "{name}"
        );
        let named = account["decisive_claims"].as_array().map_or(0, Vec::len);
        assert_eq!(moved.claims.len(), named, "{name}: what was named stays on record");
        assert_eq!(world.history.rounds[1].movement.unwrap().uncited, u32::from(!cited), "{name}");
        let ghosts = decision.dissent.iter().filter(|dissent| dissent.kind == Kind::Abandoned).count();
        assert_eq!(ghosts, usize::from(!cited), "{name}: a position left without a reason is not forgotten");
    }
}

#[test]
fn a_rebuttal_alone_can_change_a_mind() {
    // Seat 1 rebuts in the opening's claims something that comes to exist as c1: the link is what counts.
    let script = |ask: &Ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let is_opening = ask.turn.phase == "opening";
        let mut fields = holding(ask, if seat == 3 && is_opening { "o2" } else { "o1" });
        if is_opening && seat == 1 {
            fields["claims"] = json!([{ "text": "It does not follow", "kind": "inference", "evidence": [], "supports": [], "rebuts": ["c1"] }]);
        }
        if !is_opening && seat == 3 {
            fields["change"] = json!({ "because": "so it does not", "decisive_claims": ["c1"] });
        }
        with(ask, &fields)
    };
    let world = World::open(table(3), &script, 1).finish();
    assert!(world.history.decision.unwrap().moved[0].cited);
}

#[test]
fn whoever_comes_back_owes_a_new_account() {
    let mode = mode(
        "mode: rounds
title: Rounds
summary: An opening and three rounds.
best_for: tests
panel: { numbered: true, personas: [{ name: Seat, trait: anything }] }
phases:
  - { name: opening, stages: [{ speakers: all, sees: nothing, form: position, ask: Open. }] }
  - { name: exchange, rounds: { default: 3, max: 3 }, stages: [{ speakers: all, sees: everything, form: position, ask: Go on. }] }
",
    );
    // Seat 3: o2, then o1 for a reason, then o2 again, then o1 without any.
    let script = |ask: &Ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let round = if ask.turn.phase == "opening" { 0 } else { ask.turn.round as usize };
        let mut fields = holding(ask, if seat == 3 { ["o2", "o1", "o2", "o1"][round] } else { "o1" });
        if round == 0 && seat == 1 {
            fields["claims"] = json!([claim("A reason")]);
        }
        if round == 1 && seat == 3 {
            fields["change"] = json!({ "because": "a reason", "decisive_claims": ["c1"] });
        }
        with(ask, &fields)
    };
    let world = World::open(setup(&mode, 3, question(&["move", "stay"])), &script, 1).finish();
    let uncited: Vec<u32> = world.history.rounds.iter().filter_map(|closed| Some(closed.movement?.uncited)).collect();
    assert_eq!(uncited, [0, 1, 1]);
    assert!(!world.history.decision.unwrap().moved[0].cited);
}

// The ledger

#[test]
fn a_claim_has_the_status_that_was_earned() {
    // Seat 1 opens with four claims; what becomes of each is settled in the exchange.
    let names = ["left alone", "accepted", "rebutted", "given up", "accepted and rebutted", "rebutted and given up"];
    let script = |ask: &Ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let concede = |ids: &[&str]| ids.iter().map(|id| json!({ "claim": id, "consequence": "" })).collect::<Vec<_>>();
        let against = |ids: &[&str]| json!([{ "text": format!("Not so, says {seat}"), "kind": "inference", "evidence": [], "supports": [], "rebuts": ids }]);
        let mut fields = holding(ask, "o1");
        match (ask.turn.phase.as_str(), seat) {
            ("opening", 1) => fields["claims"] = names.iter().map(|name| claim(name)).collect(),
            ("exchange", 1) => {
                fields["concessions"] = json!(concede(&["c4", "c6"]));
                // One does not rebut oneself.
                fields["claims"] = against(&["c1"]);
            }
            ("exchange", 2) => fields["concessions"] = json!(concede(&["c2", "c5"])),
            ("exchange", 3) => fields["claims"] = against(&["c3", "c5", "c6", "c99"]),
            _ => {}
        }
        with(ask, &fields)
    };
    let world = World::open(table(3), &script, 1).finish();
    let board = Board::of(&world.history);
    let ledger = board.ledger();
    let found: Vec<(&str, Status)> =
        ledger[..6].iter().map(|entry| (entry.claim.text.as_str(), entry.status)).collect();
    use Status::{Accepted, Conceded, Open, Rebutted};
    let expected = [Open, Accepted, Rebutted, Conceded, Rebutted, Conceded];
    assert_eq!(found, names.into_iter().zip(expected).collect::<Vec<_>>());
    assert_eq!(
        ledger.iter().map(|entry| entry.id.0.clone()).collect::<Vec<_>>(),
        (1..=8).map(|n| format!("c{n}")).collect::<Vec<_>>()
    );
}

#[test]
fn a_claim_in_the_same_words_repeats_the_first() {
    let script = |ask: &Ask| {
        let text = if ask.turn.phase == "opening" { "The budget is fixed" } else { "the  budget is fixed." };
        if seat_of(ask).is_some() {
            with(ask, &json!({ "claims": [claim(text)], "concessions": [] }))
        } else {
            by_default(ask)
        }
    };
    let world = World::open(table(2), &script, 1).finish();
    let repeats: Vec<Option<String>> =
        Board::of(&world.history).ledger().iter().map(|entry| entry.repeats.clone().map(|id| id.0)).collect();
    assert_eq!(repeats, [None, Some("c1".to_owned()), Some("c1".to_owned()), Some("c1".to_owned())]);
    let counts: Vec<(u32, u32)> =
        world.history.rounds.iter().map(|closed| (closed.claims, closed.claims_new)).collect();
    assert_eq!(counts, [(2, 1), (2, 0)]);
}

#[test]
fn claim_numbers_do_not_tell_seats() {
    let script = |ask: &Ask| {
        if seat_of(ask).is_some() {
            with(ask, &json!({ "claims": [claim(&ask.turn.to_string())], "concessions": [] }))
        } else {
            by_default(ask)
        }
    };
    let first = |seed: u64| {
        let mut setup = table(5);
        setup.seed = seed;
        Board::of(&World::open(setup, &script, 1).finish().history).ledger()[0].seat
    };
    let firsts: std::collections::BTreeSet<Seat> = (0..40).map(first).collect();
    assert_eq!(firsts.len(), 5, "whoever is listed first is drawn from the seed");
}

// Dissent

/// The entries of the minority report, in short.
fn report(decision: &Decision) -> Vec<(Kind, u32, Option<String>, String)> {
    let entry = |dissent: &Dissent| {
        (dissent.kind, dissent.seat.0, dissent.option.as_ref().map(|option| option.0.clone()), dissent.words.clone())
    };
    decision.dissent.iter().map(entry).collect()
}

#[test]
fn the_minority_report_keeps_who_differs_who_gave_in_and_what_nobody_answered() {
    // o1 wins. Seat 3 keeps o2, seat 4 gives in without a reason, seat 5 abstains, and seat 1 has a proven claim for o2
    // that nobody rebuts.
    let script = |ask: &Ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let is_opening = ask.turn.phase == "opening";
        let held = match (seat, is_opening) {
            (3, _) | (4, true) => "o2",
            _ => "o1",
        };
        let mut fields = holding(ask, held);
        fields["statement"] = json!(format!("{} of {seat}", if is_opening { "Opening" } else { "Closing" }));
        fields["would_change_my_mind"] = json!([format!("A trial, says {seat}")]);
        let for_option = |text: &str, option: &str, evidence: bool| {
            let mut claim = claim(text);
            claim["supports"] = json!([option]);
            if !evidence {
                claim["evidence"] = json!([]);
            }
            claim
        };
        if is_opening {
            fields["claims"] = match seat {
                1 => json!([
                    for_option("Unanswered", "o2", true),
                    for_option("Unproven", "o2", false),
                    for_option("For the winner", "o1", true)
                ]),
                2 => json!([for_option("Answered", "o3", true)]),
                3 => json!([for_option("The dissenter's own", "o2", true)]),
                _ => json!([]),
            };
        }
        if seat == 5 {
            fields["option"] = Value::Null;
            fields["abstain_reason"] = json!("a fact is missing");
        }
        if !is_opening && seat == 1 {
            // Whatever its number, every other claim for o3 is rebutted.
            let rebuts: Vec<String> = (1..=9)
                .map(|n| format!("c{n}"))
                .filter(|id| ask.prompt.messages.iter().any(|m| m.text.contains(&format!("> {id} (fact): Answered"))))
                .collect();
            fields["claims"] =
                json!([{ "text": "Not so", "kind": "inference", "evidence": [], "supports": [], "rebuts": rebuts }]);
        }
        with(ask, &fields)
    };
    let decision = World::open(table(5), &script, 1).finish().history.decision.unwrap();
    assert_eq!((decision.label, decision.option.clone()), (Label::Majority, Some(option("o1"))));
    let o2 = || Some("o2".to_owned());
    let expected = [
        (Kind::Final, 3, o2(), "Closing of 3".to_owned()),
        (Kind::Final, 5, None, "Closing of 5".to_owned()),
        (Kind::Abandoned, 4, o2(), "Opening of 4".to_owned()),
        (Kind::Unrebutted, 1, o2(), "Unanswered".to_owned()),
    ];
    assert_eq!(report(&decision), expected);
    assert_eq!(decision.dissent[0].claims.len(), 1, "with the claims it rests on: {:?}", decision.dissent[0]);
    assert_eq!(decision.dissent[0].would_settle, ["A trial, says 3"]);
    assert_eq!((decision.holders(), decision.dissenters()), (3, 2));
}

/// A seat that falls silent has not changed its mind.
#[test]
fn who_could_not_be_heard_at_the_end_stays_in_the_minority_report() {
    let entries = |decision: &Decision| -> Vec<(Kind, u32, Option<String>)> {
        report(decision).into_iter().map(|(kind, seat, option, _)| (kind, seat, option)).collect()
    };
    let o2 = || Some("o2".to_owned());
    // Seat 1 held the winner, seat 7 the other option, seat 8 abstained; none of them is heard again.
    let votes = Votes { sealed: "1111122-", last: "x11112xx", families: "abcdefgh", ..VOTES };
    let decision = decide(&votes);
    assert_eq!(decision.option, Some(option("o1")));
    assert_eq!(entries(&decision), [(Kind::Final, 6, o2()), (Kind::LastHeard, 7, o2()), (Kind::LastHeard, 8, None)]);
    assert_eq!((decision.dissenters(), decision.last.as_ref().unwrap().absent), (1, 3));
    // A log of the time before is told as it was.
    let mut setup = table(8);
    setup.format = 2;
    let script = vote(&votes);
    let before = World::open(setup, &script, 1).finish().history.decision.unwrap();
    assert_eq!(entries(&before), [(Kind::Final, 6, o2())]);
}

/// Whoever has spoken in a round that is cut short stands by that, all others by what they said before.
#[test]
fn a_round_that_is_cut_short_counts_as_far_as_it_came() {
    let votes = Votes { sealed: "2222", last: "1112", ..VOTES };
    let script = |ask: &Ask| {
        let mut reply = vote(&votes)(ask)?;
        if seat_of(ask) == Some(1) && ask.turn.phase == "opening" {
            let mut form: Value = serde_json::from_str(&reply.text).unwrap();
            form["blocking_objection"] = json!("too soon");
            reply.text = form.to_string();
        }
        Ok(reply)
    };
    let cut_short = |format: u32, answers: usize| {
        let mut setup = table(4);
        setup.format = format;
        setup.gate = Some(GateTerms { no_blocking_dissent: true, ..GateTerms::default() });
        let mut world = World::open(setup, &script, 1);
        let answered = |world: &World<'_>| {
            let heard = world
                .log
                .iter()
                .filter(|logged| matches!(&logged.event, Event::TurnFinished { turn, .. } if turn.phase == "exchange"));
            heard.count()
        };
        world.run_until(|world| answered(world) == answers);
        assert_eq!(world.history.rounds.len(), 1, "the exchange is open");
        world.drop_in_flight();
        world.record(Event::StopRequested { by: StoppedBy::Interrupt });
        world.finish().history.decision.unwrap()
    };
    for answers in 1..=3 {
        let decision = cut_short(3, answers);
        let last = decision.last.clone().unwrap();
        let spoke = decision.moved.iter().map(|moved| moved.seat.0).collect::<Vec<_>>();
        let in_favour = last.tally.get(&option("o1")).copied().unwrap_or(0) as usize;
        assert_eq!((in_favour, last.absent), (spoke.len(), 0), "{answers}: {last:?}");
        assert!(in_favour + 1 >= answers, "seat 4 moves nowhere: {answers}: {spoke:?}");
        let finals: Vec<u32> =
            decision.dissent.iter().filter(|entry| entry.kind == Kind::Final).map(|entry| entry.seat.0).collect();
        let winner = decision.option.as_ref();
        let others = (1..=4).filter(|seat| winner != Some(&option(if spoke.contains(seat) { "o1" } else { "o2" })));
        assert_eq!(finals, others.collect::<Vec<_>>(), "{answers}");
        // What seat 1 objected to before it no longer does once it has spoken again.
        assert_eq!(decision.blocking.is_empty(), spoke.contains(&1), "{answers}");
        assert_eq!(decision.gate.unwrap().objections(), decision.blocking);
    }
    let before = cut_short(2, 3);
    assert_eq!(before.last.unwrap().tally[&option("o2")], 4, "a log of the time before is told as it was");
}

#[test]
fn in_a_tie_every_position_is_a_minority_position() {
    let decision = decide(&Votes { sealed: "1122", ..VOTES });
    assert_eq!(report(&decision).iter().map(|entry| entry.1).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(decision.holders(), 0);
}

#[test]
fn unanimity_leaves_no_dissent_and_absence_is_none() {
    assert!(decide(&VOTES).dissent.is_empty());
    assert!(decide(&Votes { sealed: "111x", ..VOTES }).dissent.is_empty());
}

#[test]
fn a_blocking_objection_is_reported_from_the_last_ballot_alone() {
    let script = |ask: &Ask| match (ask.turn.phase.as_str(), seat_of(ask)) {
        ("poll", Some(1)) => with(ask, &json!({ "blocking_objection": "withdrawn later" })),
        ("verdict", Some(2)) => with(ask, &json!({ "blocking_objection": "it is against the law" })),
        ("poll" | "verdict", _) => with(ask, &json!({ "blocking_objection": null })),
        _ => by_default(ask),
    };
    let world = World::open(setup(&built_in("adversarial"), 3, question(&["move", "stay"])), &script, 1).finish();
    let blocking: Vec<(u32, String)> = world
        .history
        .decision
        .unwrap()
        .blocking
        .into_iter()
        .map(|blocking| (blocking.seat.0, blocking.objection))
        .collect();
    assert_eq!(blocking, [(2, "it is against the law".to_owned())]);
}

#[test]
fn the_stop_reason_is_that_of_the_exchange() {
    let run = |name: &str| {
        World::open(setup(&built_in(name), 3, question(&["move", "stay"])), &by_default, 1)
            .finish()
            .history
            .decision
            .unwrap()
            .stop
    };
    assert_eq!(run("adversarial").unwrap().numbers, "2 of 2");
    assert_eq!(run("vote"), None);
}

// Properties

/// A panel's votes: option 1 to 3, 0 to abstain; a confidence; a family.
fn ballots() -> impl Strategy<Value = Vec<(usize, u32, usize)>> {
    proptest::collection::vec((0usize..4, 0u32..=100, 0usize..3), 2..8)
}

fn verdict(ballots: &[(usize, u32, usize)]) -> Decision {
    let mut setup =
        setup(&built_in("vote"), u32::try_from(ballots.len()).unwrap(), question(&["move", "stay", "wait"]));
    setup.synthesis = false;
    for (agent, (_, _, family)) in setup.agents.iter_mut().zip(ballots) {
        agent.voice.family = format!("family {family}");
    }
    let script = |ask: &Ask| {
        let (vote, confidence, _) = ballots[seat_of(ask).unwrap() as usize - 1];
        let mut fields = holding(ask, &format!("o{vote}"));
        fields["confidence"] = json!(format!("{confidence}%"));
        if vote == 0 {
            fields["option"] = Value::Null;
            fields["abstain_reason"] = json!("unsure");
        }
        with(ask, &fields)
    };
    World::open(setup, &script, 1).finish().history.decision.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seats_can_change_places(ballots in ballots(), turn in 0usize..8) {
        let mut moved = ballots.clone();
        moved.rotate_left(turn % ballots.len());
        moved.reverse();
        let (here, there) = (verdict(&ballots), verdict(&moved));
        assert_eq!((here.option, here.label, here.level, here.caveats), (there.option, there.label, there.level, there.caveats));
        assert_eq!((here.sealed, here.last), (there.sealed, there.last));
    }

    #[test]
    fn confidence_decides_nothing(ballots in ballots(), others in proptest::collection::vec(0u32..=100, 8)) {
        let changed: Vec<_> = ballots.iter().zip(&others).map(|((vote, _, family), confidence)| (*vote, *confidence, *family)).collect();
        let (here, there) = (verdict(&ballots), verdict(&changed));
        assert_eq!((&here.option, here.label, here.level), (&there.option, there.label, there.level));
        assert_eq!((here.sealed, here.last, here.dissent), (there.sealed, there.last, there.dissent));
    }

    #[test]
    fn numbers_add_up(ballots in ballots()) {
        let last = verdict(&ballots).last.unwrap();
        assert_eq!(last.tally.values().sum::<u32>(), last.valid);
        assert_eq!(last.valid + last.abstained + last.absent, last.panel);
        if let (Some(share), Some([low, high])) = (last.agreement, last.interval) {
            assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        }
        assert!(last.families <= last.valid);
    }
}
