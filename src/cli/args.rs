//! The command line, as clap reads it.

pub(crate) mod ask;
pub(crate) mod bench;
pub(crate) mod setup;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::args::ask::{AskArgs, PersonasCommand, UsageArgs};
use crate::cli::args::bench::BenchArgs;
use crate::cli::args::setup::{ConfigCommand, DoctorArgs, ProvidersArgs, ShellArg};
use crate::cli::check::CheckArgs;
use crate::cli::limits::LimitArgs;
use crate::cli::modes::ModesCommand;
use crate::cli::plan::PlanArgs;

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

/// A debate to start.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) debate: DebateArgs,
    /// Print who would be sent what, as text or with --format json, and send nothing
    #[arg(long)]
    pub(crate) show_egress: bool,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// What a debate is to be.
#[derive(Debug, Args)]
pub(crate) struct DebateArgs {
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
    /// Seat a persona (see `roundtable personas list`), or give a person a seat of their own, besides the agents; the debate
    /// waits for their turns. Repeat for more
    #[arg(long = "seat", value_name = "PERSONA|human:NAME")]
    pub(crate) seats: Vec<String>,
    /// An option to choose from; give 2 to 7. Without any, options are formed from the opening statements
    #[arg(long = "option", short, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) options: Vec<String>,
    /// Short for --option Yes --option No
    #[arg(long, conflicts_with = "options")]
    pub(crate) yes_no: bool,
    /// Ask for a number in this unit, such as weeks; the answer is the panel's median
    #[arg(long, value_name = "UNIT", conflicts_with_all = ["options", "yes_no"])]
    pub(crate) estimate: Option<String>,
    /// Material for the panel: a file, a folder by the rules of .gitignore, or - for standard input; repeat for more
    #[arg(long, value_name = "PATH")]
    pub(crate) context: Vec<String>,
    /// Changes for the panel, as `git diff RANGE` tells them [default: HEAD]
    #[arg(long, value_name = "RANGE", num_args = 0..=1, default_missing_value = "HEAD", allow_hyphen_values = false)]
    pub(crate) diff: Option<String>,
    /// What the panel is to take as given: a name from `assumptions` in roundtable.yaml, or a text; repeat for more
    #[arg(long, value_name = "NAME|TEXT")]
    pub(crate) assume: Vec<String>,
    /// Send what looks like a secret all the same
    #[arg(long)]
    pub(crate) allow_secrets: bool,
    /// A provider to seat, in seating order; repeat for more [default: every one that is set up]
    #[arg(long, short, value_name = "NAME[=MODEL]")]
    pub(crate) provider: Vec<String>,
    /// Who moderates [default: the first provider]
    #[arg(long, value_name = "NAME[=MODEL]")]
    pub(crate) moderator: Option<String>,
    /// Who takes a seat's turn when its own model fails; repeat for more, in order of preference
    #[arg(long, value_name = "NAME[=MODEL]")]
    pub(crate) fallback: Vec<String>,
    /// Play every seat from a script: no key, no request, no cost
    #[arg(long, conflicts_with_all = ["provider", "moderator", "fallback"])]
    pub(crate) rehearse: bool,
    /// Fail (exit code 3) unless this share of the panel, 0 to 1, holds the winning option
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true)]
    pub(crate) min_agreement: Option<String>,
    /// Fail (exit code 3) unless this option wins: its text or its id (o1, o2, …)
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub(crate) expect: Option<String>,
    /// Fail (exit code 3) if anyone calls an objection blocking in its last ballot, or position where there are none
    #[arg(long)]
    pub(crate) no_blocking_dissent: bool,
    /// Never wait for facts: what a seat needs stands in the record, and the debate goes on without
    #[arg(long)]
    pub(crate) no_wait: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Leave out the gate that the project's roundtable.yaml sets as its policy
    #[arg(long)]
    pub(crate) no_policy: bool,
    /// Let agents search the web when they state a position, where their providers can; see `providers` for the price
    #[arg(long)]
    pub(crate) web_search: bool,
    /// Search for nothing: providers that always search are told not to
    #[arg(long, conflicts_with = "web_search")]
    pub(crate) no_web_search: bool,
    /// Leave the closing text out
    #[arg(long)]
    pub(crate) no_synthesis: bool,
    /// Seed of every shuffle [default: drawn]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Name of the session. A second start with the same name and the same inputs finishes or prints the first, and pays
    /// nothing twice
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Label the session, for `list --tag`; repeat for more
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub(crate) tags: Vec<String>,
}

/// A session to finish.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// A debate to take further.
#[derive(Debug, Args)]
pub(crate) struct ContinueArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    /// Rounds of the exchange to add [default: 1]
    #[arg(long, short, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rounds: Option<u32>,
    /// What these rounds are to be about: text, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) focus: Option<String>,
    /// Something found out since: what it is about, and the text or @FILE; repeat for more. Where the debate waits for
    /// facts, n1=@FILE supplies the one called n1, and it goes on where it waited
    #[arg(long = "fact", value_name = "ABOUT=TEXT|@FILE", allow_hyphen_values = true)]
    pub(crate) facts: Vec<String>,
    /// Hand in the turn of a person who is waited for, as YAML or JSON: text, @FILE, or - for standard input. See
    /// `show --view ballot`
    #[arg(long, value_name = "FORM", conflicts_with_all = ["rounds", "focus", "facts", "from_round"])]
    pub(crate) ballot: Option<String>,
    /// Whose ballot it is, where several people are waited for
    #[arg(long, value_name = "NAME", requires = "ballot")]
    pub(crate) seat: Option<String>,
    /// Branch a new session off after this round and leave this one as it is; the opening is round 1
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) from_round: Option<u32>,
    /// Name of the new session
    #[arg(long, value_name = "TEXT", requires = "from_round")]
    pub(crate) name: Option<String>,
    /// Send what looks like a secret all the same
    #[arg(long)]
    pub(crate) allow_secrets: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// One session.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    /// Session id, a unique prefix of it, its name, @ for the latest, @~1 for the one before
    pub(crate) id: String,
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

/// Where the result goes.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// Format of the result on standard output
    #[arg(long, short, value_enum, default_value_t = FormatArg::Text)]
    pub(crate) format: FormatArg,
    /// Also write the record to this file, in the format of its ending (.txt, .md, .adr.md, .html, .json, .ndjson); repeat
    /// for more
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
}

/// A session to write out.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Session id, a unique prefix of it, @ for the latest, @~1 for the one before
    pub(crate) id: String,
    /// Format on standard output [default: ndjson, or with --output nothing]
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<FormatArg>,
    /// Write to this file, in the format of its ending (.txt, .md, .adr.md, .html, .json, .ndjson); repeat for more
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
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
