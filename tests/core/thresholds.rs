//! The thresholds at which an exchange ends: each one moves the end, with its numbers, and confidence alone moves none.

use roundtable::debate::ask::Ask;
use roundtable::debate::log::round::StopReason;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::mode::{Mode, StopRule};
use roundtable::debate::thresholds::Thresholds;
use roundtable::stats::stability::movement;
use serde_json::{Value, json};

use crate::support::replies::{by_default, claim, claims_in, holding, with};
use crate::support::world::{Answer, World, built_in, mode, question, seat_of, setup};

/// What the seats of an exchange do, round by round from the opening on.
#[derive(Clone, Copy)]
struct Exchange {
    /// The option of each seat by round, as digits, `-` to abstain; the last entry holds on.
    options: &'static [&'static str],
    /// Confidence of each seat in percent, in every round; 0 states none.
    confidence: &'static [u32],
    /// The family of each seat, one letter a seat.
    families: &'static str,
    /// New claims of every seat by round; the last entry holds on.
    claims: &'static [usize],
    /// Whether changes name a claim that holds.
    cited: bool,
}

/// Five seats whose fourth comes round in the first round; a new claim each in every round.
const COMING_ROUND: Exchange = Exchange {
    options: &["11123", "11113", "11113", "11113", "11111"],
    confidence: &[70, 80, 80, 90, 90],
    families: "abcab",
    claims: &[1],
    cited: true,
};

/// Five seats of which one changes sides in every round, and nobody has anything new to say.
const RESTLESS: Exchange =
    Exchange { options: &["11122", "11112", "11122", "11112", "11122", "11112"], claims: &[1, 0], ..COMING_ROUND };

fn play(exchange: Exchange) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let at = |round: usize| {
            let options = exchange.options[round.min(exchange.options.len() - 1)];
            &options[seat as usize - 1..seat as usize]
        };
        let round = if ask.turn.phase == "exchange" { ask.turn.round as usize } else { 0 };
        let mut fields = holding(ask, &format!("o{}", at(round)));
        if at(round) == "-" {
            fields["option"] = Value::Null;
            fields["abstain_reason"] = json!("unsure");
        }
        let count = exchange.claims[round.min(exchange.claims.len() - 1)];
        fields["claims"] = (0..count).map(|place| claim(&format!("Claim {place} of {}", ask.turn))).collect();
        let confidence = exchange.confidence[seat as usize - 1];
        fields["confidence"] = if confidence == 0 { Value::Null } else { json!(f64::from(confidence) / 100.0) };
        if round > 0 && at(round) != at(round - 1) && exchange.cited {
            let shown: Vec<String> = ask.prompt.messages.iter().flat_map(|message| claims_in(&message.text)).collect();
            fields["change"] = json!({ "because": "it holds", "decisive_claims": [shown[0]] });
        }
        with(ask, &fields)
    }
}

/// An opening and an exchange of up to five rounds that may end by these rules.
fn until(rules: &str) -> Mode {
    mode(&format!(
        "mode: sample
title: Sample
summary: An opening and an exchange.
best_for: tests
panel: {{ numbered: true, personas: [{{ name: Seat, trait: anything }}] }}
phases:
  - {{ name: opening, stages: [{{ speakers: all, sees: nothing, form: position, ask: Open. }}] }}
  - name: exchange
    rounds: {{ default: 5, max: 5 }}
    until: [{rules}]
    stages: [{{ speakers: all, sees: everything, form: position, ask: Go on. }}]
"
    ))
}

fn table(mode: &Mode, exchange: &Exchange, thresholds: Thresholds) -> Setup {
    let seats = u32::try_from(exchange.families.len()).unwrap();
    let mut setup = setup(mode, seats, question(&["move", "stay", "wait"]));
    for (agent, family) in setup.agents.iter_mut().zip(exchange.families.chars()) {
        agent.voice.family = family.to_string();
    }
    setup.thresholds = thresholds;
    setup
}

