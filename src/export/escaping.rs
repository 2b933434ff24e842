//! Text that Markdown takes as it is.

use crate::debate::text::line;

/// `text` on one line, with everything escaped that Markdown or HTML could act on: markup, mentions, bare links, and what
/// would make a list, a rule or a heading at the start of a line.
pub(crate) fn escaped(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len());
    for (place, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A zero-width character keeps a word from becoming a mention, and an address from becoming a link.
            '@' => out.push_str("@\u{200b}"),
            ':' if text[place..].starts_with("://") => out.push_str(":\u{200b}"),
            '.' if is_after_www(&text[..place]) => out.push_str("\u{200b}."),
            '-' | '+' | '=' if place == 0 => out.extend(['\\', c]),
            '.' | ')' if place > 0 && text[..place].bytes().all(|byte| byte.is_ascii_digit()) => out.extend(['\\', c]),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

pub(super) fn is_after_www(before: &str) -> bool {
    before.len() >= 3
        && before.is_char_boundary(before.len() - 3)
        && before[before.len() - 3..].eq_ignore_ascii_case("www")
}
