//! The section of premises in a report.

use crate::export::escaping::escaped;
use crate::export::record::Record;
use crate::export::record::premises::PremiseRecord;

/// The section in Markdown.
pub(super) const HEADING: &str = "## Premises";

/// What stands below the heading, and marks the section as ours.
pub(super) const INTRODUCTION: &str =
    "The decision rests on these; `roundtable check` tells when one of them has changed.";

/// What stands where no claim leans on a premise.
pub(super) const NO_CLAIM: &str = "no claim";

/// The section of a decision record in Markdown; `None` without premises.
pub(in crate::export) fn section(record: &Record) -> Option<String> {
    let lines: Vec<String> = record.premises.iter().map(line).collect();
    (!lines.is_empty()).then(|| format!("{HEADING}\n\n{INTRODUCTION}\n\n{}", lines.join("\n")))
}

pub(super) fn line(premise: &PremiseRecord) -> String {
    let name = premise.name.as_ref().map(|name| format!(" `{}`", encoded(name))).unwrap_or_default();
    let text = premise.text.as_ref().map(|text| format!(": {}", escaped(text))).unwrap_or_default();
    format!(
        "- {}: {}{name}, sha256 `{}`, leaned on by {}{text}",
        premise.id,
        premise.kind.title(),
        premise.sha256,
        leaning(premise)
    )
}

/// The claims that lean on a premise, in words.
pub fn leaning(premise: &PremiseRecord) -> String {
    let ids: Vec<&str> = premise.claims.iter().map(|claim| claim.0.as_str()).collect();
    if ids.is_empty() { NO_CLAIM.to_owned() } else { ids.join(" ") }
}

/// A name as it can stand in code in Markdown: what would end the code, or be lost in it, in per cent signs and hexadecimal.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        // A zero-width character or an override would make a path read as another.
        let is_plain = c.is_alphanumeric() || "._/-+,=()[]{}~!$'#".contains(c);
        if is_plain {
            out.push(c);
        } else {
            out.extend(c.to_string().bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    out
}
