//! Laws of the numbers, over generated debates: a panel whose seats vote, rate, claim, cite, abstain and fail at random.

use std::collections::BTreeMap;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use proptest::prop_assert_eq as same;
use roundtable::debate::ask::Ask;
use roundtable::debate::log::decision::Label;
use roundtable::debate::log::gate::GateTerms;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::mode::Mode;
use roundtable::export::record::{Record, record};
use roundtable::export::{markdown, text};
use serde_json::{Map, Value, json};

use crate::support::replies::{Miss, by_default, claims_in, drawn, missed, said, with};
use crate::support::world::{Answer, World, all_built_in, mode, question, seat_of, setup};

const TEXTS: [&str; 3] = ["move now", "stay as we are", "try it first"];

/// What a member of the panel does in one round. Options and members are places in lists, whatever their ids.
#[derive(Debug, Clone)]
struct Act {
    /// 0 to 2 chooses, 3 abstains, 4 and more cannot be heard.
    vote: usize,
    ratings: [i64; 3],
    confidence: Value,
    /// Whether it makes a claim, with evidence or without.
    claim: Option<bool>,
    /// Whose claim of the round before it names as the cause of a change.
    cites: Option<usize>,
    /// Whose claim of the round before it rebuts.
    rebuts: Option<usize>,
    /// Whose claim of the round before it concedes.
    concedes: Option<usize>,
}

#[derive(Debug, Clone)]
struct Play {
    /// By round, then by member.
    acts: Vec<Vec<Act>>,
    /// Family by member.
    families: Vec<u8>,
}

fn act() -> impl Strategy<Value = Act> {
    let confidence = prop::sample::select(vec![
        json!(0.5),
        json!(0.85),
        json!(85),
        json!("85%"),
        json!(1),
        json!(0),
        json!(0.1),
        json!(0.3),
        Value::Null,
        json!("NaN"),
        json!(-4),
        json!(1e308),
    ]);
    let vote = prop::sample::select(vec![0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4]);
    let member = || prop::option::of(0usize..5);
    let ratings = [-2i64..=2, -2i64..=2, -2i64..=2];
    let voting = (vote, ratings, confidence, prop::option::of(any::<bool>()));
    (voting, (member(), member(), member())).prop_map(
        |((vote, ratings, confidence, claim), (cites, rebuts, concedes))| Act {
            vote,
            ratings,
            confidence,
            claim,
            cites,
            rebuts,
            concedes,
        },
    )
}

fn play() -> impl Strategy<Value = Play> {
    (2usize..6, 1usize..4).prop_flat_map(|(members, rounds)| {
        let acts = prop::collection::vec(prop::collection::vec(act(), members), rounds);
        (acts, prop::collection::vec(0u8..3, members)).prop_map(|(acts, families)| Play { acts, families })
    })
}

/// A play with an order of the seats and one of the options.
fn arranged() -> impl Strategy<Value = (Play, Vec<usize>, Vec<usize>)> {
    play().prop_flat_map(|play| {
        let seats: Vec<usize> = (0..play.families.len()).collect();
        (Just(play), Just(seats).prop_shuffle(), Just(vec![0, 1, 2]).prop_shuffle())
    })
}

fn open_table(rounds: usize) -> Mode {
    let exchange = format!(
        "  - {{ name: exchange, rounds: {{ default: {0}, max: {0} }}, stages: [{{ speakers: all, sees: everything, form: position, ask: Go on. }}] }}\n",
        rounds - 1
    );
    mode(&format!(
        "mode: open-table
title: Open table
summary: An opening and an exchange.
best_for: tests
panel: {{ numbered: true, personas: [{{ name: Seat, trait: anything }}] }}
phases:
  - {{ name: opening, stages: [{{ speakers: all, sees: nothing, form: position, ask: Open. }}] }}
{}",
        if rounds > 1 { exchange.as_str() } else { "" }
    ))
}

/// A run with members and options in the given orders: `seats[place]` is the member on a seat, `options[place]` the text of
/// an option.
struct Table<'a> {
    play: &'a Play,
    seats: &'a [usize],
    options: &'a [usize],
}

