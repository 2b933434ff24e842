//! The verdict on a question that a number answers.

use crate::debate::board::Board;
use crate::debate::consensus::{self, Standings};
use crate::debate::estimate::{measure, revised, value};
use crate::debate::history::History;
use crate::debate::log::decision::{Caveat, Decision, Dissent, EstimateVerdict, HeldEstimate, Kind, Label, Level};
use crate::debate::log::estimates::{Estimates, Revised, worded};
use crate::debate::prompt::quote;
use crate::debate::question::Unit;
use crate::debate::quorum::{Attendance, Quorum};
use crate::debate::{dissent, objections};
use crate::stats::quantiles::quartiles;

/// Largest range between the quartiles, by the median's size, at which estimates count as converged. Ours, after the range
/// of at most 2 on a scale of 10 that von der Gracht (2012) finds in use.
const CONVERGED: f64 = 0.2;
/// Up to here the level is medium: what a coefficient of variation of 0.5, acceptable to English and Keran (1976), comes to
/// for a normal distribution.
const ACCEPTABLE: f64 = 0.5 * 1.349;
/// What floating point may add to a ratio: 1.1 - 0.9 is more than 0.2.
const ROUNDING: f64 = 1e-9;

/// Reaches the verdict on the estimates in hand.
pub(crate) fn decide(board: &Board<'_>, first: &Standings<'_>, unit: &Unit) -> Decision {
    let sealed = measure(board.history, first);
    let standings = consensus::latest(board);
    let last = standings.as_ref().map(|standings| measure(board.history, standings));
    let standings = standings.unwrap_or_default();
    // Estimates given before the quorum was lost are shown, but decide nothing.
    let missed = missed(board.history, last.as_ref(), Quorum::of(board.history));
    let counted = last.as_ref().filter(|_| missed.is_none());
    let label = missed.or(counted.map(label)).unwrap_or(Label::NoQuorum);
    let value = counted.and_then(|last| last.median);
    let revised = revised(board, first, &standings);
    let held = standings
        .iter()
        .filter_map(|(seat, standing)| Some(HeldEstimate { seat: *seat, estimate: standing.stance.estimate? }));
    Decision {
        option: None,
        text: value.map(|value| format!("{} {unit}", worded(value))),
        label,
        caveats: counted.map(|last| caveats(&sealed, last, &standings, &revised)).unwrap_or_default(),
        level: counted.map_or(Level::Low, level),
        sealed: None,
        last: None,
        moved: Vec::new(),
        dissent: minority(board, counted, first, &standings, &revised),
        blocking: objections::blocking(board, &standings),
        stop: board.history.rounds.iter().rev().find_map(|round| round.stop.clone()),
        gate: None,
        estimate: Some(EstimateVerdict {
            unit: unit.clone(),
            value,
            sealed: Some(sealed),
            held: held.collect(),
            revised,
            last,
        }),
    }
}

/// The label of estimates that fall short of a quorum; `None` when enough seats gave a number.
pub(crate) fn missed(history: &History, last: Option<&Estimates>, quorum: Quorum) -> Option<Label> {
    let Some(last) = last.filter(|_| !history.has_lost_quorum()) else { return Some(Label::NoQuorum) };
    quorum.missed_by(Attendance { heard: last.n.saturating_add(last.abstained), chose: last.n })
}

/// How near estimates are to each other. Where the median is 0 there is no ratio, and only estimates whose quartiles meet have converged.
pub(crate) fn label(last: &Estimates) -> Label {
    let is_close = last.relative_iqr.map_or(last.iqr == Some(0.0), |ratio| ratio <= CONVERGED + ROUNDING);
    if is_close { Label::Converged } else { Label::Spread }
}

fn level(last: &Estimates) -> Level {
    let is_acceptable = last.relative_iqr.is_some_and(|ratio| ratio <= ACCEPTABLE);
    match (label(last), is_acceptable) {
        (Label::Converged, _) => Level::High,
        (_, true) => Level::Medium,
        (_, false) => Level::Low,
    }
}

fn caveats(sealed: &Estimates, last: &Estimates, standings: &Standings<'_>, revised: &[Revised]) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let moved_away = sealed.median.is_some_and(|median| !last.is_inside(median));
    let undone: Vec<f64> = standings
        .iter()
        .filter_map(|(seat, standing)| {
            let back = revised.iter().find(|revised| revised.seat == *seat && !revised.cited);
            back.map(|revised| revised.from).or_else(|| value(standing))
        })
        .collect();
    let stays_without = quartiles(&undone).is_ok_and(|undone| last.is_inside(undone.median));
    if moved_away && !stays_without {
        caveats.push(Caveat::PressureDependent);
    }
    if last.families == 1 {
        caveats.push(Caveat::SingleFamily);
    }
    caveats
}

/// The minority report: whoever stands outside of the quartiles or abstains, or did when last heard, and who left such a number
/// without a reason that holds. Without a verdict every estimate is a minority position.
fn minority(
    board: &Board<'_>,
    counted: Option<&Estimates>,
    sealed: &Standings<'_>,
    last: &Standings<'_>,
    revised: &[Revised],
) -> Vec<Dissent> {
    let is_outside = |given: Option<f64>| !counted.zip(given).is_some_and(|(counted, given)| counted.is_inside(given));
    let unheard = consensus::unheard(board, last);
    let at_the_end =
        last.iter().map(|held| (Kind::Final, held)).chain(unheard.iter().map(|held| (Kind::LastHeard, held)));
    let others = at_the_end.filter(|(_, (_, standing))| is_outside(value(standing)));
    let held = others.map(|(kind, (seat, standing))| dissent::entry(board, kind, *seat, standing));
    let left = revised.iter().filter(|revised| !revised.cited && is_outside(Some(revised.from)));
    let left = left.filter_map(|revised| {
        let standing = sealed.get(&revised.seat)?;
        Some(dissent::entry(board, Kind::Abandoned, revised.seat, standing))
    });
    held.chain(left).collect()
}

impl EstimateVerdict {
    /// The outcome, as the closing text is to take it.
    pub(crate) fn for_the_moderator(&self, label: Label, mark: &quote::Mark) -> String {
        let estimates = self.last.as_ref().map_or_else(|| "none".to_owned(), |last| last.in_words(&self.unit));
        let value = self.value.map_or_else(|| "no number".to_owned(), worded);
        format!("The estimates at the end:\n{}\nThe outcome: {value}, {label}.", quote::fence(mark, &estimates))
    }
}
