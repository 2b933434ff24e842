//! A closing text in sentences of words, marks and named options.

use crate::debate::analysis::closing::unanimity;
use crate::debate::analysis::closing::vocabulary::{COPULAS, FILLERS, Meaning, meaning};
use crate::debate::question::{Choice, OptionId};
use crate::debate::text::{comparable, identity, is_unspaced};

/// Longest option, in characters, that reads as a common word, such as Yes or No.
const COMMON_CHARS_MAX: usize = 3;

/// Words before the number of an option.
const NUMBERED: [&str; 10] =
    ["option", "option #", "opción", "opção", "opzione", "optie", "вариант", "选项", "選択肢", "옵션"];
/// Particles that Korean puts behind a name without a space.
const PARTICLES: [&str; 23] = [
    "을",
    "를",
    "은",
    "는",
    "이",
    "가",
    "으로",
    "로",
    "와",
    "과",
    "의",
    "도",
    "에",
    "에서",
    "만",
    "보다",
    "이다",
    "이나",
    "나",
    "처럼",
    "이며",
    "입니다",
    "대신",
];

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word or a number, case folded.
    Word(String),
    /// Any other sign.
    Mark(char),
    /// An option, by its text or its id.
    Option(OptionId),
}

impl Token {
    /// Whether it is a word of this meaning.
    pub(super) fn means(&self, wanted: Meaning) -> bool {
        match self {
            Self::Word(word) => meaning(word) == Some(wanted),
            Self::Mark(_) | Self::Option(_) => false,
        }
    }

    /// Whether it may stand between a verb and its object without changing what is said.
    pub(super) fn is_filler(&self) -> bool {
        match self {
            Self::Word(word) => {
                self.links() || FILLERS.contains(&word.as_str()) || unanimity::is_word_for_unanimity(word)
            }
            Self::Mark(mark) => ['"', '\'', '(', ',', ':', '*'].contains(mark),
            Self::Option(_) => false,
        }
    }

    /// Whether it says that one thing is the other.
    pub(super) fn links(&self) -> bool {
        match self {
            Self::Word(word) => COPULAS.contains(&word.as_str()),
            Self::Mark(mark) => *mark == ':',
            Self::Option(_) => false,
        }
    }

    /// The word, if it is one.
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Mark(_) | Self::Option(_) => None,
        }
    }

    /// Whether it is one of these words.
    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        self.word().is_some_and(|word| words.contains(&word))
    }

    /// The option, if it is one.
    pub(super) fn option(&self) -> Option<&OptionId> {
        match self {
            Self::Option(option) => Some(option),
            Self::Word(_) | Self::Mark(_) => None,
        }
    }
}

/// Cuts a text into sentences of tokens.
pub(super) fn sentences(text: &str, options: &[Choice]) -> Vec<Vec<Token>> {
    let mut names: Vec<(String, &OptionId)> = options
        .iter()
        .flat_map(|choice| [identity(&choice.text), choice.id.0.to_lowercase()].map(|name| (name, &choice.id)))
        .filter(|(name, _)| !name.is_empty())
        .chain(numbered(options))
        .collect();
    // The longest first, so that "move now" is not read as "move".
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut found = Vec::new();
    let mut sentence = Vec::new();
    for paragraph in text.lines() {
        for token in tokens(&comparable(paragraph), &names) {
            let ends = matches!(token, Token::Mark('.' | '!' | '?' | ';' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}'));
            if ends {
                found.push(std::mem::take(&mut sentence));
            } else {
                sentence.push(token);
            }
        }
        found.push(std::mem::take(&mut sentence));
    }
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// The options by their numbers, such as "option 2"; none where an option's own words might mean another.
fn numbered(options: &[Choice]) -> Vec<(String, &OptionId)> {
    let is_mistakable = |choice: &Choice| {
        let text = identity(&choice.text);
        text.chars().all(char::is_numeric) || NUMBERED.iter().any(|word| text.contains(word))
    };
    if options.iter().any(is_mistakable) {
        return Vec::new();
    }
    let names = |choice: &Choice| -> Vec<String> {
        let number = choice.id.0.trim_start_matches('o');
        NUMBERED.iter().flat_map(|word| [format!("{word}{number}"), format!("{word} {number}")]).collect()
    };
    let named = options.iter().filter(|choice| is_id(&choice.id.0));
    named.flat_map(|choice| names(choice).into_iter().map(move |name| (name, &choice.id))).collect()
}

/// Reads a folded text from left to right.
fn tokens(text: &str, names: &[(String, &OptionId)]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if let Some((name, option)) = names.iter().find(|(name, _)| is_named_at(text, at, name)) {
            tokens.push(Token::Option((*option).clone()));
            at += name.len();
        } else if first.is_alphanumeric() {
            let length =
                word_length(&text[at..], |place| names.iter().any(|(name, _)| is_named_at(text, at + place, name)));
            tokens.push(Token::Word(text[at..at + length].to_owned()));
            at += length;
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Mark(first));
            }
            at += first.len_utf8();
        }
    }
    tokens
}

/// How many bytes the word at the start of `rest` takes: to the next sign that is neither letter nor digit, an apostrophe or a
/// decimal point within it excepted, or to the next option.
fn word_length(rest: &str, is_option_at: impl Fn(usize) -> bool) -> usize {
    let mut signs = rest.char_indices().peekable();
    let mut before = None;
    while let Some((place, sign)) = signs.next() {
        let next = signs.peek().map(|(_, next)| *next);
        let joins = match sign {
            '\'' => next.is_some_and(char::is_alphabetic),
            '.' | ',' => next.is_some_and(char::is_numeric) && before.is_some_and(char::is_numeric),
            sign => sign.is_alphanumeric(),
        };
        if !joins || (place > 0 && is_option_at(place)) {
            return place;
        }
        before = Some(sign);
    }
    rest.len()
}

/// Whether an option's name stands at a place, as a whole word where its script has words.
fn is_named_at(text: &str, at: usize, name: &str) -> bool {
    let Some(after) = text[at..].strip_prefix(name) else { return false };
    let is_letter = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    let (before, next) = (text[..at].chars().next_back(), after.chars().next());
    let cuts = |outer: Option<char>, inner: Option<char>| outer.is_some_and(is_letter) && inner.is_some_and(is_letter);
    if cuts(before, name.chars().next()) || cuts(next, name.chars().next_back()) && !is_particle_next(after) {
        return false;
    }
    // A short answer such as "no" is a common word too: it counts at the end of a clause alone.
    let is_common = name.chars().count() <= COMMON_CHARS_MAX && name.chars().all(is_letter) && !is_id(name);
    !is_common || after.trim_start().chars().next().is_none_or(|c| !c.is_alphanumeric())
}

/// Whether a particle is all that the word goes on with.
fn is_particle_next(after: &str) -> bool {
    PARTICLES.contains(&&after[..after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len())])
}

fn is_id(name: &str) -> bool {
    name.strip_prefix('o').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Numbers from 0 on, by language.
pub(super) const NUMBERS: [&[&str]; 6] = [
    &["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    &["null", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"],
    &["zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
    &["cero", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"],
    &["zero", "uma", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"],
    &["zero", "una", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"],
];

pub(super) fn number(token: &Token) -> Option<u32> {
    let Token::Word(word) = token else { return None };
    let place = NUMBERS.iter().find_map(|names| names.iter().position(|name| name == word));
    let spelled = place.and_then(|place| u32::try_from(place).ok());
    spelled.or_else(|| word.parse().ok())
}
