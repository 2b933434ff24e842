//! What models answer, as a panel of the program takes it: replies of the kinds that the reader knows.

use std::sync::Arc;

use crate::support::fake;
use crate::support::fake::{Behaviour, Fake, Seen};
use crate::support::program::{Desk, Ran};
use serde_json::{Value, json};

/// A panel of four on two options, all behind one server.
const PANEL: [&str; 15] = [
    "--option",
    "Bus",
    "--option",
    "Tram",
    "--agent-count",
    "4",
    "--provider",
    "vllm=m1",
    "--provider",
    "vllm=m2",
    "--provider",
    "vllm=m3",
    "--provider",
    "vllm=m4",
    "--moderator=vllm=mod",
];

/// A form that is filled in for the second option, with these fields in place of its own.
fn form(seen: &Seen, own: &Value) -> Value {
    let sound = json!({
        "because": "it carries more", "reasoning": "it carries more", "statement": "The tram it is.", "confidence": 75,
        "ratings": { "o1": -1, "o2": 2 }, "option": "o2", "abstain_reason": null, "blocking": false,
        "blocking_objection": null, "conclusion": "The tram.", "claims": [], "concessions": [], "change": null,
        "needs": [], "would_change_my_mind": [],
    });
    let mut choose = |name: &str, _: &Value| own.get(name).or_else(|| sound.get(name)).cloned();
    fake::fill(&seen.schema, &mut choose)
}

/// A server on which the first `seats` answer in the words of `says`. BALLOT stands for a sound ballot there, DRAFT for one
/// for the other option.
fn server(seats: u32, own: Value, says: &str) -> (Desk, Fake) {
    let says = says.to_owned();
    let fake = Fake::start(Arc::new(move |seen, _| {
        let seat: Option<u32> = seen.model.strip_prefix('m').and_then(|seat| seat.parse().ok());
        if seat.is_none_or(|seat| seat > seats) {
            return Behaviour::Say(form(seen, &json!({})).to_string());
        }
        let draft = form(seen, &json!({ "option": "o1", "statement": "The bus it is." })).to_string();
        Behaviour::Say(says.replace("BALLOT", &form(seen, &own).to_string()).replace("DRAFT", &draft))
    }));
    let mut desk = Desk::new();
    desk.set("VLLM_BASE_URL", fake.url());
    (desk, fake)
}

fn start(desk: &Desk, mode: &str, more: &[&str]) -> Ran {
    let topic = ["start", "--topic", "Which line?", "--mode", mode, "--format", "json", "--quiet"];
    desk.run(&[&topic[..], &PANEL, more].concat())
}

fn vote(seats: u32, own: Value, says: &str) -> Value {
    start(&server(seats, own, says).0, "vote", &[]).expect(0).record()
}

/// The final count: votes for the second option, abstentions, and seats that could not be heard.
fn counted(record: &Value) -> (u64, u64, u64) {
    let last = &record["final"];
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    (number(&last["tally"]["o2"]), number(&last["abstained"]), number(&last["absent"]))
}

#[test]
fn a_ballot_after_thoughts_and_braces_counts_and_no_draft_does() {
    let rows: String = (0..90).map(|n| format!("{{\"stop\": {n}}}\n")).collect();
    let code: String = (0..90).map(|n| format!("while (w{n}) {{ g(\"{{\"); }}\n")).collect();
    for says in [
        "Well then.\n<think>perhaps DRAFT</think>\nBALLOT",
        "At first: DRAFT\nThat will not do.\n</think>\nBALLOT",
        "<thought>DRAFT?</thought>\n\n```json\nBALLOT\n```",
        "[THINK]\nDRAFT\n[/THINK]\nBALLOT",
        "<reasoning>DRAFT</reasoning>BALLOT",
        "<|channel|>analysis<|message|>DRAFT<|end|><|start|>assistant<|channel|>final<|message|>BALLOT",
        "They want {\"choice\": \"\u{2026}\"}.\n</think>\nBALLOT",
        "Seat 2 wrote:\n\n> DRAFT\n\nI see it otherwise.\n\nBALLOT",
        "A } closes it, a { opens it: BALLOT",
        &format!("The stops:\n{rows}BALLOT"),
        &format!("```c\n{code}```\nBALLOT"),
    ] {
        assert_eq!(counted(&vote(4, json!({}), says)), (4, 0, 0), "{says}");
    }
}

