//! From the text of a YAML file that people write to a value, and from the parser's complaints to ours.
//!
//! The only file that knows the YAML parser's options and errors.

use serde::de::DeserializeOwned;
use serde_yaml::{Error, MessageFormatter, Options, UserMessageFormatter};

use crate::modes::error::ModeError;
use crate::modes::nearest::nearest;
use crate::modes::places::{Place, Places};
use crate::modes::text::{printable, quotable};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A mode.
    Mode,
    /// A persona, of which the front matter is YAML.
    Persona,
    /// A bench.
    Bench,
}

impl FileKind {
    fn title(self) -> &'static str {
        match self {
            Self::Mode => "mode file",
            Self::Persona => "persona file",
            Self::Bench => "bench file",
        }
    }
}

/// A text of a bounded size, with the places of its values.
pub struct Source<'a> {
    text: &'a str,
    file: &'a str,
    kind: FileKind,
    places: Places<'a>,
}

impl<'a> Source<'a> {
    /// Takes a text; `file` names it in errors.
    ///
    /// # Errors
    /// [`ModeError::Unreadable`] for a text above [`FILE_BYTES_MAX`] bytes.
    pub fn new(text: &'a str, file: &'a str, kind: FileKind) -> Result<Self, ModeError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(too_large(file, kind));
        }
        Ok(Self { text, file, kind, places: Places::of(text) })
    }

    /// Reads the value that the text spells out.
    ///
    /// # Errors
    /// [`ModeError::Invalid`], with the place, when the text is no YAML, goes beyond the parser's limits, or does not
    /// fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ModeError> {
        serde_yaml::from_str_with_options(self.text, options()).map_err(|error| self.explain(&error))
    }

    /// The complaint about the value at `path`, such as `topics.0.answer`; `meant` is the name that was most likely meant.
    pub fn complaint(&self, path: &str, message: impl Into<String>, meant: Option<&str>) -> ModeError {
        ModeError::Invalid {
            file: self.file.to_owned(),
            place: self.place(path),
            message: message.into(),
            suggestion: meant.map(str::to_owned),
        }
    }

    /// Where the value at `path` stands.
    pub fn place(&self, path: &str) -> Place {
        self.places.value(path)
    }

    pub(crate) fn places(&self) -> &Places<'a> {
        &self.places
    }

    fn explain(&self, error: &Error) -> ModeError {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        let place =
            error.location().map_or(Place::START, |at| Place { line: number(at.line()), column: number(at.column()) });
        let place = match error {
            // The parser points at the last key of the mapping that lacks one.
            Error::SerdeMissingField { .. } => self.places.mapping_around(place).unwrap_or(place),
            _ => place,
        };
        let (message, suggestion) = reword(error, self.kind);
        let suggestion = suggestion.map(str::to_owned);
        ModeError::Invalid { file: self.file.to_owned(), place, message, suggestion }
    }
}

/// The refusal of a file above the limit, whose size need not be known.
pub(crate) fn too_large(file: &str, kind: FileKind) -> ModeError {
    let message = format!("larger than {} KiB, the most a {} may hold", FILE_BYTES_MAX / 1024, kind.title());
    ModeError::Unreadable { file: file.to_owned(), message }
}

/// Limits far above what such a file needs and far below what hurts.
fn options() -> Options {
    serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        emit_comments: false,
        reject_unsupported_tags: true,
        merge_keys: serde_yaml::MergeKeyPolicy::Error,
        budget: serde_yaml::budget! {
            max_nodes: 20_000,
            max_events: 60_000,
            max_depth: 32,
            flow_nesting_limit: 32,
            max_aliases: 256,
            max_anchors: 256,
            max_documents: 1,
            max_recorded_anchor_events: 20_000,
            max_recorded_anchor_bytes: FILE_BYTES_MAX,
            max_total_scalar_bytes: FILE_BYTES_MAX,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 8,
        },
    }
}

/// What is wrong in our words, and the name that was most likely meant.
fn reword(error: &Error, kind: FileKind) -> (String, Option<&'static str>) {
    let message = match error {
        Error::AliasError { error, .. } => return reword(error, kind),
        Error::SerdeUnknownField { field, expected, .. } => {
            return (format!("unknown key `{}`", quotable(field)), nearest(field, expected.iter().copied()));
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let message = format!("unknown value `{}`; expected {}", quotable(variant), one_of(expected));
            return (message, nearest(variant, expected.iter().copied()));
        }
        Error::SerdeMissingField { field, .. } => format!("missing key `{field}`"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("key `{}` is given twice", quotable(key)),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
            format!("too large or too deeply nested for a {}", kind.title())
        }
        Error::InvalidBooleanStrict { .. } => "expected `true` or `false`".to_owned(),
        Error::InvalidScalar { ty: "u32" | "u64", .. } => "expected a whole number".to_owned(),
        Error::NullIntoString { .. } | Error::Unexpected { expected: "string scalar", .. } => {
            "expected a text".to_owned()
        }
        Error::Unexpected { expected: "sequence start", .. } => "expected a list".to_owned(),
        Error::Unexpected { expected: "mapping start", .. } => "expected keys with values".to_owned(),
        Error::UnexpectedValueForUnitEnumVariant { .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            match kind {
                // Only `speakers` and the axes of a stage are enums, and only `speakers` takes a mapping.
                FileKind::Mode => "expected a single word; `speakers` also takes { team: NAME } or { persona: NAME }",
                FileKind::Persona | FileKind::Bench => "expected a single word",
            }
            .to_owned()
        }
        other => printable(&UserMessageFormatter.format_message(other), 300),
    };
    (message, None)
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
