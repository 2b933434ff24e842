//! Telling whether words abstain, or say that nobody does.

/// Beginnings of the words for abstaining, and parts of them in scripts without spaces.
const STEMS: [&str; 20] = [
    "abstain",
    "abstent",
    "abstien",
    "absten",
    "absteng",
    "astens",
    "asteng",
    "astien",
    "enthalt",
    "enth\u{e4}lt",
    "onthoud",
    "avst\u{e5}",
    "avhold",
    "воздерж",
    "утрим",
    "wstrzym",
    "弃权",
    "棄權",
    "棄権",
    "기권",
];
/// Sentences for the same without such a word.
const UNDECIDED: [&str; 26] = [
    "cannot decide",
    "can't decide",
    "can not decide",
    "could not decide",
    "unable to decide",
    "undecided",
    "choose neither",
    "vote for neither",
    "rather not vote",
    "will not vote",
    "do not vote",
    "cannot vote",
    "no vote from me",
    "not enough data to vote",
    "nicht entscheiden",
    "stimme nicht ab",
    "unentschieden",
    "ne vote pas",
    "ne peux pas d\u{e9}cider",
    "no puedo decidir",
    "no voto por",
    "non posso decidere",
    "не могу решить",
    "不投票",
    "无法决定",
    "決められません",
];
/// What denies it.
const DENIALS: [&str; 32] = [
    "nobody",
    "niemand",
    "personne",
    "nadie",
    "other",
    "others",
    "keineswegs",
    "nie",
    "inte",
    "ikke",
    "unnecessary",
    "considered",
    "not",
    "no",
    "n't",
    "never",
    "nicht",
    "keine",
    "pas",
    "aucune",
    "sin",
    "ninguna",
    "não",
    "nenhuma",
    "non",
    "nessuna",
    "niet",
    "geen",
    "не",
    "нет",
    "不",
    "没",
];
/// Words of forms for what does not apply.
const FILLERS: [&str; 6] = ["notapplicable", "nichtzutreffend", "sansobjet", "noaplica", "entfällt", "不适用"];
/// Most words of a sentence that abstains.
const WORDS_MAX: usize = 14;

/// Whether a line says that its author abstains.
pub(super) fn asserts(line: &str) -> bool {
    let line = line.to_lowercase();
    line.split(['.', ';', '!', '\u{3002}']).any(|sentence| {
        sentence.split_whitespace().count() <= WORDS_MAX
            && (is_undecided(sentence) || speaks(sentence) && !denies(sentence))
    })
}

fn is_undecided(sentence: &str) -> bool {
    UNDECIDED.iter().any(|words| sentence.contains(words))
}

/// Whether words in the place of a reason for abstaining say that there is none: they deny it, or fill in the field.
pub(super) fn is_denied(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    let letters: String = reason.chars().filter(|c| c.is_alphanumeric()).collect();
    FILLERS.contains(&letters.as_str())
        || reason.split_whitespace().count() <= WORDS_MAX
            && speaks(&reason)
            && denies(&reason)
            && !is_undecided(&reason)
}

fn speaks(text: &str) -> bool {
    STEMS.iter().any(|stem| text.contains(stem))
}

fn denies(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '\'').collect();
    DENIALS.iter().any(|denial| {
        match denial.is_ascii() || denial.chars().all(char::is_alphabetic) && denial.len() > 3 {
            true => words.iter().any(|word| word == denial || word.ends_with("n't")),
            false => text.contains(denial),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{asserts, is_denied};

    #[test]
    fn who_abstains_is_told_from_who_denies_it() {
        for words in [
            "I abstain.",
            "I abstain: the load figures are missing.",
            "Ich enthalte mich.",
            "我弃权。",
            "Je m'abstiens.",
        ] {
            assert!(asserts(words) && !is_denied(words), "{words}");
        }
        for words in [
            "I do not abstain.",
            "not abstaining",
            "No abstention.",
            "Ich enthalte mich nicht.",
            "不弃权",
            "not applicable",
        ] {
            assert!(is_denied(words) && !asserts(words), "{words}");
        }
        for words in ["The load figures are missing.", "cannot tell", "Zahlen fehlen."] {
            assert!(!asserts(words) && !is_denied(words), "{words}");
        }
    }
}
