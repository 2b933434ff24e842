//! The arguments of `bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::setting::SettingFlag;
use crate::config::keys;

/// A bench to hold.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// The bench file; `roundtable schema bench` describes it
    pub(crate) file: PathBuf,
    /// Tell what it would take, debate by debate, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Play every seat from a script: no key, no request, no cost
    #[arg(long)]
    pub(crate) rehearse: bool,
    /// Debates held at a time, at most ROUNDTABLE_MAX_JOBS (16) [default: 2]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) jobs: Option<u32>,
    /// Begin no debate that might cost the whole bench, earlier runs included, more than this many US dollars (exit code 6)
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) max_cost: Option<String>,
    /// Begin none that might take more than this many tokens in all, input and output together (exit code 6)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_tokens: Option<String>,
    /// Format of the report on standard output; with --dry-run text or json
    #[arg(long, short, value_enum, default_value_t = BenchFormat::Text)]
    pub(crate) format: BenchFormat,
    /// Also write the report to this file, in the format of its ending (.txt, .html, .json); repeat for more
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// Let --output replace a file that roundtable did not write, or that somebody changed since
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Show nothing but the report
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchFormat {
    /// Tables
    Text,
    /// The whole report, for programs; `roundtable schema bench-report` describes it
    Json,
    /// A page to look at: one file with its charts, nothing loaded from elsewhere
    Html,
}

impl BenchArgs {
    /// The settings that the budget's flags stand for.
    pub(crate) fn budget(&self) -> Vec<SettingFlag> {
        let flags = [
            ("--max-cost", keys::MAX_COST, self.max_cost.clone()),
            ("--max-tokens", keys::MAX_TOKENS, self.max_tokens.clone()),
        ];
        flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?))).collect()
    }
}
