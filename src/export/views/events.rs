//! The log, one line an event.

use serde::Serialize;

use crate::debate::agent::Persona;
use crate::debate::event::{Ending, Event, Logged, StoppedBy};
use crate::debate::log::ids::TurnId;
use crate::debate::text::clip;
use crate::export::phrases::terms;
use crate::export::record::timestamp;
use crate::export::views::page::{Block, named, says};
use crate::export::views::rounds::tally;
use crate::export::views::scope::Scope;

/// Longest gist, in characters.
const GIST_CHARS_MAX: usize = 160;

/// The events in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Events {
    events: Vec<Logged>,
}

/// Picks the events. One that belongs to no turn is left out for an agent, one that belongs to no round for a round.
pub fn view(scope: &Scope<'_>, log: &[Logged]) -> Events {
    Events { events: log.iter().filter(|logged| is_shown(scope, &logged.event)).cloned().collect() }
}

fn is_shown(scope: &Scope<'_>, event: &Event) -> bool {
    match (turn(event), event) {
        _ if !scope.is_narrowed() => true,
        (Some(turn), _) => scope.holds(turn),
        (None, _) if scope.is_one_agent() => false,
        (None, Event::RoundClosed(closed)) => {
            scope.rounds().any(|place| place.phase == closed.phase && place.round == closed.round)
        }
        (None, Event::OptionsFrozen(_) | Event::PerspectivesChosen { .. }) => {
            scope.rounds().any(|place| place.number == 1)
        }
        (None, _) => false,
    }
}

fn turn(event: &Event) -> Option<&TurnId> {
    match event {
        Event::TurnStarted { turn, .. } | Event::TurnFinished { turn, .. } | Event::TurnFailed { turn, .. } => {
            Some(turn)
        }
        Event::SessionOpened(_)
        | Event::PerspectivesChosen { .. }
        | Event::OptionsFrozen(_)
        | Event::RoundClosed(_)
        | Event::FactsAwaited { .. }
        | Event::NeedsAnswered { .. }
        | Event::TurnsAwaited { .. }
        | Event::StopRequested { .. }
        | Event::LimitReached(_)
        | Event::LimitsSet(_)
        | Event::Decided { .. }
        | Event::SessionPaused { .. }
        | Event::SessionResumed {}
        | Event::SessionContinued(_)
        | Event::SynthesisRequested {}
        | Event::SessionRenamed { .. }
        | Event::SessionClosed { .. } => None,
    }
}

/// Lays the events out.
pub fn page(events: &Events) -> Vec<Block> {
    if events.events.is_empty() {
        return vec![says("Nothing happened here.")];
    }
    events.events.iter().map(stanza).collect()
}

fn stanza(logged: &Logged) -> Block {
    let (tag, gist) = told(&logged.event);
    let turn: String = turn(&logged.event).iter().map(|turn| format!(" {turn}")).collect();
    let label = format!("{} {} {tag}{turn}", logged.seq, timestamp(logged.at_ms));
    if gist.is_empty() { says(label) } else { named(label, clip(&gist, GIST_CHARS_MAX)) }
}

/// The event's name in the log, and what it says in short.
fn told(event: &Event) -> (&'static str, String) {
    match event {
        Event::SessionOpened(setup) => ("session_opened", format!("{}, {}", setup.mode.mode, setup.question.topic)),
        Event::PerspectivesChosen { personas, proposed } => ("perspectives_chosen", chosen(personas, *proposed)),
        Event::TurnStarted { attempt, voice, prompt, .. } => {
            let asked = format!("{} · {}, {} bytes", voice.provider, voice.model, prompt.bytes);
            ("turn_started", format!("attempt {attempt}, {asked}"))
        }
        Event::TurnFinished { response, .. } => ("turn_finished", response.headline()),
        Event::TurnFailed { fault, .. } => ("turn_failed", fault.to_string()),
        Event::OptionsFrozen(frozen) => {
            let options = frozen.options.iter().map(|choice| format!("{} {}", choice.id, choice.text));
            ("options_frozen", options.collect::<Vec<_>>().join(" / "))
        }
        Event::RoundClosed(closed) => {
            let stop = closed.stop.iter().map(|stop| format!("ended, {} ({})", stop.reason.title(), stop.numbers));
            let parts: Vec<String> =
                stop.chain(closed.consensus.iter().map(tally)).chain([format!("{} claims", closed.claims)]).collect();
            ("round_closed", format!("{} {}: {}", closed.phase, closed.round, parts.join("; ")))
        }
        Event::FactsAwaited { needs } => ("facts_awaited", listed(needs)),
        Event::NeedsAnswered { facts } => {
            ("needs_answered", listed(&facts.iter().map(|fact| fact.about.as_str()).collect::<Vec<_>>()))
        }
        Event::TurnsAwaited { turns } => ("turns_awaited", listed(turns)),
        Event::StopRequested { by } => ("stop_requested", asked_by(*by).to_owned()),
        Event::LimitReached(reached) => ("limit_reached", format!("{}: {}", reached.limit.title(), reached.numbers())),
        Event::LimitsSet(caps) => ("limits_set", caps.to_string()),
        Event::Decided { decision } => {
            let text: String = decision.text.iter().map(|text| format!(": {text}")).collect();
            ("decided", format!("{}{text}", decision.label))
        }
        Event::SessionPaused { by } => ("session_paused", asked_by(*by).to_owned()),
        Event::SessionResumed {} => ("session_resumed", String::new()),
        Event::SessionContinued(continued) => ("session_continued", terms(continued)),
        Event::SynthesisRequested {} => ("synthesis_requested", String::new()),
        Event::SessionRenamed { name } => ("session_renamed", name.clone().unwrap_or_else(|| "no name".to_owned())),
        Event::SessionClosed { ending } => ("session_closed", ended(*ending).to_owned()),
    }
}

fn listed(things: &[impl ToString]) -> String {
    if things.is_empty() {
        return "nothing".to_owned();
    }
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn chosen(personas: &[Persona], proposed: bool) -> String {
    let names: Vec<&str> = personas.iter().map(|persona| persona.name.as_str()).collect();
    let origin = if proposed { "proposed by the moderator" } else { "the mode's own" };
    format!("{} ({origin})", names.join(", "))
}

fn asked_by(by: StoppedBy) -> &'static str {
    match by {
        StoppedBy::Interrupt => "by an interrupt",
        StoppedBy::Command => "by a command",
    }
}

fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Decided => "decided",
        Ending::QuorumLost => "quorum lost",
        Ending::Stopped => "stopped",
        Ending::LimitReached => "limit reached",
    }
}
