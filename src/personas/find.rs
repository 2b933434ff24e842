//! Where personas come from: built in, the user's folder, the project's folder, or a file named outright.

use std::path::{Path, PathBuf};

use crate::modes::files::{file_of, label, overridden, read, stems_in};
use crate::modes::text::is_slug;
use crate::modes::{FileKind, Folders, Origin, nearest};
use crate::personas::file::{BUILT_IN, PersonaError, PersonaFile};
use crate::personas::parse::parse;

/// How a persona file's name ends.
const ENDINGS: [&str; 1] = ["md"];

/// A persona that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The persona, checked.
    pub persona: PersonaFile,
    /// Where it comes from.
    pub origin: Origin,
    /// The file as it is written.
    pub source: String,
}

/// One line of the list of personas. A broken file is listed as well, and hides what it overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name that finds it: the file's, without the ending.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The file; `None` for a persona that is built in.
    pub path: Option<PathBuf>,
    /// The persona, or why it cannot be used.
    pub result: Result<PersonaFile, PersonaError>,
}

/// Finds the persona called `name_or_path`; what holds a `/` or ends in `.md` is the path of a file.
///
/// # Errors
/// [`PersonaError::Unknown`] when no persona has the name. [`PersonaError::File`] when its file cannot be read, or
/// holds no valid persona.
pub fn find(name_or_path: &str, folders: &Folders) -> Result<Found, PersonaError> {
    if name_or_path.contains('/') || name_or_path.ends_with(".md") {
        let path = Path::new(name_or_path);
        let source = read(path, FileKind::Persona)?;
        return Ok(Found { persona: parse(&source, &label(path), None)?, origin: Origin::File, source });
    }
    // Only a slug is ever joined to a folder, so a name cannot lead out of it.
    if is_slug(name_or_path) {
        for (origin, folder) in folders.in_order() {
            if let Some(path) = file_of(name_or_path, folder, &ENDINGS)? {
                let source = read(&path, FileKind::Persona)?;
                return Ok(Found { persona: parse(&source, &label(&path), Some(name_or_path))?, origin, source });
            }
        }
        if let Some((name, source)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            let persona = parse(source, &built_in_label(name), Some(name))?;
            return Ok(Found { persona, origin: Origin::BuiltIn, source: (*source).to_owned() });
        }
    }
    let listed = list(folders);
    let suggestion = nearest(name_or_path, listed.iter().map(|listed| listed.name.as_str())).map(str::to_owned);
    Err(PersonaError::Unknown { name: name_or_path.to_owned(), suggestion })
}

/// Lists every persona once: those built in, in their order, replaced by the file that overrides them; then the others by
/// name.
pub fn list(folders: &Folders) -> Vec<Listed> {
    let built_in = BUILT_IN.iter().map(|(name, source)| Listed {
        name: (*name).to_owned(),
        origin: Origin::BuiltIn,
        path: None,
        result: parse(source, &built_in_label(name), Some(name)).map_err(PersonaError::File),
    });
    let own = folders.in_order().flat_map(|(origin, folder)| list_folder(origin, folder));
    overridden(built_in.collect(), own, |listed| &listed.name)
}

fn list_folder(origin: Origin, folder: &Path) -> Vec<Listed> {
    let stems = match stems_in(folder, &ENDINGS) {
        Ok(stems) => stems,
        Err(error) => {
            let path = Some(folder.to_owned());
            return vec![Listed { name: label(folder), origin, path, result: Err(error.into()) }];
        }
    };
    let listed = |stem: String| {
        let (path, result) = match file_of(&stem, folder, &ENDINGS) {
            Ok(Some(path)) => {
                let source = read(&path, FileKind::Persona);
                let result = source.and_then(|source| parse(&source, &label(&path), Some(&stem)));
                (Some(path), result.map_err(PersonaError::File))
            }
            // It was there a moment ago.
            Ok(None) => return None,
            Err(error) => (None, Err(PersonaError::File(error))),
        };
        Some(Listed { name: stem, origin, path, result })
    };
    stems.into_iter().filter_map(listed).collect()
}

fn built_in_label(name: &str) -> String {
    format!("built-in persona `{name}`")
}
