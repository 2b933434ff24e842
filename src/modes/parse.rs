//! From YAML to a checked mode, and from the parser's complaints to ours.
//!
//! The only file that knows the YAML parser's options and errors.

use serde::de::DeserializeOwned;
use serde_yaml::{Error, MessageFormatter, Options, UserMessageFormatter};

use crate::debate::mode::Mode;
use crate::modes::check::{Flaw, check};
use crate::modes::nearest::nearest;
use crate::modes::places::{Place, Places};
use crate::modes::text::{printable, quotable};
use crate::modes::{FILE_BYTES_MAX, ModeError};

/// Parses and checks `source`. `file` names it in errors; `stem` is what the mode must be called, if anything.
pub(super) fn parse(source: &str, file: &str, stem: Option<&str>) -> Result<Mode, ModeError> {
    if source.len() > FILE_BYTES_MAX {
        return Err(too_large(file));
    }
    let places = Places::of(source);
    refuse_nameless(&places, file)?;
    let mut mode: Mode = typed(source, &places, file)?;
    settle(&mut mode);
    check(&mode, stem).map_err(|flaw| locate(flaw, &places, file))?;
    Ok(mode)
}

/// Reads YAML of known places as the value it is to hold, within limits.
pub(crate) fn typed<T: DeserializeOwned>(source: &str, places: &Places<'_>, file: &str) -> Result<T, ModeError> {
    serde_yaml::from_str_with_options(source, options()).map_err(|error| explain(&error, places, file))
}

/// The refusal of a file above the limit, whose size need not be known.
pub(crate) fn too_large(file: &str) -> ModeError {
    let message = format!("larger than {} KiB, the most such a file may hold", FILE_BYTES_MAX / 1024);
    ModeError::Unreadable { file: file.to_owned(), message }
}

/// Limits far above what a mode needs and far below what hurts.
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

/// Fills in what a file may leave to us: the name of an only stage, and the line break that block text ends with.
fn settle(mode: &mut Mode) {
    trim_end(&mut mode.summary);
    for persona in &mut mode.panel.personas {
        trim_end(&mut persona.character);
    }
    for phase in &mut mode.phases {
        if let [stage] = phase.stages.as_mut_slice()
            && stage.name.is_empty()
        {
            stage.name.clone_from(&phase.name);
        }
        for stage in &mut phase.stages {
            trim_end(&mut stage.ask);
            stage.ask_estimate.iter_mut().for_each(trim_end);
        }
    }
}

fn trim_end(text: &mut String) {
    text.truncate(text.trim_end().len());
}

/// Refuses `speakers: team`, for which the YAML parser would take the next key as the team's name.
fn refuse_nameless(places: &Places<'_>, file: &str) -> Result<(), ModeError> {
    let Some((word, place)) = places.bare_word("speakers", &["team", "persona"]) else { return Ok(()) };
    let message = format!("`{word}` lacks a name: write {{ {word}: NAME }}");
    Err(ModeError::Invalid { file: file.to_owned(), place, message, suggestion: None })
}

pub(crate) fn locate(flaw: Flaw, places: &Places<'_>, file: &str) -> ModeError {
    let place = match flaw.opener {
        Some(nth) => places.opener(&flaw.path, nth),
        None => places.value(&flaw.path),
    };
    ModeError::Invalid { file: file.to_owned(), place, message: flaw.message, suggestion: flaw.suggestion }
}

fn explain(error: &Error, places: &Places<'_>, file: &str) -> ModeError {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    let place =
        error.location().map_or(Place::START, |at| Place { line: number(at.line()), column: number(at.column()) });
    let place = match error {
        // The parser points at the last key of the mapping that lacks one.
        Error::SerdeMissingField { .. } => places.mapping_around(place).unwrap_or(place),
        _ => place,
    };
    let (message, suggestion) = reword(error);
    ModeError::Invalid { file: file.to_owned(), place, message, suggestion: suggestion.map(str::to_owned) }
}

/// What is wrong in our words, and the name that was most likely meant.
fn reword(error: &Error) -> (String, Option<&'static str>) {
    let message = match error {
        Error::AliasError { error, .. } => return reword(error),
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
            "too large or too deeply nested for such a file".to_owned()
        }
        Error::InvalidBooleanStrict { .. } => "expected `true` or `false`".to_owned(),
        Error::InvalidScalar { ty: "u32", .. } => "expected a whole number".to_owned(),
        Error::NullIntoString { .. } | Error::Unexpected { expected: "string scalar", .. } => {
            "expected a text".to_owned()
        }
        Error::Unexpected { expected: "sequence start", .. } => "expected a list".to_owned(),
        Error::Unexpected { expected: "mapping start", .. } => "expected keys with values".to_owned(),
        // Only `speakers` and the axes of a stage are enums, and only `speakers` takes a mapping.
        Error::UnexpectedValueForUnitEnumVariant { .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            "expected a single word; `speakers` also takes { team: NAME } or { persona: NAME }".to_owned()
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
