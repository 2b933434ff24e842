//! Finding the options of an open question: two sortings of the opening statements, in opposite orders, compared.

use std::collections::BTreeMap;

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::options::{Frozen, SortingBasis};
use crate::debate::question::{Choice, OPTIONS, OptionId};
use crate::debate::response::{Pile, Response};
use crate::debate::rules::{self, Rule};
use crate::debate::schedule::{self, Planned};
use crate::debate::{consensus, polarity, text};
use crate::stats::adjusted_rand_index::adjusted_rand_index;
use crate::stats::shuffle;

/// Agreement of two passes (adjusted Rand index) from which on a third is not needed.
const RELIABILITY_MIN: f64 = 0.8;
/// Longest option text, in characters.
const OPTION_CHARS_MAX: usize = 200;

/// One pass over the statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// In a seeded order.
    Forward,
    /// In the opposite order.
    Reverse,
    /// In another seeded order, where the first two disagree.
    Third,
}

impl Pass {
    /// The stage name of the pass's turn.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Reverse => "reverse",
            Self::Third => "third",
        }
    }
}

/// What is to be done about the options.
#[derive(Debug, Clone, PartialEq)]
pub enum Sorting {
    /// These passes are needed.
    Passes([Pass; 2]),
    /// The third pass is needed.
    ThirdPass,
    /// They can be frozen.
    Frozen(Frozen),
}

/// Whether the only option that the sortings found may hold statements that contradict each other: one of the sortings says so,
/// or does not say that there are none, or some statement denies what another does not. Statements in the same words need no
/// sorting, and do not contradict each other.
pub fn is_only_option_in_doubt(board: &Board<'_>) -> bool {
    let history = board.history;
    let is_only = history.frozen.as_ref().is_some_and(|frozen| {
        frozen.options.len() == 1 && frozen.sorted.len() > 1 && frozen.basis != SortingBasis::Verbatim
    });
    let turn = |pass: Pass| schedule::moderator_turn(history, schedule::OPTIONS, pass.name()).id;
    let is_doubtful = |pass: Pass| match history.valid_response(&turn(pass)) {
        Some(Response::Sorting(piles)) => {
            piles.iter().any(|pile| pile.contradicting.as_ref().is_none_or(|places| !places.is_empty()))
        }
        Some(_) | None => false,
    };
    is_only
        && Rule::OneOptionCaveat.holds_in(history.setup.format)
        && ([Pass::Forward, Pass::Reverse, Pass::Third].into_iter().any(is_doubtful)
            || polarity::differs(statements(board).iter().map(|(_, statement)| statement.as_str())))
}

/// The opening statements by seat; abstentions state nothing.
pub fn statements(board: &Board<'_>) -> Vec<(Seat, String)> {
    let history = board.history;
    let standings = consensus::sealed(board);
    let stated = standings.iter().filter(|(_, standing)| standing.stance.abstained.is_none());
    stated
        .filter_map(|(seat, standing)| Some((*seat, history.valid_response(standing.turn)?.statement()?.to_owned())))
        .collect()
}

/// The order in which a pass lists the statements: `order[i]` is the index of the statement in place `i`.
pub fn order(history: &History, pass: Pass, count: usize) -> Vec<usize> {
    let draw = |purpose: &str| shuffle::permutation(shuffle::seed_for(history.setup.seed, purpose), count);
    match pass {
        Pass::Forward => draw("sorting"),
        Pass::Reverse => draw("sorting").into_iter().rev().collect(),
        Pass::Third => draw("sorting/third"),
    }
}

/// Returns what comes next, given which passes are over.
pub fn next(board: &Board<'_>, is_over: impl Fn(&Planned) -> bool) -> Sorting {
    let history = board.history;
    let stated = statements(board);
    let verbatim = verbatim(history, &stated);
    if verbatim.len() <= 1 {
        return Sorting::Frozen(freeze(history, &stated, &verbatim, SortingBasis::Verbatim, None));
    }
    let turn = |pass: Pass| schedule::moderator_turn(history, schedule::OPTIONS, pass.name());
    if ![Pass::Forward, Pass::Reverse].map(turn).iter().all(&is_over) {
        return Sorting::Passes([Pass::Forward, Pass::Reverse]);
    }
    match (piles(history, Pass::Forward, stated.len()), piles(history, Pass::Reverse, stated.len())) {
        (Some(forward), Some(reverse)) => {
            let reliability = adjusted_rand_index(&labels(&forward, stated.len()), &labels(&reverse, stated.len()));
            if reliability.is_some_and(|index| index >= RELIABILITY_MIN) {
                return Sorting::Frozen(freeze(history, &stated, &forward, SortingBasis::TwoPasses, reliability));
            }
            if !is_over(&turn(Pass::Third)) {
                return Sorting::ThirdPass;
            }
            match piles(history, Pass::Third, stated.len()) {
                Some(third) => {
                    let joined = majority([&forward, &reverse, &third], &stated);
                    Sorting::Frozen(freeze(history, &stated, &joined, SortingBasis::Majority, reliability))
                }
                None => Sorting::Frozen(freeze(history, &stated, &forward, SortingBasis::OnePass, reliability)),
            }
        }
        (Some(only), None) | (None, Some(only)) => {
            Sorting::Frozen(freeze(history, &stated, &only, SortingBasis::OnePass, None))
        }
        (None, None) => Sorting::Frozen(freeze(history, &stated, &verbatim, SortingBasis::Verbatim, None)),
    }
}

