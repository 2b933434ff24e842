//! `export_session`: the whole record in one document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::export;
use crate::mcp::answer::{Answer, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::tools::{Effect, Row, answering};

pub(super) const TOOL: Row = Row {
    name: "export_session",
    title: "Export a debate",
    about: "\
Writes a session's whole record as one document and returns it: markdown for a pull request, adr as a decision record for \
docs/decisions, json for programs (the schema is `roundtable.decision/1`), html as one self-contained page with charts, ndjson as the \
event log itself, text for a terminal. Costs nothing; the same session gives the same bytes. html and ndjson are long: ask for them \
only to write them to a file.",
    effect: Effect::Reads,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Document>,
    run: |call, arguments| answering(call, arguments, export),
};

/// What to write.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The session: its id, a unique prefix, its name, or @ for the latest.
    session: String,
    /// In which format. Default: markdown.
    format: Option<Format>,
}

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Markdown,
    Adr,
    Json,
    Html,
    Ndjson,
    Text,
}

/// A document.
#[derive(Debug, Serialize, JsonSchema)]
struct Document {
    /// The session's id.
    session: String,
    /// Its format.
    format: Format,
    /// All of it.
    document: String,
}

async fn export(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&[])?;
    let history = app.load(&given.session)?;
    let format = given.format.unwrap_or(Format::Markdown);
    let text = app.render(&history, format.into())?;
    let document = Document { session: history.setup.session.to_string(), format, document: text.clone() };
    Answer::new(&document, text, Success::Yes)
}

impl From<Format> for export::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Markdown => Self::Markdown,
            Format::Adr => Self::Adr,
            Format::Json => Self::Json,
            Format::Html => Self::Html,
            Format::Ndjson => Self::Ndjson,
            Format::Text => Self::Text,
        }
    }
}
