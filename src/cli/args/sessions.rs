//! The arguments of the commands that have to do with sessions which are there.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::shared::{FormatArg, ListingArgs, ListingFormat, OutputArgs, ResultArgs};

/// One session.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
}

/// Sessions to list.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// List at most this many
    #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    pub(crate) limit: u32,
    /// Only sessions of this mode
    #[arg(long, short, value_name = "NAME")]
    pub(crate) mode: Option<String>,
    /// Only sessions that stand like this
    #[arg(long, short, value_enum)]
    pub(crate) status: Option<StatusArg>,
    /// Only sessions with this label; repeat for more, all of which must fit
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    pub(crate) tags: Vec<String>,
    /// Only sessions begun at this time or later: 2026-03-01, 2026-03-01T12:00:00Z, or an age such as 7days
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only sessions begun before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only sessions with this in their topic or name
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusArg {
    /// Run by a process right now
    Running,
    /// Cut off; can be resumed
    Open,
    /// Paused; can be resumed
    Paused,
    /// Waits for people: for facts, or for their turns
    Waiting,
    /// Ran to its end
    Decided,
    /// Too few seats could be heard
    QuorumLost,
    /// Stopped; the ballots in hand decided
    Stopped,
    /// A limit on cost, tokens or time was reached; the ballots in hand decided
    #[value(name = "limit_reached", alias = "limit-reached")]
    LimitReached,
}

/// A session to print.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    /// What to show of it; --output then writes the same [default: decision]
    #[arg(long, value_enum)]
    pub(crate) view: Option<ShowView>,
    /// Show this round alone, counted over the whole session from the opening, 1; without --view, what was said in it
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) round: Option<u32>,
    /// Show this agent alone: its id, seat number, name or persona, or `moderator`; without --view, its path
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowView {
    /// The decision and the record
    Decision,
    /// Who said what in each round, the tally, what moved, why it ended
    Rounds,
    /// Each agent's path through the rounds
    Agents,
    /// The reasoning behind what each agent said, which the others were not shown
    Thoughts,
    /// The claim ledger, with evidence and what became of each claim
    Claims,
    /// The facts that agents needed from outside, and what was supplied
    Needs,
    /// The sources, and who cited them where
    Citations,
    /// Every seat's ratings, round by round
    Ballots,
    /// The form that a person fills in for the turn that is waited for
    Ballot,
    /// Calls, tokens and dollars by seat, round and purpose
    Costs,
    /// What was sent, checked against what was recorded; in full with --round or --agent
    Prompts,
    /// The log, one line an event
    Events,
}

/// A session to write out.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Session id, a unique prefix of it, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    /// Format on standard output [default: ndjson, or with --output nothing]
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<FormatArg>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What to search for.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words that must all have been said; "a phrase" in quotation marks, or the beginning of a word with * at its end
    #[arg(required = true)]
    pub(crate) text: Vec<String>,
    /// Find at most this many sessions
    #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// A session and its name.
#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    /// The new name; without one, the session loses the name it has
    pub(crate) name: Option<String>,
}

/// Sessions to remove.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Session ids, unique prefixes or names
    #[arg(required = true)]
    pub(crate) ids: Vec<String>,
    /// Do not ask first
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A log to take in.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// A file written by `export --format ndjson`, or - for standard input
    pub(crate) file: PathBuf,
}

/// Sessions to run the core over anew.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Session ids, unique prefixes of them, @ for the latest, @~1 for the one before
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) ids: Vec<String>,
    /// Every session
    #[arg(long)]
    pub(crate) all: bool,
    /// Also compare this exported JSON record with the one that the log gives now
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub(crate) record: Option<PathBuf>,
    /// Play the session on the screen, in at most 20 seconds, and print its record
    #[arg(long, conflicts_with_all = ["all", "record"])]
    pub(crate) watch: bool,
    /// Format of what was found
    #[arg(long, short, value_enum, default_value_t = ListingFormat::Text)]
    pub(crate) format: ListingFormat,
}

/// Two decisions to compare.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Session id, a unique prefix of it, @ for the latest, @~1 for the one before; or a record in a JSON file
    #[arg(value_name = "FROM")]
    pub(crate) from: String,
    /// The same, for what it is compared with
    #[arg(value_name = "TO")]
    pub(crate) to: String,
    /// Format of the changes
    #[arg(long, short, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
    /// Exit with code 8 if anything differs
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For programs
    Json,
}
