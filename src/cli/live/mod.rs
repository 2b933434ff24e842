//! The live view: what a person at a terminal, or a job's log, sees of a debate under way. All of it goes to stderr.
//!
//! Must never write to stdout, hold a debate up, or fail: a terminal that is gone is not the debate's concern.

mod board;
mod canvas;
#[cfg(test)]
mod fixture;
mod layout;
pub(super) mod lines;
mod log;
mod moves;
mod narrator;
mod news;
mod place;
mod plain;
mod screen;
mod size;
mod speakers;
mod spent;
mod tally;

use std::io::{self, Write};
use std::time::Duration;

use console::Term;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::app::Notice;
use crate::cli::live::board::Board;
use crate::cli::live::canvas::Canvas;
use crate::cli::live::log::Layout;
use crate::cli::live::narrator::Narrator;
use crate::cli::live::news::News;
use crate::cli::live::screen::Screen;
use crate::cli::live::size::Size;
use crate::cli::style::Palette;
use crate::debate::history::History;
use crate::debate::text;

/// How a debate under way is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// A line a seat that is redrawn, below a log that stays. For a terminal.
    Bar,
    /// One plain line for every event that matters. For files and pipes.
    Plain,
    /// One line of JSON for every event that matters. For programs.
    Ndjson,
    /// Not at all.
    None,
}

/// Whether the session's beginning is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// It is.
    Told,
    /// It stands above: the session goes on after a person was asked.
    Known,
}

impl Beginning {
    fn news(self, history: &History) -> Vec<News> {
        match self {
            Self::Told => vec![narrator::opened(history)],
            Self::Known => Vec::new(),
        }
    }
}

/// Shows a debate until the channel closes; `history` is the session as it stood before the first notice.
///
/// Leaves the terminal as it was, with the log above, also when it is dropped.
pub(crate) async fn watch(
    view: View,
    beginning: Beginning,
    palette: Palette,
    history: History,
    notices: Receiver<Notice>,
) {
    match view {
        View::Bar => {
            let screen = Screen::on(Canvas::new(io::stderr(), terminal_size));
            show(&screen, terminal_size, (palette, beginning), history, notices).await;
        }
        View::Plain => tell(&mut io::stderr(), beginning, history, notices).await,
        View::Ndjson => lines::report(&mut io::stderr(), beginning, history, notices).await,
        View::None => ignore(notices).await,
    }
}

fn terminal_size() -> Size {
    let (rows, columns) = Term::stderr().size();
    Size { columns: usize::from(columns), rows: usize::from(rows) }
}

async fn show(
    screen: &Screen,
    size: impl Fn() -> Size,
    (palette, beginning): (Palette, Beginning),
    mut history: History,
    mut notices: Receiver<Notice>,
) {
    let start = Instant::now();
    let (mut board, mut narrator) = (Board::new(&history), Narrator::new(&history));
    let log = |news: &[News]| {
        let layout = Layout { columns: size().columns, palette };
        screen.log(&news.iter().flat_map(|news| log::lines(news, layout)).collect::<Vec<_>>());
    };
    let draw = |board: &Board| screen.show(&layout::lines(board, size(), start.elapsed(), palette));
    log(&beginning.news(&history));
    let mut beat = interval(Duration::from_millis(layout::SPIN_MS));
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            notice = notices.recv() => {
                let Some(notice) = notice else { break };
                if !follow(&mut history, &notice) {
                    continue;
                }
                board.apply(&history, &notice, start.elapsed());
                let news = narrator.tell(&history, &notice);
                if !news.is_empty() {
                    draw(&board);
                    log(&news);
                }
            }
            _ = beat.tick() => draw(&board),
        }
    }
    // What follows, the result or an error, stands apart from the log.
    screen.log(&[String::new()]);
}

