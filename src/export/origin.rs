//! Which files this program wrote, told by what stands in them: whoever writes over a file must know.

use serde::Deserialize;
use uuid::Uuid;

use crate::export::bench;

/// Where a page names what made it, it does so within its first bytes.
const HEAD_BYTES: usize = 8 << 10;

/// The first JSON value of a text, as far as it tells what it is.
#[derive(Deserialize)]
struct Opening {
    schema: Option<String>,
    event: Option<String>,
    seq: Option<u64>,
}

/// Whether a text is as the program writes it: a record, a log, a view of a session or the report of a bench, in any format. An
/// empty text is nobody's. One that somebody has added to at its end is theirs.
pub fn is_ours(text: &str) -> bool {
    let text = text.trim();
    match text.chars().next() {
        None => true,
        Some('{') => is_json(text),
        Some('<') if is_page(text) => true,
        Some(_) => {
            let last = text.lines().next_back().unwrap_or_default();
            signed(last).is_some() || is_bench(text)
        }
    }
}

/// The session that the last line of a record as text names, in any of its forms.
pub(super) fn signed(line: &str) -> Option<Uuid> {
    let line = line.trim();
    let bare = line.strip_prefix("<sub>").and_then(|line| line.strip_suffix("</sub>")).unwrap_or(line);
    let rest = bare.strip_prefix("session ").or_else(|| bare.strip_prefix("- Session "))?;
    let (id, rest) = rest.split_at_checked(Uuid::nil().hyphenated().to_string().len())?;
    (rest.is_empty() || rest.starts_with([' ', ','])).then(|| Uuid::try_parse(id).ok()).flatten()
}

fn is_json(text: &str) -> bool {
    let first = serde_json::Deserializer::from_str(text).into_iter::<Opening>().next();
    let Some(Ok(first)) = first else { return false };
    let has_schema = first.schema.is_some_and(|schema| schema.starts_with("roundtable."));
    has_schema || (first.seq == Some(1) && first.event.as_deref() == Some("session_opened"))
}

fn is_page(text: &str) -> bool {
    let head: String = text.chars().take(HEAD_BYTES).collect();
    head.contains("<meta name=\"generator\" content=\"roundtable ")
}

/// The report of a bench, or the plan of one, begins with its name.
fn is_bench(text: &str) -> bool {
    let (first, last) = (text.lines().next().unwrap_or_default(), text.lines().next_back().unwrap_or_default());
    first.starts_with("Bench ") && (last == bench::FOOT || first.ends_with(bench::UNSENT))
}
