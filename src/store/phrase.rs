//! What is searched for, as the full-text index and a reader of the text understand it.

use crate::debate::text::{Term, TermKind, terms};

/// Most phrases in one search.
const PHRASES_MAX: usize = 32;

/// Terms that stand next to each other in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    terms: Vec<String>,
    end: End,
}

/// How a phrase ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With all of its last term.
    Whole,
    /// With the beginning of a term.
    Beginning,
}

/// Splits what is searched for into phrases: `"words in quotes"`, or single words, of which `word*` is the beginning of one.
/// Only the first 32 count.
pub(super) fn phrases(searched: &str) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for (place, part) in searched.split('"').enumerate() {
        let is_quoted = place % 2 == 1;
        let words: Vec<&str> = if is_quoted { vec![part] } else { part.split_whitespace().collect() };
        for word in words {
            let end = if word.ends_with('*') && !is_quoted { End::Beginning } else { End::Whole };
            match Phrase::of(word, end) {
                Some(phrase) if !phrases.contains(&phrase) => phrases.push(phrase),
                Some(_) | None => {}
            }
        }
    }
    phrases.truncate(PHRASES_MAX);
    phrases
}

impl Phrase {
    /// A part of a run of characters ends within a pair, unless a word follows it.
    fn of(text: &str, end: End) -> Option<Self> {
        let mut terms = terms(text);
        let end = match terms.last()?.kind {
            TermKind::Last => {
                terms.pop();
                End::Whole
            }
            TermKind::Lone => End::Beginning,
            TermKind::Word | TermKind::Pair => end,
        };
        Some(Self { terms: terms.into_iter().map(|term| term.text).collect(), end })
    }

    /// The phrase as FTS5 reads it: quoted, so that nothing in it is syntax.
    pub(super) fn query(&self) -> String {
        let end = match self.end {
            End::Whole => "",
            End::Beginning => " *",
        };
        format!("\"{}\"{end}", self.terms.join(" "))
    }

    /// The first place among the terms of a text where the phrase stands.
    pub(super) fn place_in(&self, said: &[Term]) -> Option<usize> {
        let (last, first) = self.terms.split_last()?;
        let is_last = |term: &str| match self.end {
            End::Whole => term == last,
            End::Beginning => term.starts_with(last.as_str()),
        };
        said.windows(self.terms.len()).position(|window| {
            let (end, begin) = (&window[first.len()], &window[..first.len()]);
            is_last(&end.text) && begin.iter().map(|term| &term.text).eq(first)
        })
    }
}
