//! The record for a terminal: the decision first, under a warning where there is cause for one, then why, then what stands against it, then the price.

use crate::debate::ask::TurnId;
use crate::debate::consensus::Consensus;
use crate::debate::decision::Label;
use crate::debate::dissent::Kind;
use crate::debate::estimate::verdict::EstimateVerdict;
use crate::debate::event::Continued;
use crate::debate::history::History;
use crate::debate::needs::{self, Waiting};
use crate::debate::question::OptionId;
use crate::debate::reply::Fault;
use crate::debate::text::{laid_out, line};
use crate::export::abstention;
use crate::export::closing;
use crate::export::estimate;
use crate::export::fallbacks;
use crate::export::premises::{PremiseRecord, leaning};
use crate::export::record::{self, Record, Status};
use crate::export::story::{story, warning};
use crate::export::unheard;
use crate::export::wording;

/// Renders the record. Holds no control characters but line feeds.
pub fn render(record: &Record) -> String {
    let mut out: Vec<String> = warning(record).into_iter().collect();
    out.push(headline(record));
    out.extend(abstention::reasons(record));
    out.extend(record.limit.iter().map(wording::limit));
    out.extend(record.note.map(str::to_owned));
    out.extend(lineage(record));
    let numbers = numbers(record);
    if !numbers.is_empty() {
        out.push(String::new());
    }
    out.extend(numbers);
    section(&mut out, "What happened", story(record));
    section(&mut out, "Premises", premises(record));
    section(&mut out, "Options", options(record));
    section(&mut out, "Estimates", estimate(record).map(|found| estimate::held(record, found)).unwrap_or_default());
    section(&mut out, "Conclusion", conclusion(record));
    section(&mut out, "Dissent", dissent(record));
    section(&mut out, "Risks", points(record.synthesis.iter().flat_map(|s| &s.risks).map(|point| point.text.as_str())));
    section(&mut out, "Next steps", points(record.synthesis.iter().flat_map(|s| &s.next_steps).map(String::as_str)));
    section(
        &mut out,
        "Would change the decision",
        points(record.synthesis.iter().flat_map(|s| &s.would_change).map(String::as_str)),
    );
    section(&mut out, "Needed from outside", needed(record));
    section(&mut out, "Absent", absent(record));
    section(&mut out, "Fallbacks", fallbacks::lines(record));
    out.push(String::new());
    out.push(price(record));
    out.push(format!("session {}", record.session));
    out.join("\n") + "\n"
}

fn premises(record: &Record) -> Vec<String> {
    let told = |premise: &PremiseRecord| {
        let title = line(premise.title());
        format!("{} {}, {}, leaned on by {}", premise.id, title, premise.kind.title(), leaning(premise))
    };
    record.premises.iter().map(told).collect()
}

