//! The shapes of the fields of a form, as JSON Schema.
//!
//! Keeps to what the strict modes of all vendors take; bounds on lengths stand in the compact form alone, and go out only to
//! servers whose grammar holds them.

use serde_json::{Map, Value, json};

use crate::debate::question::Choice;

const KINDS: [&str; 5] = ["clarify", "assumption", "evidence", "counterexample", "implication"];
/// The steps of a confidence in percent: an enum, which every vendor's strict mode holds; a range is not.
const PERCENT_STEP: usize = 5;
/// The first step past zero: up to ten, a number may be marks out of ten, and is not read.
const PERCENT_FIRST: u32 = 15;
/// The longest question of the compact form, in characters.
const QUESTION_CHARS: u32 = 200;
/// The longest name and interest of a persona in the compact form, in characters.
const NAME_CHARS: u32 = 30;
const INTEREST_CHARS: u32 = 160;

/// The shape of one field. Names are needed far more often than shapes, so the JSON is built on demand.
pub(super) enum Shape<'a> {
    Text,
    /// At least one and at most so many characters.
    ShortText(u32),
    TextOrNull,
    /// A confidence as formats 1 to 4 of the log asked for it.
    Number,
    /// A confidence in percent.
    Percent,
    TrueOrFalse,
    Texts,
    Claims(Claims),
    Concessions,
    Questions,
    /// One short question.
    OneQuestion,
    Needs,
    Personas,
    /// So many personas, in short texts.
    ShortPersonas(u32),
    Piles,
    CheckedPiles,
    Points,
    ChangeOrNull,
    EstimateOrNull,
    Ratings(&'a [Choice]),
    OptionOrNull(&'a [Choice]),
}

/// What a claim may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claims {
    /// Options that it supports, and claims that it rebuts.
    Both,
    /// Options alone: no claim has been made yet.
    SupportsAlone,
    /// Claims alone: there are no options.
    RebutsAlone,
    /// Neither.
    Neither,
}

impl Shape<'_> {
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Text => text(),
            Self::ShortText(chars) => short(*chars),
            Self::TextOrNull => text_or_null(),
            Self::Number => json!({ "type": "number" }),
            Self::Percent => {
                let steps = (PERCENT_FIRST..=100).step_by(PERCENT_STEP);
                json!({ "type": "integer", "enum": std::iter::once(0).chain(steps).collect::<Vec<u32>>() })
            }
            Self::TrueOrFalse => json!({ "type": "boolean" }),
            Self::Texts => list(text()),
            Self::Claims(of) => list(claim(*of)),
            Self::Concessions => list(object(vec![("claim", text()), ("consequence", text())])),
            Self::Questions => {
                list(object(vec![("kind", one_of(&KINDS)), ("about", text_or_null()), ("text", text())]))
            }
            Self::OneQuestion => {
                let question = object(vec![("kind", one_of(&KINDS)), ("text", short(QUESTION_CHARS))]);
                exactly(1, question)
            }
            Self::Needs => {
                list(object(vec![("query", text()), ("reason", text()), ("required", json!({ "type": "boolean" }))]))
            }
            Self::Personas => list(object(vec![("name", text()), ("cares_about", text())])),
            Self::ShortPersonas(count) => {
                let persona = object(vec![("name", short(NAME_CHARS)), ("cares_about", short(INTEREST_CHARS))]);
                exactly(*count, persona)
            }
            Self::Piles => list(object(vec![("text", text()), ("statements", list(json!({ "type": "integer" })))])),
            Self::CheckedPiles => {
                let places = || list(json!({ "type": "integer" }));
                list(object(vec![("text", text()), ("statements", places()), ("contradicting", places())]))
            }
            Self::Points => list(object(vec![("text", text()), ("claims", list(text()))])),
            Self::ChangeOrNull => or_null(vec![("because", text()), ("decisive_claims", list(text()))]),
            Self::EstimateOrNull => {
                let number = || json!({ "type": "number" });
                or_null(vec![("low", number()), ("high", number()), ("value", number())])
            }
            Self::Ratings(options) => {
                let rating = || json!({ "type": "integer", "enum": [-2, -1, 0, 1, 2] });
                object(options.iter().map(|choice| (choice.id.0.as_str(), rating())).collect())
            }
            Self::OptionOrNull(options) => {
                let ids: Vec<Value> = options.iter().map(|choice| json!(choice.id)).chain([Value::Null]).collect();
                json!({ "type": ["string", "null"], "enum": ids })
            }
        }
    }
}

fn claim(of: Claims) -> Value {
    let evidence = object(vec![
        ("type", one_of(&["citation", "calculation", "example", "material"])),
        ("ref", text()),
        ("quote", text()),
    ]);
    let mut properties = vec![
        ("text", text()),
        ("kind", one_of(&["fact", "inference", "value", "assumption"])),
        ("evidence", list(evidence)),
    ];
    let (supports, rebuts) = (("supports", list(text())), ("rebuts", list(text())));
    properties.extend(match of {
        Claims::Both => vec![supports, rebuts],
        Claims::SupportsAlone => vec![supports],
        Claims::RebutsAlone => vec![rebuts],
        Claims::Neither => Vec::new(),
    });
    object(properties)
}

fn or_null(properties: Vec<(&str, Value)>) -> Value {
    let mut object = object(properties);
    object["type"] = json!(["object", "null"]);
    object
}

pub(super) fn object(properties: Vec<(&str, Value)>) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn exactly(count: u32, items: Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": count, "maxItems": count })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn short(chars: u32) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": chars })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn one_of(names: &[&str]) -> Value {
    json!({ "type": "string", "enum": names })
}
