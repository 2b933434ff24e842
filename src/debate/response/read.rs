//! Reading a reply into a typed response.
//!
//! A vote counts when exactly one can be read from the reply and nothing in it says otherwise. Must never guess one: what was
//! thought, quoted, tried out or cut off is no vote, and two different votes are none.

use serde_json::{Map, Value};

use crate::debate::reply::{Finish, Reply};
use crate::debate::response::choice::Named;
use crate::debate::response::contract::Contract;
use crate::debate::response::extract::Doubts;
use crate::debate::response::json::Piece;
use crate::debate::response::{Response, Stance, aside, choice, form, json, reasoning, setting, strict};

/// How closely a reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// As logs before format 3 were read: the last of two values of a key counts, and any words are an objection.
    Lenient,
    /// As logs of formats 3 and 4 were read: where JSON leaves open what is meant, nothing is read.
    Strict,
    /// As people read: decoration does not matter, and what stands beside the vote is left out where it cannot be read.
    AsMeant,
}

/// How deep a form may stand in objects around it.
const WRAPPERS_MAX: usize = 4;

/// Parts of keys whose values are not what the reply says: drafts, quotations, thoughts.
const NOT_SAID: [&str; 46] = [
    "draft",
    "example",
    "quote",
    "quotes",
    "quoted",
    "quotation",
    "drafts",
    "sample",
    "template",
    "schema",
    "previous",
    "prior",
    "other",
    "colleague",
    "peer",
    "others",
    "peers",
    "reject",
    "discard",
    "alternative",
    "thought",
    "thinking",
    "reason",
    "scratch",
    "analysis",
    "initial",
    "wrong",
    "tentative",
    "entwurf",
    "beispiel",
    "zitat",
    "brouillon",
    "exemple",
    "borrador",
    "ejemplo",
    "rascunho",
    "exemplo",
    "bozza",
    "esempio",
    "чернов",
    "пример",
    "草稿",
    "草案",
    "下書き",
    "例",
    "초안",
];
/// The parts among them that say no such thing of what is final.
const THOUGHTS: [&str; 4] = ["thought", "thinking", "reason", "analysis"];
/// Keys beside a wrapped form that answer for themselves.
const ANSWERS: [&str; 12] = [
    "vote",
    "option",
    "answer",
    "choice",
    "decision",
    "final",
    "antwort",
    "stimme",
    "réponse",
    "respuesta",
    "ответ",
    "最终",
];

/// Fewest bytes of such a part that stands for all words that begin with it.
const STEM_BYTES_MIN: usize = 6;
/// Other names under which models give the option.
const OPTION_NAMES: [&str; 9] =
    ["option_id", "vote", "choice", "answer", "decision", "selection", "selected_option", "final_vote", "final_answer"];

/// Fields of the forms that hold no form: what stands in them was said about a vote, or quoted.
const BESIDE_THE_VOTE: [&str; 12] = [
    "because",
    "statement",
    "ratings",
    "change",
    "opening_was",
    "confidence",
    "blocking",
    "blocking_objection",
    "claims",
    "concessions",
    "would_change_my_mind",
    "needs",
];

/// Reads `reply` on the terms of `contract`. Total: what cannot be read is a response too.
pub fn read(contract: &Contract, reply: &Reply, strictness: Strictness) -> Response {
    match (reply.finish, strictness) {
        (Finish::Refused, _) => return Response::Refused,
        (Finish::Filtered, _) => return Response::Filtered,
        // What stands in it may be what was only tried out.
        (Finish::Truncated, Strictness::AsMeant) => return Response::Truncated,
        (Finish::Truncated | Finish::Complete, _) => {}
    }
    let read = match strictness {
        Strictness::Lenient => strict::read(contract, &reply.text, Doubts::Overlooked),
        Strictness::Strict => strict::read(contract, &reply.text, Doubts::Refused),
        Strictness::AsMeant => read_as_meant(contract, reply),
    };
    match read {
        Ok(response) => response,
        // The cut explains what is missing better than the parser can.
        Err(_) if reply.finish == Finish::Truncated => Response::Truncated,
        Err(reason) => Response::Unclear { reason },
    }
}

