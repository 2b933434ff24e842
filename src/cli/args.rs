//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What `--help` says at the end.
const AFTER_HELP: &str = "\
Exit codes: 0 decided; 1 internal failure; 2 usage or configuration; 5 providers failed, quorum lost; \
7 no usable credentials; 130 interrupted, resumable.

Only the result goes to stdout; progress, warnings and errors go to stderr.";

/// A structured debate between LLM personas that leaves an auditable decision.
#[derive(Debug, Parser)]
#[command(name = "roundtable", version, after_help = AFTER_HELP, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a debate and print its decision
    Start(Box<StartArgs>),
    /// Finish an interrupted debate; nothing that arrived is asked again
    Resume(ResumeArgs),
    /// List sessions, newest first
    List(ListArgs),
    /// Print a session's decision and record
    Show(ShowArgs),
    /// List, show, check or begin mode files
    #[command(subcommand)]
    Modes(ModesCommand),
    /// List the providers: which are set up, with which model, at what price
    Providers(ListingArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// A debate to start.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// The question: text, @FILE, or - for standard input
    #[arg(long, short, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) topic: String,
    /// How to debate: a mode's name (see `roundtable modes list`) or a mode file [default: collaborative]
    #[arg(long, short, value_name = "NAME|FILE")]
    pub(crate) mode: Option<String>,
    /// Seats on the panel, 2 to 50, capped at ROUNDTABLE_MAX_AGENTS [default: 4]
    #[arg(long, short = 'n', value_name = "N", allow_hyphen_values = true)]
    pub(crate) agent_count: Option<String>,
    /// Hold exactly this many rounds of the exchange, with no early end
    #[arg(long, short, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rounds: Option<u32>,
    /// A persona of the panel, for modes that take them; repeat for more
    #[arg(long, value_name = "NAME: WHAT IT CARES ABOUT")]
    pub(crate) perspective: Vec<String>,
    /// An option to choose from; give 2 to 7. Without any, options are formed from the opening statements
    #[arg(long = "option", short, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) options: Vec<String>,
    /// Short for --option Yes --option No
    #[arg(long, conflicts_with = "options")]
    pub(crate) yes_no: bool,
    /// A provider to seat, in seating order; repeat for more [default: every one that is set up]
    #[arg(long, short, value_name = "NAME[=MODEL]")]
    pub(crate) provider: Vec<String>,
    /// Who moderates [default: the first provider]
    #[arg(long, value_name = "NAME[=MODEL]")]
    pub(crate) moderator: Option<String>,
    /// Play every seat from a script: no key, no request, no cost
    #[arg(long, conflicts_with_all = ["provider", "moderator"])]
    pub(crate) rehearse: bool,
    /// Leave the closing text out
    #[arg(long)]
    pub(crate) no_synthesis: bool,
    /// Seed of every shuffle [default: drawn]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// A session to finish.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Session id, a unique prefix of it, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// Where the result goes.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// Format of the result on standard output
    #[arg(long, short, value_enum, default_value_t = FormatArg::Text)]
    pub(crate) format: FormatArg,
    /// Also write the record to this file, in the format of its ending (.txt, .md, .adr.md, .html, .json); repeat for more
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    /// Bars on a terminal, plain lines elsewhere
    Auto,
    /// A live view
    Bar,
    /// A line for every event that matters
    Plain,
    /// Nothing
    None,
}

/// Sessions to list.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// List at most this many
    #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
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
    /// A table
    Text,
    /// For programs
    Json,
}

/// A session to print.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Session id, a unique prefix of it, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
}

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

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting with where its value comes from; keys are never shown
    Show(ListingArgs),
}
