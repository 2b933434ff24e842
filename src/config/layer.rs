//! A layer: the settings that one source brings, as texts.
//!
//! Must never judge a value: a layer that loses is not read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::dotenv;
use crate::config::error::{ConfigError, Warning, shown};
use crate::config::keys::{PREFIX, Reach, Row, nearest};
use crate::config::setting::Origin;
use crate::config::sources::{ConfigFile, Project, Sources};
use crate::config::yaml;

/// What is said of a policy in the user's file, which could only loosen the project's or stand where nobody else sees it.
const NO_OWN_POLICY: &str = "a policy binds a project: it stands in the project's roundtable.yaml";

/// What is said of assumptions there: a decision rests on those that everybody in the project sees.
const NO_OWN_ASSUMPTIONS: &str = "assumptions belong to a project: they stand in its roundtable.yaml";

/// The texts of one source, by variable.
pub(crate) struct Layer {
    /// Folder that relative paths start from.
    pub(crate) base: PathBuf,
    /// What it brings.
    pub(crate) found: BTreeMap<String, Found>,
}

/// A text and where it stands.
pub(crate) struct Found {
    /// Variable, flag or YAML key, as written.
    pub(crate) spelled: String,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// Reads every layer, the strongest first: flags, environment, `.env`, project, user. Then the project's assumptions.
pub(crate) fn read_all(
    sources: &Sources,
    project: &Project,
    rows: &[Row],
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Layer>, BTreeMap<String, String>), ConfigError> {
    let mut assumptions = BTreeMap::new();
    let mut layers =
        vec![flags(sources, rows), environment(sources, rows, warnings)?, dot_env(sources, rows, warnings)?];
    if let Some(file) = &project.file {
        let parsed = parsed(file, rows)?;
        assumptions = parsed.assumptions;
        layers.push(layer(file, parsed.assignments, |(file, line, column)| Origin::Project { file, line, column }));
    }
    if let Some(file) = sources.user_file() {
        let rows: Vec<Row> = rows.iter().filter(|row| row.reach == Reach::Everywhere).cloned().collect();
        let parsed = parsed(&file, &rows)?;
        if !parsed.assumptions.is_empty() {
            return Err(ConfigError::Malformed { place: file.shown, what: NO_OWN_ASSUMPTIONS.to_owned() });
        }
        layers.push(layer(&file, parsed.assignments, |(file, line, column)| Origin::User { file, line, column }));
    }
    Ok((layers, assumptions))
}

/// Reads the assumptions of a project, text by name, and nothing else of its configuration.
pub(crate) fn assumptions(project: &Project, rows: &[Row]) -> Result<BTreeMap<String, String>, ConfigError> {
    match &project.file {
        Some(file) => Ok(parsed(file, rows)?.assumptions),
        None => Ok(BTreeMap::new()),
    }
}

fn flags(sources: &Sources, rows: &[Row]) -> Layer {
    let found = sources.flags.iter().map(|flag| {
        debug_assert!(is_known(rows, &flag.name), "{} stands for no setting", flag.option);
        let found = Found { spelled: flag.option.clone(), text: flag.text.clone(), origin: Origin::Flag };
        (flag.name.clone(), found)
    });
    Layer { base: sources.working_folder.clone(), found: found.collect() }
}

fn environment(sources: &Sources, rows: &[Row], warnings: &mut Vec<Warning>) -> Result<Layer, ConfigError> {
    let mut found = BTreeMap::new();
    for (name, value) in &sources.environment {
        let origin = Origin::Environment;
        if !is_known(rows, name) {
            warnings.extend(doubt(rows, name, origin));
            continue;
        }
        let text = value.to_str().ok_or_else(|| ConfigError::BadValue {
            name: name.clone(),
            shown: None,
            origin: origin.clone(),
            need: "UTF-8 text is needed".to_owned(),
        })?;
        found.insert(name.clone(), Found { spelled: name.clone(), text: text.to_owned(), origin });
    }
    Ok(Layer { base: sources.working_folder.clone(), found })
}

fn dot_env(sources: &Sources, rows: &[Row], warnings: &mut Vec<Warning>) -> Result<Layer, ConfigError> {
    let text = sources.dotenv_file().read()?.unwrap_or_default();
    let assignments = dotenv::parse(&text).map_err(|malformed| ConfigError::Malformed {
        place: format!(".env:{}", malformed.line),
        what: malformed.what.to_owned(),
    })?;
    let mut first_lines = BTreeMap::new();
    let mut found = BTreeMap::new();
    for dotenv::Assignment { name, text, line } in assignments {
        let origin = Origin::DotEnv { line };
        if !is_known(rows, &name) {
            warnings.extend(doubt(rows, &name, origin));
            continue;
        }
        if let Some(first) = first_lines.insert(name.clone(), line) {
            return Err(ConfigError::Twice { name, first, line });
        }
        found.insert(name.clone(), Found { spelled: name, text, origin });
    }
    Ok(Layer { base: sources.working_folder.clone(), found })
}

fn parsed(file: &ConfigFile, rows: &[Row]) -> Result<yaml::Parsed, ConfigError> {
    let text = file.read()?.unwrap_or_default();
    yaml::parse(&text, rows).map_err(|malformed| match malformed {
        yaml::Malformed::At { place: Some((line, column)), what } => {
            ConfigError::Malformed { place: format!("{}:{line}:{column}", file.shown), what }
        }
        yaml::Malformed::At { place: None, what } => ConfigError::Malformed { place: file.shown.clone(), what },
        yaml::Malformed::UnknownKey { place: (line, column), key, .. } if key == yaml::POLICY => {
            ConfigError::Malformed { place: format!("{}:{line}:{column}", file.shown), what: NO_OWN_POLICY.to_owned() }
        }
        yaml::Malformed::UnknownKey { place: (line, column), key, nearest } => {
            ConfigError::UnknownKey { place: format!("{}:{line}:{column}", file.shown), key: shown(&key), nearest }
        }
    })
}

fn layer(file: &ConfigFile, assignments: Vec<yaml::Assignment>, origin: fn((String, u32, u16)) -> Origin) -> Layer {
    let found = assignments.into_iter().map(|assignment| {
        let origin = origin((file.shown.clone(), assignment.line, assignment.column));
        (assignment.name, Found { spelled: assignment.key, text: assignment.text, origin })
    });
    Layer { base: file.folder().to_owned(), found: found.collect() }
}

fn is_known(rows: &[Row], name: &str) -> bool {
    rows.iter().any(|row| row.reach == Reach::Everywhere && row.names.iter().any(|known| known == name))
}

fn doubt(rows: &[Row], name: &str, origin: Origin) -> Option<Warning> {
    let rest = name.strip_prefix(PREFIX)?;
    let ours = rows.iter().flat_map(|row| &row.names).filter_map(|known| known.strip_prefix(PREFIX));
    let nearest = nearest(rest, ours).map(|near| format!("{PREFIX}{near}"));
    Some(Warning::UnknownVariable { name: shown(name), origin, nearest })
}
