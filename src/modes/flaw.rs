//! What is wrong with a mode, and where.

/// A broken promise.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// Path of the offending value, such as `phases.0.stages.1.ask`.
    pub(super) path: String,
    /// Which template opener of that value offends, from 0; `None` when it is the whole value.
    pub(super) opener: Option<usize>,
    /// What is wrong; one line.
    pub(crate) message: String,
    /// The name that was most likely meant.
    pub(super) suggestion: Option<String>,
}

impl Flaw {
    /// A flaw of the whole value at `path`.
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), opener: None, message: message.into(), suggestion: None }
    }

    /// Narrows the flaw down to one template opener of the value.
    pub(super) fn at_opener(self, opener: usize) -> Self {
        Self { opener: Some(opener), ..self }
    }

    /// Adds the name that was most likely meant.
    pub(crate) fn suggest(self, name: Option<&str>) -> Self {
        Self { suggestion: name.map(str::to_owned), ..self }
    }
}

/// Refuses a list that is empty or holds more than ten.
pub(super) fn count(path: &str, what: &str, number: usize) -> Result<(), Flaw> {
    if (1..=10).contains(&number) {
        return Ok(());
    }
    Err(Flaw::new(path, format!("`{what}` holds {number}; 1 to 10 are allowed")))
}
