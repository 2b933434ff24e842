//! Who is who, in words that are safe to show.

use crate::debate::agent::Voice;
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;
use crate::debate::text;

/// Returns what a speaker is called.
pub(super) fn name(history: &History, speaker: Speaker) -> String {
    match speaker {
        Speaker::Seat(seat) => {
            history.agent(seat).map_or_else(|| format!("seat {seat}"), |agent| text::line(&agent.name))
        }
        Speaker::Moderator => "Moderator".to_owned(),
    }
}

/// Returns provider and model of a voice.
pub(super) fn voice_line(voice: &Voice) -> String {
    text::line(&format!("{}·{}", voice.provider, voice.model))
}
