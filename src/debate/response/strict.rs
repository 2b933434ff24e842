//! Reading a reply as logs before format 5 were read: what is not of the form costs the whole reply.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::debate::agent::Persona;
use crate::debate::question::{Choice, OPTIONS, OptionId};
use crate::debate::response::contract::{Contract, Earlier, NEEDS_MAX, Needs, QUESTIONS_MAX, StanceTerms};
use crate::debate::response::extract::Doubts;
use crate::debate::response::{
    Ballot, Change, Claim, ClaimId, ClaimKind, Concession, Evidence, Need, Pile, Point, PosedQuestion, Position,
    Response, Stance, Synthesis, extract, number,
};
use crate::debate::text;

/// Longest single text that is taken over from a reply, in characters.
const TEXT_CHARS_MAX: usize = 8_000;
/// Longest list that is taken from a reply.
const LIST_MAX: usize = 40;

/// Words that fill in a field for an objection without objecting to anything, by their letters.
const FILLERS: [&str; 14] = [
    "none",
    "na",
    "nil",
    "null",
    "no",
    "nothing",
    "noobjection",
    "noobjections",
    "noblockingobjection",
    "noblockingobjections",
    "noneatthistime",
    "notapplicable",
    "undefined",
    "false",
];

/// Reads the text of a reply on the terms of `contract`; the error is why it cannot be read.
pub(super) fn read(contract: &Contract, reply: &str, doubts: Doubts) -> Result<Response, String> {
    if reply.trim().is_empty() {
        return Err("the reply is empty".to_owned());
    }
    let found = extract::objects(reply, doubts);
    let mut readable: Vec<Response> = Vec::new();
    let mut first_problem = None;
    for object in &found.objects {
        let unequivocal = match doubts {
            Doubts::Refused => check_ratings(contract, object),
            Doubts::Overlooked => Ok(()),
        };
        let read = unequivocal.and_then(|()| read_object(contract, &Fields(object)));
        match read.map(|response| without_filler(response, doubts)) {
            Ok(response) if readable.contains(&response) => {}
            Ok(response) => readable.push(response),
            Err(problem) => first_problem = first_problem.or(Some(problem)),
        }
    }
    match (readable.pop(), readable.is_empty()) {
        // What cannot be parsed may have been another vote.
        (Some(_), true) if doubts == Doubts::Refused && found.broken.is_some() => {
            let error = found.broken.unwrap_or_default();
            Err(format!("beside a readable JSON object stands one that cannot be parsed: {error}"))
        }
        (Some(response), true) => Ok(response),
        // Choosing between a vote and a quoted one would be guessing.
        (Some(_), false) => {
            Err("the reply holds several different JSON objects of the form; exactly one is needed".to_owned())
        }
        (None, _) => {
            let broken = found.broken.map(|error| format!("the JSON object cannot be parsed: {error}"));
            Err(broken.or(first_problem).unwrap_or_else(|| "the reply holds no JSON object".to_owned()))
        }
    }
}

/// Takes an objection for none that objects to nothing.
fn without_filler(mut response: Response, doubts: Doubts) -> Response {
    let objection = match &mut response {
        Response::Position(position) => &mut position.blocking_objection,
        Response::Ballot(ballot) => &mut ballot.blocking_objection,
        Response::Questions(_)
        | Response::Perspectives(_)
        | Response::Sorting(_)
        | Response::Synthesis(_)
        | Response::Unclear { .. }
        | Response::Truncated
        | Response::Refused
        | Response::Filtered => return response,
    };
    objection.take_if(|words| doubts == Doubts::Refused && is_filler(words));
    response
}

fn is_filler(words: &str) -> bool {
    let is_letter = |c: &char| c.is_alphabetic() && !text::is_invisible(*c);
    let letters: String = words.to_lowercase().chars().filter(is_letter).collect();
    letters.is_empty() || FILLERS.contains(&letters.as_str())
}

