//! The arguments of the commands that have to do with personas.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::shared::{ListingArgs, ListingFormat};

/// A persona to be asked alone.
#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// A persona's name or file (see `roundtable personas list`); several, separated by commas, are asked at once
    pub(crate) persona: String,
    /// What it is asked: text, @FILE, or - for standard input; a text that begins with @ is written with @@
    #[arg(allow_hyphen_values = true)]
    pub(crate) task: String,
    /// Material for it: a file, a folder by the rules of .gitignore, or - for standard input; repeat for more
    #[arg(long, value_name = "PATH")]
    pub(crate) context: Vec<String>,
    /// Folder of reference documents that it may list, search and read [default: what ROUNDTABLE_DOCUMENTS says]
    #[arg(long, value_name = "DIR")]
    pub(crate) documents: Option<String>,
    /// Let it search the web, where its file and its provider allow it; see `providers` for the price
    #[arg(long)]
    pub(crate) web_search: bool,
    /// Search for nothing: providers that always search are told not to
    #[arg(long, conflicts_with = "web_search")]
    pub(crate) no_web_search: bool,
    /// Ask for no more than this many US dollars, all personas together, in equal shares
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) max_cost: Option<String>,
    /// Ask for no more than this many tokens, input and output together, in equal shares
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_tokens: Option<String>,
    /// Send what looks like a secret all the same
    #[arg(long)]
    pub(crate) allow_secrets: bool,
    /// Whom to ask, instead of whom its file names; repeat for more, who take turns among the personas
    #[arg(long, short, value_name = "NAME[=MODEL]")]
    pub(crate) provider: Vec<String>,
    /// Answer from a script: no key, no request, no cost
    #[arg(long, conflicts_with = "provider")]
    pub(crate) rehearse: bool,
    /// Format of the answers
    #[arg(long, short, value_enum, default_value_t = ListingFormat::Text)]
    pub(crate) format: ListingFormat,
}

/// What was paid.
#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// What the lines are to be
    #[arg(long, value_enum, default_value_t = UsageByArg::Persona)]
    pub(crate) by: UsageByArg,
    /// Only what was begun at this time or later: 2026-03-01, 2026-03-01T12:00:00Z, or an age such as 7days
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only what was begun before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageByArg {
    /// Personas asked alone and those of debates, the moderator among them
    Persona,
    /// Providers
    Provider,
    /// Aliases of keys; `own` is a provider's own key, which debates use
    Key,
    /// Days, in UTC
    Day,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PersonasCommand {
    /// List the personas, built in and your own
    List(ListingArgs),
    /// Print a persona's file
    Show {
        /// A persona's name or file
        name: String,
    },
    /// Check persona files; without any, every persona that can be found
    Check {
        /// Personas' names or files
        names: Vec<String>,
    },
    /// Write a commented persona file to start from
    New {
        /// Name of the persona: lower-case letters, digits and dashes
        name: String,
        /// Where to write it [default: NAME.md in the project's folder of personas]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}