/// Where the exchange ends, why, and by which numbers.
fn end(mode: &Mode, exchange: &Exchange, thresholds: Thresholds) -> String {
    let script = play(*exchange);
    let world = World::open(table(mode, exchange, thresholds), &script, 1).finish();
    let held = world.history.rounds.iter().rfind(|closed| closed.phase == "exchange").unwrap();
    let stop = held.stop.as_ref().unwrap();
    assert_eq!(world.history.decision.as_ref().unwrap().stop.as_ref(), Some(stop), "the verdict carries it");
    format!("{}: {} ({})", held.round, stop.reason.title(), stop.numbers)
}

const DEFAULT: Thresholds = Thresholds { consensus: 1.0, convergence: 0.15, confidence: None, max_rounds: None };

fn consensus(consensus: f64) -> Thresholds {
    Thresholds { consensus, ..DEFAULT }
}

#[test]
fn each_threshold_moves_the_end_of_the_same_debate() {
    let convergence = |convergence| Thresholds { convergence, ..DEFAULT };
    let confidence = |confidence| Thresholds { consensus: 0.75, confidence: Some(confidence), ..DEFAULT };
    let max_rounds = |most| Thresholds { max_rounds: Some(most), ..DEFAULT };
    let late = Exchange { options: &["11123", "11123", "11113", "11113", "11111"], ..COMING_ROUND };
    let still = Exchange { options: &["11112", "11112"], claims: &[1, 1, 1, 0], ..COMING_ROUND };
    let cases = [
        ("agreed", COMING_ROUND, DEFAULT, "4: agreed (5 of 5 agree, 3 families, no uncited change)"),
        (
            "agreed",
            COMING_ROUND,
            consensus(0.8),
            "1: agreed (4 of 5 agree (0.80, threshold 0.80), 3 families, no uncited change)",
        ),
        (
            "agreed",
            late,
            consensus(0.75),
            "2: agreed (4 of 5 agree (0.80, threshold 0.75), 3 families, no uncited change)",
        ),
        (
            "agreed",
            late,
            consensus(0.81),
            "4: agreed (5 of 5 agree (1.00, threshold 0.81), 3 families, no uncited change)",
        ),
        (
            "agreed",
            late,
            consensus(0.6),
            "1: agreed (3 of 5 agree (0.60, threshold 0.60), 3 families, no uncited change)",
        ),
        ("stable", RESTLESS, DEFAULT, "5: all rounds held (5 of 5)"),
        ("stable", RESTLESS, convergence(0.19), "5: all rounds held (5 of 5)"),
        (
            "stable",
            RESTLESS,
            convergence(0.2),
            "2: positions stable (1 of 5 changed (0.20, threshold 0.20), 0 new claims)",
        ),
        ("stable", still, DEFAULT, "3: positions stable (0 of 5 changed, 0 new claims)"),
        (
            "stable",
            still,
            convergence(0.0),
            "3: positions stable (0 of 5 changed (0.00, threshold 0.00), 0 new claims)",
        ),
        // The variable adds the rule to a mode without it, and moves the one a mode brings.
        ("", COMING_ROUND, consensus(0.75), "5: all rounds held (5 of 5)"),
        (
            "",
            COMING_ROUND,
            confidence(0.8),
            "1: agreed with confidence (4 of 5 agree (0.80, threshold 0.75), 3 families, no uncited change, \
             median confidence (0.80, threshold 0.80))",
        ),
        ("", COMING_ROUND, confidence(0.802), "5: all rounds held (5 of 5)"),
        (
            "confidence",
            COMING_ROUND,
            DEFAULT,
            "4: agreed with confidence (5 of 5 agree, 3 families, no uncited change, \
             median confidence (0.80, threshold 0.80))",
        ),
        (
            "agreed",
            COMING_ROUND,
            max_rounds(4),
            "4: all rounds held (4 of 4, where the mode has 5 and max_rounds is 4)",
        ),
        (
            "agreed",
            COMING_ROUND,
            max_rounds(2),
            "2: all rounds held (2 of 2, where the mode has 5 and max_rounds is 2)",
        ),
        ("agreed", COMING_ROUND, max_rounds(9), "4: agreed (5 of 5 agree, 3 families, no uncited change)"),
        ("max_rounds", COMING_ROUND, DEFAULT, "5: all rounds held (5 of 5)"),
    ];
    for (rules, exchange, thresholds, expected) in cases {
        assert_eq!(end(&until(rules), &exchange, thresholds), expected, "[{rules}] at {thresholds:?}");
    }
}

