//! From the text of a persona file to a checked persona. The front matter is YAML between two lines of dashes.

use serde::Deserialize;

use crate::modes::flaw::Flaw;
use crate::modes::parse::locate;
use crate::modes::yaml::too_large;
use crate::modes::{FILE_BYTES_MAX, FileKind, ModeError, Place, Source, text};
use crate::personas::file::{Limits, PersonaFile, Toolset};

/// The line before and after the front matter.
const FENCE: &str = "---";
/// The longest text that a persona is told, in characters.
const TOLD_CHARS_MAX: usize = 32_000;
/// The longest title, in characters: what a panel shows.
const TITLE_CHARS_MAX: usize = 60;
/// The longest description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 300;

/// What stands between the dashes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    name: String,
    title: Option<String>,
    description: String,
    provider: Option<String>,
    model: Option<String>,
    key: Option<String>,
    #[serde(default)]
    tools: Vec<Toolset>,
    #[serde(default)]
    limits: Limits,
}

/// Parses and checks `source`. `file` names it in errors; `stem` is what the persona must be called, if anything.
pub(super) fn parse(source: &str, file: &str, stem: Option<&str>) -> Result<PersonaFile, ModeError> {
    if source.len() > FILE_BYTES_MAX {
        return Err(too_large(file, FileKind::Persona));
    }
    let (front, told) = split(source).map_err(|(place, message)| ModeError::Invalid {
        file: file.to_owned(),
        place,
        message: message.to_owned(),
        suggestion: None,
    })?;
    let front = Source::new(&front, file, FileKind::Persona)?;
    let read: Front = front.read()?;
    let persona = PersonaFile {
        title: read.title.unwrap_or_else(|| read.name.clone()),
        name: read.name,
        description: read.description.trim_end().to_owned(),
        provider: read.provider,
        model: read.model,
        key: read.key,
        tools: read.tools,
        limits: read.limits,
        told: told.trim().to_owned(),
    };
    check(&persona, stem).map_err(|flaw| locate(flaw, front.places(), file))?;
    check_told(&persona.told).map_err(|message| ModeError::Invalid {
        file: file.to_owned(),
        place: Place::START.after(&source[..source.len() - told.len()]),
        message,
        suggestion: None,
    })?;
    Ok(persona)
}

/// The front matter, with as many empty lines before it as there are lines in the file, and what follows.
fn split(source: &str) -> Result<(String, &str), (Place, &'static str)> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut lines = source.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == FENCE) else {
        return Err((Place::START, "a persona begins with its front matter, after a line of `---`"));
    };
    let mut front = "\n".to_owned();
    let mut end = first.len();
    for line in lines {
        end += line.len();
        if line.trim_end() == FENCE {
            return Ok((front, &source[end..]));
        }
        front.push_str(line);
    }
    Err((Place::START, "the front matter has no end: a second line of `---` is missing"))
}

fn check(persona: &PersonaFile, stem: Option<&str>) -> Result<(), Flaw> {
    text::slug("name", "persona", &persona.name)?;
    if let Some(stem) = stem.filter(|stem| *stem != persona.name) {
        let message = format!(
            "persona `{}` stands in a file called `{}`; the two must agree",
            persona.name,
            text::quotable(stem)
        );
        return Err(Flaw::new("name", message));
    }
    text::line("title", "`title`", &persona.title, TITLE_CHARS_MAX)?;
    if persona.title.eq_ignore_ascii_case("moderator") {
        return Err(Flaw::new("title", "`title` is that of the moderator, who belongs to no side"));
    }
    text::line("description", "`description`", &persona.description, DESCRIPTION_CHARS_MAX)?;
    if let Some(provider) = &persona.provider {
        text::slug("provider", "provider", provider)?;
    }
    if let Some(model) = &persona.model {
        text::line("model", "`model`", model, 200)?;
        if persona.provider.is_none() {
            return Err(Flaw::new("model", "`model` needs `provider`, which says whose model it is"));
        }
    }
    if let Some(key) = &persona.key {
        text::slug("key", "key", key)?;
    }
    let limits = [
        ("output_tokens", persona.limits.output_tokens, 200, 64_000),
        ("tool_rounds", persona.limits.tool_rounds, 1, 20),
        ("document_bytes", persona.limits.document_bytes, 1_024, 1_048_576),
    ];
    for (name, value, min, max) in limits {
        if value < min || value > max {
            let message = format!("`{name}` is {value}; {min} to {max} are allowed");
            return Err(Flaw::new(format!("limits.{name}"), message));
        }
    }
    Ok(())
}

fn check_told(told: &str) -> Result<(), String> {
    if told.is_empty() {
        return Err("nothing stands below the front matter: what the persona is told".to_owned());
    }
    text::prose("", "the text", told, TOLD_CHARS_MAX).map_err(|flaw| flaw.message)
}
