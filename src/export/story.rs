//! What happened, in words: a few sentences for reports, each from computed numbers alone.
//!
//! Must never quote what a model wrote, and never call an outcome right or wrong.

use std::collections::BTreeSet;

use crate::debate::agent::Seat;
use crate::debate::analysis::estimate::EstimateSensitivity;
use crate::debate::analysis::groupthink::{Alarm, Groupthink};
use crate::debate::analysis::panel::PanelStatistics;
use crate::debate::analysis::persuasion::{Influence, Move};
use crate::debate::analysis::sensitivity::{Sensitivity, WithoutSeat};
use crate::debate::analysis::{ChoiceAnalysis, OutcomeAnalysis};
use crate::debate::log::decision::EstimateVerdict;
use crate::debate::log::estimates::{Revised, worded};
use crate::debate::log::round::Consensus;
use crate::debate::question::OptionId;
use crate::debate::response::ClaimId;
use crate::debate::text::line;
use crate::export::record::Record;
use crate::export::unread;

/// Tells what happened in three to seven sentences; none before the verdict.
pub fn story(record: &Record) -> Vec<String> {
    let Some(decision) = &record.decision else { return Vec::new() };
    let mut sentences = match &record.analysis.outcome {
        OutcomeAnalysis::Choice(choice) => {
            let counted = record.sealed.as_ref().zip(record.last.as_ref());
            counted.map(|(sealed, last)| of_a_choice(record, choice, sealed, last))
        }
        OutcomeAnalysis::Number { estimate } => {
            decision.estimate.as_ref().map(|verdict| of_a_number(record, verdict, estimate))
        }
    }
    .unwrap_or_default();
    sentences.extend(quotes(record));
    sentences.extend(unread::sentence(record));
    sentences
}

/// The warning that stands above a decision; `None` unless the signs of groupthink are grave.
pub fn warning(record: &Record) -> Option<String> {
    let groupthink = &record.analysis.choice()?.groupthink;
    let is_grave = record.decision.is_some() && groupthink.level == Alarm::High;
    is_grave.then(|| format!("Warning: {}", signs(groupthink)))
}

fn of_a_choice(record: &Record, choice: &ChoiceAnalysis, sealed: &Consensus, last: &Consensus) -> Vec<String> {
    let mut sentences =
        vec![course(sealed, last), moves(record, &choice.influence), firmness(record, &choice.sensitivity)];
    sentences.extend(ranking(record, &choice.panel));
    sentences.push(format!("{}.", signs(&choice.groupthink)));
    sentences
}

/// The claims with a quote that stands nowhere its author could have read it, in the order of the ledger.
pub fn unverified(record: &Record) -> Vec<&ClaimId> {
    let mut claims: Vec<&ClaimId> =
        record.analysis.quotes.iter().filter(|quote| !quote.verified).map(|quote| &quote.claim).collect();
    claims.dedup();
    claims
}

fn course(sealed: &Consensus, last: &Consensus) -> String {
    let verb = match (sealed.leading.as_slice(), last.leading.as_slice()) {
        ([], _) => "chose nothing in the sealed opening",
        (_, []) => "chose nothing at the end",
        ([before], [now]) if before == now => "kept its mind",
        ([_], [_]) => "changed its mind",
        ([_], _) => "fell apart",
        (_, [_]) => "made up its mind",
        (_, _) => "stayed undecided",
    };
    format!("The panel {verb}: sealed {}, final {}.", tally(sealed), tally(last))
}

/// The seats behind each option, the most first, and who they stand for: "3-1 for o1".
fn tally(consensus: &Consensus) -> String {
    let mut counts: Vec<u32> = consensus.tally.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let shown: Vec<String> = counts.iter().map(u32::to_string).collect();
    let unheard = consensus.panel.saturating_sub(consensus.valid);
    let without = if unheard == 0 { String::new() } else { format!(", {unheard} without a choice") };
    match (consensus.leading.as_slice(), shown.as_slice()) {
        ([], _) => "nobody".to_owned(),
        ([leader], [all]) => format!("{all}-0 for {leader}{without}"),
        ([leader], _) => format!("{} for {leader}{without}", shown.join("-")),
        (tied, _) => format!("{} between {}{without}", shown.join("-"), ids(tied)),
    }
}

