//! Whether statements say opposite things of one matter: one denies at its beginning what another does not.
//!
//! A doubt about a sorting, never a verdict: words alone do not tell what two people mean.

use std::collections::BTreeSet;

use crate::debate::text::{self, is_in_word, is_unspaced};

/// Words at the beginning of a statement that turn it into its opposite.
const DENIALS: [&str; 30] = [
    "not",
    "don't",
    "no",
    "never",
    "stop",
    "avoid",
    "reject",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "niemals",
    "ne",
    "pas",
    "aucun",
    "aucune",
    "jamais",
    "sin",
    "ning\u{fa}n",
    "nunca",
    "n\u{e3}o",
    "nenhum",
    "non",
    "nessun",
    "niet",
    "geen",
    "не",
    "нет",
    "никогда",
    "nie",
];
/// The same in scripts without spaces, at any place of a statement's beginning.
const UNSPACED_DENIALS: [&str; 7] = ["不", "别", "勿", "反对", "しない", "べきではない", "ไม่"];
/// How many words, or characters of a script without spaces, are a beginning.
const BEGINNING_WORDS: usize = 4;
const BEGINNING_CHARS: usize = 12;
/// Fewest letters of a word that tells what a statement is about.
const SUBJECT_LETTERS: usize = 4;

/// Whether some statement denies what another one of them, about the same, does not.
pub fn differs<'a>(statements: impl IntoIterator<Item = &'a str>) -> bool {
    let read: Vec<Read> = statements.into_iter().map(Read::of).collect();
    read.iter()
        .filter(|one| one.denies)
        .any(|one| read.iter().any(|other| !other.denies && !one.subjects.is_disjoint(&other.subjects)))
}

/// A statement as far as it matters here.
struct Read {
    denies: bool,
    /// The words, or pairs of characters of a script without spaces, that tell what it is about.
    subjects: BTreeSet<String>,
}

impl Read {
    fn of(statement: &str) -> Self {
        let statement = text::line(statement).to_lowercase().replace('\u{2019}', "'");
        let is_part = |c: char| is_in_word(c) || c == '\'';
        let words: Vec<&str> = statement.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()).collect();
        let unspaced: Vec<char> = statement.chars().filter(|c| is_unspaced(*c) && is_in_word(*c)).collect();
        let beginning: String = unspaced.iter().take(BEGINNING_CHARS).collect();
        let denies = words.iter().take(BEGINNING_WORDS).any(|word| DENIALS.contains(word))
            || UNSPACED_DENIALS.iter().any(|denial| beginning.contains(denial));
        let is_subject = |word: &&str| !word.chars().any(is_unspaced) && word.chars().count() >= SUBJECT_LETTERS;
        let spaced = words.iter().copied().filter(is_subject).map(str::to_owned);
        let pairs = unspaced.windows(2).map(|pair| pair.iter().collect());
        Self { denies, subjects: spaced.chain(pairs).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::differs;

    #[test]
    fn a_denial_of_the_same_matter_is_told_from_another_matter() {
        for pair in [
            ["Migrate to Postgres now.", "Do not migrate to Postgres; stay on MySQL."],
            ["Don't ship on Friday.", "Ship it on Friday."],
            ["Die Datenbank wird umgezogen.", "Die Datenbank nicht umziehen."],
            ["Il faut migrer la base.", "Ne pas migrer la base."],
            ["Не переносить базу данных.", "Перенести базу данных."],
            ["迁移数据库。", "不要迁移数据库。"],
            ["データベースを移行する。", "データベースを移行しない。"],
        ] {
            assert!(differs(pair), "{pair:?}");
        }
        for pair in [
            ["Migrate to Postgres now.", "Migrate to Postgres in June, but not before."],
            ["Do not ship on Friday.", "Never ship on Friday."],
            ["Do not buy it.", "Hire two people."],
            ["Ja.", "Nein."],
        ] {
            assert!(!differs(pair), "{pair:?}");
        }
    }
}
