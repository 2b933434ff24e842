//! The verdict: a pure function of the ballots. No model has a say in it, and no stated confidence.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::change::{self, Moved};
use crate::debate::claims;
use crate::debate::consensus::{self, Consensus, Standings};
use crate::debate::contradiction;
use crate::debate::dissent::{self, Dissent};
use crate::debate::estimate;
use crate::debate::estimate::verdict::{self, EstimateVerdict};
use crate::debate::event::{SortingBasis, Stop, quorum};
use crate::debate::gate::{self, Alternatives, Found, Gate};
use crate::debate::history::History;
use crate::debate::question::OptionId;
use crate::debate::rules::Rule;
use crate::debate::schedule::{self, Slot};
use crate::debate::sorting;
use crate::stats::vote_share::vote_share;
use crate::stats::weighted_share::{Weighting, weighted_share};

/// A verdict with the numbers behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// The winning option; `None` in a tie, or when too few were heard or chose.
    pub option: Option<OptionId>,
    /// What it says.
    pub text: Option<String>,
    /// How strong the agreement is.
    pub label: Label,
    /// What to know about it.
    pub caveats: Vec<Caveat>,
    /// The level that scripts know, from the agreement.
    pub level: Level,
    /// Agreement in the sealed opening, corrected sortings included; `None` when it could not be counted.
    pub sealed: Option<Consensus>,
    /// Agreement at the end.
    #[serde(rename = "final")]
    pub last: Option<Consensus>,
    /// Who holds another option at the end than in the sealed opening.
    pub moved: Vec<Moved>,
    /// The minority report.
    pub dissent: Vec<Dissent>,
    /// Objections that their holders call blocking.
    pub blocking: Vec<Blocking>,
    /// The number that the panel comes to, where one was asked for; option, agreements and moves stay empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateVerdict>,
    /// Why the last phase that could end early ended.
    pub stop: Option<Stop>,
    /// Whether it meets the terms set at the start; `None` when none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// An objection that its holder calls blocking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocking {
    /// Whose.
    pub seat: Seat,
    /// What it says.
    pub objection: String,
}

/// How strong an agreement is. It never claims to be right: agreement among models is not accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Every seat, at least three of them, from at least two model families.
    Unanimous,
    /// At least 80% of the panel, and ratings of the option that agree (van der Eijk at least 0.6) and are not negative.
    Strong,
    /// More than half of the panel.
    Majority,
    /// More than any other option.
    Plurality,
    /// A tie for the lead.
    Split,
    /// Of estimates: the range between their quartiles is at most a fifth of the median's size.
    Converged,
    /// Of estimates: it is more.
    Spread,
    /// Enough seats were heard, and too few of them chose.
    NoChoice,
    /// Too few seats were heard.
    NoQuorum,
}

/// What to know about a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// Weighted by stated confidence, another option would lead.
    Contested,
    /// The winner changed since the sealed opening, through changes of mind alone that named no reason that holds.
    PressureDependent,
    /// All who chose are of one model family.
    SingleFamily,
    /// The options were found in the opening, and its two sortings disagreed, or could not both be read.
    UnconfirmedOptions,
    /// The opening was sorted under a single option, and its statements may contradict each other: nobody could choose another.
    OneOption,
    /// Those who hold the winning option rate it harmful, or another one clearly better.
    RatingsDisagree,
}

/// The three levels of agreement that scripts know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// At least 0.7.
    High,
    /// At least 0.4.
    Medium,
    /// Less, or none.
    Low,
}

const STRONG_SHARE: f64 = 0.8;
const STRONG_RATINGS: f64 = 0.6;
const UNANIMOUS_SEATS: u32 = 3;

/// Reaches the verdict on the stances in hand.
pub fn decide(history: &History) -> Decision {
    let slots = schedule::slots(history);
    let ledger = claims::ledger_of(history, &slots);
    let first = consensus::sealed(history, &slots);
    if let Some(unit) = estimate::counted(history) {
        return verdict::decide(history, &slots, &ledger, &first, unit);
    }
    let sealed = (!history.awaits_options()).then(|| consensus::measure(history, &first));
    let standings = consensus::latest(history, &slots);
    let last = standings.as_ref().map(|standings| consensus::measure(history, standings));
    let standings = standings.unwrap_or_default();
    // Ballots cast before the quorum was lost are shown, but decide nothing.
    let counted = last.as_ref().filter(|_| !history.has_lost_quorum());
    let (option, label) = outcome(counted, Quorum::of(history));
    let moved = change::moved(history, &slots, &ledger, &first, &standings);
    let gate = history.setup.gate.as_ref().map(|terms| {
        let winner = option.clone().zip(last.as_ref().and_then(|last| last.agreement));
        let alternatives = match sorting::is_only_option_in_doubt(history) {
            true => Alternatives::OneInDoubt,
            false => Alternatives::Sound,
        };
        gate::judge(terms, Found { winner, alternatives, objections: gate::objections(history, &slots) })
    });
    let caveats: Vec<Caveat> = caveats(option.as_ref(), &standings, sealed.as_ref(), last.as_ref(), &moved)
        .into_iter()
        .chain(unconfirmed(history).filter(|_| label != Label::NoQuorum))
        .chain(contradicted(history, option.as_ref(), &standings))
        .collect();
    Decision {
        text: option
            .as_ref()
            .and_then(|option| history.options().iter().find(|choice| choice.id == *option))
            .map(|choice| choice.text.clone()),
        label,
        level: level(label, last.as_ref()).under(&caveats),
        caveats,
        dissent: dissent::report(history, &slots, &ledger, option.as_ref(), (&first, &standings), &moved),
        blocking: blocking(history, &slots, &standings),
        stop: history.rounds.iter().rev().find_map(|round| round.stop.clone()),
        gate,
        estimate: None,
        option,
        sealed,
        last,
        moved,
    }
}

