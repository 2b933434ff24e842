//! `show`: a session's decision and record.

use crate::app::App;
use crate::cli::args::ShowArgs;
use crate::cli::output;
use crate::error::Failure;

pub(crate) fn show(app: &App, args: &ShowArgs) -> Result<(), Failure> {
    let files = output::files(&args.result.output)?;
    output::session(app, &app.load(&args.id)?, Some(args.result.format), &files)
}
