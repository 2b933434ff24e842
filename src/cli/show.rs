//! `show`: a session's decision and record, or a view of one side of it.

use crate::app::{self, App};
use crate::cli::args::sessions::{ShowArgs, ShowView};
use crate::cli::args::shared::FormatArg;
use crate::cli::file_to_write::FileToWrite;
use crate::cli::files::{Outputs, Place};
use crate::cli::output;
use crate::cli::wording::CommandLine;
use crate::debate::event::{Event, Logged};
use crate::debate::log::ids::SessionId;
use crate::error::Failure;
use crate::export::Format;
use crate::export::views::scope::Narrowing;
use crate::export::views::{Layout, View};

pub(crate) fn show(app: &App, args: &ShowArgs) -> Result<(), Failure> {
    let outputs = Outputs::checked(app, &args.result.output)?;
    if args.view == Some(ShowView::Ballot) {
        if args.result.format != FormatArg::Text || !args.result.output.output.is_empty() || args.round.is_some() {
            return Err(Failure::usage("a ballot is YAML, printed whole to standard output")
                .with_hint("leave --format, --output and --round out"));
        }
        return output::result(&app.papers(&args.id, &CommandLine)?);
    }
    let Some(view) = chosen(args)? else {
        return output::session(app, &app.load(&args.id)?, Some(args.result.format), &outputs, &|told| {
            output::remark(&told)
        });
    };
    let log = app.log(&args.id)?;
    let narrowing = Narrowing { round: args.round, agent: args.agent.clone() };
    let draw = |layout| app::view(&log, view, &narrowing, layout);
    let format = args.result.format.into();
    let shown = draw(layout(format, output::columns())?)?;
    let drawn = |place: &Place| Ok(outputs.file(place.path().to_owned(), draw(layout(place.format(), None)?)?));
    let files: Vec<FileToWrite> = outputs.places().iter().map(drawn).collect::<Result<_, Failure>>()?;
    output::view(session(&log)?, &shown, format, &files)
}

/// The view that the arguments ask for; `None` for the decision.
fn chosen(args: &ShowArgs) -> Result<Option<View>, Failure> {
    let is_narrowed = args.round.is_some() || args.agent.is_some();
    Ok(Some(match args.view {
        Some(ShowView::Decision) if is_narrowed => {
            let failure =
                Failure::usage("--round and --agent narrow a view; the decision is that of the whole session");
            return Err(failure.with_hint("add --view rounds, or another one, or leave --view out"));
        }
        Some(ShowView::Rounds) => View::Rounds,
        Some(ShowView::Agents) => View::Agents,
        Some(ShowView::Thoughts) => View::Thoughts,
        Some(ShowView::Claims) => View::Claims,
        Some(ShowView::Needs) => View::Needs,
        Some(ShowView::Citations) => View::Citations,
        Some(ShowView::Ballots) => View::Ballots,
        Some(ShowView::Costs) => View::Costs,
        Some(ShowView::Prompts) => View::Prompts,
        Some(ShowView::Events) => View::Events,
        None if args.agent.is_some() => View::Agents,
        None if args.round.is_some() => View::Rounds,
        Some(ShowView::Decision | ShowView::Ballot) | None => return Ok(None),
    }))
}

/// How a view is written in this format, as text in so many columns.
fn layout(format: Format, columns: Option<usize>) -> Result<Layout, Failure> {
    match format {
        Format::Text => Ok(Layout::Text { columns }),
        Format::Markdown => Ok(Layout::Markdown),
        Format::Json => Ok(Layout::Json),
        Format::Adr | Format::Html | Format::Ndjson => {
            Err(Failure::usage("a view of a session is text, markdown or json")
                .with_hint("`roundtable export ID` writes the whole record, or the log, in any format"))
        }
    }
}

fn session(log: &[Logged]) -> Result<SessionId, Failure> {
    match log.first().map(|first| &first.event) {
        Some(Event::SessionOpened(setup)) => Ok(setup.session),
        Some(_) | None => Err(Failure::internal("the session's log has no beginning")),
    }
}
