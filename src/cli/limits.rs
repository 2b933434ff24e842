//! The flags that limit a session.

use clap::Args;

use crate::cli::SettingFlag;
use crate::config::keys;

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

/// The settings that the flags stand for.
pub(super) fn flags(args: &LimitArgs) -> Vec<SettingFlag> {
    let flags = [
        ("--max-cost", keys::MAX_COST, args.max_cost.clone()),
        ("--max-tokens", keys::MAX_TOKENS, args.max_tokens.clone()),
        ("--timeout", keys::TIMEOUT, args.timeout.clone()),
    ];
    flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?))).collect()
}
