//! Values that can be secrets, by how they look.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Parts of values that are there to be replaced.
const PLACEHOLDERS: [&str; 9] =
    ["example", "changeme", "change-me", "your", "xxxx", "placeholder", "dummy", "redacted", "****"];
/// Shortest value that can pass for a secret.
const VALUE_LEAST: usize = 12;
/// Shannon entropy of a value's characters from which it can pass for one, in bits.
const ENTROPY_LEAST: f64 = 3.2;
/// Changes between small letters, capitals and digits from which a value can pass for one: words have few.
const CHANGES_LEAST: usize = 4;
/// Shortest password that a person chose which is looked for: a shorter one would be found everywhere.
const CHOSEN_LEAST: usize = 8;
/// Signs that passwords have and names lack.
const SIGNS: [char; 9] = ['!', '#', '%', '^', '&', '*', '+', '?', '~'];
/// How many words a passphrase may have.
const PHRASE_WORDS: RangeInclusive<usize> = 2..=8;
/// Fewest words of a passphrase that has nothing but small letters.
const PLAIN_WORDS_LEAST: usize = 4;
/// Words of sentences: whoever says something about a password writes them, and no passphrase is made of them.
const TELLING: &str = "a an the is are be to of for in on at with and or not no must should can may will enter choose \
                       please least characters letters digits new old forgot reset change see from by if when as this that it its use used using";

/// Whether a value looks drawn at random: long, of many characters, mixed, and neither code nor an id nor a stand-in.
pub(super) fn is_random(value: &str) -> bool {
    let is_code = value.contains(['(', '[', '<', '{', '$', '\\']) || value.contains("::") || value.contains("://");
    value.len() >= VALUE_LEAST
        && !is_code
        && !is_uuid(value)
        && !is_placeholder(value)
        && changes(value) >= CHANGES_LEAST
        && entropy(value) >= ENTROPY_LEAST
}

/// Whether a value can be a password that a person chose, at a place where only a password stands: not too short, with a digit
/// or a sign, and neither a variable nor code nor a path nor a stand-in.
pub(super) fn is_chosen(value: &str) -> bool {
    let is_elsewhere = value.starts_with(['$', '%']) || value.contains("${");
    let is_code = value.contains(['(', '[', '<', '{', '\\', '/']) || value.contains("::");
    value.chars().count() >= CHOSEN_LEAST
        && !is_elsewhere
        && !is_code
        && !is_uuid(value)
        && !is_placeholder(value)
        && value.contains(|c: char| c.is_ascii_digit() || SIGNS.contains(&c))
}

/// Whether words in quotes can be a passphrase: none of a sentence's, and a digit or a sign among them, or many words in small
/// letters.
pub(super) fn is_phrase(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_telling = |word: &&str| {
        let word = word.to_lowercase();
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.starts_with("pass") || TELLING.split(' ').any(|telling| telling == word)
    };
    let is_plain = |word: &&str| word.len() >= 3 && word.chars().all(|c| c.is_ascii_lowercase());
    let is_all_plain = words.len() >= PLAIN_WORDS_LEAST && words.iter().all(is_plain);
    PHRASE_WORDS.contains(&words.len())
        && !words.iter().any(is_telling)
        && (is_chosen(text) || is_all_plain && !is_placeholder(text))
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.to_lowercase();
    PLACEHOLDERS.iter().any(|placeholder| value.contains(placeholder))
}

/// Changes from one sort of character to another. A capital that begins a word counts as one with what follows it.
fn changes(value: &str) -> usize {
    let sort = |c: char| match c {
        c if c.is_ascii_digit() => Some(0),
        c if c.is_lowercase() => Some(1),
        c if c.is_uppercase() => Some(2),
        _ => None,
    };
    let sorts: Vec<u8> = value.chars().filter_map(sort).collect();
    sorts.windows(2).filter(|pair| pair[0] != pair[1] && pair != &[2, 1]).count()
}

/// Shannon entropy of the characters of a text, in bits a character.
fn entropy(value: &str) -> f64 {
    let total = value.chars().count() as f64;
    let distinct: BTreeSet<char> = value.chars().collect();
    let shares = distinct.into_iter().map(|c| value.chars().filter(|other| *other == c).count() as f64 / total);
    shares.map(|share| -share * share.log2()).sum()
}
