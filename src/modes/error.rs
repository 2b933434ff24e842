//! Why a mode or persona file cannot be had.

use thiserror::Error;

use crate::modes::places::Place;
use crate::modes::text;

/// Why there is no mode, or why another YAML file that people write cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModeError {
    /// The text is not what it should be.
    #[error("{file}:{}:{}: {message}{}", place.line, place.column, hint(suggestion.as_deref()))]
    Invalid {
        /// The file, as the user would name it.
        file: String,
        /// Where the offending value stands.
        place: Place,
        /// What is wrong with it; one line, no control characters.
        message: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
    /// The file cannot be read, or is not one to read.
    #[error("{file}: {message}")]
    Unreadable {
        /// The file, as the user would name it.
        file: String,
        /// Why not.
        message: String,
    },
    /// No mode has this name.
    #[error("unknown mode `{}`{}", text::quotable(name), hint(suggestion.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name that was most likely meant.
        suggestion: Option<String>,
    },
}

/// Words the name that was most likely meant, for the end of a message.
pub(crate) fn hint(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
