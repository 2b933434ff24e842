//! `personas`: the persona files.

use serde_json::{Value, json};

use crate::app::{App, ListedPersona, PersonaError, PersonaFile, new_persona, persona_failure};
use crate::cli::args::ask::PersonasCommand;
use crate::cli::args::shared::ListingFormat;
use crate::cli::output;
use crate::cli::starter::{self, Starter};
use crate::error::Failure;

pub(crate) fn personas(app: &App, command: &PersonasCommand) -> Result<(), Failure> {
    match command {
        PersonasCommand::List(args) => list(app, args.format),
        PersonasCommand::Show { name } => output::result(&app.persona(name).map_err(persona_failure)?.source),
        PersonasCommand::Check { names } => check(app, names),
        PersonasCommand::New { name, output } => {
            let source = new_persona(name)?;
            let folder = app.config().personas_folders().first().cloned().unwrap_or_default();
            let place = folder.join(format!("{name}.md"));
            let check = "roundtable personas check";
            starter::write(&Starter { source: &source, output: output.as_deref(), place: &place, check })
        }
    }
}

fn list(app: &App, format: ListingFormat) -> Result<(), Failure> {
    let personas = app.personas();
    match format {
        ListingFormat::Json => {
            let personas: Vec<Value> = personas.iter().map(entry).collect();
            output::json(&format!("{:#}", json!({ "personas": personas })))
        }
        ListingFormat::Text => output::listing(&personas.iter().map(line).collect::<String>()),
    }
}

fn line(listed: &ListedPersona) -> String {
    let origin = listed.path.as_ref().map(|path| format!(" [{}]", path.display())).unwrap_or_default();
    match &listed.result {
        Ok(persona) => {
            format!("{:<12} {}: {}.{origin}\n", listed.name, persona.title, persona.description.trim_end_matches('.'))
        }
        Err(error) => format!("{:<12} cannot be used: {error}\n", listed.name),
    }
}

fn entry(listed: &ListedPersona) -> Value {
    let persona: Option<&PersonaFile> = listed.result.as_ref().ok();
    json!({
        "name": listed.name,
        "path": listed.path,
        "title": persona.map(|persona| &persona.title),
        "description": persona.map(|persona| &persona.description),
        "provider": persona.and_then(|persona| persona.provider.as_ref()),
        "model": persona.and_then(|persona| persona.model.as_ref()),
        "error": listed.result.as_ref().err().map(ToString::to_string),
    })
}

/// Checks each and reports all; fails if one cannot be used.
fn check(app: &App, names: &[String]) -> Result<(), Failure> {
    let checked: Vec<(String, Result<(), PersonaError>)> = if names.is_empty() {
        app.personas().into_iter().map(|listed| (listed.name, listed.result.map(drop))).collect()
    } else {
        names.iter().map(|name| (name.clone(), app.persona(name).map(drop))).collect()
    };
    let mut broken = 0;
    for (name, result) in &checked {
        match result {
            Ok(()) => output::listing(&format!("ok {name}\n"))?,
            Err(error) => {
                broken += 1;
                output::remark(&format!("error: {error}"));
            }
        }
    }
    if broken > 0 {
        Err(Failure::usage(format!("{broken} of {} personas cannot be used", checked.len())))
    } else {
        Ok(())
    }
}
