//! Fields that no form asks for: whether one of them says something else than the vote.
//!
//! Must never make a vote count. What models add beside a form is read only as far as it may contradict the vote.

use serde_json::Value;

use crate::debate::question::{Choice, OptionId};
use crate::debate::response::abstention;
use crate::debate::response::choice::{self, Named};
use crate::debate::response::fields::Fields;
use crate::debate::text;

/// The fields of the forms, but for the vote itself.
const OF_THE_FORMS: [&str; 18] = [
    "reasoning",
    "because",
    "statement",
    "confidence",
    "claims",
    "concessions",
    "would_change_my_mind",
    "needs",
    "ratings",
    "option",
    "estimate",
    "abstain_reason",
    "change",
    "opening_was",
    "blocking",
    "blocking_objection",
    "evidence",
    "supports",
];
/// Last words of the names of fields in which models repeat their vote, and words of those in which they revise it.
const VOTE_WORDS: [&str; 20] = [
    "option",
    "vote",
    "choice",
    "answer",
    "ballot",
    "final",
    "decision",
    "selection",
    "pick",
    "preferred",
    "winner",
    "ballots",
    "votum",
    "stimme",
    "wahl",
    "voto",
    "choix",
    "\u{433}\u{43e}\u{43b}\u{43e}\u{441}",
    "\u{9009}\u{62e9}",
    "\u{6295}\u{7968}",
];
const REVISIONS: [&str; 7] = ["final", "revised", "corrected", "selected", "correction", "revision", "amended"];
/// Words of the names of fields that speak of other options, of other people's votes, or of something else than a vote.
const NOT_THE_VOTE: [&str; 45] = [
    "draft",
    "example",
    "sample",
    "rejected",
    "second",
    "worst",
    "runner",
    "previous",
    "prior",
    "earlier",
    "least",
    "fallback",
    "losing",
    "loser",
    "majority",
    "minority",
    "alternative",
    "alternatives",
    "against",
    "other",
    "others",
    "opponent",
    "compared",
    "consider",
    "considered",
    "not",
    "avoid",
    "excluded",
    "dropped",
    "peer",
    "panel",
    "most",
    "disliked",
    "confidence",
    "score",
    "rating",
    "weight",
    "rank",
    "reason",
    "thoughts",
    "thought",
    "why",
    "comment",
    "note",
    "initial",
];
/// Fields that are true of a reply that is no vote, and words for its kind or state that say the same.
const VOIDING_FIELDS: [&str; 10] = [
    "abstain",
    "abstained",
    "abstains",
    "retracted",
    "withdrawn",
    "void",
    "invalid",
    "is_draft",
    "draft",
    "is_example",
];
const VOIDING_WORDS: [&str; 7] = ["draft", "example", "sample", "void", "withdrawn", "retracted", "template"];
/// Most words of a value that is a name.
const NAME_WORDS_MAX: usize = 6;

/// Checks that no field beside the vote takes it back, and that none names another option.
///
/// # Errors
///
/// Says which field does.
pub(super) fn check(fields: &Fields<'_>, options: &[Choice], option: Option<&OptionId>) -> Result<(), String> {
    for (key, value) in fields.object {
        let name = text::identity(key).replace([' ', '-'], "_");
        let is_of_form = key == "option" || name != "option" && OF_THE_FORMS.contains(&name.as_str());
        if is_of_form {
            continue;
        }
        if option.is_some() && voids(&name, value) {
            return Err(format!("`{}` takes the vote back", text::clip(key, 40)));
        }
        if names_another(&name, value, options, option) {
            return Err(format!("`{}` and `option` name different options", text::clip(key, 40)));
        }
    }
    Ok(())
}

/// Whether a field says that the reply is no vote.
fn voids(name: &str, value: &Value) -> bool {
    match value {
        Value::Bool(is_so) => *is_so && VOIDING_FIELDS.contains(&name) || !*is_so && name == "valid",
        Value::String(word) => {
            matches!(name, "status" | "type" | "kind" | "state")
                && VOIDING_WORDS.contains(&word.trim().to_lowercase().as_str())
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

fn names_another(name: &str, value: &Value, options: &[Choice], option: Option<&OptionId>) -> bool {
    let words = || name.split('_');
    if words().any(|word| NOT_THE_VOTE.contains(&word)) {
        return false;
    }
    let is_vote = words().next_back().is_some_and(|last| VOTE_WORDS.contains(&last));
    // A number under another name, such as `final_score`, is no place of an option.
    let is_revision = REVISIONS.iter().any(|word| name.contains(word)) && !value.is_number();
    if !is_vote && !is_revision {
        return false;
    }
    let inner = value.as_object().and_then(|object| object.get("option"));
    let is_name = match inner.unwrap_or(value) {
        Value::String(words) => words.split_whitespace().count() <= NAME_WORDS_MAX,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        Value::Number(_) => is_vote,
        Value::Object(_) => true,
        Value::Null | Value::Bool(_) => false,
    };
    match choice::named(Some(inner.unwrap_or(value)), options) {
        Named::One(other) => is_name && Some(&other) != option,
        Named::Several(_) => is_name && option.is_some(),
        Named::Words(words) => option.is_some() && (abstention::asserts(&words) || is_neither(&words)),
        Named::Nothing | Named::Unknown(_) => false,
    }
}

fn is_neither(words: &str) -> bool {
    let word = words.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    matches!(word.as_str(), "neither" | "abstain" | "undecided" | "none of them" | "neither of them")
}
