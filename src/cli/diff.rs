//! `diff`: what changed between two decisions.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::app::App;
use crate::cli::args::sessions::{DiffArgs, DiffFormat};
use crate::cli::output;
use crate::error::Failure;
use crate::export::Format;
use crate::export::diff::{self, ReadError};

/// The largest record file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(crate) fn diff(app: &App, args: &DiffArgs) -> Result<(), Failure> {
    let diff = diff::diff(&record(app, &args.from)?, &record(app, &args.to)?);
    if !diff.is_of_one_question() {
        output::remark("warning: the two sessions debate different questions");
    }
    match args.format {
        DiffFormat::Text => output::for_reading(&diff::text(&diff))?,
        DiffFormat::Markdown => output::listing(&diff::markdown(&diff))?,
        DiffFormat::Json => output::result(&diff::json(&diff))?,
    }
    let parts = diff.parts();
    if parts.is_empty() && args.format != DiffFormat::Json {
        output::remark("no difference");
    }
    if args.exit_code && !parts.is_empty() {
        return Err(Failure::mismatch(format!("the decisions differ: {}", parts.join(", "))));
    }
    Ok(())
}

/// The record in a file, or else that of a session.
fn record(app: &App, name: &str) -> Result<diff::Read, Failure> {
    let path = Path::new(name);
    let is_file = path.exists() && !path.is_dir() || path.extension().is_some_and(|ending| ending == "json");
    if !is_file {
        let json = app.render(&app.load(name)?, Format::Json)?;
        return diff::read(&json)
            .map_err(|error| Failure::internal(format!("the record of {name} cannot be read back: {error}")));
    }
    let json = read_file(path).map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    diff::read(&json).map_err(|error| no_record(name, error))
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut json = String::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut json)?;
    if json.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(json)
}

fn no_record(name: &str, error: ReadError) -> Failure {
    Failure::usage(format!("{name} is no decision record: {error}"))
        .with_hint("`roundtable show ID --format json` writes one")
        .with_source(error)
}
