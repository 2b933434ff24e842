//! Fields of replies that stand beside the vote and could not be read, in words.

use std::collections::BTreeMap;

use crate::debate::response::{Response, Unread};
use crate::debate::text::line;
use crate::export::record::Record;

/// How much was left out of all replies that count: "Left out of 3 replies as unreadable: confidence (2), claims.kind
/// (1)."; `None` where nothing was.
pub fn sentence(record: &Record) -> Option<String> {
    let replies = record.turns.iter().filter_map(|turn| turn.response.as_ref()).map(Response::unread);
    let replies: Vec<&[Unread]> = replies.filter(|unread| !unread.is_empty()).collect();
    let mut fields: BTreeMap<String, usize> = BTreeMap::new();
    for unread in replies.iter().copied().flatten() {
        *fields.entry(anywhere(&unread.field)).or_default() += 1;
    }
    let fields: Vec<String> = fields.into_iter().map(|(field, times)| format!("{field} ({times})")).collect();
    match replies.len() {
        0 => None,
        1 => Some(format!("Left out of 1 reply as unreadable: {}.", fields.join(", "))),
        n => Some(format!("Left out of {n} replies as unreadable: {}.", fields.join(", "))),
    }
}

/// What was left out of one reply and why: `confidence: it must be a number; claims[2].kind: …`.
pub fn left_out(unread: &[Unread]) -> Option<String> {
    let told: Vec<String> =
        unread.iter().map(|unread| format!("{}: {}", line(&unread.field), line(&unread.why))).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// A field without the places in its lists: `claims[2].kind` is `claims.kind`.
fn anywhere(field: &str) -> String {
    let named = field.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    line(&named.collect::<String>())
}
