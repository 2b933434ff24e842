//! Which files this program wrote, told by what stands in them: whoever writes over a file must know.

use serde::Deserialize;
use uuid::Uuid;

use crate::export::bench;

/// Where a page names what made it, it does so within its first bytes.
const HEAD_BYTES: usize = 8 << 10;
/// How the last line of a decision record names its program, before the version.
const PROGRAM: &str = "roundtable ";

/// A JSON value, as far as it tells what it is.
#[derive(Deserialize)]
struct Opening {
    schema: Option<String>,
    event: Option<String>,
    seq: Option<u64>,
}

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

fn is_json(text: &str) -> bool {
    let whole: Result<Opening, _> = serde_json::from_str(text);
    whole.is_ok_and(|whole| whole.schema.is_some_and(|schema| schema.starts_with("roundtable.")))
}

/// Every line is an event of the log, the first one its beginning.
fn is_log(text: &str) -> bool {
    let is_event = |(place, line): (u64, &str)| {
        let event: Result<Opening, _> = serde_json::from_str(line);
        event.is_ok_and(|event| {
            event.seq == Some(place) && (place > 1 || event.event.as_deref() == Some("session_opened"))
        })
    };
    (1..).zip(text.lines()).all(is_event)
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
