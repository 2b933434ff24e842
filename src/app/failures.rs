//! What goes wrong in the rooms below, as the failures that people and scripts meet.

use crate::debate::fold::HistoryError;
use crate::engine::EngineError;
use crate::error::Failure;
use crate::export::views::scope::ScopeError;
use crate::message::{Action, Target, message};
use crate::modes::ModeError;
use crate::personas::PersonaError;
use crate::store::StoreError;

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
