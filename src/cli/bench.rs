//! `bench`: hold a bench, tell of each debate that ends, print the report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::{
    App, Asked, BenchControl, BenchNews, BenchPlan, BenchRequest, OpenBench, PlannedCells, Purpose, Signals, Who,
    open_bench,
};
use crate::cli::args::bench::{BenchArgs, BenchFormat};
use crate::cli::file_to_write::FileToWrite;
use crate::cli::files::{self, Place};
use crate::cli::output::{self, ErrorFormat};
use crate::cli::ownership::{Over, Theirs};
use crate::cli::wording::worded;
use crate::cli::written::Written;
use crate::cli::{plan, run};
use crate::config::{Sources, keys};
use crate::debate::text;
use crate::error::Failure;
use crate::export::bench::{self, Held, Report};
use crate::export::figures::{money, short};
use crate::export::json::inert;
use crate::export::{Format, html};

/// Debates held at a time where nobody says how many.
const JOBS: u32 = 2;

pub(crate) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let mut sources = Sources::from_process()?;
    for (flag, setting, text) in args.budget() {
        sources.flag(flag, setting, text);
    }
    let files = files(args, &Written::of(&App::configured(&sources)?))?;
    let request = BenchRequest {
        sources: &sources,
        file: &args.file,
        who: if args.rehearse { Who::Rehearsal(Duration::ZERO) } else { Who::Providers },
        purpose: if args.dry_run { Purpose::Plan } else { Purpose::Hold },
    };
    let open = open_bench(&request)?;
    let jobs = jobs(args.jobs, open.jobs_max)?;
    if args.dry_run {
        return dry_run(&open, args, &files);
    }
    open.warnings.iter().filter(|_| !args.quiet).for_each(|warning| output::remark(&format!("warning: {warning}")));
    let undecided = run::runtime()?.block_on(held(&open, args, jobs))?;
    let (report, lost) = open.report()?;
    if lost > 0 && !args.quiet {
        let requests = if lost == 1 { "request was" } else { "requests were" };
        output::remark(&format!("{lost} {requests} lost when a run ended at once: what they took is in no number"));
    }
    let printed = print(&report, args.format, &files);
    match (undecided, printed) {
        (None, printed) => printed,
        (Some(undecided), Ok(())) => Err(undecided),
        (Some(undecided), Err(failure)) => {
            output::failure(&failure, error_format(args));
            Err(undecided)
        }
    }
}

/// How a failure of the command is to be written.
pub(crate) fn error_format(args: &BenchArgs) -> ErrorFormat {
    match args.format {
        BenchFormat::Text | BenchFormat::Html => ErrorFormat::Text,
        BenchFormat::Json => ErrorFormat::Json,
    }
}

/// How many debates are held at a time.
fn jobs(asked: Option<u32>, most: u32) -> Result<u32, Failure> {
    match asked {
        None => Ok(JOBS.min(most)),
        Some(jobs) if jobs <= most => Ok(jobs),
        Some(jobs) => Err(Failure::usage(format!("--jobs is `{jobs}`; at most {most} debates may be held at a time"))
            .with_hint(format!("ask for fewer, or raise {}", keys::MAX_JOBS))),
    }
}

/// Holds a bench under the user's control. Returns why some of its debates were not decided.
async fn held(open: &OpenBench, args: &BenchArgs, jobs: u32) -> Result<Option<Failure>, Failure> {
    let control = BenchControl::default();
    let say: fn(&str) = if args.quiet { |_| () } else { output::remark };
    let signals = tokio::spawn(obey_signals(control.clone(), say));
    let tell = |news: BenchNews<'_>| say(&told(&news));
    let undecided = open.hold(jobs, &control, &tell).await;
    signals.abort();
    undecided
}

/// The first signal lets the debates in hand come to their end, the second ends everything at once, as does a supervisor's
/// patience.
async fn obey_signals(control: BenchControl, say: fn(&str)) {
    let Some(mut signals) = Signals::new() else { return };
    let first = signals.next().await;
    control.stop();
    match first {
        Asked::Interrupt => {
            say("the debates in hand are finished, and no other is begun; once more ends them at once");
            signals.next().await;
        }
        Asked::Terminate => drop(tokio::time::timeout(run::GRACE, signals.next()).await),
    }
    control.abort();
}

fn told(news: &BenchNews<'_>) -> String {
    match news {
        BenchNews::Known { decided: 0, cells } => format!("{cells} debates"),
        BenchNews::Known { decided, cells } => format!("{cells} debates, {decided} of them decided already"),
        BenchNews::Ended { label, decided, cells, held, failure } => {
            let outcome = failure.as_ref().map_or_else(|| outcome(held), |failure| worded(&failure.message));
            let taken = &held.taken;
            let took = format!("{} calls, {} tokens, {}", taken.calls, short(taken.tokens()), money(taken.cost_usd));
            format!("[{decided}/{cells}] {label}: {outcome}; {took}")
        }
    }
}

