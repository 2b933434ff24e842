//! Telling an objection from the absence of one.
//!
//! The form asks whether there is one; where a reply leaves that out, what is short and gives no reason is none.

use serde_json::Value;

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
const UNSPACED_CHARS_MAX: usize = 7;
/// Most words, or characters of a script without spaces, of a sentence that speaks of objections themselves.
const DENIAL_WORDS_MAX: usize = 9;
const DENIAL_CHARS_MAX: usize = 24;

/// Beginnings of words by which a sentence speaks of objections instead of raising one.
const SUBJECTS: [&str; 40] = [
    "object",
    "objec",
    "objeç",
    "objet",
    "obiez",
    "objeks",
    "einw",
    "bedenk",
    "bezwa",
    "invänd",
    "innvend",
    "indvend",
    "возраж",
    "запереч",
    "sprzeciw",
    "zastrze",
    "námit",
    "itiraz",
    "ένσταση",
    "αντίρρ",
    "اعتراض",
    "התנגד",
    "आपत्ति",
    "คัดค้าน",
    "phản",
    "反对",
    "反對",
    "异议",
    "異議",
    "反対",
    "이의",
    "반대",
    "block",
    "blok",
    "bloqu",
    "bloc",
    "блок",
    "阻",
    "concern",
    "veto",
];
/// What denies, as a word or at the beginning of one.
const DENIALS: [&str; 43] = [
    "no",
    "none",
    "not",
    "nothing",
    "without",
    "kein",
    "nicht",
    "ohne",
    "non",
    "nessun",
    "nulla",
    "senza",
    "sin",
    "ning",
    "nada",
    "sans",
    "pas",
    "aucun",
    "rien",
    "nenhum",
    "não",
    "sem",
    "geen",
    "niet",
    "zonder",
    "ing",
    "ikke",
    "inte",
    "нет",
    "не",
    "без",
    "nie",
    "brak",
    "bez",
    "žád",
    "nem",
    "yok",
    "δεν",
    "لا",
    "ليس",
    "אין",
    "नहीं",
    "không",
];
/// Words for none, by their beginnings, that a sentence may begin with before it goes on.
const NONE: [&str; 16] = [
    "none",
    "nothing",
    "n/a",
    "keine",
    "nichts",
    "aucun",
    "rien",
    "ningun",
    "nada",
    "nessun",
    "nulla",
    "nenhum",
    "geen",
    "ingen",
    "\u{306a}\u{3057}",
    "\u{65e0}",
];
/// What denies in scripts without spaces.
const UNSPACED_DENIALS: [&str; 9] = ["没", "沒", "无", "無", "ない", "なし", "ません", "없", "ไม่"];

/// Reads an objection from the field for it and, where the form asks for it, from the answer whether there is one.
pub(super) fn read(words: Option<&Value>, blocking: Option<&Value>) -> Objection {
    let said = match words {
        None | Some(Value::Null | Value::Bool(false)) => String::new(),
        Some(Value::String(words)) => text::plain(words).trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            match texts {
                Some(texts) => text::plain(&texts.join(" ")).trim().to_owned(),
                None => return Objection::Unread("it must be a text".to_owned()),
            }
        }
        Some(Value::Object(object)) if object.is_empty() => String::new(),
        Some(Value::Bool(true) | Value::Object(_)) => return Objection::Unread("it must be a text".to_owned()),
    };
    match (is_asserted(blocking), says_nothing(&said)) {
        (Some(false), _) => Objection::Absent,
        (Some(true), true) => Objection::Unread("`blocking` is true, and no reason is given".to_owned()),
        (None, true) => Objection::Absent,
        (Some(true), false) => match denies(&said) {
            true => Objection::Unread("`blocking` is true, and the reason says that there is none".to_owned()),
            false => Objection::Raised(said),
        },
        (None, false) if denies(&said) => Objection::Absent,
        (None, false) if is_short(&said) => Objection::Unread(format!("`{}` gives no reason", text::clip(&said, 40))),
        (None, false) => Objection::Raised(said),
    }
}

/// The answer whether there is an objection; `None` where there is none, or one that cannot be read.
fn is_asserted(blocking: Option<&Value>) -> Option<bool> {
    match blocking? {
        Value::Bool(answer) => Some(*answer),
        Value::String(word) if word.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Null | Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether nothing is said: no letter, or a word of programs for nothing.
fn says_nothing(words: &str) -> bool {
    const FILLERS: [&str; 7] = ["none", "na", "nil", "null", "undefined", "false", "notapplicable"];
    let is_letter = |c: &char| c.is_alphabetic() && !text::is_invisible(*c);
    let letters: String = words.to_lowercase().chars().filter(is_letter).collect();
    letters.is_empty() || FILLERS.contains(&letters.as_str())
}

/// Whether a sentence says that there is no objection: it is short, and either begins with a word for none or speaks of
/// objections and denies them.
fn denies(words: &str) -> bool {
    let said = words.to_lowercase().replace('\u{2019}', "'");
    let tokens = tokens(&said);
    let is_long =
        tokens.len() > DENIAL_WORDS_MAX || said.chars().filter(|c| text::is_unspaced(*c)).count() > DENIAL_CHARS_MAX;
    // What follows a colon is the objection itself.
    if is_long || said.contains([':', ';', '\u{ff1a}']) {
        return false;
    }
    let first = said
        .split([',', '.', '-', '\u{2013}', '\u{2014}', '\u{3001}', '\u{ff0c}', '\u{3002}'])
        .next()
        .unwrap_or_default();
    let is_none = |word: &str| NONE.iter().any(|none| word.trim().starts_with(none) && !word.trim().contains(' '));
    let speaks = |word: &str| {
        SUBJECTS.iter().any(|subject| word.starts_with(subject) || is_unspaced(word) && word.contains(subject))
    };
    is_none(first) || tokens.iter().any(|word| speaks(word)) && tokens.iter().any(|word| refuses(word))
}

/// Whether a word denies.
fn refuses(word: &str) -> bool {
    let begins = |denial: &str| word == denial || denial.chars().count() > 2 && word.starts_with(denial);
    word.ends_with("n't")
        || DENIALS.iter().any(|denial| begins(denial))
        || UNSPACED_DENIALS.iter().any(|denial| word.contains(denial))
}

fn tokens(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|token| !token.is_empty()).collect()
}

fn is_unspaced(word: &str) -> bool {
    word.chars().any(text::is_unspaced)
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
