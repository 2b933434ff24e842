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

/// Signs that set a name off and say nothing themselves: brackets, quotation marks, stops, dashes, bullets, arrows and ticks. Any
/// other sign may deny, cross out, compare or belong to a name.
const DRESSING: [char; 42] = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '"',
    '\'',
    '`',
    '*',
    '_',
    ':',
    ',',
    '.',
    ';',
    '-',
    '|',
    '/',
    '#',
    '!',
    '\u{ab}',
    '\u{bb}',
    '\u{2039}',
    '\u{203a}',
    '\u{2022}',
    '\u{b7}',
    '\u{2192}',
    '\u{27a1}',
    '\u{21d2}',
    '\u{2713}',
    '\u{2714}',
    '\u{2705}',
    '\u{2611}',
    '\u{1f44d}',
    '\u{3010}',
    '\u{3011}',
    '\u{300c}',
    '\u{300d}',
    '\u{3002}',
    '\u{3001}',
];

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

/// Words for numbers that may be places of options, too.
const NUMBER_WORDS: [(usize, [&str; 6]); 10] = [
    (1, ["one", "eins", "ein", "un", "uno", "\u{4e00}"]),
    (2, ["two", "zwei", "deux", "dos", "due", "\u{4e8c}"]),
    (3, ["three", "drei", "trois", "tres", "tre", "\u{4e09}"]),
    (4, ["four", "vier", "quatre", "cuatro", "quattro", "\u{56db}"]),
    (5, ["five", "f\u{fc}nf", "cinq", "cinco", "cinque", "\u{4e94}"]),
    (6, ["six", "sechs", "seis", "sei", "zes", "\u{516d}"]),
    (7, ["seven", "sieben", "sept", "siete", "sette", "\u{4e03}"]),
    (8, ["eight", "acht", "huit", "ocho", "otto", "\u{516b}"]),
    (9, ["nine", "neun", "neuf", "nueve", "nove", "\u{4e5d}"]),
    (10, ["ten", "zehn", "dix", "diez", "dieci", "\u{5341}"]),
];

/// The keys under which an object names an option.
const KEYS: [&str; 9] = ["id", "option", "option_id", "choice", "value", "name", "text", "label", "key"];

/// Words for yes and no, for options that are those; none of them means the other in another language.
const YES: [&str; 31] = [
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
    "sì",
    "예",
    "हां",
    "da",
    "ya",
    "có",
    "بله",
];
const NO: [&str; 31] = [
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
    "아니오",
    "hayir",
    "nem",
    "ne",
    "tidak",
    "không",
    "不是",
    "نه",
    "không phải",
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
    let bare = whole.trim_matches(|c: char| c.is_whitespace() || DRESSING.contains(&c));
    let is_doubted = is_struck(words) || is_cut_between(words, options);
    // An option may be called so; any other name is struck out or denied.
    if is_doubted && !options.iter().any(|choice| choice.text.trim() == words.trim()) {
        return Named::Several(text::clip(words, 40));
    }
    let exact = options.iter().find(|choice| choice.id.0.eq_ignore_ascii_case(bare));
    // The text of one option can be the id of another; then the id is meant, however it is dressed.
    if let Some(choice) = exact.or_else(|| options.iter().find(|choice| text::identity(&choice.text) == whole)) {
        return Named::One(choice.id.clone());
    }
    let shown = || text::clip(words, 40);
    let mut parts = Parts::of(&whole, options);
    parts.name_places(options);
    match parts.named.as_slice() {
        [] if parts.rest.iter().any(|word| is_reference(word)) => Named::Unknown(shown()),
        [] if parts.has_signs => Named::Several(shown()),
        [] => Named::Words(shown()),
        [id] if !parts.has_signs && parts.repeats(options, id) => Named::One(id.clone()),
        [..] => Named::Several(shown()),
    }
}

/// Whether a mark denies what is written: a cross, a stroke, an empty box, or the sign of a comment.
fn is_struck(words: &str) -> bool {
    let words = words.trim();
    let begins = ["!", "//", "/*", "--", "<!--"].iter().any(|mark| words.starts_with(mark));
    let holds = ["~~", "[ ]", "( )", "[-]", "(-)"].iter().any(|mark| words.contains(mark));
    begins || holds || words.ends_with(": -")
}

/// Whether a text was cut off where more than one option goes on.
fn is_cut_between(words: &str, options: &[Choice]) -> bool {
    let words = words.trim();
    let Some(kept) = words.strip_suffix("...").or_else(|| words.strip_suffix('\u{2026}')) else { return false };
    let kept = text::identity(kept);
    options.iter().filter(|choice| text::identity(&choice.text).starts_with(&kept)).count() > 1
}

