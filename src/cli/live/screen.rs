//! The lower end of a terminal: indicatif keeps the board below the log.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle, TermLike};

use crate::debate::text;

/// A board of changing lines below a log that stays. Dropping it clears the board and gives the cursor back.
#[derive(Debug)]
pub(super) struct Screen {
    bar: ProgressBar,
}

impl Screen {
    /// Takes the lower end of the terminal that `canvas` writes to.
    pub(super) fn on(canvas: impl TermLike + 'static) -> Self {
        let target = ProgressDrawTarget::term_like(Box::new(canvas));
        let bar = ProgressBar::with_draw_target(None, target).with_finish(ProgressFinish::AndClear);
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        Self { bar: bar.with_style(style) }
    }

    /// Shows these lines as the board; each must fit into the terminal's width.
    pub(super) fn show(&self, board: &[String]) {
        self.bar.set_message(text::shown(&board.join("\n")));
    }

    /// Adds lines to the log.
    pub(super) fn log(&self, lines: &[String]) {
        if !lines.is_empty() {
            self.bar.println(text::shown(&lines.join("\n")));
        }
    }
}
