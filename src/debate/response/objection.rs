//! Telling an objection from the absence of one.
//!
//! The form asks whether there is one; where a reply leaves that out, what is short and gives no reason is none.

use serde_json::Value;

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
const UNSPACED_CHARS_MAX: usize = 7;
/// Most words, or characters of a script without spaces, of a sentence that says no more than that there is no objection.
const PLAIN_DENIAL_WORDS_MAX: usize = 4;
const PLAIN_DENIAL_CHARS_MAX: usize = 8;
/// Most words between a denial and what it denies: "no serious blocking objections".
const BETWEEN_MAX: usize = 3;
/// The texts of an object that stands in the place of an objection, by their keys.
const TEXT_KEYS: [&str; 6] = ["text", "reason", "objection", "description", "message", "statement"];

/// Beginnings of the nouns for an objection.
const SUBJECTS: [&str; 45] = [
    "objection",
    "objeci",
    "objeccion",
    "objeç",
    "obiez",
    "obiec",
    "objeks",
    "keberatan",
    "einwand",
    "einwänd",
    "bedenken",
    "bezwa",
    "bezwar",
    "invänd",
    "innvend",
    "indvend",
    "возражен",
    "заперечен",
    "sprzeciw",
    "zastrze",
    "námit",
    "primjedb",
    "kifogás",
    "vastalaus",
    "itiraz",
    "ένσταση",
    "ενστάσεις",
    "αντίρρ",
    "اعتراض",
    "התנגד",
    "आपत्ति",
    "คัดค้าน",
    "phản đối",
    "phản",
    "反对",
    "反對",
    "异议",
    "異議",
    "反対",
    "이의",
    "반대",
    "concern",
    "blocker",
    "dissent",
    "veto",
];
/// Beginnings of adjectives for what blocks; alone at the end of a clause they stand for the objection.
const ADJECTIVES: [&str; 8] = ["blocking", "blockierend", "bloquant", "bloqueant", "bloccant", "блокир", "阻", "blokk"];
/// Beginnings of the nouns for a reason, and of what a reason may do to an option.
const REASONS: [&str; 9] = ["reason", "grund", "gründe", "raison", "razón", "razon", "motiv", "причин", "理由"];
const FORBIDS: [&str; 12] =
    ["forbid", "block", "against", "verbiet", "gegen", "interdi", "prohib", "proíb", "impid", "viet", "запрещ", "反"];
/// What denies, as a word or at the beginning of one.
const DENIALS: [&str; 47] = [
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
    "nincs",
    "yok",
    "ei",
    "nu",
    "tidak",
    "δεν",
    "لا",
    "ليس",
    "אין",
    "नहीं",
    "không",
];
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
/// Words that follow such a word where it counts things: "none of the tests".
const COUNTING: [&str; 12] = ["of", "der", "des", "von", "unserer", "de", "des", "du", "dei", "delle", "из", "van"];
/// Words after which the opposite is said.
const CONTRASTS: [&str; 12] =
    ["but", "however", "aber", "mais", "pero", "mas", "ma", "но", "maar", "except", "unless", "但"];
/// What denies in scripts without spaces.
const UNSPACED_DENIALS: [&str; 10] = ["没", "沒", "无", "無", "不", "ない", "なし", "ません", "없", "ไม่"];

/// Reads an objection from the field for it and, where the form asks for it, from the answer whether there is one.
pub(super) fn read(words: Option<&Value>, blocking: Option<&Value>) -> Objection {
    let Some(said) = words.map_or(Some(String::new()), in_words) else {
        return Objection::Unread("it must be a text".to_owned());
    };
    match (is_asserted(blocking), says_nothing(&said)) {
        (Some(false), _) => Objection::Absent,
        (Some(true), true) => Objection::Unread("`blocking` is true, and no reason is given".to_owned()),
        (None, true) => Objection::Absent,
        (Some(true), false) => match denies(&said) && is_plain(&said) {
            true => Objection::Unread("`blocking` is true, and the reason says that there is none".to_owned()),
            false => Objection::Raised(said),
        },
        (None, false) if denies(&said) => Objection::Absent,
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
        Value::String(word) => match word.trim().to_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            word => choice::is_yes(word),
        },
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            Some(_) | None => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether nothing is said: no letter, or a word of programs for nothing.
fn says_nothing(words: &str) -> bool {
    const FILLERS: [&str; 7] = ["none", "na", "nil", "null", "undefined", "false", "notapplicable"];
    let is_letter = |c: &char| c.is_alphabetic() && !text::is_invisible(*c);
    let letters: String = words.to_lowercase().chars().filter(is_letter).collect();
    letters.is_empty() || FILLERS.contains(&letters.as_str())
}

/// Whether a text is too short to say more than that there is no objection.
fn is_plain(words: &str) -> bool {
    let lower = words.to_lowercase();
    let unspaced = lower.chars().filter(|c| text::is_unspaced(*c) && c.is_alphabetic()).count();
    let spaced = tokens(&lower).into_iter().filter(|token| !is_unspaced(token)).count();
    spaced <= PLAIN_DENIAL_WORDS_MAX && unspaced <= PLAIN_DENIAL_CHARS_MAX
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
        false => first.starts_with(none),
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

/// "I don't have any", "Not that I can see".
fn denies_any(clause: &[&str]) -> bool {
    let ends_with_any = clause.last().is_some_and(|last| *last == "any") && clause.iter().any(|word| refuses(word));
    ends_with_any || clause.starts_with(&["not", "that", "i"])
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
    let is_denied = |at: usize| clause[at.saturating_sub(BETWEEN_MAX + 1)..at].iter().any(|word| refuses(word));
    let closes = clause.last().is_some_and(|last| CLOSING_DENIALS.iter().any(|denial| closes_with(last, denial)));
    let spaced = (0..clause.len()).any(|at| is_subject(at) && (is_denied(at) || closes && clause.len() <= 4));
    let joined = |word: &&str| is_unspaced(word) && denies_within(word);
    spaced
        || clause.iter().any(joined)
        || clause.len() > 1 && clause.iter().any(|word| is_unspaced(word)) && denies_within(&clause.concat())
}

/// Whether a word is a denial that closes a sentence; in Korean one has endings.
fn closes_with(word: &str, denial: &str) -> bool {
    word == denial || denial == "없" && word.starts_with(denial)
}

/// The same in a run of a script without spaces.
fn denies_within(run: &str) -> bool {
    let Some(subject) = SUBJECTS.iter().filter_map(|subject| run.find(subject)).min() else { return false };
    let is_before = UNSPACED_DENIALS.iter().any(|denial| run[..subject].contains(denial));
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
        let forbids = |word: &&&str| FORBIDS.iter().any(|forbid| word.starts_with(forbid));
        is_denied && words[at..].iter().any(|word| forbids(&word))
    })
}

/// Whether a word denies.
fn refuses(word: &str) -> bool {
    let begins = |denial: &str| word == denial || denial.chars().count() > 2 && word.starts_with(denial);
    word.ends_with("n't")
        || DENIALS.iter().any(|denial| begins(denial))
        || is_unspaced(word) && UNSPACED_DENIALS.iter().any(|denial| word.contains(denial))
}

fn tokens(text: &str) -> Vec<&str> {
    let is_apart = |c: char| !text::is_in_word(c) && c != '\'' && c != '/';
    text.split(is_apart).filter(|token| token.chars().any(char::is_alphanumeric)).collect()
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
