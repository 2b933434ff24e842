//! Takes a key out of text from outside: as it is, in part, and in the forms that a server or a proxy may give it.
//!
//! Must never leave so much of a key as would help anybody to find it; a word more may go with it.

use std::iter;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::debate::text::look_alike;

/// Stands in the place of a key.
const MARK: &str = "[key]";
/// Fewer letters and digits of a key than these tell too little, and stand in too many words. They fill one `u64`.
const PART_CHARS: usize = 8;
/// What an escape begins with.
const ESCAPES: [char; 3] = ['%', '\\', '&'];
/// Longest name of a character in HTML, without `&` and `;`.
const ENTITY_BYTES_MAX: usize = 8;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The key from its first character to its last.
    Whole,
    /// Also eight letters and digits that follow one another in it.
    Parts,
}

/// The text without the key, in any case. One of eight letters and digits and more is found percent-encoded, escaped as in JSON
/// and HTML, in Base64 and hexadecimal, in letters that look alike, and with anything but ASCII letters and digits between its own.
pub(super) fn scrub(text: &str, key: &str, extent: Extent) -> String {
    let plain = replaced(text, &as_it_is(text, key));
    let forms = forms(key);
    if forms[0].len() < PART_CHARS {
        return plain;
    }
    let sought = sought(&forms, extent);
    let mut places = places(&plain, &sought, Reading::Literal);
    if plain.contains(ESCAPES) {
        places.extend(self::places(&plain, &sought, Reading::Decoded));
    }
    places.sort_unstable_by_key(|place| place.start);
    replaced(&plain, &places)
}

/// Where the key stands character by character, in any case.
fn as_it_is(text: &str, key: &str) -> Vec<Range<usize>> {
    let (text, key) = (text.to_ascii_lowercase(), key.to_ascii_lowercase());
    text.match_indices(&key).map(|(start, found)| start..start + found.len()).collect()
}

/// The text with one mark in place of each run of places that meet. They come in the order of their starts.
fn replaced(text: &str, places: &[Range<usize>]) -> String {
    let (mut kept, mut end) = (String::with_capacity(text.len()), 0);
    for place in places {
        if place.start > end || kept.is_empty() {
            kept.push_str(&text[end..place.start]);
            kept.push_str(MARK);
        }
        end = end.max(place.end);
    }
    kept + &text[end..]
}

/// The letters and digits of the key, first as it is, then in hexadecimal, and in Base64 wherever in a longer text it begins. The
/// alphabets of Base64 (RFC 4648, 4 and 5) differ in what is neither.
fn forms(key: &str) -> Vec<Vec<u8>> {
    let hexadecimal = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = (0..3_usize).map(|before| {
        let bytes: Vec<u8> = iter::repeat_n(0, before).chain(key.bytes()).collect();
        // What stands beside the key shapes the digits that it shares bits with.
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        STANDARD_NO_PAD.encode(&bytes)[own].to_owned()
    });
    let forms = [key.to_owned(), hexadecimal].into_iter().chain(encoded);
    forms.map(|form| form.bytes().filter(u8::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()).collect()
}

/// Parts of the forms that are looked for, each with its first letters in one number, in the order of these.
type Sought<'a> = Vec<(u64, &'a [u8])>;

fn sought(forms: &[Vec<u8>], extent: Extent) -> Sought<'_> {
    let parts = forms.iter().filter(|form| form.len() >= PART_CHARS).flat_map(|form| match extent {
        Extent::Whole => form.windows(form.len()),
        Extent::Parts => form.windows(PART_CHARS),
    });
    let head = |part: &[u8]| part[..PART_CHARS].iter().fold(0, |head, letter| head << 8 | u64::from(*letter));
    let mut sought: Sought<'_> = parts.map(|part| (head(part), part)).collect();
    sought.sort_unstable();
    sought.dedup();
    sought
}

/// How a text is read. What is an escape in one text is a separator before a letter in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Decoded,
    Literal,
}

/// Where in the text something stands that is looked for, in order.
fn places(text: &str, sought: &Sought<'_>, reading: Reading) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    let (mut head, mut starts) = (0, [0; PART_CHARS]);
    for (count, (letter, at)) in letters(text, reading).enumerate() {
        // The ninth letter back falls off its end.
        head = head << 8 | u64::from(letter);
        starts[count % PART_CHARS] = at.start;
        let start = starts[(count + 1) % PART_CHARS];
        let first = sought.partition_point(|(other, _)| *other < head);
        let alike = sought[first..].iter().take_while(|(other, _)| *other == head);
        let ends = alike.filter_map(|(_, part)| end(&text[start..], part, reading));
        places.extend(ends.map(|end| start..start + end));
    }
    places
}

/// Where the part ends with which the text begins.
fn end(text: &str, part: &[u8], reading: Reading) -> Option<usize> {
    let mut found = letters(text, reading);
    part.iter().try_fold(0, |_, expected| found.next().filter(|(letter, _)| letter == expected).map(|(_, at)| at.end))
}

/// The ASCII letters and digits of a text, in lower case, and where each of them stands.
fn letters(text: &str, reading: Reading) -> impl Iterator<Item = (u8, Range<usize>)> {
    let mut start = 0;
    let units = iter::from_fn(move || {
        let rest = &text[start..];
        let (c, bytes) = match reading {
            Reading::Decoded => escape(rest).or_else(|| literal(rest))?,
            Reading::Literal => literal(rest)?,
        };
        let at = start..start + bytes;
        start = at.end;
        Some((c, at))
    });
    units.filter_map(|(c, at)| {
        let letter = look_alike(c).filter(char::is_ascii_alphanumeric)?;
        Some((u8::try_from(letter).ok()?.to_ascii_lowercase(), at))
    })
}

