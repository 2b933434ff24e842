//! What every report says above a closing text that contradicts the record.

use crate::debate::analysis::closing::{self, Contradiction, Counted};
use crate::debate::consensus::Consensus;
use crate::debate::history::History;
use crate::debate::question::OptionId;
use crate::debate::response::{ClaimId, Synthesis};
use crate::debate::text::line;
use crate::export::record::Record;

/// Where the closing text contradicts the verdict, the counts or the ledger; empty before there is a verdict.
pub(super) fn contradictions(history: &History, text: Option<&Synthesis>) -> Vec<Contradiction> {
    let (Some(text), Some(decision)) = (text, history.decision.as_ref()) else { return Vec::new() };
    let ledger = crate::debate::claims::ledger(history);
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
            ledger: &ledger,
        },
    )
}

/// The warning above a closing text that contradicts the record, in one line; `None` above any other.
pub(super) fn warning(record: &Record) -> Option<String> {
    let told: Vec<String> = record.closing_contradictions.iter().map(|found| worded(record, found)).collect();
    (!told.is_empty()).then(|| format!("The closing text contradicts the record: {}.", told.join("; ")))
}

fn worded(record: &Record, found: &Contradiction) -> String {
    let option = |option: &OptionId| format!("{option} \"{}\"", line(record.option_text(option)));
    let winner = record.decision.as_ref().and_then(|decision| decision.option.as_ref());
    let outcome = winner.map_or_else(|| "no option won".to_owned(), |winner| format!("{} won", option(winner)));
    match found {
        Contradiction::OtherWinner { option: named } => {
            format!("it names {} as chosen, and {outcome}", option(named))
        }
        Contradiction::WinnerUnnamed { options } => {
            let named: Vec<String> = options.iter().map(option).collect();
            format!("it names {} alone, and {outcome}", named.join(" and "))
        }
        Contradiction::Undecided => format!("it says that nothing was chosen, and {outcome}"),
        Contradiction::OtherCount { count } => format!("it says {count}, and no round came to that"),
        Contradiction::OtherEstimate { number } => {
            format!("it says {}, and nobody gave that number, nor did a round come to it", line(number))
        }
        Contradiction::NotUnanimous => "it calls the panel unanimous, and the panel is not".to_owned(),
        Contradiction::UnknownClaims { claims } => {
            let ids: Vec<&str> = claims.iter().map(|ClaimId(id)| id.as_str()).collect();
            format!("it leans on {}, and there is no such claim", ids.join(", "))
        }
    }
}
