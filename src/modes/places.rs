//! Where each value of a YAML text stands, so that a complaint about a value can point at it.
//!
//! Must cope with any text of the allowed size: what is nested deeper than a mode ever is, it passes over.

use std::collections::BTreeMap;

use serde_yaml::granit_parser::{Event, Parser, Span};

/// The deepest value of a mode is `phases.0.stages.0.speakers.team`.
const DEPTH_MAX: usize = 8;

/// No key of a mode is longer.
const KEY_CHARS_MAX: usize = 40;

/// A position in a file, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// The start of a file.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The place of the first character after `text`, when `text` itself starts at `self`.
    pub(crate) fn after(self, text: &str) -> Self {
        // A mode file has far fewer lines and columns than a `u32` can count.
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match text.rsplit_once('\n') {
            Some((_, last)) => {
                Self { line: self.line + count(text.matches('\n').count()), column: 1 + count(last.chars().count()) }
            }
            None => Self { line: self.line, column: self.column + count(text.chars().count()) },
        }
    }
}

/// Positions by path, such as `phases.0.stages.1.ask`.
pub(crate) struct Places<'a> {
    source: &'a str,
    walk: Walk,
}

impl<'a> Places<'a> {
    /// Maps a text, up to its first syntax error.
    pub(crate) fn of(source: &'a str) -> Self {
        let mut walk = Walk::default();
        for (event, span) in Parser::new_from_str(source).map_while(Result::ok) {
            walk.take(&event, span);
        }
        Self { source, walk }
    }

    /// Where the value at `path` stands; for one that came in through an alias or a default, where its parent stands.
    pub(crate) fn value(&self, path: &str) -> Place {
        match (self.walk.values.get(path), path.rsplit_once('.')) {
            (Some(span), _) => start(span),
            (None, Some((parent, _))) => self.value(parent),
            (None, None) => self.walk.values.get("").map_or(Place::START, start),
        }
    }

    /// Where the mapping stands that has a key at `key`.
    pub(super) fn mapping_around(&self, key: Place) -> Option<Place> {
        self.walk.keys.iter().find(|(place, _)| *place == key).map(|(_, mapping)| self.value(mapping))
    }

    /// Where the `nth` template opener (from 0) of the text at `path` stands; the text's own place if it is not to be
    /// found.
    pub(super) fn opener(&self, path: &str, nth: usize) -> Place {
        let before = self.walk.values.get(path).and_then(|span| {
            let raw = self.raw(span)?;
            Some((start(span), raw.get(..openers(raw).nth(nth)?)?))
        });
        before.map_or_else(|| self.value(path), |(start, passed)| start.after(passed))
    }

    /// The first plain scalar with one of `words` that is the value of `key`, as the word and its place.
    pub(super) fn bare_word<'w>(&self, key: &str, words: &[&'w str]) -> Option<(&'w str, Place)> {
        self.walk.values.iter().filter(|(path, _)| path.rsplit('.').next() == Some(key)).find_map(|(_, span)| {
            let raw = self.raw(span)?.trim().trim_matches(['"', '\'']);
            words.iter().find(|word| **word == raw).map(|word| (*word, start(span)))
        })
    }

    /// A scalar as it is written, quotes, indentation and all.
    fn raw(&self, span: &Span) -> Option<&'a str> {
        self.source.get(span.start.byte_offset()?..span.end.byte_offset()?)
    }
}

/// The byte offsets of the template openers in a text; there are as many before as after YAML has unfolded it.
pub(super) fn openers(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices('{').map(|(offset, _)| offset).filter(|offset| text[offset + 1..].starts_with(['{', '%', '#']))
}

fn start(span: &Span) -> Place {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: count(span.start.line()), column: count(span.start.col() + 1) }
}

/// A collection that the walk is inside of.
enum Open {
    /// In a sequence, before the item of this number.
    Item(usize),
    /// In a mapping, before a key.
    Key,
    /// In a mapping, before the value of this key.
    Value(String),
}

/// A walk through the events of a text.
#[derive(Default)]
struct Walk {
    open: Vec<Open>,
    values: BTreeMap<String, Span>,
    keys: Vec<(Place, String)>,
}

impl Walk {
    fn take(&mut self, event: &Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, ..) => self.scalar(text, span),
            // Which text an alias stands for would have to be looked up; what stands under such a key is found by its
            // parent.
            Event::Alias(_) => self.scalar("*", span),
            Event::SequenceStart(..) => self.collection(Open::Item(0), span),
            Event::MappingStart(..) => self.collection(Open::Key, span),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                self.pass();
            }
            // Stream and document marks, comments and anchors hold no value.
            _ => {}
        }
    }

    fn scalar(&mut self, text: &str, span: Span) {
        if let Some(Open::Key) = self.open.last() {
            if let Some(mapping) = self.path() {
                self.keys.push((start(&span), mapping));
            }
            self.open.pop();
            self.open.push(Open::Value(text.chars().take(KEY_CHARS_MAX).collect()));
        } else {
            self.record(span);
            self.pass();
        }
    }

    fn collection(&mut self, open: Open, span: Span) {
        self.record(span);
        self.open.push(open);
    }

    fn record(&mut self, span: Span) {
        if let Some(path) = self.path() {
            self.values.entry(path).or_insert(span);
        }
    }

    /// Moves past a value.
    fn pass(&mut self) {
        match self.open.last_mut() {
            Some(Open::Item(index)) => *index += 1,
            Some(slot @ (Open::Value(_) | Open::Key)) => *slot = Open::Key,
            None => {}
        }
    }

    /// The path of the value that comes next; before a key, that of the mapping.
    fn path(&self) -> Option<String> {
        if self.open.len() > DEPTH_MAX {
            return None;
        }
        let segments = self.open.iter().filter_map(|open| match open {
            Open::Item(index) => Some(index.to_string()),
            Open::Value(key) => Some(key.clone()),
            Open::Key => None,
        });
        Some(segments.collect::<Vec<_>>().join("."))
    }
}
