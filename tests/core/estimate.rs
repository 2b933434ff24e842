//! Questions that a number answers: how it is read, what a panel's numbers come to, and when they stand still.

use Does::{Abstains, Gives, IsAbsent};
use proptest::prelude::{ProptestConfig, any, proptest};
use roundtable::debate::agent::{Seat, Voice};
use roundtable::debate::analysis::{OutcomeAnalysis, analyse};
use roundtable::debate::ask::Ask;
use roundtable::debate::history::History;
use roundtable::debate::log::decision::{Caveat, Decision, Kind, Label, Level};
use roundtable::debate::log::estimates::worded;
use roundtable::debate::mode::Mode;
use roundtable::debate::question::{Question, QuestionError};
use roundtable::debate::response::contract::{Contract, Earlier, Objections, Scope, StanceTerms};
use roundtable::debate::response::read::{Strictness, read};
use roundtable::debate::response::{Estimate, Response};
use roundtable::export::record::record;
use roundtable::export::story::story;
use serde_json::{Value, json};

use crate::support::replies::{Miss, by_default, json_reply, missed, said, with};
use crate::support::world::{Answer, World, built_in, seat_of, setup, setup_with, voices};

fn weeks() -> Question {
    Question::estimate("How long will it take?", "weeks").unwrap()
}

fn reading(estimate: &Value) -> Response {
    let terms = StanceTerms {
        options: Vec::new(),
        estimate: weeks().estimate,
        earlier: Earlier::None,
        objections: Objections::NotAsked,
    };
    let ballot =
        json!({ "because": "b", "statement": "s", "estimate": estimate, "abstain_reason": null, "confidence": 0.5 });
    read(&Contract::Ballot(terms), &json_reply(&ballot), Strictness::Strict)
}

#[test]
fn a_unit_is_one_short_line() {
    let unit = |unit: &str| Question::estimate("How long?", unit);
    assert_eq!(unit("  person weeks ").unwrap().estimate.unwrap().0, "person weeks");
    assert!(unit(&"u".repeat(40)).is_ok());
    for wrong in ["", " ", "\u{200b}", "we\neks", "we\u{1b}eks", &"u".repeat(41)] {
        assert!(matches!(unit(wrong), Err(QuestionError::Unit { .. })), "{wrong:?}");
    }
}

#[test]
fn numbers_are_read_in_every_plain_spelling_and_never_guessed() {
    let read_value = |value: &Value| match reading(&json!({ "value": value, "low": -1e15, "high": 1e15 })) {
        Response::Ballot(ballot) => Some(ballot.stance.estimate.unwrap().value),
        Response::Unclear { reason } => {
            let is_told = reason.contains("`estimate.value` must be one plain number, in weeks");
            assert!(is_told || reason.contains("too small a number to be told from 0"), "{reason}");
            None
        }
        other => panic!("{other:?}"),
    };
    let plain = [
        (json!(12), 12.0),
        (json!(12.5), 12.5),
        (json!(-3), -3.0),
        (json!(-0.0), 0.0),
        (json!("12"), 12.0),
        (json!(" 12.5 "), 12.5),
        (json!("+7"), 7.0),
        (json!("\u{2212}7"), -7.0),
        (json!("1e3"), 1000.0),
        (json!("0.125"), 0.125),
        (json!("1.5000"), 1.5),
        (json!("1234.567"), 1234.567),
        (json!(1.125), 1.125),
        (json!("0e-400"), 0.0),
        (json!("0.000"), 0.0),
        (json!("1,200"), 1200.0),
        (json!("1 200 000.5"), 1_200_000.5),
        (json!("1\u{a0}200"), 1200.0),
        (json!("1_200"), 1200.0),
        (json!("1'200"), 1200.0),
        (json!(1e15), 1e15),
    ];
    for (value, expected) in plain {
        let number = read_value(&value);
        assert_eq!(number, Some(expected), "{value}");
        assert!(number.unwrap().is_sign_positive() || expected < 0.0, "{value}");
    }
    let unclear = [
        "2-3",
        "2–3 weeks",
        "12 weeks",
        "about 12",
        "1,5",
        "0,125",
        "12,00",
        "1,200,00",
        "1,200 300",
        "1200,300",
        ",200",
        "",
        " ",
        "NaN",
        "inf",
        "-inf",
        "infinity",
        "1e400",
        "1e-400",
        "1.500",
        "12.500",
        "1\u{200b}2",
        "1\u{202e}2",
        "1\u{7}2",
        "1e16",
        "0x10",
        "--3",
        "1.2.3",
        ".",
        "-",
        "٣",
        "1/2",
        "twelve",
    ];
    for text in unclear {
        assert_eq!(read_value(&json!(text)), None, "{text:?}");
    }
    for value in [json!(1.1e15), json!(null), json!(true), json!([12]), json!({ "value": 12 })] {
        assert_eq!(read_value(&value), None, "{value}");
    }
}

