//! Reading replies: what is taken, what is asked for again, and that nothing is ever guessed.

use crate::support::replies::{reply, said};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use roundtable::debate::question::{Choice, OptionId, Question};
use roundtable::debate::reply::{Finish, Reply};
use roundtable::debate::response::contract::{Contract, Earlier, Needs, Objections, StanceTerms};
use roundtable::debate::response::read::{self, Strictness};
use roundtable::debate::response::{Ballot, ClaimKind, Position, Response, Stance};
use serde_json::{Value, json};

fn read(contract: &Contract, reply: &Reply) -> Response {
    read::read(contract, reply, Strictness::Strict)
}

fn choices(texts: &[&str]) -> Vec<Choice> {
    texts.iter().enumerate().map(|(index, text)| Choice { id: OptionId::at(index), text: (*text).to_owned() }).collect()
}

fn terms(earlier: Earlier) -> StanceTerms {
    StanceTerms {
        options: choices(&["Move now", "Stay as we are"]),
        estimate: None,
        earlier,
        objections: Objections::NotAsked,
    }
}

fn ballot_terms() -> Contract {
    Contract::Ballot(terms(Earlier::None))
}

fn position_terms() -> Contract {
    Contract::Position(Some(terms(Earlier::Taken)), Needs::Asked)
}

/// A ballot for o2.
fn ballot() -> Value {
    json!({
        "because": "It is cheaper", "statement": "Stay", "ratings": { "o1": -1, "o2": 2 }, "option": "o2", "abstain_reason": null,
        "blocking_objection": null, "confidence": 0.7,
    })
}

fn position() -> Value {
    json!({
        "reasoning": "Long thought", "claims": [{
            "text": "It is cheaper", "kind": "fact", "evidence": [{ "type": "calculation", "ref": "2 < 3", "quote": "" }],
            "supports": ["o2"], "rebuts": ["c1"],
        }],
        "concessions": [{ "claim": "c2", "consequence": "it costs time" }], "statement": "Stay", "ratings": { "o1": -1, "o2": 2 },
        "option": "o2", "abstain_reason": null, "change": { "because": "c1", "decisive_claims": ["c1"] }, "confidence": 0.7,
        "would_change_my_mind": ["a trial"],
    })
}

/// `value` with one field replaced; `Null` in place of a field's value removes nothing.
fn edited(mut value: Value, field: &str, new: Value) -> Value {
    value[field] = new;
    value
}

fn without(mut value: Value, field: &str) -> Value {
    value.as_object_mut().unwrap().shift_remove(field).unwrap();
    value
}

fn read_ballot(text: &str) -> Result<Ballot, String> {
    match read(&ballot_terms(), &said(text)) {
        Response::Ballot(ballot) => Ok(ballot),
        Response::Unclear { reason } => Err(reason),
        other => panic!("neither a ballot nor unclear: {other:?}"),
    }
}

fn read_position(value: &Value) -> Result<Position, String> {
    match read(&position_terms(), &said(&value.to_string())) {
        Response::Position(position) => Ok(position),
        Response::Unclear { reason } => Err(reason),
        other => panic!("neither a position nor unclear: {other:?}"),
    }
}

/// The reply is unclear, and the agent is told why.
fn is_told(result: Result<impl std::fmt::Debug, String>, why: &str, label: &str) {
    let reason = result.expect_err(label);
    assert!(reason.contains(why), "{label}: {reason}");
}

#[test]
fn one_ballot_is_found_wherever_it_stands() {
    let plain = ballot().to_string();
    let pretty = serde_json::to_string_pretty(&ballot()).unwrap();
    let cases = [
        ("plain", plain.clone()),
        ("pretty", pretty.clone()),
        ("fenced", format!("```json\n{pretty}\n```")),
        ("fenced without a language", format!("```\n{plain}\n```\n")),
        ("prose before", format!("Here is my ballot, as asked:\n\n{plain}")),
        ("prose after", format!("{plain}\n\nI hope this helps.")),
        ("prose around", format!("Sure! {plain} That is all.")),
        ("braces in the prose", format!("The set {{A, B}} and the template {{{{ name }}}} do not matter. {plain}")),
        ("an unclosed brace in the prose", format!("If x {{ then\n{plain}")),
        ("a quote in the prose", format!("It is 5\" wide {{as they say}}. {plain}")),
        ("braces in a text", edited(ballot(), "because", json!("a } brace { and \"quotes\" \\")).to_string()),
        ("said twice", format!("{plain}\n\nAgain: {plain}")),
        ("with other objects", format!("{{\"note\": 1}} {plain} {{}}")),
        ("an array around it", format!("[{plain}]")),
        ("a byte order mark", format!("\u{feff}{plain}")),
    ];
    for (label, text) in cases {
        let ballot = read_ballot(&text).unwrap_or_else(|reason| panic!("{label}: {reason}"));
        assert_eq!(ballot.stance.option, Some(OptionId::at(1)), "{label}");
    }
}