#[test]
fn what_holds_no_vote_or_two_costs_that_seat_alone() {
    for says in [
        "<think>BALLOT",
        "<think>So be it: BALLOT</think>",
        "DRAFT\nor rather\nBALLOT",
        "Seat 2 wrote:\n\n> BALLOT\n",
        "{\"example\": BALLOT}",
        "I am for the tram.",
    ] {
        assert_eq!(counted(&vote(1, json!({}), says)), (3, 0, 1), "{says}");
    }
}

#[test]
fn a_vote_counts_in_whatever_dress() {
    for own in [
        json!({ "option": "o2 \u{2014} Tram" }),
        json!({ "option": "__o2__" }),
        json!({ "option": "Tram (o2)" }),
        json!({ "option": "Choice 2" }),
        json!({ "option": ["o2"] }),
        json!({ "option": "tram." }),
        json!({ "confidence": "very" }),
        json!({ "confidence": 8 }),
        json!({ "confidence": 3.5 }),
        json!({ "ratings": "the tram" }),
    ] {
        assert_eq!(counted(&vote(4, own.clone(), "BALLOT")), (4, 0, 0), "{own}");
    }
    for own in [json!({ "option": "o2, else o1" }), json!({ "option": "o4" }), json!({ "option": "!o2" })] {
        assert_eq!(counted(&vote(1, own.clone(), "BALLOT")), (3, 0, 1), "{own}");
    }
}

#[test]
fn who_abstains_in_words_is_heard_and_not_asked_to_repeat_it() {
    for word in ["None", "abstention", "undecided", ""] {
        let own = json!({ "option": word, "abstain_reason": "the fares are unknown" });
        let (desk, fake) = server(1, own, "BALLOT");
        assert_eq!(counted(&start(&desk, "vote", &[]).expect(0).record()), (3, 1, 0), "{word}");
        // Once in the poll, and once in the ballot that who abstained is asked for.
        assert_eq!(fake.log().iter().filter(|seen| seen.model == "m1").count(), 2, "{word}");
    }
}

#[test]
fn a_position_counts_whatever_stands_beside_its_vote() {
    let claim = |kind: &str, supports: Value| {
        let claim = json!({ "text": "It is quiet.", "kind": kind, "evidence": [], "supports": supports, "rebuts": [] });
        json!({ "claims": [claim] })
    };
    for own in [
        claim("belief", json!([])),
        claim("inference", json!("o2")),
        json!({ "claims": "It is quiet." }),
        json!({ "would_change_my_mind": { "a": 1 } }),
    ] {
        let ran = start(&server(4, own.clone(), "BALLOT").0, "collaborative", &["--rounds", "1"]);
        assert_eq!(ran.code, Some(0), "{own}: {}", ran.stderr);
        let record = ran.record();
        assert_eq!(counted(&record), (4, 0, 0), "{own}");
    }
}

#[test]
fn only_an_objection_closes_the_gate() {
    let gate = ["--no-blocking-dissent", "--min-agreement", "0.75"];
    for (words, code) in [
        ("None, as far as I see.", 0),
        ("No objections from me.", 0),
        ("Keine Bedenken.", 0),
        ("Ninguna.", 0),
        ("\u{7279}\u{306b}\u{306a}\u{3057}", 0),
        ("No driver has been trained.", 3),
        ("Keine Strecke ist genehmigt: der Bau w\u{e4}re verboten.", 3),
    ] {
        let own = json!({ "blocking": null, "blocking_objection": words });
        let ran = start(&server(4, own, "BALLOT").0, "vote", &gate);
        assert_eq!(ran.code, Some(code), "{words}: {}", ran.stderr);
    }
}

#[test]
fn an_estimate_is_read_with_its_unit_and_no_other() {
    for (unit, [value, low, high], expected) in [
        ("days", ["30 days", "20 days", "45"], Some(30.0)),
        ("EUR", ["\u{20ac}2,500", "2000 EUR", "3000"], Some(2_500.0)),
        ("days", ["30 weeks", "20 weeks", "45 weeks"], None),
    ] {
        let own = json!({ "estimate": { "value": value, "low": low, "high": high } });
        let (desk, _fake) = server(4, own, "BALLOT");
        let panel: Vec<&str> = PANEL[4..].to_vec();
        let topic = ["start", "--topic", "How much?", "--mode", "vote", "--format", "json", "--quiet"];
        let ran = desk.run(&[&topic[..], &panel, &["--estimate", unit]].concat());
        let record = ran.expect(if expected.is_some() { 0 } else { 5 }).record();
        let median = record["decision"]["estimate"]["value"].as_f64();
        assert_eq!(median, expected, "{value}: {}", record["decision"]);
    }
}

