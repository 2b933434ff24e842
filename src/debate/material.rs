//! What comes with the question: material from outside, and assumptions that are taken as given. Together they are the
//! premises of the decision.
//!
//! Must never read a file: what is debated is the text as it was when the session began, whatever became of it since.

use crate::debate::claims::Entry;
use crate::debate::log::material::{Assumption, Material};
use crate::debate::log::setup::Setup;
use crate::debate::response::{ClaimId, Evidence, EvidenceKind};

/// What a decision rests on: one supplied text or assumption, under the id by which agents cite it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Premise<'a> {
    /// `m1`, `m2`, … for material, `a1`, `a2`, … for assumptions.
    pub id: String,
    /// What it is.
    pub matter: Matter<'a>,
}

/// What a premise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter<'a> {
    /// A supplied text.
    Material(&'a Material),
    /// Something taken as given.
    Assumption(&'a Assumption),
}

/// The premises of a session: its material, then its assumptions.
pub fn premises(setup: &Setup) -> Vec<Premise<'_>> {
    let numbered = |letter: char, index: usize| format!("{letter}{}", index + 1);
    let material = setup.context.iter().enumerate();
    let assumptions = setup.assumptions.iter().enumerate();
    material
        .map(|(index, material)| Premise { id: numbered('m', index), matter: Matter::Material(material) })
        .chain(
            assumptions.map(|(index, assumption)| Premise {
                id: numbered('a', index),
                matter: Matter::Assumption(assumption),
            }),
        )
        .collect()
}

impl Premise<'_> {
    /// What it says, in full.
    pub fn text(&self) -> &str {
        match self.matter {
            Matter::Material(material) => &material.text,
            Matter::Assumption(assumption) => &assumption.text,
        }
    }

    /// The name it has beside its id.
    pub fn name(&self) -> Option<&str> {
        match self.matter {
            Matter::Material(material) => Some(&material.name),
            Matter::Assumption(assumption) => assumption.name.as_deref(),
        }
    }

    /// Whether evidence refers to it: to its id or its name, wherever that stands as a word of its own.
    pub fn is_cited_by(&self, evidence: &Evidence) -> bool {
        let is_named = |name: &str| holds_word(&evidence.reference, name);
        evidence.kind == EvidenceKind::Material && (is_named(&self.id) || self.name().is_some_and(is_named))
    }

    /// The claims whose evidence refers to it, in the ledger's order.
    pub fn claims(&self, ledger: &[Entry]) -> Vec<ClaimId> {
        let leans = |entry: &&Entry| entry.claim.evidence.iter().any(|evidence| self.is_cited_by(evidence));
        ledger.iter().filter(leans).map(|entry| entry.id.clone()).collect()
    }
}

/// Whether `word` stands in `text` with nothing around it that would make it part of a longer path or word.
fn holds_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '-');
    // A full stop ends a sentence; before a letter it is part of a name.
    let goes_on = |rest: &str| {
        let mut next = rest.chars();
        match next.next() {
            Some('.') => next.next().is_some_and(char::is_alphanumeric),
            first => first.is_some_and(joins),
        }
    };
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|c| joins(c) || c == '.') && !goes_on(&text[at + word.len()..])
        })
}

#[cfg(test)]
mod tests {
    use super::holds_word;

    fn check(reference: &str, word: &str, expected: bool) {
        assert_eq!(holds_word(reference, word), expected, "`{word}` in `{reference}`");
    }

    #[test]
    fn a_reference_names_what_stands_in_it_as_a_word() {
        check("m1", "m1", true);
        check("m1, lines 3 to 5", "m1", true);
        check("see (m1).", "m1", true);
        check("m12", "m1", false);
        check("am1", "m1", false);
        check("docs/a.md:12", "docs/a.md", true);
        check("old/docs/a.md", "docs/a.md", false);
        check("docs/a.md.bak", "docs/a.md", false);
        check("docs/a.md.", "docs/a.md", true);
        check("./a.md", "a.md", false);
        check("", "", false);
    }
}
