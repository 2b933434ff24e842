//! What comes next in a debate. Total, deterministic, no I/O: first run, resume and replay all ask this.

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt};
use crate::debate::board::Board;
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
use crate::debate::{budget, consensus, decision, needs, round, voices};

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
        return close(&Board::of(history));
    }
    if history.stop.is_some() || history.limit.is_some() {
        return decided(&Board::of(history));
    }
    let board = Board::of(history);
    if history.awaits_perspectives {
        return frame(&board);
    }
    if matches!(history.waiting, Some(Waiting::Facts(_))) {
        return Step::Wait;
    }
    match board.cursor() {
        Cursor::Over => decided(&board),
        Cursor::Round(..) if history.has_lost_quorum() => decided(&board),
        // Everybody abstained in the opening: there is nothing to debate.
        Cursor::Round(..) if !history.rounds.is_empty() && history.lacks_options() => decided(&board),
        Cursor::Round(index, round) => {
            let needs = needs::due(&board);
            if !needs.is_empty() {
                return Step::Record(Event::FactsAwaited { needs });
            }
            let phase = &history.setup.mode.phases[index].name;
            let here = |slot: &Slot<'_>| slot.phase.name == *phase && slot.round == round;
            let due = board
                .slots()
                .iter()
                .enumerate()
                .filter(|(_, slot)| here(slot))
                .find_map(|(at, slot)| stage(&board, at, slot));
            due.unwrap_or_else(|| end_of_round(&board, phase, round))
        }
    }
}

/// Whether a turn is asked again, by whichever voice, after what has come of it so far.
pub fn is_due(history: &History, turn: &TurnId) -> bool {
    let planned = match turn.phase.as_str() {
        schedule::FRAMING | schedule::OPTIONS => Some(schedule::moderator_turn(history, &turn.phase, &turn.stage)),
        schedule::SYNTHESIS => Some(schedule::synthesis_turn(history)),
        _ => {
            Board::of(history).slots().iter().flat_map(|slot| &slot.turns).find(|planned| planned.id == *turn).cloned()
        }
    };
    planned.is_some_and(|planned| !is_over(history, &planned))
}

