//! The decision first: what it is, how strong, what to know about it; then what the debate changed, and at what price.

use crate::debate::agent::Seat;
use crate::debate::log::decision::{EstimateVerdict, Moved};
use crate::debate::log::estimates::{Estimates, Revised, worded};
use crate::debate::question::{Choice, OptionId};
use crate::debate::response::ClaimId;
use crate::export::figures::{money, percent};
use crate::export::html::markup::{Html, all, el, line, of, text, words};
use crate::export::html::reference;
use crate::export::html::table::{cell, grouped, number, option_key, row, table};
use crate::export::phrases::{capitalised, estimate, headline};
use crate::export::record::{Record, Verdict};
use crate::export::story::{story, warning};
use crate::export::{abstention, wording};

/// The decision with the options.
pub(super) fn section(record: &Record) -> Html {
    let mut parts = vec![line("h2", "Decision")];
    parts.push(el("p", &[("class", &"headline"), ("lang", &"und"), ("dir", &"auto")], [text(&headline(record))]));
    parts.extend(record.note.map(|note| of("p", "notice", [text(&format!("{}.", capitalised(note)))])));
    parts.extend(wording::status(record).map(|status| of("p", "notice", [text(&status)])));
    let reasons = abstention::reasons(record).into_iter().map(|reason| el("li", &[], [words(&reason)]));
    let reasons: Vec<Html> = reasons.collect();
    if !reasons.is_empty() {
        parts.push(of("ul", "caveats", reasons));
    }
    parts.extend(record.decision.as_ref().map(|decision| facts(record, decision)));
    if !record.question.options.is_empty() {
        parts.push(options(record));
    }
    el("section", &[("id", &"decision")], parts)
}

fn facts(record: &Record, decision: &Verdict) -> Html {
    let mut facts: Vec<(&str, Html)> = Vec::new();
    let label = capitalised(&decision.label.to_string());
    let behind = record.last.as_ref().map(|last| {
        let most = last.leading.first().and_then(|option| last.tally.get(option)).copied().unwrap_or(0);
        format!("{most} of {}", last.panel)
    });
    if let (Some(agreement), Some([low, high]), Some(behind)) = (decision.agreement, decision.interval, behind) {
        let interval = format!("{behind} seats; 95% interval {} to {}", percent(low), percent(high));
        facts.push(("Agreement", all([of("strong", "big", [text(&percent(agreement))]), text(" "), small(&interval)])));
    }
    if let Some(last) = decision.estimate.as_ref().and_then(|found| found.last.as_ref()) {
        facts.push(("Numbers", spread(last)));
    }
    let meaning = wording::label(decision.label);
    facts.push(("Strength", all([of("strong", "big", [text(&label)]), text(" "), small(meaning)])));
    let level = capitalised(&decision.level.to_string());
    facts
        .push(("Level", all([of("strong", "big", [text(&level)]), text(" "), small(wording::advice(decision.level))])));
    if !decision.caveats.is_empty() {
        let caveat = |caveat: &crate::debate::log::decision::Caveat| {
            let name = format!("{}: ", capitalised(&caveat.to_string()));
            el("li", &[], [line("strong", &name), text(" "), text(wording::caveat(*caveat))])
        };
        let caveats = decision.caveats.iter().map(caveat).collect::<Vec<_>>();
        facts.push(("Caveats", of("ul", "caveats", caveats)));
    }
    if let Some(gate) = &decision.gate {
        facts.push(("Gate", words(&gate.to_string())));
    }
    facts.extend(warning(record).map(|warning| ("Warning", of("strong", "warning", [words(&warning)]))));
    let happened = story(record).into_iter().map(|told| el("li", &[], [words(&told)])).collect::<Vec<_>>();
    if !happened.is_empty() {
        facts.push(("Happened", of("ul", "caveats", happened)));
    }
    if let Some(stop) = &decision.stop {
        facts.push(("Ended", text(&format!("{} ({})", stop.reason.title(), stop.numbers))));
    }
    let entry =
        |(name, value): (&str, Html)| of("div", &name.to_lowercase(), [line("dt", name), el("dd", &[], [value])]);
    all([
        of("dl", "facts", facts.into_iter().map(entry).collect::<Vec<_>>()),
        of("p", "aside", [text("Computed from sealed ballots. It says that models agree, never that they are right.")]),
    ])
}

/// How far the numbers at the end lie apart.
fn spread(last: &Estimates) -> Html {
    let quartiles = last.q1.zip(last.q3).map(|(q1, q3)| format!("{} to {}", worded(q1), worded(q3)));
    let range = last.min.zip(last.max).map(|(min, max)| format!("; all {} to {}", worded(min), worded(max)));
    let about = format!("the middle half; {} of {} seats{}", last.n, last.panel, range.unwrap_or_default());
    let big = of("strong", "big", [text(&quartiles.unwrap_or_else(|| "none".to_owned()))]);
    all([big, text(" "), small(&about)])
}

fn small(words: &str) -> Html {
    of("span", "small", [text(words)])
}