async fn tell(out: &mut impl Write, beginning: Beginning, mut history: History, mut notices: Receiver<Notice>) {
    let mut narrator = Narrator::new(&history);
    let mut write = |news: &[News]| {
        for line in news.iter().flat_map(plain::lines) {
            // A closed pipe is no reason to stop a debate.
            writeln!(out, "{}", text::shown(&line)).ok();
        }
    };
    write(&beginning.news(&history));
    while let Some(notice) = notices.recv().await {
        if follow(&mut history, &notice) {
            write(&narrator.tell(&history, &notice));
        }
    }
}

async fn ignore(mut notices: Receiver<Notice>) {
    while notices.recv().await.is_some() {}
}

/// Adds a notice's event to the history. Returns whether the notice fits: one that does not is the engine's to report,
/// not ours.
fn follow(history: &mut History, notice: &Notice) -> bool {
    match notice {
        Notice::Recorded(logged) => history.apply(logged).is_ok(),
        Notice::Arriving { .. } | Notice::Waiting { .. } | Notice::Sending { .. } => true,
        Notice::Retrying { .. } | Notice::Attempted { .. } | Notice::Pausing { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::time::Duration;

    use tokio::sync::mpsc;

    use crate::cli::live::canvas::Canvas;
    use crate::cli::live::fixture::{Play, TALK, Tape, position, reply};
    use crate::cli::live::screen::Screen;
    use crate::cli::live::size::Size;
    use crate::cli::live::{Beginning, Notice, View, show, tell, watch};
    use crate::cli::style::{Palette, Surface};
    use crate::debate::history::History;

    fn size() -> Size {
        Size { columns: 80, rows: 24 }
    }

    /// A session at its start, and all that its run tells.
    fn session() -> (History, Vec<Notice>) {
        let mut play = Play::open(TALK, 3);
        let (start, mut notices) = (play.history.clone(), Vec::new());
        play.finish(|_| reply(position(0, "Split it.", None), None), |_, notice| notices.push(notice.clone()));
        (start, notices)
    }

    fn sent(notices: Vec<Notice>) -> mpsc::Receiver<Notice> {
        let (sender, receiver) = mpsc::channel(notices.len().max(1));
        notices.into_iter().for_each(|notice| sender.try_send(notice).unwrap());
        receiver
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_is_left_with_the_log_and_its_cursor() {
        let (history, notices) = session();
        let tape = Tape::default();
        show(
            &Screen::on(Canvas::new(tape.clone(), size)),
            size,
            (Palette::new(Surface::Terminal), Beginning::Told),
            history,
            sent(notices),
        )
        .await;
        let text = tape.take();
        assert!(text.contains("decision: unanimous"), "{text}");
        assert!(text.ends_with("\u{1b}[J\r\u{1b}[?25h\u{1b}[?2026l"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_view_that_is_dropped_leaves_the_terminal_the_same_way() {
        let (history, mut notices) = session();
        notices.truncate(2);
        let (sender, receiver) = mpsc::channel(2);
        notices.into_iter().for_each(|notice| sender.try_send(notice).unwrap());
        let tape = Tape::default();
        let canvas = Canvas::new(tape.clone(), size);
        let watching = async move {
            let screen = Screen::on(canvas);
            show(&screen, size, (Palette::new(Surface::NoColor), Beginning::Told), history, receiver).await;
        };
        assert!(tokio::time::timeout(Duration::from_secs(1), watching).await.is_err());
        let text = tape.take();
        assert!(text.contains("⠋ thinking") && text.ends_with("\u{1b}[J\r\u{1b}[?25h\u{1b}[?2026l"), "{text}");
    }

    #[tokio::test]
    async fn plain_lines_hold_no_control_codes() {
        let (history, notices) = session();
        let mut out = Vec::new();
        tell(&mut out, Beginning::Told, history, sent(notices)).await;
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().any(|line| line.starts_with("decision: ")), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }

    #[tokio::test]
    async fn nothing_is_shown_where_nothing_is_wanted() {
        let (history, notices) = session();
        watch(View::None, Beginning::Told, Palette::new(Surface::Stream), history, sent(notices)).await;
    }
}
