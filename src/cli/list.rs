//! `list`: sessions, newest first.

use serde_json::{Value, json};

use crate::app::{App, Listed, Standing};
use crate::cli::args::{ListArgs, ListingFormat};
use crate::cli::output;
use crate::debate::event::Ending;
use crate::debate::text;
use crate::error::Failure;
use crate::export::record::timestamp;

/// Widest topic in the table, in characters.
const TOPIC_CHARS_MAX: usize = 60;

pub(crate) fn list(app: &App, args: &ListArgs) -> Result<(), Failure> {
    let sessions = app.list(args.limit)?;
    match args.listing.format {
        ListingFormat::Json => {
            let sessions: Vec<Value> = sessions.iter().map(entry).collect();
            output::result(&format!("{:#}\n", json!({ "sessions": sessions })))
        }
        ListingFormat::Text if sessions.is_empty() => {
            output::remark("no sessions yet; `roundtable start --topic TEXT` makes one");
            Ok(())
        }
        ListingFormat::Text => output::result(&sessions.iter().map(line).collect::<String>()),
    }
}

fn line(listed: &Listed) -> String {
    let opened = timestamp(listed.opened_ms);
    let minute = opened.get(..16).unwrap_or(&opened).replace('T', " ");
    format!(
        "{}  {minute}  {:<11}  {:<18}  {}\n",
        listed.session,
        status(listed),
        listed.mode,
        text::clip(&listed.topic, TOPIC_CHARS_MAX)
    )
}

fn entry(listed: &Listed) -> Value {
    json!({
        "session": listed.session,
        "opened": timestamp(listed.opened_ms),
        "status": status(listed),
        "mode": listed.mode,
        "topic": listed.topic,
    })
}

fn status(listed: &Listed) -> &'static str {
    match listed.standing {
        Standing::Open => "open",
        Standing::Running => "running",
        Standing::Paused => "paused",
        Standing::Unreadable => "unreadable",
        Standing::Ended(Ending::Decided) => "decided",
        Standing::Ended(Ending::QuorumLost) => "quorum_lost",
        Standing::Ended(Ending::Stopped) => "stopped",
    }
}
