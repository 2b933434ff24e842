//! Words that say of a whole panel that it agrees.

/// Beginnings of the words for unanimity in the languages that write it so.
pub(super) const UNANIMITY: [&str; 9] =
    ["unanim", "un\u{e1}nim", "un\u{e2}nim", "einstimmig", "eenparig", "единоглас", "全会一致", "一致通过", "만장일치"];

/// Whether a folded word says that all agree.
pub(super) fn is_word_for_unanimity(word: &str) -> bool {
    UNANIMITY.iter().any(|start| word.contains(start))
}