fn outcome(held: &Held) -> String {
    let text = held.found.as_ref().and_then(|found| found.text.as_deref());
    text.map_or_else(|| "no decision".to_owned(), |text| text::clip(text, 60))
}

/// The files of a report, each with its format.
fn files(args: &BenchArgs, written: &Written) -> Result<Vec<ReportFile>, Failure> {
    let over = Over::forced(args.force);
    let report = |path, format| ReportFile { path, format, over, written: written.clone() };
    let none = |path: &Path| {
        Failure::usage(format!("--output is `{}`, and a bench has no report of that kind", path.display()))
            .with_hint("use one of .txt, .html, .json")
    };
    let file = |place: Place| match place {
        Place::File(path, Format::Text) => Ok(report(path, BenchFormat::Text)),
        Place::File(path, Format::Json) => Ok(report(path, BenchFormat::Json)),
        Place::File(path, Format::Html) => Ok(report(path, BenchFormat::Html)),
        Place::File(path, Format::Markdown | Format::Adr | Format::Ndjson) | Place::Decisions(path) => Err(none(&path)),
    };
    files::places(&args.output, over, written)?.into_iter().map(file).collect()
}

/// A file that a report is written to.
struct ReportFile {
    path: PathBuf,
    format: BenchFormat,
    over: Over,
    written: Written,
}

impl ReportFile {
    fn write(&self, text: String, hint: &str) -> Result<(), Failure> {
        let (path, written) = (self.path.clone(), self.written.clone());
        FileToWrite { path, text, over: self.over, theirs: Theirs::Nothing, written }.write_or(hint)
    }
}

fn print(report: &Report, format: BenchFormat, files: &[ReportFile]) -> Result<(), Failure> {
    let rendered = |format: BenchFormat| match format {
        BenchFormat::Text => bench::text(report),
        BenchFormat::Json => bench::json(report),
        BenchFormat::Html => html::bench::render(report),
    };
    let shown = output::result(&rendered(format));
    let hint = "the debates are stored: the same command prints the report again, and pays nothing";
    let written = files.iter().map(|file| file.write(rendered(file.format), hint));
    let outcomes: Vec<Result<(), Failure>> = std::iter::once(shown).chain(written).collect();
    outcomes.into_iter().collect()
}

fn dry_run(open: &OpenBench, args: &BenchArgs, files: &[ReportFile]) -> Result<(), Failure> {
    let plan = open.plan()?;
    let rendered = |format: BenchFormat| match format {
        BenchFormat::Text => Ok(planned(&plan)),
        BenchFormat::Json => serde_json::to_string_pretty(&plan)
            .map(|json| inert(&json) + "\n")
            .map_err(|error| Failure::internal(format!("the plan cannot be written: {error}"))),
        BenchFormat::Html => Err(Failure::usage("--dry-run draws no page").with_hint("use --format text or json")),
    };
    if args.format == BenchFormat::Text && !args.quiet {
        plan.warnings.iter().for_each(|warning| output::remark(&format!("warning: {warning}")));
    }
    let shown = rendered(args.format)?;
    for file in files {
        file.write(rendered(file.format)?, "nothing was sent")?;
    }
    output::result(&shown)
}

fn planned(report: &BenchPlan) -> String {
    let open = report.debates.saturating_sub(report.decided);
    let known =
        if report.decided > 0 { format!(", {} of them decided already", report.decided) } else { String::new() };
    let mut lines = vec![format!("Bench {}: {} debates{known}. {}", report.bench, report.debates, bench::UNSENT)];
    lines.push(String::new());
    lines.push(plan::head());
    lines.push(plan::part(&format!("all {open} to come"), &report.total));
    lines.push(String::new());
    let row = |row: &PlannedCells| {
        let to_come = row.debates.saturating_sub(row.decided);
        let name = format!("{} / {} / {}", row.mode, row.panel, row.topic);
        [format!("{name}: {} seats, {to_come} of {} to come", row.seats, row.debates), plan::part("  each", &row.each)]
    };
    lines.extend(report.cells.iter().flat_map(row));
    lines.push(String::new());
    lines.extend(report.limits.iter().map(|outlook| plan::limit(outlook, "bench")));
    lines.extend(plan::footer(&report.notes, report.prices_as_of));
    lines.join("\n") + "\n"
}
