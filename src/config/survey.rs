//! A configuration for looking at: what of it can be used, everything that is wrong with it, and which settings are in doubt.
//!
//! Must never be what a debate is held with while anything is wrong.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::config::error::ConfigError;
use crate::config::keys::Row;
use crate::config::setting::{Entry, Origin};

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

/// A configuration as far as it can be used.
pub struct Survey {
    /// Every setting; one that is wrong has its built-in value, or none.
    pub config: Config,
    /// All that is wrong, in the order in which it is looked for; nothing where the configuration can be used.
    pub faults: Vec<ConfigError>,
    in_doubt: BTreeSet<String>,
    vendors_in_doubt: BTreeSet<String>,
}

impl Survey {
    /// Puts together what was read and what is wrong with it; `rows` are those of the entries.
    pub(crate) fn new(config: Config, rows: &[Row], faults: Vec<Fault>) -> Self {
        let doubted: Vec<&Row> = rows
            .iter()
            .zip(config.entries())
            .filter(|(row, entry)| is_doubted(row, entry, &faults))
            .map(|(row, _)| row)
            .collect();
        let in_doubt = doubted.iter().flat_map(|row| row.names.iter().cloned()).collect();
        let vendors = doubted.iter().filter_map(|row| row.vendor.as_ref());
        let vendors_in_doubt = vendors.map(|(vendor, _)| vendor.clone()).collect();
        Self { config, in_doubt, vendors_in_doubt, faults: faults.into_iter().map(|fault| fault.error).collect() }
    }

    /// Tells whether the value of a setting is known, that it has none included.
    pub fn knows(&self, name: &str) -> bool {
        !self.in_doubt.contains(name)
    }

    /// Tells whether every setting of a vendor is known.
    pub fn knows_vendor(&self, vendor: &str) -> bool {
        !self.vendors_in_doubt.contains(vendor)
    }
}

fn is_doubted(row: &Row, entry: &Entry, faults: &[Fault]) -> bool {
    faults.iter().any(|fault| match &fault.reach {
        Doubt::Nothing => false,
        Doubt::Setting(name) => row.names.contains(name),
        Doubt::Below(rank) => entry.setting.as_ref().is_none_or(|setting| rank_of(&setting.origin) > *rank),
    })
}

fn rank_of(origin: &Origin) -> Rank {
    match origin {
        Origin::Flag => Rank::Flag,
        Origin::Environment => Rank::Environment,
        Origin::DotEnv { .. } => Rank::DotEnv,
        Origin::Project { .. } => Rank::Project,
        Origin::User { .. } => Rank::User,
        Origin::Default => Rank::Default,
    }
}
