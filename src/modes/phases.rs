//! What the phases promise: a sealed opening, speakers that exist, stop rules with inputs, and stances at the end.

use crate::debate::mode::{Form, Mode, Order, Panel, Phase, Sees, Speakers, Stage, StopRule};
use crate::debate::template::Name;
use crate::modes::flaw::{Flaw, count};
use crate::modes::nearest::nearest;
use crate::modes::{panel, text};

/// Phases that the program adds by itself.
const RESERVED: [&str; 3] = ["framing", "options", "synthesis"];

/// Checks every phase, and how they fit together.
pub(super) fn check(mode: &Mode) -> Result<(), Flaw> {
    count("phases", "phases", mode.phases.len())?;
    let has_ballots = mode.has_ballots();
    for (index, phase) in mode.phases.iter().enumerate() {
        let path = format!("phases.{index}");
        check_name(&path, phase, &mode.phases[..index])?;
        check_stages(&path, phase, &mode.panel)?;
        if index == 0 {
            check_opening(&path, phase)?;
        } else {
            check_rounds(&path, phase, &mode.phases[..index])?;
            check_until(&path, phase, has_ballots)?;
        }
    }
    panel::check_perspectives(mode)?;
    check_end(mode, has_ballots)
}

fn check_name(path: &str, phase: &Phase, earlier: &[Phase]) -> Result<(), Flaw> {
    let path = format!("{path}.name");
    text::slug(&path, "phase", &phase.name)?;
    if RESERVED.contains(&phase.name.as_str()) {
        return Err(Flaw::new(path, format!("phase name `{}` is reserved for the program", phase.name)));
    }
    if earlier.iter().any(|other| other.name == phase.name) {
        return Err(Flaw::new(path, format!("phase `{}` is defined twice", phase.name)));
    }
    Ok(())
}

fn check_stages(path: &str, phase: &Phase, panel: &Panel) -> Result<(), Flaw> {
    count(&format!("{path}.stages"), "stages", phase.stages.len())?;
    for (index, stage) in phase.stages.iter().enumerate() {
        let path = format!("{path}.stages.{index}");
        if stage.name.is_empty() {
            return Err(Flaw::new(path, "in a phase of several stages each needs a name"));
        }
        text::slug(&format!("{path}.name"), "stage", &stage.name)?;
        if phase.stages[..index].iter().any(|other| other.name == stage.name) {
            return Err(Flaw::new(format!("{path}.name"), format!("stage `{}` is defined twice", stage.name)));
        }
        check_speakers(&format!("{path}.speakers"), &stage.speakers, panel)?;
        check_terms(&path, stage)?;
        check_ask(&format!("{path}.ask"), &stage.ask, stage, panel)?;
        if let Some(ask) = &stage.ask_estimate {
            check_ask(&format!("{path}.ask_estimate"), ask, stage, panel)?;
        }
    }
    Ok(())
}

fn check_speakers(path: &str, speakers: &Speakers, panel: &Panel) -> Result<(), Flaw> {
    let names = || panel.personas.iter().map(|persona| persona.name.as_str());
    let teams = || panel.personas.iter().filter_map(|persona| persona.team.as_deref());
    let (what, name, suggestion) = match speakers {
        Speakers::All | Speakers::Moderator => return Ok(()),
        Speakers::Team(name) if teams().any(|team| team == name) => return Ok(()),
        Speakers::Team(name) => ("team", name, nearest(name, teams())),
        Speakers::Persona(name) if names().any(|persona| persona == name) => return Ok(()),
        Speakers::Persona(name) => ("persona", name, nearest(name, names())),
    };
    let message = format!("no {what} is called `{}`", text::quotable(name));
    Err(Flaw::new(format!("{path}.{what}"), message).suggest(suggestion))
}

fn check_terms(path: &str, stage: &Stage) -> Result<(), Flaw> {
    if stage.statistics && stage.sees == Sees::Nothing {
        return Err(Flaw::new(
            format!("{path}.statistics"),
            "a stage that sees nothing is sealed, and may not see statistics",
        ));
    }
    if stage.speakers == Speakers::Moderator && stage.form != Form::Questions {
        return Err(Flaw::new(
            format!("{path}.form"),
            "the moderator only asks questions: its form must be `questions`",
        ));
    }
    Ok(())
}

fn check_ask(path: &str, ask: &str, stage: &Stage, panel: &Panel) -> Result<(), Flaw> {
    text::ask(path, ask)?;
    let has_team = match &stage.speakers {
        Speakers::Team(_) => true,
        Speakers::Moderator => false,
        Speakers::All => panel.personas.iter().all(|persona| persona.team.is_some()),
        Speakers::Persona(name) => panel.personas.iter().any(|persona| persona.name == *name && persona.team.is_some()),
    };
    if has_team {
        return Ok(());
    }
    text::ask_without(path, ask, Name::Team, "stands for nothing: not every speaker of this stage has a team")
}