fn options(record: &Record) -> Html {
    let held = |consensus: &Option<crate::debate::log::round::Consensus>, option: &OptionId| match consensus {
        Some(consensus) => consensus.tally.get(option).copied().unwrap_or(0).to_string(),
        None => "–".to_owned(),
    };
    let winner = record.decision.as_ref().and_then(|decision| decision.option.as_ref());
    let option = |(index, choice): (usize, &Choice)| {
        let chosen = match winner == Some(&choice.id) {
            true => of("span", "chosen", [text("decision")]),
            false => Html::default(),
        };
        let name = all([words(&choice.text), text(" "), chosen]);
        let cells = [cell(name), number(&held(&record.sealed, &choice.id)), number(&held(&record.last, &choice.id))];
        row(option_key(index, &choice.id.0), cells)
    };
    let heads = ["Id", "Option", "Sealed", "Final"].map(text);
    let rows = record.question.options.iter().enumerate().map(option);
    of(
        "div",
        "options",
        [table("Options, with the seats that held them in the sealed opening and at the end", &heads, rows)],
    )
}

/// What the debate changed since the sealed opening; `None` where there is nothing to compare.
pub(super) fn changed(record: &Record) -> Option<Html> {
    match estimate(record) {
        Some(found) => numbers_changed(record, found),
        None => options_changed(record),
    }
}

fn options_changed(record: &Record) -> Option<Html> {
    let (sealed, last) = (record.sealed.as_ref()?, record.last.as_ref()?);
    let tally = |consensus: &crate::debate::log::round::Consensus| {
        let shares: Vec<String> = consensus.tally.iter().map(|(option, seats)| format!("{option} {seats}")).collect();
        if shares.is_empty() { "nobody".to_owned() } else { shares.join(", ") }
    };
    let delta = &record.delta;
    let cited = delta.moved.iter().filter(|moved| moved.cited).count();
    let moved = match delta.moved.len() {
        0 => "Nobody holds another option than before.".to_owned(),
        1 => format!("One seat holds another option than before, {}.", reason(cited)),
        n => format!("{n} seats hold another option than before, {cited} of them for a claim that holds."),
    };
    let changes = delta.moved.iter().map(|moved| change(record, moved)).collect();
    Some(course([tally(sealed), tally(last)], &format!("{moved} {}", price(record)), changes))
}

fn numbers_changed(record: &Record, found: &EstimateVerdict) -> Option<Html> {
    let stood = |estimates: &Estimates| estimates.median.map_or_else(|| "nobody".to_owned(), worded);
    let (sealed, last) = (stood(found.sealed.as_ref()?), stood(found.last.as_ref()?));
    let cited = found.revised.iter().filter(|revised| revised.cited).count();
    let revised = match found.revised.len() {
        0 => "Nobody gives another number than before.".to_owned(),
        1 => format!("One seat gives another number than before, {}.", reason(cited)),
        n => format!("{n} seats give another number than before, {cited} of them for a claim that holds."),
    };
    let changes = found.revised.iter().map(|revised| revision(record, revised)).collect();
    Some(course([sealed, last], &format!("{revised} {}", price(record)), changes))
}

/// How one seat came to change, given how many did so for a reason.
fn reason(cited: usize) -> &'static str {
    if cited == 1 { "for a claim that holds" } else { "naming no reason that holds" }
}

fn price(record: &Record) -> String {
    let delta = &record.delta;
    let cost = match delta.cost_usd {
        None => "at a price that is not known".to_owned(),
        cost => money(cost),
    };
    format!("What came after the opening took {} calls, {} tokens, {cost}.", delta.calls, grouped(delta.tokens))
}

fn course([sealed, last]: [String; 2], told: &str, changes: Vec<Html>) -> Html {
    let parts = [
        line("h2", "What the debate changed"),
        of(
            "p",
            "tallies",
            [
                small("Sealed"),
                text(" "),
                line("strong", &sealed),
                text(" "),
                of("span", "arrow", [text("→")]),
                text(" "),
                small("Final"),
                text(" "),
                line("strong", &last),
            ],
        ),
        line("p", told),
        if changes.is_empty() { Html::default() } else { of("ul", "moves", changes) },
    ];
    el("section", &[("id", &"changed")], parts)
}

fn change(record: &Record, moved: &Moved) -> Html {
    let step = format!("{} → {}", moved.from, moved.to);
    account(record, moved.seat, &step, moved.cited, (&moved.because, &moved.claims))
}

fn revision(record: &Record, revised: &Revised) -> Html {
    let step = format!("{} → {}", worded(revised.from), worded(revised.to));
    account(record, revised.seat, &step, revised.cited, (&revised.because, &revised.claims))
}

fn account(record: &Record, seat: Seat, step: &str, cited: bool, (because, claims): (&str, &[ClaimId])) -> Html {
    let mut parts = vec![
        el("strong", &[], [words(record.name(seat))]),
        text(&format!(" {step} ")),
        match cited {
            true => of("span", "tag good", [text("cited")]),
            false => of("span", "tag warn", [text("uncited")]),
        },
    ];
    if !because.is_empty() {
        parts.extend([text(" "), words(because)]);
    }
    parts.push(reference::claims(record, claims));
    el("li", &[], parts)
}
