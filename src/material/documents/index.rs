//! Ranked search over the passages of documents: Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework",
//! 2009), k1 = 1.2 and b = 0.75.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::debate::text::{self, Term, TermKind};
use crate::material::documents::document::Document;

/// Bytes from which a passage ends with its paragraph.
const PASSAGE_BYTES: usize = 500;
/// Bytes from which it ends with its line.
const PASSAGE_BYTES_MAX: usize = 1_500;
/// How soon more of a word counts no more.
const SATURATION: f64 = 1.2;
/// How much the length of a passage counts.
const LENGTH_WEIGHT: f64 = 0.75;

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The document's path.
    pub path: &'a str,
    /// Its first line in the document, from 1.
    pub line: usize,
    /// Its text.
    pub text: &'a str,
}

/// Where which words stand.
#[derive(Debug)]
pub(super) struct Index {
    places: Vec<Place>,
    /// Passages by word, with how often it stands there.
    words: BTreeMap<String, Vec<(usize, u32)>>,
    mean_length: f64,
}

/// A passage: its document, where it is in it, and how many words it has.
#[derive(Debug)]
struct Place {
    document: usize,
    line: usize,
    bytes: Range<usize>,
    length: u32,
}

impl Index {
    pub(super) fn of(documents: &[Document]) -> Self {
        let mut index = Self { places: Vec::new(), words: BTreeMap::new(), mean_length: 1.0 };
        for (number, document) in documents.iter().enumerate() {
            let Ok(text) = &document.text else { continue };
            for (line, bytes) in passages(text) {
                index.add(number, line, bytes.clone(), &document.path, &text[bytes]);
            }
        }
        let total: u64 = index.places.iter().map(|place| u64::from(place.length)).sum();
        index.mean_length = (total as f64 / index.places.len().max(1) as f64).max(1.0);
        index
    }

    /// The words of the path count too: a title is often nowhere else.
    fn add(&mut self, document: usize, line: usize, bytes: Range<usize>, path: &str, text: &str) {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut length = 0;
        for word in words(path).chain(words(text)) {
            *counts.entry(word).or_default() += 1;
            length += 1;
        }
        let place = self.places.len();
        self.places.push(Place { document, line, bytes, length });
        for (word, count) in counts {
            self.words.entry(word).or_default().push((place, count));
        }
    }

    /// How often what is looked for stands in which places.
    fn find(&self, sought: &Sought) -> BTreeMap<usize, u32> {
        let mut found = BTreeMap::new();
        let mut add = |places: &[(usize, u32)]| {
            places.iter().for_each(|(place, count)| *found.entry(*place).or_default() += count);
        };
        match sought {
            Sought::Word(word) => add(self.words.get(word).map(Vec::as_slice).unwrap_or_default()),
            Sought::Character(character) => {
                let from = self.words.range(character.clone()..);
                from.take_while(|(word, _)| word.starts_with(character)).for_each(|(_, places)| add(places));
            }
        }
        found
    }

    pub(super) fn search<'a>(&self, wanted: &str, most: usize, documents: &'a [Document]) -> Vec<Passage<'a>> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for found in sought(wanted).iter().map(|sought| self.find(sought)) {
            let (all, with) = (self.places.len() as f64, found.len() as f64);
            let rarity = ((all - with + 0.5) / (with + 0.5) + 1.0).ln();
            for (place, count) in found {
                let (count, length) = (f64::from(count), f64::from(self.places[place].length));
                let spread = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / self.mean_length);
                *scores.entry(place).or_default() += rarity * count * (SATURATION + 1.0) / (count + spread);
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        // Of equals the first by path and line.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let passage = |(place, _): (usize, f64)| {
            let Place { document, line, bytes, .. } = self.places.get(place)?;
            let document = documents.get(*document)?;
            Some(Passage {
                path: &document.path,
                line: *line,
                text: document.text.as_ref().ok()?.get(bytes.clone())?.trim_end(),
            })
        };
        ranked.into_iter().take(most).filter_map(passage).collect()
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Sought {
    Word(String),
    /// A character of a script without spaces: the pairs that begin with it, and itself at the end of a run.
    Character(String),
}

/// What a text is searched for. The last character of a run stands in its last pair already.
fn sought(wanted: &str) -> BTreeSet<Sought> {
    let sought = |term: Term| match term.kind {
        TermKind::Word | TermKind::Pair => Some(Sought::Word(stemmed(term))),
        TermKind::Lone => Some(Sought::Character(term.text)),
        TermKind::Last => None,
    };
    text::terms(wanted).into_iter().filter_map(sought).collect()
}

