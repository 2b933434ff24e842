//! Takes a key out of text from outside: as it is, in part, and in the forms that a server or a proxy may give it.
//!
//! Must never leave so much of a key as would help anybody to find it; a word more may go with it.

use crate::debate::text::is_invisible;

/// Stands in the place of a key.
const MARK: &str = "[key]";
/// Fewer characters of a key than these tell too little, and stand in too many words.
const PART_CHARS_MIN: usize = 8;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The key from its first character to its last.
    Whole,
    /// Also its beginning or its end alone, of at least eight characters.
    Parts,
}

/// The text without the key. One of eight characters and more is found in other cases, percent-encoded, escaped as in JSON,
/// in Base64, and with spaces or characters that are not seen between its own.
pub(super) fn scrub(text: &str, key: &str, extent: Extent) -> String {
    let plain = text.replace(key, MARK);
    if key.chars().count() < PART_CHARS_MIN {
        return plain;
    }
    let forms = forms(key);
    // Most of a long text is passed over without a closer look.
    let mut begins = [false; 128];
    for c in forms.iter().flat_map(|form| &form[..starts(form, extent)]).chain(&['%', '\\']) {
        for c in [*c, c.to_ascii_uppercase()] {
            begins.get_mut(c as usize).into_iter().for_each(|begins| *begins = true);
        }
    }
    let begins = |c: char| begins.get(c as usize).copied().unwrap_or(true);
    let (mut kept, mut rest) = (String::with_capacity(plain.len()), plain.as_str());
    while let Some(at) = rest.find(begins) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let bytes = match forms.iter().filter_map(|form| covered(rest, form, extent)).max() {
            Some(bytes) => {
                kept.push_str(MARK);
                bytes
            }
            None => {
                let one = rest.chars().next().map_or(0, char::len_utf8);
                kept.push_str(&rest[..one]);
                one
            }
        };
        rest = &rest[bytes..];
    }
    kept + rest
}

/// At how many of its characters a form may begin.
fn starts(form: &[char], extent: Extent) -> usize {
    match extent {
        Extent::Whole => 1,
        Extent::Parts => form.len() - PART_CHARS_MIN + 1,
    }
}

/// The key in lower case, and in Base64 wherever in a longer text it begins, by either alphabet (RFC 4648, 4 and 5).
fn forms(key: &str) -> Vec<Vec<char>> {
    let plain = key.chars().flat_map(char::to_lowercase).collect();
    let encoded = (0..3usize).flat_map(|before| {
        let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(key.bytes()).collect();
        // What comes before the key shapes the digits that it shares bits with.
        let skipped = (before * 8).div_ceil(6);
        [['+', '/'], ['-', '_']].map(|last| base64(&bytes, last).split_off(skipped))
    });
    std::iter::once(plain).chain(encoded).filter(|form: &Vec<char>| form.len() >= PART_CHARS_MIN).collect()
}

/// The digits that depend on nothing beyond the bytes, in lower case.
fn base64(bytes: &[u8], last: [char; 2]) -> Vec<char> {
    let digit = |place: usize| {
        let (byte, bit) = (place * 6 / 8, place * 6 % 8);
        let pair = u16::from(bytes[byte]) << 8 | u16::from(bytes.get(byte + 1).copied().unwrap_or(0));
        match u8::try_from(pair >> (10 - bit) & 63).unwrap_or(0) {
            letter @ 0..52 => char::from(b'a' + letter % 26),
            figure @ 52..62 => char::from(b'0' + figure - 52),
            other => last[usize::from(other == 63)],
        }
    };
    (0..bytes.len() * 8 / 6).map(digit).collect()
}

/// How many bytes at the start of `text` are of the key in this form.
fn covered(text: &str, form: &[char], extent: Extent) -> Option<usize> {
    let first = unit(text).0.filter(|c| !is_nothing(*c))?;
    let run = |start: usize| {
        let (chars, bytes) = alike(text, &form[start..]);
        let is_beginning = start == 0 && extent == Extent::Parts && chars >= PART_CHARS_MIN;
        (is_beginning || chars == form.len() - start).then_some(bytes)
    };
    (0..starts(form, extent)).filter(|start| form[*start] == first).filter_map(run).max()
}

