//! The promises of a mode that its types cannot make. The first broken one is reported.
//!
//! Must never look at the source: a flaw names the path of the value, and `places` knows where that stands.

use crate::debate::mode::Mode;
use crate::modes::flaw::Flaw;
use crate::modes::{panel, phases, text};

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
