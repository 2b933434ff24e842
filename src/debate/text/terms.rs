//! Terms: what an index keeps of a text, so that it is found by any word of it, in any script.
//!
//! Words stand between spaces in most scripts. Where none do (Chinese, Japanese, Thai, Lao, Khmer, Burmese, …), and in Korean,
//! whose particles are written onto words, every two neighbouring characters are a term, and the last one of a run is one of
//! its own: any part of a run is then a phrase of terms. Pairs need no dictionary, and miss nothing.

use std::ops::Range;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, Script};
use unicode_segmentation::UnicodeSegmentation;

use crate::debate::text::characters::{is_invisible, is_unspaced};

/// A term, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its letters and digits: NFKC, case folded, without accents.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// What it is.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// A word of a script with spaces.
    Word,
    /// Two neighbouring characters of a run.
    Pair,
    /// The last character of a run of several.
    Last,
    /// A run of one character.
    Lone,
}

/// The terms of a text in order. A line break within a run of a script without spaces does not end the run.
pub fn terms(text: &str) -> Vec<Term> {
    let mut found = Found::default();
    for (at, cluster) in clusters(text) {
        let end = at + cluster.len();
        if let [byte] = cluster.as_bytes() {
            let small = [byte.to_ascii_lowercase()];
            found.read(str::from_utf8(&small).unwrap_or_default(), at..end);
            continue;
        }
        let folded = folded_cluster(cluster);
        // A ligature or a squared word is several characters.
        folded.graphemes(true).for_each(|part| found.read(part, at..end));
    }
    found.end_run();
    found.end_word();
    found.terms
}

/// Returns the form in which a part of `text` is looked for: NFKC, case folded, without accents and characters that are not
/// seen, on one line.
pub fn searchable(text: &str) -> String {
    let folded: String = clusters(text).map(|(_, cluster)| folded_cluster(cluster)).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters of a text as readers count them, and where they begin.
fn clusters(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut begin = 0;
    text.split_inclusive('\n').flat_map(move |line| {
        let from = begin;
        begin += line.len();
        // Nothing combines in ASCII.
        let plain = line.is_ascii().then(|| (0..line.len()).map(|at| (at, &line[at..=at])));
        let composed = (!line.is_ascii()).then(|| line.grapheme_indices(true));
        let both = plain.into_iter().flatten().chain(composed.into_iter().flatten());
        both.map(move |(at, cluster)| (from + at, cluster))
    })
}

fn folded_cluster(cluster: &str) -> String {
    if cluster.is_ascii() {
        return cluster.to_ascii_lowercase();
    }
    let visible: String = cluster.chars().filter(|c| !is_invisible(*c)).collect();
    let decomposer = DecomposingNormalizer::new_nfkd();
    let cased = CaseMapper::new().fold_string(&decomposer.normalize(&visible)).into_owned();
    let bare: String = decomposer.normalize(&cased).chars().filter(|c| !is_accent(*c)).map(without_point).collect();
    ComposingNormalizer::new_nfc().normalize(&bare).into_owned()
}

/// Whether a mark may be left out of a word: accents of European scripts, points of Hebrew and Arabic. Vowel signs and the
/// marks of Japanese syllables are letters as others are.
fn is_accent(c: char) -> bool {
    let scripts = [Script::Inherited, Script::Arabic, Script::Hebrew, Script::Cyrillic, Script::Syriac];
    let is_mark = CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::NonspacingMark;
    let is_japanese = matches!(c, '\u{3099}' | '\u{309a}');
    // The last is what lengthens a line of Arabic.
    is_mark && !is_japanese && scripts.contains(&CodePointMapData::<Script>::new().get(c)) || c == '\u{640}'
}

/// The Turkish letter without a point is the capital I in small.
fn without_point(c: char) -> char {
    if c == '\u{131}' { 'i' } else { c }
}

/// Whether a character is part of a word.
pub fn is_in_word(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    let category = || CodePointMapData::<GeneralCategory>::new().get(c);
    c.is_alphanumeric() || !c.is_ascii() && matches!(category(), NonspacingMark | SpacingMark | EnclosingMark)
}

fn is_hangul(c: char) -> bool {
    CodePointMapData::<Script>::new().get(c) == Script::Hangul
}

/// What stands between the last character and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Gap {
    #[default]
    None,
    Space,
    /// One line break.
    Line,
    /// A sign, or an empty line.
    Wide,
}

impl Gap {
    fn after(self, part: &str) -> Self {
        if !part.chars().all(char::is_whitespace) {
            return Self::Wide;
        }
        match (self, part.contains('\n')) {
            (Self::None | Self::Space, true) => Self::Line,
            (Self::None, false) => Self::Space,
            (Self::Line, true) => Self::Wide,
            (Self::Space | Self::Line, false) | (Self::Wide, _) => self,
        }
    }
}

/// The terms found so far, and those that may go on.
#[derive(Debug, Default)]
struct Found {
    terms: Vec<Term>,
    word: Option<Term>,
    run: Vec<(String, Range<usize>)>,
    gap: Gap,
}

impl Found {
    fn read(&mut self, part: &str, at: Range<usize>) {
        let Some(first) = part.chars().next() else { return };
        if !is_in_word(first) {
            self.gap = self.gap.after(part);
            return;
        }
        if is_unspaced(first) || is_hangul(first) {
            self.end_word();
            self.go_on_with(part, at, is_hangul(first));
        } else {
            self.end_run();
            self.spell(part, at);
        }
        self.gap = Gap::None;
    }

    /// Adds a character to the run, or begins another one with it.
    fn go_on_with(&mut self, part: &str, at: Range<usize>, is_spaced: bool) {
        let is_joined = match self.gap {
            Gap::None => true,
            Gap::Line => !is_spaced && !self.run.last().is_some_and(|(last, _)| last.starts_with(is_hangul)),
            Gap::Space | Gap::Wide => false,
        };
        if !is_joined {
            self.end_run();
        }
        self.run.push((part.to_owned(), at));
    }

    /// Adds a character to the word, or begins another one with it.
    fn spell(&mut self, part: &str, at: Range<usize>) {
        if self.gap != Gap::None {
            self.end_word();
        }
        match &mut self.word {
            Some(word) => {
                word.text.push_str(part);
                word.at.end = at.end;
            }
            None => self.word = Some(Term { text: part.to_owned(), at, kind: TermKind::Word }),
        }
    }

    fn end_word(&mut self) {
        self.terms.extend(self.word.take());
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let pair = |pair: &[(String, Range<usize>)]| Term {
            text: pair.iter().map(|(part, _)| part.as_str()).collect(),
            at: pair[0].1.start..pair[1].1.end,
            kind: TermKind::Pair,
        };
        self.terms.extend(run.windows(2).map(pair));
        let kind = if run.len() == 1 { TermKind::Lone } else { TermKind::Last };
        self.terms.extend(run.into_iter().next_back().map(|(text, at)| Term { text, at, kind }));
    }
}
