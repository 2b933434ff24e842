//! The persona factory: who sits where, under which name and id, on which voice.

use std::collections::BTreeSet;

use crate::support::replies::by_default;
use crate::support::world::{World, all_built_in, built_in, choice, setup_with, voice};
use roundtable::debate::agent::{Agent, Persona, Seat, Stance, Voice};
use roundtable::debate::mode::Mode;
use roundtable::debate::personas::{self, Numbering};

/// As many voices as asked for; the last two are of one provider.
fn voices(count: usize) -> Vec<Voice> {
    let all = [
        ("anthropic", "claude-large", "claude"),
        ("openai", "gpt-large", "gpt"),
        ("google", "gemini-large", "gemini"),
        ("google", "gemini-small", "gemini"),
    ];
    all[..count].iter().copied().map(voice).collect()
}

fn panel(mode: &Mode, count: u32, voices: &[Voice]) -> Vec<Agent> {
    personas::seat(&mode.panel.personas, mode.panel.numbering(), count, voices)
}

#[test]
fn personas_and_voices_repeat_in_their_order_at_every_count() {
    for mode in all_built_in() {
        let personas = &mode.panel.personas;
        for count in 2..=10u32 {
            for voice_count in [1, 2, 4] {
                let voices = voices(voice_count);
                let agents = panel(&mode, count, &voices);
                let label = format!("{} with {count} seats over {voice_count} voices", mode.mode);
                assert_eq!(agents.len(), count as usize, "{label}");
                for (place, agent) in agents.iter().enumerate() {
                    let (persona, voice) = (&personas[place % personas.len()], &voices[place % voices.len()]);
                    assert_eq!((&agent.persona, &agent.voice), (persona, voice), "{label}");
                    assert_eq!(agent.seat, Seat(place as u32 + 1), "{label}");
                    assert_eq!(agent.id, format!("{}-persona-{}", voice.provider, place + 1), "{label}");
                    let expected = match place / personas.len() + 1 {
                        1 if !mode.panel.numbered => persona.name.clone(),
                        time => format!("{} {time}", persona.name),
                    };
                    assert_eq!(agent.name, expected, "{label}");
                }
                let names: BTreeSet<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
                let ids: BTreeSet<&str> = agents.iter().map(|agent| agent.id.as_str()).collect();
                assert_eq!((names.len(), ids.len()), (agents.len(), agents.len()), "{label}: all can be told apart");
            }
        }
    }
}

#[test]
fn names_and_order_are_the_contract() {
    let cases: [(&str, u32, &[&str]); 8] = [
        ("collaborative", 5, &["Synthesizer", "Analyst", "Creative", "Pragmatist", "Synthesizer 2"]),
        ("adversarial", 4, &["Proponent", "Opponent", "Proponent 2", "Opponent 2"]),
        ("socratic", 3, &["Questioner", "Respondent", "Questioner 2"]),
        ("expert-panel", 4, &["Domain Expert", "Generalist", "Skeptic", "Innovator"]),
        ("devils-advocate", 4, &["Advocate", "Challenger", "Evaluator", "Advocate 2"]),
        ("delphi", 3, &["Participant 1", "Participant 2", "Participant 3"]),
        ("red-team-blue-team", 4, &["Red Team", "Blue Team", "Red Team 2", "Blue Team 2"]),
        ("vote", 2, &["Voter 1", "Voter 2"]),
    ];
    for (mode, count, names) in cases {
        let agents = panel(&built_in(mode), count, &voices(4));
        assert_eq!(agents.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(), names, "{mode}");
    }
    let stances: Vec<_> =
        panel(&built_in("devils-advocate"), 3, &voices(1)).into_iter().map(|agent| agent.persona.stance).collect();
    assert_eq!(stances, [Some(Stance::Yes), Some(Stance::No), Some(Stance::Neutral)]);
}

/// A seat's prompts name its own persona, trait, team and side, at any count: the role is derived, never written twice.
#[test]
fn the_prompt_of_a_seat_names_its_own_persona() {
    for mode in all_built_in() {
        for count in [2, 5, 7] {
            let mut setup = setup_with(&mode, count, choice(), &voices(2));
            setup.frames = false;
            let world = World::open(setup, &by_default, 1).finish();
            let speaks_in_role = mode.stages().any(|stage| stage.in_role);
            for agent in &world.history.agents {
                let asked = world.asked_of(agent.seat.0);
                let said: String = asked
                    .last()
                    .unwrap()
                    .prompt
                    .messages
                    .iter()
                    .map(|message| message.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n");
                let own = format!("You are {}: {}.", agent.name, agent.persona.character.trim_end_matches('.'));
                let label = format!("{} with {count} seats, {}", mode.mode, agent.name);
                assert_eq!(said.matches(&own).count(), usize::from(speaks_in_role), "{label}: once, and only in role");
                for other in world.history.agents.iter().filter(|other| other.seat != agent.seat) {
                    assert!(
                        !said.contains(&format!("You are {}:", other.name)),
                        "{label} is told to be {}",
                        other.name
                    );
                }
                if let Some(team) = agent.persona.team.as_ref().filter(|_| speaks_in_role) {
                    assert!(said.contains(&format!("You are on the {team} team.")), "{label}");
                }
                let side = match agent.persona.stance {
                    Some(Stance::Yes) => "assigned to argue for the proposal",
                    Some(Stance::No) => "assigned to argue against the proposal",
                    Some(Stance::Neutral) => "assigned to neither side",
                    None => continue,
                };
                assert!(said.contains(side), "{label}");
            }
        }
    }
}

#[test]
fn renaming_a_panel_leaves_seats_ids_and_voices() {
    let persona =
        |name: &str| Persona { name: name.to_owned(), character: format!("{name}'s view"), team: None, stance: None };
    let before = panel(&built_in("expert-panel"), 3, &voices(2));
    for (numbering, expected) in
        [(Numbering::Repeated, ["Nurse", "Farmer", "Nurse 2"]), (Numbering::Every, ["Nurse 1", "Farmer 1", "Nurse 2"])]
    {
        let mut after = before.clone();
        personas::rename(&mut after, &[persona("Nurse"), persona("Farmer")], numbering);
        assert_eq!(after.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(after[2].persona, persona("Nurse"));
        for (old, new) in before.iter().zip(&after) {
            assert_eq!((old.seat, &old.id, &old.voice), (new.seat, &new.id, &new.voice));
        }
    }
}

#[test]
fn nobody_is_seated_without_personas_or_voices() {
    assert!(personas::seat(&[], Numbering::Repeated, 3, &voices(1)).is_empty());
    assert!(panel(&built_in("vote"), 3, &[]).is_empty());
}
