//! The flags that limit a session.

use crate::cli::args::limits::LimitArgs;
use crate::cli::args::setting::SettingFlag;
use crate::config::keys;

/// The settings that the flags stand for.
pub(super) fn flags(args: &LimitArgs) -> Vec<SettingFlag> {
    let flags = [
        ("--max-cost", keys::MAX_COST, args.max_cost.clone()),
        ("--max-tokens", keys::MAX_TOKENS, args.max_tokens.clone()),
        ("--timeout", keys::TIMEOUT, args.timeout.clone()),
    ];
    flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?))).collect()
}
