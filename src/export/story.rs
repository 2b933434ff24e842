//! What happened, in words: a few sentences for reports, each from computed numbers alone.
//!
//! Must never quote what a model wrote, and never call an outcome right or wrong.

use std::collections::BTreeSet;

use crate::debate::agent::Seat;
use crate::debate::analysis::groupthink::Alarm;
use crate::debate::analysis::persuasion::Move;
use crate::debate::analysis::sensitivity::WithoutSeat;
use crate::debate::consensus::Consensus;
use crate::debate::question::OptionId;
use crate::debate::response::ClaimId;
use crate::debate::text::line;
use crate::export::record::Record;

/// Tells what happened in three to six sentences; none before the verdict.
pub fn story(record: &Record) -> Vec<String> {
    let (Some(_), Some(sealed), Some(last)) = (&record.decision, &record.sealed, &record.last) else {
        return Vec::new();
    };
    let mut sentences = vec![course(sealed, last), moves(record), firmness(record)];
    sentences.extend(ranking(record));
    sentences.push(groupthink(record));
    sentences.extend(quotes(record));
    sentences
}

/// The warning that stands above a decision; `None` unless the signs of groupthink are grave.
pub fn warning(record: &Record) -> Option<String> {
    let is_grave = record.decision.is_some() && record.analysis.groupthink.level == Alarm::High;
    is_grave.then(|| format!("Warning: {}", signs(record)))
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

fn moves(record: &Record) -> String {
    let all: Vec<(Seat, &Move)> = record
        .analysis
        .influence
        .iter()
        .flat_map(|influence| influence.moves.iter().map(move |step| (influence.seat, step)))
        .collect();
    if all.is_empty() {
        return "Nobody moved.".to_owned();
    }
    let cited: Vec<&Move> = all.iter().map(|(_, step)| *step).filter(|step| step.cited).collect();
    let claims: BTreeSet<&ClaimId> = cited.iter().flat_map(|step| &step.claims).collect();
    let in_order: Vec<String> = record
        .claims
        .iter()
        .filter(|entry| claims.contains(&entry.id))
        .map(|entry| format!("{} of {}", entry.id, line(record.name(entry.seat))))
        .collect();
    let on = if in_order.is_empty() { String::new() } else { format!(": {}", in_order.join(", ")) };
    let uncited = all.len() - cited.len();
    let mut parts = match (cited.len(), uncited) {
        (0, n) => vec![format!("{} for no reason that holds", counted(n, "move"))],
        (n, 0) => vec![format!("{} for a reason that holds{on}", counted(n, "move"))],
        (n, m) => vec![format!("{} for a reason that holds{on}", counted(n, "move")), format!("{m} for none")],
    };
    let back: BTreeSet<Seat> = all.iter().filter(|(_, step)| step.returns).map(|(seat, _)| *seat).collect();
    if !back.is_empty() {
        parts.push(format!("{} went back to what it had left", names(record, back)));
    }
    format!("{}.", parts.join("; "))
}

fn firmness(record: &Record) -> String {
    let sensitivity = &record.analysis.sensitivity;
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
fn ranking(record: &Record) -> Option<String> {
    let winner = record.decision.as_ref()?.option.as_ref()?;
    let panel = &record.analysis.panel;
    let best = panel.condorcet_winner.as_ref().filter(|best| *best != winner)?;
    Some(format!("Rated against each other, {best} is preferred to every other option."))
}

fn groupthink(record: &Record) -> String {
    format!("{}.", signs(record))
}

fn signs(record: &Record) -> String {
    let groupthink = &record.analysis.groupthink;
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
    format!("{}.", crate::export::text::capitalised(words))
}