/// The first phase is what everything later is compared with, so nothing may have touched it.
fn check_opening(path: &str, phase: &Phase) -> Result<(), Flaw> {
    let opening = |part: &str, rule: &str| {
        Err(Flaw::new(format!("{path}.{part}"), format!("the first phase is the sealed opening: {rule}")))
    };
    if phase.rounds.is_some() {
        return opening("rounds", "it takes one round, without `rounds`");
    }
    if !phase.until.is_empty() {
        return opening("until", "it takes one round, without `until`");
    }
    let [stage] = phase.stages.as_slice() else {
        return opening("stages", "it has one stage");
    };
    if stage.speakers != Speakers::All {
        return opening("stages.0.speakers", "its speakers are `all`");
    }
    if stage.order != Order::Parallel {
        return opening("stages.0.order", "its order is `parallel`");
    }
    if stage.sees != Sees::Nothing {
        return opening("stages.0.sees", "it sees `nothing`");
    }
    if stage.form == Form::Questions {
        return opening("stages.0.form", "its form is `position` or `ballot`");
    }
    text::ask_without(
        &format!("{path}.stages.0.ask"),
        &stage.ask,
        Name::Proposal,
        "is not known before the first phase has ended",
    )
}

fn check_rounds(path: &str, phase: &Phase, earlier: &[Phase]) -> Result<(), Flaw> {
    let Some(rounds) = &phase.rounds else { return Ok(()) };
    let path = format!("{path}.rounds");
    if let Some(other) = earlier.iter().find(|other| other.rounds.is_some()) {
        let message =
            format!("phase `{}` has rounds already; only one phase can take the rounds that are asked for", other.name);
        return Err(Flaw::new(path, message));
    }
    if rounds.min < 1 {
        return Err(Flaw::new(format!("{path}.min"), "`min` is 0; a phase takes at least one round"));
    }
    if rounds.max > 10 {
        return Err(Flaw::new(
            format!("{path}.max"),
            format!("`max` is {}; a phase takes at most 10 rounds", rounds.max),
        ));
    }
    if rounds.default < rounds.min {
        return Err(Flaw::new(
            format!("{path}.default"),
            format!("`default` is {}, below `min`, which is {}", rounds.default, rounds.min),
        ));
    }
    if rounds.default > rounds.max {
        return Err(Flaw::new(
            format!("{path}.default"),
            format!("`default` is {}, above `max`, which is {}", rounds.default, rounds.max),
        ));
    }
    Ok(())
}

fn check_until(path: &str, phase: &Phase, has_ballots: bool) -> Result<(), Flaw> {
    let path = format!("{path}.until");
    if phase.rounds.is_none() && !phase.until.is_empty() {
        return Err(Flaw::new(path, "`until` needs `rounds`: a phase without them runs once"));
    }
    let has_stances = phase.counts(has_ballots);
    let has_claims = phase.stages.iter().any(|stage| stage.form != Form::Ballot);
    for (index, rule) in phase.until.iter().enumerate() {
        let (name, has_inputs, inputs) = match rule {
            StopRule::MaxRounds => ("max_rounds", true, "nothing"),
            StopRule::Confidence => ("confidence", has_stances, "stances"),
            StopRule::Agreed => ("agreed", has_stances, "stances"),
            StopRule::Stable => ("stable", has_stances, "stances"),
            StopRule::Oscillating => ("oscillating", has_stances, "stances"),
            StopRule::Saturated => ("saturated", has_claims, "positions or questions"),
        };
        let path = format!("{path}.{index}");
        if !has_inputs {
            return Err(Flaw::new(
                path,
                format!("rule `{name}` needs {inputs}, and no stage of this phase brings any"),
            ));
        }
        if phase.until[..index].contains(rule) {
            return Err(Flaw::new(path, format!("rule `{name}` is listed twice")));
        }
    }
    Ok(())
}

/// A debate must end in stances: in ballots, or in a mode without ballots in positions.
fn check_end(mode: &Mode, has_ballots: bool) -> Result<(), Flaw> {
    match mode.phases.last() {
        Some(last) if !last.counts(has_ballots) => {
            let form = if has_ballots { "ballot" } else { "position" };
            let path = format!("phases.{}.stages", mode.phases.len() - 1);
            Err(Flaw::new(
                path,
                format!("the last phase must end in stances: one of its stages needs the form `{form}`"),
            ))
        }
        Some(_) | None => Ok(()),
    }
}
