//! Reading the fields of a form: the vote has to be readable, all that stands beside it is taken as far as it can be read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::debate::agent::Persona;
use crate::debate::question::{Choice, OPTIONS, OptionId};
use crate::debate::response::choice::{self, Named};
use crate::debate::response::contract::{Contract, Earlier, NEEDS_MAX, Needs, QUESTIONS_MAX, StanceTerms};
use crate::debate::response::fields::{Fields, Item, Notes, is_filler};
use crate::debate::response::objection::{self, Objection};
use crate::debate::response::{
    Ballot, Change, Claim, ClaimId, ClaimKind, Concession, Evidence, EvidenceKind, Need, Pile, Point, PosedQuestion,
    Position, QuestionKind, Response, Stance, Synthesis, abstention, confidence, number, other_fields,
};
use crate::debate::text;

/// Longest text that stands for a missing statement, in characters.
const STATEMENT_CHARS_MAX: usize = 300;

/// Reads an object on the terms of `contract`.
///
/// # Errors
///
/// Says what is wrong with the vote, or with what the form is for.
pub(super) fn read(contract: &Contract, object: &Map<String, Value>) -> Result<Response, String> {
    let notes = Notes::default();
    let fields = Fields::of(object, &notes);
    let mut response = match contract {
        Contract::Position(terms, needs) => Response::Position(position(&fields, terms.as_ref(), *needs)?),
        Contract::Questions => Response::Questions(questions(&fields)?),
        Contract::Ballot(terms) => Response::Ballot(ballot(&fields, terms)?),
        Contract::Perspectives(count) => Response::Perspectives(perspectives(&fields, *count)?),
        Contract::Sorting(count) => Response::Sorting(piles(&fields, *count)?),
        Contract::Synthesis => Response::Synthesis(synthesis(&fields)?),
    };
    drop(fields);
    match &mut response {
        Response::Position(position) => position.unread = notes.into_unread(),
        Response::Ballot(ballot) => ballot.unread = notes.into_unread(),
        Response::Questions(_)
        | Response::Perspectives(_)
        | Response::Sorting(_)
        | Response::Synthesis(_)
        | Response::Unclear { .. }
        | Response::Truncated
        | Response::Refused
        | Response::Filtered => {}
    }
    Ok(response)
}

/// The fields by which an object is known to be meant as the form, or as a part of it.
pub(super) fn vote_fields(contract: &Contract) -> &'static [&'static str] {
    match contract {
        Contract::Position(..) => &["statement", "option", "estimate", "claims", "abstain_reason"],
        Contract::Ballot(_) => &["option", "estimate", "ratings", "statement", "abstain_reason"],
        Contract::Questions => &["questions"],
        Contract::Perspectives(_) => &["perspectives"],
        Contract::Sorting(_) => &["options"],
        Contract::Synthesis => &["conclusion"],
    }
}

fn position(fields: &Fields<'_>, terms: Option<&StanceTerms>, needs: Needs) -> Result<Position, String> {
    let stance = terms.map(|terms| stance(fields, terms)).transpose()?;
    let objects = terms.is_some_and(StanceTerms::takes_objections);
    let reasoning = fields.text("reasoning");
    let statement = statement(fields, terms, &[&reasoning])?;
    Ok(Position {
        statement,
        confidence: stated_confidence(fields),
        claims: fields.items("claims").into_iter().filter_map(claim).collect(),
        concessions: fields.items("concessions").into_iter().filter_map(concession).collect(),
        would_change_my_mind: fields.texts("would_change_my_mind"),
        needs: match needs {
            Needs::NotAsked => Vec::new(),
            Needs::Asked => needed(fields),
        },
        blocking_objection: if objects { raised_objection(fields) } else { None },
        stance,
        reasoning,
        unread: Vec::new(),
    })
}

fn ballot(fields: &Fields<'_>, terms: &StanceTerms) -> Result<Ballot, String> {
    let stance = stance(fields, terms)?;
    let because = fields.text("because");
    let is_vote = terms.options.is_empty() && terms.estimate.is_none();
    let statement = match is_vote && stance.abstained.is_none() {
        true => statement(fields, Some(terms), &[])?,
        false => fields.text("statement"),
    };
    let blocking_objection = raised_objection(fields);
    Ok(Ballot {
        statement,
        because,
        confidence: stated_confidence(fields),
        blocking_objection,
        stance,
        unread: Vec::new(),
    })
}

