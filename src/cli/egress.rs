//! `start --show-egress`: who would be sent what.

use crate::app::{App, Egress, Outgoing, Recipient, StartRequest};
use crate::cli::args::shared::FormatArg;
use crate::cli::output;
use crate::debate::text::line;
use crate::error::Failure;

pub(crate) fn show(app: &App, request: &StartRequest, format: FormatArg) -> Result<(), Failure> {
    let egress = app.egress(request)?;
    for warning in &egress.warnings {
        output::remark(&format!("warning: {warning}"));
    }
    match format {
        FormatArg::Json => {
            let json = serde_json::to_string_pretty(&egress)
                .map_err(|error| Failure::internal(error.to_string()).with_source(error))?;
            output::json(&json)
        }
        FormatArg::Text | FormatArg::Markdown | FormatArg::Adr | FormatArg::Html | FormatArg::Ndjson => {
            output::for_reading(&text(&egress))
        }
    }
}

fn text(egress: &Egress) -> String {
    let mut lines: Vec<String> = egress.note.iter().map(|note| (*note).to_owned()).collect();
    lines.extend(egress.recipients.iter().map(recipient));
    let head = if egress.recipients.is_empty() { "The panel is shown:" } else { "Each of them is sent:" };
    lines.push(head.to_owned());
    lines.extend(egress.texts.iter().map(outgoing));
    lines.push(format!(
        "Every prompt opens with {} bytes, rules and marks of quotation included; what the panel says follows.",
        egress.shared_bytes
    ));
    lines.push("Nothing has been sent.".to_owned());
    lines.join("\n") + "\n"
}

fn recipient(recipient: &Recipient) -> String {
    let seats: Vec<String> = recipient.seats.iter().map(ToString::to_string).collect();
    let seats = if seats.is_empty() { "no seat".to_owned() } else { format!("seats {}", seats.join(", ")) };
    let moderates = if recipient.moderates { ", may moderate" } else { "" };
    let searches = if recipient.searches { ", may search the web" } else { "" };
    format!("{} at {}: {seats}{moderates}{searches}", recipient.provider, recipient.address)
}

fn outgoing(outgoing: &Outgoing) -> String {
    let name = outgoing.name.as_ref().map(|name| format!(" {}", line(name))).unwrap_or_default();
    format!("{:>9} bytes  {}{name}", outgoing.bytes, outgoing.what)
}
