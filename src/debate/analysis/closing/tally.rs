//! Counts of votes that a closing text states, held against those of the rounds.

use std::collections::BTreeSet;

use crate::debate::analysis::closing::choice::{is_plain, is_shared};
use crate::debate::analysis::closing::tokens::{Token, number};
use crate::debate::analysis::closing::unanimity::is_word_for_unanimity;
use crate::debate::analysis::closing::vocabulary::Meaning;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;

/// Words for each and every one.
const ALL: [&str; 14] = [
    "all",
    "every",
    "each",
    "everyone",
    "everybody",
    "alle",
    "jeder",
    "tous",
    "toutes",
    "todos",
    "todas",
    "tutti",
    "tutte",
    "все",
];
/// Words after which `all` stands for no people: "after all".
const BEFORE_ALL: [&str; 6] = ["after", "above", "in", "of", "at", "for"];
/// Words that say what all agree that, and not on what.
const CLAUSES: [&str; 7] = ["that", "dass", "daß", "que", "che", "dat", "что"];
/// Words that give an option its votes.
const RECEIVES: [&str; 14] = [
    "received", "receives", "got", "gets", "gained", "won", "wins", "with", "all", "erhielt", "bekam", "obtient",
    "obtuvo", "recebeu",
];
/// Votes, and nothing that is also built into things as seats are.
const VOTES: [&str; 10] =
    ["vote", "votes", "ballots", "stimmen", "voix", "votos", "voti", "stemmen", "голосов", "голоса"];
const PERCENT: [&str; 5] = ["percent", "prozent", "procent", "procento", "процентов"];
/// What a share may be of.
const SUPPORT: [&str; 6] = ["support", "agreement", "approval", "zustimmung", "unterstützung", "majority"];
/// How far a share may be off, in percent.
const ROUNDING: f64 = 1.0;

/// Sentences that say that nobody holds another view, and nothing else.
const NO_DISSENT: [&str; 12] = [
    "nobody dissented",
    "no one dissented",
    "no seat dissented",
    "no member dissented",
    "nobody disagreed",
    "no one disagreed",
    "there was no dissent",
    "there is no dissent",
    "everyone agreed",
    "everybody agreed",
    "all agreed",
    "all seats agreed",
];

/// Whether a sentence says that nobody holds another option than the others, where somebody does.
pub(super) fn denies_dissent(sentence: &[Token], last: &Consensus) -> bool {
    let words: Option<Vec<&str>> = sentence.iter().map(Token::word).collect();
    let held = last.tally.values().filter(|votes| **votes > 0).count();
    held > 1 && words.is_some_and(|words| NO_DISSENT.contains(&words.join(" ").as_str()))
}

/// Whether everybody who was heard holds one option.
pub(super) fn is_unanimous(last: &Consensus) -> bool {
    last.leading.len() == 1 && last.abstained == 0 && last.tally.values().sum::<u32>() == most(last)
}

/// Whether a sentence says that the whole panel holds one view of the question.
pub(super) fn says_unanimous(sentence: &[Token], panel: u32) -> bool {
    if !is_plain(sentence) {
        return false;
    }
    let word = sentence.iter().position(|token| token.word().is_some_and(is_word_for_unanimity));
    let is_of_choice = |at: usize| !sentence[at..].iter().any(|token| token.is_one_of(&CLAUSES));
    word.is_some_and(is_of_choice) || (0..sentence.len()).any(|at| says_all(sentence, at, panel))
}

/// Whether "all seats chose Kafka" begins at a place of a sentence; of a number with it, only that of the panel is judged.
fn says_all(sentence: &[Token], at: usize, panel: u32) -> bool {
    let is_phrase = at.checked_sub(1).is_some_and(|before| sentence[before].is_one_of(&BEFORE_ALL));
    if !sentence[at].is_one_of(&ALL) || is_phrase {
        return false;
    }
    let rest = without_seats(&sentence[at + 1..], panel);
    let verb_first = object_of_choice(rest);
    // German puts the verb last.
    let object = rest.iter().position(|token| !is_bridge(token)).and_then(|at| Some((rest.get(at)?.option()?, at)));
    let verb_last = object.filter(|(_, at)| rest.get(at + 1).is_some_and(|next| next.means(Meaning::Choice)));
    verb_first.is_some() || verb_last.is_some()
}

/// What follows the words for seats: "of the four seats", "four", "panel members".
fn without_seats(rest: &[Token], panel: u32) -> &[Token] {
    let is_of_seats = |token: &Token| {
        let is_panel = number(token) == Some(panel) || token.means(Meaning::Vote) || token.means(Meaning::Panel);
        is_panel || token.is_one_of(&["of", "the", "our", "seat", "der", "die", "les", "los", "os"])
    };
    &rest[rest.iter().take_while(|token| is_of_seats(token)).count()..]
}

/// The option that a verb at the start of `rest` chooses, and it alone.
fn object_of_choice(rest: &[Token]) -> Option<&OptionId> {
    let verb = rest.iter().position(|token| !is_bridge(token))?;
    let after = rest[verb].means(Meaning::Choice).then_some(&rest[verb + 1..])?;
    let at = after.iter().position(|token| !token.is_filler())?;
    let option = after[at].option()?;
    (!is_shared(&after[at + 1..])).then_some(option)
}

/// Whether a token may stand between those who choose and what they do.
fn is_bridge(token: &Token) -> bool {
    let is_helper = token.is_one_of(&["haben", "had", "ont", "hanno", "han", "hebben", "then", "also", "finally"]);
    is_helper || token.is_filler() && *token != Token::Mark(',')
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
    let places = || 0..sentence.len();
    let read = places().filter_map(|place| read(sentence, place, last.panel));
    let held = places().filter_map(|place| held(sentence, place, last.panel).filter(|_| is_plain(sentence)));
    let told = read.chain(held).filter(|told| !counts.iter().any(|count| told.is_in(count))).map(Told::in_words);
    let share = share(sentence).filter(|(_, share)| !counts.iter().any(|count| is_share_of(*share, count)));
    told.chain(share.map(|(written, _)| written)).collect()
}

