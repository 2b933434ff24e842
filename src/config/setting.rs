//! A setting: its value, and the layer it came from.
//!
//! Must never change once loaded.

use std::fmt;

use crate::config::value::Value;

/// Where a value came from. Displays as `flag`, `environment`, `.env:3`, `roundtable.yaml:2`, `default`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag on the command line.
    Flag,
    /// The environment of the process.
    Environment,
    /// The `.env` file of the working folder.
    DotEnv {
        /// Line, from 1.
        line: u32,
    },
    /// The project's YAML file.
    Project {
        /// The file as seen from the working folder.
        file: String,
        /// Line of the key, from 1.
        line: u32,
        /// Its column, from 1.
        column: u16,
    },
    /// The user's YAML file.
    User {
        /// The file, with `~` for the home folder.
        file: String,
        /// Line of the key, from 1.
        line: u32,
        /// Its column, from 1.
        column: u16,
    },
    /// Built in.
    Default,
}

impl Origin {
    /// Returns the place as an error names it: like [`fmt::Display`], with the column where there is one.
    pub fn place(&self) -> String {
        match self {
            Self::Project { column, .. } | Self::User { column, .. } => format!("{self}:{column}"),
            Self::Flag | Self::Environment | Self::DotEnv { .. } | Self::Default => self.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment => f.write_str("environment"),
            Self::DotEnv { line } => write!(f, ".env:{line}"),
            Self::Project { file, line, .. } | Self::User { file, line, .. } => write!(f, "{file}:{line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value that is set.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Variable, flag or YAML key, as written.
    pub spelled: String,
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

/// A text that was found but counts as "not set".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Variable or YAML key, as written.
    pub spelled: String,
    /// Where it stands.
    pub origin: Origin,
    /// Why it does not count.
    pub reason: Reason,
}

/// Why a text counts as "not set".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing but spaces.
    Blank,
    /// It marks the place for a key, such as `your-key-here`.
    Placeholder,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "blank",
            Self::Placeholder => "placeholder",
        })
    }
}

/// One line of `config show`: a setting that exists, whether or not it is set.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Variables, the canonical one first; of a policy's term its key.
    pub names: Vec<String>,
    /// Name in the YAML files; `None` when it can only be a variable.
    pub yaml: Option<String>,
    /// What it does, in one line.
    pub about: String,
    /// What it is set to.
    pub setting: Option<Setting>,
    /// Texts that were passed over, nearest layer first.
    pub ignored: Vec<Ignored>,
}