/// A group of statements by index, and the words for it.
type Group = (String, Vec<usize>);

/// What a pass came to, in terms of the statements rather than of its listing.
fn piles(history: &History, pass: Pass, count: usize) -> Option<Vec<Group>> {
    let turn = schedule::moderator_turn(history, schedule::OPTIONS, pass.name()).id;
    let Response::Sorting(piles) = history.valid_response(&turn)? else {
        return None;
    };
    let order = order(history, pass, count);
    let group = |pile: &Pile| {
        let members: Option<Vec<usize>> =
            pile.members.iter().map(|place| order.get((*place as usize).checked_sub(1)?).copied()).collect();
        Some((pile.text.clone(), members?))
    };
    piles.iter().map(group).collect()
}

fn labels(groups: &[Group], count: usize) -> Vec<usize> {
    let mut labels = vec![0; count];
    for (label, (_, members)) in groups.iter().enumerate() {
        for member in members {
            labels[*member] = label;
        }
    }
    labels
}

/// Puts statements together that at least two of three passes put together. Words come from the first pass whose group
/// is the same, or else from the first member.
fn majority(passes: [&Vec<Group>; 3], stated: &[(Seat, String)]) -> Vec<Group> {
    let count = stated.len();
    let labels: Vec<Vec<usize>> = passes.iter().map(|groups| labels(groups, count)).collect();
    let together = |a: usize, b: usize| labels.iter().filter(|labels| labels[a] == labels[b]).count() >= 2;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for statement in 0..count {
        // A statement can tie two groups together; then they are one.
        let (joined, apart): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(|member| together(*member, statement)));
        groups = apart;
        groups.push(joined.into_iter().flatten().chain([statement]).collect());
    }
    groups.sort();
    groups.truncate(*OPTIONS.end());
    let words = |members: &[usize]| {
        let same = passes.iter().flat_map(|groups| groups.iter()).find(|(_, others)| {
            let mut others = others.clone();
            others.sort_unstable();
            others == members
        });
        let first = || members.first().map(|first| stated[*first].1.clone());
        same.map(|(words, _)| words.clone()).or_else(first).unwrap_or_default()
    };
    groups
        .into_iter()
        .map(|mut members| {
            members.sort_unstable();
            (words(&members), members)
        })
        .collect()
}

/// Groups statements in the same words; the largest groups first, at most as many as there may be options.
fn verbatim(history: &History, stated: &[(Seat, String)]) -> Vec<Group> {
    let identity = |words: &str| rules::identity(history.setup.format, words);
    let mut groups: Vec<Group> = Vec::new();
    for (index, (_, statement)) in stated.iter().enumerate() {
        match groups.iter_mut().find(|(words, _)| identity(words) == identity(statement)) {
            Some((_, members)) => members.push(index),
            None => groups.push((statement.clone(), vec![index])),
        }
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    groups.truncate(*OPTIONS.end());
    groups
}

fn freeze(
    history: &History,
    stated: &[(Seat, String)],
    groups: &[Group],
    basis: SortingBasis,
    reliability: Option<f64>,
) -> Frozen {
    let words: Vec<&str> = groups.iter().map(|(words, _)| words.as_str()).collect();
    let texts: Vec<String> = if Rule::ReadAlike.holds_in(history.setup.format) {
        text::clip_apart(&words, OPTION_CHARS_MAX)
    } else {
        words.iter().map(|words| text::clip_at_character(words, OPTION_CHARS_MAX)).collect()
    };
    let options = texts.into_iter().enumerate().map(|(index, text)| Choice { id: OptionId::at(index), text });
    let sorted: BTreeMap<Seat, OptionId> = groups
        .iter()
        .enumerate()
        .flat_map(|(index, (_, members))| members.iter().map(move |member| (stated[*member].0, OptionId::at(index))))
        .collect();
    Frozen { options: options.collect(), sorted, basis, reliability }
}
