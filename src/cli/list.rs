//! `list`: sessions, newest first.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::app::{App, Filter, Listed, Standing};
use crate::cli::args::sessions::{ListArgs, StatusArg};
use crate::cli::args::shared::ListingFormat;
use crate::cli::output;
use crate::debate::event::Ending;
use crate::debate::text;
use crate::error::Failure;
use crate::export::record::timestamp;

/// Widest topic in the table, in characters.
const TOPIC_CHARS_MAX: usize = 60;

pub(crate) fn list(app: &App, args: &ListArgs) -> Result<(), Failure> {
    let filter = filter(app, args)?;
    let sessions = app.list(&filter, args.limit)?;
    match args.listing.format {
        ListingFormat::Json => {
            let sessions: Vec<Value> = sessions.iter().map(entry).collect();
            output::json(&format!("{:#}", json!({ "sessions": sessions })))
        }
        ListingFormat::Text if sessions.is_empty() => {
            output::remark(match filter == Filter::default() {
                true => "no sessions yet; `roundtable start --topic TEXT` makes one",
                false => "no session fits; `roundtable list` shows them all",
            });
            Ok(())
        }
        ListingFormat::Text => output::listing(&sessions.iter().map(line).collect::<String>()),
    }
}

/// Reads the flags that narrow the list.
fn filter(app: &App, args: &ListArgs) -> Result<Filter, Failure> {
    let tag = |given: &String| match given.split_once('=') {
        Some((key, value)) => (key.trim().to_owned(), Some(value.trim().to_owned())),
        None => (given.trim().to_owned(), None),
    };
    Ok(Filter {
        mode: args.mode.clone(),
        standing: args.status.map(standing),
        tags: args.tags.iter().map(tag).collect(),
        opened_from_ms: args.since.as_deref().map(|given| moment(app, "--since", given)).transpose()?,
        opened_before_ms: args.until.as_deref().map(|given| moment(app, "--until", given)).transpose()?,
        text: args.text.clone(),
        parent: None,
    })
}

pub(crate) fn line(listed: &Listed) -> String {
    let opened = timestamp(listed.opened_ms);
    let minute = opened.get(..16).unwrap_or(&opened).replace('T', " ");
    let name = listed.name.as_ref().map(|name| format!("[{}] ", text::line(name))).unwrap_or_default();
    format!(
        "{}  {minute}  {:<13}  {:<18}  {name}{}\n",
        listed.session,
        listed.standing.name(),
        listed.mode,
        text::clip(&listed.topic, TOPIC_CHARS_MAX)
    )
}

pub(crate) fn entry(listed: &Listed) -> Value {
    json!({
        "session": listed.session,
        "opened": timestamp(listed.opened_ms),
        "status": listed.standing.name(),
        "mode": listed.mode,
        "topic": listed.topic,
        "name": listed.name,
        "tags": listed.tags,
        "parent": listed.parent,
        "latest": timestamp(listed.latest_ms),
    })
}

fn standing(status: StatusArg) -> Standing {
    match status {
        StatusArg::Running => Standing::Running,
        StatusArg::Open => Standing::Open,
        StatusArg::Paused => Standing::Paused,
        StatusArg::Waiting => Standing::Waiting,
        StatusArg::Decided => Standing::Ended(Ending::Decided),
        StatusArg::QuorumLost => Standing::Ended(Ending::QuorumLost),
        StatusArg::Stopped => Standing::Ended(Ending::Stopped),
        StatusArg::LimitReached => Standing::Ended(Ending::LimitReached),
    }
}

/// Reads a day, a time, or an age, as milliseconds since the Unix epoch.
pub(crate) fn moment(app: &App, flag: &str, given: &str) -> Result<u64, Failure> {
    let unusable = || {
        Failure::usage(format!("{flag} is `{given}`, which is no time"))
            .with_hint("write 2026-03-01, 2026-03-01T12:00:00Z, or an age such as 36h or 7days")
    };
    if let Ok(age) = humantime::parse_duration(given) {
        return Ok(app.now_ms().saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX)));
    }
    let time = humantime::parse_rfc3339_weak(given)
        .or_else(|_| humantime::parse_rfc3339_weak(&format!("{given}T00:00:00Z")))
        .map_err(|_| unusable())?;
    let since = time.duration_since(UNIX_EPOCH).map_err(|_| unusable())?;
    Ok(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
