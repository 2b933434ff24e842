//! The known name that a misspelt one most likely means.

/// Longer words are not misspelt names, and comparing them is not worth the time.
const WORD_CHARS_MAX: usize = 60;

/// The candidate nearest to `word`: a few slips away, or one that starts with it. Case does not matter; the first of
/// equals wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length == 0 || length > WORD_CHARS_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let slips_max = 1 + length / 4;
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let known = candidate.to_lowercase();
            let slips = strsim::osa_distance(&word, &known);
            let is_start = length >= 3 && known.starts_with(&word);
            (slips <= slips_max || is_start).then_some((slips, candidate))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}
