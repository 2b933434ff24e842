//! Reading which option a reply names, however it is dressed.
//!
//! Must never guess: where two options are named, or words say something else, none is read.

use serde_json::{Map, Value};

use crate::debate::question::{Choice, OptionId};
use crate::debate::text;

/// What the field for an option says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// One option and no other.
    One(OptionId),
    /// Nothing at all.
    Nothing,
    /// An id or a number that is none of the options'.
    Unknown(String),
    /// Words that name no option.
    Words(String),
    /// More than one option, or one with words that may say otherwise.
    Several(String),
}

/// Fewest letters of an option's text by which a beginning of it is known.
const BEGINNING_MIN: usize = 12;

/// Marks that ask, deny or cross out what stands beside them.
const DOUBTS: [char; 9] =
    ['?', '\u{ff1f}', '\u{61f}', '\u{2260}', '\u{ac}', '\u{2717}', '\u{2718}', '\u{274c}', '\u{2716}'];

/// Nouns that stand before an id or a number and say no more than the field's name does.
const LABELS: [&str; 29] = [
    "option",
    "options",
    "opt",
    "choice",
    "vote",
    "answer",
    "id",
    "nr",
    "number",
    "opción",
    "opcion",
    "opção",
    "opzione",
    "optie",
    "alternativ",
    "alternative",
    "wahl",
    "variante",
    "choix",
    "вариант",
    "выбор",
    "选项",
    "選項",
    "選択肢",
    "オプション",
    "옵션",
    "선택",
    "विकल्प",
    "خيار",
];

/// The keys under which an object names an option.
const KEYS: [&str; 9] = ["id", "option", "option_id", "choice", "value", "name", "text", "label", "key"];

/// Words for yes and no, for options that are those; none of them means the other in another language.
const YES: [&str; 24] = [
    "yes",
    "ja",
    "oui",
    "sí",
    "si",
    "sim",
    "да",
    "так",
    "tak",
    "ano",
    "áno",
    "igen",
    "kyllä",
    "jah",
    "evet",
    "ναι",
    "نعم",
    "כן",
    "हाँ",
    "はい",
    "是",
    "是的",
    "네",
    "ใช่",
];
const NO: [&str; 22] = [
    "no",
    "nein",
    "non",
    "não",
    "nao",
    "нет",
    "ні",
    "nie",
    "nej",
    "nei",
    "nee",
    "ei",
    "hayır",
    "όχι",
    "لا",
    "לא",
    "नहीं",
    "いいえ",
    "否",
    "不",
    "아니요",
    "ไม่",
];

/// Reads the option that `given` names.
pub(super) fn named(given: Option<&Value>, options: &[Choice]) -> Named {
    match given {
        None | Some(Value::Null) => Named::Nothing,
        Some(Value::String(words)) => in_words(words, options),
        Some(Value::Number(number)) => in_words(&number.to_string(), options),
        Some(Value::Bool(value)) => Named::Words(value.to_string()),
        // An abstention beside a vote says otherwise.
        Some(Value::Array(items)) if items.len() > 1 && items.contains(&Value::Null) => {
            Named::Several("more than one value".to_owned())
        }
        Some(Value::Array(items)) => in_parts(items.iter(), options),
        Some(Value::Object(object)) => in_object(object, options),
    }
}

fn in_object(object: &Map<String, Value>, options: &[Choice]) -> Named {
    in_parts(KEYS.iter().filter_map(|key| object.get(*key)), options)
}

/// Several values that must all name the same option.
fn in_parts<'a>(parts: impl Iterator<Item = &'a Value>, options: &[Choice]) -> Named {
    let named: Vec<Named> =
        parts.map(|part| named(Some(part), options)).filter(|named| *named != Named::Nothing).collect();
    match named.split_first() {
        None => Named::Nothing,
        Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
        Some(_) => Named::Several("more than one value".to_owned()),
    }
}

fn in_words(words: &str, options: &[Choice]) -> Named {
    let whole = text::identity(words);
    if whole.is_empty() || text::is_blank(words) {
        return Named::Nothing;
    }
    let bare = whole.trim_matches(|c: char| !c.is_alphanumeric());
    let is_doubted = words.contains(DOUBTS) || words.trim_start().starts_with('!') || words.contains("~~");
    let exact = options.iter().find(|choice| !is_doubted && choice.id.0.eq_ignore_ascii_case(bare));
    // The text of one option can be the id of another; then the id is meant, however it is dressed.
    if let Some(choice) = exact.or_else(|| options.iter().find(|choice| text::identity(&choice.text) == whole)) {
        return Named::One(choice.id.clone());
    }
    if let Some(id) = yes_or_no(&whole, options) {
        return Named::One(id);
    }
    // A question names nothing, nor does what is denied or crossed out, and a negative number no place.
    let is_minus = whole.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_minus || is_doubted {
        return Named::Several(text::clip(words, 40));
    }
    let tokens = tokens(&whole);
    let (mentioned, rest) = mentions(&tokens, options);
    let own = |id: &OptionId| options.iter().find(|choice| choice.id == *id);
    match mentioned.as_slice() {
        [] if rest.iter().any(|token| is_reference(token)) => Named::Unknown(text::clip(words, 40)),
        [] => Named::Words(text::clip(words, 40)),
        [id] if rest.is_empty() || own(id).is_some_and(|choice| begins(choice, &rest)) => Named::One(id.clone()),
        [..] => Named::Several(text::clip(words, 40)),
    }
}

