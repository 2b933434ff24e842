//! `providers`: the vendors, what is set for them, and on request whether they answer.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Probed, VendorStatus, Whom, probe_failure};
use crate::cli::args::setup::ProvidersArgs;
use crate::cli::args::shared::ListingFormat;
use crate::cli::{output, run};
use crate::config::keys;
use crate::debate::reply::{Fault, Reply};
use crate::debate::text;
use crate::error::Failure;
use crate::export::figures::money;

pub(crate) fn providers(args: &ProvidersArgs) -> Result<(), Failure> {
    let chosen = (!args.names.is_empty()).then(|| ("NAME", keys::PROVIDERS, args.names.join(",")));
    let app = crate::cli::configured::app(chosen.into_iter().collect())?;
    let whom = if args.names.is_empty() { Whom::OfDebate } else { Whom::Chosen };
    if args.check {
        let checked = ask(&app, whom, args.patience.timeout, args.listing.format)?;
        match args.listing.format {
            ListingFormat::Json => output::json(&format!("{:#}", json!({ "providers": entries_of(&checked) })))?,
            ListingFormat::Text => output::listing(&lines_of(&checked))?,
        }
        return probe_failure(&checked).map_or(Ok(()), Err);
    }
    let vendors = match whom {
        Whom::OfDebate => app.vendors(),
        Whom::Chosen => app.chosen_vendors(),
    };
    list(&vendors, args.listing.format)
}

fn list(vendors: &[VendorStatus], format: ListingFormat) -> Result<(), Failure> {
    match format {
        ListingFormat::Json => {
            let vendors: Vec<Value> = vendors.iter().map(entry).collect();
            output::json(&format!("{:#}", json!({ "providers": vendors })))
        }
        ListingFormat::Text => {
            let lines: String = vendors.iter().map(line).collect();
            let as_of = vendors.first().map(|vendor| vendor.prices_as_of).unwrap_or_default();
            let searching: Vec<String> = vendors.iter().filter_map(searching).collect();
            output::listing(&format!(
                "{lines}\nPrices in US dollars for a million input / output tokens, as of {as_of}.\nWeb search, at US dollars a search: {}.\n",
                searching.join(", ")
            ))
        }
    }
}

/// Asks for a word from each, until all have answered, their time is up, or the user has had enough.
pub(super) fn ask(app: &App, whom: Whom, patience: Duration, format: ListingFormat) -> Result<Vec<Probed>, Failure> {
    run::runtime()?.block_on(async {
        let leave = CancellationToken::new();
        if format == ListingFormat::Text {
            output::remark(&format!("asking for a word, for at most {}", humantime::format_duration(patience)));
        }
        run::heeding(&leave, app.probe(whom, patience, &leave)).await
    })
}

/// What came of asking, a line each and what to do where there was no answer.
pub(super) fn lines_of(checked: &[Probed]) -> String {
    let answered: Vec<&Reply> = checked.iter().filter_map(|checked| checked.outcome.as_ref().ok()).collect();
    let paid: Option<f64> = answered.iter().map(|reply| reply.cost_usd).sum();
    let lines: String = checked.iter().map(checked_line).collect();
    format!("{lines}\n{} of {} answer; asking cost {}.\n", answered.len(), checked.len(), money(paid))
}

fn checked_line(checked: &Probed) -> String {
    let VendorStatus { name, model, .. } = &checked.vendor;
    let model = text::line(model);
    match &checked.outcome {
        Ok(reply) => {
            let seconds = reply.elapsed_ms as f64 / 1000.0;
            let retried = if reply.requests > 1 { format!(", {} requests", reply.requests) } else { String::new() };
            format!("{name:<11} {:<16} {model:<28} {seconds:.1} s, {}{retried}\n", "answers", money(reply.cost_usd))
        }
        Err(fault) => format!(
            "{name:<11} {:<16} {model:<28} {}\n{:<28} {}\n",
            fault.kind.to_string(),
            text::laid_out(&fault.message),
            "",
            fault.hint
        ),
    }
}

/// The entries of the list, each with what came of asking.
pub(super) fn entries_of(checked: &[Probed]) -> Vec<Value> {
    let entry = |checked: &Probed| {
        let mut entry = entry(&checked.vendor);
        entry["check"] = match &checked.outcome {
            Ok(reply) => answered(reply),
            Err(fault) => unanswered(fault),
        };
        entry
    };
    checked.iter().map(entry).collect()
}

fn answered(reply: &Reply) -> Value {
    json!({
        "answers": true,
        "model": reply.model,
        "latency_ms": reply.elapsed_ms,
        "cost_usd": reply.cost_usd,
        "requests": reply.requests,
        "fault": null,
    })
}

fn unanswered(fault: &Fault) -> Value {
    json!({
        "answers": false,
        "model": null,
        "latency_ms": null,
        "cost_usd": null,
        "requests": fault.requests,
        "fault": {
            "kind": fault.kind,
            "message": fault.message,
            "status": fault.status,
            "request_id": fault.request_id,
            "hint": fault.hint,
            "retryable": fault.kind.is_retryable(),
        },
    })
}

fn line(vendor: &VendorStatus) -> String {
    let state = if vendor.usable { "set up".to_owned() } else { format!("set {}", vendor.variable) };
    let price = vendor.prices.map_or_else(String::new, |(input, output)| format!("{input} / {output}"));
    format!("{:<11} {:<24} {:<28} {price}", vendor.name, state, vendor.model).trim_end().to_owned() + "\n"
}

/// A vendor that searches, with its price; one whose other fees pay for searches, with how it searches.
fn searching(vendor: &VendorStatus) -> Option<String> {
    match vendor.search_usd? {
        0.0 => Some(format!("{} ({}, in its fee)", vendor.name, vendor.search)),
        usd => Some(format!("{} ({usd})", vendor.name)),
    }
}

fn entry(vendor: &VendorStatus) -> Value {
    json!({
        "name": vendor.name,
        "title": vendor.title,
        "usable": vendor.usable,
        "variable": vendor.variable,
        "model": vendor.model,
        "input_usd_per_million": vendor.prices.map(|prices| prices.0),
        "output_usd_per_million": vendor.prices.map(|prices| prices.1),
        "web_search": vendor.search,
        "usd_per_search": vendor.search_usd,
        "prices_as_of": vendor.prices_as_of,
    })
}
