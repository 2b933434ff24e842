//! Which files this program wrote, told by what stands in them: whoever writes over a file must know.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::export::views::View;
use crate::export::{bench, ndjson, record, schema};

/// Where a page names what made it, it does so within its first bytes.
const HEAD_BYTES: usize = 8 << 10;
/// How the last line of a decision record names its program, before the version.
const PROGRAM: &str = "roundtable ";

/// The keys that every view has as JSON.
const VIEW: [&str; 3] = ["schema", "session", "note"];
/// The format of a bench's plan as JSON, and its keys.
const PLAN: (&str, [&str; 10]) = (
    "roundtable.bench-plan/1",
    ["schema", "bench", "debates", "decided", "total", "cells", "limits", "warnings", "notes", "prices_as_of"],
);

/// Whether a text is from its beginning to its end as the program writes it: a record, a log, a view of a session or the report of
/// a bench. An empty text is nobody's. Plain text of a record has no beginning that tells it, and is not known by this.
pub fn is_ours(text: &str) -> bool {
    let text = text.trim();
    match text.chars().next() {
        None => true,
        Some('{') => is_json(text) || is_log(text),
        Some('<') => is_page(text),
        Some('#') => is_markdown(text),
        Some(_) => is_bench(text),
    }
}

/// The session that a line names as the last one of a decision record does: `- Session ID, PROGRAM VERSION, seed N`.
pub(super) fn signed_record(line: &str) -> Option<Uuid> {
    let (id, rest) = line.trim_end().strip_prefix("- Session ")?.split_once(", ")?;
    let (program, seed) = rest.rsplit_once(", seed ")?;
    let is_ours = program.starts_with(PROGRAM) && seed.bytes().all(|byte| byte.is_ascii_digit());
    is_ours.then(|| Uuid::try_parse(id).ok())?
}

/// An object with all keys of its schema, and no others: who adds one has made the file their own.
fn is_json(text: &str) -> bool {
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else { return false };
    let Some(keys) = object.get("schema").and_then(Value::as_str).and_then(Keys::of) else { return false };
    keys.always.iter().all(|key| object.contains_key(key))
        && object.keys().all(|key| keys.always.contains(key) || keys.at_times.contains(key))
}

/// The keys of an object.
struct Keys {
    always: Vec<String>,
    at_times: Vec<String>,
}

impl Keys {
    /// Those of what the program writes under this schema.
    fn of(schema: &str) -> Option<Self> {
        match schema {
            record::SCHEMA => Some(Self::published(&schema::decision())),
            bench::SCHEMA => Some(Self::published(&schema::bench_report())),
            _ if schema == PLAN.0 => Some(Self::listed(&PLAN.1, &[])),
            _ => View::ALL.into_iter().find(|view| view.schema() == schema).map(|view| {
                let (always, at_times) = view.keys();
                Self::listed(&[&VIEW, always].concat(), at_times)
            }),
        }
    }

    /// Those that a JSON Schema names.
    fn published(schema: &Value) -> Self {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let named = schema["properties"].as_object().into_iter().flat_map(Map::keys);
        Self { always: required.map(str::to_owned).collect(), at_times: named.cloned().collect() }
    }

    fn listed(always: &[&str], at_times: &[&str]) -> Self {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Self { always: owned(always), at_times: owned(at_times) }
    }
}

/// Every line is an event of one session, as the log of it is written.
fn is_log(text: &str) -> bool {
    ndjson::read(text).is_ok_and(|log| ndjson::write(&log).trim_end() == text)
}

fn is_page(text: &str) -> bool {
    let head: String = text.chars().take(HEAD_BYTES).collect();
    head.contains("<meta name=\"generator\" content=\"roundtable ") && text.ends_with("</html>")
}

/// Begins with the only title and ends with the session. What models and askers write never begins a title.
fn is_markdown(text: &str) -> bool {
    let titles = text.lines().filter(|line| line.starts_with("# ")).count();
    let last = text.lines().next_back().unwrap_or_default();
    let session = last.strip_prefix("<sub>session ").and_then(|last| last.strip_suffix("</sub>"));
    let id = session.and_then(|session| session.split(" · ").next()).and_then(|id| Uuid::try_parse(id).ok());
    text.starts_with("# ") && titles == 1 && (id.is_some() || signed_record(last).is_some())
}

/// The report of a bench, or the plan of one, begins with its name.
fn is_bench(text: &str) -> bool {
    let (first, last) = (text.lines().next().unwrap_or_default(), text.lines().next_back().unwrap_or_default());
    first.starts_with("Bench ") && (last == bench::FOOT || first.ends_with(bench::UNSENT))
}
