//! Asks the person at the terminal for what a session waits for.
//!
//! Must never ask where nobody can answer, and never leave a terminal in another state than it was.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::thread;

use console::Term;
use tokio::sync::oneshot;

use crate::app::{Answer, Signals};
use crate::cli::args::shared::{ProgressArg, ViewArgs};
use crate::cli::cells;
use crate::cli::dialogue::{self, Talk};
use crate::debate::history::History;
use crate::debate::person;
use crate::debate::question::TOPIC_BYTES_MAX;
use crate::debate::waiting::Waiting;
use crate::error::Failure;

/// Whether somebody is there who sees the question and can answer it.
pub(super) fn is_somebody_there(view: &ViewArgs) -> bool {
    let is_shown = match view.progress {
        ProgressArg::None | ProgressArg::Ndjson => false,
        ProgressArg::Auto | ProgressArg::Bar | ProgressArg::Plain => !view.quiet,
    };
    is_shown && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for what the session waits for; `None` when the person leaves it waiting, or it waits for nothing. Fails when they
/// interrupt.
pub(super) async fn ask(history: &History) -> Result<Option<Answer>, Failure> {
    if history.waiting.is_none() {
        return Ok(None);
    }
    let Some(mut signals) = Signals::new() else { return Ok(None) };
    let (answered, answer) = oneshot::channel();
    let asked = history.clone();
    // A read of the terminal cannot be called off, so it is left to a thread of its own.
    thread::spawn(move || answered.send(talked(&asked)).ok());
    tokio::select! {
        answer = answer => Ok(answer.unwrap_or(None)),
        _ = signals.next() => {
            writeln!(io::stderr()).ok();
            Err(Failure::interrupted("interrupted; the session goes on waiting"))
        }
    }
}

fn talked(history: &History) -> Option<Answer> {
    let mut talk = Talk { say: &mut say, hear: &mut hear };
    match &history.waiting {
        None => None,
        Some(Waiting::Facts(_)) => dialogue::facts(history, &mut talk).map(Answer::Facts),
        Some(Waiting::Turns(_)) => {
            // One at a time: the next is asked for once this one is stored.
            let due = person::due(history).into_iter().next()?;
            let form = dialogue::turn(history, &due, &mut talk)?;
            Some(Answer::Turn { seat: Some(due.ask.turn.speaker.to_string()), form })
        }
    }
}

/// Prints a line, broken where the terminal ends; a leading indent is kept.
fn say(line: &str) {
    let columns = usize::from(Term::stderr().size().1).saturating_sub(1).clamp(20, 100);
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let room = columns.saturating_sub(indent);
    let mut out = io::stderr().lock();
    for part in cells::wrap(text, room, room) {
        // Whoever cannot read it cannot answer either.
        writeln!(out, "{:indent$}{part}", "").ok();
    }
}

fn hear(question: &str) -> Option<String> {
    let mut out = io::stderr().lock();
    write!(out, "{question}").and_then(|()| out.flush()).ok()?;
    drop(out);
    let mut answer = String::new();
    let read = io::stdin().lock().take(TOPIC_BYTES_MAX as u64).read_line(&mut answer);
    match read {
        Ok(read) if read > 0 => Some(answer),
        Ok(_) | Err(_) => {
            writeln!(io::stderr()).ok();
            None
        }
    }
}
