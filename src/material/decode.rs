//! Bytes as text: in UTF-8, in the encoding that a byte order mark states, or in one that can be told from the bytes.
//!
//! Must give the same text for the same bytes for good, because hashes of premises rest on it, and never put U+FFFD in the
//! place of a byte: what cannot be decoded as a whole is refused.

use encoding_rs::{Encoding, GB18030, ISO_2022_JP, UTF_16BE, UTF_16LE};

use crate::material::legacy::{self, is_no_text, strictly};

/// How many bytes tell whether a file is text, as git looks at them.
const LOOKED_AT: usize = 8_000;
/// Fewest bytes that tell UTF-16 or UTF-32 without a mark.
const WIDE_BYTES_MIN: usize = 4;
/// Smallest share of NULs among the bytes of UTF-16 and of UTF-32 without a mark: nearly one in two, and two in three.
const ZEROS_OF_UTF_16: f64 = 0.4;
const ZEROS_OF_UTF_32: f64 = 0.6;
/// Byte order marks, longer ones first, and what they state.
const MARKS: [(&[u8], Stated); 7] = [
    (&[0xff, 0xfe, 0, 0], Stated::Utf32(u32::from_le_bytes)),
    (&[0, 0, 0xfe, 0xff], Stated::Utf32(u32::from_be_bytes)),
    (&[0x84, 0x31, 0x95, 0x33], Stated::Known(GB18030)),
    (b"+/v8-", Stated::Unsupported("UTF-7")),
    (&[0xef, 0xbb, 0xbf], Stated::Utf8),
    (&[0xff, 0xfe], Stated::Known(UTF_16LE)),
    (&[0xfe, 0xff], Stated::Known(UTF_16BE)),
];
/// Escape sequences by which seven-bit encodings begin (RFC 1468, 1557 and 1922), and what they state.
const ESCAPES: [(&[u8], Stated); 4] = [
    (b"\x1b$B", Stated::Known(ISO_2022_JP)),
    (b"\x1b$@", Stated::Known(ISO_2022_JP)),
    (b"\x1b$)C", Stated::Unsupported("ISO-2022-KR")),
    (b"\x1b$)A", Stated::Unsupported("ISO-2022-CN")),
];

/// What the bytes themselves say of their encoding.
#[derive(Debug, Clone, Copy)]
enum Stated {
    Utf8,
    /// UTF-32, whose four bytes are put together like this.
    Utf32(fn([u8; 4]) -> u32),
    Known(&'static Encoding),
    /// One that is not read here, by name.
    Unsupported(&'static str),
}

/// A text, and how its bytes were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// How its encoding was known.
    pub source: Source,
}

/// How an encoding was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is UTF-8, or the one that a byte order mark states.
    Certain,
    /// It was told from the bytes; its name in the Encoding Standard.
    Guessed(&'static str),
}

/// Why bytes cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// They are no text.
    #[error("no text")]
    Binary,
    /// They state an encoding that is not read here.
    #[error("{0}, which is not read here")]
    Unsupported(&'static str),
    /// They state an encoding, and hold what it does not have.
    #[error("damaged: it begins as {0}, and holds what {0} does not have")]
    Broken(&'static str),
    /// They are UTF-8 with some bytes that are none.
    #[error("damaged: UTF-8, but for the byte 0x{byte:02X} in line {line}")]
    DamagedUtf8 {
        /// The first byte that is not UTF-8.
        byte: u8,
        /// Its line, from 1.
        line: usize,
    },
    /// They are in no encoding that can be told.
    #[error("in an encoding that cannot be told: the byte 0x{byte:02X} in line {line} is not UTF-8")]
    Unknown {
        /// The first byte that is not UTF-8.
        byte: u8,
        /// Its line, from 1.
        line: usize,
    },
}

impl Decoded {
    /// What a reader should know about how a file was read, as a sentence that begins with its name.
    pub fn warning(&self, name: &str) -> Option<String> {
        match self.source {
            Source::Guessed(encoding) => Some(format!("{name} is not UTF-8: it is read as {encoding}")),
            Source::Certain if self.text.contains('\u{fffd}') => {
                Some(format!("{name} holds U+FFFD: some program before has lost characters of it"))
            }
            Source::Certain => None,
        }
    }
}

/// Reads bytes as text.
///
/// A byte order mark decides. Without one, strict UTF-8 is taken first, and what is not that is decoded in the encoding that
/// its bytes tell, if all of it can be decoded without a control character.
///
/// # Errors
/// The bytes are no text, are damaged, or are in an encoding that is not read here or cannot be told.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Undecodable> {
    let certain = |text| Decoded { text, source: Source::Certain };
    if let Some((mark, stated)) = MARKS.iter().find(|(mark, stated)| bytes.starts_with(mark) && stated.fits(bytes)) {
        return in_stated(*stated, &bytes[mark.len()..]).map(certain);
    }
    if bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
        return unmarked_wide(bytes).ok_or(Undecodable::Binary);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => match ESCAPES.iter().find(|(escape, _)| holds(bytes, escape)) {
            Some((_, stated)) => in_stated(*stated, bytes).map(|text| Decoded { text, source: stated.guessed() }),
            None => Ok(certain(text.to_owned())),
        },
        Err(_) => legacy(bytes),
    }
}

