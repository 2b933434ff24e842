//! Frames on a terminal: what indicatif draws, written so that it survives a resize.
//!
//! indicatif fills every line up to the last column and lets the terminal wrap. After a resize such lines flow into one
//! another, and old ones stay behind. So its strokes are collected here, and each frame goes out in one write: lines
//! that end where their text ends, over the last frame as high as that is at the width the terminal has by now.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use crate::cli::cells;
use crate::cli::live::size::Size;

/// Lets a terminal show a frame only when it is complete; those that do not know it ignore it.
const FRAME_BEGINS: &str = "\x1b[?2026h";
const FRAME_ENDS: &str = "\x1b[?2026l";
const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[?25h";
/// The whole line: after clearing its rest alone, some terminals still fold it at its former width when they are
/// resized.
const CLEAR_LINE: &str = "\x1b[2K";
const CLEAR_BELOW: &str = "\x1b[J";

/// A width at which indicatif takes no line to wrap: lines come cut to the real one.
const UNWRAPPED: u16 = 4_096;

/// A terminal to draw on.
pub(super) struct Canvas<W: Write + Send> {
    size: Box<dyn Fn() -> Size + Send + Sync>,
    state: Mutex<State<W>>,
}

struct State<W> {
    out: W,
    /// Lines of the frame that is being drawn.
    lines: Vec<String>,
    /// Whether the next stroke is the filling behind a line.
    is_filling: bool,
    /// Lines of the last frame, counted from its end, that this one replaces; the others stay.
    replaced: usize,
    /// Widths of the lines of the last frame. The cursor stands at the start of the last of them.
    drawn: Vec<usize>,
    is_cursor_hidden: bool,
}

impl<W: Write + Send> Canvas<W> {
    /// A canvas on `out`, whose size can be asked for at any time.
    pub(super) fn new(out: W, size: impl Fn() -> Size + Send + Sync + 'static) -> Self {
        let state = State {
            out,
            lines: Vec::new(),
            is_filling: false,
            replaced: 0,
            drawn: Vec::new(),
            is_cursor_hidden: false,
        };
        Self { size: Box::new(size), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> State<W> {
    /// Returns the bytes that turn the last frame into this one.
    fn frame(&mut self, columns: usize) -> String {
        let replaced = std::mem::take(&mut self.replaced).min(self.drawn.len());
        let old = self.drawn.split_off(self.drawn.len() - replaced);
        let lines = std::mem::take(&mut self.lines);
        let mut frame = String::from(FRAME_BEGINS);
        if replaced == 0 && !self.drawn.is_empty() {
            frame.push_str("\r\n");
        }
        // A line that was drawn on a wider terminal has been folded since.
        let above: usize = old.iter().rev().skip(1).map(|width| width.div_ceil(columns.max(1)).max(1)).sum();
        frame.push_str(if lines.is_empty() || self.is_cursor_hidden { "" } else { HIDE_CURSOR });
        if above > 0 {
            // Writing to a string cannot fail.
            write!(frame, "\x1b[{above}A").ok();
        }
        frame.push('\r');
        for (at, line) in lines.iter().enumerate() {
            frame.push_str(if at > 0 { "\r\n" } else { "" });
            frame.push_str(CLEAR_LINE);
            frame.push_str(line);
        }
        frame.push_str(CLEAR_BELOW);
        frame.push('\r');
        frame.push_str(if lines.is_empty() && self.is_cursor_hidden { SHOW_CURSOR } else { "" });
        frame.push_str(FRAME_ENDS);
        self.is_cursor_hidden = !lines.is_empty();
        self.drawn = lines.iter().map(|line| cells::width(line)).collect();
        frame
    }
}

impl<W: Write + Send> TermLike for Canvas<W> {
    fn width(&self) -> u16 {
        UNWRAPPED
    }

    fn height(&self) -> u16 {
        u16::try_from((self.size)().rows).unwrap_or(u16::MAX)
    }

    // Where the cursor goes follows from the frames.
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.state().lines.push(line.to_owned());
        Ok(())
    }

    /// Lines and their fillings come in turns.
    fn write_str(&self, stroke: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.is_filling {
            state.lines.push(stroke.to_owned());
        }
        state.is_filling = !state.is_filling;
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.state().replaced += 1;
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let columns = (self.size)().columns;
        let mut state = self.state();
        let frame = state.frame(columns);
        state.out.write_all(frame.as_bytes())?;
        state.out.flush()
    }
}

impl<W: Write + Send> Drop for Canvas<W> {
    /// A panic keeps indicatif from clearing the board; the cursor comes back all the same.
    fn drop(&mut self) {
        let mut state = self.state();
        if state.is_cursor_hidden {
            // Nobody is left to tell.
            state.out.write_all(format!("\r\n{SHOW_CURSOR}").as_bytes()).ok();
        }
    }
}

impl<W: Write + Send> fmt::Debug for Canvas<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canvas").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::cli::live::canvas::Canvas;
    use crate::cli::live::fixture::Tape;
    use crate::cli::live::screen::Screen;
    use crate::cli::live::size::Size;

    /// What is new on the tape, with the escape character as `^` and without the marks around every frame.
    fn taken(tape: &Tape) -> String {
        tape.take().replace('\u{1b}', "^").replace("^[?2026h", "").replace("^[?2026l", "|")
    }

    fn screen() -> (Screen, Tape, Arc<AtomicUsize>) {
        let (tape, columns) = (Tape::default(), Arc::new(AtomicUsize::new(80)));
        let asked = Arc::clone(&columns);
        let size = move || Size { columns: asked.load(Ordering::Relaxed), rows: 24 };
        (Screen::on(Canvas::new(tape.clone(), size)), tape, columns)
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn every_frame_goes_over_the_last_and_the_log_stays() {
        let (screen, tape, _) = screen();
        screen.log(&lines(&["opened"]));
        assert_eq!(taken(&tape), "^[?25l\r^[2Kopened^[J\r|");
        screen.show(&lines(&["", "one", "two"]));
        assert_eq!(taken(&tape), "\r\n\r^[2K\r\n^[2Kone\r\n^[2Ktwo^[J\r|");
        screen.log(&lines(&["said", "", "more"]));
        assert_eq!(taken(&tape), "^[2A\r^[2Ksaid\r\n^[2K\r\n^[2Kmore\r\n^[2K\r\n^[2Kone\r\n^[2Ktwo^[J\r|");
        screen.show(&lines(&["one"]));
        assert_eq!(taken(&tape), "^[2A\r^[2Kone^[J\r|");
    }

    #[test]
    fn a_narrower_terminal_has_folded_the_last_frame() {
        let (screen, tape, columns) = screen();
        screen.show(&[format!("\u{1b}[1m{}\u{1b}[0m", "w".repeat(70)), "分".repeat(20), "last".repeat(15)]);
        taken(&tape);
        columns.store(30, Ordering::Relaxed);
        screen.show(&lines(&["a", "b", "c"]));
        assert_eq!(taken(&tape), "^[5A\r^[2Ka\r\n^[2Kb\r\n^[2Kc^[J\r|");
    }

    #[test]
    fn dropping_it_clears_the_board_and_shows_the_cursor() {
        let (screen, tape, _) = screen();
        screen.show(&lines(&["one", "two", "three"]));
        taken(&tape);
        drop(screen);
        assert_eq!(taken(&tape), "^[2A\r^[J\r^[?25h|");
    }

    #[test]
    fn a_panic_still_shows_the_cursor() {
        let (screen, tape, _) = screen();
        screen.show(&lines(&["one"]));
        taken(&tape);
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            let _screen = screen;
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        assert_eq!(taken(&tape), "\r\n^[?25h");
    }
}
