//! `export`: a session's record, or its log, to stdout or to files.

use crate::app::App;
use crate::cli::args::sessions::ExportArgs;
use crate::cli::args::shared::FormatArg;
use crate::cli::files::Outputs;
use crate::cli::output;
use crate::error::Failure;

pub(crate) fn export(app: &App, args: &ExportArgs) -> Result<(), Failure> {
    let outputs = Outputs::checked(app, &args.output)?;
    let format = args.format.or(args.output.output.is_empty().then_some(FormatArg::Ndjson));
    output::session(app, &app.load(&args.id)?, format, &outputs, &|told| output::remark(&told))
}