/// The text that bytes were read as before their encoding was told: what is not UTF-8 as U+FFFD. Premises of older records
/// have its hash.
pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)).into_owned()
}

impl Stated {
    /// The mark of UTF-32 is one of UTF-16 too, before a NUL: the length decides.
    fn fits(self, bytes: &[u8]) -> bool {
        match self {
            Self::Utf32(_) => bytes.len().is_multiple_of(4),
            Self::Utf8 | Self::Known(_) | Self::Unsupported(_) => true,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf32(_) => "UTF-32",
            Self::Known(encoding) => encoding.name(),
            Self::Unsupported(name) => name,
        }
    }

    fn guessed(self) -> Source {
        Source::Guessed(self.name())
    }
}

/// Decodes what follows a mark.
fn in_stated(stated: Stated, rest: &[u8]) -> Result<String, Undecodable> {
    let text = match stated {
        Stated::Utf8 => Some(std::str::from_utf8(rest).map_err(|_| first_fault(rest, damaged))?.to_owned()),
        Stated::Utf32(read) => utf32(rest, read),
        Stated::Known(encoding) => strictly(encoding, rest),
        Stated::Unsupported(name) => return Err(Undecodable::Unsupported(name)),
    };
    text.ok_or(Undecodable::Broken(stated.name()))
}

fn utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() { units.iter().map(|unit| char::from_u32(read(*unit))).collect() } else { None }
}

/// Bytes with NULs as UTF-16 or UTF-32 without a mark, if they can be nothing else: all of it is text, in which NULs stand where
/// those of plain letters would. A text with a NUL or two in it is none of them.
fn unmarked_wide(bytes: &[u8]) -> Option<Decoded> {
    let is_read = |text: Option<String>| text.filter(|text| !text.is_empty() && !text.contains(is_no_text));
    let wide = [("UTF-32LE", u32::from_le_bytes as fn([u8; 4]) -> u32), ("UTF-32BE", u32::from_be_bytes)];
    let found = wide.into_iter().find_map(|(name, read)| Some((name, is_read(utf32(bytes, read))?)));
    let zeros = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let share = |zeros: usize| zeros as f64 / bytes.len() as f64;
    let is_short = bytes.len() < WIDE_BYTES_MIN;
    let encoding = match (zeros(0), zeros(1)) {
        (_, _) if is_short => return None,
        (0, odd) if share(odd) >= ZEROS_OF_UTF_16 => UTF_16LE,
        (even, 0) if share(even) >= ZEROS_OF_UTF_16 => UTF_16BE,
        (even, odd) if share(even + odd) >= ZEROS_OF_UTF_32 => {
            return found.map(|(name, text)| Decoded { text, source: Source::Guessed(name) });
        }
        (_, _) => return None,
    };
    let text = is_read(strictly(encoding, bytes))?;
    Some(Decoded { text, source: Source::Guessed(encoding.name()) })
}

