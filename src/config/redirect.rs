//! Guards the keys against a checkout: its files may not send a key that they did not bring to another machine.
//!
//! Must never look at a key's text: what counts is where key and address come from.

use crate::config::address;
use crate::config::error::ConfigError;
use crate::config::fault::{Doubt, Fault};
use crate::config::keys::{Row, VendorField};
use crate::config::setting::{Entry, Origin, Setting};
use crate::config::value::Value;

/// Refuses a base URL on another machine when its layer is trusted less than the layer of the same vendor's key.
///
/// Otherwise entering a folder with somebody else's `roundtable.yaml` or `.env` would be enough to lose a key. Nor may
/// a project's file name a server on another machine that takes no key: it would be seated, and read the debate.
pub(crate) fn refuse(rows: &[Row], entries: &[Entry]) -> Vec<Fault> {
    let set: Vec<VendorSetting<'_>> = rows.iter().zip(entries).filter_map(vendor_setting).collect();
    let mut faults = Vec::new();
    for key in set.iter().filter(|set| set.field == VendorField::ApiKey) {
        for url in set.iter().filter(|set| set.vendor == key.vendor && is_remote(set)) {
            if trust(&url.setting.origin) < trust(&key.setting.origin) {
                let error = ConfigError::Redirect {
                    url_name: url.setting.spelled.clone(),
                    url_origin: url.setting.origin.clone(),
                    key_name: key.setting.spelled.clone(),
                    key_origin: key.setting.origin.clone(),
                };
                faults.push(Fault { error, reach: Doubt::Setting(url.name.to_owned()) });
            }
        }
    }
    for host in set.iter().filter(|set| matches!(set.field, VendorField::Host { .. }) && is_remote(set)) {
        if matches!(host.setting.origin, Origin::Project { .. }) {
            let error =
                ConfigError::Stranger { name: host.setting.spelled.clone(), origin: host.setting.origin.clone() };
            faults.push(Fault { error, reach: Doubt::Setting(host.name.to_owned()) });
        }
    }
    faults
}

/// A vendor's setting that is set.
struct VendorSetting<'a> {
    name: &'a str,
    vendor: &'a str,
    field: VendorField,
    setting: &'a Setting,
}

fn vendor_setting<'a>((row, entry): (&'a Row, &'a Entry)) -> Option<VendorSetting<'a>> {
    let (vendor, field) = row.vendor.as_ref()?;
    Some(VendorSetting { name: row.names.first()?, vendor, field: *field, setting: entry.setting.as_ref()? })
}

fn is_remote(set: &VendorSetting<'_>) -> bool {
    match (set.field, &set.setting.value) {
        (VendorField::BaseUrl | VendorField::Host { .. }, Value::Text(url)) => !address::is_local(url),
        (VendorField::ApiKey | VendorField::Model | VendorField::BaseUrl | VendorField::Host { .. }, _) => false,
        (VendorField::RequestsPerMinute | VendorField::TokensPerMinute | VendorField::Concurrency, _) => false,
    }
}

/// Ranks a layer by how far it is in the user's own hands.
fn trust(origin: &Origin) -> u8 {
    match origin {
        Origin::Flag | Origin::Environment | Origin::User { .. } | Origin::Default => 2,
        Origin::DotEnv { .. } => 1,
        Origin::Project { .. } => 0,
    }
}