/// Reads the reply to `turn` into the response that the log will hold.
pub fn read(history: &History, turn: &TurnId, reply: &Reply) -> Response {
    let board = Board::of(history);
    let Some(contract) = contract(&board, turn) else {
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
            let ledger = board.ledger();
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
pub(crate) fn contract(board: &Board<'_>, turn: &TurnId) -> Option<Contract> {
    Some(match turn.phase.as_str() {
        schedule::FRAMING => Contract::Perspectives(voices::models(board.history)),
        schedule::OPTIONS => Contract::Sorting(u32::try_from(sorting::statements(board).len()).unwrap_or(u32::MAX)),
        schedule::SYNTHESIS => Contract::Synthesis,
        _ => {
            let at = board.slots().iter().position(|slot| slot.turns.iter().any(|planned| planned.id == *turn));
            prompt::contract(board, at?, turn.speaker)
        }
    })
}

/// The turns of one stage that are still due; `None` when it is over.
fn stage(board: &Board<'_>, at: usize, slot: &Slot<'_>) -> Option<Step> {
    let due = slot.turns.iter().filter(|planned| !is_over(board.history, planned));
    let due: Vec<&Planned> = match slot.stage.order {
        Order::Parallel => due.collect(),
        Order::Sequential => due.take(1).collect(),
    };
    let asks = due.iter().filter_map(|planned| ask(board, planned, |turn| prompt::prompt(board, at, turn.speaker)));
    let asks: Vec<Ask> = asks.collect();
    let group: Vec<TurnId> = match slot.stage.order {
        Order::Parallel => slot.turns.iter().map(|planned| planned.id.clone()).collect(),
        Order::Sequential => asks.iter().map(|ask| ask.turn.clone()).collect(),
    };
    (!asks.is_empty()).then(|| admitted(board, &group, asks))
}

/// The asks that the limits leave room for, or the limit that leaves none.
fn admitted(board: &Board<'_>, group: &[TurnId], asks: Vec<Ask>) -> Step {
    match budget::admit(board, group, asks) {
        Ok(asks) => ask_or_await(board, asks),
        Err(reached) => Step::Record(Event::LimitReached(reached)),
    }
}

/// Says, once, that nothing is due but what people have to say.
fn ask_or_await(board: &Board<'_>, asks: Vec<Ask>) -> Step {
    let is_told = matches!(board.history.waiting, Some(Waiting::Turns(_)));
    if is_told || asks.iter().any(|ask| !ask.voice.is_person()) {
        return Step::Ask(asks);
    }
    Step::Record(Event::TurnsAwaited { turns: asks.into_iter().map(|ask| ask.turn).collect() })
}

fn frame(board: &Board<'_>) -> Step {
    let planned = schedule::moderator_turn(board.history, schedule::FRAMING, "perspectives");
    if !is_over(board.history, &planned) {
        return asks(board, &[planned], |turn| moderator::framing(board.history, turn));
    }
    let models = || board.history.agents.iter().filter(|agent| !agent.voice.is_person());
    let own = || models().map(|agent| agent.persona.clone()).collect();
    Step::Record(match board.history.valid_response(&planned.id) {
        Some(Response::Perspectives(personas)) => {
            Event::PerspectivesChosen { personas: personas.clone(), proposed: true }
        }
        _ => Event::PerspectivesChosen { personas: own(), proposed: false },
    })
}

fn end_of_round(board: &Board<'_>, phase: &str, round: u32) -> Step {
    let has_quorum = round::has_quorum(board, phase, round);
    if board.history.awaits_options() && has_quorum && consensus::is_opening(board.history, phase) {
        return find_options(board);
    }
    Step::Record(Event::RoundClosed(round::close(board, phase, round)))
}

fn find_options(board: &Board<'_>) -> Step {
    let passes: Vec<Pass> = match sorting::next(board, |planned| is_over(board.history, planned)) {
        Sorting::Frozen(frozen) => return Step::Record(Event::OptionsFrozen(frozen)),
        Sorting::Passes(passes) => passes.to_vec(),
        Sorting::ThirdPass => vec![Pass::Third],
    };
    let stated = sorting::statements(board);
    let turn = |pass: &Pass| schedule::moderator_turn(board.history, schedule::OPTIONS, pass.name());
    let group: Vec<TurnId> = passes.iter().map(|pass| turn(pass).id).collect();
    let due = passes.iter().map(|pass| (*pass, turn(pass))).filter(|(_, planned)| !is_over(board.history, planned));
    let asks = due.filter_map(|(pass, planned)| {
        let listed: Vec<&str> = sorting::order(board.history, pass, stated.len())
            .into_iter()
            .map(|index| stated[index].1.as_str())
            .collect();
        ask(board, &planned, |turn| moderator::sorting(board.history, turn, &listed))
    });
    admitted(board, &group, asks.collect())
}

fn decided(board: &Board<'_>) -> Step {
    Step::Record(Event::Decided { decision: Box::new(decision::decide(board)) })
}

fn close(board: &Board<'_>) -> Step {
    let ending = ending(board.history);
    let planned = schedule::synthesis_turn(board.history);
    let is_due = match board.history.synthesis {
        SynthesisDue::AsSetUp => board.history.setup.synthesis && is_closed_with_text(board.history, ending),
        SynthesisDue::Requested => true,
        SynthesisDue::Waived => false,
    };
    match &board.history.decision {
        Some(decision) if is_due && !is_over(board.history, &planned) => {
            asks(board, &[planned], |turn| moderator::synthesis(board, turn, decision))
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

fn asks(board: &Board<'_>, planned: &[Planned], prompt: impl Fn(&TurnId) -> Prompt) -> Step {
    let group: Vec<TurnId> = planned.iter().map(|planned| planned.id.clone()).collect();
    admitted(board, &group, planned.iter().filter_map(|planned| ask(board, planned, &prompt)).collect())
}

fn ask(board: &Board<'_>, planned: &Planned, prompt: impl Fn(&TurnId) -> Prompt) -> Option<Ask> {
    let voice = voice(board.history, planned)?.clone();
    let settled = board.history.turns.get(&planned.id).map_or(0, |turn| turn.settled().count());
    let attempt = u32::try_from(settled).unwrap_or(u32::MAX).saturating_add(1);
    let search = board.history.setup.web_search.in_turn(&board.history.setup.mode, &planned.id);
    let (session, turn) = (board.history.setup.session, planned.id.clone());
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
