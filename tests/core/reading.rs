//! Replies read as people would read them, under the rules of format 5: what counts, what is left out, and that no vote is guessed.

use crate::support::replies::said;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use proptest::sample::select;
use roundtable::debate::question::{Choice, OptionId, Question};
use roundtable::debate::reply::{Finish, Reply};
use roundtable::debate::response::contract::{Contract, Earlier, Needs, Objections, Scope, StanceTerms};
use roundtable::debate::response::read::{self, Strictness};
use roundtable::debate::response::{Ballot, ClaimKind, Position, Response, reasoning};
use serde_json::{Value, json};

/// What a reply to a ballot is read as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Vote(&'static str),
    Abstains,
    NoVote,
}

pub(crate) const O1: Outcome = Outcome::Vote("o1");
pub(crate) const O2: Outcome = Outcome::Vote("o2");

pub(crate) fn terms(options: &[&str]) -> StanceTerms {
    let choice = |(index, text): (usize, &&str)| Choice { id: OptionId::at(index), text: (*text).to_owned() };
    StanceTerms {
        options: options.iter().enumerate().map(choice).collect(),
        estimate: None,
        earlier: Earlier::None,
        objections: Objections::Asked,
    }
}

fn ballot_terms() -> Contract {
    Contract::Ballot(terms(&["Kafka", "NATS"]))
}

/// A ballot for o2.
pub(crate) fn ballot() -> Value {
    json!({
        "because": "it is sound", "statement": "I hold this.", "ratings": { "o1": -1, "o2": 2 }, "option": "o2",
        "abstain_reason": null, "blocking_objection": null, "confidence": 0.8,
    })
}

/// A ballot for o1, tried out.
fn draft() -> Value {
    with(&with(&ballot(), "option", json!("o1")), "statement", json!("I hold that."))
}

pub(crate) fn with(value: &Value, field: &str, new: Value) -> Value {
    let mut value = value.clone();
    value[field] = new;
    value
}

pub(crate) fn read_as_meant(contract: &Contract, reply: &Reply) -> Response {
    read::read(contract, reply, Strictness::AsMeant)
}

pub(crate) fn outcome_of(response: &Response) -> Outcome {
    let Some(stance) = response.stance() else { return Outcome::NoVote };
    match stance.option.as_ref().map(|option| option.0.as_str()) {
        Some("o1") => O1,
        Some("o2") => O2,
        Some(other) => panic!("no such option: {other}"),
        None if stance.abstained.is_some() => Outcome::Abstains,
        None => Outcome::NoVote,
    }
}

/// Checks what a reply of the panel on Kafka and NATS is read as; BALLOT and DRAFT stand for theirs.
pub(crate) fn check(text: &str, expected: &Outcome) {
    let text = text.replace("BALLOT", &ballot().to_string()).replace("DRAFT", &draft().to_string());
    let response = read_as_meant(&ballot_terms(), &said(&text));
    assert_eq!(outcome_of(&response), *expected, "{text}\n{response:?}");
}

pub(crate) fn read_ballot(value: &Value) -> Ballot {
    match read_as_meant(&ballot_terms(), &said(&value.to_string())) {
        Response::Ballot(ballot) => ballot,
        other => panic!("{value}: {other:?}"),
    }
}

#[test]
fn every_confidence_that_a_form_offers_is_read() {
    for scope in [Scope::Full, Scope::Compact] {
        let offered = ballot_terms().schema(scope).json["properties"]["confidence"]["enum"].clone();
        for percent in offered.as_array().unwrap() {
            let read = read_ballot(&with(&ballot(), "confidence", percent.clone()));
            assert_eq!(read.confidence, Some(percent.as_f64().unwrap() / 100.0), "{percent}: {:?}", read.unread);
        }
    }
}

#[test]
fn what_a_form_does_not_ask_for_is_not_unread() {
    let compact = json!({ "because": "B.", "statement": "S.", "option": "o2", "confidence": 80 });
    assert_eq!(read_ballot(&compact).unread, []);
    let in_part = read_ballot(&with(&ballot(), "ratings", json!({ "o1": 1 })));
    assert_eq!(in_part.unread.iter().map(|unread| unread.field.as_str()).collect::<Vec<_>>(), ["ratings.o2"]);
}

