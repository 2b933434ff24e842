//! Every turn with what was said in it, folded by round.

use crate::debate::continuation::Continuation;
use crate::debate::event::Fact;
use crate::debate::history::History;
use crate::debate::log::round::{ClosedRound, Consensus};
use crate::debate::question::OptionId;
use crate::debate::response::{Ballot, Position, Response, Stance, Unread};
use crate::debate::schedule;
use crate::debate::waiting::Answers;
use crate::export::figures::percent;
use crate::export::html::markup::{self, Html, all, el, joined, line, of, said, text, words};
use crate::export::html::reference;
use crate::export::html::table::signed;
use crate::export::record::{Record, TurnRecord};
use crate::export::unread;

/// The transcript.
pub(super) fn section(record: &Record, history: &History) -> Html {
    let mut parts = vec![line("h2", "Transcript")];
    let (mut told, mut answered) = (0, 0);
    for turns in
        record.turns.chunk_by(|one, other| one.turn.phase == other.turn.phase && one.turn.round == other.turn.round)
    {
        let Some(first) = turns.first() else { continue };
        let number = reference::number(&record.rounds, &first.turn.phase, first.turn.round);
        // A round under way comes after all closed ones; so does what the program asks for at the end.
        let before = number.map_or(record.rounds.len(), |number| number - 1);
        while let Some(continuation) =
            history.continuations.get(told).filter(|next| next.after <= before && !is_own(first))
        {
            parts.push(continued(continuation));
            told += 1;
        }
        while let Some(answers) = history.answers.get(answered).filter(|next| next.after <= before && !is_own(first)) {
            parts.push(supplied(answers));
            answered += 1;
        }
        parts.push(round(record, turns, number));
    }
    parts.extend(history.continuations[told..].iter().map(continued));
    parts.extend(history.answers[answered..].iter().map(supplied));
    el("section", &[("id", &"transcript")], parts)
}

fn is_own(turn: &TurnRecord) -> bool {
    [schedule::FRAMING, schedule::OPTIONS].contains(&turn.turn.phase.as_str())
}

fn continued(continuation: &Continuation) -> Html {
    let terms = &continuation.terms;
    let mut parts =
        vec![line("p", &format!("Continued after round {}, for {} more.", continuation.after, terms.rounds))];
    parts.extend(terms.focus.as_ref().map(|focus| el("p", &[], [text("About: "), words(focus)])));
    parts.extend(terms.facts.iter().map(fact));
    of("div", "notice", parts)
}

/// What came of a wait for facts.
fn supplied(answers: &Answers) -> Html {
    let mut parts = vec![line("p", &format!("Waited for facts after round {}.", answers.after))];
    parts.extend(answers.facts.iter().map(fact));
    let unanswered: Vec<&str> = answers.unanswered.iter().map(|need| need.0.as_str()).collect();
    if !unanswered.is_empty() {
        parts.push(line("p", &format!("Went on without {}.", unanswered.join(", "))));
    }
    of("div", "notice", parts)
}

fn fact(fact: &Fact) -> Html {
    all([el("p", &[], [text("Supplied: "), el("strong", &[], [words(&fact.about)])]), said(&fact.text)])
}

fn round(record: &Record, turns: &[TurnRecord], number: Option<usize>) -> Html {
    let turn = &turns[0].turn;
    let title = match turn.phase.as_str() {
        schedule::FRAMING => "Perspectives for the topic".to_owned(),
        schedule::OPTIONS => "Finding the options".to_owned(),
        schedule::SYNTHESIS if turn.round == 1 => "Closing text".to_owned(),
        schedule::SYNTHESIS => format!("Closing text {}", turn.round),
        phase => reference::place(&record.rounds, phase, turn.round),
    };
    let closed = number.and_then(|number| record.rounds.get(number - 1));
    let gist = closed.map_or_else(|| turns_in_words(turns.len()), |closed| gist(closed, turns.len()));
    let summary = el("summary", &[], [line("h3", &title), text(" "), of("span", "small", [text(&gist)])]);
    let turns = turns.iter().map(|turn| spoken(record, turn));
    of("details", "round", std::iter::once(summary).chain(turns))
}

fn turns_in_words(turns: usize) -> String {
    if turns == 1 { "1 turn".to_owned() } else { format!("{turns} turns") }
}

/// What came of a round, in a line.
fn gist(closed: &ClosedRound, turns: usize) -> String {
    let mut parts = vec![turns_in_words(turns)];
    let tally = |consensus: &Consensus| {
        let tally: Vec<String> = consensus.tally.iter().map(|(option, seats)| format!("{option} {seats}")).collect();
        tally.join(", ")
    };
    parts.extend(closed.consensus.as_ref().map(tally).filter(|tally| !tally.is_empty()));
    if let Some(movement) = closed.movement {
        parts.push(format!("{} moved, {} uncited", movement.changed, movement.uncited));
    }
    parts.push(format!("{} new claims", closed.claims_new));
    parts.extend(closed.stop.as_ref().map(|stop| format!("ended: {} ({})", stop.reason.title(), stop.numbers)));
    parts.join(" · ")
}

