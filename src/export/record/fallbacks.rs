//! Seats whose turn another model took.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Seat, Voice};
use crate::debate::fallback::{self, SteppedIn};
use crate::debate::history::History;
use crate::debate::log::ids::TurnId;
use crate::debate::reply::Fault;

/// A turn that a fallback took.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FallbackRecord {
    /// Which.
    #[serde(flatten)]
    pub turn: TurnId,
    /// Whose.
    pub seat: Seat,
    /// Who spoke: what was said counts as this model's.
    pub voice: Voice,
    /// How the seat's own model had failed; `None` when the log does not tell.
    pub fault: Option<Fault>,
    /// Other seats that spoke through the same model in the same round.
    pub shared_with: Vec<Seat>,
}

/// The turns that fallbacks took. Where nobody was heard, nobody stepped in.
pub(in crate::export) fn taken(history: &History) -> Vec<FallbackRecord> {
    let heard = fallback::stepped_in(history).into_iter().filter(|stepped| history.response(stepped.turn).is_some());
    let record = |stepped: SteppedIn<'_>| FallbackRecord {
        turn: stepped.turn.clone(),
        seat: stepped.seat,
        voice: stepped.voice.clone(),
        fault: stepped.fault.cloned(),
        shared_with: stepped.shared_with,
    };
    heard.map(record).collect()
}
