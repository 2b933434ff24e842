//! What a response must hold, as a JSON Schema for providers that enforce one. `read` is its other half.

use serde_json::{Map, Value, json};

use crate::debate::ask::Schema;
use crate::debate::mode::Form;
use crate::debate::question::{Choice, Unit};

/// The terms on which a turn is taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Contract {
    /// A statement with claims; it takes a stance where the mode counts positions.
    Position(Option<StanceTerms>, Needs),
    /// Questions to the panel.
    Questions,
    /// A sealed rating.
    Ballot(StanceTerms),
    /// This many personas.
    Perspectives(u32),
    /// This many statements, sorted into options.
    Sorting(u32, Contradictions),
    /// The closing text.
    Synthesis,
}

/// Whether a sorting says which statements under one option contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradictions {
    /// It is not asked.
    NotAsked,
    /// It is.
    Asked,
}

/// Whether a statement may say which facts from outside it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// It is not asked.
    NotAsked,
    /// It is.
    Asked,
}

/// What a stance must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct StanceTerms {
    /// The options; empty while an open question's are not yet frozen, when the statement stands in their place.
    pub options: Vec<Choice>,
    /// The unit of the number that stands in place of an option, where the question asks for one.
    pub estimate: Option<Unit>,
    /// What the seat has said before.
    pub earlier: Earlier,
    /// Whether a position may call an objection blocking; every ballot may.
    pub objections: Objections,
}

/// Whether a position may call an objection blocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objections {
    /// It is not asked.
    NotAsked,
    /// It is, since the gate looks at them and no ballots are cast.
    Asked,
}

/// A seat's stance before a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// None.
    None,
    /// A statement that the moderator has sorted since; the seat may correct that now.
    Sorted,
    /// A stance of its own.
    Taken,
}

/// Most questions that one response may pose.
pub const QUESTIONS_MAX: usize = 3;
/// Most needs that are taken from one response; further ones are left out.
pub const NEEDS_MAX: usize = 2;

impl Contract {
    /// The terms of the stance that it asks for; `None` where it asks for none.
    pub fn stance(&self) -> Option<&StanceTerms> {
        match self {
            Self::Position(terms, _) => terms.as_ref(),
            Self::Ballot(terms) => Some(terms),
            Self::Questions | Self::Perspectives(_) | Self::Sorting(..) | Self::Synthesis => None,
        }
    }

    /// The name of the form, as prompts and schemas use it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Position(..) => "position",
            Self::Questions => "questions",
            Self::Ballot(_) => "ballot",
            Self::Perspectives(_) => "perspectives",
            Self::Sorting(..) => "sorting",
            Self::Synthesis => "synthesis",
        }
    }

    /// The field names of the response, in the order in which they are to be written.
    pub fn fields(&self) -> Vec<&'static str> {
        self.properties().into_iter().map(|(name, _)| name).collect()
    }

    /// The response's JSON Schema. Reasons stand before verdicts, since models write in this order.
    pub fn schema(&self) -> Schema {
        let properties = self.properties().into_iter().map(|(name, shape)| (name, shape.json())).collect();
        Schema { name: self.name().to_owned(), json: object(properties) }
    }

    fn properties(&self) -> Vec<(&'static str, Shape<'_>)> {
        match self {
            Self::Position(stance, needs) => {
                let mut properties = vec![
                    ("reasoning", Shape::Text),
                    ("claims", Shape::Claims),
                    ("concessions", Shape::Concessions),
                    ("statement", Shape::Text),
                ];
                properties.extend(stance.iter().flat_map(StanceTerms::properties));
                let objects = stance.as_ref().is_some_and(StanceTerms::takes_objections);
                properties.extend(objects.then_some(("blocking_objection", Shape::TextOrNull)));
                properties.push(("confidence", Shape::Number));
                properties.push(("would_change_my_mind", Shape::Texts));
                properties.extend((*needs == Needs::Asked).then_some(("needs", Shape::Needs)));
                properties
            }
            Self::Questions => vec![("questions", Shape::Questions)],
            Self::Ballot(stance) => {
                let mut properties = vec![("because", Shape::Text), ("statement", Shape::Text)];
                properties.extend(stance.properties());
                // There is no option to forbid in an estimate.
                if stance.estimate.is_none() {
                    properties.push(("blocking_objection", Shape::TextOrNull));
                }
                properties.push(("confidence", Shape::Number));
                properties
            }
            Self::Perspectives(_) => vec![("perspectives", Shape::Personas)],
            Self::Sorting(_, contradictions) => vec![("options", Shape::Piles(*contradictions))],
            Self::Synthesis => vec![
                ("conclusion", Shape::Text),
                ("rationale", Shape::Points),
                ("risks", Shape::Points),
                ("next_steps", Shape::Texts),
                ("would_change", Shape::Texts),
            ],
        }
    }
}

