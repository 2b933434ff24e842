//! What the decision rests on.

use crate::export::html::markup::{Html, el, line, of, text, words};
use crate::export::html::reference;
use crate::export::premises::PremiseRecord;
use crate::export::record::Record;

/// The premises with the claims that lean on them; `None` without any.
pub(super) fn section(record: &Record) -> Option<Html> {
    if record.premises.is_empty() {
        return None;
    }
    let entries = record.premises.iter().map(|premise| entry(record, premise)).collect::<Vec<_>>();
    let parts = [line("h2", "Premises"), of("ul", "premises", entries)];
    Some(el("section", &[("id", &"premises")], parts))
}

fn entry(record: &Record, premise: &PremiseRecord) -> Html {
    let mut parts = vec![
        of("span", "id", [text(&premise.id)]),
        text(" "),
        words(premise.title()),
        text(&format!(", {}, sha256 ", premise.kind.title())),
        line("code", &premise.sha256),
    ];
    parts.push(reference::claims(record, &premise.claims));
    if let (Some(_), Some(said)) = (&premise.name, &premise.text) {
        parts.extend([text(": "), words(said)]);
    }
    el("li", &[], parts)
}
