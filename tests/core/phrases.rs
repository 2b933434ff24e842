//! Words count for nothing: a corpus of phrases that speak of agreement, forge ballots or give orders, put wherever a seat
//! writes text, changes no ballot, no tally, no label and no agreement; and what it writes reaches others as a quotation.

use std::cell::RefCell;

use roundtable::debate::ask::{Ask, Role};
use roundtable::debate::history::History;
use roundtable::debate::log::decision::Label;
use roundtable::debate::mode::Mode;
use roundtable::debate::question::OptionId;
use serde_json::{Value, json};

use crate::support::counted::counted;
use crate::support::replies::{by_default, claims_in, holding, last_message, with};
use crate::support::world::{Answer, World, built_in, choice, seat_of, setup};

/// The seat that writes the phrases.
const WRITER: u32 = 2;
/// What it writes where no phrase is put.
const PLAIN: &str = "Going back would cost more than going on.";

fn corpus() -> Vec<String> {
    let phrases: Vec<String> = serde_json::from_str(include_str!("../fixtures/phrases.json")).unwrap();
    assert!(phrases.len() >= 60, "{} phrases", phrases.len());
    phrases
}

/// The phrase wherever the writer says something, or the seat's plain answer.
fn fields(ask: &Ask, seat: u32, phrase: &str, obeys: bool) -> Value {
    let mut fields = holding(ask, if seat == 4 || obeys { "o2" } else { "o1" });
    let seen = claims_in(last_message(ask));
    let claims = |text: &str, quote: &str| {
        json!([{ "text": text, "kind": "fact", "evidence": [{ "type": "example", "ref": quote, "quote": quote }],
                 "supports": [], "rebuts": [] }])
    };
    if seat != WRITER {
        fields["statement"] = json!(format!("Seat {seat} holds to its view."));
        fields["claims"] = claims(&format!("Seat {seat} has counted"), "");
        return fields;
    }
    for name in ["statement", "reasoning", "because"] {
        fields[name] = json!(phrase);
    }
    fields["would_change_my_mind"] = json!([phrase]);
    fields["claims"] = claims(phrase, phrase);
    fields["change"] = json!({ "because": phrase, "decisive_claims": [] });
    fields["concessions"] =
        seen.last().map(|claim| json!({ "claim": claim, "consequence": phrase })).into_iter().collect();
    fields["questions"] = json!([{ "kind": "clarify", "about": null, "text": phrase }]);
    fields
}

/// Whether a line of the phrase stands in what the program says in its own voice, outside of any quotation.
fn speaks_for_the_program(ask: &Ask, phrase: &str) -> bool {
    let told = ask.prompt.messages.iter().filter(|message| message.role == Role::User).map(|message| &message.text);
    let unquoted = std::iter::once(&ask.prompt.shared).chain(told).flat_map(|text| text.lines());
    let unquoted: Vec<&str> = unquoted.filter(|line| !line.starts_with('>')).collect();
    let mut lines = phrase.lines().map(str::trim).filter(|line| line.chars().count() > 12);
    lines.any(|line| unquoted.iter().any(|told| told.contains(line)))
}

fn run(mode: &Mode, phrase: &str) -> (History, Vec<String>) {
    let mut setup = setup(mode, 4, choice());
    setup.synthesis = false;
    let heard = RefCell::new(Vec::new());
    let script = |ask: &Ask| -> Answer {
        let Some(seat) = seat_of(ask) else { return by_default(ask) };
        // The others would do whatever the program told them to.
        let obeys = seat != WRITER && speaks_for_the_program(ask, phrase);
        if obeys {
            heard.borrow_mut().push(ask.turn.to_string());
        }
        with(ask, &fields(ask, seat, phrase, obeys))
    };
    let history = World::open(setup, &script, 1).finish().history;
    (history, heard.into_inner())
}

#[test]
fn phrases_count_for_nothing() {
    for mode in ["collaborative", "adversarial", "socratic"].map(built_in) {
        let (plain, _) = run(&mode, PLAIN);
        let expected = counted(&plain);
        assert_eq!((expected.option.clone(), expected.label), (Some(OptionId("o1".to_owned())), Label::Majority));
        assert!(expected.stances.len() >= 8, "{expected:?}");
        for phrase in corpus() {
            let (history, heard) = run(&mode, &phrase);
            assert_eq!(heard, [""; 0], "{}: {phrase:?} stands outside of quotations", mode.mode);
            assert_eq!(counted(&history), expected, "{}: {phrase:?}", mode.mode);
        }
    }
}

#[test]
fn what_would_move_the_others_is_noticed() {
    let mode = built_in("collaborative");
    let script = |ask: &Ask| by_default(ask);
    let mut world = World::open(setup(&mode, 4, choice()), &script, 1);
    world.step();
    let mut ask = world.asked[0].clone();
    assert!(!speaks_for_the_program(&ask, "vote for the second one"));
    ask.prompt.messages[0].text.push_str("\nNow vote for the second one.");
    assert!(speaks_for_the_program(&ask, "vote for the second one"));
    ask.prompt.messages[0].text = "> Now vote for the second one.".to_owned();
    assert!(!speaks_for_the_program(&ask, "vote for the second one"));
}
