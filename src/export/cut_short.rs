//! The round in which a session was cut short, for the record.

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::consensus;
use crate::debate::history::History;

/// A round that never closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CutShortRecord {
    /// Its phase.
    pub phase: String,
    /// Its number within the phase, from 1.
    pub round: u32,
    /// Seats that had spoken in it.
    pub spoke: Vec<Seat>,
}

/// The round that a stop or a limit cut short, if somebody had taken a stance in it.
pub fn cut_short(history: &History) -> Option<CutShortRecord> {
    let board = Board::of(history);
    let cut = consensus::cut_short(&board)?;
    Some(CutShortRecord { phase: cut.phase.to_owned(), round: cut.round, spoke: cut.standings.into_keys().collect() })
}
