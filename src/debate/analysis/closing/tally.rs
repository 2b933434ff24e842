//! Counts of votes that a closing text states, held against those of the rounds.

use std::collections::BTreeSet;

use crate::debate::analysis::closing::tokens::Token;
use crate::debate::analysis::closing::vocabulary::Meaning;
use crate::debate::consensus::Consensus;

const NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// Beginnings of the words for unanimity in the languages that write it so.
const UNANIMITY: [&str; 9] =
    ["unanim", "un\u{e1}nim", "un\u{e2}nim", "einstimmig", "eenparig", "единоглас", "全会一致", "一致通过", "만장일치"];

/// Whether a folded word says that all agree.
pub(super) fn is_word_for_unanimity(word: &str) -> bool {
    UNANIMITY.iter().any(|start| word.contains(start))
}

/// Whether everybody who was heard holds one option.
pub(super) fn is_unanimous(last: &Consensus) -> bool {
    last.leading.len() == 1 && last.abstained == 0 && last.tally.values().sum::<u32>() == most(last)
}

fn most(count: &Consensus) -> u32 {
    count.tally.values().copied().max().unwrap_or(0)
}

/// The counts of votes in a sentence that no round came to, such as `3 to 1` or `3 of 4`.
pub(super) fn foreign(sentence: &[Token], last: &Consensus, rounds: &[&Consensus]) -> Vec<String> {
    let is_of_votes = sentence.iter().any(|token| {
        token.option().is_some() || [Meaning::Panel, Meaning::Choice, Meaning::Vote].iter().any(|it| token.means(*it))
    });
    let counts: Vec<&Consensus> = rounds.iter().copied().chain([last]).collect();
    if !is_of_votes {
        return Vec::new();
    }
    let at = |place: usize| read(sentence, place, last.panel);
    let told = (0..sentence.len()).filter_map(at).filter(|told| !counts.iter().any(|count| told.is_in(count)));
    told.map(|told| told.in_words()).collect()
}

/// A count of votes as a text states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// So many against so many.
    Against(u32, u32),
    /// So many of the panel.
    OfPanel(u32, u32),
}

impl Told {
    fn in_words(self) -> String {
        match self {
            Self::Against(most, rest) => format!("{most} to {rest}"),
            Self::OfPanel(seats, panel) => format!("{seats} of {panel}"),
        }
    }

    /// Whether a round came to it, by whichever way of counting the others: the next option's, all other votes, or all seats.
    fn is_in(self, count: &Consensus) -> bool {
        let holders: BTreeSet<u32> = count.tally.values().copied().chain([0]).collect();
        match self {
            Self::Against(most, rest) => {
                let others = [count.valid.saturating_sub(most), count.panel.saturating_sub(most)];
                holders.contains(&most)
                    && (holders.contains(&rest) || others.contains(&rest) || rest == count.abstained)
            }
            Self::OfPanel(seats, _) => {
                let known = [count.valid, count.abstained, count.absent, count.panel];
                holders.contains(&seats)
                    || known.contains(&seats)
                    || holders.contains(&(count.panel.saturating_sub(seats)))
            }
        }
    }
}

/// The count that begins at a place of a sentence.
fn read(sentence: &[Token], place: usize, panel: u32) -> Option<Told> {
    let first = number(sentence.get(place)?)?;
    let before = place.checked_sub(1).and_then(|before| sentence.get(before));
    let between = sentence.get(place + 1)?;
    let skipped = usize::from(matches!(sentence.get(place + 2), Some(Token::Word(word)) if word == "the"));
    let second_at = place + 2 + skipped;
    let second = number(sentence.get(second_at)?)?;
    let after = sentence.get(second_at + 1);
    let closes = after.is_none_or(|after| match after {
        Token::Mark(mark) => *mark != '-' && *mark != '%' && *mark != '/',
        Token::Word(_) => after.means(Meaning::Vote) || after.means(Meaning::Comparison) || is_particle(after),
        Token::Option(_) => false,
    });
    let is_range = matches!(before, Some(Token::Word(word)) if word == "from" || word == "between");
    let of_votes = before
        .is_some_and(|before| before.means(Meaning::Vote) || before.means(Meaning::Choice) || is_by(before))
        || after.is_some_and(|after| after.means(Meaning::Vote));
    match between {
        Token::Word(word) if word == "to" && first >= second && closes && !is_range => {
            Some(Told::Against(first, second))
        }
        Token::Mark('-' | ':') if first >= second && of_votes => Some(Told::Against(first, second)),
        Token::Word(word) if word == "of" && second == panel && first <= panel => {
            let counts_seats = after.is_none_or(|after| !matches!(after, Token::Word(_)) || after.means(Meaning::Vote));
            let chooses = after.is_some_and(|after| after.means(Meaning::Choice));
            (counts_seats || chooses).then_some(Told::OfPanel(first, second))
        }
        Token::Word(_) | Token::Mark(_) | Token::Option(_) => None,
    }
}

fn is_particle(token: &Token) -> bool {
    matches!(token, Token::Word(word) if ["for", "in", "with", "and", "on"].contains(&word.as_str()))
}

fn is_by(token: &Token) -> bool {
    matches!(token, Token::Word(word) if ["by", "mit", "par", "por"].contains(&word.as_str()))
}

fn number(token: &Token) -> Option<u32> {
    let Token::Word(word) = token else { return None };
    let spelled = NUMBERS.iter().position(|name| name == word).and_then(|place| u32::try_from(place).ok());
    spelled.or_else(|| word.parse().ok())
}
