//! Arguments that several commands take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where the result goes.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// Format of the result on standard output
    #[arg(long, short, value_enum, default_value_t = FormatArg::Text)]
    pub(crate) format: FormatArg,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Which files the record is written to.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write the record to this file, in the format of its ending (.txt, .md, .adr.md, .html, .json, .ndjson), or into this
    /// folder of decision records under the next free number; repeat for more
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) output: Vec<PathBuf>,
    /// Let --output replace a file that roundtable did not write, or that somebody changed since
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// The decision record in the --output folder that this one replaces, by number (0007); both say so. Repeat for more
    #[arg(long, value_name = "NUMBER", requires = "output")]
    pub(crate) supersedes: Vec<String>,
}

/// What is shown meanwhile.
#[derive(Debug, Args)]
pub(crate) struct ViewArgs {
    /// Show nothing but the result
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// How to show progress on standard error
    #[arg(long, value_enum, default_value_t = ProgressArg::Auto, conflicts_with = "quiet")]
    pub(crate) progress: ProgressArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// A decision record for a folder of them, such as docs/decisions
    Adr,
    /// A page to look at: one file with its charts, nothing loaded from elsewhere
    Html,
    /// The whole record, for programs
    Json,
    /// The event log itself, one event a line
    Ndjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    /// Bars on a terminal, plain lines elsewhere
    Auto,
    /// A live view; plain lines where log lines are written
    Bar,
    /// A line for every event that matters
    Plain,
    /// The same as lines of JSON, for programs; `roundtable schema progress` describes them
    Ndjson,
    /// Nothing
    None,
}

/// How a list is printed.
#[derive(Debug, Args)]
pub(crate) struct ListingArgs {
    /// Format of the list
    #[arg(long, short, value_enum, default_value_t = ListingFormat::Text)]
    pub(crate) format: ListingFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListingFormat {
    /// For a terminal
    Text,
    /// For programs
    Json,
}
