//! Where an object stands in a reply: as what is said, or as an example, a quotation, or a part of what is set apart.
//!
//! Must never make a vote count: it only tells which objects were not said, and which were taken back.

use crate::debate::response::abstention;

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

/// Whether an object is set apart: in a comment, or in an element that holds no answer.
pub(super) fn is_set_apart(said: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&said[..start], &said[end..]);
    let in_comment = before.rfind("<!--").is_some_and(|at| !before[at..].contains("-->")) && after.contains("-->");
    in_comment
        || open_elements(before)
            .iter()
            .any(|name| !ANSWER_ELEMENTS.contains(&name.as_str()) && after.contains(&format!("</{name}>")))
}

/// Whether the words before an object, in its own line or else in the last one, announce an example.
pub(super) fn is_example(said: &str, start: usize) -> bool {
    let before = said[..start].trim_end().trim_end_matches("```json").trim_end_matches("```").trim_end();
    let line = before.lines().next_back().unwrap_or_default().to_lowercase();
    // Where an object closes the line before, its words belong to that one.
    !line.ends_with('}') && EXAMPLES.iter().any(|cue| line.contains(cue))
}

/// Whether the words after an object take it back.
pub(super) fn is_revoked(said: &str, end: usize) -> bool {
    let after = said[end..].to_lowercase();
    REVOCATIONS.iter().any(|cue| after.contains(cue)) || after.lines().any(abstention::asserts)
}

/// The names of the elements that are open at the end of a text, in lower case.
fn open_elements(text: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let length = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
        let name = rest[..length].to_lowercase();
        let ends = rest[length..].find('>').is_some_and(|end| !rest[length..length + end].contains(['<', '\n']));
        if name.is_empty() || !ends {
            continue;
        }
        match closes {
            true => open.retain(|known| *known != name),
            false => open.push(name),
        }
    }
    open
}
