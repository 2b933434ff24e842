//! `plan`: what a debate will take, as a table.

use std::time::Duration;

use clap::Args;

use crate::app::plan::{LimitOutlook, Outlook, Part, Plan, Span, Take};
use crate::cli::args::{DebateArgs, ListingArgs, ListingFormat};
use crate::cli::{cells, output, run};
use crate::debate::ask::Speaker;
use crate::debate::text;
use crate::error::Failure;

/// A debate to price.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) debate: DebateArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// Least widths of the columns; the name has what is left of the line.
const CALLS_WIDTH: usize = 11;
const TOKENS_WIDTH: usize = 18;
const COST_WIDTH: usize = 23;
/// The longest line of a table or a note.
const LINE_MAX: usize = 80;

pub(crate) fn plan(args: &PlanArgs) -> Result<(), Failure> {
    let app = super::app(run::setting_flags(&args.debate))?;
    let plan = app.plan(&run::request(&args.debate, Duration::ZERO)?)?;
    match args.listing.format {
        ListingFormat::Json => {
            let json = serde_json::to_string_pretty(&plan)
                .map_err(|error| Failure::internal(format!("the plan cannot be written: {error}")))?;
            output::json(&json)
        }
        ListingFormat::Text => {
            plan.warnings.iter().for_each(|warning| output::remark(&format!("warning: {warning}")));
            output::result(&table(&plan))
        }
    }
}

fn table(plan: &Plan) -> String {
    let mut lines = vec![format!("{}, {} seats. Nothing was sent.", text::line(&plan.mode_title), plan.panel.len())];
    lines.push(String::new());
    lines.push(row("low / likely / max", "calls", "tokens", "US dollars"));
    lines.push(part("all", &plan.total));
    lines.extend(section("By stage", &plan.stages, &|name| name.to_owned()));
    lines.extend(section("By speaker", &plan.speakers, &|speaker| named(plan, speaker)));
    lines.extend(section("By purpose", &plan.purposes, &|name| name.to_owned()));
    lines.push(String::new());
    lines.extend(plan.limits.iter().map(limit));
    lines.extend(plan.notes.iter().flat_map(|note| wrapped(note)));
    lines.extend(wrapped(&format!("prices as of {}; \"?\" where one is not known", plan.prices_as_of)));
    lines.join("\n") + "\n"
}

fn section(title: &str, parts: &[Part], name: &dyn Fn(&str) -> String) -> Vec<String> {
    let rows = parts.iter().map(|each| part(&name(&each.name), &each.span));
    [String::new(), title.to_owned()].into_iter().chain(rows).collect()
}

fn part(name: &str, span: &Span) -> String {
    let three = |of: &dyn Fn(&Take) -> String| [&span.low, &span.likely, &span.max].map(of).join(" / ");
    let (calls, tokens) = (three(&|take| take.calls.to_string()), three(&|take| short(take.tokens())));
    row(name, &calls, &tokens, &three(&|take| money(take.cost_usd)))
}

fn row(name: &str, calls: &str, tokens: &str, cost: &str) -> String {
    let numbers = format!(" {calls:>CALLS_WIDTH$} {tokens:>TOKENS_WIDTH$} {cost:>COST_WIDTH$}");
    cells::left(name, LINE_MAX.saturating_sub(numbers.chars().count())) + &numbers
}

/// A seat under its name on the panel.
fn named(plan: &Plan, speaker: &str) -> String {
    let agent = plan.panel.iter().find(|agent| Speaker::Seat(agent.seat).to_string() == speaker);
    agent.map_or_else(|| speaker.to_owned(), |agent| format!("{speaker} {}", text::line(&agent.name)))
}

/// A count in three digits or so: `950`, `12k`, `1.2M`.
fn short(tokens: u64) -> String {
    let (thousands, millions) = (tokens as f64 / 1e3, tokens as f64 / 1e6);
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..9_950 => format!("{thousands:.1}k"),
        9_950..999_500 => format!("{thousands:.0}k"),
        _ => format!("{millions:.1}M"),
    }
}

fn money(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "?".to_owned(),
        Some(cost) if cost >= 100.0 => format!("{cost:.0}"),
        Some(cost) if cost >= 1.0 => format!("{cost:.2}"),
        Some(cost) => format!("{cost:.4}"),
    }
}

fn limit(limit: &LimitOutlook) -> String {
    let outlook = match limit.outlook {
        Outlook::Holds => "more than the debate can take",
        Outlook::MayEndEarly => "may end the debate early",
        Outlook::EndsEarly => "will as a rule end the debate early",
        Outlook::Unknown => "what it does is not known beforehand",
    };
    format!("limit on {}, {}: {outlook}", limit.limit.title(), limit.limit.worded(limit.max))
}

/// A note in lines that fit, the further ones indented.
fn wrapped(note: &str) -> Vec<String> {
    let lines = cells::wrap(note, LINE_MAX, LINE_MAX - 2).into_iter().enumerate();
    lines.map(|(place, line)| if place == 0 { line } else { format!("  {line}") }).collect()
}
