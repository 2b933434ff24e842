//! `config show`: every setting, and where its value comes from.

use serde_json::{Value, json};

use crate::app::App;
use crate::cli::args::shared::ListingFormat;
use crate::cli::output;
use crate::config::Entry;
use crate::debate::text;
use crate::error::Failure;

pub(crate) fn show(app: &App, format: ListingFormat) -> Result<(), Failure> {
    let entries = app.config().entries();
    match format {
        ListingFormat::Json => {
            let settings: Vec<Value> = entries.iter().map(object).collect();
            output::json(&format!("{:#}", json!({ "settings": settings })))
        }
        ListingFormat::Text => {
            for warning in app.config().warnings() {
                output::remark(&format!("warning: {warning}"));
            }
            output::listing(&entries.iter().map(line).collect::<String>())
        }
    }
}

fn line(entry: &Entry) -> String {
    let name = entry.names.first().map(String::as_str).unwrap_or_default();
    let value = match &entry.setting {
        Some(setting) => format!("{} ({})", text::line(&setting.value.to_string()), setting.origin),
        None => "not set".to_owned(),
    };
    let ignored: String = entry
        .ignored
        .iter()
        .map(|ignored| format!("; {} in {} is a {}", ignored.spelled, ignored.origin, ignored.reason))
        .collect();
    format!("{name:<30} {value}{ignored}\n")
}

fn object(entry: &Entry) -> Value {
    json!({
        "names": entry.names,
        "yaml": entry.yaml,
        "about": entry.about,
        "value": entry.setting.as_ref().map(|setting| setting.value.to_string()),
        "origin": entry.setting.as_ref().map(|setting| setting.origin.to_string()),
        "ignored": entry.ignored.iter().map(|ignored| format!("{} in {}: {}", ignored.spelled, ignored.origin, ignored.reason)).collect::<Vec<_>>(),
    })
}
