//! What is said in the made-up worlds: replies that can be read, as short, as usual or as long as they may be.

use serde_json::{Map, Value, json};

use crate::app::plan::case::Case;
use crate::debate::ask::Ask;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::sorting;

/// Bytes of a text of so many words, as the forms count: a word of English and its space.
const WORD_BYTES: usize = 6;
/// Longest text that is read from a reply.
const TEXT_BYTES_MAX: usize = 7_000;

/// A reply that was cut off after so many tokens.
pub(super) fn cut_off(tokens: u64) -> String {
    // Shown again it counts as many tokens, at one byte each.
    filler(usize::try_from(tokens).unwrap_or(usize::MAX))
}

/// A reply to `ask` that can be read.
pub(super) fn speech(history: &History, ask: &Ask, case: Case) -> String {
    let properties = ask.prompt.schema.json.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let field = |(name, schema): (&String, &Value)| (name.clone(), field(history, ask, (name, schema), case));
    let text = Value::Object(properties.iter().map(field).collect::<Map<_, _>>()).to_string();
    match case {
        Case::Low | Case::Likely => text,
        // What the fields leave of the room stands behind them.
        Case::Max => {
            let rest = (ask.prompt.output_tokens_max as usize).saturating_sub(text.len());
            text + &filler(rest)
        }
    }
}

/// A field as long as the form asks for.
fn field(history: &History, ask: &Ask, (name, schema): (&str, &Value), case: Case) -> Value {
    match name {
        "reasoning" => words(case, 200),
        "because" => words(case, 60),
        "blocking_objection" if case == Case::Max => words(case, 60),
        "statement" => statement(ask, case),
        "claims" => claims(ask, case),
        "ratings" => rated(schema),
        "option" => schema.pointer("/enum/0").cloned().unwrap_or(Value::Null),
        "estimate" => json!({ "low": 1, "high": 3, "value": 2 }),
        "confidence" => json!(50),
        "blocking" => json!(case == Case::Max),
        "would_change_my_mind" | "next_steps" | "would_change" => listed(case),
        "questions" => questions(case),
        "perspectives" => perspectives(history, case),
        "options" => sorted(history, ask, case),
        "conclusion" => words(case, 120),
        "rationale" | "risks" => points(case),
        "concessions" => json!([]),
        _ => Value::Null,
    }
}

/// A text of so many words: one word at the least; at the most all that is read.
fn words(case: Case, usual: usize) -> Value {
    match case {
        Case::Low => json!("a"),
        Case::Likely => json!(filler(usual * WORD_BYTES)),
        Case::Max => json!(filler(TEXT_BYTES_MAX)),
    }
}

/// In the same words at the least, so that an open question needs no sorting; otherwise each seat's own.
fn statement(ask: &Ask, case: Case) -> Value {
    match case {
        Case::Low => json!("a"),
        Case::Likely | Case::Max => json!(format!("{} {}", ask.turn, filler(40 * WORD_BYTES))),
    }
}

/// Claims are what everybody is shown, so the room goes into them.
fn claims(ask: &Ask, case: Case) -> Value {
    let (count, bytes) = match case {
        Case::Low => (0, 0),
        Case::Likely => (3, 25 * WORD_BYTES),
        Case::Max => ((ask.prompt.output_tokens_max as usize).div_ceil(TEXT_BYTES_MAX), TEXT_BYTES_MAX),
    };
    let claim = |place: usize| json!({ "text": format!("{} {place} {}", ask.turn, filler(bytes)), "kind": "inference", "evidence": [], "supports": [], "rebuts": [] });
    (0..count).map(claim).collect()
}

fn rated(schema: &Value) -> Value {
    let options = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    Value::Object(options.keys().map(|id| (id.clone(), json!(1))).collect())
}

fn listed(case: Case) -> Value {
    match case {
        Case::Low => json!([]),
        Case::Likely => json!([filler(15 * WORD_BYTES), filler(15 * WORD_BYTES)]),
        Case::Max => json!([words(case, 15)]),
    }
}

fn questions(case: Case) -> Value {
    let question = || json!({ "kind": "clarify", "about": null, "text": words(case, 25) });
    let count = match case {
        Case::Low => 1,
        Case::Likely => 2,
        Case::Max => 3,
    };
    (0..count).map(|_| question()).collect()
}

fn perspectives(history: &History, case: Case) -> Value {
    let (name, cares_about) = match case {
        Case::Low => (1, "a".to_owned()),
        Case::Likely => (20, filler(20 * WORD_BYTES)),
        Case::Max => (40, filler(400)),
    };
    let persona = |seat: u32| json!({ "name": format!("{seat:0name$}"), "cares_about": cares_about });
    (1..=history.panel()).map(persona).collect()
}

/// Two passes that agree; at the most two that do not, so that a third is needed.
fn sorted(history: &History, ask: &Ask, case: Case) -> Value {
    let count = sorting::statements(&Board::of(history)).len();
    let together = case == Case::Max && ask.turn.stage == sorting::Pass::Forward.name();
    let first: Vec<usize> = if together { (1..=count).collect() } else { vec![1] };
    let rest: Vec<usize> = (1..=count).filter(|place| !first.contains(place)).collect();
    let is_backwards = case != Case::Max && ask.turn.stage == sorting::Pass::Reverse.name();
    // The reverse pass lists the statements from the end.
    let (first, rest) = if is_backwards { (vec![count], (1..count).collect()) } else { (first, rest) };
    let pile = |(place, members): (usize, &Vec<usize>)| json!({ "text": format!("{place} {}", filler(20 * WORD_BYTES)), "statements": members });
    [first, rest].iter().filter(|members| !members.is_empty()).enumerate().map(pile).collect()
}

fn points(case: Case) -> Value {
    let point = || json!({ "text": words(case, 25), "claims": ["c1"] });
    match case {
        Case::Low => json!([]),
        Case::Likely => (0..3).map(|_| point()).collect(),
        Case::Max => json!([point()]),
    }
}

/// So many bytes that are no JSON.
fn filler(bytes: usize) -> String {
    "x".repeat(bytes)
}
