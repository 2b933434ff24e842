//! `doctor`: the set-up, in a newcomer's words; what was found, where it stands, what to do.

use std::io::{self, IsTerminal};

use console::{Term, is_dumb};
use serde_json::{Value, json};

use crate::app::{self, App, Area, Finding, Probed, State, Whom, probe_failure};
use crate::cli::args::setup::DoctorArgs;
use crate::cli::args::shared::ListingFormat;
use crate::cli::wording::worded;
use crate::cli::{output, providers};
use crate::config::Sources;
use crate::debate::text;
use crate::error::Failure;

/// The areas in the order in which they are told.
const AREAS: [Area; 6] =
    [Area::Configuration, Area::Providers, Area::Network, Area::Sessions, Area::Modes, Area::Terminal];
/// Fewer cells in a line than these are too few for the live view's table.
const COLUMNS_WISHED: u16 = 60;

pub(crate) fn doctor(args: &DoctorArgs) -> Result<(), Failure> {
    let (app, mut findings) = app::examine(&Sources::from_process()?);
    findings.extend(terminal(&app));
    let checked = if args.check && app::can_ask(&findings) { asked(&app, args)? } else { Vec::new() };
    match args.listing.format {
        ListingFormat::Json => output::json(&json_of(&findings, &checked))?,
        ListingFormat::Text => output::listing(&text_of(&findings, &checked))?,
    }
    if !app::healthy(&findings) {
        let problems = findings.iter().filter(|finding| finding.state == State::Problem).count();
        let what = if problems == 1 { "a problem was".to_owned() } else { format!("{problems} problems were") };
        return Err(Failure::usage(format!("{what} found")).with_hint(app::next_step(&findings)));
    }
    probe_failure(&checked).map_or(Ok(()), Err)
}

/// Asks who can be asked. That nobody is set up has been found already.
fn asked(app: &App, args: &DoctorArgs) -> Result<Vec<Probed>, Failure> {
    if app.vendors().iter().all(|vendor| !vendor.usable) {
        return Ok(Vec::new());
    }
    providers::ask(app, Whom::OfDebate, args.patience.timeout, args.listing.format)
}

/// What matters of the terminal: whether there is one for the live view, and whether it is coloured.
fn terminal(app: &App) -> Vec<Finding> {
    let area = Area::Terminal;
    let switched_off = app.config().no_color();
    if !io::stderr().is_terminal() {
        return vec![Finding::fine(area, "progress does not go to a terminal: it is told in plain lines")];
    }
    let (_, columns) = Term::stderr().size();
    let view = match columns {
        _ if is_dumb() => Finding::fine(area, "this terminal can only print: progress is told in plain lines"),
        columns if columns < COLUMNS_WISHED => {
            let what = format!("{columns} columns: the live view is cut short");
            Finding::note(area, what, "make the window wider, or use --progress plain")
        }
        columns => Finding::fine(area, format!("{columns} columns: progress is a live view")),
    };
    let colour = match (is_dumb(), switched_off) {
        (true, _) => "no colour: TERM is dumb",
        (false, true) => "no colour: NO_COLOR is set",
        (false, false) => "in colour; NO_COLOR switches it off",
    };
    vec![view, Finding::fine(area, colour)]
}

/// The program itself: what a report of a fault should begin with.
fn program() -> String {
    format!("roundtable {}, {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)
}

fn text_of(findings: &[Finding], checked: &[Probed]) -> String {
    let mut out = program() + "\n";
    for area in AREAS {
        let of_area: Vec<&Finding> = findings.iter().filter(|finding| finding.area == area).collect();
        if !of_area.is_empty() {
            out += &format!("\n{}\n", area.title());
            out.extend(of_area.into_iter().map(line));
        }
    }
    if !checked.is_empty() {
        out += &format!("\nAnswers\n{}", providers::lines_of(checked));
    }
    out + &format!("\nNext: {}\n", text::laid_out(&worded(&app::next_step(findings))))
}

fn line(finding: &Finding) -> String {
    // A path or a name of a mode may hold anything.
    let what = text::line(&worded(&finding.what));
    let place = finding.place.as_deref().map(text::line).filter(|place| !what.contains(place.as_str()));
    let place = place.map(|place| format!(" [{place}]")).unwrap_or_default();
    let next = finding.next.as_ref().map(worded).map(|next| format!("           {next}\n")).unwrap_or_default();
    format!("  {:<8} {what}{place}\n{next}", finding.state.name())
}

fn json_of(findings: &[Finding], checked: &[Probed]) -> String {
    let found: Vec<Value> = findings.iter().map(entry).collect();
    let document = json!({
        "schema": "roundtable.doctor/1",
        "version": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "machine": std::env::consts::ARCH,
        "healthy": app::healthy(findings),
        "findings": found,
        "providers": providers::entries_of(checked),
        "next": worded(&app::next_step(findings)),
    });
    format!("{document:#}")
}

fn entry(finding: &Finding) -> Value {
    json!({
        "area": finding.area.title().to_lowercase(),
        "state": finding.state.name(),
        "what": worded(&finding.what),
        "where": finding.place,
        "next": finding.next.as_ref().map(worded),
    })
}
