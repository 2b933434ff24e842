//! The personas that there are: found by name, listed, begun.

use crate::app::failures::persona_failure;
use crate::app::program::App;
use crate::error::Failure;
use crate::modes::{self, Folders};
use crate::personas::{self, Found, Listed, PersonaError, PersonaFile};

impl App {
    /// Lists the personas, built in and overridden.
    pub fn personas(&self) -> Vec<Listed> {
        personas::list(&self.personas_folders())
    }

    /// Finds a persona by name or file.
    ///
    /// # Errors
    /// No persona has the name, or its file cannot be read or holds no valid persona.
    pub fn persona(&self, name: &str) -> Result<Found, PersonaError> {
        personas::find(name, &self.personas_folders())
    }

    /// Finds a persona by name or file, for a command that names it.
    pub(super) fn persona_file(&self, name: &str) -> Result<PersonaFile, Failure> {
        let found = self.persona(name).map_err(persona_failure)?;
        Ok(found.persona)
    }

    fn personas_folders(&self) -> Folders {
        let mut folders = self.config.personas_folders().iter().cloned();
        Folders { project: folders.next(), user: folders.next() }
    }
}

/// A commented persona file to start from.
///
/// # Errors
/// A usage failure when `name` is not up to 60 lower-case letters, digits and single dashes, a letter first.
pub fn new_persona(name: &str) -> Result<String, Failure> {
    if !modes::is_name(name) {
        let failure = Failure::usage(format!("`{name}` cannot name a persona"));
        return Err(failure.with_hint("use up to 60 lower-case letters, digits and single dashes, a letter first"));
    }
    Ok(personas::template(name))
}
