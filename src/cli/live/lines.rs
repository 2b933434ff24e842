//! The view for programs: one line of JSON for every notice that matters.

use std::io::Write;

use tokio::sync::mpsc::Receiver;

use crate::app::Notice;
use crate::cli::live::{Beginning, follow};
use crate::debate::history::History;
use crate::debate::text;
use crate::export::json::inert;
use crate::export::progress::{self, Line, Told};

/// Tells a session until the channel closes.
pub(super) async fn report(
    out: &mut impl Write,
    beginning: Beginning,
    mut history: History,
    mut notices: Receiver<Notice>,
) {
    match beginning {
        Beginning::Told => write(out, &progress::opened(&history)),
        Beginning::Known => {}
    }
    while let Some(notice) = notices.recv().await {
        if follow(&mut history, &notice)
            && let Some(line) = line(&history, &notice)
        {
            write(out, &line);
        }
    }
}

/// The line of a notice; an event in it is part of `history` already.
fn line(history: &History, notice: &Notice) -> Option<Line> {
    match notice {
        Notice::Recorded(logged) => Some(progress::stored(history, logged)),
        Notice::Arriving { .. } | Notice::Sending { .. } | Notice::Attempted { .. } => None,
        Notice::Waiting { turn, ahead, reason } => {
            let (turn, reason) = (turn.clone(), text::line(reason));
            Some(progress::passing(history, Told::TurnQueued { turn, ahead: *ahead, reason }))
        }
        Notice::Retrying { turn, requests, reason, wait_ms } => {
            let (turn, reason) = (turn.clone(), text::line(reason));
            Some(progress::passing(
                history,
                Told::TurnRetrying { turn, requests: *requests, reason, wait_ms: *wait_ms },
            ))
        }
        Notice::Pausing { in_flight } => {
            Some(progress::passing(history, Told::SessionPausing { in_flight: *in_flight }))
        }
    }
}

/// Writes a line in one piece. A closed pipe is no reason to stop a debate.
pub(crate) fn write(out: &mut impl Write, line: &Line) {
    let json = serde_json::to_string(line).expect("a line holds no map with keys that are not text");
    out.write_all(format!("{}\n", inert(&json)).as_bytes()).ok();
}
