//! Reads the text of a YAML configuration file: one map of settings, and in it the maps of a policy's terms and of a project's
//! assumptions.
//!
//! Must never repeat a value in an error, for it may be a key: of the parser's messages only the place is kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use crate::config::keys::{Kind, Reach, Row, nearest};

/// The key whose value is a map of its own; its settings' names begin with it and a dot.
pub(crate) const POLICY: &str = "policy";

/// One `key: value`.
pub(crate) struct Assignment {
    /// Canonical name or synonym: the variable this key stands for.
    pub(crate) name: String,
    /// Key, as written.
    pub(crate) key: String,
    /// Value; a list joined by commas, nothing for null.
    pub(crate) text: String,
    /// Line of the key, from 1.
    pub(crate) line: u32,
    /// Its column, from 1.
    pub(crate) column: u16,
}

/// What a file holds.
#[derive(Default)]
pub(crate) struct Parsed {
    /// The settings, in order.
    pub(crate) assignments: Vec<Assignment>,
    /// The assumptions, text by name.
    pub(crate) assumptions: BTreeMap<String, String>,
    /// What is wrong with single settings or assumptions.
    pub(crate) malformed: Vec<Malformed>,
}

/// The key of the assumptions.
pub(crate) const ASSUMPTIONS: &str = "assumptions";

/// Where and why the text cannot be read.
pub(crate) enum Malformed {
    /// Not a map of known settings.
    At {
        /// Line and column, from 1, when known.
        place: Option<(u64, u64)>,
        /// What is wrong there.
        what: String,
    },
    /// A key that is not a setting.
    UnknownKey {
        /// Line and column of the key, from 1.
        place: (u64, u64),
        /// The key.
        key: String,
        /// The setting that was probably meant.
        nearest: Option<String>,
    },
}

/// Reads every setting and assumption, and tells what is wrong with single ones. Fails where the text is no map of them.
pub(crate) fn parse(text: &str, rows: &[Row]) -> Result<Parsed, Malformed> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_nodes: 2_000,
            max_depth: 8,
            max_aliases: 16,
            max_documents: 1,
            max_total_scalar_bytes: 1 << 16,
        },
    };
    let document = Document { rows, section: "" };
    let found =
        serde_yaml::with_deserializer_from_str_with_options(text, options, |yaml| document.deserialize(yaml)).map_err(
            |error| Malformed::At { place: error.location().map(|at| (at.line(), at.column())), what: explain(&error) },
        )?;
    let mut parsed = Parsed::default();
    for found in found {
        match found {
            Ok(Found::Setting(assignment)) => parsed.assignments.push(assignment),
            Ok(Found::Assumptions(assumptions)) => parsed.assumptions = assumptions,
            Err(malformed) => parsed.malformed.push(malformed),
        }
    }
    Ok(parsed)
}

/// Says what is wrong in words that cannot hold a value.
fn explain(error: &serde_yaml::Error) -> String {
    match error {
        serde_yaml::Error::DuplicateMappingKey { .. } => "this key is set twice".to_owned(),
        serde_yaml::Error::Budget { .. } => "more than a configuration file may hold".to_owned(),
        serde_yaml::Error::SerdeInvalidType { expected, .. } => format!("{expected} is needed"),
        serde_yaml::Error::InvalidBooleanStrict { .. } => "`true` or `false` is needed".to_owned(),
        serde_yaml::Error::Unexpected { .. } => "plain text is needed".to_owned(),
        _ => "not valid YAML".to_owned(),
    }
}

/// What stands under a key.
enum Found {
    Setting(Assignment),
    Assumptions(BTreeMap<String, String>),
}

