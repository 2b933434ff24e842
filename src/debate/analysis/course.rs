//! The stances of a debate in the order of its rounds: what every part of the analysis looks at.

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::change;
use crate::debate::claims::Entry;
use crate::debate::consensus::{self, Standings};
use crate::debate::history::History;
use crate::debate::log::decision::Moved;
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;

/// A debate laid out for analysis.
pub struct Course<'a> {
    /// The session.
    pub history: &'a History,
    /// Its stages and claims.
    pub board: Board<'a>,
    /// The rounds that took stances, in order; the first is the sealed opening, as corrected since.
    pub rounds: Vec<Counted<'a>>,
    /// The stances in the sealed opening.
    pub sealed: Standings<'a>,
    /// The latest stances; empty while none can be counted.
    pub last: Standings<'a>,
    /// The agreement at the end.
    pub counted: Consensus,
    /// Who holds another option at the end than in the sealed opening.
    pub moved: Vec<Moved>,
}

/// The stances of one round.
pub struct Counted<'a> {
    /// Phase name.
    pub phase: String,
    /// Round, from 1.
    pub round: u32,
    /// By seat.
    pub standings: Standings<'a>,
}

impl<'a> Course<'a> {
    /// Lays out a session.
    pub fn of(history: &'a History) -> Self {
        let board = Board::of(history);
        let sealed = if history.awaits_options() { Standings::new() } else { consensus::sealed(&board) };
        let last = consensus::latest(&board).unwrap_or_default();
        let moved = change::moved(&board, &sealed, &last);
        Self {
            rounds: rounds(&board, &sealed),
            counted: consensus::measure(history, &last),
            history,
            board,
            sealed,
            last,
            moved,
        }
    }

    /// The option that alone led the sealed opening.
    pub fn sealed_plurality(&self) -> Option<OptionId> {
        plurality(self.history, &self.sealed)
    }

    /// The option that alone leads at the end.
    pub fn leader(&self) -> Option<&OptionId> {
        match self.counted.leading.as_slice() {
            [leader] => Some(leader),
            _ => None,
        }
    }

    /// The seats of the panel, in order.
    pub fn seats(&self) -> impl Iterator<Item = Seat> {
        self.history.agents.iter().map(|agent| agent.seat)
    }

    /// Whether a claim was made in the sealed opening.
    pub fn is_opening(&self, entry: &Entry) -> bool {
        consensus::is_opening(self.history, &entry.turn.phase)
    }
}

fn rounds<'a>(board: &Board<'a>, sealed: &Standings<'a>) -> Vec<Counted<'a>> {
    let opening = board.history.setup.mode.phases.first().map(|phase| phase.name.as_str()).unwrap_or_default();
    let first = Counted { phase: opening.to_owned(), round: 1, standings: sealed.clone() };
    let later = consensus::counted_rounds(board.history).into_iter().filter(|(phase, _)| *phase != opening);
    let counted = |(phase, round): (&str, u32)| Counted {
        phase: phase.to_owned(),
        round,
        standings: consensus::standings(board, phase, round),
    };
    std::iter::once(first).chain(later.map(counted)).collect()
}

/// The option that alone has the most holders in `standings`.
pub(crate) fn plurality(history: &History, standings: &Standings<'_>) -> Option<OptionId> {
    let mut leading = consensus::measure(history, standings).leading;
    if leading.len() == 1 { leading.pop() } else { None }
}

/// The option that a seat holds in `standings`.
pub(crate) fn held(standings: &Standings<'_>, seat: Seat) -> Option<OptionId> {
    standings.get(&seat).and_then(|standing| standing.option.clone())
}

/// The ratings of an option in `standings`, one a seat that rated it.
pub(crate) fn ratings(standings: &Standings<'_>, option: &OptionId) -> Vec<i8> {
    standings.values().filter_map(|standing| standing.stance.ratings.get(option).copied()).collect()
}