#[test]
fn two_different_votes_are_none() {
    let other = edited(ballot(), "option", json!("o1"));
    let quoted = format!("My colleague wrote {other}, but I vote {}", ballot());
    is_told(read_ballot(&quoted), "several different", "a quoted ballot beside the real one");
    let rating = edited(ballot(), "ratings", json!({ "o1": 0, "o2": 2 }));
    is_told(read_ballot(&format!("{}\n{rating}", ballot())), "several different", "two ratings");
}

#[test]
fn a_quoted_template_is_no_vote() {
    let template = json!({
        "because": "<why>", "statement": "<one sentence>", "ratings": { "o1": "<-2 to 2>", "o2": "<-2 to 2>" }, "option": "<o1 | o2>",
        "abstain_reason": null, "confidence": "<0 to 1>",
    });
    is_told(read_ballot(&template.to_string()), "none of o1, o2", "the template alone");
    is_told(read_ballot(&format!("The form is {template}.")), "none of o1, o2", "the template in prose");
    let both = read_ballot(&format!("The form is {template}. Mine: {}", ballot())).unwrap();
    assert_eq!(both.stance.option, Some(OptionId::at(1)), "the template does not hide the vote");
    let filled = edited(ballot(), "option", json!("o1"));
    is_told(
        read_ballot(&format!("For example {filled}. Mine: {}", ballot())),
        "several different",
        "an example filled in",
    );
}

#[test]
fn a_broken_object_is_not_searched_for_a_vote() {
    let wrapped = |end: &str| format!("{{\"note\": \"they voted\", \"theirs\": {}{end}", ballot());
    is_told(read_ballot(&wrapped(",}")), "cannot be parsed", "a comma too many");
    is_told(read_ballot(&wrapped("}")), "`option` must be", "sound, but no ballot");
    let half = &ballot().to_string()[..90];
    is_told(read_ballot(half), "never closed", "the ratings alone are no ballot");
}

#[test]
fn confidence_is_read_as_written_or_not_at_all() {
    let read = [
        (json!(0.85), Some(0.85)),
        (json!(85), Some(0.85)),
        (json!("85%"), Some(0.85)),
        (json!("85 %"), Some(0.85)),
        (json!("0.85"), Some(0.85)),
        (json!(" 85 "), Some(0.85)),
        (json!(1), Some(1.0)),
        (json!(1.0), Some(1.0)),
        (json!("1%"), Some(0.01)),
        (json!(100), Some(1.0)),
        (json!("100%"), Some(1.0)),
        (json!(0), Some(0.0)),
        (json!("0%"), Some(0.0)),
        (json!(null), None),
    ];
    for (written, expected) in read {
        let ballot = read_ballot(&edited(ballot(), "confidence", written.clone()).to_string())
            .unwrap_or_else(|reason| panic!("{written}: {reason}"));
        match (ballot.confidence, expected) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12, "{written}: {found}"),
            (found, expected) => assert_eq!(found, expected, "{written}"),
        }
    }
    assert_eq!(read_ballot(&without(ballot(), "confidence").to_string()).unwrap().confidence, None, "left out");
    for written in [
        json!(-1),
        json!(-0.1),
        json!(1.5),
        json!(7),
        json!("9.5"),
        json!(101),
        json!("101%"),
        json!("-5%"),
        json!("NaN"),
        json!("inf"),
        json!("high"),
        json!(""),
        json!([0.5]),
        json!(true),
    ] {
        is_told(
            read_ballot(&edited(ballot(), "confidence", written.clone()).to_string()),
            "`confidence` must be",
            &written.to_string(),
        );
    }
    is_told(
        read_ballot(&ballot().to_string().replace("0.7", "NaN")),
        "cannot be parsed",
        "not a number outside of quotes",
    );
}