#[test]
fn what_was_thought_is_taken_off_and_never_counts() {
    for text in [
        "Sure.\n<think>maybe DRAFT hmm\n</think>\nBALLOT",
        "First idea:\nDRAFT\nNo, that is wrong.\n</think>\n\nBALLOT",
        "<thinking>I could say DRAFT but no.</thinking>\nBALLOT",
        "<THINK type=\"long\">DRAFT</THINK >BALLOT",
        "<thought>DRAFT</thought><thought>DRAFT</thought>BALLOT",
        "[THINK]I could say DRAFT but no.[/THINK]BALLOT",
        "DRAFT after all?\n[/THINK]\nBALLOT",
        "<reasoning>\nDRAFT\n</reasoning>\n\n```json\nBALLOT\n```",
        "<seed:think>DRAFT</seed:think>BALLOT",
        "\u{25c1}think\u{25b7}DRAFT\u{25c1}/think\u{25b7}BALLOT",
        "<|begin_of_thought|>DRAFT<|end_of_thought|>BALLOT",
        "<think>a <think> tag? DRAFT</think> DRAFT</think>BALLOT",
        "<|channel|>analysis<|message|>DRAFT<|end|><|start|>assistant<|channel|>final<|message|>BALLOT<|return|>",
        "analysisPerhaps DRAFTassistantfinalBALLOT",
        "<|channel>thought\nDRAFT<channel|>BALLOT",
        "BALLOT\n<think>DRAFT would be wrong</think>",
        "The user wants {\"vote\": \"\u{2026}\"} or {so}.\n</think>\n\nBALLOT",
    ] {
        check(text, &O2);
    }
    for text in [
        "Okay. <think> maybe BALLOT",
        "<think>BALLOT</think>",
        "<think>BALLOT",
        "<|channel|>analysis<|message|>BALLOT",
        "BALLOT</think>",
    ] {
        check(text, &Outcome::NoVote);
    }
}

#[test]
fn words_about_tags_are_no_tags() {
    for statement in
        ["Strip everything before </think> and <think> tags first.", "[THINK] is a tag", "<|channel|>final"]
    {
        let ballot = read_ballot(&with(&ballot(), "statement", json!(statement)));
        assert_eq!(ballot.statement, statement);
    }
    for (text, answer) in [
        ("Okay, a secret plan. Hmm.\n</think>\n\nCut at billing.", "Cut at billing."),
        ("Hmm.</think>Cut at billing.", "Cut at billing."),
        ("<thinking>secret plan</thinking>Cut at billing.", "Cut at billing."),
        ("Close it with `</think>` and go on.", "Close it with `</think>` and go on."),
        ("Text before </think> and after it is kept.", "Text before </think> and after it is kept."),
        ("I [think] so, see <b>there</b>.", "I [think] so, see <b>there</b>."),
        ("See [reasoning](https://example.org/r) for why.", "See [reasoning](https://example.org/r) for why."),
        ("The author's [Reasoning] is sound.", "The author's [Reasoning] is sound."),
        ("Wrap it in the <thinking> element of the page.", "Wrap it in the <thinking> element of the page."),
    ] {
        assert_eq!(reasoning::part(text).answer, answer, "{text}");
    }
}

#[test]
fn an_answer_that_came_as_reasoning_alone_is_told_as_that() {
    let reply = Reply { reasoning: Some(ballot().to_string()), ..said("") };
    for reply in [reply, said(&format!("<think>{}", ballot()))] {
        let response = read_as_meant(&ballot_terms(), &reply);
        assert!(matches!(&response, Response::Unclear { reason } if reason.contains("reasoning")), "{response:?}");
    }
}

#[test]
fn a_reply_that_was_cut_off_is_no_vote_whatever_stands_in_it() {
    for text in
        ["I could say DRAFT but wait, let me check the other option once mo", "BALLOT", "{\"draft\": DRAFT, \"fin"]
    {
        let text = text.replace("BALLOT", &ballot().to_string()).replace("DRAFT", &draft().to_string());
        let reply = Reply { finish: Finish::Truncated, ..said(&text) };
        assert_eq!(read_as_meant(&ballot_terms(), &reply), Response::Truncated, "{text}");
    }
}

#[test]
fn braces_before_the_answer_do_not_hide_it() {
    let lines = |line: fn(usize) -> String| (0..700).map(line).collect::<Vec<_>>().join("\n");
    check(&format!("Consider:\n```c\n{}\n```\nBALLOT", lines(|n| format!("if (x{n}) {{ f(\"{{}}\"); }}"))), &O2);
    check(&format!("The rows were:\n{}\nBALLOT", lines(|n| format!("{{\"row\": {n}, \"ok\": true}}"))), &O2);
    check(&format!("{}\nBALLOT", lines(|n| format!("{{{{#if a{n}}}}}{{{{b}}}}{{{{/if}}}}"))), &O2);
    check("{\"f\": g()} is JavaScript. BALLOT", &O2);
    for (text, expected) in [
        ("You close it with } like so: BALLOT", O2),
        ("You open it with { and write \"so.\nBALLOT", O2),
        ("DRAFT\nor\nBALLOT", Outcome::NoVote),
        ("BALLOT\nBALLOT", O2),
        ("{\"draft\": BALLOT", Outcome::NoVote),
        ("{\"option\": oops} BALLOT", Outcome::NoVote),
    ] {
        check(text, &expected);
    }
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    for unit in [
        "{",
        "{\"",
        "{\"a\":",
        "{\"a\":[",
        "<think>",
        "</think>",
        "{}<think>",
        "x </think> y",
        "{}<|channel|>",
        "{\"option\": \"o2\"",
        "[",
        "<|channel|>",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        let began = std::time::Instant::now();
        let response = read_as_meant(&ballot_terms(), &said(&text));
        assert!(!response.is_valid(), "{unit}");
        assert!(began.elapsed().as_secs() < 20, "{unit} took {:?}", began.elapsed());
    }
}

