//! The option that a sentence of a closing text names as the panel's choice.
//!
//! Must never take an option for chosen that somebody else chose, or that is better in some respect alone.

use crate::debate::analysis::closing::tokens::{self, Token};
use crate::debate::analysis::closing::unanimity;
use crate::debate::analysis::closing::vocabulary::{
    BEATS, IMPERATIVES, LEADS, Meaning, NEGATIONS, REASONS, RESPECTS, UNSPACED_CHOICE, UNSPACED_PANEL,
    UNSPACED_RESERVE, WINNERS,
};
use crate::debate::question::OptionId;

/// Words before whoever chose an option, or before a count.
const BY: [&str; 13] = ["by", "with", "the", "a", "mit", "von", "durch", "par", "avec", "por", "con", "com", "da"];

/// How a sentence names a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// "The panel chose it."
    ByPanel,
    /// "It won."
    AsWinner,
}

/// The option that a sentence names as the panel's choice, and how.
pub(super) fn chosen(sentence: &[Token]) -> Option<(&OptionId, Way)> {
    if let Some(option) = beaten_by(sentence) {
        return Some((option, Way::AsWinner));
    }
    if !is_plain(sentence) {
        return None;
    }
    sentence.iter().enumerate().find_map(|(at, token)| {
        let (option, before, after) = (token.option()?, &sentence[..at], &sentence[at + 1..]);
        if is_chosen_by(before) && !is_shared(after) {
            return Some((option, Way::ByPanel));
        }
        let is_winner = before.iter().all(may_lead) && is_followed_by_choice(after);
        is_winner.then_some((option, Way::AsWinner))
    })
}

/// Whether a sentence may say that this option was chosen, by whomever.
pub(super) fn may_choose(sentence: &[Token], option: Option<&OptionId>) -> bool {
    let is_chosen = |at: usize| {
        let verb = sentence[..at].iter().rev().find(|token| !token.is_filler());
        sentence[at].option() == option && verb.is_some_and(|verb| verb.means(Meaning::Choice))
    };
    let is_named = chosen(sentence).is_some_and(|(named, _)| Some(named) == option);
    option.is_some() && (is_plain(sentence) || is_named) && (is_named || (0..sentence.len()).any(is_chosen))
}

/// The only option of a sentence that settles on it without telling who chose: "NATS.", "Use NATS."; or that tells it in a
/// script where no word stands by itself.
pub(super) fn settled_on(sentence: &[Token]) -> Option<&OptionId> {
    let mut places = sentence.iter().enumerate().filter_map(|(at, token)| Some((at, token.option()?)));
    let (at, option) = places.next()?;
    let is_only = places.all(|(_, other)| other == option) && is_plain(sentence);
    let (before, after) = (&sentence[..at], &sentence[at + 1..]);
    let (first, rest) = before.split_first().map_or((None, before), |(first, rest)| (Some(first), rest));
    let asks = first.is_none_or(|first| first.is_filler() || first.is_one_of(IMPERATIVES));
    let is_bare = after.iter().all(|token| matches!(token, Token::Mark(_)));
    let is_it = after.iter().map(Token::word).eq([Some("it"), Some("is")]);
    let is_alone = asks && rest.iter().all(Token::is_filler) && (is_bare || is_it);
    let says = |parts: &[&str]| {
        sentence.iter().filter_map(Token::word).any(|word| parts.iter().any(|part| word.contains(part)))
    };
    let is_told_unspaced = says(UNSPACED_PANEL) && says(UNSPACED_CHOICE) && !says(UNSPACED_RESERVE);
    (is_only && (is_alone || is_told_unspaced)).then_some(option)
}

/// Whether a sentence speaks of what the panel came to, and not of a minority, of before, or of what is not so.
pub(super) fn is_plain(sentence: &[Token]) -> bool {
    !sentence.iter().enumerate().any(|(at, token)| {
        let before = at.checked_sub(1).map(|before| &sentence[before]);
        let is_each = token.is_one_of(&["seat"]) && before.is_some_and(|before| before.is_one_of(&["every", "each"]));
        token.means(Meaning::Reserve) && !is_each && !is_contrast(before, token, &sentence[at + 1..])
    })
}

/// Whether a word says what was not chosen, behind what was: "NATS, not Kafka".
fn is_contrast(before: Option<&Token>, token: &Token, after: &[Token]) -> bool {
    let follows = before.is_some_and(|before| before.option().is_some() || *before == Token::Mark(','));
    let next = after.iter().find(|token| !token.is_filler());
    token.is_one_of(NEGATIONS) && follows && next.is_some_and(|next| next.option().is_some())
}

/// Whether an option is what the words before it choose: "the panel chose", "the decision is".
fn is_chosen_by(before: &[Token]) -> bool {
    let Some(at) = before.iter().rposition(|token| !token.is_filler()) else { return false };
    let is_linked = before[at + 1..].iter().any(Token::links);
    let is_in_respect = before[..at].iter().any(|token| token.is_one_of(RESPECTS));
    is_verb_of_choice(&before[at], &before[at + 1..]) && is_by_panel(&before[..at])
        || before[at].means(Meaning::Panel) && is_linked && !is_in_respect
}

