//! `check`: which decisions rest on what has changed since.

use crate::app::{Checked, check as held};
use crate::cli::args::check::CheckArgs;
use crate::cli::args::shared::ListingFormat;
use crate::cli::output;
use crate::debate::text::line;
use crate::error::Failure;
use crate::export::premises::leaning;

pub(crate) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let checked = held(&args.path)?;
    for warning in checked.unverified.iter().chain(&checked.warnings) {
        output::remark(&format!("warning: {}", line(warning)));
    }
    match args.format {
        ListingFormat::Text => output::for_reading(&text(&checked))?,
        ListingFormat::Json => {
            let json = serde_json::to_string_pretty(&checked)
                .map_err(|error| Failure::internal(error.to_string()).with_source(error))?;
            output::json(&json)?;
        }
    }
    checked.failure().map_or(Ok(()), Err)
}

fn text(checked: &Checked) -> String {
    let mut lines: Vec<String> = Vec::new();
    for stale in &checked.stale {
        let premise = &stale.premise;
        let named = format!("{} {} {}", premise.kind.title(), line(premise.title()), stale.change.title());
        lines.push(format!("{}: {} {named}; leaned on by {}", line(&stale.record), premise.id, leaning(premise)));
    }
    let (records, premises) = (counted(checked.records, "record"), counted(checked.premises, "premise"));
    lines.push(match checked.stale.len() {
        0 if checked.unverified.is_empty() => format!("{records} with {premises}: all hold"),
        0 => format!(
            "{records} with {premises}: none is known not to hold, {} cannot be checked",
            checked.unverified.len()
        ),
        stale => format!("{records} with {premises}: {stale} no longer hold"),
    });
    lines.join("\n") + "\n"
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
