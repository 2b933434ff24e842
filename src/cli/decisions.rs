//! A folder of decision records, such as docs/decisions: each has a number, which it keeps.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::cli::file_to_write::FileToWrite;
use crate::cli::ownership::write_whole;
use crate::debate::history::History;
use crate::error::Failure;
use crate::export::adr::{self, Standing, folder as naming};
use crate::export::record;

/// A decision record is read as one only up to this size.
const RECORD_BYTES_MAX: u64 = 4 << 20;

/// How long a folder that another program has locked is waited for, and how often it is tried.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A record of the folder.
struct Filed {
    number: String,
    file: String,
}

/// Checks that a folder holds each of these records, before anything is paid for.
pub(super) fn check(folder: &Path, supersedes: &[String]) -> Result<(), Failure> {
    let filed = filed(folder).map_err(|error| unreadable(folder, &error))?;
    for number in supersedes {
        let path = folder.join(&find(folder, &filed, number)?.file);
        read(&path).map_err(|error| unreadable(&path, &error))?;
        if fs::metadata(&path).is_ok_and(|known| known.permissions().readonly()) {
            return Err(Failure::usage(format!("--supersedes is `{number}`, and {} is read-only", path.display())));
        }
    }
    Ok(())
}

/// Keeps others from writing into a folder: two that are written at once must not take one number. Where a folder cannot be locked,
/// nothing is lost but that.
fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if began.elapsed() > LOCK_PATIENCE => {
                let told = format!("{} is being written to by another program", folder.display());
                return Err(Failure::usage(told).with_hint("try again once it has ended").passing());
            }
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK_EVERY),
        }
    }
}

fn no_number(folder: &Path) -> Failure {
    Failure::usage(format!("no number is free in {}", folder.display()))
        .with_hint("take the file with the highest number out of it, or write the record to a file")
}

/// Writes a session's decision record into a folder, under the number that it has there or else the next free one, and says in
/// the records that it replaces that it does. Returns its path.
pub(super) fn write(
    folder: &Path,
    history: &History,
    supersedes: &[String],
    to_write: &dyn Fn(PathBuf, String) -> FileToWrite,
) -> Result<PathBuf, Failure> {
    let session = history.setup.session;
    let of_session = |failure: Failure| failure.with_session(session.to_string());
    let _lock = lock(folder).map_err(of_session)?;
    let filed = filed(folder).map_err(|error| of_session(unreadable(folder, &error)))?;
    let own = filed.iter().find_map(|filed| {
        let text = read(&folder.join(&filed.file)).ok()?;
        (naming::session(&text) == Some(session.0)).then_some((filed, text))
    });
    let mut standing = own.as_ref().map(|(_, text)| Standing::read(text)).unwrap_or_default();
    let record = record::record(history);
    let (number, file) = match &own {
        Some((filed, _)) => (filed.number.clone(), filed.file.clone()),
        None => {
            let number = naming::next_number(filed.iter().map(|filed| filed.file.as_str()));
            let number = number.ok_or_else(|| of_session(no_number(folder)))?;
            let file = naming::file(&number, &record.question.topic);
            (number, file)
        }
    };
    let mut replaced = Vec::new();
    for given in supersedes {
        let old = find(folder, &filed, given).map_err(of_session)?;
        if old.file == file {
            return Err(of_session(Failure::usage(format!(
                "--supersedes is `{given}`, which is this record's own number"
            ))));
        }
        standing.supersede(adr::link_to(&old.number, &old.file));
        let path = folder.join(&old.file);
        let text = read(&path).map_err(|error| of_session(unreadable(&path, &error)))?;
        replaced.push((path, adr::superseded(&text, &adr::link_to(&number, &file))));
    }
    let path = folder.join(file);
    to_write(path.clone(), adr::render_among(&record, &standing)).write(session)?;
    for (path, text) in replaced {
        let failed = |error| Failure::usage(format!("cannot write {}: {error}", path.display()));
        write_whole(&path, &text).map_err(|error| of_session(failed(error)))?;
    }
    Ok(path)
}

/// The numbered files of a folder, by name.
fn filed(folder: &Path) -> io::Result<Vec<Filed>> {
    let mut filed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let Ok(file) = entry?.file_name().into_string() else { continue };
        if let Some(number) = naming::number(&file) {
            filed.push(Filed { number: number.to_owned(), file });
        }
    }
    filed.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(filed)
}

/// The record that a number names, with zeros before it or without, or a file's name.
fn find<'a>(folder: &Path, filed: &'a [Filed], given: &str) -> Result<&'a Filed, Failure> {
    let is_digits = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
    let value = |number: &str| number.parse::<u32>().ok().filter(|_| is_digits(number));
    let is_meant =
        |filed: &&Filed| filed.file == given || (value(given).is_some() && value(&filed.number) == value(given));
    let meant: Vec<&Filed> = filed.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::usage(format!("--supersedes is `{given}`, and {} has no such record", folder.display()))
            .with_hint("give the number that its file's name begins with, such as 0007")),
        several => {
            let files: Vec<&str> = several.iter().map(|filed| filed.file.as_str()).collect();
            Err(Failure::usage(format!("--supersedes is `{given}`, and that may be {}", files.join(" or ")))
                .with_hint("give the file's whole name"))
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    let known = fs::metadata(path)?;
    // A pipe that is never written to would be waited for.
    if !known.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if known.len() > RECORD_BYTES_MAX {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let not_utf8 = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
    String::from_utf8(fs::read(path)?).map_err(not_utf8)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::usage(format!("cannot read {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::InvalidData => {
            failure.with_hint("save it as UTF-8: `iconv -f ENCODING -t UTF-8` converts it, from UTF-16 for one")
        }
        _ => failure,
    }
}
