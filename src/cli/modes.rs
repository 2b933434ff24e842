//! `modes`: the mode files.

use std::path::Path;

use serde_json::{Value, json};

use crate::app::{App, ListedMode, mode_failure, new_mode, schema_of_modes};
use crate::cli::args::modes::ModesCommand;
use crate::cli::args::shared::ListingFormat;
use crate::cli::output;
use crate::cli::starter::{self, Starter};
use crate::error::Failure;

pub(crate) fn modes(app: &App, command: &ModesCommand) -> Result<(), Failure> {
    match command {
        ModesCommand::List(args) => list(app, args.format),
        ModesCommand::Show { name } => output::result(&app.mode(name).map_err(mode_failure)?.source),
        ModesCommand::Check { names } => check(app, names),
        ModesCommand::New { name, output } => new(app, name, output.as_deref()),
        ModesCommand::Schema => output::json(&format!("{:#}", schema_of_modes())),
    }
}

fn list(app: &App, format: ListingFormat) -> Result<(), Failure> {
    let modes = app.modes();
    match format {
        ListingFormat::Json => {
            let modes: Vec<Value> = modes.iter().map(entry).collect();
            output::json(&format!("{:#}", json!({ "modes": modes })))
        }
        ListingFormat::Text => output::listing(&modes.iter().map(line).collect::<String>()),
    }
}

fn line(listed: &ListedMode) -> String {
    let origin = listed.path.as_ref().map(|path| format!(" [{}]", path.display())).unwrap_or_default();
    match &listed.result {
        Ok(mode) => {
            format!("{:<20} {} Best for {}.{origin}\n", listed.name, mode.summary, mode.best_for.trim_end_matches('.'))
        }
        Err(error) => format!("{:<20} cannot be used: {error}\n", listed.name),
    }
}

fn entry(listed: &ListedMode) -> Value {
    let mode = listed.result.as_ref().ok();
    json!({
        "name": listed.name,
        "path": listed.path,
        "title": mode.map(|mode| &mode.title),
        "summary": mode.map(|mode| &mode.summary),
        "best_for": mode.map(|mode| &mode.best_for),
        "error": listed.result.as_ref().err().map(ToString::to_string),
    })
}

/// Checks each and reports all; fails if one cannot be used.
fn check(app: &App, names: &[String]) -> Result<(), Failure> {
    let names: Vec<String> =
        if names.is_empty() { app.modes().into_iter().map(|listed| listed.name).collect() } else { names.to_vec() };
    let mut broken = 0;
    for name in &names {
        match app.mode(name) {
            Ok(_) => output::listing(&format!("ok {name}\n"))?,
            Err(error) => {
                broken += 1;
                output::remark(&format!("error: {error}"));
            }
        }
    }
    if broken > 0 { Err(Failure::usage(format!("{broken} of {} modes cannot be used", names.len()))) } else { Ok(()) }
}

fn new(app: &App, name: &str, output: Option<&Path>) -> Result<(), Failure> {
    let source = new_mode(name)?;
    let folder = app.config().modes_folders().first().cloned().unwrap_or_default();
    let place = folder.join(format!("{name}.yaml"));
    starter::write(&Starter { source: &source, output, place: &place, check: "roundtable modes check" })
}
