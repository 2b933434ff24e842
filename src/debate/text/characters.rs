//! What single characters do: steer a terminal, separate lines, show nothing, or pass for another.

use icu_properties::props::{CanonicalCombiningClass, ExtendedPictographic, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character is drawn as nothing: those that Unicode has ignored by default (`Default_Ignorable_Code_Point`), and
/// the empty Braille cell.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The ASCII letter or digit that a reader may take a character for; `None` for what nobody sees.
pub fn look_alike(c: char) -> Option<char> {
    let code = u32::from(c);
    let plain = |code: u32| char::from_u32(code).unwrap_or(c).to_ascii_lowercase();
    match code {
        0xad
        | 0x34f
        | 0x180b..=0x180f
        | 0x200b..=0x200f
        | 0x2060..=0x2064
        | 0xfe00..=0xfe0f
        | 0xfeff
        | 0xe0000..=0xe01ef => None,
        // Full width.
        0xff01..=0xff5e => Some(plain(code - 0xff01 + 0x21)),
        // Mathematical letters and digits, alphabet after alphabet.
        0x1d400..=0x1d6a3 => Some(plain(u32::from('a') + (code - 0x1d400) % 26)),
        0x1d7ce..=0x1d7ff => Some(plain(u32::from('0') + (code - 0x1d7ce) % 10)),
        _ => Some(c.to_ascii_lowercase()),
    }
}

/// Whether `c` steers whatever shows it: a control character, line feed and tab included, or an override of the direction.
pub fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` separates lines or paragraphs without being a control character.
pub fn separates(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether words of this character's script are written without spaces between them; also for the punctuation of Chinese and
/// Japanese, which takes the room of a space itself.
pub fn is_unspaced(c: char) -> bool {
    let script = CodePointMapData::<Script>::new().get(c);
    let is_punctuation = matches!(c, '\u{3001}'..='\u{303f}' | '\u{30fb}' | '\u{30fc}' | '\u{ff01}'..='\u{ff9f}');
    is_punctuation && !c.is_ascii_alphanumeric() && !is_wide_alphanumeric(c) || UNSPACED.contains(&script)
}

/// Scripts without spaces between words.
const UNSPACED: [Script; 11] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Bopomofo,
    Script::Yi,
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Tibetan,
    Script::Javanese,
];

/// Whether this is a full-width letter or digit of ASCII.
fn is_wide_alphanumeric(c: char) -> bool {
    matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
}

/// Whether a joiner or non-joiner between these two visible characters is part of what is written: in an emoji that consists
/// of several, in a cursive script between its letters, after a virama.
pub(super) fn is_joined(before: Option<char>, after: Option<char>) -> bool {
    let is_emoji = |c: char| CodePointSetData::new::<ExtendedPictographic>().contains(c) || is_skin_tone(c);
    let is_cursive = |c: char| CURSIVE.contains(&CodePointMapData::<Script>::new().get(c));
    let is_virama =
        |c: char| CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama;
    let both = |is: &dyn Fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
    both(&is_emoji) || both(&is_cursive) || before.is_some_and(is_virama)
}

/// Scripts whose letters change their shape at a joiner.
const CURSIVE: [Script; 5] = [Script::Arabic, Script::Syriac, Script::Mongolian, Script::Nko, Script::Mandaic];

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether a character stands for a number without being a decimal digit: a fraction, a superscript, a number in a circle.
pub(super) fn is_compound_number(c: char) -> bool {
    c.is_numeric() && CodePointMapData::<GeneralCategory>::new().get(c) != GeneralCategory::DecimalNumber
}
