//! Settings that have a ceiling in another setting.

use crate::config::error::ConfigError;
use crate::config::fault::{Doubt, Fault};
use crate::config::keys::{self, Row, VendorField};
use crate::config::setting::Entry;
use crate::config::value::Value;

/// Finds each vendor that is allowed more requests at once than a key may have in flight.
pub(crate) fn refuse(rows: &[Row], entries: &[Entry]) -> Vec<Fault> {
    let Some(max) = entries.iter().find(|entry| entry.names.iter().any(|name| name == keys::MAX_CONCURRENCY)) else {
        return Vec::new();
    };
    let Some(Value::Count(max)) = max.setting.as_ref().map(|setting| &setting.value) else { return Vec::new() };
    let settings =
        rows.iter().zip(entries).filter(|(row, _)| matches!(row.vendor, Some((_, VendorField::Concurrency))));
    let above = settings.filter_map(|(row, entry)| {
        let setting = entry.setting.as_ref()?;
        let Value::Count(count) = setting.value else { return None };
        let error = ConfigError::BadValue {
            name: setting.spelled.clone(),
            shown: Some(count.to_string()),
            origin: setting.origin.clone(),
            need: format!("a whole number from 1 to {max} is needed, or a larger {}", keys::MAX_CONCURRENCY),
        };
        (count > *max).then(|| Fault { error, reach: Doubt::Setting(row.names.first().cloned().unwrap_or_default()) })
    });
    above.collect()
}