/// What a text is made of: options that it names, words that name none, and signs that may say something.
struct Parts<'a> {
    named: Vec<OptionId>,
    /// Numbers that are the whole text of an option, where none is named by its id.
    digits: Vec<&'a str>,
    rest: Vec<&'a str>,
    has_signs: bool,
}

impl<'a> Parts<'a> {
    /// Takes a folded text apart. An option is named by its text with every sign of it, the longest first, or by its id.
    fn of(whole: &'a str, options: &[Choice]) -> Self {
        let mut texts: Vec<(String, &OptionId)> = options
            .iter()
            .flat_map(|choice| {
                [text::identity(&choice.text), choice.id.0.to_lowercase()].map(|name| (name, &choice.id))
            })
            .filter(|(name, _)| !name.is_empty())
            .collect();
        texts.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut parts = Self { named: Vec::new(), digits: Vec::new(), rest: Vec::new(), has_signs: false };
        let (mut has_id, mut is_noun_denied) = (false, false);
        let mut at = 0;
        while let Some(first) = whole[at..].chars().next() {
            if let Some((name, id)) = texts.iter().find(|(name, _)| stands_at(whole, at, name)) {
                has_id |= id.0.eq_ignore_ascii_case(name);
                parts.digits.extend(name.parse::<usize>().is_ok().then_some(&whole[at..at + name.len()]));
                parts.name(id);
                at += name.len();
            } else if text::is_in_word(first) {
                let length = word_length(&whole[at..]);
                is_noun_denied |= parts.rest.is_empty() && parts.names_no(options);
                parts.rest.push(&whole[at..at + length]);
                at += length;
            } else {
                parts.has_signs |= may_say(whole, at, first);
                at += first.len_utf8();
            }
        }
        if has_id {
            parts.digits.clear();
        }
        if parts.rest.len() > 1 || !parts.named.is_empty() {
            // "No vote" is no vote for No.
            let is_label = !is_noun_denied && parts.rest.first().is_some_and(|word| LABELS.contains(word));
            parts.rest.drain(..usize::from(is_label));
        }
        parts
    }

    fn name(&mut self, id: &OptionId) {
        if !self.named.contains(id) {
            self.named.push(id.clone());
        }
    }

    /// Whether what was named so far is an option that is a word for no.
    fn names_no(&self, options: &[Choice]) -> bool {
        let is_no = |choice: &&Choice| NO.contains(&text::identity(&choice.text).as_str());
        options.iter().filter(is_no).any(|choice| self.named.contains(&choice.id))
    }

    /// Takes a number that stands by itself for the place of an option in the list, unless an option's text has that number too.
    fn name_places(&mut self, options: &[Choice]) {
        let place = |word: &str| -> Option<&OptionId> {
            let number: usize = word.parse().ok()?;
            let is_in_text = options.iter().any(|choice| numbers(&choice.text).any(|other| other == number));
            let choice = options.get(number.checked_sub(1)?)?;
            (!is_in_text || self.named.contains(&choice.id)).then_some(&choice.id)
        };
        let yes_or_no = |word: &str| yes_or_no(word, options);
        let meant = |word: &&str| place(word).cloned().or_else(|| yes_or_no(word));
        let (places, rest): (Vec<&str>, Vec<&str>) = self.rest.iter().partition(|word| meant(word).is_some());
        let ids: Vec<OptionId> = places.iter().filter_map(meant).collect();
        // A number may be one option's words and another's place.
        let doubtful =
            self.digits.iter().filter_map(|digits| options.get(digits.parse::<usize>().ok()?.checked_sub(1)?));
        let doubtful: Vec<OptionId> = doubtful.map(|choice| choice.id.clone()).collect();
        self.rest = rest;
        doubtful.iter().for_each(|id| self.name(id));
        ids.iter().for_each(|id| self.name(id));
    }

    /// Whether the words beside the name of an option say nothing: there are none, or they are the beginning of its text.
    fn repeats(&self, options: &[Choice], id: &OptionId) -> bool {
        let Some(choice) = options.iter().find(|choice| choice.id == *id) else { return false };
        let (own, given) = (text::identity(&choice.text), self.rest.join(" "));
        let own: Vec<&str> = own.split(|c: char| !text::is_in_word(c)).filter(|word| !word.is_empty()).collect();
        given.is_empty() || given.chars().count() >= BEGINNING_MIN && own.join(" ").starts_with(&given)
    }
}

