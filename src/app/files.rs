//! Files that people write: where they start from, and their schemas.

use crate::error::Failure;
use crate::{bench as bench_file, modes};

/// A commented mode file to start from.
///
/// # Errors
/// A usage failure when `name` is not up to 60 lower-case letters, digits and single dashes, a letter first.
pub fn new_mode(name: &str) -> Result<String, Failure> {
    if !modes::is_name(name) {
        let failure = Failure::usage(format!("`{name}` cannot name a mode"));
        return Err(failure.with_hint("use up to 60 lower-case letters, digits and single dashes, a letter first"));
    }
    Ok(modes::template(name))
}

/// The JSON Schema of mode files.
pub fn schema_of_modes() -> serde_json::Value {
    modes::schema()
}

/// The JSON Schema of bench files.
pub fn schema_of_benches() -> serde_json::Value {
    bench_file::schema()
}