/// Bytes that are not UTF-8: damaged, or in the encoding that they tell.
fn legacy(bytes: &[u8]) -> Result<Decoded, Undecodable> {
    let (mut sound, mut faults) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        faults += usize::from(!chunk.invalid().is_empty());
    }
    // Other encodings form characters of UTF-8 by chance alone.
    if sound >= faults || is_built_as_utf8(bytes) {
        return Err(first_fault(bytes, damaged));
    }
    match legacy::told(bytes) {
        Some((encoding, text)) => Ok(Decoded { text, source: Source::Guessed(encoding) }),
        None => Err(first_fault(bytes, |byte, line| Undecodable::Unknown { byte, line })),
    }
}

/// Whether all that is not UTF-8 is built as if it were: half of a surrogate pair, an overlong form, or a sign that was cut off
/// and whose beginning stands for no letters elsewhere.
fn is_built_as_utf8(bytes: &[u8]) -> bool {
    let mut runs: Vec<Vec<u8>> = Vec::new();
    let mut is_joined = false;
    for chunk in bytes.utf8_chunks() {
        match (chunk.valid().is_empty() && is_joined, runs.last_mut()) {
            (true, Some(run)) => run.extend(chunk.invalid()),
            (true | false, _) if chunk.invalid().is_empty() => {}
            (_, _) => runs.push(chunk.invalid().to_vec()),
        }
        is_joined = !chunk.invalid().is_empty();
    }
    runs.iter().all(|run| is_built_run(run))
}

fn is_built_run(mut run: &[u8]) -> bool {
    while !run.is_empty() {
        let length = match run {
            [0xc0, 0x80, ..] => 2,
            [0xe0..=0xef, _, _, ..] => 3,
            [0xf0..=0xf7, _, _, _, ..] => 4,
            // Dashes and quotation marks, marks of byte order, emoji.
            [0xe2 | 0xef, _] | [0xf0, 0x9f] | [0xf0, 0x9f, _] => run.len(),
            _ => return false,
        };
        if !run[1..length].iter().all(|byte| (0x80..0xc0).contains(byte)) {
            return false;
        }
        run = &run[length..];
    }
    true
}

fn damaged(byte: u8, line: usize) -> Undecodable {
    Undecodable::DamagedUtf8 { byte, line }
}

