//! The verdict: a pure function of the ballots. No model has a say in it, and no stated confidence.

use crate::debate::board::Board;
use crate::debate::consensus::{self, Standings};
use crate::debate::estimate::{self, verdict};
use crate::debate::gate::{self, Alternatives, Found};
use crate::debate::history::History;
use crate::debate::log::decision::{Caveat, Decision, Label, Level, Moved};
use crate::debate::log::options::SortingBasis;
use crate::debate::log::round::Consensus;
use crate::debate::objections::blocking;
use crate::debate::question::OptionId;
use crate::debate::quorum::{Attendance, Quorum};
use crate::debate::rules::Rule;
use crate::debate::{change, contradiction, dissent, sorting};
use crate::stats::vote_share::vote_share;
use crate::stats::weighted_share::{Weighting, weighted_share};

const STRONG_SHARE: f64 = 0.8;
const STRONG_RATINGS: f64 = 0.6;
const UNANIMOUS_SEATS: u32 = 3;

/// Reaches the verdict on the stances in hand.
pub fn decide(board: &Board<'_>) -> Decision {
    let history = board.history;
    let first = consensus::sealed(board);
    if let Some(unit) = estimate::counted(history) {
        return verdict::decide(board, &first, unit);
    }
    let sealed = (!history.awaits_options()).then(|| consensus::measure(history, &first));
    let standings = consensus::latest(board);
    let last = standings.as_ref().map(|standings| consensus::measure(history, standings));
    let standings = standings.unwrap_or_default();
    // Ballots cast before the quorum was lost are shown, but decide nothing.
    let counted = last.as_ref().filter(|_| !history.has_lost_quorum());
    let (option, label) = outcome(counted, Quorum::of(history));
    let moved = change::moved(board, &first, &standings);
    let gate = history.setup.gate.as_ref().map(|terms| {
        let winner = option.clone().zip(last.as_ref().and_then(|last| last.agreement));
        let alternatives = match sorting::is_only_option_in_doubt(board) {
            true => Alternatives::OneInDoubt,
            false => Alternatives::Sound,
        };
        gate::judge(terms, Found { winner, alternatives, objections: gate::objections(board) })
    });
    let caveats: Vec<Caveat> = caveats(option.as_ref(), &standings, sealed.as_ref(), last.as_ref(), &moved)
        .into_iter()
        .chain(unconfirmed(history).filter(|_| label != Label::NoQuorum))
        .chain(contradicted(board, option.as_ref(), &standings))
        .collect();
    Decision {
        text: option
            .as_ref()
            .and_then(|option| history.options().iter().find(|choice| choice.id == *option))
            .map(|choice| choice.text.clone()),
        label,
        level: level(label, last.as_ref()).under(&caveats),
        caveats,
        dissent: dissent::report(board, option.as_ref(), &first, &standings, &moved),
        blocking: blocking(board, &standings),
        stop: history.rounds.iter().rev().find_map(|round| round.stop.clone()),
        gate,
        estimate: None,
        option,
        sealed,
        last,
        moved,
    }
}

/// The option that wins on a count, and how strong the agreement on it is; no option in a tie, or when too few were heard or chose.
pub(crate) fn outcome(counted: Option<&Consensus>, quorum: Quorum) -> (Option<OptionId>, Label) {
    let label = counted.map_or(Label::NoQuorum, |last| label(last, quorum));
    let option = match label {
        Label::NoQuorum | Label::NoChoice | Label::Split | Label::Converged | Label::Spread => None,
        Label::Unanimous | Label::Strong | Label::Majority | Label::Plurality => {
            counted.and_then(|last| last.leading.first().cloned())
        }
    };
    (option, label)
}

