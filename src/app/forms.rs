//! Who is asked for the compact forms: by the setting, or else by what is known of the model.

use crate::config::{Config, keys};
use crate::debate::agent::{Agent, Voice};
use crate::debate::log::ids::Speaker;
use crate::providers::table;

/// The seats of models, and the moderator, that are asked for compact forms. The moderator is the first that may moderate.
pub(super) fn compact(config: &Config, agents: &[Agent], moderators: &[Voice]) -> Vec<Speaker> {
    let seats = agents.iter().filter(|agent| !agent.voice.is_person());
    let seats = seats.map(|agent| (Speaker::Seat(agent.seat), &agent.voice));
    let moderator = moderators.first().map(|voice| (Speaker::Moderator, voice));
    let asks_less = |voice: &Voice| match config.text(keys::FORMS) {
        Some(keys::FULL) => false,
        Some(keys::COMPACT) => true,
        Some(_) | None => table::find(&voice.provider).is_some_and(|vendor| table::is_compact(vendor, &voice.model)),
    };
    seats.chain(moderator).filter(|(_, voice)| asks_less(voice)).map(|(speaker, _)| speaker).collect()
}
