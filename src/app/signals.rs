//! What asks the process to end: Ctrl-C and its like.
//!
//! Must never decide what ending means: each front-end does.

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Ctrl-C: a person, who can press it again.
    Interrupt,
    /// A termination signal: a supervisor, which kills next.
    #[cfg_attr(windows, expect(dead_code, reason = "there is no such signal here"))]
    Terminate,
}

/// Ctrl-C and its like.
#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen; what arrives from now on is not lost. `None` where signals cannot be listened for.
    pub fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
        })
    }

    /// Resolves with the next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
pub struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    /// Begins to listen; what arrives from now on is not lost. `None` where signals cannot be listened for.
    pub fn new() -> Option<Self> {
        tokio::signal::windows::ctrl_c().ok().map(Self)
    }

    /// Resolves with the next one.
    pub async fn next(&mut self) -> Asked {
        self.0.recv().await;
        Asked::Interrupt
    }
}
