//! The arguments of the commands that help to set the program up.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::shared::ListingArgs;

/// The longest that a provider may be waited for, in seconds.
const TIMEOUT_SECONDS_MAX: u64 = 600;

/// Providers to list or to ask.
#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// Only these: NAME, or NAME=MODEL [default: all; with --check those that a debate would ask]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Ask each one for a word, at a fraction of a cent; exits with 5 unless all answer
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) patience: PatienceArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Ask each provider that a debate would ask for a word as well, like `roundtable providers --check`
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) patience: PatienceArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// How long to wait.
#[derive(Debug, Args)]
pub(crate) struct PatienceArgs {
    /// How long each has to answer --check, retries included, such as 10s or 2min; at most 10min
    #[arg(long, value_name = "DURATION", default_value = "30s", requires = "check", value_parser = patience)]
    pub(crate) timeout: Duration,
}

fn patience(given: &str) -> Result<Duration, String> {
    let patience = humantime::parse_duration(given).ok();
    let within = |patience: &Duration| !patience.is_zero() && *patience <= Duration::from_secs(TIMEOUT_SECONDS_MAX);
    patience.filter(within).ok_or_else(|| "a time such as 10s or 2min is needed, at most 10min".to_owned())
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellArg {
    /// source <(roundtable completions bash)
    Bash,
    /// source <(roundtable completions zsh)
    Zsh,
    /// roundtable completions fish | source
    Fish,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting with where its value comes from; keys are never shown
    Show(ListingArgs),
}
