//! Who sits besides a mode's own personas: personas of the library, and people.

use crate::app::failures::persona_failure;
use crate::app::panel;
use crate::app::program::App;
use crate::app::request::{Needs, StartRequest, Who};
use crate::config::{Config, Origin, keys};
use crate::debate::agent::{Agent, HUMAN, Persona, Seat, Voice};
use crate::debate::mode::Mode;
use crate::debate::text;
use crate::error::Failure;
use crate::message::{Action, Field, Message, message};
use crate::personas::{PersonaError, PersonaFile, Toolset};

/// Longest name in a message, in characters.
const NAME_CHARS_MAX: usize = 60;
/// Seats that a mode's own personas need: a debate of one is none.
const OWN_MIN: u32 = 2;

/// A persona of the library that takes a seat.
pub(super) struct Guest {
    /// As it was named.
    name: String,
    pub(super) persona: Persona,
    /// Whose voice its file wants; `None` for whoever is next.
    voice: Option<Voice>,
    /// What its file lets it use when it is asked alone.
    tools: Vec<Toolset>,
}

/// Finds the personas that are to be seated.
pub(super) fn guests(app: &App, request: &StartRequest, needs: Needs) -> Result<Vec<Guest>, Failure> {
    let guest = |name: &String| {
        let file = app.persona(name).map_err(|error| unseated(name, error))?.persona;
        let (voice, tools) = (voice(app.config(), &file, request.who, needs)?, file.tools.clone());
        Ok(Guest { name: name.clone(), voice, tools, persona: persona(file) })
    };
    request.seated.iter().map(guest).collect()
}

/// A name that is no persona's may have been meant for a person.
fn unseated(name: &str, error: PersonaError) -> Failure {
    match &error {
        PersonaError::File(_) => persona_failure(error),
        PersonaError::Unknown { .. } => {
            let name = text::clip(name, NAME_CHARS_MAX);
            Failure::usage(message![Field::Seats, format!(" is `{name}`, which is nobody's seat: {error}")])
                .with_hint(message![
                    Field::Seats,
                    " takes human:NAME for a person; ",
                    Action::ListPersonas,
                    " shows the personas"
                ])
                .with_source(error)
        }
    }
}

/// A flag beats the persona's file, as when it is asked alone.
fn voice(config: &Config, file: &PersonaFile, who: Who, needs: Needs) -> Result<Option<Voice>, Failure> {
    let is_told = config.setting(keys::PROVIDERS).is_some_and(|setting| setting.origin == Origin::Flag);
    match (&file.provider, who) {
        (Some(provider), Who::Providers) if !is_told => {
            let voice = panel::named_voice(config, provider, file.model.as_deref())?;
            if needs == Needs::Access {
                panel::check_usable(config, &[&voice.provider])?;
            }
            Ok(Some(voice))
        }
        (Some(_), Who::Providers | Who::Rehearsal(_)) | (None, _) => Ok(None),
    }
}

fn persona(file: PersonaFile) -> Persona {
    let character = format!("{}.\n\n{}", file.description.trim_end_matches('.'), file.told);
    Persona { name: file.title, character, team: None, stance: None }
}

/// Every text of theirs that goes into prompts, with the place it comes from.
pub(super) fn words(guests: &[Guest]) -> impl Iterator<Item = (Message, &str)> {
    let words = |guest: &Guest| Message::from(format!("persona {}", guest.name));
    guests.iter().map(move |guest| (words(guest), guest.persona.character.as_str()))
}

/// The voices that their files want.
pub(super) fn voices(guests: &[Guest]) -> impl Iterator<Item = &Voice> {
    guests.iter().filter_map(|guest| guest.voice.as_ref())
}

/// What to know of guests in a mode in which nobody plays a persona.
pub(super) fn unplayed(mode: &Mode, guests: &[Guest]) -> Option<String> {
    let plays = mode.phases.iter().flat_map(|phase| &phase.stages).any(|stage| stage.in_role);
    let is_odd = !plays && !guests.is_empty();
    is_odd.then(|| {
        format!(
            "in mode {} everybody speaks for themselves: personas that are seated by name are names alone",
            mode.mode
        )
    })
}