#[test]
fn every_option_is_rated_with_a_whole_number() {
    for written in [json!(2), json!(-2), json!(0), json!("1"), json!("-1"), json!("+2"), json!(1.0)] {
        let given = json!({ "o1": written, "o2": 0 });
        let ballot = read_ballot(&edited(ballot(), "ratings", given.clone()).to_string())
            .unwrap_or_else(|reason| panic!("{given}: {reason}"));
        assert_eq!(ballot.stance.ratings.len(), 2, "{given}");
    }
    let by_text = json!({ "Move now": -2, "Stay as we are": 1 });
    let ratings = read_ballot(&edited(ballot(), "ratings", by_text).to_string()).unwrap().stance.ratings;
    assert_eq!(ratings.into_values().collect::<Vec<_>>(), [-2, 1]);
    let wrong = [
        (json!({ "o1": 3, "o2": 0 }), "rating of o1"),
        (json!({ "o1": 0, "o2": -3 }), "rating of o2"),
        (json!({ "o1": 1.5, "o2": 0 }), "rating of o1"),
        (json!({ "o1": "good", "o2": 0 }), "rating of o1"),
        (json!({ "o1": null, "o2": 0 }), "rating of o1"),
        (json!({ "o1": "NaN", "o2": 0 }), "rating of o1"),
        (json!({ "o1": 1 }), "lacks option o2"),
        (json!({}), "lacks option o1"),
        (json!(null), "`ratings` must be"),
        (json!([1, 2]), "`ratings` must be"),
        (json!("good"), "`ratings` must be"),
    ];
    for (given, why) in wrong {
        is_told(read_ballot(&edited(ballot(), "ratings", given.clone()).to_string()), why, &given.to_string());
    }
    is_told(read_ballot(&without(ballot(), "ratings").to_string()), "`ratings` must be", "left out");
}

#[test]
fn an_option_is_named_by_id_or_by_its_words() {
    for written in ["o1", "O1", " o1 ", "Move now", "move now.", "MOVE  NOW"] {
        let ballot = read_ballot(&edited(ballot(), "option", json!(written)).to_string())
            .unwrap_or_else(|reason| panic!("{written}: {reason}"));
        assert_eq!(ballot.stance.option, Some(OptionId::at(0)), "{written}");
    }
    for written in [json!("o3"), json!("move"), json!("o1 or o2"), json!("option 1"), json!(1), json!("o1, o2")] {
        is_told(
            read_ballot(&edited(ballot(), "option", written.clone()).to_string()),
            "none of o1, o2",
            &written.to_string(),
        );
    }
    for written in [json!(["o1"]), json!({ "id": "o1" }), json!(true)] {
        is_told(
            read_ballot(&edited(ballot(), "option", written.clone()).to_string()),
            "must be text",
            &written.to_string(),
        );
    }
}

#[test]
fn an_id_means_the_option_that_has_it_even_if_another_reads_like_it() {
    let crossed = Contract::Ballot(StanceTerms {
        options: choices(&["o2", "o1"]),
        estimate: None,
        earlier: Earlier::None,
        objections: Objections::NotAsked,
    });
    let Response::Ballot(ballot) = read(&crossed, &said(&ballot().to_string())) else { panic!("unclear") };
    assert_eq!(ballot.stance.option, Some(OptionId::at(1)));
}

#[test]
fn who_abstains_says_why() {
    let abstained = edited(edited(ballot(), "option", Value::Null), "abstain_reason", json!("a fact is missing"));
    let stance = read_ballot(&abstained.to_string()).unwrap().stance;
    assert_eq!((stance.option, stance.abstained.as_deref()), (None, Some("a fact is missing")));
    for reason in [Value::Null, json!(""), json!("  ")] {
        let silent = edited(edited(ballot(), "option", Value::Null), "abstain_reason", reason);
        is_told(read_ballot(&silent.to_string()), "null with an `abstain_reason`", "no reason");
    }
    let both = edited(ballot(), "abstain_reason", json!("not applicable"));
    let stance = read_ballot(&both.to_string()).unwrap().stance;
    assert_eq!((stance.option, stance.abstained), (Some(OptionId::at(1)), None), "a choice is a choice");
}

