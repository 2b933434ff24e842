//! Comparing texts as people read them: however they are composed, cased, spaced and marked up.
//!
//! Must never make two numbers or two signs one: `−5` is not `5`, `10²` is not `102`, `1½` is not `11/2`.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use crate::debate::text::characters::{is_compound_number, is_invisible, is_joined, is_unspaced};
use crate::debate::text::display::plain;
use crate::debate::text::emphasis::without_emphasis;

/// Whether two texts are the same option, claim or name to a reader.
pub fn same(one: &str, other: &str) -> bool {
    one == other || identity(one) == identity(other)
}

/// Returns the form that texts share which are the same option, claim or name to a reader: [`comparable`], without quotation
/// marks around it all and without the stop at its end.
pub fn identity(text: &str) -> String {
    let whole = comparable(text);
    let mut rest = whole.as_str();
    loop {
        let bare = rest.strip_prefix('"').and_then(|inner| inner.strip_suffix(['"', '\'']));
        let trimmed = unstopped(bare.unwrap_or(rest).trim());
        if trimmed == rest {
            break;
        }
        rest = trimmed;
    }
    if rest.is_empty() { whole } else { rest.to_owned() }
}

/// Returns `text` with its accents in the letters, as most keyboards write them, and with accents of their own, as some file
/// systems do: canonically the same text.
pub fn compositions(text: &str) -> [String; 2] {
    let composed = ComposingNormalizer::new_nfc().normalize(text).into_owned();
    [composed, DecomposingNormalizer::new_nfd().normalize(text).into_owned()]
}

/// Returns `text` without the stops at its end. An exclamation mark after a digit may be a factorial.
fn unstopped(text: &str) -> &str {
    let mut rest = text;
    while let Some(short) = rest.strip_suffix(STOPS) {
        if rest.ends_with('!') && short.ends_with(char::is_numeric) {
            break;
        }
        rest = short;
    }
    rest
}

/// The stops of sentences, as [`comparable`] leaves them: Latin, Chinese and Japanese, Urdu, Hindi, Armenian, Ethiopic, Khmer.
const STOPS: [char; 9] = ['.', '!', '\u{3002}', '\u{6d4}', '\u{964}', '\u{965}', '\u{589}', '\u{1362}', '\u{17d4}'];

/// Returns the form in which a running text is compared: NFKC, case folded, one line, with one kind of quotation mark and one
/// kind of dash, without invisible characters, marks of emphasis, and spaces beside scripts that have none.
pub fn comparable(text: &str) -> String {
    let visible = without_invisible(&plain(text));
    let read = with_numbers_apart(&with_one_kind_of_quote(&spaced(&without_emphasis(&visible))));
    // ASCII is composed, and has one kind of dash.
    if read.is_ascii() {
        return read.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let normalizer = ComposingNormalizer::new_nfkc();
    let folded = CaseMapper::new().fold_string(&normalizer.normalize(&read)).into_owned();
    let dashed = with_one_kind_of_dash(&normalizer.normalize(&folded));
    dashed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes out what is not seen, except where it joins what is: parts of an emoji, letters of a cursive script, the tags of a
/// region's flag.
fn without_invisible(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let is_tag = |c: char| matches!(c, '\u{e0020}'..='\u{e007f}');
    let mut kept = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let before = kept.chars().next_back();
        let is_kept = match c {
            '\u{200c}' | '\u{200d}' => is_joined(before, text[at..].chars().find(|c| !is_invisible(*c))),
            '\u{640}' => false,
            c if is_tag(c) => before.is_some_and(|before| before == BLACK_FLAG || is_tag(before)),
            c => !is_invisible(c),
        };
        if is_kept {
            kept.push(c);
        }
    }
    kept
}

/// Begins the flag of a region; tags that are not seen name the region.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Folds white space to one space, and to none beside scripts without spaces, within quotation marks of the French, and before
/// signs that some languages set apart.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        if !c.is_whitespace() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        rest = rest.trim_start();
        if !is_needless_space(&out, rest) {
            out.push(' ');
        }
    }
    out
}

fn is_needless_space(before: &str, after: &str) -> bool {
    let (mut left, mut right) = (before.chars().rev(), after.chars());
    let (last, next) = (left.next(), right.next());
    // The Germans turn these marks round; then no space stands inside of them.
    let is_outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let opens = matches!(last, Some('\u{ab}' | '\u{2039}')) && is_outside(left.next());
    let closes = matches!(next, Some('\u{bb}' | '\u{203a}')) && is_outside(right.next());
    let is_set_apart = matches!(next, Some('!' | '?' | ';' | ':' | '%'));
    let is_unspaced = |c: Option<char>| c.is_some_and(is_unspaced);
    opens || closes || is_set_apart || is_unspaced(last) || is_unspaced(next)
}

