//! References from one part of the report to another.

use crate::debate::log::decision::Dissent;
use crate::debate::log::estimates::worded;
use crate::debate::log::round::ClosedRound;
use crate::debate::question::OptionId;
use crate::debate::response::ClaimId;
use crate::export::html::markup::{Html, all, joined, jump, of, text};
use crate::export::html::table::option_key;
use crate::export::phrases::capitalised;
use crate::export::record::Record;

/// A claim, as a link to its place in the ledger where it has one.
pub(super) fn claim(record: &Record, claim: &ClaimId) -> Html {
    match record.claims.iter().any(|entry| entry.id == *claim) {
        true => jump(&claim.0, &claim.0),
        false => all([text(&claim.0), text(", in no ledger")]),
    }
}

/// Claims in brackets; nothing where there are none.
pub(super) fn claims(record: &Record, claims: &[ClaimId]) -> Html {
    if claims.is_empty() {
        return Html::default();
    }
    let links: Vec<Html> = claims.iter().map(|id| claim(record, id)).collect();
    of("span", "refs", [text(" ("), joined(links, ", "), text(")")])
}

/// An option's id in its colour, or that there is none.
pub(super) fn option(record: &Record, option: Option<&OptionId>) -> Html {
    let known = option.and_then(|id| Some((record.question.options.iter().position(|choice| choice.id == *id)?, id)));
    match (known, option) {
        (Some((index, id)), _) => option_key(index, &id.0),
        (None, Some(id)) => of("span", "id", [text(&id.0)]),
        (None, None) => of("span", "id", [text("abstains")]),
    }
}

/// What an entry of the minority report holds: an option, a number, or neither.
pub(super) fn position(record: &Record, dissent: &Dissent) -> Html {
    match dissent.estimate {
        Some(estimate) => of("span", "id", [text(&worded(estimate.value))]),
        None => option(record, dissent.option.as_ref()),
    }
}

/// The number of a round among the closed ones, from 1; `None` while it is open.
pub(super) fn number(rounds: &[ClosedRound], phase: &str, round: u32) -> Option<usize> {
    rounds.iter().position(|closed| closed.phase == phase && closed.round == round).map(|index| index + 1)
}

/// A round in words: its number among the closed ones, its phase, and its place there where the phase has several rounds.
pub(super) fn place(rounds: &[ClosedRound], phase: &str, round: u32) -> String {
    let is_alone = round == 1 && rounds.iter().filter(|closed| closed.phase == phase).count() < 2;
    let name = if is_alone { phase.to_owned() } else { format!("{phase} {round}") };
    match number(rounds, phase, round) {
        Some(number) => format!("Round {number} · {name}"),
        None => capitalised(&name),
    }
}
