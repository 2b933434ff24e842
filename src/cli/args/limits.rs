//! The limits of a debate as arguments.

use clap::Args;

/// Hard limits on a session.
#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// End the debate before it costs more than this many US dollars, with the ballots in hand (exit code 6)
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) max_cost: Option<String>,
    /// End it before it takes more than this many tokens, input and output together (exit code 6)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_tokens: Option<String>,
    /// End it after this time, such as 90s or 10m (exit code 6); a session that is resumed has as much again
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) timeout: Option<String>,
}