/// How many seats an outcome needs, and what they must have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quorum {
    seats: u32,
    rule: QuorumRule,
}

/// What a quorum counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuorumRule {
    /// Who was heard, abstaining included; fewer who chose are no choice.
    Heard,
    /// Who chose: the rule up to format 4 of the log.
    Chose,
}

/// How many seats were heard, and how many of those chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attendance {
    pub(crate) heard: u32,
    pub(crate) chose: u32,
}

impl Quorum {
    /// The quorum of a session, by the rules of its log.
    pub(crate) fn of(history: &History) -> Self {
        let rule = match Rule::HeardIsNotChosen.holds_in(history.setup.format) {
            true => QuorumRule::Heard,
            false => QuorumRule::Chose,
        };
        Self { seats: history.setup.limits.quorum, rule }
    }

    /// The quorum of a smaller panel, never more than this one.
    pub(crate) fn of_panel(self, panel: u32) -> Self {
        Self { seats: self.seats.min(quorum(panel)), ..self }
    }

    /// The label of a panel that falls short of it; `None` when enough chose.
    pub(crate) fn missed_by(self, found: Attendance) -> Option<Label> {
        match self.rule {
            QuorumRule::Heard if found.heard < self.seats => Some(Label::NoQuorum),
            QuorumRule::Heard => (found.chose < self.seats).then_some(Label::NoChoice),
            QuorumRule::Chose => (found.chose < self.seats).then_some(Label::NoQuorum),
        }
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
fn contradicted(history: &History, option: Option<&OptionId>, standings: &Standings<'_>) -> Vec<Caveat> {
    let Some(option) = option else { return Vec::new() };
    let disagree =
        Rule::RatingsCaveat.holds_in(history.setup.format) && contradiction::ratings_disagree(option, standings);
    let only = sorting::is_only_option_in_doubt(history).then_some(Caveat::OneOption);
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

/// The blocking objections: those of the `standings` at the end, and of whoever could not be heard then.
pub(crate) fn blocking(history: &History, slots: &[Slot<'_>], standings: &Standings<'_>) -> Vec<Blocking> {
    if Rule::LastHeard.holds_in(history.setup.format) {
        return gate::objections(history, slots);
    }
    let objection = |(seat, standing): (&Seat, &consensus::Standing<'_>)| {
        let objection = history.valid_response(standing.turn)?.blocking_objection()?;
        Some(Blocking { seat: *seat, objection: objection.clone() })
    };
    standings.iter().filter_map(objection).collect()
}

impl Decision {
    /// Seats that hold the winning option at the end.
    pub fn holders(&self) -> u32 {
        let winner = self.option.as_ref();
        winner.and_then(|option| self.last.as_ref()?.tally.get(option)).copied().unwrap_or(0)
    }

    /// Seats that are neither behind the winner nor absent: the dissent, in numbers.
    pub fn dissenters(&self) -> u32 {
        let seats: BTreeSet<Seat> = self
            .dissent
            .iter()
            .filter(|dissent| dissent.kind == dissent::Kind::Final)
            .map(|dissent| dissent.seat)
            .collect();
        u32::try_from(seats.len()).unwrap_or(u32::MAX)
    }
}

impl Level {
    fn of(agreement: Option<f64>) -> Self {
        match agreement {
            Some(share) if share >= 0.7 => Self::High,
            Some(share) if share >= 0.4 => Self::Medium,
            Some(_) | None => Self::Low,
        }
    }

    /// The level that is left under caveats: one lower where what the seats say contradicts what they chose.
    fn under(self, caveats: &[Caveat]) -> Self {
        let is_lowered = caveats.iter().any(|caveat| match caveat {
            Caveat::OneOption | Caveat::RatingsDisagree => true,
            Caveat::Contested | Caveat::PressureDependent | Caveat::SingleFamily | Caveat::UnconfirmedOptions => false,
        });
        match (self, is_lowered) {
            (level, false) => level,
            (Self::High, true) => Self::Medium,
            (Self::Medium | Self::Low, true) => Self::Low,
        }
    }

    /// What scripts are told to do at this level.
    pub fn advice(self) -> &'static str {
        match self {
            Self::High => "proceed",
            Self::Medium => "verify",
            Self::Low => "query_detail",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unanimous => "unanimous",
            Self::Strong => "strong",
            Self::Majority => "majority",
            Self::Plurality => "plurality",
            Self::Split => "split",
            Self::Converged => "converged",
            Self::Spread => "spread",
            Self::NoChoice => "no choice",
            Self::NoQuorum => "no quorum",
        })
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contested => "contested",
            Self::PressureDependent => "pressure-dependent",
            Self::SingleFamily => "single-family",
            Self::UnconfirmedOptions => "unconfirmed-options",
            Self::OneOption => "one-option",
            Self::RatingsDisagree => "ratings-disagree",
        })
    }
}