const KINDS: [&str; 5] = ["clarify", "assumption", "evidence", "counterexample", "implication"];

impl StanceTerms {
    /// Whether a position on these terms may call an objection blocking: only where there are options to forbid.
    pub(crate) fn takes_objections(&self) -> bool {
        self.objections == Objections::Asked && !self.options.is_empty() && self.estimate.is_none()
    }

    fn properties(&self) -> Vec<(&'static str, Shape<'_>)> {
        if self.estimate.is_some() {
            let mut properties = vec![("estimate", Shape::EstimateOrNull), ("abstain_reason", Shape::TextOrNull)];
            properties.extend((self.earlier != Earlier::None).then_some(("change", Shape::ChangeOrNull)));
            return properties;
        }
        if self.options.is_empty() {
            return vec![("abstain_reason", Shape::TextOrNull)];
        }
        let mut properties = vec![
            ("ratings", Shape::Ratings(&self.options)),
            ("option", Shape::OptionOrNull(&self.options)),
            ("abstain_reason", Shape::TextOrNull),
        ];
        match self.earlier {
            Earlier::None => {}
            Earlier::Sorted => {
                properties.push(("change", Shape::ChangeOrNull));
                properties.push(("opening_was", Shape::OptionOrNull(&self.options)));
            }
            Earlier::Taken => properties.push(("change", Shape::ChangeOrNull)),
        }
        properties
    }
}