#[test]
fn before_the_options_are_known_the_statement_is_the_vote() {
    let open = Contract::Ballot(StanceTerms {
        options: Vec::new(),
        estimate: None,
        earlier: Earlier::None,
        objections: Objections::NotAsked,
    });
    let read_open = |value: Value| read(&open, &said(&value.to_string()));
    let Response::Ballot(ballot) =
        read_open(json!({ "because": "", "statement": "Move", "abstain_reason": null, "option": "o1" }))
    else {
        panic!("unclear")
    };
    assert_eq!((ballot.statement.as_str(), ballot.stance), ("Move", Stance::default()));
    assert!(matches!(
        read_open(json!({ "because": "x", "statement": " ", "abstain_reason": null })),
        Response::Unclear { .. }
    ));
    assert!(matches!(read_open(json!({ "because": "x", "abstain_reason": "unknown" })), Response::Ballot(_)));
}

#[test]
fn a_position_is_read_whole() {
    let read = read_position(&position()).unwrap();
    let claim = &read.claims[0];
    assert_eq!(
        (read.statement.as_str(), read.reasoning.as_str(), read.confidence),
        ("Stay", "Long thought", Some(0.7))
    );
    assert_eq!(
        (claim.kind, claim.evidence.len(), claim.supports.len(), claim.rebuts[0].0.as_str()),
        (ClaimKind::Fact, 1, 1, "c1")
    );
    assert_eq!((read.concessions[0].claim.0.as_str(), read.would_change_my_mind.len()), ("c2", 1));
    let stance = read.stance.unwrap();
    assert_eq!(stance.change.unwrap().decisive_claims[0].0, "c1");
    assert_eq!(stance.opening_was, None, "not on offer");
}

#[test]
fn a_position_that_is_not_one_is_refused_with_the_reason() {
    let with_claim = |field: &str, value: Value| {
        let mut whole = position();
        whole["claims"][0][field] = value;
        whole
    };
    let cases = [
        (without(position(), "statement"), "`statement` is missing"),
        (edited(position(), "statement", json!(["Stay"])), "`statement` must be text"),
        (edited(position(), "claims", json!("none")), "`claims` must be a list"),
        (edited(position(), "claims", json!(["It is cheaper"])), "`claims` must be a list of objects"),
        (edited(position(), "claims", json!(vec![position()["claims"][0].clone(); 41])), "at most 40"),
        (with_claim("kind", json!("guess")), "`kind` cannot be `guess`"),
        (with_claim("text", json!("")), "`text` is missing"),
        (with_claim("rebuts", json!([1])), "`rebuts` must be a list of texts"),
        (with_claim("evidence", json!([{ "type": "rumour", "ref": "x", "quote": "" }])), "`type` cannot be `rumour`"),
        (edited(position(), "change", json!("none")), "`change` must be an object or null"),
        (edited(position(), "concessions", json!([{ "consequence": "x" }])), "`claim` is missing"),
        (edited(position(), "option", Value::Null), "`option` must be one of"),
    ];
    for (value, why) in cases {
        is_told(read_position(&value), why, why);
    }
    for field in
        ["reasoning", "claims", "concessions", "change", "confidence", "would_change_my_mind", "abstain_reason"]
    {
        assert!(read_position(&without(position(), field)).is_ok(), "{field} may be left out");
        assert!(read_position(&edited(position(), field, Value::Null)).is_ok(), "{field} may be null");
    }
}

#[test]
fn small_things_are_put_right() {
    let mut bare_fact = position();
    bare_fact["claims"][0]["evidence"] = json!([]);
    assert_eq!(read_position(&bare_fact).unwrap().claims[0].kind, ClaimKind::Assumption, "a fact without evidence");
    bare_fact["claims"][0]["evidence"] = json!([{ "type": "citation", "ref": "", "quote": "" }]);
    assert_eq!(read_position(&bare_fact).unwrap().claims[0].kind, ClaimKind::Assumption, "empty evidence");
    let mut loud = position();
    loud["claims"][0]["kind"] = json!("Inference");
    assert_eq!(read_position(&loud).unwrap().claims[0].kind, ClaimKind::Inference);
    let unmoved = edited(position(), "change", json!({ "because": "", "decisive_claims": [] }));
    assert_eq!(read_position(&unmoved).unwrap().stance.unwrap().change, None, "an empty account is none");
    let escape = edited(position(), "statement", json!("Stay \u{1b}[31mred\u{202e}"));
    assert_eq!(read_position(&escape).unwrap().statement, "Stay [31mred", "a terminal cannot be steered");
    let long = edited(position(), "reasoning", json!("x".repeat(100_000)));
    assert_eq!(read_position(&long).unwrap().reasoning.len(), 8_000);
}

