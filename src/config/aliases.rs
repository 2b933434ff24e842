//! Keys under aliases: a vendor's account may have a key for each use, so that uses are limited and billed apart.
//!
//! Must never read a key: it finds the names alone.

use crate::config::dotenv;
use crate::config::keys::{Kind, PREFIX, Reach, Row, VendorField};
use crate::config::sources::Sources;

/// How the name of such a variable ends.
const ENDING: &str = "_KEY";

/// Name of the variable that holds the key of a vendor under an alias: `ROUNDTABLE_PERSONA_ANTHROPIC_KEY`.
pub fn variable(alias: &str, vendor: &str) -> String {
    let part = |name: &str| name.to_ascii_uppercase().replace('-', "_");
    format!("{PREFIX}{}_{}{ENDING}", part(alias), part(vendor))
}

/// Rows for the aliases that the environment and `.env` name, beside those that are known.
pub(crate) fn rows(sources: &Sources, known: &[Row]) -> Vec<Row> {
    // A file that cannot be read is told of when its settings are.
    let text = sources.dotenv_file().read().ok().flatten().unwrap_or_default();
    let assigned = dotenv::parse(&text).map(|assignments| assignments.into_iter().map(|assigned| assigned.name));
    let mut names: Vec<String> = sources.environment.keys().cloned().collect();
    names.extend(assigned.into_iter().flatten());
    names.sort();
    names.dedup();
    names.into_iter().filter_map(|name| row(name, known)).collect()
}

fn row(name: String, known: &[Row]) -> Option<Row> {
    let middle = name.strip_prefix(PREFIX)?.strip_suffix(ENDING)?;
    let keys = known.iter().filter_map(|row| row.vendor.as_ref().filter(|(_, field)| *field == VendorField::ApiKey));
    let (alias, vendor) = keys
        .filter_map(|(vendor, _)| {
            let of_vendor = format!("_{}", vendor.to_ascii_uppercase().replace('-', "_"));
            middle.strip_suffix(&of_vendor).map(|alias| (alias, vendor))
        })
        .find(|(alias, _)| !alias.is_empty())?;
    let about = format!("key of {vendor} under the alias `{}`", alias.to_ascii_lowercase().replace('_', "-"));
    Some(Row {
        vendor: Some((vendor.clone(), VendorField::ApiKey)),
        names: vec![name],
        yaml: Vec::new(),
        kind: Kind::Secret,
        default: None,
        about,
        reach: Reach::Everywhere,
    })
}