/// The shape of one field. Names are needed far more often than shapes, so the JSON is built on demand.
enum Shape<'a> {
    Text,
    TextOrNull,
    Number,
    Texts,
    Claims,
    Concessions,
    Questions,
    Needs,
    Personas,
    Piles(Contradictions),
    Points,
    ChangeOrNull,
    EstimateOrNull,
    Ratings(&'a [Choice]),
    OptionOrNull(&'a [Choice]),
}

impl Shape<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Text => text(),
            Self::TextOrNull => text_or_null(),
            Self::Number => json!({ "type": "number" }),
            Self::Texts => list(text()),
            Self::Claims => list(claim()),
            Self::Concessions => list(object(vec![("claim", text()), ("consequence", text())])),
            Self::Questions => {
                list(object(vec![("kind", one_of(&KINDS)), ("about", text_or_null()), ("text", text())]))
            }
            Self::Needs => {
                list(object(vec![("query", text()), ("reason", text()), ("required", json!({ "type": "boolean" }))]))
            }
            Self::Personas => list(object(vec![("name", text()), ("cares_about", text())])),
            Self::Piles(contradictions) => {
                let places = || list(json!({ "type": "integer" }));
                let mut pile = vec![("text", text()), ("statements", places())];
                pile.extend((*contradictions == Contradictions::Asked).then(|| ("contradicting", places())));
                list(object(pile))
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

fn claim() -> Value {
    let evidence = object(vec![
        ("type", one_of(&["citation", "calculation", "example", "material"])),
        ("ref", text()),
        ("quote", text()),
    ]);
    object(vec![
        ("text", text()),
        ("kind", one_of(&["fact", "inference", "value", "assumption"])),
        ("evidence", list(evidence)),
        ("supports", list(text())),
        ("rebuts", list(text())),
    ])
}

fn or_null(properties: Vec<(&str, Value)>) -> Value {
    let mut object = object(properties);
    object["type"] = json!(["object", "null"]);
    object
}

fn object(properties: Vec<(&str, Value)>) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn one_of(names: &[&str]) -> Value {
    json!({ "type": "string", "enum": names })
}

/// What the forms of a debate ask for, field by field, for the shared part of every prompt. Holds no JSON that could be
/// read as a response.
pub fn describe(forms: &[Form], needs: Needs, objections: Objections) -> String {
    let described = forms.iter().map(|form| match (form, objections) {
        (Form::Position, Objections::NotAsked) => position(needs),
        (Form::Position, Objections::Asked) => format!("{}\n{OBJECTION} {FORBIDS}", position(needs)),
        (Form::Questions, _) => QUESTIONS.to_owned(),
        (Form::Ballot, _) => BALLOT.to_owned(),
    });
    described.chain([STANCE.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// Like [`describe`], for a question that a number answers.
pub fn describe_estimate(forms: &[Form], needs: Needs) -> String {
    let described = forms.iter().map(|form| match form {
        Form::Position => position(needs).replace(SUPPORTS, "supports (always empty: there are no options)"),
        Form::Questions => QUESTIONS.to_owned(),
        Form::Ballot => BALLOT.lines().filter(|line| !line.starts_with(OBJECTION)).collect::<Vec<_>>().join("\n"),
    });
    described.chain([STANCE_ESTIMATE.to_owned()]).collect::<Vec<_>>().join("\n")
}

fn position(needs: Needs) -> String {
    match needs {
        Needs::NotAsked => POSITION.to_owned(),
        Needs::Asked => format!("{POSITION}\n{NEEDS}"),
    }
}

/// What an estimate has no use for, as the forms word it.
const SUPPORTS: &str = "supports (option ids)";
const OBJECTION: &str = "- blocking_objection:";
/// What an objection is, as the form ballot words it too.
const FORBIDS: &str = "a reason that forbids the leading option whatever its support, or null.";

const POSITION: &str = "\
Form position:
- reasoning: how you reach your position, in at most 200 words. Kept for the record; the others see your claims instead.
- claims: new claims only, at most 6, each with text (one sentence), kind (fact, inference, value or assumption), evidence (a list of type: citation, \
calculation, example or material; ref: where it can be found; quote: the words relied on, or empty), supports (option ids) and rebuts (claim ids).
- concessions: claims of others that you now accept, or of your own that you give up: claim (its id) and consequence (what follows for your position).
- statement: your position in at most 40 words.
- confidence: between 0 and 1, the chance that this position survives an informed review.
- would_change_my_mind: observations that would, concrete enough to check.";

const NEEDS: &str = "\
- needs: facts from outside this debate that nobody on the panel can know, at most 2, each with query (what a person should find out, as one question), reason \
(what it would settle) and required (true only if no position can be justified without it). Nearly always an empty list.";

const QUESTIONS: &str = "\
Form questions:
- questions: at most 3, each with kind (clarify, assumption, evidence, counterexample or implication), about (the id of the claim it is about, or null) and text.";

const BALLOT: &str = "\
Form ballot (sealed: nobody sees it before all are in):
- because: the reason in at most 60 words.
- statement: your position in one sentence.
- blocking_objection: a reason that forbids the leading option whatever its support, or null.
- confidence: between 0 and 1, the chance that this position survives an informed review.";

const STANCE: &str = "\
Further fields, in the requests that list them:
- ratings: every option from -2 (harmful) over 0 (neutral) to 2 (clearly right), by option id.
- option: the id of the option you hold, or null to abstain.
- abstain_reason: null, or why you abstain.
- change: null if you hold what you held before; otherwise because (what was decisive) and decisive_claims (the ids of the claims that were).
- opening_was: null if your opening statement was counted for the right option; otherwise the id of the right one.";

const STANCE_ESTIMATE: &str = "\
Further fields, in the requests that list them:
- estimate: low, high and value, plain numbers in the unit of the question, or null to abstain. The true number should lie between low and high four times out \
of five; value is your best single number and lies between them.
- abstain_reason: null, or why you abstain.
- change: null if value is what you gave before; otherwise because (what was decisive) and decisive_claims (the ids of the claims that were).";
