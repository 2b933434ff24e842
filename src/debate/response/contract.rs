//! What a response must hold: the fields of each form, as a JSON Schema for providers that enforce one. `read` is its other
//! half.

use crate::debate::ask::Schema;
use crate::debate::question::{Choice, Unit};
use crate::debate::response::shape::{self, Claims, Shape};

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
    Sorting(u32),
    /// The closing text.
    Synthesis,
}

/// How much a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What formats 1 to 4 of the log asked for: a confidence from 0 to 1, and an objection in words alone.
    Former,
    /// An opening statement: nothing has been said yet that it could rebut or concede.
    Opening,
    /// All that reports and gates read.
    Full,
    /// What a seat needs to be heard and counted: a reason, a statement, the vote and a confidence, in short texts.
    Compact,
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
    /// Whether a position, or a ballot of the compact form, may call an objection blocking; every other ballot may.
    pub objections: Objections,
}

/// Whether a form may call an objection blocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objections {
    /// It is not asked.
    NotAsked,
    /// It is, since the gate looks at them.
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

/// The longest texts of the compact form, in characters: some 60 words of English for a reason, 40 for a statement.
const REASON_CHARS: u32 = 480;
const STATEMENT_CHARS: u32 = 280;
/// The longest closing text of the compact form, in characters: some 120 words.
const CONCLUSION_CHARS: u32 = 840;

/// A field of a form, and its shape.
type Field<'a> = (&'static str, Shape<'a>);

impl Contract {
    /// The terms of the stance that it asks for; `None` where it asks for none.
    pub fn stance(&self) -> Option<&StanceTerms> {
        match self {
            Self::Position(terms, _) => terms.as_ref(),
            Self::Ballot(terms) => Some(terms),
            Self::Questions | Self::Perspectives(_) | Self::Sorting(_) | Self::Synthesis => None,
        }
    }

    /// The name of the form, as prompts and schemas use it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Position(..) => "position",
            Self::Questions => "questions",
            Self::Ballot(_) => "ballot",
            Self::Perspectives(_) => "perspectives",
            Self::Sorting(_) => "sorting",
            Self::Synthesis => "synthesis",
        }
    }

    /// The field names of the response, in the order in which they are to be written.
    pub fn fields(&self, scope: Scope) -> Vec<&'static str> {
        self.properties(scope).into_iter().map(|(name, _)| name).collect()
    }

    /// The response's JSON Schema. Reasons stand before verdicts, since models write in this order; the vote stands before
    /// everything else.
    pub fn schema(&self, scope: Scope) -> Schema {
        let properties = self.properties(scope).into_iter().map(|(name, shape)| (name, shape.json())).collect();
        Schema { name: self.name().to_owned(), json: shape::object(properties) }
    }

    fn properties(&self, scope: Scope) -> Vec<Field<'_>> {
        match (self, scope) {
            (Self::Position(stance, needs), Scope::Former) => former_position(stance.as_ref(), *needs),
            (Self::Position(stance, needs), Scope::Opening | Scope::Full) => {
                let mut properties = spoken("reasoning", stance.as_ref(), scope);
                properties.push(("claims", Shape::Claims(claims(stance.as_ref(), scope))));
                properties.extend((scope == Scope::Full).then_some(("concessions", Shape::Concessions)));
                properties.push(("would_change_my_mind", Shape::Texts));
                properties.extend((*needs == Needs::Asked).then_some(("needs", Shape::Needs)));
                properties
            }
            (Self::Position(stance, _), Scope::Compact) => spoken("reasoning", stance.as_ref(), scope),
            (Self::Ballot(stance), Scope::Former) => former_ballot(stance),
            (Self::Ballot(stance), Scope::Opening | Scope::Full | Scope::Compact) => {
                spoken("because", Some(stance), scope)
            }
            (Self::Questions, Scope::Former | Scope::Opening | Scope::Full) => vec![("questions", Shape::Questions)],
            (Self::Questions, Scope::Compact) => vec![("questions", Shape::OneQuestion)],
            (Self::Perspectives(count), Scope::Compact) => vec![("perspectives", Shape::ShortPersonas(*count))],
            (Self::Perspectives(_), Scope::Former | Scope::Opening | Scope::Full) => {
                vec![("perspectives", Shape::Personas)]
            }
            (Self::Sorting(_), Scope::Former) => vec![("options", Shape::Piles)],
            (Self::Sorting(_), Scope::Opening | Scope::Full | Scope::Compact) => vec![("options", Shape::CheckedPiles)],
            (Self::Synthesis, Scope::Compact) => vec![("conclusion", Shape::ShortText(CONCLUSION_CHARS))],
            (Self::Synthesis, Scope::Former | Scope::Opening | Scope::Full) => vec![
                ("conclusion", Shape::Text),
                ("rationale", Shape::Points),
                ("risks", Shape::Points),
                ("next_steps", Shape::Texts),
                ("would_change", Shape::Texts),
            ],
        }
    }
}

