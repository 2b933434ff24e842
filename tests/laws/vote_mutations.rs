//! Votes in thousands of generated replies: a known vote is dressed up, damaged beside the vote and surrounded, and has to be
//! read as it is meant; where two stand, none may be read.

use crate::support::replies::said;
use roundtable::debate::question::{Choice, OptionId};
use roundtable::debate::response::contract::{Contract, Earlier, Objections, StanceTerms};
use roundtable::debate::response::read::{self, Strictness};
use serde_json::{Value, json};

/// Replies that are generated for each panel.
const REPLIES: u64 = 1_500;

/// Options of a panel, in the language of its question.
const PANELS: [&[&str]; 10] = [
    &["Kafka", "NATS"],
    &["Postgres", "Postgres with replicas", "SQLite"],
    &["Yes", "No"],
    &["Ja", "Nein"],
    &["Oui", "Non", "Plus tard"],
    &["Переехать", "Остаться"],
    &["迁移到云端", "保持现状", "分阶段迁移"],
    &["今すぐ移行する", "移行しない"],
    &["C", "C++", "C#"],
    &["+5 %", "-5 %", "≤ 0 %"],
];

/// What a reply says, and what was read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    AsMeant,
    NoVote,
    AnotherVote,
}

/// How many replies were read as what.
#[derive(Debug, Default)]
struct Rates {
    replies: u32,
    as_meant: u32,
    no_vote: u32,
    another_vote: u32,
}

impl Rates {
    fn count(&mut self, outcome: Outcome) {
        self.replies += 1;
        match outcome {
            Outcome::AsMeant => self.as_meant += 1,
            Outcome::NoVote => self.no_vote += 1,
            Outcome::AnotherVote => self.another_vote += 1,
        }
    }

    fn shown(&self) -> String {
        let percent = |part: u32| f64::from(part) * 100.0 / f64::from(self.replies);
        format!(
            "{:6.2} % as meant, {:6.2} % no vote, {:6.2} % another vote",
            percent(self.as_meant),
            percent(self.no_vote),
            percent(self.another_vote)
        )
    }
}

/// Draws that are the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }

    fn one_of<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

fn contract(options: &[&str]) -> Contract {
    let options = options.iter().enumerate();
    let options = options.map(|(index, text)| Choice { id: OptionId::at(index), text: (*text).to_owned() }).collect();
    Contract::Ballot(StanceTerms { options, estimate: None, earlier: Earlier::None, objections: Objections::Asked })
}

/// Ways to write an option that name it and no other.
fn dressed(draws: &mut Draws, options: &[&str], index: usize) -> Value {
    let (id, text, number) = (format!("o{}", index + 1), options[index], index + 1);
    match draws.below(16) {
        0 => json!(id.to_uppercase()),
        1 => json!(format!("**{id}**")),
        2 => json!(format!("({id})")),
        3 => json!(format!("{id}: {text}")),
        4 => json!(format!("`{id}` ({text})")),
        5 => json!(format!("\u{201e}{text}\u{201c}")),
        6 => json!(format!("{text}.")),
        7 => json!(number),
        8 => json!(format!("{number}.")),
        9 => json!(format!("Option {number}")),
        10 => json!(format!("{text} [{id}]")),
        11 => json!([id]),
        12 => json!({ "id": id, "text": text }),
        13 => json!(format!("{text}\u{200b}")),
        14 => json!(format!("__{id} \u{2014} {text}__")),
        _ => json!(id),
    }
}

fn ballot(draws: &mut Draws, options: &[&str], index: usize) -> Value {
    let ratings = options.iter().enumerate().map(|(place, _)| {
        let rating = if place == index { 2 } else { -1 };
        (format!("o{}", place + 1), json!(rating))
    });
    json!({
        "because": "It is sound; </think> is a tag and { a brace.", "statement": format!("{} it is.", options[index]),
        "ratings": ratings.collect::<serde_json::Map<_, _>>(), "option": dressed(draws, options, index),
        "abstain_reason": null, "blocking": false, "blocking_objection": null, "confidence": 80,
    })
}

/// Damages a field that holds no vote.
fn damage(draws: &mut Draws, ballot: &mut Value) {
    let damages = [
        ("confidence", json!("sehr hoch")),
        ("confidence", json!(10)),
        ("confidence", json!(-3.5)),
        ("confidence", json!({ "value": 0.8 })),
        ("ratings", json!("o1 is best")),
        ("ratings", json!(null)),
        ("ratings", json!({ "o1": "ten", "o2": 9 })),
        ("ratings", json!([1, 2])),
        ("because", json!(["one", "two"])),
        ("because", json!({ "text": "why" })),
        ("statement", json!(null)),
        ("statement", json!(17)),
        ("abstain_reason", json!("n/a")),
        ("abstain_reason", json!(false)),
        ("blocking_objection", json!({})),
        ("blocking_objection", json!("Keine.")),
        ("blocking", json!("perhaps")),
        ("claims", json!([{ "kind": "opinion" }])),
        ("vote_count", json!(1)),
        ("draft", json!({ "option": "o1" })),
    ];
    let (field, value) = &damages[draws.below(damages.len())];
    ballot[*field] = value.clone();
}

