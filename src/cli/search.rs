//! `search`: what was said, in which session, by whom.

use serde_json::{Value, json};

use crate::app::{App, Hit};
use crate::cli::args::sessions::SearchArgs;
use crate::cli::args::shared::ListingFormat;
use crate::cli::{list, output};
use crate::error::Failure;

pub(crate) fn search(app: &App, args: &SearchArgs) -> Result<(), Failure> {
    let text = args.text.join(" ");
    let hits = app.search(&text, args.limit)?;
    match args.listing.format {
        ListingFormat::Json => {
            let hits: Vec<Value> = hits.iter().map(entry).collect();
            output::json(&format!("{:#}", json!({ "text": text, "hits": hits })))
        }
        ListingFormat::Text if hits.is_empty() => {
            output::remark("nothing found");
            Ok(())
        }
        ListingFormat::Text => output::listing(&hits.iter().map(lines).collect::<String>()),
    }
}

fn lines(hit: &Hit) -> String {
    format!("{}    {}\n", list::line(&hit.listed), hit.excerpt)
}

fn entry(hit: &Hit) -> Value {
    let mut entry = list::entry(&hit.listed);
    if let Value::Object(entry) = &mut entry {
        entry.insert("seq".to_owned(), json!(hit.seq));
        entry.insert("excerpt".to_owned(), json!(hit.excerpt));
    }
    entry
}
