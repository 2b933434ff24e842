//! Objections that block, of those who hold them at the end.

use crate::debate::agent::Seat;
use crate::debate::consensus::{self, Standings};
use crate::debate::gate;
use crate::debate::history::History;
use crate::debate::log::gate::Blocking;
use crate::debate::rules::Rule;
use crate::debate::schedule::Slot;

/// The blocking objections: those of the `standings` at the end, and of whoever could not be heard then.
pub(crate) fn blocking(history: &History, slots: &[Slot<'_>], standings: &Standings<'_>) -> Vec<Blocking> {
    if Rule::LastHeard.holds_in(history.setup.format) {
        return gate::objections(history, slots);
    }
    let objection = |(seat, standing): (&Seat, &consensus::Standing<'_>)| {
        let objection = history.valid_response(standing.turn)?.blocking_objection()?;
        Some(Blocking { seat: *seat, objection: objection.clone() })
    };
    standings.iter().filter_map(objection).collect()
}
