//! The promises of a mode that its types cannot make. The first broken one is reported.
//!
//! Must never look at the source: a flaw names the path of the value, and `places` knows where that stands.

use crate::debate::mode::Mode;
use crate::modes::{panel, phases, text};

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

/// Checks a mode as a whole. `stem` is the file's name without its ending, for a file in a modes folder.
pub(super) fn check(mode: &Mode, stem: Option<&str>) -> Result<(), Flaw> {
    text::slug("mode", "mode", &mode.mode)?;
    if let Some(stem) = stem.filter(|stem| *stem != mode.mode) {
        let message =
            format!("mode `{}` stands in a file called `{}`; the two must agree", mode.mode, text::quotable(stem));
        return Err(Flaw::new("mode", message));
    }
    text::line("title", "`title`", &mode.title, 80)?;
    text::prose("summary", "`summary`", &mode.summary, 400)?;
    text::line("best_for", "`best_for`", &mode.best_for, 200)?;
    panel::check(&mode.panel)?;
    phases::check(mode)
}

/// Refuses a list that is empty or holds more than ten.
pub(super) fn count(path: &str, what: &str, number: usize) -> Result<(), Flaw> {
    if (1..=10).contains(&number) {
        return Ok(());
    }
    Err(Flaw::new(path, format!("`{what}` holds {number}; 1 to 10 are allowed")))
}
