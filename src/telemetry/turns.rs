//! The turns under way: who was asked, since when, and at which server.

use std::collections::BTreeMap;

use crate::debate::agent::Voice;
use crate::debate::event::Event;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::setup::Setup;
use crate::engine::Notice;
use crate::providers::Attempted;

/// A turn under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Begun {
    /// Milliseconds since the Unix epoch.
    pub(super) at_ms: u64,
    pub(super) voice: Voice,
    /// What its latest request came to.
    pub(super) attempted: Option<Attempted>,
}

/// The turns of a session that are under way. People are asked by nobody, and are not among them.
#[derive(Debug, Default)]
pub(super) struct Turns(BTreeMap<TurnId, Begun>);

impl Turns {
    /// Takes in a notice, and returns what was under way that it ends, or starts over.
    pub(super) fn hear(&mut self, notice: &Notice) -> Option<Begun> {
        match notice {
            Notice::Recorded(logged) => {
                let at_ms = logged.at_ms;
                if let Event::TurnStarted { turn, voice, .. } = &logged.event {
                    self.0.insert(turn.clone(), Begun { at_ms, voice: voice.clone(), attempted: None });
                }
                over(&logged.event).and_then(|turn| self.0.remove(turn))
            }
            Notice::Attempted { turn, attempted } => {
                if let Some(begun) = self.0.get_mut(turn) {
                    begun.attempted = Some(attempted.clone());
                }
                None
            }
            Notice::Retrying { turn, .. } => self.0.get(turn).cloned(),
            Notice::Arriving { .. } | Notice::Waiting { .. } | Notice::Sending { .. } | Notice::Pausing { .. } => None,
        }
    }

    /// Takes out all that nobody waits for any more.
    #[cfg(feature = "otel")]
    pub(super) fn drain(&mut self) -> Vec<(TurnId, Begun)> {
        std::mem::take(&mut self.0).into_iter().collect()
    }
}

/// The turn that an event ends.
fn over(event: &Event) -> Option<&TurnId> {
    if let Event::TurnFinished { turn, .. } | Event::TurnFailed { turn, .. } = event { Some(turn) } else { None }
}

/// Whose turn it is as the session was set up.
pub(super) fn seated(setup: &Setup, speaker: Speaker) -> Option<&Voice> {
    match speaker {
        Speaker::Seat(seat) => setup.agents.iter().find(|agent| agent.seat == seat).map(|agent| &agent.voice),
        Speaker::Moderator => setup.moderators.first(),
    }
}
