//! What is wrong with a configuration, and how far it reaches.

use crate::config::error::ConfigError;

/// Something that is wrong, and how far it reaches.
pub(crate) struct Fault {
    pub(crate) error: ConfigError,
    pub(crate) reach: Doubt,
}

/// Which settings nobody can tell the value of because of a fault.
pub(crate) enum Doubt {
    /// None: what is wrong sets nothing.
    Nothing,
    /// One, by its canonical name.
    Setting(String),
    /// Each that no layer above this one sets: the layer cannot be read.
    Below(Rank),
}

/// A layer's place among the layers, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The command line.
    Flag,
    /// The process's environment.
    Environment,
    /// The working folder's `.env`.
    DotEnv,
    /// The project's file.
    Project,
    /// The user's file.
    User,
    /// Built in.
    Default,
}
