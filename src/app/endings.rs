//! Endings that are failures to whoever waits for a decision.

use crate::app::{gate, limits, people};
use crate::debate::event::Ending;
use crate::debate::history::{History, SynthesisDue};
use crate::debate::log::ids::TurnId;
use crate::debate::log::limits::LimitKind;
use crate::debate::reply::Fault;
use crate::debate::response::Response;
use crate::debate::schedule::SYNTHESIS;
use crate::error::Failure;
use crate::export::phrases::headline;
use crate::export::{record, unheard};
use crate::message::{Action, Message, Target, message};

/// The failure that a session's ending means to a script; `None` when it was decided and its
/// gate, if any, holds.
pub fn ending_failure(history: &History) -> Option<Failure> {
    let session = history.setup.session.to_string();
    let resume = Action::Resume(Target::of(&session));
    let goes_on = message![resume, " goes on from here; nothing that arrived is asked again"];
    if let Some(failure) = people::waiting(history) {
        return Some(failure.with_session(session));
    }
    if history.paused {
        return Some(Failure::interrupted("paused").with_hint(goes_on).with_session(session));
    }
    let failure = match history.ending? {
        Ending::Decided => gate::failure(history)?,
        Ending::QuorumLost => quorum_failure(history),
        Ending::LimitReached => limit_failure(history)?,
        Ending::Stopped => {
            Failure::interrupted(format!("stopped: {}", headline(&record::record(history)))).with_hint(goes_on)
        }
    };
    Some(failure.with_session(session))
}

/// The failure that a lost quorum means to a script. Tells the seats whose providers failed from those whose replies could not
/// be read.
pub(super) fn quorum_failure(history: &History) -> Failure {
    let (session, needed) = (history.setup.session, history.setup.limits.quorum);
    let faults: Vec<&Fault> = history.turns.values().filter_map(|turn| turn.fault()).collect();
    let why = unheard::in_words(&record::record(history)).map(|why| format!(": {why}")).unwrap_or_default();
    let hint = match faults.first() {
        Some(fault) => Message::from(&fault.hint),
        None => {
            let (show, resume) = (Action::Show(Target::of(session)), Action::Resume(Target::of(session)));
            message![show, " tells what each seat said; ", resume, " asks them again"]
        }
    };
    let panel = history.panel();
    let message = format!("too few of the panel could be heard ({needed} of {panel} are needed){why}");
    let failure = Failure::providers(message).with_hint(hint);
    let will_recur = !faults.is_empty() && faults.iter().all(|fault| fault.kind.is_lasting());
    if will_recur { failure.lasting() } else { failure }
}

/// The failure that a session ended by a limit means to a script.
pub(super) fn limit_failure(history: &History) -> Option<Failure> {
    let reached = limits::standing(history, history.limit?);
    let resume = Action::Resume(Target::of(history.setup.session));
    let message = format!("the limit on {} was reached: {}", reached.limit.title(), reached.numbers());
    let failure = Failure::limit(format!("{message}; {}", headline(&record::record(history))));
    Some(failure.with_hint(match reached.limit {
        LimitKind::Time => message![resume, " goes on from here, with as much time again"],
        LimitKind::Cost | LimitKind::Tokens => message![resume, " goes on from here: ", limits::raise(&reached)],
    }))
}

/// The failure that a closing text which was asked for apart, and did not come, means to a script; `None` when it came.
pub fn synthesis_failure(history: &History) -> Option<Failure> {
    let session = history.setup.session.to_string();
    let is_it = |turn: &&TurnId| turn.phase == SYNTHESIS && turn.round == history.synthesis_round;
    let turn = history.turns.keys().find(is_it);
    if turn.and_then(|turn| history.valid_response(turn)).is_some() {
        return None;
    }
    let why = turn
        .and_then(|turn| history.turns.get(turn))
        .and_then(|turn| turn.fault().map(ToString::to_string).or_else(|| turn.response().map(Response::headline)));
    let failure = match (history.synthesis, why) {
        (SynthesisDue::Waived, _) | (_, None) => Failure::interrupted("the closing text was not waited for"),
        (SynthesisDue::AsSetUp | SynthesisDue::Requested, Some(why)) => {
            Failure::providers(format!("no closing text was written: {why}"))
        }
    };
    let again = Action::Synthesize(Target::of(&session));
    Some(failure.with_hint(message![again, " asks for it again"]).with_session(session))
}