#[test]
fn only_a_sorted_opening_can_be_corrected() {
    let corrected = edited(position(), "opening_was", json!("o1"));
    for (earlier, expected) in [(Earlier::None, None), (Earlier::Taken, None), (Earlier::Sorted, Some(OptionId::at(0)))]
    {
        let contract = Contract::Position(Some(terms(earlier)), Needs::NotAsked);
        let response = read(&contract, &said(&corrected.to_string()));
        let stance = response.stance().unwrap();
        assert_eq!(stance.opening_was, expected, "{earlier:?}");
        assert_eq!(stance.change.is_some(), earlier != Earlier::None, "{earlier:?}");
    }
}

#[test]
fn an_assigned_position_takes_no_stance() {
    let Response::Position(assigned) = read(&Contract::Position(None, Needs::NotAsked), &said(&position().to_string()))
    else {
        panic!("unclear")
    };
    assert_eq!(assigned.stance, None);
}

#[test]
fn a_reply_that_ends_badly_says_how() {
    let whole = ballot().to_string();
    let half = &whole[..whole.len() / 2];
    let cases = [
        (half, Finish::Truncated, "truncated"),
        ("", Finish::Truncated, "truncated"),
        (whole.as_str(), Finish::Truncated, "ballot"),
        (half, Finish::Complete, "unclear"),
        ("", Finish::Complete, "unclear"),
        (" \n ", Finish::Complete, "unclear"),
        ("null", Finish::Complete, "unclear"),
        ("[]", Finish::Complete, "unclear"),
        ("{}", Finish::Complete, "unclear"),
        (whole.as_str(), Finish::Refused, "refused"),
        (whole.as_str(), Finish::Filtered, "filtered"),
    ];
    for (text, finish, expected) in cases {
        let found = match read(&ballot_terms(), &reply(text, finish)) {
            Response::Ballot(_) => "ballot",
            Response::Unclear { .. } => "unclear",
            Response::Truncated => "truncated",
            Response::Refused => "refused",
            Response::Filtered => "filtered",
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{finish:?}: {text}");
    }
}

#[test]
fn hostile_text_is_read_in_bounded_time() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let cases = [
        nested("[", "", 200_000),
        nested("{", "", 200_000),
        nested("{", "}", 200_000),
        nested("[", "]", 100_000),
        nested("{\"a\":", "}", 100_000),
        nested("{\"a\":", "", 100_000),
        "{\"".repeat(100_000),
        "\\\"{".repeat(100_000),
        format!("{{\"because\": {}}}", nested("[", "]", 10_000)),
        format!("{{\"confidence\": {}}}", "9".repeat(100_000)),
    ];
    let started = std::time::Instant::now();
    for text in cases {
        let start: String = text.chars().take(20).collect();
        is_told(read_ballot(&text), "", &start);
    }
    // A machine under load is slow; quadratic work on 200,000 braces would take minutes.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn questions_are_one_to_three_and_typed() {
    let posed = |questions: Value| read(&Contract::Questions, &said(&json!({ "questions": questions }).to_string()));
    let one = json!({ "kind": "evidence", "about": "c1", "text": "How is that known?" });
    let Response::Questions(questions) = posed(json!([one])) else { panic!("unclear") };
    assert_eq!(questions[0].about.as_ref().unwrap().0, "c1");
    for (questions, is_read) in [
        (json!([one, one, one]), true),
        (json!([one, one, one, one]), false),
        (json!([]), false),
        (json!([{ "kind": "evidence", "about": null, "text": "Why?" }]), true),
        (json!([{ "kind": "leading", "about": null, "text": "Why?" }]), false),
        (json!([{ "kind": "evidence", "about": null, "text": "" }]), false),
        (json!("Why?"), false),
    ] {
        assert_eq!(posed(questions.clone()).is_valid(), is_read, "{questions}");
    }
}