/// What to know of guests who use documents when they are asked alone: on a panel all seats rest on the same material.
pub(super) fn without_documents(config: &Config, guests: &[Guest]) -> Option<String> {
    let setting = config.setting(keys::DOCUMENTS)?;
    let reads = |guest: &&Guest| guest.tools.contains(&Toolset::Documents);
    let names: Vec<&str> = guests.iter().filter(reads).map(|guest| guest.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "the documents of {} are left aside on a panel, by {} too: what a debate is to rest on is given as its context",
            setting.spelled,
            names.join(", ")
        )
    })
}

/// How many of `count` seats are left for the mode's own personas when guests take theirs: two at least, as long as the cap on
/// the panel allows it.
pub(super) fn own_seats(config: &Config, count: u32, guests: usize, people: usize) -> Result<u32, Failure> {
    if guests == 0 {
        return Ok(count);
    }
    let taken = |given: usize| u32::try_from(given).unwrap_or(u32::MAX);
    let (guests, cap) = (taken(guests), config.max_agents());
    let own = count.saturating_sub(guests).max(OWN_MIN);
    if own.saturating_add(guests).saturating_add(taken(people)) > cap {
        let given = guests.saturating_add(taken(people));
        let told =
            format!(" is given {given} times, which leaves fewer than {OWN_MIN} seats for the mode's own personas");
        return Err(Failure::usage(message![Field::Seats, told])
            .with_hint(format!("{} caps a panel at {cap} seats", keys::MAX_AGENTS)));
    }
    Ok(own)
}

/// Gives guests their seats after those of the mode's own personas. Voices go on in turn.
pub(super) fn seat(agents: &mut Vec<Agent>, guests: &[Guest], voices: &[Voice]) -> Result<(), Failure> {
    for guest in guests {
        let next = voices.get(agents.len() % voices.len().max(1)).cloned();
        let voice = guest.voice.clone().or(next).ok_or_else(panel::nothing_usable)?;
        let id = format!("{}-persona-{}", voice.provider, next_seat(agents));
        take(
            agents,
            &guest.name,
            Agent {
                seat: next_seat(agents),
                id,
                name: guest.persona.name.clone(),
                persona: guest.persona.clone(),
                voice,
            },
        )?;
    }
    Ok(())
}

/// Gives guests who were seated as perspectives the voices that their files want.
pub(super) fn voice_guests(agents: &mut [Agent], guests: &[Guest]) {
    for guest in guests {
        let seated = agents.iter_mut().find(|agent| agent.persona == guest.persona);
        if let (Some(agent), Some(voice)) = (seated, &guest.voice) {
            agent.id = format!("{}-persona-{}", voice.provider, agent.seat);
            agent.voice = voice.clone();
        }
    }
}

/// Gives people their seats, after those of the agents.
pub(super) fn seat_people(agents: &mut Vec<Agent>, people: &[String]) -> Result<(), Failure> {
    for name in people {
        let seat = next_seat(agents);
        let character = "a person on this panel, who speaks for nobody else".to_owned();
        let persona = Persona { name: name.clone(), character, team: None, stance: None };
        let id = format!("{HUMAN}-persona-{seat}");
        let agent = Agent { seat, id, name: name.clone(), persona, voice: Voice::of_person() };
        take(agents, &format!("{HUMAN}:{name}"), agent)?;
    }
    Ok(())
}

fn next_seat(agents: &[Agent]) -> Seat {
    Seat(u32::try_from(agents.len()).unwrap_or(u32::MAX).saturating_add(1))
}

/// Seats somebody whose name nobody has.
fn take(agents: &mut Vec<Agent>, given: &str, agent: Agent) -> Result<(), Failure> {
    if agents.iter().any(|other| text::same(&other.name, &agent.name)) {
        return Err(Failure::usage(message![
            Field::Seats,
            format!(" is `{given}`, and the panel has a {} already", agent.name)
        ])
        .with_hint("choose another name"));
    }
    agents.push(agent);
    Ok(())
}
