//! What a panel promises: one to ten personas that can be told apart, whatever their number on the panel.

use crate::debate::agent::Persona;
use crate::debate::mode::{Mode, Panel, Perspectives, Speakers};
use crate::debate::text::same;
use crate::modes::flaw::{Flaw, count};
use crate::modes::text;

/// Checks the panel by itself.
pub(super) fn check(panel: &Panel) -> Result<(), Flaw> {
    count("panel.personas", "personas", panel.personas.len())?;
    for (index, persona) in panel.personas.iter().enumerate() {
        let path = format!("panel.personas.{index}");
        check_persona(&path, persona)?;
        let earlier = &panel.personas[..index];
        if earlier.iter().any(|other| same(&other.name, &persona.name)) {
            return Err(Flaw::new(format!("{path}.name"), format!("persona `{}` is defined twice", persona.name)));
        }
    }
    Ok(())
}

fn check_persona(path: &str, persona: &Persona) -> Result<(), Flaw> {
    let name_path = format!("{path}.name");
    text::line(&name_path, "`name`", &persona.name, 60)?;
    if persona.name.trim() != persona.name {
        return Err(Flaw::new(name_path, "`name` starts or ends with a space"));
    }
    if same(&persona.name, "moderator") {
        return Err(Flaw::new(name_path, "`Moderator` is the program's own voice; call the persona something else"));
    }
    if persona.name.rsplit_once(' ').is_some_and(|(_, last)| last.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Flaw::new(
            name_path,
            "a persona's name may not end in a number: seats are numbered by the program",
        ));
    }
    text::prose(&format!("{path}.trait"), "`trait`", &persona.character, 600)?;
    match &persona.team {
        Some(team) => text::slug(&format!("{path}.team"), "team", team),
        None => Ok(()),
    }
}

/// Checks that personas which may be replaced are not relied on.
pub(super) fn check_perspectives(mode: &Mode) -> Result<(), Flaw> {
    match mode.panel.perspectives {
        Perspectives::Fixed => return Ok(()),
        Perspectives::Open => {}
    }
    for (index, persona) in mode.panel.personas.iter().enumerate() {
        let path = format!("panel.personas.{index}");
        if persona.team.is_some() {
            return Err(Flaw::new(
                format!("{path}.team"),
                "with open perspectives personas are replaced, so none may have a team",
            ));
        }
        if persona.stance.is_some() {
            return Err(Flaw::new(
                format!("{path}.stance"),
                "with open perspectives personas are replaced, so none may have a stance",
            ));
        }
    }
    for (p, phase) in mode.phases.iter().enumerate() {
        for (s, stage) in phase.stages.iter().enumerate() {
            match stage.speakers {
                Speakers::All | Speakers::Moderator => {}
                Speakers::Team(_) | Speakers::Persona(_) => {
                    let path = format!("phases.{p}.stages.{s}.speakers");
                    return Err(Flaw::new(
                        path,
                        "with open perspectives personas are replaced, so no stage may address one",
                    ));
                }
            }
        }
    }
    Ok(())
}
