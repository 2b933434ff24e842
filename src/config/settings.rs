//! Every setting with where it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::config::error::{ConfigError, Warning};
use crate::config::keys::{self, VendorKey};
use crate::config::layer;
use crate::config::setting::{Entry, Setting};
use crate::config::signals::Signal;
use crate::config::sources::Sources;
use crate::config::value::{Choice, Value};

/// Every setting with where it came from. Immutable; keys have no `Debug` text in it.
#[derive(Debug, Clone)]
pub struct Config {
    pub(super) entries: Vec<Entry>,
    pub(super) warnings: Vec<Warning>,
    pub(super) project_root: Option<PathBuf>,
    pub(super) working_folder: PathBuf,
    pub(super) modes_folders: Vec<PathBuf>,
    pub(super) personas_folders: Vec<PathBuf>,
    pub(super) assumptions: BTreeMap<String, String>,
    pub(super) signals: Vec<Signal>,
}

impl Config {
    /// Returns every setting there is, ours first, set or not.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns what is odd but does not stop the program.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the setting of a variable, by its canonical name or a synonym; `None` when it is not set.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.entries.iter().find(|entry| entry.names.iter().any(|known| known == name))?.setting.as_ref()
    }

    /// Returns the text or base URL that a variable is set to.
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.setting(name)?.value {
            Value::Text(text) => Some(text),
            Value::Count(_)
            | Value::Share(_)
            | Value::Dollars(_)
            | Value::Duration(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Secret(_) => None,
        }
    }

    /// Returns the key that a variable is set to.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        match &self.setting(name)?.value {
            Value::Secret(secret) => Some(secret),
            Value::Count(_)
            | Value::Share(_)
            | Value::Dollars(_)
            | Value::Duration(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On => None,
        }
    }

    /// Returns the whole number that a variable is set to.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.count_if_set(name)
    }

    /// Returns every key that is set, under the name of its variable. Must not be shown, stored or sent.
    pub fn secrets(&self) -> Vec<(&str, &str)> {
        self.held()
            .filter_map(|(entry, secret)| Some((entry.names.first()?.as_str(), secret.expose_secret())))
            .collect()
    }

    /// Returns every variable that holds one of the keys, synonyms included.
    pub fn secret_variables(&self) -> Vec<&str> {
        self.held().flat_map(|(entry, _)| entry.names.iter().map(String::as_str)).collect()
    }

    fn held(&self) -> impl Iterator<Item = (&Entry, &SecretString)> {
        self.entries.iter().filter_map(|entry| match &entry.setting.as_ref()?.value {
            Value::Secret(secret) => Some((entry, secret)),
            Value::Count(_)
            | Value::Share(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Dollars(_)
            | Value::Duration(_) => None,
        })
    }

    /// Returns the working folder, absolute.
    pub fn working_folder(&self) -> &Path {
        &self.working_folder
    }

    /// Returns the project's assumptions, text by name.
    pub fn assumptions(&self) -> &BTreeMap<String, String> {
        &self.assumptions
    }

    /// Returns the most agents a panel may have, 2–50.
    pub fn max_agents(&self) -> u32 {
        self.count(keys::MAX_AGENTS)
    }

    /// Returns the agents on a panel when none are asked for, 2–50; may exceed the most there may be.
    pub fn default_agent_count(&self) -> u32 {
        self.count(keys::DEFAULT_AGENT_COUNT)
    }

    /// Returns the mode when none is asked for.
    pub fn mode(&self) -> &str {
        self.text(keys::MODE).expect("the table gives the mode a default")
    }

    /// Returns the providers to use, in seating order; empty for every one that is usable.
    pub fn providers(&self) -> &[Choice] {
        self.choices(keys::PROVIDERS)
    }

    /// Returns who moderates; `None` for the first provider.
    pub fn moderator(&self) -> Option<&Choice> {
        self.choices(keys::MODERATOR).first()
    }

    /// Returns who takes a seat's turn when its own model fails, in order of preference; empty for nobody.
    pub fn fallbacks(&self) -> &[Choice] {
        self.choices(keys::FALLBACK)
    }

    /// Returns how many personas may be asked at once, 1–50.
    pub fn persona_concurrency(&self) -> u32 {
        self.count(keys::PERSONA_CONCURRENCY)
    }

    /// Returns the most debates that a server runs at the same time, 1–1000.
    pub fn max_debates(&self) -> u32 {
        self.count(keys::MAX_DEBATES)
    }

    /// Returns the most debates that a bench may hold at the same time, 1–1000.
    pub fn max_jobs(&self) -> u32 {
        self.count(keys::MAX_JOBS)
    }

    /// Returns the most requests that a key may have in flight, 1–10000.
    pub fn max_concurrency(&self) -> u32 {
        self.count(keys::MAX_CONCURRENCY)
    }

    /// Returns the share of the panel from which it counts as agreed, above 0.5 and up to 1.
    pub fn exit_consensus(&self) -> f64 {
        self.share_if_set(keys::EXIT_CONSENSUS).expect("the table gives the consensus a default")
    }

    /// Returns the change rate up to which a round counts as stable, 0 to 1.
    pub fn exit_convergence(&self) -> f64 {
        self.share_if_set(keys::EXIT_CONVERGENCE).expect("the table gives the convergence a default")
    }

    /// Returns the median confidence at which an agreement ends any exchange, 0 to 1; `None` leaves that to the modes.
    pub fn exit_confidence(&self) -> Option<f64> {
        self.share_if_set(keys::EXIT_CONFIDENCE)
    }

    /// Returns the most rounds of an exchange, 1–10; `None` leaves them to the modes.
    pub fn exit_max_rounds(&self) -> Option<u32> {
        self.count_if_set(keys::EXIT_MAX_ROUNDS)
    }

    /// Returns the most US dollars that a debate may cost, above 0; `None` without a limit.
    pub fn max_cost_usd(&self) -> Option<f64> {
        match self.setting(keys::MAX_COST)?.value {
            Value::Dollars(amount) => Some(amount),
            Value::Share(_)
            | Value::Duration(_)
            | Value::Count(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Secret(_) => None,
        }
    }

    /// Returns the most tokens that a debate may take; `None` without a limit.
    pub fn max_tokens(&self) -> Option<u32> {
        self.count_if_set(keys::MAX_TOKENS)
    }

    /// Returns the longest that one run of a debate may take, at least a second; `None` without a limit.
    pub fn timeout(&self) -> Option<Duration> {
        match self.setting(keys::TIMEOUT)?.value {
            Value::Duration(time) => Some(time),
            Value::Share(_)
            | Value::Dollars(_)
            | Value::Count(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Secret(_) => None,
        }
    }

    /// Returns the share of the panel that the project's policy asks for, 0 to 1; `None` without such a term.
    pub fn policy_min_agreement(&self) -> Option<f64> {
        self.share_if_set(keys::POLICY_MIN_AGREEMENT)
    }

    /// Returns the most searches of the web in one turn, 1–20.
    pub fn web_searches_max(&self) -> u32 {
        self.count(keys::WEB_SEARCH_MAX)
    }

    /// Returns the level down to which log lines are written; `off` for none.
    pub fn log_level(&self) -> &str {
        self.text(keys::LOG).expect("the table gives the level a default")
    }

    /// Returns how log lines are written, `text` or `json`.
    pub fn log_format(&self) -> &str {
        self.text(keys::LOG_FORMAT).expect("the table gives the format a default")
    }

    /// Returns what a collector is to be told, by the standard variables; the build may be unable to.
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Tells whether colour is switched off.
    pub fn no_color(&self) -> bool {
        self.setting(keys::NO_COLOR).is_some()
    }

    /// Returns the folder of the sessions; it may not exist yet.
    pub fn data_dir(&self) -> &Path {
        match self.setting(keys::DATA_DIR).map(|setting| &setting.value) {
            Some(Value::Path(path)) => path,
            Some(
                Value::Count(_)
                | Value::Share(_)
                | Value::Dollars(_)
                | Value::Duration(_)
                | Value::Text(_)
                | Value::Choices(_)
                | Value::On
                | Value::Secret(_),
            )
            | None => {
                unreachable!("loading fails when the data folder is not known, and nobody asks for one in doubt")
            }
        }
    }

    /// Returns the folder that holds the project's `roundtable.yaml`, else the repository's; `None` outside of both.
    pub fn project_root(&self) -> Option<&Path> {
        self.project_root.as_deref()
    }

    /// Returns the folders to search for mode files, the strongest first; they may not exist.
    ///
    /// `.roundtable/modes` in the project's folder (outside of a project: the working folder), then `modes` in the
    /// user's folder for configuration.
    pub fn modes_folders(&self) -> &[PathBuf] {
        &self.modes_folders
    }

    /// Returns the folders to search for persona files, the strongest first, as for modes.
    pub fn personas_folders(&self) -> &[PathBuf] {
        &self.personas_folders
    }

    fn count(&self, name: &str) -> u32 {
        self.count_if_set(name).expect("the table gives these counts a default")
    }

    fn count_if_set(&self, name: &str) -> Option<u32> {
        match self.setting(name)?.value {
            Value::Count(count) => Some(count),
            Value::Share(_)
            | Value::Dollars(_)
            | Value::Duration(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Secret(_) => None,
        }
    }

    fn share_if_set(&self, name: &str) -> Option<f64> {
        match self.setting(name)?.value {
            Value::Share(share) => Some(share),
            Value::Dollars(_)
            | Value::Duration(_)
            | Value::Count(_)
            | Value::Text(_)
            | Value::Path(_)
            | Value::Choices(_)
            | Value::On
            | Value::Secret(_) => None,
        }
    }

    fn choices(&self, name: &str) -> &[Choice] {
        match self.setting(name).map(|setting| &setting.value) {
            Some(Value::Choices(choices)) => choices,
            Some(
                Value::Count(_)
                | Value::Share(_)
                | Value::Dollars(_)
                | Value::Duration(_)
                | Value::Text(_)
                | Value::Path(_)
                | Value::On
                | Value::Secret(_),
            )
            | None => &[],
        }
    }
}

/// A project as it is on disk, whoever's environment it is looked at in.
#[derive(Debug, Clone)]
pub struct ProjectFolder {
    /// The folder with its `roundtable.yaml`, else the repository's, else the folder it was searched from.
    pub root: PathBuf,
    /// Its assumptions, text by name.
    pub assumptions: BTreeMap<String, String>,
}

impl ProjectFolder {
    /// Finds the project around an absolute folder and reads its assumptions.
    ///
    /// # Errors
    /// Its `roundtable.yaml` cannot be read, or holds a key that is not known.
    pub fn around(folder: &Path, vendor_keys: &[VendorKey]) -> Result<Self, ConfigError> {
        let project = Sources { working_folder: folder.to_owned(), ..Sources::default() }.find_project();
        let assumptions = layer::assumptions(&project, &keys::rows(vendor_keys))?;
        Ok(Self { root: project.root.unwrap_or_else(|| folder.to_owned()), assumptions })
    }
}