/// Fails where an option is rated twice, by its id and by its text.
fn check_ratings(contract: &Contract, object: &Map<String, Value>) -> Result<(), String> {
    let (Some(Value::Object(given)), Some(terms)) = (object.get("ratings"), contract.stance()) else { return Ok(()) };
    let is_twice = |choice: &&Choice| {
        choice.id.0 != choice.text && given.contains_key(&choice.id.0) && given.contains_key(&choice.text)
    };
    // The text of one option can be the id of another; then the id is meant.
    let is_id = |text: &str| terms.options.iter().any(|other| other.id.0 == text);
    match terms.options.iter().filter(|choice| !is_id(&choice.text)).find(is_twice) {
        Some(choice) => Err(format!("`ratings` rates {} twice, by its id and by its text", choice.id)),
        None => Ok(()),
    }
}

fn read_object(contract: &Contract, fields: &Fields<'_>) -> Result<Response, String> {
    Ok(match contract {
        Contract::Position(terms, needs) => Response::Position(position(fields, terms.as_ref(), *needs)?),
        Contract::Questions => Response::Questions(questions(fields)?),
        Contract::Ballot(terms) => Response::Ballot(ballot(fields, terms)?),
        Contract::Perspectives(count) => Response::Perspectives(perspectives(fields, *count)?),
        Contract::Sorting(count) => Response::Sorting(piles(fields, *count)?),
        Contract::Synthesis => Response::Synthesis(synthesis(fields)?),
    })
}

fn position(fields: &Fields<'_>, terms: Option<&StanceTerms>, needs: Needs) -> Result<Position, String> {
    let stance = terms.map(|terms| stance(fields, terms)).transpose()?;
    let objects = terms.is_some_and(StanceTerms::takes_objections);
    Ok(Position {
        statement: fields.needed_text("statement")?,
        reasoning: fields.text("reasoning")?,
        confidence: fields.confidence("confidence")?,
        claims: fields.objects("claims")?.iter().map(|fields| claim(fields)).collect::<Result<_, _>>()?,
        concessions: fields
            .objects("concessions")?
            .iter()
            .map(|fields| concession(fields))
            .collect::<Result<_, _>>()?,
        would_change_my_mind: fields.texts("would_change_my_mind")?,
        needs: match needs {
            Needs::NotAsked => Vec::new(),
            Needs::Asked => needed(fields)?,
        },
        blocking_objection: if objects { objection(fields)? } else { None },
        stance,
        unread: Vec::new(),
    })
}

fn ballot(fields: &Fields<'_>, terms: &StanceTerms) -> Result<Ballot, String> {
    let stance = stance(fields, terms)?;
    let statement = fields.text("statement")?;
    // While there are no options the statement is the vote.
    let is_vote = terms.options.is_empty() && terms.estimate.is_none();
    if is_vote && stance.abstained.is_none() && statement.is_empty() {
        return Err("`statement` is missing".to_owned());
    }
    Ok(Ballot {
        statement,
        because: fields.text("because")?,
        confidence: fields.confidence("confidence")?,
        blocking_objection: objection(fields)?,
        stance,
        unread: Vec::new(),
    })
}

fn objection(fields: &Fields<'_>) -> Result<Option<String>, String> {
    Ok(Some(fields.text("blocking_objection")?).filter(|text| !text.is_empty()))
}

