//! Where an object stands in a reply: as what is said, or as an example, a quotation, or a part of what is set apart.
//!
//! Must never make a vote count: it only tells which objects were not said, and which were taken back.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::debate::response::abstention;

/// As much of a line before an object is looked at, in bytes.
const LINE_BYTES_MAX: usize = 400;

/// Elements that hold an answer. What stands in any other element is not said by itself.
const ANSWER_ELEMENTS: [&str; 19] = [
    "answer",
    "final",
    "final_answer",
    "response",
    "reply",
    "output",
    "result",
    "json",
    "ballot",
    "vote",
    "message",
    "text",
    "assistant",
    "tool_call",
    "function",
    "decision",
    "p",
    "pre",
    "code",
];
/// What announces an example, or what somebody else said, in the line before an object.
const EXAMPLES: [&str; 22] = [
    "example",
    "e.g.",
    "for instance",
    "would look like",
    "something like",
    "'s ballot",
    "\u{2019}s ballot",
    "previous ballot",
    "other ballot",
    "they voted",
    "beispiel",
    "z.b.",
    "par exemple",
    "exemple",
    "ejemplo",
    "exemplo",
    "esempio",
    "например",
    "пример",
    "例えば",
    "例如",
    "예를 들",
];
/// What takes back what stands before it.
const REVOCATIONS: [&str; 14] = [
    "correction",
    "change my vote",
    "changed my vote",
    "change my mind",
    "changed my mind",
    "i meant",
    "on second thought",
    "korrektur",
    "ich ändere",
    "je change",
    "corrección",
    "cambio mi voto",
    "исправление",
    "更正",
];

/// The parts of a reply that are set apart: comments, and elements that hold no answer. In the order of their ends; found in one
/// pass, so that no reply makes the reader slow.
pub(super) fn set_apart(said: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, _) in said.match_indices('<') {
        let rest = &said[at + 1..];
        if rest.starts_with("!--") {
            open.entry("!--".to_owned()).or_default().push(at);
            continue;
        }
        let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        // Attributes may follow the name; another bracket or line ends what is no tag.
        let Some(end) = rest.find(['>', '<', '\n']).filter(|end| rest[*end..].starts_with('>')) else { continue };
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let length = rest[..end].find(|c| !is_part(c)).unwrap_or(end);
        let name = rest[..length].to_lowercase();
        if name.is_empty() || ANSWER_ELEMENTS.contains(&name.as_str()) {
            continue;
        }
        match closes {
            true => parts.extend(open.get_mut(&name).and_then(Vec::pop).map(|start| start..at)),
            false => open.entry(name).or_default().push(at),
        }
    }
    let comments = open.remove("!--").unwrap_or_default();
    let last_end = said.rfind("-->").unwrap_or(0);
    let comment = |start: usize| start..start + said[start..].find("-->").unwrap_or(0);
    let mut covered = 0;
    for start in comments.into_iter().filter(|start| *start < last_end) {
        if start >= covered {
            let comment = comment(start);
            covered = comment.end;
            parts.push(comment);
        }
    }
    merged(parts)
}

/// Ranges in order, those that meet as one.
fn merged(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            Some(_) | None => merged.push(part),
        }
    }
    merged
}

/// Whether a place lies within one of these parts, which are in order.
pub(super) fn is_within(parts: &[Range<usize>], place: usize) -> bool {
    let after = parts.partition_point(|part| part.start <= place);
    after > 0 && parts[after - 1].contains(&place)
}

/// Whether the words before an object, in its own line or else in the last one, announce an example.
pub(super) fn is_example(said: &str, start: usize) -> bool {
    let near = (start.saturating_sub(LINE_BYTES_MAX)..=start).find(|at| said.is_char_boundary(*at)).unwrap_or(start);
    let before = said[near..start].trim_end().trim_end_matches("```json").trim_end_matches("```").trim_end();
    let line = before.lines().next_back().unwrap_or_default().to_lowercase();
    // Where an object closes the line before, its words belong to that one.
    !line.ends_with('}') && EXAMPLES.iter().any(|cue| line.contains(cue))
}

/// Whether the words after an object take it back.
pub(super) fn is_revoked(said: &str, end: usize) -> bool {
    let after = said[end..].to_lowercase();
    REVOCATIONS.iter().any(|cue| after.contains(cue)) || after.lines().any(abstention::asserts)
}
