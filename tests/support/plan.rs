//! What a mode file promises about a debate: who speaks when, and who sees what. Worked out from the file and the
//! closed rounds alone, so that it can be held against what a provider was really asked.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use roundtable::debate::mode::{Form, Labels, Mode, Order, Perspectives, Sees, Speakers, Stage};
use serde_json::Value;

/// A turn: phase, round, stage, and the seat; no seat for the moderator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) phase: String,
    pub(crate) round: u64,
    pub(crate) stage: String,
    pub(crate) seat: Option<u64>,
}

impl Turn {
    /// Reads a turn off the record.
    pub(crate) fn read(turn: &Value) -> Self {
        let text = |name: &str| turn[name].as_str().unwrap().to_owned();
        let seat = match &turn["speaker"] {
            Value::String(moderator) if moderator == "moderator" => None,
            speaker => Some(speaker["seat"].as_u64().unwrap()),
        };
        Self { phase: text("phase"), round: turn["round"].as_u64().unwrap(), stage: text("stage"), seat }
    }
}

/// The turns of one stage of one round.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) turns: Vec<Turn>,
    pub(crate) order: Order,
    /// The stage of the mode; none for the program's own turns.
    pub(crate) stage: Option<Stage>,
}

/// The groups that speak, in order.
pub(crate) fn groups(mode: &Mode, record: &Value) -> Vec<Group> {
    let is_open = record["question"]["kind"] == "open";
    let own = |phase: &str, stages: &[&str]| {
        let turn = |stage: &&str| Turn { phase: phase.to_owned(), round: 1, stage: (*stage).to_owned(), seat: None };
        Group { turns: stages.iter().map(turn).collect(), order: Order::Parallel, stage: None }
    };
    let mut groups = Vec::new();
    if mode.panel.perspectives == Perspectives::Open {
        groups.push(own("framing", &["perspectives"]));
    }
    for (place, closed) in record["rounds"].as_array().unwrap().iter().enumerate() {
        let phase = mode.phases.iter().find(|phase| closed["phase"] == phase.name.as_str()).unwrap();
        let round = closed["round"].as_u64().unwrap();
        for stage in &phase.stages {
            let turn = |seat| Turn { phase: phase.name.clone(), round, stage: stage.name.clone(), seat };
            let turns = speakers(mode, stage, round, record).into_iter().map(turn).collect();
            // A second sealed ballot on the same options would only repeat the first.
            let repeats = place > 0 && !is_open && stage.form == Form::Ballot && stage.sees == Sees::Nothing;
            groups.push(Group {
                turns: if repeats { Vec::new() } else { turns },
                order: stage.order,
                stage: Some(stage.clone()),
            });
        }
        if place == 0 && is_open {
            groups.push(own("options", &["forward", "reverse"]));
        }
    }
    groups.push(own("synthesis", &["synthesis"]));
    groups.retain(|group| !group.turns.is_empty());
    groups
}

fn speakers(mode: &Mode, stage: &Stage, round: u64, record: &Value) -> Vec<Option<u64>> {
    let panel = record["panel"].as_array().unwrap();
    let personas = mode.panel.personas.iter().cycle();
    let seated = (1u64..).zip(panel).zip(personas).filter(|(_, persona)| match &stage.speakers {
        Speakers::All => true,
        Speakers::Moderator => false,
        Speakers::Team(team) => persona.team.as_ref() == Some(team),
        Speakers::Persona(name) => persona.name == *name,
    });
    let mut speakers: Vec<Option<u64>> = seated.map(|((seat, _), _)| Some(seat)).collect();
    match (&stage.speakers, stage.order) {
        (Speakers::Moderator, _) => speakers.push(None),
        (_, Order::Sequential) => {
            let shift = (round as usize - 1) % speakers.len();
            speakers.rotate_left(shift);
        }
        (_, Order::Parallel) => {}
    }
    speakers
}

/// The turns whose words the speaker of `turn` may have been shown by then, its own conversation so far included.
pub(crate) fn visible(mode: &Mode, groups: &[Group], turn: &Turn) -> BTreeSet<Turn> {
    let at = groups.iter().position(|group| group.turns.contains(turn)).unwrap();
    // The moderator has no memory.
    let from = if turn.seat.is_none() { at } else { 0 };
    let mut visible = BTreeSet::new();
    for (index, group) in groups.iter().enumerate().take(at + 1).skip(from) {
        if let (Some(place), Some(stage)) = (group.turns.iter().position(|other| other.seat == turn.seat), &group.stage)
        {
            let before: Vec<&Turn> =
                groups[..index].iter().filter(|group| is_heard(group)).flat_map(|group| &group.turns).collect();
            let just_now =
                if group.order == Order::Sequential && is_heard(group) { &group.turns[..place] } else { &[] };
            visible.extend(shown(mode, stage.sees, &group.turns[place], &before, just_now).into_iter().cloned());
        }
    }
    visible
}

/// Ballots are sealed for good, and the program's own turns are not part of the exchange.
fn is_heard(group: &Group) -> bool {
    group.stage.as_ref().is_some_and(|stage| stage.form != Form::Ballot)
}

fn shown<'a>(mode: &Mode, sees: Sees, turn: &Turn, before: &[&'a Turn], just_now: &'a [Turn]) -> Vec<&'a Turn> {
    let team = |seat: Option<u64>| {
        seat.and_then(|seat| mode.panel.personas[(seat as usize - 1) % mode.panel.personas.len()].team.clone())
    };
    let so_far: Vec<&Turn> = before.iter().copied().chain(just_now).filter(|other| other.seat != turn.seat).collect();
    match sees {
        Sees::Nothing => Vec::new(),
        Sees::Everything => so_far,
        Sees::PreviousRound => {
            so_far.into_iter().filter(|other| (&other.phase, other.round) != (&turn.phase, turn.round)).collect()
        }
        Sees::OwnTeam => so_far
            .into_iter()
            .filter(|other| team(other.seat).is_some() && team(other.seat) == team(turn.seat))
            .collect(),
        Sees::Predecessor => so_far.last().copied().into_iter().collect(),
    }
}

/// Whether all that the speaker of `turn` has been shown by then says whose it is.
pub(crate) fn is_named(groups: &[Group], turn: &Turn) -> bool {
    let at = groups.iter().position(|group| group.turns.contains(turn)).unwrap();
    let own = groups[..=at].iter().filter(|group| group.turns.iter().any(|other| other.seat == turn.seat));
    own.filter_map(|group| group.stage.as_ref())
        .filter(|stage| stage.sees != Sees::Nothing)
        .all(|stage| stage.labels == Labels::Named)
}

/// Whether nothing that a seat is ever shown in this mode says whose it is.
pub(crate) fn is_anonymous(mode: &Mode) -> bool {
    mode.stages().filter(|stage| stage.sees != Sees::Nothing).all(|stage| stage.labels == Labels::Anonymous)
}
