//! A form as a person fills it in: a few fields in their own way, the others filled up, so that it reads like any reply.
//!
//! Must never put an opinion where a person gave none: what is left out is neutral or null.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::debate::question::Choice;
use crate::debate::response::contract::{Contract, Earlier, Scope, StanceTerms};
use crate::debate::text;

/// What a person may write in place of an option to abstain.
const ABSTAINS: &str = "abstain";

/// Returns the whole form of what a person gave.
///
/// # Errors
/// Names a field that the form does not have, or the missing `because`.
pub fn filled(contract: &Contract, scope: Scope, given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let fields = contract.fields(scope);
    check_known(contract, scope, given)?;
    let words = Words::of(given);
    if words.is_missing() && fields.contains(&"statement") {
        return Err("`because` is missing: say why, in one sentence".to_owned());
    }
    let value = |field: &&'static str| {
        let value = match (*field, scope) {
            ("confidence", Scope::Opening | Scope::Full | Scope::Compact) => confidence(given.get("confidence")),
            (field, _) => value(contract, given, &words, field),
        };
        ((*field).to_owned(), value)
    };
    Ok(fields.iter().map(value).collect())
}

/// The names that a person may use: those of the form, and either way of saying why.
pub fn names(contract: &Contract, scope: Scope) -> Vec<&'static str> {
    let mut names = contract.fields(scope);
    for either in ["because", "statement"] {
        if names.contains(&"statement") && !names.contains(&either) {
            names.push(either);
        }
    }
    names
}

fn check_known(contract: &Contract, scope: Scope, given: &Map<String, Value>) -> Result<(), String> {
    let names = names(contract, scope);
    match given.keys().find(|key| !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) if names.contains(&"statement") && key == "reason" => {
            Err("`reason` is no field here; the reason stands in `because`".to_owned())
        }
        Some(key) => Err(format!("`{}` is no field of this form; it has {}", text::clip(key, 40), names.join(", "))),
    }
}

/// Why, in a person's words.
struct Words {
    because: Option<String>,
    statement: Option<String>,
}

impl Words {
    fn of(given: &Map<String, Value>) -> Self {
        let words = |name: &str| given.get(name)?.as_str().map(text::line).filter(|words| !text::is_blank(words));
        Self { because: words("because"), statement: words("statement") }
    }

    fn is_missing(&self) -> bool {
        self.because.is_none() && self.statement.is_none()
    }

    /// The first that was given.
    fn any(&self) -> String {
        self.because.clone().or_else(|| self.statement.clone()).unwrap_or_default()
    }
}

fn value(contract: &Contract, given: &Map<String, Value>, words: &Words, field: &str) -> Value {
    let stance = terms(contract);
    let options = stance.map(|terms| terms.options.as_slice()).unwrap_or_default();
    let own = given.get(field).cloned().filter(|value| !value.is_null());
    match field {
        "statement" => json!(words.statement.clone().unwrap_or_else(|| words.any())),
        "because" => json!(words.any()),
        "reasoning" => own.unwrap_or_else(|| json!(words.because.clone().unwrap_or_default())),
        "option" => own.map_or(Value::Null, |given| option(options, given)),
        "opening_was" => own.map_or(Value::Null, |given| option(options, given)),
        "ratings" => ratings(options, own, given.get("option")),
        "estimate" => own.map_or(Value::Null, estimate),
        "abstain_reason" => own.unwrap_or_else(|| abstains(stance, given, words)),
        "change" => own.unwrap_or_else(|| change(stance, words)),
        "blocking" => own.unwrap_or_else(|| json!(objects(given))),
        "questions" => own.map_or_else(|| json!([]), questions),
        "claims" | "concessions" | "would_change_my_mind" | "needs" => own.unwrap_or_else(|| json!([])),
        _ => own.unwrap_or(Value::Null),
    }
}

/// Whether an objection is given: a person says that it is blocking by giving it.
fn objects(given: &Map<String, Value>) -> bool {
    given.get("blocking_objection").and_then(Value::as_str).is_some_and(|words| !text::is_blank(words))
}

/// A person's confidence, from 0 to 1, as the percentage that forms ask for; what is no such number stays as it is, for the
/// reader to judge.
fn confidence(given: Option<&Value>) -> Value {
    let share = match given {
        None => return Value::Null,
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(other) => other.as_f64(),
    };
    match (share.filter(|share: &f64| (0.0..=1.0).contains(share)), given) {
        (Some(share), _) => json!(format!("{}%", (share * 10_000.0).round() / 100.0)),
        (None, given) => given.cloned().unwrap_or(Value::Null),
    }
}

