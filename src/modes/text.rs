//! What the texts of a mode file may hold: slugs, single lines, prose, and the templates of `ask`.

use crate::debate::template::{self, Name, TemplateError};
use crate::modes::flaw::Flaw;
use crate::modes::nearest::nearest;
use crate::modes::places::openers;

/// The longest slug, in characters.
pub const SLUG_CHARS_MAX: usize = 60;

/// The longest `ask`, in bytes.
const ASK_BYTES_MAX: usize = 4 * 1024;

/// Whether a text is a slug: 1–60 lower-case letters, digits and single dashes, a letter first, no dash last.
pub(crate) fn is_slug(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= SLUG_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split('-').all(is_word)
}

/// A text from a file, fit to stand in a message: one line, at most 60 characters, control characters escaped.
pub(crate) fn quotable(text: &str) -> String {
    let shown = printable(text, 60);
    if text.chars().nth(60).is_some() { shown + "…" } else { shown }
}

/// The first `chars_max` characters of a text on one line, control characters escaped.
pub(crate) fn printable(text: &str, chars_max: usize) -> String {
    let mut shown = String::new();
    for c in text.chars().take(chars_max) {
        if c == '\n' || is_control(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// Refuses a name that is not a slug.
pub(crate) fn slug(path: &str, what: &str, text: &str) -> Result<(), Flaw> {
    if is_slug(text) {
        return Ok(());
    }
    let message = format!(
        "{what} `{}` is not a name of lower-case letters, digits and single dashes, a letter first, at most {SLUG_CHARS_MAX} characters",
        quotable(text)
    );
    Err(Flaw::new(path, message))
}

/// Refuses a text that is empty, longer than `chars_max`, or holds control characters, line breaks included.
pub(crate) fn line(path: &str, what: &str, text: &str, chars_max: usize) -> Result<(), Flaw> {
    if text.contains('\n') {
        return Err(Flaw::new(path, format!("{what} must be a single line")));
    }
    prose(path, what, text, chars_max)
}

/// Refuses a text that is empty, longer than `chars_max`, or holds control characters other than line breaks.
pub(crate) fn prose(path: &str, what: &str, text: &str, chars_max: usize) -> Result<(), Flaw> {
    if text.trim().is_empty() {
        return Err(Flaw::new(path, format!("{what} is empty")));
    }
    if let Some(control) = text.chars().find(|c| is_control(*c)) {
        return Err(Flaw::new(path, format!("{what} holds the control character U+{:04X}", u32::from(control))));
    }
    let chars = text.chars().count();
    if chars > chars_max {
        return Err(Flaw::new(path, format!("{what} has {chars} characters; at most {chars_max} are allowed")));
    }
    Ok(())
}

/// Refuses an `ask` that is empty, too long, holds control characters, or is not a template.
pub(super) fn ask(path: &str, text: &str) -> Result<(), Flaw> {
    if text.len() > ASK_BYTES_MAX {
        return Err(Flaw::new(path, format!("`ask` has {} bytes; at most {ASK_BYTES_MAX} are allowed", text.len())));
    }
    prose(path, "`ask`", text, ASK_BYTES_MAX)?;
    template::check(text).map_err(|error| {
        let suggestion = match &error {
            TemplateError::UnknownName { name, .. } => nearest(name, Name::ALL.map(Name::as_str)),
            TemplateError::Unclosed { .. } | TemplateError::Unsupported { .. } => None,
        };
        Flaw::new(path, error.to_string()).at_opener(opener_number(text, error.offset())).suggest(suggestion)
    })
}

/// Refuses a checked `ask` that uses `name`, because of `why`.
pub(super) fn ask_without(path: &str, text: &str, name: Name, why: &str) -> Result<(), Flaw> {
    match template::first_use(text, name) {
        None => Ok(()),
        Some(offset) => {
            let message = format!("`{{{{ {} }}}}` {why}", name.as_str());
            Err(Flaw::new(path, message).at_opener(opener_number(text, offset)))
        }
    }
}

fn opener_number(text: &str, offset: usize) -> usize {
    openers(text).take_while(|opener| *opener < offset).count()
}

/// Whether a character steers a terminal, or reorders the text around it, instead of showing.
fn is_control(c: char) -> bool {
    let is_bidi_or_separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c != '\n' && (c.is_control() || is_bidi_or_separator)
}
