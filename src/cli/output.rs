//! Where a command's words go.

use std::io::{self, ErrorKind, IsTerminal, Write};

use console::Term;

use crate::app::App;
use crate::cli::args::shared::{FormatArg, ProgressArg};
use crate::cli::cells;
use crate::cli::file_to_write::FileToWrite;
use crate::cli::files::Outputs;
use crate::cli::live::lines;
use crate::cli::wording::{CommandLine, hint, worded};
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::error::Failure;
use crate::export::Format;
use crate::export::json::inert;
use crate::export::progress::{Line, Problem, Told, aside};

/// How a failure is written to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorFormat {
    /// One line, and a hint on the next.
    Text,
    /// One JSON object on one line.
    Json,
    /// A line of progress, and one with the exit code when the command ends.
    Progress,
}

impl ErrorFormat {
    /// What goes with a result in this format, where progress is shown like that.
    pub(crate) fn of(format: FormatArg, progress: ProgressArg) -> Self {
        match (progress, format) {
            (ProgressArg::Ndjson, _) => Self::Progress,
            (_, FormatArg::Json | FormatArg::Ndjson) => Self::Json,
            (_, FormatArg::Text | FormatArg::Markdown | FormatArg::Adr | FormatArg::Html) => Self::Text,
        }
    }
}

/// Writes a result to stdout. A reader that has seen enough is no failure.
pub(crate) fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a JSON document to stdout, without a character in it that steers a terminal.
pub(crate) fn json(json: &str) -> Result<(), Failure> {
    result(&(inert(json) + "\n"))
}

/// Writes a text to stdout, its lines broken to fit where a person reads them.
pub(crate) fn for_reading(text: &str) -> Result<(), Failure> {
    result(&fitted(&text::shown(text)))
}

/// Writes a text to stdout, without what is not seen.
pub(crate) fn listing(text: &str) -> Result<(), Failure> {
    result(&text::shown(text))
}

/// Writes a line to stderr, if anybody still reads it.
pub(crate) fn remark(line: &str) {
    writeln!(io::stderr().lock(), "{}", text::laid_out(line)).ok();
}

/// Writes a failure to stderr.
pub(crate) fn failure(failure: &Failure, format: ErrorFormat) {
    match format {
        ErrorFormat::Text => {
            remark(&format!("error: {}", worded(&failure.message)));
            if let Some(hint) = hint(failure) {
                remark(&format!("hint: {hint}"));
            }
        }
        ErrorFormat::Json => remark(&inert(&failure.to_json(&CommandLine).to_string())),
        ErrorFormat::Progress => progress(&aside(failure.session.clone(), Told::Error { error: problem(failure) })),
    }
}

/// Writes to stderr that the command ends, where somebody waits for a line that says so.
pub(crate) fn exited(code: u8, format: ErrorFormat) {
    match format {
        ErrorFormat::Text | ErrorFormat::Json => {}
        ErrorFormat::Progress => progress(&aside(None, Told::Exited { exit_code: code })),
    }
}

/// Writes a line of progress to stderr, if anybody still reads it.
pub(crate) fn progress(line: &Line) {
    lines::write(&mut io::stderr().lock(), line);
}

fn problem(failure: &Failure) -> Problem {
    Problem {
        kind: failure.kind.name(),
        message: worded(&failure.message),
        hint: hint(failure),
        retryable: failure.retryable,
        session: failure.session.clone(),
    }
}

/// Writes a session to stdout, if a format is given for it, and to files. All are tried; the first failure is returned. `tell` is
/// told the path of a file that had none before.
pub(crate) fn session(
    app: &App,
    history: &History,
    format: Option<FormatArg>,
    outputs: &Outputs,
    tell: &dyn Fn(String),
) -> Result<(), Failure> {
    let shown = match format {
        None => Ok(()),
        Some(format) => app.render(history, format.into()).and_then(|text| to_stdout(&text, format.into())),
    };
    let written = outputs.write(app, history, tell);
    shown.and(written)
}

/// Writes a view of a session to stdout and, as drawn for each, to files. All are tried; the first failure is returned.
pub(crate) fn view(session: SessionId, shown: &str, format: Format, files: &[FileToWrite]) -> Result<(), Failure> {
    let shown = to_stdout(shown, format);
    let written = files.iter().map(|file| file.write(session));
    let outcomes: Vec<Result<(), Failure>> = std::iter::once(shown).chain(written).collect();
    outcomes.into_iter().collect()
}

/// Prints what was written in this format.
fn to_stdout(text: &str, format: Format) -> Result<(), Failure> {
    match format {
        Format::Text => result(&fitted(text)),
        Format::Markdown | Format::Adr | Format::Html | Format::Json | Format::Ndjson => result(text),
    }
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Text => Self::Text,
            FormatArg::Markdown => Self::Markdown,
            FormatArg::Adr => Self::Adr,
            FormatArg::Html => Self::Html,
            FormatArg::Json => Self::Json,
            FormatArg::Ndjson => Self::Ndjson,
        }
    }
}

/// Cells in a line where a person reads the result on a terminal; `None` elsewhere.
pub(crate) fn columns() -> Option<usize> {
    io::stdout().is_terminal().then(|| usize::from(Term::stdout().size().1))
}

/// Breaks long lines between words where a person reads them on a terminal; elsewhere the text stays as it is.
fn fitted(text: &str) -> String {
    let Some(columns) = columns() else { return text.to_owned() };
    let broken = text.lines().flat_map(|line| {
        // What fits is left alone, gaps between columns included.
        if cells::width(line) <= columns {
            return vec![format!("{line}\n")];
        }
        let indent = line.len() - line.trim_start().len();
        let lines = cells::wrap(line, columns.saturating_sub(indent), columns.saturating_sub(indent + 2));
        let hang = |(place, part): (usize, String)| {
            format!("{}{part}\n", " ".repeat(if place == 0 { indent } else { indent + 2 }))
        };
        lines.into_iter().enumerate().map(hang).collect::<Vec<_>>()
    });
    broken.collect()
}
