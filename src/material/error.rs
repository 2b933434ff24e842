//! Why material cannot be had, and what to do about it.

use std::io;

use crate::material::decode::Undecodable;
use crate::material::limits::{FILE_BYTES_MAX, FILES_MAX, TOTAL_BYTES_MAX};
use crate::message::{Field, Message, message};

/// Why material cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// It cannot be read.
    #[error("cannot read {name}: {source}")]
    Unreadable {
        /// Path, as given.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// One text is too large.
    #[error("{name} holds more than {FILE_BYTES_MAX} bytes")]
    TooLarge {
        /// Path, as given, or where else it came from.
        name: String,
    },
    /// All texts together are too large.
    #[error("the material holds more than {TOTAL_BYTES_MAX} bytes in all; {name} is where that is passed")]
    TooMuch {
        /// The first text that does not fit.
        name: String,
    },
    /// There are too many files.
    #[error("the material has more than {FILES_MAX} files; {name} is where that is passed")]
    TooMany {
        /// The first file too many.
        name: String,
    },
    /// It is no text, or none that can be decoded.
    #[error("{name} is {source}")]
    Undecodable {
        /// Path, as given, or where else it came from.
        name: String,
        /// Why.
        source: Undecodable,
    },
    /// There is no text in it.
    #[error("{name} holds no text")]
    Empty {
        /// Path, as given, or where else it came from.
        name: String,
    },
    /// It is a file that keys are kept in.
    #[error("{name} is a file that secrets are kept in")]
    SecretFile {
        /// Path, as given.
        name: String,
    },
    /// What is given is no range of changes.
    #[error("`{given}` is no range of changes")]
    Range {
        /// What is given.
        given: String,
    },
    /// git cannot be started.
    #[error("cannot run git: {source}")]
    NoGit {
        /// Why.
        source: io::Error,
    },
    /// git refuses.
    #[error("git says: {told}")]
    Git {
        /// Its own words, the first line.
        told: String,
    },
    /// The working folder belongs to no repository.
    #[error("the working folder belongs to no git repository")]
    NoRepository,
    /// git knows of no change.
    #[error("{name} tells no change")]
    NoChange {
        /// The command.
        name: String,
    },
}

impl MaterialError {
    /// Says what to do next.
    pub fn hint(&self) -> Message {
        let context = || message![Field::Context, " -"];
        match self {
            Self::Unreadable { .. } => "give a file or a folder that can be read, or - for standard input".into(),
            Self::TooLarge { .. } | Self::TooMuch { .. } | Self::TooMany { .. } => {
                "give the parts that matter; what .gitignore names is left out of a folder".into()
            }
            Self::Undecodable { source: Undecodable::Binary, .. } => "give it as text".into(),
            Self::Undecodable { .. } => "save it as UTF-8: `iconv -f ENCODING -t UTF-8` converts it".into(),
            Self::Empty { .. } => "leave it out, or give something that says something".into(),
            Self::SecretFile { .. } => message!["leave it out; ", Field::AllowSecrets, " sends it all the same"],
            Self::Range { .. } => "write a range as git does, such as main...HEAD, HEAD~3 or v1.2..v1.3".into(),
            Self::NoGit { .. } => message!["install git, or pipe the changes in with ", context()],
            Self::Git { .. } => "write a range as git does, such as main...HEAD, HEAD~3 or v1.2..v1.3".into(),
            Self::NoRepository => message!["run it in a repository, or pipe the changes in with ", context()],
            Self::NoChange { .. } => {
                message!["name the range that holds the changes, such as ", Field::Diff, " main...HEAD"]
            }
        }
    }
}
