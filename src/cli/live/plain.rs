//! The log off a terminal: one plain line for every event that matters, without colours or control codes.

use crate::cli::live::news::{self, Aside, News, Opened, Said, Side};
use crate::cli::live::tally::{Count, Tally, Verdict};
use crate::export::figures::percent;

/// Returns the lines that tell `news`.
pub(super) fn lines(news: &News) -> Vec<String> {
    match news {
        News::Opened(opened) => opening_lines(opened),
        News::Perspectives { names, proposed } => {
            let whose = if *proposed { "proposed by the moderator" } else { "the mode's own" };
            vec![format!("perspectives, {whose}: {}", names.join(", "))]
        }
        News::Began(place) => vec![format!("-- {place}")],
        News::Said(said) => vec![said_line(said)],
        News::BallotIn(place, name) => vec![format!("[{}] {name}: ballot in", place.short())],
        News::Unread { place, name, reason, again } => {
            let outlook = if *again { "asked again" } else { "not counted" };
            vec![format!("[{}] {name}: {reason}; {outlook}", place.short())]
        }
        News::Queued { place, name, reason } => {
            vec![format!("[{}] {name}: in the queue: {reason}", place.short())]
        }
        News::Retrying { place, name, reason, wait_ms } => {
            vec![format!("[{}] {name}: retrying in {} s: {reason}", place.short(), wait_ms.div_ceil(1_000))]
        }
        News::Failed { place, name, replaced, fault } => {
            let outlook = if *replaced { "another model steps in" } else { "absent" };
            let hint = if fault.hint.is_empty() { String::new() } else { format!("; hint: {}", fault.hint) };
            vec![format!("[{}] {name}: {outlook}: {}: {}{hint}", place.short(), fault.kind, fault.message)]
        }
        News::SteppedIn { place, name, voice, shared_with } => {
            vec![format!("[{}] {name}: {}", place.short(), news::speaks_through(voice, shared_with))]
        }
        News::Options { options, basis } => {
            let line =
                |(id, text, names): &(_, String, Vec<String>)| format!("option {id}: {text} ({})", names.join(", "));
            std::iter::once(format!("options found: {}; {basis}", options.len()))
                .chain(options.iter().map(line))
                .collect()
        }
        News::Synthesised { dropped: 0 } => vec!["closing text written".to_owned()],
        News::Synthesised { dropped } => {
            vec![format!("closing text written, {dropped} points without claims left out")]
        }
        News::Counted(tally) => vec![tally_line(tally)],
        News::Waits(lines) => lines.iter().map(|line| format!("waits for people: {line}")).collect(),
        News::Answered(lines) => lines.clone(),
        News::Pausing(in_flight) => vec![news::pausing(*in_flight)],
        News::Stopping => vec!["stopping: the ballots in hand decide".to_owned()],
        News::Decided(verdict) => vec![verdict_line(verdict)],
        News::Limit(limit) => vec![limit.clone()],
        News::Ended(how) => vec![(*how).to_owned()],
    }
}

fn opening_lines(opened: &Opened) -> Vec<String> {
    let resumed =
        opened.resumed.map(|(rounds, turns)| format!(", resumed after {rounds} closed rounds and {turns} turns"));
    let mut lines = vec![format!(
        "session {}: {}, {} seats{}",
        opened.session,
        opened.mode,
        opened.seats.len(),
        resumed.unwrap_or_default()
    )];
    lines.extend(opened.rehearsal.map(str::to_owned));
    lines.push(format!("question: {}", opened.topic));
    lines.extend(opened.options.iter().map(|(id, text)| format!("option {id}: {text}")));
    lines.extend(opened.seats.iter().map(|(seat, name, voice)| format!("seat {seat}: {name}, {voice}")));
    lines
}

fn said_line(said: &Said) -> String {
    let side = match &said.side {
        Side::None => String::new(),
        Side::Choice(_, id, _) => format!("{id} - "),
        Side::Abstains(reason) => format!("abstains ({reason}) - "),
        Side::Assigned(role) => format!("assigned {role} - "),
    };
    let asides: String = said.asides.iter().map(|aside| format!("; {}", aside_text(aside))).collect();
    format!("[{}] {}: {side}{}{asides}", said.place.short(), said.name, said.text)
}

fn aside_text(aside: &Aside) -> String {
    match aside {
        Aside::Moved(moved) => format!("moved from {} to {}, {}", moved.from, moved.to, moved.grounds()),
        Aside::Accepts(claim, _) => format!("accepts {claim}"),
        Aside::GivesUp(claim, _) => format!("gives up {claim}"),
        Aside::Blocks(objection) => format!("blocking objection: {objection}"),
        Aside::LeftOut(fields) => format!("not read: {fields}"),
    }
}

fn tally_line(tally: &Tally) -> String {
    let mut parts = Vec::new();
    if let Some(count) = &tally.count {
        let shares: Vec<String> = count.options.iter().map(|(id, _, seats)| share(id, *seats, count)).collect();
        parts.extend((!shares.is_empty()).then(|| shares.join(", ")));
        parts.push(count.agreement.clone());
    }
    if let Some(moves) = &tally.moves {
        let moved: Vec<String> = moves
            .iter()
            .map(|moved| format!("{} {} to {}, {}", moved.name, moved.from, moved.to, moved.grounds()))
            .collect();
        parts.push(if moved.is_empty() { "nobody moved".to_owned() } else { format!("moved: {}", moved.join(", ")) });
    }
    if tally.claims.0 > 0 {
        parts.push(format!("{} claims, {} new", tally.claims.0, tally.claims.1));
    }
    parts.extend(tally.stop.iter().map(|stop| format!("the phase ends: {stop}")));
    let parts = if parts.is_empty() { "nothing to count".to_owned() } else { parts.join("; ") };
    format!("[{}] tally: {parts}", tally.place.short())
}

fn share(id: impl std::fmt::Display, seats: u32, count: &Count) -> String {
    format!("{id} {seats}/{} {}", count.panel, percent(f64::from(seats) / f64::from(count.panel.max(1))))
}

fn verdict_line(verdict: &Verdict) -> String {
    let won = verdict.won();
    format!("decision: {}: {won}; {}", verdict.label, verdict.numbers)
}
