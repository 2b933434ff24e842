//! Looking up words that somebody quotes in the text that they are quoted from.

use crate::debate::text::markup::without_layout;
use crate::debate::text::wording::{comparable, holds};

/// A text in which quotes are looked up, in the forms in which people may read it.
#[derive(Debug, Clone)]
pub struct Passage {
    /// As [`comparable`] leaves them, each once.
    forms: Vec<String>,
}

impl Passage {
    /// Prepares a text.
    pub fn of(text: &str) -> Self {
        let plain = without_layout(text);
        let mut texts = vec![text.to_owned()];
        for hyphen in ["-", ""] {
            let rejoined = rejoined(&plain, hyphen);
            if texts.iter().all(|known| known.trim() != rejoined.trim()) {
                texts.push(rejoined);
            }
        }
        let mut forms = Vec::new();
        for text in &texts {
            let form = comparable(text);
            let bare = without_joiners(&form);
            for form in [form, bare] {
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        Self { forms }
    }

    /// Whether the quoted words stand here, however they are written. Never finds a number by a part of it.
    pub fn holds(&self, quote: &str) -> bool {
        let written = comparable(quote);
        let read = comparable(&without_layout(quote));
        let bare = without_joiners(&read);
        [written, read, bare].iter().any(|words| self.forms.iter().any(|form| holds(form, unmarked(words))))
    }
}

/// Returns `text` with the words rejoined that a hyphen divides at the end of a line.
fn rejoined(text: &str, hyphen: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        let word = line.strip_suffix(['-', '\u{2010}']).filter(|word| word.ends_with(char::is_alphabetic));
        match word {
            Some(word) => out.push_str(&format!("{word}{hyphen}")),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// Returns `text` without joiners, which one writer sets in a word and another leaves out.
fn without_joiners(text: &str) -> String {
    text.replace(['\u{200c}', '\u{200d}'], "")
}

/// Returns quoted words without quotation marks around them and without marks of an omission at their ends. A mark after a
/// digit closes nothing unless one opens: it may stand for feet or inches.
fn unmarked(words: &str) -> &str {
    let is_outside = |c: char| c == '"' || c == '\'' || c == ' ';
    let opened = words.trim_start_matches(is_outside);
    let closed = opened.trim_end_matches(is_outside);
    let is_measure = opened.len() == words.len() && closed.ends_with(char::is_numeric);
    let mut rest = if is_measure { words } else { closed };
    for mark in ["[...]", "(...)", "..."] {
        rest = rest.strip_prefix(mark).map_or(rest, str::trim_start);
        rest = rest.strip_suffix(mark).map_or(rest, str::trim_end);
    }
    rest
}