/// Tells the first byte that is not UTF-8.
fn first_fault(bytes: &[u8], told: fn(u8, usize) -> Undecodable) -> Undecodable {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    told(bytes.get(valid).copied().unwrap_or_default(), line)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::{Source, decode};

    /// Checks the text, and by which guess it was read.
    fn check(bytes: &[u8], text: &str, source: Source) {
        let decoded = decode(bytes).map(|decoded| (decoded.text, decoded.source));
        assert_eq!(decoded, Ok((text.to_owned(), source)), "{bytes:02x?}");
    }

    /// Checks why bytes are refused.
    fn check_refused(bytes: &[u8], why: &str) {
        let found = decode(bytes).map_err(|error| error.to_string());
        assert!(found.as_ref().is_err_and(|found| found.contains(why)), "{bytes:02x?}: {found:?}");
    }

    #[test]
    fn utf_8_and_marked_encodings_are_certain() {
        let rows: [(&[u8], &str); 10] = [
            (b"", ""),
            (b"plain\r\n", "plain\r\n"),
            ("40 £, 负荷, 🚀".as_bytes(), "40 £, 负荷, 🚀"),
            (b"a \x1b[31mred\x1b[0m log", "a \u{1b}[31mred\u{1b}[0m log"),
            (b"\xef\xbb\xbfmarked", "marked"),
            (b"\xff\xfeh\0i\0", "hi"),
            (b"\xfe\xff\0h\0i", "hi"),
            (b"\xff\xfe\0\0h\0\0\0", "h"),
            (b"\0\0\xfe\xff\0\x01\xf6\x80", "🚀"),
            (b"\x84\x31\x95\x33\xce\xd2", "我"),
        ];
        rows.into_iter().for_each(|(bytes, text)| check(bytes, text, Source::Certain));
    }

    #[test]
    fn wide_and_seven_bit_encodings_are_told_without_a_mark() {
        let rows: [(&'static str, &[u8], &str); 4] = [
            ("ISO-2022-JP", b"\x1b$BIi2Y;n83$N7k2L$r3NG'$9$k!#\x1b(B", "負荷試験の結果を確認する。"),
            ("UTF-16LE", b"S\x00h\x00i\x00p\x00 \x00i\x00t\x00?\x00\x0a\x00", "Ship it?\n"),
            ("UTF-16BE", b"\x00G\x00r\x00\xf6\x00\xdf\x00e\x00\x0a", "Größe\n"),
            (
                "UTF-32LE",
                b"S\x00\x00\x00h\x00\x00\x00i\x00\x00\x00p\x00\x00\x00 \x00\x00\x00\x80\xf6\x01\x00",
                "Ship 🚀",
            ),
        ];
        rows.into_iter().for_each(|(encoding, bytes, text)| check(bytes, text, Source::Guessed(encoding)));
    }

    #[test]
    fn what_cannot_be_decoded_as_a_whole_is_refused() {
        check_refused(b"\x7fELF\x02\x01\0", "no text");
        check_refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no text");
        check_refused(b"\xff\xd8\xff\xe0\x10JFIF\x01\x02", "cannot be told: the byte 0xFF in line 1");
        check_refused(b"Gr\xc3\xb6\xc3\x9fe\nGr\xc3", "0xC3 in line 2");
        check_refused(b"Gr\xc3\xb6\xc3\x9fe\nGr\xf6\xdfe\n", "UTF-8, but for the byte 0xF6 in line 2");
        check_refused(b"\xef\xbb\xbfok\n\xff", "0xFF in line 2");
        check_refused(b"\xff\xfeh\0i", "begins as UTF-16LE");
        check_refused(b"\xfe\xff\xd8\0\0h", "begins as UTF-16BE");
        check_refused(b"\xff\xfe\0\0\0\0\x11\0", "begins as UTF-32");
        check_refused(b"+/v8-Hi Mom +Jjo--!", "UTF-7");
        check_refused(b"\x1b$)C\x0e>H\x0f", "ISO-2022-KR");
        check_refused(b"\xc8\x85\x93\x93\x96\x15\xc8\x85", "cannot be told");
    }

    #[test]
    fn a_text_with_a_nul_is_no_other_script() {
        let rows: [&[u8]; 9] = [
            b"Fee: 40 GBP a month, due.\0",
            b"Fee: 40 GBP\0 a month, due.",
            b"\0Fee: 40 GBP a month, due.",
            b"Fee:\x0040\0GBP\0a\0month",
            b"ab\0\0",
            b"A\0",
            b"Fee: 40 \xc2\xa3 a month\0",
            b"PATH=/bin\0HOME=/root\0",
            b"Fee: 40 \xa3 a month\0\0",
        ];
        rows.into_iter().for_each(|bytes| check_refused(bytes, "no text"));
    }

    #[test]
    fn what_is_built_as_utf_8_is_no_other_script() {
        let rows: [&[u8]; 8] = [
            b"Fee: 40 \xed\xa0\x80 a month",
            b"\xed\xa0\x80",
            b"Ship \xed\xa0\xbd\xed\xb8\x80 it",
            b"null \xc0\x80 byte",
            b"said \xe2\x80 yes",
            b"Ship \xf0\x9f\x9a it",
            b"far \xf4\x90\x80\x80 away",
            b"overlong \xe0\x80\xaf slash",
        ];
        rows.into_iter().for_each(|bytes| check_refused(bytes, "UTF-8, but for the byte"));
        check(b"VOIL\xc0\x85 caf\xe9\x92s", "VOILÀ… café’s", Source::Guessed("windows-1252"));
    }
}
