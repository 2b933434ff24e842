//! Encodings from before Unicode, told from the bytes alone.
//!
//! Must never take a reading that a reader would stumble over: too little to tell from is no answer.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};

/// Fewest bytes beyond ASCII by which a script other than Latin can be told.
const FOREIGN_BYTES_MIN: usize = 6;
/// Fewest bytes beyond ASCII by which another Latin alphabet than the Western one can be told.
const WESTERN_BYTES_MIN: usize = 3;
/// Signs beyond ASCII that stand before a word, without a space between.
const BEFORE_WORDS: &str = "“„‘‚«‹¿¡£€¥§¶•–—…©·’°";
/// Signs beyond ASCII that stand behind a word, without a space between.
const BEHIND_WORDS: &str = "”“’‘»›–—…®©™²³¹°·•€£¢\u{ad}";
/// Signs beyond ASCII that stand within a word.
const WITHIN_WORDS: &str = "’·–—\u{ad}";
/// Letters beyond ASCII that are words of their own, in small letters.
const WORDS: &str = "àáâèéêìíòóôùúýåäöæøüµªº";

/// The encoding of bytes that are not UTF-8, by its name in the Encoding Standard, and their text in it; `None` where it cannot
/// be told.
///
/// The statistics of letters overrate rare ones where a text has few bytes beyond ASCII, or only signs: `40 £` would be Polish,
/// `naïve` Latvian. There windows-1252 is taken, if all of it reads well.
pub(super) fn told(bytes: &[u8]) -> Option<(&'static str, String)> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let read = |encoding| strictly(encoding, bytes).filter(|text| !text.contains(is_no_text));
    let (guessed, western) = (read(guess), read(WINDOWS_1252));
    if let Some(western) = western {
        let is_little = beyond_ascii(bytes) < WESTERN_BYTES_MIN;
        let has_signs_alone = western.chars().all(|c| c.is_ascii() || !c.is_alphabetic());
        let is_better = |guessed: &String| is_little || has_signs_alone || misfits(guessed) > 0 || *guessed == western;
        if misfits(&western) == 0 && is_plausible(&western, bytes) && guessed.as_ref().is_none_or(is_better) {
            return Some((WINDOWS_1252.name(), western));
        }
    }
    guessed.filter(|text| is_plausible(text, bytes)).map(|text| (guess.name(), text))
}

/// Whether a reading has what its script needs: enough bytes to tell it, or Latin words in which most letters are plain.
fn is_plausible(text: &str, bytes: &[u8]) -> bool {
    let is_latin = |c: char| c < '\u{250}' || ('\u{1e00}'..='\u{1eff}').contains(&c);
    if text.chars().any(|c| c.is_alphabetic() && !is_latin(c)) {
        return beyond_ascii(bytes) >= FOREIGN_BYTES_MIN;
    }
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (plain, marked): (Vec<char>, Vec<char>) = letters.partition(char::is_ascii);
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    let has_plain = text.chars().any(|c| c.is_ascii_alphanumeric());
    has_plain && marked.len() <= 2 * plain.len() && 2 * misfits(text) < foreign
}

fn beyond_ascii(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !byte.is_ascii()).count()
}

/// How many characters beyond ASCII stand where a reader would not expect them: a letter by itself, a capital behind a small
/// letter, or a sign that sticks to a word.
fn misfits(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let at = |place: Option<usize>| place.and_then(|place| chars.get(place)).copied().unwrap_or(' ');
    let is_misfit = |place: usize, c: char| {
        let (before, after) = (at(place.checked_sub(1)), at(Some(place + 1)));
        match (before.is_alphabetic(), after.is_alphabetic()) {
            (false, false) => c.is_alphabetic() && !c.to_lowercase().all(|c| WORDS.contains(c)) && c < '\u{250}',
            (_, _) if c.is_alphabetic() => c.is_uppercase() && before.is_lowercase(),
            (true, true) => !WITHIN_WORDS.contains(c),
            (true, false) => !BEHIND_WORDS.contains(c),
            (false, true) => !BEFORE_WORDS.contains(c),
        }
    };
    chars.iter().enumerate().filter(|(place, c)| !c.is_ascii() && is_misfit(*place, **c)).count()
}

/// Decodes bytes, all of them or none.
pub(super) fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
}

