//! The numbers of a closed round and of the verdict, ready to be told.

use crate::cli::live::moves::{self, Move};
use crate::cli::live::place::Place;
use crate::debate::history::History;
use crate::debate::log::decision::{Decision, Label};
use crate::debate::log::round::{ClosedRound, Consensus};
use crate::debate::question::OptionId;
use crate::debate::{estimate, text};
use crate::export::figures::percent;

/// A closed round.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    /// Which.
    pub(super) place: Place,
    /// The count; `None` when the round took no stances.
    pub(super) count: Option<Count>,
    /// Who moved; `None` when there was nothing to move from.
    pub(super) moves: Option<Vec<Move>>,
    /// Claims made, and those that were new.
    pub(super) claims: (u32, u32),
    /// Why the phase ends here, where it does.
    pub(super) stop: Option<String>,
}

/// A count of stances.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Count {
    /// Id, text and seats of every option; none of a number.
    pub(super) options: Vec<(OptionId, String, u32)>,
    /// Seats.
    pub(super) panel: u32,
    /// What stands behind it, on one line.
    pub(super) agreement: String,
}

impl Tally {
    /// The tally of a round that `history` holds already.
    pub(super) fn of(history: &History, closed: &ClosedRound) -> Self {
        let estimates = closed.estimates.as_ref().zip(estimate::counted(history)).map(|(estimates, unit)| Count {
            options: Vec::new(),
            panel: estimates.panel,
            agreement: text::line(&estimates.in_words(unit)),
        });
        let count = closed.consensus.as_ref().map(|consensus| Count {
            options: history
                .options()
                .iter()
                .map(|choice| (choice.id.clone(), text::line(&choice.text), seats(consensus, &choice.id)))
                .collect(),
            panel: consensus.panel,
            agreement: agreement(consensus),
        });
        let count = count.or(estimates);
        Self {
            place: Place::of_round(history, &closed.phase, closed.round),
            count,
            moves: closed.movement.filter(|movement| movement.comparable > 0).map(|_| moves::of_last_round(history)),
            claims: (closed.claims, closed.claims_new),
            stop: closed.stop.as_ref().map(|stop| format!("{} ({})", stop.reason.title(), text::line(&stop.numbers))),
        }
    }
}

fn seats(consensus: &Consensus, option: &OptionId) -> u32 {
    consensus.tally.get(option).copied().unwrap_or(0)
}

/// The agreement with what belongs to it.
fn agreement(consensus: &Consensus) -> String {
    let Some(share) = consensus.agreement else {
        return format!("nobody chose; {}", silent(consensus).join(", "));
    };
    let tie = (consensus.leading.len() > 1).then(|| {
        let tied: Vec<String> = consensus.leading.iter().map(ToString::to_string).collect();
        format!("tie: {}", tied.join(", "))
    });
    let mut parts = vec![format!("agreement {}{}", percent(share), interval(consensus))];
    parts.extend(tie);
    parts.extend(silent(consensus));
    parts.join("; ")
}

fn silent(consensus: &Consensus) -> Vec<String> {
    let parts = [(consensus.abstained, "abstained"), (consensus.absent, "absent")];
    parts.into_iter().filter(|(seats, _)| *seats > 0).map(|(seats, what)| format!("{seats} {what}")).collect()
}

fn interval(consensus: &Consensus) -> String {
    consensus
        .interval
        .map(|[low, high]| format!(" (95% interval {:.0}–{:.0}%)", low * 100.0, high * 100.0))
        .unwrap_or_default()
}

/// The verdict.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// How strong the agreement is, with its caveats.
    pub(super) label: String,
    /// The winning option: its place in the list from 0, id and text.
    pub(super) option: Option<(usize, OptionId, String)>,
    /// The number that the panel comes to, with its unit; `None` where an option was to win.
    pub(super) estimate: Option<String>,
    /// The numbers behind it, on one line.
    pub(super) numbers: String,
}

impl Verdict {
    /// The verdict that a decision comes to.
    pub(super) fn of(history: &History, decision: &Decision) -> Self {
        let winner = |option: &OptionId| {
            let at = history.options().iter().position(|choice| choice.id == *option)?;
            Some((at, option.clone(), text::line(&history.options()[at].text)))
        };
        let caveats = decision.caveats.iter().map(|caveat| format!(", {caveat}")).collect::<String>();
        Self {
            label: format!("{}{caveats}", decision.label),
            option: decision.option.as_ref().and_then(winner),
            estimate: decision.estimate.as_ref().and(decision.text.as_deref()).map(text::line),
            numbers: numbers(decision),
        }
    }
}

impl Verdict {
    /// What won, in words.
    pub(super) fn won(&self) -> String {
        let option = self.option.as_ref().map(|(_, id, text)| format!("{id} {text}"));
        option.or_else(|| self.estimate.clone()).unwrap_or_else(|| "no option wins".to_owned())
    }
}

fn numbers(decision: &Decision) -> String {
    let mut parts = Vec::new();
    let estimates = decision.estimate.as_ref().and_then(|estimate| Some((estimate.last.as_ref()?, &estimate.unit)));
    parts.extend(estimates.map(|(last, unit)| text::line(&last.in_words(unit))));
    match (&decision.last, decision.label) {
        (None, _) if !parts.is_empty() => {}
        (None, _) => parts.push("no ballots to count".to_owned()),
        (Some(last), Label::NoQuorum | Label::NoChoice) => {
            parts.push(format!("{} of {} seats chose", last.valid, last.panel))
        }
        // Numbers have no such count.
        (Some(_), Label::Converged | Label::Spread) => {}
        (Some(last), Label::Unanimous | Label::Strong | Label::Majority | Label::Plurality | Label::Split) => {
            if decision.option.is_some() {
                parts.push(format!("{} of {} seats", decision.holders(), last.panel));
            }
            parts.push(agreement(last));
        }
    }
    let dissenters = decision.dissenters();
    if dissenters > 0 {
        parts.push(format!("{dissenters} in dissent"));
    }
    if !decision.blocking.is_empty() {
        parts.push(format!("{} blocking", decision.blocking.len()));
    }
    parts.extend(decision.gate.iter().map(|gate| format!("the gate {gate}")));
    parts.join("; ")
}
