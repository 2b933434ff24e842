//! Votes that something in the reply takes back, denies or only cites: none is counted, and what merely looks like it costs none.

use crate::reading::{O1, O2, Outcome, ballot, check, outcome_of, read_as_meant, read_ballot, terms, with};
use crate::support::replies::said;
use roundtable::debate::response::contract::Contract;
use serde_json::{Value, json};

/// Checks what each of several replies is read as; BALLOT is for o2, DRAFT for o1.
fn check_all(replies: &[&str], expected: &Outcome) {
    for reply in replies {
        check(reply, expected);
    }
}

/// Checks what an option of a ballot is read as, on a panel of these options.
fn check_option(options: &[&str], rows: &[(&str, Outcome)]) {
    let contract = Contract::Ballot(terms(options));
    for (given, expected) in rows {
        let reply = with(&ballot(), "option", json!(given));
        let response = read_as_meant(&contract, &said(&reply.to_string()));
        assert_eq!(outcome_of(&response), *expected, "{given} of {options:?}");
    }
}

fn check_field(field: &str, value: Value, expected: &Outcome) {
    check(&with(&ballot(), field, value).to_string(), expected);
}

#[test]
fn two_different_ballots_are_none_however_often_each_is_said() {
    check_all(
        &[
            "DRAFT\nno wait:\nBALLOT\nfinal:\nBALLOT",
            "BALLOT DRAFT DRAFT",
            "DRAFT BALLOT DRAFT",
            "BALLOT DRAFT BALLOT",
            "[DRAFT, BALLOT, BALLOT]",
            "{\"round_1\": DRAFT, \"round_2\": BALLOT, \"round_3\": BALLOT}",
            "{\"options\": [{\"option\": \"o1\"}, {\"option\": \"o2\"}], \"ballot\": BALLOT}",
        ],
        &Outcome::NoVote,
    );
    check_all(&["BALLOT BALLOT BALLOT", "[BALLOT, BALLOT]"], &O2);
}

#[test]
fn words_beside_a_ballot_that_choose_another_option_take_it_back() {
    let after = [
        "Wait, actually I vote o1.",
        "Actually, Kafka.",
        "Scratch that. Kafka it is.",
        "Oops, the option should be o1.",
        "EDIT: option is o1",
        "Update: o1",
        "Final answer: o1",
        "**Final vote: Kafka**",
        "<vote>o1</vote>",
        "{\"vote\": \"o1\"}",
        "I withdraw this ballot.",
        "Retracted.",
        "I take that back.",
        "Nein, doch lieber Kafka.",
        "\u{4ee5}\u{4e0a}\u{4f5c}\u{5e9f}\u{ff0c}\u{6211}\u{9009}Kafka\u{3002}",
        "NATS has its merits, but I vote Kafka.\nNothing else about NATS.",
        "That is a prompt injection.",
        "I cannot decide.",
    ];
    for words in after {
        check(&format!("BALLOT\n{words}"), &Outcome::NoVote);
    }
    check_all(&["I vote for Kafka.\nBALLOT", "Final answer: o1\n```json\nBALLOT\n```", "~~BALLOT~~"], &Outcome::NoVote);
    let harmless = [
        "No correction is needed.",
        "That is what I meant.",
        "I will not change my mind without data.",
        "Nobody should abstain here.",
        "NATS needs one operator fewer than Kafka.",
        "Score: 1",
        "Danke.",
    ];
    for words in harmless {
        check(&format!("BALLOT\n{words}"), &O2);
    }
    check_all(
        &["Kafka is heavier than we need.\nBALLOT", "Kafka has the better tools.\n\nHere is my ballot:\nBALLOT"],
        &O2,
    );
}

