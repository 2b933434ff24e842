//! What goes wrong in the rooms below, as the failures that people and scripts meet.

use crate::app::{gate, limits, people};
use crate::debate::ask::TurnId;
use crate::debate::budget::LimitKind;
use crate::debate::event::Ending;
use crate::debate::history::{History, HistoryError, SynthesisDue};
use crate::debate::reply::Fault;
use crate::debate::response::Response;
use crate::debate::schedule::SYNTHESIS;
use crate::engine::EngineError;
use crate::error::Failure;
use crate::export::record;
use crate::export::text::headline;
use crate::export::unheard;
use crate::export::views::scope::ScopeError;
use crate::message::{Action, Message, Target, message};
use crate::modes::ModeError;
use crate::personas::PersonaError;
use crate::store::StoreError;

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
fn quorum_failure(history: &History) -> Failure {
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
fn limit_failure(history: &History) -> Option<Failure> {
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

pub(super) fn store_failure(error: StoreError) -> Failure {
    let message = error.to_string();
    let failure = match &error {
        StoreError::Io { .. } | StoreError::Database { .. } => {
            Failure::usage(message).with_hint("check the folder's rights and free space, or set ROUNDTABLE_DATA_DIR")
        }
        StoreError::Full { .. } => Failure::usage(message).with_hint(message![
            "free some space, then ",
            Action::Resume(Target::Latest),
            "; or set ROUNDTABLE_DATA_DIR to a folder on another disk"
        ]),
        StoreError::Locked { .. } => {
            Failure::usage(message).with_hint("end the program that holds it, a backup or a database browser perhaps")
        }
        StoreError::Removed { .. } => Failure::usage(message)
            .with_hint("put the file back, or begin anew; what was on disk before is in that file"),
        StoreError::ReadOnly { .. } => Failure::usage(message)
            .with_hint("sessions can be listed and shown; to debate, set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::Unmerged { .. } | StoreError::Outdated { .. } => Failure::usage(message)
            .with_hint("copy the folder to where it can be written, and set ROUNDTABLE_DATA_DIR to the copy"),
        StoreError::Newer { .. } => {
            Failure::usage(message).with_hint("update roundtable, or set ROUNDTABLE_DATA_DIR to another folder")
        }
        StoreError::Torn { .. } => Failure::usage(message)
            .with_hint("copy it anew from where it is whole, or set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::Foreign { .. } => Failure::usage(message).with_hint("set ROUNDTABLE_DATA_DIR to another folder"),
        StoreError::LeaseLost { .. } => Failure::usage(message).with_hint(message![
            "what was stored is whole; ",
            Action::Resume(Target::Latest),
            " goes on once nobody else runs the session"
        ]),
        StoreError::Busy(session) => Failure::usage(message)
            .with_hint(message![
                "wait until it ends, or ",
                Action::Pause(Target::of(session)),
                ", or ",
                Action::Stop(Target::of(session))
            ])
            .with_session(session.to_string())
            .passing(),
        StoreError::Unknown(_) => {
            Failure::usage(message).with_hint(message![Action::ListSessions, " shows the sessions"])
        }
        StoreError::Ambiguous { .. } => Failure::usage(message).with_hint("give more of the id"),
        StoreError::Exists(session) => {
            Failure::usage(message).with_hint(message![Action::Show(Target::of(session)), " prints it"])
        }
        StoreError::NameTaken { session, .. } => Failure::usage(message).with_hint(message![
            "take another name, or ",
            Action::Rename(Target::of(session)),
            " gives that one another"
        ]),
        StoreError::BadName(_) => {
            Failure::usage(message).with_hint("a name is one line, shows something, and does not begin with @")
        }
        StoreError::NoWords(_) => {
            Failure::usage(message).with_hint("give a word, the beginning of one with *, or a \"phrase\"")
        }
        StoreError::TooLong(session) => Failure::usage(message)
            .with_hint(message![Action::BranchFromOpening(Target::of(session)), " begins a new one from its opening"]),
        StoreError::OutOfPlace { .. } | StoreError::Unreadable { .. } | StoreError::Closed => {
            Failure::internal(message)
        }
    };
    failure.with_source(error)
}

/// The failure of a mode that is not there or cannot be used.
pub fn mode_failure(error: ModeError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match &error {
        ModeError::Unknown { .. } => {
            failure.with_hint(message![Action::ListModes, " shows them all"]).with_source(error)
        }
        ModeError::Invalid { .. } | ModeError::Unreadable { .. } => failure.with_source(error),
    }
}

/// The failure of a persona that is not there or cannot be used.
pub fn persona_failure(error: PersonaError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match &error {
        PersonaError::Unknown { .. } => {
            failure.with_hint(message![Action::ListPersonas, " shows them all"]).with_source(error)
        }
        PersonaError::File(_) => failure.with_source(error),
    }
}

pub(super) fn scope_failure(error: ScopeError) -> Failure {
    let hint = match &error {
        ScopeError::Round { .. } => "rounds are counted over the whole session, and the opening is round 1",
        ScopeError::Agent { .. } | ScopeError::Ambiguous { .. } => {
            "name an agent by its id, its seat number, its name or its persona"
        }
    };
    Failure::usage(error.to_string()).with_hint(hint).with_source(error)
}

pub(super) fn history_failure(error: HistoryError) -> Failure {
    Failure::internal(format!("the session's log is damaged: {error}")).with_source(error)
}

pub(super) fn engine_failure(error: EngineError<StoreError>) -> Failure {
    match error {
        EngineError::Log(error) => store_failure(error),
        EngineError::History(error) => history_failure(error),
        EngineError::Aborted => Failure::interrupted("interrupted").with_hint(message![
            Action::Resume(Target::Latest),
            " goes on from here; nothing that arrived is asked again"
        ]),
    }
}