fn spoken(record: &Record, turn: &TurnRecord) -> Html {
    let mut head = vec![el("span", &[], [words(&turn.name)])];
    let takes_side = |stance: &&Stance| stance.option.is_some() || stance.abstained.is_some();
    if let Some(stance) = turn.response.as_ref().and_then(Response::stance).filter(takes_side) {
        head.extend([text(" "), reference::option(record, stance.option.as_ref())]);
    }
    if let Some(confidence) = turn.response.as_ref().and_then(Response::confidence) {
        head.extend([text(" "), of("span", "small", [text(&format!("confidence {}", percent(confidence)))])]);
    }
    if turn.turn.stage != turn.turn.phase && turn.turn.phase != schedule::OPTIONS {
        head.extend([text(" "), of("span", "small", [text(&turn.turn.stage)])]);
    }
    let body = match (&turn.response, &turn.fault) {
        (Some(response), _) => heard(record, turn, response),
        (None, Some(fault)) => {
            let why = [text("Not heard: "), words(&fault.to_string()), text(" "), words(&fault.hint)];
            vec![of("p", "fault", why)]
        }
        (None, None) => vec![of("p", "fault", [text("No reply is known.")])],
    };
    of("article", "turn", std::iter::once(el("h4", &[], head)).chain(body))
}

fn heard(record: &Record, turn: &TurnRecord, response: &Response) -> Vec<Html> {
    match response {
        Response::Position(position) => self::position(record, turn, position),
        Response::Ballot(ballot) => self::ballot(record, ballot),
        Response::Questions(questions) => {
            let question = |question: &crate::debate::response::PosedQuestion| {
                let about =
                    question.about.as_ref().map(|claim| all([text(" about "), reference::claim(record, claim)]));
                let kind = of("span", "small", [text(question.kind.name()), about.unwrap_or_default()]);
                el("li", &[], [words(&question.text), text(" "), kind])
            };
            vec![markup::list(questions.iter().map(question).collect::<Vec<_>>())]
        }
        Response::Perspectives(personas) => {
            let persona = |persona: &crate::debate::agent::Persona| {
                el("li", &[], [el("strong", &[], [words(&persona.name)]), text(": "), words(&persona.character)])
            };
            vec![markup::list(personas.iter().map(persona).collect::<Vec<_>>())]
        }
        Response::Sorting(piles) => {
            let pile = |pile: &crate::debate::response::Pile| {
                let members: Vec<String> = pile.members.iter().map(u32::to_string).collect();
                let members = of("span", "small", [text(&format!("statements {}", members.join(", ")))]);
                el("li", &[], [words(&pile.text), text(" "), members])
            };
            vec![markup::list(piles.iter().map(pile).collect::<Vec<_>>())]
        }
        Response::Synthesis(synthesis) => vec![said(&synthesis.conclusion)],
        Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => {
            vec![of("p", "fault", [text("Not counted: "), words(&response.headline())])]
        }
    }
}

fn position(record: &Record, turn: &TurnRecord, position: &Position) -> Vec<Html> {
    let mut parts = vec![of("div", "statement", [said(&position.statement)])];
    if !position.reasoning.trim().is_empty() {
        parts.push(said(&position.reasoning));
    }
    parts.extend(position.stance.iter().flat_map(|stance| self::stance(record, stance)));
    let own = record.claims.iter().filter(|entry| entry.turn == turn.turn);
    let claims =
        own.map(|entry| el("li", &[], [reference::claim(record, &entry.id), text(" "), words(&entry.claim.text)]));
    parts.extend(list("Claims", claims.collect()));
    let concessions = position.concessions.iter().map(|concession| {
        el("li", &[], [reference::claim(record, &concession.claim), text(" "), words(&concession.consequence)])
    });
    parts.extend(list("Concedes", concessions.collect()));
    parts.extend(position.blocking_objection.as_deref().map(blocks));
    let would = position.would_change_my_mind.iter().map(|would| el("li", &[], [words(would)]));
    parts.extend(list("Would change its mind", would.collect()));
    parts.extend(left_out(&position.unread));
    parts
}

fn blocks(objection: &str) -> Html {
    el("p", &[("class", &"fault")], [text("Calls this blocking: "), words(objection)])
}

fn ballot(record: &Record, ballot: &Ballot) -> Vec<Html> {
    let mut parts = Vec::new();
    if !ballot.statement.trim().is_empty() {
        parts.push(of("div", "statement", [said(&ballot.statement)]));
    }
    if !ballot.because.trim().is_empty() {
        parts.push(said(&ballot.because));
    }
    parts.extend(ballot.blocking_objection.as_deref().map(blocks));
    parts.extend(stance(record, &ballot.stance));
    parts.extend(left_out(&ballot.unread));
    parts
}

fn left_out(unread: &[Unread]) -> Option<Html> {
    Some(of("p", "small", [text("Not read: "), words(&unread::left_out(unread)?)]))
}

fn stance(record: &Record, stance: &Stance) -> Vec<Html> {
    let mut parts = Vec::new();
    if let Some(why) = &stance.abstained {
        parts.push(el("p", &[], [text("Abstains: "), words(why)]));
    }
    if let Some(change) = &stance.change {
        let claims = reference::claims(record, &change.decisive_claims);
        parts.push(el("p", &[], [text("Changed its mind: "), words(&change.because), claims]));
    }
    if let Some(option) = &stance.opening_was {
        let words = [text("Its opening statement was meant as "), reference::option(record, Some(option)), text(".")];
        parts.push(el("p", &[], words));
    }
    if !stance.ratings.is_empty() {
        let rating = |(option, rating): (&OptionId, &i8)| text(&format!("{option} {}", signed(f64::from(*rating))));
        parts.push(of("p", "small", [text("Ratings: "), joined(stance.ratings.iter().map(rating), ", ")]));
    }
    parts
}

fn list(title: &str, entries: Vec<Html>) -> Option<Html> {
    (!entries.is_empty()).then(|| all([of("p", "small", [text(title)]), markup::list(entries)]))
}
