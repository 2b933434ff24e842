//! The number that a closing text states as the panel's, held against those of the record.

use crate::debate::analysis::closing::tokens::Token;
use crate::debate::analysis::closing::vocabulary::Meaning;
use crate::debate::log::decision::EstimateVerdict;
use crate::debate::log::estimates::Estimates;
use crate::debate::question::Unit;
use crate::debate::response::number;

/// Most words of a unit that are read after a number: "requests per second".
const UNIT_WORDS_MAX: usize = 3;
/// Largest share of a number that rounding it to zeros may take away or add.
const NEAR: f64 = 0.05;
/// What floating point may add to a half.
const ROUNDING: f64 = 1e-9;
/// Words beside a number that make it an end of a range, or a difference.
const RANGE: [&str; 22] = [
    "from", "to", "between", "and", "by", "within", "under", "over", "than", "least", "most", "up", "plus", "per",
    "every", "bis", "von", "entre", "à", "a", "до", "от",
];
/// Words for the one number that a panel comes to, besides those for the panel and its choice.
const RESULT: [&str; 14] = [
    "median",
    "estimate",
    "estimates",
    "estimated",
    "answer",
    "schätzt",
    "schätzung",
    "médiane",
    "estime",
    "mediana",
    "estima",
    "stima",
    "schatting",
    "медиана",
];

/// The number in a sentence about what the panel came to that nobody gave and no round came to, with its unit; `None` where the
/// sentence states none, several, or a range.
pub(super) fn foreign(sentence: &[Token], verdict: &EstimateVerdict, rounds: &[&Estimates]) -> Option<String> {
    let tells_result = |token: &Token| match token {
        Token::Word(word) => {
            token.means(Meaning::Panel) || token.means(Meaning::Choice) || RESULT.contains(&word.as_str())
        }
        Token::Mark(_) | Token::Option(_) => false,
    };
    if !sentence.iter().any(tells_result) {
        return None;
    }
    let stated: Vec<Stated> = (0..sentence.len()).filter_map(|at| read(sentence, at, &verdict.unit)).collect();
    let [one] = stated.as_slice() else { return None };
    let is_known = known(verdict, rounds).into_iter().any(|number| one.may_be(number));
    (!is_known && !one.is_of_range).then(|| format!("{} {}", one.digits, verdict.unit))
}

/// A number with its unit, as a text states it.
struct Stated {
    digits: String,
    value: f64,
    is_of_range: bool,
}

impl Stated {
    /// Whether it is this number, rounded as it is written: at its last digit, or where it ends in zeros at the last other one, as
    /// far as that stays near.
    fn may_be(&self, number: f64) -> bool {
        let decimals = self.digits.rsplit_once('.').map_or(0, |(_, fraction)| fraction.len());
        let zeros = self.digits.chars().rev().take_while(|digit| *digit == '0').count();
        let tens = |place: usize| 10f64.powi(i32::try_from(place).unwrap_or(i32::MAX));
        let at_last_digit = 0.5 / tens(decimals);
        let at_last_other = if decimals == 0 { (0.5 * tens(zeros)).min(NEAR * self.value) } else { 0.0 };
        (self.value - number.abs()).abs() <= at_last_digit.max(at_last_other) * (1.0 + ROUNDING)
    }
}

/// Every number of the record that a text about the result may state.
fn known(verdict: &EstimateVerdict, rounds: &[&Estimates]) -> Vec<f64> {
    let measured = verdict.sealed.iter().chain(&verdict.last).chain(rounds.iter().copied());
    let measured = measured.flat_map(|of| [of.median, of.q1, of.q3, of.min, of.max, of.iqr, of.width]);
    let held = verdict.held.iter().flat_map(|held| [held.estimate.value, held.estimate.low, held.estimate.high]);
    let revised = verdict.revised.iter().flat_map(|revised| [revised.from, revised.to]);
    measured.flatten().chain(held).chain(revised).chain(verdict.value).collect()
}

/// The number that stands at a place of a sentence with its unit before or after it.
fn read(sentence: &[Token], at: usize, unit: &Unit) -> Option<Stated> {
    let Token::Word(digits) = &sentence[at] else { return None };
    let before = at.checked_sub(1).map(|before| &sentence[before]);
    let starts_with_digit = digits.starts_with(|c: char| c.is_ascii_digit());
    let value = starts_with_digit.then(|| with_unit_before(before, digits, unit))?.or_else(|| {
        (1..=UNIT_WORDS_MAX).find_map(|words| {
            let after = sentence.get(at + 1..at + 1 + words)?;
            number::with_unit(&format!("{digits} {}", spelled(after)?), unit)
        })
    });
    let is_of_range = |token: Option<&Token>| match token {
        Some(Token::Word(word)) => RANGE.contains(&word.as_str()),
        Some(Token::Mark(mark)) => ['-', '+', '/', '<', '>', '~', '±', '('].contains(mark),
        Some(Token::Option(_)) | None => false,
    };
    let further_before = at.checked_sub(2).map(|before| &sentence[before]);
    let is_of_range = is_of_range(before) || is_of_range(further_before) || is_of_range(sentence.get(at + 1));
    Some(Stated { digits: digits.clone(), value: value?, is_of_range })
}

fn with_unit_before(before: Option<&Token>, digits: &str, unit: &Unit) -> Option<f64> {
    let before = match before? {
        Token::Mark(mark) => mark.to_string(),
        Token::Word(word) => format!("{word} "),
        Token::Option(_) => return None,
    };
    number::with_unit(&format!("{before}{digits}"), unit)
}

/// Tokens as a text with its words apart and its marks between them.
fn spelled(tokens: &[Token]) -> Option<String> {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Word(word) if text.ends_with(char::is_alphanumeric) => text.extend([" ", word.as_str()]),
            Token::Word(word) => text.push_str(word),
            Token::Mark(mark) => text.push(*mark),
            Token::Option(_) => return None,
        }
    }
    Some(text)
}
