//! Resolves every setting: the strongest layer that sets it, read by its kind.
//!
//! Must never fall back to a weaker layer because a value does not parse: the setting is in doubt.

use std::path::Path;

use crate::config::error::{self, ConfigError};
use crate::config::fault::{Doubt, Fault};
use crate::config::keys::{self, Kind, Row};
use crate::config::layer::{Found, Layer};
use crate::config::setting::{Entry, Ignored, Origin, Reason, Setting};
use crate::config::sources::Sources;
use crate::config::value::{self, Surroundings, Value};

/// Resolves `rows` against `layers`, which stand the strongest first. A setting that is wrong has its built-in value, if it has one.
pub(crate) fn entries(
    rows: &[Row],
    layers: &[Layer],
    sources: &Sources,
    vendors: &[&str],
    faults: &mut Vec<Fault>,
) -> Vec<Entry> {
    let resolver = Resolver { layers, sources, vendors };
    rows.iter().map(|row| resolver.entry(row, faults)).collect()
}

struct Resolver<'a> {
    layers: &'a [Layer],
    sources: &'a Sources,
    vendors: &'a [&'a str],
}

impl Resolver<'_> {
    fn entry(&self, row: &Row, faults: &mut Vec<Fault>) -> Entry {
        let mut ignored = Vec::new();
        let setting = self.setting(row, &mut ignored).unwrap_or_else(|error| {
            let name = row.names.first().cloned().unwrap_or_default();
            faults.push(Fault { error, reach: Doubt::Setting(name) });
            self.built_in(row).ok().flatten()
        });
        Entry { names: row.names.clone(), yaml: row.yaml.first().cloned(), about: row.about.clone(), setting, ignored }
    }

    fn setting(&self, row: &Row, ignored: &mut Vec<Ignored>) -> Result<Option<Setting>, ConfigError> {
        for layer in self.layers {
            for found in row.names.iter().filter_map(|name| layer.found.get(name)) {
                match not_set(row.kind, found) {
                    Some(reason) => {
                        ignored.push(Ignored { spelled: found.spelled.clone(), origin: found.origin.clone(), reason });
                    }
                    None => return self.read(row.kind, found, &layer.base).map(Some),
                }
            }
        }
        self.built_in(row)
    }

    fn built_in(&self, row: &Row) -> Result<Option<Setting>, ConfigError> {
        let name = row.names.first().cloned().unwrap_or_default();
        if name == keys::DATA_DIR {
            let folder = self.sources.data_folder.clone().ok_or(ConfigError::NoHome)?;
            return Ok(Some(Setting { spelled: name, value: Value::Path(folder), origin: Origin::Default }));
        }
        let found = row.default.clone().map(|text| Found { spelled: name, text, origin: Origin::Default });
        found.map(|found| self.read(row.kind, &found, &self.sources.working_folder)).transpose()
    }

    fn read(&self, kind: Kind, found: &Found, base: &Path) -> Result<Setting, ConfigError> {
        let text = found.text.trim();
        let around = Surroundings { base, home: self.sources.home_folder.as_deref(), vendors: self.vendors };
        let value = value::read(kind, text, &around).map_err(|need| ConfigError::BadValue {
            name: found.spelled.clone(),
            shown: is_showable(kind, text).then(|| error::shown(text)),
            origin: found.origin.clone(),
            need,
        })?;
        Ok(Setting { spelled: found.spelled.clone(), value, origin: found.origin.clone() })
    }
}

/// A URL may carry a user name with a password, or a query with a key.
fn is_showable(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Secret => false,
        Kind::Url | Kind::Host { .. } => !text.contains(['@', '?', '#']),
        Kind::Count { .. }
        | Kind::Share
        | Kind::Majority
        | Kind::Dollars
        | Kind::Duration
        | Kind::Text
        | Kind::Word(_)
        | Kind::Path
        | Kind::Choice
        | Kind::Choices
        | Kind::Switch => true,
    }
}

fn not_set(kind: Kind, found: &Found) -> Option<Reason> {
    if found.origin == Origin::Flag {
        None
    } else if found.text.trim().is_empty() {
        Some(Reason::Blank)
    } else if kind == Kind::Secret && value::is_placeholder(&found.text) {
        Some(Reason::Placeholder)
    } else {
        None
    }
}
