//! What can be read: sessions as Markdown and as JSON, modes as YAML.

use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};

use crate::app::{App, Filter};
use crate::debate::text::clip;
use crate::error::Failure;
use crate::export::Format;
use crate::mcp::answer;

/// Sessions that are listed, the latest; every other one can be read all the same.
const SESSIONS_MAX: u32 = 50;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 100;
/// Before a session's id.
const SESSION: &str = "roundtable://session/";
/// After a session's id, for its record.
const RECORD: &str = "/record.json";
/// Before a mode's name.
const MODE: &str = "roundtable://mode/";

const MARKDOWN: &str = "text/markdown";
const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// Lists the modes and the latest sessions.
pub(super) fn list(app: &App) -> Result<Vec<Resource>, Failure> {
    let modes = app.modes().into_iter().filter_map(|listed| {
        let mode = listed.result.ok()?;
        let resource = Resource::new(format!("{MODE}{}", listed.name), format!("mode-{}", listed.name));
        Some(resource.with_title(mode.title).with_description(mode.summary).with_mime_type(YAML))
    });
    let sessions = app.list(&Filter::default(), SESSIONS_MAX)?.into_iter().map(|listed| {
        let about = format!("{}, {}", listed.mode, listed.standing.name());
        Resource::new(format!("{SESSION}{}", listed.session), format!("session-{}", listed.session))
            .with_title(clip(&listed.topic, TITLE_CHARS_MAX))
            .with_description(about)
            .with_mime_type(MARKDOWN)
    });
    Ok(modes.chain(sessions).collect())
}

/// The patterns of what can be read.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |pattern: String, name: &str, about: &str, kind: &str| {
        ResourceTemplate::new(pattern, name).with_description(about).with_mime_type(kind)
    };
    vec![
        template(format!("{SESSION}{{id}}"), "session", "a debate's record, for people", MARKDOWN),
        template(format!("{SESSION}{{id}}{RECORD}"), "session-record", "a debate's record, for programs", JSON),
        template(format!("{MODE}{{name}}"), "mode", "the recipe of a mode", YAML),
    ]
}

/// Reads one of them.
pub(super) fn read(app: &App, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown = || ErrorData::resource_not_found(format!("there is nothing at {uri}"), None);
    let (text, kind) = if let Some(name) = uri.strip_prefix(MODE) {
        // A mode is named here, never a file.
        let is_known = app.modes().iter().any(|mode| mode.name == name);
        let found = is_known.then(|| app.mode(name).ok()).flatten().ok_or_else(unknown)?;
        (found.source, YAML)
    } else {
        let session = uri.strip_prefix(SESSION).filter(|session| !session.is_empty()).ok_or_else(unknown)?;
        let (session, format, kind) = match session.strip_suffix(RECORD) {
            Some(session) => (session, Format::Json, JSON),
            None => (session, Format::Markdown, MARKDOWN),
        };
        let (session, _) = app.topic(session).map_err(|_| unknown())?;
        let history = app.load(&session.to_string()).map_err(answer::error)?;
        (app.render(&history, format).map_err(answer::error)?, kind)
    };
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(kind)]))
}