#[test]
fn a_ballot_that_is_cited_drafted_or_denied_is_none() {
    check_all(
        &[
            "Example:\n```JSON\nBALLOT\n```",
            "Example:\n~~~json\nBALLOT\n~~~",
            "Example:\n\n**Ballot**\n\nBALLOT",
            "Seat 2 said: BALLOT",
            "Quote from seat 2: BALLOT",
            "\u{201c}BALLOT\u{201d} is what seat 2 wrote.",
            "I will NOT send this: BALLOT",
            "Not my vote: BALLOT",
            "Draft: BALLOT",
            "Entwurf: BALLOT",
            "[quote]BALLOT[/quote] I wait.",
            "Sample ballot: BALLOT",
            "Vorlage: BALLOT",
            "\u{793a}\u{4f8b}\u{ff1a}BALLOT",
            "||BALLOT|| hidden",
            "I was told to output BALLOT but that is a prompt injection.",
            "The document contains BALLOT, which is an injection.",
        ],
        &Outcome::NoVote,
    );
    check_all(
        &[
            "This is not an example:\nBALLOT",
            "Kein Beispiel, sondern mein Votum:\nBALLOT",
            "<div>BALLOT</div>",
            "<my_ballot>BALLOT</my_ballot>",
            "<antwort>BALLOT</antwort>",
            "<html><body>BALLOT</body></html>",
            "{\"priority\": BALLOT}",
            "{\"another\": BALLOT}",
            "{\"quota\": BALLOT}",
            "\"BALLOT\"",
        ],
        &O2,
    );
    check_all(&["{\"previousVote\": BALLOT}", "{\"other\": BALLOT}", "{\"quoted_ballot\": BALLOT}"], &Outcome::NoVote);
}

#[test]
fn a_field_beside_the_vote_that_says_otherwise_makes_it_none() {
    for (field, value) in [
        ("correction", json!("o1")),
        ("revision", json!({ "option": "o1" })),
        ("selection", json!("o1")),
        ("pick", json!("Kafka")),
        ("winner", json!("o1")),
        ("Stimme", json!("o1")),
        ("\u{9009}\u{62e9}", json!("o1")),
        ("vote", json!("not o2")),
        ("vote", json!("o1 or o2")),
        ("final", json!("abstain")),
        ("final_answer", json!("neither")),
        ("abstain", json!(true)),
        ("retracted", json!(true)),
        ("valid", json!(false)),
        ("status", json!("draft")),
        ("type", json!("example")),
        ("abstain_reason", json!("Cannot decide.")),
        ("abstain_reason", json!("I choose neither.")),
        ("abstain_reason", json!("Ich stimme nicht ab.")),
        (
            "abstain_reason",
            json!(
                "I abstain; the figures are missing. They were promised for last week and did not come, as so often."
            ),
        ),
    ] {
        check_field(field, value, &Outcome::NoVote);
    }
    for (field, value) in [
        ("rejected_option", json!("o1")),
        ("second_choice", json!("o1")),
        ("runner_up_option", json!("o1")),
        ("previous_vote", json!("o1")),
        ("majority_vote", json!("o1")),
        ("fallback_option", json!("Kafka")),
        ("revised_confidence", json!("1")),
        ("abstain", json!(false)),
        ("valid", json!(true)),
        ("status", json!("final")),
        ("abstain_reason", json!("Ich enthalte mich keineswegs.")),
        ("abstain_reason", json!("Abstaining is unnecessary.")),
    ] {
        check_field(field, value, &O2);
    }
}

#[test]
fn the_vote_is_found_under_the_other_names_that_models_give_it() {
    for name in ["option_id", "vote", "choice", "answer", "decision"] {
        check(&json!({ "because": "b", "statement": "s", name: "o2", "confidence": 80 }).to_string(), &O2);
        check(
            &json!({ "because": "b", "statement": "s", name: "o1 or o2", "confidence": 80 }).to_string(),
            &Outcome::NoVote,
        );
    }
    check("{\"because\": \"see C:\\path\\queue and \\d+\", \"statement\": \"s\", \"option\": \"o2\"}", &O2);
}

#[test]
fn what_denies_compares_or_leaves_open_names_no_option() {
    let none = |given| (given, Outcome::NoVote);
    check_option(
        &["Yes", "No"],
        &["No vote", "no_vote", "**No vote**", "No answer", "No choice", "No option"].map(none),
    );
    check_option(&["Yes", "No"], &[("No", O2), ("Option No", O2), ("no.", O2)]);
    check_option(&["2", "1"], &["01", "001", "Option 01", "02"].map(none));
    check_option(&["2 weeks", "1 week", "3 weeks"], &["02", "01", "2", "1"].map(none));
    check_option(&["three nodes", "two nodes", "one node"], &["3", "1"].map(none));
    check_option(&["10 ms", "5 ms"], &["> 10 ms", ">10 ms", "1/10 ms", "/10 ms", "<5 ms", "- 10 ms"].map(none));
    check_option(&["10 ms", "5 ms"], &[("<10 ms>", O1), ("-> 10 ms", O1), ("10 ms", O1)]);
    let marks = [
        "[ ] Kafka",
        "- [ ] Kafka",
        "( ) Kafka",
        "Kafka [-]",
        "Kafka: -",
        "Kafka (-)",
        "<!-- Kafka -->",
        "// Kafka",
        "/* Kafka */",
        "--Kafka",
        "< Kafka",
        "Kafka <",
    ];
    check_option(&["Kafka", "NATS"], &marks.map(none));
    check_option(
        &["Kafka", "NATS"],
        &[("- Kafka", O1), ("[x] Kafka", Outcome::NoVote), ("\u{2713} Kafka", O1), ("(Kafka)", O1)],
    );
    check_option(
        &["Do migrate to Postgres", "Do migrate to Postgres later"],
        &[none("Do migrate to Postgres\u{2026}")],
    );
}

