//! What every report says above a closing text that contradicts the record.

use crate::debate::analysis::closing::Contradiction;
use crate::debate::question::OptionId;
use crate::debate::response::ClaimId;
use crate::debate::text::line;
use crate::export::record::Record;

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
