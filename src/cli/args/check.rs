//! The arguments of `check`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::shared::ListingFormat;

/// Decisions to hold against their premises.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A folder with decision records, or one of them (.md, .json, .ndjson); their paths start at the project's folder
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Format of what was found
    #[arg(long, short, value_enum, default_value_t = ListingFormat::Text)]
    pub(crate) format: ListingFormat,
}