/// The statement. Where an option or a number is the vote, the beginning of the reasons may stand in its place.
fn statement(fields: &Fields<'_>, terms: Option<&StanceTerms>, instead: &[&str]) -> Result<String, String> {
    let statement = fields.text("statement");
    if !statement.is_empty() {
        return Ok(statement);
    }
    let is_vote = terms.is_none_or(|terms| terms.options.is_empty() && terms.estimate.is_none());
    if is_vote {
        return Err("`statement` is missing".to_owned());
    }
    let reasons = [fields.text("because")].into_iter().chain(instead.iter().map(|text| (*text).to_owned()));
    fields.leave_out("statement", "it is missing");
    Ok(reasons
        .into_iter()
        .find(|text| !text.is_empty())
        .map(|text| text::clip(&text, STATEMENT_CHARS_MAX))
        .unwrap_or_default())
}

fn stated_confidence(fields: &Fields<'_>) -> Option<f64> {
    confidence::read(fields.object.get("confidence")).unwrap_or_else(|why| {
        fields.leave_out("confidence", why);
        None
    })
}

fn raised_objection(fields: &Fields<'_>) -> Option<String> {
    match objection::read(fields.object.get("blocking_objection"), fields.object.get("blocking")) {
        Objection::Absent => None,
        Objection::Raised(words) => Some(words),
        Objection::Unread(why) => {
            fields.leave_out("blocking_objection", why);
            None
        }
    }
}

fn stance(fields: &Fields<'_>, terms: &StanceTerms) -> Result<Stance, String> {
    let reason = abstain_reason(fields, terms);
    if let Some(unit) = &terms.estimate {
        let estimate = number::estimate_with_units(given_estimate(fields), unit)?;
        if estimate.is_none() && reason.is_none() {
            return Err("`estimate` must hold value, low and high, or be null with an `abstain_reason`".to_owned());
        }
        let change = if terms.earlier == Earlier::None { None } else { change(fields) };
        let abstained = reason.filter(|_| estimate.is_none());
        return Ok(Stance { estimate, abstained, change, ..Stance::default() });
    }
    if terms.options.is_empty() {
        return Ok(Stance { abstained: reason, ..Stance::default() });
    }
    let (option, abstained) = option_or_abstention(fields, &terms.options, reason)?;
    other_fields::check(fields, &terms.options, option.as_ref())?;
    let change = if terms.earlier == Earlier::None { None } else { change(fields) };
    let opening_was = if terms.earlier == Earlier::Sorted { corrected_opening(fields, &terms.options) } else { None };
    Ok(Stance { option, abstained, ratings: ratings(fields, &terms.options), change, opening_was, estimate: None })
}

/// Why the seat abstains. The compact form has no field for it: there null, or a word for abstaining, in place of the vote abstains,
/// and the statement says why. A reason that says that nobody abstains is none.
fn abstain_reason(fields: &Fields<'_>, terms: &StanceTerms) -> Option<String> {
    let vote = if terms.estimate.is_some() { "estimate" } else { "option" };
    let is_void = |value: &Value| match value {
        Value::Null => true,
        Value::String(words) => is_filler(value) || abstention::asserts(words),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    };
    let is_compact = fields.object.get(vote).is_some_and(is_void) && !fields.object.contains_key("abstain_reason");
    let name = if is_compact { "statement" } else { "abstain_reason" };
    fields.value(name).filter(|reason| !is_filler(reason))?;
    Some(fields.text(name)).filter(|reason| !text::is_blank(reason) && !abstention::is_denied(reason))
}

/// The estimate, in an object of its own or with its numbers side by side in the reply; words for nothing are none.
fn given_estimate<'a>(fields: &Fields<'a>) -> Option<&'a Value> {
    fields.value("estimate").filter(|estimate| !is_filler(estimate))
}

