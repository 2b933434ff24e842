//! `plan`: what a debate will take, as a table.

use std::time::Duration;

use crate::app::plan::{LimitOutlook, Outlook, Part, Plan, Span, Take};
use crate::cli::args::plan::PlanArgs;
use crate::cli::args::shared::ListingFormat;
use crate::cli::{cells, output, run};
use crate::debate::log::ids::Speaker;
use crate::debate::text;
use crate::error::Failure;
use crate::export::figures::short;

/// Least widths of the columns; the name has what is left of the line.
const CALLS_WIDTH: usize = 11;
const TOKENS_WIDTH: usize = 18;
const COST_WIDTH: usize = 23;
/// The longest line of a table or a note.
const LINE_MAX: usize = 80;

pub(crate) fn plan(args: &PlanArgs) -> Result<(), Failure> {
    let app = crate::cli::configured::app(run::setting_flags(&args.debate))?;
    let plan = app.plan(&run::request(&args.debate, Duration::ZERO)?)?;
    match args.listing.format {
        ListingFormat::Json => {
            let json = serde_json::to_string_pretty(&plan)
                .map_err(|error| Failure::internal(format!("the plan cannot be written: {error}")))?;
            output::json(&json)
        }
        ListingFormat::Text => {
            plan.warnings.iter().for_each(|warning| output::remark(&format!("warning: {warning}")));
            output::listing(&table(&plan))
        }
    }
}

fn table(plan: &Plan) -> String {
    let mut lines = vec![format!("{}, {} seats. Nothing was sent.", text::line(&plan.mode_title), plan.panel.len())];
    lines.push(String::new());
    lines.push(head());
    lines.push(part("all", &plan.total));
    lines.extend(section("By stage", &plan.stages, &|name| name.to_owned()));
    lines.extend(section("By speaker", &plan.speakers, &|speaker| named(plan, speaker)));
    lines.extend(section("By purpose", &plan.purposes, &|name| name.to_owned()));
    lines.push(String::new());
    lines.extend(plan.limits.iter().map(|outlook| limit(outlook, "debate")));
    lines.extend(footer(&plan.notes, plan.prices_as_of));
    lines.join("\n") + "\n"
}

/// The heads of the columns.
pub(super) fn head() -> String {
    row("low / likely / max", "calls", "tokens", "US dollars")
}

/// What the numbers of a plan rest on.
pub(super) fn footer(notes: &[&str], prices_as_of: &str) -> Vec<String> {
    let prices = format!("prices as of {prices_as_of}; \"?\" where one is not known");
    notes.iter().copied().chain([prices.as_str()]).flat_map(wrapped).collect()
}

fn section(title: &str, parts: &[Part], name: &dyn Fn(&str) -> String) -> Vec<String> {
    let rows = parts.iter().map(|each| part(&name(&each.name), &each.span));
    [String::new(), title.to_owned()].into_iter().chain(rows).collect()
}

/// What something takes, in the columns of [`head`].
pub(super) fn part(name: &str, span: &Span) -> String {
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

fn money(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "?".to_owned(),
        Some(cost) if cost >= 100.0 => format!("{cost:.0}"),
        Some(cost) if cost >= 1.0 => format!("{cost:.2}"),
        Some(cost) => format!("{cost:.4}"),
    }
}

/// What a limit would do to what it limits.
pub(super) fn limit(limit: &LimitOutlook, what: &str) -> String {
    let outlook = match limit.outlook {
        Outlook::Holds => format!("more than the {what} can take"),
        Outlook::MayEndEarly => format!("may end the {what} early"),
        Outlook::EndsEarly => format!("will as a rule end the {what} early"),
        Outlook::Unknown => "what it does is not known beforehand".to_owned(),
    };
    format!("limit on {}, {}: {outlook}", limit.limit.title(), limit.limit.worded(limit.max))
}

/// A note in lines that fit, the further ones indented.
fn wrapped(note: &str) -> Vec<String> {
    let lines = cells::wrap(note, LINE_MAX, LINE_MAX - 2).into_iter().enumerate();
    lines.map(|(place, line)| if place == 0 { line } else { format!("  {line}") }).collect()
}
