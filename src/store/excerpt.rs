//! The place in what was said that a search is about.

use crate::debate::text;

/// Words shown before the one that was found.
const WORDS_BEFORE: usize = 8;
/// Longest excerpt, in characters.
const CHARS_MAX: usize = 160;

/// Returns the part of `said` around the first word that `searched` names; the beginning where none is found, as when only
/// accents differ.
pub(super) fn excerpt(said: &str, searched: &str) -> String {
    let said: Vec<&str> = said.split_whitespace().collect();
    let named: Vec<String> = searched.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    let is_named = |word: &str| named.iter().any(|named| bare(word).starts_with(named.as_str()));
    let found = said.iter().position(|word| is_named(word)).unwrap_or(0);
    let from = found.saturating_sub(WORDS_BEFORE);
    let mark = if from > 0 { "… " } else { "" };
    text::clip(&format!("{mark}{}", said[from..].join(" ")), CHARS_MAX)
}

/// A word without case and without the signs around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn the_word_is_shown_with_some_before_it() {
        let said = "one two three four five six seven eight nine ten, \"Eleven\" twelve";
        let cases = [
            ("one", said.to_owned()),
            ("eleven", "… three four five six seven eight nine ten, \"Eleven\" twelve".to_owned()),
            ("\"eleven twelve\" ele*", "… three four five six seven eight nine ten, \"Eleven\" twelve".to_owned()),
            ("absent", said.to_owned()),
            ("", said.to_owned()),
        ];
        for (searched, expected) in cases {
            assert_eq!(excerpt(said, searched), expected, "{searched}");
        }
        assert_eq!(excerpt(&"long ".repeat(100), "long").chars().count(), 160);
    }
}
