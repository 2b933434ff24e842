//! Telling an objection from the absence of one.
//!
//! The form asks whether there is one; where a reply leaves that out, what is short and gives no reason is none.

use serde_json::Value;

use crate::debate::response::absence::{
    self, ADJECTIVES, SUBJECTS, denies_twice, holds_denial, is_unspaced, leaves_some, refuses, tokens,
};
use crate::debate::response::choice;
use crate::debate::text;

/// What a reply says of a blocking objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Objection {
    /// None.
    Absent,
    /// A reason.
    Raised(String),
    /// Words that are no reason, or an objection without any.
    Unread(String),
}

/// Most words of a text that gives no reason, and most characters in a script without spaces.
const WORDS_MAX: usize = 3;
const UNSPACED_CHARS_MAX: usize = 4;
/// Most words, or characters of a script without spaces, of a sentence that says no more than that there is no objection.
const PLAIN_DENIAL_WORDS_MAX: usize = 4;
const PLAIN_DENIAL_CHARS_MAX: usize = 8;
/// Most words between a denial and what it denies: "no serious blocking objections".
const BETWEEN_MAX: usize = 3;
/// The texts of an object that stands in the place of an objection, by their keys.
const TEXT_KEYS: [&str; 6] = ["text", "reason", "objection", "description", "message", "statement"];

/// Beginnings of the nouns for a reason, and of what a reason may do to an option.
const REASONS: [&str; 9] = ["reason", "grund", "gründe", "raison", "razón", "razon", "motiv", "причин", "理由"];
const FORBIDS: [&str; 12] =
    ["forbid", "block", "against", "verbiet", "gegen", "interdi", "prohib", "proíb", "impid", "viet", "запрещ", "反"];
/// Denials that close a sentence in languages that put them last.
const CLOSING_DENIALS: [&str; 8] = ["нет", "yok", "नहीं", "なし", "無し", "ない", "ません", "없"];
/// Words for none, by their beginnings, that stand for a whole answer before a stop.
const NONE: [&str; 20] = [
    "none",
    "n/a",
    "keine",
    "aucun",
    "ningun",
    "ningún",
    "nessun",
    "nenhum",
    "geen",
    "ingen",
    "żad",
    "žád",
    "nincs",
    "нет",
    "なし",
    "无",
    "無",
    "没有",
    "ไม่มี",
    "없",
];
/// Those of them that have endings.
const IS_STEM: [&str; 9] = ["keine", "aucun", "ningun", "ningún", "nessun", "nenhum", "żad", "žád", "nincs"];
/// Words that may follow the noun where nothing is said of it: of whom, against what, and since when.
const AFTER: [&str; 64] = [
    "from",
    "to",
    "at",
    "on",
    "so",
    "against",
    "with",
    "for",
    "in",
    "here",
    "remain",
    "remaining",
    "identified",
    "found",
    "raised",
    "whatsoever",
    "that",
    "of",
    "about",
    "regarding",
    "now",
    "currently",
    "were",
    "exist",
    "exists",
    "known",
    "gegen",
    "von",
    "zu",
    "zur",
    "bisher",
    "meinerseits",
    "bestehen",
    "vorhanden",
    "bekannt",
    "hierzu",
    "de",
    "à",
    "contre",
    "a",
    "en",
    "por",
    "contra",
    "da",
    "di",
    "alla",
    "al",
    "tegen",
    "van",
    "mot",
    "till",
    "fra",
    "со",
    "с",
    "к",
    "против",
    "по",
    "нет",
    "do",
    "wobec",
    "proti",
    "ellen",
    "karşı",
    "the",
];
/// Denials that stand right before a noun, perhaps with what tells its kind.
const DETERMINERS: [&str; 18] = [
    "no", "without", "kein", "ohne", "nessun", "senza", "sin", "sans", "aucun", "nenhum", "sem", "geen", "zonder",
    "ing", "без", "bez", "žád", "ningun",
];
/// Verbs right behind the noun for a reason, which tell of it.
const TELLING: [&str; 8] = ["was", "were", "is", "has", "had", "wurde", "ist", "war"];
/// Words that follow such a word where it counts things: "none of the tests".
const COUNTING: [&str; 12] = ["of", "der", "des", "von", "unserer", "de", "des", "du", "dei", "delle", "из", "van"];
/// Words after which the opposite is said.
const CONTRASTS: [&str; 12] =
    ["but", "however", "aber", "mais", "pero", "mas", "ma", "но", "maar", "except", "unless", "但"];
