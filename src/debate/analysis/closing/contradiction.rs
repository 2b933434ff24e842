//! The contradictions between a closing text and the record.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::closing::choice::{self, Way};
use crate::debate::analysis::closing::tokens::{Token, sentences};
use crate::debate::analysis::closing::{estimated, tally, undecided};
use crate::debate::claims::Entry;
use crate::debate::log::decision::EstimateVerdict;
use crate::debate::log::estimates::Estimates;
use crate::debate::log::round::Consensus;
use crate::debate::question::{Choice, OptionId};
use crate::debate::response::{ClaimId, Synthesis};
use crate::debate::text::line;

/// Longest option, in characters, that a text can be expected to repeat word for word.
const NAMED_CHARS_MAX: usize = 40;

/// What a closing text says that the record does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "ClosingContradiction")]
pub enum Contradiction {
    /// It names another option as chosen than the one that won, or one where none won.
    OtherWinner {
        /// The option it names.
        option: OptionId,
    },
    /// It settles on options, and nowhere names the one that won.
    WinnerUnnamed {
        /// The options it settles on.
        options: Vec<OptionId>,
    },
    /// It says that the panel chose nothing, and an option won.
    Undecided,
    /// It states a count or a share of votes that no round came to.
    OtherCount {
        /// The count, such as `3 to 1` or `100%`.
        count: String,
    },
    /// It states a number as the panel's that nobody gave and no round came to.
    OtherEstimate {
        /// The number with its unit, such as `40 weeks`.
        number: String,
    },
    /// It says that the panel is unanimous, which it is not.
    NotUnanimous,
    /// It leans on claims that do not exist.
    UnknownClaims {
        /// Their ids, as the text has them.
        claims: Vec<ClaimId>,
    },
}

/// What a closing text is held against.
#[derive(Debug)]
pub struct Counted<'a> {
    /// The options, by id.
    pub options: &'a [Choice],
    /// The option that won.
    pub winner: Option<&'a OptionId>,
    /// The count at the end; `None` where a number answers the question.
    pub last: Option<&'a Consensus>,
    /// The counts of all rounds, the sealed opening's corrected one included.
    pub rounds: Vec<&'a Consensus>,
    /// The number that the panel came to; `None` where an option answers the question.
    pub estimate: Option<&'a EstimateVerdict>,
    /// The numbers of all rounds.
    pub estimates: Vec<&'a Estimates>,
    /// The claims that were made.
    pub ledger: &'a [Entry],
    /// The texts that came with the question, in which a word may look like the id of a claim.
    pub given: Vec<&'a str>,
}

/// Returns where a closing text contradicts the record: its numbers, its winner, its counts, its unanimity, its claims, in this
/// order.
pub fn contradictions(text: &Synthesis, counted: &Counted<'_>) -> Vec<Contradiction> {
    let points = text.rationale.iter().chain(&text.risks).map(|point| point.text.as_str());
    let rest = text.next_steps.iter().chain(&text.would_change).map(String::as_str);
    let mut found = Vec::new();
    let judged = std::iter::once(text.conclusion.as_str()).chain(text.rationale.iter().map(|p| p.text.as_str()));
    let judged: Vec<Vec<Token>> = judged.flat_map(|part| sentences(part, counted.options)).collect();
    if let Some(verdict) = counted.estimate {
        let plain = judged.iter().filter(|sentence| choice::is_plain(sentence));
        let numbers: BTreeSet<String> =
            plain.filter_map(|sentence| estimated::foreign(sentence, verdict, &counted.estimates)).collect();
        found.extend(numbers.into_iter().map(|number| Contradiction::OtherEstimate { number }));
    }
    if let Some(last) = counted.last {
        let chosen: Vec<(&OptionId, Way)> = judged.iter().filter_map(|sentence| choice::chosen(sentence)).collect();
        let names_winner = judged.iter().any(|sentence| choice::may_choose(sentence, counted.winner));
        // Where the winner is named as chosen, another option may have won in some respect.
        let is_other = |(option, way): &&(&OptionId, Way)| {
            Some(*option) != counted.winner && (*way == Way::ByPanel || !names_winner)
        };
        let other = chosen.iter().find(is_other);
        found.extend(other.map(|(option, _)| Contradiction::OtherWinner { option: (*option).clone() }));
        if other.is_none() {
            found.extend(unnamed(&sentences(&text.conclusion, counted.options), counted));
        }
        let was_tied = counted.rounds.iter().any(|round| round.leading.len() > 1);
        let is_decided = counted.winner.is_some() && !names_winner && !was_tied;
        let says_undecided = judged.iter().any(|sentence| undecided::is_told(sentence));
        found.extend((is_decided && says_undecided).then_some(Contradiction::Undecided));
        let counts = judged.iter().flat_map(|sentence| tally::foreign(sentence, last, &counted.rounds));
        let counts: BTreeSet<String> = counts.collect();
        found.extend(counts.into_iter().map(|count| Contradiction::OtherCount { count }));
        let is_claimed = judged.iter().any(|sentence| tally::says_unanimous(sentence, last.panel));
        let is_denied = judged.iter().any(|sentence| tally::denies_dissent(sentence, last));
        let is_wrong = is_claimed && !tally::is_unanimous(last) || is_denied;
        found.extend(is_wrong.then_some(Contradiction::NotUnanimous));
    }
    let claims = unknown(std::iter::once(text.conclusion.as_str()).chain(points).chain(rest), counted);
    found.extend((!claims.is_empty()).then_some(Contradiction::UnknownClaims { claims }));
    found
}

/// A conclusion that settles on options, and never names the one that won although it is short enough to be repeated.
fn unnamed(conclusion: &[Vec<Token>], counted: &Counted<'_>) -> Option<Contradiction> {
    let winner = counted.winner?;
    let words = counted.options.iter().find(|choice| choice.id == *winner)?;
    let is_named = conclusion.iter().flatten().any(|token| token.option() == Some(winner));
    let settled: BTreeSet<&OptionId> = conclusion.iter().filter_map(|sentence| choice::settled_on(sentence)).collect();
    (!is_named && !settled.is_empty() && words.text.chars().count() <= NAMED_CHARS_MAX)
        .then(|| Contradiction::WinnerUnnamed { options: settled.into_iter().cloned().collect() })
}

/// The ids of claims in the texts that the ledger does not hold.
fn unknown<'a>(texts: impl Iterator<Item = &'a str>, counted: &Counted<'_>) -> Vec<ClaimId> {
    let words =
        |text: &str| -> BTreeSet<String> { text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect() };
    let is_id = |word: &String| {
        let digits = word.strip_prefix('c').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let options = counted.options.iter().map(|choice| choice.text.as_str());
    let given: BTreeSet<String> =
        counted.given.iter().copied().chain(options).flat_map(|text| words(&text.to_lowercase())).collect();
    let named: BTreeSet<String> = texts.flat_map(|text| words(&line(text))).filter(is_id).collect();
    let is_unknown = |word: &String| !given.contains(word) && !counted.ledger.iter().any(|entry| entry.id.0 == *word);
    named.into_iter().filter(is_unknown).map(ClaimId).collect()
}
