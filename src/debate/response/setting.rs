//! Where an object stands in a reply: as what is said, or as an example, a quotation, or a part of what is set apart.
//!
//! Must never make a vote count: it only tells which objects were not said, and which were taken back.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::debate::response::abstention;

/// As much of a line before an object is looked at, in bytes.
const LINE_BYTES_MAX: usize = 400;

/// Elements that hold an answer. What stands in any other element is not said by itself.
const ANSWER_ELEMENTS: [&str; 43] = [
    "div",
    "span",
    "b",
    "strong",
    "em",
    "i",
    "section",
    "html",
    "body",
    "root",
    "data",
    "xml",
    "content",
    "artifact",
    "invoke",
    "arguments",
    "parameter",
    "parameters",
    "antwort",
    "réponse",
    "respuesta",
    "ответ",
    "回答",
    "br",
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
/// Words of the names of other elements that hold an answer, and words beside them that take that back.
const ANSWER_WORDS: [&str; 7] = ["ballot", "vote", "answer", "final", "output", "response", "json"];
const NOT_OWN: [&str; 12] = [
    "draft", "example", "sample", "previous", "prior", "other", "template", "quoted", "earlier", "seat", "rejected",
    "their",
];
/// What announces an example, or what somebody else said, in the line before an object.
const EXAMPLES: [&str; 51] = [
    "draft",
    "entwurf",
    "template",
    "vorlage",
    "muster",
    "sample",
    "suppose",
    "hypothetical",
    " said:",
    " sent:",
    " wrote:",
    "quote from",
    "not my vote",
    "will not send",
    "not send this",
    "do not count",
    "rejected:",
    "earlier ballot",
    "told to output",
    "tells me to",
    "told me to",
    "instructs me",
    "asks me to",
    "document contains",
    "示例",
    "örnek",
    "مثال",
    "예시",
    "przykład",
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
/// What says in such a line that the object is one's own.
const OWN: [&str; 8] = [
    "not an example",
    "no example",
    "kein beispiel",
    "here is mine",
    "mine is",
    "here is my ballot",
    "here is my vote",
    "i vote:",
];
/// Most words of a line that is a heading.
const HEADING_WORDS_MAX: usize = 3;
/// Marks that strike out, comment out or quote what stands between them.
const ENCLOSING: [(&str, &str); 8] = [
    ("~~", "~~"),
    ("||", "||"),
    ("%%", "%%"),
    ("\"", "\""),
    ("\u{201c}", "\u{201d}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{ab}", "\u{bb}"),
    ("[quote]", "[/quote]"),
];
/// What takes back what stands before it, or says that it was only cited.
const REVOCATIONS: [&str; 34] = [
    "correction",
    "change my vote",
    "changed my vote",
    "change my mind",
    "changed my mind",
    "on second thought",
    "scratch that",
    "disregard",
    "i retract",
    "retracted",
    "i withdraw",
    "withdrawn",
    "take that back",
    "take it back",
    "erratum",
    "wrong id",
    "is void",
    "injection",
    "i refuse",
    "is what seat",
    "korrektur",
    "ich ändere",
    "zurückgezogen",
    "streiche das",
    "je change mon vote",
    "je change d'avis",
    "rectification",
    "corrección",
    "cambio mi voto",
    "исправление",
    "поправка",
    "更正",
    "作废",
    "訂正",
];
/// Words before such a cue after which nothing is taken back.
const UNMEANT: [&str; 7] = ["no", "not", "a", "without", "never", "keine", "nicht"];

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
        // "my_ballot" and "output_json" hold answers, too.
        let words = || name.split(|c: char| !c.is_alphanumeric());
        let is_answer =
            words().any(|word| ANSWER_WORDS.contains(&word)) && !words().any(|word| NOT_OWN.contains(&word));
        if name.is_empty() || is_answer || ANSWER_ELEMENTS.contains(&name.as_str()) {
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
    let says = |line: &&str| line.chars().any(char::is_alphanumeric) && !is_fence(line);
    let mut lines = said[near..start].lines().rev().filter(says).map(str::to_lowercase);
    let Some(line) = lines.next() else { return false };
    // A heading belongs to what announces it.
    let heading = line.split_whitespace().count() <= HEADING_WORDS_MAX;
    let announces =
        |line: &str| EXAMPLES.iter().any(|cue| line.contains(cue)) && !OWN.iter().any(|cue| line.contains(cue));
    // Where an object closes the line before, its words belong to that one.
    !line.ends_with('}')
        && (announces(&line) || heading && lines.next().is_some_and(|above| !above.ends_with('}') && announces(&above)))
}

/// Whether a line opens or closes a block of code.
pub(super) fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// Whether marks around an object strike it out, comment it out or quote it, where more than it is said.
pub(super) fn is_enclosed(said: &str, start: usize, end: usize) -> bool {
    let (before, after) = (said[..start].trim_end_matches(' '), said[end..].trim_start_matches(' '));
    let stands_alone = |open: &str, close: &str| before.trim() == open && after.trim() == close;
    ENCLOSING.iter().any(|(open, close)| {
        before.ends_with(open) && after.starts_with(close) && (*open == "~~" || !stands_alone(open, close))
    })
}

/// Whether the words after an object take it back.
pub(super) fn is_revoked(said: &str, end: usize) -> bool {
    let after = said[end..].to_lowercase();
    let is_meant = |(at, _): (usize, &str)| {
        let last = after[..at].split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty());
        !last.is_some_and(|word| UNMEANT.contains(&word))
    };
    let revokes = |cue: &&str| after.match_indices(*cue).any(is_meant);
    REVOCATIONS.iter().any(revokes) || after.lines().any(abstention::asserts)
}