/// Reads an objection from the field for it and, where the form asks for it, from the answer whether there is one.
pub(super) fn read(words: Option<&Value>, blocking: Option<&Value>) -> Objection {
    let Some(said) = words.map_or(Some(String::new()), in_words) else {
        return Objection::Unread("it must be a text".to_owned());
    };
    match (is_asserted(blocking), says_nothing(&said)) {
        (Some(false), _) => Objection::Absent,
        (Some(true), true) => Objection::Unread("`blocking` is true, and no reason is given".to_owned()),
        (None, true) => Objection::Absent,
        (Some(true), false) if absence::is_said(&said) => {
            Objection::Unread("`blocking` is true, and the reason says that there is none".to_owned())
        }
        (Some(true), false) => Objection::Raised(said),
        (None, false) if absence::is_said(&said) || denies(&said) => Objection::Absent,
        (None, false) if is_short(&said) => Objection::Unread(format!("`{}` gives no reason", text::clip(&said, 40))),
        (None, false) => Objection::Raised(said),
    }
}

/// What stands in the place of an objection as a text, empty for nothing; `None` for what is none.
fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => Some(String::new()),
        Value::String(words) => Some(text::plain(words).trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(in_words).collect::<Option<_>>()?;
            Some(texts.join(" ").trim().to_owned())
        }
        Value::Object(object) if object.is_empty() => Some(String::new()),
        Value::Object(object) => {
            let text = TEXT_KEYS.iter().find_map(|key| object.get(*key)?.as_str());
            text.map(|text| text::plain(text).trim().to_owned())
        }
        Value::Bool(true) => None,
    }
}

