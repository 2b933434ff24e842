//! The command line, as clap reads it.

pub(crate) mod ask;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod debate;
pub(crate) mod limits;
pub(crate) mod modes;
pub(crate) mod plan;
pub(crate) mod sessions;
pub(crate) mod setting;
pub(crate) mod setup;
pub(crate) mod shared;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::args::ask::{AskArgs, PersonasCommand, UsageArgs};
use crate::cli::args::bench::BenchArgs;
use crate::cli::args::check::CheckArgs;
use crate::cli::args::debate::{ContinueArgs, ResumeArgs, StartArgs};
use crate::cli::args::modes::ModesCommand;
use crate::cli::args::plan::PlanArgs;
use crate::cli::args::sessions::{
    DeleteArgs, DiffArgs, ExportArgs, ImportArgs, ListArgs, RenameArgs, ReplayArgs, SearchArgs, SessionArgs, ShowArgs,
};
use crate::cli::args::setup::{ConfigCommand, DoctorArgs, ProvidersArgs, ShellArg};

/// What `--help` says at the end.
pub(crate) const AFTER_HELP: &str = "\
Exit codes: 0 decided; 1 internal failure; 2 usage or configuration; 3 decided, but the gate does not hold, \
or a premise no longer does; 4 waits for a person: `continue` takes the answer; 5 providers failed, quorum lost; \
6 a limit was reached; 7 no usable credentials; 8 a mismatch was found; 130 interrupted, resumable.

Only the result goes to stdout; progress, warnings, log lines (ROUNDTABLE_LOG) and errors go to stderr.";

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
    /// Tell what a debate will take: panel, stages, calls, tokens and cost. Sends nothing
    Plan(Box<PlanArgs>),
    /// Compare modes and panels over topics and repeats, as a file says: cost, agreement, flips, accuracy
    Bench(BenchArgs),
    /// Finish an interrupted debate; nothing that arrived is asked again
    Resume(ResumeArgs),
    /// Take a debate further: more rounds, a focus question, new facts, or a branch from an earlier round
    Continue(ContinueArgs),
    /// Pause a running debate: what is in flight is waited for, nothing more is asked
    Pause(SessionArgs),
    /// Stop a debate: the ballots in hand decide
    Stop(SessionArgs),
    /// Write a debate's closing text, or write it again; the decision stays
    Synthesize(ResumeArgs),
    /// List sessions, newest first
    List(ListArgs),
    /// Print a session's decision and record
    Show(ShowArgs),
    /// Write a session out: its record, or the log it is drawn from
    Export(ExportArgs),
    /// Find what was said in any session
    Search(SearchArgs),
    /// Give a session a name, or take its name away
    Rename(RenameArgs),
    /// Remove sessions for good
    Delete(DeleteArgs),
    /// Take in a session that was exported as ndjson
    Import(ImportArgs),
    /// Run the core anew over a session's log: the same bytes, or a loud miss. Sends nothing
    Replay(ReplayArgs),
    /// Tell what changed between two decisions on one question
    Diff(DiffArgs),
    /// Tell which decisions of a project rest on a file or an assumption that has changed since
    Check(CheckArgs),
    /// Ask a persona alone, or several at once; nothing of it is stored but what it took
    Ask(AskArgs),
    /// Tell what was paid, in debates and by personas asked alone, by persona, provider, key or day
    Usage(UsageArgs),
    /// List, show, check or begin persona files
    #[command(subcommand)]
    Personas(PersonasCommand),
    /// List, show, check or begin mode files
    #[command(subcommand)]
    Modes(ModesCommand),
    /// Serve assistants over the Model Context Protocol, on standard input and output or over HTTP
    Mcp(McpArgs),
    /// Print the JSON Schema of something the program reads or writes
    Schema {
        /// Of what
        #[arg(value_enum)]
        of: SchemaArg,
    },
    /// List the providers: which are set up, with which model, at what price; or ask each for a word
    Providers(ProvidersArgs),
    /// Look at the set-up: what is set, where sessions live, what is wrong and what to do; asks nobody without --check
    Doctor(DoctorArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the script that lets a shell complete commands, flags, modes and providers
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: ShellArg,
    },
    /// Print the manual page, or write those of every command
    Man {
        /// Write one page a command to this folder; print their paths
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// How to serve assistants.
#[derive(Debug, Args)]
pub(crate) struct McpArgs {
    /// Serve over streamable HTTP at this address, under /mcp. Off loopback, ROUNDTABLE_MCP_TOKEN must be set
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) http: Option<SocketAddr>,
    /// A further name that clients may call the server by, as they write it in Host; repeat for more
    #[arg(long, value_name = "NAME", requires = "http")]
    pub(crate) allow_host: Vec<String>,
}

/// What there is a JSON Schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaArg {
    /// The decision record, as `--format json` prints it
    Decision,
    /// A mode file, as `modes schema` prints it
    Mode,
    /// A bench file
    Bench,
    /// The report of a bench, as `bench --format json` prints it
    BenchReport,
    /// A line of a session's event log
    Events,
    /// A line of `--progress ndjson`
    Progress,
}