#[test]
fn an_option_counts_in_whatever_dress_and_only_alone() {
    for option in [
        "o2",
        "O2",
        "o2.",
        "**o2**",
        "(o2)",
        "[o2]",
        "<o2>",
        "`o2` (NATS)",
        "o2: NATS",
        "o2 \u{2013} NATS",
        "[o2] NATS",
        "NATS (o2)",
        "NATS",
        "nats",
        "\u{ab}NATS\u{bb}",
        "\u{201c}NATS\u{201d}",
        "NATS\u{200b}",
        "\u{ff2e}\u{ff21}\u{ff34}\u{ff33}",
        "2",
        "#2",
        "2)",
        "Option 2",
        "option o2",
        "Option 2: NATS",
        "\u{9009}\u{9879} 2",
        "o2;",
        "_o2_",
    ] {
        check(&with(&ballot(), "option", json!(option)).to_string(), &O2);
    }
    for option in [json!(2), json!(["o2"]), json!({ "id": "o2" }), json!({ "id": "o2", "text": "NATS" })] {
        check(&with(&ballot(), "option", option).to_string(), &O2);
    }
    for option in [
        "o1 or o2",
        "o1/o2",
        "both",
        "o3",
        "3",
        "0",
        "-2",
        "2.5",
        "not o2",
        "rather not o2",
        "anything but NATS",
        "o2: Kafka",
        "NATS (o1)",
        "o12",
        "o2?",
        "o2 or abstain",
        "Kafka and NATS",
        "either",
        "NATS JetStream",
    ] {
        check(&with(&ballot(), "option", json!(option)).to_string(), &Outcome::NoVote);
    }
    for option in [json!(["o1", "o2"]), json!({ "id": "o2", "text": "Kafka" }), json!(true)] {
        check(&with(&ballot(), "option", option).to_string(), &Outcome::NoVote);
    }
}

#[test]
fn a_number_names_an_option_unless_it_names_two() {
    let contract = Contract::Ballot(terms(&["2", "3"]));
    for (option, expected) in
        [("2", O1), ("3", O2), ("o1", O1), ("o2: 3", O2), ("**o1** (2)", O1), ("Option 2", Outcome::NoVote)]
    {
        let response = read_as_meant(&contract, &said(&with(&ballot(), "option", json!(option)).to_string()));
        assert_eq!(outcome_of(&response), expected, "{option}");
    }
}

#[test]
fn another_field_for_the_vote_must_not_say_otherwise() {
    for (field, value, expected) in [
        ("vote", json!("o1"), Outcome::NoVote),
        ("final_answer", json!("Kafka"), Outcome::NoVote),
        ("vote", json!("**NATS**"), O2),
        ("vote", json!("as I said"), O2),
        ("decision", json!({ "option": "o1" }), Outcome::NoVote),
    ] {
        check(&with(&ballot(), field, value).to_string(), &expected);
    }
}

#[test]
fn yes_and_no_are_known_in_the_panels_language() {
    let contract = Contract::Ballot(terms(&["Yes", "No"]));
    for (word, expected) in [
        ("Ja", O1),
        ("ja.", O1),
        ("\u{662f}", O1),
        ("Oui", O1),
        ("Nein", O2),
        ("\u{3044}\u{3044}\u{3048}", O2),
        ("Non", O2),
    ] {
        let response = read_as_meant(&contract, &said(&with(&ballot(), "option", json!(word)).to_string()));
        assert_eq!(outcome_of(&response), expected, "{word}");
    }
    check(&with(&ballot(), "option", json!("Ja")).to_string(), &Outcome::NoVote);
}

#[test]
fn who_abstains_in_words_abstains_where_a_reason_stands_beside() {
    let reason = with(&ballot(), "abstain_reason", json!("I cannot tell."));
    for option in ["null", "None", "abstain", "Enthaltung", "\u{68c4}\u{6a29}", "n/a", "-", "", "undecided", "both"] {
        check(&with(&reason, "option", json!(option)).to_string(), &Outcome::Abstains);
        check(&with(&ballot(), "option", json!(option)).to_string(), &Outcome::NoVote);
    }
    check(&with(&reason, "option", json!("o1 or o2")).to_string(), &Outcome::NoVote);
    check(&with(&with(&ballot(), "option", Value::Null), "abstain_reason", json!("n/a")).to_string(), &Outcome::NoVote);
}

#[test]
fn a_confidence_is_taken_where_it_means_one_thing_only() {
    for (given, expected) in [
        (json!(0.8), Some(0.8)),
        (json!(85), Some(0.85)),
        (json!(1.0), Some(1.0)),
        (json!(0), Some(0.0)),
        (json!("80%"), Some(0.8)),
        (json!("80 percent"), Some(0.8)),
        (json!("7/10"), Some(0.7)),
        (json!("8 out of 10"), Some(0.8)),
        (json!("0,8"), Some(0.8)),
        (json!("high"), None),
        (json!(7), None),
        (json!(10), None),
        (json!(1.2), None),
        (json!(150), None),
        (json!(-1), None),
        (json!("11/10"), None),
        (json!("1e-400"), None),
        (json!(true), None),
        (json!([0.8]), None),
    ] {
        let ballot = read_ballot(&with(&ballot(), "confidence", given.clone()));
        assert_eq!(ballot.confidence, expected, "{given}");
        assert_eq!(ballot.unread.iter().any(|unread| unread.field == "confidence"), expected.is_none(), "{given}");
        assert_eq!(ballot.stance.option, Some(OptionId::at(1)), "{given}");
    }
    assert!(read_ballot(&with(&ballot(), "confidence", Value::Null)).unread.is_empty());
}

