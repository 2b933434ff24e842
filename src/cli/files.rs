//! The files that a record is written to. Must never replace one that the program did not write, unless the user says so.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::cli::args::shared::OutputArgs;
use crate::cli::decisions;
use crate::cli::file_to_write::FileToWrite;
use crate::cli::ownership::{Over, Theirs, check_owner, try_folder};
use crate::cli::written::Written;
use crate::debate::history::History;
use crate::error::Failure;
use crate::export::Format;

/// Where something is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file, in the format of its ending.
    File(PathBuf, Format),
    /// A folder of decision records, which gets another one.
    Decisions(PathBuf),
}

/// Where a session is written to besides standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outputs {
    places: Vec<Place>,
    over: Over,
    written: Written,
    /// Numbers of the decision records that this one replaces.
    supersedes: Vec<String>,
}

impl Outputs {
    /// Nowhere.
    pub(crate) fn none(app: &App) -> Self {
        Self { places: Vec::new(), over: Over::Own, written: Written::of(app), supersedes: Vec::new() }
    }

    /// Checks what the arguments name, before anything is paid for.
    pub(crate) fn checked(app: &App, args: &OutputArgs) -> Result<Self, Failure> {
        let over = Over::forced(args.force);
        let written = Written::of(app);
        let places = places(&args.output, over, &written)?;
        let folders: Vec<&PathBuf> = places.iter().filter_map(Place::folder).collect();
        if !args.supersedes.is_empty() && folders.is_empty() {
            return Err(Failure::usage(
                "--supersedes names a decision record, and none is written to a folder of them",
            )
            .with_hint("name the folder too: --output docs/decisions"));
        }
        for folder in folders {
            decisions::check(folder, &args.supersedes)?;
        }
        Ok(Self { places, over, written, supersedes: args.supersedes.clone() })
    }

    /// Writes a session to each. All are tried; the first failure is returned. `tell` is told the path of a record in a folder.
    pub(crate) fn write(&self, app: &App, history: &History, tell: &dyn Fn(String)) -> Result<(), Failure> {
        let write = |place: &Place| match place {
            Place::File(path, format) => {
                self.file(path.clone(), app.render(history, *format)?).write(history.setup.session)
            }
            Place::Decisions(folder) => {
                let to_write = |path, text| FileToWrite { theirs: Theirs::Standing, ..self.file(path, text) };
                let path = decisions::write(folder, history, &self.supersedes, &to_write)?;
                tell(format!("decision record: {}", path.display()));
                Ok(())
            }
        };
        let outcomes: Vec<Result<(), Failure>> = self.places.iter().map(write).collect();
        outcomes.into_iter().collect()
    }

    /// The places.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// A text for one of the places.
    pub(crate) fn file(&self, path: PathBuf, text: String) -> FileToWrite {
        FileToWrite { path, text, over: self.over, theirs: Theirs::Nothing, written: self.written.clone() }
    }
}

impl Place {
    /// The file, or the folder.
    pub(crate) fn path(&self) -> &Path {
        let (Self::File(path, _) | Self::Decisions(path)) = self;
        path
    }

    /// The format of what is written there.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::File(_, format) => *format,
            Self::Decisions(_) => Format::Adr,
        }
    }

    fn folder(&self) -> Option<&PathBuf> {
        match self {
            Self::File(..) => None,
            Self::Decisions(folder) => Some(folder),
        }
    }
}

/// Checks the paths that something is to be written to.
pub(crate) fn places(paths: &[PathBuf], over: Over, written: &Written) -> Result<Vec<Place>, Failure> {
    let place = |path: &PathBuf| {
        if path.is_dir() {
            let cannot = |error| Failure::usage(format!("cannot write to {}: {error}", path.display()));
            try_folder(&path.join("0001.md")).map_err(cannot)?;
            return Ok(Place::Decisions(path.clone()));
        }
        let format = Format::of(path).ok_or_else(|| {
            let endings: Vec<String> = Format::ALL
                .iter()
                .flat_map(|(_, _, endings)| endings.iter())
                .map(|ending| format!(".{ending}"))
                .collect();
            let hint = match path.extension() {
                Some(_) => format!("use one of {}", endings.join(", ")),
                None => {
                    format!("use one of {}, or `mkdir -p {}` for decision records", endings.join(", "), path.display())
                }
            };
            Failure::usage(format!("--output is `{}`, and its ending names no format", path.display())).with_hint(hint)
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Failure::usage(format!("--output is `{}`, which is no place for a file", path.display()))
                .with_hint(format!("there is no folder `{}`: make it first", folder.display())));
        }
        check_owner(path, over, (Theirs::Nothing, written))?;
        Ok(Place::File(path.clone(), format))
    };
    paths.iter().map(place).collect()
}
