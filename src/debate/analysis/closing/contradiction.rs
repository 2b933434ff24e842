//! The contradictions between a closing text and the record.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::analysis::closing::tokens::{Token, sentences};
use crate::debate::analysis::closing::vocabulary::{Meaning, meaning};
use crate::debate::analysis::closing::{estimated, tally};
use crate::debate::claims::Entry;
use crate::debate::consensus::Consensus;
use crate::debate::estimate::Estimates;
use crate::debate::estimate::verdict::EstimateVerdict;
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
    /// It names options, and nowhere the one that won.
    WinnerUnnamed {
        /// The options it names.
        options: Vec<OptionId>,
    },
    /// It states a count of votes that no round came to.
    OtherCount {
        /// The count, such as `3 to 1`.
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
        let plain = judged.iter().filter(|sentence| is_plain(sentence));
        let numbers: BTreeSet<String> =
            plain.filter_map(|sentence| estimated::foreign(sentence, verdict, &counted.estimates)).collect();
        found.extend(numbers.into_iter().map(|number| Contradiction::OtherEstimate { number }));
    }
    if let Some(last) = counted.last {
        let others: Vec<&OptionId> = judged.iter().filter_map(|sentence| chosen(sentence, counted.winner)).collect();
        found.extend(others.first().map(|option| Contradiction::OtherWinner { option: (*option).clone() }));
        if others.is_empty() {
            found.extend(unnamed(&sentences(&text.conclusion, counted.options), counted));
        }
        let counts = judged.iter().flat_map(|sentence| tally::foreign(sentence, last, &counted.rounds));
        let counts: BTreeSet<String> = counts.collect();
        found.extend(counts.into_iter().map(|count| Contradiction::OtherCount { count }));
        let is_claimed = judged.iter().any(|sentence| is_plain(sentence) && says_unanimous(sentence));
        found.extend((is_claimed && !tally::is_unanimous(last)).then_some(Contradiction::NotUnanimous));
    }
    let claims = unknown(std::iter::once(text.conclusion.as_str()).chain(points).chain(rest), counted);
    found.extend((!claims.is_empty()).then_some(Contradiction::UnknownClaims { claims }));
    found
}

/// The option that a sentence names as the panel's choice, if it is another than the winner.
fn chosen<'a>(sentence: &'a [Token], winner: Option<&OptionId>) -> Option<&'a OptionId> {
    if !is_plain(sentence) {
        return None;
    }
    let is_of_panel = sentence.iter().any(|token| token.means(Meaning::Panel));
    let named = sentence.iter().enumerate().filter_map(|(at, token)| Some((at, token.option()?)));
    let mut chosen = named.filter(|(at, _)| {
        let (before, after) = (&sentence[..*at], &sentence[at + 1..]);
        is_chosen_by(before, is_of_panel) || is_followed_by_choice(after)
    });
    chosen.next().map(|(_, option)| option).filter(|option| Some(*option) != winner)
}

/// Whether an option is what the words before it choose: "the panel chose", "the decision is".
fn is_chosen_by(before: &[Token], is_of_panel: bool) -> bool {
    let is_linked = before.iter().rev().take_while(|token| token.is_filler()).any(Token::links);
    match before.iter().rev().find(|token| !token.is_filler()) {
        Some(word) if word.means(Meaning::Choice) => is_of_panel,
        Some(word) if word.means(Meaning::Panel) => is_linked,
        Some(_) | None => false,
    }
}

/// Whether the words after an option say that it was chosen, or won.
fn is_followed_by_choice(after: &[Token]) -> bool {
    let next = after.iter().find(|token| !token.is_filler());
    next.is_some_and(|word| word.means(Meaning::Victory) || word.means(Meaning::Choice))
}

/// Whether a sentence speaks of what the panel came to, and not of a minority, of before, or of what is not so.
fn is_plain(sentence: &[Token]) -> bool {
    !sentence.iter().any(|token| token.means(Meaning::Reserve))
}

fn says_unanimous(sentence: &[Token]) -> bool {
    sentence.iter().any(|token| match token {
        Token::Word(word) => meaning(word) == Some(Meaning::Panel) && tally::is_word_for_unanimity(word),
        Token::Option(_) | Token::Mark(_) => false,
    })
}

/// A text that names options, and not the one that won although it is short enough to be repeated.
fn unnamed(conclusion: &[Vec<Token>], counted: &Counted<'_>) -> Option<Contradiction> {
    let winner = counted.winner?;
    let words = counted.options.iter().find(|choice| choice.id == *winner)?;
    let named: BTreeSet<&OptionId> = conclusion.iter().flatten().filter_map(Token::option).collect();
    let is_unnamed = !named.is_empty() && !named.contains(winner);
    (is_unnamed && words.text.chars().count() <= NAMED_CHARS_MAX)
        .then(|| Contradiction::WinnerUnnamed { options: named.into_iter().cloned().collect() })
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
