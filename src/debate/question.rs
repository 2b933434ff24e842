//! The question under debate: frozen before anybody answers.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::log::material::with_line_feeds;
use crate::debate::text;

/// Largest topic, in bytes. What is longer is material, not a question.
pub const TOPIC_BYTES_MAX: usize = 64 * 1024;
/// Fewest and most options of a choice.
pub const OPTIONS: std::ops::RangeInclusive<usize> = 2..=7;
/// Longest unit of an estimate, in characters.
const UNIT_CHARS_MAX: usize = 40;
/// Largest option text, in bytes.
const OPTION_BYTES_MAX: usize = 400;

/// A question, and the options it may be answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// The question in the asker's own words.
    pub topic: String,
    /// The options to choose from; empty for an open question, whose options are found after the sealed opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The unit of the number that is asked for; `None` for a question that no number answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Unit>,
}

/// The unit of an estimate, such as `weeks`: one line of 1 to 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Unit(pub String);

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// `o1`, `o2`, …
    pub id: OptionId,
    /// What it says.
    pub text: String,
}

/// Names an option of one session: `o1`, `o2`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OptionId(pub String);

impl OptionId {
    /// The id of the option at `index`, counted from 0.
    pub fn at(index: usize) -> Self {
        Self(format!("o{}", index + 1))
    }
}

/// Without control characters: a claim may name as an option whatever its model wrote, and an imported log anything.
impl fmt::Display for OptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split(char::is_control).try_for_each(|piece| f.write_str(piece))
    }
}

/// Why a question cannot be debated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Nothing but white space.
    #[error("the topic is empty")]
    Empty,
    /// More than [`TOPIC_BYTES_MAX`].
    #[error("the topic is {bytes} bytes long; at most {TOPIC_BYTES_MAX} are taken")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Fewer than 2 or more than 7.
    #[error("{count} options were given; a choice has {} to {}", OPTIONS.start(), OPTIONS.end())]
    OptionCount {
        /// How many.
        count: usize,
    },
    /// An option says nothing, or too much.
    #[error("option {place} is {bytes} bytes long; 1 to {OPTION_BYTES_MAX} are taken")]
    OptionLength {
        /// Its place, from 1.
        place: usize,
        /// Its length after trimming.
        bytes: usize,
    },
    /// Two options say the same.
    #[error("option `{0}` is given twice")]
    OptionTwice(String),
    /// A unit that says nothing, or too much.
    #[error("the unit is {chars} characters long; 1 to {UNIT_CHARS_MAX} on one line are taken")]
    Unit {
        /// Its length after trimming.
        chars: usize,
    },
}

impl Question {
    /// Checks and freezes a question. No `options` make it an open one. A CR LF becomes a line feed: a file is the same
    /// question wherever it was checked out.
    ///
    /// # Errors
    /// The topic is empty or above [`TOPIC_BYTES_MAX`] bytes, or there are not 2 to 7 options. Also fails on an option
    /// that is empty, too long, or given twice.
    pub fn new(topic: &str, options: &[String]) -> Result<Self, QuestionError> {
        let topic = with_line_feeds(topic.trim());
        let topic = topic.as_ref();
        if text::is_blank(topic) {
            return Err(QuestionError::Empty);
        }
        if topic.len() > TOPIC_BYTES_MAX {
            return Err(QuestionError::TooLong { bytes: topic.len() });
        }
        if !options.is_empty() && !OPTIONS.contains(&options.len()) {
            return Err(QuestionError::OptionCount { count: options.len() });
        }
        let mut choices: Vec<Choice> = Vec::with_capacity(options.len());
        for (index, option) in options.iter().enumerate() {
            let option = with_line_feeds(option.trim());
            let option = option.as_ref();
            if text::is_blank(option) || option.len() > OPTION_BYTES_MAX {
                return Err(QuestionError::OptionLength { place: index + 1, bytes: option.len() });
            }
            if choices.iter().any(|other| text::same(&other.text, option)) {
                return Err(QuestionError::OptionTwice(text::clip(option, 60)));
            }
            choices.push(Choice { id: OptionId::at(index), text: option.to_owned() });
        }
        Ok(Self { topic: topic.to_owned(), options: choices, estimate: None })
    }

    /// Checks and freezes a question that a number answers, in the given unit.
    ///
    /// # Errors
    /// The unit is empty, too long or of several lines, or [`Question::new`] refuses the topic.
    pub fn estimate(topic: &str, unit: &str) -> Result<Self, QuestionError> {
        let unit = unit.trim();
        let chars = unit.chars().count();
        if text::is_blank(unit) || text::line(unit) != unit || chars > UNIT_CHARS_MAX {
            return Err(QuestionError::Unit { chars });
        }
        Ok(Self { estimate: Some(Unit(unit.to_owned())), ..Self::new(topic, &[])? })
    }

    /// Finds an option by its text, or else by its id.
    pub fn find(&self, wanted: &str) -> Option<&Choice> {
        let by_text = self.options.iter().find(|choice| text::same(&choice.text, wanted));
        by_text.or_else(|| self.options.iter().find(|choice| choice.id.0 == wanted.trim()))
    }

    /// Whether the options are yet to be found.
    pub fn is_open(&self) -> bool {
        self.options.is_empty() && self.estimate.is_none()
    }
}