/// What every statement and ballot holds: the reason under the name of its form, the position, the vote, an objection where
/// one is asked for, and a confidence.
fn spoken<'a>(reason: &'static str, terms: Option<&'a StanceTerms>, scope: Scope) -> Vec<Field<'a>> {
    let text = |chars: u32| match scope {
        Scope::Compact => Shape::ShortText(chars),
        Scope::Former | Scope::Opening | Scope::Full => Shape::Text,
    };
    let mut properties = vec![(reason, text(REASON_CHARS)), ("statement", text(STATEMENT_CHARS))];
    properties.extend(terms.iter().flat_map(|terms| terms.vote(scope)));
    // Every ballot has room for an objection where there is an option to forbid, unless it is to be short.
    let is_ballot = reason == "because" && scope != Scope::Compact;
    let objects = |terms: &&StanceTerms| terms.takes_objections() || is_ballot && terms.estimate.is_none();
    if terms.as_ref().is_some_and(objects) {
        properties.push(("blocking", Shape::TrueOrFalse));
        properties.push(("blocking_objection", Shape::TextOrNull));
    }
    properties.push(("confidence", Shape::Percent));
    properties
}

/// What a claim can say of: options that there are, and claims that were made.
fn claims(terms: Option<&StanceTerms>, scope: Scope) -> Claims {
    let has_options = terms.is_none_or(|terms| !terms.options.is_empty());
    match (has_options, scope) {
        (true, Scope::Former | Scope::Full | Scope::Compact) => Claims::Both,
        (true, Scope::Opening) => Claims::SupportsAlone,
        (false, Scope::Former | Scope::Full | Scope::Compact) => Claims::RebutsAlone,
        (false, Scope::Opening) => Claims::Neither,
    }
}

fn former_position(stance: Option<&StanceTerms>, needs: Needs) -> Vec<Field<'_>> {
    let mut properties = vec![
        ("reasoning", Shape::Text),
        ("claims", Shape::Claims(Claims::Both)),
        ("concessions", Shape::Concessions),
        ("statement", Shape::Text),
    ];
    properties.extend(stance.iter().flat_map(|terms| terms.former()));
    let objects = stance.is_some_and(StanceTerms::takes_objections);
    properties.extend(objects.then_some(("blocking_objection", Shape::TextOrNull)));
    properties.push(("confidence", Shape::Number));
    properties.push(("would_change_my_mind", Shape::Texts));
    properties.extend((needs == Needs::Asked).then_some(("needs", Shape::Needs)));
    properties
}

fn former_ballot(stance: &StanceTerms) -> Vec<Field<'_>> {
    let mut properties = vec![("because", Shape::Text), ("statement", Shape::Text)];
    properties.extend(stance.former());
    // There is no option to forbid in an estimate.
    properties.extend(stance.estimate.is_none().then_some(("blocking_objection", Shape::TextOrNull)));
    properties.push(("confidence", Shape::Number));
    properties
}

impl StanceTerms {
    /// Whether a position on these terms may call an objection blocking: only where there are options to forbid.
    pub(crate) fn takes_objections(&self) -> bool {
        self.objections == Objections::Asked && !self.options.is_empty() && self.estimate.is_none()
    }

    /// The vote first, then what explains it. In the compact form null alone abstains, and the statement says why.
    fn vote(&self, scope: Scope) -> Vec<Field<'_>> {
        let is_short = scope == Scope::Compact;
        let mut properties = Vec::new();
        if self.estimate.is_some() {
            properties.push(("estimate", Shape::EstimateOrNull));
        } else if !self.options.is_empty() {
            properties.push(("option", Shape::OptionOrNull(&self.options)));
        }
        if is_short {
            return properties;
        }
        properties.push(("abstain_reason", Shape::TextOrNull));
        if self.estimate.is_none() && !self.options.is_empty() {
            properties.push(("ratings", Shape::Ratings(&self.options)));
        }
        properties.extend(self.changes());
        properties
    }

    /// The stance as formats 1 to 4 of the log asked for it.
    fn former(&self) -> Vec<Field<'_>> {
        let mut properties = if self.estimate.is_some() {
            vec![("estimate", Shape::EstimateOrNull), ("abstain_reason", Shape::TextOrNull)]
        } else if self.options.is_empty() {
            vec![("abstain_reason", Shape::TextOrNull)]
        } else {
            vec![
                ("ratings", Shape::Ratings(&self.options)),
                ("option", Shape::OptionOrNull(&self.options)),
                ("abstain_reason", Shape::TextOrNull),
            ]
        };
        properties.extend(self.changes());
        properties
    }

    /// The account of a change of mind, and the correction of a sorting.
    fn changes(&self) -> Vec<Field<'_>> {
        let change = ("change", Shape::ChangeOrNull);
        match (self.earlier, self.estimate.is_some(), self.options.is_empty()) {
            (Earlier::None, _, _) | (_, false, true) => Vec::new(),
            (Earlier::Sorted, false, false) => {
                vec![change, ("opening_was", Shape::OptionOrNull(&self.options))]
            }
            (Earlier::Taken, _, _) | (Earlier::Sorted, true, _) => vec![change],
        }
    }
}
