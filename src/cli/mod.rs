//! The command line: reads arguments, calls the app, prints. Results go to stdout, all else to stderr.
//!
//! Must never decide anything about a debate, and never print text of others without taking the escape sequences out.

mod args;
mod ask;
mod ask_persona;
mod bench;
mod cells;
mod check;
mod completions;
mod configuration;
mod configured;
mod decisions;
mod dialogue;
mod diff;
mod doctor;
mod egress;
mod export;
mod file_to_write;
mod files;
mod given;
mod guard;
mod library;
mod limits;
mod list;
mod live;
mod man;
mod modes;
mod output;
mod ownership;
mod personas;
mod plan;
mod providers;
mod replay;
mod run;
mod schema;
mod search;
mod show;
mod starter;
mod style;
mod usage;
mod wording;
mod written;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::app::HttpServer;
use crate::cli::args::ask::PersonasCommand;
use crate::cli::args::modes::ModesCommand;
use crate::cli::args::sessions::DiffFormat;
use crate::cli::args::setup::ConfigCommand;
use crate::cli::args::shared::{FormatArg, ListingFormat, ProgressArg};
use crate::cli::args::{Cli, Command, McpArgs};
use crate::cli::configured::app;
use crate::cli::output::ErrorFormat;
use crate::config::Sources;
use crate::debate::text;
use crate::error::Failure;

/// The front-ends that serve instead of answering once. The command line starts them and knows no more of them.
pub(crate) struct Servers {
    /// Serves assistants: over standard input and output, or over HTTP where an address is given. `None` where it was left out of
    /// the build.
    pub(crate) mcp: Option<Serve>,
}

/// Serves until there is nobody to serve.
pub(crate) type Serve = fn(Sources, Option<HttpServer>) -> Result<(), Failure>;

/// Runs the program and returns its exit code.
pub(crate) fn main(servers: &Servers) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error),
    };
    let format = error_format(&cli.command);
    ended(guard::guarded(|| execute(cli.command, servers)), format)
}

/// Tells how a command ended, and returns its exit code.
fn ended(outcome: Result<(), Failure>, format: ErrorFormat) -> ExitCode {
    let code = match outcome {
        Ok(()) => 0,
        Err(failure) => {
            output::failure(&failure, format);
            failure.kind.exit_code()
        }
    };
    output::exited(code, format);
    ExitCode::from(code)
}

/// Answers `--help` and `--version`, and says what is wrong with anything else.
fn not_a_command(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe is nothing to complain about: whoever closed it has read enough.
        error.print().ok();
        return ExitCode::SUCCESS;
    }
    ended(Err(usage_failure(&error.render().to_string())), wanted_format())
}

/// The format that arguments ask for which, as a whole, cannot be read.
fn wanted_format() -> ErrorFormat {
    // An argument that is not UTF-8 asks for no format, and is no reason to fail on the way to the error that names it.
    let given: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let asks = |flags: &[&str], value: &str| {
        let joined = |argument: &String| {
            let rest = flags.iter().find_map(|flag| argument.strip_prefix(flag));
            rest.is_some_and(|rest| rest.strip_prefix('=').unwrap_or(rest) == value)
        };
        given.iter().any(joined) || given.windows(2).any(|pair| flags.contains(&pair[0].as_str()) && pair[1] == value)
    };
    if asks(&["--progress"], "ndjson") {
        ErrorFormat::Progress
    } else if asks(&["--format", "-f"], "json") || asks(&["--format", "-f"], "ndjson") {
        ErrorFormat::Json
    } else {
        ErrorFormat::Text
    }
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

fn execute(command: Command, servers: &Servers) -> Result<(), Failure> {
    match command {
        Command::Start(args) => run::start(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Bench(args) => bench::bench(&args),
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
        Command::Ask(args) => ask_persona::ask(&args),
        Command::Usage(args) => usage::usage(&app(Vec::new())?, &args),
        Command::Personas(command) => personas::personas(&app(Vec::new())?, &command),
        Command::Modes(command) => modes::modes(&app(Vec::new())?, &command),
        Command::Mcp(args) => mcp(servers, args),
        Command::Schema { of } => schema::schema(of),
        Command::Providers(args) => providers::providers(&args),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Config(ConfigCommand::Show(args)) => configuration::show(&app(Vec::new())?, args.format),
        Command::Completions { shell } => completions::completions(shell),
        Command::Man { dir } => man::man(dir.as_deref()),
    }
}

fn mcp(servers: &Servers, args: McpArgs) -> Result<(), Failure> {
    let Some(serve) = servers.mcp else {
        return Err(Failure::usage("this build leaves out the server for assistants")
            .with_hint("build it with the feature `mcp`, which is on by default"));
    };
    let http = args.http.map(|address| HttpServer { address, hosts: args.allow_host });
    serve(Sources::from_process()?, http)
}

/// How a failure of a command is to be written.
fn error_format(command: &Command) -> ErrorFormat {
    let of = ErrorFormat::of;
    let of_list = |format: ListingFormat| match format {
        ListingFormat::Text => ErrorFormat::Text,
        ListingFormat::Json => ErrorFormat::Json,
    };
    match command {
        Command::Start(args) => of(args.result.format, args.view.progress),
        Command::Resume(args) | Command::Synthesize(args) => of(args.result.format, args.view.progress),
        Command::Continue(args) => of(args.result.format, args.view.progress),
        Command::Show(args) => of(args.result.format, ProgressArg::Auto),
        Command::Export(args) => of(args.format.unwrap_or(FormatArg::Text), ProgressArg::Auto),
        Command::Diff(args) => match args.format {
            DiffFormat::Text | DiffFormat::Markdown => ErrorFormat::Text,
            DiffFormat::Json => ErrorFormat::Json,
        },
        Command::Search(args) => of_list(args.listing.format),
        Command::List(args) => of_list(args.listing.format),
        Command::Plan(args) => of_list(args.listing.format),
        Command::Ask(args) => of_list(args.format),
        Command::Usage(args) => of_list(args.listing.format),
        Command::Bench(args) => bench::error_format(args),
        Command::Replay(args) => of_list(args.format),
        Command::Check(args) => of_list(args.format),
        Command::Providers(args) => of_list(args.listing.format),
        Command::Doctor(args) => of_list(args.listing.format),
        Command::Config(ConfigCommand::Show(args))
        | Command::Modes(ModesCommand::List(args))
        | Command::Personas(PersonasCommand::List(args)) => of_list(args.format),
        Command::Pause(_)
        | Command::Stop(_)
        | Command::Rename(_)
        | Command::Delete(_)
        | Command::Import(_)
        | Command::Modes(_)
        | Command::Personas(_)
        | Command::Mcp(_)
        | Command::Schema { .. }
        | Command::Completions { .. }
        | Command::Man { .. } => ErrorFormat::Text,
    }
}