#[test]
fn numbers_carry_their_unit_and_no_other() {
    for (unit, values, expected) in [
        ("weeks", ["12 weeks", "10 weeks", "16 weeks"], Some(12.0)),
        ("weeks", ["12 wks", "10 week", "16"], Some(12.0)),
        ("USD", ["$1,200", "$900", "US$1,500"], Some(1_200.0)),
        ("EUR", ["1200 \u{20ac}", "900 EUR", "\u{20ac}1500"], Some(1_200.0)),
        ("percent", ["45 %", "40%", "50"], Some(45.0)),
        ("story points", ["12 story points", "10", "16 story point"], Some(12.0)),
        ("weeks", ["12 months", "10 months", "16 months"], None),
        ("EUR", ["$1200", "$900", "$1500"], None),
        ("weeks", ["about 12 weeks", "10", "16"], None),
        ("USD", ["1.500", "900", "2.000"], None),
        ("USD", ["$1.2k", "$900", "$1500"], None),
        ("weeks", ["12 weeks (3 months)", "10", "16"], None),
    ] {
        let contract = Contract::Ballot(StanceTerms {
            options: Vec::new(),
            estimate: Question::estimate("How much?", unit).unwrap().estimate,
            ..terms(&[])
        });
        let estimate = json!({ "value": values[0], "low": values[1], "high": values[2] });
        let reply = json!({ "because": "b", "statement": "s", "estimate": estimate, "abstain_reason": null, "confidence": 0.5 });
        let response = read_as_meant(&contract, &said(&reply.to_string()));
        let read = response.stance().and_then(|stance| stance.estimate).map(|estimate| estimate.value);
        assert_eq!(read, expected, "{values:?} in {unit}: {response:?}");
    }
}

#[test]
fn what_says_that_there_is_no_objection_is_none_in_any_language() {
    let objecting = |words: &str| read_ballot(&with(&ballot(), "blocking_objection", json!(words))).blocking_objection;
    for words in [
        "None identified.",
        "No blocking concerns.",
        "None - this is fine",
        "I have no blocking objection.",
        "I don't have any blocking objections.",
        "Keine.",
        "nein",
        "Keine Einw\u{e4}nde",
        "Ich habe keine Einw\u{e4}nde.",
        "Aucune objection.",
        "Ninguna",
        "Sin objeciones",
        "Nessuna obiezione",
        "Nenhuma.",
        "Geen bezwaar",
        "Inga inv\u{e4}ndningar",
        "\u{41d}\u{435}\u{442} \u{432}\u{43e}\u{437}\u{440}\u{430}\u{436}\u{435}\u{43d}\u{438}\u{439}",
        "\u{306a}\u{3057}",
        "\u{65e0}",
        "\u{7279}\u{306b}\u{306a}\u{3057}",
        "\u{6ca1}\u{6709}\u{5f02}\u{8bae}",
        "\u{c5c6}\u{c74c}",
        "\u{5d0}\u{5d9}\u{5df}",
        "N/A",
        "-",
        "null",
        "Hi\u{e7}biri",
    ] {
        assert_eq!(objecting(words), None, "{words}");
    }
    for words in [
        "No rollback plan exists.",
        "None of the tests pass.",
        "Keine Sicherung vorhanden: die Daten gehen verloren.",
        "Nothing protects the keys.",
        "No encryption at rest.",
        "Aucune sauvegarde n'existe: les donn\u{e9}es seront perdues.",
        "\u{6ca1}\u{6709}\u{5907}\u{4efd}\u{ff0c}\u{6570}\u{636e}\u{4f1a}\u{4e22}\u{5931}\u{3002}",
        "\u{30d0}\u{30c3}\u{30af}\u{30a2}\u{30c3}\u{30d7}\u{304c}\u{306a}\u{3044}\u{305f}\u{3081}\u{5371}\u{967a}",
    ] {
        assert_eq!(objecting(words).as_deref(), Some(words));
    }
}

/// The form asks whether there is an objection; then the length of the reason does not matter.
#[test]
fn the_answer_whether_there_is_an_objection_decides() {
    for (blocking, words, expected) in [
        (json!(true), "GDPR", Some("GDPR")),
        (json!("true"), "Illegal.", Some("Illegal.")),
        (json!(false), "No rollback plan exists.", None),
        (json!(true), "none", None),
        (json!(null), "GDPR", None),
        (json!(null), "Data loss.", Some("Data loss.")),
    ] {
        let value = with(&with(&ballot(), "blocking_objection", json!(words)), "blocking", blocking.clone());
        assert_eq!(read_ballot(&value).blocking_objection.as_deref(), expected, "{blocking} {words}");
    }
    let short = read_ballot(&with(&ballot(), "blocking_objection", json!("GDPR")));
    assert!(
        short.unread.iter().any(|unread| unread.field == "blocking_objection"),
        "what is left out is noted: {short:?}"
    );
}

