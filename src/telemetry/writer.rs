//! Writes lines on a thread of its own, so that a terminal or a pipe that stands still holds nothing up.
//!
//! Must never wait for its reader: lines that find no room are lost, and counted.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Lines that wait to be written.
const WAITING_MAX: usize = 1_024;
/// How long the last lines may take.
const PATIENCE: Duration = Duration::from_millis(100);

/// The way to whoever reads the lines.
pub(super) struct Writer {
    /// `None` once it is over.
    lines: Mutex<Option<SyncSender<String>>>,
    lost: Arc<AtomicU64>,
    /// Hangs up once everything is written.
    over: Mutex<Receiver<()>>,
}

impl Writer {
    /// Begins to write; `told_lost` says how many lines are lost.
    pub(super) fn new(
        mut out: impl Write + Send + 'static,
        told_lost: impl Fn(u64) -> String + Send + 'static,
    ) -> Self {
        let (lines, waiting) = sync_channel::<String>(WAITING_MAX);
        let (done, over) = sync_channel(0);
        let lost = Arc::new(AtomicU64::new(0));
        let missed = Arc::clone(&lost);
        thread::spawn(move || {
            // A closed pipe is no reason to stop a debate.
            for line in waiting {
                out.write_all(line.as_bytes()).ok();
                let count = missed.swap(0, Ordering::Relaxed);
                if count > 0 {
                    out.write_all(told_lost(count).as_bytes()).ok();
                }
            }
            drop(done);
        });
        Self { lines: Mutex::new(Some(lines)), lost, over: Mutex::new(over) }
    }

    /// Hands a line over, which ends in a line feed.
    pub(super) fn write(&self, line: String) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = lines.as_ref()
            && lines.try_send(line).is_err()
        {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all is written, but not for long. Returns whether it is.
    pub(super) fn finish(&self) -> bool {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take();
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Takes what comes once the gate is dropped, and keeps it.
    struct Gated {
        gate: Option<Receiver<()>>,
        kept: Arc<Mutex<String>>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(gate) = self.gate.take() {
                gate.recv().ok();
            }
            self.kept.lock().expect("nobody panicked").push_str(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (SyncSender<()>, Arc<Mutex<String>>, Writer) {
        let (open, gate) = sync_channel(0);
        let kept = Arc::new(Mutex::new(String::new()));
        let out = Gated { gate: Some(gate), kept: Arc::clone(&kept) };
        (open, kept, Writer::new(out, |count| format!("{count} lost\n")))
    }

    #[test]
    fn a_reader_that_stands_still_holds_nothing_up_and_misses_a_number_that_is_told() {
        let (open, kept, writer) = gated();
        for number in 0..5_000 {
            writer.write(format!("line {number}\n"));
        }
        assert!(!writer.finish(), "nobody reads, and yet all is written");
        drop(open);
        let over = writer.over.lock().expect("nobody panicked");
        assert_eq!(over.recv(), Err(std::sync::mpsc::RecvError));
        let kept = kept.lock().expect("nobody panicked");
        let (lines, lost): (Vec<&str>, Vec<&str>) = kept.lines().partition(|line| line.starts_with("line "));
        let lost: usize = lost.iter().filter_map(|line| line.split(' ').next()?.parse::<usize>().ok()).sum();
        assert_eq!(lines.len() + lost, 5_000);
        assert!(lost > 3_000 && lines[0] == "line 0", "{lost} lost");
    }

    #[test]
    fn what_was_handed_over_is_written_before_the_end() {
        let (open, kept, writer) = gated();
        drop(open);
        writer.write("line 0\n".to_owned());
        assert!(writer.finish());
        writer.write("too late\n".to_owned());
        assert!(writer.finish());
        assert_eq!(*kept.lock().expect("nobody panicked"), "line 0\n");
    }
}
