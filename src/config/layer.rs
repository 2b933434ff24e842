//! A layer: the settings that one source brings, as texts.
//!
//! Must never judge a value: a layer that loses is not read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::error::{ConfigError, Warning, shown};
use crate::config::fault::{Doubt, Fault, Rank};
use crate::config::keys::{PREFIX, Reach, Row, nearest};
use crate::config::setting::Origin;
use crate::config::sources::{ConfigFile, Project, Sources};
use crate::config::{dotenv, yaml};

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

/// Reads every layer, the strongest first: flags, environment, `.env`, project, user. Then the project's assumptions. A layer
/// that cannot be read brings nothing, one that is wrong in part the rest.
pub(crate) fn read_all(
    sources: &Sources,
    project: &Project,
    rows: &[Row],
    warnings: &mut Vec<Warning>,
    faults: &mut Vec<Fault>,
) -> (Vec<Layer>, BTreeMap<String, String>) {
    let mut assumptions = BTreeMap::new();
    let mut layers = vec![
        flags(sources, rows),
        environment(sources, rows, warnings, faults),
        dot_env(sources, rows, warnings, faults),
    ];
    if let Some(file) = &project.file {
        let parsed = parsed(file, rows, Rank::Project, faults);
        assumptions = parsed.assumptions;
        layers.push(layer(file, parsed.assignments, |(file, line, column)| Origin::Project { file, line, column }));
    }
    if let Some(file) = sources.user_file() {
        let rows: Vec<Row> = rows.iter().filter(|row| row.reach == Reach::Everywhere).cloned().collect();
        let parsed = parsed(&file, &rows, Rank::User, faults);
        if !parsed.assumptions.is_empty() {
            let error = ConfigError::Malformed { place: file.shown.clone(), what: NO_OWN_ASSUMPTIONS.to_owned() };
            faults.push(Fault { error, reach: Doubt::Nothing });
        }
        layers.push(layer(&file, parsed.assignments, |(file, line, column)| Origin::User { file, line, column }));
    }
    (layers, assumptions)
}

/// Reads the assumptions of a project, text by name, and nothing else of its configuration.
pub(crate) fn assumptions(project: &Project, rows: &[Row]) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut faults = Vec::new();
    let file = project.file.as_ref();
    let assumptions = file.map(|file| parsed(file, rows, Rank::Project, &mut faults).assumptions).unwrap_or_default();
    match faults.into_iter().next() {
        Some(fault) => Err(fault.error),
        None => Ok(assumptions),
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

fn environment(sources: &Sources, rows: &[Row], warnings: &mut Vec<Warning>, faults: &mut Vec<Fault>) -> Layer {
    let mut found = BTreeMap::new();
    for (name, value) in &sources.environment {
        let origin = Origin::Environment;
        if !is_known(rows, name) {
            warnings.extend(doubt(rows, name, origin));
            continue;
        }
        let Some(text) = value.to_str() else {
            let need = "UTF-8 text is needed".to_owned();
            let error = ConfigError::BadValue { name: name.clone(), shown: None, origin, need };
            faults.push(Fault { error, reach: Doubt::Setting(name.clone()) });
            continue;
        };
        found.insert(name.clone(), Found { spelled: name.clone(), text: text.to_owned(), origin });
    }
    Layer { base: sources.working_folder.clone(), found }
}

fn dot_env(sources: &Sources, rows: &[Row], warnings: &mut Vec<Warning>, faults: &mut Vec<Fault>) -> Layer {
    let parsed = sources.dotenv_file().read().and_then(|text| {
        dotenv::parse(&text.unwrap_or_default()).map_err(|malformed| ConfigError::Malformed {
            place: format!(".env:{}", malformed.line),
            what: malformed.what.to_owned(),
        })
    });
    let assignments = parsed.unwrap_or_else(|error| {
        faults.push(Fault { error, reach: Doubt::Below(Rank::DotEnv) });
        Vec::new()
    });
    let mut first_lines: BTreeMap<String, u32> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for dotenv::Assignment { name, text, line } in assignments {
        let origin = Origin::DotEnv { line };
        if !is_known(rows, &name) {
            warnings.extend(doubt(rows, &name, origin));
            continue;
        }
        if let Some(first) = first_lines.get(&name) {
            let error = ConfigError::Twice { name: name.clone(), first: *first, line };
            faults.push(Fault { error, reach: Doubt::Setting(name) });
            continue;
        }
        first_lines.insert(name.clone(), line);
        found.insert(name.clone(), Found { spelled: name, text, origin });
    }
    Layer { base: sources.working_folder.clone(), found }
}

/// Reads a YAML file: nothing of one that cannot be read.
fn parsed(file: &ConfigFile, rows: &[Row], rank: Rank, faults: &mut Vec<Fault>) -> yaml::Parsed {
    let unread = |error| Fault { error, reach: Doubt::Below(rank) };
    let text = match file.read() {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            faults.push(unread(error));
            return yaml::Parsed::default();
        }
    };
    match yaml::parse(&text, rows) {
        Ok(mut parsed) => {
            let wrong = parsed.malformed.drain(..).map(|malformed| explained(file, malformed));
            faults.extend(wrong.map(|error| Fault { error, reach: Doubt::Nothing }));
            parsed
        }
        Err(malformed) => {
            faults.push(unread(explained(file, malformed)));
            yaml::Parsed::default()
        }
    }
}

fn explained(file: &ConfigFile, malformed: yaml::Malformed) -> ConfigError {
    match malformed {
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
    }
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
