//! Sentences and numbers that reports share, in words.

use crate::debate::event::Continued;
use crate::debate::history::History;
use crate::debate::log::decision::{EstimateVerdict, Label};
use crate::debate::log::ids::TurnId;
use crate::debate::log::round::Consensus;
use crate::debate::needs;
use crate::debate::question::OptionId;
use crate::debate::reply::Fault;
use crate::debate::text::line;
use crate::debate::waiting::Waiting;
use crate::export::figures::{exchange_cost, money, percent};
use crate::export::record::{self, Record, Status};
use crate::export::{abstention, estimate, unheard, wording};

/// The decision in one line.
pub(crate) fn headline(record: &Record) -> String {
    let Some(decision) = &record.decision else {
        let why = match record.status {
            Status::Paused => "is paused",
            Status::Waiting => "waits for people",
            Status::Open | Status::Decided | Status::QuorumLost | Status::LimitReached | Status::Stopped => {
                "has not ended"
            }
        };
        return format!("Undecided: the session {why}.");
    };
    let leading = record.last.as_ref().map(|last| last.leading.as_slice()).unwrap_or_default();
    match (&decision.text, record.status) {
        (Some(text), _) => line(text),
        (None, Status::Stopped) if is_empty_handed(record) => {
            "No decision: stopped before the first ballots were in.".to_owned()
        }
        (None, Status::LimitReached) if is_empty_handed(record) => {
            "No decision: a limit was reached before the first ballots were in.".to_owned()
        }
        (None, _) => match decision.label {
            Label::Split => format!("No decision: a tie between {}.", named(record, leading)),
            Label::NoChoice => {
                format!("No decision: too few of the panel chose, {} abstain.", abstention::share(record))
            }
            Label::Unanimous
            | Label::Strong
            | Label::Majority
            | Label::Plurality
            | Label::Converged
            | Label::Spread
            | Label::NoQuorum => match unheard::in_words(record) {
                Some(failed) => format!("No decision: too few of the panel could be heard; {failed}."),
                None => "No decision: too few of the panel could be heard.".to_owned(),
            },
        },
    }
}

/// What a session waits for from people, a line each; none for one that does not.
pub(crate) fn awaited(history: &History) -> Vec<String> {
    match &history.waiting {
        None => Vec::new(),
        Some(Waiting::Facts(waited)) => {
            let entries = needs::needs(history).into_iter().filter(|entry| waited.contains(&entry.id));
            entries.map(|entry| format!("{}: {}", entry.id, line(&entry.query))).collect()
        }
        Some(Waiting::Turns(turns)) => {
            let turn = |turn: &TurnId| {
                let name = line(&record::name(history, turn.speaker));
                format!("{name}'s turn in {}, round {}", line(&turn.phase), turn.round)
            };
            turns.iter().map(turn).collect()
        }
    }
}

/// Whether there are no ballots to decide on.
pub(super) fn is_empty_handed(record: &Record) -> bool {
    match estimate(record) {
        Some(found) => found.last.is_none(),
        None => record.last.as_ref().is_none_or(|last| last.leading.is_empty()),
    }
}

/// Where the session came from and how it was taken further, a line each; none for one that was only run.
pub(crate) fn lineage(record: &Record) -> Vec<String> {
    let mut lines: Vec<String> = record.name.iter().map(|name| format!("Session \"{}\"", line(name))).collect();
    if !record.tags.is_empty() {
        let tags: Vec<String> = record.tags.iter().map(|(key, value)| line(&format!("{key}={value}"))).collect();
        lines.push(format!("Tags: {}", tags.join(", ")));
    }
    lines.extend(record.parent.map(|parent| format!("Branched off {} after round {}", parent.session, parent.round)));
    lines.extend(record.continuations.iter().map(|continuation| {
        format!("Continued after round {}: {}", continuation.after_round, terms(&continuation.terms))
    }));
    lines
}

/// The terms on which a debate goes on, in one line.
pub(crate) fn terms(terms: &Continued) -> String {
    let rounds = if terms.rounds == 1 { "1 more round".to_owned() } else { format!("{} more rounds", terms.rounds) };
    let focus: String = terms.focus.iter().map(|focus| format!(", on \"{}\"", line(focus))).collect();
    let about: Vec<String> = terms.facts.iter().map(|fact| line(&fact.about)).collect();
    let facts = if about.is_empty() { String::new() } else { format!(", with facts on {}", about.join(", ")) };
    format!("{rounds}{focus}{facts}")
}

pub(super) fn named(record: &Record, options: &[OptionId]) -> String {
    let texts: Vec<String> = options.iter().map(|option| format!("\"{}\"", line(record.option_text(option)))).collect();
    texts.join(" and ")
}