impl Table<'_> {
    fn setup(&self) -> Setup {
        let texts: Vec<&str> = self.options.iter().map(|option| TEXTS[*option]).collect();
        let (rounds, members) = (self.play.acts.len(), u32::try_from(self.seats.len()).unwrap());
        let mut setup = setup(&open_table(rounds), members, question(&texts));
        setup.rounds = u32::try_from(rounds - 1).ok().filter(|rounds| *rounds > 0);
        setup.synthesis = false;
        setup.gate = Some(GateTerms { min_agreement: Some(0.6), no_blocking_dissent: true, ..GateTerms::default() });
        for (agent, member) in setup.agents.iter_mut().zip(self.seats) {
            agent.voice.family = format!("family {}", self.play.families[*member]);
        }
        setup
    }

    fn act(&self, ask: &Ask) -> (usize, usize, &Act) {
        let round = if ask.turn.phase == "opening" { 0 } else { ask.turn.round as usize };
        let member = self.seats[seat_of(ask).unwrap() as usize - 1];
        (round, member, &self.play.acts[round][member])
    }

    fn fields(&self, ask: &Ask) -> Value {
        let (round, member, act) = self.act(ask);
        let id = |option: usize| format!("o{}", self.options.iter().position(|place| *place == option).unwrap() + 1);
        let chosen = (act.vote < TEXTS.len()).then(|| id(act.vote));
        let ratings: Map<String, Value> = (0..TEXTS.len()).map(|o| (id(o), json!(act.ratings[o]))).collect();
        let made = |of: Option<usize>| {
            let of = of.filter(|of| round > 0 && *of != member && *of < self.seats.len())?;
            claim_id(ask, &words(round - 1, of))
        };
        let evidence = |has: bool| {
            if has {
                json!([{ "type": "example", "ref": words(round, member), "quote": words(round, member) }])
            } else {
                json!([])
            }
        };
        let claims: Vec<Value> = act
            .claim
            .iter()
            .map(|has| json!({ "text": words(round, member), "kind": "fact", "evidence": evidence(*has), "supports": chosen.iter().collect::<Vec<_>>(), "rebuts": made(act.rebuts).iter().collect::<Vec<_>>() }))
            .collect();
        let concessions: Vec<Value> =
            made(act.concedes).iter().map(|claim| json!({ "claim": claim, "consequence": "it is so" })).collect();
        let change = made(act.cites).map(|claim| json!({ "because": "it is so", "decisive_claims": [claim] }));
        json!({
            "option": chosen, "abstain_reason": if act.vote == 3 { json!("a fact is missing") } else { Value::Null },
            "ratings": ratings, "confidence": act.confidence, "claims": claims, "concessions": concessions,
            "change": change, "opening_was": null,
        })
    }

    fn answer(&self, ask: &Ask) -> Answer {
        match self.act(ask).2.vote {
            4.. => missed(ask, Miss::Network),
            _ => with(ask, &self.fields(ask)),
        }
    }

    fn run(&self) -> Record {
        self.run_with(&|ask| self.answer(ask))
    }

    fn run_with(&self, script: &dyn Fn(&Ask) -> Answer) -> Record {
        record(&World::open(self.setup(), script, 1).finish().history)
    }

    /// What a run came to, in terms of members and texts.
    fn told(&self) -> Value {
        let record = self.run();
        let names = self.names(&record);
        let value = serde_json::to_value(&record).unwrap();
        let parts = ["decision", "sealed", "final", "delta", "dissent", "analysis"];
        parts
            .iter()
            .map(|part| ((*part).to_owned(), neutral(part, &value[*part], &names)))
            .collect::<Map<_, _>>()
            .into()
    }

    /// What ids stand for.
    fn names(&self, record: &Record) -> BTreeMap<String, String> {
        let options =
            self.options.iter().enumerate().map(|(place, o)| (format!("o{}", place + 1), TEXTS[*o].to_owned()));
        let claims = record.claims.iter().map(|entry| (entry.id.0.clone(), entry.claim.text.clone()));
        let seats = self.seats.iter().enumerate().map(|(place, m)| (format!("{}", place + 1), format!("member {m}")));
        options.chain(claims).chain(seats).collect()
    }
}