#[test]
fn a_small_panel_is_stable_within_the_threshold_as_well() {
    let four =
        Exchange { options: &["1122", "1112", "1122", "1112", "1122"], families: "abcd", claims: &[1, 0], ..RESTLESS };
    let at = |convergence| end(&until("stable"), &four, Thresholds { convergence, ..DEFAULT });
    assert_eq!(at(0.24), "5: all rounds held (5 of 5)");
    assert_eq!(at(0.25), "2: positions stable (1 of 4 changed (0.25, threshold 0.25), 0 new claims)");
}

#[test]
fn a_move_of_one_seat_is_as_large_wherever_the_others_stand() {
    for seats in 1_u32..=12 {
        for above in 0..seats {
            let rating = |above: u32| (0..seats).map(move |seat| Some(f64::from(u32::from(seat < above))));
            let stances: Vec<_> = rating(above).zip(rating(above + 1)).collect();
            let moved = movement(&vec![(Some(1), Some(1)); seats as usize], &stances, 0, 0);
            assert_eq!(moved.ks, Some(1.0 / f64::from(seats)), "{above} of {seats}");
        }
    }
}

#[test]
fn an_agreement_needs_two_families_behind_it_and_reasons_for_every_change() {
    let held = "5: all rounds held (5 of 5)";
    let steady = Exchange { options: &["11112"], ..COMING_ROUND };
    let agreed =
        |families| format!("1: agreed (4 of 5 agree (0.80, threshold 0.80), {families} families, no uncited change)");
    let cases = [
        ("of three families", steady, agreed(3)),
        ("of two", Exchange { families: "aaabb", ..steady }, agreed(2)),
        // The dissenter's family is not behind it.
        ("of one, against another", Exchange { families: "aaaab", ..steady }, held.to_owned()),
        (
            "with an uncited change",
            Exchange { options: &["11123", "11113"], cited: false, ..steady },
            agreed(3).replacen('1', "2", 1),
        ),
        // Who abstains stays in the denominator.
        ("of four, one abstaining", Exchange { options: &["1111-"], ..steady }, agreed(3)),
        ("of three, two abstaining", Exchange { options: &["111--"], ..steady }, held.to_owned()),
    ];
    for (name, exchange, expected) in cases {
        assert_eq!(end(&until("agreed"), &exchange, consensus(0.8)), expected, "{name}");
    }
}

#[test]
fn confidence_alone_ends_nothing() {
    let held = "5: all rounds held (5 of 5)";
    let sure = Exchange { options: &["11122"], confidence: &[100; 5], ..COMING_ROUND };
    let confident = Thresholds { confidence: Some(0.0), ..DEFAULT };
    let cases = [
        ("everybody is sure, three agree", sure, confident, held),
        (
            "everybody is sure, of one family",
            Exchange { options: &["11111"], families: "aaaaa", ..sure },
            confident,
            held,
        ),
        // The median is that of those who agree.
        (
            "only the dissenter is sure",
            Exchange { options: &["11112"], confidence: &[50, 50, 50, 50, 100], ..sure },
            Thresholds { consensus: 0.8, confidence: Some(0.6), ..DEFAULT },
            held,
        ),
        (
            "only the dissenter is unsure",
            Exchange { options: &["11112"], confidence: &[90, 90, 90, 90, 10], ..sure },
            Thresholds { consensus: 0.8, confidence: Some(0.9), ..DEFAULT },
            "1: agreed with confidence (4 of 5 agree (0.80, threshold 0.80), 3 families, no uncited change, \
             median confidence (0.90, threshold 0.90))",
        ),
        (
            "one of those who agree states none",
            Exchange { options: &["11111"], confidence: &[100, 100, 0, 100, 100], ..sure },
            Thresholds { confidence: Some(0.5), ..DEFAULT },
            held,
        ),
    ];
    for (name, exchange, thresholds, expected) in cases {
        assert_eq!(end(&until(""), &exchange, thresholds), expected, "{name}");
    }
}

