//! The command line: reads arguments, calls the app, prints. Results go to stdout, all else to stderr.
//!
//! Must never decide anything about a debate, and never print text of others without taking the escape sequences out.

mod args;
mod cells;
mod check;
mod configuration;
mod diff;
mod egress;
mod export;
mod given;
mod library;
mod list;
mod live;
mod modes;
mod output;
mod providers;
mod replay;
mod run;
mod schema;
mod search;
mod show;
mod style;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::app::{App, vendor_keys};
use crate::cli::args::{Cli, Command, ConfigCommand, DiffFormat, FormatArg, ListingFormat};
use crate::config::{Config, Sources};
use crate::debate::text;
use crate::error::Failure;

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error),
    };
    let format = error_format(&cli.command);
    match execute(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure, format);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

/// Answers `--help` and `--version`, and says what is wrong with anything else.
fn not_a_command(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe is nothing to complain about: whoever closed it has read enough.
        error.print().ok();
        return ExitCode::SUCCESS;
    }
    let failure = usage_failure(&error.render().to_string());
    let given: Vec<String> = std::env::args().collect();
    let is_json = given.iter().any(|argument| argument == "--format=json" || argument == "-fjson")
        || given.windows(2).any(|pair| matches!(pair[0].as_str(), "--format" | "-f") && pair[1] == "json");
    output::failure(&failure, if is_json { output::ErrorFormat::Json } else { output::ErrorFormat::Text });
    ExitCode::from(failure.kind.exit_code())
}

/// Turns the parser's message, a few paragraphs, into one line and a hint: what is wrong first, then how to call it.
fn usage_failure(message: &str) -> Failure {
    let mut paragraphs = message.trim().split("\n\n").map(text::line);
    let problem = paragraphs.next().unwrap_or_default();
    let problem = problem.strip_prefix("error: ").unwrap_or(&problem).to_owned();
    let rest: Vec<String> = paragraphs.collect();
    let hint = rest.iter().find_map(|part| part.strip_prefix("tip: ")).or(rest.first().map(String::as_str));
    let failure = Failure::usage(problem);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Start(args) => run::start(&args),
        Command::Resume(args) => run::resume(&args),
        Command::Continue(args) => run::go_on(&args),
        Command::Pause(args) => library::pause(&app(Vec::new())?, &args),
        Command::Stop(args) => library::stop(&app(Vec::new())?, &args),
        Command::Synthesize(args) => run::synthesize(&args),
        Command::List(args) => list::list(&app(Vec::new())?, &args),
        Command::Show(args) => show::show(&app(Vec::new())?, &args),
        Command::Search(args) => search::search(&app(Vec::new())?, &args),
        Command::Rename(args) => library::rename(&app(Vec::new())?, &args),
        Command::Delete(args) => library::delete(&app(Vec::new())?, &args),
        Command::Import(args) => library::import(&app(Vec::new())?, &args),
        Command::Export(args) => export::export(&app(Vec::new())?, &args),
        Command::Replay(args) => replay::replay(&app(Vec::new())?, &args),
        Command::Diff(args) => diff::diff(&app(Vec::new())?, &args),
        Command::Check(args) => check::check(&args),
        Command::Modes(command) => modes::modes(&app(Vec::new())?, &command),
        Command::Schema { of } => schema::schema(of),
        Command::Providers(args) => providers::providers(&app(Vec::new())?, args.format),
        Command::Config(ConfigCommand::Show(args)) => configuration::show(&app(Vec::new())?, args.format),
    }
}

/// A flag that stands for a setting: its name, the setting's variable, the text given.
type SettingFlag = (&'static str, &'static str, String);

/// Loads the configuration, with `flags` on top.
fn app(flags: Vec<SettingFlag>) -> Result<App, Failure> {
    let mut sources = Sources::from_process()?;
    for (flag, setting, text) in flags {
        sources.flag(flag, setting, text);
    }
    Ok(App::new(Config::load(&sources, &vendor_keys())?))
}

/// How a failure of a command is to be written.
fn error_format(command: &Command) -> output::ErrorFormat {
    let is_json = match command {
        Command::Start(args) => args.result.format == FormatArg::Json,
        Command::Resume(args) | Command::Synthesize(args) => args.result.format == FormatArg::Json,
        Command::Continue(args) => args.result.format == FormatArg::Json,
        Command::Search(args) => args.listing.format == ListingFormat::Json,
        Command::Pause(_) | Command::Stop(_) | Command::Rename(_) | Command::Delete(_) | Command::Import(_) => false,
        Command::Show(args) => args.result.format == FormatArg::Json,
        Command::Export(args) => args.format == Some(FormatArg::Json),
        Command::Replay(args) => args.format == ListingFormat::Json,
        Command::Diff(args) => args.format == DiffFormat::Json,
        Command::List(args) => args.listing.format == ListingFormat::Json,
        Command::Check(args) => args.format == ListingFormat::Json,
        Command::Providers(args) | Command::Config(ConfigCommand::Show(args)) => args.format == ListingFormat::Json,
        Command::Modes(args::ModesCommand::List(args)) => args.format == ListingFormat::Json,
        Command::Modes(_) | Command::Schema { .. } => false,
    };
    if is_json { output::ErrorFormat::Json } else { output::ErrorFormat::Text }
}
