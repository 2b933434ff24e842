//! The files that a record is written to. Must never replace one that the program did not write, unless the user says so.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::cli::args::OutputArgs;
use crate::cli::decisions;
use crate::cli::written::{Known, Written};
use crate::debate::event::SessionId;
use crate::debate::history::History;
use crate::error::Failure;
use crate::export::{Format, adr, origin};

/// Most links that lead from one to the next, as the system follows them.
const LINKS_MAX: usize = 40;

/// Whose files may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Those that this program wrote.
    Own,
    /// Any.
    Any,
}

/// What people may change in a file of the program's without making it their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theirs {
    /// Nothing.
    Nothing,
    /// How a decision record stands among others, which is read from it and written into it again.
    Standing,
}

impl Theirs {
    /// The text without what is theirs.
    fn taken_out(self, text: &str) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Standing => Some(adr::without_standing(text)),
        }
    }
}

impl Over {
    /// What `--force` stands for.
    pub(crate) fn forced(force: bool) -> Self {
        if force { Self::Any } else { Self::Own }
    }
}

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

/// A text and the file that it belongs into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileToWrite {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its content.
    pub(crate) text: String,
    /// What may stand there before.
    pub(crate) over: Over,
    /// What people may have changed of it.
    pub(crate) theirs: Theirs,
    /// What the program has written so far.
    pub(crate) written: Written,
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

impl FileToWrite {
    /// Writes a text about a session.
    pub(crate) fn write(&self, session: SessionId) -> Result<(), Failure> {
        self.write_or(&format!("the session is stored: `roundtable show {session}` prints it"))
            .map_err(|failure| failure.with_session(session.to_string()))
    }

    /// Writes it; `hint` says what to do where that fails.
    pub(crate) fn write_or(&self, hint: &str) -> Result<(), Failure> {
        check_owner(&self.path, self.over, (self.theirs, &self.written))?;
        write_whole(&self.path, &self.text).map_err(|error| {
            Failure::usage(format!("cannot write {}: {error}", self.path.display())).with_hint(hint)
        })?;
        self.written.note(&self.path, &self.text);
        if let Some(text) = self.theirs.taken_out(&self.text) {
            self.written.note(&self.path, &text);
        }
        Ok(())
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

/// Refuses a file that somebody else wrote, or wrote in, and one that cannot be written. Pipes and devices hold nothing that could
/// be lost.
fn check_owner(path: &Path, over: Over, (theirs, written): (Theirs, &Written)) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::usage(format!("cannot write {}: {error}", path.display()))
            .with_hint("choose a place that you may write to")
    };
    let known = match fs::metadata(path) {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::NotFound => return try_folder(path).map_err(cannot),
        Err(error) => return Err(cannot(error)),
    };
    if !known.is_file() {
        return Ok(());
    }
    if known.permissions().readonly() {
        return Err(cannot(io::Error::from(ErrorKind::PermissionDenied)));
    }
    try_folder(path).map_err(cannot)?;
    if over == Over::Any {
        return Ok(());
    }
    let bytes = fs::read(path).map_err(cannot)?;
    if str::from_utf8(&bytes).is_ok_and(|text| is_ours(path, text, (theirs, written))) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is there already, and holds more than a record of roundtable's", path.display()))
        .with_hint("choose another name, or replace it with --force"))
}

/// Whether nobody added to a text since the program wrote it. Where the program wrote to this path, what it wrote there tells;
/// elsewhere the form of the text does, so that a record from another machine can be replaced.
fn is_ours(path: &Path, text: &str, (theirs, written): (Theirs, &Written)) -> bool {
    match written.known(path, text) {
        Known::Text => true,
        Known::Place => {
            let bare = theirs.taken_out(text);
            text.trim().is_empty() || bare.is_some_and(|bare| written.known(path, &bare) == Known::Text)
        }
        Known::Nothing => origin::is_ours(text),
    }
}

/// Fails where no file can be made beside this one.
fn try_folder(path: &Path) -> io::Result<()> {
    let draft = draft(&followed(path));
    OpenOptions::new().write(true).create_new(true).open(&draft)?;
    fs::remove_file(&draft)
}

/// Replaces a file's content in one step, so that nobody reads half a record. A link stays a link, and a file keeps its rights.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let known = fs::metadata(path).ok();
    // A pipe or a device is written to as it is.
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        return fs::write(path, text);
    }
    let path = followed(path);
    let draft = draft(&path);
    let keep_rights = || known.as_ref().map_or(Ok(()), |known| fs::set_permissions(&draft, known.permissions()));
    let written = fs::write(&draft, text).and_then(|()| keep_rights()).and_then(|()| fs::rename(&draft, &path));
    if written.is_err() {
        fs::remove_file(&draft).ok();
    }
    written
}

/// Where a path leads, links followed, also to a file that is not there yet.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(target) = fs::read_link(&path) else { return path };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A file beside another one, of this process alone.
fn draft(path: &Path) -> PathBuf {
    path.with_file_name(format!(".roundtable-{}.tmp", std::process::id()))
}