#[test]
fn a_sorting_puts_every_statement_under_exactly_one_option() {
    let sort = |piles: &[&[i64]]| {
        let options: Vec<Value> = piles
            .iter()
            .enumerate()
            .map(|(place, members)| json!({ "text": format!("Option {place}"), "statements": members }))
            .collect();
        read(&Contract::Sorting(4), &said(&json!({ "options": options }).to_string()))
    };
    let cases: [(&[&[i64]], bool); 10] = [
        (&[&[1, 2], &[3, 4]], true),
        (&[&[4, 3, 2, 1]], true),
        (&[&[1], &[2], &[3], &[4]], true),
        (&[&[1, 2], &[3]], false),
        (&[&[1, 2], &[2, 3, 4]], false),
        (&[&[1, 1, 2], &[3, 4]], false),
        (&[&[1, 2], &[3, 4, 5]], false),
        (&[&[0, 1, 2], &[3, 4]], false),
        (&[&[1, 2, 3, 4], &[]], false),
        (&[&[1, 2], &[3, -4]], false),
    ];
    for (piles, is_read) in cases {
        assert_eq!(sort(piles).is_valid(), is_read, "{piles:?}");
    }
    let same_words =
        json!({ "options": [{ "text": "Move", "statements": [1, 2] }, { "text": "move.", "statements": [3, 4] }] });
    assert!(!read(&Contract::Sorting(4), &said(&same_words.to_string())).is_valid(), "options that read the same");
    let many: Vec<Value> =
        (1..=8).map(|place| json!({ "text": format!("Option {place}"), "statements": [place] })).collect();
    assert!(!read(&Contract::Sorting(8), &said(&json!({ "options": many }).to_string())).is_valid(), "eight options");
}

#[test]
fn a_panel_is_proposed_whole_and_without_namesakes() {
    let propose = |names: &[&str]| {
        let personas: Vec<Value> =
            names.iter().map(|name| json!({ "name": name, "cares_about": "something" })).collect();
        read(&Contract::Perspectives(3), &said(&json!({ "perspectives": personas }).to_string()))
    };
    let cases: [(&[&str], bool); 5] = [
        (&["Nurse", "Farmer", "Pilot"], true),
        (&["Nurse", "Farmer"], false),
        (&["Nurse", "Farmer", "Pilot", "Lawyer"], false),
        (&["Nurse", "Farmer", "nurse"], false),
        (&["Nurse", "", "Pilot"], false),
    ];
    for (names, is_read) in cases {
        assert_eq!(propose(names).is_valid(), is_read, "{names:?}");
    }
}

/// JSON values of any shape.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![Just("o1"), Just("85%"), Just("c1"), Just("fact"), Just("-1")].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name =
            prop_oneof![Just("o1".to_owned()), Just("text".to_owned()), Just("statements".to_owned()), "[a-z]{1,5}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn contracts() -> Vec<Contract> {
    let open =
        StanceTerms { options: Vec::new(), estimate: None, earlier: Earlier::None, objections: Objections::NotAsked };
    vec![
        ballot_terms(),
        position_terms(),
        Contract::Ballot(open),
        Contract::Position(None, Needs::NotAsked),
        Contract::Questions,
        Contract::Perspectives(2),
        Contract::Sorting(3),
        Contract::Synthesis,
    ]
}