/// The verdict in numbers, a line each; none before there is one.
pub(crate) fn numbers(record: &Record) -> Vec<String> {
    let Some(decision) = &record.decision else { return Vec::new() };
    let mut lines = Vec::new();
    let label = capitalised(&decision.label.to_string());
    if let (Label::NoChoice, Some(last)) = (decision.label, &record.last) {
        let (chose, abstained) = (last.valid, last.abstained);
        let found = format!("{chose} of {} chose, {abstained} abstained, {} absent", last.panel, last.absent);
        lines.push(format!("{label}: {found}, {}: {}", decision.level, decision.advice));
    } else if let (Some(last), Some(agreement), Some([low, high])) =
        (&record.last, decision.agreement, decision.interval)
    {
        let most = last.leading.first().and_then(|option| last.tally.get(option)).copied().unwrap_or(0);
        lines.push(format!(
            "{label}: {most} of {} agree ({}, 95% interval {} to {}), {}: {}",
            last.panel,
            percent(agreement),
            percent(low),
            percent(high),
            decision.level,
            decision.advice
        ));
    } else if let Some((found, last)) = estimate(record).and_then(|found| Some((found, found.last.as_ref()?))) {
        let spread = estimate::spread(last);
        let found = line(&last.in_words(&found.unit));
        lines.push(format!("{label}: {found}; {spread}, {}: {}", decision.level, decision.advice));
    } else {
        lines.push(format!("{label}, {}: {}", decision.level, decision.advice));
    }
    if !decision.caveats.is_empty() {
        let caveats: Vec<String> = decision.caveats.iter().map(ToString::to_string).collect();
        lines.push(format!("Caveats: {}", caveats.join(", ")));
    }
    lines.extend(changed(record));
    if let Some(stop) = &decision.stop {
        lines.push(format!("Ended: {} ({})", stop.reason.title(), line(&stop.numbers)));
    }
    lines.extend(decision.gate.iter().map(|gate| format!("Gate {gate}")));
    lines
}

/// What the debate changed since the sealed opening, in one line.
pub(crate) fn changed(record: &Record) -> Option<String> {
    if let Some(found) = estimate(record) {
        return estimate::changed(found, record.delta.cost_usd);
    }
    let (sealed, last) = (record.sealed.as_ref()?, record.last.as_ref()?);
    let share = |consensus: &Consensus| {
        let tally: Vec<String> = consensus.tally.iter().map(|(option, seats)| format!("{option} {seats}")).collect();
        if tally.is_empty() { "nobody".to_owned() } else { tally.join(", ") }
    };
    let cited = record.delta.moved.iter().filter(|moved| moved.cited).count();
    let moved = match record.delta.moved.len() {
        0 => "nobody moved".to_owned(),
        n => format!("{n} moved, {cited} for a reason that holds"),
    };
    Some(format!(
        "Sealed: {}; final: {}; {moved}; {}",
        share(sealed),
        share(last),
        exchange_cost(record.delta.cost_usd)
    ))
}

/// The number that the panel comes to, where one was asked for.
pub(crate) fn estimate(record: &Record) -> Option<&EstimateVerdict> {
    record.decision.as_ref()?.estimate.as_ref()
}

/// The facts that agents needed, a line each, with what became of them.
pub(crate) fn needed(record: &Record) -> Vec<String> {
    let entry = |entry: &needs::Entry| {
        let weight = if entry.required { "required, " } else { "" };
        format!("{}: {} ({weight}{})", entry.id, line(&entry.query), wording::need(entry.status))
    };
    record.needs.iter().map(entry).collect()
}

/// Who could not be heard, and why; each fault once.
pub(crate) fn absent(record: &Record) -> Vec<String> {
    let failed = |fault: &Fault| format!("{fault} ({})", fault.hint);
    let of_turns = record.turns.iter().filter_map(|turn| {
        let unread = turn.response.as_ref().filter(|response| !response.is_valid()).map(|response| response.headline());
        Some((turn.name.as_str(), turn.fault.as_ref().map(failed).or(unread)?))
    });
    let passed_over = record.absent.iter().map(|absence| (record.name(absence.seat), failed(&absence.fault)));
    let mut lines: Vec<String> = Vec::new();
    for (name, why) in of_turns.chain(passed_over) {
        let entry = format!("{}: {}", line(name), line(&why));
        if !lines.contains(&entry) {
            lines.push(entry);
        }
    }
    lines
}

/// What had been paid before the session branched off, to stand behind its own price; empty for one that did not.
pub(crate) fn inherited(record: &Record) -> String {
    let before = record.usage.inherited.as_ref().map(|spent| {
        format!("; before the branch: {} calls, {} tokens, {}", spent.calls, spent.tokens(), money(spent.cost_usd))
    });
    before.unwrap_or_default()
}

/// The text with its first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
