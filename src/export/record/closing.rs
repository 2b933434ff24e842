//! Where a closing text contradicts the record.

use crate::debate::analysis::closing::{self, Contradiction, Counted};
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::round::Consensus;
use crate::debate::response::Synthesis;

/// Where the closing text contradicts the verdict, the counts or the ledger; empty before there is a verdict.
pub(super) fn contradictions(history: &History, text: Option<&Synthesis>) -> Vec<Contradiction> {
    let (Some(text), Some(decision)) = (text, history.decision.as_ref()) else { return Vec::new() };
    let board = Board::of(history);
    let ledger = board.ledger();
    let said = ledger.iter().map(|entry| entry.claim.text.as_str());
    let rounds: Vec<&Consensus> = history.rounds.iter().filter_map(|round| round.consensus.as_ref()).collect();
    closing::contradictions(
        text,
        &Counted {
            options: history.options(),
            winner: decision.option.as_ref(),
            last: decision.last.as_ref(),
            rounds: rounds.into_iter().chain(decision.sealed.as_ref()).collect(),
            given: std::iter::once(history.setup.question.topic.as_str()).chain(said).collect(),
            estimate: decision.estimate.as_ref(),
            estimates: history.rounds.iter().filter_map(|round| round.estimates.as_ref()).collect(),
            ledger,
        },
    )
}