fn terms(contract: &Contract) -> Option<&StanceTerms> {
    match contract {
        Contract::Position(terms, _) => terms.as_ref(),
        Contract::Ballot(terms) => Some(terms),
        Contract::Questions | Contract::Perspectives(_) | Contract::Sorting(_) | Contract::Synthesis => None,
    }
}

/// The id of the option that is meant by its number; what is no number stays as it is, for the reader to judge.
fn option(options: &[Choice], given: Value) -> Value {
    let written = match &given {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    if written.eq_ignore_ascii_case(ABSTAINS) {
        return Value::Null;
    }
    let is_text = options.iter().any(|choice| text::folded(&choice.text) == text::folded(&written));
    let numbered = written.parse::<usize>().ok().and_then(|number| options.get(number.checked_sub(1)?));
    match numbered.filter(|_| !is_text) {
        Some(choice) => json!(choice.id),
        None => json!(written),
    }
}

/// Every option's rating: as given, else 2 for the one that is held and 0 for the others.
fn ratings(options: &[Choice], given: Option<Value>, held: Option<&Value>) -> Value {
    let held = held.map(|held| option(options, held.clone()));
    let rated: BTreeMap<String, Value> = match given {
        None => BTreeMap::new(),
        Some(Value::Object(given)) => given
            .into_iter()
            .map(|(key, rating)| (option(options, Value::String(key)).as_str().unwrap_or_default().to_owned(), rating))
            .collect(),
        Some(other) => return other,
    };
    let meant = |choice: &Choice, name: &str| {
        name.eq_ignore_ascii_case(&choice.id.0) || text::folded(name) == text::folded(&choice.text)
    };
    let rating = |choice: &Choice| {
        let own = rated.iter().find(|(name, rating)| meant(choice, name) && !rating.is_null());
        let is_held = held.as_ref().and_then(Value::as_str).is_some_and(|held| meant(choice, held));
        own.map_or_else(|| json!(if is_held { 2 } else { 0 }), |(_, rating)| rating.clone())
    };
    Value::Object(options.iter().map(|choice| (choice.id.0.clone(), rating(choice))).collect())
}

/// A number alone is its own range.
fn estimate(given: Value) -> Value {
    match given {
        Value::Object(given) => {
            let value = given.get("value").cloned().unwrap_or(Value::Null);
            let end = |name: &str| given.get(name).filter(|end| !end.is_null()).unwrap_or(&value).clone();
            json!({ "low": end("low"), "high": end("high"), "value": value })
        }
        value => json!({ "low": value, "high": value, "value": value }),
    }
}

/// Who says outright that they choose nothing has said why in the reason for it.
fn abstains(stance: Option<&StanceTerms>, given: &Map<String, Value>, words: &Words) -> Value {
    let Some(terms) = stance else { return Value::Null };
    let field = match (&terms.estimate, terms.options.is_empty()) {
        (Some(_), _) => "estimate",
        (None, false) => "option",
        (None, true) => return Value::Null,
    };
    let chosen = given.get(field).map(|chosen| option(&[], chosen.clone()));
    match chosen {
        Some(Value::Null) => json!(words.any()),
        Some(chosen) if chosen == json!("null") => json!(words.any()),
        Some(_) | None => Value::Null,
    }
}

/// The reason is the account of a change where it names claims.
fn change(stance: Option<&StanceTerms>, words: &Words) -> Value {
    let because = words.any();
    let claims = claims_in(&because);
    match stance.map(|terms| terms.earlier) {
        Some(Earlier::Taken | Earlier::Sorted) if !claims.is_empty() => {
            json!({ "because": because, "decisive_claims": claims })
        }
        Some(_) | None => Value::Null,
    }
}

/// The claim ids, such as c12, that stand alone in a text.
fn claims_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let is_id = |word: &&str| {
        word.strip_prefix('c').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    words.filter(is_id).map(str::to_owned).collect()
}

/// A question in words alone asks what is meant.
fn questions(given: Value) -> Value {
    let question = |given: Value| match given {
        Value::String(text) => json!({ "kind": "clarify", "about": null, "text": text }),
        other => other,
    };
    match given {
        Value::Array(questions) => Value::Array(questions.into_iter().map(question).collect()),
        other => json!([question(other)]),
    }
}