/// Writes a ballot as models do, within what has one meaning.
fn written(draws: &mut Draws, ballot: &Value) -> String {
    let plain = ballot.to_string();
    let pretty = serde_json::to_string_pretty(ballot).expect("a value can be written");
    match draws.below(9) {
        0 => format!("```json\n{pretty}\n```"),
        1 => format!("~~~\n{plain}\n~~~"),
        2 => pretty.replace("\n}", ",\n}"),
        3 => plain.replace("It is sound;", "It is\nsound;\t"),
        4 => plain.replace(":-1", ":+1"),
        5 => json!({ "response": ballot }).to_string(),
        6 => json!([{ "ballot": ballot }]).to_string(),
        7 => json!({ "result": { "data": plain } }).to_string(),
        _ => plain,
    }
}

/// Puts reasoning, code or prose around an answer. What was thought holds a whole ballot for another option.
fn surrounded(draws: &mut Draws, answer: &str, draft: &Value) -> String {
    let code = "if (x) { f(); } else { g({}); }\n".repeat(1 + draws.below(80));
    match draws.below(14) {
        0 => format!("<think>Perhaps {draft} after all?</think>\n{answer}"),
        1 => format!("Perhaps {draft}\nNo.\n</think>\n\n{answer}"),
        2 => format!("<thinking>\n{draft}\n</thinking>{answer}"),
        3 => format!("Well.\n<thought>{draft}</thought>\n{answer}"),
        4 => format!("[THINK]{draft}[/THINK]{answer}"),
        5 => format!("<reasoning>```json\n{draft}\n```</reasoning>\n{answer}"),
        6 => format!(
            "<|channel|>analysis<|message|>{draft}<|end|><|start|>assistant<|channel|>final<|message|>{answer}<|return|>"
        ),
        7 => format!("```c\n{code}```\n{answer}"),
        8 => format!("Die Antwort lautet wie folgt:\n{answer}\nDanke."),
        9 => format!("以下是我的选择：\n{answer}"),
        10 => format!("\u{feff}\n\n{answer}\n"),
        11 => format!("{answer}\n<think>{draft} would be wrong.</think>"),
        _ => answer.to_owned(),
    }
}

fn outcome(contract: &Contract, text: &str, meant: &OptionId, strictness: Strictness) -> Outcome {
    let response = read::read(contract, &said(text), strictness);
    match response.stance().and_then(|stance| stance.option.as_ref()) {
        Some(option) if option == meant => Outcome::AsMeant,
        Some(_) => Outcome::AnotherVote,
        None => Outcome::NoVote,
    }
}

/// Prints the rates before and after; run with `--nocapture` to see them.
#[test]
fn one_vote_is_read_as_it_is_meant() {
    let (mut before, mut after) = (Rates::default(), Rates::default());
    for (panel, options) in PANELS.into_iter().enumerate() {
        let contract = contract(options);
        for seed in 0..REPLIES {
            let mut draws = Draws(seed * 31 + panel as u64);
            let index = draws.below(options.len());
            let draft = ballot(&mut draws, options, (index + 1) % options.len());
            let mut meant = ballot(&mut draws, options, index);
            for _ in 0..draws.below(4) {
                damage(&mut draws, &mut meant);
            }
            let answer = written(&mut draws, &meant);
            let text = surrounded(&mut draws, &answer, &draft);
            before.count(outcome(&contract, &text, &OptionId::at(index), Strictness::Strict));
            let read = outcome(&contract, &text, &OptionId::at(index), Strictness::AsMeant);
            assert_eq!(read, Outcome::AsMeant, "o{} of {options:?} in {text}", index + 1);
            after.count(read);
        }
    }
    println!("one vote, {} replies\n  format 4: {}\n  format 5: {}", after.replies, before.shown(), after.shown());
}

#[test]
fn two_different_votes_are_none() {
    let (mut before, mut after) = (Rates::default(), Rates::default());
    let between = ["\n", "\nor\n", "\n```\n", " \u{6216}\u{8005} ", "\nNo, rather:\n", "\n---\n"];
    for (panel, options) in PANELS.into_iter().enumerate() {
        let contract = contract(options);
        for seed in 0..REPLIES {
            let mut draws = Draws(seed * 37 + panel as u64);
            let index = draws.below(options.len());
            let other = (index + 1) % options.len();
            let (first, second) = (ballot(&mut draws, options, index), ballot(&mut draws, options, other));
            let both = format!("{}, {}", options[index], options[other]);
            let text = match draws.below(6) {
                0 => {
                    first.to_string().replacen("\"option\":", &format!("\"option\":\"o{}\",\"option\":", other + 1), 1)
                }
                1 => with_option(&first, json!([OptionId::at(index), OptionId::at(other)])),
                2 => with_option(&first, json!(format!("o{} / o{}", index + 1, other + 1))),
                3 => with_option(&first, json!(both)),
                _ => {
                    format!("{}{}{}", written(&mut draws, &first), draws.one_of(&between), written(&mut draws, &second))
                }
            };
            before.count(outcome(&contract, &text, &OptionId::at(index), Strictness::Strict));
            let read = outcome(&contract, &text, &OptionId::at(index), Strictness::AsMeant);
            assert_eq!(read, Outcome::NoVote, "{options:?} in {text}");
            after.count(read);
        }
    }
    println!("two votes, {} replies\n  format 4: {}\n  format 5: {}", after.replies, before.shown(), after.shown());
}

fn with_option(ballot: &Value, option: Value) -> String {
    let mut ballot = ballot.clone();
    ballot["option"] = option;
    ballot.to_string()
}