fn words(round: usize, member: usize) -> String {
    format!("Point {round} of {member}")
}

fn claim_id(ask: &Ask, words: &str) -> Option<String> {
    let lines = ask.prompt.messages.iter().flat_map(|message| message.text.lines());
    let line = lines.into_iter().find(|line| line.contains(&format!("): {words}")))?;
    claims_in(line).pop()
}

/// The value with every id of a seat, an option or a claim replaced, and every list and map in an order of its own.
fn neutral(key: &str, value: &Value, names: &BTreeMap<String, String>) -> Value {
    let named = |text: &str| names.get(text).cloned().unwrap_or_else(|| text.to_owned());
    match value {
        Value::Number(seat) if ["seat", "persuaded"].contains(&key) => json!(names[&seat.to_string()]),
        // The words of a minority are those of its turn, which names the seat.
        Value::String(_) if key == "words" => Value::Null,
        Value::String(text) => json!(named(text)),
        Value::Array(items) if key == "interval" => json!(items),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| neutral(key, item, names)).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let sorted: BTreeMap<String, Value> =
                fields.iter().map(|(name, field)| (named(name), neutral(name, field, names))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Fails on a number that is none, and on an undefined one without a reason.
fn check_numbers(record: &Record) {
    let debugged = format!("{:?} {:?} {:?} {:?}", record.analysis, record.decision, record.sealed, record.last);
    for wrong in ["NaN", ": inf", "-inf", "(inf", "[inf"] {
        assert!(!debugged.contains(wrong), "{wrong} in {debugged}");
    }
    fn visit(value: &Value) {
        match value {
            Value::Object(fields) => {
                if fields.get("value").is_some_and(Value::is_null) || fields.get("shows").is_some_and(Value::is_null) {
                    assert!(fields.get("reason").is_some_and(Value::is_string), "{fields:?}");
                }
                fields.values().for_each(visit);
            }
            Value::Array(items) => items.iter().for_each(visit),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    visit(&serde_json::to_value(&record.analysis).unwrap());
    assert!(!text::render(record).contains("NaN") && !markdown::render(record).contains("NaN"));
}

fn in_order(count: usize) -> Vec<usize> {
    (0..count).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_number_depends_on_the_order_of_seats_or_options((play, seats, options) in arranged()) {
        let as_listed = Table { play: &play, seats: &in_order(seats.len()), options: &in_order(3) }.told();
        let shuffled = Table { play: &play, seats: &seats, options: &options }.told();
        same!(as_listed, shuffled);
    }

    #[test]
    fn stated_confidence_moves_no_verdict_and_no_gate(play in play(), stated in prop::collection::vec(0u32..=100, 1..8)) {
        let mut other = play.clone();
        for (place, act) in other.acts.iter_mut().flatten().enumerate() {
            act.confidence = json!(f64::from(stated[place % stated.len()]) / 100.0);
        }
        let seats = in_order(play.families.len());
        // What cannot be read as a confidence spoils the reply; here it is the number that is varied, not its form.
        let mut readable = play.clone();
        readable.acts.iter_mut().flatten().for_each(|act| act.confidence = json!(0.5));
        let run = |play| Table { play, seats: &seats, options: &in_order(3) }.run();
        let (one, two) = (run(&readable), run(&other));
        let facts = |record: &Record| {
            let decision = record.decision.clone().unwrap();
            (decision.option, decision.label, decision.agreement, decision.level, decision.stop, decision.gate)
        };
        same!(facts(&one), facts(&two));
        same!((one.sealed, one.last, one.delta.moved, one.dissent), (two.sealed, two.last, two.delta.moved, two.dissent));
        let (a, b) = (one.analysis.choice().unwrap().clone(), two.analysis.choice().unwrap().clone());
        same!(one.analysis.quotes, two.analysis.quotes);
        same!((a.sensitivity.without_seat, a.sensitivity.by_family), (b.sensitivity.without_seat, b.sensitivity.by_family));
        same!((a.panel, a.influence), (b.panel, b.influence));
    }

    #[test]
    fn a_ballot_that_is_sent_twice_or_echoed_counts_once(play in play(), at in 0usize..5, echo in any::<bool>()) {
        let seats = in_order(play.families.len());
        let table = Table { play: &play, seats: &seats, options: &in_order(3) };
        let doubled = |ask: &Ask| match table.answer(ask) {
            Ok(own) if table.act(ask).1 == at % seats.len() => {
                let echoed = json!({ "option": "o2", "ratings": { "o1": -2, "o2": 2, "o3": -2 } }).to_string();
                let again = if echo { echoed } else { own.text.clone() };
                Ok(said(&format!("{}\n\n{again}", own.text)))
            }
            other => other,
        };
        let (once, twice) = (table.run(), table.run_with(&doubled));
        let (Some(before), Some(after)) = (once.sealed, twice.sealed) else { return Ok(()) };
        let cast: u32 = after.tally.values().sum();
        assert!(cast == after.valid && after.valid + after.abstained + after.absent == after.panel);
        // Nobody gains a vote that no ballot of theirs gave; whoever sends two things may lose their own.
        let gained: u32 = after.tally.iter().map(|(o, n)| n.saturating_sub(before.tally.get(o).copied().unwrap_or(0))).sum();
        assert!(gained <= u32::from(echo), "{before:?} {after:?}");
        assert!(after.valid <= before.valid + u32::from(echo && before.valid < before.panel));
    }

    #[test]
    fn whoever_abstains_or_is_absent_stays_in_the_denominator(play in play()) {
        let members = play.families.len();
        let record = Table { play: &play, seats: &in_order(members), options: &in_order(3) }.run();
        for consensus in record.rounds.iter().filter_map(|round| round.consensus.as_ref()).chain(&record.last) {
            same!(consensus.panel as usize, members);
            same!(consensus.valid + consensus.abstained + consensus.absent, consensus.panel);
            let most = consensus.tally.values().copied().max();
            same!(consensus.agreement, most.map(|most| f64::from(most) / members as f64));
        }
    }

    #[test]
    fn a_lone_survivor_decides_nothing(play in play(), survivor in 0usize..5, abstain in any::<bool>()) {
        let mut play = play;
        let members = play.families.len();
        for (member, act) in play.acts.iter_mut().flat_map(|round| round.iter_mut().enumerate()) {
            act.vote = if member == survivor % members { act.vote % 3 } else if abstain { 3 } else { 4 };
            act.confidence = json!(0.9);
        }
        let record = Table { play: &play, seats: &in_order(members), options: &in_order(3) }.run();
        let decision = record.decision.clone().unwrap();
        let short = if abstain { Label::NoChoice } else { Label::NoQuorum };
        same!((decision.option, decision.label), (None, short));
        assert!(!decision.gate.unwrap().holds);
        for without in &record.analysis.choice().unwrap().sensitivity.without_seat {
            // One seat of two is no panel.
            let short = if members == 2 { Label::NoQuorum } else { short };
            same!((without.option.clone(), without.label), (None, short));
        }
    }

    #[test]
    fn no_play_yields_a_number_that_is_none(play in play()) {
        let seats = in_order(play.families.len());
        let table = Table { play: &play, seats: &seats, options: &in_order(3) };
        let script = |ask: &Ask| table.answer(ask);
        let mut world = World::open(table.setup(), &script, 1);
        check_numbers(&record(&world.history));
        while world.step() {
            check_numbers(&record(&world.history));
        }
    }
}

#[test]
fn no_mode_yields_a_number_that_is_none() {
    for mode in all_built_in() {
        for (seed, question) in [(1, question(&TEXTS)), (2, question(&[]))] {
            let script = drawn(seed);
            check_numbers(&record(&World::open(setup(&mode, 4, question), &script, seed).finish().history));
        }
        let failing = |ask: &Ask| {
            if seat_of(ask).is_some_and(|seat| seat > 1) { missed(ask, Miss::Cut) } else { by_default(ask) }
        };
        check_numbers(&record(&World::open(setup(&mode, 3, question(&TEXTS)), &failing, 1).finish().history));
    }
}