/// The option that is chosen, or why none is. Words that name no option abstain where a reason for it stands beside them.
fn option_or_abstention(
    fields: &Fields<'_>,
    options: &[Choice],
    reason: Option<String>,
) -> Result<(Option<OptionId>, Option<String>), String> {
    let ids = || options.iter().map(|choice| choice.id.0.as_str()).collect::<Vec<_>>().join(", ");
    match (choice::named(fields.object.get("option"), options), reason) {
        (Named::One(id), Some(reason)) if abstention::asserts(&reason) => {
            Err(format!("`option` is `{id}`, and `abstain_reason` abstains"))
        }
        (Named::One(id), _) => Ok((Some(id), None)),
        (Named::Nothing | Named::Words(_), Some(reason)) => Ok((None, Some(reason))),
        (Named::Nothing, None) => Err(format!("`option` must be one of {}, or null with an `abstain_reason`", ids())),
        (Named::Unknown(words), _) | (Named::Words(words), None) => {
            Err(format!("`option` is `{words}`, which is none of {}", ids()))
        }
        (Named::Several(words), _) => Err(format!("`option` is `{words}`, which is none of {} alone", ids())),
    }
}

fn corrected_opening(fields: &Fields<'_>, options: &[Choice]) -> Option<OptionId> {
    match choice::named(fields.object.get("opening_was"), options) {
        Named::One(id) => Some(id),
        Named::Nothing => None,
        Named::Unknown(words) | Named::Words(words) | Named::Several(words) => {
            if !is_filler(&Value::String(words.clone())) {
                fields.leave_out("opening_was", format!("`{words}` names no option"));
            }
            None
        }
    }
}

/// The ratings that can be read, by option; an option that is rated twice, differently, has none. A form without ratings asked for
/// none: nothing is missing then.
fn ratings(fields: &Fields<'_>, options: &[Choice]) -> BTreeMap<OptionId, i8> {
    let given: Vec<(Value, &Value)> = match fields.value("ratings") {
        None => return BTreeMap::new(),
        Some(Value::Object(given)) => given.iter().map(|(key, rating)| (Value::String(key.clone()), rating)).collect(),
        Some(Value::Array(items)) => items.iter().filter_map(rated_item).collect(),
        Some(_) => {
            fields.leave_out("ratings", "it must be an object that rates every option");
            Vec::new()
        }
    };
    let mut read: BTreeMap<OptionId, Option<i8>> = BTreeMap::new();
    for (key, rating) in given {
        let Named::One(id) = choice::named(Some(&key), options) else { continue };
        let rating = whole_rating(rating);
        let known = read.entry(id).or_insert(rating);
        if *known != rating {
            *known = None;
        }
    }
    for choice in options.iter().filter(|choice| read.get(&choice.id).is_none_or(Option::is_none)) {
        fields.leave_out(&format!("ratings.{}", choice.id), "it must be one whole number from -2 to 2");
    }
    read.into_iter().filter_map(|(id, rating)| Some((id, rating?))).collect()
}

/// One rating of a list: an object that names an option and rates it.
fn rated_item(item: &Value) -> Option<(Value, &Value)> {
    let object = item.as_object()?;
    let rating = ["rating", "score", "value"].iter().find_map(|name| object.get(*name))?;
    let named = ["option", "id", "option_id", "name"].iter().find_map(|name| object.get(*name))?;
    Some((named.clone(), rating))
}

fn whole_rating(value: &Value) -> Option<i8> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().replace('\u{2212}', "-").parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    // The range makes the conversion exact.
    number.filter(|n: &f64| n.fract() == 0.0 && (-2.0..=2.0).contains(n)).map(|n| n as i8)
}

fn change(fields: &Fields<'_>) -> Option<Change> {
    let change = match fields.value("change")? {
        filler if is_filler(filler) => return None,
        Value::Object(_) => {
            let change = fields.object("change")?;
            Change { because: change.text("because"), decisive_claims: change.claim_ids("decisive_claims") }
        }
        Value::String(_) => Change { because: fields.text("change"), decisive_claims: Vec::new() },
        Value::Array(items) if items.is_empty() => return None,
        Value::Bool(false) => return None,
        _ => {
            fields.leave_out("change", "it must be an object or null");
            return None;
        }
    };
    // Some models fill in an empty object where null is meant.
    Some(change).filter(|change| !change.because.is_empty() || !change.decisive_claims.is_empty())
}