/// The first character of a text, and its length in bytes.
fn literal(text: &str) -> Option<(char, usize)> {
    text.chars().next().map(|c| (c, c.len_utf8()))
}

/// The character that an escape at the start of the text stands for, and the length of the escape in bytes.
fn escape(text: &str) -> Option<(char, usize)> {
    let coded = |prefix: &str, digits: usize| {
        let c = character(text.strip_prefix(prefix)?.get(..digits)?, 16)?;
        Some((c, prefix.len() + digits))
    };
    match text.as_bytes().first()? {
        b'%' => coded("%", 2).filter(|(c, _)| c.is_ascii()),
        b'\\' if text[1..].starts_with(['n', 'r', 't', 'b', 'f']) => Some((' ', 2)),
        b'\\' => coded("\\u", 4).or_else(|| coded("\\x", 2)),
        b'&' => entity(text),
        _ => None,
    }
}

/// The same for HTML. Whatever has a name is neither letter nor digit.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(ENTITY_BYTES_MAX + 2).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let c = match name.strip_prefix('#') {
        Some(code) => match code.strip_prefix(['x', 'X']) {
            Some(code) => character(code, 16)?,
            None => character(code, 10)?,
        },
        None if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => ' ',
        None => return None,
    };
    Some((c, end + 1))
}

fn character(code: &str, radix: u32) -> Option<char> {
    let is_code = code.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(code, radix).ok().filter(|_| is_code).and_then(char::from_u32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
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
        let hexadecimal =
            |between: &str| KEY.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
        let separated = |between: &str| KEY.chars().map(String::from).collect::<Vec<_>>().join(between);
        let wide: String = KEY.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let whole = [
            KEY.to_owned(),
            separated(","),
            separated("\\n"),
            separated("\",\""),
            separated("&quot;,&quot;"),
            separated(" \u{e4}\u{2014}\u{4e2d} "),
            separated("%"),
            KEY.replace('y', "y\",\""),
            KEY.replace('-', "-_."),
            hexadecimal(""),
            hexadecimal("").to_uppercase(),
            hexadecimal(" "),
            hexadecimal("\n:"),
            format!("\\x{}", hexadecimal("\\x")),
            hexadecimal("%"),
            wide,
            KEY.chars().map(|c| format!("\\u{:04X}", u32::from(c) + 0xfee0)).collect(),
            KEY.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            KEY.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect(),
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
            (format!("key {}... is wrong", &KEY[..9]), "key [key]... is wrong"),
            (format!("key ...{} is wrong", &KEY[KEY.len() - 10..]), "key ...[key] is wrong"),
            (format!("key {}x is wrong", &KEY[..20]), "key [key]x is wrong"),
            (format!("key {} is wrong", &KEY[..8]), "key sk-Canar is wrong"),
            (format!("key {} is wrong", &KEY[5..20]), "key [key] is wrong"),
            (format!("key {} is wrong", &KEY[5..13]), "key nary-012 is wrong"),
            (format!("key {}\",\"{} is wrong", &KEY[5..8], &KEY[8..15]), "key [key] is wrong"),
            (format!("key {} is wrong", &alone[..12]), "key [key] is wrong"),
            (format!("key {} is wrong", &alone[10..21]), "key [key] is wrong"),
            (format!("key {} is wrong", &hexadecimal(" ")[9..20]), "key [key] is wrong"),
            (format!("key {} and {} are wrong", &KEY[..12], &KEY[14..]), "key [key] and [key] are wrong"),
        ];
        for (text, expected) in rows {
            assert_eq!(parts(&text), expected);
            assert_eq!(scrub(&text, KEY, Extent::Whole), text, "a reply keeps what is no whole key");
        }
    }

    #[test]
    fn what_is_no_key_stays_as_it_came() {
        let harmless = [
            "",
            "100% of \\u0041 sk- Can?\u{200b} 0123 %zz %e2%82%ac \u{130}",
            "Incorrect API key provided. Find yours at https://platform.example/account/api-keys.",
            "a key begins with sk-, and the canary is at 0123",
            "&&;&#;&#x;&#99999999; & so on; \\u12 \\ud800 \\x \\",
            "request 73612d6b43616f62 took 0.123456 s",
            "R\u{e9}ponse tronqu\u{e9}e \u{2014} \u{ff33}\u{ff2b}\u{2026} \u{4e2d}\u{6587} %",
        ];
        for text in harmless {
            assert_eq!(scrub(text, KEY, Extent::Parts), text);
        }
        // A word of one's own server is taken out in any case, and only in one piece.
        let rows =
            [("none", "none of No ne, None", "[key] of No ne, [key]"), ("ab+c1-d/", "AB+C1-D/ abc1d", "[key] abc1d")];
        for (key, text, expected) in rows {
            assert_eq!(scrub(text, key, Extent::Parts), expected);
        }
    }

    #[test]
    fn a_long_text_is_read_in_its_time() {
        let started = std::time::Instant::now();
        let text = "sk-Canary-01234567 ".repeat(20_000);
        assert_eq!(scrub(&text, KEY, Extent::Whole), text);
        assert_eq!(scrub(&text, KEY, Extent::Parts), "[key] ".repeat(20_000));
        assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
    }
}
