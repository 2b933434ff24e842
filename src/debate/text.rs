//! Text of unknown origin, made safe to show and to quote.

/// Returns `text` without control characters other than line feed and tab, so that it cannot steer a terminal.
///
/// Removes C0 and C1 controls, delete, and the bidirectional overrides that can make text read as something else. A
/// carriage return becomes a line feed. What was an escape sequence is left as its harmless letters.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if c == '\r' { '\n' } else { c }).filter(|c| is_plain(*c)).collect()
}

/// Returns `text` as [`plain`] does, with line feeds where separators of lines and paragraphs stand, which some terminals and
/// readers break lines at: for reports, not for prompts, whose words are those of the log.
pub fn laid_out(text: &str) -> String {
    plain(text).replace(separates, "\n")
}

/// Returns `text` on one line: plain, white space folded, trimmed.
pub fn line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns at most `chars_max` characters of `text` on one line, ending in `…` where something was left out.
pub fn clip(text: &str, chars_max: usize) -> String {
    let text = line(text);
    if text.chars().count() <= chars_max {
        return text;
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Whether `text` shows nothing: only white space, controls, and characters that are not seen.
pub fn is_blank(text: &str) -> bool {
    plain(text).chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether a character is drawn as nothing: those that Unicode has ignored by default (`Default_Ignorable_Code_Point`), and
/// the empty Braille cell.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the form under which two texts count as the same: one line, lower case, without closing punctuation.
pub fn folded(text: &str) -> String {
    line(text).to_lowercase().trim_end_matches(['.', '!', ' ']).to_owned()
}

fn is_plain(c: char) -> bool {
    c == '\n' || c == '\t' || !steers(c)
}

/// Whether `c` steers whatever shows it: a control character, line feed and tab included, or an override of the direction.
pub fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` separates lines or paragraphs without being a control character.
pub fn separates(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
