//! Where a session stands.

use crate::debate::event::{Ending, Event};

/// Where a listed session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended, and nobody runs it: it was interrupted.
    Open,
    /// It has not ended, and some process runs it. In no log: only the lease tells.
    Running,
    /// It waits to be resumed.
    Paused,
    /// It waits for people: for facts, or for their turns.
    Waiting,
    /// It has ended.
    Ended(Ending),
    /// An event of it cannot be read, so one broken session does not hide the others.
    Unreadable,
}

impl Standing {
    /// The standing after one more event.
    pub(super) fn after(self, event: &Event) -> Self {
        match event {
            Event::SessionClosed { ending } => Self::Ended(*ending),
            Event::SessionPaused { .. } => Self::Paused,
            Event::FactsAwaited { .. } | Event::TurnsAwaited { .. } => Self::Waiting,
            Event::NeedsAnswered { .. } => Self::Open,
            Event::TurnStarted { .. } if self == Self::Waiting => Self::Open,
            Event::SessionOpened(_) | Event::SessionResumed {} | Event::SessionContinued(_) => Self::Open,
            // The closing text alone is due again; who waits goes on waiting.
            Event::SynthesisRequested {} if self != Self::Paused => Self::Open,
            Event::SynthesisRequested {}
            | Event::PerspectivesChosen { .. }
            | Event::TurnStarted { .. }
            | Event::TurnFinished { .. }
            | Event::TurnFailed { .. }
            | Event::OptionsFrozen(_)
            | Event::RoundClosed(_)
            | Event::StopRequested { .. }
            | Event::LimitReached(_)
            | Event::LimitsSet(_)
            | Event::Decided { .. }
            | Event::SessionRenamed { .. } => self,
        }
    }

    /// Returns the name used in lists and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Open | Self::Paused | Self::Waiting | Self::Ended(_) | Self::Unreadable => self.stored(),
        }
    }

    /// What stands in the index.
    pub(super) fn stored(self) -> &'static str {
        match self {
            Self::Open | Self::Running => "open",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Ended(Ending::Decided) => "decided",
            Self::Ended(Ending::QuorumLost) => "quorum_lost",
            Self::Ended(Ending::Stopped) => "stopped",
            Self::Ended(Ending::LimitReached) => "limit_reached",
            Self::Unreadable => "unreadable",
        }
    }

    /// Reads what stands in the index.
    pub(super) fn read(stored: &str) -> Self {
        match stored {
            "open" => Self::Open,
            "paused" => Self::Paused,
            "waiting" => Self::Waiting,
            "decided" => Self::Ended(Ending::Decided),
            "quorum_lost" => Self::Ended(Ending::QuorumLost),
            "stopped" => Self::Ended(Ending::Stopped),
            "limit_reached" => Self::Ended(Ending::LimitReached),
            _ => Self::Unreadable,
        }
    }
}
