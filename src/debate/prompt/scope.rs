//! How much the form of a turn asks for.
//!
//! Follows from the log alone: what is asked again after a reply that was cut off is asked for in the compact form.

use crate::debate::history::{History, Outcome};
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::mode::{Order, Sees};
use crate::debate::prompt::form_line;
use crate::debate::response::Response;
use crate::debate::response::contract::{Contract, Scope};
use crate::debate::rules::Rule;
use crate::debate::schedule::Slot;

/// The scope of a speaker's forms in a slot, before anything has been said to it there.
pub(crate) fn of_slot(history: &History, slot: &Slot<'_>, speaker: Speaker) -> Scope {
    let is_apart = slot.stage.order == Order::Parallel || slot.stage.sees == Sees::Nothing;
    let is_first = history.setup.mode.phases.first().is_some_and(|phase| {
        phase.name == slot.phase.name && phase.stages.first().is_some_and(|stage| stage.name == slot.stage.name)
    });
    match of(history, speaker) {
        Scope::Full if is_first && slot.round <= 1 && is_apart => Scope::Opening,
        scope @ (Scope::Former | Scope::Opening | Scope::Full | Scope::Compact) => scope,
    }
}

/// The scope of a speaker's forms.
pub(crate) fn of(history: &History, speaker: Speaker) -> Scope {
    if !Rule::SmallerForms.holds_in(history.setup.format) {
        Scope::Former
    } else if history.setup.compact.contains(&speaker) {
        Scope::Compact
    } else {
        Scope::Full
    }
}

/// The scope of the next attempt at `turn`: the compact one after a reply that did not fit its room.
pub(crate) fn due(history: &History, turn: Option<&TurnId>, scope: Scope) -> Scope {
    match scope {
        Scope::Former => Scope::Former,
        Scope::Opening | Scope::Full if was_cut(history, turn) => Scope::Compact,
        Scope::Opening | Scope::Full | Scope::Compact => scope,
    }
}

/// Whether the last reply to `turn` was cut off.
pub(crate) fn was_cut(history: &History, turn: Option<&TurnId>) -> bool {
    // The last attempt that came to something: another one may be in flight already.
    let last = turn.and_then(|turn| history.turns.get(turn)?.settled().last());
    matches!(last, Some((_, Outcome::Finished { response: Response::Truncated, .. })))
}

/// Words the compact form of a contract, for whoever is asked again in it.
pub(crate) fn shorter(history: &History, contract: &Contract) -> Option<String> {
    Rule::SmallerForms.holds_in(history.setup.format).then(|| form_line(contract, Scope::Compact))
}

/// Whether every seat of a model is asked for the compact forms.
pub(crate) fn is_compact_throughout(history: &History) -> bool {
    let mut seats = history.setup.agents.iter().filter(|agent| !agent.voice.is_person()).peekable();
    seats.peek().is_some() && seats.all(|agent| of(history, Speaker::Seat(agent.seat)) == Scope::Compact)
}
