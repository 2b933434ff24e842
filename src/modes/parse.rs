//! From YAML to a checked mode.

use crate::debate::mode::Mode;
use crate::modes::check::check;
use crate::modes::error::ModeError;
use crate::modes::flaw::Flaw;
use crate::modes::places::Places;
use crate::modes::yaml::{FileKind, Source};

/// Parses and checks `source`. `file` names it in errors; `stem` is what the mode must be called, if anything.
pub(super) fn parse(source: &str, file: &str, stem: Option<&str>) -> Result<Mode, ModeError> {
    let source = Source::new(source, file, FileKind::Mode)?;
    refuse_nameless(source.places(), file)?;
    let mut mode: Mode = source.read()?;
    settle(&mut mode);
    check(&mode, stem).map_err(|flaw| locate(flaw, source.places(), file))?;
    Ok(mode)
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