/// Makes one mark of all quotation marks and apostrophes. After a digit a single one stays single: it may stand for feet or
/// minutes, where a double one stands for inches or seconds.
fn with_one_kind_of_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let follows_digit = out.ends_with(char::is_numeric);
        match c {
            '\''
            | '`'
            | '\u{b4}'
            | '\u{2bb}'
            | '\u{2bc}'
            | '\u{2018}'..='\u{201b}'
            | '\u{2032}'
            | '\u{2035}'
            | '\u{2039}'
            | '\u{203a}'
            | '\u{5f3}'
            | '\u{275b}'
            | '\u{275c}'
            | '\u{ff07}' => {
                out.push(if follows_digit { '\'' } else { '"' });
            }
            '\u{ab}'
            | '\u{bb}'
            | '\u{201c}'..='\u{201f}'
            | '\u{2033}'
            | '\u{2036}'
            | '\u{5f4}'
            | '\u{275d}'
            | '\u{275e}'
            | '\u{276e}'
            | '\u{276f}'
            | '\u{3008}'..='\u{300f}'
            | '\u{301d}'..='\u{301f}'
            | '\u{fe41}'..='\u{fe44}'
            | '\u{ff02}'
            | '\u{ff62}'
            | '\u{ff63}' => out.push('"'),
            c => out.push(c),
        }
    }
    out
}

/// Sets numbers apart that normalisation would run into the digit before them: `10²` becomes `10^2`, `1½` becomes `1 ½`.
fn with_numbers_apart(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let is_raised = |c: char| matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{207f}');
    let is_lowered = |c: char| matches!(c, '\u{2080}'..='\u{208e}');
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let before = out.chars().next_back();
        let follows_number = before.is_some_and(char::is_numeric);
        let goes_on = before.is_some_and(|b| is_raised(b) && is_raised(c) || is_lowered(b) && is_lowered(c));
        if follows_number && !goes_on {
            if is_raised(c) {
                out.push('^');
            } else if is_lowered(c) {
                out.push('_');
            } else if is_compound_number(c) || c.is_numeric() && before.is_some_and(is_compound_number) {
                out.push(' ');
            }
        }
        out.push(c);
    }
    out
}

/// Makes one dash of all, and one stroke of all fractions. A dash that joins two words without spaces stands like one between
/// them with spaces, as both are written.
fn with_one_kind_of_dash(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            '\u{2014}' | '\u{2015}' | '\u{2e3a}' | '\u{2e3b}'
                if out.ends_with(is_spaced_letter) && signs.peek().is_some_and(|c| is_spaced_letter(*c)) =>
            {
                out.push_str(" - ");
            }
            '\u{58a}' | '\u{5be}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' => {
                out.push('-');
            }
            '\u{301c}' => out.push('~'),
            '\u{2044}' | '\u{2215}' => out.push('/'),
            c => out.push(c),
        }
    }
    out
}

fn is_spaced_letter(c: char) -> bool {
    c.is_alphabetic() && !is_unspaced(c)
}

/// Whether `part` stands in `whole`, both [`comparable`], with its numbers as they stand there: neither a digit, a sign, a
/// decimal nor a per cent is cut off at its ends.
pub fn holds(whole: &str, part: &str) -> bool {
    let is_whole_here = |at: usize| {
        let (before, after) = (&whole[..at], &whole[at + part.len()..]);
        !cuts_number_before(before, part) && !cuts_number_after(part, after)
    };
    whole.match_indices(part).any(|(at, _)| is_whole_here(at)) && !part.is_empty()
}

fn cuts_number_before(before: &str, part: &str) -> bool {
    let mut left = before.chars().rev();
    let starts_with_number = part.trim_start_matches('.').starts_with(char::is_numeric);
    starts_with_number
        && match left.next() {
            Some('.' | ',' | ':' | '/' | '^') => left.next().is_some_and(char::is_numeric),
            Some('-' | '+' | '\u{b1}' | '<' | '>' | '=' | '~' | '\u{2264}' | '\u{2265}' | '\u{2248}') => true,
            Some(c) => c.is_numeric(),
            None => false,
        }
}

fn cuts_number_after(part: &str, after: &str) -> bool {
    let mut right = after.chars();
    let next = right.next();
    if part.ends_with(char::is_numeric) {
        return match next {
            Some('.' | ',' | ':' | '/' | '-' | '^') => right.next().is_some_and(char::is_numeric),
            Some('%' | '\u{2030}') => true,
            Some(c) => c.is_numeric(),
            None => false,
        };
    }
    // A unit is part of its number: 40 m is not 40 ms.
    let mut words = part.split(' ').rev();
    let is_unit =
        part.ends_with(is_spaced_letter) && words.by_ref().take(2).any(|word| word.contains(char::is_numeric));
    is_unit && next.is_some_and(is_spaced_letter)
}
