//! What people are told, without the words of any front-end: text, and what it speaks of by its meaning.
//!
//! A front-end calls a thing to set and a thing to do by its own names: a flag, an argument, a command, a tool. Must never hold one
//! of those itself.

mod action;
mod field;

use std::fmt;

pub use crate::message::action::{Action, Target};
pub use crate::message::field::Field;

/// A line for people: text with fields and actions in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
    Action(Action),
}

/// How a front-end calls things.
pub trait Wording {
    /// The name under which a field is set.
    fn field(&self, field: Field) -> String;
    /// How an action is taken.
    fn action(&self, action: &Action) -> String;
}

impl Message {
    /// The message with more at its end.
    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.parts.extend(more.into().parts);
        self
    }

    /// The message in the words of a front-end, on one line.
    pub fn worded(&self, wording: &dyn Wording) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field) => wording.field(*field),
            Part::Action(action) => wording.action(action),
        };
        one_line(&self.parts.iter().map(part).collect::<String>())
    }

    /// Messages one after the other, with text between them.
    pub fn joined(messages: impl IntoIterator<Item = Self>, between: &str) -> Self {
        messages.into_iter().enumerate().fold(Self::default(), |joined, (place, message)| match place {
            0 => message,
            _ => joined.and(between).and(message),
        })
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.to_owned())] }
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self { parts: vec![Part::Text(text)] }
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Field> for Message {
    fn from(field: Field) -> Self {
        Self { parts: vec![Part::Field(field)] }
    }
}

impl From<Action> for Message {
    fn from(action: Action) -> Self {
        Self { parts: vec![Part::Action(action)] }
    }
}

/// In plain words.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.worded(&Plain))
    }
}

/// Fields and actions by their meaning alone: for logs, and for programs that embed the library.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Wording for Plain {
    fn field(&self, field: Field) -> String {
        field.meaning().to_owned()
    }

    fn action(&self, action: &Action) -> String {
        action.meaning()
    }
}

/// Replaces control characters, line breaks of every kind and terminal escapes included, by spaces.
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Makes a message of texts, fields, actions and other messages, one after the other.
macro_rules! message {
    ($first:expr $(, $part:expr)* $(,)?) => {
        $crate::message::Message::from($first)$(.and($part))*
    };
}
pub(crate) use message;