fn moves(record: &Record, influence: &[Influence]) -> String {
    let all: Vec<(Seat, &Move)> =
        influence.iter().flat_map(|influence| influence.moves.iter().map(move |step| (influence.seat, step))).collect();
    if all.is_empty() {
        return "Nobody moved.".to_owned();
    }
    let cited: Vec<&Move> = all.iter().map(|(_, step)| *step).filter(|step| step.cited).collect();
    let claims = cited.iter().flat_map(|step| &step.claims).collect();
    let mut parts = reasons(record, "move", &claims, cited.len(), all.len() - cited.len());
    let back: BTreeSet<Seat> = all.iter().filter(|(_, step)| step.returns).map(|(seat, _)| *seat).collect();
    if !back.is_empty() {
        parts.push(format!("{} went back to what it had left", names(record, back)));
    }
    format!("{}.", parts.join("; "))
}

/// How many of such moves were for a reason that holds, and on which claims, and how many for none.
fn reasons(record: &Record, noun: &str, claims: &BTreeSet<&ClaimId>, cited: usize, uncited: usize) -> Vec<String> {
    let in_order: Vec<String> = record
        .claims
        .iter()
        .filter(|entry| claims.contains(&entry.id))
        .map(|entry| format!("{} of {}", entry.id, line(record.name(entry.seat))))
        .collect();
    let on = if in_order.is_empty() { String::new() } else { format!(": {}", in_order.join(", ")) };
    match (cited, uncited) {
        (0, n) => vec![format!("{} for no reason that holds", counted(n, noun))],
        (n, 0) => vec![format!("{} for a reason that holds{on}", counted(n, noun))],
        (n, m) => vec![format!("{} for a reason that holds{on}", counted(n, noun)), format!("{m} for none")],
    }
}

fn firmness(record: &Record, sensitivity: &Sensitivity) -> String {
    let seats_where = |differs: &dyn Fn(&WithoutSeat) -> bool| -> Vec<Seat> {
        sensitivity.without_seat.iter().filter(|without| differs(without)).map(|without| without.seat).collect()
    };
    let (outcome, label) = (
        seats_where(&|without| without.option_differs),
        seats_where(&|without| !without.option_differs && without.label_differs),
    );
    let mut parts = Vec::new();
    if sensitivity.without_seat.is_empty() {
        parts.push("nobody was heard at the end".to_owned());
    } else if outcome.is_empty() {
        parts.push("no single seat decides the outcome".to_owned());
    } else {
        parts.push(format!("the outcome hangs on {}", names(record, outcome)));
    }
    if !label.is_empty() {
        parts.push(format!("the label on {}", names(record, label)));
    }
    if sensitivity.by_family.differs == Some(true) {
        parts.push(format!("with one vote for each model family {} would lead", ids(&sensitivity.by_family.leading)));
    }
    if sensitivity.by_confidence.differs == Some(true) {
        parts.push(format!("weighted by confidence {} would lead", ids(&sensitivity.by_confidence.leading)));
    }
    sentence(&parts.join("; "))
}

/// Said only where the ratings of all options name another winner than the ballots.
fn ranking(record: &Record, panel: &PanelStatistics) -> Option<String> {
    let winner = record.decision.as_ref()?.option.as_ref()?;
    let best = panel.condorcet_winner.as_ref().filter(|best| *best != winner)?;
    Some(format!("Rated against each other, {best} is preferred to every other option."))
}