/// A map of settings whose names begin with `section`.
#[derive(Clone, Copy)]
struct Document<'a> {
    rows: &'a [Row],
    section: &'a str,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Vec<Result<Found, Malformed>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Vec<Result<Found, Malformed>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of settings")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let place = (key.referenced.line(), key.referenced.column());
            if self.section.is_empty() && key.value == ASSUMPTIONS {
                let assumptions = map.next_value::<Option<BTreeMap<String, String>>>()?.unwrap_or_default();
                found.push(assumed(assumptions, place));
                continue;
            }
            if self.has_policy() && key.value == POLICY {
                found.extend(map.next_value_seed(Document { section: "policy.", ..self })?);
                continue;
            }
            let key = format!("{}{}", self.section, key.value);
            let Some((row, name)) = find(self.rows, &key).filter(|(row, _)| self.holds(row)) else {
                map.next_value::<IgnoredAny>()?;
                found.push(Err(unknown(key, place, self.rows)));
                continue;
            };
            let text = match row.kind {
                Kind::Choices => map.next_value_seed(TextOrList)?,
                Kind::Switch => match map.next_value::<Option<bool>>()? {
                    Some(true) => "true".to_owned(),
                    Some(false) => continue,
                    None => String::new(),
                },
                Kind::Count { .. }
                | Kind::Share
                | Kind::Majority
                | Kind::Dollars
                | Kind::Duration
                | Kind::Text
                | Kind::Word(_)
                | Kind::Path
                | Kind::Choice
                | Kind::Secret
                | Kind::Url
                | Kind::Host { .. } => map.next_value::<Option<String>>()?.unwrap_or_default(),
            };
            // A setting without a value is not set; a term of a policy without one would be a gate that is left open.
            if text.trim().is_empty() && !self.section.is_empty() {
                let what = format!("`{key}` has no value: write one, or take the line out");
                found.push(Err(Malformed::At { place: Some(place), what }));
                continue;
            }
            if text.is_empty() && row.kind == Kind::Switch {
                continue;
            }
            let line = u32::try_from(place.0).unwrap_or(u32::MAX);
            let column = u16::try_from(place.1).unwrap_or(u16::MAX);
            found.push(Ok(Found::Setting(Assignment { name, key, text, line, column })));
        }
        Ok(found)
    }
}

/// Checks that every assumption has a name to be called by, and says something.
fn assumed(assumptions: BTreeMap<String, String>, place: (u64, u64)) -> Result<Found, Malformed> {
    let is_line = |text: &str| !text.trim().is_empty() && text.trim() == text && !text.contains(char::is_control);
    if assumptions.iter().all(|(name, text)| is_line(name) && !text.trim().is_empty()) {
        return Ok(Found::Assumptions(assumptions));
    }
    Err(Malformed::At { place: Some(place), what: "every assumption needs a name on one line and a text".to_owned() })
}

impl Document<'_> {
    /// Whether a row's key may stand here: a policy's terms stand in its section alone, where they can be set but once.
    fn holds(self, row: &Row) -> bool {
        (row.reach == Reach::Project) != self.section.is_empty()
    }

    /// Whether a policy may stand here.
    fn has_policy(self) -> bool {
        self.section.is_empty() && self.rows.iter().any(|row| row.reach == Reach::Project)
    }
}

fn find<'a>(rows: &'a [Row], key: &str) -> Option<(&'a Row, String)> {
    rows.iter().find_map(|row| {
        let at = row.yaml.iter().position(|name| name == key)?;
        Some((row, row.names.get(at)?.clone()))
    })
}

fn unknown(key: String, place: (u64, u64), rows: &[Row]) -> Malformed {
    let plain = key.to_ascii_lowercase().replace('-', "_");
    let plain = plain.strip_prefix("roundtable_").unwrap_or(&plain);
    let nearest = nearest(plain, rows.iter().flat_map(|row| &row.yaml).map(String::as_str));
    let nearest = nearest.filter(|near| *near != key);
    Malformed::UnknownKey { place, key, nearest }
}

/// A text, or a list of texts that is joined by commas.
struct TextOrList;

impl<'de> DeserializeSeed<'de> for TextOrList {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextOrList {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<String, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            texts.push(text);
        }
        Ok(texts.join(","))
    }
}