#[test]
fn an_estimate_is_whole_and_in_order() {
    let given = |estimate: Value| match reading(&estimate) {
        Response::Ballot(ballot) => Ok(ballot.stance.estimate.unwrap()),
        Response::Unclear { reason } => Err(reason),
        other => panic!("{other:?}"),
    };
    let point = Estimate { value: 8.0, low: 8.0, high: 8.0 };
    assert_eq!(given(json!({ "value": 8, "low": 8, "high": 8 })), Ok(point));
    let wrong = [
        (json!({ "value": 8, "low": 9, "high": 12 }), "between"),
        (json!({ "value": 8, "low": 6, "high": 7 }), "between"),
        (json!({ "value": 8, "low": 12, "high": 6 }), "between"),
        (json!({ "value": 8, "low": 6 }), "estimate.high"),
        (json!(8), "must be an object"),
        (json!("8"), "must be an object"),
        (json!(null), "abstain_reason"),
    ];
    for (estimate, named) in wrong {
        let reason = given(estimate.clone()).unwrap_err();
        assert!(reason.contains(named), "{estimate}: {reason}");
    }
    let terms = || StanceTerms {
        options: Vec::new(),
        estimate: weeks().estimate,
        earlier: Earlier::Taken,
        objections: Objections::NotAsked,
    };
    let overflow = r#"{ "because": "b", "statement": "s", "estimate": { "value": 1e400, "low": 0, "high": 1 }, "confidence": 0.5 }"#;
    assert!(matches!(read(&Contract::Ballot(terms()), &said(overflow), Strictness::Strict), Response::Unclear { .. }));
    let abstains = json!({ "because": "b", "statement": "s", "estimate": null, "abstain_reason": "no data" });
    let response = read(&Contract::Ballot(terms()), &json_reply(&abstains), Strictness::Strict);
    let Response::Ballot(ballot) = response else { panic!("unclear") };
    assert_eq!((ballot.stance.estimate, ballot.stance.abstained.as_deref()), (None, Some("no data")));
    let fields = Contract::Ballot(terms()).fields(Scope::Former);
    assert_eq!(fields, ["because", "statement", "estimate", "abstain_reason", "change", "confidence"]);
}

/// What a seat does in one round.
#[derive(Debug, Clone, Copy)]
enum Does {
    Gives(f64),
    Abstains,
    IsAbsent,
}

fn answers(rounds: &[Vec<Does>]) -> impl Fn(&Ask) -> Answer {
    move |ask| {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        let round = if ask.turn.phase == "opening" { 0 } else { (ask.turn.round as usize).min(rounds.len() - 1) };
        let mut fields = match rounds[round][seat as usize - 1] {
            Gives(value) => json!({ "estimate": { "value": value, "low": value - 1.0, "high": value + 2.0 } }),
            Abstains => json!({ "estimate": null, "abstain_reason": "no data" }),
            IsAbsent => return missed(ask, Miss::Network),
        };
        fields["statement"] = json!(format!("Seat {seat} in round {round}"));
        for empty in ["claims", "concessions", "would_change_my_mind"] {
            fields[empty] = json!([]);
        }
        fields["change"] = Value::Null;
        with(ask, &fields)
    }
}

