//! `providers`: the vendors, and what is set for them.

use serde_json::{Value, json};

use crate::app::{App, VendorStatus};
use crate::cli::args::ListingFormat;
use crate::cli::output;
use crate::error::Failure;

pub(crate) fn providers(app: &App, format: ListingFormat) -> Result<(), Failure> {
    let vendors = app.vendors();
    match format {
        ListingFormat::Json => {
            let vendors: Vec<Value> = vendors.iter().map(entry).collect();
            output::result(&format!("{:#}\n", json!({ "providers": vendors })))
        }
        ListingFormat::Text => {
            let lines: String = vendors.iter().map(line).collect();
            let as_of = vendors.first().map(|vendor| vendor.prices_as_of).unwrap_or_default();
            let searching: Vec<String> = vendors.iter().filter_map(searching).collect();
            output::result(&format!(
                "{lines}\nPrices in US dollars for a million input / output tokens, as of {as_of}.\nWeb search, at US dollars a search: {}.\n",
                searching.join(", ")
            ))
        }
    }
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