fn claim(item: Item<'_>) -> Option<Claim> {
    let fields = match item {
        Item::Words(text) => {
            let kind = ClaimKind::Assumption;
            return Some(Claim { text, kind, evidence: Vec::new(), supports: Vec::new(), rebuts: Vec::new() });
        }
        Item::Object(fields) => fields,
    };
    let text = fields.text("text");
    if text.is_empty() {
        fields.leave_out_whole("`text` is missing");
        return None;
    }
    let evidence: Vec<Evidence> = fields.items("evidence").into_iter().filter_map(evidence).collect();
    // A kind that is unknown says no more than that the claim is taken as given.
    let stated = named(&fields, "kind", ClaimKind::Assumption);
    let kind = if stated == ClaimKind::Fact && evidence.is_empty() { ClaimKind::Assumption } else { stated };
    let supports = fields.texts("supports").into_iter().map(OptionId).collect();
    Some(Claim { text, kind, evidence, supports, rebuts: fields.claim_ids("rebuts") })
}

fn evidence(item: Item<'_>) -> Option<Evidence> {
    let evidence = match item {
        Item::Words(reference) => Evidence { kind: EvidenceKind::Example, reference, quote: String::new() },
        Item::Object(fields) => {
            // An example claims least: neither a source nor arithmetic that could be checked.
            let kind = named(&fields, "type", EvidenceKind::Example);
            Evidence { kind, reference: fields.text("ref"), quote: fields.text("quote") }
        }
    };
    Some(evidence).filter(|evidence| !evidence.reference.is_empty() || !evidence.quote.is_empty())
}

/// One of an enum's names; `least` for a word that is none.
fn named<T: DeserializeOwned>(fields: &Fields<'_>, name: &str, least: T) -> T {
    let word = match fields.value(name) {
        None => return least,
        Some(Value::String(word)) => word.trim().trim_matches(['*', '_', '`', '"']).to_lowercase(),
        Some(other) => other.to_string(),
    };
    serde_json::from_value(Value::String(word.clone())).unwrap_or_else(|_| {
        fields.leave_out(name, format!("`{}` is none of its words", text::clip(&word, 40)));
        least
    })
}

fn concession(item: Item<'_>) -> Option<Concession> {
    match item {
        Item::Words(claim) => Some(Concession { claim: ClaimId(claim), consequence: String::new() }),
        Item::Object(fields) => {
            let claim = fields.text("claim");
            if claim.is_empty() {
                fields.leave_out_whole("`claim` is missing");
                return None;
            }
            Some(Concession { claim: ClaimId(claim), consequence: fields.text("consequence") })
        }
    }
}

/// The needs of a response; what asks for nothing is left out.
fn needed(fields: &Fields<'_>) -> Vec<Need> {
    let need = |item| match item {
        Item::Words(query) => Need { query: text::line(&query), reason: String::new(), required: false },
        Item::Object(fields) => {
            let (query, reason) = (text::line(&fields.text("query")), text::line(&fields.text("reason")));
            Need { query, reason, required: fields.is_true("required") }
        }
    };
    let needs = fields.items("needs").into_iter().map(need);
    needs.filter(|need| !text::is_blank(&need.query)).take(NEEDS_MAX).collect()
}

fn questions(fields: &Fields<'_>) -> Result<Vec<PosedQuestion>, String> {
    let question = |item| match item {
        Item::Words(text) => Some(PosedQuestion { kind: QuestionKind::Clarify, text, about: None }),
        Item::Object(fields) => {
            let about = Some(fields.text("about")).filter(|id| !id.is_empty()).map(ClaimId);
            let kind = named(&fields, "kind", QuestionKind::Clarify);
            Some(PosedQuestion { kind, text: fields.text("text"), about }).filter(|question| !question.text.is_empty())
        }
    };
    let questions: Vec<PosedQuestion> = fields.items("questions").into_iter().filter_map(question).collect();
    match questions.len() {
        0 => Err("`questions` is empty".to_owned()),
        n if n > QUESTIONS_MAX => Err(format!("{n} questions were posed; at most {QUESTIONS_MAX} are taken")),
        _ => Ok(questions),
    }
}

