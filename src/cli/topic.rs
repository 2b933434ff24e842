//! The topic: given as text, in a file, or on standard input.

use std::fs::File;
use std::io::{self, Read};

use crate::debate::question::TOPIC_BYTES_MAX;
use crate::error::Failure;

/// Reads the topic that `--topic` names.
pub(crate) fn read(given: &str) -> Result<String, Failure> {
    match given {
        "-" => from(io::stdin().lock(), "standard input"),
        _ => match given.strip_prefix('@') {
            Some("") => Err(Failure::usage("--topic is `@`, which names no file").with_hint("write --topic @FILE")),
            Some(path) => {
                let file = File::open(path)
                    .map_err(|error| Failure::usage(format!("--topic: cannot read {path}: {error}")))?;
                from(file, path)
            }
            None => Ok(given.to_owned()),
        },
    }
}

/// Reads one byte more than a topic may have, so that what is too long is refused without reading all of it.
fn from(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = source.take(TOPIC_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("--topic: cannot read {name}: {error}")))?;
    if bytes.len() > TOPIC_BYTES_MAX {
        return Err(Failure::usage(format!("--topic: {name} holds more than {TOPIC_BYTES_MAX} bytes"))
            .with_hint("put the question in a few sentences"));
    }
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("--topic: {name} is not UTF-8 text")))
}
