//! Sentences by which a closing text says that the panel chose nothing.

use crate::debate::analysis::closing::tokens::Token;
use crate::debate::analysis::closing::vocabulary::Meaning;

/// What is said of a panel that chose nothing, or of its votes.
const OF_PANEL: &[&str] = &[
    "tied",
    "is tied",
    "was tied",
    "remained tied",
    "remains tied",
    "ended tied",
    "ended in a tie",
    "ends in a tie",
    "resulted in a tie",
    "is a tie",
    "was a tie",
    "ended in a draw",
    "deadlocked",
    "is deadlocked",
    "was deadlocked",
    "ended in a deadlock",
    "split evenly",
    "is evenly split",
    "was evenly split",
    "is split evenly",
    "was split evenly",
    "is undecided",
    "was undecided",
    "remains undecided",
    "remained undecided",
    "could not decide",
    "couldn't decide",
    "cannot decide",
    "can't decide",
    "did not decide",
    "didn't decide",
    "has not decided",
    "failed to decide",
    "was unable to decide",
    "was not able to decide",
    "could not choose",
    "couldn't choose",
    "did not choose",
    "didn't choose",
    "failed to choose",
    "was unable to choose",
    "could not reach a decision",
    "couldn't reach a decision",
    "did not reach a decision",
    "didn't reach a decision",
    "failed to reach a decision",
    "reached no decision",
    "came to no decision",
    "made no decision",
    "chose nothing",
    "chose neither",
    "chose neither option",
    "chose no option", // English
    "konnte sich nicht entscheiden",
    "konnte nicht entscheiden",
    "hat sich nicht entschieden",
    "hat nichts entschieden",
    "kam zu keiner entscheidung",
    "ist unentschieden",
    "endete unentschieden",
    "endet unentschieden", // German
    "n'a pas pu décider",
    "n'a pas pu trancher",
    "n'a pas tranché",
    "n'a rien décidé", // French
    "no pudo decidir",
    "no decidió",
    "no llegó a una decisión",
    "empató", // Spanish
    "não conseguiu decidir",
    "não decidiu",
    "empatou", // Portuguese
    "non ha deciso",
    "non ha potuto decidere",
    "kon niet beslissen",
    "kon niet kiezen", // Italian, Dutch
];
/// The same without a word for the panel.
const OF_OPTIONS: &[&str] = &[
    "no option won",
    "no option was chosen",
    "neither option won",
    "neither option was chosen",
    "nothing was decided",
    "nothing was chosen",
    "no decision was reached",
    "no decision was made",
    "there is no winner",
    "there was no winner",
    "there is a tie",
    "there was a tie",
    "keine option hat gewonnen",
    "keine option gewann",
    "aucune option n'a gagné",
    "ninguna opción ganó",
];

/// Whether a sentence says so and nothing else: one that goes on may speak of a part, or of what came before.
pub(super) fn is_told(sentence: &[Token]) -> bool {
    let is_between = |token: &Token| token.is_one_of(&["between", "zwischen", "entre"]);
    let told = sentence.split(is_between).next().unwrap_or_default();
    let Some(words) = told.iter().map(Token::word).collect::<Option<Vec<&str>>>() else { return false };
    let subject = told.iter().position(|token| token.means(Meaning::Panel) || token.means(Meaning::Vote));
    let is_of_panel = subject.is_some_and(|at| {
        told[..at].iter().all(Token::is_filler) && OF_PANEL.contains(&words[at + 1..].join(" ").as_str())
    });
    is_of_panel || OF_OPTIONS.contains(&words.join(" ").as_str())
}
