//! Whether the words that evidence quotes stand where their author could have read them.
//!
//! Counts for or against nothing: a quote that cannot be found is shown as such, and that is all.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::course::Course;
use crate::debate::claims::Entry;
use crate::debate::event::Fact;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::material::{self, Premise};
use crate::debate::prompt::quote;
use crate::debate::question::Choice;
use crate::debate::response::{ClaimId, Evidence};
use crate::debate::text::{self, Passage};
use crate::debate::{needs, visibility};

/// The words that a piece of evidence quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Quote {
    /// The claim that the evidence is for.
    pub claim: ClaimId,
    /// Place of the evidence in the claim's list, from 1.
    pub evidence: u32,
    /// Whether they stand in what the author had been shown before, or in a passage of a source that the provider named
    /// for the turn; for evidence that refers to supplied material, whether they stand in that. Compared as people read them: how
    /// characters are composed, white space, case, mark-up and the kinds of dashes and quotation marks do not matter.
    pub verified: bool,
}

/// Looks up every quote of the ledger, in its order. Evidence that quotes nothing is left out.
pub fn quotes(course: &Course<'_>) -> Vec<Quote> {
    let supplied = Supplied::of(course);
    let mut quotes: Vec<Quote> = Vec::new();
    let mut read: Option<(&TurnId, Vec<Passage>)> = None;
    for entry in course.board.ledger() {
        for (place, evidence) in entry.claim.evidence.iter().enumerate() {
            let words = &evidence.quote;
            if text::is_blank(words) {
                continue;
            }
            // The claims of a turn stand together in the ledger.
            let texts = match read.take() {
                Some((turn, texts)) if *turn == entry.turn => texts,
                Some(_) | None => readable(course, entry),
            };
            quotes.push(Quote {
                claim: entry.id.clone(),
                evidence: u32::try_from(place + 1).unwrap_or(u32::MAX),
                verified: match supplied.cited_by(evidence).as_slice() {
                    [] => texts.iter().chain(supplied.passages()).any(|text| text.holds(words)),
                    cited => cited.iter().any(|text| text.holds(words)),
                },
            });
            read = Some((&entry.turn, texts));
        }
    }
    quotes
}

/// What came with the question, which everybody could read from the start. Prepared once: it may be long.
struct Supplied<'a> {
    premises: Vec<(Premise<'a>, Passage)>,
}

impl<'a> Supplied<'a> {
    fn of(course: &Course<'a>) -> Self {
        let premises = material::premises(&course.history.setup).into_iter();
        Self { premises: premises.map(|premise| (premise.clone(), Passage::of(premise.text()))).collect() }
    }

    /// The texts that evidence refers to.
    fn cited_by(&self, evidence: &Evidence) -> Vec<&Passage> {
        self.premises.iter().filter(|(premise, _)| premise.is_cited_by(evidence)).map(|(_, text)| text).collect()
    }

    fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.premises.iter().map(|(_, text)| text)
    }
}

/// The texts that the author of a claim could have read when it made it, as they were shown to it.
fn readable(course: &Course<'_>, entry: &Entry) -> Vec<Passage> {
    let history = course.history;
    let mut texts = vec![history.setup.question.topic.clone()];
    let worded = |choices: &[Choice]| choices.iter().map(|choice| choice.text.clone()).collect::<Vec<_>>();
    let known = if course.is_opening(entry) { &history.setup.question.options } else { history.options() };
    texts.extend(worded(known));
    let supplied = |fact: &Fact| [fact.about.clone(), fact.text.clone()];
    let answers = needs::answers_before(history, &entry.turn);
    texts.extend(answers.iter().flat_map(|answers| &answers.facts).flat_map(supplied));
    for more in history.continuations.iter().take(history.continuations_before(&entry.turn)) {
        texts.extend(more.terms.focus.clone());
        texts.extend(more.terms.facts.iter().flat_map(supplied));
    }
    let at = course.board.slots().iter().position(|slot| slot.turns.iter().any(|planned| planned.id == entry.turn));
    let shown = at.map(|at| visibility::shown(&course.board, at, Speaker::Seat(entry.seat)));
    texts.extend(shown.unwrap_or_default().iter().map(|said| quote::shown(said, &course.board)));
    let replies = history.turns.get(&entry.turn).into_iter().flat_map(|turn| turn.replies());
    texts.extend(replies.flat_map(|(_, reply)| &reply.citations).filter_map(|citation| citation.quote.clone()));
    texts.iter().map(|text| Passage::of(text)).collect()
}