/// Whether no text has such a character: a control character that neither parts lines and columns nor begins a sequence of
/// a terminal's.
pub(super) fn is_no_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn legacy_encodings_are_told_from_their_bytes() {
        let rows: [(&str, &[u8], &str); 24] = [
            ("windows-1252", b"Fee: 40 \xa3 a month.", "Fee: 40 £ a month."),
            ("windows-1252", b"Z\xfcrich \x96 \x84sch\xf6n\x93 kostet 5 \x80", "Zürich – „schön“ kostet 5 €"),
            ("windows-1251", b"\xd1\xf2\xee\xe8\xf2 \xeb\xe8 \xed\xe0\xec \xef\xe5\xf0\xe5\xe9\xf2\xe8 \xed\xe0 \xed\xee\xe2\xf3\xfe \xee\xf7\xe5\xf0\xe5\xe4\xfc \xf1\xee\xee\xe1\xf9\xe5\xed\xe8\xe9?", "Стоит ли нам перейти на новую очередь сообщений?"),
            ("KOI8-U", b"\xf3\xce\xc1\xde\xc1\xcc\xc1 \xce\xd5\xd6\xce\xcf \xc9\xda\xcd\xc5\xd2\xc9\xd4\xd8 \xce\xc1\xc7\xd2\xd5\xda\xcb\xd5, \xd0\xcf\xd4\xcf\xcd \xd2\xc5\xdb\xc1\xd4\xd8.", "Сначала нужно измерить нагрузку, потом решать."),
            ("Shift_JIS", b"\x95\x89\x89\xd7\x8e\x8e\x8c\xb1\x82\xcc\x8c\x8b\x89\xca\x82\xf0\x90\xe6\x82\xc9\x8am\x94F\x82\xb5\x82\xc4\x82\xa9\x82\xe7\x8c\x88\x82\xdf\x82\xe9\x81B", "負荷試験の結果を先に確認してから決める。"),
            ("EUC-JP", b"\xc9\xe9\xb2\xd9\xbb\xee\xb8\xb3\xa4\xce\xb7\xeb\xb2\xcc\xa4\xf2\xc0\xe8\xa4\xcb\xb3\xce\xc7\xa7\xa4\xb9\xa4\xeb\xa1\xa3", "負荷試験の結果を先に確認する。"),
            ("GBK", b"\xce\xd2\xc3\xc7\xd3\xa6\xb8\xc3\xcf\xc8\xd7\xf6\xd1\xb9\xc1\xa6\xb2\xe2\xca\xd4\xa3\xac\xd4\xd9\xbe\xf6\xb6\xa8\xca\xc7\xb7\xf1\xc7\xa8\xd2\xc6\xa1\xa3", "我们应该先做压力测试，再决定是否迁移。"),
            ("Big5", b"\xa7\xda\xad\xcc\xc0\xb3\xb8\xd3\xa5\xfd\xb0\xb5\xc0\xa3\xa4O\xb4\xfa\xb8\xd5\xa1A\xa6A\xa8M\xa9w\xacO\xa7_\xbeE\xb2\xbe\xa1C", "我們應該先做壓力測試，再決定是否遷移。"),
            ("EUC-KR", b"\xb8\xd5\xc0\xfa \xba\xce\xc7\xcf \xc5\xd7\xbd\xba\xc6\xae\xb8\xa6 \xc7\xcf\xb0\xed \xb0\xe1\xc1\xa4\xc7\xd8\xbe\xdf \xc7\xd5\xb4\xcf\xb4\xd9.", "먼저 부하 테스트를 하고 결정해야 합니다."),
            ("ISO-8859-2", b"M\xecli bychom nejd\xf8\xedv zm\xec\xf8it z\xe1t\xec\xbe, ne\xbe p\xf8ejdeme.", "Měli bychom nejdřív změřit zátěž, než přejdeme."),
            ("windows-1253", b"\xd0\xf1\xdd\xf0\xe5\xe9 \xf0\xf1\xfe\xf4\xe1 \xed\xe1 \xec\xe5\xf4\xf1\xde\xf3\xef\xf5\xec\xe5 \xf4\xef \xf6\xef\xf1\xf4\xdf\xef.", "Πρέπει πρώτα να μετρήσουμε το φορτίο."),
            ("windows-1255", b"\xf6\xf8\xe9\xea \xf7\xe5\xe3\xed \xec\xee\xe3\xe5\xe3 \xe0\xfa \xe4\xf2\xe5\xee\xf1 \xe5\xe0\xe6 \xec\xe4\xe7\xec\xe9\xe8", "צריך קודם למדוד את העומס ואז להחליט"),
            ("windows-1256", b"\xed\xcc\xc8 \xc3\xe4 \xe4\xde\xed\xd3 \xc7\xe1\xcd\xe3\xe1 \xc3\xe6\xe1\xc7 \xcb\xe3 \xe4\xde\xd1\xd1", "يجب أن نقيس الحمل أولا ثم نقرر"),
            ("windows-874", b"\xe0\xc3\xd2\xa4\xc7\xc3\xb7\xb4\xca\xcd\xba\xe2\xcb\xc5\xb4\xa1\xe8\xcd\xb9 \xe1\xc5\xe9\xc7\xa4\xe8\xcd\xc2\xb5\xd1\xb4\xca\xd4\xb9\xe3\xa8", "เราควรทดสอบโหลดก่อน แล้วค่อยตัดสินใจ"),
            ("windows-1252", b"40 \xa4 a month", "40 ¤ a month"),
            ("windows-1252", b"\xbfQu\xe9 hacemos?", "¿Qué hacemos?"),
            ("windows-1252", b"25 \xb0C at 5 \xb5m, \xb15 %", "25 °C at 5 µm, ±5 %"),
            ("windows-1252", b"\xabbonjour\xbb", "«bonjour»"),
            ("windows-1252", b"na\xefve", "naïve"),
            ("windows-1252", b"na\xeeve", "naîve"),
            ("windows-1252", b"un \x9cuf", "un œuf"),
            ("windows-1252", b"5\x9610 ms\x85 it\x92s \xbd", "5–10 ms… it’s ½"),
            ("windows-1250", b"Za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 ja\x9f\xf1, \xa3\xf3d\x9f.", "Zażółć gęślą jaźń, Łódź."),
            ("ISO-8859-2", b"\xaeilina, \xa3\xf3d\xbc, ko\xb9\xbb\xe1l", "Žilina, Łódź, košťál"),
        ];
        for (encoding, bytes, text) in rows {
            assert_eq!(told(bytes), Some((encoding, text.to_owned())), "{bytes:02x?}");
        }
    }

    #[test]
    fn too_little_to_tell_from_is_no_answer() {
        let rows: [&[u8]; 10] = [
            b"\xc4\xe0",
            b"\xca\xc7",
            b"\x93\x8c\x8b\x9e",
            b"\xbf\xb9",
            b"caf\x8e",
            b"\xd2quoted\xd3",
            b"caf\x82",
            b"Fee: \x9c40",
            b"\xa4\xa4\xa4\xe5",
            b"\x80\x81\x82\x83 \x8d",
        ];
        for bytes in rows {
            assert_eq!(told(bytes), None, "{bytes:02x?}");
        }
    }
}