fn stance(fields: &Fields<'_>, terms: &StanceTerms) -> Result<Stance, String> {
    let abstain_reason = Some(fields.text("abstain_reason")?).filter(|reason| !reason.is_empty());
    if let Some(unit) = &terms.estimate {
        let estimate = number::estimate(fields.0.get("estimate"), unit)?;
        if estimate.is_none() && abstain_reason.is_none() {
            return Err("`estimate` must hold value, low and high, or be null with an `abstain_reason`".to_owned());
        }
        let change = if terms.earlier == Earlier::None { None } else { change(fields)? };
        let abstained = abstain_reason.filter(|_| estimate.is_none());
        return Ok(Stance { estimate, abstained, change, ..Stance::default() });
    }
    if terms.options.is_empty() {
        return Ok(Stance { abstained: abstain_reason, ..Stance::default() });
    }
    let option = fields.option("option", &terms.options)?;
    let abstained = match (&option, abstain_reason) {
        (Some(_), _) => None,
        (None, Some(reason)) => Some(reason),
        (None, None) => {
            return Err(format!("`option` must be one of {}, or null with an `abstain_reason`", ids(&terms.options)));
        }
    };
    let (change, opening_was) = match terms.earlier {
        Earlier::None => (None, None),
        Earlier::Sorted => (change(fields)?, fields.option("opening_was", &terms.options)?),
        Earlier::Taken => (change(fields)?, None),
    };
    Ok(Stance { option, abstained, ratings: ratings(fields, &terms.options)?, change, opening_was, estimate: None })
}

fn ratings(fields: &Fields<'_>, options: &[Choice]) -> Result<BTreeMap<OptionId, i8>, String> {
    let Some(Value::Object(given)) = fields.0.get("ratings") else {
        return Err("`ratings` must be an object that rates every option".to_owned());
    };
    let rating = |choice: &Choice| {
        let value = given
            .get(&choice.id.0)
            .or_else(|| given.get(&choice.text))
            .ok_or_else(|| format!("`ratings` lacks option {}", choice.id))?;
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let whole = number.filter(|n| n.fract() == 0.0 && (-2.0..=2.0).contains(n));
        // The range check above makes the conversion exact.
        whole
            .map(|n| (choice.id.clone(), n as i8))
            .ok_or_else(|| format!("the rating of {} must be a whole number from -2 to 2", choice.id))
    };
    options.iter().map(rating).collect()
}

fn change(fields: &Fields<'_>) -> Result<Option<Change>, String> {
    let Some(change) = fields.object("change")? else {
        return Ok(None);
    };
    let change = Change { because: change.text("because")?, decisive_claims: change.claim_ids("decisive_claims")? };
    // Some models fill in an empty object where null is meant.
    Ok(Some(change).filter(|change| !change.because.is_empty() || !change.decisive_claims.is_empty()))
}

fn claim(fields: &Fields<'_>) -> Result<Claim, String> {
    let evidence: Vec<Evidence> = fields
        .objects("evidence")?
        .iter()
        .map(|item| Ok(Evidence { kind: item.name("type")?, reference: item.text("ref")?, quote: item.text("quote")? }))
        .collect::<Result<Vec<_>, String>>()?
        .into_iter()
        .filter(|item| !item.reference.is_empty() || !item.quote.is_empty())
        .collect();
    let stated: ClaimKind = fields.name("kind")?;
    let kind = if stated == ClaimKind::Fact && evidence.is_empty() { ClaimKind::Assumption } else { stated };
    let supports = fields.texts("supports")?.into_iter().map(OptionId).collect();
    Ok(Claim { text: fields.needed_text("text")?, kind, evidence, supports, rebuts: fields.claim_ids("rebuts")? })
}

fn concession(fields: &Fields<'_>) -> Result<Concession, String> {
    Ok(Concession { claim: ClaimId(fields.needed_text("claim")?), consequence: fields.text("consequence")? })
}

/// The needs of a response; what asks for nothing is left out.
fn needed(fields: &Fields<'_>) -> Result<Vec<Need>, String> {
    let need = |fields: &Fields<'_>| {
        let (query, reason) = (text::line(&fields.text("query")?), text::line(&fields.text("reason")?));
        Ok(Need { query, reason, required: fields.is_true("required")? })
    };
    let needs: Vec<Need> = fields.objects("needs")?.iter().map(need).collect::<Result<_, String>>()?;
    Ok(needs.into_iter().filter(|need| !text::is_blank(&need.query)).take(NEEDS_MAX).collect())
}

