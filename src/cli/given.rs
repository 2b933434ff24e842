//! Text given with a flag: as it stands, in a file, or on standard input.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use crate::app::{Source, Undecodable, decode};
use crate::debate::log::material::with_line_feeds;
use crate::debate::question::TOPIC_BYTES_MAX;
use crate::error::Failure;

/// Most bytes that a character of ASCII takes in a file.
const CHAR_BYTES_MAX: usize = 4;

/// Reads what `flag` was given: text, `@FILE`, `-` for standard input, or `@@…` for a text that begins with one `@`.
pub(crate) fn read(flag: &str, given: &str) -> Result<String, Failure> {
    match given {
        "-" => from(flag, io::stdin().lock(), "standard input"),
        _ => {
            match given.strip_prefix('@') {
                Some("") => Err(Failure::usage(format!("{flag} is `@`, which names no file"))
                    .with_hint(format!("write {flag} @FILE"))),
                Some(text) if text.starts_with('@') => Ok(text.to_owned()),
                Some(path) => from(flag, File::open(path).map_err(|error| unopened(flag, path, &error))?, path),
                None => Ok(given.to_owned()),
            }
        }
    }
}

fn unopened(flag: &str, path: &str, error: &io::Error) -> Failure {
    let failure = Failure::usage(format!("{flag}: cannot read {path}: {error}"));
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => {
            failure.with_hint("@ names a file; a text that begins with @ is written with two: @@name")
        }
        _ => failure,
    }
}

/// Reads one byte more than is taken, so that what is too long is refused without reading all of it. What a program asks is
/// never guessed: a file is in UTF-8, or in what its byte order mark says.
fn from(flag: &str, source: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = source.take((TOPIC_BYTES_MAX * CHAR_BYTES_MAX) as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("{flag}: cannot read {name}: {error}")))?;
    let too_long = || {
        Failure::usage(format!("{flag}: {name} holds more than {TOPIC_BYTES_MAX} bytes"))
            .with_hint("put it in a few sentences")
    };
    if bytes.len() > TOPIC_BYTES_MAX * CHAR_BYTES_MAX {
        return Err(too_long());
    }
    let not_utf8 = |told: String, encoding: &str| {
        Failure::usage(format!("{flag}: {name} is {told}"))
            .with_hint(format!("save it as UTF-8: `iconv -f {encoding} -t UTF-8` converts it"))
    };
    let decoded = decode(&bytes).map_err(|error| match error {
        Undecodable::Binary => Failure::usage(format!("{flag}: {name} is not UTF-8 text: {error}, for it holds a NUL"))
            .with_hint("give it as text, without NULs"),
        error => not_utf8(format!("not UTF-8 text: {error}"), "ENCODING"),
    })?;
    match decoded.source {
        Source::Guessed(encoding) => Err(not_utf8(format!("not UTF-8 text; it looks like {encoding}"), encoding)),
        Source::Certain if decoded.text.len() > TOPIC_BYTES_MAX => Err(too_long()),
        Source::Certain => Ok(as_written(&decoded.text)),
    }
}

/// A file's text whatever the program that wrote it puts around: without further byte order marks, and with line feeds as line
/// ends. A carriage return beside other control characters steers a terminal, and stays what it is.
fn as_written(text: &str) -> String {
    let text = with_line_feeds(text.trim_start_matches('\u{feff}'));
    let steers = text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    if steers { text.into_owned() } else { text.replace('\r', "\n") }
}
