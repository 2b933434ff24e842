//! What comes with the question: from flags to the premises of a session, and what must not leave the machine.

use crate::config::Config;
use crate::debate::log::material::{Assumption, Material};
use crate::debate::text;
use crate::error::Failure;
use crate::material::{self, Guard, Held, MaterialError, Place};
use crate::message::{Field, Message, message};

/// Longest assumption, in bytes.
const ASSUMPTION_BYTES_MAX: usize = 2_000;
/// Most assumptions of a session.
const ASSUMPTIONS_MAX: usize = 50;

/// What comes with the question, as it was asked for. Nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supplied {
    /// Files, folders, or `-` for standard input; relative to the working folder.
    pub context: Vec<String>,
    /// The range whose changes git tells.
    pub diff: Option<String>,
    /// Assumptions: names from the project's `roundtable.yaml`, or texts.
    pub assume: Vec<String>,
    /// What becomes of what looks like a secret.
    pub guard: Guard,
}

/// What a session is opened with.
pub(super) struct Premises {
    pub(super) context: Vec<Material>,
    pub(super) assumptions: Vec<Assumption>,
}

impl Premises {
    /// Every text, with the place it comes from.
    pub(super) fn texts(&self) -> Vec<(Message, &str)> {
        let assumed = self.assumptions.iter().map(|assumption| (Field::Assumptions.into(), assumption.text.as_str()));
        let material = self.context.iter().map(|material| (Message::from(&material.name), material.text.as_str()));
        assumed.chain(material).collect()
    }
}

/// Reads what comes with a question.
pub(super) fn premises(config: &Config, supplied: &Supplied, warnings: &mut Vec<String>) -> Result<Premises, Failure> {
    let working = config.working_folder().to_owned();
    let root = config.project_root().unwrap_or(&working).to_owned();
    let place = Place { working, root };
    let context = |error| failure(Field::Context, error);
    let mut gathered = material::gather(&supplied.context, &place, supplied.guard).map_err(context)?;
    if let Some(range) = &supplied.diff {
        let told = material::diff(range, &place.working, &config.secret_variables(), &mut gathered.warnings);
        let told = told.map_err(|error| failure(Field::Diff, error))?;
        gathered.push(told).map_err(|error| failure(Field::Diff, error))?;
    }
    warnings.append(&mut gathered.warnings);
    Ok(Premises { context: gathered.context, assumptions: assumptions(config, &supplied.assume)? })
}

fn failure(field: Field, error: MaterialError) -> Failure {
    Failure::usage(message![field, format!(": {error}")]).with_hint(error.hint()).with_source(error)
}

fn assumptions(config: &Config, given: &[String]) -> Result<Vec<Assumption>, Failure> {
    let mut assumptions: Vec<Assumption> = Vec::new();
    for given in given {
        let assumption = match config.assumptions().get_key_value(given.trim()) {
            Some((name, text)) => Assumption::new(Some(name.clone()), text),
            None => Assumption::new(None, given),
        };
        let bytes = assumption.text.len();
        if text::is_blank(&assumption.text) || bytes > ASSUMPTION_BYTES_MAX {
            let told = format!(": an assumption is {bytes} bytes long; 1 to {ASSUMPTION_BYTES_MAX} are taken");
            return Err(Failure::usage(message![Field::Assumptions, told]));
        }
        // Such a word says nothing: it is a name that the project does not have.
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if assumption.name.is_none() && assumption.text.chars().all(is_word) {
            let known: Vec<&str> = config.assumptions().keys().map(String::as_str).collect();
            let hint = match known.is_empty() {
                true => "write the assumption out, or name it under `assumptions:` in roundtable.yaml".to_owned(),
                false => format!("write the assumption out, or give one of {}", known.join(", ")),
            };
            let text = text::clip(&assumption.text, 60);
            let told = format!(" is `{text}`, which is no assumption of the project");
            return Err(Failure::usage(message![Field::Assumptions, told]).with_hint(hint));
        }
        if !assumptions.contains(&assumption) {
            assumptions.push(assumption);
        }
    }
    if assumptions.len() > ASSUMPTIONS_MAX {
        let count = assumptions.len();
        let told = format!(" is given {count} times; at most {ASSUMPTIONS_MAX} are taken");
        return Err(Failure::usage(message![Field::Assumptions, told]));
    }
    Ok(assumptions)
}

/// The keys that the program itself holds.
pub(super) fn held(config: &Config) -> Vec<Held<'_>> {
    config.secrets().into_iter().map(|(name, value)| Held { name, value }).collect()
}

/// Fails if one of the named texts holds what looks like a secret, or one of our own keys.
pub(super) fn check_secrets<'a>(
    config: &Config,
    texts: impl IntoIterator<Item = (Message, &'a str)>,
    guard: Guard,
) -> Result<(), Failure> {
    if guard == Guard::Allow {
        return Ok(());
    }
    let held = held(config);
    let mut found = Vec::new();
    for (name, text) in texts {
        let findings = material::findings(text, &held).into_iter();
        found.extend(findings.map(|finding| name.clone().and(format!(", line {}: {}", finding.line, finding.kind))));
    }
    let Some(first) = found.first() else { return Ok(()) };
    let further = match found.len() - 1 {
        0 => Message::default(),
        more => message![format!("; and {more} more: "), Message::joined(found[1..].iter().take(4).cloned(), "; ")],
    };
    let told = message!["what looks like a secret would leave this machine: ", first.clone(), further];
    Err(Failure::usage(told).with_hint(message!["take it out, or send it all the same with ", Field::AllowSecrets]))
}
