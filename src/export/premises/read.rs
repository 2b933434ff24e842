//! Reads premises back from what was written: a decision record in Markdown, a record in JSON, a session's log.
//!
//! Must never fail on a file of somebody else's: what is no record of ours is none.

use serde::Deserialize;

use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::debate::material;
use crate::debate::response::ClaimId;
use crate::export::premises::listing::{HEADING, INTRODUCTION, NO_CLAIM};
use crate::export::record::SCHEMA;
use crate::export::record::premises::{PremiseKind, PremiseRecord, premises};
use crate::export::{Format, ndjson};

/// What a file says about its premises.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The premises.
    pub premises: Vec<PremiseRecord>,
    /// What in it cannot be read.
    pub damage: Vec<String>,
}

/// Reads a text as written in a format; `None` for what is no record of ours, or one without premises to tell.
pub fn read(text: &str, format: Format) -> Option<Recorded> {
    match format {
        Format::Markdown | Format::Adr => of_markdown(text),
        Format::Json => of_json(text),
        Format::Ndjson => of_log(text),
        Format::Text | Format::Html => None,
    }
}

fn damaged(what: String) -> Option<Recorded> {
    Some(Recorded { premises: Vec::new(), damage: vec![what] })
}

/// What is read of a record: records are large.
#[derive(Deserialize)]
struct Pinned {
    schema: Option<String>,
    #[serde(default)]
    premises: Vec<PremiseRecord>,
}

fn of_json(text: &str) -> Option<Recorded> {
    if !text.contains(SCHEMA) {
        // A record of a later version opens as ours, up to its number.
        let (family, _) = SCHEMA.rsplit_once('/')?;
        return opens_with(text, &format!("{family}/")).then(|| damaged(format!("it is no {SCHEMA}")))?;
    }
    match serde_json::from_str::<Pinned>(text) {
        Ok(pinned) if pinned.schema.as_deref() == Some(SCHEMA) => {
            Some(Recorded { premises: pinned.premises, damage: Vec::new() })
        }
        // The words may stand in anybody's file.
        Ok(_) => None,
        Err(error) if error.is_data() && !opens_as_ours(text) => None,
        Err(error) => damaged(format!("the record cannot be read: {error}")),
    }
}

fn opens_as_ours(text: &str) -> bool {
    opens_with(text, &format!("{SCHEMA}\""))
}

/// Whether a JSON text begins with a schema that begins so.
fn opens_with(text: &str, schema: &str) -> bool {
    let head: String = text.chars().take(200).filter(|c| !c.is_whitespace()).collect();
    head.starts_with(&format!("{{\"schema\":\"{schema}"))
}

fn of_log(text: &str) -> Option<Recorded> {
    let first = text.lines().next()?;
    if !first.contains("\"session_opened\"") {
        return None;
    }
    // The first event tells whether there is anything to check: folding all of them takes a while.
    let rests_on_nothing =
        |opened: &Logged| matches!(&opened.event, Event::SessionOpened(setup) if material::premises(setup).is_empty());
    if serde_json::from_str(first).is_ok_and(|opened| rests_on_nothing(&opened)) {
        return Some(Recorded::default());
    }
    let log = match ndjson::read(text) {
        Ok(log) => log,
        Err(error) => return damaged(format!("the log cannot be read: {error}")),
    };
    match History::replay(&log) {
        Ok(history) => Some(Recorded { premises: premises(&history), damage: Vec::new() }),
        Err(error) => damaged(format!("the log cannot be read: {error}")),
    }
}

fn of_markdown(text: &str) -> Option<Recorded> {
    let mut lines = (1..).zip(text.lines()).skip_while(|(_, line)| line.trim_end() != HEADING).skip(1);
    let (_, introduction) = lines.find(|(_, line)| !line.trim().is_empty())?;
    if introduction.trim() != INTRODUCTION {
        return None;
    }
    let mut recorded = Recorded::default();
    for (number, line) in lines.take_while(|(_, line)| !line.starts_with('#')) {
        let Some(item) = line.strip_prefix("- ") else { continue };
        match premise(item) {
            Some(premise) => recorded.premises.push(premise),
            None => recorded.damage.push(format!("line {number} is no premise that can be read")),
        }
    }
    Some(recorded)
}

/// Reads `m1: file `NAME`, sha256 `HASH`, leaned on by c1 c2: TEXT`.
fn premise(item: &str) -> Option<PremiseRecord> {
    let (id, rest) = item.split_once(": ")?;
    let (kind, rest) = PremiseKind::ALL.into_iter().find_map(|kind| Some((kind, rest.strip_prefix(kind.title())?)))?;
    let (name, rest) = match rest.strip_prefix(" `") {
        Some(rest) => rest.split_once('`').map(|(name, rest)| (Some(name), rest))?,
        None => (None, rest),
    };
    let (sha256, rest) = rest.strip_prefix(", sha256 `")?.split_once('`')?;
    let leaning = rest.strip_prefix(", leaned on by ")?;
    let leaning = leaning.split_once(':').map_or(leaning, |(claims, _)| claims).trim();
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let claims = match leaning {
        NO_CLAIM => Vec::new(),
        ids => ids.split_whitespace().map(|id| ClaimId(id.to_owned())).collect(),
    };
    let name = match name {
        Some(name) => Some(decoded(name)?),
        None => None,
    };
    is_hash.then(|| PremiseRecord {
        id: id.to_owned(),
        kind,
        name,
        text: None,
        sha256: sha256.to_owned(),
        bytes: 0,
        claims,
    })
}

/// Undoes the per cent signs of a name.
fn decoded(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, escaped)) = rest.split_once('%') {
        bytes.extend(plain.bytes());
        bytes.push(u8::from_str_radix(escaped.get(..2)?, 16).ok()?);
        rest = &escaped[2..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{PremiseKind, PremiseRecord, premise};
    use crate::debate::response::ClaimId;
    use crate::export::premises::listing::line;

    fn check(kind: PremiseKind, name: Option<&str>, claims: &[&str]) {
        let written = PremiseRecord {
            id: "m3".to_owned(),
            kind,
            name: name.map(str::to_owned),
            text: None,
            sha256: "0f".repeat(32),
            bytes: 0,
            claims: claims.iter().map(|claim| ClaimId((*claim).to_owned())).collect(),
        };
        let line = line(&written);
        assert_eq!(premise(line.strip_prefix("- ").expect("an item")), Some(written), "{line}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        check(PremiseKind::File, Some("docs/a_b.md"), &["c1", "c12"]);
        check(PremiseKind::File, Some(" two  words `and` 100% \u{202e}<b>:\n.md"), &[]);
        check(PremiseKind::Outside, Some("../Zürich.md"), &["c1"]);
        check(PremiseKind::Input, Some("-"), &[]);
        check(PremiseKind::Diff, Some("git diff main...HEAD"), &[]);
        check(PremiseKind::Assumption, Some("traffic"), &["c2"]);
        check(PremiseKind::Assumption, None, &["c2"]);
    }

    #[test]
    fn what_is_mangled_is_no_premise() {
        for item in
            ["", "m1", "m1: file", "m1: file `a`, sha256 `12`, leaned on by c1", "m1: idea, sha256", "see above: x"]
        {
            assert_eq!(premise(item), None, "{item}");
        }
    }
}
