//! What speakers are called.

use crate::debate::history::History;
use crate::debate::log::ids::Speaker;

/// The speaker's name on the panel.
pub fn name(history: &History, speaker: Speaker) -> String {
    match speaker {
        Speaker::Moderator => "Moderator".to_owned(),
        Speaker::Seat(seat) => history.agent(seat).map_or_else(|| format!("Seat {seat}"), |agent| agent.name.clone()),
    }
}
