//! What the words around a vote say of it: whether they name another option.
//!
//! Must never make a vote count. A vote that is doubted is asked for again, which costs less than one that was not meant.

use serde_json::Value;

use crate::debate::question::{Choice, OptionId};
use crate::debate::response::choice::{self, Named};
use crate::debate::response::contract::Contract;
use crate::debate::response::{Response, setting};
use crate::debate::text;

/// Words of sentences that choose, by their beginnings.
const CHOOSES: [&str; 30] = [
    "vote",
    "voting",
    "choose",
    "choice",
    "final",
    "instead",
    "actually",
    "correct",
    "switch",
    "pick",
    "answer",
    "option",
    "meant",
    "mean",
    "rather",
    "stimm",
    "w\u{e4}hl",
    "doch",
    "lieber",
    "voto",
    "votar",
    "elijo",
    "escojo",
    "choisis",
    "scelgo",
    "\u{433}\u{43e}\u{43b}\u{43e}\u{441}",
    "\u{432}\u{44b}\u{431}\u{438}\u{440}",
    "\u{9009}",
    "\u{9078}",
    "\u{6295}",
];
/// Longest sentence that is looked at, in bytes; and fewest characters of an option's text that tell it from other words.
const SENTENCE_BYTES_MAX: usize = 400;
const NAME_CHARS_MIN: usize = 3;

/// Whether the words before or after an object name another option than it chooses: the last line before it, by itself or in a
/// sentence that chooses; or what stands after it, where that never names the one that is chosen.
pub(super) fn names_another(contract: &Contract, response: &Response, before: &str, after: &str) -> bool {
    let Some(options) = contract.stance().map(|terms| terms.options.as_slice()) else { return false };
    let Some(chosen) = response.stance().and_then(|stance| stance.option.as_ref()) else { return false };
    let last = before.lines().rev().find(|line| !is_decoration(line)).unwrap_or_default();
    let said_after = named_in(after, options);
    let only_others = !said_after.is_empty() && !said_after.contains(chosen);
    only_others || chooses_another(last, options, chosen) || chooses_another(after, options, chosen)
}

/// Whether a line says nothing: a fence, a rule, or no letter at all.
fn is_decoration(line: &str) -> bool {
    setting::is_fence(line) || !line.chars().any(char::is_alphanumeric)
}

/// Whether a sentence names another option and never the chosen one, as nothing but a name or with a word that chooses.
fn chooses_another(words: &str, options: &[Choice], chosen: &OptionId) -> bool {
    let sentences =
        words.split(['\n', ',', '.', '!', '?', ';', '\u{3002}']).filter(|said| said.len() <= SENTENCE_BYTES_MAX);
    sentences.into_iter().any(|sentence| {
        let lower = sentence.to_lowercase();
        let chooses = CHOOSES.iter().any(|word| lower.contains(word));
        let named = named_in(sentence, options);
        let is_other = !named.is_empty() && !named.contains(chosen);
        chooses && is_other || is_bare_name(sentence, chooses, options, chosen)
    })
}

/// Whether a sentence is nothing but the name of another option, perhaps behind a colon. A number is one behind a word that
/// chooses alone: others count something.
fn is_bare_name(sentence: &str, chooses: bool, options: &[Choice], chosen: &OptionId) -> bool {
    let name = sentence.rsplit(':').next().unwrap_or_default();
    let may_be = name.chars().any(char::is_alphabetic) || chooses && name.chars().any(|c| c.is_ascii_digit());
    let value = Value::String(name.to_owned());
    may_be
        && !sentence.contains(['{', '}'])
        && matches!(choice::named(Some(&value), options), Named::One(other) if other != *chosen)
}

/// The options that words name: by an id, or by a text that is no word of everyday and no number.
fn named_in(words: &str, options: &[Choice]) -> Vec<OptionId> {
    let whole = text::identity(words);
    let tells = |name: &str| {
        let has_letters =
            name.chars().filter(|c| c.is_alphabetic()).count() >= NAME_CHARS_MIN || name.chars().any(text::is_unspaced);
        has_letters && choice::is_yes(name).is_none()
    };
    let is_named = |choice: &&Choice| {
        let name = text::identity(&choice.text);
        let by_text = tells(&name) && !contains_another(&name, options) && choice::stands_in(&whole, &name);
        by_text || choice::stands_in(&whole, &choice.id.0.to_lowercase())
    };
    options.iter().filter(is_named).map(|choice| choice.id.clone()).collect()
}

/// Whether another option's text is part of a longer one's, or has it as a part: then words may name either.
fn contains_another(name: &str, options: &[Choice]) -> bool {
    let mut others = options.iter().map(|choice| text::identity(&choice.text)).filter(|other| other != name);
    others.any(|other| other.contains(name))
}