fn perspectives(fields: &Fields<'_>, count: u32) -> Result<Vec<Persona>, String> {
    let persona = |item| match item {
        Item::Words(_) => None,
        Item::Object(fields) => {
            let (name, cares) = (fields.text("name"), fields.text("cares_about"));
            let persona =
                Persona { name: text::clip(&name, 40), character: text::clip(&cares, 400), team: None, stance: None };
            (!name.is_empty() && !cares.is_empty()).then_some(persona)
        }
    };
    let personas: Vec<Persona> = fields.items("perspectives").into_iter().filter_map(persona).collect();
    let names = distinct(personas.iter().map(|persona| persona.name.as_str()));
    // The moderator's name is taken.
    if personas.len() != count as usize || names.len() != personas.len() || names.iter().any(|name| name == "moderator")
    {
        return Err(format!("exactly {count} perspectives with different names are needed"));
    }
    Ok(personas)
}

/// The different ones of several texts, as readers tell them apart.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = texts.map(text::identity).collect();
    distinct.sort();
    distinct.dedup();
    distinct
}

/// The statements of a pile that contradict another of it, as far as they can be read; `None` when they cannot.
fn contradicting(given: &Value, members: &[u32]) -> Option<Vec<u32>> {
    let places = given.as_array()?.iter().map(|place| u32::try_from(place.as_u64()?).ok());
    let places = places.collect::<Option<Vec<u32>>>()?;
    places.iter().all(|place| members.contains(place)).then_some(places)
}

fn piles(fields: &Fields<'_>, count: u32) -> Result<Vec<Pile>, String> {
    let place = |place: &Value| match place {
        Value::Number(place) => place.as_u64(),
        Value::String(place) => {
            place.trim().trim_start_matches(['#', '[', '(']).trim_end_matches(['.', ']', ')']).parse().ok()
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let pile = |item| {
        let Item::Object(fields) = item else { return Err("`options` must be a list of objects".to_owned()) };
        let places: &[Value] = match fields.value("statements") {
            Some(Value::Array(places)) => places,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let members = places.iter().map(|value| place(value).and_then(|place| u32::try_from(place).ok()));
        let members = members.collect::<Option<Vec<u32>>>().ok_or("`statements` must be a list of numbers")?;
        let text = text::line(&fields.text("text"));
        if text.is_empty() {
            return Err("`text` is missing".to_owned());
        }
        let contradicting = fields.value("contradicting").and_then(|given| contradicting(given, &members));
        Ok(Pile { text, members, contradicting })
    };
    let piles: Vec<Pile> = fields.items("options").into_iter().map(pile).collect::<Result<_, String>>()?;
    let mut seen: Vec<u32> = piles.iter().flat_map(|pile| pile.members.iter().copied()).collect();
    seen.sort_unstable();
    if seen != (1..=count).collect::<Vec<_>>() || piles.iter().any(|pile| pile.members.is_empty()) {
        return Err(format!("every statement from 1 to {count} must stand under exactly one option"));
    }
    if distinct(piles.iter().map(|pile| pile.text.as_str())).len() != piles.len() {
        return Err("every option must be worded differently".to_owned());
    }
    if piles.len() > *OPTIONS.end() {
        return Err(format!("{} options were formed; at most {} are taken", piles.len(), OPTIONS.end()));
    }
    Ok(piles)
}

fn synthesis(fields: &Fields<'_>) -> Result<Synthesis, String> {
    let point = |item| match item {
        Item::Words(text) => Some(Point { text, claims: Vec::new() }),
        Item::Object(fields) => {
            let point = Point { text: fields.text("text"), claims: fields.claim_ids("claims") };
            Some(point).filter(|point| !point.text.is_empty())
        }
    };
    let points = |name: &str| fields.items(name).into_iter().filter_map(point).collect::<Vec<Point>>();
    let conclusion = fields.text("conclusion");
    if conclusion.is_empty() {
        return Err("`conclusion` is missing".to_owned());
    }
    Ok(Synthesis {
        conclusion,
        rationale: points("rationale"),
        risks: points("risks"),
        next_steps: fields.texts("next_steps"),
        would_change: fields.texts("would_change"),
        dropped: Vec::new(),
    })
}
