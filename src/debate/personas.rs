//! The persona factory: seats personas round-robin over the voices that can be had.

use std::collections::BTreeMap;

use crate::debate::agent::{Agent, Persona, Seat, Voice};
use crate::debate::mode::Panel;

/// Seats `count` personas of a panel: personas and voices both repeat in their given order.
///
/// Ids are `PROVIDER-persona-SEAT`. A persona's second agent is named "NAME 2"; with `numbered` the first one is "NAME
/// 1". Returns nobody when there are no personas or no voices.
pub fn seat(personas: &[Persona], numbering: Numbering, count: u32, voices: &[Voice]) -> Vec<Agent> {
    if personas.is_empty() || voices.is_empty() {
        return Vec::new();
    }
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    let cast = personas.iter().cycle().zip(voices.iter().cycle());
    let seated = (1..=count).zip(cast).map(|(seat, (persona, voice))| {
        let time = times.entry(persona.name.as_str()).or_default();
        *time += 1;
        let name = match numbering {
            Numbering::Repeated if *time == 1 => persona.name.clone(),
            Numbering::Repeated | Numbering::Every => format!("{} {time}", persona.name),
        };
        Agent {
            seat: Seat(seat),
            id: format!("{}-persona-{seat}", voice.provider),
            name,
            persona: persona.clone(),
            voice: voice.clone(),
        }
    });
    seated.collect()
}

/// Which agents of a persona carry a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// From the second on.
    Repeated,
    /// All of them.
    Every,
}

impl Panel {
    /// Which of this panel's agents carry a number.
    pub fn numbering(&self) -> Numbering {
        if self.numbered { Numbering::Every } else { Numbering::Repeated }
    }
}

/// Gives a seated panel other personas; seats, ids and voices stay, and people stay who they are.
pub fn rename(agents: &mut [Agent], personas: &[Persona], numbering: Numbering) {
    let models = agents.iter().filter(|agent| !agent.voice.is_person());
    let voices: Vec<Voice> = models.map(|agent| agent.voice.clone()).collect();
    let count = u32::try_from(voices.len()).unwrap_or(u32::MAX);
    let played = agents.iter_mut().filter(|agent| !agent.voice.is_person());
    for (agent, other) in played.zip(seat(personas, numbering, count, &voices)) {
        agent.name = other.name;
        agent.persona = other.persona;
    }
}
