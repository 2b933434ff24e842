//! The arguments of `modes`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::args::shared::ListingArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum ModesCommand {
    /// List the modes, built in and your own
    List(ListingArgs),
    /// Print a mode's file
    Show {
        /// A mode's name or file
        name: String,
    },
    /// Check mode files; without any, every mode that can be found
    Check {
        /// Modes' names or files
        names: Vec<String>,
    },
    /// Write a commented mode file to start from
    New {
        /// Name of the mode: lower-case letters, digits and dashes
        name: String,
        /// Where to write it [default: NAME.yaml in the project's folder of modes]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print the JSON Schema of mode files, for editors
    Schema,
}