#[test]
fn a_persona_alone_answers_without_its_thoughts() {
    for says in [
        "Hm, a hidden thought.\n</think>\n\nEnd it at the depot.",
        "<thinking>a hidden thought</thinking>End it at the depot.",
        "<reasoning>\na hidden thought\n</reasoning>\n\nEnd it at the depot.",
    ] {
        let mut desk = Desk::new();
        let fake = Fake::always(Behaviour::Say(says.to_owned()));
        desk.set("VLLM_BASE_URL", fake.url());
        let ran = desk.run(&["ask", "architect", "Where does it end?", "--provider", "vllm=m1"]).expect(0);
        assert!(ran.stdout.contains("End it at the depot."), "{says}: {}", ran.stdout);
        assert!(!ran.stdout.contains("hidden") && !ran.stdout.contains("</"), "{says}: {}", ran.stdout);
    }
}

#[test]
fn a_quote_of_the_material_is_found_however_it_presents_the_words() {
    for (file, quote, is_found) in [
        (
            "Der Scha\u{308}fer zählt die Schafe u\u{308}ber Nacht.",
            "Der Sch\u{e4}fer z\u{e4}hlt die Schafe \u{fc}ber Nacht.",
            true,
        ),
        (
            "It takes 8\u{2013}12 minutes from the depot to the town hall.",
            "It takes 8-12 minutes from the depot to the town hall.",
            true,
        ),
        (
            "The sub\u{ad}urban line runs every quarter of an hour.",
            "The suburban line runs every quarter of an hour.",
            true,
        ),
        ("The line carries __9,000 people__ a day at most.", "The line carries 9,000 people a day at most.", true),
        ("站长说：『末班车在午夜』，然后走了。", "站长说：“末班车在午夜”，然后走了。", true),
        ("The line carries 9,000 people a day at most.", "The line carries 8,000 people a day at most.", false),
        (
            "The balance is \u{2212}3 million a year for the city.",
            "The balance is 3 million a year for the city.",
            false,
        ),
    ] {
        let evidence = json!([{ "type": "material", "ref": "m1", "quote": quote }]);
        let claims = json!([{ "text": "The file says so.", "kind": "fact", "evidence": evidence, "supports": [], "rebuts": [] }]);
        let (desk, _fake) = server(1, json!({ "claims": claims }), "BALLOT");
        desk.write("one.md", format!("{file}\n"));
        let record = start(&desk, "collaborative", &["--rounds", "1", "--context", "one.md"]).expect(0).record();
        let quotes = record["analysis"]["quotes"].as_array().unwrap();
        assert!(!quotes.is_empty() && quotes.iter().all(|found| found["verified"] == is_found), "{quote}: {quotes:?}");
    }
}

#[test]
fn a_name_that_is_a_word_stays_in_terms_and_goes_where_its_holder_speaks_of_itself() {
    let quote = "Creative Commons terms are known to every court.";
    let claim = |text: &str, evidence: Value| json!([{ "text": text, "kind": "fact", "evidence": evidence, "supports": [], "rebuts": [] }]);
    let claims = claim("So it was said.", json!([{ "type": "citation", "ref": "c1", "quote": quote }]));
    let fake = Fake::start(Arc::new(move |seen, _| {
        let own = match seen.model.as_str() {
            "m3" => {
                json!({ "statement": "Speaking as Creative, I would take the tram.", "claims": claim(quote, json!([])) })
            }
            "m1" => json!({ "claims": claims }),
            _ => json!({}),
        };
        Behaviour::Say(form(seen, &own).to_string())
    }));
    let mut desk = Desk::new();
    desk.set("VLLM_BASE_URL", fake.url());
    let record = start(&desk, "collaborative", &["--rounds", "1"]).expect(0).record();
    let shown: Vec<String> =
        fake.log().iter().filter(|seen| seen.model == "m2").map(|seen| seen.body.to_string()).collect();
    let last = shown.last().unwrap();
    assert!(last.contains("Creative Commons terms are known to every court."), "{last}");
    assert!(!last.contains("Speaking as Creative"), "{last}");
    let quotes = record["analysis"]["quotes"].as_array().unwrap();
    let of_seat_3 = quotes.iter().filter(|found| found["verified"] == true).count();
    assert!(of_seat_3 > 0, "{quotes:?}");
}
