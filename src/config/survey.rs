//! A configuration for looking at: what of it can be used, everything that is wrong with it, and which settings are in doubt.
//!
//! Must never be what a debate is held with while anything is wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::error::ConfigError;
use crate::config::fault::{Doubt, Fault, Rank};
use crate::config::keys::{self, Row, VendorKey};
use crate::config::setting::{Entry, Origin};
use crate::config::settings::Config;
use crate::config::sources::{Project, Sources};
use crate::config::{aliases, ceiling, layer, redirect, resolve, signals};

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

pub(super) fn folders(sources: &Sources, project: &Project, what: &str) -> Vec<PathBuf> {
    let root = project.root.as_ref().unwrap_or(&sources.working_folder);
    let users = sources.config_folder.as_ref().map(|folder| folder.join(what));
    std::iter::once(root.join(".roundtable").join(what)).chain(users).collect()
}

impl Config {
    /// Loads every setting from its strongest layer. A blank text, or a placeholder for a key, counts as not set.
    ///
    /// `vendor_keys` must hold at least one row for each vendor, a vendor's rows together: provider settings are
    /// checked against their names.
    ///
    /// # Errors
    /// A file that cannot be read, a key that is not known, a value that does not parse, a place for sessions that is
    /// not known, or a project file that would send a key elsewhere.
    pub fn load(sources: &Sources, vendor_keys: &[VendorKey]) -> Result<Self, ConfigError> {
        let Survey { config, faults, .. } = Self::survey(sources, vendor_keys);
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(config),
        }
    }

    /// Loads what of the settings can be loaded, with everything that is wrong: for looking at, not for a debate.
    pub fn survey(sources: &Sources, vendor_keys: &[VendorKey]) -> Survey {
        let mut rows = keys::rows(vendor_keys);
        rows.extend(aliases::rows(sources, &rows));
        let project = sources.find_project();
        let (mut warnings, mut faults) = (Vec::new(), Vec::new());
        let (layers, assumptions) = layer::read_all(sources, &project, &rows, &mut warnings, &mut faults);
        let mut vendors: Vec<&str> = vendor_keys.iter().map(|key| key.vendor.as_str()).collect();
        vendors.dedup();
        let entries = resolve::entries(&rows, &layers, sources, &vendors, &mut faults);
        faults.extend(redirect::refuse(&rows, &entries));
        faults.extend(ceiling::refuse(&rows, &entries));
        let config = Self {
            entries,
            warnings,
            modes_folders: folders(sources, &project, "modes"),
            personas_folders: folders(sources, &project, "personas"),
            project_root: project.root,
            working_folder: sources.working_folder.clone(),
            assumptions,
            signals: signals::wanted(&sources.environment),
        };
        Survey::new(config, &rows, faults)
    }
}
