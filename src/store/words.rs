//! The words by which an event can be found: what people and personas said, not how the program keeps it.

use crate::debate::event::{Continued, Event, Fact};
use crate::debate::log::decision::Decision;
use crate::debate::log::options::Frozen;
use crate::debate::log::setup::Setup;
use crate::debate::reply::Reply;
use crate::debate::response::{Ballot, Claim, Position, Response, Stance, Synthesis};

/// Returns the words of an event, with an empty line between what stands apart, or `None` if it has none.
///
/// The index in the database holds exactly their terms: what changes here needs a version of the schema, which derives it anew.
pub(super) fn words(event: &Event) -> Option<String> {
    let words: Vec<&str> = match event {
        Event::SessionOpened(setup) => opened(setup),
        Event::PerspectivesChosen { personas, .. } => personas.iter().map(|persona| persona.name.as_str()).collect(),
        Event::TurnFinished { reply, response, .. } => said(reply, response),
        Event::OptionsFrozen(frozen) => options(frozen),
        Event::Decided { decision } => decided(decision),
        Event::SessionContinued(terms) => continued(terms),
        Event::NeedsAnswered { facts } => supplied(facts).collect(),
        Event::SessionRenamed { name } => name.iter().map(String::as_str).collect(),
        Event::TurnStarted { .. }
        | Event::TurnFailed { .. }
        | Event::RoundClosed(_)
        | Event::FactsAwaited { .. }
        | Event::TurnsAwaited { .. }
        | Event::StopRequested { .. }
        | Event::LimitReached(_)
        | Event::LimitsSet(_)
        | Event::SessionPaused { .. }
        | Event::SessionResumed {}
        | Event::SynthesisRequested {}
        | Event::SessionClosed { .. } => Vec::new(),
    };
    let words = words.into_iter().filter(|words| !words.trim().is_empty()).collect::<Vec<_>>().join("\n\n");
    (!words.is_empty()).then_some(words)
}

fn opened(setup: &Setup) -> Vec<&str> {
    let mut words = vec![setup.question.topic.as_str()];
    words.extend(setup.question.options.iter().map(|option| option.text.as_str()));
    words.extend(setup.context.iter().map(|material| material.name.as_str()));
    words.extend(setup.assumptions.iter().map(|assumption| assumption.text.as_str()));
    words.extend(setup.name.as_deref());
    words.extend(setup.tags.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]));
    words.extend(setup.agents.iter().map(|agent| agent.name.as_str()));
    words
}

fn options(frozen: &Frozen) -> Vec<&str> {
    frozen.options.iter().map(|option| option.text.as_str()).collect()
}

fn said<'a>(reply: &'a Reply, response: &'a Response) -> Vec<&'a str> {
    match response {
        Response::Position(position) => stated(position),
        Response::Ballot(ballot) => cast(ballot),
        Response::Questions(questions) => questions.iter().map(|question| question.text.as_str()).collect(),
        Response::Perspectives(personas) => {
            personas.iter().flat_map(|persona| [persona.name.as_str(), persona.character.as_str()]).collect()
        }
        Response::Sorting(piles) => piles.iter().map(|pile| pile.text.as_str()).collect(),
        Response::Synthesis(synthesis) => closing(synthesis),
        Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => vec![&reply.text],
    }
}

fn stated(position: &Position) -> Vec<&str> {
    let mut words = vec![position.statement.as_str(), position.reasoning.as_str()];
    words.extend(position.claims.iter().flat_map(claimed));
    words.extend(position.concessions.iter().map(|concession| concession.consequence.as_str()));
    words.extend(position.would_change_my_mind.iter().map(String::as_str));
    words.extend(position.needs.iter().flat_map(|need| [need.query.as_str(), need.reason.as_str()]));
    words.extend(position.blocking_objection.as_deref());
    words.extend(position.stance.iter().flat_map(reasons));
    words
}

fn claimed(claim: &Claim) -> impl Iterator<Item = &str> {
    let evidence = claim.evidence.iter().flat_map(|evidence| [evidence.reference.as_str(), evidence.quote.as_str()]);
    std::iter::once(claim.text.as_str()).chain(evidence)
}

fn reasons(stance: &Stance) -> impl Iterator<Item = &str> {
    let change = stance.change.as_ref().map(|change| change.because.as_str());
    stance.abstained.as_deref().into_iter().chain(change)
}

fn cast(ballot: &Ballot) -> Vec<&str> {
    let mut words = vec![ballot.statement.as_str(), ballot.because.as_str()];
    words.extend(ballot.blocking_objection.as_deref());
    words.extend(reasons(&ballot.stance));
    words
}

fn closing(synthesis: &Synthesis) -> Vec<&str> {
    let points = [&synthesis.rationale, &synthesis.risks, &synthesis.dropped];
    let mut words = vec![synthesis.conclusion.as_str()];
    words.extend(points.into_iter().flatten().map(|point| point.text.as_str()));
    words.extend(synthesis.next_steps.iter().chain(&synthesis.would_change).map(String::as_str));
    words
}

fn decided(decision: &Decision) -> Vec<&str> {
    let objections = decision.blocking.iter().map(|blocking| blocking.objection.as_str());
    let dissent = decision.dissent.iter().map(|dissent| dissent.words.as_str());
    decision.text.as_deref().into_iter().chain(objections).chain(dissent).collect()
}

fn continued(terms: &Continued) -> Vec<&str> {
    terms.focus.as_deref().into_iter().chain(supplied(&terms.facts)).collect()
}

fn supplied(facts: &[Fact]) -> impl Iterator<Item = &str> {
    facts.iter().flat_map(|fact| [fact.about.as_str(), fact.text.as_str()])
}
