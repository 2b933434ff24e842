//! What can be wrong with a configuration, and what is merely odd about it.
//!
//! Must never repeat a secret: not from a value, not from a line that cannot be read.

use std::io;

use crate::config::setting::Origin;
use crate::error::Failure;
use crate::message::{Action, Message, message, one_line};

/// The most characters of a bad value that an error repeats.
const SHOWN_MAX: usize = 80;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The process has no working folder.
    #[error("the working folder cannot be read: {source}")]
    WorkingFolder {
        /// What the system said.
        source: io::Error,
    },
    /// Sessions have no place: no home folder is known and none is set.
    #[error("no home folder is known, so the sessions have no place")]
    NoHome,
    /// A configuration file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file, as shown to people.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A configuration file is a folder, a pipe or a device.
    #[error("{file} is not a regular file")]
    NotAFile {
        /// The file, as shown to people.
        file: String,
    },
    /// A configuration file is too large.
    #[error("{file} is larger than {limit_kib} KiB")]
    TooLarge {
        /// The file, as shown to people.
        file: String,
        /// The limit in KiB.
        limit_kib: u64,
    },
    /// A configuration file's text cannot be read.
    #[error("{place}: {what}")]
    Malformed {
        /// File and line, for YAML also the column.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// A YAML file holds a key that is not a setting.
    #[error("{place}: unknown key `{key}`{}", suggestion(.nearest))]
    UnknownKey {
        /// File, line and column.
        place: String,
        /// The key.
        key: String,
        /// The setting that was probably meant.
        nearest: Option<String>,
    },
    /// A `.env` file sets one variable twice.
    #[error(".env:{line}: {name} is already set in line {first}")]
    Twice {
        /// The variable.
        name: String,
        /// Line that sets it first.
        first: u32,
        /// Line that sets it again.
        line: u32,
    },
    /// A value that does not parse.
    #[error("{}", bad_value(.name, .shown.as_deref(), .origin, .need))]
    BadValue {
        /// Variable, flag or YAML key, as written.
        name: String,
        /// The value; `None` when it may hold a secret.
        shown: Option<String>,
        /// Where it came from.
        origin: Origin,
        /// What is needed instead.
        need: String,
    },
    /// A file of the project would send a key that it did not bring to a place of its choosing.
    #[error("{url_name} (in {url_origin}) would send {key_name}, which comes from {}, to another host", source_of(.key_origin))]
    Redirect {
        /// Base URL's variable or YAML key.
        url_name: String,
        /// Where the base URL came from.
        url_origin: Origin,
        /// Key's variable or YAML key.
        key_name: String,
        /// Where the key came from.
        key_origin: Origin,
    },
    /// A file of the project would seat a server on another machine.
    #[error("{name} (in {origin}) would let a server on another machine take part")]
    Stranger {
        /// Its variable or YAML key.
        name: String,
        /// Where it came from.
        origin: Origin,
    },
}

impl ConfigError {
    /// Names where it stands: a file with line and column where they are known, or the layer; `None` where it stands nowhere.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::WorkingFolder { .. } | Self::NoHome => None,
            Self::Unreadable { file, .. } | Self::NotAFile { file } | Self::TooLarge { file, .. } => Some(file.clone()),
            Self::Malformed { place, .. } | Self::UnknownKey { place, .. } => Some(place.clone()),
            Self::Twice { line, .. } => Some(format!(".env:{line}")),
            Self::BadValue { origin, .. } | Self::Stranger { origin, .. } => Some(origin.place()),
            Self::Redirect { url_origin, .. } => Some(url_origin.place()),
        }
    }

    /// Says what to do next, when there is more to say than the message does.
    pub fn hint(&self) -> Option<Message> {
        match self {
            Self::NoHome => Some("set ROUNDTABLE_DATA_DIR to a folder".into()),
            Self::UnknownKey { .. } => Some(message![Action::ShowConfiguration, " lists every setting"]),
            Self::Redirect { url_name, .. } | Self::Stranger { name: url_name, .. } => {
                let variable = url_name.to_ascii_uppercase();
                let told =
                    format!("if you trust that host, set {variable} in the environment or in your own config.yaml");
                Some(told.into())
            }
            Self::Malformed { .. } | Self::BadValue { .. } | Self::Twice { .. } => None,
            Self::WorkingFolder { .. } | Self::Unreadable { .. } | Self::NotAFile { .. } | Self::TooLarge { .. } => {
                None
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = Self::usage(error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
        .with_source(error)
    }
}

/// Something odd that does not stop the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// A variable that looks like ours is none of ours.
    #[error("unknown variable {name} in {}{}", source_of(.origin), suggestion(.nearest))]
    UnknownVariable {
        /// The variable.
        name: String,
        /// Where it came from.
        origin: Origin,
        /// The variable that was probably meant.
        nearest: Option<String>,
    },
}

/// Makes text from outside fit to be shown: one line, no escapes, at most 80 characters.
pub(crate) fn shown(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn source_of(origin: &Origin) -> String {
    match origin {
        Origin::Flag | Origin::Environment => format!("the {origin}"),
        Origin::DotEnv { .. } | Origin::Project { .. } | Origin::User { .. } => origin.to_string(),
        Origin::Default => "the built-in default".to_owned(),
    }
}

fn bad_value(name: &str, shown: Option<&str>, origin: &Origin, need: &str) -> String {
    let value = shown.map_or("is not usable".to_owned(), |shown| format!("is `{shown}`"));
    match origin {
        Origin::Flag => format!("{name} {value}; {need}"),
        Origin::Project { .. } | Origin::User { .. } => format!("{name} {value} (in {}); {need}", origin.place()),
        Origin::Environment | Origin::DotEnv { .. } | Origin::Default => {
            format!("{name} {value} (in {}); {need}", source_of(origin))
        }
    }
}
