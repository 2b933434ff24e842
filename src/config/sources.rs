//! What a configuration is loaded from: environment, folders, files.
//!
//! Must be the only place that reads the environment, and must never write to it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::config::error::ConfigError;

/// The largest configuration file, in bytes.
const FILE_MAX_BYTES: u64 = 64 * 1024;

/// Name of the project's file.
const PROJECT_FILE: &str = "roundtable.yaml";

/// Name of the user's file, within the configuration folder.
const USER_FILE: &str = "config.yaml";

/// Everything outside the program that a configuration depends on. Has no `Debug`: the environment holds keys.
#[derive(Clone, Default)]
pub struct Sources {
    /// Flags that stand for settings.
    pub flags: Vec<Flag>,
    /// The environment of the process.
    pub environment: BTreeMap<String, OsString>,
    /// The working folder, absolute.
    pub working_folder: PathBuf,
    /// What `~` stands for.
    pub home_folder: Option<PathBuf>,
    /// The user's folder for configuration, such as `~/.config/roundtable`.
    pub config_folder: Option<PathBuf>,
    /// The user's folder for data, such as `~/.local/share/roundtable`.
    pub data_folder: Option<PathBuf>,
}

/// A flag that stands for a setting.
#[derive(Clone)]
pub struct Flag {
    /// The flag as typed, such as `--agent-count`.
    pub option: String,
    /// Variable of the setting.
    pub name: String,
    /// The text given with it.
    pub text: String,
}

impl Sources {
    /// Reads the process: its environment, its working folder and, by XDG rules on macOS too, the user's folders.
    ///
    /// # Errors
    /// The working folder does not exist any more.
    pub fn from_process() -> Result<Self, ConfigError> {
        let folders = etcetera::choose_base_strategy().ok();
        let own = |folder: PathBuf| folder.join("roundtable");
        Ok(Self {
            flags: Vec::new(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            working_folder: std::env::current_dir().map_err(|source| ConfigError::WorkingFolder { source })?,
            home_folder: folders.as_ref().map(|folders| folders.home_dir().to_owned()),
            config_folder: folders.as_ref().map(|folders| own(folders.config_dir())),
            data_folder: folders.as_ref().map(|folders| own(folders.data_dir())),
        })
    }

    /// Adds a flag that stands for the setting `name`.
    pub fn flag(&mut self, option: impl Into<String>, name: impl Into<String>, text: impl Into<String>) {
        self.flags.push(Flag { option: option.into(), name: name.into(), text: text.into() });
    }

    /// Lists the files that settings are read from, the strongest first, and whether they are there.
    pub fn files(&self) -> Vec<KnownFile> {
        let project = self.find_project().file.unwrap_or_else(|| ConfigFile {
            path: self.working_folder.join(PROJECT_FILE),
            shown: PROJECT_FILE.to_owned(),
        });
        let files = std::iter::once(self.dotenv_file()).chain([project]).chain(self.user_file());
        files.map(|file| KnownFile { is_there: file.path.exists(), shown: file.shown }).collect()
    }

    pub(crate) fn dotenv_file(&self) -> ConfigFile {
        ConfigFile { path: self.working_folder.join(".env"), shown: ".env".to_owned() }
    }

    pub(crate) fn user_file(&self) -> Option<ConfigFile> {
        let path = self.config_folder.as_ref()?.join(USER_FILE);
        let below = self.home_folder.as_ref().and_then(|home| path.strip_prefix(home).ok());
        let shown = below.map_or(path.display().to_string(), |below| format!("~/{}", below.display()));
        Some(ConfigFile { path, shown })
    }

    /// Searches the working folder and its parents, up to the repository's, for the project.
    pub(crate) fn find_project(&self) -> Project {
        let mut project = Project::default();
        for (height, folder) in self.working_folder.ancestors().enumerate() {
            let path = folder.join(PROJECT_FILE);
            if project.file.is_none() && path.exists() {
                let shown = format!("{}{PROJECT_FILE}", "../".repeat(height));
                project = Project { root: Some(folder.to_owned()), file: Some(ConfigFile { path, shown }) };
            }
            if folder.join(".git").exists() {
                project.root.get_or_insert_with(|| folder.to_owned());
                break;
            }
        }
        project
    }
}

/// The project around the working folder.
#[derive(Default)]
pub(crate) struct Project {
    /// Folder that holds `roundtable.yaml`, else the repository's.
    pub(crate) root: Option<PathBuf>,
    /// The nearest `roundtable.yaml`.
    pub(crate) file: Option<ConfigFile>,
}

/// A place where settings are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// The path as shown to people.
    pub shown: String,
    /// Whether there is such a file.
    pub is_there: bool,
}

/// A configuration file that may exist.
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The path as shown to people.
    pub(crate) shown: String,
}

impl ConfigFile {
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Reads the text without its byte order mark; `None` when there is no such file.
    pub(crate) fn read(&self) -> Result<Option<String>, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { file: self.shown.clone(), source };
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(error)),
        };
        if !metadata.is_file() {
            return Err(ConfigError::NotAFile { file: self.shown.clone() });
        }
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map_err(unreadable)?;
        let read = file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if read as u64 > FILE_MAX_BYTES {
            return Err(ConfigError::TooLarge { file: self.shown.clone(), limit_kib: FILE_MAX_BYTES / 1024 });
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::Malformed { place: format!("{}:{line}", self.shown), what: "not UTF-8 text".to_owned() }
        })?;
        Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()))
    }
}