/// The answer whether there is an objection; `None` where there is none, or one that cannot be read.
fn is_asserted(blocking: Option<&Value>) -> Option<bool> {
    match blocking? {
        Value::Bool(answer) => Some(*answer),
        Value::String(words) => match words.trim().trim_matches(['.', '!', '*', '"']).to_lowercase().as_str() {
            "true" | "y" | "1" => Some(true),
            "false" | "n" | "0" => Some(false),
            word if absence::is_said(word) || word == "non-blocking" => Some(false),
            word => choice::is_yes(word),
        },
        Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
        Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
        Value::Array(items) if items.len() == 1 => is_asserted(items.first()),
        Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether nothing is said: no letter, or a word of programs for nothing.
fn says_nothing(words: &str) -> bool {
    const FILLERS: [&str; 7] = ["none", "na", "nil", "null", "undefined", "false", "notapplicable"];
    let is_letter = |c: &char| c.is_alphabetic() && !text::is_invisible(*c);
    let letters: String = words.to_lowercase().chars().filter(is_letter).collect();
    letters.is_empty() || FILLERS.contains(&letters.as_str())
}

/// Whether a text says in its first clause that there is no objection, and nothing contrary after it: a word for none before a stop,
/// or a denial of the objection itself. What is said about an objection, or about a thing that blocks, is none.
fn denies(words: &str) -> bool {
    let said = words.to_lowercase().replace('\u{2019}', "'");
    if tokens(&said).iter().any(|word| CONTRASTS.contains(word) || is_unspaced(word) && word.contains("但")) {
        return false;
    }
    let stops =
        [',', '.', ';', ':', '!', '\u{2013}', '\u{2014}', '\u{3001}', '\u{ff0c}', '\u{3002}', '\u{ff1a}', '\u{ff1b}'];
    let said = said.replace(" - ", " \u{2013} ");
    let first = said.split(stops).next().unwrap_or_default();
    let clause = tokens(first);
    is_word_for_none(&clause) || denies_any(&clause) || denies_objection(&clause) || denies_reason(&said)
}

/// "None.", "None identified", "Keine", "なし": a word for none that counts nothing and has few words behind it.
fn is_word_for_none(clause: &[&str]) -> bool {
    let Some((first, rest)) = clause.split_first() else { return false };
    let is_unspaced_word = is_unspaced(first);
    let is_none = NONE.iter().any(|none| match is_unspaced_word {
        true => first == none || first.strip_suffix(none).is_some_and(|rest| rest.chars().count() <= 2),
        false => first == none || IS_STEM.contains(none) && first.starts_with(none),
    });
    let counts = rest.first().is_some_and(|next| COUNTING.contains(next));
    let is_short = rest.len() < PLAIN_DENIAL_WORDS_MAX;
    // "Keine Sicherung" has a noun that is denied; "none identified" has not.
    let is_determiner =
        ["keine", "geen", "ingen", "aucun", "ningun", "ningún", "nessun", "nenhum", "żad", "žád", "nincs"]
            .iter()
            .any(|none| first.starts_with(none));
    is_none && !counts && is_short && (rest.is_empty() || !is_determiner && !is_unspaced_word)
}

/// "I don't have any".
fn denies_any(clause: &[&str]) -> bool {
    clause.last().is_some_and(|last| *last == "any") && clause.iter().any(|word| refuses(word))
}

/// "No blocking objections from my side", "没有异议", "Возражений нет": a denial right before the noun for an objection, or one that
/// closes the sentence behind it.
fn denies_objection(clause: &[&str]) -> bool {
    let is_subject = |at: usize| {
        let word = clause[at];
        let is_noun = SUBJECTS.iter().any(|subject| word.starts_with(subject));
        let is_last = at + 1 == clause.len();
        is_noun || is_last && ADJECTIVES.iter().any(|adjective| word.starts_with(adjective))
    };
    let is_denied = |at: usize| is_denied_at(clause, at);
    let closes = clause.last().is_some_and(|last| CLOSING_DENIALS.iter().any(|denial| closes_with(last, denial)));
    let spaced = !leaves_some(clause)
        && (0..clause.len()).any(|at| is_subject(at) && (is_denied(at) || closes && clause.len() <= 4));
    let joined = |word: &&str| is_unspaced(word) && denies_within(word);
    spaced
        || clause.iter().any(joined)
        || clause.len() > 1 && clause.iter().any(|word| is_unspaced(word)) && denies_within(&clause.concat())
}

/// Whether the noun at a place of a clause is denied, and nothing more is said of it: right before it stands a denial, with at most
/// a few words of its kind between, and behind it no verb.
fn is_denied_at(clause: &[&str], at: usize) -> bool {
    let from = at.saturating_sub(BETWEEN_MAX + 1);
    let Some(denial) = clause[from..at].iter().rposition(|word| refuses(word)).map(|place| from + place) else {
        return false;
    };
    let between = &clause[denial + 1..at];
    let is_determiner =
        DETERMINERS.iter().any(|word| clause[denial] == *word || word.len() > 3 && clause[denial].starts_with(word));
    let is_of_frame = between.iter().all(|word| absence::is_of_frame(word));
    let says_more = clause[at + 1..].first().is_some_and(|next| {
        !AFTER.contains(next) && !SUBJECTS.iter().any(|noun| next.starts_with(noun)) && !is_unspaced(next)
    });
    (is_determiner || is_of_frame) && !says_more
}

/// Whether a word is a denial that closes a sentence; in Korean one has endings.
fn closes_with(word: &str, denial: &str) -> bool {
    word == denial || denial == "없" && word.starts_with(denial)
}

/// The same in a run of a script without spaces.
fn denies_within(run: &str) -> bool {
    let Some(subject) = SUBJECTS.iter().filter_map(|subject| run.find(subject)).min() else { return false };
    if denies_twice(run) || leaves_some(&[run]) {
        return false;
    }
    let is_before = holds_denial(&run[..subject]);
    let is_last = CLOSING_DENIALS.iter().any(|denial| {
        run.rfind(denial).is_some_and(|at| at > subject && run[at + denial.len()..].chars().count() <= 3)
    });
    is_before || is_last && run.chars().count() <= 2 * PLAIN_DENIAL_CHARS_MAX
}

/// "I do not see any reason that would forbid the option".
fn denies_reason(said: &str) -> bool {
    let words = tokens(said);
    let reason = words.iter().position(|word| REASONS.iter().any(|reason| word.starts_with(reason)));
    reason.is_some_and(|at| {
        let is_denied = words[..at].iter().rev().take(BETWEEN_MAX + 1).any(|word| refuses(word));
        let tells = words.get(at + 1).is_some_and(|next| TELLING.contains(next));
        let forbids = |word: &&&str| FORBIDS.iter().any(|forbid| word.starts_with(forbid));
        is_denied && !tells && words[at..].iter().any(|word| forbids(&word))
    })
}

/// Whether a text is too short to give a reason: one word, or a few that deny.
fn is_short(words: &str) -> bool {
    let unspaced = words.chars().filter(|c| text::is_unspaced(*c) && c.is_alphabetic()).count();
    let lower = words.to_lowercase();
    let spaced: Vec<&str> = tokens(&lower).into_iter().filter(|token| !is_unspaced(token)).collect();
    let is_one = spaced.len() + usize::from(unspaced > 0) <= 1 && unspaced <= UNSPACED_CHARS_MAX / 2;
    is_one
        || spaced.len() <= WORDS_MAX
            && unspaced <= UNSPACED_CHARS_MAX
            && tokens(&lower).iter().any(|word| refuses(word))
}