/// Cuts a text into passages: paragraphs, of which short ones stay with the next, headings above all.
fn passages(text: &str) -> Vec<(usize, Range<usize>)> {
    let mut passages = Vec::new();
    let (mut begin, mut begin_line, mut end) = (0, 1, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        end += line.len();
        let held = end - begin;
        if line.trim().is_empty() && held >= PASSAGE_BYTES || held >= PASSAGE_BYTES_MAX {
            passages.push((begin_line, begin..end));
            (begin, begin_line) = (end, number + 2);
        }
    }
    if !text[begin..].trim().is_empty() {
        passages.push((begin_line, begin..text.len()));
    }
    passages
}

/// The terms of a text, of plurals in `s` the singular.
fn words(text: &str) -> impl Iterator<Item = String> {
    text::terms(text).into_iter().map(stemmed)
}

fn stemmed(term: Term) -> String {
    match term.text.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        Some(_) | None => term.text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Index, passages};

    fn shelf() -> Vec<Document> {
        let document = |path: &str, text: &str| Document { path: path.to_owned(), text: Ok(text.to_owned()) };
        vec![
            document("api/errors.md", "# Errors\n\nEvery error names its cause. The API answers with a status.\n"),
            document("api/style.md", "# Style\n\nNames are short. Names are whole words. The API has one version.\n"),
            document("ops/backups.md", "# Backups\n\nA backup is tried every week.\n"),
            document("zh/load.md", "# 测试\n\n压力测试表明，系统每秒可以处理两千个请\n求。水位正常。\n"),
            document("zh/room.md", "# 无关\n\n会议室在三楼。\n"),
            document("ja/queue.md", "負荷試験の結果、Kafkaのキューは遅い。\n"),
            document("ko/queue.md", "시스템을 점검했다. 대기열이 길다.\n"),
            document("th/queue.md", "ระบบควรทดสอบโหลดก่อน\n"),
            document("km/queue.md", "យើងគួរតែសាកល្បងជាមុនសិន\n"),
            document("fr/cafe.md", "Le cafe\u{301} est ferme\u{301}.\n"),
            Document { path: "ops/keys.md".to_owned(), text: Err("line 1 looks like a key".to_owned()) },
        ]
    }

    fn check(words: &str, expected: &[&str]) {
        let shelf = shelf();
        let found = Index::of(&shelf).search(words, 3, &shelf);
        let paths: Vec<&str> = found.iter().map(|passage| passage.path).collect();
        assert_eq!(paths, expected, "{words}");
    }

    #[test]
    fn what_says_most_about_the_words_comes_first() {
        check("error", &["api/errors.md"]);
        check("ERRORS!", &["api/errors.md"]);
        check("name", &["api/style.md", "api/errors.md"]);
        check("names of the api", &["api/style.md", "api/errors.md"]);
        check("ops", &["ops/backups.md"]);
        check("backup status", &["ops/backups.md", "api/errors.md"]);
        check("nothing such", &[]);
        check("Café", &["fr/cafe.md"]);
    }

    #[test]
    fn words_are_found_where_no_spaces_stand() {
        check("压力测试的结果是什么？", &["zh/load.md"]);
        check("请求", &["zh/load.md"]);
        check("水", &["zh/load.md"]);
        check("会议", &["zh/room.md"]);
        check("キュー", &["ja/queue.md"]);
        check("kafka", &["ja/queue.md"]);
        check("시스템", &["ko/queue.md"]);
        check("대기열은 어디?", &["ko/queue.md"]);
        check("ทดสอบ", &["th/queue.md"]);
        check("សាកល្បង", &["km/queue.md"]);
        check("处力", &[]);
        check("", &[]);
    }

    #[test]
    fn passages_are_whole_paragraphs_with_their_lines() {
        let paragraph = "word ".repeat(120);
        let text = format!("# Title\n\n{paragraph}\n\n{paragraph}\n\nlast\n");
        let cut: Vec<usize> = passages(&text).iter().map(|(line, _)| *line).collect();
        assert_eq!(cut, [1, 5, 7]);
        let whole: String = passages(&text).into_iter().map(|(_, bytes)| &text[bytes]).collect();
        assert_eq!(whole, text);
        let long = "word ".repeat(2_000);
        assert_eq!(passages(&long).len(), 1, "a line is not cut");
        assert!(passages("").is_empty() && passages("\n \n").is_empty());
    }
}