/// A debate's position whose side fields are damaged one by one.
#[test]
fn no_side_field_costs_a_position() {
    let contract =
        Contract::Position(Some(StanceTerms { earlier: Earlier::Taken, ..terms(&["Kafka", "NATS"]) }), Needs::Asked);
    let claim = |field: &str, value: Value| {
        let whole = json!({ "text": "A claim.", "kind": "inference", "evidence": [], "supports": [], "rebuts": [] });
        json!([with(&whole, field, value)])
    };
    let rows: [(&str, Value); 18] = [
        ("claims", claim("kind", json!("opinion"))),
        ("claims", claim("supports", json!("o2"))),
        ("claims", claim("evidence", json!("page 3"))),
        ("claims", claim("evidence", json!([{ "type": "book", "ref": "p. 3", "quote": "" }]))),
        ("claims", claim("text", Value::Null)),
        ("claims", json!("A claim.")),
        ("claims", json!([1, { "text": [] }, true, "A claim."])),
        ("claims", Value::Array((0..100).map(|n| json!({ "text": format!("Claim {n}") })).collect())),
        ("concessions", json!("c1")),
        ("concessions", json!([{ "consequence": "none" }])),
        ("needs", json!("the load figures")),
        ("needs", json!([{ "query": "load?", "required": "perhaps" }])),
        ("would_change_my_mind", json!("data")),
        ("would_change_my_mind", json!([{ "x": 1 }])),
        ("change", json!("none")),
        ("change", json!(["c1"])),
        ("ratings", json!({ "o1": 1.5, "o2": "+2" })),
        ("reasoning", json!({ "steps": [] })),
    ];
    for (field, value) in rows {
        let position = json!({
            "reasoning": "r", "claims": [], "concessions": [], "statement": "I hold this.", "ratings": { "o1": -1, "o2": 2 }, "option": "o2",
            "abstain_reason": null, "change": null, "confidence": 0.8, "would_change_my_mind": [], "needs": [],
        });
        let response = read_as_meant(&contract, &said(&with(&position, field, value.clone()).to_string()));
        assert_eq!(outcome_of(&response), O2, "{field}: {value}: {response:?}");
        let Response::Position(Position { claims, .. }) = response else { panic!("{field}") };
        assert!(
            claims.iter().all(|claim| claim.kind != ClaimKind::Fact),
            "{field}: nothing says more than it was: {claims:?}"
        );
    }
}

#[test]
fn json_is_read_as_models_write_it() {
    let plain = ballot().to_string();
    for text in [
        plain.replace("}", ",}"),
        plain.replace("}", ",,}"),
        plain.replace("I hold this.", "I hold\nthis,\ttoo."),
        plain.replace(":2}", ":+2}"),
        plain.replace("0.8", ".8"),
        plain.replace("0.8", "NaN"),
        plain.replace("null", "None"),
        plain.replace('"', "'"),
        plain.replace("{\"because\"", "{ // my vote\n\"because\""),
        json!({ "ballot": ballot() }).to_string(),
        json!({ "name": "ballot", "arguments": plain }).to_string(),
        json!([ballot()]).to_string(),
        json!(plain).to_string(),
        format!("\u{feff}~~~json\n{plain}\n~~~"),
        json!({ "draft": draft(), "final": ballot() }).to_string(),
    ] {
        check(&text, &O2);
    }
    for text in [
        plain.replace("\"option\":\"o2\"", "\"option\":\"o1\",\"option\":\"o2\""),
        json!({ "example": ballot() }).to_string(),
        json!({ "mine": ballot(), "yours": draft() }).to_string(),
        json!([ballot(), draft()]).to_string(),
        "I vote for o2.".to_owned(),
    ] {
        check(&text, &Outcome::NoVote);
    }
}

/// One thing that is done to a reply, and whether two votes stand in it afterwards.
type Mutation = fn(String) -> String;

const WRAPPINGS: [Mutation; 12] = [
    |text| text,
    |text| format!("```json\n{text}\n```"),
    |text| format!("Gerne! Hier ist mein Votum:\n\n{text}\n\nIch hoffe, das hilft {{wirklich}}."),
    |text| format!("\u{4ee5}\u{4e0b}\u{662f}\u{6211}\u{7684}\u{9009}\u{7968}\u{ff1a}{text}"),
    |text| format!("<think>maybe DRAFT</think>\n{text}"),
    |text| format!("Hmm, DRAFT? No.\n</think>\n{text}"),
    |text| format!("[THINK]DRAFT[/THINK]{text}"),
    |text| format!("if (x) {{ f(); }}\n{text}"),
    |text| format!("{{\"ballot\": {text}}}"),
    |text| text.replacen('}', ",}", 1),
    |text| format!("<|channel|>analysis<|message|>DRAFT<|end|><|start|>assistant<|channel|>final<|message|>{text}"),
    |text| format!("{{\"row\": 1}}\n{text}\n{{}}"),
];