fn label(last: &Consensus, quorum: Quorum) -> Label {
    let attendance = Attendance { heard: last.valid.saturating_add(last.abstained), chose: last.valid };
    if let Some(label) = quorum.missed_by(attendance) {
        return label;
    }
    let Some(agreement) = last.agreement else { return Label::NoQuorum };
    let is_unanimous = last.leading.len() == 1 && last.valid == last.panel && agreement >= 1.0;
    if is_unanimous && last.panel >= UNANIMOUS_SEATS && last.families >= 2 {
        Label::Unanimous
    } else if last.leading.len() > 1 {
        Label::Split
    } else if agreement >= STRONG_SHARE && are_ratings_behind(last) {
        Label::Strong
    } else if agreement > 0.5 {
        Label::Majority
    } else {
        Label::Plurality
    }
}

/// The level of an agreement; low where there is nothing to agree on.
fn level(label: Label, last: Option<&Consensus>) -> Level {
    match label {
        Label::NoQuorum | Label::NoChoice => Level::Low,
        Label::Unanimous
        | Label::Strong
        | Label::Majority
        | Label::Plurality
        | Label::Split
        | Label::Converged
        | Label::Spread => Level::of(last.and_then(|last| last.agreement)),
    }
}

/// Whether the ratings of the leading option agree, and not on its being harmful.
fn are_ratings_behind(last: &Consensus) -> bool {
    let leader = last.leading.first().and_then(|leader| last.ratings.get(leader));
    last.rating_agreement.is_some_and(|ratings| ratings >= STRONG_RATINGS)
        && leader.is_some_and(|ratings| ratings.median >= 0.0)
}

fn caveats(
    option: Option<&OptionId>,
    standings: &Standings<'_>,
    sealed: Option<&Consensus>,
    last: Option<&Consensus>,
    moved: &[Moved],
) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let votes: Vec<_> = standings.values().map(|standing| (standing.option.clone(), standing.confidence)).collect();
    if let (Some(option), Ok(weighted)) = (option, weighted_share(&votes, Weighting::Linear).shares)
        && !weighted.top.contains(option)
    {
        caveats.push(Caveat::Contested);
    }
    if let (Some(option), Some(sealed)) = (option, sealed)
        && sealed.leading.as_slice() != std::slice::from_ref(option)
        && !leads_without_uncited(option, standings, moved)
    {
        caveats.push(Caveat::PressureDependent);
    }
    if option.is_some() && last.is_some_and(|last| last.families == 1) {
        caveats.push(Caveat::SingleFamily);
    }
    caveats
}

/// Which caveat the sorting of the opening calls for.
fn unconfirmed(history: &History) -> Option<Caveat> {
    let frozen = history.frozen.as_ref().filter(|_| Rule::SortingCaveat.holds_in(history.setup.format))?;
    let is_confirmed = match frozen.basis {
        SortingBasis::TwoPasses => true,
        SortingBasis::Majority | SortingBasis::OnePass => false,
        // Statements in different words are only left apart where no sorting could be read.
        SortingBasis::Verbatim => frozen.options.len() <= 1,
    };
    (!is_confirmed).then_some(Caveat::UnconfirmedOptions)
}

/// Which caveats the winner's own holders call for: what they stated in the opening, and how they rate it.
fn contradicted(board: &Board<'_>, option: Option<&OptionId>, standings: &Standings<'_>) -> Vec<Caveat> {
    let Some(option) = option else { return Vec::new() };
    let history = board.history;
    let disagree =
        Rule::RatingsCaveat.holds_in(history.setup.format) && contradiction::ratings_disagree(option, standings);
    let only = sorting::is_only_option_in_doubt(board).then_some(Caveat::OneOption);
    only.into_iter().chain(disagree.then_some(Caveat::RatingsDisagree)).collect()
}

/// Whether `option` still leads alone when every uncited change of mind is undone.
fn leads_without_uncited(option: &OptionId, standings: &Standings<'_>, moved: &[Moved]) -> bool {
    let undone = standings.iter().map(|(seat, standing)| {
        let back = moved.iter().find(|moved| moved.seat == *seat && !moved.cited).map(|moved| moved.from.clone());
        back.or_else(|| standing.option.clone())
    });
    vote_share(&undone.collect::<Vec<_>>()).top.as_slice() == std::slice::from_ref(option)
}
