//! The arguments of the commands that run a debate.

use clap::Args;

use crate::cli::args::limits::LimitArgs;
use crate::cli::args::shared::{ResultArgs, ViewArgs};

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
    /// The question: text, @FILE, or - for standard input; a text that begins with @ is written with @@
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
    /// Material for the panel: a file, a folder by the rules of .gitignore, or - for standard input; repeat for more. A file
    /// that is not UTF-8 is read in the encoding that its bytes tell, with a warning, or refused
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
    /// Let the gate pass on the only option found, though the statements under it may contradict each other
    #[arg(long)]
    pub(crate) allow_one_option: bool,
    /// Never wait: not for facts, which stand in the record as needs, nor for another process that runs the session of this name
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
    /// What these rounds are to be about: text, @FILE, or - for standard input; a text that begins with @ is written with @@
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
