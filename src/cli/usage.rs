//! `usage`: what was paid, by persona, provider, key or day.

use serde_json::{Value, json};

use crate::app::{App, UsageBy, UsageFilter, UsageTable};
use crate::cli::args::ask::{UsageArgs, UsageByArg};
use crate::cli::args::shared::ListingFormat;
use crate::cli::{cells, list, output};
use crate::debate::text;
use crate::error::Failure;
use crate::export::figures::money;
use crate::export::usage::Spent;

/// Format and version of what is printed.
const SCHEMA: &str = "roundtable.usage/1";
/// Widest name in the table, in cells.
const NAME_CELLS: usize = 32;
/// Width of a count, in cells.
const COUNT_CELLS: usize = 11;

pub(crate) fn usage(app: &App, args: &UsageArgs) -> Result<(), Failure> {
    let moment =
        |flag, given: &Option<String>| given.as_deref().map(|given| list::moment(app, flag, given)).transpose();
    let filter = UsageFilter {
        from_ms: moment("--since", &args.since)?.unwrap_or(0),
        before_ms: moment("--until", &args.until)?.unwrap_or(u64::MAX),
    };
    let (by, name) = match args.by {
        UsageByArg::Persona => (UsageBy::Persona, "persona"),
        UsageByArg::Provider => (UsageBy::Provider, "provider"),
        UsageByArg::Key => (UsageBy::Key, "key"),
        UsageByArg::Day => (UsageBy::Day, "day"),
    };
    let table = app.usage(by, filter)?;
    match args.listing.format {
        ListingFormat::Json => output::json(&format!("{:#}", in_json(&table, name))),
        ListingFormat::Text => {
            output::listing(&in_words(&table, name))?;
            remarks(&table).iter().for_each(|remark| output::remark(remark));
            Ok(())
        }
    }
}

fn in_words(table: &UsageTable, by: &str) -> String {
    let columns = columns(table);
    let head: String = columns.iter().map(|(title, _)| cells::right(title, COUNT_CELLS)).collect();
    let lines = table.lines.iter().map(|line| row(&text::line(&line.name), &line.spent, &columns));
    let total = row("total", &table.total, &columns);
    format!("{}{head}  cost\n{}{total}", cells::left(by, NAME_CELLS), lines.collect::<String>())
}

/// A column of counts: its title, and what it counts.
type Column = (&'static str, fn(&Spent) -> u64);

/// The columns of counts; searches have one where there were any.
fn columns(table: &UsageTable) -> Vec<Column> {
    let columns: [Column; 5] = [
        ("calls", |spent| spent.calls.into()),
        ("requests", |spent| spent.requests.into()),
        ("input", |spent| spent.input_tokens),
        ("cached", |spent| spent.cached_tokens),
        ("output", |spent| spent.output_tokens),
    ];
    let searches: Column = ("searches", |spent| spent.searches);
    columns.into_iter().chain((table.total.searches > 0).then_some(searches)).collect()
}

fn row(name: &str, spent: &Spent, columns: &[Column]) -> String {
    let counts: String =
        columns.iter().map(|(_, count)| cells::right(&count(spent).to_string(), COUNT_CELLS)).collect();
    format!("{}{counts}  {}\n", cells::left(name, NAME_CELLS), money(spent.cost_usd))
}

/// What no number tells.
fn remarks(table: &UsageTable) -> Vec<String> {
    let counted = [
        (table.broken_off, "personas' calls are under way or broke off, and what their last request took is not known"),
        (table.unreadable, "sessions cannot be read, and what they took is not counted"),
        (table.total.unknown, "requests were lost, and what they took is not known"),
    ];
    let told = counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("note: {count} {what}"));
    told.chain(table.total.estimated.then(|| "note: some tokens are estimates".to_owned())).collect()
}

fn in_json(table: &UsageTable, by: &str) -> Value {
    let lines: Vec<Value> = table.lines.iter().map(|line| json!({ "name": line.name, "spent": line.spent })).collect();
    json!({
        "schema": SCHEMA,
        "by": by,
        "lines": lines,
        "total": table.total,
        "broken_off": table.broken_off,
        "unreadable": table.unreadable,
    })
}