fn delphi() -> Mode {
    built_in("delphi").held_for(&weeks())
}

fn run(rounds: &[Vec<Does>]) -> History {
    let mut setup = setup(&delphi(), u32::try_from(rounds[0].len()).unwrap(), weeks());
    setup.synthesis = false;
    World::open(setup, &answers(rounds), 1).finish().history
}

fn decide(round: &[Does]) -> Decision {
    run(&[round.to_vec()]).decision.unwrap()
}

#[test]
fn median_and_quartiles_are_those_worked_out_by_hand() {
    type Row = (&'static [Does], (u32, u32, u32), [f64; 5], Label, Level);
    let rows: [Row; 7] = [
        (&[Gives(8.0), Gives(10.0), Gives(24.0)], (3, 0, 0), [8.0, 9.0, 10.0, 17.0, 24.0], Label::Spread, Level::Low),
        (
            &[Gives(4.0), Gives(1.0), Gives(3.0), Gives(2.0)],
            (4, 0, 0),
            [1.0, 1.75, 2.5, 3.25, 4.0],
            Label::Spread,
            Level::Medium,
        ),
        (
            &[Gives(0.9), Gives(1.0), Gives(1.1), Gives(0.9), Gives(1.1)],
            (5, 0, 0),
            [0.9, 0.9, 1.0, 1.1, 1.1],
            Label::Converged,
            Level::High,
        ),
        (
            &[Gives(9.0), Gives(10.0), Gives(11.0), Abstains],
            (3, 1, 0),
            [9.0, 9.5, 10.0, 10.5, 11.0],
            Label::Converged,
            Level::High,
        ),
        (&[Gives(9.0), Gives(9.0), Gives(9.0), IsAbsent, IsAbsent], (3, 0, 2), [9.0; 5], Label::Converged, Level::High),
        (&[Gives(-1.0), Gives(0.0), Gives(1.0)], (3, 0, 0), [-1.0, -0.5, 0.0, 0.5, 1.0], Label::Spread, Level::Low),
        (&[Gives(0.0), Gives(0.0), Gives(0.0)], (3, 0, 0), [0.0; 5], Label::Converged, Level::High),
    ];
    for (round, counts, numbers, label, level) in rows {
        let decision = decide(round);
        let found = decision.estimate.as_ref().unwrap();
        let last = found.last.as_ref().unwrap();
        assert_eq!((last.n, last.abstained, last.absent), counts, "{round:?}");
        assert_eq!(last.panel as usize, round.len());
        assert_eq!([last.min, last.q1, last.median, last.q3, last.max].map(Option::unwrap), numbers, "{round:?}");
        assert_eq!((decision.label, decision.level, found.value), (label, level, Some(numbers[2])), "{round:?}");
        assert_eq!(decision.text, Some(format!("{} weeks", worded(numbers[2]))));
        assert_eq!((decision.option, decision.last, decision.sealed), (None, None, None));
        assert_eq!(last.width, Some(3.0));
        let reason = (numbers[2] == 0.0).then_some("median_is_zero");
        assert_eq!((last.undefined.as_deref(), last.relative_iqr.is_none()), (reason, reason.is_some()), "{round:?}");
        assert_eq!(found.sealed, found.last, "nobody moved");
    }
}

#[test]
fn too_few_numbers_decide_nothing() {
    let rows: [(&[Does], Option<f64>, Label); 4] = [
        (&[Gives(8.0), Abstains, Abstains], Some(8.0), Label::NoChoice),
        (&[Gives(8.0), Gives(8.0), Abstains, Abstains], Some(8.0), Label::NoChoice),
        (&[Abstains, Abstains, Abstains], None, Label::NoChoice),
        (&[Gives(8.0), IsAbsent, IsAbsent], Some(8.0), Label::NoQuorum),
    ];
    for (round, median, label) in rows {
        let decision = decide(round);
        let found = decision.estimate.as_ref().unwrap();
        assert_eq!(
            (decision.label, decision.level, &decision.text, found.value),
            (label, Level::Low, &None, None),
            "{round:?}"
        );
        let last = found.last.as_ref().unwrap();
        assert_eq!(last.median, median, "{round:?}");
        assert_eq!(last.undefined.as_deref(), median.is_none().then_some("no_values"), "{round:?}");
        assert!(decision.caveats.is_empty(), "{round:?}");
        let heard = round.iter().filter(|does| !matches!(does, IsAbsent)).count();
        assert_eq!(decision.dissenters() as usize, heard, "without a verdict every position is a minority position");
    }
}

#[test]
fn who_stands_outside_the_quartiles_is_the_minority() {
    let opening = vec![Gives(8.0), Gives(10.0), Gives(30.0), Gives(11.0), Abstains];
    let last = vec![Gives(8.0), Gives(10.0), Gives(10.0), Gives(11.0), Abstains];
    let decision = run(&[opening, last]).decision.unwrap();
    let found = decision.estimate.as_ref().unwrap();
    let entries: Vec<_> = decision
        .dissent
        .iter()
        .map(|entry| (entry.kind, entry.seat.0, entry.estimate.map(|given| given.value), entry.words.as_str()))
        .collect();
    assert_eq!(
        entries,
        [
            (Kind::Final, 1, Some(8.0), "Seat 1 in round 1"),
            (Kind::Final, 4, Some(11.0), "Seat 4 in round 1"),
            (Kind::Final, 5, None, "Seat 5 in round 1"),
            (Kind::Abandoned, 3, Some(30.0), "Seat 3 in round 0"),
        ]
    );
    let [revised] = found.revised.as_slice() else { panic!("{:?}", found.revised) };
    assert_eq!((revised.seat, revised.from, revised.to, revised.cited), (Seat(3), 30.0, 10.0, false));
    assert_eq!(found.sealed.as_ref().unwrap().max, Some(30.0));
}

#[test]
fn who_could_not_be_heard_at_the_end_stays_in_the_minority_report() {
    let heard = [10.0, 11.0, 11.0, 11.0, 12.0].map(Gives);
    let opening = [heard.as_slice(), &[Gives(30.0), Gives(11.0), Abstains]].concat();
    let last = [heard.as_slice(), &[IsAbsent; 3]].concat();
    let decision = run(&[opening, last]).decision.unwrap();
    let heard: Vec<_> = decision
        .dissent
        .iter()
        .filter(|entry| entry.kind == Kind::LastHeard)
        .map(|entry| (entry.seat.0, entry.estimate.map(|given| given.value), entry.words.as_str()))
        .collect();
    // Seat 7 stood inside of what the quartiles are at the end.
    assert_eq!(heard, [(6, Some(30.0), "Seat 6 in round 0"), (8, None, "Seat 8 in round 0")]);
}

#[test]
fn a_median_moved_by_pressure_alone_is_said_to_be() {
    let opening = vec![Gives(4.0), Gives(5.0), Gives(6.0), Gives(20.0), Gives(21.0)];
    let last = vec![Gives(20.0), Gives(20.0), Gives(20.0), Gives(20.0), Gives(21.0)];
    assert_eq!(run(&[opening.clone(), last]).decision.unwrap().caveats, [Caveat::PressureDependent]);
    assert_eq!(run(&[opening]).decision.unwrap().caveats, []);
}

#[test]
fn an_exchange_ends_when_the_numbers_stand_still() {
    let at = |values: [f64; 3]| values.map(Gives).to_vec();
    let rows = [
        // Nothing moved in the second round, the least that delphi holds.
        (vec![at([1.0, 2.0, 9.0])], "exchange/2 positions stable", Some(0.0)),
        (vec![at([1.0, 2.0, 9.0]), at([1.0, 2.0, 8.0])], "exchange/2 positions stable", Some(0.0)),
        (
            vec![at([1.0, 2.0, 9.0]), at([1.0, 2.0, 8.0]), at([1.0, 2.0, 7.0]), at([1.0, 4.0, 6.0])],
            "exchange/3 all rounds held",
            Some(1.0),
        ),
    ];
    for (rounds, ending, relative) in rows {
        let history = run(&rounds);
        let closed = history.rounds.last().unwrap();
        let stop = closed.stop.as_ref().unwrap();
        assert_eq!(format!("{}/{} {}", closed.phase, closed.round, stop.reason.title()), ending, "{rounds:?}");
        assert_eq!(closed.shift.unwrap().relative, relative, "{rounds:?}");
        assert!(closed.consensus.is_none() && closed.estimates.is_some());
    }
}

#[test]
fn a_panel_that_agrees_goes_on_until_it_stands_still() {
    let mode = built_in("collaborative").held_for(&weeks());
    let rounds = [[9.0; 3], [10.0; 3], [9.0; 3]].map(|round| round.map(Gives).to_vec());
    let script = answers(&rounds);
    let keeps = |ask: &Ask| {
        // New claims keep the exchange from being saturated.
        let mut reply = script(ask)?;
        let mut value: Value = serde_json::from_str(&reply.text).unwrap();
        if value.get("claims").is_some() {
            value["claims"] = json!([{ "text": format!("{} holds", ask.turn), "kind": "value", "evidence": [], "supports": [], "rebuts": [] }]);
        }
        reply.text = value.to_string();
        Ok(reply)
    };
    let mut setup = setup(&mode, 3, weeks());
    setup.mode.phases[1].rounds.as_mut().unwrap().default = 4;
    let world = World::open(setup, &keeps, 1).finish();
    assert_eq!(world.rounds(), ["opening/1", "exchange/1", "exchange/2 positions oscillate"]);
}

#[test]
fn what_the_number_hangs_on_is_worked_out_by_hand() {
    let rounds = [vec![Gives(10.0), Gives(11.0), Gives(12.0), Gives(40.0)]];
    let history = run(&rounds);
    let number = |history: &History| match analyse(history).outcome {
        OutcomeAnalysis::Number { estimate } => estimate,
        OutcomeAnalysis::Choice(choice) => panic!("{choice:?}"),
    };
    let without = |history: &History| -> Vec<(Option<f64>, bool)> {
        number(history).without_seat.iter().map(|without| (without.median, without.label_differs)).collect()
    };
    // Quartiles 10.75 and 19 lie 8.25 apart, 72% of the median of 11.5. Without seat 4 they are 10.5 and 11.5, 9% of 11.
    assert_eq!(history.decision.as_ref().unwrap().label, Label::Spread);
    assert_eq!(without(&history), [(Some(12.0), false), (Some(12.0), false), (Some(11.0), false), (Some(11.0), true)]);
    // Seats 1 and 4 are of one family; the families' medians are 25, 11 and 12.
    assert_eq!(number(&history).by_family, Some(12.0));
    let seats = |voices: &[Voice], fallbacks: &[Voice]| {
        let mut setup = setup_with(&delphi(), 4, weeks(), voices);
        (setup.synthesis, setup.fallbacks) = (false, fallbacks.to_vec());
        let answers = answers(&rounds);
        let script = |ask: &Ask| {
            if ask.voice == voices[2 % voices.len()] && voices.len() > 1 {
                missed(ask, Miss::Network)
            } else {
                answers(ask)
            }
        };
        World::open(setup, &script, 1).finish().history
    };
    assert_eq!(number(&seats(&voices()[..1], &[])).by_family, None);
    // Seat 3 speaks through the family of seats 1 and 4: 12 of 10, 12 and 40, and 11.
    assert_eq!(number(&seats(&voices(), &voices()[..1])).by_family, Some(11.5));
    let record = record(&history);
    assert!(
        story(&record).contains(
            &"Without one seat or another the median lies between 11 and 12; the label hangs on Participant 4; with one \
              number for each model family it is 12."
                .to_owned()
        ),
        "{:?}",
        story(&record)
    );
    // Three of four are a quorum, and so are two of three.
    let absent = run(&[vec![Gives(10.0), Gives(11.0), Gives(12.0), IsAbsent]]);
    assert_eq!(without(&absent), [(Some(11.5), false), (Some(11.0), false), (Some(10.5), false)]);
    let few = run(&[vec![Gives(10.0), Gives(11.0), IsAbsent]]);
    assert_eq!(without(&few), [(None, true), (None, true)]);
}

#[test]
fn delphi_is_shown_the_numbers_and_no_ratings() {
    let rounds = [vec![Gives(8.0), Gives(10.0), Gives(24.0)]];
    let script = answers(&rounds);
    let world = World::open(setup(&delphi(), 3, weeks()), &script, 1).finish();
    let opening = world.asked_in("opening")[0];
    assert!(opening.prompt.shared.contains("A number answers this question. Its unit: quoted"));
    assert!(
        !opening.prompt.shared.contains("ratings: every option")
            && !opening.prompt.shared.contains("blocking_objection")
    );
    for ask in world.asked_in("exchange") {
        let told = &ask.prompt.messages.last().unwrap().text;
        assert!(told.contains("median 10, quartiles 9 to 17, 3 estimates"), "{told}");
        assert!(told.contains("Estimate again.") && !told.contains("Rate again."), "{told}");
    }
}

#[test]
fn sides_teams_and_proposals_take_no_estimate() {
    let takes = ["collaborative", "expert-panel", "delphi", "vote", "council"];
    for mode in crate::support::world::all_built_in() {
        assert_eq!(mode.takes_estimates(), takes.contains(&mode.mode.as_str()), "{}", mode.mode);
        let as_choice = mode.clone().held_for(&crate::support::world::choice());
        assert_eq!(as_choice.phases.len(), mode.phases.len());
        let asks = |mode: &Mode| mode.stages().map(|stage| stage.ask.clone()).collect::<Vec<_>>();
        assert_eq!(asks(&as_choice), asks(&mode), "{}: other questions are asked as ever", mode.mode);
        assert!(as_choice.stages().all(|stage| stage.ask_estimate.is_none()));
    }
}

#[test]
fn numbers_are_told_to_six_digits() {
    let rows = [
        (0.0, "0"),
        (8.0, "8"),
        (8.25, "8.25"),
        (1.0 / 3.0, "0.333333"),
        (1234.5678, "1234.57"),
        (1e15, "1000000000000000"),
        (-7.5, "-7.5"),
        (1e-9, "0.000000001"),
        (1e-300, "1e-300"),
        (-1e-300, "-1e-300"),
        (999_999.7, "1000000"),
        (100.0, "100"),
    ];
    for (number, told) in rows {
        assert_eq!(worded(number), told, "{number:e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn who_sits_where_changes_no_number(values in proptest::collection::vec(-1e15..1e15f64, 3..6), turn in any::<usize>()) {
        let given: Vec<Does> = values.iter().copied().map(Gives).collect();
        let mut turned = given.clone();
        turned.rotate_left(turn % given.len());
        let (one, other) = (decide(&given), decide(&turned));
        let last = |decision: &Decision| decision.estimate.as_ref().unwrap().last.clone();
        assert_eq!((one.label, one.level, one.text.clone(), last(&one)), (other.label, other.level, other.text.clone(), last(&other)));
        let text = serde_json::to_string(&one).unwrap();
        assert!(!text.contains("NaN") && !text.contains("inf"));
        assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), one);
    }
}