/// How many characters of `form` the text begins with, and in how many bytes.
fn alike(text: &str, form: &[char]) -> (usize, usize) {
    let (mut chars, mut bytes, mut at) = (0, 0, 0);
    while let (Some(expected), (Some(found), length)) = (form.get(chars), unit(&text[at..])) {
        at += length;
        if found == *expected {
            (chars, bytes) = (chars + 1, at);
        } else if !is_nothing(found) {
            break;
        }
    }
    (chars, bytes)
}

/// The first character of a text, in lower case and without its encoding, and its length in bytes.
fn unit(text: &str) -> (Option<char>, usize) {
    let encoded = |prefix: &str, digits: usize| {
        let code = text.strip_prefix(prefix)?.get(..digits)?;
        let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let byte = u8::from_str_radix(code, 16).ok().filter(|byte| is_hex && byte.is_ascii())?;
        Some((char::from(byte), prefix.len() + digits))
    };
    let plain = || text.chars().next().map(|c| (c, c.len_utf8()));
    match encoded("%", 2).or_else(|| encoded("\\u00", 2)).or_else(plain) {
        Some((c, length)) => (c.to_lowercase().next(), length),
        None => (None, 0),
    }
}

fn is_nothing(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-Canary-0123456789+aB/cDe";

    #[test]
    fn a_key_is_found_in_whatever_form_it_comes_back() {
        let parts = |text: &str| scrub(text, KEY, Extent::Parts);
        // Encoded by another program.
        let (alone, bearer) =
            ("c2stQ2FuYXJ5LTAxMjM0NTY3ODkrYUIvY0Rl", "QmVhcmVyIHNrLUNhbmFyeS0wMTIzNDU2Nzg5K2FCL2NEZQ==");
        let spaced: String = KEY.chars().flat_map(|c| [c, ' ']).collect();
        let unseen: String = KEY.chars().flat_map(|c| [c, '\u{200b}', '\u{feff}']).collect();
        let escaped: String = KEY.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
        let percent: String = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let whole = [
            KEY.to_owned(),
            KEY.to_uppercase(),
            KEY.to_lowercase(),
            KEY.replace('-', "%2D").replace('+', "%2b"),
            KEY.replace("0123", "01\n23"),
            alone.to_owned(),
            spaced.trim_end().to_owned(),
            unseen,
            escaped,
            percent,
        ];
        for form in &whole {
            let text = format!("bad key {form}, see the manual");
            for extent in [Extent::Whole, Extent::Parts] {
                let clean = scrub(&text, KEY, extent);
                let rest = clean.replace(['\u{200b}', '\u{feff}'], "");
                assert_eq!(rest, "bad key [key], see the manual", "{form:?}, {extent:?}");
            }
        }
        assert_eq!(parts(bearer), "QmVhcmVyIH[key]Q==", "digits that hold bits of their neighbours stay");
        let rows = [
            (format!("key {}... is wrong", &KEY[..8]), "key [key]... is wrong"),
            (format!("key ...{} is wrong", &KEY[KEY.len() - 8..]), "key ...[key] is wrong"),
            (format!("key {}x is wrong", &KEY[..20]), "key [key]x is wrong"),
            (format!("key {} is wrong", &KEY[..7]), "key sk-Cana is wrong"),
            (format!("key {} is wrong", &KEY[5..20]), "key nary-0123456789 is wrong"),
            (format!("key {} is wrong", &alone[..12]), "key [key] is wrong"),
        ];
        for (text, expected) in rows {
            assert_eq!(parts(&text), expected);
            assert_eq!(scrub(&text, KEY, Extent::Whole), text, "a reply keeps what is no whole key");
        }
    }

    #[test]
    fn what_is_no_key_stays_as_it_came() {
        let text = "100% of \\u0041 sk- Can?\u{200b} 0123 %zz %e2%82%ac \u{130}";
        assert_eq!(scrub(text, KEY, Extent::Parts), text);
        // A word of one's own server is taken out as it stands, and not within others.
        assert_eq!(scrub("none of No ne", "none", Extent::Parts), "[key] of No ne");
    }
}