fn questions(fields: &Fields<'_>) -> Result<Vec<PosedQuestion>, String> {
    let question = |fields: &Fields<'_>| {
        let about = Some(fields.text("about")?).filter(|id| !id.is_empty()).map(ClaimId);
        Ok(PosedQuestion { kind: fields.name("kind")?, text: fields.needed_text("text")?, about })
    };
    let questions: Vec<PosedQuestion> =
        fields.objects("questions")?.iter().map(question).collect::<Result<_, String>>()?;
    match questions.len() {
        0 => Err("`questions` is empty".to_owned()),
        n if n > QUESTIONS_MAX => Err(format!("{n} questions were posed; at most {QUESTIONS_MAX} are taken")),
        _ => Ok(questions),
    }
}

fn perspectives(fields: &Fields<'_>, count: u32) -> Result<Vec<Persona>, String> {
    let persona = |fields: &Fields<'_>| {
        let (name, character) = (
            text::clip_at_character(&fields.needed_text("name")?, 40),
            text::clip_at_character(&fields.needed_text("cares_about")?, 400),
        );
        Ok(Persona { name, character, team: None, stance: None })
    };
    let personas: Vec<Persona> = fields.objects("perspectives")?.iter().map(persona).collect::<Result<_, String>>()?;
    let mut names: Vec<String> = personas.iter().map(|persona| text::folded(&persona.name)).collect();
    names.sort();
    names.dedup();
    // The moderator's name is taken.
    if personas.len() != count as usize || names.len() != personas.len() || names.iter().any(|name| name == "moderator")
    {
        return Err(format!("exactly {count} perspectives with different names are needed"));
    }
    Ok(personas)
}

fn piles(fields: &Fields<'_>, count: u32) -> Result<Vec<Pile>, String> {
    let pile = |fields: &Fields<'_>| {
        let Some(Value::Array(places)) = fields.0.get("statements") else {
            return Err("`statements` must be a list of numbers".to_owned());
        };
        let members = places.iter().map(|place| place.as_u64().and_then(|place| u32::try_from(place).ok()));
        let members = members.collect::<Option<Vec<u32>>>().ok_or("`statements` must be a list of numbers")?;
        Ok(Pile { text: text::line(&fields.needed_text("text")?), members, contradicting: None })
    };
    let piles: Vec<Pile> = fields.objects("options")?.iter().map(pile).collect::<Result<_, String>>()?;
    let mut seen: Vec<u32> = piles.iter().flat_map(|pile| pile.members.iter().copied()).collect();
    seen.sort_unstable();
    if seen != (1..=count).collect::<Vec<_>>() || piles.iter().any(|pile| pile.members.is_empty()) {
        return Err(format!("every statement from 1 to {count} must stand under exactly one option"));
    }
    let mut words: Vec<String> = piles.iter().map(|pile| text::folded(&pile.text)).collect();
    words.sort();
    words.dedup();
    if words.len() != piles.len() {
        return Err("every option must be worded differently".to_owned());
    }
    if piles.len() > *OPTIONS.end() {
        return Err(format!("{} options were formed; at most {} are taken", piles.len(), OPTIONS.end()));
    }
    Ok(piles)
}

fn synthesis(fields: &Fields<'_>) -> Result<Synthesis, String> {
    let point =
        |fields: &Fields<'_>| Ok(Point { text: fields.needed_text("text")?, claims: fields.claim_ids("claims")? });
    let points = |name: &str| fields.objects(name)?.iter().map(point).collect::<Result<Vec<Point>, String>>();
    Ok(Synthesis {
        conclusion: fields.needed_text("conclusion")?,
        rationale: points("rationale")?,
        risks: points("risks")?,
        next_steps: fields.texts("next_steps")?,
        would_change: fields.texts("would_change")?,
        dropped: Vec::new(),
    })
}

fn ids(options: &[Choice]) -> String {
    options.iter().map(|choice| choice.id.0.as_str()).collect::<Vec<_>>().join(", ")
}

