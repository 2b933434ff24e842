//! Where modes come from: built in, the user's folder, the project's folder, or a file named outright.

use std::path::{Path, PathBuf};

use crate::debate::mode::Mode;
use crate::modes::built_in::BUILT_IN;
use crate::modes::error::ModeError;
use crate::modes::files::{file_of, label, overridden, read, stems_in};
use crate::modes::nearest::nearest;
use crate::modes::parse::parse;
use crate::modes::text::is_slug;
use crate::modes::yaml::FileKind;

/// How a mode file's name may end.
const ENDINGS: [&str; 2] = ["yaml", "yml"];

/// Where mode files are looked for. A folder that does not exist holds none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// The user's own modes.
    pub user: Option<PathBuf>,
    /// The project's modes; they win over the user's, and both over those built in.
    pub project: Option<PathBuf>,
}

impl Folders {
    /// The folders in order of precedence.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (Origin, &Path)> {
        let project = self.project.iter().map(|path| (Origin::Project, path.as_path()));
        let user = self.user.iter().map(|path| (Origin::User, path.as_path()));
        project.chain(user)
    }
}

/// Where a mode comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// A file in the user's folder.
    User,
    /// A file in the project's folder.
    Project,
    /// A file that was named outright.
    File,
}

/// A mode that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The mode, checked.
    pub mode: Mode,
    /// Where it comes from.
    pub origin: Origin,
    /// The YAML as it is written.
    pub source: String,
}

/// One line of the list of modes. A broken file is listed as well, and hides what it overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The name that finds it: the file's, without the ending.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The file; `None` for a mode that is built in.
    pub path: Option<PathBuf>,
    /// The mode, or why it cannot be used.
    pub result: Result<Mode, ModeError>,
}

/// Finds the mode called `name_or_path`; what holds a `/` or ends in `.yaml` or `.yml` is the path of a file.
///
/// # Errors
/// [`ModeError::Unknown`] when no mode has the name, [`ModeError::Unreadable`] when its file cannot be read.
/// [`ModeError::Invalid`] when its file holds no valid mode.
pub fn find(name_or_path: &str, folders: &Folders) -> Result<Found, ModeError> {
    if is_path(name_or_path) {
        let source = read(Path::new(name_or_path), FileKind::Mode)?;
        let mode = parse(&source, &label(Path::new(name_or_path)), None)?;
        return Ok(Found { mode, origin: Origin::File, source });
    }
    // Only a slug is ever joined to a folder, so a name cannot lead out of it.
    if is_slug(name_or_path) {
        for (origin, folder) in folders.in_order() {
            if let Some(path) = file_of(name_or_path, folder, &ENDINGS)? {
                let source = read(&path, FileKind::Mode)?;
                let mode = parse(&source, &label(&path), Some(name_or_path))?;
                return Ok(Found { mode, origin, source });
            }
        }
        if let Some((name, source)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            let mode = parse(source, &built_in_label(name), Some(name))?;
            return Ok(Found { mode, origin: Origin::BuiltIn, source: (*source).to_owned() });
        }
    }
    let listed = list(folders);
    let suggestion = nearest(name_or_path, listed.iter().map(|listed| listed.name.as_str())).map(str::to_owned);
    Err(ModeError::Unknown { name: name_or_path.to_owned(), suggestion })
}

/// Lists every mode once: those built in, in their order, replaced by the file that overrides them; then the others by
/// name.
pub fn list(folders: &Folders) -> Vec<Listed> {
    let listed: Vec<Listed> = BUILT_IN
        .iter()
        .map(|(name, source)| Listed {
            name: (*name).to_owned(),
            origin: Origin::BuiltIn,
            path: None,
            result: parse(source, &built_in_label(name), Some(name)),
        })
        .collect();
    let own = folders.in_order().flat_map(|(origin, folder)| list_folder(origin, folder));
    overridden(listed, own, |listed| &listed.name)
}

fn is_path(argument: &str) -> bool {
    argument.contains('/')
        || Path::new(argument).extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

fn list_folder(origin: Origin, folder: &Path) -> Vec<Listed> {
    let stems = match stems_in(folder, &ENDINGS) {
        Ok(stems) => stems,
        Err(error) => {
            return vec![Listed { name: label(folder), origin, path: Some(folder.to_owned()), result: Err(error) }];
        }
    };
    let listed = |stem: String| {
        let (path, result) = match file_of(&stem, folder, &ENDINGS) {
            Ok(Some(path)) => {
                let result = read(&path, FileKind::Mode).and_then(|source| parse(&source, &label(&path), Some(&stem)));
                (Some(path), result)
            }
            // It was there a moment ago.
            Ok(None) => return None,
            Err(error) => (None, Err(error)),
        };
        Some(Listed { name: stem, origin, path, result })
    };
    stems.into_iter().filter_map(listed).collect()
}

fn built_in_label(name: &str) -> String {
    format!("built-in mode `{name}`")
}
