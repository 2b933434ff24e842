//! Who speaks: models, and people.

use crate::debate::history::History;
use crate::debate::log::ids::Speaker;

/// How many seats models have.
pub(crate) fn models(history: &History) -> u32 {
    let models = history.agents.iter().filter(|agent| !agent.voice.is_person());
    u32::try_from(models.count()).unwrap_or(u32::MAX)
}

pub(crate) fn is_person(history: &History, speaker: Speaker) -> bool {
    match speaker {
        Speaker::Seat(seat) => history.agent(seat).is_some_and(|agent| agent.voice.is_person()),
        Speaker::Moderator => false,
    }
}