/// Whether the panel is the subject that stands last: "all of the four seats", "the panel, after two rounds,".
fn is_by_panel(lead: &[Token]) -> bool {
    let mut rest = lead;
    while let Some((last, head)) = rest.split_last() {
        if last.means(Meaning::Panel) {
            return true;
        }
        if !may_lead(last) {
            break;
        }
        rest = head;
    }
    // What is set off by commas stands between the subject and its verb.
    let aside = lead.strip_suffix(&[Token::Mark(',')]).and_then(|lead| {
        let start = lead.iter().rposition(|token| *token == Token::Mark(','))?;
        lead[..start].last()
    });
    aside.is_some_and(|subject| subject.means(Meaning::Panel))
}

/// Whether a token tells neither in what respect an option wins nor who else chose it.
fn may_lead(token: &Token) -> bool {
    let is_adverb = token.word().is_some_and(|word| word.ends_with("ly"));
    is_of_votes(token) || token.is_filler() || is_adverb || token.is_one_of(LEADS)
}

/// Whether a token names the panel, its votes, or how many.
fn is_of_votes(token: &Token) -> bool {
    token.means(Meaning::Panel) || token.means(Meaning::Vote) || tokens::number(token).is_some()
}

/// Whether another option is chosen with the one before: "NATS for the edge, Kafka for the rest".
pub(super) fn is_shared(after: &[Token]) -> bool {
    let other = after.iter().position(|token| token.option().is_some());
    let is_compared = |token: &Token| token.means(Meaning::Comparison) || token.is_one_of(NEGATIONS);
    other.is_some_and(|other| !after[..other].iter().any(is_compared))
}

/// Whether the words after an option say that it was chosen, or won, as a whole.
fn is_followed_by_choice(after: &[Token]) -> bool {
    let Some(at) = after.iter().position(|token| !token.is_filler()) else { return false };
    let is_choice = after[at].means(Meaning::Victory) || after[at].means(Meaning::Choice);
    let is_winner = after[..at].iter().any(Token::links) && is_winner(&after[at..]);
    is_choice && is_whole(&after[at + 1..]) || is_winner || beats(&after[at..])
}

/// Whether "winner", or "clear winner", begins here, and nothing but what leaves it whole follows.
fn is_winner(rest: &[Token]) -> bool {
    let at = rest.iter().take_while(|token| token.is_one_of(&["clear", "overall", "outright"])).count();
    rest.get(at).is_some_and(|noun| noun.is_one_of(WINNERS)) && is_whole(&rest[at + 1..])
}

/// Whether "beat Kafka" begins here, as a whole.
fn beats(rest: &[Token]) -> bool {
    let Some((verb, rest)) = rest.split_first() else { return false };
    verb.is_one_of(BEATS) && rest.first().is_some_and(|loser| loser.option().is_some()) && is_whole(&rest[1..])
}

/// The option to which another one lost, where a sentence says that and no more: "Kafka lost to NATS, 3 to 1".
fn beaten_by(sentence: &[Token]) -> Option<&OptionId> {
    let loser = sentence.iter().position(|token| token.option().is_some())?;
    let lost = loser + 1 + sentence[loser + 1..].iter().position(|token| !token.is_filler())?;
    let [verb, to, winner, rest @ ..] = &sentence[lost..] else { return None };
    let is_told = verb.is_one_of(&["lost", "loses"]) && to.is_one_of(&["to"]) && is_whole(rest);
    (is_told && sentence[..loser].iter().all(may_lead) && is_plain(rest)).then(|| winner.option())?
}

/// Whether a verb chooses what follows it: "chose", "went with".
fn is_verb_of_choice(verb: &Token, after: &[Token]) -> bool {
    let is_with = after.first().is_some_and(|next| next.is_one_of(&["with", "for"]));
    verb.means(Meaning::Choice) || verb.is_one_of(&["went", "goes", "gone"]) && is_with
}

/// Whether what follows a verb leaves it whole: its end, a count, a comparison or a reason, and no respect or circle of people.
fn is_whole(rest: &[Token]) -> bool {
    let Some((first, rest)) = rest.split_first() else { return true };
    match first {
        Token::Mark(',' | '(') => rest.first().is_none_or(|next| !next.is_one_of(RESPECTS)) || is_whole(rest),
        Token::Mark(mark) => matches!(mark, ')' | '"' | '*'),
        Token::Option(_) => false,
        Token::Word(word) if unanimity::is_word_for_unanimity(word) || word.ends_with("ly") => is_whole(rest),
        Token::Word(_) if first.means(Meaning::Comparison) || first.is_one_of(REASONS) => true,
        Token::Word(word) if word == "for" => rest.first().is_some_and(|next| next.is_one_of(&["its", "their"])),
        Token::Word(_) => (first.is_one_of(&BY) || is_of_votes(first)) && names_panel(first, rest),
    }
}

/// Whether words up to the next mark name the panel, its votes or a count, and nobody else's.
fn names_panel(first: &Token, rest: &[Token]) -> bool {
    let end = rest.iter().position(|token| matches!(token, Token::Mark(','))).unwrap_or(rest.len());
    let named = || std::iter::once(first).chain(&rest[..end]);
    let is_joint = |token: &Token| {
        token.is_one_of(&BY) || token.is_one_of(&["of", "to", "zu", "against"]) || matches!(token, Token::Mark(_))
    };
    let is_compared = |token: &Token| token.means(Meaning::Comparison) || token.option().is_some();
    named().any(is_of_votes) && named().all(|token| is_of_votes(token) || is_joint(token) || is_compared(token))
}