/// The fields of one JSON object. A missing list or optional text counts as empty; one of the wrong type is a problem.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn text(&self, name: &str) -> Result<String, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(value)) => Ok(bounded(value)),
            Some(Value::Number(value)) => Ok(value.to_string()),
            Some(_) => Err(format!("`{name}` must be text")),
        }
    }

    fn needed_text(&self, name: &str) -> Result<String, String> {
        Some(self.text(name)?).filter(|text| !text.is_empty()).ok_or_else(|| format!("`{name}` is missing"))
    }

    fn list(&self, name: &str) -> Result<&'a [Value], String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(items)) if items.len() <= LIST_MAX => Ok(items),
            Some(Value::Array(items)) => {
                Err(format!("`{name}` has {} entries; at most {LIST_MAX} are taken", items.len()))
            }
            Some(_) => Err(format!("`{name}` must be a list")),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let text = |item: &Value| item.as_str().map(bounded).ok_or_else(|| format!("`{name}` must be a list of texts"));
        let texts: Vec<String> = self.list(name)?.iter().map(text).collect::<Result<_, _>>()?;
        Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    fn claim_ids(&self, name: &str) -> Result<Vec<ClaimId>, String> {
        Ok(self.texts(name)?.into_iter().map(ClaimId).collect())
    }

    fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, String> {
        self.list(name)?
            .iter()
            .map(|item| item.as_object().map(Fields).ok_or_else(|| format!("`{name}` must be a list of objects")))
            .collect()
    }

    fn object(&self, name: &str) -> Result<Option<Fields<'a>>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Fields(object))),
            Some(_) => Err(format!("`{name}` must be an object or null")),
        }
    }

    fn is_true(&self, name: &str) -> Result<bool, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::String(value)) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(Value::String(value)) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(format!("`{name}` must be true or false")),
        }
    }

    /// One of an enum's names.
    fn name<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let value = self.needed_text(name)?.to_lowercase();
        serde_json::from_value(Value::String(value.clone()))
            .map_err(|_| format!("`{name}` cannot be `{}`", text::clip_at_character(&value, 40)))
    }

    /// An option by its id, or by its exact text.
    fn option(&self, name: &str, options: &[Choice]) -> Result<Option<OptionId>, String> {
        let given = self.text(name)?;
        if given.is_empty() {
            return Ok(None);
        }
        // The text of one option can be the id of another; then the id is meant.
        let by_id = options.iter().find(|choice| choice.id.0.eq_ignore_ascii_case(&given));
        let meant = by_id.or_else(|| options.iter().find(|choice| text::folded(&choice.text) == text::folded(&given)));
        let unknown =
            || format!("`{name}` is `{}`, which is none of {}", text::clip_at_character(&given, 40), ids(options));
        meant.map(|choice| Some(choice.id.clone())).ok_or_else(unknown)
    }

    /// A confidence written as 0.85, 85, "0.85" or "85%". Anything else is a problem, never clamped; so is 7, which may
    /// be meant on a scale to 10.
    fn confidence(&self, name: &str) -> Result<Option<f64>, String> {
        let problem = || format!("`{name}` must be a number from 0 to 1");
        let (number, is_percent) = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => (number.as_f64().ok_or_else(problem)?, false),
            Some(Value::String(text)) => {
                let text = text.trim();
                let digits = text.strip_suffix('%').map(str::trim_end);
                (digits.unwrap_or(text).parse().map_err(|_| problem())?, digits.is_some())
            }
            Some(_) => return Err(problem()),
        };
        let share = if is_percent || number >= 10.0 { number / 100.0 } else { number };
        Some(share).filter(|share| (0.0..=1.0).contains(share)).map(Some).ok_or_else(problem)
    }
}

fn bounded(value: &str) -> String {
    let value = text::plain(value);
    value.trim().chars().take(TEXT_CHARS_MAX).collect()
}
