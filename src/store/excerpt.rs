//! The place in what was said that a search is about.

use crate::debate::text;
use crate::store::phrase::Phrase;

/// Words shown before what was found, and most characters of them: some scripts have no spaces between words.
const WORDS_BEFORE: usize = 8;
const CHARS_BEFORE: usize = 60;
/// Longest excerpt, in characters.
const CHARS_MAX: usize = 160;

/// Returns the part of `said` around the first phrase in it, on one line; the beginning where none is found.
pub(super) fn excerpt(said: &str, phrases: &[Phrase]) -> String {
    let terms = text::terms(said);
    let found = phrases.iter().filter_map(|phrase| phrase.place_in(&terms)).min();
    let at = found.and_then(|place| terms.get(place)).map_or(0, |term| term.at.start);
    // Signs that stick to the word belong to it.
    let before = said[..at].trim_end_matches(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
    let rest = &said[before.len()..];
    let gap = if before.ends_with(char::is_whitespace) { " " } else { "" };
    let (mark, before) = end_of(before);
    text::clip(&format!("{mark}{before}{gap}{rest}"), CHARS_MAX)
}

/// The last words of a text, and the mark of what is left out of it.
fn end_of(text: &str) -> (&'static str, String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kept = words[words.len().saturating_sub(WORDS_BEFORE)..].join(" ");
    let excess = kept.chars().count().saturating_sub(CHARS_BEFORE);
    let is_whole = words.len() <= WORDS_BEFORE && excess == 0;
    (if is_whole { "" } else { "… " }, kept.chars().skip(excess).collect())
}

#[cfg(test)]
mod tests {
    use super::excerpt;
    use crate::store::phrase::phrases;

    fn check(said: &str, searched: &str, expected: &str) {
        assert_eq!(excerpt(said, &phrases(searched)), expected, "{searched}");
    }

    #[test]
    fn the_word_is_shown_with_some_before_it() {
        let said = "one two three four five six seven eight nine ten, \"Eleven\" twelve";
        let end = "… three four five six seven eight nine ten, \"Eleven\" twelve";
        check(said, "one", said);
        check(said, "eleven", end);
        check(said, "\"eleven twelve\" ele*", end);
        check(said, "absent", said);
        check(said, "", said);
        check("Die Größe der Zürcher Tabelle", "zu\u{308}rcher", "Die Größe der Zürcher Tabelle");
        assert_eq!(excerpt(&"long ".repeat(100), &phrases("long")).chars().count(), 160);
    }

    #[test]
    fn a_part_of_a_run_without_spaces_is_shown_with_some_before_it() {
        check("我们应该先做压力测试，再决定。", "压力测试", "我们应该先做压力测试，再决定。");
        check(
            &format!("{}压力测试，再决定。", "先".repeat(200)),
            "压力",
            &format!("… {}压力测试，再决定。", "先".repeat(60)),
        );
        check("ระบบควรทดสอบก่อน", "ทดสอบ", "ระบบควรทดสอบก่อน");
    }
}
