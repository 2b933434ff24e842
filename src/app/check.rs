//! Decisions held against their premises: which records of a project rest on what has changed since.
//!
//! Must need no key, no store and no network: it runs wherever the project is checked out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::app::panel::vendor_keys;
use crate::config::ProjectFolder;
use crate::debate::log::material::Assumption;
use crate::error::Failure;
use crate::export::Format;
use crate::export::premises::{self, PremiseKind, PremiseRecord};
use crate::material::{self, Content};
use crate::message::{Action, Target, message};

/// Format and version of what `check` finds.
const SCHEMA: &str = "roundtable.check/1";
/// What the first event of a log holds within its first bytes.
const LOG_MARK: &str = "\"session_opened\"";

/// What was found in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Format and version.
    pub schema: &'static str,
    /// Records with premises.
    pub records: usize,
    /// Premises that could be checked.
    pub premises: usize,
    /// Premises that have changed, by record.
    pub stale: Vec<Stale>,
    /// Records and premises that cannot be told to hold: damaged, or of a version that this program does not know.
    pub unverified: Vec<String>,
    /// What could not be looked at.
    pub warnings: Vec<String>,
}

/// A premise that is no longer what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The record's file, from the folder that was checked.
    pub record: String,
    /// The premise as recorded.
    pub premise: PremiseRecord,
    /// What became of it.
    pub change: Change,
}

/// What became of a premise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The file holds another text.
    Changed,
    /// The file, or the assumption, is not there any more.
    Gone,
    /// The assumption says something else.
    Reworded,
    /// The file leads out of the project's folder.
    LeadsOut,
    /// The file cannot be read.
    Unreadable,
}

impl Change {
    /// What became of it, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Changed => "has changed",
            Self::Gone => "is gone",
            Self::Reworded => "is reworded",
            Self::LeadsOut => "leads out of the project",
            Self::Unreadable => "cannot be read",
        }
    }
}

/// Holds the records at or below a path against the project around it.
///
/// # Errors
/// A usage failure when the path cannot be read, or is a file that holds no record; or the project's configuration is
/// not valid.
pub fn check(path: &Path) -> Result<Checked, Failure> {
    let place = material::located(path).map_err(|error| {
        let failure = Failure::usage(format!("cannot check: {error}"));
        failure.with_hint("give a folder, or a decision record, that can be read").with_source(error)
    })?;
    let project = ProjectFolder::around(&place.folder, &vendor_keys())?;
    let endings: Vec<&str> = Format::ALL
        .iter()
        .filter(|(format, _, _)| is_read(*format))
        .flat_map(|(_, _, endings)| endings.iter().copied())
        .collect();
    let walked = material::records(&place, &endings, LOG_MARK);
    let mut checked = Checked {
        schema: SCHEMA,
        records: 0,
        premises: 0,
        stale: Vec::new(),
        unverified: Vec::new(),
        warnings: walked.warnings,
    };
    let mut is_record = false;
    let mut known = Known { project, files: BTreeMap::new() };
    for file in walked.files {
        let format = Format::of(Path::new(&file.name)).filter(|format| is_read(*format));
        let Some(recorded) = format.and_then(|format| premises::read(&file.text, format)) else { continue };
        is_record = true;
        checked.records += usize::from(!recorded.premises.is_empty());
        checked.unverified.extend(recorded.damage.iter().map(|damage| format!("{}: {damage}", file.name)));
        for premise in recorded.premises {
            match known.standing(&premise) {
                Standing::Unchecked => {}
                Standing::Holds => checked.premises += 1,
                Standing::Is(change) => {
                    checked.premises += 1;
                    checked.stale.push(Stale { record: file.name.clone(), premise, change });
                }
                Standing::Doubtful(why) => checked.unverified.push(format!("{}: {}: {why}", file.name, premise.id)),
            }
        }
    }
    if place.path.is_file() && !is_record {
        return Err(Failure::usage(format!("{} is no decision record that can be read", path.display()))
            .with_hint("name the Markdown, ADR, JSON or ndjson of a session with premises, or a folder"));
    }
    Ok(checked)
}

fn is_read(format: Format) -> bool {
    match format {
        Format::Markdown | Format::Adr | Format::Json | Format::Ndjson => true,
        Format::Text | Format::Html => false,
    }
}

/// How a premise stands.
enum Standing {
    /// Nothing in the project says.
    Unchecked,
    /// As it did.
    Holds,
    /// It is no longer what it was.
    Is(Change),
    /// It cannot be told, and why.
    Doubtful(&'static str),
}

/// The project, with the files that have been looked at: many records rest on the same ones.
struct Known {
    project: ProjectFolder,
    files: BTreeMap<String, Content>,
}

impl Known {
    fn standing(&mut self, premise: &PremiseRecord) -> Standing {
        match (premise.kind, &premise.name) {
            (PremiseKind::File, Some(name)) => self.file(name, &premise.sha256),
            (PremiseKind::Assumption, Some(name)) => match self.project.assumptions.get(name) {
                None => Standing::Is(Change::Gone),
                Some(text) if Assumption::new(None, text).sha256 == premise.sha256 => Standing::Holds,
                Some(_) => Standing::Is(Change::Reworded),
            },
            (PremiseKind::File, None) => Standing::Doubtful("it names no file"),
            (PremiseKind::Outside | PremiseKind::Input | PremiseKind::Diff | PremiseKind::Assumption, _) => {
                Standing::Unchecked
            }
        }
    }

    fn file(&mut self, name: &str, sha256: &str) -> Standing {
        let root = &self.project.root;
        match self.files.entry(name.to_owned()).or_insert_with(|| material::read_premise(root, name)) {
            Content::Text(found) if found.iter().any(|found| found == sha256) => Standing::Holds,
            Content::Text(_) | Content::Other => Standing::Is(Change::Changed),
            Content::Gone => Standing::Is(Change::Gone),
            Content::LeadsOut => Standing::Is(Change::LeadsOut),
            Content::Unreadable(_) => Standing::Is(Change::Unreadable),
            Content::NoPath => Standing::Doubtful("its path is none within the project"),
        }
    }
}

impl Checked {
    /// The failure that changed premises, and those that cannot be checked, mean to a script; `None` without any.
    pub fn failure(&self) -> Option<Failure> {
        let changed = match self.stale.len() {
            0 if self.unverified.is_empty() => return None,
            0 => {
                let failure = Failure::gate(format!("of the records, {} cannot be checked", self.unverified.len()));
                return Some(failure.with_hint(message![
                    Action::Export(Target::Known),
                    " writes the record out again; or mend its lines"
                ]));
            }
            1 => "1 premise of a decision no longer holds".to_owned(),
            more => format!("{more} premises of decisions no longer hold"),
        };
        Some(Failure::gate(changed).with_hint("look at the claims that lean on it, or debate the question again"))
    }
}
