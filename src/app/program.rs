//! The program with its configuration, as every front-end uses it.

use crate::app::ask::turnstile::Turnstile;
use crate::app::panel::{self, VendorStatus, vendor_keys};
use crate::config::{Config, Sources};
use crate::error::Failure;
use crate::modes::{self, Folders, Found, Listed as ListedMode, ModeError};
use crate::providers::gateway::Accounts;
use crate::telemetry::Telemetry;

/// The program with its configuration.
#[derive(Debug, Clone)]
pub struct App {
    pub(super) config: Config,
    /// Sessions that use one key share its limits.
    pub(super) accounts: Accounts,
    /// All who ask personas go through it.
    pub(super) turnstile: Turnstile,
    pub(super) telemetry: Telemetry,
}

impl App {
    /// Takes a configuration.
    pub fn new(config: Config) -> Self {
        let telemetry = Telemetry::new(&config);
        Self { config, accounts: Accounts::default(), turnstile: Turnstile::default(), telemetry }
    }

    /// Loads a configuration, with the settings of every vendor.
    ///
    /// # Errors
    /// A usage failure where [`Config::load`] fails.
    pub fn configured(sources: &Sources) -> Result<Self, Failure> {
        Ok(Self::new(Config::load(sources, &vendor_keys())?))
    }

    /// Keeps to the limits of the vendors' accounts together with all who share them.
    pub fn sharing(self, accounts: &Accounts) -> Self {
        Self { accounts: accounts.clone(), ..self }
    }

    /// Asks personas together with all who share the turnstile.
    pub fn through(self, turnstile: &Turnstile) -> Self {
        Self { turnstile: turnstile.clone(), ..self }
    }

    /// Tells what its debates do where all tell it who share the telemetry.
    pub fn telling(self, telemetry: &Telemetry) -> Self {
        Self { telemetry: telemetry.clone(), ..self }
    }

    /// Where it tells what its debates do.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Lists the modes, built in and overridden.
    pub fn modes(&self) -> Vec<ListedMode> {
        modes::list(&self.folders())
    }

    /// Finds a mode by name or file.
    ///
    /// # Errors
    /// No mode has the name, or its file cannot be read or holds no valid mode.
    pub fn mode(&self, name: &str) -> Result<Found, ModeError> {
        modes::find(name, &self.folders())
    }

    /// The vendors with what is set for them.
    pub fn vendors(&self) -> Vec<VendorStatus> {
        panel::vendors(&self.config)
    }

    /// The chosen vendors, each with the model that was chosen for it.
    pub fn chosen_vendors(&self) -> Vec<VendorStatus> {
        let chosen = self.config.providers().iter();
        chosen.filter_map(|choice| panel::chosen_vendor(&self.config, choice)).collect()
    }

    fn folders(&self) -> Folders {
        let mut folders = self.config.modes_folders().iter().cloned();
        Folders { project: folders.next(), user: folders.next() }
    }
}