fn read_as_meant(contract: &Contract, reply: &Reply) -> Result<Response, String> {
    let parted = reasoning::part(&reply.text);
    if parted.answer.trim().is_empty() {
        let has_reasoned = !parted.reasoning.is_empty() || reply.reasoning.is_some();
        let empty =
            if has_reasoned { "the reply holds reasoning and no answer after it" } else { "the reply is empty" };
        return Err(empty.to_owned());
    }
    // The whole reply may be a text that holds the object.
    let said = match json::value(&parted.answer) {
        Some(Value::String(inner)) => inner,
        Some(_) | None => parted.answer,
    };
    let quoted = reasoning::quoted_lines(&said);
    let pieces = json::pieces(&said);
    let (mut readable, mut problem, mut broken): (Vec<Response>, Option<String>, Option<String>) =
        (Vec::new(), None, None);
    let (mut start, mut end) = (said.len(), 0);
    let set_apart = setting::set_apart(&said);
    let is_said = |piece: &&Piece| {
        !reasoning::is_within(&quoted, piece.start)
            && !setting::is_within(&set_apart, piece.start)
            && !setting::is_example(&said, piece.start)
            && !setting::is_enclosed(&said, piece.start, piece.end)
    };
    for piece in pieces.iter().filter(is_said) {
        let object = match &piece.object {
            Ok(object) => object,
            Err(error) if may_be_form(contract, &said[piece.start..piece.end]) => {
                broken.get_or_insert(error.clone());
                continue;
            }
            Err(_) => continue,
        };
        for form in forms(contract, object, 0) {
            match form::read(contract, &form) {
                Ok(response) => {
                    add_vote(&mut readable, response);
                    (start, end) = (start.min(piece.start), piece.end);
                }
                Err(error) => problem = problem.or(Some(error)),
            }
        }
    }
    match (readable.pop(), readable.is_empty(), broken) {
        // Choosing between a vote and a quoted one would be guessing.
        (Some(_), false, _) => {
            Err("the reply holds several different JSON objects of the form; exactly one is needed".to_owned())
        }
        // What cannot be parsed may have been another vote.
        (Some(_), true, Some(error)) => {
            Err(format!("beside a readable JSON object stands one that cannot be parsed: {error}"))
        }
        (Some(_), true, None) if holds_remains(&gaps_after(&said, &pieces, end)) => {
            Err("beside a readable JSON object stands the rest of one that cannot be parsed".to_owned())
        }
        (Some(response), true, None) if response.stance().is_some() && setting::is_revoked(&said, end) => {
            Err("what stands after the JSON object takes its vote back".to_owned())
        }
        (Some(response), true, None) if aside::names_another(contract, &response, &said[..start], &said[end..]) => {
            Err("what stands beside the JSON object names another option".to_owned())
        }
        (Some(response), true, None) => Ok(response),
        (None, _, Some(error)) => Err(format!("the JSON object cannot be parsed: {error}")),
        (None, _, None) => Err(problem.unwrap_or_else(|| "the reply holds no JSON object of the form".to_owned())),
    }
}

/// Adds a vote to those of a reply, once. Of two that vote alike, the one that rates the options says more.
fn add_vote(readable: &mut Vec<Response>, response: Response) {
    match readable.iter_mut().find(|known| is_same_vote(known, &response)) {
        Some(known) if !rates(known) => *known = response,
        Some(_) => {}
        None => readable.push(response),
    }
}

/// Whether a piece of a reply that cannot be parsed names a field of the form.
fn may_be_form(contract: &Contract, piece: &str) -> bool {
    form::vote_fields(contract).iter().any(|field| piece.contains(&format!("\"{field}\"")))
}

/// Whether the end of an object stands in `gaps`, which follow a piece. Then a text of that object was not escaped, and ended
/// it early.
fn holds_remains(gaps: &str) -> bool {
    let Some((before, after)) = reasoning::unmatched_end(gaps).map(|end| gaps.split_at(end)) else { return false };
    let is_closing = |c: char| c.is_whitespace() || matches!(c, ']' | '}');
    let ends_text = before.trim_end_matches(is_closing).ends_with('"') && after.chars().all(is_closing);
    ends_text || before.match_indices('"').any(|(at, quote)| before[at + quote.len()..].trim_start().starts_with(':'))
}

/// What stands outside of the pieces of a reply, from the end of one of them on.
fn gaps_after(said: &str, pieces: &[Piece], from: usize) -> String {
    let later = || pieces.iter().filter(|piece| piece.end > from);
    let starts = std::iter::once(from).chain(later().map(|piece| piece.end));
    let ends = later().map(|piece| piece.start).chain([said.len()]);
    starts.zip(ends).filter_map(|(start, end)| said.get(start..end)).collect()
}