#[test]
fn a_reason_with_a_word_of_its_own_is_an_objection_and_an_absence_has_none() {
    let read = |words: &str, blocking: Option<Value>| {
        let mut reply = with(&ballot(), "blocking_objection", json!(words));
        if let Some(blocking) = blocking {
            reply["blocking"] = blocking;
        }
        read_ballot(&reply).blocking_objection
    };
    for words in [
        "\u{41d}\u{435}\u{442} \u{43b}\u{438}\u{446}\u{435}\u{43d}\u{437}\u{438}\u{438} \u{43d}\u{430} \u{44d}\u{442}\u{43e}.",
        "None tested.",
        "None encrypted",
        "N/A in Germany.",
        "No objection was resolved.",
        "No veto right.",
        "\u{41d}\u{435}\u{442}\u{440}\u{438}\u{432}\u{438}\u{430}\u{43b}\u{44c}\u{43d}\u{44b}\u{439} \u{440}\u{438}\u{441}\u{43a} \u{443}\u{442}\u{435}\u{447}\u{43a}\u{438}.",
        "\u{8a31}\u{53ef}\u{306a}\u{3057}\u{3002}",
        "\u{6a29}\u{9650}\u{306a}\u{3057}",
        "\u{4e0d}\u{53cd}\u{5bf9}\u{4e0d}\u{884c}\u{3002}",
    ] {
        assert_eq!(read(words, Some(json!(true))).as_deref(), Some(words), "{words}");
    }
    for words in [
        "Not all blockers are fixed.",
        "Not even the blockers are fixed.",
        "We have not met the regulator's objection.",
        "I can not ignore the objections of the auditors.",
        "Cannot ship without the veto being lifted.",
        "No reason was given to override the law against it.",
        "Not that I like it: it is illegal.",
        "Nicht alle Einw\u{e4}nde sind gekl\u{e4}rt.",
        "Toutes les objections ne sont pas lev\u{e9}es.",
        "\u{4e0d}\u{662f}\u{6ca1}\u{6709}\u{5f02}\u{8bae}\u{3002}",
        "\u{7121}\u{6cd5}\u{5fa9}\u{539f}\u{8cc7}\u{6599}\u{3002}",
        "No dissent was heard because legal was not invited.",
    ] {
        assert_eq!(read(words, None).as_deref(), Some(words), "{words}");
    }
    for words in [
        "There are none.",
        "No.",
        "Nope.",
        "I see none.",
        "Nichts.",
        "Ich sehe keine.",
        "Entf\u{e4}llt.",
        "Rien.",
        "Pas d'objection.",
        "Nada.",
        "Yok.",
        "Brak.",
        "\u{3042}\u{308a}\u{307e}\u{305b}\u{3093}\u{3002}",
        "\u{4e0d}\u{5b58}\u{5728}\u{3002}",
        "I have no objections whatsoever to the proposed option at all.",
    ] {
        assert_eq!(read(words, Some(json!(true))), None, "{words}");
        assert_eq!(read(words, None), None, "{words}");
    }
    for denial in [
        json!("No."),
        json!("none"),
        json!("0"),
        json!(0.0),
        json!("n"),
        json!("false."),
        json!("no objection"),
        json!("N/A"),
    ] {
        assert_eq!(read("Costs may rise in the second year.", Some(denial.clone())), None, "{denial}");
    }
    for assertion in [json!("Yes."), json!("true."), json!("ja!"), json!("1"), json!(1.0), json!("y"), json!(["true"])]
    {
        assert_eq!(read("GDPR", Some(assertion.clone())).as_deref(), Some("GDPR"), "{assertion}");
    }
}
