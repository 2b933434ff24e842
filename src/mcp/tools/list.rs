//! `list_sessions`: what has been debated.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::{Filter, Listed, Standing};
use crate::debate::event::Ending;
use crate::debate::text::clip;
use crate::error::Failure;
use crate::export::record::timestamp;
use crate::mcp::answer::{Answer, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::tools::{Effect, Row, answering};

/// Sessions listed when nobody says how many.
const LIMIT: u32 = 20;
/// The most that are listed.
const LIMIT_MAX: u32 = 200;
/// Widest topic in a line, in characters.
const TOPIC_CHARS_MAX: usize = 100;

pub(super) const TOOL: Row = Row {
    name: "list_sessions",
    title: "List debates",
    about: "\
Lists debates, newest first, with id, status, mode and topic. Look here before you start one on a question that may have been \
decided already, and after a call was cut off: its session is the newest, with status open.",
    effect: Effect::Reads,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Sessions>,
    run: |call, arguments| answering(call, arguments, list),
};

/// Which sessions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// At most this many, 1 to 200. Default: 20.
    limit: Option<u32>,
    /// Only sessions of this mode.
    mode: Option<String>,
    /// Only sessions that stand like this.
    status: Option<Status>,
    /// Only sessions with this in their topic or name.
    text: Option<String>,
    /// Only sessions with this label, KEY or KEY=VALUE.
    tag: Option<String>,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Run by a process right now.
    Running,
    /// Cut off; can be resumed.
    Open,
    /// Paused; can be resumed.
    Paused,
    /// Waits for people.
    Waiting,
    /// Ran to its end.
    Decided,
    /// Too few seats could be heard.
    QuorumLost,
    /// Stopped; the ballots in hand decided.
    Stopped,
}

/// The sessions that were found.
#[derive(Debug, Serialize, JsonSchema)]
struct Sessions {
    /// Newest first.
    sessions: Vec<Entry>,
}

/// A session in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    session: String,
    /// running, open (cut off), paused, waiting (for people), decided, quorum_lost, stopped or unreadable.
    status: &'static str,
    mode: String,
    topic: String,
    name: Option<String>,
    tags: BTreeMap<String, String>,
    /// When it began, RFC 3339 in UTC.
    opened: String,
    /// When it last changed.
    latest: String,
}

async fn list(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let limit = given.limit.unwrap_or(LIMIT);
    if limit == 0 || limit > LIMIT_MAX {
        return Err(Failure::usage(format!("limit is `{limit}`; 1 to {LIMIT_MAX} is needed")));
    }
    let tag = |given: String| match given.split_once('=') {
        Some((key, value)) => (key.trim().to_owned(), Some(value.trim().to_owned())),
        None => (given.trim().to_owned(), None),
    };
    let filter = Filter {
        mode: given.mode,
        standing: given.status.map(standing),
        tags: given.tag.into_iter().map(tag).collect(),
        text: given.text,
        ..Filter::default()
    };
    let sessions: Vec<Entry> = call.app(&[])?.list(&filter, limit)?.into_iter().map(entry).collect();
    let mut lines: Vec<String> = sessions.iter().map(Entry::in_words).collect();
    if lines.is_empty() {
        lines.push("no session fits".to_owned());
    }
    Answer::new(&Sessions { sessions }, lines.join("\n"), Success::Yes)
}

fn entry(listed: Listed) -> Entry {
    Entry {
        session: listed.session.to_string(),
        status: listed.standing.name(),
        mode: listed.mode,
        topic: listed.topic,
        name: listed.name,
        tags: listed.tags,
        opened: timestamp(listed.opened_ms),
        latest: timestamp(listed.latest_ms),
    }
}

impl Entry {
    fn in_words(&self) -> String {
        let topic = clip(&self.topic, TOPIC_CHARS_MAX);
        format!("{} {} {} {}: {topic}", self.session, self.opened, self.status, self.mode)
    }
}

fn standing(status: Status) -> Standing {
    match status {
        Status::Running => Standing::Running,
        Status::Open => Standing::Open,
        Status::Paused => Standing::Paused,
        Status::Waiting => Standing::Waiting,
        Status::Decided => Standing::Ended(Ending::Decided),
        Status::QuorumLost => Standing::Ended(Ending::QuorumLost),
        Status::Stopped => Standing::Ended(Ending::Stopped),
    }
}