/// The decision in one line.
pub fn headline(record: &Record) -> String {
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
pub fn awaited(history: &History) -> Vec<String> {
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
fn is_empty_handed(record: &Record) -> bool {
    match estimate(record) {
        Some(found) => found.last.is_none(),
        None => record.last.as_ref().is_none_or(|last| last.leading.is_empty()),
    }
}

/// Where the session came from and how it was taken further, a line each; none for one that was only run.
pub fn lineage(record: &Record) -> Vec<String> {
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
pub fn terms(terms: &Continued) -> String {
    let rounds = if terms.rounds == 1 { "1 more round".to_owned() } else { format!("{} more rounds", terms.rounds) };
    let focus: String = terms.focus.iter().map(|focus| format!(", on \"{}\"", line(focus))).collect();
    let about: Vec<String> = terms.facts.iter().map(|fact| line(&fact.about)).collect();
    let facts = if about.is_empty() { String::new() } else { format!(", with facts on {}", about.join(", ")) };
    format!("{rounds}{focus}{facts}")
}

fn named(record: &Record, options: &[OptionId]) -> String {
    let texts: Vec<String> = options.iter().map(|option| format!("\"{}\"", line(record.option_text(option)))).collect();
    texts.join(" and ")
}

/// The verdict in numbers, a line each; none before there is one.
pub fn numbers(record: &Record) -> Vec<String> {
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
pub fn changed(record: &Record) -> Option<String> {
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
pub fn estimate(record: &Record) -> Option<&EstimateVerdict> {
    record.decision.as_ref()?.estimate.as_ref()
}

fn options(record: &Record) -> Vec<String> {
    let held = |option: &OptionId| {
        let seats = |last: &Consensus| last.tally.get(option).copied().unwrap_or(0);
        record.last.as_ref().map_or_else(String::new, |last| format!(" ({})", seats(last)))
    };
    let choices = record.question.options.iter();
    let listed = choices.map(|choice| format!("{}{}: {}", choice.id, held(&choice.id), line(&choice.text)));
    listed.chain(wording::sorting(&record.question)).collect()
}

fn conclusion(record: &Record) -> Vec<String> {
    match (&record.synthesis, &record.synthesis_failure) {
        (Some(synthesis), _) => {
            let text = laid_out(&synthesis.conclusion);
            closing::warning(record).into_iter().chain(text.lines().map(str::to_owned)).collect()
        }
        (None, Some(failure)) => vec![format!("none: {}", line(failure))],
        (None, None) => Vec::new(),
    }
}

fn dissent(record: &Record) -> Vec<String> {
    let entry = |dissent: &crate::debate::dissent::Dissent| {
        let option = dissent.position().map_or_else(|| "abstains".to_owned(), |position| line(&position));
        let kind = match dissent.kind {
            Kind::Final => "",
            Kind::LastHeard => ", not heard at the end",
            Kind::Abandoned => ", left without a reason that holds",
            Kind::Unrebutted => ", never rebutted",
        };
        format!("{} ({option}{kind}): {}", line(record.name(dissent.seat)), line(&dissent.words))
    };
    let blocking = record
        .blocking
        .iter()
        .map(|objection| format!("{} blocks: {}", line(record.name(objection.seat)), line(&objection.objection)));
    record.dissent.iter().map(entry).chain(blocking).collect()
}

/// The facts that agents needed, a line each, with what became of them.
pub fn needed(record: &Record) -> Vec<String> {
    let entry = |entry: &needs::Entry| {
        let weight = if entry.required { "required, " } else { "" };
        format!("{}: {} ({weight}{})", entry.id, line(&entry.query), wording::need(entry.status))
    };
    record.needs.iter().map(entry).collect()
}

fn points<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(|text| format!("- {}", line(text))).collect()
}

/// Who could not be heard, and why; each fault once.
pub fn absent(record: &Record) -> Vec<String> {
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

fn price(record: &Record) -> String {
    let total = &record.usage.total;
    let about = if total.estimated { "about " } else { "" };
    let unknown = match total.unknown {
        0 => String::new(),
        1 => ", and 1 call whose reply was never seen".to_owned(),
        n => format!(", and {n} calls whose replies were never seen"),
    };
    format!(
        "{} calls, {about}{} tokens{}, {}, {:.1} s{unknown}{}",
        total.calls,
        total.tokens(),
        total.aside(),
        money(total.cost_usd),
        record.times.elapsed_ms as f64 / 1000.0,
        inherited(record)
    )
}

/// What had been paid before the session branched off, to stand behind its own price; empty for one that did not.
pub fn inherited(record: &Record) -> String {
    let before = record.usage.inherited.as_ref().map(|spent| {
        format!("; before the branch: {} calls, {} tokens, {}", spent.calls, spent.tokens(), money(spent.cost_usd))
    });
    before.unwrap_or_default()
}

/// US dollars to the hundredth of a cent; an unknown price is said to be one.
pub fn money(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "price unknown".to_owned(),
        Some(0.0) => "$0".to_owned(),
        Some(cost) if cost < 0.0001 => "under $0.0001".to_owned(),
        Some(cost) => format!("${cost:.4}"),
    }
}

/// A count in three digits or so: `950`, `12k`, `1.2M`.
pub fn short(tokens: u64) -> String {
    let (thousands, millions) = (tokens as f64 / 1e3, tokens as f64 / 1e6);
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..9_950 => format!("{thousands:.1}k"),
        9_950..999_500 => format!("{thousands:.0}k"),
        _ => format!("{millions:.1}M"),
    }
}

/// What the rounds after the sealed opening cost.
pub(crate) fn exchange_cost(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "what the exchange cost is unknown".to_owned(),
        Some(_) => format!("the exchange cost {}", money(cost_usd)),
    }
}

/// A share, 0 to 1, as a whole percentage.
pub fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn section(out: &mut Vec<String>, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        out.push(String::new());
        out.push(title.to_owned());
        out.extend(lines.iter().map(|line| format!("  {line}")));
    }
}