/// The option that a word for yes or no names, in whatever language, where the options are those.
fn yes_or_no(word: &str, options: &[Choice]) -> Option<OptionId> {
    let of = |words: &[&str], text: &str| words.contains(&text);
    let is_yes_no = options.len() == 2
        && options.iter().any(|choice| of(&YES, &text::identity(&choice.text)))
        && options.iter().any(|choice| of(&NO, &text::identity(&choice.text)));
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let (yes, no) = (of(&YES, bare), of(&NO, bare));
    if !is_yes_no || yes == no {
        return None;
    }
    let words: &[&str] = if yes { &YES } else { &NO };
    options.iter().find(|choice| of(words, &text::identity(&choice.text))).map(|choice| choice.id.clone())
}

/// The words and numbers of a text, without what sets them off; a number stands apart from words of a script without spaces.
fn tokens(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty());
    words.flat_map(runs).collect()
}

/// The runs of a word that are of a script without spaces, and those that are not.
fn runs(word: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let pairs = word.char_indices().zip(word.char_indices().skip(1));
    starts.extend(
        pairs.filter(|((_, c), (_, next))| text::is_unspaced(*c) != text::is_unspaced(*next)).map(|(_, (at, _))| at),
    );
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    starts.iter().zip(ends).map(|(start, end)| &word[*start..end]).collect()
}

/// Whether a token could name an option that is not there: a number, or an id.
fn is_reference(token: &str) -> bool {
    let digits = token.strip_prefix('o').unwrap_or(token);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The options that are named by id, text or number, each once, and the tokens that name none.
fn mentions<'a>(tokens: &[&'a str], options: &[Choice]) -> (Vec<OptionId>, Vec<&'a str>) {
    let (mut mentioned, mut rest): (Vec<OptionId>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut texts: Vec<(&OptionId, Vec<String>)> = options
        .iter()
        .map(|choice| {
            (&choice.id, self::tokens(&text::identity(&choice.text)).into_iter().map(str::to_owned).collect())
        })
        .collect();
    // The longer of two texts, one of which begins with the other, is meant where it stands whole.
    texts.sort_by_key(|(_, words): &(&OptionId, Vec<String>)| std::cmp::Reverse(words.len()));
    let mut at = 0;
    while at < tokens.len() {
        let here = &tokens[at..];
        let by_id =
            options.iter().find(|choice| choice.id.0.eq_ignore_ascii_case(here[0])).map(|choice| (&choice.id, 1));
        let by_text = || {
            let stands = |words: &Vec<String>| {
                !words.is_empty()
                    && here.len() >= words.len()
                    && words.iter().zip(here).all(|(word, token)| word == token)
            };
            texts.iter().find(|(_, words)| stands(words)).map(|(id, words)| (*id, words.len()))
        };
        let by_number = || {
            let number: usize = here[0].parse().ok()?;
            let choice = options.get(number.checked_sub(1)?)?;
            Some((&choice.id, 1))
        };
        let meant = by_id.or_else(by_text).or_else(by_number);
        // A number that stands alone may be one option's words and another's place.
        let other = if mentioned.is_empty() && by_id.is_none() { by_number() } else { None };
        match meant {
            Some((id, length)) => {
                mentioned.extend(other.map(|(place, _)| place.clone()).filter(|place| place != id));
                if !mentioned.contains(id) {
                    mentioned.push(id.clone());
                }
                at += length;
            }
            None => {
                let is_label = LABELS.contains(&here[0]) && here.len() > 1 && at == 0;
                if !is_label {
                    rest.push(here[0]);
                }
                at += 1;
            }
        }
    }
    (mentioned, rest)
}

/// Whether what stands beside an option's id is the beginning of its text.
fn begins(choice: &Choice, rest: &[&str]) -> bool {
    let (own, given) = (text::identity(&choice.text), rest.join(" "));
    let own = tokens(&own).join(" ");
    given.chars().count() >= BEGINNING_MIN && own.starts_with(&given)
}
