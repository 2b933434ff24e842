//! What comes next in a debate. Total, deterministic, no I/O: first run, resume and replay all ask this.

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt};
use crate::debate::event::{Ending, Event};
use crate::debate::history::{Attempt, History, Outcome, SynthesisDue, Turn};
use crate::debate::log::decision::Label;
use crate::debate::log::ids::TurnId;
use crate::debate::log::limits::LimitKind;
use crate::debate::mode::Order;
use crate::debate::prompt::{self, moderator};
use crate::debate::reply::Reply;
use crate::debate::response::contract::Contract;
use crate::debate::response::read::{self, Strictness};
use crate::debate::response::{Point, Response};
use crate::debate::rules::Rule;
use crate::debate::schedule::{self, Cursor, Planned, Slot};
use crate::debate::sorting::{self, Pass, Sorting};
use crate::debate::waiting::Waiting;
use crate::debate::{budget, claims, consensus, decision, needs, round, voices};

/// The next step of a debate.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one step exists at a time")]
pub enum Step {
    /// The world must answer these, in any order. Those in flight already are among them.
    Ask(Vec<Ask>),
    /// A fact that follows from the log: to be stored before anything else.
    Record(Event),
    /// Nothing can be asked until the facts that the session waits for have been supplied or refused.
    Wait,
    /// The session is over.
    Done,
}

/// Returns the next step.
pub fn next(history: &History) -> Step {
    if history.ending.is_some() {
        return Step::Done;
    }
    if history.decision.is_some() {
        return close(history);
    }
    if history.stop.is_some() || history.limit.is_some() {
        return decided(history);
    }
    if history.awaits_perspectives {
        return frame(history);
    }
    if matches!(history.waiting, Some(Waiting::Facts(_))) {
        return Step::Wait;
    }
    let slots = schedule::slots(history);
    let cursor = schedule::cursor(history);
    match cursor {
        Cursor::Over => decided(history),
        Cursor::Round(..) if history.has_lost_quorum() => decided(history),
        // Everybody abstained in the opening: there is nothing to debate.
        Cursor::Round(..) if !history.rounds.is_empty() && history.lacks_options() => decided(history),
        Cursor::Round(index, round) => {
            let needs = needs::due(history, &slots, cursor);
            if !needs.is_empty() {
                return Step::Record(Event::FactsAwaited { needs });
            }
            let phase = &history.setup.mode.phases[index].name;
            let here = |slot: &Slot<'_>| slot.phase.name == *phase && slot.round == round;
            let due = slots
                .iter()
                .enumerate()
                .filter(|(_, slot)| here(slot))
                .find_map(|(at, slot)| stage(history, &slots, at, slot));
            due.unwrap_or_else(|| end_of_round(history, &slots, phase, round))
        }
    }
}

/// Whether a turn is asked again, by whichever voice, after what has come of it so far.
pub fn is_due(history: &History, turn: &TurnId) -> bool {
    let planned = match turn.phase.as_str() {
        schedule::FRAMING | schedule::OPTIONS => Some(schedule::moderator_turn(history, &turn.phase, &turn.stage)),
        schedule::SYNTHESIS => Some(schedule::synthesis_turn(history)),
        _ => schedule::slots(history).into_iter().flat_map(|slot| slot.turns).find(|planned| planned.id == *turn),
    };
    planned.is_some_and(|planned| !is_over(history, &planned))
}

/// Reads the reply to `turn` into the response that the log will hold.
pub fn read(history: &History, turn: &TurnId, reply: &Reply) -> Response {
    let Some(contract) = contract(history, turn) else {
        return Response::Unclear { reason: "no such turn is due".to_owned() };
    };
    let format = history.setup.format;
    let strictness = match (Rule::RepliesAsMeant.holds_in(format), Rule::StrictReplies.holds_in(format)) {
        (true, _) => Strictness::AsMeant,
        (false, true) => Strictness::Strict,
        (false, false) => Strictness::Lenient,
    };
    match read::read(&contract, reply, strictness) {
        Response::Synthesis(mut synthesis) => {
            let ledger = claims::ledger(history);
            // With claims to lean on, a point must lean on one, and on none that does not exist.
            let leans = |point: &Point| {
                let known = point.claims.iter().all(|claim| ledger.iter().any(|entry| entry.id == *claim));
                known && (ledger.is_empty() || !point.claims.is_empty())
            };
            for points in [&mut synthesis.rationale, &mut synthesis.risks] {
                let (kept, dropped) = std::mem::take(points).into_iter().partition(leans);
                *points = kept;
                synthesis.dropped.extend::<Vec<Point>>(dropped);
            }
            Response::Synthesis(synthesis)
        }
        response => response,
    }
}