/// The objects of the form that an object holds: itself, or what it is wrapped around.
fn forms(contract: &Contract, object: &Map<String, Value>, depth: usize) -> Vec<Map<String, Value>> {
    let object = &with_plain_keys(contract, object);
    if form::vote_fields(contract).iter().any(|field| object.contains_key(*field)) {
        return vec![object.clone()];
    }
    let is_said = |key: &str| {
        let key = in_words(key);
        let is_final = key.contains("final") || key.contains("ballot");
        let is_not_said = |part: &&str| names(&key, part) && !(is_final && THOUGHTS.contains(part));
        let is_beside = BESIDE_THE_VOTE.contains(&key.as_str()) || NOT_SAID.iter().any(is_not_said);
        depth < WRAPPERS_MAX && !is_beside
    };
    let answers = |(key, value): (&String, &Value)| {
        let is_bare = matches!(value, Value::Null | Value::String(_) | Value::Number(_) | Value::Bool(_));
        let is_form = value.as_str().is_some_and(|text| text.trim_start().starts_with('{'));
        is_bare && !is_form && ANSWERS.contains(&key.to_lowercase().as_str())
    };
    if object.iter().any(answers) {
        return Vec::new();
    }
    object.iter().filter(|(key, _)| is_said(key)).flat_map(|(_, value)| within(contract, value, depth + 1)).collect()
}

fn within(contract: &Contract, value: &Value, depth: usize) -> Vec<Map<String, Value>> {
    match value {
        Value::Object(object) => forms(contract, object, depth),
        Value::Array(items) if depth < WRAPPERS_MAX => {
            items.iter().flat_map(|item| within(contract, item, depth + 1)).collect()
        }
        Value::String(text) if text.trim_start().starts_with('{') => match json::value(text.trim()) {
            Some(Value::Object(object)) => forms(contract, &object, depth),
            Some(_) | None => Vec::new(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Vec::new(),
    }
}

/// A key in lower case, with its words apart, as `previous_vote` for `previousVote`.
fn in_words(key: &str) -> String {
    let mut words = String::with_capacity(key.len());
    for sign in key.chars() {
        if sign.is_uppercase() && words.ends_with(char::is_lowercase) {
            words.push('_');
        }
        words.extend(sign.to_lowercase());
    }
    words
}

/// Whether a word of a key is `part`, or begins with it where that is long enough to be no other word's beginning.
fn names(key: &str, part: &str) -> bool {
    let mut words = key.split(|c: char| !c.is_alphanumeric());
    !part.is_ascii() && key.contains(part)
        || words.any(|word| word == part || part.len() >= STEM_BYTES_MIN && word.starts_with(part))
}

/// The object with the form's fields for the vote under their own names, where they are written in capitals, or where another
/// name for the vote stands beside other fields of the form.
fn with_plain_keys(contract: &Contract, object: &Map<String, Value>) -> Map<String, Value> {
    let mut plain = object.clone();
    for field in form::vote_fields(contract).iter().filter(|field| !object.contains_key(**field)) {
        let mut named = object.iter().filter(|(key, _)| key.trim().eq_ignore_ascii_case(field));
        if let (Some((key, value)), None) = (named.next(), named.next()) {
            plain.remove(key);
            plain.insert((*field).to_owned(), value.clone());
        }
    }
    let options = contract.stance().map(|terms| terms.options.as_slice()).unwrap_or_default();
    let is_form = plain.keys().any(|key| BESIDE_THE_VOTE.contains(&key.as_str()));
    if is_form && !options.is_empty() && !plain.contains_key("option") {
        let names_one = |key: &&&str| matches!(choice::named(plain.get(**key), options), Named::One(_));
        if let Some(name) = OPTION_NAMES.iter().find(names_one) {
            let vote = plain.get(*name).cloned();
            plain.extend(vote.map(|vote| ("option".to_owned(), vote)));
        }
    }
    plain
}

/// Whether a response rates the options.
fn rates(response: &Response) -> bool {
    response.stance().is_some_and(|stance| !stance.ratings.is_empty())
}

/// Whether two responses vote alike, whatever stands beside the vote; without a vote, whether they are the same.
fn is_same_vote(one: &Response, other: &Response) -> bool {
    let vote = |stance: &Stance| (stance.option.clone(), stance.estimate, stance.abstained.is_some());
    match (one.stance(), other.stance()) {
        (Some(first), Some(second)) if first.option.is_some() || first.estimate.is_some() => {
            vote(first) == vote(second)
        }
        _ => one == other,
    }
}