/// Those that need an object alone.
const BARE_ONLY: [usize; 2] = [8, 9];

fn damages() -> impl Strategy<Value = (&'static str, Value)> {
    let values = prop_oneof![
        Just(json!("high")),
        Just(json!(7)),
        Just(json!([])),
        Just(json!({})),
        Just(json!(true)),
        Just(Value::Null),
        Just(json!("o1")),
        Just(json!(["x", 1])),
        Just(json!({ "o1": 3, "o2": "bad" })),
        Just(json!(-1e300)),
        Just(json!("")),
    ];
    (
        select(vec![
            "confidence",
            "ratings",
            "because",
            "statement",
            "blocking_objection",
            "blocking",
            "change",
            "extra",
        ]),
        values,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// The vote that is read is the vote that was meant, or none where two stand; never another.
    #[test]
    fn a_vote_survives_what_is_done_around_it(
        option in select(vec![("o1", "o1"), ("o2", "o2"), ("**o2**", "o2"), ("o1: Kafka", "o1"), ("NATS", "o2"), ("2", "o2"), ("(o1)", "o1")]),
        damage in damages(),
        wrappings in proptest::collection::vec(0usize..12, 0..3),
        is_doubled in proptest::bool::weighted(0.2),
    ) {
        let vote = with(&with(&ballot(), "option", json!(option.0)), damage.0, damage.1);
        let other = with(&vote, "option", json!(if option.1 == "o1" { "o2" } else { "o1" }));
        let is_bare = |text: &str| text.starts_with('{') && text.ends_with('}') && !text.contains('\n');
        let wrap = |text: String, wrapping: &usize| {
            // Two of them change the object itself, and fit nothing around it.
            if BARE_ONLY.contains(wrapping) && !is_bare(&text) { text } else { WRAPPINGS[*wrapping](text) }
        };
        let mut text = wrappings.iter().fold(vote.to_string(), wrap);
        text = text.replace("DRAFT", &other.to_string());
        if is_doubled {
            text = format!("{text}\n{other}");
        }
        let read = outcome_of(&read_as_meant(&ballot_terms(), &said(&text)));
        let meant = if option.1 == "o1" { O1 } else { O2 };
        assert_eq!(read, if is_doubled { Outcome::NoVote } else { meant }, "{text}");
    }
}

/// Names that signs tell apart are never taken for each other, nor numbers for places where a text has them too.
#[test]
fn names_are_told_apart_by_every_sign_of_theirs() {
    let c = ["C", "C++", "C#"];
    let rows: [(&[&str], &str, Option<usize>); 62] = [
        (&c, "(C++)", Some(1)),
        (&c, "Option C++", Some(1)),
        (&c, "- C++", Some(1)),
        (&c, "[C#]", Some(2)),
        (&c, "o2: C++", Some(1)),
        (&c, "C++ (o2)", Some(1)),
        (&c, "C", Some(0)),
        (&c, "C (o1)", Some(0)),
        (&c, "C--", None),
        (&c, "C+", None),
        (&["+5 %", "-5 %"], "(-5 %)", Some(1)),
        (&["+5 %", "-5 %"], "Option -5 %", Some(1)),
        (&["+5 %", "-5 %"], "5 %", None),
        (&["5 %", "10 %"], "-5 %", None),
        (&["≤ 5", "≥ 5"], "(≥ 5)", Some(1)),
        (&["≤ 5", "≥ 5"], "option ≥ 5", Some(1)),
        (&["< 5 ms", "> 5 ms"], "\"> 5 ms\"", Some(1)),
        (&["$5", "€5"], "(€5)", Some(1)),
        (&["$5", "€5"], "o2: €5", Some(1)),
        (&["$5", "€5"], "£5", None),
        (&["A", "A+"], "Choice: A+", Some(1)),
        (&["A > B", "B > A"], "A < B", None),
        (&["A > B", "B > A"], "B > A.", Some(1)),
        (&["2 weeks", "4 weeks"], "2", None),
        (&["2 weeks", "4 weeks"], "(2)", None),
        (&["2 weeks", "4 weeks"], "2 weeks", Some(0)),
        (&["2 weeks", "4 weeks"], "2. 4 weeks", Some(1)),
        (&["3 nodes", "5 nodes", "1 node"], "1", None),
        (&["v2", "v1"], "2", None),
        (&["Q3", "Q2"], "2", None),
        (&["Option 2", "Option 1"], "Choice 2", None),
        (&["Option 2", "Option 1"], "Option 1", Some(1)),
        (&["HTTP/2", "HTTP/1.1"], "1.1", None),
        (&["HTTP/2", "HTTP/1.1"], "(HTTP/1.1)", Some(1)),
        (&["Kafka", "NATS"], "2", Some(1)),
        (&["Kafka", "NATS"], "+2", Some(1)),
        (&["Kafka", "NATS"], "2)", Some(1)),
        (&["Kafka", "NATS"], "#2", Some(1)),
        (&["Kafka", "NATS"], "-2", None),
        (&["Kafka", "NATS"], "o1 (-1)", None),
        (&["Kafka", "NATS"], "o1=-1", None),
        (&["Kafka", "NATS"], "2. Kafka", None),
        (&["Kafka", "NATS"], "✅ o1", Some(0)),
        (&["Kafka", "NATS"], "👍 Kafka", Some(0)),
        (&["Kafka", "NATS"], "👎 Kafka", None),
        (&["Kafka", "NATS"], "🚫Kafka", None),
        (&["Kafka", "NATS"], "Kafka×", None),
        (&["Kafka", "NATS"], "≠ o1", None),
        (&["Kafka", "NATS"], "¬o1", None),
        (&["Kafka", "NATS"], "o1: ✘", None),
        (&["Kafka", "NATS"], "~~o1~~", None),
        (&["Kafka", "NATS"], "~~Kafka~~", None),
        (&["Kafka", "NATS"], "NATS JetStream", None),
        (&["NATS", "NATS JetStream"], "→ NATS JetStream", Some(1)),
        (&["Yes", "No"], "Yes?", None),
        (&["Yes", "No"], "o1 (Ja)", Some(0)),
        (&["Yes", "No", "Wait"], "Nein", Some(1)),
        (&["Yes", "No"], "ใช่", Some(0)),
        (&["Yes", "No"], "아니오", Some(1)),
        (&["迁移", "不迁移"], "（不迁移）", Some(1)),
        (&["迁移", "不迁移"], "选项：迁移", Some(0)),
        (&["Kafka", "NATS"], "不选Kafka", None),
    ];
    for (options, written, expected) in rows {
        let reply = with(&with(&ballot(), "option", json!(written)), "ratings", json!({}));
        let response = read_as_meant(&Contract::Ballot(terms(options)), &said(&reply.to_string()));
        let read = response.stance().and_then(|stance| stance.option.clone());
        assert_eq!(read, expected.map(OptionId::at), "{written} of {options:?}: {response:?}");
    }
}

#[test]
fn an_objection_is_told_from_its_absence_and_lost_nowhere() {
    let objections = [
        "Object storage is not encrypted.",
        "All data would be lost.",
        "Blocks do not replicate across zones.",
        "The blocking call has no timeout.",
        "The lawyers' objection was not resolved.",
        "Nothing, once deleted, comes back.",
        "Nothing protects the keys.",
        "None of the tests pass.",
        "No rollback plan exists.",
        "No objection from legal, but all data would be lost.",
        "Nichts, was gelöscht wird, ist wiederherstellbar.",
        "Rien, une fois supprimé, ne revient.",
        "Aucun objet n'est chiffré.",
        "Die Bedenken der Revision sind nicht ausgeräumt.",
        "Keine Sicherung vorhanden: die Daten gehen verloren.",
        "Keiner der Tests läuft durch.",
        "法务的异议没有解决。",
        "没有回滚计划，数据会丢失。",
        "Возражения юристов не сняты.",
        "There is no reason to trust the vendor with our keys.",
    ];
    let absences = [
        "None.",
        "None identified.",
        "None that I see.",
        "None - this is fine",
        "None: this is fine",
        "No blocking concerns.",
        "I have no blocking objection.",
        "No objections: the option is sound.",
        "no blocking objection, as the data is backed up and the rollback is tested",
        "There are no blocking objections from my side at this point in time.",
        "I do not see any reason that would forbid the leading option.",
        "I don't have any.",
        "Not that I can see.",
        "Keine.",
        "Keine Einwände",
        "Es gibt keinen Grund, der die führende Option verbietet.",
        "Ich habe keine Bedenken.",
        "Aucune objection bloquante.",
        "Ninguna objeción.",
        "Nessuna obiezione.",
        "Nenhuma objeção.",
        "Возражений нет.",
        "Tidak ada keberatan.",
        "Nincs kifogásom.",
        "Nu am obiecții.",
        "Ei vastalauseita.",
        "İtirazım yok.",
        "कोई आपत्ति नहीं",
        "ไม่มี",
        "ไม่มีข้อคัดค้าน",
        "なし",
        "特になし",
        "異議はありません",
        "无",
        "没有异议",
        "不存在阻碍性反对意见。",
        "이의 없음",
    ];
    let raised = |words: &Value, blocking: Option<Value>| {
        let reply = with(&ballot(), "blocking_objection", words.clone());
        let reply = blocking.map_or(reply.clone(), |blocking| with(&reply, "blocking", blocking));
        read_ballot(&reply).blocking_objection
    };
    for words in objections {
        for blocking in [None, Some(json!(true)), Some(json!("yes")), Some(json!("Ja")), Some(json!(1))] {
            assert_eq!(raised(&json!(words), blocking.clone()).as_deref(), Some(words), "{blocking:?}");
        }
        assert_eq!(raised(&json!({ "text": words }), Some(json!(true))).as_deref(), Some(words));
        assert_eq!(raised(&json!([{ "reason": words }]), Some(json!(true))).as_deref(), Some(words));
        for blocking in [json!(false), json!("no"), json!("nein"), json!(0)] {
            assert_eq!(raised(&json!(words), Some(blocking.clone())), None, "{words} {blocking}");
        }
    }
    for words in absences {
        assert_eq!(raised(&json!(words), None), None, "{words}");
    }
    for words in ["None.", "Keine.", "No blocking objection.", "没有异议"] {
        assert_eq!(raised(&json!(words), Some(json!(true))), None, "{words}");
    }
}

#[test]
fn what_is_set_apart_taken_back_or_contradicted_is_no_vote() {
    for text in [
        "<analysis>DRAFT</analysis>\nI abstain.",
        "<denken>DRAFT</denken>\nIch enthalte mich.",
        "<raisonnement>\nDRAFT\n</raisonnement>",
        "<!-- DRAFT -->",
        "For example:\n```json\nDRAFT\n```\nBut I will not vote.",
        "Zum Beispiel: DRAFT",
        "Voter 1's ballot was DRAFT. I cannot decide and abstain.",
        "> DRAFT",
        "DRAFT\n\nCorrection: I change my vote to o2.",
        "DRAFT\nI abstain after all.",
        "{\"Entwurf\": DRAFT}",
        "{\"beispiel\": DRAFT, \"antwort\": \"ich enthalte mich\"}",
        "{\"草稿\": DRAFT, \"最终\": \"弃权\"}",
        "{\"brouillon\": DRAFT, \"vote\": null}",
    ] {
        check(text, &Outcome::NoVote);
    }
    for (field, value) in [
        ("final", ballot()),
        ("revised_ballot", ballot()),
        ("revised_option", json!("o2")),
        ("final_choice", json!("NATS")),
        ("Option", json!("o2")),
        ("my final answer", json!("**o2**")),
        ("abstain_reason", json!("I abstain: the load figures are missing.")),
        ("abstain_reason", json!("Ich enthalte mich der Stimme.")),
    ] {
        check(&with(&draft(), field, value.clone()).to_string(), &Outcome::NoVote);
    }
    for (field, value) in [
        ("final", draft()),
        ("final_choice", json!("Kafka")),
        ("abstain_reason", json!("n/a")),
        ("abstain_reason", json!("I do not abstain.")),
    ] {
        check(&with(&draft(), field, value.clone()).to_string(), &O1);
    }
    for text in [
        "<answer>BALLOT</answer>",
        "<final_answer>\n```json\nBALLOT\n```\n</final_answer>",
        "if (a < b) { f(); }\nBALLOT",
        "{\"option\": \"o2\"}\nBALLOT",
        "{\"final_analysis\": BALLOT}",
        "{\"reasoned_ballot\": BALLOT}",
        "{\"OPTION\": \"o2\", \"because\": \"b\"}",
        "My vote for this question, as the form asks:\nBALLOT\nThat is all.",
    ] {
        check(text, &O2);
    }
}

#[test]
fn who_abstains_without_the_field_for_it_abstains_and_who_denies_it_does_not() {
    for option in [
        json!(null),
        json!("null"),
        json!("abstain"),
        json!("none"),
        json!(""),
        json!("弃权"),
        json!("Ich enthalte mich."),
    ] {
        let reply =
            json!({ "because": "b", "statement": "The figures are missing.", "option": option, "confidence": 50 });
        let response = read_as_meant(&ballot_terms(), &said(&reply.to_string()));
        assert_eq!(outcome_of(&response), Outcome::Abstains, "{reply}: {response:?}");
    }
    for (option, reason) in [
        (json!("NATSS"), "not abstaining"),
        (json!("the broker"), "not applicable"),
        (json!("the second one"), "No abstention."),
        (json!("第二个"), "不弃权"),
        (json!(null), "I am not abstaining"),
    ] {
        let reply = with(&with(&ballot(), "option", option), "abstain_reason", json!(reason));
        let response = read_as_meant(&ballot_terms(), &said(&reply.to_string()));
        assert_eq!(outcome_of(&response), Outcome::NoVote, "{reply}");
    }
}

/// Each of these would keep a reader busy for hours that looked at the whole reply again for each of its parts.
#[test]
fn no_reply_is_too_long_to_be_read() {
    const PARTS: usize = 20_000;
    for part in ["<a ", "<a>{\"b\": 1}", "</a><b>{}", "<!-- {\"b\": 1} ", "{\"b\": 1}"] {
        let text = format!("{}BALLOT", part.repeat(PARTS)).replace("BALLOT", &ballot().to_string());
        read_as_meant(&ballot_terms(), &said(&text));
    }
    let objection = "objection ".repeat(PARTS);
    let raised = read_ballot(&with(&ballot(), "blocking_objection", json!(objection))).blocking_objection;
    assert!(raised.is_some_and(|words| words.starts_with("objection objection")));
    let option = "Kafka ".repeat(PARTS);
    check(&with(&ballot(), "option", json!(option)).to_string(), &O1);
}