/// The fact that an ask goes out.
pub fn started(ask: &Ask) -> Event {
    Event::TurnStarted {
        turn: ask.turn.clone(),
        attempt: ask.attempt,
        voice: ask.voice.clone(),
        prompt: prompt::mark(&ask.prompt),
        grant: ask.grant,
    }
}

/// The terms of a turn; `None` for one that the schedule does not hold.
pub(crate) fn contract(history: &History, turn: &TurnId) -> Option<Contract> {
    Some(match turn.phase.as_str() {
        schedule::FRAMING => Contract::Perspectives(voices::models(history)),
        schedule::OPTIONS => Contract::Sorting(u32::try_from(sorting::statements(history).len()).unwrap_or(u32::MAX)),
        schedule::SYNTHESIS => Contract::Synthesis,
        _ => {
            let slots = schedule::slots(history);
            let at = slots.iter().position(|slot| slot.turns.iter().any(|planned| planned.id == *turn));
            prompt::contract(history, &slots, at?, turn.speaker)
        }
    })
}

/// The turns of one stage that are still due; `None` when it is over.
fn stage(history: &History, slots: &[Slot<'_>], at: usize, slot: &Slot<'_>) -> Option<Step> {
    let due = slot.turns.iter().filter(|planned| !is_over(history, planned));
    let due: Vec<&Planned> = match slot.stage.order {
        Order::Parallel => due.collect(),
        Order::Sequential => due.take(1).collect(),
    };
    let asks =
        due.iter().filter_map(|planned| ask(history, planned, |turn| prompt::prompt(history, slots, at, turn.speaker)));
    let asks: Vec<Ask> = asks.collect();
    let group: Vec<TurnId> = match slot.stage.order {
        Order::Parallel => slot.turns.iter().map(|planned| planned.id.clone()).collect(),
        Order::Sequential => asks.iter().map(|ask| ask.turn.clone()).collect(),
    };
    (!asks.is_empty()).then(|| admitted(history, &group, asks))
}

/// The asks that the limits leave room for, or the limit that leaves none.
fn admitted(history: &History, group: &[TurnId], asks: Vec<Ask>) -> Step {
    match budget::admit(history, group, asks) {
        Ok(asks) => ask_or_await(history, asks),
        Err(reached) => Step::Record(Event::LimitReached(reached)),
    }
}

/// Says, once, that nothing is due but what people have to say.
fn ask_or_await(history: &History, asks: Vec<Ask>) -> Step {
    let is_told = matches!(history.waiting, Some(Waiting::Turns(_)));
    if is_told || asks.iter().any(|ask| !ask.voice.is_person()) {
        return Step::Ask(asks);
    }
    Step::Record(Event::TurnsAwaited { turns: asks.into_iter().map(|ask| ask.turn).collect() })
}

fn frame(history: &History) -> Step {
    let planned = schedule::moderator_turn(history, schedule::FRAMING, "perspectives");
    if !is_over(history, &planned) {
        return asks(history, &[planned], |turn| moderator::framing(history, turn));
    }
    let models = || history.agents.iter().filter(|agent| !agent.voice.is_person());
    let own = || models().map(|agent| agent.persona.clone()).collect();
    Step::Record(match history.valid_response(&planned.id) {
        Some(Response::Perspectives(personas)) => {
            Event::PerspectivesChosen { personas: personas.clone(), proposed: true }
        }
        _ => Event::PerspectivesChosen { personas: own(), proposed: false },
    })
}

fn end_of_round(history: &History, slots: &[Slot<'_>], phase: &str, round: u32) -> Step {
    let has_quorum = round::has_quorum(history, slots, phase, round);
    if history.awaits_options() && has_quorum && consensus::is_opening(history, phase) {
        return find_options(history);
    }
    Step::Record(Event::RoundClosed(round::close(history, slots, phase, round)))
}

fn find_options(history: &History) -> Step {
    let passes: Vec<Pass> = match sorting::next(history, |planned| is_over(history, planned)) {
        Sorting::Frozen(frozen) => return Step::Record(Event::OptionsFrozen(frozen)),
        Sorting::Passes(passes) => passes.to_vec(),
        Sorting::ThirdPass => vec![Pass::Third],
    };
    let stated = sorting::statements(history);
    let turn = |pass: &Pass| schedule::moderator_turn(history, schedule::OPTIONS, pass.name());
    let group: Vec<TurnId> = passes.iter().map(|pass| turn(pass).id).collect();
    let due = passes.iter().map(|pass| (*pass, turn(pass))).filter(|(_, planned)| !is_over(history, planned));
    let asks = due.filter_map(|(pass, planned)| {
        let listed: Vec<&str> =
            sorting::order(history, pass, stated.len()).into_iter().map(|index| stated[index].1.as_str()).collect();
        ask(history, &planned, |turn| moderator::sorting(history, turn, &listed))
    });
    admitted(history, &group, asks.collect())
}

fn decided(history: &History) -> Step {
    Step::Record(Event::Decided { decision: Box::new(decision::decide(history)) })
}

fn close(history: &History) -> Step {
    let ending = ending(history);
    let planned = schedule::synthesis_turn(history);
    let is_due = match history.synthesis {
        SynthesisDue::AsSetUp => history.setup.synthesis && is_closed_with_text(history, ending),
        SynthesisDue::Requested => true,
        SynthesisDue::Waived => false,
    };
    match &history.decision {
        Some(decision) if is_due && !is_over(history, &planned) => {
            let ledger = claims::ledger(history);
            asks(history, &[planned], |turn| moderator::synthesis(history, turn, decision, &ledger))
        }
        Some(_) | None => Step::Record(Event::SessionClosed { ending }),
    }
}

/// Whether an end calls for a closing text: where money or tokens ran out, it was held back for.
fn is_closed_with_text(history: &History, ending: Ending) -> bool {
    match ending {
        // A panel that never found an option has nothing that a text could close.
        Ending::Decided => !history.lacks_options(),
        Ending::LimitReached => {
            let has_time = history.limit.is_some_and(|reached| reached.limit != LimitKind::Time);
            has_time && history.decision.as_ref().is_some_and(|decision| decision.label != Label::NoQuorum)
        }
        Ending::QuorumLost | Ending::Stopped => false,
    }
}

fn ending(history: &History) -> Ending {
    let lost = history.decision.as_ref().is_none_or(|decision| decision.label == Label::NoQuorum);
    match (history.stop, history.limit, lost) {
        (Some(_), _, _) => Ending::Stopped,
        (None, Some(_), _) => Ending::LimitReached,
        (None, None, true) => Ending::QuorumLost,
        (None, None, false) => Ending::Decided,
    }
}

fn asks(history: &History, planned: &[Planned], prompt: impl Fn(&TurnId) -> Prompt) -> Step {
    let group: Vec<TurnId> = planned.iter().map(|planned| planned.id.clone()).collect();
    admitted(history, &group, planned.iter().filter_map(|planned| ask(history, planned, &prompt)).collect())
}

fn ask(history: &History, planned: &Planned, prompt: impl Fn(&TurnId) -> Prompt) -> Option<Ask> {
    let voice = voice(history, planned)?.clone();
    let settled = history.turns.get(&planned.id).map_or(0, |turn| turn.settled().count());
    let attempt = u32::try_from(settled).unwrap_or(u32::MAX).saturating_add(1);
    let search = history.setup.web_search.in_turn(&history.setup.mode, &planned.id);
    let (session, turn) = (history.setup.session, planned.id.clone());
    Some(Ask { session, turn, attempt, voice, prompt: prompt(&planned.id), search, grant: None })
}

/// Whether nothing more is to be asked in a turn.
fn is_over(history: &History, planned: &Planned) -> bool {
    voice(history, planned).is_none()
}

/// Who is to be asked next in a turn: the same voice again after a reply that could not be read; after a fault the next
/// voice: of the moderator's, or of the fallbacks. `None` when the turn is over.
fn voice<'a>(history: &History, planned: &'a Planned) -> Option<&'a Voice> {
    let untried = |turn: &Turn| {
        let failed: Vec<&Voice> = turn
            .settled()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
            .map(|(attempt, _)| &attempt.voice)
            .collect();
        planned.voices.iter().find(|voice| !failed.contains(voice))
    };
    let Some(turn) = history.turns.get(&planned.id) else {
        return planned.voices.first();
    };
    let counts = |attempt: &Attempt| attempt.seq > turn.forgiven;
    let is_unread =
        |(attempt, outcome): &(&Attempt, &Outcome)| counts(attempt) && matches!(outcome, Outcome::Finished { .. });
    let unread = turn.settled().filter(is_unread).count();
    match turn.settled().last() {
        Some((_, Outcome::Failed(fault))) if !fault.kind.fails_over() => None,
        None | Some((_, Outcome::Failed(_))) => untried(turn),
        Some((attempt, Outcome::Finished { response, .. })) if !counts(attempt) && !response.is_valid() => {
            untried(turn)
        }
        Some((_, Outcome::Finished { response, .. }))
            if response.deserves_retry() && unread < history.setup.limits.attempts_max as usize =>
        {
            untried(turn)
        }
        Some((_, Outcome::Finished { .. })) => None,
    }
}
