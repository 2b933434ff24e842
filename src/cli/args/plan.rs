//! The arguments of `plan`.

use clap::Args;

use crate::cli::args::debate::DebateArgs;
use crate::cli::args::shared::ListingArgs;

/// A debate to price.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) debate: DebateArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}