/// The votes of one option that are told from a place on: "three seats chose Kafka", "Kafka received three votes".
fn held(sentence: &[Token], place: usize, panel: u32) -> Option<Told<'_>> {
    let votes = number(&sentence[place]).filter(|votes| *votes <= panel)?;
    let (before, after) = (&sentence[..place], &sentence[place + 1..]);
    let is_of_all = before.last().is_some_and(|before| before.is_one_of(&ALL));
    let is_part = before.last().is_some_and(|before| before.is_one_of(&["of", "the", "and", "to", "than"]));
    let holders = object_of_choice(without_seats(after, panel)).filter(|_| !is_of_all && !is_part);
    let is_of_votes = without_panel(after).first().is_some_and(|token| token.is_one_of(&VOTES));
    let gains =
        |token: &&Token| token.is_filler() && !token.is_one_of(&["in", "on", "for"]) || token.is_one_of(&RECEIVES);
    let receiver = before.iter().rev().find(|token| !gains(token)).and_then(Token::option);
    let is_received = before.last().is_some_and(|before| before.is_one_of(&RECEIVES));
    let option = holders.or(receiver.filter(|_| is_of_votes && is_received))?;
    Some(Told::Held(votes, panel, option))
}

/// What follows "of the four".
fn without_panel(after: &[Token]) -> &[Token] {
    let is_of = |token: &&Token| token.is_one_of(&["of", "the"]) || number(token).is_some();
    &after[after.iter().take_while(is_of).count()..]
}

/// The share of votes that a sentence about one option states, as it is written, and in percent.
fn share(sentence: &[Token]) -> Option<(String, f64)> {
    let says = |token: &Token| token.means(Meaning::Choice) || token.means(Meaning::Victory);
    let option = sentence.iter().position(|token| token.option().is_some())?;
    if !is_plain(sentence) || !sentence.iter().any(says) || is_shared(&sentence[option + 1..]) {
        return None;
    }
    sentence.windows(2).enumerate().find_map(|(at, pair)| {
        let digits = pair[0].word()?;
        let percent: f64 = digits.replace(',', ".").parse().ok()?;
        let is_percent = pair[1] == Token::Mark('%') || pair[1].is_one_of(&PERCENT);
        let lead = sentence[..at].iter().rev().find(|token| !matches!(token, Token::Mark(_)));
        let is_led = lead.is_none_or(|lead| says(lead) || lead.option().is_some() || is_with(lead));
        let after = &sentence[at + 2..];
        let next = after.iter().find(|token| !token.is_one_of(&["of", "the", "der", "des"]));
        let is_of_votes = next.is_none_or(|next| {
            let is_of = next.means(Meaning::Vote) || next.means(Meaning::Panel) || next.is_one_of(&SUPPORT);
            is_of || says(next) || matches!(next, Token::Mark(',' | ')' | '*'))
        });
        (is_percent && is_led && is_of_votes).then(|| (format!("{digits}%"), percent))
    })
}

/// Whether a share is that of an option in a round, of those who chose, of those who were heard, or of all seats.
fn is_share_of(percent: f64, count: &Consensus) -> bool {
    let wholes = [count.panel, count.valid, count.valid + count.abstained];
    let is_part = |(votes, whole): (u32, u32)| {
        whole > 0 && (100.0 * f64::from(votes) / f64::from(whole) - percent).abs() <= ROUNDING
    };
    let parts = count.tally.values().flat_map(|votes| wholes.map(|whole| (*votes, whole)));
    parts.chain([(count.abstained, count.panel)]).any(is_part)
}

/// A count of votes as a text states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told<'a> {
    /// So many against so many.
    Against(u32, u32),
    /// So many of the panel.
    OfPanel(u32, u32),
    /// So many of the panel, for this option.
    Held(u32, u32, &'a OptionId),
}

impl Told<'_> {
    fn in_words(self) -> String {
        match self {
            Self::Against(most, rest) => format!("{most} to {rest}"),
            Self::OfPanel(seats, panel) | Self::Held(seats, panel, _) => format!("{seats} of {panel}"),
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
            Self::Held(seats, _, option) => count.tally.get(option).copied().unwrap_or(0) == seats,
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
fn read(sentence: &[Token], place: usize, panel: u32) -> Option<Told<'static>> {
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
    // "Kafka won 4:0", "Kafka was chosen (4-0)", and nothing that the numbers are of.
    let is_won = sentence[..place].iter().any(|token| token.means(Meaning::Victory) || token.means(Meaning::Choice));
    let stands_alone = before.is_some_and(|before| {
        before.means(Meaning::Victory) || before.option().is_some() || matches!(before, Token::Mark('(' | ','))
    });
    let ends = after.is_none_or(|after| matches!(after, Token::Mark(',' | ')')) || after.means(Meaning::Comparison));
    let is_result = is_won && stands_alone && ends;
    match between {
        Token::Word(word) if word == "to" && first >= second && closes && !is_range => {
            Some(Told::Against(first, second))
        }
        Token::Mark('-' | ':') if first >= second && (of_votes || is_result) => Some(Told::Against(first, second)),
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

fn is_with(token: &Token) -> bool {
    token.is_one_of(&["with", "at", "mit", "bei", "avec", "con", "com", "à", "met"])
}

fn is_by(token: &Token) -> bool {
    matches!(token, Token::Word(word) if ["by", "mit", "par", "por"].contains(&word.as_str()))
}
