//! Objections that block, of those who hold them at the end.

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::consensus::{self, Standings};
use crate::debate::gate;
use crate::debate::log::gate::Blocking;
use crate::debate::rules::Rule;

/// The blocking objections: those of the `standings` at the end, and of whoever could not be heard then.
pub(crate) fn blocking(board: &Board<'_>, standings: &Standings<'_>) -> Vec<Blocking> {
    if Rule::LastHeard.holds_in(board.history.setup.format) {
        return gate::objections(board);
    }
    let objection = |(seat, standing): (&Seat, &consensus::Standing<'_>)| {
        let objection = board.history.valid_response(standing.turn)?.blocking_objection()?;
        Some(Blocking { seat: *seat, objection: objection.clone() })
    };
    standings.iter().filter_map(objection).collect()
}