fn signs(groupthink: &Groupthink) -> String {
    let shown: Vec<String> =
        groupthink.signs.iter().filter(|sign| sign.shows == Some(true)).map(|sign| sign.name.to_string()).collect();
    match groupthink.level {
        Alarm::Unknown => "No sign of groupthink could be evaluated".to_owned(),
        Alarm::Low => {
            format!("No sign of groupthink among the {} that could be evaluated", groupthink.evaluable)
        }
        Alarm::Elevated | Alarm::High => format!(
            "Groupthink {}, {} of {} signs: {}",
            groupthink.level,
            groupthink.fired,
            groupthink.evaluable,
            shown.join("; ")
        ),
    }
}

fn of_a_number(record: &Record, verdict: &EstimateVerdict, sensitivity: &EstimateSensitivity) -> Vec<String> {
    let revised = match verdict.revised.as_slice() {
        [] => "Nobody revised its number.".to_owned(),
        all => {
            let cited: Vec<&Revised> = all.iter().filter(|revised| revised.cited).collect();
            let claims = cited.iter().flat_map(|revised| &revised.claims).collect();
            let parts = reasons(record, "revision", &claims, cited.len(), all.len() - cited.len());
            format!("{}.", parts.join("; "))
        }
    };
    let mut sentences: Vec<String> = shifted(verdict).into_iter().collect();
    sentences.push(revised);
    sentences.extend(number_firmness(record, verdict, sensitivity));
    sentences
}

/// How median and quartiles went from the sealed opening to the end.
fn shifted(verdict: &EstimateVerdict) -> Option<String> {
    let (sealed, last) = (verdict.sealed.as_ref()?, verdict.last.as_ref()?);
    let (before, now) = (worded(sealed.median?), worded(last.median?));
    let unit = line(&verdict.unit.0);
    let median =
        if before == now { format!("stayed at {now} {unit}") } else { format!("went from {before} to {now} {unit}") };
    let (was, is) = (worded(sealed.iqr?), worded(last.iqr?));
    let apart = if was == is { format!("stayed {is} apart") } else { format!("went from {was} to {is} apart") };
    Some(format!("The median {median}, and the quartiles {apart}."))
}

fn number_firmness(record: &Record, verdict: &EstimateVerdict, sensitivity: &EstimateSensitivity) -> Option<String> {
    verdict.value?;
    let medians = || sensitivity.without_seat.iter().filter_map(|without| without.median);
    let (low, high) = (medians().min_by(f64::total_cmp)?, medians().max_by(f64::total_cmp)?);
    let (low, high) = (worded(low), worded(high));
    let mut parts = vec![if low == high {
        format!("without any one seat the median is {low}")
    } else {
        format!("without one seat or another the median lies between {low} and {high}")
    }];
    let hinges = sensitivity.without_seat.iter().filter(|without| without.label_differs).map(|without| without.seat);
    let hinges: Vec<Seat> = hinges.collect();
    if !hinges.is_empty() {
        parts.push(format!("the label hangs on {}", names(record, hinges)));
    }
    parts.extend(
        sensitivity.by_family.map(|median| format!("with one number for each model family it is {}", worded(median))),
    );
    Some(sentence(&parts.join("; ")))
}

fn quotes(record: &Record) -> Option<String> {
    let quotes = &record.analysis.quotes;
    let found = quotes.iter().filter(|quote| quote.verified).count();
    let unverified: Vec<&str> = unverified(record).into_iter().map(|claim| claim.0.as_str()).collect();
    let rest = if unverified.is_empty() { String::new() } else { format!("; unverified: {}", unverified.join(", ")) };
    (!quotes.is_empty())
        .then(|| format!("{found} of {} found in what was shown or cited{rest}.", counted(quotes.len(), "quote")))
}

fn names(record: &Record, seats: impl IntoIterator<Item = Seat>) -> String {
    seats.into_iter().map(|seat| line(record.name(seat))).collect::<Vec<_>>().join(", ")
}

fn ids(options: &[OptionId]) -> String {
    options.iter().map(|option| option.0.as_str()).collect::<Vec<_>>().join(" and ")
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn sentence(words: &str) -> String {
    format!("{}.", crate::export::phrases::capitalised(words))
}
