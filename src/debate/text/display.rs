//! Text of unknown origin, made safe to show and to quote.

use unicode_segmentation::GraphemeCursor;

use crate::debate::text::characters::{is_invisible, separates, steers};
use crate::debate::text::invisible::{shown, without};

/// Returns `text` without control characters other than line feed and tab, so that it cannot steer a terminal.
///
/// Removes C0 and C1 controls, delete, and the bidirectional overrides that can make text read as something else. A
/// carriage return becomes a line feed. What was an escape sequence is left as its harmless letters.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if c == '\r' { '\n' } else { c }).filter(|c| is_plain(*c)).collect()
}

/// Returns `text` as [`plain`] does, with line feeds where separators of lines and paragraphs stand, which some terminals and
/// readers break lines at, and without what is not seen: for reports, not for prompts, whose words are those of the log.
pub fn laid_out(text: &str) -> String {
    shown(&plain(text).replace(separates, "\n"))
}

/// Returns `text` on one line: plain, white space folded, trimmed.
pub fn line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns at most `chars_max` characters of `text` on one line, ending in `…` where something was left out. What readers see as
/// one sign, such as a letter with its accents or an emoji of several parts, stays whole or is left out.
pub fn clip(text: &str, chars_max: usize) -> String {
    let text = line(text);
    let Some((cut, _)) = text.char_indices().nth(chars_max) else { return text };
    let room = chars_max.saturating_sub(1);
    let end = text[..cut].char_indices().nth(room).map_or(cut, |(end, _)| end);
    let whole = last_boundary(&text, end);
    // A sign that is longer than all the room is cut: nothing would be left of it.
    let kept = if whole == 0 { &text[..end] } else { &text[..whole] };
    format!("{}…", kept.trim_end())
}

/// The last place up to `end` that lies between two signs.
fn last_boundary(text: &str, end: usize) -> usize {
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => end,
        Ok(false) | Err(_) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    }
}

/// Returns the shortened text as logs before format 5 hold it: cut after a character, whatever sign that belongs to.
pub fn clip_at_character(text: &str, chars_max: usize) -> String {
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

fn is_plain(c: char) -> bool {
    c == '\n' || c == '\t' || !steers(c)
}

/// Returns the form under which logs before format 5 hold two texts for the same: one line, lower case, without closing
/// punctuation. Under later formats [`identity`](crate::debate::text::wording::identity) is that form.
pub fn folded(text: &str) -> String {
    line(text).to_lowercase().trim_end_matches(['.', '!', ' ']).to_owned()
}

/// Returns `text` plain and as its readers see it: lines break where separators of lines stand, and nothing is hidden.
pub fn as_seen(text: &str) -> String {
    // The empty Braille cell is a space to those who read Braille.
    without(&plain(text).replace(separates, "\n"), |c| is_invisible(c) && c != '\u{2800}')
}
