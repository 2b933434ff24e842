//! The template of an `ask`: plain text in which `{{ name }}` stands for a value. No conditions, no filters, no loops.
//!
//! Must never expand a value: what an option or a persona says is data, whatever braces it holds.

use thiserror::Error;

/// A name that a template may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The speaker's name on this panel.
    Persona,
    /// The option under debate, or the topic.
    Proposal,
    /// The round within the phase, from 1.
    Round,
    /// The most rounds the phase can take.
    Rounds,
    /// The speaker's team.
    Team,
}

impl Name {
    /// Every name, in alphabetical order.
    pub const ALL: [Self; 5] = [Self::Persona, Self::Proposal, Self::Round, Self::Rounds, Self::Team];

    /// The name as it is written in a template.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Persona => "persona",
            Self::Proposal => "proposal",
            Self::Round => "round",
            Self::Rounds => "rounds",
            Self::Team => "team",
        }
    }
}

/// What the names stand for in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Values<'a> {
    /// The speaker's name on this panel.
    pub persona: &'a str,
    /// The option under debate, or the topic.
    pub proposal: &'a str,
    /// The round within the phase, from 1.
    pub round: u32,
    /// The most rounds the phase can take.
    pub rounds: u32,
    /// The speaker's team; empty without one.
    pub team: &'a str,
}

/// Why a text is not a template. Offsets are in bytes from the start of the text, at the opening brace.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A `{{` without its `}}`.
    #[error("`{{{{` is never closed by `}}}}`")]
    Unclosed {
        /// Where the `{{` stands.
        offset: usize,
    },
    /// A name that stands for nothing.
    #[error("unknown name `{name}` in `{{{{ }}}}`")]
    UnknownName {
        /// Where the `{{` stands.
        offset: usize,
        /// The name without the spaces around it, cut after 40 characters, control characters escaped.
        name: String,
    },
    /// A `{%` or `{#`: there are no statements and no comments.
    #[error("`{opener}` is not supported; a template knows only `{{{{ name }}}}`")]
    Unsupported {
        /// Where it stands.
        offset: usize,
        /// `{%` or `{#`.
        opener: &'static str,
    },
}

impl TemplateError {
    /// Where the offending brace stands, in bytes from the start of the text.
    pub fn offset(&self) -> usize {
        match self {
            Self::Unclosed { offset } | Self::UnknownName { offset, .. } | Self::Unsupported { offset, .. } => *offset,
        }
    }
}

/// Checks that `source` is a template.
///
/// # Errors
/// Tells the first brace that is never closed, encloses an unknown name, or opens a statement or a comment.
pub fn check(source: &str) -> Result<(), TemplateError> {
    Tags { source, at: 0 }.try_for_each(|tag| tag.map(|_| ()))
}

/// The byte offset of the first `{{ name }}` in `source`, if it is used at all.
pub fn first_use(source: &str, name: Name) -> Option<usize> {
    Tags { source, at: 0 }.filter_map(Result::ok).find(|tag| tag.name == name).map(|tag| tag.start)
}

/// Replaces every `{{ name }}` by its value, once, from left to right. What `check` would refuse stays as it is
/// written.
pub fn expand(source: &str, values: &Values<'_>) -> String {
    let mut text = String::with_capacity(source.len());
    let mut done = 0;
    for tag in (Tags { source, at: 0 }).filter_map(Result::ok) {
        text.push_str(&source[done..tag.start]);
        match tag.name {
            Name::Persona => text.push_str(values.persona),
            Name::Proposal => text.push_str(values.proposal),
            Name::Round => text.push_str(&values.round.to_string()),
            Name::Rounds => text.push_str(&values.rounds.to_string()),
            Name::Team => text.push_str(values.team),
        }
        done = tag.end;
    }
    text.push_str(&source[done..]);
    text
}

/// One `{{ name }}`: `source[start..end]`.
struct Tag {
    start: usize,
    end: usize,
    name: Name,
}

/// The tags of a text, and what only looks like one, in order.
struct Tags<'a> {
    source: &'a str,
    at: usize,
}

impl Iterator for Tags<'_> {
    type Item = Result<Tag, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (start, opener) = next_opener(self.source, self.at)?;
        let inner = start + opener.len();
        self.at = inner;
        if opener != "{{" {
            return Some(Err(TemplateError::Unsupported { offset: start, opener }));
        }
        let rest = &self.source[inner..];
        let Some(length) = rest.find("}}").filter(|length| !rest[..*length].contains("{{")) else {
            return Some(Err(TemplateError::Unclosed { offset: start }));
        };
        let word = self.source[inner..inner + length].trim();
        let Some(name) = Name::ALL.into_iter().find(|name| name.as_str() == word) else {
            let name = word.chars().take(40).flat_map(char::escape_debug).collect();
            return Some(Err(TemplateError::UnknownName { offset: start, name }));
        };
        self.at = inner + length + 2;
        Some(Ok(Tag { start, end: self.at, name }))
    }
}

/// The openers that mean something, or would elsewhere.
const OPENERS: [&str; 3] = ["{{", "{%", "{#"];

/// The first opener at or after the byte `from`, which must lie on a character boundary.
fn next_opener(source: &str, from: usize) -> Option<(usize, &'static str)> {
    source[from..].match_indices('{').find_map(|(offset, _)| {
        let opener = OPENERS.into_iter().find(|opener| source[from + offset..].starts_with(opener))?;
        Some((from + offset, opener))
    })
}