fn confidence_is_sound(text: &str) {
    for contract in contracts() {
        let response = read(&contract, &said(text));
        if let Some(confidence) = response.confidence() {
            assert!((0.0..=1.0).contains(&confidence), "{confidence} from {text}");
        }
        assert!(
            response.stance().is_none_or(|stance| stance.ratings.values().all(|rating| (-2..=2).contains(rating))),
            "{text}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "(?s).{0,200}") {
        confidence_is_sound(&text);
    }

    #[test]
    fn any_json_like_text_is_read_without_a_panic(text in "[{}\\[\\]\",:0-9a-z\\\\ ]{0,200}") {
        confidence_is_sound(&text);
    }

    #[test]
    fn any_field_may_hold_anything(place in 0usize..20, value in anything(), confidence in anything()) {
        for whole in [ballot(), position()] {
            let names: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
            let odd = edited(edited(whole, "confidence", confidence.clone()), &names[place % names.len()], value.clone());
            confidence_is_sound(&odd.to_string());
        }
    }
}

/// What JSON leaves to its readers is not read, save in logs of the time when it was.
#[test]
fn what_may_mean_two_things_is_read_only_where_a_log_says_so() {
    let whole = ballot().to_string();
    let vote = "\"option\":\"o2\"";
    let rated = "\"ratings\":{\"o1\":-1,";
    assert!(whole.contains(vote) && whole.contains(rated), "{whole}");
    let estimate = Contract::Ballot(StanceTerms {
        options: Vec::new(),
        estimate: Question::estimate("How long?", "weeks").unwrap().estimate,
        earlier: Earlier::None,
        objections: Objections::NotAsked,
    });
    let of = |value: &str| {
        format!(
            r#"{{ "because": "b", "statement": "1:2 [ 1e-999", "estimate": {{ "value": {value}, "low": 0, "high": 1.5e1 }}, "confidence": 0.5 }}"#
        )
    };
    let rows = [
        (ballot_terms(), whole.replace(vote, "\"option\":\"o1\",\"option\":\"o2\""), Some("the same key twice")),
        (ballot_terms(), whole.replace(vote, "\"option\":\"o2\",\"\\u006fption\":\"o2\""), Some("the same key twice")),
        (ballot_terms(), whole.replace(rated, "\"ratings\":{\"o1\":-1,\"o1\":2,"), Some("the same key twice")),
        (ballot_terms(), whole.replace("It is cheaper", "\\\"a\\\": 1, \\\"a\\\": 2: 1e-999"), None),
        (ballot_terms(), whole.replace("\"confidence\":0.7", "\"confidence\":\"1e-400\""), Some("1e-400 is too small")),
        (ballot_terms(), whole.replace("\"confidence\":0.7", "\"confidence\":\"5e-324%\""), None),
        (ballot_terms(), whole.replace("\"confidence\":0.7", "\"confidence\":\"5e-999 %\""), Some("too small")),
        (ballot_terms(), whole.replace(rated, "\"ratings\":{\"o1\":\"-1e-400\","), Some("-1e-400 is too small")),
        (ballot_terms(), whole.replace(rated, "\"ratings\":{\"Move now\":2,\"o1\":-1,"), Some("rates o1 twice")),
        (ballot_terms(), format!("{{\"option\": }} {whole}"), Some("beside a readable JSON object")),
        (
            ballot_terms(),
            format!("{whole} {}", whole.replace(vote, "\"option\":\"o1\",\"option\":\"o2\"")),
            Some("beside"),
        ),
        (ballot_terms(), format!("{{\"draft\": {whole}"), Some("never closed")),
        (ballot_terms(), format!("{{x}} {{ }} {whole}"), None),
        (estimate.clone(), of("1e-400"), Some("1e-400 is too small")),
        (estimate.clone(), of("0.000e-400"), None),
        (estimate.clone(), of("2e-300"), None),
        (estimate, of("-0.0"), None),
    ];
    for (contract, text, problem) in rows {
        let lenient = read::read(&contract, &said(&text), Strictness::Lenient);
        assert!(lenient.is_valid(), "{text}: {lenient:?}");
        match (read(&contract, &said(&text)), problem) {
            (Response::Unclear { reason }, Some(problem)) => assert!(reason.contains(problem), "{text}: {reason}"),
            (response, None) => assert_eq!(response, lenient, "{text}"),
            (response, Some(_)) => panic!("{text}: {response:?}"),
        }
    }
}

#[test]
fn words_that_only_fill_a_field_are_no_objection() {
    let objecting = |words: &str| edited(ballot(), "blocking_objection", json!(words)).to_string();
    let fillers = [
        "none",
        "None.",
        " N/A ",
        "n / a",
        "null",
        "-",
        "\u{2013}",
        "---",
        "...",
        "?",
        "0",
        "(none)",
        "\"None\"",
        "*none*",
        "N.A.",
        "no",
        "No objection.",
        "none at this time",
        "\u{200b}",
        "\u{2060} ",
        "\u{3164}",
        "\u{ad}",
        "\u{2800}",
        "\u{200b}none",
        "none\u{fe0f}",
    ];
    for filler in fillers {
        assert_eq!(read_ballot(&objecting(filler)).unwrap().blocking_objection, None, "{filler:?}");
    }
    for words in ["None of the plans is legal", "No budget", "GDPR", "\u{6cd5}\u{5f8b}", "Nil return on it"] {
        assert_eq!(read_ballot(&objecting(words)).unwrap().blocking_objection.as_deref(), Some(words));
    }
    let Response::Ballot(before) = read::read(&ballot_terms(), &said(&objecting("none")), Strictness::Lenient) else {
        panic!("unclear")
    };
    assert_eq!(before.blocking_objection.as_deref(), Some("none"), "as logs before format 3 hold it");
}