/// Whether a sign at a place of a text may say something: it is no dressing, or it is the sign of a number, or it ends a name.
fn may_say(whole: &str, at: usize, sign: char) -> bool {
    let (before, after) = (whole[..at].chars().next_back(), whole[at + sign.len_utf8()..].chars().next());
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    match sign {
        // Among numbered options, +2 is the second.
        '+' => !is_digit(after) || before.is_some(),
        '-' => {
            let is_before_number = is_digit(whole[at + 1..].trim_start().chars().next());
            is_before_number && !is_digit(before) && whole[..at].trim().is_empty()
                || is_digit(after) && !is_digit(before)
                || before.is_some_and(text::is_in_word) && after.is_none_or(|c| c == '-')
        }
        '/' => is_digit(before) || is_digit(after),
        // By itself it compares; in a pair, or at the end of an arrow, it does not.
        '<' => !whole[at..].contains('>'),
        '>' => !whole[..at].contains('<') && !matches!(before, Some('-' | '=')),
        sign => !sign.is_whitespace() && !DRESSING.contains(&sign),
    }
}

/// How many bytes the word at the start of a text takes: a number with its points, a run of one script without spaces, or a word.
fn word_length(text: &str) -> usize {
    let mut signs = text.char_indices().peekable();
    let mut before: Option<char> = None;
    while let Some((place, sign)) = signs.next() {
        let next = signs.peek().map(|(_, next)| *next);
        let is_within_number = matches!(sign, '.' | ',')
            && before.is_some_and(|c| c.is_ascii_digit())
            && next.is_some_and(|c| c.is_ascii_digit());
        let is_other_script = before.is_some_and(|c| text::is_unspaced(c) != text::is_unspaced(sign) && c != '.');
        if !is_within_number && (!text::is_in_word(sign) || is_other_script) {
            return place;
        }
        before = Some(sign);
    }
    text.len()
}

/// Whether a folded text names something by itself anywhere.
pub(super) fn stands_in(whole: &str, name: &str) -> bool {
    !name.is_empty() && whole.match_indices(name).any(|(at, _)| stands_at(whole, at, name))
}

/// Whether a name stands at a place of a text by itself: no letter, digit or sign beside it makes it part of another name.
fn stands_at(whole: &str, at: usize, name: &str) -> bool {
    let Some(after) = whole[at..].strip_prefix(name) else { return false };
    let (before, next) = (whole[..at].chars().next_back(), after.chars().next());
    let (first, last) = (name.chars().next(), name.chars().next_back());
    let is_free = |outer: char, inner: Option<char>| {
        let of_word = inner.is_some_and(text::is_in_word);
        match text::is_in_word(outer) {
            true => !of_word || text::is_unspaced(outer) || inner.is_some_and(text::is_unspaced),
            false => outer.is_whitespace() || DRESSING.contains(&outer),
        }
    };
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    // A sign before digits belongs to their number, and so does a point between digits.
    let is_signed = matches!(before, Some('-' | '+')) && is_digit(first);
    let is_in_number = matches!(next, Some('.' | ',')) && is_digit(last) && digit_at(after, 1)
        || matches!(before, Some('.' | ','))
            && is_digit(first)
            && is_digit(whole[..at.saturating_sub(1)].chars().next_back());
    !is_signed
        && !is_in_number
        && before.is_none_or(|outer| is_free(outer, first))
        && next.is_none_or(|outer| is_free(outer, last))
}

fn digit_at(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_ascii_digit())
}

/// The whole numbers in a text: in digits, or as the commonest words for small ones.
fn numbers(text: &str) -> impl Iterator<Item = usize> {
    let lower = text.to_lowercase();
    let words: Vec<String> = lower.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let in_digits: Vec<usize> =
        lower.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    let spelled = words.into_iter().filter_map(|word| {
        let row = NUMBER_WORDS.iter().find(|(_, words)| words.contains(&word.as_str()))?;
        Some(row.0)
    });
    in_digits.into_iter().chain(spelled.collect::<Vec<_>>())
}

/// The option that a word for yes or no names, in whatever language, where two of the options are those.
fn yes_or_no(word: &str, options: &[Choice]) -> Option<OptionId> {
    let of = |words: &[&str], text: &str| words.contains(&text);
    let is_yes_no = options.iter().any(|choice| of(&YES, &text::identity(&choice.text)))
        && options.iter().any(|choice| of(&NO, &text::identity(&choice.text)));
    let (yes, no) = (of(&YES, word), of(&NO, word));
    if !is_yes_no || yes == no {
        return None;
    }
    let words: &[&str] = if yes { &YES } else { &NO };
    options.iter().find(|choice| of(words, &text::identity(&choice.text))).map(|choice| choice.id.clone())
}

/// Whether a folded word says yes or no, in whatever language; `None` for any other.
pub(super) fn is_yes(word: &str) -> Option<bool> {
    match (YES.contains(&word), NO.contains(&word)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (true, true) | (false, false) => None,
    }
}

/// Whether a token could name an option that is not there: a number, or an id.
fn is_reference(token: &str) -> bool {
    let digits = token.strip_prefix('o').unwrap_or(token);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
