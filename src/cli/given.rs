//! Text given with a flag: as it stands, in a file, or on standard input.

use std::fs::File;
use std::io::{self, Read};

use crate::debate::question::TOPIC_BYTES_MAX;
use crate::error::Failure;

/// Reads what `flag` was given: text, `@FILE`, or `-` for standard input.
pub(crate) fn read(flag: &str, given: &str) -> Result<String, Failure> {
    match given {
        "-" => from(flag, io::stdin().lock(), "standard input"),
        _ => {
            match given.strip_prefix('@') {
                Some("") => Err(Failure::usage(format!("{flag} is `@`, which names no file"))
                    .with_hint(format!("write {flag} @FILE"))),
                Some(path) => {
                    let file = File::open(path)
                        .map_err(|error| Failure::usage(format!("{flag}: cannot read {path}: {error}")))?;
                    from(flag, file, path)
                }
                None => Ok(given.to_owned()),
            }
        }
    }
}

/// Reads one byte more than is taken, so that what is too long is refused without reading all of it.
fn from(flag: &str, source: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = source.take(TOPIC_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("{flag}: cannot read {name}: {error}")))?;
    if bytes.len() > TOPIC_BYTES_MAX {
        return Err(Failure::usage(format!("{flag}: {name} holds more than {TOPIC_BYTES_MAX} bytes"))
            .with_hint("put it in a few sentences"));
    }
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{flag}: {name} is not UTF-8 text")))
}