#[test]
fn rules_are_checked_in_their_order() {
    // In the first round all of them could fire; each is taken away in turn.
    let all = Exchange { options: &["11112"], confidence: &[90; 5], claims: &[1, 0], ..COMING_ROUND };
    let low = consensus(0.8);
    let mut rules = vec!["oscillating", "saturated", "stable", "confidence", "agreed", "max_rounds"];
    let mut found = Vec::new();
    while rules.len() > 2 {
        rules.retain(|rule| *rule != "max_rounds");
        found.push(end(&until(&rules.join(", ")), &all, low).split(" (").next().unwrap().to_owned());
        rules.pop();
    }
    assert_eq!(found, ["1: agreed", "1: agreed with confidence", "1: positions stable",]);
    assert!(end(&until("oscillating, saturated"), &all, low).starts_with("1: no new claims"));
    let order = [
        StopRule::MaxRounds,
        StopRule::Agreed,
        StopRule::Confidence,
        StopRule::Stable,
        StopRule::Saturated,
        StopRule::Oscillating,
    ];
    assert!(order.is_sorted());
    // The rounds are a hard limit: in the last one nothing else is asked.
    let last = Thresholds { max_rounds: Some(1), ..low };
    assert!(end(&until("agreed"), &all, last).starts_with("1: all rounds held (1 of 1"));
}

#[test]
fn fixed_rounds_are_held_whatever_the_thresholds() {
    let thresholds = Thresholds { consensus: 0.6, convergence: 1.0, confidence: Some(0.0), max_rounds: Some(4) };
    let mut setup = table(&until("agreed, stable, saturated"), &COMING_ROUND, thresholds);
    setup.rounds = Some(3);
    let script = play(COMING_ROUND);
    let world = World::open(setup, &script, 1).finish();
    let stop = world.history.rounds.last().unwrap().stop.clone().unwrap();
    assert_eq!((stop.reason, stop.numbers.as_str()), (StopReason::RoundsHeld, "3 of 3"));
}

#[test]
fn confidence_is_asked_of_every_exchange_that_takes_stances() {
    let sure = Exchange { options: &["11111"], confidence: &[90; 5], ..COMING_ROUND };
    for (name, expected) in
        [("delphi", "agreed with confidence"), ("collaborative", "agreed"), ("adversarial", "all rounds held")]
    {
        let thresholds = Thresholds { confidence: Some(0.9), ..DEFAULT };
        let found = end(&built_in(name), &sure, thresholds);
        assert!(found.contains(&format!(": {expected} (")), "{name}: {found}");
    }
}

#[test]
fn thresholds_are_part_of_the_log_only_where_they_differ() {
    let plain = serde_json::to_value(table(&until(""), &COMING_ROUND, DEFAULT)).unwrap();
    assert!(plain.get("thresholds").is_none() && plain.get("gate").is_none());
    let setup = table(&until(""), &COMING_ROUND, Thresholds { max_rounds: Some(2), ..DEFAULT });
    let written = serde_json::to_value(&setup).unwrap();
    assert_eq!(
        written["thresholds"],
        json!({ "consensus": 1.0, "convergence": 0.15, "confidence": null, "max_rounds": 2 })
    );
    assert_eq!(serde_json::from_value::<Setup>(written).unwrap(), setup);
}
